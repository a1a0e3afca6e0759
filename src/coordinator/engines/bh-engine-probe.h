/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Which engines a box has: one small shell script, run in it. What it prints is foreign. */

#include "coordinator/workers/bh-box.h"
#include "protocol/bh-engine-file.h"

G_BEGIN_DECLS

/* What may be done with the sign-in that the person has at home. */
typedef enum
{
  BH_LET_IN_NOTHING, /* there is none */
  BH_LET_IN_REFUSED,
  BH_LET_IN_UNASKED, /* it has to be asked for, and nobody can be asked */
  BH_LET_IN_ASK,
  BH_LET_IN_ALLOWED,
} BhLetIn;

/* What was found of one engine. */
typedef struct
{
  char *id;
  char *path;       /* (nullable) in the box; NULL: it is not there */
  char *stamp;      /* of the program, another one once it was replaced; "" where the box cannot say */
  gboolean asked;   /* for its version */
  char *version;    /* (nullable) "0.169.0"; NULL: not asked, or it said nothing that looks like one */
  gboolean files;   /* the first of its sign-in paths is there */
  gboolean checked; /* its check said that it is signed in; FALSE too when not asked */
  gboolean denied;  /* its check said that it is not, whatever files there are; likewise */
  gboolean home;    /* the person is signed in to it on the worker's machine */
  BhLetIn let_in;   /* what may be done with that */
} BhEngineFound;
BhEngineFound *bh_engine_found_new (const char *id);
BhEngineFound *bh_engine_found_copy (const BhEngineFound *self);
void bh_engine_found_free (BhEngineFound *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhEngineFound, bh_engine_found_free)

/* How much is asked. Where programs are takes milliseconds; running them takes seconds, so they run side by
 * side, each at most 20 s. */
typedef enum
{
  BH_PROBE_PLACE = 0,
  BH_PROBE_VERSION = 1 << 0,
  BH_PROBE_SIGN_IN = 1 << 1,
} BhProbeFlags;

/* `files`: BhEngineFile. Resolves a boxed GPtrArray of BhEngineFound, one for each that is not built in, in
 * their order. Rejects when the box is gone or has no shell. */
DexFuture *bh_engine_probe (BhBox *box, GPtrArray *files, BhProbeFlags flags) G_GNUC_WARN_UNUSED_RESULT;

/* The two halves of it. */
char *bh_engine_probe_script (GPtrArray *files, BhProbeFlags flags);
GPtrArray *bh_engine_probe_read (GPtrArray *files, const char *output, gsize length);

G_END_DECLS

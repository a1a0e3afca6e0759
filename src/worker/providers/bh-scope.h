/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Resource limits for a whole box, by a transient scope of the person's systemd. */

#include <libdex.h>

G_BEGIN_DECLS

#define BH_TYPE_SCOPE (bh_scope_get_type ())
G_DECLARE_FINAL_TYPE (BhScope, bh_scope, BH, SCOPE, GObject)

/* `address`: of the message bus with the systemd on it; NULL: the session bus that the environment names.
 * Nothing is connected before the first use, and no bus is ever started for it. */
BhScope *bh_scope_new (const char *address);

typedef struct
{
  const char *id; /* b_…: the unit is bellhop-box-ID.scope */
  const pid_t *pids;
  guint n_pids;
  guint64 memory_bytes; /* 0: no limit */
  double cpus;          /* 0: no limit */
  guint tasks;          /* 0: no limit */
} BhScopeLimits;

/* Moves the processes into a new scope with these limits, of which the children they make later are part.
 * Resolves TRUE when they are in it, FALSE when there is no systemd to ask (looked for once, for at most a
 * second); rejects when it refuses, or has not done it after two seconds. One that did not answer in time is
 * left in peace for a minute: until then this rejects at once. */
DexFuture *bh_scope_start (BhScope *self, const BhScopeLimits *limits) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What is written in the composer, whether it could be sent or not. */

#include "protocol/bh-records.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;
  char *value;
} BhVariable;

/* As records are: filled by the one who makes it, then only read. Empty strings and NULL are the same. */
typedef struct _BhDraft BhDraft;
struct _BhDraft
{
  char *connection; /* id; NULL: this computer */
  char *name;
  char *instructions;
  char *ticket_url;
  char *target_worker, *target_image; /* NULL: ask when it is needed */
  char *engine;
  BhMode mode;
  char *keep;        /* "by-mode", "keep", "stop" or "remove" */
  char *network;     /* "open" or "offline" */
  char *permissions; /* "allow" or "ask" */
  GPtrArray *env;    /* BhVariable, as they stand in the rows */
  BhDraft *previous; /* (nullable): a draft that was put aside for this one */
};
#define BH_TYPE_DRAFT (bh_draft_get_type ())
BH_DECLARE_RECORD (BhDraft, bh_draft)

void bh_draft_add_variable (BhDraft *self, const char *name, const char *value);
/* Whether it holds nothing that a person has written. */
gboolean bh_draft_is_blank (const BhDraft *self);
/* The same text and settings; `previous` does not count. */
gboolean bh_draft_equal (const BhDraft *self, const BhDraft *other);
/* Everything for which the coordinator would refuse it, in the person's language: GErrors of BH_ERROR with
 * the field as in its own, "ticket_url", "env.NAME". (transfer container); empty: nothing. */
GPtrArray *bh_draft_find_problems (const BhDraft *self);
/* NULL, or why this is no address of a ticket. */
const char *bh_draft_ticket_problem (const char *url);
/* What is to be sent. (transfer full) */
BhRunRequest *bh_draft_to_request (const BhDraft *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What a person wrote to Runs and has not sent: $XDG_DATA_HOME/bellhop/unsent.json. The newest 200 texts, and
 * of those 4 MiB, are kept; the oldest go first. */

#include "client/bh-connections.h"

G_BEGIN_DECLS

/* A message; what was entered for a question set has the set's id in its place. */
#define BH_UNSENT_MESSAGE "message"

/* Signals: "loaded": what the file had is there; "failed" (string): it could not be read or written; a
 * sentence for the person. */
#define BH_TYPE_UNSENT (bh_unsent_get_type ())
G_DECLARE_FINAL_TYPE (BhUnsent, bh_unsent, BH, UNSENT, GObject)

/* (transfer full): the one that somebody has already; else a new one, which begins to read the file. */
BhUnsent *bh_unsent_get (void);
gboolean bh_unsent_is_loaded (BhUnsent *self);
/* Forgets what was written for Runs that are deleted and question sets that are over from now on. NULL: not
 * any more. */
void bh_unsent_follow (BhUnsent *self, BhConnections *connections);
/* The person has removed it. One that is opened anew, as with another certificate, is another object of the
 * same id. */
void bh_unsent_forget_connection (BhUnsent *self, const char *connection_id);
/* (transfer none) (nullable): the sentence of the last "failed" that was not dismissed. */
const char *bh_unsent_get_problem (BhUnsent *self);
void bh_unsent_dismiss_problem (BhUnsent *self);

/* What is known of all; `what`: BH_UNSENT_MESSAGE or the id of a question set.
 * (transfer none) (nullable): until anything is set */
const char *
bh_unsent_get_text (BhUnsent *self, const char *connection_id, const char *run_id, const char *what);
/* Written to the file within a second. Blank or NULL: forgotten. */
void bh_unsent_set_text (
    BhUnsent *self, const char *connection_id, const char *run_id, const char *what, const char *text);
/* Writes now what is still to be written. */
void bh_unsent_save_now (BhUnsent *self);

G_END_DECLS

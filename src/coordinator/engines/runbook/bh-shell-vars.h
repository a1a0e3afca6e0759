/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The variables that answers have set, kept in the journal's state. Those set since the shell was last told
 * are fresh. */

#include "coordinator/runs/bh-journal.h"

G_BEGIN_DECLS

void bh_shell_vars_put (BhJournal *journal, const char *name, const char *value);
/* (transfer full) name -> value */
GHashTable *bh_shell_vars_get (BhJournal *journal);
/* (transfer full) names in the order they were set */
GStrv bh_shell_vars_get_fresh (BhJournal *journal);
void bh_shell_vars_clear_fresh (BhJournal *journal);
/* (transfer full) "NAME=value" of `env` (nullable) and of the variables, which come last */
GStrv bh_shell_vars_to_env (BhJournal *journal, GHashTable *env);

G_END_DECLS

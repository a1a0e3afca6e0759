/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The persistent shell of one Run: bash where the box has it, else sh. Runs one block after the other, and
 * goes on after a restart of the coordinator in the middle of one: everything it needs is in the journal's
 * state before it acts. How it talks with the shell is told in bh-shell.c. Main context only. */

#include "coordinator/engines/bh-engine.h"

G_BEGIN_DECLS

#define BH_TYPE_SHELL (bh_shell_get_type ())
G_DECLARE_FINAL_TYPE (BhShell, bh_shell, BH, SHELL, GObject)

BhShell *bh_shell_new (BhEngineHost *host);

/* Stages a variable that the blocks from now on see. */
void bh_shell_set_var (BhShell *self, const char *name, const char *value);
/* The row of the block under way, -1 = none. */
gint64 bh_shell_get_row (BhShell *self);
/* The shell ended with an earlier block: the next one starts without what was set there. Staged as told. */
gboolean bh_shell_take_lost (BhShell *self);
/* Stages the start of the block whose step is `row`; commit it before bh_shell_run(). */
void bh_shell_begin (BhShell *self, guint64 row);

typedef struct
{
  int status;   /* 128 + n for a signal */
  gboolean cut; /* it was interrupted */
} BhBlockEnd;
/* Works on the block that was begun until it has ended; its output is appended to its row as it comes. The
 * end is staged; commit it together with the row, then call bh_shell_trim(). Fibers only. FALSE when the box
 * is gone, the store failed or the work was abandoned. */
gboolean bh_shell_run (BhShell *self, const char *script, BhBlockEnd *end, GError **error);
/* The box may forget the output consumed: a sync has covered it. */
void bh_shell_trim (BhShell *self);
/* SIGINT for the block under way; after 3 s SIGKILL. Does nothing when none is. */
void bh_shell_interrupt (BhShell *self);
/* The block under way is not waited for (its Run was stopped): ends its shell, stages that there is none.
 * Fibers only. */
void bh_shell_abandon (BhShell *self);

G_END_DECLS

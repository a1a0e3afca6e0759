/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What tests of windows and dialogs begin and end with. */

#include "app/bh-application.h"
#include "support/wait.h"

G_BEGIN_DECLS

/* In place of g_test_init(): nothing moves, settings are forgotten, and no coordinator is started. */
void ui_test_init (int *argc, char ***argv);
/* The id of the n-th Run. (transfer full) */
char *ui_test_run_id (guint n);
/* Ends one that was registered without a main loop of its own, and sees to it that nothing of it is left. */
void ui_test_end_application (BhApplication **application);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <adwaita.h>

#include "app/bh-application.h"

G_BEGIN_DECLS

/* Run list and Run, side by side or one after the other. Action "win.search". */
#define BH_TYPE_WINDOW (bh_window_get_type ())
G_DECLARE_FINAL_TYPE (BhWindow, bh_window, BH, WINDOW, AdwApplicationWindow)

BhWindow *bh_window_new (BhApplication *application);
/* Selects the Run and shows its page. */
void bh_window_open_run (BhWindow *self, BhRunItem *run);
/* Scrolls the page of the Run that is open to a row. */
void bh_window_show_row (BhWindow *self, guint64 row);
/* (transfer none) (nullable): the Run that is to be seen now, for the notifier. */
BhRunItem *bh_window_get_run (BhWindow *self);
/* Shows what is found in all Runs. */
void bh_window_search (BhWindow *self, const char *text);
/* The composer; `like` (nullable): a Run whose fields it is to be filled with; where its instructions are not
 * known they are asked for first. */
void bh_window_compose (BhWindow *self, BhRun *like);
/* The question sheet. */
void bh_window_ask (BhWindow *self, BhConnection *connection, BhQuestionSet *set, const char *run_name);
/* Takes the toast. */
void bh_window_add_toast (BhWindow *self, AdwToast *toast);
/* A toast of plain text. */
void bh_window_say (BhWindow *self, const char *text);
/* (transfer none) (nullable): the one that a widget is in. */
BhWindow *bh_window_of (GtkWidget *widget);
/* A toast in that one, if it is still in any. */
void bh_window_say_at (GtkWidget *widget, const char *text);
/* Deletes with an undo toast: the Run leaves the list now, the coordinator is told when the toast goes. */
void bh_window_delete_run (BhWindow *self, BhRunItem *run);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* How states are shown: never by colour alone. */

#include <gtk/gtk.h>

#include "protocol/bh-records.h"

G_BEGIN_DECLS

/* The translated word a person reads: "Needs you". */
const char *bh_run_state_label (BhRunState state);
/* A symbolic icon's name. */
const char *bh_run_state_icon (BhRunState state);
/* "accent", "success", "warning", "error" or "dim-label". */
const char *bh_run_state_css_class (BhRunState state);
const char *bh_row_state_label (BhRowState state);
const char *bh_row_state_icon (BhRowState state);
const char *bh_row_state_css_class (BhRowState state);
/* The icon of a step's tool ("launch DevBox", "exec in DevBox", …; anything else a generic one). */
const char *bh_tool_icon (const char *tool);

/* Who an author is to the person: "You", "Bellhop", "Claude Code". Engines are called as
 * client/bh-engine-names.h has it, whose "changed" says that it is something else than before; one that is
 * not known there by its id. (transfer full) */
char *bh_author_label (const char *author);
/* An engine among others: "Claude Code – API credits". (transfer full) */
char *bh_engine_label (const char *engine);

/* How a question set that was not answered here has ended; NULL: the Run needs no answer any more. A
 * sentence. (transfer full) */
char *bh_question_end_label (const BhQuestionSet *set);

/* "0.02 s", "41 s", "2 min 5 s", "3 h 10 min". (transfer full) */
char *bh_format_duration (gint64 microseconds);
/* "14:05", "Yesterday 14:05", "3 Nov 14:05", by the person's clock. (transfer full) */
char *bh_format_time (gint64 time_us);
/* "4.2 MB". (transfer full) */
char *bh_format_bytes (guint64 bytes);

/* A small icon of a Run's state with its word as accessible name and tooltip. Property "state" (BhRunState).
 */
#define BH_TYPE_STATUS_ICON (bh_status_icon_get_type ())
G_DECLARE_FINAL_TYPE (BhStatusIcon, bh_status_icon, BH, STATUS_ICON, GtkWidget)
GtkWidget *bh_status_icon_new (void);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Renders a Run's timeline as it happens. On a terminal the steps under way are redrawn in place with the
 * time they have taken; elsewhere, lines are only ever added. */

#include "cli/output.h"
#include "protocol/bh-records.h"

G_BEGIN_DECLS

typedef struct _Timeline Timeline;

/* `asks`: open questions are put to the person by a prompt, so only their answers are printed here. */
Timeline *timeline_new (Output *out, gboolean asks);
void timeline_free (Timeline *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Timeline, timeline_free)

/* One event of the Run's journal. Kinds that are not known are ignored. */
void timeline_event (Timeline *self, const char *kind, JsonNode *data);
/* No further event is at hand: prints what waited for more, and redraws. `now_us` as g_get_real_time(). */
void timeline_settle (Timeline *self, gint64 now_us);
/* Whether settling again after a while shows something new. */
gboolean timeline_is_live (Timeline *self);
/* Takes what is redrawn in place off the terminal, before something else is printed. */
void timeline_hide (Timeline *self);
/* A remark of this program. */
void timeline_note (Timeline *self, const char *text);
/* A prompt has put the set of that id to the person: its questions need not be printed again. */
void timeline_asked (Timeline *self, const char *set);
/* The last lines: how the Run ended. */
void timeline_end (Timeline *self, const BhRun *run);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Where a person writes to a Run: says what a message will do now, shows those on their way, and keeps what
 * was not sent. Where one question is open that takes text, what is sent is its answer. */

#include <adwaita.h>

#include "client/bh-timeline.h"

G_BEGIN_DECLS

/* Property "timeline" (BhTimeline, nullable). What is written is kept for each Run by BhUnsent.
 * Signal "sent": the coordinator has the message, or the answer.
 * Actions: "composer.send", "composer.interrupt", "composer.withdraw" (s: the message's id). */
#define BH_TYPE_CHAT_COMPOSER (bh_chat_composer_get_type ())
G_DECLARE_FINAL_TYPE (BhChatComposer, bh_chat_composer, BH, CHAT_COMPOSER, GtkWidget)

void bh_chat_composer_set_timeline (BhChatComposer *self, BhTimeline *timeline);

G_END_DECLS

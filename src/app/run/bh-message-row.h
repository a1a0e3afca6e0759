/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Prose: who, when, the receipt of a person's message, and the text. Thoughts are collapsed and dimmed. */

#include "app/run/bh-row-view.h"

G_BEGIN_DECLS

#define BH_TYPE_MESSAGE_ROW (bh_message_row_get_type ())
G_DECLARE_FINAL_TYPE (BhMessageRow, bh_message_row, BH, MESSAGE_ROW, BhRowView)

G_END_DECLS

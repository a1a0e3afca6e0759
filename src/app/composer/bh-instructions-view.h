/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Where instructions are written: Markdown with colours, a hint while it is empty, and the size near its
 * limit.
 */

#include <adwaita.h>

G_BEGIN_DECLS

/* Properties: "text" (string), "error" (string, nullable: what is wrong, shown below). */
#define BH_TYPE_INSTRUCTIONS_VIEW (bh_instructions_view_get_type ())
G_DECLARE_FINAL_TYPE (BhInstructionsView, bh_instructions_view, BH, INSTRUCTIONS_VIEW, AdwBin)

/* (transfer full) */
char *bh_instructions_view_get_text (BhInstructionsView *self);
void bh_instructions_view_set_text (BhInstructionsView *self, const char *text);
const char *bh_instructions_view_get_error (BhInstructionsView *self);
void bh_instructions_view_set_error (BhInstructionsView *self, const char *error);

G_END_DECLS

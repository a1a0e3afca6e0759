/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The inside of an `ask` block: lines of "key: value", questions parted by a line "---". Keys: text, header,
 * kind, var, other (yes or no), recommended (a label; for kind multiple several, parted by commas), and
 * options, followed by lines
 * "- Label", "- Label: description" or "- Label (recommended): description". Labels and values may be quoted.
 * Lines that begin with # and empty lines are left out. Pure. */

#include "protocol/bh-records.h"

G_BEGIN_DECLS

/* `first_line`: number of the first line of `text`, for errors: BH_ERROR_INVALID_FIELD of the field
 * "instructions". */
BhQuestionSet *bh_runbook_ask_parse (const char *text, guint first_line, GError **error);

G_END_DECLS

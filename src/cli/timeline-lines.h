/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The lines of a timeline, each as it is printed once and for all. */

#include "cli/output.h"
#include "protocol/bh-records.h"

G_BEGIN_DECLS

gboolean row_is_launch (const BhRow *row);
gboolean row_is_report (const BhRow *row);

/* "✔ exec in DevBox · make  1.2 s"; `after` may be "". */
void lines_step (Output *out, const BhRow *row, OutputMark mark, OutputStyle style, const char *after);
/* The same for a step that has ended. */
void lines_step_ended (Output *out, const BhRow *row);
/* One line of output, which must be fit to be shown. */
void lines_output (Output *out, const char *line);
/* Markdown, indented, headings in bold, broken into lines on a terminal. Every piece of foreign text is made
 * fit to be shown here. A first heading that says `name` (nullable), as the line above the timeline does, is
 * left out. `set_off`: with an empty line before it. */
void lines_prose (Output *out, const char *text, const char *name, gboolean set_off);
/* How a turn ended: "✔ Completed after 2 s", the report, and what can be done now. `report` may be NULL; so
 * may `run` for a turn that another one followed, of which only the row is known. */
void lines_end (Output *out, const BhRun *run, const BhRow *row, const char *report);

G_END_DECLS

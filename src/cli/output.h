/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Where a verb prints. Colours appear only on a terminal and when NO_COLOR is not set. */

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum
{
  STYLE_PLAIN,
  STYLE_BOLD,
  STYLE_DIM,
  STYLE_GOOD,
  STYLE_BAD,
  STYLE_ASKS,
  STYLE_NAME,
} OutputStyle;

/* Signs in front of lines, with ASCII ones for terminals that are not UTF-8. */
typedef enum
{
  MARK_DONE,
  MARK_FAILED,
  MARK_STOPPED,
  MARK_OPEN,
  MARK_ASKS,
  MARK_ANSWER,
  MARK_PERSON,
  MARK_NOTE,
  MARK_OUTPUT,
} OutputMark;

typedef struct _Output Output;

Output *output_new (int fd);
/* For tests: keeps everything. */
Output *output_new_memory (gboolean tty, guint columns);
void output_free (Output *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Output, output_free)

gboolean output_is_tty (Output *self);
/* Of the terminal now; 100 where there is none. */
guint output_get_columns (Output *self);
const char *output_mark (Output *self, OutputMark mark);
/* `text` must be fit to be shown: foreign text goes through text_shown() or text_line() first. */
void output_put (Output *self, OutputStyle style, const char *text);
void output_printf (Output *self, OutputStyle style, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* A control sequence; nothing where there is no terminal. */
void output_control (Output *self, const char *sequence);
/* One line of JSON in which nothing can command a terminal. */
void output_json (Output *self, JsonNode *node);
/* Writes what was put. When nobody reads any more, the process ends as by SIGPIPE. */
void output_flush (Output *self);
/* Memory only. */
const char *output_get_contents (Output *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/timeline-lines.h"

#include <string.h>

#include "cli/text-fit.h"

#define PROSE_COLUMNS 100 /* longer lines are hard to read */

gboolean
row_is_launch (const BhRow *row)
{
  return row->kind == BH_ROW_STEP && g_strcmp0 (row->tool, "launch DevBox") == 0;
}

gboolean
row_is_report (const BhRow *row)
{
  return row->kind == BH_ROW_STEP && g_strcmp0 (row->tool, "report job result") == 0;
}

/* --- steps --------------------------------------------------------------------------------------------- */

void
lines_step (Output *out, const BhRow *row, OutputMark mark, OutputStyle style, const char *after)
{
  g_autofree char *tool = text_line (row->tool), *title = text_line (row->title);
  g_autofree char *what = g_strdup_printf ("%s%s", tool, *tool != '\0' && *title != '\0' ? " · " : "");
  guint columns = output_get_columns (out), taken = text_width (what) + text_width (after) + 5;
  g_autofree char *fitted = text_fit (title, columns > taken + 10 ? columns - taken : 10);

  output_put (out, style, output_mark (out, mark));
  output_printf (out, *title != '\0' ? STYLE_DIM : STYLE_PLAIN, " %s", what);
  output_put (out, STYLE_PLAIN, fitted);
  if (*after != '\0')
    output_printf (out, STYLE_DIM, "  %s", after);
  output_put (out, STYLE_PLAIN, "\n");
}

static char *
outcome_text (const BhRow *row)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (row->exit_status > 0)
    g_string_append_printf (text, "exit %d  ", row->exit_status);
  if (row->duration_us >= 0)
    {
      g_autofree char *duration = text_duration (row->duration_us);
      g_string_append (text, duration);
    }
  return g_strchomp (g_string_free (g_steal_pointer (&text), FALSE));
}

void
lines_step_ended (Output *out, const BhRow *row)
{
  gboolean failed = row->state == BH_ROW_FAILED;
  gboolean stopped = row->state == BH_ROW_STOPPED || row->state == BH_ROW_WITHDRAWN;
  g_autofree char *after = outcome_text (row);

  lines_step (out, row,
              failed    ? MARK_FAILED
              : stopped ? MARK_STOPPED
                        : MARK_DONE,
              failed    ? STYLE_BAD
              : stopped ? STYLE_ASKS
                        : STYLE_GOOD,
              after);
}

void
lines_output (Output *out, const char *line)
{
  guint columns = output_get_columns (out);
  g_autofree char *fitted = output_is_tty (out) ? text_fit (line, MAX (columns, 15) - 5) : g_strdup (line);

  output_printf (out, STYLE_DIM, "  %s %s", output_mark (out, MARK_OUTPUT), g_strchomp (fitted));
  output_put (out, STYLE_PLAIN, "\n");
}

/* --- prose --------------------------------------------------------------------------------------------- */

/* (nullable) what stands behind the number signs */
static const char *
heading_text (const char *line)
{
  gsize n = strspn (line, "#");

  return n >= 1 && n <= 6 && line[n] == ' ' ? line + n + strspn (line + n, " ") : NULL;
}

/* Where to break so that at most `columns` are taken; the end if need not. */
static const char *
break_point (const char *text, guint columns)
{
  const char *space = NULL;
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (*p == ' ' && p > text)
        space = p;
      width++;
      if (g_unichar_iswide (g_utf8_get_char (p)))
        width++;
      if (width > columns && space != NULL)
        return space;
    }
  return text + strlen (text);
}

static void
print_wrapped (Output *out, OutputStyle style, const char *line)
{
  guint columns = output_is_tty (out) ? CLAMP (output_get_columns (out), 24, PROSE_COLUMNS) - 3 : G_MAXUINT;

  do
    {
      const char *end = break_point (line, columns);
      output_printf (out, style, "  %.*s\n", (int) (end - line), line);
      line = end + strspn (end, " ");
    }
  while (*line != '\0');
}

static gboolean
is_fence (const char *line)
{
  return g_str_has_prefix (line, "```") || g_str_has_prefix (line, "~~~");
}

void
lines_prose (Output *out, const char *text, const char *name, gboolean set_off)
{
  g_autofree char *shown = text_shown (text), *known = text_line (name);
  g_auto (GStrv) lines = g_strsplit (g_strstrip (shown), "\n", -1);
  const char *first = lines[0] != NULL ? heading_text (lines[0]) : NULL;
  gboolean fenced = FALSE;
  guint i = first != NULL && strcmp (first, known) == 0 ? 1 : 0;

  while (lines[i] != NULL && *lines[i] == '\0')
    i++;
  if (lines[i] != NULL && set_off)
    output_put (out, STYLE_PLAIN, "\n");
  for (; lines[i] != NULL; i++)
    {
      const char *heading = fenced ? NULL : heading_text (lines[i]);
      if (*lines[i] == '\0')
        output_put (out, STYLE_PLAIN, "\n");
      else if (fenced || is_fence (lines[i]))
        output_printf (out, STYLE_PLAIN, "  %s\n", lines[i]);
      else
        print_wrapped (out, heading != NULL ? STYLE_BOLD : STYLE_PLAIN, heading != NULL ? heading : lines[i]);
      fenced = fenced != is_fence (lines[i]);
    }
}

/* --- the end ------------------------------------------------------------------------------------------- */

static void
print_outcome (Output *out, BhRunState state, const char *words)
{
  gboolean failed = state == BH_RUN_FAILED, stopped = state == BH_RUN_STOPPED;

  output_printf (out,
                 failed    ? STYLE_BAD
                 : stopped ? STYLE_ASKS
                           : STYLE_GOOD,
                 "\n%s %s",
                 output_mark (out, failed    ? MARK_FAILED
                                   : stopped ? MARK_STOPPED
                                             : MARK_DONE),
                 words);
}

void
lines_end (Output *out, const BhRun *run, const BhRow *row, const char *report)
{
  if (run == NULL)
    {
      g_autofree char *title = text_line (row->title);
      print_outcome (out,
                     row->state == BH_ROW_FAILED    ? BH_RUN_FAILED
                     : row->state == BH_ROW_STOPPED ? BH_RUN_STOPPED
                                                    : BH_RUN_COMPLETED,
                     title);
    }
  else
    {
      gint64 began = run->started_at > 0 ? run->started_at : run->created_at;
      g_autofree char *took = text_duration (run->completed_at - began), *reason = text_line (run->reason);

      print_outcome (out, run->state, bh_run_state_word (run->state));
      if (run->completed_at > began)
        output_printf (out, STYLE_PLAIN, " after %s", took);
      /* the report mostly holds the reason, in a sentence */
      if (*reason != '\0' && (report == NULL || strstr (report, run->reason) == NULL))
        output_printf (out, STYLE_PLAIN, ": %s", reason);
    }
  output_put (out, STYLE_PLAIN, "\n");
  if (report != NULL)
    lines_prose (out, report, NULL, FALSE);
  if (run != NULL && run->can_continue)
    output_printf (out, STYLE_DIM, "  To go on: bellhopctl steer %s TEXT\n", run->id);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <string.h>

#include "cli/question-text.h"
#include "cli/text-fit.h"
#include "cli/verbs.h"
#include "client/bh-engine-names.h"
#include "protocol/bh-text.h"

#define PAGE 500
#define PIECE (1024 * 1024)

typedef struct
{
  gint64 row;
  char *part;
  gboolean json;
} ShowOptions;

static void
show_options_clear (ShowOptions *self)
{
  g_free (self->part);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ShowOptions, show_options_clear)

/* --- the Run ------------------------------------------------------------------------------------------- */

static void
print_field (Cli *cli, const char *name, const char *value)
{
  g_autofree char *line = text_line (value);

  if (*line == '\0')
    return;
  output_printf (cli->out, STYLE_DIM, "%-12s", name);
  output_printf (cli->out, STYLE_PLAIN, " %s\n", line);
}

static void
print_time (Cli *cli, const char *name, gint64 time_us)
{
  g_autoptr (GDateTime) time =
      time_us > 0 ? g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC) : NULL;
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S") : NULL;

  print_field (cli, name, text);
}

static void
print_run (Cli *cli, const BhRun *run)
{
  g_autofree char *target = g_strconcat (run->target_worker != NULL ? run->target_worker : "",
                                         run->target_image != NULL ? " · " : "", run->target_image, NULL);
  g_autofree char *box =
      run->box_id != NULL ? g_strdup_printf ("%s (%s)", run->box_id, run->box_state) : NULL;
  g_autofree char *engine = cli_engine_label (run->engine_used != NULL ? run->engine_used : run->engine);
  g_autofree char *env = run->env_names != NULL ? g_strjoinv (" ", run->env_names) : NULL;

  print_field (cli, "Run", run->id);
  print_field (cli, "Name", run->name);
  print_field (cli, "Status", bh_run_state_word (run->state));
  print_field (cli, "Reason", run->reason);
  print_field (cli, "Mode", bh_nick (BH_TYPE_MODE, run->mode));
  print_field (cli, "Engine", engine);
  print_field (cli, "Target", target);
  print_field (cli, "DevBox", box);
  print_field (cli, "Network", run->network);
  print_field (cli, "Environment", env);
  print_field (cli, "Ticket", run->ticket_url);
  print_time (cli, "Created", run->created_at);
  print_time (cli, "Started", run->started_at);
  print_time (cli, "Ended", run->completed_at);
  print_field (cli, "Summary", run->summary);
}

/* --- its rows ------------------------------------------------------------------------------------------ */

/* (transfer full) */
static char *
author_of (const BhRow *row)
{
  static const char *const no_engines[] = { "you", "bellhop", "thought", NULL };
  gboolean is_engine = row->author != NULL && !g_strv_contains (no_engines, row->author);
  char *name = is_engine ? bh_engine_names_lookup_author (row->author) : NULL;

  return name != NULL ? name : text_line (row->author);
}

static void
print_row (Cli *cli, const BhRow *row)
{
  g_autofree char *tool = text_line (row->tool), *title = text_line (row->title),
                  *head = text_line (row->head);
  g_autofree char *author = author_of (row);
  const char *what = row->kind == BH_ROW_STEP      ? tool
                     : row->kind == BH_ROW_MESSAGE ? author
                                                   : bh_nick (BH_TYPE_ROW_KIND, row->kind);
  const char *text = *title != '\0' ? title : head;
  g_autofree char *line = g_strdup_printf ("%s · %s", what, text);
  g_autofree char *fitted = text_fit (line, MAX (output_get_columns (cli->out), 60) - 22);
  g_autofree char *duration = row->duration_us >= 0 ? text_duration (row->duration_us) : NULL;
  g_autofree char *state = g_strdelimit (g_strdup (bh_nick (BH_TYPE_ROW_STATE, row->state)), "_", ' ');

  output_printf (cli->out, STYLE_DIM, "%5" G_GUINT64_FORMAT " %-9s ", row->n, state);
  output_put (cli->out, row->state == BH_ROW_FAILED ? STYLE_BAD : STYLE_PLAIN, fitted);
  if (row->kind == BH_ROW_STEP && duration != NULL)
    output_printf (cli->out, STYLE_DIM, "  %s", duration);
  output_put (cli->out, STYLE_PLAIN, "\n");
}

static gboolean
print_rows (Cli *cli, const char *id, gboolean json, GError **error)
{
  for (guint64 from = 0;;)
    {
      g_autofree char *path =
          g_strdup_printf ("/v1/runs/%s/rows?from=%" G_GUINT64_FORMAT "&count=%d", id, from, PAGE);
      g_autoptr (JsonArray) rows = cli_get_list (cli, path, "rows", error);
      guint n = rows != NULL ? json_array_get_length (rows) : 0;

      if (rows == NULL)
        return FALSE;
      for (guint i = 0; i < n; i++)
        {
          g_autoptr (BhRow) row = bh_row_from_json (json_array_get_element (rows, i), NULL);
          if (json)
            output_json (cli->out, json_array_get_element (rows, i));
          else if (row != NULL)
            print_row (cli, row);
        }
      if (n < PAGE)
        return TRUE;
      from += n;
    }
}

/* The part of a row, whole, in pieces. */
static gboolean
print_body (Cli *cli, const char *id, const ShowOptions *options, GError **error)
{
  gint64 from = 0;

  while (from >= 0)
    {
      g_autofree char *part = options->part != NULL ? g_uri_escape_string (options->part, NULL, FALSE) : NULL;
      g_autofree char *path = g_strdup_printf ("/v1/runs/%s/rows/%" G_GINT64_FORMAT
                                               "/body?from=%" G_GINT64_FORMAT "&length=%d%s%s",
                                               id, options->row, from, PIECE, part != NULL ? "&part=" : "",
                                               part != NULL ? part : "");
      g_autoptr (JsonNode) answer = NULL;
      g_autofree char *shown = NULL;
      JsonObject *body;

      if (!cli_request (cli, "GET", path, NULL, &answer, error))
        return FALSE;
      body = json_node_get_object (answer);
      shown = text_shown (json_object_get_string_member_with_default (body, "text", NULL));
      if (options->json)
        output_json (cli->out, answer);
      else
        output_put (cli->out, STYLE_PLAIN, shown);
      from = json_object_get_int_member_with_default (body, "next", -1);
    }
  return TRUE;
}

/* --- its questions ------------------------------------------------------------------------------------- */

static gboolean
print_questions (Cli *cli, const char *id, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/v1/runs/%s/questions", id);
  g_autoptr (JsonArray) sets = cli_get_list (cli, path, "questions", error);

  for (guint i = 0; sets != NULL && i < json_array_get_length (sets); i++)
    {
      g_autoptr (BhQuestionSet) set = bh_question_set_from_json (json_array_get_element (sets, i), NULL);
      for (guint j = 0; set != NULL && j < set->questions->len; j++)
        question_print (cli->out, g_ptr_array_index (set->questions, j));
      if (set != NULL)
        output_printf (cli->out, STYLE_DIM, "  Answer it: bellhopctl answer %s %s\n", id, set->id);
    }
  return sets != NULL;
}

static gboolean
show (Cli *cli, const char *id, const ShowOptions *options, GError **error)
{
  g_autoptr (BhRun) run = NULL;

  if (options->row >= 0)
    return print_body (cli, id, options, error);
  run = cli_get_run (cli, id, error);
  if (run == NULL)
    return FALSE;
  if (options->json)
    {
      g_autoptr (JsonNode) node = bh_run_to_json (run);
      output_json (cli->out, node);
      return print_rows (cli, id, TRUE, error);
    }
  cli_learn_engines (cli);
  print_run (cli, run);
  output_put (cli->out, STYLE_PLAIN, "\n");
  return print_rows (cli, id, FALSE, error) && print_questions (cli, id, error);
}

int
verb_show (Cli *cli, char **args)
{
  g_auto (ShowOptions) options = { .row = -1 };
  const GOptionEntry entries[] = {
    { "row", 'r', 0, G_OPTION_ARG_INT64, &options.row, "One row of the timeline, in full", "N" },
    { "part", 0, 0, G_OPTION_ARG_FILENAME, &options.part, "Its text, call or result", "PART" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print one JSON object a line: the Run, then its rows",
      NULL },
    { NULL },
  };
  g_auto (GStrv) rest = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!cli_parse (cli, entries, 1, 1, args, &rest, &status))
    return status;
  if (options.part != NULL && options.row < 0)
    return cli_usage_error (cli, "--part says which part of a row: give --row N, too");
  id = cli_find_run (cli, rest[0], &error);
  if (id == NULL || !show (cli, id, &options, &error))
    return cli_fail (cli, g_steal_pointer (&error));
  return CLI_COMPLETED;
}

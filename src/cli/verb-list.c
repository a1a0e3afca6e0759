/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/table.h"
#include "cli/text-fit.h"
#include "cli/verbs.h"

#define PAGE 200

typedef struct
{
  char *status;
  char *search;
  gint limit;
  gboolean json;
} ListOptions;

static void
list_options_clear (ListOptions *self)
{
  g_free (self->status);
  g_free (self->search);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ListOptions, list_options_clear)

static void
add_query (GString *path, const char *name, const char *value)
{
  g_autofree char *escaped = value != NULL ? g_uri_escape_string (value, NULL, FALSE) : NULL;

  if (escaped != NULL)
    g_string_append_printf (path, "&%s=%s", name, escaped);
}

/* One page into `runs`; *next as in the answer. */
static gboolean
get_page (Cli *cli, const ListOptions *options, guint limit, char **next, GPtrArray *runs, GError **error)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (JsonNode) answer = NULL;
  JsonObject *object;
  JsonArray *list;

  g_string_printf (path, "/v1/runs?limit=%u", limit);
  add_query (path, "status", options->status);
  add_query (path, "q", options->search);
  add_query (path, "before", *next);
  g_clear_pointer (next, g_free);
  if (!cli_request (cli, "GET", path->str, NULL, &answer, error))
    return FALSE;
  object = json_node_get_object (answer);
  list = json_object_get_array_member (object, "runs");
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    g_ptr_array_add (runs, json_node_ref (json_array_get_element (list, i)));
  *next = g_strdup (json_object_get_string_member_with_default (object, "next", NULL));
  return TRUE;
}

static GPtrArray *
get_runs (Cli *cli, const ListOptions *options, GError **error)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  guint wanted = (guint) options->limit;
  g_autofree char *next = NULL;

  do
    if (!get_page (cli, options, MIN (wanted - runs->len, PAGE), &next, runs, error))
      return NULL;
  while (next != NULL && runs->len < wanted);
  return g_steal_pointer (&runs);
}

static OutputStyle
state_style (BhRunState state)
{
  switch (state)
    {
    case BH_RUN_COMPLETED:
      return STYLE_GOOD;
    case BH_RUN_FAILED:
      return STYLE_BAD;
    case BH_RUN_NEEDS_YOU:
      return STYLE_ASKS;
    case BH_RUN_STOPPED:
      return STYLE_DIM;
    case BH_RUN_QUEUED:
    case BH_RUN_LAUNCHING:
    case BH_RUN_RUNNING:
    default:
      return STYLE_NAME;
    }
}

static void
add_run (Table *table, JsonNode *node)
{
  g_autoptr (BhRun) run = bh_run_from_json (node, NULL);
  g_autofree char *age = NULL;

  if (run == NULL)
    return;
  age = text_age (run->created_at, g_get_real_time ());
  table_add (table, 1, state_style (run->state),
             (const char *const[]) { run->id, bh_run_state_word (run->state), age, run->name,
                                     run->current != NULL ? run->current : run->summary, NULL });
}

static void
print_runs (Cli *cli, GPtrArray *runs, gboolean json)
{
  g_autoptr (Table) table = table_new ((const char *const[]) { "RUN", "STATUS", "AGE", "NAME", "NOW", NULL });

  for (guint i = 0; i < runs->len; i++)
    if (json)
      output_json (cli->out, g_ptr_array_index (runs, i));
    else
      add_run (table, g_ptr_array_index (runs, i));
  if (!json && runs->len > 0)
    table_print (table, cli->out);
  else if (!json)
    output_put (cli->out, STYLE_DIM, "No Runs. Start one: bellhopctl run TEXT\n");
}

int
verb_list (Cli *cli, char **args)
{
  g_auto (ListOptions) options = { .limit = 50 };
  const GOptionEntry entries[] = {
    { "status", 's', 0, G_OPTION_ARG_FILENAME, &options.status,
      "Only these: queued, launching, running, needs_you, "
      "completed, failed, stopped",
      "A,B" },
    { "search", 'q', 0, G_OPTION_ARG_FILENAME, &options.search, "Only those in which these words occur",
      "WORDS" },
    { "limit", 0, 0, G_OPTION_ARG_INT, &options.limit, "At most so many (default: 50)", "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print one JSON object a line", NULL },
    { NULL },
  };
  g_auto (GStrv) rest = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!cli_parse (cli, entries, 0, 0, args, &rest, &status))
    return status;
  if (options.limit < 1)
    return cli_usage_error (cli, "--limit must be at least 1");
  runs = get_runs (cli, &options, &error);
  if (runs == NULL)
    return cli_fail (cli, g_steal_pointer (&error));
  print_runs (cli, runs, options.json);
  return CLI_COMPLETED;
}

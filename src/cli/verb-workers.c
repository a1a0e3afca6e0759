/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/table.h"
#include "cli/text-fit.h"
#include "cli/verbs.h"

typedef void (*AddRow) (Cli *cli, Table *table, JsonNode *node);

/* Everything that only lists: gets `name` at `path`, and prints it as a table or as JSON lines. */
static int
list_verb (Cli *cli, char **args, const char *path, const char *name, const char *const *headers, AddRow add)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object a line", NULL },
    { NULL },
  };
  g_auto (GStrv) rest = NULL;
  g_autoptr (JsonArray) list = NULL;
  g_autoptr (Table) table = table_new (headers);
  g_autoptr (GError) error = NULL;
  int status;

  if (!cli_parse (cli, entries, 0, 0, args, &rest, &status))
    return status;
  list = cli_get_list (cli, path, name, &error);
  if (list == NULL)
    return cli_fail (cli, g_steal_pointer (&error));
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (json)
      output_json (cli->out, json_array_get_element (list, i));
    else
      add (cli, table, json_array_get_element (list, i));
  if (!json)
    table_print (table, cli->out);
  return CLI_COMPLETED;
}

/* "host, debian-13", "" when the worker cannot say. */
static char *
image_names (Cli *cli, const char *worker)
{
  g_autofree char *escaped = g_uri_escape_string (worker, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/v1/workers/%s/images", escaped);
  g_autoptr (JsonArray) images = cli_get_list (cli, path, "images", NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; images != NULL && i < json_array_get_length (images); i++)
    {
      g_autoptr (BhImageInfo) image = bh_image_info_from_json (json_array_get_element (images, i), NULL);
      if (image != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", image->id);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_worker (Cli *cli, Table *table, JsonNode *node)
{
  g_autoptr (BhWorkerInfo) worker = bh_worker_info_from_json (node, NULL);
  g_autofree char *boxes = NULL, *load = NULL, *memory = NULL, *disk = NULL, *images = NULL;

  if (worker == NULL)
    return;
  boxes = g_strdup_printf ("%u of %u", worker->boxes, worker->max_boxes);
  load = g_strdup_printf ("%.0f %%", worker->cpu_load * 100);
  memory = text_size (worker->memory_available);
  disk = text_size (worker->disk_available);
  images = worker->online ? image_names (cli, worker->name) : NULL;
  table_add (table, 1, worker->online ? STYLE_GOOD : STYLE_BAD,
             (const char *const[]) { worker->name, worker->online ? "online" : "offline", boxes, load, memory,
                                     disk, images, NULL });
}

int
verb_workers (Cli *cli, char **args)
{
  return list_verb (cli, args, "/v1/workers", "workers",
                    (const char *const[]) { "WORKER", "STATUS", "BOXES", "CPU", "MEMORY FREE", "DISK FREE",
                                            "IMAGES", NULL },
                    add_worker);
}

static void
add_box (Cli *cli, Table *table, JsonNode *node)
{
  g_autoptr (BhBoxInfo) box = bh_box_info_from_json (node, NULL);
  g_autofree char *age = NULL;

  if (box == NULL)
    return;
  age = text_age (box->created_at, g_get_real_time ());
  table_add (table, 1, g_strcmp0 (box->state, "running") == 0 ? STYLE_GOOD : STYLE_DIM,
             (const char *const[]) { box->id, box->state, age, box->worker, box->image,
                                     box->run != NULL ? box->run : "(no Run)", box->run_name, NULL });
}

int
verb_boxes (Cli *cli, char **args)
{
  return list_verb (cli, args, "/v1/devboxes", "devboxes",
                    (const char *const[]) { "DEVBOX", "STATUS", "AGE", "WORKER", "IMAGE", "RUN", "NAME",
                                            NULL },
                    add_box);
}

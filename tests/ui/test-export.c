/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <libdex.h>

#include "app/run/bh-links.h"
#include "app/run/bh-run-export.h"
#include "support/let-go.h"
#include "support/scripted-coordinator.h"

/* A Run as a file, and links in a result. */

#define RUN "r_0000000000000001"
#define WAIT_MS 20000

typedef struct
{
  ScriptedCoordinator *coordinator;
  BhConnection *connection;
  char *folder;
  GFile *file;
} Fixture;

static gboolean
late_cb (gpointer data)
{
  g_error ("timed out");
  return G_SOURCE_REMOVE;
}

/* Takes `future`; what it resolved to, or NULL with `error`. */
static const GValue *
await (DexFuture *future, GError **error)
{
  guint source = g_timeout_add (WAIT_MS, late_cb, NULL);
  const GValue *value;

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
  value = dex_future_get_value (future, error);
  dex_unref (future);
  return value;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (BhRun) run = scripted_run_new (RUN, BH_RUN_COMPLETED, 60);
  guint source = g_timeout_add (WAIT_MS, late_cb, NULL);

  self->coordinator = scripted_coordinator_new ();
  scripted_coordinator_put_run (self->coordinator, run);
  scripted_coordinator_set_rows (self->coordinator, RUN, 450);
  self->connection =
      bh_connection_new_local ("Scripted", scripted_coordinator_get_socket (self->coordinator));
  bh_connection_open (self->connection);
  while (bh_connection_get_state (self->connection) != BH_CONNECTION_CONNECTED)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
  self->folder = g_dir_make_tmp ("bh-export-XXXXXX", NULL);
  self->file = g_file_new_build_filename (self->folder, "run", NULL);
  g_assert_true (g_file_replace_contents (self->file, "as it was", 9, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                          NULL, NULL));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  let_go_of_connection (&self->connection);
  g_clear_pointer (&self->coordinator, scripted_coordinator_free);
  g_file_delete (self->file, NULL, NULL);
  g_rmdir (self->folder);
  g_clear_object (&self->file);
  g_free (self->folder);
}

static char *
read_file (Fixture *self)
{
  char *text = NULL;

  g_assert_true (g_file_load_contents (self->file, NULL, &text, NULL, NULL, NULL));
  return text;
}

static void
test_json (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonArray *rows;

  await (bh_run_export (self->connection, RUN, BH_EXPORT_JSON, self->file, NULL), &error);
  g_assert_no_error (error);
  text = read_file (self);
  node = json_from_string (text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (json_node_get_object (node),
                                                                                 "run"),
                                                  "id"),
                   ==, RUN);
  rows = json_object_get_array_member (json_node_get_object (node), "rows");
  g_assert_cmpuint (json_array_get_length (rows), ==, 450);
  for (guint i = 0; i < 450; i++)
    g_assert_cmpint (json_object_get_int_member (json_array_get_object_element (rows, i), "n"), ==, i);
}

static void
test_markdown (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  guint steps = 0;

  await (bh_run_export (self->connection, RUN, BH_EXPORT_MARKDOWN, self->file, NULL), &error);
  g_assert_no_error (error);
  text = read_file (self);
  g_assert_true (g_str_has_prefix (text, "# "));
  for (const char *at = text; (at = strstr (at, "step ")) != NULL; at++)
    steps++;
  g_assert_cmpuint (steps, >=, 450);
}

static void
add_step_by (Fixture *self, const char *author)
{
  g_autoptr (BhRow) row = bh_row_new ();

  row->kind = BH_ROW_STEP;
  row->state = BH_ROW_DONE;
  row->author = g_strdup (author);
  row->tool = g_strdup ("shell");
  row->title = g_strdup ("npm test");
  scripted_coordinator_add_row (self->coordinator, RUN, row);
}

/* Only what another engine than the Run's own did says so. */
static void
test_whose_step (Fixture *self, gconstpointer data)
{
  g_autoptr (BhRun) run = scripted_run_new (RUN, BH_RUN_COMPLETED, 60);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  run->engine_used = g_strdup ("own-engine");
  scripted_coordinator_put_run (self->coordinator, run);
  add_step_by (self, "own-engine");
  add_step_by (self, "helping-engine");
  await (bh_run_export (self->connection, RUN, BH_EXPORT_MARKDOWN, self->file, NULL), &error);
  g_assert_no_error (error);
  text = read_file (self);
  g_assert_nonnull (strstr (text, "\n### shell: npm test\n"));
  g_assert_nonnull (strstr (text, "\n### Helping-engine, shell: npm test\n"));
  g_assert_null (strstr (text, "Own-engine"));
}

#define LONG_TEXT (17 * 1024 * 1024)

/* A text is there from its beginning; what is left out of one that is far too long is said. */
static void
test_long_text (Fixture *self, gconstpointer data)
{
  g_autoptr (BhRow) row = bh_row_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL, *written = g_strnfill (LONG_TEXT, 'x');
  const char *begin;

  written[0] = '^';
  row->kind = BH_ROW_MESSAGE;
  row->state = BH_ROW_DONE;
  row->author = g_strdup ("codex");
  row->head = g_strndup (written, BH_HEAD_MAX);
  scripted_coordinator_add_row (self->coordinator, RUN, row);
  scripted_coordinator_append (self->coordinator, RUN, 450, BH_PART_TEXT, written);
  await (bh_run_export (self->connection, RUN, BH_EXPORT_MARKDOWN, self->file, NULL), &error);
  g_assert_no_error (error);
  text = read_file (self);
  begin = strstr (text, "\n^xxxx");
  g_assert_nonnull (begin);
  g_assert_cmpuint (strspn (begin + 2, "x"), ==, 16 * 1024 * 1024 - 1);
  g_assert_nonnull (strstr (begin, "after this were left out"));
}

/* What was there before stays. */
static void
test_failure (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  scripted_coordinator_fail (
      self->coordinator, "GET /v1/runs/" RUN "/rows?from=200", 500,
      "{\"type\":\"about:blank\",\"title\":\"t\",\"status\":500,\"detail\":\"Out of order\","
      "\"code\":\"internal\"}",
      1000);
  g_assert_null (await (bh_run_export (self->connection, RUN, BH_EXPORT_JSON, self->file, NULL), &error));
  g_assert_nonnull (error);
  text = read_file (self);
  g_assert_cmpstr (text, ==, "as it was");
}

/* And what was not there before is not there then. */
static void
test_failure_of_new (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_delete (self->file, NULL, NULL));
  scripted_coordinator_fail (self->coordinator, "GET /v1/runs/" RUN "/rows?from=200", 500, "{}", 1000);
  g_assert_null (await (bh_run_export (self->connection, RUN, BH_EXPORT_JSON, self->file, NULL), &error));
  g_assert_nonnull (error);
  g_assert_false (g_file_query_exists (self->file, NULL));
}

static void
test_links (void)
{
  g_auto (GStrv) links = bh_find_links ("See https://example.org/a?b=1. And <http://example.com>, "
                                        "[pr](https://example.org/pr/1), https://example.org/a?b=1 and "
                                        "httpfoo javascript:alert(1) ftp://example.net https://",
                                        8);

  g_assert_cmpstrv (links, ((const char *const[]) { "https://example.org/a?b=1", "http://example.com",
                                                    "https://example.org/pr/1", NULL }));
}

static void
test_name (void)
{
  g_autofree char *markdown = bh_run_export_name ("Fix a/b: c?", BH_EXPORT_MARKDOWN);
  g_autofree char *json = bh_run_export_name ("", BH_EXPORT_JSON);

  g_assert_cmpstr (markdown, ==, "Fix a-b- c-.md");
  g_assert_cmpstr (json, ==, "run.json");
}

int
main (int argc, char *argv[])
{
  g_setenv ("BELLHOP_NO_START", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add ("/export/json", Fixture, NULL, set_up, test_json, tear_down);
  g_test_add ("/export/markdown", Fixture, NULL, set_up, test_markdown, tear_down);
  g_test_add ("/export/whose-step", Fixture, NULL, set_up, test_whose_step, tear_down);
  g_test_add ("/export/long-text", Fixture, NULL, set_up, test_long_text, tear_down);
  g_test_add ("/export/failure", Fixture, NULL, set_up, test_failure, tear_down);
  g_test_add ("/export/failure-of-new", Fixture, NULL, set_up, test_failure_of_new, tear_down);
  g_test_add_func ("/export/name", test_name);
  g_test_add_func ("/links", test_links);
  return g_test_run ();
}

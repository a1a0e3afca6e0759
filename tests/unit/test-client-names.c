/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
/* What engines are called, as connections learn it. There is one table: each test has ids of its own. */

#include <string.h>

#include "client/bh-engine-names.h"
#include "test-client-util.h"

static BhEngineInfo *
engine_new (const char *id, const char *name)
{
  BhEngineInfo *info = bh_engine_info_new ();

  info->id = g_strdup (id);
  info->name = g_strdup (name);
  info->protocol = g_strdup ("acp");
  return info;
}

static void
learn (const char *id, const char *name)
{
  g_autoptr (GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_engine_info_unref);

  g_ptr_array_add (infos, engine_new (id, name));
  bh_engine_names_learn (infos);
}

static void
assert_called (const char *id, const char *name, const char *author)
{
  g_autofree char *known = bh_engine_names_lookup (id), *known_author = bh_engine_names_lookup_author (id);

  g_assert_cmpstr (known, ==, name);
  g_assert_cmpstr (known_author, ==, author);
}

static void
changed_cb (guint *n)
{
  *n += 1;
}

static void
test_cut (void)
{
  learn ("cut-variant", "Claude Code – API credits");
  assert_called ("cut-variant", "Claude Code – API credits", "Claude Code");
  learn ("cut-acp", "Claude Code (ACP)");
  assert_called ("cut-acp", "Claude Code (ACP)", "Claude Code (ACP)");
  learn ("cut-hyphen", "Two-part – name–d – thing");
  assert_called ("cut-hyphen", "Two-part – name–d – thing", "Two-part");
  learn ("cut-first", " – API credits");
  assert_called ("cut-first", "– API credits", "– API credits");
}

static void
test_unknown (void)
{
  assert_called ("unknown", NULL, NULL);
  assert_called (NULL, NULL, NULL);
  learn ("unknown", NULL);
  assert_called ("unknown", NULL, NULL);
  learn ("unknown", "");
  assert_called ("unknown", NULL, NULL);
}

static void
test_hostile (void)
{
  g_autofree char *name = g_strnfill (10000, 'x'), *shown = NULL;

  learn ("hostile-long", name);
  shown = bh_engine_names_lookup ("hostile-long");
  g_assert_cmpuint (strlen (shown), ==, BH_ENGINE_NAME_MAX);
  learn ("hostile-lines", "\n  Co\ndex\t\x1b[31mred\x1b[0m \xe2\x80\xaegnp ");
  assert_called ("hostile-lines", "Co dex red gnp", "Co dex red gnp");
  learn ("hostile-blank", " \n\t\xe2\x80\xae");
  assert_called ("hostile-blank", NULL, NULL);
  learn ("hostile-markup", "<b>Codex</b> & Co");
  assert_called ("hostile-markup", "<b>Codex</b> & Co", "<b>Codex</b> & Co");
  /* an id that nothing can be by */
  learn (name, "Long");
  assert_called (name, NULL, NULL);
}

/* A coordinator that lists engines without end takes none of the names away that are known. */
static void
test_many (void)
{
  learn ("many", "Before");
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *id = g_strdup_printf ("many-%u", i);

      learn (id, "One of many");
    }
  assert_called ("many-999", NULL, NULL);
  assert_called ("many", "Before", "Before");
  learn ("many", "After");
  assert_called ("many", "After", "After");
}

static void
test_from_coordinator (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = scripted_coordinator_new ();
  g_autoptr (BhEngineInfo) first = engine_new ("listed", "Listed – first"),
                           second = engine_new ("listed-later", "Later");
  BhConnection *connection;
  guint n_changed = 0, n_listed = 0;
  gulong handler =
      g_signal_connect_swapped (bh_engine_names_get (), "changed", G_CALLBACK (changed_cb), &n_changed);

  scripted_coordinator_put_engine (coordinator, first);
  connection = connected_to (coordinator);
  assert_called ("listed", "Listed – first", "Listed");
  g_assert_cmpuint (n_changed, ==, 1);
  /* nothing else is asked for them */
  g_assert_cmpuint (scripted_coordinator_count (coordinator, "GET /v1/engines"), ==, 1);

  count_signal (connection, "engines-listed", &n_listed);
  bh_connection_refresh_engines (connection);
  wait_until (n_listed == 1);
  g_assert_cmpuint (n_changed, ==, 1);
  scripted_coordinator_put_engine (coordinator, second);
  bh_connection_refresh_engines (connection);
  wait_until (n_listed == 2);
  g_assert_cmpuint (n_changed, ==, 2);
  assert_called ("listed-later", "Later", "Later");

  g_signal_handler_disconnect (bh_engine_names_get (), handler);
  bh_connection_close (connection);
  g_object_unref (connection);
  drain_loop ();
}

/* What a person reads of an author is found. */
static void
test_found (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = scripted_coordinator_new ();
  g_autoptr (BhRun) run = scripted_run_new ("r_1", BH_RUN_RUNNING, 10);
  g_autoptr (BhEngineInfo) engine = engine_new ("to-be-found", "Claude Code – API credits");
  g_autoptr (BhRow) row = bh_row_new ();
  g_autoptr (BhTimeline) timeline = NULL;
  g_autoptr (DexFuture) found = NULL;
  g_autoptr (GError) missing = NULL;
  BhConnection *connection;

  scripted_coordinator_put_engine (coordinator, engine);
  scripted_coordinator_put_run (coordinator, run);
  scripted_coordinator_set_rows (coordinator, "r_1", 5);
  row->kind = BH_ROW_MESSAGE;
  row->state = BH_ROW_DONE;
  row->author = g_strdup ("to-be-found");
  row->head = g_strdup ("Something");
  scripted_coordinator_add_row (coordinator, "r_1", row);
  connection = connected_to (coordinator);
  timeline = bh_timeline_new (connection, "r_1");
  wait_until (bh_timeline_get_ready (timeline));
  found = settled (bh_timeline_find (timeline, "claude code", 0, FALSE));
  g_assert_cmpuint (g_value_get_uint (dex_future_get_value (found, NULL)), ==, 5);
  missing = rejected (bh_timeline_find (timeline, "API credits", 0, FALSE));
  g_assert_error (missing, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_object (&timeline);
  bh_connection_close (connection);
  g_object_unref (connection);
  drain_loop ();
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/names/cut", test_cut);
  g_test_add_func ("/client/names/unknown", test_unknown);
  g_test_add_func ("/client/names/hostile", test_hostile);
  g_test_add_func ("/client/names/from-coordinator", test_from_coordinator);
  g_test_add_func ("/client/names/found", test_found);
  g_test_add_func ("/client/names/many", test_many); /* the table is full after it */
  return g_test_run ();
}

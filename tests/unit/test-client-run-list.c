/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
/* The list of Runs, against scripted coordinators. */

#include <string.h>

#include "test-client-util.h"

typedef struct
{
  ScriptedCoordinator *coordinator;
  BhConnections *connections;
  BhRunList *list;
  GPtrArray *mirror; /* BhRunItem: the list as items-changed tells of it */
} Fixture;

static void
changed_cb (GListModel *model, guint position, guint removed, guint added, Fixture *self)
{
  g_ptr_array_remove_range (self->mirror, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (self->mirror, (int) (position + i), g_list_model_get_item (model, position + i));
}

/* What was told of is what there is, and it is in order. */
static void
check (Fixture *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->list));

  g_assert_cmpuint (self->mirror->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (BhRunItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), i);

      g_assert_true (item == g_ptr_array_index (self->mirror, i));
      g_assert_cmpuint (bh_run_list_find (self->list, item), ==, i);
      if (i > 0)
        g_assert_cmpint (bh_run_list_get_section (self->list, i - 1), <=,
                         bh_run_list_get_section (self->list, i));
    }
}

static void
put (ScriptedCoordinator *coordinator, const char *id, BhRunState state, gint64 seconds_ago)
{
  g_autoptr (BhRun) run = scripted_run_new (id, state, seconds_ago);

  scripted_coordinator_put_run (coordinator, run);
}

static void
fixture_begin (Fixture *self)
{
  self->coordinator = scripted_coordinator_new ();
  self->mirror = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
fixture_open (Fixture *self)
{
  BhConnection *local = connected_to (self->coordinator);

  /* connections open what they are given */
  bh_connection_close (local);
  g_object_unref (local);
  local = bh_connection_new_local ("This computer", scripted_coordinator_get_socket (self->coordinator));
  bh_client_set_may_start (bh_connection_get_client (local), FALSE);
  self->connections = bh_connections_new (local);
  self->list = bh_run_list_new (self->connections);
  g_signal_connect (self->list, "items-changed", G_CALLBACK (changed_cb), self);
  wait_until (bh_connection_get_state (local) == BH_CONNECTION_CONNECTED);
  g_object_unref (local);
}

static void
fixture_close (Fixture *self)
{
  g_clear_object (&self->list);
  g_clear_object (&self->connections);
  g_ptr_array_unref (self->mirror);
  drain_loop ();
  scripted_coordinator_free (self->coordinator);
}

static const char *
id_at (Fixture *self, guint position)
{
  g_autoptr (BhRunItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), position);

  return item != NULL ? bh_run_item_get_id (item) : NULL;
}

static void
told_cb (BhRunList *list, guint position, guint n, guint *told)
{
  g_assert_cmpuint (n, ==, 1);
  *told = position;
}

/* A Run that ends where it stands has not moved, but it is of another section. */
static void
test_section_in_place (void)
{
  Fixture self = { 0 };
  guint told = G_MAXUINT;

  fixture_begin (&self);
  put (self.coordinator, "r_asks", BH_RUN_NEEDS_YOU, 90);
  put (self.coordinator, "r_running", BH_RUN_RUNNING, 5);
  fixture_open (&self);
  g_signal_connect (self.list, "sections-changed", G_CALLBACK (told_cb), &told);
  scripted_coordinator_set_state (self.coordinator, "r_running", BH_RUN_COMPLETED);
  wait_until (told != G_MAXUINT);
  g_assert_cmpuint (told, ==, 1);
  g_assert_cmpint (bh_run_list_get_section (self.list, 1), >=, BH_SECTION_TODAY);
  check (&self);
  fixture_close (&self);
}

static void
test_order (void)
{
  Fixture self = { 0 };
  guint start, end;

  fixture_begin (&self);
  put (self.coordinator, "r_old", BH_RUN_COMPLETED, 60 * 60 * 24 * 9);
  put (self.coordinator, "r_older", BH_RUN_FAILED, 60 * 60 * 24 * 10);
  put (self.coordinator, "r_running", BH_RUN_RUNNING, 60 * 60 * 24 * 30);
  put (self.coordinator, "r_asks", BH_RUN_NEEDS_YOU, 90);
  put (self.coordinator, "r_queued", BH_RUN_QUEUED, 5);
  put (self.coordinator, "r_launching", BH_RUN_LAUNCHING, 5);
  fixture_open (&self);
  check (&self);
  g_assert_cmpstr (id_at (&self, 0), ==, "r_asks");
  g_assert_cmpstr (id_at (&self, 1), ==, "r_launching");
  g_assert_cmpstr (id_at (&self, 2), ==, "r_running");
  g_assert_cmpstr (id_at (&self, 3), ==, "r_queued");
  g_assert_cmpstr (id_at (&self, 4), ==, "r_old");
  g_assert_cmpint (bh_run_list_get_section (self.list, 5), ==, BH_SECTION_EARLIER);
  bh_run_list_get_section_range (self.list, 2, &start, &end);
  g_assert_cmpuint (start, ==, 1);
  g_assert_cmpuint (end, ==, 3);
  bh_run_list_get_section_range (self.list, 6, &start, &end);
  g_assert_cmpuint (start, ==, 6);
  g_assert_cmpuint (end, ==, G_MAXUINT);
  scripted_coordinator_set_state (self.coordinator, "r_running", BH_RUN_NEEDS_YOU);
  wait_until (bh_run_list_get_section (self.list, 1) == BH_SECTION_NEEDS_YOU);
  g_assert_cmpstr (id_at (&self, 1), ==, "r_running");
  check (&self);
  scripted_coordinator_delete_run (self.coordinator, "r_queued", FALSE);
  wait_until (self.mirror->len == 5);
  check (&self);
  fixture_close (&self);
}

static void
test_hidden (void)
{
  Fixture self = { 0 };
  BhRunItem *item;

  fixture_begin (&self);
  put (self.coordinator, "r_1", BH_RUN_COMPLETED, 1);
  put (self.coordinator, "r_2", BH_RUN_COMPLETED, 2);
  fixture_open (&self);
  item = bh_run_list_lookup (self.list, "local", "r_1");
  bh_run_list_hide (self.list, item);
  g_assert_cmpuint (self.mirror->len, ==, 1);
  g_assert_cmpuint (bh_run_list_find (self.list, item), ==, G_MAXUINT);
  g_assert_true (bh_run_list_lookup (self.list, "local", "r_1") == item);
  /* a change does not bring it back */
  scripted_coordinator_set_state (self.coordinator, "r_1", BH_RUN_RUNNING);
  wait_until (bh_run_item_get_state (item) == BH_RUN_RUNNING);
  g_assert_cmpuint (self.mirror->len, ==, 1);
  bh_run_list_unhide (self.list, item);
  g_assert_cmpstr (id_at (&self, 0), ==, "r_1");
  check (&self);
  fixture_close (&self);
}

/* A page at a time, told of as one change each; then many changes in a long list. */
static void
test_many (void)
{
  Fixture self = { 0 };
  guint changes = 0;

  fixture_begin (&self);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *id = g_strdup_printf ("r_%04u", i);

      put (self.coordinator, id, BH_RUN_COMPLETED, 60 + i);
    }
  fixture_open (&self);
  g_assert_cmpuint (self.mirror->len, ==, 200);
  g_assert_true (bh_run_list_get_has_more (self.list));
  count_signal (self.list, "items-changed", &changes);
  while (bh_run_list_get_has_more (self.list))
    {
      bh_run_list_load_more (self.list);
      wait_until (!bh_run_list_get_loading (self.list));
    }
  g_assert_cmpuint (self.mirror->len, ==, 1000);
  g_assert_cmpuint (changes, ==, 4);
  check (&self);
  for (guint i = 0; i < 1000; i += 7)
    {
      g_autofree char *id = g_strdup_printf ("r_%04u", i);

      scripted_coordinator_set_state (self.coordinator, id, i % 2 ? BH_RUN_RUNNING : BH_RUN_NEEDS_YOU);
    }
  wait_until (bh_run_item_get_state (bh_run_list_lookup (self.list, "local", "r_0994")) != BH_RUN_COMPLETED);
  check (&self);
  /* all of it is listed again after a reconnection, and nothing moves */
  changes = 0;
  scripted_coordinator_set_down (self.coordinator, TRUE);
  wait_until (bh_connection_get_state (bh_connections_get_local (self.connections)) == BH_CONNECTION_LOST);
  scripted_coordinator_delete_run (self.coordinator, "r_0999", TRUE);
  scripted_coordinator_set_down (self.coordinator, FALSE);
  bh_connection_reconnect (bh_connections_get_local (self.connections));
  wait_until (self.mirror->len == 999);
  g_assert_cmpuint (changes, ==, 1);
  check (&self);
  fixture_close (&self);
}

/* Of Runs that were made in the same moment only the coordinator knows which page ends where. */
static void
test_same_moment (void)
{
  Fixture self = { 0 };
  gint64 moment = g_get_real_time ();

  fixture_begin (&self);
  for (guint i = 0; i < 700; i++)
    {
      g_autofree char *id = g_strdup_printf ("r_%04u", i);
      g_autoptr (BhRun) run = scripted_run_new (id, BH_RUN_COMPLETED, 0);

      run->created_at = moment;
      scripted_coordinator_put_run (self.coordinator, run);
    }
  fixture_open (&self);
  for (guint n = 200; n < 700; n += 200)
    {
      g_assert_cmpuint (self.mirror->len, ==, n);
      g_assert_true (bh_run_list_get_has_more (self.list));
      bh_run_list_load_more (self.list);
      wait_until (!bh_run_list_get_loading (self.list));
    }
  g_assert_cmpuint (self.mirror->len, ==, 700);
  g_assert_false (bh_run_list_get_has_more (self.list));
  check (&self);
  fixture_close (&self);
}

static void
test_search (void)
{
  Fixture self = { 0 };
  g_autoptr (BhRunList) search = NULL;

  fixture_begin (&self);
  put (self.coordinator, "r_apple", BH_RUN_COMPLETED, 10);
  put (self.coordinator, "r_apricot", BH_RUN_RUNNING, 20);
  put (self.coordinator, "r_pear", BH_RUN_RUNNING, 30);
  fixture_open (&self);
  search = bh_run_list_new_search (self.connections);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (search)), ==, 0);
  bh_run_list_search (search, "nothing", 0);
  bh_run_list_search (search, "ap", 0);
  wait_until (!bh_run_list_get_loading (search));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (search)), ==, 2);
  g_assert_nonnull (bh_run_list_lookup (search, "local", "r_apricot"));
  bh_run_list_search (search, NULL, 1u << BH_RUN_RUNNING);
  wait_until (!bh_run_list_get_loading (search));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (search)), ==, 2);
  /* what no longer matches leaves, what now does comes */
  scripted_coordinator_set_state (self.coordinator, "r_pear", BH_RUN_COMPLETED);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (search)) == 1);
  scripted_coordinator_set_state (self.coordinator, "r_apple", BH_RUN_RUNNING);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (search)) == 2);
  scripted_coordinator_fail (self.coordinator, "GET /v1/runs?limit=200&q=", 500, "{}", 1);
  bh_run_list_search (search, "x", 0);
  wait_until (bh_run_list_get_error (search) != NULL);
  bh_run_list_search (search, "", 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (search)), ==, 0);
  g_assert_null (bh_run_list_get_error (search));
  g_clear_object (&search);
  fixture_close (&self);
}

static guint
n_found (BhRunList *search)
{
  return g_list_model_get_n_items (G_LIST_MODEL (search));
}

static void
load_more (BhRunList *search)
{
  bh_run_list_load_more (search);
  g_assert_true (bh_run_list_get_loading (search));
  wait_until (!bh_run_list_get_loading (search));
}

/* Runs of which every other one is called so; the oldest is at work. */
static void
put_many (Fixture *self, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *found = g_strdup_printf ("r_apple%04u", i);
      g_autofree char *other = g_strdup_printf ("r_pear%04u", i);

      put (self->coordinator, found, i == n - 1 ? BH_RUN_RUNNING : BH_RUN_COMPLETED, 60 + 2 * i);
      put (self->coordinator, other, BH_RUN_COMPLETED, 61 + 2 * i);
    }
}

/* All that was found can be had, a page at a time, each told of as one change. */
static void
test_search_many (void)
{
  Fixture self = { 0 };
  g_autoptr (BhRunList) search = NULL;
  guint changes = 0;

  fixture_begin (&self);
  put_many (&self, 700);
  fixture_open (&self);
  search = bh_run_list_new_search (self.connections);
  bh_run_list_search (search, "apple", 1u << BH_RUN_COMPLETED);
  wait_until (!bh_run_list_get_loading (search));
  g_assert_cmpuint (n_found (search), ==, 200);
  g_assert_true (bh_run_list_get_has_more (search));
  count_signal (search, "items-changed", &changes);
  /* the last of a page is deleted: what comes behind it is found all the same */
  scripted_coordinator_delete_run (self.coordinator, "r_apple0199", TRUE);
  load_more (search);
  g_assert_cmpuint (n_found (search), ==, 400);
  g_assert_nonnull (bh_run_list_lookup (search, "local", "r_apple0399"));
  load_more (search);
  g_assert_true (bh_run_list_get_has_more (search));
  load_more (search);
  g_assert_cmpuint (changes, ==, 3);
  g_assert_cmpuint (n_found (search), ==, 699);
  g_assert_nonnull (bh_run_list_lookup (search, "local", "r_apple0698"));
  g_assert_null (bh_run_list_lookup (search, "local", "r_apple0699"));
  g_assert_null (bh_run_list_lookup (search, "local", "r_pear0698"));
  g_assert_false (bh_run_list_get_has_more (search));
  bh_run_list_load_more (search);
  g_assert_false (bh_run_list_get_loading (search));
  g_clear_object (&search);
  fixture_close (&self);
}

/* Nothing wakes the loop when a request has come to the other side. */
static void
await_request (Fixture *self, const char *request)
{
  while (scripted_coordinator_count (self->coordinator, request) == 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

/* More of one search never comes into the next. */
static void
test_search_anew (void)
{
  Fixture self = { 0 };
  g_autoptr (BhRunList) search = NULL;

  fixture_begin (&self);
  put_many (&self, 300);
  fixture_open (&self);
  search = bh_run_list_new_search (self.connections);
  bh_run_list_search (search, "apple", 0);
  wait_until (!bh_run_list_get_loading (search));
  scripted_coordinator_hold (self.coordinator, "GET /v1/runs?limit=200&q=apple");
  bh_run_list_load_more (search);
  await_request (&self, "GET /v1/runs?limit=200&q=apple&before=");
  bh_run_list_search (search, "pear0001", 0);
  wait_until (!bh_run_list_get_loading (search));
  g_assert_false (bh_run_list_get_has_more (search));
  scripted_coordinator_hold (self.coordinator, NULL);
  drain_loop ();
  g_assert_cmpuint (n_found (search), ==, 1);
  /* a page that could not be had is asked for again */
  bh_run_list_search (search, "apple", 0);
  wait_until (!bh_run_list_get_loading (search));
  scripted_coordinator_fail (self.coordinator, "GET /v1/runs?limit=200&q=apple&before=", 400, "{}", 1);
  load_more (search);
  g_assert_nonnull (bh_run_list_get_error (search));
  g_assert_cmpuint (n_found (search), ==, 200);
  load_more (search);
  g_assert_null (bh_run_list_get_error (search));
  g_assert_cmpuint (n_found (search), ==, 300);
  g_assert_cmpint (bh_run_list_get_section (search, 0), ==, BH_SECTION_RUNNING);
  g_clear_object (&search);
  fixture_close (&self);
}

/* A coordinator whose pages lead nowhere is not asked for ever. */
static void
test_search_no_end (void)
{
  static const char page[] = "{\"runs\":[{\"id\":\"r_apple0000\",\"state\":\"completed\"}],"
                             "\"next\":\"r_apple0000\"}";
  Fixture self = { 0 };
  g_autoptr (BhRunList) search = NULL;

  fixture_begin (&self);
  put_many (&self, 2);
  fixture_open (&self);
  search = bh_run_list_new_search (self.connections);
  scripted_coordinator_fail (self.coordinator, "GET /v1/runs?limit=200&q=apple", 200, page, 2);
  bh_run_list_search (search, "apple", 0);
  wait_until (!bh_run_list_get_loading (search));
  g_assert_true (bh_run_list_get_has_more (search));
  load_more (search);
  g_assert_false (bh_run_list_get_has_more (search));
  g_assert_cmpuint (n_found (search), ==, 1);
  g_clear_object (&search);
  fixture_close (&self);
}

/* Plain http to this machine stands for a remote one. */
static void
test_connections (void)
{
  Fixture self = { 0 };
  g_autoptr (BhConnection) remote = NULL;
  guint changes = 0;

  fixture_begin (&self);
  put (self.coordinator, "r_1", BH_RUN_COMPLETED, 10);
  fixture_open (&self);
  count_signal (self.connections, "items-changed", &changes);
  remote = g_object_ref (
      bh_connections_add (self.connections, "far", "Far", "https://127.0.0.1:1", "token", NULL));
  g_assert_cmpuint (bh_connections_get_n (self.connections), ==, 2);
  g_assert_true (bh_connections_lookup (self.connections, "far") == remote);
  g_assert_nonnull (bh_connections_find_run (self.connections, "r_1"));
  {
    g_autoptr (BhRun) run = scripted_run_new ("r_1", BH_RUN_RUNNING, 3);

    bh_connection_take_run (remote, run);
  }
  g_assert_cmpuint (self.mirror->len, ==, 2);
  check (&self);
  wait_until (bh_connection_get_state (remote) == BH_CONNECTION_LOST);
  g_assert_true (bh_connections_remove (self.connections, "far"));
  g_assert_false (bh_connections_remove (self.connections, "far"));
  g_assert_false (bh_connections_remove (self.connections, "local"));
  g_assert_cmpuint (self.mirror->len, ==, 1);
  g_assert_cmpuint (changes, ==, 2);
  check (&self);
  g_clear_object (&remote);
  fixture_close (&self);
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/run-list/order", test_order);
  g_test_add_func ("/client/run-list/hidden", test_hidden);
  g_test_add_func ("/client/run-list/many", test_many);
  g_test_add_func ("/client/run-list/same-moment", test_same_moment);
  g_test_add_func ("/client/run-list/search", test_search);
  g_test_add_func ("/client/run-list/search-many", test_search_many);
  g_test_add_func ("/client/run-list/search-anew", test_search_anew);
  g_test_add_func ("/client/run-list/search-no-end", test_search_no_end);
  g_test_add_func ("/client/run-list/connections", test_connections);
  g_test_add_func ("/client/run-list/section-in-place", test_section_in_place);
  return g_test_run ();
}

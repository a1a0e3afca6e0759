/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-window-util.h"

#include "app/runs/bh-run-row.h"

/* The window on a coordinator that makes no sense. */

static gboolean
is_connected (Fixture *self, gconstpointer data)
{
  BhConnection *local = bh_connections_get_local (bh_application_get_connections (self->application));

  return bh_connection_get_state (local) == BH_CONNECTION_CONNECTED;
}

/* The first listing is done: what is asked from now on is what the test brings about. */
static void
set_up_connected (Fixture *self, gconstpointer data)
{
  set_up (self, data);
  wait_for (self, is_connected, NULL, "the connection");
}

/* What is wrong is said in the window, with a way out, and all that was known is there. */
static void
assert_said (Fixture *self, const char *text)
{
  wait_for (self, is_said, text, text);
  wait_for (self, has_button, "_Reconnect", "the button");
  g_assert_cmpuint (n_items (self->list), ==, 5);
  press (self, "_Reconnect");
  wait_for (self, is_not_said, text, "the coordinator to make sense again");
  g_assert_cmpuint (n_items (self->list), ==, 5);
}

static void
test_bad_events (Fixture *self, gconstpointer data)
{
  static const char said[] = "An event “run” cannot be read";

  scripted_coordinator_hold (self->coordinator, "GET /v1/runs");
  scripted_coordinator_send (self->coordinator, "/v1/events",
                             "event: run\ndata: {\"id\":\n\nevent: weather\ndata: 7\n\n");
  wait_for (self, is_said, said, said);
  wait_for (self, has_button, "_Reconnect", "the button");
  g_assert_cmpuint (n_items (self->list), ==, 5);
  scripted_coordinator_hold (self->coordinator, NULL);
  wait_for (self, is_not_said, said, "everything to be listed again");
  g_assert_cmpuint (n_items (self->list), ==, 5);
}

static void
test_bad_list (Fixture *self, gconstpointer data)
{
  scripted_coordinator_fail (self->coordinator, "GET /v1/runs?limit", 200, "{\"runs\":[7,null,[]]}", 1);
  scripted_coordinator_hang_up (self->coordinator, "/v1/events");
  assert_said (self, "One of the “runs” cannot be read");
}

static void
test_no_json (Fixture *self, gconstpointer data)
{
  scripted_coordinator_fail (self->coordinator, "GET /v1/runs?limit", 200, "<h1>hello</h1>", 1);
  scripted_coordinator_hang_up (self->coordinator, "/v1/events");
  assert_said (self, "The coordinator’s answer cannot be read");
}

static void
test_cut_off (Fixture *self, gconstpointer data)
{
  scripted_coordinator_fail (self->coordinator, "GET /v1/info", 500, "oops", 3);
  scripted_coordinator_send (self->coordinator, "/v1/events", "event: run\ndata: {\"id\":\"r_0\",\"na");
  scripted_coordinator_hang_up (self->coordinator, "/v1/events");
  wait_for (self, is_said, "500", "the error");
  g_assert_cmpuint (n_items (self->list), ==, 5);
  wait_for (self, is_not_said, "500", "the coordinator to be back");
}

static void
test_other_version (Fixture *self, int api)
{
  scripted_coordinator_set_api (self->coordinator, api);
  scripted_coordinator_hang_up (self->coordinator, "/v1/events");
  wait_for (self, is_said, "Bring both to the same release", "the other version");
  scripted_coordinator_set_api (self->coordinator, 1);
  assert_said (self, "Bring both to the same release");
}

static void
test_newer (Fixture *self, gconstpointer data)
{
  test_other_version (self, 2);
}

static void
test_older (Fixture *self, gconstpointer data)
{
  test_other_version (self, 0);
}

/* Whether a row of the list is heard as that. */
static gboolean
speaks_of (GtkWidget *widget, const char *text)
{
  g_autofree char *summary = NULL;

  if (BH_IS_RUN_ROW (widget))
    g_object_get (widget, "summary", &summary, NULL);
  if (g_strcmp0 (summary, text) == 0)
    return TRUE;
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    if (speaks_of (at, text))
      return TRUE;
  return FALSE;
}

/* Kinds and states that nobody here knows are shown by their names, rows that cannot be read as such. */
static void
test_unknown_words (Fixture *self, gconstpointer data)
{
  static const char id[] = "r_000000000000000f";
  static const char run[] = "{\"id\":\"r_000000000000000f\",\"name\":\"Odd one\",\"state\":\"hibernating\","
                            "\"mode\":\"dreaming\",\"rows\":3,\"last_seq\":9}";
  g_autofree char *event = g_strdup_printf ("event: run\ndata: %s\n\n", run);

  scripted_coordinator_fail (
      self->coordinator, "GET /v1/runs/r_000000000000000f/rows", 200,
      "{\"rows\":[{\"n\":0,\"kind\":\"hologram\",\"state\":\"shimmering\",\"title\":\"A cat\"},"
      "{\"n\":2,\"kind\":7}],\"total\":3}",
      G_MAXUINT);
  scripted_coordinator_fail (self->coordinator, "GET /v1/runs/r_000000000000000f", 200, run, G_MAXUINT);
  scripted_coordinator_send (self->coordinator, "/v1/events", event);
  wait_for (self, has_items, GUINT_TO_POINTER (6), "the odd Run");
  wait_for (self, is_said, "hibernating", "its state");
  g_assert_true (speaks_of (GTK_WIDGET (self->window), "Odd one, hibernating"));
  bh_window_open_run (self->window, bh_run_list_lookup (self->list, BH_CONNECTION_LOCAL_ID, id));
  wait_for (self, is_said, "hologram · A cat", "the odd row");
  wait_for (self, is_said, "One of the “rows” cannot be read", "the bad row");
}

/* A Run that cannot be had says why, each time that one asks for it, and is there once it can. */
static void
test_try_again (Fixture *self, gconstpointer data)
{
  g_autofree char *id = ui_test_run_id (2), *request = g_strdup_printf ("GET /v1/runs/%s", id);
  BhRunItem *run = bh_run_list_lookup (self->list, BH_CONNECTION_LOCAL_ID, id);

  scripted_coordinator_fail (
      self->coordinator, request, 500,
      "{\"title\":\"T\",\"status\":500,\"detail\":\"A page is <bad>\",\"code\":\"internal\"}", 2);
  bh_window_open_run (self->window, run);
  wait_for (self, is_said, "This Run Can Not Be Shown", "the problem");
  wait_for (self, is_said, "A page is <bad>", "the reason");
  press (self, "_Try Again");
  g_assert_false (is_said (self, "This Run Can Not Be Shown"));
  wait_for (self, is_said, "This Run Can Not Be Shown", "the problem again");
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, request), ==, 2);
  press (self, "_Try Again");
  open_run (self, 2);
  g_assert_true (is_not_said (self, "This Run Can Not Be Shown"));
}

/* There is nothing to be tried of a Run that is no more. */
static void
test_deleted (Fixture *self, gconstpointer data)
{
  g_autofree char *id = ui_test_run_id (2);
  BhRunItem *run = bh_run_list_lookup (self->list, BH_CONNECTION_LOCAL_ID, id);

  scripted_coordinator_delete_run (self->coordinator, id, TRUE);
  bh_window_open_run (self->window, run);
  wait_for (self, is_said, "This Run Can Not Be Shown", "the problem");
  g_assert_false (has_button (self, "_Try Again"));
}

#define ADD(name, func)                                                                                      \
  g_test_add ("/window-faults/" name, Fixture, GUINT_TO_POINTER (5), set_up_connected, func, tear_down)

int
main (int argc, char *argv[])
{
  ui_test_init (&argc, &argv);
  ADD ("bad-events", test_bad_events);
  ADD ("bad-list", test_bad_list);
  ADD ("no-json", test_no_json);
  ADD ("cut-off", test_cut_off);
  ADD ("newer", test_newer);
  ADD ("older", test_older);
  ADD ("unknown-words", test_unknown_words);
  ADD ("try-again", test_try_again);
  ADD ("deleted", test_deleted);
  return g_test_run ();
}

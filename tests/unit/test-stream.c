/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* The real server and store against a client that reads slowly: of a Run's events it loses none and gets none
 * twice; of the lists it is told that it has missed some. */

#include "test-store-util.h"

#include <gio/gunixsocketaddress.h>

#include "coordinator/server/bh-server.h"

/* A multiple of what the hub and the sockets hold together, so that the hub has to drop. */
#define EVENT_BYTES (32 * 1024)
#define EVENTS_AT_ONCE 200

typedef struct
{
  char *folder;
  char *socket;
  BhCoordinator *coordinator;
  BhServer *server;
  BhStore *store; /* borrowed */
  BhJournal *journal;
  SoupSession *session;

  GInputStream *stream;
  GString *text;  /* read and not looked at yet */
  guint64 seq;    /* of the newest event that was read */
  guint64 newest; /* that was committed */
  guint read;     /* how many deltas */
  guint written;
  guint64 row;
} Fixture;

static void
on_committed (BhStore *store, BhChange *change, Fixture *fixture)
{
  GPtrArray *events = bh_change_get_events (change);

  if (events->len > 0)
    fixture->newest = ((const BhEvent *) g_ptr_array_index (events, events->len - 1))->seq;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  fixture->folder = make_folder ();
  fixture->socket = g_build_filename (fixture->folder, "socket", NULL);
  fixture->coordinator = bh_coordinator_new (fixture->folder);
  settle_ok (bh_coordinator_start (fixture->coordinator));
  fixture->server = bh_server_new (fixture->coordinator);
  bh_server_listen_unix (fixture->server, fixture->socket, &error);
  g_assert_no_error (error);
  address = g_unix_socket_address_new (fixture->socket);
  fixture->session = g_object_new (SOUP_TYPE_SESSION, "remote-connectable", address, NULL);
  fixture->text = g_string_new (NULL);
  fixture->store = bh_coordinator_get_store (fixture->coordinator);
  g_signal_connect (fixture->store, "committed", G_CALLBACK (on_committed), fixture);
  fixture->journal = create_run (fixture->store, "A Run", "x");
  fixture->row = bh_journal_add_row (fixture->journal, make_row (BH_ROW_STEP, BH_ROW_OPEN, "make"));
  settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  soup_session_abort (fixture->session);
  g_clear_object (&fixture->stream);
  g_clear_object (&fixture->session);
  bh_server_close (fixture->server);
  settle_ok (bh_coordinator_shutdown (fixture->coordinator));
  /* what requests are under way notice it */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&fixture->journal);
  g_clear_object (&fixture->server);
  g_clear_object (&fixture->coordinator);
  g_string_free (fixture->text, TRUE);
  g_free (fixture->socket);
  remove_folder (fixture->folder);
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GAsyncResult *
await_result (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static void
open_stream (Fixture *fixture, const char *path)
{
  g_autofree char *uri = g_strconcat ("http://localhost", path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept", "text/event-stream");
  soup_session_send_async (fixture->session, message, G_PRIORITY_DEFAULT, NULL, on_result, &result);
  fixture->stream = soup_session_send_finish (fixture->session, await_result (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (soup_message_get_status (message), ==, 200);
}

static void
read_some (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_input_stream_read_bytes_async (fixture->stream, 64 * 1024, G_PRIORITY_DEFAULT, NULL, on_result, &result);
  bytes = g_input_stream_read_bytes_finish (fixture->stream, await_result (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bytes), >, 0);
  g_string_append_len (fixture->text, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
}

/* The next event, without the empty line after it. Nothing is read that was not asked for. */
static char *
next_event (Fixture *fixture)
{
  for (;;)
    {
      char *end = strstr (fixture->text->str, "\n\n");

      if (end != NULL)
        {
          char *event = g_strndup (fixture->text->str, (gsize) (end - fixture->text->str));

          g_string_erase (fixture->text, 0, end + 2 - fixture->text->str);
          if (!g_str_has_prefix (event, ": "))
            return event;
          g_free (event);
        }
      else
        read_some (fixture);
    }
}

/* One event of a Run: its number follows that of the one before, and so does its output. */
static void
take_event (Fixture *fixture)
{
  g_autofree char *event = next_event (fixture);
  guint64 seq = 0;

  g_assert_true (g_str_has_prefix (event, "id: "));
  seq = g_ascii_strtoull (event + 4, NULL, 10);
  g_assert_cmpuint (seq, ==, fixture->seq + 1);
  fixture->seq = seq;
  if (strstr (event, "event: delta\n") != NULL)
    {
      g_autofree char *expected = g_strdup_printf ("\"text\":\"%08u ", fixture->read++);

      g_assert_nonnull (strstr (event, expected));
    }
}

static void
write_events (Fixture *fixture, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_malloc (EVENT_BYTES + 1);

      memset (text, 'x', EVENT_BYTES);
      text[EVENT_BYTES] = '\0';
      g_snprintf (text, 10, "%08u ", fixture->written++);
      text[9] = 'x';
      bh_journal_append_text (fixture->journal, fixture->row, BH_PART_RESULT, text);
      settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
    }
}

static void
take_all (Fixture *fixture)
{
  while (fixture->seq < fixture->newest)
    take_event (fixture);
  g_assert_cmpuint (fixture->read, ==, fixture->written);
  g_assert_cmpuint (fixture->text->len, ==, 0);
}

static void
open_run (Fixture *fixture)
{
  g_autofree char *path = g_strdup_printf ("/v1/runs/%s/events", bh_journal_get_run_id (fixture->journal));

  open_stream (fixture, path);
  take_all (fixture);
}

static void
test_live (Fixture *fixture, gconstpointer data)
{
  open_run (fixture);
  for (guint i = 0; i < 20; i++)
    {
      write_events (fixture, 1);
      take_all (fixture);
    }
}

static void
test_slow (Fixture *fixture, gconstpointer data)
{
  open_run (fixture);
  write_events (fixture, EVENTS_AT_ONCE);
  take_all (fixture);
  /* and it is live again */
  write_events (fixture, 3);
  take_all (fixture);
}

/* It falls behind again while it catches up: what it reads comes from the journal and from the hub by turns.
 */
static void
test_slow_again (Fixture *fixture, gconstpointer data)
{
  open_run (fixture);
  for (guint round = 0; round < 8; round++)
    {
      write_events (fixture, EVENTS_AT_ONCE / 4);
      for (guint i = 0; i < EVENTS_AT_ONCE / 8; i++)
        {
          take_event (fixture);
          if (i % 5 == 0)
            write_events (fixture, 1);
        }
    }
  take_all (fixture);
}

/* An event that alone is more than the hub keeps. */
static void
test_large (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill (3 * 1024 * 1024, 'y');
  g_autofree char *event = NULL;

  open_run (fixture);
  bh_journal_append_text (fixture->journal, fixture->row, BH_PART_RESULT, text);
  settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
  while (fixture->seq < fixture->newest)
    {
      g_autofree char *next = next_event (fixture);

      fixture->seq++;
      g_assert_cmpuint (g_ascii_strtoull (next + 4, NULL, 10), ==, fixture->seq);
    }
  write_events (fixture, 1);
  take_all (fixture);
}

static void
write_names (Fixture *fixture, guint n)
{
  g_autofree char *filler = g_strnfill (EVENT_BYTES, 'n');

  for (guint i = 0; i < n; i++)
    {
      BhRun *run = bh_run_copy (bh_journal_get_run (fixture->journal));

      g_free (run->name);
      run->name = g_strdup_printf ("%08u %s", fixture->written++, filler);
      bh_journal_put_run (fixture->journal, run);
      settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
    }
}

static gboolean
take_name (Fixture *fixture)
{
  g_autofree char *event = next_event (fixture);
  g_autofree char *expected = g_strdup_printf ("\"name\":\"%08u ", fixture->read);

  if (g_str_equal (event, "event: hello\ndata: {\"missed\":true}"))
    return FALSE;
  g_assert_true (g_str_has_prefix (event, "event: run\n"));
  g_assert_nonnull (strstr (event, expected));
  fixture->read++;
  return TRUE;
}

/* Lists are not journaled: who was too slow is told so after the last one that is whole, lists again, and
 * gets everything from there on. */
static void
test_lists (Fixture *fixture, gconstpointer data)
{
  g_autofree char *hello = NULL;

  open_stream (fixture, "/v1/events");
  hello = next_event (fixture);
  g_assert_cmpstr (hello, ==, "event: hello\ndata: {\"missed\":false}");
  write_names (fixture, EVENTS_AT_ONCE);
  while (take_name (fixture))
    g_assert_cmpuint (fixture->read, <, EVENTS_AT_ONCE);
  fixture->read = fixture->written;
  write_names (fixture, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_true (take_name (fixture));
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/stream/live", Fixture, NULL, set_up, test_live, tear_down);
  g_test_add ("/stream/slow", Fixture, NULL, set_up, test_slow, tear_down);
  g_test_add ("/stream/slow-again", Fixture, NULL, set_up, test_slow_again, tear_down);
  g_test_add ("/stream/large", Fixture, NULL, set_up, test_large, tear_down);
  g_test_add ("/stream/lists", Fixture, NULL, set_up, test_lists, tear_down);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Whose turn it is to send. Nothing here depends on how fast it is: what is to come later was due long ago,
 * or in an hour. */

#include <string.h>

#include "coordinator/store/bh-turns.h"

#define HOUR_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

typedef struct
{
  BhTurns *turns;
  GString *log; /* “(” and “)” around a turn, a letter for each who had it */
  guint freed;
} Fixture;

typedef struct
{
  Fixture *fixture;
  char name;
} Sender;

static void
on_begin (gpointer user_data)
{
  g_string_append_c (((Fixture *) user_data)->log, '(');
}

static void
on_end (gpointer user_data)
{
  g_string_append_c (((Fixture *) user_data)->log, ')');
}

static void
on_turn (gpointer user_data)
{
  Sender *sender = user_data;

  g_string_append_c (sender->fixture->log, sender->name);
}

static void
sender_free (gpointer data)
{
  Sender *sender = data;

  sender->fixture->freed++;
  g_free (sender);
}

static void
await_turn (Fixture *fixture, char name, gint64 due)
{
  Sender *sender = g_new (Sender, 1);

  *sender = (Sender) { fixture, name };
  bh_turns_await (fixture->turns, due, on_turn, sender, sender_free);
}

/* Until that many turns were given. */
static void
wait_for_turns (Fixture *fixture, gsize n)
{
  for (;;)
    {
      gsize turns = 0;

      for (gsize i = 0; i < fixture->log->len; i++)
        turns += fixture->log->str[i] == ')';
      if (turns >= n)
        return;
      g_main_context_iteration (NULL, TRUE);
    }
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->log = g_string_new (NULL);
  fixture->turns = bh_turns_new (on_begin, on_end, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->turns, bh_turns_free);
  g_string_free (fixture->log, TRUE);
}

static void
test_one_turn_for_all (Fixture *fixture, gconstpointer data)
{
  g_assert_true (bh_turns_is_free (fixture->turns));
  await_turn (fixture, 'a', 0);
  await_turn (fixture, 'b', 0);
  await_turn (fixture, 'z', g_get_monotonic_time () + HOUR_US);
  g_assert_cmpstr (fixture->log->str, ==, ""); /* never at once */
  wait_for_turns (fixture, 1);
  g_assert_cmpstr (fixture->log->str, ==, "(ab)");
  g_assert_cmpuint (fixture->freed, ==, 2);
  bh_turns_free (g_steal_pointer (&fixture->turns));
  g_assert_cmpstr (fixture->log->str, ==, "(ab)");
  g_assert_cmpuint (fixture->freed, ==, 3);
}

static void
test_waits_for_the_writer (Fixture *fixture, gconstpointer data)
{
  bh_turns_note_sent (fixture->turns);
  bh_turns_note_sent (fixture->turns);
  g_assert_false (bh_turns_is_free (fixture->turns));
  await_turn (fixture, 'a', 0);
  bh_turns_note_done (fixture->turns, 1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpstr (fixture->log->str, ==, "");
  bh_turns_note_done (fixture->turns, 1);
  wait_for_turns (fixture, 1);
  g_assert_cmpstr (fixture->log->str, ==, "(a)");
}

static void
test_hurry (Fixture *fixture, gconstpointer data)
{
  for (char name = 'A'; name <= 'Z'; name++)
    await_turn (fixture, name, g_get_monotonic_time () + HOUR_US);
  bh_turns_hurry (fixture->turns);
  wait_for_turns (fixture, 1);
  g_assert_cmpstr (fixture->log->str, ==, "(ABCDEFGHIJKLMNOPQRSTUVWXYZ)");
}

/* Many who were to be sent later are due at the same time: they come a few at a time, who waited longest
 * first, and who is due at once does not wait behind them. */
static void
test_the_patient_do_not_come_all_at_once (Fixture *fixture, gconstpointer data)
{
  /* long enough to be still to come when the last of them asks */
  gint64 due = g_get_monotonic_time () + G_USEC_PER_SEC / 2;
  const char *found;

  for (char name = 'A'; name <= 'Z'; name++)
    await_turn (fixture, name, due);
  while (g_get_monotonic_time () < due)
    ; /* nothing runs meanwhile: a hiccup */
  await_turn (fixture, 'a', 0);
  wait_for_turns (fixture, 2);
  found = strchr (fixture->log->str, ')');
  g_assert_nonnull (memchr (fixture->log->str, 'a', (gsize) (found - fixture->log->str)));
  g_assert_cmpint (found - fixture->log->str, <, 1 + 26);
  g_assert_cmpuint (fixture->freed, ==, 27);
  g_string_erase (fixture->log, found - fixture->log->str, 2);
  g_string_erase (fixture->log, (gssize) (strchr (fixture->log->str, 'a') - fixture->log->str), 1);
  g_assert_cmpstr (fixture->log->str, ==, "(ABCDEFGHIJKLMNOPQRSTUVWXYZ)");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define add(path, func) g_test_add ("/turns/" path, Fixture, NULL, set_up, func, tear_down)
  add ("one-for-all", test_one_turn_for_all);
  add ("writer", test_waits_for_the_writer);
  add ("hurry", test_hurry);
  add ("patient", test_the_patient_do_not_come_all_at_once);
#undef add
  return g_test_run ();
}

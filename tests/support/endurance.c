/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "endurance.h"

#include <string.h>

static void
feed (BhDialect *dialect, Recorder *recorder, const char *format, guint n)
{
  g_autofree char *number = g_strdup_printf ("%06u", n);
  g_auto (GStrv) parts = g_strsplit (format, "@", -1);
  g_autofree char *text = g_strjoinv (number, parts);
  g_autoptr (JsonNode) node = bh_json_parse (text, -1, NULL);

  g_assert_nonnull (node);
  bh_dialect_receive (dialect, BH_DIALECT_SINK (recorder), json_node_get_object (node));
}

static void
open_session (const Endurance *self, BhDialect *dialect, Recorder *recorder)
{
  BhSessionSpec spec = { .cwd = "/workspace" };

  recorder_be_quiet (recorder);
  bh_dialect_start (dialect, BH_DIALECT_SINK (recorder), &spec);
  for (guint i = 0; self->opening[i] != NULL; i++)
    feed (dialect, recorder, self->opening[i], 0);
}

static void
play_turn (const Endurance *self, BhDialect *dialect, Recorder *recorder, guint n)
{
  bh_dialect_prompt (dialect, BH_DIALECT_SINK (recorder), "Go on.");
  for (guint i = 0; self->turn[i] != NULL; i++)
    feed (dialect, recorder, self->turn[i], n);
}

/* What it may grow to shows early; later numbers have some digits more. */
static void
watch_size (Recorder *recorder, guint n, gsize *most)
{
  gsize size = recorder_state_size (recorder);

  if (n < 200)
    *most = MAX (*most, size);
  else
    g_assert_cmpuint (size, <=, *most + 64);
}

/* However long a session is, its state is as small as after a few turns. */
static void
test_session (gconstpointer data)
{
  const Endurance *self = data;
  g_autoptr (BhDialect) dialect = self->make ();
  g_autoptr (Recorder) recorder = recorder_new ();
  gsize most = 0;

  open_session (self, dialect, recorder);
  for (guint n = 0; n < 1000; n++)
    {
      play_turn (self, dialect, recorder, n);
      watch_size (recorder, n, &most);
    }
}

/* A turn in which nothing that is begun comes to an end; all the same nothing is left of it. */
static void
test_turn (gconstpointer data)
{
  const Endurance *self = data;
  g_autoptr (BhDialect) dialect = self->make ();
  g_autoptr (Recorder) recorder = recorder_new ();
  g_autofree char *keys = NULL, *after = NULL;
  guint end = g_strv_length ((char **) self->turn) - 1;
  gsize most = 0;

  open_session (self, dialect, recorder);
  play_turn (self, dialect, recorder, 0);
  keys = recorder_keys (recorder);
  bh_dialect_prompt (dialect, BH_DIALECT_SINK (recorder), "Never end.");
  for (guint n = 0; n < 400; n++)
    {
      for (guint i = 0; i < end; i++)
        if (strstr (self->turn[i], self->ending) == NULL)
          feed (dialect, recorder, self->turn[i], n);
      watch_size (recorder, n, &most);
    }
  g_assert_cmpuint (most, <, 64 * 1024);
  feed (dialect, recorder, self->turn[end], 0);
  after = recorder_keys (recorder);
  g_assert_cmpstr (after, ==, keys);
}

/* Answers to what was never asked, or is over, go nowhere. */
static void
test_answers (gconstpointer data)
{
  const Endurance *self = data;
  g_autoptr (BhDialect) dialect = self->make ();
  g_autoptr (Recorder) recorder = recorder_new ();
  g_autoptr (BhQuestionSet) set = bh_question_set_new ();
  BhDialectSink *sink = BH_DIALECT_SINK (recorder);
  guint calls;

  open_session (self, dialect, recorder);
  calls = recorder_calls (recorder);
  bh_dialect_answer (dialect, sink, "never", set);
  bh_dialect_answer (dialect, sink, "never", NULL);
  bh_dialect_permit (dialect, sink, "never", TRUE);
  bh_dialect_cancel (dialect, sink);
  g_assert_cmpuint (recorder_calls (recorder), ==, calls);
}

void
endurance_add_tests (const char *path, const Endurance *self)
{
  static const struct
  {
    const char *name;
    GTestDataFunc test;
  } tests[] = { { "session", test_session }, { "turn", test_turn }, { "answers", test_answers } };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *full = g_strconcat (path, "/", tests[i].name, NULL);

      g_test_add_data_func (full, self, tests[i].test);
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-paths.h"
#include "protocol/bh-types.h"

static void
test_nicks (void)
{
  const GType types[] = {
    BH_TYPE_MODE, BH_TYPE_KEEP,          BH_TYPE_RUN_STATE,     BH_TYPE_ROW_KIND,  BH_TYPE_ROW_STATE,
    BH_TYPE_PART, BH_TYPE_MESSAGE_STATE, BH_TYPE_QUESTION_KIND, BH_TYPE_SET_STATE,
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      GEnumClass *klass = g_type_class_ref (types[i]);

      for (int value = 0; value < (int) klass->n_values; value++)
        {
          int back = -1;

          g_assert_true (g_regex_match_simple ("^[a-z]+(_[a-z]+)*$", bh_nick (types[i], value), 0, 0));
          g_assert_true (bh_from_nick (types[i], bh_nick (types[i], value), &back));
          g_assert_cmpint (back, ==, value);
        }
      g_assert_false (bh_from_nick (types[i], "Nothing", NULL));
      g_assert_false (bh_from_nick (types[i], NULL, NULL));
      g_type_class_unref (klass);
    }
  g_assert_cmpstr (bh_nick (BH_TYPE_RUN_STATE, BH_RUN_NEEDS_YOU), ==, "needs_you");
  g_assert_cmpstr (bh_nick (BH_TYPE_ROW_STATE, BH_ROW_TAKEN_UP), ==, "taken_up");
}

static void
test_run_states (void)
{
  static const struct
  {
    BhRunState state;
    gboolean terminal;
    const char *word;
  } cases[] = {
    { BH_RUN_QUEUED, FALSE, "Queued" },      { BH_RUN_LAUNCHING, FALSE, "Launching" },
    { BH_RUN_RUNNING, FALSE, "Running" },    { BH_RUN_NEEDS_YOU, FALSE, "Needs you" },
    { BH_RUN_COMPLETED, TRUE, "Completed" }, { BH_RUN_FAILED, TRUE, "Failed" },
    { BH_RUN_STOPPED, TRUE, "Stopped" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpint (bh_run_state_is_terminal (cases[i].state), ==, cases[i].terminal);
      g_assert_cmpstr (bh_run_state_word (cases[i].state), ==, cases[i].word);
    }
}

static void
test_ids (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  static const char *const wrong[] = {
    "",
    "r",
    "r_",
    "q_0123456789abcdef",
    "r_0123456789abcde",
    "r_0123456789abcdef0",
    "r_0123456789abcdeu",
    "r_0123456789ABCDEF",
    "r-0123456789abcdef",
    "r_0123456789abcd/f",
    "../etc",
  };

  for (guint i = 0; i < 10000; i++)
    {
      char *id = bh_id_new ('r');

      g_assert_true (bh_id_is_valid (id, 'r'));
      g_assert_false (bh_id_is_valid (id, 'q'));
      g_assert_true (g_hash_table_add (seen, id));
    }
  g_assert_true (bh_id_is_valid ("r_0123456789abcdef", 'r'));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (bh_id_is_valid (wrong[i], 'r'));
  g_assert_false (bh_id_is_valid (NULL, 'r'));
}

/* Every character of the alphabet has to come, at every place. */
static void
test_ids_spread (void)
{
  const char *alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  guint32 seen[16] = { 0 };

  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *id = bh_id_new ('m');

      for (guint at = 0; at < 16; at++)
        seen[at] |= 1u << (strchr (alphabet, id[2 + at]) - alphabet);
    }
  for (guint at = 0; at < 16; at++)
    g_assert_cmphex (seen[at], ==, 0xffffffff);
}

static void
test_time (void)
{
  static const struct
  {
    gint64 us;
    const char *text;
  } cases[] = {
    { 1, "1970-01-01T00:00:00.000001Z" },
    { -1, "1969-12-31T23:59:59.999999Z" },
    { G_GINT64_CONSTANT (951782400000000), "2000-02-29T00:00:00.000000Z" },
    { G_GINT64_CONSTANT (1767225599999999), "2025-12-31T23:59:59.999999Z" },
    { G_GINT64_CONSTANT (253402300799999999), "9999-12-31T23:59:59.999999Z" },
    { G_GINT64_CONSTANT (-62135596800000000), "0001-01-01T00:00:00.000000Z" },
    { G_GINT64_CONSTANT (4107542400000000), "2100-03-01T00:00:00.000000Z" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = bh_time_format (cases[i].us);
      gint64 back = 0;

      g_assert_cmpstr (text, ==, cases[i].text);
      g_assert_true (bh_time_parse (cases[i].text, &back));
      g_assert_cmpint (back, ==, cases[i].us);
    }
  g_assert_null (bh_time_format (0));
  g_assert_null (bh_time_format (G_MAXINT64));
  g_assert_null (bh_time_format (G_MININT64));
}

/* GLib's calendar is another implementation. */
static void
test_time_against_glib (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      gint64 seconds = (gint64) g_test_rand_int_range (G_MININT32, G_MAXINT32) * 25;
      gint64 us = seconds * G_USEC_PER_SEC + g_test_rand_int_range (0, G_USEC_PER_SEC);
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);
      g_autofree char *start =
          g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d.", g_date_time_get_year (time),
                           g_date_time_get_month (time), g_date_time_get_day_of_month (time),
                           g_date_time_get_hour (time), g_date_time_get_minute (time),
                           g_date_time_get_second (time));
      g_autofree char *text = bh_time_format (us);
      gint64 back = 0;

      if (us == 0)
        continue;
      if (!g_str_has_prefix (text, start))
        g_error ("%s is not %s", text, start);
      g_assert_true (bh_time_parse (text, &back));
      g_assert_cmpint (back, ==, us);
    }
}

static void
test_time_parse (void)
{
  static const struct
  {
    const char *text;
    const char *same_as;
  } good[] = {
    { "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000000Z" },
    { "2026-01-31t12:00:00.5z", "2026-01-31T12:00:00.500000Z" },
    { "2026-01-31 12:00:00.1234567899Z", "2026-01-31T12:00:00.123456Z" },
    { "2026-01-31T12:00:00+01:30", "2026-01-31T10:30:00.000000Z" },
    { "2026-01-31T23:00:00-02:00", "2026-02-01T01:00:00.000000Z" },
    { "2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z" },
  };
  static const char *const wrong[] = {
    "",
    "now",
    "2026-01-31",
    "2026-01-31T12:00:00",
    "2026-02-29T12:00:00Z",
    "2026-13-01T12:00:00Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31T12:60:00Z",
    "2026-01-31T12:00:61Z",
    "2026-01-31T12:00:00.Z",
    "2026-01-31T12:00:00Zx",
    "2026-01-31T12:00:00+0100",
    "2026-1-31T12:00:00Z",
    "0000-01-01T00:00:00Z",
    "2026-01-31T12:00:00+24:00",
    " 2026-01-31T12:00:00Z",
    "2026-00-10T12:00:00Z",
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *text = NULL;
      gint64 us = 0;

      g_assert_true (bh_time_parse (good[i].text, &us));
      text = bh_time_format (us);
      g_assert_cmpstr (text, ==, good[i].same_as);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (bh_time_parse (wrong[i], NULL));
  g_assert_false (bh_time_parse (NULL, NULL));
}

static void
test_env_names (void)
{
  static const char *const good[] = { "A", "_", "PATH", "a1_B" };
  static const char *const wrong[] = { "", "1A", "A-B", "A B", "A=B", "Ä" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (bh_is_env_name (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (bh_is_env_name (wrong[i]));
  g_assert_false (bh_is_env_name (NULL));
}

static void
assert_path (char *path, const char *expected)
{
  g_assert_cmpstr (path, ==, expected);
  g_free (path);
}

static void
test_paths (void)
{
  g_setenv ("BELLHOP_SOCKET", "/tmp/x.sock", TRUE);
  assert_path (bh_path_socket (), "/tmp/x.sock");
  g_setenv ("BELLHOP_SOCKET", "", TRUE);
  assert_path (bh_path_socket (), "/nowhere/run/bellhop/coordinator.sock");
  assert_path (bh_path_data (), "/nowhere/data/bellhop");
  assert_path (bh_path_state (), "/nowhere/state/bellhop");

  g_setenv ("BELLHOP_UNINSTALLED", "/build", TRUE);
  g_setenv ("BELLHOP_SOURCE", "/source", TRUE);
  assert_path (bh_path_program ("bellhopctl"), "/build/src/cli/bellhopctl");
  assert_path (bh_path_program ("bellhop-boxd"), "/build/src/boxd/bellhop-boxd");
  assert_path (bh_path_data_file ("engines"), "/source/data/engines");

  g_unsetenv ("BELLHOP_UNINSTALLED");
  g_autofree char *ctl = bh_path_program ("bellhopctl");
  g_autofree char *worker = bh_path_program ("bellhop-worker");
  g_autofree char *data = bh_path_data_file ("engines");
  g_assert_true (g_str_has_suffix (ctl, "/bin/bellhopctl"));
  g_assert_true (g_str_has_suffix (worker, "/bellhop/bellhop-worker"));
  g_assert_true (g_str_has_suffix (data, "/share/bellhop/engines"));
}

int
main (int argc, char **argv)
{
  /* GLib looks at these once */
  g_setenv ("XDG_RUNTIME_DIR", "/nowhere/run", TRUE);
  g_setenv ("XDG_DATA_HOME", "/nowhere/data", TRUE);
  g_setenv ("XDG_STATE_HOME", "/nowhere/state", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/types/nicks", test_nicks);
  g_test_add_func ("/protocol/types/run-states", test_run_states);
  g_test_add_func ("/protocol/types/ids", test_ids);
  g_test_add_func ("/protocol/types/ids-spread", test_ids_spread);
  g_test_add_func ("/protocol/types/time", test_time);
  g_test_add_func ("/protocol/types/time-against-glib", test_time_against_glib);
  g_test_add_func ("/protocol/types/time-parse", test_time_parse);
  g_test_add_func ("/protocol/types/env-names", test_env_names);
  g_test_add_func ("/protocol/types/paths", test_paths);
  return g_test_run ();
}

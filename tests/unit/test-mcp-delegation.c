/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* What a Run's journal knows of the parts that its engine gave to others, against a real store. */

#include "coordinator/mcp/bh-mcp-delegation.h"
#include "coordinator/mcp/bh-mcp-state.h"
#include "test-states-util.h"

typedef StatesFixture Fixture;

static const char *const engines[] = { "hal Hal 9000", "holly Holly", NULL };
static const char *const asking[] = { "holly", NULL };

static void
set_up (Fixture *fixture, gconstpointer data)
{
  states_set_up (fixture, data);
  bh_mcp_set_engines (fixture->journal, engines, asking);
}

static void
test_engines (Fixture *fixture, gconstpointer data)
{
  g_auto (GStrv) list = NULL, none = NULL;
  g_autofree char *name = NULL;

  states_restart (fixture);
  list = bh_mcp_get_engines (fixture->journal);
  g_assert_cmpstrv (list, engines);
  name = bh_mcp_engine_name (fixture->journal, "hal");
  g_assert_cmpstr (name, ==, "Hal 9000");
  g_assert_null (bh_mcp_engine_name (fixture->journal, "ha"));
  g_assert_null (bh_mcp_engine_name (fixture->journal, "hal "));
  g_assert_true (bh_mcp_engine_is_asking (fixture->journal, "holly"));
  g_assert_false (bh_mcp_engine_is_asking (fixture->journal, "hal"));
  bh_mcp_set_engines (fixture->journal, NULL, NULL);
  none = bh_mcp_get_engines (fixture->journal);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
}

/* Deferred, done after a restart, and told once. */
static void
test_late (Fixture *fixture, gconstpointer data)
{
  g_autofree char *key = bh_mcp_begin_wait (fixture->states, "d1");
  g_autofree char *again = NULL, *report = NULL;
  g_autoptr (BhDelegation) part = NULL;
  const BhRow *row;

  g_assert_false (bh_delegation_is_known (fixture->journal, key));
  bh_delegation_begin (fixture->journal, key, "hal", "Open the doors.");
  g_assert_true (bh_delegation_is_owed (fixture->states));
  bh_mcp_end_wait (fixture->states, key, FALSE);
  states_restart (fixture);
  part = bh_delegation_get_current (fixture->journal);
  g_assert_cmpstr (part->key, ==, key);
  g_assert_cmpstr (part->engine, ==, "hal");
  g_assert_cmpstr (part->name, ==, "Hal 9000");
  g_assert_cmpstr (part->instructions, ==, "Open the doors.");
  g_assert_cmpint (part->turn, ==, 1);
  g_assert_true (bh_delegation_is_owed (fixture->states));
  g_assert_false (bh_delegation_has_report (fixture->states));
  /* asked again it is the same one */
  again = bh_mcp_begin_wait (fixture->states, "d1");
  g_assert_cmpstr (again, ==, key);
  g_assert_true (bh_delegation_is_known (fixture->journal, key));
  bh_mcp_end_wait (fixture->states, key, FALSE);
  bh_delegation_end (fixture->journal, TRUE, "I am afraid.");
  states_restart (fixture);
  g_assert_false (bh_delegation_is_at_work (fixture->journal));
  row = bh_journal_get_row (fixture->journal, part->row);
  g_assert_true (row == NULL || row->state == BH_ROW_FAILED);
  g_assert_true (bh_delegation_has_report (fixture->states));
  report = bh_delegation_take_report (fixture->states);
  g_assert_cmpstr (report, ==, "Hal 9000 could not do the part that you delegated to it: I am afraid.");
  g_assert_null (bh_delegation_take_report (fixture->states));
  g_assert_false (bh_delegation_is_owed (fixture->states));
}

/* TRUE: the same words are the part that `key` is of. */
static gboolean
is_same (Fixture *fixture, const char *digest, const char *key)
{
  g_autofree char *again = bh_mcp_begin_wait (fixture->states, digest);
  gboolean same = g_str_equal (again, key);

  if (same)
    bh_mcp_end_wait (fixture->states, again, FALSE);
  else
    bh_mcp_forget (fixture->states, again);
  return same;
}

/* The same words mean the same part until its report was given in a prompt, and another one from then on,
 * also in the turn that the prompt began. */
static void
test_same_words (Fixture *fixture, gconstpointer data)
{
  g_autofree char *digest = bh_delegation_digest ("hal", "Run the tests.");
  g_autofree char *other = bh_delegation_digest ("holly", "Run the tests.");
  g_autofree char *key = bh_mcp_begin_wait (fixture->states, digest);
  g_autofree char *report = NULL;

  g_assert_cmpstr (digest, !=, other);
  bh_delegation_begin (fixture->journal, key, "hal", "Run the tests.");
  bh_mcp_end_wait (fixture->states, key, FALSE);
  bh_mcp_turn_ended (fixture->states);
  g_assert_true (is_same (fixture, digest, key));
  bh_delegation_end (fixture->journal, FALSE, "Two fail.");
  g_assert_true (is_same (fixture, digest, key));
  report = bh_delegation_take_report (fixture->states);
  g_assert_true (g_str_has_suffix (report, "Two fail."));
  states_restart (fixture);
  g_assert_false (is_same (fixture, digest, key));
  bh_mcp_turn_ended (fixture->states);
  g_assert_false (bh_delegation_is_known (fixture->journal, key));
}

/* An engine that ended in the turn in which it was given a report, as a result or in a prompt, may not have
 * kept it: it is owed to it again, and then the words mean another part as ever. */
static void
test_lost (Fixture *fixture, gconstpointer data)
{
  g_autofree char *digest = bh_delegation_digest ("hal", "Run the tests.");
  g_autofree char *key = bh_mcp_begin_wait (fixture->states, digest);

  bh_delegation_begin (fixture->journal, key, "hal", "Run the tests.");
  bh_delegation_end (fixture->journal, FALSE, "Two fail.");
  bh_mcp_end_wait (fixture->states, key, TRUE);
  g_assert_false (bh_delegation_has_report (fixture->states));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *report = NULL;

      g_assert_false (bh_delegation_is_owed (fixture->states));
      bh_mcp_engine_lost (fixture->states);
      states_restart (fixture);
      g_assert_true (bh_delegation_is_owed (fixture->states));
      report = bh_delegation_take_report (fixture->states);
      g_assert_true (g_str_has_suffix (report, "Two fail."));
      g_assert_false (is_same (fixture, digest, key));
    }
  bh_mcp_turn_ended (fixture->states);
  bh_mcp_engine_lost (fixture->states);
  g_assert_false (bh_delegation_is_owed (fixture->states));
}

/* Each engine counts its parts, and sees nothing of another's. */
static void
test_apart (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *engine;
    gint64 turn;
  } parts[] = { { "hal", 1 }, { "holly", 1 }, { "hal", 2 } };
  g_autoptr (BhStateView) hal = bh_state_view_new (fixture->journal, "hal");

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *digest = g_strdup_printf ("d%u", i);
      g_autofree char *key = bh_mcp_begin_wait (fixture->states, digest);
      g_autofree char *report = NULL;
      g_autoptr (BhDelegation) part = NULL;
      gboolean failed = TRUE;

      bh_delegation_begin (fixture->journal, key, parts[i].engine, "Look.");
      part = bh_delegation_get_current (fixture->journal);
      g_assert_cmpint (part->turn, ==, parts[i].turn);
      g_assert_false (bh_delegation_is_owed (hal));
      g_assert_null (bh_delegation_get_report (fixture->journal, key, &failed));
      bh_delegation_end (fixture->journal, FALSE, "Seen.");
      report = bh_delegation_get_report (fixture->journal, key, &failed);
      g_assert_true (g_str_has_suffix (report, "Its report: Seen."));
      g_assert_false (failed);
      bh_mcp_end_wait (fixture->states, key, TRUE);
    }
}

/* Neither in what is to be done nor in what was reported. */
static void
test_hidden (Fixture *fixture, gconstpointer data)
{
  g_autofree char *key = bh_mcp_begin_wait (fixture->states, "d1");
  g_autofree char *report = NULL;
  g_autoptr (BhDelegation) part = NULL;
  gboolean failed;

  bh_journal_hide (fixture->journal, "sk-0123456789");
  bh_delegation_begin (fixture->journal, key, "hal", "Try sk-0123456789.");
  part = bh_delegation_get_current (fixture->journal);
  g_assert_cmpstr (part->instructions, ==, "Try *************.");
  bh_delegation_end (fixture->journal, FALSE, "No sk-0123456789.");
  report = bh_delegation_get_report (fixture->journal, key, &failed);
  g_assert_true (g_str_has_suffix (report, "Its report: No *************."));
}

/* Nobody is at work in a Run that has ended, and what was asked is of no meaning. */
static void
test_run_ended (Fixture *fixture, gconstpointer data)
{
  g_autofree char *key = bh_mcp_begin_wait (fixture->states, "d1");
  g_autofree char *again = NULL;

  bh_delegation_begin (fixture->journal, key, "hal", "Look.");
  bh_mcp_end_wait (fixture->states, key, FALSE);
  bh_mcp_run_ended (fixture->states);
  bh_delegation_run_ended (fixture->journal);
  states_restart (fixture);
  g_assert_false (bh_delegation_is_at_work (fixture->journal));
  g_assert_false (bh_delegation_is_owed (fixture->states));
  again = bh_mcp_begin_wait (fixture->states, "d1");
  g_assert_cmpstr (again, !=, key);
}

#define add(path, test) g_test_add (path, Fixture, NULL, set_up, test, states_tear_down)

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  add ("/mcp-delegation/engines", test_engines);
  add ("/mcp-delegation/late", test_late);
  add ("/mcp-delegation/same-words", test_same_words);
  add ("/mcp-delegation/lost", test_lost);
  add ("/mcp-delegation/apart", test_apart);
  add ("/mcp-delegation/hidden", test_hidden);
  add ("/mcp-delegation/run-ended", test_run_ended);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* What a Run's journal knows of what was asked through MCP, against a real store. */

#include "coordinator/mcp/bh-mcp-state.h"
#include "test-states-util.h"

typedef StatesFixture Fixture;

/* As bh_questions_ask() notes it. */
static char *
ask (Fixture *fixture, const char *digest, const char *id)
{
  char *key = bh_mcp_begin_wait (fixture->states, digest);
  g_autofree char *state = g_strdup_printf ("ask:%s", key);

  bh_journal_set_state (fixture->journal, state, id);
  return key;
}

/* "q_1 q_2" */
static void
assert_deferred (Fixture *fixture, const char *expected)
{
  g_autoptr (GPtrArray) list = bh_mcp_deferred (fixture->states);
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? " " : "", ((BhMcpDeferred *) list->pdata[i])->id);
  g_assert_cmpstr (ids->str, ==, expected);
}

/* Answered while the call waits: another question when it is asked again, unless the engine may have lost the
 * answer; then the same one until the turn has ended. */
static void
test_delivered (Fixture *fixture, gconstpointer data)
{
  g_autofree char *key = ask (fixture, "d1", "q_1");
  g_autofree char *again = NULL;
  g_autofree char *later = NULL;

  assert_deferred (fixture, "");
  bh_mcp_end_wait (fixture->states, key, TRUE);
  states_restart (fixture);
  assert_deferred (fixture, "");
  again = bh_mcp_begin_wait (fixture->states, "d1");
  g_assert_cmpstr (again, !=, key);
  bh_mcp_forget (fixture->states, again);
  g_clear_pointer (&again, g_free);
  bh_mcp_engine_lost (fixture->states);
  states_restart (fixture);
  again = bh_mcp_begin_wait (fixture->states, "d1");
  g_assert_cmpstr (again, ==, key);
  /* the turn ends while a call waits: it is not used up */
  bh_mcp_turn_ended (fixture->states);
  bh_mcp_end_wait (fixture->states, key, TRUE);
  g_clear_pointer (&again, g_free);
  again = bh_mcp_begin_wait (fixture->states, "d1");
  g_assert_cmpstr (again, ==, key);
  bh_mcp_end_wait (fixture->states, key, TRUE);
  bh_mcp_turn_ended (fixture->states);
  states_restart (fixture);
  later = bh_mcp_begin_wait (fixture->states, "d1");
  g_assert_cmpstr (later, !=, key);
}

/* Not answered in time: deferred until its answer is in a prompt, or was given to a call after all. */
static void
test_deferred (Fixture *fixture, gconstpointer data)
{
  g_autofree char *one = ask (fixture, "d1", "q_1");
  g_autofree char *two = ask (fixture, "d2", "q_2");
  g_autofree char *again = NULL;
  g_autofree char *later = NULL;

  bh_mcp_end_wait (fixture->states, two, FALSE);
  bh_mcp_end_wait (fixture->states, one, FALSE);
  bh_mcp_turn_ended (fixture->states);
  states_restart (fixture);
  assert_deferred (fixture, "q_1 q_2");
  again = bh_mcp_begin_wait (fixture->states, "d1");
  g_assert_cmpstr (again, ==, one);
  assert_deferred (fixture, "q_2");
  bh_mcp_end_wait (fixture->states, one, TRUE);
  bh_mcp_take_deferred (fixture->states, two);
  states_restart (fixture);
  assert_deferred (fixture, "");
  bh_mcp_turn_ended (fixture->states);
  later = bh_mcp_begin_wait (fixture->states, "d2");
  g_assert_cmpstr (later, !=, two);
  bh_mcp_forget (fixture->states, later);
  bh_mcp_take_deferred (fixture->states, "mcp:99");
  g_assert_null (bh_journal_get_state (fixture->journal, "mcp.asked"));
}

/* Two calls with the same question wait for one answer. */
static void
test_twice (Fixture *fixture, gconstpointer data)
{
  g_autofree char *one = ask (fixture, "d1", "q_1");
  g_autofree char *two = bh_mcp_begin_wait (fixture->states, "d1");

  g_assert_cmpstr (one, ==, two);
  bh_mcp_end_wait (fixture->states, one, FALSE);
  assert_deferred (fixture, "");
  bh_mcp_end_wait (fixture->states, two, FALSE);
  assert_deferred (fixture, "q_1");
  bh_mcp_run_ended (fixture->states);
  assert_deferred (fixture, "");
}

static void
test_report (Fixture *fixture, gconstpointer data)
{
  BhRunState outcome;
  const char *summary;

  g_assert_false (bh_mcp_get_report (fixture->states, &outcome, &summary));
  bh_mcp_set_report (fixture->states, BH_RUN_FAILED, "It rained.");
  states_restart (fixture);
  g_assert_true (bh_mcp_get_report (fixture->states, &outcome, &summary));
  g_assert_cmpint (outcome, ==, BH_RUN_FAILED);
  g_assert_cmpstr (summary, ==, "It rained.");
  bh_mcp_set_report (fixture->states, BH_RUN_COMPLETED, "It is done.");
  g_assert_true (bh_mcp_get_report (fixture->states, &outcome, &summary));
  g_assert_cmpint (outcome, ==, BH_RUN_COMPLETED);
  bh_mcp_clear_report (fixture->states);
  g_assert_false (bh_mcp_get_report (fixture->states, &outcome, &summary));
}

/* An engine that was delegated to asks and reports for itself; no key is given out twice in a Run. */
static void
test_apart (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BhStateView) other = bh_state_view_new (fixture->journal, "hal");
  g_autofree char *ours = ask (fixture, "d1", "q_1");
  g_autofree char *theirs = bh_mcp_begin_wait (other, "d1");
  g_autoptr (GPtrArray) deferred = NULL;
  BhRunState outcome;
  const char *summary;

  g_assert_cmpstr (ours, !=, theirs);
  bh_mcp_set_report (other, BH_RUN_FAILED, "It rained.");
  g_assert_false (bh_mcp_get_report (fixture->states, &outcome, &summary));
  bh_mcp_end_wait (fixture->states, ours, FALSE);
  assert_deferred (fixture, "q_1");
  deferred = bh_mcp_deferred (other);
  g_assert_cmpuint (deferred->len, ==, 0);
  bh_mcp_run_ended (other);
  assert_deferred (fixture, "q_1");
  bh_state_view_set_int (other, "n", 7);
  states_restart (fixture);
  g_assert_cmpint (bh_state_view_get_int (fixture->states, "n", 0), ==, 0);
  g_assert_cmpstr (bh_journal_get_state (fixture->journal, "by.hal.n"), ==, "7");
}

#define add(path, test) g_test_add (path, Fixture, NULL, states_set_up, test, states_tear_down)

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  add ("/mcp-state/delivered", test_delivered);
  add ("/mcp-state/deferred", test_deferred);
  add ("/mcp-state/twice", test_twice);
  add ("/mcp-state/report", test_report);
  add ("/mcp-state/apart", test_apart);
  return g_test_run ();
}

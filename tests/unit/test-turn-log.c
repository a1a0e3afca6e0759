/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* What an engine says and does becomes rows; a log made anew in the middle of it goes on. Each test runs
 * twice: with one log, and with a new one (and everything committed) after every word. */

#include "test-store-util.h"

#include <string.h>

#include "coordinator/engines/agent/bh-turn-log.h"
#include "protocol/bh-text.h"

typedef struct
{
  char *folder;
  BhStore *store;
  BhJournal *journal;
  BhStateView *states;
  BhTurnLog *log;
  gboolean anew;
  const char *hidden; /* (nullable) */
} Fixture;

static void
make_log (Fixture *fixture)
{
  if (fixture->hidden != NULL)
    bh_journal_hide (fixture->journal, fixture->hidden);
  /* with the states of the Run's engine, and with those of one that it delegated to */
  fixture->states = bh_state_view_new (fixture->journal, fixture->anew ? "hal" : NULL);
  fixture->log = bh_turn_log_new (fixture->states, "hal");
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = make_folder ();
  fixture->store = open_store (fixture->folder);
  fixture->journal = create_run (fixture->store, "A Run", "x");
  fixture->anew = GPOINTER_TO_INT (data);
  make_log (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->log);
  g_clear_object (&fixture->states);
  g_clear_object (&fixture->journal);
  close_store (fixture->store);
  remove_folder (fixture->folder);
}

/* As after a restart of the coordinator. */
static void
next (Fixture *fixture)
{
  settle_ok (bh_journal_commit (fixture->journal, BH_SYNCED));
  if (!fixture->anew)
    return;
  g_clear_object (&fixture->log);
  g_clear_object (&fixture->states);
  reload_run (fixture->store, &fixture->journal);
  make_log (fixture);
}

static void
say (Fixture *fixture, BhSaid what, const char *id, const char *text)
{
  bh_turn_log_said (fixture->log, what, id, text);
  next (fixture);
}

static void
tool (Fixture *fixture, BhToolUpdate update)
{
  bh_turn_log_tool (fixture->log, &update);
  next (fixture);
}

/* "step done Bash ls: call | result" of every row */
static char *
dump (Fixture *fixture)
{
  g_autoptr (GPtrArray) rows = NULL;
  GString *text = g_string_new (NULL);
  const char *id = bh_journal_get_run_id (fixture->journal);
  guint64 n = bh_journal_count_rows (fixture->journal);

  for (guint64 i = 0; i < n; i++)
    {
      g_autoptr (BhRow) row = settle_boxed (bh_store_row (fixture->store, id, i), NULL);

      g_string_append_printf (text, "%s %s %s", bh_nick (BH_TYPE_ROW_KIND, row->kind),
                              bh_nick (BH_TYPE_ROW_STATE, row->state), row->author);
      if (row->kind == BH_ROW_STEP)
        g_string_append_printf (text, " %s “%s”", row->tool, row->title);
      for (BhPart part = BH_PART_TEXT; part <= BH_PART_RESULT; part++)
        {
          g_autoptr (BhBody) body = NULL;

          if (bh_row_part_bytes (row, part) == 0)
            continue;
          body = settle_boxed (bh_store_body (fixture->store, id, i, part, 0, 10000), NULL);
          g_string_append_printf (text, " [%.*s]", (int) g_bytes_get_size (body->bytes),
                                  (const char *) g_bytes_get_data (body->bytes, NULL));
        }
      g_string_append_c (text, '\n');
    }
  return g_string_free_and_steal (text);
}

static void
assert_rows (Fixture *fixture, const char *expected)
{
  g_autofree char *text = dump (fixture);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_prose (Fixture *fixture, gconstpointer data)
{
  g_autofree char *words = NULL;

  say (fixture, BH_SAID_THOUGHT, "1", "Hm");
  say (fixture, BH_SAID_THOUGHT, "1", "m.");
  say (fixture, BH_SAID_MESSAGE, "1", "\n");
  say (fixture, BH_SAID_MESSAGE, "1", "I ");
  say (fixture, BH_SAID_MESSAGE, "1", "see");
  say (fixture, BH_SAID_MESSAGE, NULL, ".");
  say (fixture, BH_SAID_MESSAGE, "2", "Next");
  g_assert_true (bh_turn_log_did_anything (fixture->log));
  words = bh_turn_log_last_words (fixture->log);
  g_assert_cmpstr (words, ==, "Next");
  bh_turn_log_end (fixture->log);
  g_assert_false (bh_turn_log_did_anything (fixture->log));
  say (fixture, BH_SAID_MESSAGE, "2", "Another turn");
  assert_rows (fixture, "message done thought [Hmm.]\n"
                        "message done hal [I see.]\n"
                        "message done hal [Next]\n"
                        "message open hal [Another turn]\n");
}

/* What was said last is a summary, however long it is, and in however many pieces and lives it comes. */
static void
test_last_words (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) all = g_string_new (NULL);
  g_autofree char *words = NULL, *expected = NULL, *last = NULL;

  say (fixture, BH_SAID_MESSAGE, "1", "First");
  for (guint i = 0; i < 1000; i += 10)
    {
      g_autofree char *piece = g_strdup_printf ("\033[1m%u. Ich prüfe die Tür, und was dahinter liegt…\n", i);

      g_string_append (all, piece);
      say (fixture, BH_SAID_MESSAGE, "2", piece);
    }
  g_assert_cmpuint (all->len, >, BH_SUMMARY_MAX);
  expected = bh_text_head (all->str, BH_SUMMARY_MAX);
  words = bh_turn_log_last_words (fixture->log);
  g_assert_cmpstr (words, ==, expected);
  /* what is hidden in the row is hidden, and what only looked like that is there */
  fixture->hidden = "sk-secret";
  bh_journal_hide (fixture->journal, fixture->hidden);
  say (fixture, BH_SAID_MESSAGE, "3", "It is sk-");
  say (fixture, BH_SAID_MESSAGE, "3", "secret, no");
  say (fixture, BH_SAID_MESSAGE, "3", "t sk-");
  last = bh_turn_log_last_words (fixture->log);
  g_assert_cmpstr (last, ==, "It is *********, not sk-");
}

static void
test_tools (Fixture *fixture, gconstpointer data)
{
  say (fixture, BH_SAID_MESSAGE, NULL, "Look");
  /* announced with half a call, which the next word completes */
  tool (fixture, (BhToolUpdate) {
                     .id = "1", .tool = "bash", .state = BH_TOOL_PENDING, .call = "{}", .exit_status = -1 });
  tool (fixture, (BhToolUpdate) { .id = "1", .title = "ls\n-l", .call = "ls -l", .exit_status = -1 });
  g_assert_true (bh_turn_log_has_open_step (fixture->log));
  bh_turn_log_remark (fixture->log, "1", "allowed");
  tool (fixture, (BhToolUpdate) { .id = "1", .output = "a\n", .exit_status = -1 });
  tool (fixture, (BhToolUpdate) { .id = "1", .output = "b\n", .exit_status = -1 });
  tool (fixture,
        (BhToolUpdate) { .id = "1", .result = "a\nb\n", .state = BH_TOOL_COMPLETED, .exit_status = 0 });
  tool (fixture, (BhToolUpdate) { .id = "1", .result = "late", .exit_status = -1 });
  g_assert_false (bh_turn_log_has_open_step (fixture->log));
  /* the end is the first word about it; only an announcement said what it is */
  tool (fixture, (BhToolUpdate) {
                     .id = "2", .state = BH_TOOL_FAILED, .result = "no", .detail = "-x", .exit_status = -1 });
  tool (fixture,
        (BhToolUpdate) {
            .id = "a\nb", .tool = "read", .state = BH_TOOL_PENDING, .call = "{\"f\":1}", .exit_status = -1 });
  tool (fixture, (BhToolUpdate) { .id = "a\nb", .state = BH_TOOL_COMPLETED, .exit_status = -1 });
  tool (fixture, (BhToolUpdate) { .id = "3", .tool = "open", .exit_status = -1 });
  bh_turn_log_end (fixture->log);
  next (fixture);
  assert_rows (fixture, "message done hal [Look]\n"
                        "step done hal bash “ls -l” [ls -l\n\n— allowed] [a\nb\n]\n"
                        "step failed hal tool “tool” [no\n-x]\n"
                        "step done hal read “read” [{\"f\":1}]\n"
                        "step stopped hal open “open”\n");
}

/* Wherever a title is cut off, no half of a secret is in it. */
static void
test_hidden (Fixture *fixture, gconstpointer data)
{
  bh_journal_hide (fixture->journal, "sk-0123456789");
  for (guint n = 180; n <= 200; n++)
    {
      g_autofree char *before = g_strnfill (n, 'x'), *title = g_strconcat (before, "sk-0123456789", NULL);
      g_autofree char *id = g_strdup_printf ("%u", n), *all = g_strconcat (before, "*************", NULL);
      BhToolUpdate update = { .id = id, .title = title, .exit_status = -1 };

      all[MIN (200, strlen (all))] = '\0';
      bh_turn_log_tool (fixture->log, &update);
      g_assert_cmpstr (bh_journal_get_row (fixture->journal, n - 180)->title, ==, all);
      update.title = "Another";
      bh_turn_log_tool (fixture->log, &update);
      update.title = title;
      bh_turn_log_tool (fixture->log, &update);
      g_assert_cmpstr (bh_journal_get_row (fixture->journal, n - 180)->title, ==, all);
    }
  bh_turn_log_end (fixture->log);
}

static void
test_many_tools (Fixture *fixture, gconstpointer data)
{
  const char *state;

  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *id = g_strdup_printf ("call-%u", i);
      BhToolUpdate update = { .id = id,
                              .state = i % 2 ? BH_TOOL_COMPLETED : BH_TOOL_RUNNING,
                              .exit_status = -1 };

      bh_turn_log_tool (fixture->log, &update);
    }
  settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
  state = bh_state_view_get (fixture->states, "log.calls");
  g_assert_cmpuint (strlen (state), <, 300 * strlen ("call-100 "));
  g_assert_null (bh_state_view_get (fixture->states, "log.call.call-1"));
  bh_turn_log_end (fixture->log);
  g_assert_null (bh_state_view_get (fixture->states, "log.calls"));
  g_assert_null (bh_state_view_get (fixture->states, "log.call.call-398"));
  g_assert_false (bh_turn_log_has_open_step (fixture->log));
}

static void
test_plan (Fixture *fixture, gconstpointer data)
{
  BhPlanEntry plan[] = { { "Read", BH_PLAN_COMPLETED },
                         { "Change", BH_PLAN_IN_PROGRESS },
                         { "Test", BH_PLAN_PENDING } };

  bh_turn_log_plan (fixture->log, plan, G_N_ELEMENTS (plan));
  next (fixture);
  bh_turn_log_plan (fixture->log, plan, G_N_ELEMENTS (plan));
  plan[1].state = BH_PLAN_COMPLETED;
  plan[2].state = BH_PLAN_IN_PROGRESS;
  bh_turn_log_plan (fixture->log, plan, G_N_ELEMENTS (plan));
  next (fixture);
  plan[2].state = BH_PLAN_COMPLETED;
  bh_turn_log_plan (fixture->log, plan, G_N_ELEMENTS (plan));
  next (fixture);
  plan[0].state = BH_PLAN_PENDING;
  plan[0].text = "Anew";
  bh_turn_log_plan (fixture->log, plan, 1);
  bh_turn_log_end (fixture->log);
  next (fixture);
  assert_rows (fixture, "step done hal plan “3 of 3 done” [- Read\n- Change\n- Test\n] [✓ Read\n→ Change\n✓ "
                        "Change\n→ Test\n✓ Test\n]\n"
                        "step done hal plan “0 of 1 done” [- Anew\n]\n");
}

static void
test_notice (Fixture *fixture, gconstpointer data)
{
  say (fixture, BH_SAID_MESSAGE, "1", "One");
  bh_turn_log_notice (fixture->log, "Tries again");
  say (fixture, BH_SAID_MESSAGE, "1", "Two");
  assert_rows (fixture, "message done hal [One]\nstatus done hal [Tries again]\nmessage open hal [Two]\n");
}

#define ADD(name, function)                                                                                  \
  g_test_add ("/turn-log/" name, Fixture, GINT_TO_POINTER (FALSE), set_up, function, tear_down);             \
  g_test_add ("/turn-log/" name "/anew", Fixture, GINT_TO_POINTER (TRUE), set_up, function, tear_down)

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  ADD ("prose", test_prose);
  ADD ("last-words", test_last_words);
  ADD ("tools", test_tools);
  ADD ("hidden", test_hidden);
  ADD ("many-tools", test_many_tools);
  ADD ("plan", test_plan);
  ADD ("notice", test_notice);
  return g_test_run ();
}

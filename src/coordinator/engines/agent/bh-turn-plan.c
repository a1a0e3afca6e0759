/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-turn-plan.h"

#include "protocol/bh-text.h"

#define STATE_PLAN "log.plan"
#define STATE_PLAN_TEXT "log.plan.text"
#define STATE_PLAN_DONE "log.plan.done"
#define TITLE_MAX 200

static void
end_row (BhJournal *journal, guint64 n)
{
  const BhRow *row = bh_journal_get_row (journal, n);

  if (row != NULL && row->state == BH_ROW_OPEN)
    bh_journal_end_row (journal, n, BH_ROW_DONE, -1);
}

gboolean
bh_turn_plan_is_open (BhStateView *states)
{
  return bh_state_view_get (states, STATE_PLAN) != NULL;
}

/* Secrets are hidden before anything is cut off: half of one would not be known. */
static char *
entry_line (BhJournal *journal, const BhPlanEntry *entry)
{
  g_autofree char *masked = bh_journal_masked (journal, entry->text);

  return bh_text_one_line (masked, TITLE_MAX);
}

/* Texts and states apart: when the texts are the same, only what became of them is new. */
static char *
plan_text (BhJournal *journal, const BhPlanEntry *entries, guint n_entries)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n_entries; i++)
    {
      g_autofree char *line = entry_line (journal, &entries[i]);

      g_string_append_printf (text, "- %s\n", line);
    }
  return g_string_free_and_steal (text);
}

static char *
plan_states (const BhPlanEntry *entries, guint n_entries)
{
  GString *states = g_string_new (NULL);

  for (guint i = 0; i < n_entries; i++)
    g_string_append_c (states, (char) ('0' + entries[i].state));
  return g_string_free_and_steal (states);
}

static char *
plan_title (const BhPlanEntry *entries, guint n_entries, guint *done)
{
  const char *current = NULL;

  *done = 0;
  for (guint i = 0; i < n_entries; i++)
    {
      *done += entries[i].state == BH_PLAN_COMPLETED ? 1 : 0;
      if (current == NULL && entries[i].state == BH_PLAN_IN_PROGRESS)
        current = entries[i].text;
    }
  if (current == NULL)
    return g_strdup_printf ("%u of %u done", *done, n_entries);
  return g_strdup_printf ("%u of %u done · %s", *done, n_entries, current);
}

static guint64
begin_plan (BhStateView *states, const char *author, const char *text)
{
  BhJournal *journal = bh_state_view_get_journal (states);
  BhRow *row = bh_row_new ();
  guint64 n;

  row->kind = BH_ROW_STEP;
  row->state = BH_ROW_OPEN;
  row->author = g_strdup (author);
  row->tool = g_strdup ("plan");
  row->exit_status = -1;
  n = bh_journal_add_row (journal, row);
  bh_journal_append_text (journal, n, BH_PART_CALL, text);
  bh_state_view_set_int (states, STATE_PLAN, (gint64) n);
  bh_state_view_set (states, STATE_PLAN_TEXT, text);
  bh_state_view_set (states, STATE_PLAN_DONE, NULL);
  return n;
}

void
bh_turn_plan_end (BhStateView *states)
{
  gint64 n = bh_state_view_get_int (states, STATE_PLAN, -1);

  if (n < 0)
    return;
  end_row (bh_state_view_get_journal (states), (guint64) n);
  bh_state_view_set (states, STATE_PLAN, NULL);
  bh_state_view_set (states, STATE_PLAN_TEXT, NULL);
  bh_state_view_set (states, STATE_PLAN_DONE, NULL);
}

/* What is new since `before`: one line each, so that the step tells how the plan went. */
static void
append_progress (
    BhJournal *journal, guint64 n, const char *before, const BhPlanEntry *entries, guint n_entries)
{
  for (guint i = 0; i < n_entries; i++)
    {
      int was = before != NULL ? before[i] - '0' : BH_PLAN_PENDING;
      g_autofree char *text = entry_line (journal, &entries[i]);
      g_autofree char *line = NULL;

      if ((int) entries[i].state == was || entries[i].state == BH_PLAN_PENDING)
        continue;
      line = g_strdup_printf ("%s %s\n", entries[i].state == BH_PLAN_COMPLETED ? "✓" : "→", text);
      bh_journal_append_text (journal, n, BH_PART_RESULT, line);
    }
}

void
bh_turn_plan_update (BhStateView *states, const char *author, const BhPlanEntry *entries, guint n_entries)
{
  g_autofree char *text = NULL, *marks = NULL, *plain = NULL, *title = NULL, *line = NULL;
  const char *before;
  gint64 n;
  guint done;
  BhJournal *journal;
  BhRow *row;

  g_return_if_fail (BH_IS_STATE_VIEW (states) && author != NULL);
  if (n_entries == 0)
    return;
  journal = bh_state_view_get_journal (states);
  text = plan_text (journal, entries, n_entries);
  marks = plan_states (entries, n_entries);
  n = bh_state_view_get_int (states, STATE_PLAN, -1);
  if (n >= 0 && g_strcmp0 (bh_state_view_get (states, STATE_PLAN_TEXT), text) != 0)
    {
      bh_turn_plan_end (states);
      n = -1;
    }
  if (n < 0)
    n = (gint64) begin_plan (states, author, text);
  before = bh_state_view_get (states, STATE_PLAN_DONE);
  if (g_strcmp0 (before, marks) == 0)
    return;
  append_progress (journal, (guint64) n, before, entries, n_entries);
  plain = plan_title (entries, n_entries, &done);
  title = bh_journal_masked (journal, plain);
  line = bh_text_one_line (title, TITLE_MAX);
  row = bh_row_copy (bh_journal_get_row (journal, (guint64) n));
  g_free (row->title);
  row->title = g_steal_pointer (&line);
  bh_journal_put_row (journal, row);
  bh_state_view_set (states, STATE_PLAN_DONE, marks);
  if (done == n_entries)
    bh_turn_plan_end (states);
}

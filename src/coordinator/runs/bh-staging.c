/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/runs/bh-staging.h"
#include "protocol/bh-text.h"

#define LINE_MAX_BYTES 200

BhRun *
bh_staging_event (BhJournal *journal, BhRunEvent event, GError **error)
{
  BhRun *run = bh_journal_get_run (journal);
  BhRunState next;
  BhRun *copy;

  if (!bh_run_next_state (run->state, event, &next))
    {
      bh_set_error (error, BH_ERROR_RUN_NOT_ACTIVE, NULL, "The Run is %s; it cannot take “%s” now.",
                    bh_run_state_word (run->state), bh_run_event_name (event));
      return NULL;
    }
  copy = bh_run_copy (run);
  copy->state = next;
  return copy;
}

/* Secrets are hidden before it is cut: half of one would not be known. (transfer full) */
static char *
head_of (BhJournal *journal, const char *text)
{
  g_autofree char *masked = bh_journal_masked (journal, text);

  return bh_text_head (masked, BH_HEAD_MAX);
}

guint64
bh_staging_text (BhJournal *journal, BhRowKind kind, BhRowState state, const char *author, const char *text)
{
  BhRow *row = bh_row_new ();
  guint64 n;

  row->kind = kind;
  row->state = state;
  row->author = g_strdup (author);
  row->head = head_of (journal, text);
  row->exit_status = -1;
  n = bh_journal_add_row (journal, row);
  bh_journal_append_text (journal, n, BH_PART_TEXT, text);
  return n;
}

guint64
bh_staging_status (BhJournal *journal, const char *text)
{
  return bh_staging_text (journal, BH_ROW_STATUS, BH_ROW_DONE, "bellhop", text);
}

void
bh_staging_report (
    BhJournal *journal, const char *author, BhRunState outcome, const char *summary, const char *reason)
{
  g_autoptr (GString) text = g_string_new (summary);
  BhRow *row = bh_row_new ();
  guint64 n;

  if (reason != NULL && *reason != '\0' && (summary == NULL || strstr (summary, reason) == NULL))
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n\n" : "", reason);
  row->kind = BH_ROW_STEP;
  row->state = BH_ROW_OPEN;
  row->author = g_strdup (author);
  row->tool = g_strdup ("report job result");
  row->title = g_strdup (bh_run_state_word (outcome));
  row->head = head_of (journal, text->str);
  row->exit_status = -1;
  n = bh_journal_add_row (journal, row);
  bh_journal_append_text (journal, n, BH_PART_RESULT, text->str);
  bh_journal_end_row (journal, n, outcome == BH_RUN_COMPLETED ? BH_ROW_DONE : BH_ROW_FAILED, -1);
}

void
bh_staging_close_rows (BhJournal *journal)
{
  guint64 rows = bh_journal_count_rows (journal);

  for (guint64 n = 0; n < rows; n++)
    {
      BhRow *row = bh_journal_get_row (journal, n);

      if (row != NULL && row->state == BH_ROW_OPEN)
        bh_journal_end_row (journal, n, BH_ROW_STOPPED, -1);
    }
}

char *
bh_staging_line (const char *text)
{
  const char *start = text + strspn (text, " \t\r\n");
  g_autofree char *line = NULL;

  /* a fence says nothing, what it fences does */
  if (g_str_has_prefix (start, "```") && strchr (start, '\n') != NULL)
    {
      start = strchr (start, '\n');
      start += strspn (start, " \t\r\n");
    }
  line = g_strndup (start, strcspn (start, "\n"));

  return bh_text_one_line (line, LINE_MAX_BYTES);
}

gboolean
bh_staging_is_storage_error (const GError *error)
{
  return g_error_matches (error, BH_ERROR, BH_ERROR_STORAGE_FULL) ||
         g_error_matches (error, BH_ERROR, BH_ERROR_STORAGE_LOCKED) ||
         g_error_matches (error, BH_ERROR, BH_ERROR_STORAGE_CORRUPT) ||
         g_error_matches (error, BH_ERROR, BH_ERROR_STORAGE_FAILED);
}

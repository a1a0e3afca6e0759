/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/runbook/bh-runbook-report.h"

#include <string.h>

#include "protocol/bh-text.h"

#define STATE_BLOCKS "report.blocks" /* how many were run */
#define STATE_GOOD "report.good"     /* how many of them exited 0 */
#define STATE_BAD "report.bad"       /* what became of the others, parted by "; " */
#define STATE_ASKED "report.asked"   /* questions and answers, parted by "; " */

#define TITLE_MAX 60
#define QUESTION_MAX 120
#define ANSWER_MAX 200
/* The lists above end with "…" instead of growing beyond this. */
#define LIST_MAX 1500

void
bh_runbook_report_reset (BhJournal *journal)
{
  static const char *const keys[] = { STATE_BLOCKS, STATE_GOOD, STATE_BAD, STATE_ASKED };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    bh_journal_set_state (journal, keys[i], NULL);
}

static void
add_to_list (BhJournal *journal, const char *key, const char *text)
{
  const char *list = bh_journal_get_state (journal, key);
  g_autofree char *longer = NULL;

  if (list != NULL && g_str_has_suffix (list, "…"))
    return;
  if (list == NULL)
    longer = g_strdup (text);
  else if (strlen (list) + strlen (text) > LIST_MAX)
    longer = g_strdup_printf ("%s; …", list);
  else
    longer = g_strdup_printf ("%s; %s", list, text);
  bh_journal_set_state (journal, key, longer);
}

/* As much of `text` as fits, on one line. */
static char *
shorten (const char *text, gsize max)
{
  g_autofree char *line = bh_text_one_line (text, max);

  return strlen (line) < strlen (text) && strlen (line) + 4 >= max ? g_strdup_printf ("%s…", line)
                                                                   : g_steal_pointer (&line);
}

char *
bh_runbook_report_block (BhJournal *journal, const char *title, int status, gboolean cut)
{
  gint64 n = bh_journal_get_state_int (journal, STATE_BLOCKS, 0) + 1;
  g_autofree char *name = shorten (title, TITLE_MAX);
  g_autofree char *text = NULL;

  bh_journal_set_state_int (journal, STATE_BLOCKS, n);
  /* how it ended comes first: a list shows the beginning */
  if (cut)
    text = g_strdup_printf ("Block %" G_GINT64_FORMAT " was interrupted: `%s`", n, name);
  else
    text = g_strdup_printf ("Block %" G_GINT64_FORMAT " exited with %d: `%s`", n, status, name);
  if (cut || status != 0)
    add_to_list (journal, STATE_BAD, text);
  else
    bh_journal_set_state_int (journal, STATE_GOOD, bh_journal_get_state_int (journal, STATE_GOOD, 0) + 1);
  return g_steal_pointer (&text);
}

void
bh_runbook_report_asked (BhJournal *journal, const BhQuestionSet *set)
{
  for (guint i = 0; i < set->questions->len && set->answers != NULL && i < set->answers->len; i++)
    {
      const BhQuestion *question = set->questions->pdata[i];
      g_autofree char *answer = bh_choice_to_text (question, set->answers->pdata[i]);
      g_autofree char *asked = shorten (question->text, QUESTION_MAX);
      g_autofree char *said = shorten (answer, ANSWER_MAX);
      g_autofree char *text = g_strdup_printf ("%s – %s", asked, said);

      add_to_list (journal, STATE_ASKED, text);
    }
}

char *
bh_runbook_report_summary (BhJournal *journal)
{
  gint64 blocks = bh_journal_get_state_int (journal, STATE_BLOCKS, 0);
  gint64 good = bh_journal_get_state_int (journal, STATE_GOOD, 0);
  const char *bad = bh_journal_get_state (journal, STATE_BAD);
  const char *asked = bh_journal_get_state (journal, STATE_ASKED);
  GString *text = g_string_new (NULL);

  if (blocks == 0)
    g_string_append (text, "Ran no block.");
  else if (blocks == 1 && good == 1)
    g_string_append (text, "Ran 1 block: it exited 0.");
  else if (good == blocks)
    g_string_append_printf (text, "Ran %" G_GINT64_FORMAT " blocks: all exited 0.", blocks);
  else if (blocks == 1)
    g_string_append_printf (text, "Ran 1 block. %s.", bad);
  else
    g_string_append_printf (text, "Ran %" G_GINT64_FORMAT " blocks: %" G_GINT64_FORMAT " exited 0. %s.",
                            blocks, good, bad);
  if (asked != NULL)
    g_string_append_printf (text, " Asked: %s.", asked);
  return g_string_free_and_steal (text);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* big-text KIND FILE: a coordinator with one Run, whose last row holds the text of the file: a "message", one
 * that "grows" while it is looked at, the "result" of a step, a "question", or a "title". Prints its socket;
 * ends with its standard input, of which each line makes the message grow. */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "protocol/bh-text.h"
#include "support/scripted-coordinator.h"

#define RUN "r_0000000000000001"
#define ROWS 20
/* what comes at a time */
#define PIECE (64 * 1024)

static BhRow *
new_row (const char *kind, const char *text)
{
  BhRow *row = bh_row_new ();
  gboolean is_step = strcmp (kind, "result") == 0 || strcmp (kind, "title") == 0;

  row->kind = is_step ? BH_ROW_STEP : strcmp (kind, "question") == 0 ? BH_ROW_QUESTION : BH_ROW_MESSAGE;
  row->state = strcmp (kind, "grows") == 0 || row->kind == BH_ROW_QUESTION ? BH_ROW_OPEN : BH_ROW_DONE;
  row->author = g_strdup ("codex");
  row->tool = is_step ? g_strdup ("exec in DevBox") : NULL;
  row->title = strcmp (kind, "title") == 0 ? g_strdup (text) : g_strdup ("a long text");
  row->started_at = g_get_real_time ();
  row->head = bh_text_head (text, BH_HEAD_MAX);
  row->question = row->kind == BH_ROW_QUESTION ? g_strdup ("q_1") : NULL;
  return row;
}

static void
grow (ScriptedCoordinator *coordinator, BhPart part, const char *text)
{
  while (*text != '\0')
    {
      g_autofree char *piece = bh_text_head (text, PIECE);

      scripted_coordinator_append (coordinator, RUN, ROWS, part, piece);
      text += strlen (piece);
    }
}

static void
ask (ScriptedCoordinator *coordinator, const char *text)
{
  g_autoptr (BhQuestionSet) set = scripted_question_new ("q_1", RUN, ROWS);

  g_set_str (&((BhQuestion *) set->questions->pdata[0])->text, text);
  scripted_coordinator_put_question (coordinator, set);
}

int
main (int argc, char **argv)
{
  g_autoptr (ScriptedCoordinator) coordinator = scripted_coordinator_new ();
  g_autoptr (BhRun) run = scripted_run_new (RUN, BH_RUN_RUNNING, 60);
  g_autoptr (BhRow) row = NULL;
  g_autofree char *text = NULL;
  char line[16];

  if (argc != 3 || !g_file_get_contents (argv[2], &text, NULL, NULL))
    return 2;
  scripted_coordinator_put_run (coordinator, run);
  scripted_coordinator_set_rows (coordinator, RUN, ROWS);
  row = new_row (argv[1], text);
  scripted_coordinator_add_row (coordinator, RUN, row);
  if (strcmp (argv[1], "message") == 0 || strcmp (argv[1], "result") == 0)
    grow (coordinator, row->kind == BH_ROW_STEP ? BH_PART_RESULT : BH_PART_TEXT, text);
  else if (row->kind == BH_ROW_QUESTION)
    ask (coordinator, text);
  puts (scripted_coordinator_get_socket (coordinator));
  fflush (stdout);
  while (fgets (line, sizeof line, stdin) != NULL)
    grow (coordinator, BH_PART_TEXT, text);
  return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
/* What bellhopctl shows for a timeline, and what it makes of typed answers. */

#include <string.h>

#include "cli/output.h"
#include "cli/prompt.h"
#include "cli/tail.h"
#include "cli/text-fit.h"
#include "cli/timeline.h"
#include "protocol/bh-json.h"

#define T0 (G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC)

/* --- timeline ------------------------------------------------------------------------------------------ */

typedef struct
{
  Output *out;
  Timeline *timeline;
  guint64 seq;
} Fixture;

static void
fixture_init (Fixture *self, gboolean tty)
{
  self->out = output_new_memory (tty, 60);
  self->timeline = timeline_new (self->out, FALSE);
}

static void
fixture_clear (Fixture *self)
{
  timeline_free (self->timeline);
  output_free (self->out);
}

static void
send (Fixture *self, const char *kind, JsonNode *record)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "seq", (gint64) ++self->seq);
  json_object_set_member (object, kind, record);
  json_node_take_object (node, object);
  timeline_event (self->timeline, kind, node);
}

static void
send_delta (Fixture *self, guint64 row, const char *part, const char *text)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "seq", (gint64) ++self->seq);
  json_object_set_int_member (object, "row", (gint64) row);
  json_object_set_string_member (object, "part", part);
  json_object_set_string_member (object, "text", text);
  json_node_take_object (node, object);
  timeline_event (self->timeline, "delta", node);
}

static void
send_step (Fixture *self, guint64 n, const char *tool, const char *title, BhRowState state, int exit_status)
{
  g_autoptr (BhRow) row = bh_row_new ();

  row->n = n;
  row->kind = BH_ROW_STEP;
  row->state = state;
  row->author = g_strdup ("runbook");
  row->tool = g_strdup (tool);
  row->title = g_strdup (title);
  row->started_at = T0;
  row->duration_us = state == BH_ROW_OPEN ? -1 : 1234567;
  row->exit_status = exit_status;
  send (self, "row", bh_row_to_json (row));
}

static void
send_message (
    Fixture *self, guint64 n, const char *author, const char *id, BhRowState state, const char *head)
{
  g_autoptr (BhRow) row = bh_row_new ();

  row->n = n;
  row->kind = BH_ROW_MESSAGE;
  row->state = state;
  row->author = g_strdup (author);
  row->head = g_strdup (head);
  row->message = g_strdup (id);
  row->started_at = T0;
  row->duration_us = -1;
  row->exit_status = -1;
  send (self, "row", bh_row_to_json (row));
}

static JsonNode *
question_json (const char *state)
{
  g_autofree char *text = g_strdup_printf (
      "{\"id\":\"q_0000000000000000\",\"run\":\"r_0000000000000000\",\"row\":3,\"asked_by\":\"runbook\","
      "\"state\":\"%s\","
      "\"asked_at\":\"2026-01-01T00:00:00.000000Z\",\"answered_at\":null,\"answered_by\":null,\"questions\":["
      "{\"id\":\"where\","
      "\"header\":\"Placement\",\"text\":\"Where\\u001b[31m should it "
      "live?\",\"kind\":\"single\",\"options\":[{\"id\":\"toolbar\","
      "\"label\":\"Toolbar\",\"description\":\"always "
      "seen\",\"recommended\":true},{\"id\":\"menu\",\"label\":\"Menu\","
      "\"description\":null,\"recommended\":false}],\"allow_other\":true,\"var\":null}],\"answers\":%s}",
      state,
      strcmp (state, "answered") == 0 ? "[{\"question\":\"where\",\"options\":[\"menu\"],\"text\":null}]"
                                      : "null");
  g_autoptr (GError) error = NULL;
  JsonNode *node = bh_json_parse (text, -1, &error);

  g_assert_no_error (error);
  return node;
}

static void
test_plain (void)
{
  Fixture self = { 0 };
  g_autoptr (BhRun) run = bh_run_new ();

  fixture_init (&self, FALSE);
  run->state = BH_RUN_COMPLETED;
  send_message (&self, 0, "you", NULL, BH_ROW_TAKEN_UP, "Add a toggle\nand test it");
  send_step (&self, 1, "launch DevBox", "worker desk · image host", BH_ROW_OPEN, -1);
  send_step (&self, 1, "launch DevBox", "worker desk · image host", BH_ROW_DONE, -1);
  send_delta (&self, 1, "result", "The only worker.\n");
  send_step (&self, 2, "exec in DevBox", "make test", BH_ROW_OPEN, -1);
  send_delta (&self, 2, "call", "make test\n");
  send_delta (&self, 2, "result", "one\ntw");
  send_delta (&self, 2, "result", "o \033[31mred\033[0m\nthree");
  send_step (&self, 2, "exec in DevBox", "make test", BH_ROW_FAILED, 2);
  send (&self, "question", question_json ("open"));
  send (&self, "question", question_json ("answered"));
  send_message (&self, 4, "you", "m_0000000000000000", BH_ROW_QUEUED, "Be quick");
  timeline_settle (self.timeline, T0);
  send_message (&self, 4, "you", "m_0000000000000000", BH_ROW_DELIVERED, "Be quick");
  send_message (&self, 4, "you", "m_0000000000000000", BH_ROW_TAKEN_UP, "Be quick");
  send_step (&self, 5, "report job result", "Completed", BH_ROW_DONE, -1);
  send_delta (&self, 5, "result", "All is done.\nReally.");
  timeline_settle (self.timeline, T0);
  send_message (&self, 6, "runbook", NULL, BH_ROW_DONE, "Once more, with\n\n## Care\nand ```.");
  timeline_end (self.timeline, run);
  g_assert_cmpstr (output_get_contents (self.out), ==,
                   "✔ launch DevBox · worker desk · image host  1.2 s\n"
                   "  │ The only worker.\n"
                   "✘ exec in DevBox · make test  exit 2  1.2 s\n"
                   "  │ one\n"
                   "  │ two red\n"
                   "  │ three\n"
                   "? Where should it live?  (Placement)\n"
                   "    1. Toolbar  (recommended)  always seen\n"
                   "    2. Menu\n"
                   "  ↳ Menu\n"
                   "✉ Be quick  (queued)\n"
                   "✉ your message was taken up: Be quick\n"
                   "\n✔ Completed\n"
                   "  All is done.\n"
                   "  Really.\n"
                   "\n  Once more, with\n\n  Care\n  and ```.\n"
                   "\n✔ Completed\n");
  fixture_clear (&self);
}

static void
test_long_output (gconstpointer at_once)
{
  Fixture self = { 0 };
  g_autoptr (GString) all = g_string_new (NULL);
  g_autoptr (GString) expected = g_string_new ("▶ exec in DevBox · seq 100\n");

  fixture_init (&self, FALSE);
  send_step (&self, 1, "exec in DevBox", "seq 100", BH_ROW_OPEN, -1);
  for (guint i = 1; i <= 100; i++)
    {
      g_autofree char *line = g_strdup_printf ("%u\n", i);
      g_string_append (all, line);
      if (at_once == NULL)
        send_delta (&self, 1, "result", line);
      if (i <= 20 || i > 90)
        g_string_append_printf (expected, "  │ %s", line);
      if (i == 20)
        g_string_append (expected, "  │ … 70 more lines in row 1\n");
    }
  if (at_once != NULL)
    send_delta (&self, 1, "result", all->str);
  send_step (&self, 1, "exec in DevBox", "seq 100", BH_ROW_DONE, 0);
  timeline_settle (self.timeline, T0);
  g_string_append (expected, "✔ exec in DevBox · seq 100  1.2 s\n");
  g_assert_cmpstr (output_get_contents (self.out), ==, expected->str);
  fixture_clear (&self);
}

static void
test_tty (void)
{
  Fixture self = { 0 };

  fixture_init (&self, TRUE);
  send_step (&self, 1, "exec in DevBox", "make", BH_ROW_OPEN, -1);
  send_delta (&self, 1, "result", "one\ntwo");
  timeline_settle (self.timeline, T0 + 2500000);
  g_assert_true (timeline_is_live (self.timeline));
  send_step (&self, 1, "exec in DevBox", "make", BH_ROW_DONE, 0);
  timeline_settle (self.timeline, T0 + 2600000);
  g_assert_false (timeline_is_live (self.timeline));
  g_assert_cmpstr (output_get_contents (self.out), ==,
                   "▶ exec in DevBox · make  2.5 s\n"
                   "  │ one\n"
                   "  │ two\n"
                   "\r\033[3A\033[J"
                   "✔ exec in DevBox · make  1.2 s\n"
                   "  │ one\n"
                   "  │ two\n");
  fixture_clear (&self);
}

static void
test_end (void)
{
  Fixture self = { 0 };
  g_autoptr (BhRun) run = bh_run_new ();

  fixture_init (&self, FALSE);
  run->id = g_strdup ("r_0000000000000000");
  run->state = BH_RUN_FAILED;
  run->reason = g_strdup ("The block ended\nwith \033]0;evil\007 2");
  run->created_at = T0;
  run->completed_at = T0 + 65 * G_USEC_PER_SEC;
  run->can_continue = TRUE;
  timeline_end (self.timeline, run);
  g_assert_cmpstr (output_get_contents (self.out), ==,
                   "\n✘ Failed after 1 min 5 s: The block ended with  2\n"
                   "  To go on: bellhopctl steer r_0000000000000000 TEXT\n");
  fixture_clear (&self);
}

/* Events of a kind or shape this program does not know must not hurt it. */
static void
test_strange_events (void)
{
  static const char *const data[] = { "{}",
                                      "[]",
                                      "{\"row\":7}",
                                      "{\"row\":{\"n\":\"x\"}}",
                                      "{\"run\":{\"state\":5}}",
                                      "{\"question\":{}}",
                                      "{\"row\":-4,\"part\":\"result\",\"text\":\"x\"}" };
  static const char *const kinds[] = { "row", "run", "question", "message", "delta", "novelty" };
  Fixture self = { 0 };

  fixture_init (&self, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (data); i++)
    for (guint j = 0; j < G_N_ELEMENTS (kinds); j++)
      {
        g_autoptr (JsonNode) node = bh_json_parse (data[i], -1, NULL);
        timeline_event (self.timeline, kinds[j], node);
      }
  timeline_settle (self.timeline, T0);
  g_assert_cmpstr (output_get_contents (self.out), ==, "");
  fixture_clear (&self);
}

/* --- answers ------------------------------------------------------------------------------------------- */

static BhQuestion *
make_question (BhQuestionKind kind, gboolean allow_other)
{
  static const char *const labels[] = { "Toolbar", "Menu", "Both" };
  BhQuestion *question = bh_question_new ();

  question->id = g_strdup ("where");
  question->text = g_strdup ("Where?");
  question->kind = kind;
  question->allow_other = allow_other;
  for (guint i = 0; i < G_N_ELEMENTS (labels) && kind != BH_QUESTION_TEXT; i++)
    {
      BhOption *option = bh_option_new ();
      option->id = g_ascii_strdown (labels[i], -1);
      option->label = g_strdup (labels[i]);
      option->recommended = i == 1;
      g_ptr_array_add (question->options, option);
    }
  return question;
}

/* "toolbar,menu|text", or "!" if it is refused. */
static void
assert_answer (BhQuestionKind kind, gboolean allow_other, const char *line, const char *expected)
{
  BhQuestion *question = make_question (kind, allow_other);
  g_autoptr (GError) error = NULL;
  BhChoice *choice = prompt_parse (question, line, &error);
  g_autofree char *options = choice != NULL ? g_strjoinv (",", choice->options) : NULL;
  g_autofree char *text = choice == NULL
                              ? g_strdup ("!")
                              : g_strconcat (options, "|", choice->text != NULL ? choice->text : "", NULL);

  g_assert_cmpstr (text, ==, expected);
  g_assert_true ((choice == NULL) == (error != NULL));
  g_clear_pointer (&choice, bh_choice_free);
  bh_question_free (question);
}

static void
test_answers (void)
{
  assert_answer (BH_QUESTION_SINGLE, TRUE, "1", "toolbar|");
  assert_answer (BH_QUESTION_SINGLE, TRUE, " menu ", "menu|");
  assert_answer (BH_QUESTION_SINGLE, TRUE, "MENU", "menu|");
  assert_answer (BH_QUESTION_SINGLE, TRUE, "", "menu|");
  assert_answer (BH_QUESTION_SINGLE, TRUE, "In the sidebar", "|In the sidebar");
  assert_answer (BH_QUESTION_SINGLE, FALSE, "In the sidebar", "!");
  assert_answer (BH_QUESTION_SINGLE, TRUE, "4", "!");
  assert_answer (BH_QUESTION_SINGLE, TRUE, "0", "!");
  assert_answer (BH_QUESTION_SINGLE, TRUE, "=4", "|4");
  assert_answer (BH_QUESTION_MULTIPLE, TRUE, "1, 3", "toolbar,both|");
  assert_answer (BH_QUESTION_MULTIPLE, TRUE, "1 3 1", "toolbar,both|");
  assert_answer (BH_QUESTION_MULTIPLE, TRUE, "Toolbar, Both", "toolbar,both|");
  assert_answer (BH_QUESTION_MULTIPLE, TRUE, "Toolbar and more", "|Toolbar and more");
  assert_answer (BH_QUESTION_MULTIPLE, FALSE, "1,9", "!");
  assert_answer (BH_QUESTION_CONFIRM, FALSE, "b", "both|");
  assert_answer (BH_QUESTION_CONFIRM, FALSE, "x", "!");
  assert_answer (BH_QUESTION_TEXT, FALSE, "42", "|42");
  assert_answer (BH_QUESTION_TEXT, FALSE, "", "!");
}

/* --- text ---------------------------------------------------------------------------------------------- */

static void
test_text (void)
{
  g_autofree char *wide = text_fit ("日本語", 5), *whole = text_fit ("abc", 3), *cut = text_fit ("abcd", 3);
  g_autofree char *line = text_line ("a\nb\033[2Jc\x07");

  g_assert_cmpstr (wide, ==, "日本…");
  g_assert_cmpstr (whole, ==, "abc");
  g_assert_cmpstr (cut, ==, "ab…");
  g_assert_cmpstr (line, ==, "a bc");
}

static void
test_tail (void)
{
  g_autoptr (Tail) tail = tail_new (2);
  g_autofree char *endless = g_strnfill (1000000, 'x');

  tail_add (tail, "a\nb\nc\nd");
  g_assert_cmpuint (tail_count (tail), ==, 3);
  g_assert_null (tail_line (tail, 0));
  g_assert_cmpstr (tail_line (tail, 1), ==, "b");
  g_assert_cmpstr (tail_partial (tail), ==, "d");
  tail_add (tail, endless);
  tail_end (tail);
  g_assert_cmpuint (strlen (tail_line (tail, 3)), <=, 4096);
}

static void
test_json_is_safe (void)
{
  g_autoptr (Output) out = output_new_memory (TRUE, 80);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_VALUE);

  json_node_set_string (node, "a\033b\xc2\x9b"
                              "c\x7f\xe2\x80\xae");
  output_json (out, node);
  for (const char *p = output_get_contents (out); *p != '\0' && *p != '\n'; p++)
    g_assert_true (*p >= 0x20 && *p < 0x7f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/timeline/plain", test_plain);
  g_test_add_data_func ("/cli/timeline/long-output", NULL, test_long_output);
  g_test_add_data_func ("/cli/timeline/long-output-at-once", "", test_long_output);
  g_test_add_func ("/cli/timeline/tty", test_tty);
  g_test_add_func ("/cli/timeline/end", test_end);
  g_test_add_func ("/cli/timeline/strange-events", test_strange_events);
  g_test_add_func ("/cli/answers", test_answers);
  g_test_add_func ("/cli/text", test_text);
  g_test_add_func ("/cli/tail", test_tail);
  g_test_add_func ("/cli/json-is-safe", test_json_is_safe);
  return g_test_run ();
}

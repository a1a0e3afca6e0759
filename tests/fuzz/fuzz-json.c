/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Whatever a client or a box says: JSON, the requests made of it, and output as shown text. Not only must
 * nothing crash: what was accepted must survive being written and read again. */

#include <stdint.h>
#include <string.h>

#include "protocol/bh-records.h"
#include "protocol/bh-text.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (gboolean holds, const char *what)
{
  if (!holds)
    g_error ("This does not hold: %s", what);
}

static JsonNode *
check_written (JsonNode *node)
{
  g_autofree char *text = bh_json_to_text (node);
  g_autoptr (JsonNode) again = bh_json_parse (text, -1, NULL);
  g_autofree char *text_again = NULL;

  check (again != NULL, "what we write, we can read");
  text_again = bh_json_to_text (again);
  check (g_str_equal (text, text_again), "and it is the same");
  return g_steal_pointer (&again);
}

static void
check_error (GError *error)
{
  g_autoptr (GError) given = error;
  g_autoptr (JsonNode) problem = NULL;

  check (error != NULL && error->domain == BH_ERROR, "a refusal says why");
  check (g_utf8_validate (error->message, -1, NULL), "in valid UTF-8");
  problem = bh_problem_to_json (error);
  json_node_unref (check_written (problem));
}

static void
fuzz_request (JsonNode *node)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRunRequest) request = bh_run_request_from_json (node, &error);
  g_autoptr (BhRunRequest) again = NULL;
  g_autoptr (JsonNode) written = NULL;
  g_autoptr (JsonNode) read = NULL;

  if (request == NULL)
    {
      check_error (g_steal_pointer (&error));
      return;
    }
  written = bh_run_request_to_json (request);
  read = check_written (written);
  again = bh_run_request_from_json (read, NULL);
  check (again != NULL, "a request that was accepted is accepted again");
}

static void
fuzz_answers (BhQuestionSet *set, JsonNode *node)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) answers = bh_question_set_check_answers (set, node, &error);
  g_autofree char *text = NULL;

  if (answers == NULL)
    {
      check_error (g_steal_pointer (&error));
      return;
    }
  check (answers->len == set->questions->len, "every question is answered");
  g_clear_pointer (&set->answers, g_ptr_array_unref);
  set->answers = g_steal_pointer (&answers);
  text = bh_question_set_answer_text (set);
  check (*text != '\0' && strchr (text, '\n') == NULL, "an answer is never empty");
}

/* {"ask": …, "answer": …}: a question and its answer; anything else is a question. */
static void
fuzz_question (JsonNode *node)
{
  JsonNode *asked = node;
  JsonNode *answer = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BhQuestionSet) set = NULL;
  g_autoptr (BhQuestionSet) again = NULL;
  g_autoptr (JsonNode) written = NULL;
  g_autoptr (JsonNode) read = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node) && json_object_has_member (json_node_get_object (node), "ask"))
    {
      asked = json_object_get_member (json_node_get_object (node), "ask");
      answer = json_object_get_member (json_node_get_object (node), "answer");
    }
  set = bh_question_set_from_ask (asked, &error);
  if (set == NULL)
    {
      check_error (g_steal_pointer (&error));
      return;
    }
  fuzz_answers (set, answer != NULL ? answer : node);
  set->id = g_strdup ("q_0123456789abcdef");
  written = bh_question_set_to_json (set);
  read = check_written (written);
  again = bh_question_set_from_json (read, NULL);
  check (again != NULL, "a set that was asked can be stored");
}

#define FUZZ_RECORD(prefix, Type)                                                                            \
  {                                                                                                          \
    g_autoptr (GError) error = NULL;                                                                         \
    g_autoptr (Type) record = prefix##_from_json (node, &error);                                             \
                                                                                                             \
    if (record == NULL)                                                                                      \
      check_error (g_steal_pointer (&error));                                                                \
    else                                                                                                     \
      {                                                                                                      \
        g_autoptr (JsonNode) written = prefix##_to_json (record);                                            \
        g_autoptr (JsonNode) read = check_written (written);                                                 \
        g_autoptr (Type) again = prefix##_from_json (read, NULL);                                            \
                                                                                                             \
        check (again != NULL, "a record that was read can be read again");                                   \
      }                                                                                                      \
  }

static void
fuzz_records (JsonNode *node)
{
  FUZZ_RECORD (bh_run, BhRun)
  FUZZ_RECORD (bh_row, BhRow)
  FUZZ_RECORD (bh_message, BhMessage)
  FUZZ_RECORD (bh_event, BhEvent)
  FUZZ_RECORD (bh_question_set, BhQuestionSet)
  FUZZ_RECORD (bh_worker_info, BhWorkerInfo)
  g_error_free (bh_problem_from_json (node, 500));
}

static void
fuzz_json (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = bh_json_parse ((const char *) data, (gssize) size, &error);

  if (node == NULL)
    {
      check_error (g_steal_pointer (&error));
      return;
    }
  json_node_unref (check_written (node));
  fuzz_request (node);
  fuzz_question (node);
  fuzz_records (node);
}

/* Cut anywhere, and shown in two chunks, it is the same text. */
static void
fuzz_text (const uint8_t *data, size_t size)
{
  gsize length, whole;
  g_autofree char *shown = bh_text_shown (data, size, &length);
  g_autofree char *line = bh_text_one_line (shown, 100);
  g_autofree char *head = bh_text_head (shown, 100);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *both = NULL;

  check (strlen (shown) == length && g_utf8_validate (shown, -1, NULL), "shown text is valid UTF-8");
  check (strpbrk (shown, "\x1b\r\b\x7f") == NULL, "and holds no control character");
  check (strlen (line) <= 100 && strlen (head) <= 100 && strchr (line, '\n') == NULL,
         "lines and heads are short");
  check (g_utf8_validate (line, -1, NULL) && g_utf8_validate (head, -1, NULL), "and valid UTF-8");
  if (memchr (data, '\b', size) != NULL)
    return;
  whole = bh_text_whole (data, size / 2);
  check (whole <= size / 2, "no more than there is");
  first = bh_text_shown (data, whole, NULL);
  second = bh_text_shown (data + whole, size - whole, NULL);
  both = g_strconcat (first, second, NULL);
  check (g_str_equal (both, shown), "chunks are the same as the whole");
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  fuzz_json (data, size);
  fuzz_text (data, size);
  return 0;
}

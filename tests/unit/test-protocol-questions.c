/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include <string.h>

static BhQuestionSet *
ask (const char *text, GError **error)
{
  g_autoptr (GError) bad = NULL;
  g_autoptr (JsonNode) node = bh_json_parse (text, -1, &bad);

  g_assert_no_error (bad);
  return bh_question_set_from_ask (node, error);
}

static BhQuestionSet *
must_ask (const char *text)
{
  g_autoptr (GError) error = NULL;
  BhQuestionSet *set = ask (text, &error);

  g_assert_no_error (error);
  return set;
}

static const BhQuestion *
question_of (const BhQuestionSet *set, guint i)
{
  return g_ptr_array_index (set->questions, i);
}

static char *
option_ids (const BhQuestion *question)
{
  GString *ids = g_string_new (NULL);

  for (guint i = 0; i < question->options->len; i++)
    {
      const BhOption *option = question->options->pdata[i];

      g_string_append_printf (ids, "%s%s%s", i > 0 ? " " : "", option->id, option->recommended ? "*" : "");
    }
  return g_string_free (ids, FALSE);
}

static void
test_asked (void)
{
  static const struct
  {
    const char *text;
    BhQuestionKind kind;
    gboolean allow_other;
    const char *options; /* ids, the recommended ones with a star */
  } cases[] = {
    { "{\"text\":\"Name?\"}", BH_QUESTION_TEXT, TRUE, "" },
    { "{\"text\":\"Where?\",\"options\":[\"Tool bar\",\"Menu\"]}", BH_QUESTION_SINGLE, TRUE,
      "tool-bar menu" },
    { "{\"text\":\"Where?\",\"options\":[{\"id\":\"t\",\"label\":\"Tool "
      "bar\",\"recommended\":true},{\"label\":\"Menu\"}],"
      "\"allow_other\":false}",
      BH_QUESTION_SINGLE, FALSE, "t* menu" },
    { "{\"text\":\"Sure?\",\"kind\":\"confirm\"}", BH_QUESTION_CONFIRM, FALSE, "yes no" },
    { "{\"text\":\"Sure?\",\"kind\":\"confirm\",\"recommended\":\"yes\"}", BH_QUESTION_CONFIRM, FALSE,
      "yes* no" },
    { "{\"text\":\"Sure?\",\"kind\":\"confirm\",\"options\":[\"Go\",\"Stop\"]}", BH_QUESTION_CONFIRM, FALSE,
      "go stop" },
    { "{\"text\":\"Which?\",\"kind\":\"multiple\",\"options\":[\"C\",\"C++\",\"C#\"],\"recommended\":[\"C++"
      "\",\"c\"]}",
      BH_QUESTION_MULTIPLE, TRUE, "c* c-2* c-3" },
    { "{\"text\":\"Welche?\",\"options\":[\"世\",\"界\",\"--\",{\"id\":\"option\"}]}", BH_QUESTION_SINGLE,
      TRUE, "option-2 option-3 option-4 option" },
    { "{\"text\":\"One?\",\"kind\":\"single\",\"options\":[\"Only\"],\"recommended\":\"Only\"}",
      BH_QUESTION_SINGLE, TRUE, "only*" },
    { "{\"questions\":[{\"text\":\"Name?\",\"options\":null,\"header\":null,\"id\":null}]}", BH_QUESTION_TEXT,
      TRUE, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (BhQuestionSet) set = must_ask (cases[i].text);
      const BhQuestion *question = question_of (set, 0);
      g_autofree char *ids = option_ids (question);

      g_assert_cmpuint (set->questions->len, ==, 1);
      g_assert_cmpstr (question->id, ==, "1");
      g_assert_cmpint (question->kind, ==, cases[i].kind);
      g_assert_cmpint (question->allow_other, ==, cases[i].allow_other);
      g_assert_cmpstr (ids, ==, cases[i].options);
    }
}

static void
test_ids (void)
{
  g_autoptr (BhQuestionSet) set = must_ask (
      "{\"questions\":[{\"text\":\"a\"},{\"id\":\"1\",\"text\":\"b\",\"var\":\"B\"},{\"text\":\"c\"}]}");

  g_assert_cmpstr (question_of (set, 0)->id, ==, "2");
  g_assert_cmpstr (question_of (set, 1)->id, ==, "1");
  g_assert_cmpstr (question_of (set, 1)->var, ==, "B");
  g_assert_cmpstr (question_of (set, 2)->id, ==, "3");
}

/* What comes out of a box is shown to a person. */
static void
test_safe (void)
{
  g_autoptr (BhQuestionSet) set =
      must_ask ("{\"text\":\" Sure\\u001b[31m?\\r\\nReally?\\u202e "
                "\",\"header\":\"A\\nB\",\"options\":[\"\\u001b]0;x\\u0007Yes\\n\","
                "{\"label\":\"No\",\"description\":\"line\\u0008e\"}]}");
  const BhQuestion *question = question_of (set, 0);
  const BhOption *yes = question->options->pdata[0];
  const BhOption *no = question->options->pdata[1];

  g_assert_cmpstr (question->text, ==, "Sure?\nReally?");
  g_assert_cmpstr (question->header, ==, "A B");
  g_assert_cmpstr (yes->label, ==, "Yes");
  g_assert_cmpstr (yes->id, ==, "yes");
  g_assert_cmpstr (no->description, ==, "line");
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    BhError code;
    const char *field;
  } cases[] = {
    { "[]", BH_ERROR_INVALID_FIELD, NULL },
    { "{}", BH_ERROR_INVALID_FIELD, "text" },
    { "{\"text\":\" \\n\"}", BH_ERROR_INVALID_FIELD, "text" },
    { "{\"text\":\"\\u001b[0m\"}", BH_ERROR_INVALID_FIELD, "text" },
    { "{\"text\":5}", BH_ERROR_INVALID_FIELD, "text" },
    { "{\"questions\":[]}", BH_ERROR_INVALID_FIELD, "questions" },
    { "{\"questions\":{}}", BH_ERROR_INVALID_FIELD, "questions" },
    { "{\"questions\":null}", BH_ERROR_INVALID_FIELD, "questions" },
    { "{\"questions\":[\"a\"]}", BH_ERROR_INVALID_FIELD, "questions[0]" },
    { "{\"questions\":[{\"text\":\"a\"}],\"text\":\"b\"}", BH_ERROR_UNKNOWN_FIELD, "text" },
    { "{\"questions\":[{\"text\":\"a\",\"id\":\"x\"},{\"text\":\"b\",\"id\":\"x\"}]}", BH_ERROR_INVALID_FIELD,
      "questions" },
    { "{\"questions\":[{\"text\":\"a\",\"var\":\"X\"},{\"text\":\"b\",\"var\":\"X\"}]}",
      BH_ERROR_INVALID_FIELD, "questions" },
    { "{\"questions\":[{\"text\":\"a\"},{\"text\":\"b\",\"kind\":\"maybe\"}]}", BH_ERROR_INVALID_FIELD,
      "questions[1].kind" },
    { "{\"text\":\"a\",\"choices\":[\"b\"]}", BH_ERROR_UNKNOWN_FIELD, "choices" },
    { "{\"text\":\"a\",\"options\":\"b\"}", BH_ERROR_INVALID_FIELD, "options" },
    { "{\"text\":\"a\",\"options\":[5]}", BH_ERROR_INVALID_FIELD, "options[0]" },
    { "{\"text\":\"a\",\"options\":[\"\"]}", BH_ERROR_INVALID_FIELD, "options" },
    { "{\"text\":\"a\",\"options\":[{}]}", BH_ERROR_INVALID_FIELD, "options[0].label" },
    { "{\"text\":\"a\",\"options\":[\"b\",{\"label\":\"c\",\"default\":true}]}", BH_ERROR_UNKNOWN_FIELD,
      "options[1].default" },
    { "{\"text\":\"a\",\"options\":[\"b\",\"b\"]}", BH_ERROR_INVALID_FIELD, "options" },
    { "{\"text\":\"a\",\"options\":[{\"id\":\"x\",\"label\":\"b\"},{\"id\":\"x\",\"label\":\"c\"}]}",
      BH_ERROR_INVALID_FIELD, "options" },
    { "{\"text\":\"a\",\"options\":[{\"id\":\"no space\",\"label\":\"b\"}]}", BH_ERROR_INVALID_FIELD,
      "options[0].id" },
    { "{\"text\":\"a\",\"options\":[{\"id\":\"\",\"label\":\"b\"}]}", BH_ERROR_INVALID_FIELD,
      "options[0].id" },
    { "{\"text\":\"a\",\"kind\":\"single\"}", BH_ERROR_INVALID_FIELD, "options" },
    { "{\"text\":\"a\",\"kind\":\"multiple\",\"options\":[]}", BH_ERROR_INVALID_FIELD, "options" },
    { "{\"text\":\"a\",\"kind\":\"text\",\"options\":[\"b\"]}", BH_ERROR_INVALID_FIELD, "options" },
    { "{\"text\":\"a\",\"kind\":\"text\",\"allow_other\":false}", BH_ERROR_INVALID_FIELD, "allow_other" },
    { "{\"text\":\"a\",\"allow_other\":\"no\",\"options\":[\"b\"]}", BH_ERROR_INVALID_FIELD, "allow_other" },
    { "{\"text\":\"a\",\"options\":[\"b\",\"c\"],\"recommended\":\"d\"}", BH_ERROR_OPTION_NOT_FOUND,
      "recommended" },
    { "{\"text\":\"a\",\"options\":[\"b\",\"c\"],\"recommended\":[\"b\",\"c\"]}", BH_ERROR_INVALID_FIELD,
      "recommended" },
    { "{\"text\":\"a\",\"options\":[\"b\",\"c\"],\"recommended\":5}", BH_ERROR_INVALID_FIELD, "recommended" },
    { "{\"text\":\"a\",\"options\":[\"b\",\"c\"],\"recommended\":{}}", BH_ERROR_INVALID_FIELD,
      "recommended" },
    { "{\"text\":\"a\",\"var\":\"A B\"}", BH_ERROR_INVALID_FIELD, "var" },
    { "{\"text\":\"a\",\"id\":\"a/b\"}", BH_ERROR_INVALID_FIELD, "id" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BhQuestionSet) set = ask (cases[i].text, &error);

      g_test_message ("%s: %s", cases[i].text, error != NULL ? error->message : "accepted");
      g_assert_null (set);
      g_assert_error (error, BH_ERROR, (int) cases[i].code);
      g_assert_cmpstr (bh_error_field (error), ==, cases[i].field);
    }
}

static char *
many (const char *start, const char *format, guint n)
{
  GString *text = g_string_new (start);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s%u\"%s", i > 0 ? "," : "", format, i,
                            strchr (format, '{') != NULL ? "}" : "");
  g_string_append (text, "]}");
  return g_string_free (text, FALSE);
}

static void
test_limits (void)
{
  g_autofree char *questions = many ("{\"questions\":[", "{\"text\":\"", 16);
  g_autofree char *too_many_questions = many ("{\"questions\":[", "{\"text\":\"", 17);
  g_autofree char *options = many ("{\"text\":\"a\",\"options\":[", "\"", 32);
  g_autofree char *too_many_options = many ("{\"text\":\"a\",\"options\":[", "\"", 33);
  g_autofree char *filler = g_strnfill (16 * 1024 + 1, 'a');
  g_autofree char *long_text = g_strdup_printf ("{\"text\":\"%s\"}", filler);
  g_autofree char *long_label = g_strdup_printf ("{\"text\":\"a\",\"options\":[\"%s\"]}", filler);
  const char *const refused[] = { too_many_questions, too_many_options, long_text, long_label };
  g_autoptr (BhQuestionSet) most_questions = must_ask (questions);
  g_autoptr (BhQuestionSet) most_options = must_ask (options);

  g_assert_cmpuint (most_questions->questions->len, ==, 16);
  g_assert_cmpuint (question_of (most_options, 0)->options->len, ==, 32);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ask (refused[i], &error));
      g_assert_error (error, BH_ERROR, BH_ERROR_INVALID_FIELD);
    }
}

#define SINGLE "{\"id\":\"where\",\"text\":\"Where?\",\"options\":[\"Toolbar\",\"Menu\"]}"
#define CLOSED                                                                                               \
  "{\"id\":\"where\",\"text\":\"Where?\",\"options\":[\"Toolbar\",\"Menu\"],\"allow_other\":false}"
#define MULTIPLE                                                                                             \
  "{\"id\":\"which\",\"text\":\"Which?\",\"kind\":\"multiple\",\"options\":[\"A\",\"B\",\"C\"]}"
#define TEXT "{\"id\":\"name\",\"text\":\"Name?\"}"
#define CONFIRM "{\"id\":\"sure\",\"text\":\"Sure?\",\"kind\":\"confirm\"}"
#define TWO "{\"questions\":[" SINGLE "," TEXT "]}"

static const struct
{
  const char *asked;
  const char *answer;
  int code;            /* -1: accepted */
  const char *outcome; /* the field, or the answer's text */
} answers[] = {
  { SINGLE, "{\"options\":[\"toolbar\"]}", -1, "Toolbar" },
  { SINGLE, "{\"question\":\"q_1\",\"options\":[\"menu\"]}", -1, "Menu" },
  { SINGLE, "{\"text\":\"In the sky\"}", -1, "In the sky" },
  { SINGLE, "{\"options\":[\"menu\"],\"text\":\"at the\\nend\"}", -1, "Menu, at the end" },
  { SINGLE, "{\"options\":[\"menu\"],\"text\":null}", -1, "Menu" },
  { SINGLE, "{\"options\":[\"menu\"],\"text\":\" \"}", -1, "Menu" },
  { SINGLE, "{\"answers\":[{\"question\":\"where\",\"options\":[\"menu\"]}]}", -1, "Menu" },
  { SINGLE, "{\"answers\":[{\"options\":[\"menu\"]}]}", -1, "Menu" },
  { SINGLE, "{}", BH_ERROR_ANSWER_INCOMPLETE, "options" },
  { SINGLE, "{\"options\":[]}", BH_ERROR_ANSWER_INCOMPLETE, "options" },
  { SINGLE, "{\"options\":null,\"text\":\" \\n\"}", BH_ERROR_ANSWER_INCOMPLETE, "options" },
  { SINGLE, "{\"options\":[\"Toolbar\"]}", BH_ERROR_OPTION_NOT_FOUND, "options" },
  { SINGLE, "{\"options\":[\"nowhere\"]}", BH_ERROR_OPTION_NOT_FOUND, "options" },
  { SINGLE, "{\"options\":[\"toolbar\",\"menu\"]}", BH_ERROR_INVALID_FIELD, "options" },
  { SINGLE, "{\"options\":\"toolbar\"}", BH_ERROR_INVALID_FIELD, "options" },
  { SINGLE, "{\"options\":[1]}", BH_ERROR_INVALID_FIELD, "options" },
  { SINGLE, "{\"option\":[\"toolbar\"]}", BH_ERROR_UNKNOWN_FIELD, "option" },
  { SINGLE, "{\"question\":5,\"options\":[\"menu\"]}", BH_ERROR_INVALID_FIELD, "question" },
  { SINGLE, "{\"answers\":[{\"question\":\"who\",\"options\":[\"menu\"]}]}", BH_ERROR_INVALID_FIELD,
    "answers[0].question" },
  { SINGLE, "{\"answers\":[{\"options\":[\"menu\"]},{\"options\":[\"menu\"]}]}", BH_ERROR_INVALID_FIELD,
    "answers[1].question" },
  { SINGLE, "{\"answers\":[{\"options\":[\"none\"]}]}", BH_ERROR_OPTION_NOT_FOUND, "answers[0].options" },
  { SINGLE, "{\"answers\":[{\"choice\":\"none\"}]}", BH_ERROR_UNKNOWN_FIELD, "answers[0].choice" },
  { SINGLE, "{\"answers\":[\"menu\"]}", BH_ERROR_INVALID_FIELD, "answers[0]" },
  { SINGLE, "{\"answers\":\"menu\"}", BH_ERROR_INVALID_FIELD, "answers" },
  { SINGLE, "{\"answers\":null}", BH_ERROR_ANSWER_INCOMPLETE, "answers" },
  { SINGLE, "{\"answers\":[]}", BH_ERROR_ANSWER_INCOMPLETE, "answers" },
  { SINGLE, "{\"answers\":[],\"options\":[\"menu\"]}", BH_ERROR_UNKNOWN_FIELD, "options" },
  { SINGLE, "[]", BH_ERROR_INVALID_FIELD, NULL },
  { CLOSED, "{\"options\":[\"toolbar\"]}", -1, "Toolbar" },
  { CLOSED, "{\"text\":\"elsewhere\"}", BH_ERROR_INVALID_FIELD, "text" },
  { CLOSED, "{\"options\":[\"toolbar\"],\"text\":\"but small\"}", BH_ERROR_INVALID_FIELD, "text" },
  { MULTIPLE, "{\"options\":[\"c\",\"a\"]}", -1, "C, A" },
  { MULTIPLE, "{\"options\":[\"a\"],\"text\":\"and D\"}", -1, "A, and D" },
  { MULTIPLE, "{\"options\":[\"a\",\"a\"]}", BH_ERROR_INVALID_FIELD, "options" },
  { MULTIPLE, "{\"options\":[]}", BH_ERROR_ANSWER_INCOMPLETE, "options" },
  { MULTIPLE, "{\"options\":[\"a\",\"z\"]}", BH_ERROR_OPTION_NOT_FOUND, "options" },
  { TEXT, "{\"text\":\"Ada\"}", -1, "Ada" },
  { TEXT, "{\"text\":\"\"}", BH_ERROR_ANSWER_INCOMPLETE, "text" },
  { TEXT, "{\"options\":[\"a\"]}", BH_ERROR_OPTION_NOT_FOUND, "options" },
  { TEXT, "{\"text\":[\"Ada\"]}", BH_ERROR_INVALID_FIELD, "text" },
  { CONFIRM, "{\"options\":[\"yes\"]}", -1, "Yes" },
  { CONFIRM, "{\"options\":[\"no\"]}", -1, "No" },
  { CONFIRM, "{\"options\":[\"yes\",\"no\"]}", BH_ERROR_INVALID_FIELD, "options" },
  { CONFIRM, "{\"options\":[\"maybe\"]}", BH_ERROR_OPTION_NOT_FOUND, "options" },
  { CONFIRM, "{\"text\":\"yes\"}", BH_ERROR_INVALID_FIELD, "text" },
  { CONFIRM, "{}", BH_ERROR_ANSWER_INCOMPLETE, "options" },
  { TWO,
    "{\"answers\":[{\"question\":\"name\",\"text\":\"Ada\"},{\"question\":\"where\",\"options\":[\"menu\"]}]"
    "}",
    -1, "Menu; Ada" },
  { TWO, "{\"answers\":[{\"question\":\"name\",\"text\":\"Ada\"}]}", BH_ERROR_ANSWER_INCOMPLETE, "answers" },
  { TWO, "{\"answers\":[{\"text\":\"Ada\"}]}", BH_ERROR_INVALID_FIELD, "answers[0].question" },
  { TWO, "{\"options\":[\"menu\"]}", BH_ERROR_ANSWER_INCOMPLETE, "answers" },
  { TWO,
    "{\"answers\":[{\"question\":\"name\",\"text\":\"\"},{\"question\":\"where\",\"options\":[\"menu\"]}]}",
    BH_ERROR_ANSWER_INCOMPLETE, "answers[0].text" },
};

static void
test_answers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (BhQuestionSet) set = must_ask (answers[i].asked);
      g_autoptr (JsonNode) node = bh_json_parse (answers[i].answer, -1, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) choices = bh_question_set_check_answers (set, node, &error);

      g_test_message ("%s: %s", answers[i].answer, error != NULL ? error->message : "accepted");
      if (answers[i].code < 0)
        {
          g_autofree char *text = NULL;

          g_assert_no_error (error);
          g_assert_cmpuint (choices->len, ==, set->questions->len);
          set->answers = g_steal_pointer (&choices);
          text = bh_question_set_answer_text (set);
          g_assert_cmpstr (text, ==, answers[i].outcome);
        }
      else
        {
          g_assert_null (choices);
          g_assert_error (error, BH_ERROR, answers[i].code);
          g_assert_cmpstr (bh_error_field (error), ==, answers[i].outcome);
        }
    }
}

static void
test_recommended (void)
{
  g_autoptr (BhQuestionSet) all =
      must_ask ("{\"questions\":[{\"text\":\"a\",\"options\":[\"b\",\"c\"],\"recommended\":\"c\"},{\"text\":"
                "\"d\",\"kind\":"
                "\"multiple\",\"options\":[\"e\",\"f\",\"g\"],\"recommended\":[\"e\",\"g\"]}]}");
  g_autoptr (BhQuestionSet) some = must_ask (
      "{\"questions\":[{\"text\":\"a\",\"options\":[\"b\",\"c\"],\"recommended\":\"c\"}," TEXT "]}");

  g_assert_null (bh_question_set_recommended (some));
  all->answers = bh_question_set_recommended (all);
  g_assert_nonnull (all->answers);
  g_autofree char *text = bh_question_set_answer_text (all);
  g_assert_cmpstr (text, ==, "c; e, g");

  /* what is recommended is an answer */
  g_autoptr (JsonNode) record = bh_question_set_to_json (all);
  g_autoptr (JsonNode) body = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  json_object_set_member (object, "answers",
                          json_node_copy (json_object_get_member (json_node_get_object (record), "answers")));
  json_node_take_object (body, object);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) choices = bh_question_set_check_answers (all, body, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (choices->len, ==, 2);
}

static void
test_no_answer (void)
{
  g_autoptr (BhQuestionSet) set = must_ask (SINGLE);
  g_autofree char *text = bh_question_set_answer_text (set);

  g_assert_cmpstr (text, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/questions/asked", test_asked);
  g_test_add_func ("/protocol/questions/ids", test_ids);
  g_test_add_func ("/protocol/questions/safe", test_safe);
  g_test_add_func ("/protocol/questions/refused", test_refused);
  g_test_add_func ("/protocol/questions/limits", test_limits);
  g_test_add_func ("/protocol/questions/answers", test_answers);
  g_test_add_func ("/protocol/questions/recommended", test_recommended);
  g_test_add_func ("/protocol/questions/no-answer", test_no_answer);
  return g_test_run ();
}

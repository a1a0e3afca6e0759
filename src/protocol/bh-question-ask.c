/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include <string.h>

#include "protocol/bh-json-util.h"

#include "protocol/bh-text.h"

/* What an asker may ask. It comes out of a box, so it is checked, and its texts are made safe to show. */

#define QUESTIONS_MAX 16
#define OPTIONS_MAX 32
#define ID_MAX 64
#define HEADER_MAX 200
#define LABEL_MAX 500
#define TEXT_MAX (16 * 1024)

static const char *const set_members[] = { "questions", NULL };
static const char *const question_members[] = {
  "id", "header", "text", "kind", "options", "allow_other", "recommended", "var", NULL,
};
static const char *const option_members[] = { "id", "label", "description", "recommended", NULL };

/* A text of several lines, safe to show. Absent or blank: NULL. */
static char *
read_text (BhReader *reader, const char *member)
{
  const char *given = bh_reader_peek_string (reader, member);
  g_autofree char *shown = NULL;

  if (given == NULL)
    return NULL;
  if (strlen (given) > TEXT_MAX)
    {
      bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, member, "%s is longer than %d KiB.", member,
                      TEXT_MAX / 1024);
      return NULL;
    }
  shown = g_strstrip (bh_text_shown (given, strlen (given), NULL));
  return *shown != '\0' ? g_steal_pointer (&shown) : NULL;
}

static char *
line_of (BhReader *reader, const char *member, const char *given, gsize max)
{
  g_autofree char *line = NULL;

  if (strlen (given) > max)
    {
      bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, member, "%s is longer than %" G_GSIZE_FORMAT " bytes.",
                      member, max);
      return NULL;
    }
  /* replacement characters may make it longer */
  line = g_strstrip (bh_text_one_line (given, max * 3));
  return *line != '\0' ? g_steal_pointer (&line) : NULL;
}

static char *
read_line (BhReader *reader, const char *member, gsize max)
{
  const char *given = bh_reader_peek_string (reader, member);

  return given != NULL ? line_of (reader, member, given, max) : NULL;
}

static char *
read_id (BhReader *reader)
{
  const char *id = bh_reader_peek_string (reader, "id");

  if (id == NULL)
    return NULL;
  for (const char *p = id; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("_.-", *p) == NULL)
      bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "id",
                      "An id holds only letters, digits, and the characters _.-");
  if (*id == '\0' || strlen (id) > ID_MAX)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "id", "An id has from 1 to %d characters.", ID_MAX);
  return g_strdup (id);
}

static BhOption *
read_option (BhReader *reader)
{
  g_autoptr (BhOption) option = bh_option_new ();

  bh_reader_only (reader, option_members);
  option->id = read_id (reader);
  option->label = read_line (reader, "label", LABEL_MAX);
  if (option->label == NULL)
    option->label = g_strdup (option->id);
  if (option->label == NULL)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "label", "Each option needs a label.");
  option->description = read_text (reader, "description");
  option->recommended = bh_reader_boolean (reader, "recommended", FALSE);
  return g_steal_pointer (&option);
}

/* An option may be given as its label alone. */
static void
read_element (BhReader *reader, BhQuestion *question, JsonArray *options, guint index)
{
  JsonNode *node = json_array_get_element (options, index);
  BhOption *option;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    {
      option = bh_option_new ();
      option->label = line_of (reader, "options", json_node_get_string (node), LABEL_MAX);
      if (option->label == NULL)
        bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "options", "Each option needs a label.");
    }
  else
    {
      BhReader element;

      bh_reader_element (reader, "options", options, index, &element);
      option = read_option (&element);
    }
  g_ptr_array_add (question->options, option);
}

static void
read_options (BhReader *reader, BhQuestion *question)
{
  JsonArray *options = bh_reader_array (reader, "options");

  if (options == NULL)
    return;
  if (json_array_get_length (options) > OPTIONS_MAX)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "options", "A question has at most %d options.",
                    OPTIONS_MAX);
  for (guint i = 0; bh_reader_ok (reader) && i < json_array_get_length (options); i++)
    read_element (reader, question, options, i);
}

static BhOption *
find_option (BhQuestion *question, const char *id_or_label)
{
  for (guint i = 0; i < question->options->len; i++)
    {
      BhOption *option = question->options->pdata[i];

      if (g_strcmp0 (option->id, id_or_label) == 0)
        return option;
    }
  for (guint i = 0; i < question->options->len; i++)
    {
      BhOption *option = question->options->pdata[i];

      if (g_strcmp0 (option->label, id_or_label) == 0)
        return option;
    }
  return NULL;
}

static BhOption *
find_id (BhQuestion *question, const char *id)
{
  BhOption *option = find_option (question, id);

  return option != NULL && g_strcmp0 (option->id, id) == 0 ? option : NULL;
}

static void
refuse_duplicates (BhReader *reader, BhQuestion *question)
{
  for (guint i = 0; i < question->options->len; i++)
    for (guint j = 0; j < i; j++)
      {
        const BhOption *one = question->options->pdata[i];
        const BhOption *other = question->options->pdata[j];

        if ((one->id != NULL && g_strcmp0 (one->id, other->id) == 0) ||
            g_strcmp0 (one->label, other->label) == 0)
          bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "options", "The option “%s” is there twice.",
                          one->label);
      }
}

/* "On the tool bar" becomes on-the-tool-bar. Empty when the label has neither ASCII letters nor digits. */
static char *
slug (const char *label)
{
  GString *text = g_string_new (NULL);

  for (; *label != '\0' && text->len < ID_MAX - 8; label++)
    if (g_ascii_isalnum (*label))
      g_string_append_c (text, g_ascii_tolower (*label));
    else if (text->len > 0 && text->str[text->len - 1] != '-')
      g_string_append_c (text, '-');
  if (text->len > 0 && text->str[text->len - 1] == '-')
    g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}

/* "C" and "C++" are different options: the second one gets a number. */
static void
fill_in_ids (BhQuestion *question)
{
  for (guint i = 0; i < question->options->len; i++)
    {
      BhOption *option = question->options->pdata[i];
      g_autofree char *base = NULL;
      g_autofree char *id = NULL;

      if (option->id != NULL || option->label == NULL)
        continue;
      base = slug (option->label);
      if (*base == '\0')
        g_set_str (&base, "option");
      id = g_strdup (base);
      for (guint n = 2; find_id (question, id) != NULL; n++)
        {
          g_free (id);
          id = g_strdup_printf ("%s-%u", base, n);
        }
      option->id = g_steal_pointer (&id);
    }
}

static void
recommend (BhReader *reader, BhQuestion *question, const char *name)
{
  BhOption *option = find_option (question, name);

  if (option != NULL)
    option->recommended = TRUE;
  else
    bh_reader_fail (reader, BH_ERROR_OPTION_NOT_FOUND, "recommended", "“%.100s” is none of the options.",
                    name);
}

/* On the question: the id or label of an option, or several. */
static void
read_recommended (BhReader *reader, BhQuestion *question)
{
  JsonNode *node;
  g_auto (GStrv) names = NULL;

  if (!bh_reader_ok (reader))
    return;
  node = json_object_get_member (reader->object, "recommended");
  if (node != NULL && JSON_NODE_HOLDS_VALUE (node))
    {
      const char *name = bh_reader_peek_string (reader, "recommended");

      if (name != NULL)
        recommend (reader, question, name);
      return;
    }
  names = bh_reader_strv (reader, "recommended");
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    recommend (reader, question, names[i]);
}

static void
add_yes_and_no (BhQuestion *question)
{
  static const char *const words[][2] = { { "yes", "Yes" }, { "no", "No" } };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      BhOption *option = bh_option_new ();

      option->id = g_strdup (words[i][0]);
      option->label = g_strdup (words[i][1]);
      g_ptr_array_add (question->options, option);
    }
}

static guint
count_recommended (const BhQuestion *question)
{
  guint n = 0;

  for (guint i = 0; i < question->options->len; i++)
    n += ((const BhOption *) question->options->pdata[i])->recommended ? 1 : 0;
  return n;
}

static void
check_kind (BhReader *reader, BhQuestion *question)
{
  gboolean is_text = question->kind == BH_QUESTION_TEXT;

  if (is_text && question->options->len > 0)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "options", "A question of kind text has no options.");
  else if (is_text && !question->allow_other)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "allow_other",
                    "A question of kind text is answered with free text, so it cannot be forbidden.");
  else if (!is_text && question->options->len == 0)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "options",
                    "A question of kind %s needs options. For a free answer use the kind text.",
                    bh_nick (BH_TYPE_QUESTION_KIND, question->kind));
  else if (question->kind != BH_QUESTION_MULTIPLE && count_recommended (question) > 1)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "recommended",
                    "Only one option can be chosen, so only one can be recommended.");
}

static char *
read_var (BhReader *reader)
{
  const char *var = bh_reader_peek_string (reader, "var");

  if (var != NULL && (!bh_is_env_name (var) || strlen (var) > ID_MAX))
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "var",
                    "“%.64s” is no name of an environment variable: letters, digits and _, no digit first.",
                    var);
  return g_strdup (var);
}

static BhQuestion *
read_question (BhReader *reader)
{
  BhQuestion *question = bh_question_new ();
  gboolean has_options;

  bh_reader_only (reader, question_members);
  question->id = read_id (reader);
  question->header = read_line (reader, "header", HEADER_MAX);
  question->text = read_text (reader, "text");
  if (question->text == NULL)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "text", "A question needs a text.");
  read_options (reader, question);
  has_options = question->options->len > 0;
  question->kind = (BhQuestionKind) bh_reader_enum (reader, "kind", BH_TYPE_QUESTION_KIND,
                                                    has_options ? BH_QUESTION_SINGLE : BH_QUESTION_TEXT);
  question->allow_other = bh_reader_boolean (reader, "allow_other", question->kind != BH_QUESTION_CONFIRM);
  question->var = read_var (reader);
  if (question->kind == BH_QUESTION_CONFIRM && !has_options)
    add_yes_and_no (question);
  if (bh_reader_ok (reader))
    {
      refuse_duplicates (reader, question);
      fill_in_ids (question);
      read_recommended (reader, question);
      check_kind (reader, question);
    }
  return question;
}

static gboolean
has_question (const BhQuestionSet *self, const char *id)
{
  for (guint i = 0; i < self->questions->len; i++)
    if (g_strcmp0 (((const BhQuestion *) self->questions->pdata[i])->id, id) == 0)
      return TRUE;
  return FALSE;
}

static void
finish_questions (BhQuestionSet *self, BhReader *reader)
{
  for (guint i = 0; i < self->questions->len; i++)
    for (guint j = 0; j < i; j++)
      {
        const BhQuestion *one = self->questions->pdata[i];
        const BhQuestion *other = self->questions->pdata[j];

        if (one->id != NULL && g_strcmp0 (one->id, other->id) == 0)
          bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "questions", "The question “%s” is there twice.",
                          one->id);
        if (one->var != NULL && g_strcmp0 (one->var, other->var) == 0)
          bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "questions",
                          "Two questions set the variable %s. Give each its own.", one->var);
      }
  for (guint i = 0; i < self->questions->len; i++)
    {
      BhQuestion *question = self->questions->pdata[i];

      for (guint n = i + 1; question->id == NULL; n++)
        {
          g_autofree char *id = g_strdup_printf ("%u", n);

          if (!has_question (self, id))
            question->id = g_steal_pointer (&id);
        }
    }
}

static void
read_questions (BhQuestionSet *self, BhReader *reader)
{
  JsonArray *array = bh_reader_array (reader, "questions");
  guint n = array != NULL ? json_array_get_length (array) : 0;

  bh_reader_only (reader, set_members);
  if (n < 1 || n > QUESTIONS_MAX)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "questions",
                    "A question set holds from 1 to %d questions.", QUESTIONS_MAX);
  for (guint i = 0; bh_reader_ok (reader) && i < n; i++)
    {
      BhReader question;

      bh_reader_element (reader, "questions", array, i, &question);
      g_ptr_array_add (self->questions, read_question (&question));
    }
  finish_questions (self, reader);
}

BhQuestionSet *
bh_question_set_from_ask (JsonNode *node, GError **error)
{
  g_autoptr (BhQuestionSet) self = bh_question_set_new ();
  g_auto (BhReader) reader;

  bh_reader_init (&reader, node);
  if (reader.object != NULL && json_object_has_member (reader.object, "questions"))
    read_questions (self, &reader);
  else if (reader.object != NULL)
    {
      g_ptr_array_add (self->questions, read_question (&reader));
      finish_questions (self, &reader);
    }
  return bh_reader_finish (&reader, error) ? g_steal_pointer (&self) : NULL;
}

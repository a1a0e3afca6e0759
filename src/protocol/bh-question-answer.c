/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include <string.h>

#include "protocol/bh-json-util.h"

/* What a person may answer. */

static const char *const answer_members[] = { "question", "answers", NULL };
static const char *const short_members[] = { "question", "options", "text", NULL };
static const char *const choice_members[] = { "question", "options", "text", NULL };

static const BhQuestion *
find_question (const BhQuestionSet *self, const char *id)
{
  for (guint i = 0; i < self->questions->len; i++)
    {
      const BhQuestion *question = self->questions->pdata[i];

      if (g_strcmp0 (question->id, id) == 0)
        return question;
    }
  return NULL;
}

static gboolean
has_option (const BhQuestion *question, const char *id)
{
  for (guint i = 0; i < question->options->len; i++)
    if (g_strcmp0 (((const BhOption *) question->options->pdata[i])->id, id) == 0)
      return TRUE;
  return FALSE;
}

static char *
list_options (const BhQuestion *question)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < question->options->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            ((const BhOption *) question->options->pdata[i])->id);
  return g_string_free (text, FALSE);
}

static void
check_options (BhReader *reader, const BhQuestion *question, char **options)
{
  for (guint i = 0; options != NULL && options[i] != NULL; i++)
    {
      if (!has_option (question, options[i]))
        {
          g_autofree char *list = list_options (question);

          if (question->options->len == 0)
            bh_reader_fail (reader, BH_ERROR_OPTION_NOT_FOUND, "options",
                            "The question “%s” has no options. Answer it with “text”.", question->id);
          else
            bh_reader_fail (reader, BH_ERROR_OPTION_NOT_FOUND, "options",
                            "The question “%s” has no option “%.100s”. It has: %s.", question->id, options[i],
                            list);
        }
      else if (g_strv_contains ((const char *const *) options + i + 1, options[i]))
        bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "options", "The option “%s” is named twice.",
                        options[i]);
    }
  if (options != NULL && question->kind != BH_QUESTION_MULTIPLE && g_strv_length (options) > 1)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "options",
                    "Only one option of the question “%s” can be chosen.", question->id);
}

/* Blank text is no answer, and NULL. */
static char *
read_text (BhReader *reader, const BhQuestion *question)
{
  const char *given = bh_reader_peek_string (reader, "text");
  g_autofree char *stripped = NULL;

  if (given == NULL)
    return NULL;
  stripped = g_strstrip (g_strdup (given));
  if (*stripped == '\0')
    return NULL;
  if (strlen (given) > BH_MESSAGE_MAX)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "text", "The text is longer than %d KiB.",
                    BH_MESSAGE_MAX / 1024);
  if (question->kind != BH_QUESTION_TEXT && !question->allow_other)
    {
      g_autofree char *list = list_options (question);

      bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "text",
                      "The question “%s” takes no free text. Choose from: %s.", question->id, list);
    }
  return g_strdup (given);
}

static BhChoice *
read_choice (BhReader *reader, const BhQuestion *question)
{
  BhChoice *choice = bh_choice_new ();

  choice->question = g_strdup (question->id);
  choice->options = bh_reader_strv (reader, "options");
  if (choice->options == NULL)
    choice->options = g_new0 (char *, 1);
  choice->text = read_text (reader, question);
  if (!bh_reader_ok (reader))
    return choice;
  check_options (reader, question, choice->options);
  if (choice->options[0] == NULL && choice->text == NULL)
    {
      g_autofree char *list = list_options (question);

      bh_reader_fail (reader, BH_ERROR_ANSWER_INCOMPLETE, question->options->len > 0 ? "options" : "text",
                      "The question “%s” is not answered.%s%s", question->id,
                      question->options->len > 0 ? " Choose from: " : " Give a text.",
                      question->options->len > 0 ? list : "");
    }
  return choice;
}

/* The question that an entry is about. A set of one needs no name. */
static const BhQuestion *
read_question (BhReader *reader, const BhQuestionSet *self)
{
  const char *id = bh_reader_peek_string (reader, "question");
  const BhQuestion *question;

  if (!bh_reader_ok (reader))
    return NULL;
  if (id == NULL && self->questions->len == 1)
    return self->questions->pdata[0];
  question = id != NULL ? find_question (self, id) : NULL;
  if (id == NULL)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "question",
                    "Say which question of the set this answers.");
  else if (question == NULL)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "question", "The set has no question “%.100s”.", id);
  return question;
}

static void
read_entry (BhReader *reader, const BhQuestionSet *self, GHashTable *given)
{
  const BhQuestion *question;

  bh_reader_only (reader, choice_members);
  question = read_question (reader, self);
  if (question == NULL)
    return;
  if (g_hash_table_contains (given, question->id))
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "question", "The question “%s” is answered twice.",
                    question->id);
  else
    g_hash_table_insert (given, question->id, read_choice (reader, question));
}

static void
read_answers (BhReader *reader, const BhQuestionSet *self, GHashTable *given)
{
  JsonArray *array = bh_reader_array (reader, "answers");

  bh_reader_only (reader, answer_members);
  for (guint i = 0; bh_reader_ok (reader) && array != NULL && i < json_array_get_length (array); i++)
    {
      BhReader entry;

      bh_reader_element (reader, "answers", array, i, &entry);
      read_entry (&entry, self, given);
    }
}

/* {"options": …, "text": …}; "question" names the set there. */
static void
read_short (BhReader *reader, const BhQuestionSet *self, GHashTable *given)
{
  const BhQuestion *question = self->questions->pdata[0];

  bh_reader_only (reader, short_members);
  if (self->questions->len > 1)
    bh_reader_fail (reader, BH_ERROR_ANSWER_INCOMPLETE, "answers",
                    "This set holds %u questions. Answer all of them in “answers”.", self->questions->len);
  else
    g_hash_table_insert (given, question->id, read_choice (reader, question));
}

static GPtrArray *
in_order (BhReader *reader, const BhQuestionSet *self, GHashTable *given)
{
  GPtrArray *answers = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_choice_free);

  for (guint i = 0; i < self->questions->len; i++)
    {
      const BhQuestion *question = self->questions->pdata[i];
      gpointer choice = NULL;

      if (g_hash_table_steal_extended (given, question->id, NULL, &choice))
        g_ptr_array_add (answers, choice);
      else
        bh_reader_fail (reader, BH_ERROR_ANSWER_INCOMPLETE, "answers", "The question “%s” is not answered.",
                        question->id);
    }
  return answers;
}

GPtrArray *
bh_question_set_check_answers (const BhQuestionSet *self, JsonNode *answers, GError **error)
{
  g_autoptr (GHashTable) given = NULL;
  g_autoptr (GPtrArray) choices = NULL;
  g_auto (BhReader) reader;

  g_return_val_if_fail (self != NULL && self->questions->len > 0, NULL);

  given = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) bh_choice_free);
  bh_reader_init (&reader, answers);
  bh_reader_peek_string (&reader, "question");
  if (reader.object != NULL && json_object_has_member (reader.object, "answers"))
    read_answers (&reader, self, given);
  else if (reader.object != NULL)
    read_short (&reader, self, given);
  choices = in_order (&reader, self, given);
  return bh_reader_finish (&reader, error) ? g_steal_pointer (&choices) : NULL;
}

/* (nullable) the recommended options; for all but multiple there is at most one */
static BhChoice *
recommended_choice (const BhQuestion *question)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_auto (GStrv) options = NULL;
  BhChoice *choice;

  for (guint i = 0; i < question->options->len; i++)
    {
      const BhOption *option = question->options->pdata[i];

      if (option->recommended)
        g_strv_builder_add (ids, option->id);
    }
  options = g_strv_builder_end (ids);
  if (options[0] == NULL)
    return NULL;
  choice = bh_choice_new ();
  choice->question = g_strdup (question->id);
  choice->options = g_steal_pointer (&options);
  return choice;
}

GPtrArray *
bh_question_set_recommended (const BhQuestionSet *self)
{
  g_autoptr (GPtrArray) choices = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  choices = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_choice_free);
  for (guint i = 0; i < self->questions->len; i++)
    {
      BhChoice *choice = recommended_choice (self->questions->pdata[i]);

      if (choice == NULL)
        return NULL;
      g_ptr_array_add (choices, choice);
    }
  return g_steal_pointer (&choices);
}

char *
bh_question_set_answer_text (const BhQuestionSet *self)
{
  GString *text;

  g_return_val_if_fail (self != NULL, NULL);

  text = g_string_new (NULL);
  for (guint i = 0; self->answers != NULL && i < self->answers->len; i++)
    {
      const BhChoice *choice = self->answers->pdata[i];
      const BhQuestion *question = find_question (self, choice->question);
      g_autofree char *one = question != NULL ? bh_choice_to_text (question, choice) : NULL;

      if (one != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "; " : "", one);
    }
  return g_string_free (text, FALSE);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include <string.h>

#include "protocol/bh-json-util.h"

BH_DEFINE_RECORD (BhQuestionSet, bh_question_set)

static const gsize strings[] = {
  G_STRUCT_OFFSET (BhQuestionSet, id),
  G_STRUCT_OFFSET (BhQuestionSet, run),
  G_STRUCT_OFFSET (BhQuestionSet, asked_by),
  G_STRUCT_OFFSET (BhQuestionSet, answered_by),
};

static void
bh_question_set_clear (BhQuestionSet *self)
{
  bh_strings_free (self, strings, G_N_ELEMENTS (strings));
  g_clear_pointer (&self->questions, g_ptr_array_unref);
  g_clear_pointer (&self->answers, g_ptr_array_unref);
}

BhQuestionSet *
bh_question_set_new (void)
{
  BhQuestionSet *self = g_atomic_rc_box_new0 (BhQuestionSet);

  self->questions = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_question_free);
  return self;
}

BhQuestionSet *
bh_question_set_new_single (const char *id, const char *header, const char *text)
{
  BhQuestionSet *self;
  BhQuestion *question;

  g_return_val_if_fail (id != NULL && text != NULL, NULL);

  self = bh_question_set_new ();
  question = bh_question_new ();
  question->id = g_strdup (id);
  question->header = g_strdup (header);
  question->text = g_strdup (text);
  question->kind = BH_QUESTION_SINGLE;
  g_ptr_array_add (self->questions, question);
  return self;
}

BhOption *
bh_question_set_add_option (BhQuestionSet *self, const char *id, const char *label, const char *description)
{
  BhOption *option;

  g_return_val_if_fail (self != NULL && self->questions->len > 0 && id != NULL && label != NULL, NULL);

  option = bh_option_new ();
  option->id = g_strdup (id);
  option->label = g_strdup (label);
  option->description = g_strdup (description);
  g_ptr_array_add (((BhQuestion *) self->questions->pdata[0])->options, option);
  return option;
}

const char *
bh_question_set_get_chosen (const BhQuestionSet *self)
{
  const BhChoice *choice;

  g_return_val_if_fail (self != NULL, NULL);

  choice = self->answers != NULL && self->answers->len == 1 ? self->answers->pdata[0] : NULL;
  return choice != NULL && choice->options != NULL ? choice->options[0] : NULL;
}

static gpointer
copy_option (gconstpointer source, gpointer unused)
{
  const BhOption *self = source;
  BhOption *copy = bh_option_new ();

  copy->id = g_strdup (self->id);
  copy->label = g_strdup (self->label);
  copy->description = g_strdup (self->description);
  copy->recommended = self->recommended;
  return copy;
}

static gpointer
copy_question (gconstpointer source, gpointer unused)
{
  const BhQuestion *self = source;
  BhQuestion *copy = bh_question_new ();

  copy->id = g_strdup (self->id);
  copy->header = g_strdup (self->header);
  copy->text = g_strdup (self->text);
  copy->kind = self->kind;
  copy->allow_other = self->allow_other;
  copy->var = g_strdup (self->var);
  g_ptr_array_unref (copy->options);
  copy->options = g_ptr_array_copy (self->options, copy_option, NULL);
  return copy;
}

static gpointer
copy_choice (gconstpointer source, gpointer unused)
{
  const BhChoice *self = source;
  BhChoice *copy = bh_choice_new ();

  copy->question = g_strdup (self->question);
  copy->options = g_strdupv (self->options);
  copy->text = g_strdup (self->text);
  return copy;
}

BhQuestionSet *
bh_question_set_copy (const BhQuestionSet *self)
{
  BhQuestionSet *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = bh_record_dup (self, sizeof *self);
  bh_strings_dup (copy, strings, G_N_ELEMENTS (strings));
  copy->questions = g_ptr_array_copy (self->questions, copy_question, NULL);
  if (self->answers != NULL)
    copy->answers = g_ptr_array_copy (self->answers, copy_choice, NULL);
  return copy;
}

static JsonNode *
option_to_json (const BhOption *option)
{
  JsonObject *object = json_object_new ();

  bh_json_set_string (object, "id", option->id);
  bh_json_set_string (object, "label", option->label);
  bh_json_set_string (object, "description", option->description);
  json_object_set_boolean_member (object, "recommended", option->recommended);
  return bh_json_take_object (object);
}

static JsonNode *
question_to_json (const BhQuestion *question)
{
  JsonObject *object = json_object_new ();
  JsonArray *options = json_array_new ();

  bh_json_set_string (object, "id", question->id);
  bh_json_set_string (object, "header", question->header);
  bh_json_set_string (object, "text", question->text);
  bh_json_set_enum (object, "kind", BH_TYPE_QUESTION_KIND, question->kind);
  for (guint i = 0; i < question->options->len; i++)
    json_array_add_element (options, option_to_json (question->options->pdata[i]));
  json_object_set_array_member (object, "options", options);
  json_object_set_boolean_member (object, "allow_other", question->allow_other);
  bh_json_set_string (object, "var", question->var);
  return bh_json_take_object (object);
}

static JsonNode *
choice_to_json (const BhChoice *choice)
{
  JsonObject *object = json_object_new ();

  bh_json_set_string (object, "question", choice->question);
  bh_json_set_strv (object, "options", choice->options);
  bh_json_set_string (object, "text", choice->text);
  return bh_json_take_object (object);
}

static void
set_answers (JsonObject *object, GPtrArray *answers)
{
  JsonArray *array;

  if (answers == NULL)
    {
      json_object_set_null_member (object, "answers");
      return;
    }
  array = json_array_new ();
  for (guint i = 0; i < answers->len; i++)
    json_array_add_element (array, choice_to_json (answers->pdata[i]));
  json_object_set_array_member (object, "answers", array);
}

JsonNode *
bh_question_set_to_json (const BhQuestionSet *self)
{
  JsonObject *object;
  JsonArray *questions;

  g_return_val_if_fail (self != NULL, NULL);

  object = json_object_new ();
  bh_json_set_string (object, "id", self->id);
  bh_json_set_string (object, "run", self->run);
  json_object_set_int_member (object, "row", (gint64) self->row);
  bh_json_set_string (object, "asked_by", self->asked_by);
  bh_json_set_enum (object, "state", BH_TYPE_SET_STATE, self->state);
  bh_json_set_time (object, "asked_at", self->asked_at);
  bh_json_set_time (object, "answered_at", self->answered_at);
  bh_json_set_string (object, "answered_by", self->answered_by);
  questions = json_array_new ();
  for (guint i = 0; i < self->questions->len; i++)
    json_array_add_element (questions, question_to_json (self->questions->pdata[i]));
  json_object_set_array_member (object, "questions", questions);
  set_answers (object, self->answers);
  return bh_json_take_object (object);
}

static BhOption *
read_option (BhReader *reader)
{
  BhOption *option = bh_option_new ();

  option->id = bh_reader_need_string (reader, "id");
  option->label = bh_reader_need_string (reader, "label");
  option->description = bh_reader_string (reader, "description");
  option->recommended = bh_reader_boolean (reader, "recommended", FALSE);
  return option;
}

static BhQuestion *
read_question (BhReader *reader)
{
  BhQuestion *question = bh_question_new ();
  JsonArray *options;

  question->id = bh_reader_need_string (reader, "id");
  question->header = bh_reader_string (reader, "header");
  question->text = bh_reader_need_string (reader, "text");
  question->kind = (BhQuestionKind) bh_reader_enum (reader, "kind", BH_TYPE_QUESTION_KIND, BH_NEEDED);
  options = bh_reader_array (reader, "options");
  for (guint i = 0; options != NULL && i < json_array_get_length (options); i++)
    {
      BhReader option;

      bh_reader_element (reader, "options", options, i, &option);
      g_ptr_array_add (question->options, read_option (&option));
    }
  question->allow_other = bh_reader_boolean (reader, "allow_other", FALSE);
  question->var = bh_reader_string (reader, "var");
  return question;
}

static BhChoice *
read_choice (BhReader *reader)
{
  BhChoice *choice = bh_choice_new ();

  choice->question = bh_reader_need_string (reader, "question");
  choice->options = bh_reader_strv (reader, "options");
  choice->text = bh_reader_string (reader, "text");
  return choice;
}

static void
read_questions (BhQuestionSet *self, BhReader *reader)
{
  JsonArray *array = bh_reader_array (reader, "questions");

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      BhReader question;

      bh_reader_element (reader, "questions", array, i, &question);
      g_ptr_array_add (self->questions, read_question (&question));
    }
}

static void
read_answers (BhQuestionSet *self, BhReader *reader)
{
  JsonArray *array = bh_reader_array (reader, "answers");

  if (array == NULL)
    return;
  self->answers = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_choice_free);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      BhReader choice;

      bh_reader_element (reader, "answers", array, i, &choice);
      g_ptr_array_add (self->answers, read_choice (&choice));
    }
}

BhQuestionSet *
bh_question_set_from_json (JsonNode *node, GError **error)
{
  g_autoptr (BhQuestionSet) self = bh_question_set_new ();
  g_auto (BhReader) reader;

  bh_reader_init (&reader, node);
  self->id = bh_reader_need_string (&reader, "id");
  self->run = bh_reader_string (&reader, "run");
  self->row = bh_reader_uint64 (&reader, "row");
  self->asked_by = bh_reader_string (&reader, "asked_by");
  self->state = (BhSetState) bh_reader_enum (&reader, "state", BH_TYPE_SET_STATE, BH_NEEDED);
  self->asked_at = bh_reader_time (&reader, "asked_at");
  self->answered_at = bh_reader_time (&reader, "answered_at");
  self->answered_by = bh_reader_string (&reader, "answered_by");
  read_questions (self, &reader);
  read_answers (self, &reader);
  return bh_reader_finish (&reader, error) ? g_steal_pointer (&self) : NULL;
}

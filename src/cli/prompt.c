/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/prompt.h"

#include <string.h>

#include "cli/question-text.h"
#include "cli/text-fit.h"

struct _Prompt
{
  Output *out;
  BhQuestionSet *set;
  GPtrArray *choices; /* BhChoice, one for each question that is answered */
  GString *text;      /* of an answer over several lines: each but the last ends with a backslash */
};

static guint
n_options (const BhQuestion *question)
{
  return question->options != NULL ? question->options->len : 0;
}

static const BhOption *
option_at (const BhQuestion *question, guint i)
{
  return g_ptr_array_index (question->options, i);
}

/* --- what was typed ------------------------------------------------------------------------------------ */

/* By number, id or label. */
static const BhOption *
find_option (const BhQuestion *question, const char *word)
{
  guint64 number;

  for (guint i = 0; i < n_options (question); i++)
    {
      const BhOption *option = option_at (question, i);
      g_autofree char *label = g_utf8_casefold (option->label, -1), *typed = g_utf8_casefold (word, -1);
      if (g_strcmp0 (option->id, word) == 0 || strcmp (label, typed) == 0)
        return option;
    }
  if (g_ascii_string_to_unsigned (word, 10, 1, MAX (n_options (question), 1), &number, NULL) &&
      n_options (question) > 0)
    return option_at (question, (guint) number - 1);
  return NULL;
}

static gboolean
looks_like_number (const char *word)
{
  return *word != '\0' && strspn (word, "0123456789") == strlen (word);
}

/* "y" for an option whose id or label begins so. */
static const BhOption *
find_confirmation (const BhQuestion *question, const char *word)
{
  for (guint i = 0; i < n_options (question) && *word != '\0'; i++)
    {
      const BhOption *option = option_at (question, i);
      if (g_ascii_strncasecmp (option->id, word, strlen (word)) == 0 ||
          g_ascii_strncasecmp (option->label, word, strlen (word)) == 0)
        return option;
    }
  return find_option (question, word);
}

static char *
what_can_be_typed (const BhQuestion *question)
{
  guint n = n_options (question);

  if (question->kind == BH_QUESTION_TEXT || n == 0)
    return g_strdup ("Please type an answer");
  if (question->kind == BH_QUESTION_CONFIRM)
    return g_strdup_printf ("Please type %s or %s", option_at (question, 0)->label,
                            option_at (question, n - 1)->label);
  return g_strdup_printf ("Please type %s from 1 to %u%s",
                          question->kind == BH_QUESTION_MULTIPLE ? "numbers, with commas between them,"
                                                                 : "a number",
                          n, question->allow_other ? ", or another answer in your own words" : "");
}

static void
add_option (GPtrArray *options, const BhOption *option)
{
  for (guint i = 0; i < options->len; i++)
    if (strcmp (g_ptr_array_index (options, i), option->id) == 0)
      return;
  g_ptr_array_add (options, g_strdup (option->id));
}

static void
add_recommended (const BhQuestion *question, GPtrArray *options)
{
  for (guint i = 0; i < n_options (question); i++)
    if (option_at (question, i)->recommended && (options->len == 0 || question->kind == BH_QUESTION_MULTIPLE))
      add_option (options, option_at (question, i));
}

/* "1, 3" or "1 3" or labels with commas; FALSE if something is no option. */
static gboolean
add_several (const BhQuestion *question, const char *line, const char *separators, GPtrArray *options)
{
  g_auto (GStrv) words = g_strsplit_set (line, separators, -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      const BhOption *option = *g_strstrip (words[i]) != '\0' ? find_option (question, words[i]) : NULL;
      if (option != NULL)
        add_option (options, option);
      else if (*words[i] != '\0')
        {
          g_ptr_array_set_size (options, 0);
          return FALSE;
        }
    }
  return options->len > 0;
}

static void
match_options (const BhQuestion *question, const char *line, GPtrArray *options)
{
  const BhOption *option;

  if (*line == '\0')
    add_recommended (question, options);
  else if (question->kind == BH_QUESTION_MULTIPLE)
    {
      if (!add_several (question, line, ",", options))
        add_several (question, line, ", \t", options);
    }
  else
    {
      option = question->kind == BH_QUESTION_CONFIRM ? find_confirmation (question, line)
                                                     : find_option (question, line);
      if (option != NULL)
        add_option (options, option);
    }
}

BhChoice *
prompt_parse (const BhQuestion *question, const char *line, GError **error)
{
  g_autoptr (GPtrArray) options = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *trimmed = g_strstrip (g_strdup (line)), *advice = NULL;
  gboolean takes_text = question->kind == BH_QUESTION_TEXT || question->allow_other;
  const char *text = NULL;
  BhChoice *choice;

  if (takes_text && *trimmed == '=' && trimmed[1] != '\0')
    text = trimmed + 1;
  else if (question->kind == BH_QUESTION_TEXT && *trimmed != '\0')
    text = trimmed;
  else
    match_options (question, trimmed, options);
  /* a number that no option has is a slip, not an answer */
  if (text == NULL && options->len == 0 && takes_text && *trimmed != '\0' && !looks_like_number (trimmed))
    text = trimmed;
  if (text == NULL && options->len == 0)
    {
      advice = what_can_be_typed (question);
      bh_set_error (error, BH_ERROR_ANSWER_INCOMPLETE, NULL, "%s", advice);
      return NULL;
    }
  choice = bh_choice_new ();
  choice->question = g_strdup (question->id);
  choice->text = g_strdup (text);
  g_ptr_array_add (options, NULL);
  choice->options = g_strdupv ((char **) options->pdata);
  return choice;
}

/* --- the dialogue -------------------------------------------------------------------------------------- */

static const BhQuestion *
current (Prompt *self)
{
  return self->choices->len < self->set->questions->len
             ? g_ptr_array_index (self->set->questions, self->choices->len)
             : NULL;
}

static char *
default_text (const BhQuestion *question)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n_options (question); i++)
    if (option_at (question, i)->recommended)
      g_string_append_printf (text, "%s%u", text->len > 0 ? "," : "", i + 1);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
print_invitation (Prompt *self)
{
  const BhQuestion *question = current (self);
  g_autofree char *standard = default_text (question);
  const char *what = "Your answer";

  if (question->kind == BH_QUESTION_MULTIPLE)
    what = question->allow_other ? "Numbers (1,2,…) or your own words" : "Numbers (1,2,…)";
  else if (question->kind == BH_QUESTION_CONFIRM)
    what = "y or n";
  else if (question->kind == BH_QUESTION_SINGLE)
    what = question->allow_other ? "Number or your own words" : "Number";
  output_printf (self->out, STYLE_DIM, "  %s", what);
  if (*standard != '\0')
    output_printf (self->out, STYLE_DIM, " [%s]", standard);
  output_put (self->out, STYLE_PLAIN, ": ");
  output_flush (self->out);
}

static void
print_question (Prompt *self)
{
  guint n = self->set->questions->len;

  if (n > 1)
    output_printf (self->out, STYLE_DIM, "Question %u of %u\n", self->choices->len + 1, n);
  question_print (self->out, current (self));
  print_invitation (self);
}

Prompt *
prompt_new (Output *out, BhQuestionSet *set)
{
  Prompt *self = g_new0 (Prompt, 1);

  self->out = out;
  self->set = bh_question_set_ref (set);
  self->choices = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_choice_free);
  self->text = g_string_new (NULL);
  print_question (self);
  return self;
}

void
prompt_free (Prompt *self)
{
  bh_question_set_unref (self->set);
  g_ptr_array_unref (self->choices);
  g_string_free (self->text, TRUE);
  g_free (self);
}

BhQuestionSet *
prompt_get_set (Prompt *self)
{
  return self->set;
}

gboolean
prompt_feed (Prompt *self, const char *line)
{
  const BhQuestion *question = current (self);
  g_autoptr (GError) error = NULL;
  BhChoice *choice;

  if (question == NULL)
    return TRUE;
  g_string_append (self->text, line);
  if (question->kind == BH_QUESTION_TEXT && g_str_has_suffix (line, "\\"))
    {
      self->text->str[self->text->len - 1] = '\n';
      return FALSE;
    }
  choice = prompt_parse (question, self->text->str, &error);
  g_string_truncate (self->text, 0);
  if (choice == NULL)
    {
      g_autofree char *shown = text_shown (error->message);
      output_printf (self->out, STYLE_BAD, "  %s.\n", shown);
      print_invitation (self);
      return FALSE;
    }
  g_ptr_array_add (self->choices, choice);
  if (current (self) == NULL)
    return TRUE;
  print_question (self);
  return FALSE;
}

GPtrArray *
prompt_get_choices (Prompt *self)
{
  return self->choices;
}

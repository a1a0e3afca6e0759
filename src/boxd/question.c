/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/question.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "boxd/json.h"

static struct question *
current (struct question_set *self)
{
  return self->n > 0 ? &self->questions[self->n - 1] : NULL;
}

static bool
is_choice (const struct question *question)
{
  return strcmp (question->kind, "single") == 0 || strcmp (question->kind, "multiple") == 0;
}

static const char *
check (const struct question *question)
{
  if (question != NULL && is_choice (question) && question->n_options == 0)
    return "--choice and --multiple want at least one --option after them; --text asks for free text";
  return NULL;
}

const char *
question_begin (struct question_set *self, const char *kind, const char *text)
{
  const char *wrong = check (current (self));
  struct question *question;

  if (wrong != NULL)
    return wrong;
  if (text[0] == '\0')
    return "the text of a question is empty";
  if (self->n == QUESTIONS_MAX)
    return "at most 16 questions can be asked at once";
  question = &self->questions[self->n++];
  memset (question, 0, sizeof *question);
  question->kind = kind;
  question->text = text;
  question->header = self->header;
  self->header = NULL;
  return NULL;
}

const char *
question_option (struct question_set *self, const char *text)
{
  struct question *question = current (self);
  const char *equals = strchr (text, '=');
  struct question_option *option;

  if (question == NULL || strcmp (question->kind, "text") == 0)
    return "--option belongs after a --choice, --multiple or --confirm";
  if (text[0] == '\0' || text[0] == '=')
    return "--option wants a label";
  if (question->n_options == OPTIONS_MAX)
    return "a question has at most 32 options";
  option = &question->options[question->n_options++];
  option->label = text;
  option->label_length = equals != NULL ? (size_t) (equals - text) : strlen (text);
  option->description = equals != NULL && equals[1] != '\0' ? equals + 1 : NULL;
  option->recommended = false;
  return NULL;
}

/* A question for yes or no has these options when none are given; to recommend one they have to be said. */
static void
add_yes_and_no (struct question_set *self)
{
  question_option (self, "Yes");
  question_option (self, "No");
}

const char *
question_recommend (struct question_set *self, const char *label)
{
  struct question *question = current (self);

  if (question == NULL)
    return "--recommended belongs after the options of a question";
  if (strcmp (question->kind, "confirm") == 0 && question->n_options == 0)
    {
      add_yes_and_no (self);
      label = strcasecmp (label, "yes") == 0 ? "Yes" : strcasecmp (label, "no") == 0 ? "No" : label;
    }
  for (size_t i = 0; i < question->n_options; i++)
    {
      struct question_option *option = &question->options[i];

      if (strlen (label) == option->label_length && memcmp (label, option->label, option->label_length) == 0)
        {
          option->recommended = true;
          return NULL;
        }
    }
  return "--recommended wants the label of an --option that was given before it";
}

const char *
question_no_other (struct question_set *self)
{
  if (current (self) == NULL)
    return "--no-other belongs after a question";
  current (self)->no_other = true;
  return NULL;
}

const char *
question_header (struct question_set *self, const char *header)
{
  if (self->header != NULL)
    return "--header is given twice for one question";
  self->header = header;
  return NULL;
}

const char *
question_finish (struct question_set *self)
{
  struct question *question = current (self);

  if (question == NULL)
    return "nothing is asked: give --choice, --multiple, --text, --confirm or --json";
  if (self->header != NULL && question->header != NULL)
    return "a --header has no question after it";
  if (self->header != NULL)
    question->header = self->header;
  self->header = NULL;
  return check (question);
}

/* ---- JSON ---- */

static bool
append (struct buffer *out, const char *text)
{
  return buffer_append (out, text, strlen (text));
}

static bool
append_member (struct buffer *out, const char *name, const char *value)
{
  return append (out, name) && json_append_string (out, value);
}

static bool
option_to_json (const struct question_option *self, struct buffer *out)
{
  cleanup_free char *label = strndup (self->label, self->label_length);

  return label != NULL && append_member (out, "{\"label\":", label) &&
         (self->description == NULL || append_member (out, ",\"description\":", self->description)) &&
         append (out, self->recommended ? ",\"recommended\":true}" : "}");
}

static bool
options_to_json (const struct question *self, struct buffer *out)
{
  bool fine = append (out, ",\"options\":[");

  for (size_t i = 0; fine && i < self->n_options; i++)
    fine = (i == 0 || append (out, ",")) && option_to_json (&self->options[i], out);
  return fine && append (out, "]");
}

static bool
one_to_json (const struct question *self, struct buffer *out)
{
  return append_member (out, "{\"kind\":", self->kind) && append_member (out, ",\"text\":", self->text) &&
         (self->header == NULL || append_member (out, ",\"header\":", self->header)) &&
         (self->n_options == 0 || options_to_json (self, out)) &&
         append (out, self->no_other ? ",\"allow_other\":false}" : "}");
}

bool
question_to_json (const struct question_set *self, struct buffer *out)
{
  bool fine = append (out, "{\"questions\":[");

  for (size_t i = 0; fine && i < self->n; i++)
    fine = (i == 0 || append (out, ",")) && one_to_json (&self->questions[i], out);
  return fine && append (out, "]}");
}

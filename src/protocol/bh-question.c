/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include <string.h>

#include "protocol/bh-text.h"

BhOption *
bh_option_new (void)
{
  return g_new0 (BhOption, 1);
}

void
bh_option_free (BhOption *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->id);
  g_free (self->label);
  g_free (self->description);
  g_free (self);
}

BhQuestion *
bh_question_new (void)
{
  BhQuestion *self = g_new0 (BhQuestion, 1);

  self->options = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_option_free);
  return self;
}

void
bh_question_free (BhQuestion *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->id);
  g_free (self->header);
  g_free (self->text);
  g_clear_pointer (&self->options, g_ptr_array_unref);
  g_free (self->var);
  g_free (self);
}

BhChoice *
bh_choice_new (void)
{
  return g_new0 (BhChoice, 1);
}

void
bh_choice_free (BhChoice *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->question);
  g_strfreev (self->options);
  g_free (self->text);
  g_free (self);
}

static const BhOption *
find_option (const BhQuestion *question, const char *id)
{
  for (guint i = 0; i < question->options->len; i++)
    {
      const BhOption *option = question->options->pdata[i];

      if (g_strcmp0 (option->id, id) == 0)
        return option;
    }
  return NULL;
}

char *
bh_choice_to_text (const BhQuestion *question, const BhChoice *choice)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) strings = NULL;

  g_return_val_if_fail (question != NULL && choice != NULL, NULL);

  for (guint i = 0; choice->options != NULL && choice->options[i] != NULL; i++)
    {
      const BhOption *option = find_option (question, choice->options[i]);

      g_strv_builder_add (parts,
                          option != NULL && option->label != NULL ? option->label : choice->options[i]);
    }
  if (choice->text != NULL && *choice->text != '\0')
    {
      /* an answer of several lines is still one line here */
      g_autofree char *line = bh_text_one_line (choice->text, strlen (choice->text));

      g_strv_builder_add (parts, line);
    }
  strings = g_strv_builder_end (parts);
  return g_strjoinv (", ", strings);
}

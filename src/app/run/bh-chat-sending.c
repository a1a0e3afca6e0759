/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "app/run/bh-chat-sending.h"

#include <string.h>

#include "app/widgets/bh-status.h"

char *
bh_chat_sending_key (BhTimeline *timeline)
{
  return g_strconcat (bh_connection_get_id (bh_timeline_get_connection (timeline)), "/",
                      bh_timeline_get_run_id (timeline), NULL);
}

BhChatSending *
bh_chat_sending_new (gpointer composer, BhUnsent *unsent, BhTimeline *timeline, const char *text)
{
  BhChatSending *self = g_new0 (BhChatSending, 1);

  g_weak_ref_init (&self->composer, composer);
  self->unsent = g_object_ref (unsent);
  /* what was sent arrives also when the window is closed meanwhile, or the app is quit */
  if (g_set_weak_pointer (&self->held, g_application_get_default ()) && self->held != NULL)
    g_application_hold (self->held);
  self->key = bh_chat_sending_key (timeline);
  self->connection_id = g_strdup (bh_connection_get_id (bh_timeline_get_connection (timeline)));
  self->run_id = g_strdup (bh_timeline_get_run_id (timeline));
  self->text = g_strdup (text);
  return self;
}

void
bh_chat_sending_free (gpointer data)
{
  BhChatSending *self = data;

  g_weak_ref_clear (&self->composer);
  if (self->held != NULL)
    g_application_release (self->held);
  g_clear_weak_pointer (&self->held);
  g_object_unref (self->unsent);
  g_free (self->key);
  g_free (self->connection_id);
  g_free (self->run_id);
  g_free (self->text);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  g_free (self);
}

/* --- answers ------------------------------------------------------------------------------------------- */

JsonNode *
bh_chat_sending_make_answer (BhChatSending *self, const BhQuestionSet *set)
{
  const BhQuestion *question = set->questions->pdata[0];
  BhChoice *choice = bh_choice_new ();

  choice->question = g_strdup (question->id);
  choice->options = g_new0 (char *, 1);
  choice->text = g_strdup (self->text);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  self->choices = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_choice_free);
  g_ptr_array_add (self->choices, choice);
  return bh_choices_to_json (self->choices);
}

char *
bh_chat_sending_describe_failure (const BhChatSending *self, const GError *error)
{
  g_autoptr (BhQuestionSet) first = bh_connection_error_answer (error);

  /* ours, whose receipt was lost with the connection */
  if (first != NULL && self->choices != NULL && bh_choices_are_answer (self->choices, first))
    return NULL;
  if (first != NULL || g_error_matches (error, BH_ERROR, BH_ERROR_QUESTION_CLOSED) ||
      g_error_matches (error, BH_ERROR, BH_ERROR_QUESTION_NOT_FOUND))
    return bh_question_end_label (first);
  return g_strdup (error->message);
}

/* --- the draft ----------------------------------------------------------------------------------------- */

static const char *
get_draft (const BhChatSending *self)
{
  const char *text = bh_unsent_get_text (self->unsent, self->connection_id, self->run_id, BH_UNSENT_MESSAGE);

  return text != NULL ? text : "";
}

static void
put_draft (const BhChatSending *self, const char *text)
{
  bh_unsent_set_text (self->unsent, self->connection_id, self->run_id, BH_UNSENT_MESSAGE, text);
}

void
bh_chat_sending_drop (const BhChatSending *self)
{
  const char *draft = get_draft (self);
  g_autofree char *rest = NULL;

  if (!g_str_has_prefix (draft, self->text))
    return;
  rest = g_strdup (draft + strlen (self->text));
  put_draft (self, g_strchug (rest));
}

void
bh_chat_sending_take_back (const BhChatSending *self, const char *text)
{
  const char *draft = get_draft (self);
  g_autofree char *both = *draft != '\0' ? g_strconcat (draft, "\n\n", text, NULL) : g_strdup (text);

  put_draft (self, both);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-chat-composer.h"

#include "app/run/bh-chat-sending.h"
#include "app/run/bh-message-chip.h"
#include "app/run/bh-row-view.h"
#include "app/widgets/bh-accessible.h"
#include "app/widgets/bh-unsent.h"

struct _BhChatComposer
{
  GtkWidget parent_instance;

  AdwWrapBox *chips;
  GtkLabel *error;
  GtkTextView *view;
  GtkTextBuffer *buffer;
  GtkWidget *placeholder;
  GtkButton *send;
  GtkWidget *more;

  BhTimeline *timeline; /* (nullable) */
  BhUnsent *unsent;
  GHashTable *sending; /* set of connection id/Run id: a message is under way */
  GHashTable *errors;  /* the same → why what was sent last did not arrive */
  char *meant;         /* (nullable): the set that was open when the person wrote last */
  gboolean answers;    /* what is sent answers the open question */
  gboolean is_filling; /* it is not the person who changes the text */
};

G_DEFINE_FINAL_TYPE (BhChatComposer, bh_chat_composer, GTK_TYPE_WIDGET)

typedef enum
{
  PROP_TIMELINE = 1,
} BhChatComposerProp;

static GParamSpec *properties[PROP_TIMELINE + 1];
static guint sent_signal;

/* --- what is written ----------------------------------------------------------------------------------- */

static char *
get_text (BhChatComposer *self)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  return gtk_text_buffer_get_text (self->buffer, &start, &end, FALSE);
}

static gboolean
is_blank (const char *text)
{
  return text[strspn (text, " \t\r\n")] == '\0';
}

static void
keep_draft (BhChatComposer *self)
{
  g_autofree char *text = get_text (self);

  if (self->timeline != NULL)
    bh_unsent_set_text (self->unsent, bh_connection_get_id (bh_timeline_get_connection (self->timeline)),
                        bh_timeline_get_run_id (self->timeline), BH_UNSENT_MESSAGE, text);
}

static void
show_draft (BhChatComposer *self)
{
  g_autofree char *shown = get_text (self);
  const char *draft = NULL;

  if (self->timeline != NULL)
    draft =
        bh_unsent_get_text (self->unsent, bh_connection_get_id (bh_timeline_get_connection (self->timeline)),
                            bh_timeline_get_run_id (self->timeline), BH_UNSENT_MESSAGE);
  /* the cursor stays where it is */
  if (g_str_equal (shown, draft != NULL ? draft : ""))
    return;
  self->is_filling = TRUE;
  gtk_text_buffer_set_text (self->buffer, draft != NULL ? draft : "", -1);
  self->is_filling = FALSE;
}

static void
show_error (BhChatComposer *self, const char *error)
{
  gtk_label_set_text (self->error, error != NULL ? error : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error), error != NULL);
}

/* Why what was sent did not arrive is told where it was written, also to who comes back later. */
static void
show_own_error (BhChatComposer *self)
{
  g_autofree char *key = self->timeline != NULL ? bh_chat_sending_key (self->timeline) : g_strdup ("");

  const char *error = g_hash_table_lookup (self->errors, key);

  show_error (self, error != NULL ? error : bh_unsent_get_problem (self->unsent));
}

/* --- what a message does now --------------------------------------------------------------------------- */

static gboolean
takes_text (const BhQuestion *question)
{
  return question->kind == BH_QUESTION_TEXT || question->allow_other;
}

/* (transfer none) (nullable): the set that what is sent answers. It has to be clear which question is meant;
 * the sheet is there for all else. */
static BhQuestionSet *
get_question (BhChatComposer *self)
{
  BhRun *run = self->timeline != NULL ? bh_timeline_get_run (self->timeline) : NULL;
  BhQuestionSet *set = self->timeline != NULL ? bh_timeline_get_only_question (self->timeline) : NULL;

  if (run == NULL || run->state != BH_RUN_NEEDS_YOU || set == NULL || set->questions->len != 1)
    return NULL;
  return takes_text (set->questions->pdata[0]) ? set : NULL;
}

/* Why nothing can be sent is said where else would stand what a message does. */
static const char *
get_placeholder (const BhRun *run, gboolean answers, gboolean *possible)
{
  *possible = run != NULL;
  if (run == NULL)
    return "";
  switch (run->state)
    {
    case BH_RUN_QUEUED:
    case BH_RUN_LAUNCHING:
      return _ ("Steer this Run – delivered at its first turn");
    case BH_RUN_RUNNING:
      return _ ("Steer this Run – delivered at the next turn");
    case BH_RUN_NEEDS_YOU:
      return answers ? _ ("Answer and resume")
                     : _ ("Steer this Run – delivered at the next turn; answer above");
    case BH_RUN_COMPLETED:
    case BH_RUN_FAILED:
    case BH_RUN_STOPPED:
    default:
      break;
    }
  if (run->can_continue)
    return _ ("Continue in the same DevBox");
  *possible = FALSE;
  if (run->box_id != NULL && g_strcmp0 (run->box_state, "gone") == 0)
    return _ ("This Run is over and its DevBox is gone");
  return _ ("This Run is over and can not be continued");
}

/* The placeholder goes with the first letter; the question may come, or go, after that. */
static void
update_send (BhChatComposer *self)
{
  gboolean answers = get_question (self) != NULL;

  if (answers == self->answers)
    return;
  self->answers = answers;
  gtk_button_set_label (self->send, answers ? C_ ("message", "Answer") : C_ ("message", "Send"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->send),
                               answers ? _ ("Answer (Ctrl+Enter)") : _ ("Send (Ctrl+Enter)"));
}

static void
update_actions (BhChatComposer *self)
{
  BhRun *run = self->timeline != NULL ? bh_timeline_get_run (self->timeline) : NULL;
  g_autofree char *text = get_text (self);
  g_autofree char *key = self->timeline != NULL ? bh_chat_sending_key (self->timeline) : g_strdup ("");
  gboolean sending = g_hash_table_contains (self->sending, key);
  gboolean possible;
  const char *placeholder = get_placeholder (run, get_question (self) != NULL, &possible);
  gboolean ready = possible && !sending && !is_blank (text);
  gboolean works = run != NULL && run->state == BH_RUN_RUNNING;

  update_send (self);
  gtk_label_set_text (GTK_LABEL (self->placeholder), placeholder);
  gtk_widget_set_visible (self->placeholder, *text == '\0');
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_PLACEHOLDER,
                                  placeholder, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, placeholder, -1);
  /* what was written is still to be had, as a copy for another Run */
  gtk_text_view_set_editable (self->view, possible && !sending && bh_unsent_is_loaded (self->unsent));
  gtk_widget_set_sensitive (GTK_WIDGET (self->view), possible || *text != '\0');
  gtk_widget_set_visible (self->more, works);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "composer.send", ready);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "composer.interrupt", ready && works);
}

static void
note_question (BhChatComposer *self)
{
  const BhQuestionSet *set = get_question (self);

  g_set_str (&self->meant, set != NULL ? set->id : NULL);
}

/* A question may open, or take the place of another, in the moment in which one sends; an answer is final. */
static gboolean
is_meant (BhChatComposer *self)
{
  const BhQuestionSet *set = get_question (self);
  const char *error;

  if (set == NULL || g_strcmp0 (set->id, self->meant) == 0)
    return TRUE;
  note_question (self);
  error = _ ("This question was asked after you wrote that. To answer it so, send once more");
  show_error (self, error);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), error, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  return FALSE;
}

static void
changed_cb (BhChatComposer *self)
{
  g_autofree char *key = self->timeline != NULL ? bh_chat_sending_key (self->timeline) : g_strdup ("");

  if (self->is_filling)
    return;
  g_hash_table_remove (self->errors, key);
  bh_unsent_dismiss_problem (self->unsent);
  show_error (self, NULL);
  note_question (self);
  keep_draft (self);
  update_actions (self);
}

/* --- sending ------------------------------------------------------------------------------------------- */

/* It may be another Run's turn by now: then its draft is the place. */
static gboolean
is_shown (BhChatComposer *self, const char *key)
{
  g_autofree char *shown = self->timeline != NULL ? bh_chat_sending_key (self->timeline) : NULL;

  return g_strcmp0 (shown, key) == 0;
}

static DexFuture *
sent_cb (DexFuture *future, gpointer data)
{
  BhChatSending *sending = data;
  g_autoptr (BhChatComposer) self = g_weak_ref_get (&sending->composer);
  g_autoptr (GError) error = NULL;
  g_autofree char *failure = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    failure = bh_chat_sending_describe_failure (sending, error);
  if (self != NULL && self->buffer == NULL)
    g_clear_object (&self);
  if (failure == NULL)
    bh_chat_sending_drop (sending);
  if (self == NULL)
    return dex_future_new_true ();
  g_hash_table_remove (self->sending, sending->key);
  if (failure != NULL)
    g_hash_table_replace (self->errors, g_strdup (sending->key), g_steal_pointer (&failure));
  else
    g_hash_table_remove (self->errors, sending->key);
  if (!is_shown (self, sending->key))
    return dex_future_new_true ();
  show_draft (self);
  show_own_error (self);
  update_actions (self);
  if (!g_hash_table_contains (self->errors, sending->key))
    g_signal_emit (self, sent_signal, 0);
  return dex_future_new_true ();
}

static void
send_text (BhChatComposer *self, const char *text, gboolean interrupt)
{
  BhConnection *connection = bh_timeline_get_connection (self->timeline);
  const char *run_id = bh_timeline_get_run_id (self->timeline);
  BhQuestionSet *set = get_question (self);
  BhChatSending *sending = bh_chat_sending_new (self, self->unsent, self->timeline, text);
  DexFuture *future;

  if (set != NULL)
    {
      g_autoptr (JsonNode) answer = bh_chat_sending_make_answer (sending, set);

      future = bh_connection_answer (connection, run_id, set->id, answer);
    }
  else
    future = bh_connection_send_message (connection, run_id, text, interrupt);
  dex_future_disown (dex_future_finally (future, sent_cb, sending, bh_chat_sending_free));
}

static void
send_message (BhChatComposer *self, gboolean interrupt)
{
  g_autofree char *text = get_text (self);

  if (self->timeline == NULL || is_blank (text))
    return;
  if (strlen (text) > BH_MESSAGE_MAX)
    {
      g_autofree char *limit = g_format_size_full (BH_MESSAGE_MAX, G_FORMAT_SIZE_IEC_UNITS);
      g_autofree char *error = NULL;

      /* Translators: an amount as "256 KiB" */
      error =
          g_strdup_printf (_ ("A message has at most %s. Shorten it, or put the text into a file"), limit);
      show_error (self, error);
      return;
    }
  if (!is_meant (self))
    return;
  g_hash_table_add (self->sending, bh_chat_sending_key (self->timeline));
  update_actions (self);
  send_text (self, text, interrupt);
}

static void
send_action (GtkWidget *widget, const char *name, GVariant *target)
{
  send_message (BH_CHAT_COMPOSER (widget), FALSE);
}

static void
interrupt_action (GtkWidget *widget, const char *name, GVariant *target)
{
  send_message (BH_CHAT_COMPOSER (widget), TRUE);
}

/* --- messages on their way ----------------------------------------------------------------------------- */

static DexFuture *
withdrawn_cb (DexFuture *future, gpointer data)
{
  BhChatSending *sending = data;
  g_autoptr (BhChatComposer) self = g_weak_ref_get (&sending->composer);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  const BhMessage *message;

  message = value != NULL ? g_value_get_boxed (value) : NULL;
  /* to be changed, mostly */
  if (message != NULL && message->text != NULL)
    bh_chat_sending_take_back (sending, message->text);
  if (self == NULL || self->buffer == NULL)
    return dex_future_new_true ();
  if (value == NULL)
    g_hash_table_replace (self->errors, g_strdup (sending->key), g_strdup (error->message));
  if (!is_shown (self, sending->key))
    return dex_future_new_true ();
  show_draft (self);
  show_own_error (self);
  update_actions (self);
  return dex_future_new_true ();
}

static void
withdraw_action (GtkWidget *widget, const char *name, GVariant *target)
{
  BhChatComposer *self = BH_CHAT_COMPOSER (widget);

  if (self->timeline == NULL)
    return;
  dex_future_disown (
      dex_future_finally (bh_connection_withdraw_message (bh_timeline_get_connection (self->timeline),
                                                          bh_timeline_get_run_id (self->timeline),
                                                          g_variant_get_string (target, NULL)),
                          withdrawn_cb, bh_chat_sending_new (self, self->unsent, self->timeline, NULL),
                          bh_chat_sending_free));
}

/* There are few. */
static void
show_chips (BhChatComposer *self)
{
  GListModel *messages = self->timeline != NULL ? bh_timeline_get_messages (self->timeline) : NULL;
  guint n = messages != NULL ? g_list_model_get_n_items (messages) : 0;
  GtkWidget *chip;

  while ((chip = gtk_widget_get_first_child (GTK_WIDGET (self->chips))) != NULL)
    adw_wrap_box_remove (self->chips, chip);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (BhMessageItem) item = g_list_model_get_item (messages, i);

      adw_wrap_box_append (self->chips, bh_message_chip_new (item));
    }
  gtk_widget_set_visible (GTK_WIDGET (self->chips), n > 0);
}

/* --- what was written before ------------------------------------------------------------------------- */

static void
loaded_cb (BhChatComposer *self)
{
  g_autofree char *text = NULL;

  if (self->buffer == NULL)
    return;
  text = get_text (self);
  if (is_blank (text))
    show_draft (self);
  update_actions (self);
}

static void
failed_cb (BhChatComposer *self, const char *error)
{
  if (self->buffer != NULL)
    show_error (self, error);
}

/* --- the widget ---------------------------------------------------------------------------------------- */

static void
disconnect_timeline (BhChatComposer *self)
{
  if (self->timeline == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->timeline, self);
  g_signal_handlers_disconnect_by_data (bh_timeline_get_messages (self->timeline), self);
}

void
bh_chat_composer_set_timeline (BhChatComposer *self, BhTimeline *timeline)
{
  g_return_if_fail (BH_IS_CHAT_COMPOSER (self));
  if (self->timeline == timeline)
    return;
  disconnect_timeline (self);
  g_set_object (&self->timeline, timeline);
  if (timeline != NULL)
    {
      g_signal_connect_swapped (timeline, "notify::run", G_CALLBACK (update_actions), self);
      g_signal_connect_swapped (timeline, "notify::only-question", G_CALLBACK (update_actions), self);
      g_signal_connect_swapped (bh_timeline_get_messages (timeline), "items-changed", G_CALLBACK (show_chips),
                                self);
    }
  show_draft (self);
  show_own_error (self);
  show_chips (self);
  update_actions (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIMELINE]);
}

static gboolean
bh_chat_composer_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (BH_CHAT_COMPOSER (widget)->view));
}

/* The default tries grab_focus() when it leaves, which would bring the keyboard back for ever. */
static gboolean
bh_chat_composer_focus (GtkWidget *widget, GtkDirectionType direction)
{
  return gtk_widget_child_focus (gtk_widget_get_first_child (widget), direction);
}

static void
bh_chat_composer_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch ((BhChatComposerProp) prop_id)
    {
    case PROP_TIMELINE:
      g_value_set_object (value, BH_CHAT_COMPOSER (object)->timeline);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_chat_composer_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  switch ((BhChatComposerProp) prop_id)
    {
    case PROP_TIMELINE:
      bh_chat_composer_set_timeline (BH_CHAT_COMPOSER (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_chat_composer_dispose (GObject *object)
{
  BhChatComposer *self = BH_CHAT_COMPOSER (object);

  if (self->unsent != NULL)
    bh_unsent_save_now (self->unsent);
  disconnect_timeline (self);
  g_clear_object (&self->timeline);
  gtk_widget_dispose_template (GTK_WIDGET (self), BH_TYPE_CHAT_COMPOSER);
  bh_unparent_children (GTK_WIDGET (self));
  G_OBJECT_CLASS (bh_chat_composer_parent_class)->dispose (object);
}

static void
bh_chat_composer_finalize (GObject *object)
{
  BhChatComposer *self = BH_CHAT_COMPOSER (object);

  g_object_unref (self->unsent);
  g_hash_table_unref (self->errors);
  g_hash_table_unref (self->sending);
  g_free (self->meant);
  G_OBJECT_CLASS (bh_chat_composer_parent_class)->finalize (object);
}

static void
bh_chat_composer_class_init (BhChatComposerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = bh_chat_composer_dispose;
  object_class->finalize = bh_chat_composer_finalize;
  object_class->get_property = bh_chat_composer_get_property;
  object_class->set_property = bh_chat_composer_set_property;
  widget_class->focus = bh_chat_composer_focus;
  widget_class->grab_focus = bh_chat_composer_grab_focus;
  properties[PROP_TIMELINE] =
      g_param_spec_object ("timeline", NULL, NULL, BH_TYPE_TIMELINE,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
  sent_signal =
      g_signal_new ("sent", BH_TYPE_CHAT_COMPOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-chat-composer.ui");
  gtk_widget_class_bind_template_child (widget_class, BhChatComposer, chips);
  gtk_widget_class_bind_template_child (widget_class, BhChatComposer, error);
  gtk_widget_class_bind_template_child (widget_class, BhChatComposer, view);
  gtk_widget_class_bind_template_child (widget_class, BhChatComposer, buffer);
  gtk_widget_class_bind_template_child (widget_class, BhChatComposer, placeholder);
  gtk_widget_class_bind_template_child (widget_class, BhChatComposer, send);
  gtk_widget_class_bind_template_child (widget_class, BhChatComposer, more);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_install_action (widget_class, "composer.send", NULL, send_action);
  gtk_widget_class_install_action (widget_class, "composer.interrupt", NULL, interrupt_action);
  gtk_widget_class_install_action (widget_class, "composer.withdraw", "s", withdraw_action);
}

static void
bh_chat_composer_init (BhChatComposer *self)
{
  self->unsent = bh_unsent_get ();
  self->errors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->sending = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  bh_accessible_name_menu (self->more);
  g_signal_connect_object (self->unsent, "loaded", G_CALLBACK (loaded_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->unsent, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  update_actions (self);
}

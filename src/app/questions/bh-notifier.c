/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/questions/bh-notifier.h"

#include <cmark-gfm.h>
#include <glib/gi18n.h>
#include <string.h>

#include "app/bh-active-runs.h"
#include "app/questions/bh-notification-outlet.h"
#include "protocol/bh-text.h"

#define BODY_MAX 200      /* characters */
#define MARKDOWN_MAX 4096 /* bytes of it that are looked at */
#define BUTTONS_MAX 3     /* as many as desktops show */
#define SHOWN "shown-questions"

struct _BhNotifier
{
  GObject parent_instance;

  BhNotificationOutlet *outlet;
  BhConnections *connections;
  GSettings *settings;
  BhActiveRuns *runs;
  BhIsSeenFunc is_seen;
  gpointer is_seen_data;

  GHashTable *open; /* question set id → Open, those that are open */
  GHashTable
      *shown; /* question set id → (connection, Run, set): what may be on the screen, also from before */
  GHashTable *ended; /* ids of notifications about ends */
};

typedef struct
{
  BhConnection *connection;
  BhQuestionSet *set;
  gboolean told; /* by this process */
} Open;

G_DEFINE_FINAL_TYPE (BhNotifier, bh_notifier, G_TYPE_OBJECT)

static void
open_free (gpointer data)
{
  Open *self = data;

  g_object_unref (self->connection);
  bh_question_set_unref (self->set);
  g_free (self);
}

static void
bh_notifier_dispose (GObject *object)
{
  BhNotifier *self = BH_NOTIFIER (object);

  g_clear_object (&self->outlet);
  g_clear_object (&self->runs);
  g_clear_object (&self->connections);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (bh_notifier_parent_class)->dispose (object);
}

static void
bh_notifier_finalize (GObject *object)
{
  BhNotifier *self = BH_NOTIFIER (object);

  g_hash_table_unref (self->open);
  g_hash_table_unref (self->shown);
  g_hash_table_unref (self->ended);
  G_OBJECT_CLASS (bh_notifier_parent_class)->finalize (object);
}

static void
bh_notifier_class_init (BhNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_notifier_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_notifier_finalize;
}

static void
bh_notifier_init (BhNotifier *self)
{
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, open_free);
  self->shown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  self->ended = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* --- texts --------------------------------------------------------------------------------------------- */

/* One line of at most BODY_MAX characters. (transfer full) */
static char *
shorten (const char *text)
{
  g_autofree char *line = bh_text_one_line (text, MARKDOWN_MAX);

  g_strstrip (line);
  if (g_utf8_strlen (line, -1) > BODY_MAX)
    {
      char *end = g_utf8_offset_to_pointer (line, BODY_MAX - 1);
      g_autofree char *cut = g_strndup (line, (gsize) (end - line));

      return g_strconcat (g_strchomp (cut), "…", NULL);
    }
  return g_steal_pointer (&line);
}

/* What Markdown says, without its marks. (transfer full) */
static char *
plain (const char *markdown)
{
  g_autofree char *head = bh_text_head (markdown, MARKDOWN_MAX);
  cmark_node *document = cmark_parse_document (head, strlen (head), CMARK_OPT_DEFAULT);
  g_autofree char *copy = NULL;
  char *text = cmark_render_plaintext (document, CMARK_OPT_NOBREAKS, 0);

  copy = shorten (text);
  cmark_get_default_mem_allocator ()->free (text);
  cmark_node_free (document);
  return g_steal_pointer (&copy);
}

/* --- what is shown, remembered for the next start ------------------------------------------------------ */

static char *
question_id (const char *set_id)
{
  return g_strconcat ("question-", set_id, NULL);
}

static void
save_shown (BhNotifier *self)
{
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer tuple;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sss)"));
  g_hash_table_iter_init (&iter, self->shown);
  while (g_hash_table_iter_next (&iter, NULL, &tuple))
    g_variant_builder_add_value (&builder, tuple);
  g_settings_set_value (self->settings, SHOWN, g_variant_builder_end (&builder));
}

static void
load_shown (BhNotifier *self)
{
  g_autoptr (GVariant) all = g_settings_get_value (self->settings, SHOWN);

  for (gsize i = 0; i < g_variant_n_children (all); i++)
    {
      g_autoptr (GVariant) tuple = g_variant_get_child_value (all, i);
      const char *set_id;

      g_variant_get_child (tuple, 2, "&s", &set_id);
      g_hash_table_insert (self->shown, g_strdup (set_id), g_variant_ref (tuple));
    }
}

typedef gboolean (*Matches) (
    BhNotifier *self, const char *connection, const char *run, const char *set, const char *wanted);

/* Withdraws what matches; what cannot be now, because nobody is there who shows it, is kept in mind. */
static void
withdraw_questions (BhNotifier *self, Matches matches, const char *wanted, const char *wanted_run)
{
  gboolean any = FALSE;
  GHashTableIter iter;
  gpointer tuple;

  if (!bh_notification_outlet_get_there (self->outlet))
    return;
  g_hash_table_iter_init (&iter, self->shown);
  while (g_hash_table_iter_next (&iter, NULL, &tuple))
    {
      const char *connection, *run, *set;

      g_variant_get (tuple, "(&s&s&s)", &connection, &run, &set);
      if ((wanted_run == NULL || strcmp (run, wanted_run) == 0) &&
          matches (self, connection, run, set, wanted))
        {
          g_autofree char *id = question_id (set);

          bh_notification_outlet_withdraw (self->outlet, id);
          g_hash_table_iter_remove (&iter);
          any = TRUE;
        }
    }
  if (any)
    save_shown (self);
}

static gboolean
is_of (BhNotifier *self, const char *connection, const char *run, const char *set, const char *wanted)
{
  return strcmp (connection, wanted) == 0;
}

static gboolean
is_no_longer_open (
    BhNotifier *self, const char *connection, const char *run, const char *set, const char *wanted)
{
  return strcmp (connection, wanted) == 0 && !g_hash_table_contains (self->open, set);
}

static gboolean
is_of_none (BhNotifier *self, const char *connection, const char *run, const char *set, const char *wanted)
{
  return bh_connections_lookup (self->connections, connection) == NULL;
}

static gboolean
is_the_set (BhNotifier *self, const char *connection, const char *run, const char *set, const char *wanted)
{
  return strcmp (set, wanted) == 0;
}

/* --- needs you ----------------------------------------------------------------------------------------- */

/* (nullable): the question whose options can be buttons. */
static const BhQuestion *
question_for_buttons (const BhQuestionSet *set)
{
  const BhQuestion *question = set->questions->len == 1 ? g_ptr_array_index (set->questions, 0) : NULL;

  if (question == NULL || (question->kind != BH_QUESTION_SINGLE && question->kind != BH_QUESTION_CONFIRM))
    return NULL;
  return question->options->len > 0 && question->options->len <= BUTTONS_MAX ? question : NULL;
}

static void
add_buttons (GNotification *notification, const char *connection_id, const BhQuestionSet *set)
{
  const BhQuestion *question = question_for_buttons (set);

  if (question == NULL)
    {
      g_notification_add_button_with_target (notification, _ ("Answer…"), "app.show-question", "(sss)",
                                             connection_id, set->run, set->id);
      return;
    }
  for (guint i = 0; i < question->options->len; i++)
    {
      const BhOption *option = g_ptr_array_index (question->options, i);
      g_autofree char *label = shorten (option->label != NULL ? option->label : option->id);

      g_notification_add_button_with_target (notification, label, "app.answer", "(ssss)", connection_id,
                                             set->run, set->id, option->id);
    }
}

/* The text of the first question, and how many more there are. (transfer full) */
static char *
body_of (const BhQuestionSet *set)
{
  const BhQuestion *first = set->questions->len > 0 ? g_ptr_array_index (set->questions, 0) : NULL;
  g_autofree char *text = first != NULL && first->text != NULL ? plain (first->text) : g_strdup ("");
  guint more = MAX (set->questions->len, 1) - 1;

  if (more == 0)
    return g_steal_pointer (&text);
  return g_strdup_printf (ngettext ("%s (and %u more question)", "%s (and %u more questions)", more), text,
                          more);
}

static GNotification *
make_question (BhNotifier *self, BhConnection *connection, const BhQuestionSet *set)
{
  BhRunItem *run = bh_connection_lookup_run (connection, set->run);
  const char *connection_id = bh_connection_get_id (connection);
  gboolean seen = run != NULL && self->is_seen != NULL && self->is_seen (run, self->is_seen_data);
  g_autofree char *title = shorten (run != NULL ? bh_run_item_get_name (run) : _ ("A Run needs you"));
  g_autofree char *body = body_of (set);
  GNotification *notification = g_notification_new (title);

  g_notification_set_body (notification, body);
  /* it lies in the list for later, but does not cover what the person looks at */
  g_notification_set_priority (notification,
                               seen ? G_NOTIFICATION_PRIORITY_LOW : G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_set_default_action_and_target (notification, "app.show-question", "(sss)", connection_id,
                                                set->run, set->id);
  add_buttons (notification, connection_id, set);
  return notification;
}

static void
notify_question (BhNotifier *self, Open *open)
{
  const BhQuestionSet *set = open->set;
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *id = question_id (set->id);

  if (open->told || !bh_notification_outlet_get_there (self->outlet) ||
      !g_settings_get_boolean (self->settings, "notify-needs-you"))
    return;
  notification = make_question (self, open->connection, set);
  open->told = bh_notification_outlet_send (self->outlet, id, notification);
  g_hash_table_insert (self->shown, g_strdup (set->id),
                       g_variant_ref_sink (g_variant_new ("(sss)", bh_connection_get_id (open->connection),
                                                          set->run, set->id)));
  save_shown (self);
}

static void
question_cb (BhNotifier *self, BhConnection *connection, BhQuestionSet *set)
{
  Open *open;

  if (set->run == NULL)
    return;
  if (set->state != BH_SET_OPEN)
    {
      g_hash_table_remove (self->open, set->id);
      withdraw_questions (self, is_the_set, set->id, NULL);
      return;
    }
  if (g_hash_table_contains (self->open, set->id))
    return;
  open = g_new0 (Open, 1);
  open->connection = g_object_ref (connection);
  open->set = bh_question_set_ref (set);
  g_hash_table_insert (self->open, g_strdup (set->id), open);
  notify_question (self, open);
}

/* --- ends ---------------------------------------------------------------------------------------------- */

static char *
end_id (BhConnection *connection, const char *run_id)
{
  return g_strconcat ("end-", bh_connection_get_id (connection), "-", run_id, NULL);
}

static void
withdraw_end (BhNotifier *self, BhConnection *connection, const char *run_id)
{
  g_autofree char *id = end_id (connection, run_id);

  if (g_hash_table_remove (self->ended, id))
    bh_notification_outlet_withdraw (self->outlet, id);
}

/* The person has seen it. */
static void
unread_cb (BhNotifier *self, GParamSpec *pspec, BhRunItem *run)
{
  BhConnection *connection = bh_run_item_get_connection (run);

  if (!bh_run_item_get_unread (run) && connection != NULL)
    withdraw_end (self, connection, bh_run_item_get_id (run));
}

static void
notify_end (BhNotifier *self, BhConnection *connection, const BhRun *run)
{
  gboolean failed = run->state == BH_RUN_FAILED;
  const char *why = failed && run->reason != NULL ? run->reason : run->summary;
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *title = NULL, *name = shorten (run->name), *body = NULL, *id = NULL;

  title =
      g_strdup_printf (failed ? C_ ("notification", "%s failed") : C_ ("notification", "%s is done"), name);
  notification = g_notification_new (title);
  body = why != NULL ? plain (why) : NULL;
  if (body != NULL)
    g_notification_set_body (notification, body);
  g_notification_set_default_action_and_target (notification, "app.open-run", "(ss)",
                                                bh_connection_get_id (connection), run->id);
  id = end_id (connection, run->id);
  if (bh_notification_outlet_send (self->outlet, id, notification))
    g_hash_table_add (self->ended, g_steal_pointer (&id));
}

static void
ended_cb (BhNotifier *self, BhConnection *connection, BhRun *run)
{
  BhRunItem *item = bh_connection_lookup_run (connection, run->id);
  const char *key = run->state == BH_RUN_COMPLETED ? "notify-completed"
                    : run->state == BH_RUN_FAILED  ? "notify-failed"
                                                   : NULL;

  /* who stops a Run knows it */
  if (key == NULL || !g_settings_get_boolean (self->settings, key))
    return;
  if (item != NULL && self->is_seen != NULL && self->is_seen (item, self->is_seen_data))
    return;
  notify_end (self, connection, run);
  if (item != NULL)
    {
      g_signal_handlers_disconnect_by_func (item, unread_cb, self);
      g_signal_connect_object (item, "notify::unread", G_CALLBACK (unread_cb), self, G_CONNECT_SWAPPED);
    }
}

/* --- what else happens --------------------------------------------------------------------------------- */

static void
run_changed_cb (BhNotifier *self, BhConnection *connection, BhRun *run)
{
  if (!bh_run_state_is_terminal (run->state))
    withdraw_end (self, connection, run->id);
}

static gboolean
is_open_of_run (gpointer id, gpointer open, gpointer run_id)
{
  return g_strcmp0 (((Open *) open)->set->run, run_id) == 0;
}

static void
run_deleted_cb (BhNotifier *self, BhConnection *connection, const char *run_id)
{
  g_hash_table_foreach_remove (self->open, is_open_of_run, (gpointer) run_id);
  withdraw_end (self, connection, run_id);
  withdraw_questions (self, is_of, bh_connection_get_id (connection), run_id);
}

/* Everything that is open has been told of by now: what is not has been answered while we were not there. */
static void
state_changed_cb (BhNotifier *self, BhConnection *connection)
{
  if (bh_connection_get_state (connection) == BH_CONNECTION_CONNECTED)
    withdraw_questions (self, is_no_longer_open, bh_connection_get_id (connection), NULL);
}

static gboolean
is_open_of_none (gpointer id, gpointer open, gpointer connections)
{
  return bh_connections_lookup (connections, bh_connection_get_id (((Open *) open)->connection)) !=
         ((Open *) open)->connection;
}

static void
items_changed_cb (BhNotifier *self, guint position, guint removed, guint added)
{
  if (removed == 0)
    return;
  g_hash_table_foreach_remove (self->open, is_open_of_none, self->connections);
  withdraw_questions (self, is_of_none, NULL, NULL);
}

/* Somebody shows notifications from now on: what could not be told is. */
static void
there_cb (BhNotifier *self)
{
  GHashTableIter iter;
  gpointer open;

  for (guint i = 0; i < bh_connections_get_n (self->connections); i++)
    state_changed_cb (self, bh_connections_get (self->connections, i));
  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, NULL, &open))
    notify_question (self, open);
}

gboolean
bh_notifier_send (BhNotifier *self, const char *id, GNotification *notification)
{
  g_return_val_if_fail (BH_IS_NOTIFIER (self), FALSE);
  return bh_notification_outlet_send (self->outlet, id, notification);
}

BhNotifier *
bh_notifier_new (GApplication *application,
                 BhConnections *connections,
                 GSettings *settings,
                 BhIsSeenFunc is_seen,
                 gpointer user_data)
{
  BhNotifier *self;

  g_return_val_if_fail (G_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (BH_IS_CONNECTIONS (connections), NULL);
  self = g_object_new (BH_TYPE_NOTIFIER, NULL);
  self->outlet = bh_notification_outlet_new (application);
  self->connections = g_object_ref (connections);
  self->settings = g_object_ref (settings);
  self->is_seen = is_seen;
  self->is_seen_data = user_data;
  load_shown (self);
  g_signal_connect_object (self->outlet, "notify::there", G_CALLBACK (there_cb), self, G_CONNECT_SWAPPED);
  self->runs = bh_active_runs_new (connections);
  g_signal_connect_object (self->runs, "ended", G_CALLBACK (ended_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "question", G_CALLBACK (question_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "run-changed", G_CALLBACK (run_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "run-deleted", G_CALLBACK (run_deleted_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "state-changed", G_CALLBACK (state_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/questions/bh-question-dialog.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/questions/bh-question-memory.h"
#include "app/questions/bh-question-page.h"
#include "app/widgets/bh-focus.h"
#include "app/widgets/bh-markdown-plan.h"
#include "app/widgets/bh-status.h"
#include "client/bh-engine-names.h"

struct _BhQuestionDialog
{
  AdwDialog parent_instance;

  GtkWidget *later;
  AdwWindowTitle *window_title;
  AdwBanner *banner;
  GtkStack *views;
  GtkStack *pages;
  GtkImage *closed_icon;
  GtkLabel *closed_title;
  GtkLabel *closed_text;
  GtkListBox *closed_answers;
  GtkWidget *close_button;
  GtkWidget *bar;
  GtkWidget *back;
  GtkWidget *spinner;
  GtkButton *next;

  BhConnection *connection;
  BhQuestionSet *set;
  guint at; /* the page that is shown */
  gboolean is_sending;
  gboolean is_over; /* answered or withdrawn: nothing to keep */
};

G_DEFINE_FINAL_TYPE (BhQuestionDialog, bh_question_dialog, ADW_TYPE_DIALOG)

/* --- pages -----------------------------------------------------------------------------------------------
 */

static BhQuestionPage *
get_page (BhQuestionDialog *self, guint at)
{
  g_autofree char *name = g_strdup_printf ("%u", at);

  return BH_QUESTION_PAGE (gtk_stack_get_child_by_name (self->pages, name));
}

/* Who asks, for a person. (transfer full) */
static char *
name_asker (const BhQuestionSet *set)
{
  if (g_strcmp0 (set->asked_by, "script") == 0)
    return g_strdup (_ ("a script in the DevBox"));
  return bh_author_label (set->asked_by);
}

static void
update_bar (BhQuestionDialog *self)
{
  guint n = self->set->questions->len;
  g_autofree char *where = NULL, *asker = name_asker (self->set);

  /* Translators: the number of a question, and how many there are */
  where =
      n > 1 ? g_strdup_printf (_ ("%u of %u"), self->at + 1, n) : g_strdup_printf (_ ("Asked by %s"), asker);
  adw_window_title_set_subtitle (self->window_title, where);
  gtk_widget_set_visible (self->back, n > 1);
  gtk_widget_set_sensitive (self->back, self->at > 0 && !self->is_sending);
  if (self->is_sending)
    bh_focus_leave (GTK_WIDGET (self->pages), self->later);
  gtk_widget_set_sensitive (GTK_WIDGET (self->next), !self->is_sending);
  gtk_widget_set_sensitive (GTK_WIDGET (self->pages), !self->is_sending);
  gtk_button_set_label (self->next, self->at + 1 < n ? _ ("_Next") : _ ("_Answer"));
  gtk_widget_set_opacity (self->spinner, self->is_sending ? 1 : 0);
}

static void
names_changed_cb (BhQuestionDialog *self)
{
  if (!self->is_over)
    update_bar (self);
}

static void
announce_page (BhQuestionDialog *self)
{
  const BhQuestion *question = self->set->questions->pdata[self->at];
  g_autofree char *line = bh_markdown_line (question->text, BH_QUESTION_LINE_MAX);
  g_autofree char *text =
      g_strdup_printf (_ ("Question %u of %u: %s"), self->at + 1, self->set->questions->len, line);

  gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
show_page (BhQuestionDialog *self, guint at)
{
  self->at = at;
  gtk_stack_set_visible_child (self->pages, GTK_WIDGET (get_page (self, at)));
  update_bar (self);
  gtk_widget_grab_focus (GTK_WIDGET (get_page (self, at)));
  announce_page (self);
}

static GPtrArray *
collect (BhQuestionDialog *self)
{
  GPtrArray *choices = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_choice_free);

  for (guint i = 0; i < self->set->questions->len; i++)
    g_ptr_array_add (choices, bh_question_page_get_choice (get_page (self, i)));
  return choices;
}

static void
add_pages (BhQuestionDialog *self)
{
  const BhQuestionMemory *memory = bh_question_memory_find (self->connection, self->set->id);

  for (guint i = 0; i < self->set->questions->len; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      BhQuestionPage *page = bh_question_page_new (self->set, i);

      if (memory != NULL && i < memory->choices->len)
        bh_question_page_set_choice (page, memory->choices->pdata[i]);
      gtk_stack_add_named (self->pages, GTK_WIDGET (page), name);
    }
  if (memory != NULL && memory->page < self->set->questions->len)
    self->at = memory->page;
  gtk_stack_set_visible_child (self->pages, GTK_WIDGET (get_page (self, self->at)));
  update_bar (self);
}

/* --- when it is over -------------------------------------------------------------------------------------
 */

static void
add_answer (BhQuestionDialog *self, const BhQuestionSet *set, const BhChoice *choice)
{
  for (guint i = 0; i < set->questions->len; i++)
    {
      const BhQuestion *question = set->questions->pdata[i];
      g_autofree char *text = NULL, *line = NULL;
      GtkWidget *row;

      if (g_strcmp0 (question->id, choice->question) != 0)
        continue;
      text = bh_choice_to_text (question, choice);
      line = bh_markdown_line (question->text, BH_QUESTION_LINE_MAX);
      row = adw_action_row_new ();
      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row),
                                     question->header != NULL && *question->header != '\0' ? question->header
                                                                                           : line);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
      adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
      gtk_widget_add_css_class (row, "property");
      gtk_list_box_append (self->closed_answers, row);
    }
}

static void
show_closed (BhQuestionDialog *self, const BhQuestionSet *set)
{
  gboolean is_answered = set->state == BH_SET_ANSWERED;
  g_autofree char *text = bh_question_end_label (set), *said = NULL;
  const char *title = is_answered ? _ ("Already Answered") : _ ("Question Withdrawn");

  if (self->is_over)
    return;
  self->is_over = TRUE;
  bh_question_memory_forget (self->connection, self->set->id);
  for (guint i = 0; set->answers != NULL && i < set->answers->len; i++)
    add_answer (self, set, set->answers->pdata[i]);
  gtk_image_set_from_icon_name (self->closed_icon,
                                is_answered ? "object-select-symbolic" : "action-unavailable-symbolic");
  gtk_label_set_text (self->closed_title, title);
  gtk_label_set_text (self->closed_text, text);
  gtk_widget_set_visible (GTK_WIDGET (self->closed_answers), set->answers != NULL && set->answers->len > 0);
  gtk_widget_set_visible (self->later, FALSE);
  gtk_widget_set_visible (self->bar, FALSE);
  gtk_widget_set_visible (self->close_button, TRUE);
  adw_window_title_set_subtitle (self->window_title, "");
  adw_banner_set_revealed (self->banner, FALSE);
  gtk_stack_set_visible_child_name (self->views, "closed");
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_widget_grab_focus (self->close_button);
  said = g_strdup_printf ("%s. %s", title, text);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), said, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static gboolean
is_ours (BhQuestionDialog *self, const BhQuestionSet *set)
{
  return g_strcmp0 (set->id, self->set->id) == 0;
}

static void
question_cb (BhConnection *connection, BhQuestionSet *set, BhQuestionDialog *self)
{
  /* while ours is under way, its answer tells */
  if (is_ours (self, set) && set->state != BH_SET_OPEN && !self->is_sending)
    show_closed (self, set);
}

static void
run_deleted_cb (BhConnection *connection, const char *run_id, BhQuestionDialog *self)
{
  g_autoptr (BhQuestionSet) gone = NULL;

  if (g_strcmp0 (run_id, self->set->run) != 0)
    return;
  gone = bh_question_set_copy (self->set);
  gone->state = BH_SET_WITHDRAWN;
  show_closed (self, gone);
}

/* --- the connection --------------------------------------------------------------------------------------
 */

static void
say (BhQuestionDialog *self, const char *text)
{
  adw_banner_set_title (self->banner, text);
  adw_banner_set_revealed (self->banner, TRUE);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static void
state_cb (BhConnection *connection, GParamSpec *pspec, BhQuestionDialog *self)
{
  const char *detail = bh_connection_get_detail (connection);
  g_autofree char *text = NULL;

  if (self->is_over)
    return;
  if (bh_connection_get_state (connection) == BH_CONNECTION_CONNECTED)
    {
      adw_banner_set_revealed (self->banner, FALSE);
      return;
    }
  text = g_strdup_printf (_ ("What you entered stays here. %s"),
                          detail != NULL ? detail : _ ("There is no connection to the coordinator."));
  say (self, text);
}

static DexFuture *
listed_cb (DexFuture *future, gpointer data)
{
  BhQuestionDialog *self = data;
  GPtrArray *sets = g_value_get_boxed (dex_future_get_value (future, NULL));

  for (guint i = 0; self->connection != NULL && i < sets->len; i++)
    question_cb (self->connection, sets->pdata[i], self);
  return dex_future_new_true ();
}

/* What was answered while nobody listened is told by nobody. */
static void
reconnected_cb (BhConnection *connection, BhQuestionDialog *self)
{
  if (!self->is_over && self->set->run != NULL)
    dex_future_disown (dex_future_then (bh_connection_list_questions (connection, self->set->run, TRUE),
                                        listed_cb, g_object_ref (self), g_object_unref));
}

/* --- answering -------------------------------------------------------------------------------------------
 */

static void
finish (BhQuestionDialog *self)
{
  self->is_over = TRUE;
  bh_question_memory_forget (self->connection, self->set->id);
  /* unless the person did while it was sent */
  if (gtk_widget_get_root (GTK_WIDGET (self)) != NULL)
    adw_dialog_close (ADW_DIALOG (self));
}

static void
refused (BhQuestionDialog *self, GPtrArray *choices, const GError *error)
{
  g_autoptr (BhQuestionSet) first = bh_connection_error_answer (error);

  if (first != NULL && bh_choices_are_answer (choices, first))
    /* ours, whose receipt was lost with the connection */
    finish (self);
  else if (first != NULL)
    show_closed (self, first);
  else if (g_error_matches (error, BH_ERROR, BH_ERROR_QUESTION_CLOSED) ||
           g_error_matches (error, BH_ERROR, BH_ERROR_QUESTION_NOT_FOUND) ||
           g_error_matches (error, BH_ERROR, BH_ERROR_RUN_NOT_FOUND))
    run_deleted_cb (self->connection, self->set->run, self);
  else
    say (self, error->message);
}

typedef struct
{
  BhQuestionDialog *self;
  GPtrArray *choices;
} Sending;

static void
sending_free (gpointer data)
{
  Sending *sending = data;

  g_object_unref (sending->self);
  g_ptr_array_unref (sending->choices);
  g_free (sending);
}

static DexFuture *
answered_cb (DexFuture *future, gpointer data)
{
  Sending *sending = data;
  BhQuestionDialog *self = sending->self;
  g_autoptr (GError) error = NULL;

  if (self->connection == NULL)
    return dex_future_new_true ();
  self->is_sending = FALSE;
  update_bar (self);
  if (dex_future_get_value (future, &error) != NULL)
    finish (self);
  else
    {
      refused (self, sending->choices, error);
      if (!self->is_over)
        gtk_widget_grab_focus (GTK_WIDGET (self->next));
    }
  return dex_future_new_true ();
}

static void
send (BhQuestionDialog *self)
{
  Sending *sending = g_new0 (Sending, 1);
  g_autoptr (JsonNode) answers = NULL;

  sending->self = g_object_ref (self);
  sending->choices = collect (self);
  answers = bh_choices_to_json (sending->choices);
  self->is_sending = TRUE;
  adw_banner_set_revealed (self->banner, FALSE);
  update_bar (self);
  dex_future_disown (
      dex_future_finally (bh_connection_answer (self->connection, self->set->run, self->set->id, answers),
                          answered_cb, sending, sending_free));
}

static void
go_on (BhQuestionDialog *self)
{
  if (self->is_sending || self->is_over || !bh_question_page_check (get_page (self, self->at)))
    return;
  if (self->at + 1 < self->set->questions->len)
    {
      show_page (self, self->at + 1);
      return;
    }
  /* who went back may have left one open */
  for (guint i = 0; i < self->at; i++)
    if (!bh_question_page_check (get_page (self, i)))
      {
        show_page (self, i);
        return;
      }
  send (self);
}

/* --- what the person does --------------------------------------------------------------------------------
 */

static void
next_cb (GtkButton *button, BhQuestionDialog *self)
{
  go_on (self);
}

static void
back_cb (GtkButton *button, BhQuestionDialog *self)
{
  if (self->at > 0)
    show_page (self, self->at - 1);
}

static void
later_cb (GtkButton *button, BhQuestionDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static gboolean
is_enter (guint key)
{
  return key == GDK_KEY_Return || key == GDK_KEY_KP_Enter || key == GDK_KEY_ISO_Enter;
}

static guint
digit_of (guint key)
{
  if (key >= GDK_KEY_1 && key <= GDK_KEY_9)
    return key - GDK_KEY_0;
  return key >= GDK_KEY_KP_1 && key <= GDK_KEY_KP_9 ? key - GDK_KEY_KP_0 : 0;
}

static gboolean
key_pressed_cb (
    GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, BhQuestionDialog *self)
{
  GtkWidget *focus = adw_dialog_get_focus (ADW_DIALOG (self));
  gboolean in_text = GTK_IS_TEXT_VIEW (focus), in_line = GTK_IS_EDITABLE (focus);
  gboolean with_control = (state & GDK_CONTROL_MASK) != 0;

  if (self->is_over || (state & (GDK_ALT_MASK | GDK_SUPER_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  if (is_enter (key) && (with_control || (!in_text && !GTK_IS_BUTTON (focus))))
    {
      bh_question_page_take_focused (get_page (self, self->at));
      go_on (self);
      return GDK_EVENT_STOP;
    }
  if (with_control || in_text || in_line || digit_of (key) == 0)
    return GDK_EVENT_PROPAGATE;
  return bh_question_page_press_number (get_page (self, self->at), digit_of (key));
}

/* --- the object ------------------------------------------------------------------------------------------
 */

static void
bh_question_dialog_closed (AdwDialog *dialog)
{
  BhQuestionDialog *self = BH_QUESTION_DIALOG (dialog);

  if (!self->is_over && self->connection != NULL)
    bh_question_memory_keep (self->connection, self->set->id, self->at, collect (self));
}

static void
bh_question_dialog_dispose (GObject *object)
{
  BhQuestionDialog *self = BH_QUESTION_DIALOG (object);

  /* libadwaita 1.7 forgets the widget around it once it was seen */
  adw_dialog_set_child (ADW_DIALOG (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_QUESTION_DIALOG);
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (bh_question_dialog_parent_class)->dispose (object);
}

static void
bh_question_dialog_finalize (GObject *object)
{
  g_clear_pointer (&BH_QUESTION_DIALOG (object)->set, bh_question_set_unref);
  G_OBJECT_CLASS (bh_question_dialog_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, BhQuestionDialog, later);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionDialog, window_title);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionDialog, banner);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionDialog, views);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionDialog, pages);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionDialog, closed_icon);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionDialog, closed_title);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionDialog, closed_text);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionDialog, closed_answers);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionDialog, close_button);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionDialog, bar);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionDialog, back);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionDialog, next);
}

static void
bh_question_dialog_class_init (BhQuestionDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_question_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_question_dialog_finalize;
  ADW_DIALOG_CLASS (klass)->closed = bh_question_dialog_closed;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-question-dialog.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, key_pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, later_cb);
  gtk_widget_class_bind_template_callback (widget_class, back_cb);
  gtk_widget_class_bind_template_callback (widget_class, next_cb);
}

static void
bh_question_dialog_init (BhQuestionDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

BhQuestionDialog *
bh_question_dialog_new (BhConnection *connection, BhQuestionSet *set, const char *run_name)
{
  BhQuestionDialog *self;

  g_return_val_if_fail (BH_IS_CONNECTION (connection), NULL);
  g_return_val_if_fail (set != NULL && set->questions->len > 0, NULL);
  self = g_object_new (BH_TYPE_QUESTION_DIALOG, "title", run_name, NULL);
  self->connection = g_object_ref (connection);
  self->set = bh_question_set_ref (set);
  adw_window_title_set_title (self->window_title, run_name);
  add_pages (self);
  adw_dialog_set_focus (ADW_DIALOG (self), GTK_WIDGET (get_page (self, self->at)));
  g_signal_connect_object (connection, "question", G_CALLBACK (question_cb), self, 0);
  g_signal_connect_object (connection, "run-deleted", G_CALLBACK (run_deleted_cb), self, 0);
  g_signal_connect_object (connection, "notify::state", G_CALLBACK (state_cb), self, 0);
  g_signal_connect_object (connection, "reconnected", G_CALLBACK (reconnected_cb), self, 0);
  g_signal_connect_object (bh_engine_names_get (), "changed", G_CALLBACK (names_changed_cb), self,
                           G_CONNECT_SWAPPED);
  if (set->state != BH_SET_OPEN)
    show_closed (self, set);
  else
    state_cb (connection, NULL, self);
  return self;
}

BhQuestionSet *
bh_question_dialog_get_set (BhQuestionDialog *self)
{
  g_return_val_if_fail (BH_IS_QUESTION_DIALOG (self), NULL);
  return self->set;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/questions/bh-question-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/widgets/bh-accessible.h"
#include "app/widgets/bh-markdown-plan.h"
#include "app/widgets/bh-markdown.h"
#include "app/widgets/bh-text-layout.h"
#include "client/bh-connection.h"

struct _BhQuestionPage
{
  AdwBin parent_instance;

  GtkScrolledWindow *scroller;
  GtkLabel *header;
  BhMarkdown *text;
  GtkListBox *options;
  GtkWidget *prose_frame;
  GtkTextView *prose;
  GtkLabel *error;

  BhQuestionSet *set;
  const BhQuestion *question; /* of the set */
  GPtrArray *checks;          /* GtkCheckButton, borrowed: the options in their order, then Other */
  guint scroll_source;        /* a tick callback; ends with the widget */
  guint scroll_frames;
  GtkWidget *other; /* borrowed: AdwEntryRow; NULL: not possible */
};

G_DEFINE_FINAL_TYPE (BhQuestionPage, bh_question_page, ADW_TYPE_BIN)

static gboolean
is_prose (BhQuestionPage *self)
{
  return self->question->kind == BH_QUESTION_TEXT || self->question->options->len == 0;
}

static gboolean
is_multiple (BhQuestionPage *self)
{
  return self->question->kind == BH_QUESTION_MULTIPLE;
}

static GtkWidget *
row_of (gpointer check)
{
  return gtk_widget_get_ancestor (check, GTK_TYPE_LIST_BOX_ROW);
}

static void
clear_error (BhQuestionPage *self)
{
  if (self->error != NULL)
    gtk_widget_set_visible (GTK_WIDGET (self->error), FALSE);
}

/* --- making the rows -------------------------------------------------------------------------------------
 */

static void
toggled_cb (GtkCheckButton *check, BhQuestionPage *self)
{
  clear_error (self);
}

static GtkCheckButton *
new_check (BhQuestionPage *self)
{
  GtkWidget *check =
      g_object_new (GTK_TYPE_CHECK_BUTTON, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  if (!is_multiple (self) && self->checks->len > 0)
    gtk_check_button_set_group (GTK_CHECK_BUTTON (check), self->checks->pdata[0]);
  g_signal_connect_object (check, "toggled", G_CALLBACK (toggled_cb), self, 0);
  g_ptr_array_add (self->checks, check);
  return GTK_CHECK_BUTTON (check);
}

/* The key that chooses it, for those who see it and for those who hear it. */
static void
add_number (BhQuestionPage *self, AdwActionRow *row)
{
  g_autofree char *number = g_strdup_printf ("%u", self->checks->len);
  GtkWidget *label;

  if (self->checks->len > 9)
    return;
  label = gtk_label_new (number);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "numeric");
  gtk_accessible_update_state (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_suffix (row, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_KEY_SHORTCUTS, number, -1);
}

/* What is read out of an option: its description, and that it is recommended. */
static void
describe (GtkWidget *row, const BhOption *option)
{
  const char *recommended = option->recommended ? _ ("Recommended") : NULL;
  g_autofree char *text = option->description != NULL && recommended != NULL
                              ? g_strdup_printf ("%s. %s", recommended, option->description)
                              : g_strdup (option->description != NULL ? option->description : recommended);

  if (text != NULL)
    bh_accessible_describe_row (row, text);
}

static AdwActionRow *
add_row (BhQuestionPage *self, const char *title, const char *subtitle)
{
  GtkAccessibleRole role = is_multiple (self) ? GTK_ACCESSIBLE_ROLE_CHECKBOX : GTK_ACCESSIBLE_ROLE_RADIO;
  AdwActionRow *row = g_object_new (ADW_TYPE_ACTION_ROW, "accessible-role", role, NULL);
  GtkCheckButton *check = new_check (self);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (row, subtitle != NULL ? subtitle : "");
  adw_action_row_add_prefix (row, GTK_WIDGET (check));
  adw_action_row_set_activatable_widget (row, GTK_WIDGET (check));
  /* the row has the focus, among rows the arrow keys move */
  bh_accessible_follow_check (GTK_WIDGET (row), check);
  gtk_list_box_append (self->options, GTK_WIDGET (row));
  return row;
}

static void
add_option (BhQuestionPage *self, const BhOption *option)
{
  AdwActionRow *row = add_row (self, option->label, option->description);
  GtkCheckButton *check = self->checks->pdata[self->checks->len - 1];

  describe (GTK_WIDGET (row), option);
  if (option->recommended)
    {
      GtkWidget *label = gtk_label_new (C_ ("option", "Recommended"));

      gtk_widget_add_css_class (label, "caption-heading");
      gtk_widget_add_css_class (label, "accent");
      gtk_accessible_update_state (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
      adw_action_row_add_suffix (row, label);
      gtk_check_button_set_active (check, TRUE);
    }
  add_number (self, row);
}

/* Once it has its place: it is given one after the callbacks of a frame. */
static gboolean
scroll_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  BhQuestionPage *self = BH_QUESTION_PAGE (widget);
  GtkWidget *viewport = gtk_scrolled_window_get_child (self->scroller);

  if (self->scroll_frames-- > 0)
    return G_SOURCE_CONTINUE;
  if (self->other != NULL && gtk_widget_get_mapped (self->other))
    gtk_viewport_scroll_to (GTK_VIEWPORT (viewport), self->other, NULL);
  self->scroll_source = 0;
  return G_SOURCE_REMOVE;
}

static void
scroll_to_other (BhQuestionPage *self)
{
  self->scroll_frames = 2;
  if (self->scroll_source == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->scroll_source = gtk_widget_add_tick_callback (GTK_WIDGET (self), scroll_cb, NULL, NULL);
}

static void
other_toggled_cb (GtkCheckButton *check, BhQuestionPage *self)
{
  if (!gtk_check_button_get_active (check) || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  gtk_widget_grab_focus (self->other);
  scroll_to_other (self);
}

static void
add_other (BhQuestionPage *self)
{
  AdwActionRow *row = add_row (self, _ ("Other"), _ ("An answer in your own words"));
  GtkCheckButton *check = self->checks->pdata[self->checks->len - 1];

  add_number (self, row);
  self->other = adw_entry_row_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->other), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->other), _ ("Your answer"));
  gtk_list_box_append (self->options, self->other);
  g_object_bind_property (check, "active", self->other, "visible", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (check, "toggled", G_CALLBACK (other_toggled_cb), self, G_CONNECT_AFTER);
  g_signal_connect_object (self->other, "changed", G_CALLBACK (clear_error), self, G_CONNECT_SWAPPED);
}

static void
build (BhQuestionPage *self)
{
  const BhQuestion *question = self->question;
  gboolean prose = is_prose (self);
  g_autofree char *line = bh_markdown_line (question->text, BH_QUESTION_LINE_MAX);

  gtk_label_set_text (self->header, question->header != NULL ? question->header : "");
  gtk_widget_set_visible (GTK_WIDGET (self->header), question->header != NULL && *question->header != '\0');
  bh_markdown_set_text (self->text, question->text);
  gtk_widget_set_visible (self->prose_frame, prose);
  gtk_widget_set_visible (GTK_WIDGET (self->options), !prose);
  /* the group of options, or the text, is known by the question */
  gtk_accessible_update_property (prose ? GTK_ACCESSIBLE (self->prose) : GTK_ACCESSIBLE (self->options),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, line, -1);
  if (prose)
    return;
  for (guint i = 0; i < question->options->len; i++)
    add_option (self, question->options->pdata[i]);
  if (question->allow_other)
    add_other (self);
}

/* --- the object ------------------------------------------------------------------------------------------
 */

static GtkCheckButton *
find_active (BhQuestionPage *self)
{
  for (guint i = 0; i < self->checks->len; i++)
    if (gtk_check_button_get_active (self->checks->pdata[i]))
      return self->checks->pdata[i];
  return NULL;
}

static gboolean
bh_question_page_grab_focus (GtkWidget *widget)
{
  BhQuestionPage *self = BH_QUESTION_PAGE (widget);
  GtkCheckButton *active = find_active (self);

  if (is_prose (self))
    return gtk_widget_grab_focus (GTK_WIDGET (self->prose));
  if (is_multiple (self) || active == NULL)
    active = self->checks->pdata[0];
  return gtk_widget_grab_focus (row_of (active));
}

static void
bh_question_page_dispose (GObject *object)
{
  BhQuestionPage *self = BH_QUESTION_PAGE (object);

  g_ptr_array_set_size (self->checks, 0);
  self->other = NULL;
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_QUESTION_PAGE);
  G_OBJECT_CLASS (bh_question_page_parent_class)->dispose (object);
}

static void
bh_question_page_finalize (GObject *object)
{
  BhQuestionPage *self = BH_QUESTION_PAGE (object);

  g_ptr_array_unref (self->checks);
  g_clear_pointer (&self->set, bh_question_set_unref);
  G_OBJECT_CLASS (bh_question_page_parent_class)->finalize (object);
}

static void
bh_question_page_class_init (BhQuestionPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_question_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_question_page_finalize;
  widget_class->grab_focus = bh_question_page_grab_focus;
  g_type_ensure (BH_TYPE_MARKDOWN);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-question-page.ui");
  gtk_widget_class_bind_template_child (widget_class, BhQuestionPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionPage, header);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionPage, text);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionPage, options);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionPage, prose_frame);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionPage, prose);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionPage, error);
}

static void
bh_question_page_init (BhQuestionPage *self)
{
  self->checks = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  bh_text_layout_before_drawing (self->prose);
  g_signal_connect_object (gtk_text_view_get_buffer (self->prose), "changed", G_CALLBACK (clear_error), self,
                           G_CONNECT_SWAPPED);
}

BhQuestionPage *
bh_question_page_new (BhQuestionSet *set, guint index)
{
  BhQuestionPage *self;

  g_return_val_if_fail (set != NULL && index < set->questions->len, NULL);
  self = g_object_new (BH_TYPE_QUESTION_PAGE, NULL);
  self->set = bh_question_set_ref (set);
  self->question = set->questions->pdata[index];
  build (self);
  return self;
}

/* --- what is entered -------------------------------------------------------------------------------------
 */

static gboolean
is_other (BhQuestionPage *self, guint check)
{
  return self->other != NULL && check + 1 == self->checks->len;
}

static char *
get_text (BhQuestionPage *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->prose);
  g_autofree char *text = NULL;
  GtkTextIter start, end;

  if (is_prose (self))
    {
      gtk_text_buffer_get_bounds (buffer, &start, &end);
      text = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
    }
  else if (self->other != NULL && gtk_check_button_get_active (self->checks->pdata[self->checks->len - 1]))
    text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->other)));
  return text != NULL && *text != '\0' ? g_steal_pointer (&text) : NULL;
}

BhChoice *
bh_question_page_get_choice (BhQuestionPage *self)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  BhChoice *choice;

  g_return_val_if_fail (BH_IS_QUESTION_PAGE (self), NULL);
  for (guint i = 0; i < self->checks->len; i++)
    if (!is_other (self, i) && gtk_check_button_get_active (self->checks->pdata[i]))
      g_strv_builder_add (ids, ((const BhOption *) self->question->options->pdata[i])->id);
  choice = bh_choice_new ();
  choice->question = g_strdup (self->question->id);
  choice->options = g_strv_builder_end (ids);
  choice->text = get_text (self);
  return choice;
}

void
bh_question_page_set_choice (BhQuestionPage *self, const BhChoice *choice)
{
  const char *const *ids = (const char *const *) choice->options;
  const char *text = choice->text != NULL ? choice->text : "";

  g_return_if_fail (BH_IS_QUESTION_PAGE (self));
  if (is_prose (self))
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->prose), text, -1);
  if (self->other != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->other), text);
  for (guint i = 0; i < self->checks->len; i++)
    {
      const char *id = is_other (self, i) ? NULL : ((const BhOption *) self->question->options->pdata[i])->id;

      gtk_check_button_set_active (self->checks->pdata[i],
                                   id != NULL ? ids != NULL && g_strv_contains (ids, id) : *text != '\0');
    }
}

gboolean
bh_question_page_press_number (BhQuestionPage *self, guint number)
{
  GtkCheckButton *check;

  g_return_val_if_fail (BH_IS_QUESTION_PAGE (self), FALSE);
  if (number == 0 || number > self->checks->len)
    return FALSE;
  check = self->checks->pdata[number - 1];
  gtk_widget_grab_focus (row_of (check));
  gtk_check_button_set_active (check, !is_multiple (self) || !gtk_check_button_get_active (check));
  return TRUE;
}

void
bh_question_page_take_focused (BhQuestionPage *self)
{
  g_return_if_fail (BH_IS_QUESTION_PAGE (self));
  if (is_multiple (self) || find_active (self) != NULL)
    return;
  for (guint i = 0; i < self->checks->len; i++)
    if (gtk_widget_has_focus (row_of (self->checks->pdata[i])))
      gtk_check_button_set_active (self->checks->pdata[i], TRUE);
}

/* --- whether it is an answer -----------------------------------------------------------------------------
 */

void
bh_question_page_show_error (BhQuestionPage *self, const char *message)
{
  g_return_if_fail (BH_IS_QUESTION_PAGE (self));
  gtk_label_set_text (self->error, message);
  gtk_widget_set_visible (GTK_WIDGET (self->error), TRUE);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), message, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

/* What is missing, in words; NULL: nothing that can be seen here. */
static const char *
find_missing (BhQuestionPage *self, const BhChoice *choice)
{
  gboolean wants_text = self->other != NULL && !is_prose (self) &&
                        gtk_check_button_get_active (self->checks->pdata[self->checks->len - 1]);
  g_autofree char *text = g_strstrip (g_strdup (choice->text != NULL ? choice->text : ""));

  if (wants_text && *text == '\0')
    return _ ("Write your other answer.");
  if (choice->options[0] != NULL || *text != '\0')
    return NULL;
  if (is_prose (self))
    return _ ("Write an answer.");
  return is_multiple (self) ? _ ("Choose at least one.") : _ ("Choose one.");
}

/* By the rules of the coordinator, for this question alone. */
static gboolean
check_choice (BhQuestionPage *self, BhChoice *choice, GError **error)
{
  g_autoptr (BhQuestionSet) alone = bh_question_set_copy (self->set);
  g_autoptr (GPtrArray) choices = g_ptr_array_new (), checked = NULL;
  g_autoptr (JsonNode) list = NULL, node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  guint at = 0;

  g_ptr_array_find (self->set->questions, self->question, &at);
  g_ptr_array_remove_range (alone->questions, at + 1, alone->questions->len - at - 1);
  g_ptr_array_remove_range (alone->questions, 0, at);
  g_ptr_array_add (choices, choice);
  list = bh_choices_to_json (choices);
  json_object_set_member (object, "answers", json_node_copy (list));
  json_node_take_object (node, object);
  checked = bh_question_set_check_answers (alone, node, error);
  return checked != NULL;
}

gboolean
bh_question_page_check (BhQuestionPage *self)
{
  g_autoptr (BhChoice) choice = NULL;
  g_autoptr (GError) error = NULL;
  const char *missing;

  g_return_val_if_fail (BH_IS_QUESTION_PAGE (self), FALSE);
  choice = bh_question_page_get_choice (self);
  missing = find_missing (self, choice);
  if (missing == NULL && check_choice (self, choice, &error))
    {
      clear_error (self);
      return TRUE;
    }
  bh_question_page_show_error (self, missing != NULL ? missing : error->message);
  if (self->other != NULL && gtk_widget_get_visible (self->other))
    {
      gtk_widget_grab_focus (self->other);
      scroll_to_other (self);
    }
  else
    gtk_widget_grab_focus (GTK_WIDGET (self));
  return FALSE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-question-row.h"

#include "app/widgets/bh-markdown-plan.h"
#include "app/widgets/bh-markdown.h"
#include "app/widgets/bh-status.h"
#include "protocol/bh-text.h"

#define LINE_BYTES 400

struct _BhQuestionRow
{
  BhRowView parent_instance;

  GtkWidget *bubble;
  GtkImage *icon;
  GtkLabel *asked_by;
  GtkLabel *time;
  BhMarkdown *markdown;
  GtkWidget *answer_box;
  GtkImage *answer_icon;
  GtkLabel *answer;
  GtkActionable *button;
};

G_DEFINE_FINAL_TYPE (BhQuestionRow, bh_question_row, BH_TYPE_ROW_VIEW)

char *
bh_question_set_one_line (const BhQuestionSet *set)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < set->questions->len; i++)
    {
      const BhQuestion *question = g_ptr_array_index (set->questions, i);
      g_autofree char *line = bh_markdown_line (question->text, LINE_BYTES);

      if (i > 0)
        g_string_append (text, " · ");
      g_string_append (text, line);
    }
  return bh_text_one_line (text->str, LINE_BYTES);
}

/* All questions as Markdown, as they are Markdown themselves. */
static char *
get_text (const BhQuestionSet *set)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < set->questions->len; i++)
    {
      const BhQuestion *question = g_ptr_array_index (set->questions, i);

      if (i > 0)
        g_string_append (text, "\n\n");
      g_string_append (text, question->text);
    }
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static char *
get_answer (const BhQuestionSet *set, BhRowState state)
{
  g_autofree char *answer = NULL, *by = NULL;

  if (set == NULL || set->state != BH_SET_ANSWERED)
    return g_strdup (state == BH_ROW_ANSWERED ? _ ("Answered") : _ ("Not answered: the Run ended first"));
  answer = bh_question_set_answer_text (set);
  if (set->answered_by == NULL || g_str_equal (set->answered_by, "you"))
    return g_strdup_printf (_ ("You answered: %s"), answer);
  by = bh_author_label (set->answered_by);
  /* Translators: who answered, and what */
  return g_strdup_printf (_ ("%s answered: %s"), by, answer);
}

static gboolean
is_open (BhTimelineRow *row)
{
  BhQuestionSet *set = bh_timeline_row_get_question (row);

  if (set != NULL)
    return set->state == BH_SET_OPEN;
  return bh_timeline_row_get_row (row)->state == BH_ROW_OPEN;
}

static void
show_answer (BhQuestionRow *self, BhTimelineRow *row)
{
  BhRow *record = bh_timeline_row_get_row (row);
  BhQuestionSet *set = bh_timeline_row_get_question (row);
  gboolean open = is_open (row);
  g_autofree char *answer = NULL;

  gtk_widget_set_visible (self->answer_box, !open);
  gtk_widget_set_visible (GTK_WIDGET (self->button), open);
  if (open)
    {
      gtk_widget_add_css_class (self->bubble, "open");
      gtk_actionable_set_action_target (self->button, "s", record->question != NULL ? record->question : "");
      return;
    }
  gtk_widget_remove_css_class (self->bubble, "open");
  answer = get_answer (set, record->state);
  gtk_label_set_text (self->answer, answer);
  gtk_image_set_from_icon_name (self->answer_icon, bh_row_state_icon (record->state));
}

static char *
get_asked (BhTimelineRow *row)
{
  BhQuestionSet *set = bh_timeline_row_get_question (row);
  g_autofree char *author =
      bh_author_label (set != NULL ? set->asked_by : bh_timeline_row_get_row (row)->author);

  /* Translators: who asks: "Codex asks" */
  return g_strdup_printf (_ ("%s asks"), author);
}

static void
update (BhRowView *view)
{
  BhQuestionRow *self = BH_QUESTION_ROW (view);
  BhTimelineRow *row = bh_row_view_get_row (view);
  BhRow *record = bh_timeline_row_get_row (row);
  BhQuestionSet *set = bh_timeline_row_get_question (row);
  g_autofree char *asked = NULL, *time = NULL, *text = NULL;

  if (record == NULL)
    return;
  asked = get_asked (row);
  time = record->started_at > 0 ? bh_format_time (record->started_at) : g_strdup ("");
  text = set != NULL ? get_text (set) : g_strdup (record->head != NULL ? record->head : record->title);
  gtk_label_set_text (self->asked_by, asked);
  gtk_label_set_text (self->time, time);
  gtk_image_set_from_icon_name (self->icon, bh_run_state_icon (BH_RUN_NEEDS_YOU));
  if (g_strcmp0 (bh_markdown_get_text (self->markdown), text) != 0)
    bh_markdown_set_text (self->markdown, text != NULL ? text : "");
  show_answer (self, row);
}

static void
unbind (BhRowView *view)
{
  bh_markdown_set_text (BH_QUESTION_ROW (view)->markdown, "");
}

static char *
describe (BhTimelineRow *row)
{
  BhQuestionSet *set = bh_timeline_row_get_question (row);
  BhRow *record = bh_timeline_row_get_row (row);
  g_autofree char *asked = get_asked (row), *text = NULL, *answer = NULL;

  text = set != NULL ? bh_question_set_one_line (set) : g_strdup (record->head != NULL ? record->head : "");
  if (is_open (row))
    /* Translators: for screen readers: "Codex asks", the question */
    return g_strdup_printf (_ ("Question, %s: %s, open"), asked, text);
  answer = get_answer (set, record->state);
  /* Translators: for screen readers: "Codex asks", the question, "You answered: Header" */
  return g_strdup_printf (_ ("Question, %s: %s, %s"), asked, text, answer);
}

static void
bh_question_row_class_init (BhQuestionRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  BH_ROW_VIEW_CLASS (klass)->update = update;
  BH_ROW_VIEW_CLASS (klass)->unbind = unbind;
  BH_ROW_VIEW_CLASS (klass)->describe = describe;
  g_type_ensure (BH_TYPE_MARKDOWN);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-question-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BhQuestionRow, bubble);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionRow, icon);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionRow, asked_by);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionRow, time);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionRow, markdown);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionRow, answer_box);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionRow, answer_icon);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionRow, answer);
  gtk_widget_class_bind_template_child (widget_class, BhQuestionRow, button);
}

static void
bh_question_row_init (BhQuestionRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

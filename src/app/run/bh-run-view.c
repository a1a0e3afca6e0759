/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-run-view-private.h"

#include "app/run/bh-question-row.h"
#include "app/widgets/bh-accessible.h"
#include "app/widgets/bh-markdown-plan.h"
#include "app/widgets/bh-status.h"
#include "client/bh-engine-names.h"

/* bytes of a question in the banner */
#define BANNER_MAX 100

G_DEFINE_FINAL_TYPE (BhRunView, bh_run_view, ADW_TYPE_NAVIGATION_PAGE)

typedef enum
{
  PROP_RUN = 1,
} BhRunViewProp;

static GParamSpec *properties[PROP_RUN + 1];

/* --- what is announced --------------------------------------------------------------------------------- */

static void
announce (BhRunView *self, const char *text, GtkAccessibleAnnouncementPriority priority)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_accessible_announce (GTK_ACCESSIBLE (self->view), text, priority);
}

static void
announce_question (BhRunView *self, const BhQuestionSet *set, const char *text)
{
  if (g_set_str (&self->announced, set->id))
    announce (self, text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static void
announce_end (BhRunView *self, BhRunState state)
{
  gboolean over = bh_run_state_is_terminal (state);

  if (over && !self->was_over)
    {
      /* Translators: a Run's name, its state: "Fix the login: Completed" */
      g_autofree char *text =
          g_strdup_printf (_ ("%s: %s"), bh_run_item_get_name (self->run), bh_run_state_label (state));

      announce (self, text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
    }
  self->was_over = over;
}

/* --- what is shown ------------------------------------------------------------------------------------- */

static void
show_pill (BhRunView *self, BhRunState state)
{
  static const char *const classes[] = { "accent", "success", "warning", "error", "dim-label" };
  const char *unknown = bh_run_item_get_unknown_state (self->run);
  const char *label = unknown != NULL ? unknown : bh_run_state_label (state);

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    gtk_widget_remove_css_class (self->pill, classes[i]);
  gtk_widget_add_css_class (self->pill, bh_run_state_css_class (state));
  gtk_image_set_from_icon_name (self->pill_icon, bh_run_state_icon (state));
  gtk_label_set_text (self->pill_label, label);
  gtk_widget_set_tooltip_text (self->pill, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->pill), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
run_changed_cb (BhRunView *self)
{
  BhRunState state = bh_run_item_get_state (self->run);
  const char *name = bh_run_item_get_name (self->run);

  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), *name != '\0' ? name : _ ("Run"));
  adw_window_title_set_title (self->heading, name);
  show_pill (self, state);
  bh_run_view_update_actions (self);
  announce_end (self, state);
}

/* Translators: who asks, and what: "Codex asks: Where should it live?" */
static char *
join_asker (const char *author, const char *question)
{
  /* “Codex asks for permission” says it itself */
  return g_str_has_prefix (question, author) ? g_strdup (question)
                                             : g_strdup_printf (_ ("%s asks: %s"), author, question);
}

/* A line or two: all of it is in the timeline, and in what the button opens. */
static char *
get_banner_title (const BhQuestionSet *set, const char *author)
{
  g_autofree char *question = NULL;

  if (set->questions->len != 1)
    /* Translators: who asks, and how many: "Codex asks 3 questions" */
    return g_strdup_printf (ngettext ("%s asks %u question", "%s asks %u questions", set->questions->len),
                            author, set->questions->len);
  question = bh_markdown_line (((BhQuestion *) set->questions->pdata[0])->text, BANNER_MAX);
  return join_asker (author, question);
}

static void
question_changed_cb (BhRunView *self)
{
  BhQuestionSet *set = self->timeline != NULL ? bh_timeline_get_question (self->timeline) : NULL;
  g_autofree char *author = NULL, *question = NULL, *text = NULL, *title = NULL;

  if (set == NULL)
    {
      adw_banner_set_revealed (self->banner, FALSE);
      return;
    }
  author = bh_author_label (set->asked_by);
  question = bh_question_set_one_line (set);
  text = join_asker (author, question);
  title = get_banner_title (set, author);
  adw_banner_set_title (self->banner, title);
  adw_banner_set_revealed (self->banner, TRUE);
  announce_question (self, set, text);
}

static void
problem_changed_cb (BhRunView *self)
{
  const char *problem = self->timeline != NULL ? bh_timeline_get_problem (self->timeline) : NULL;

  if (problem != NULL)
    {
      adw_status_page_set_title (self->problem, _ ("This Run Can Not Be Shown"));
      /* a status page's description is markup */
      g_autofree char *escaped = g_markup_escape_text (problem, -1);
      adw_status_page_set_description (self->problem, escaped);
      gtk_widget_set_visible (self->try_again, !bh_timeline_get_deleted (self->timeline));
      gtk_stack_set_visible_child_name (self->stack, "problem");
    }
  else
    gtk_stack_set_visible_child_name (self->stack, "run");
}

/* What fails again takes the place of the timeline again. */
static void
try_again_cb (BhRunView *self)
{
  bh_timeline_retry (self->timeline);
}

static void
banner_clicked_cb (BhRunView *self)
{
  bh_run_view_answer (self, NULL);
}

/* Who says something wants to see it, and what comes of it. */
static void
sent_cb (BhRunView *self)
{
  bh_timeline_view_go_to_end (self->view);
}

static void
show_timeline (BhRunView *self)
{
  bh_timeline_view_set_timeline (self->view, self->timeline);
  bh_chat_composer_set_timeline (self->composer, self->timeline);
  bh_run_details_set_timeline (self->details, self->timeline);
  bh_find_bar_set_timeline (self->find_bar, self->timeline);
  problem_changed_cb (self);
  question_changed_cb (self);
}

static void
set_run (BhRunView *self, BhRunItem *run, BhTimeline *timeline)
{
  if (!g_set_object (&self->run, run))
    return;
  g_set_object (&self->timeline, timeline);
  self->was_over = run != NULL && bh_run_state_is_terminal (bh_run_item_get_state (run));
  g_signal_group_set_target (self->timeline_signals, self->timeline);
  g_signal_group_set_target (self->run_signals, run);
  show_timeline (self);
  if (run != NULL)
    run_changed_cb (self);
  else
    {
      adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), _ ("Run"));
      adw_window_title_set_title (self->heading, "");
      bh_run_view_update_actions (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUN]);
}

void
bh_run_view_set_timeline (BhRunView *self, BhRunItem *run, BhTimeline *timeline)
{
  g_return_if_fail (BH_IS_RUN_VIEW (self));
  g_return_if_fail (BH_IS_RUN_ITEM (run));
  g_return_if_fail (BH_IS_TIMELINE (timeline));
  set_run (self, run, timeline);
}

void
bh_run_view_set_run (BhRunView *self, BhRunItem *run)
{
  BhConnection *connection = run != NULL ? bh_run_item_get_connection (run) : NULL;
  g_autoptr (BhTimeline) timeline = NULL;

  g_return_if_fail (BH_IS_RUN_VIEW (self));
  g_return_if_fail (run == NULL || BH_IS_RUN_ITEM (run));
  if (connection != NULL && run != self->run)
    timeline = bh_timeline_new (connection, bh_run_item_get_id (run));
  set_run (self, run, timeline);
}

BhRunItem *
bh_run_view_get_run (BhRunView *self)
{
  g_return_val_if_fail (BH_IS_RUN_VIEW (self), NULL);
  return self->run;
}

void
bh_run_view_show_row (BhRunView *self, guint64 row)
{
  g_return_if_fail (BH_IS_RUN_VIEW (self));
  bh_timeline_view_show_row (self->view, row, FALSE);
}

void
bh_run_view_focus_message (BhRunView *self)
{
  g_return_if_fail (BH_IS_RUN_VIEW (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->composer));
}

/* --- the widget ---------------------------------------------------------------------------------------- */

static void
bh_run_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch ((BhRunViewProp) prop_id)
    {
    case PROP_RUN:
      g_value_set_object (value, BH_RUN_VIEW (object)->run);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_run_view_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  switch ((BhRunViewProp) prop_id)
    {
    case PROP_RUN:
      bh_run_view_set_run (BH_RUN_VIEW (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_run_view_dispose (GObject *object)
{
  BhRunView *self = BH_RUN_VIEW (object);

  g_clear_object (&self->run_signals);
  g_clear_object (&self->timeline_signals);
  g_clear_object (&self->timeline);
  g_clear_object (&self->run);
  gtk_widget_dispose_template (GTK_WIDGET (self), BH_TYPE_RUN_VIEW);
  G_OBJECT_CLASS (bh_run_view_parent_class)->dispose (object);
}

static void
bh_run_view_finalize (GObject *object)
{
  g_free (BH_RUN_VIEW (object)->announced);
  G_OBJECT_CLASS (bh_run_view_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *klass)
{
  gtk_widget_class_bind_template_child (klass, BhRunView, heading);
  gtk_widget_class_bind_template_child (klass, BhRunView, details_button);
  gtk_widget_class_bind_template_child (klass, BhRunView, menu_button);
  gtk_widget_class_bind_template_child (klass, BhRunView, stop_button);
  gtk_widget_class_bind_template_child (klass, BhRunView, pill);
  gtk_widget_class_bind_template_child (klass, BhRunView, pill_icon);
  gtk_widget_class_bind_template_child (klass, BhRunView, pill_label);
  gtk_widget_class_bind_template_child (klass, BhRunView, find_bar);
  gtk_widget_class_bind_template_child (klass, BhRunView, banner);
  gtk_widget_class_bind_template_child (klass, BhRunView, stack);
  gtk_widget_class_bind_template_child (klass, BhRunView, problem);
  gtk_widget_class_bind_template_child (klass, BhRunView, try_again);
  gtk_widget_class_bind_template_child (klass, BhRunView, split);
  gtk_widget_class_bind_template_child (klass, BhRunView, view);
  gtk_widget_class_bind_template_child (klass, BhRunView, composer);
  gtk_widget_class_bind_template_child (klass, BhRunView, details);
  gtk_widget_class_bind_template_callback (klass, banner_clicked_cb);
  gtk_widget_class_bind_template_callback (klass, try_again_cb);
  gtk_widget_class_bind_template_callback (klass, sent_cb);
}

static void
bh_run_view_class_init (BhRunViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = bh_run_view_dispose;
  object_class->finalize = bh_run_view_finalize;
  object_class->get_property = bh_run_view_get_property;
  object_class->set_property = bh_run_view_set_property;
  properties[PROP_RUN] =
      g_param_spec_object ("run", NULL, NULL, BH_TYPE_RUN_ITEM,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
  g_type_ensure (BH_TYPE_TIMELINE_VIEW);
  g_type_ensure (BH_TYPE_CHAT_COMPOSER);
  g_type_ensure (BH_TYPE_RUN_DETAILS);
  g_type_ensure (BH_TYPE_FIND_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-run-view.ui");
  bind_children (widget_class);
  bh_run_view_install_actions (widget_class);
}

static void
bh_run_view_init (BhRunView *self)
{
  self->run_signals = g_signal_group_new (BH_TYPE_RUN_ITEM);
  self->timeline_signals = g_signal_group_new (BH_TYPE_TIMELINE);
  gtk_widget_init_template (GTK_WIDGET (self));
  bh_accessible_name_menu (self->menu_button);
  bh_find_bar_set_view (self->find_bar, self->view);
  g_signal_group_connect_swapped (self->run_signals, "notify::run", G_CALLBACK (run_changed_cb), self);
  g_signal_group_connect_swapped (self->timeline_signals, "notify::question",
                                  G_CALLBACK (question_changed_cb), self);
  g_signal_group_connect_swapped (self->timeline_signals, "notify::problem", G_CALLBACK (problem_changed_cb),
                                  self);
  g_signal_connect_object (bh_engine_names_get (), "changed", G_CALLBACK (question_changed_cb), self,
                           G_CONNECT_SWAPPED);
  bh_run_view_update_actions (self);
}

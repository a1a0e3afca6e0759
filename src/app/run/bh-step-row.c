/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-step-row.h"

#include "app/run/bh-step-body.h"
#include "app/widgets/bh-markdown.h"
#include "app/widgets/bh-status.h"
#include "protocol/bh-text.h"

/* bytes */
#define TITLE_MAX 300

struct _BhStepRow
{
  BhRowView parent_instance;

  GtkBox *box;
  GtkWidget *header;
  GtkImage *arrow;
  GtkImage *icon;
  GtkLabel *engine;
  GtkLabel *tool;
  GtkLabel *title;
  GtkLabel *duration;
  GtkLabel *outcome;
  GtkImage *outcome_icon;

  BhRowView *body;     /* (nullable): a BhStepBody while the step is expanded */
  BhMarkdown *summary; /* (nullable): of the report of a result, which is there to be read */
  guint tick;
  const char *css_class; /* (nullable): of the outcome that is shown, and its state */
  BhRowState state;
};

G_DEFINE_FINAL_TYPE (BhStepRow, bh_step_row, BH_TYPE_ROW_VIEW)

static BhRow *
get_record (BhStepRow *self)
{
  BhTimelineRow *row = bh_row_view_get_row (BH_ROW_VIEW (self));

  return row != NULL ? bh_timeline_row_get_row (row) : NULL;
}

static char *
get_duration (const BhRow *record)
{
  gint64 us = record->duration_us;

  if (us < 0 && record->state == BH_ROW_OPEN && record->started_at > 0)
    us = MAX (g_get_real_time () - record->started_at, 0) / G_USEC_PER_SEC * G_USEC_PER_SEC;
  return us >= 0 ? bh_format_duration (us) : g_strdup ("");
}

static void
show_duration (BhStepRow *self)
{
  g_autofree char *text = get_duration (get_record (self));

  gtk_label_set_text (self->duration, text);
}

static gboolean
tick_cb (gpointer data)
{
  show_duration (data);
  return G_SOURCE_CONTINUE;
}

/* The clock of a step under way goes only where it is seen. */
static void
update_tick (BhStepRow *self)
{
  BhRow *record = get_record (self);
  gboolean runs = record != NULL && record->state == BH_ROW_OPEN && gtk_widget_get_mapped (GTK_WIDGET (self));

  if (runs == (self->tick != 0))
    return;
  if (runs)
    self->tick = g_timeout_add_seconds (1, tick_cb, self);
  else
    g_clear_handle_id (&self->tick, g_source_remove);
}

/* "" where the icon says it all. */
static char *
get_outcome (const BhRow *record)
{
  if (record->state == BH_ROW_FAILED && record->exit_status >= 0)
    /* Translators: of a command */
    return g_strdup_printf (_ ("exit status %d"), record->exit_status);
  return g_strdup (record->state == BH_ROW_DONE ? "" : bh_row_state_label (record->state));
}

/* Rows alike come one after the other: what is as it was is left alone. */
static void
set_icon (GtkImage *image, const char *name)
{
  if (g_strcmp0 (gtk_image_get_icon_name (image), name) != 0)
    gtk_image_set_from_icon_name (image, name);
}

static void
show_state (BhStepRow *self, BhRowState state)
{
  const char *label = bh_row_state_label (state);
  const char *css_class = bh_row_state_css_class (state);

  if (self->css_class == css_class && self->state == state)
    return;
  if (self->css_class != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self->outcome_icon), self->css_class);
  gtk_widget_add_css_class (GTK_WIDGET (self->outcome_icon), css_class);
  self->css_class = css_class;
  self->state = state;
  set_icon (self->outcome_icon, bh_row_state_icon (state));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->outcome_icon), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

static gboolean
outcome_tooltip_cb (BhStepRow *self, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  gtk_tooltip_set_text (tooltip, bh_row_state_label (self->state));
  return TRUE;
}

static void
show_outcome (BhStepRow *self, const BhRow *record)
{
  g_autofree char *text = get_outcome (record);

  show_state (self, record->state);
  gtk_label_set_text (self->outcome, text);
  gtk_widget_set_visible (GTK_WIDGET (self->outcome), *text != '\0');
}

static void
drop_body (BhStepRow *self)
{
  if (self->body == NULL)
    return;
  bh_row_view_set_row (self->body, NULL);
  gtk_box_remove (self->box, GTK_WIDGET (self->body));
  self->body = NULL;
}

static void
show_body (BhStepRow *self, BhTimelineRow *row)
{
  gboolean expanded = bh_timeline_row_get_expanded (row);

  set_icon (self->arrow, expanded ? "pan-down-symbolic" : "pan-end-symbolic");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->header), GTK_ACCESSIBLE_STATE_EXPANDED, expanded, -1);
  if (!expanded)
    {
      drop_body (self);
      return;
    }
  if (self->body == NULL)
    {
      self->body = g_object_new (BH_TYPE_STEP_BODY, NULL);
      gtk_box_append (self->box, GTK_WIDGET (self->body));
    }
  bh_row_view_set_row (self->body, row);
}

/* What a report begins with is shown without opening it. */
static gboolean
has_summary (BhTimelineRow *row)
{
  BhRow *record = bh_timeline_row_get_row (row);

  return g_strcmp0 (record->tool, "report job result") == 0 && record->head != NULL &&
         *record->head != '\0' && !bh_timeline_row_get_expanded (row);
}

static void
show_summary (BhStepRow *self, BhTimelineRow *row)
{
  BhRow *record = bh_timeline_row_get_row (row);
  gboolean shown = has_summary (row);

  if (shown && self->summary == NULL)
    {
      self->summary = BH_MARKDOWN (bh_markdown_new ());
      gtk_widget_add_css_class (GTK_WIDGET (self->summary), "timeline-summary");
      gtk_box_append (self->box, GTK_WIDGET (self->summary));
    }
  if (self->summary == NULL)
    return;
  gtk_widget_set_visible (GTK_WIDGET (self->summary), shown);
  if (g_strcmp0 (bh_markdown_get_text (self->summary), shown ? record->head : "") != 0)
    bh_markdown_set_text (self->summary, shown ? record->head : "");
}

/* A label lays out all of a line, however little of it is seen. */
static char *
get_title (const BhRow *record)
{
  return record->title != NULL ? bh_text_one_line (record->title, TITLE_MAX) : g_strdup ("");
}

static void
show_engine (BhStepRow *self, BhTimelineRow *row)
{
  const char *engine = bh_timeline_row_get_other_engine (row);
  g_autofree char *name = engine != NULL ? bh_author_label (engine) : NULL;

  if (name != NULL)
    gtk_label_set_text (self->engine, name);
  gtk_widget_set_visible (GTK_WIDGET (self->engine), name != NULL);
}

/* (transfer full): after whose it is, where that is not the Run's own engine */
static char *
describe_tool (BhTimelineRow *row)
{
  const char *tool = bh_timeline_row_get_row (row)->tool, *engine = bh_timeline_row_get_other_engine (row);
  g_autofree char *name = engine != NULL ? bh_author_label (engine) : NULL;

  if (name != NULL && tool != NULL)
    return g_strdup_printf ("%s, %s", name, tool);
  return name != NULL ? g_steal_pointer (&name) : g_strdup (tool != NULL ? tool : "");
}

static char *
describe (BhTimelineRow *row)
{
  BhRow *record = bh_timeline_row_get_row (row);
  g_autofree char *outcome = get_outcome (record), *title = get_title (record);
  g_autofree char *duration = get_duration (record), *tool = describe_tool (row);
  GString *text;

  /* Translators: for screen readers: tool, title */
  text = g_string_new (NULL);
  g_string_printf (text, _ ("Step, %s, %s"), tool, title);
  g_string_append_printf (text, ", %s", bh_row_state_label (record->state));
  if (record->state == BH_ROW_FAILED && record->exit_status >= 0)
    g_string_append_printf (text, ", %s", outcome);
  if (has_summary (row))
    g_string_append_printf (text, ", %s", record->head);
  else if (record->duration_us >= 0)
    g_string_append_printf (text, ", %s", duration);
  return g_string_free_and_steal (text);
}

static void
update (BhRowView *view)
{
  BhStepRow *self = BH_STEP_ROW (view);
  BhTimelineRow *row = bh_row_view_get_row (view);
  BhRow *record = bh_timeline_row_get_row (row);
  g_autofree char *label = NULL, *title = NULL;

  if (record == NULL)
    return;
  title = get_title (record);
  set_icon (self->icon, bh_tool_icon (record->tool));
  show_engine (self, row);
  gtk_label_set_text (self->tool, record->tool != NULL ? record->tool : "");
  gtk_label_set_text (self->title, title);
  show_duration (self);
  show_outcome (self, record);
  update_tick (self);
  show_body (self, row);
  show_summary (self, row);
  label = describe (row);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->header), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
unbind (BhRowView *view)
{
  BhStepRow *self = BH_STEP_ROW (view);

  g_clear_handle_id (&self->tick, g_source_remove);
  drop_body (self);
  if (self->summary != NULL)
    gtk_box_remove (self->box, GTK_WIDGET (g_steal_pointer (&self->summary)));
}

static void
toggle_cb (BhStepRow *self)
{
  BhTimelineRow *row = bh_row_view_get_row (BH_ROW_VIEW (self));

  gtk_widget_activate_action (GTK_WIDGET (self), "timeline.toggle", "u", bh_timeline_row_get_position (row));
}

static void
bh_step_row_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (bh_step_row_parent_class)->map (widget);
  if (get_record (BH_STEP_ROW (widget)) != NULL)
    show_duration (BH_STEP_ROW (widget));
  update_tick (BH_STEP_ROW (widget));
}

static void
bh_step_row_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (bh_step_row_parent_class)->unmap (widget);
  update_tick (BH_STEP_ROW (widget));
}

static void
bh_step_row_dispose (GObject *object)
{
  BhStepRow *self = BH_STEP_ROW (object);

  bh_row_view_set_row (BH_ROW_VIEW (object), NULL);
  g_clear_handle_id (&self->tick, g_source_remove);
  G_OBJECT_CLASS (bh_step_row_parent_class)->dispose (object);
}

static void
bh_step_row_class_init (BhStepRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_step_row_dispose;
  widget_class->map = bh_step_row_map;
  widget_class->unmap = bh_step_row_unmap;
  BH_ROW_VIEW_CLASS (klass)->update = update;
  BH_ROW_VIEW_CLASS (klass)->unbind = unbind;
  BH_ROW_VIEW_CLASS (klass)->describe = describe;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-step-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BhStepRow, box);
  gtk_widget_class_bind_template_child (widget_class, BhStepRow, header);
  gtk_widget_class_bind_template_child (widget_class, BhStepRow, arrow);
  gtk_widget_class_bind_template_child (widget_class, BhStepRow, icon);
  gtk_widget_class_bind_template_child (widget_class, BhStepRow, engine);
  gtk_widget_class_bind_template_child (widget_class, BhStepRow, tool);
  gtk_widget_class_bind_template_child (widget_class, BhStepRow, title);
  gtk_widget_class_bind_template_child (widget_class, BhStepRow, duration);
  gtk_widget_class_bind_template_child (widget_class, BhStepRow, outcome);
  gtk_widget_class_bind_template_child (widget_class, BhStepRow, outcome_icon);
  gtk_widget_class_bind_template_callback (widget_class, toggle_cb);
  gtk_widget_class_bind_template_callback (widget_class, outcome_tooltip_cb);
}

static void
bh_step_row_init (BhStepRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

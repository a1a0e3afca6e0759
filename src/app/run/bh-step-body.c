/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-step-body.h"

#include "app/widgets/bh-code-view.h"
#include "app/widgets/bh-status.h"

struct _BhStepBody
{
  BhRowView parent_instance;

  BhCodeView *call;
  GtkLabel *skipped;
  BhCodeView *result;
  GtkLabel *elided;
  GtkWidget *problem_box;
  GtkLabel *problem;
  GtkWidget *open;
  GtkWidget *save;

  gboolean shown[3]; /* by BhPart: the view has what the row has */
};

G_DEFINE_FINAL_TYPE (BhStepBody, bh_step_body, BH_TYPE_ROW_VIEW)

const char *
bh_step_call_language (const BhRow *row)
{
  if (g_strcmp0 (row->tool, "launch DevBox") == 0)
    return "json";
  if (g_strcmp0 (row->tool, "exec in DevBox") == 0)
    return "sh";
  return NULL;
}

const char *
bh_step_result_language (const char *text)
{
  if (text != NULL && (g_str_has_prefix (text, "diff --git ") || g_str_has_prefix (text, "--- ")))
    return "diff";
  return NULL;
}

/* Of what is under way, has failed or was cut the end is what matters; appended to nothing it stays in sight.
 */
static gboolean
begins_at_end (BhTimelineRow *row, BhPart part)
{
  return part == BH_PART_RESULT &&
         (bh_timeline_row_get_row (row)->state != BH_ROW_DONE || bh_timeline_row_get_skipped (row, part) > 0);
}

static void
show_part (BhStepBody *self, BhPart part)
{
  BhTimelineRow *row = bh_row_view_get_row (BH_ROW_VIEW (self));
  BhCodeView *view = part == BH_PART_CALL ? self->call : self->result;
  gsize length = 0;
  const char *text = bh_timeline_row_get_text (row, part, &length);

  self->shown[part] = text != NULL;
  g_object_set (view, "language",
                part == BH_PART_CALL ? bh_step_call_language (bh_timeline_row_get_row (row))
                                     : bh_step_result_language (text),
                NULL);
  g_object_set (view, "shows-end", text != NULL && begins_at_end (row, part), NULL);
  bh_code_view_set_text (view, text != NULL ? text : "", text != NULL ? (gssize) length : 0);
}

static void
set_note (GtkLabel *label, char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
  g_free (text);
}

/* What is not to be seen of the result, and where it is. */
static void
show_notes (BhStepBody *self)
{
  BhTimelineRow *row = bh_row_view_get_row (BH_ROW_VIEW (self));
  guint64 skipped = bh_timeline_row_get_skipped (row, BH_PART_RESULT);
  guint64 elided = bh_timeline_row_get_elided (row);
  guint64 bytes = bh_timeline_row_get_bytes (row, BH_PART_RESULT);
  BhRow *record = bh_timeline_row_get_row (row);
  g_autofree char *before = bh_format_bytes (skipped), *gone = bh_format_bytes (elided);
  gboolean silent = bytes == 0 && record != NULL && record->state != BH_ROW_OPEN;

  /* Translators: an amount as "4.2 MB" */
  set_note (self->skipped,
            skipped > 0 ? g_strdup_printf (_ ("%s before this: open in a window or save to see all"), before)
            : silent    ? g_strdup (_ ("No output"))
                        : NULL);
  /* Translators: an amount as "4.2 MB" */
  set_note (self->elided,
            elided > 0 ? g_strdup_printf (_ ("%s from the middle of the output were not kept"), gone) : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->result), !silent);
}

static void
show_problem (BhStepBody *self)
{
  const char *problem = bh_timeline_row_get_problem (bh_row_view_get_row (BH_ROW_VIEW (self)));

  gtk_label_set_text (self->problem, problem != NULL ? problem : "");
  gtk_widget_set_visible (self->problem_box, problem != NULL);
}

static void
set_target (BhStepBody *self, GtkWidget *button)
{
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "(tu)",
                                    (guint64) bh_timeline_row_get_position (
                                        bh_row_view_get_row (BH_ROW_VIEW (self))),
                                    (guint) BH_PART_RESULT);
}

static void
update (BhRowView *view)
{
  BhStepBody *self = BH_STEP_BODY (view);
  BhTimelineRow *row = bh_row_view_get_row (view);

  if (!bh_timeline_row_get_loaded (row))
    return;
  set_target (self, self->open);
  set_target (self, self->save);
  gtk_widget_set_visible (GTK_WIDGET (self->call), bh_timeline_row_get_bytes (row, BH_PART_CALL) > 0);
  for (BhPart part = BH_PART_CALL; part <= BH_PART_RESULT; part++)
    if (!self->shown[part])
      show_part (self, part);
  show_notes (self);
  show_problem (self);
}

static void
reset (BhRowView *view, BhPart part)
{
  BhStepBody *self = BH_STEP_BODY (view);

  /* collapsing drops the texts first, then comes the end of this widget */
  if (part == BH_PART_TEXT || !bh_timeline_row_get_expanded (bh_row_view_get_row (view)))
    return;
  show_part (self, part);
  show_notes (self);
}

/* What it is is known once its first line is there; of what grows long that line goes, and the colours stay.
 */
static void
show_result_language (BhStepBody *self)
{
  BhTimelineRow *row = bh_row_view_get_row (BH_ROW_VIEW (self));
  const char *language = bh_step_result_language (bh_timeline_row_get_text (row, BH_PART_RESULT, NULL));

  if (language != NULL)
    g_object_set (self->result, "language", language, NULL);
}

static void
appended (BhRowView *view, BhPart part, const char *text)
{
  BhStepBody *self = BH_STEP_BODY (view);

  if (part == BH_PART_CALL)
    bh_code_view_append (self->call, text, 0);
  else if (part == BH_PART_RESULT)
    {
      bh_code_view_append (self->result, text, BH_TIMELINE_TAIL_MAX);
      show_result_language (self);
    }
}

static void
bytes_changed (BhRowView *view, BhPart part)
{
  if (part == BH_PART_RESULT)
    show_notes (BH_STEP_BODY (view));
}

static void
unbind (BhRowView *view)
{
  BhStepBody *self = BH_STEP_BODY (view);

  self->shown[BH_PART_CALL] = self->shown[BH_PART_RESULT] = FALSE;
}

static void
retry_cb (BhStepBody *self)
{
  bh_timeline_row_retry (bh_row_view_get_row (BH_ROW_VIEW (self)));
}

static GtkWidget *
add_button (BhStepBody *self, const char *icon, const char *label, const char *action)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "(tu)", (guint64) 0, (guint) BH_PART_RESULT);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  bh_code_view_add_action (self->result, button);
  return button;
}

static void
bh_step_body_class_init (BhStepBodyClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  BhRowViewClass *view_class = BH_ROW_VIEW_CLASS (klass);

  view_class->update = update;
  view_class->reset = reset;
  view_class->appended = appended;
  view_class->bytes_changed = bytes_changed;
  view_class->unbind = unbind;
  g_type_ensure (BH_TYPE_CODE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-step-body.ui");
  gtk_widget_class_bind_template_child (widget_class, BhStepBody, call);
  gtk_widget_class_bind_template_child (widget_class, BhStepBody, skipped);
  gtk_widget_class_bind_template_child (widget_class, BhStepBody, result);
  gtk_widget_class_bind_template_child (widget_class, BhStepBody, elided);
  gtk_widget_class_bind_template_child (widget_class, BhStepBody, problem_box);
  gtk_widget_class_bind_template_child (widget_class, BhStepBody, problem);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
}

static void
bh_step_body_init (BhStepBody *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->open = add_button (self, "view-fullscreen-symbolic", _ ("Open in Window"), "run.open-body");
  self->save = add_button (self, "document-save-symbolic", _ ("Save…"), "run.save-body");
}

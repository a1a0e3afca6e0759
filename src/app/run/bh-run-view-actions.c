/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/run/bh-run-view-private.h"

#include "app/bh-find-run.h"
#include "app/bh-window.h"
#include "app/run/bh-body-window.h"
#include "app/runs/bh-run-commands.h"
#include "app/widgets/bh-status.h"
#include "client/bh-future.h"

/* bytes: what others are still glad to be given */
#define COPY_MAX (16 * 1024 * 1024)

/* --- the Run ------------------------------------------------------------------------------------------- */

typedef void (*RunCommand) (GtkWidget *widget, BhRunItem *run);

static void
command_action (GtkWidget *widget, const char *name, GVariant *target)
{
  static const struct
  {
    const char *name;
    RunCommand command;
  } commands[] = {
    { "run.stop", bh_run_stop },           { "run.rename", bh_run_rename }, { "run.again", bh_run_again },
    { "run.copy-link", bh_run_copy_link }, { "run.delete", bh_run_delete },
  };
  BhRunView *self = BH_RUN_VIEW (widget);

  for (guint i = 0; self->run != NULL && i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (name, commands[i].name))
      commands[i].command (widget, self->run);
}

static void
details_action (GtkWidget *widget, const char *name, GVariant *target)
{
  BhRunView *self = BH_RUN_VIEW (widget);

  adw_overlay_split_view_set_show_sidebar (self->split,
                                           !adw_overlay_split_view_get_show_sidebar (self->split));
}

static void
find_action (GtkWidget *widget, const char *name, GVariant *target)
{
  bh_find_bar_begin (BH_RUN_VIEW (widget)->find_bar);
}

static void
collapse_all_action (GtkWidget *widget, const char *name, GVariant *target)
{
  bh_timeline_collapse_all (BH_RUN_VIEW (widget)->timeline);
}

/* --- questions ----------------------------------------------------------------------------------------- */

void
bh_run_view_answer (BhRunView *self, const char *question_id)
{
  BhWindow *window = bh_window_of (GTK_WIDGET (self));
  BhQuestionSet *set = NULL;

  if (self->timeline == NULL || window == NULL)
    return;
  if (question_id != NULL && *question_id != '\0')
    set = bh_timeline_lookup_question (self->timeline, question_id);
  if (set == NULL)
    set = bh_timeline_get_question (self->timeline);
  if (set != NULL)
    bh_window_ask (window, bh_timeline_get_connection (self->timeline), set,
                   bh_run_item_get_name (self->run));
}

static void
answer_action (GtkWidget *widget, const char *name, GVariant *target)
{
  bh_run_view_answer (BH_RUN_VIEW (widget), g_variant_get_string (target, NULL));
}

/* --- rows ---------------------------------------------------------------------------------------------- */

static void
copy_row_link_action (GtkWidget *widget, const char *name, GVariant *target)
{
  g_autofree char *link =
      bh_run_link (bh_run_item_get_id (BH_RUN_VIEW (widget)->run), (gint64) g_variant_get_uint64 (target));

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), link);
  bh_window_say_at (widget, _ ("Link copied"));
}

/* What is to be read of a row now: what is loaded of its result and call, else its text. */
static char *
get_row_text (BhTimelineRow *row)
{
  BhRow *record = bh_timeline_row_get_row (row);
  const char *call = bh_timeline_row_get_text (row, BH_PART_CALL, NULL);
  const char *result = bh_timeline_row_get_text (row, BH_PART_RESULT, NULL);

  if (record == NULL || record->kind != BH_ROW_STEP)
    return g_strdup (bh_timeline_row_get_text (row, BH_PART_TEXT, NULL));
  if (call != NULL && result != NULL)
    return g_strconcat (call, g_str_has_suffix (call, "\n") ? "" : "\n", result, NULL);
  return g_strjoin ("\n", record->title != NULL ? record->title : "", record->head, NULL);
}

/* `bytes` of `total` are in `text`. */
static void
copy_text (GtkWidget *widget, const char *text, guint64 bytes, guint64 total)
{
  g_autofree char *copied = bh_format_bytes (bytes), *all = bh_format_bytes (total), *said = NULL;

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  /* Translators: amounts as "16.8 MB" */
  said = bytes < total ? g_strdup_printf (_ ("%s of %s copied"), copied, all) : g_strdup (_ ("Text copied"));
  bh_window_say_at (widget, said);
}

static DexFuture *
text_loaded_cb (DexFuture *future, gpointer data)
{
  g_autoptr (GtkWidget) widget = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  const BhBodyText *body = value != NULL ? g_value_get_boxed (value) : NULL;

  if (widget == NULL || gtk_widget_get_root (widget) == NULL)
    return dex_future_new_true ();
  if (body != NULL)
    copy_text (widget, body->text, body->bytes, body->total);
  else
    bh_window_say_at (widget, error->message);
  return dex_future_new_true ();
}

/* Of a message only the beginning may be loaded, and never more than BH_TIMELINE_TEXT_MAX. */
static void
load_and_copy (BhRunView *self, BhTimelineRow *row)
{
  dex_future_disown (
      dex_future_finally (bh_connection_row_text (bh_timeline_get_connection (self->timeline),
                                                  bh_timeline_get_run_id (self->timeline),
                                                  bh_timeline_row_get_position (row), BH_PART_TEXT, COPY_MAX),
                          text_loaded_cb, bh_weak_ref_new (self), bh_weak_ref_free));
}

static void
copy_row_text_action (GtkWidget *widget, const char *name, GVariant *target)
{
  BhRunView *self = BH_RUN_VIEW (widget);
  g_autoptr (BhTimelineRow) row =
      g_list_model_get_item (G_LIST_MODEL (self->timeline), (guint) g_variant_get_uint64 (target));
  BhRow *record = row != NULL ? bh_timeline_row_get_row (row) : NULL;
  g_autofree char *text = row != NULL ? get_row_text (row) : NULL;
  guint64 total;

  if (record != NULL && record->kind == BH_ROW_MESSAGE && !bh_timeline_row_get_complete (row, BH_PART_TEXT))
    load_and_copy (self, row);
  else if (text != NULL)
    {
      /* of an output only the end is loaded */
      total = strlen (text) + bh_timeline_row_get_skipped (row, BH_PART_RESULT);
      copy_text (widget, text, strlen (text), total);
    }
}

/* (transfer full) (nullable): the row that `target` (tu) names, loaded. */
static BhTimelineRow *
get_target_row (BhRunView *self, GVariant *target, BhPart *part)
{
  g_autoptr (BhTimelineRow) row = NULL;
  guint64 position;
  guint wanted;

  g_variant_get (target, "(tu)", &position, &wanted);
  *part = wanted <= BH_PART_RESULT ? (BhPart) wanted : BH_PART_RESULT;
  row = g_list_model_get_item (G_LIST_MODEL (self->timeline), (guint) position);
  return row != NULL && bh_timeline_row_get_loaded (row) ? g_steal_pointer (&row) : NULL;
}

static void
open_body_action (GtkWidget *widget, const char *name, GVariant *target)
{
  BhRunView *self = BH_RUN_VIEW (widget);
  BhPart part;
  g_autoptr (BhTimelineRow) row = get_target_row (self, target, &part);
  BhBodyWindow *window;
  const char *title;

  if (row == NULL)
    return;
  title = bh_timeline_row_get_row (row)->title;
  window = bh_body_window_new (bh_timeline_get_connection (self->timeline),
                               bh_timeline_get_run_id (self->timeline), bh_timeline_row_get_position (row),
                               part, title != NULL ? title : bh_run_item_get_name (self->run),
                               bh_timeline_row_get_bytes (row, part));
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (gtk_widget_get_root (widget)));
  gtk_window_present (GTK_WINDOW (window));
}

/* --- files --------------------------------------------------------------------------------------------- */

static void
save_body_action (GtkWidget *widget, const char *name, GVariant *target)
{
  BhRunView *self = BH_RUN_VIEW (widget);
  BhPart part;
  g_autoptr (BhTimelineRow) row = get_target_row (self, target, &part);

  if (row != NULL)
    bh_run_view_save_body (self, bh_timeline_row_get_position (row), part);
}

static void
export_markdown_action (GtkWidget *widget, const char *name, GVariant *target)
{
  bh_run_view_export (BH_RUN_VIEW (widget), BH_EXPORT_MARKDOWN);
}

static void
export_json_action (GtkWidget *widget, const char *name, GVariant *target)
{
  bh_run_view_export (BH_RUN_VIEW (widget), BH_EXPORT_JSON);
}

/* ------------------------------------------------------------------------------------------------------- */

void
bh_run_view_install_actions (GtkWidgetClass *klass)
{
  static const char *const commands[] = { "run.stop", "run.rename", "run.again", "run.copy-link",
                                          "run.delete" };

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    gtk_widget_class_install_action (klass, commands[i], NULL, command_action);
  gtk_widget_class_install_action (klass, "run.details", NULL, details_action);
  gtk_widget_class_install_action (klass, "run.find", NULL, find_action);
  gtk_widget_class_install_action (klass, "run.collapse-all", NULL, collapse_all_action);
  gtk_widget_class_install_action (klass, "run.answer", "s", answer_action);
  gtk_widget_class_install_action (klass, "run.copy-row-link", "t", copy_row_link_action);
  gtk_widget_class_install_action (klass, "run.copy-row-text", "t", copy_row_text_action);
  gtk_widget_class_install_action (klass, "run.open-body", "(tu)", open_body_action);
  gtk_widget_class_install_action (klass, "run.save-body", "(tu)", save_body_action);
  gtk_widget_class_install_action (klass, "run.export-markdown", NULL, export_markdown_action);
  gtk_widget_class_install_action (klass, "run.export-json", NULL, export_json_action);
}

void
bh_run_view_update_actions (BhRunView *self)
{
  static const char *const all[] = { "run.rename",          "run.again",      "run.copy-link",
                                     "run.delete",          "run.details",    "run.find",
                                     "run.collapse-all",    "run.answer",     "run.copy-row-link",
                                     "run.copy-row-text",   "run.open-body",  "run.save-body",
                                     "run.export-markdown", "run.export-json" };
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean shown = self->timeline != NULL;
  gboolean active = shown && !bh_run_state_is_terminal (bh_run_item_get_state (self->run));

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    gtk_widget_action_set_enabled (widget, all[i], shown);
  /* whoever pressed it would have the focus nowhere */
  if (shown && !active && gtk_widget_is_focus (self->stop_button))
    gtk_widget_grab_focus (self->menu_button);
  gtk_widget_action_set_enabled (widget, "run.stop", active);
  gtk_widget_set_visible (self->stop_button, active);
  gtk_widget_set_visible (self->menu_button, shown);
  gtk_widget_set_sensitive (self->details_button, shown);
  gtk_widget_set_visible (self->pill, shown);
}

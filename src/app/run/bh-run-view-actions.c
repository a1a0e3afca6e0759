/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-run-view-private.h"

#include "app/bh-find-run.h"
#include "app/bh-window.h"
#include "app/run/bh-body-window.h"
#include "app/run/bh-run-export.h"
#include "app/runs/bh-run-commands.h"
#include "app/widgets/bh-status.h"

static BhWindow *
get_window (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);

  return BH_IS_WINDOW (root) ? BH_WINDOW (root) : NULL;
}

static void
say (GtkWidget *widget, const char *text)
{
  BhWindow *window = get_window (widget);

  if (window != NULL)
    bh_window_say (window, text);
}

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
  BhWindow *window = get_window (GTK_WIDGET (self));
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
  say (widget, _ ("Link copied"));
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

static void
copy_text (GtkWidget *widget, const char *text)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  say (widget, _ ("Text copied"));
}

static void
free_weak_ref (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static DexFuture *
text_loaded_cb (DexFuture *future, gpointer data)
{
  g_autoptr (GtkWidget) widget = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (widget == NULL || gtk_widget_get_root (widget) == NULL)
    return dex_future_new_true ();
  if (value != NULL)
    copy_text (widget, ((const BhBodyText *) g_value_get_boxed (value))->text);
  else
    say (widget, error->message);
  return dex_future_new_true ();
}

/* Of a message only the beginning may have been loaded. */
static void
load_and_copy (BhRunView *self, BhTimelineRow *row)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  dex_future_disown (dex_future_finally (bh_connection_row_body (bh_timeline_get_connection (self->timeline),
                                                                 bh_timeline_get_run_id (self->timeline),
                                                                 bh_timeline_row_get_position (row),
                                                                 BH_PART_TEXT, 0, BH_TIMELINE_TEXT_MAX),
                                         text_loaded_cb, weak, free_weak_ref));
}

static void
copy_row_text_action (GtkWidget *widget, const char *name, GVariant *target)
{
  BhRunView *self = BH_RUN_VIEW (widget);
  g_autoptr (BhTimelineRow) row =
      g_list_model_get_item (G_LIST_MODEL (self->timeline), (guint) g_variant_get_uint64 (target));
  BhRow *record = row != NULL ? bh_timeline_row_get_row (row) : NULL;
  g_autofree char *text = row != NULL ? get_row_text (row) : NULL;

  if (record != NULL && record->kind == BH_ROW_MESSAGE && !bh_timeline_row_get_complete (row, BH_PART_TEXT))
    load_and_copy (self, row);
  else if (text != NULL)
    copy_text (widget, text);
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

typedef struct
{
  GWeakRef page;
  BhConnection *connection;
  char *run_id;
  guint64 row;
  BhPart part;
  gboolean exports; /* else a body is saved */
  BhExportFormat format;
  GFile *file;
} Save;

static void
save_free (gpointer data)
{
  Save *self = data;

  g_weak_ref_clear (&self->page);
  g_object_unref (self->connection);
  g_free (self->run_id);
  g_clear_object (&self->file);
  g_free (self);
}

static Save *
save_new (BhRunView *page)
{
  Save *self = g_new0 (Save, 1);

  g_weak_ref_init (&self->page, page);
  self->connection = g_object_ref (bh_timeline_get_connection (page->timeline));
  self->run_id = g_strdup (bh_timeline_get_run_id (page->timeline));
  return self;
}

static DexFuture *
saved_cb (DexFuture *future, gpointer data)
{
  Save *save = data;
  g_autoptr (GtkWidget) page = g_weak_ref_get (&save->page);
  g_autoptr (GError) error = NULL;
  gboolean saved = dex_future_get_value (future, &error) != NULL;
  g_autofree char *name = g_file_get_parse_name (save->file);
  g_autofree char *base = g_path_get_basename (name);
  g_autofree char *text = NULL;

  if (page == NULL)
    return dex_future_new_true ();
  text = saved ? g_strdup_printf (_ ("Saved “%s”"), base)
               /* Translators: a file's name, what went wrong */
               : g_strdup_printf (_ ("“%s” could not be saved: %s"), base, error->message);
  say (page, text);
  return dex_future_new_true ();
}

static void
chosen_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Save *save = data;
  DexFuture *future;

  save->file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (object), result, NULL);
  if (save->file == NULL)
    {
      save_free (save);
      return;
    }
  future = save->exports
               ? bh_run_export (save->connection, save->run_id, save->format, save->file)
               : bh_connection_save_body (save->connection, save->run_id, save->row, save->part, save->file);
  dex_future_disown (dex_future_finally (future, saved_cb, save, save_free));
}

/* Takes `save`. */
static void
choose_file (BhRunView *self, const char *title, const char *name, Save *save)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, title);
  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL, chosen_cb, save);
}

static void
save_body_action (GtkWidget *widget, const char *name, GVariant *target)
{
  BhRunView *self = BH_RUN_VIEW (widget);
  BhPart part;
  g_autoptr (BhTimelineRow) row = get_target_row (self, target, &part);
  Save *save;

  if (row == NULL)
    return;
  save = save_new (self);
  save->row = bh_timeline_row_get_position (row);
  save->part = part;
  choose_file (self, _ ("Save Output"), part == BH_PART_CALL ? "call.txt" : "output.txt", save);
}

static void
export_run (BhRunView *self, BhExportFormat format)
{
  g_autofree char *name = bh_run_export_name (bh_run_item_get_name (self->run), format);
  Save *save = save_new (self);

  save->exports = TRUE;
  save->format = format;
  choose_file (self, _ ("Export Run"), name, save);
}

static void
export_markdown_action (GtkWidget *widget, const char *name, GVariant *target)
{
  export_run (BH_RUN_VIEW (widget), BH_EXPORT_MARKDOWN);
}

static void
export_json_action (GtkWidget *widget, const char *name, GVariant *target)
{
  export_run (BH_RUN_VIEW (widget), BH_EXPORT_JSON);
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
  gtk_widget_action_set_enabled (widget, "run.stop", active);
  gtk_widget_set_visible (self->stop_button, active);
  gtk_widget_set_visible (self->menu_button, shown);
  gtk_widget_set_sensitive (self->details_button, shown);
  gtk_widget_set_visible (self->pill, shown);
}

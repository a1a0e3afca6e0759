/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/runs/bh-run-commands.h"

#include <glib/gi18n.h>

#include "app/bh-find-run.h"
#include "app/bh-window.h"
#include "client/bh-connection.h"

/* --- calls whose failure is told ----------------------------------------------------------------------- */

typedef struct
{
  GWeakRef widget;
  BhRunItem *run;
  gboolean is_rename;
} Call;

static Call *
call_new (GtkWidget *widget, BhRunItem *run, gboolean is_rename)
{
  Call *self = g_new0 (Call, 1);

  g_weak_ref_init (&self->widget, widget);
  self->run = g_object_ref (run);
  self->is_rename = is_rename;
  return self;
}

static void
call_free (gpointer data)
{
  Call *self = data;

  g_weak_ref_clear (&self->widget);
  g_object_unref (self->run);
  g_free (self);
}

static DexFuture *
failed_cb (DexFuture *future, gpointer data)
{
  Call *call = data;
  g_autoptr (GtkWidget) widget = g_weak_ref_get (&call->widget);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  dex_future_get_value (future, &error);
  text = call->is_rename ? g_strdup_printf (_ ("“%s” could not be renamed: %s"),
                                            bh_run_item_get_name (call->run), error->message)
                         : g_strdup_printf (_ ("“%s” could not be stopped: %s"),
                                            bh_run_item_get_name (call->run), error->message);
  if (widget != NULL)
    bh_window_say_at (widget, text);
  return dex_future_new_true ();
}

/* Takes both. */
static void
tell_failure_of (DexFuture *future, Call *call)
{
  dex_future_disown (dex_future_catch (future, failed_cb, call, call_free));
}

/* --- stop ---------------------------------------------------------------------------------------------- */

static void
stop_now (GtkWidget *widget, BhRunItem *run)
{
  BhConnection *connection = bh_run_item_get_connection (run);

  if (connection != NULL && !bh_run_state_is_terminal (bh_run_item_get_state (run)))
    tell_failure_of (bh_connection_stop_run (connection, bh_run_item_get_id (run)),
                     call_new (widget, run, FALSE));
}

static void
stop_chosen_cb (Call *call)
{
  g_autoptr (GtkWidget) widget = g_weak_ref_get (&call->widget);

  if (widget != NULL)
    stop_now (widget, call->run);
}

static void
free_call_cb (gpointer data, GClosure *closure)
{
  call_free (data);
}

/* A DevBox that goes with the Run takes its files along, whatever the Run is doing. */
static gboolean
loses_files (const BhRun *run)
{
  return run->keep == BH_KEEP_REMOVE && run->box_id != NULL && g_strcmp0 (run->box_state, "gone") != 0;
}

/* What would be lost; NULL, and nobody needs to be asked. (transfer full) */
static char *
describe_loss (const BhRun *run)
{
  if (run->state == BH_RUN_RUNNING && run->keep == BH_KEEP_REMOVE)
    return g_strdup_printf (
        _ ("The step that “%s” is working on is cut short, and its DevBox is removed with all files in it."),
        run->name);
  if (run->state == BH_RUN_RUNNING)
    return g_strdup_printf (
        _ ("The step that “%s” is working on is cut short. What it has done so far is kept."), run->name);
  if (loses_files (run))
    return g_strdup_printf (_ ("The DevBox of “%s” is removed with all files in it."), run->name);
  return NULL;
}

void
bh_run_stop (GtkWidget *widget, BhRunItem *run)
{
  AdwDialog *dialog;
  g_autofree char *loss = NULL;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (BH_IS_RUN_ITEM (run));
  loss = describe_loss (bh_run_item_get_run (run));
  if (loss == NULL)
    {
      stop_now (widget, run);
      return;
    }
  dialog = adw_alert_dialog_new (_ ("Stop This Run?"), loss);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "stop", _ ("_Stop"),
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "stop", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response::stop", G_CALLBACK (stop_chosen_cb), call_new (widget, run, FALSE),
                         free_call_cb, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, widget);
}

/* --- rename -------------------------------------------------------------------------------------------- */

static void
rename_chosen_cb (Call *call, const char *response, AdwAlertDialog *dialog)
{
  g_autoptr (GtkWidget) widget = g_weak_ref_get (&call->widget);
  GtkEditable *entry = GTK_EDITABLE (adw_alert_dialog_get_extra_child (dialog));
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (entry)));
  BhConnection *connection = bh_run_item_get_connection (call->run);

  if (widget == NULL || connection == NULL || *name == '\0' ||
      g_str_equal (name, bh_run_item_get_name (call->run)))
    return;
  tell_failure_of (bh_connection_rename_run (connection, bh_run_item_get_id (call->run), name),
                   call_new (widget, call->run, TRUE));
}

static void
name_changed_cb (GtkEditable *entry, AdwAlertDialog *dialog)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (entry)));

  adw_alert_dialog_set_response_enabled (dialog, "rename", *name != '\0');
}

void
bh_run_rename (GtkWidget *widget, BhRunItem *run)
{
  AdwDialog *dialog;
  GtkWidget *entry;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (BH_IS_RUN_ITEM (run));
  dialog = adw_alert_dialog_new (_ ("Rename Run"), NULL);
  entry = gtk_entry_new ();
  gtk_editable_set_text (GTK_EDITABLE (entry), bh_run_item_get_name (run));
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Name"), -1);
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), entry);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "rename", _ ("_Rename"),
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "rename", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "rename");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect (entry, "changed", G_CALLBACK (name_changed_cb), dialog);
  g_signal_connect_data (dialog, "response::rename", G_CALLBACK (rename_chosen_cb),
                         call_new (widget, run, TRUE), free_call_cb, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, widget);
  gtk_widget_grab_focus (entry);
}

/* --- the rest ------------------------------------------------------------------------------------------ */

void
bh_run_answer (GtkWidget *widget, BhRunItem *run)
{
  BhWindow *window;
  BhQuestionSet *set;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (BH_IS_RUN_ITEM (run));
  window = bh_window_of (widget);
  set = bh_run_item_get_question (run);
  if (window == NULL || bh_run_item_get_connection (run) == NULL)
    return;
  if (set != NULL)
    bh_window_ask (window, bh_run_item_get_connection (run), set, bh_run_item_get_name (run));
  else /* what it asks has not come yet; its page will have it */
    bh_window_open_run (window, run);
}

void
bh_run_copy_link (GtkWidget *widget, BhRunItem *run)
{
  g_autofree char *link = NULL;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (BH_IS_RUN_ITEM (run));
  link = bh_run_link (bh_run_item_get_id (run), -1);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), link);
  bh_window_say_at (widget, _ ("Link copied"));
}

void
bh_run_again (GtkWidget *widget, BhRunItem *run)
{
  BhWindow *window;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (BH_IS_RUN_ITEM (run));
  window = bh_window_of (widget);
  if (window != NULL)
    bh_window_compose (window, bh_run_item_get_run (run));
}

void
bh_run_delete (GtkWidget *widget, BhRunItem *run)
{
  BhWindow *window;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (BH_IS_RUN_ITEM (run));
  window = bh_window_of (widget);
  if (window != NULL)
    bh_window_delete_run (window, run);
}

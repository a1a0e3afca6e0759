/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/preferences/bh-box-row.h"
#include "app/preferences/bh-preferences-dialog.h"

struct _BhBoxRow
{
  AdwActionRow parent_instance;

  GtkWidget *stop;
  GtkWidget *remove;

  BhConnection *connection;
  BhBoxInfo *box;
};

G_DEFINE_FINAL_TYPE (BhBoxRow, bh_box_row, ADW_TYPE_ACTION_ROW)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* --- what can be done ---------------------------------------------------------------------------------- */

static DexFuture *
finish (BhBoxRow *self, DexFuture *call)
{
  g_autoptr (GError) error = NULL;

  gtk_widget_set_sensitive (GTK_WIDGET (self), FALSE);
  if (!dex_await (call, &error))
    bh_preferences_toast (GTK_WIDGET (self), error->message);
  if (self->connection == NULL)
    return dex_future_new_true ();
  gtk_widget_set_sensitive (GTK_WIDGET (self), TRUE);
  g_signal_emit (self, signals[CHANGED], 0);
  return dex_future_new_true ();
}

static DexFuture *
stop_fiber (gpointer data)
{
  BhBoxRow *self = data;

  return finish (self, bh_connection_stop_box (self->connection, self->box->id));
}

static DexFuture *
remove_fiber (gpointer data)
{
  BhBoxRow *self = data;

  return finish (self, bh_connection_remove_box (self->connection, self->box->id));
}

static void
stop_cb (BhBoxRow *self)
{
  dex_future_disown (dex_scheduler_spawn (NULL, 0, stop_fiber, g_object_ref (self), g_object_unref));
}

static void
remove_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BhBoxRow) self = data;

  if (strcmp (adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (source), result), "remove") == 0 &&
      self->connection != NULL)
    dex_future_disown (dex_scheduler_spawn (NULL, 0, remove_fiber, g_object_ref (self), g_object_unref));
}

static void
remove_cb (BhBoxRow *self)
{
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_ ("Remove the DevBox?"), NULL));

  adw_alert_dialog_set_body (dialog,
                             _ ("All files in it are deleted, and its Run cannot be continued. What is "
                                "on the timeline stays."));
  adw_alert_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "remove", _ ("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (dialog, "cancel");
  adw_alert_dialog_choose (dialog, GTK_WIDGET (self), NULL, remove_chosen_cb, g_object_ref (self));
}

/* --- the row ------------------------------------------------------------------------------------------- */

static void
bh_box_row_dispose (GObject *object)
{
  BhBoxRow *self = BH_BOX_ROW (object);

  g_clear_object (&self->connection);
  g_clear_pointer (&self->box, bh_box_info_unref);
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_BOX_ROW);
  G_OBJECT_CLASS (bh_box_row_parent_class)->dispose (object);
}

static void
bh_box_row_class_init (BhBoxRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_box_row_dispose;
  signals[CHANGED] =
      g_signal_new ("changed", BH_TYPE_BOX_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-box-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BhBoxRow, stop);
  gtk_widget_class_bind_template_child (widget_class, BhBoxRow, remove);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_cb);
}

static void
bh_box_row_init (BhBoxRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
bh_box_row_new (BhConnection *connection, BhBoxInfo *box)
{
  BhBoxRow *self = g_object_new (BH_TYPE_BOX_ROW, NULL);
  gboolean running = g_strcmp0 (box->state, "running") == 0;
  /* TRANSLATORS: a DevBox’s state, worker and image: “Running · desk · host” */
  g_autofree char *subtitle =
      g_strdup_printf (_ ("%s · %s · %s"), running ? C_ ("DevBox", "Running") : C_ ("DevBox", "Stopped"),
                       box->worker, box->image);

  self->connection = g_object_ref (connection);
  self->box = bh_box_info_ref (box);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self),
                                 box->run_name != NULL ? box->run_name : _ ("Of no Run"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  gtk_widget_set_visible (self->stop, running);
  return GTK_WIDGET (self);
}

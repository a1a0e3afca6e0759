/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/bh-window-private.h"

#include <glib/gi18n.h>

/* Deletion with undo: out of sight at once, really deleted when the toast goes, or the window does. */

typedef struct
{
  GWeakRef window;
  GApplication *application; /* held until it is done */
  BhRunItem *run;
  AdwToast *toast; /* (nullable): until it is dismissed */
  gboolean undone;
} Deletion;

static void
deletion_free (gpointer data)
{
  Deletion *self = data;

  g_application_release (self->application);
  g_weak_ref_clear (&self->window);
  g_clear_object (&self->toast);
  g_object_unref (self->run);
  g_object_unref (self->application);
  g_free (self);
}

static void
put_back (Deletion *self)
{
  g_autoptr (BhWindow) window = g_weak_ref_get (&self->window);

  if (window != NULL && window->list != NULL)
    bh_run_list_view_unhide (window->list, self->run);
}

/* In the window, or in a notification when that is closed. */
static void
tell_failure (Deletion *self, const GError *error)
{
  g_autoptr (BhWindow) window = g_weak_ref_get (&self->window);
  g_autofree char *text = NULL;

  text =
      g_strdup_printf (_ ("“%s” could not be deleted: %s"), bh_run_item_get_name (self->run), error->message);
  if (window != NULL && window->toasts != NULL)
    bh_window_say (window, text);
  else
    {
      g_autoptr (GNotification) notification = g_notification_new (_ ("A Run was not deleted"));

      g_notification_set_body (notification, text);
      bh_application_notify (BH_APPLICATION (self->application), NULL, notification);
    }
}

static DexFuture *
deleted_cb (DexFuture *future, gpointer data)
{
  Deletion *self = data;
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) != NULL ||
      g_error_matches (error, BH_ERROR, BH_ERROR_RUN_NOT_FOUND))
    return dex_future_new_true ();
  put_back (self);
  tell_failure (self, error);
  return dex_future_new_true ();
}

/* Takes the deletion. */
static void
finish (Deletion *self)
{
  BhConnection *connection = bh_run_item_get_connection (self->run);

  if (self->undone)
    put_back (self);
  if (self->undone || connection == NULL)
    deletion_free (self);
  else
    dex_future_disown (
        dex_future_finally (bh_connection_delete_run (connection, bh_run_item_get_id (self->run)), deleted_cb,
                            self, deletion_free));
}

static void
undo_cb (Deletion *self)
{
  self->undone = TRUE;
}

static void
dismissed_cb (Deletion *self)
{
  g_autoptr (BhWindow) window = g_weak_ref_get (&self->window);

  if (window == NULL || window->deletions == NULL || !g_ptr_array_remove (window->deletions, self))
    return;
  g_signal_handlers_disconnect_by_data (self->toast, self);
  finish (self);
}

void
bh_window_finish_deletions (BhWindow *self)
{
  while (self->deletions->len > 0)
    {
      Deletion *deletion = g_ptr_array_steal_index (self->deletions, 0);

      g_signal_handlers_disconnect_by_data (deletion->toast, deletion);
      finish (deletion);
    }
}

static gboolean
is_being_deleted (BhWindow *self, BhRunItem *run)
{
  for (guint i = 0; i < self->deletions->len; i++)
    if (((Deletion *) g_ptr_array_index (self->deletions, i))->run == run)
      return TRUE;
  return FALSE;
}

void
bh_window_delete_run (BhWindow *self, BhRunItem *run)
{
  g_autofree char *title = NULL;
  Deletion *deletion;

  g_return_if_fail (BH_IS_WINDOW (self));
  g_return_if_fail (BH_IS_RUN_ITEM (run));
  if (bh_run_item_get_removed (run) || is_being_deleted (self, run))
    return;
  title = g_strdup_printf (_ ("“%s” deleted"), bh_run_item_get_name (run));
  deletion = g_new0 (Deletion, 1);
  g_weak_ref_init (&deletion->window, self);
  deletion->application = g_object_ref (G_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))));
  g_application_hold (deletion->application);
  deletion->run = g_object_ref (run);
  deletion->toast = g_object_ref_sink (adw_toast_new (title));
  adw_toast_set_use_markup (deletion->toast, FALSE);
  adw_toast_set_button_label (deletion->toast, _ ("_Undo"));
  adw_toast_set_priority (deletion->toast, ADW_TOAST_PRIORITY_HIGH);
  g_signal_connect_swapped (deletion->toast, "button-clicked", G_CALLBACK (undo_cb), deletion);
  g_signal_connect_swapped (deletion->toast, "dismissed", G_CALLBACK (dismissed_cb), deletion);
  g_ptr_array_add (self->deletions, deletion);
  bh_window_close_run (self, run);
  bh_run_list_view_hide (self->list, run);
  bh_window_add_toast (self, g_object_ref (deletion->toast));
}

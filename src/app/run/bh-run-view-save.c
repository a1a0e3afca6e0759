/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-run-view-private.h"

#include "app/bh-window.h"
#include "app/widgets/bh-open-link.h"

/* What a page writes into files, and tells of it. */

/* ms: what is done before that is told of once it is done */
#define PROGRESS_AFTER 500

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

  BhProgress *progress;
  char *name;            /* of the file */
  AdwToast *toast;       /* (nullable): says how far it has come */
  guint progress_source; /* until that is shown */
} Save;

static void
save_free (gpointer data)
{
  Save *self = data;

  g_weak_ref_clear (&self->page);
  g_object_unref (self->connection);
  g_free (self->run_id);
  g_clear_object (&self->file);
  g_clear_handle_id (&self->progress_source, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->progress, self);
  g_object_unref (self->progress);
  g_clear_object (&self->toast);
  g_free (self->name);
  g_free (self);
}

static Save *
save_new (BhRunView *page)
{
  Save *self = g_new0 (Save, 1);

  g_weak_ref_init (&self->page, page);
  self->connection = g_object_ref (bh_timeline_get_connection (page->timeline));
  self->run_id = g_strdup (bh_timeline_get_run_id (page->timeline));
  self->progress = bh_progress_new ();
  return self;
}

/* --- while it lasts ------------------------------------------------------------------------------------ */

static void
show_fraction (Save *self)
{
  int percent = (int) (bh_progress_get_fraction (self->progress) * 100 + 0.5);
  g_autofree char *title = NULL;

  if (self->toast == NULL)
    return;
  /* Translators: a file's name, and how much of it is written */
  title = g_strdup_printf (_ ("Saving “%s”: %d %%"), self->name, percent);
  adw_toast_set_title (self->toast, title);
}

/* Without its button it goes by itself. */
static void
cancel_cb (Save *self)
{
  bh_progress_cancel (self->progress);
}

static gboolean
show_progress_cb (gpointer data)
{
  Save *self = data;
  g_autoptr (GtkWidget) page = g_weak_ref_get (&self->page);
  BhWindow *window = page != NULL ? bh_window_of (page) : NULL;

  self->progress_source = 0;
  if (window == NULL)
    return G_SOURCE_REMOVE;
  self->toast = g_object_ref_sink (adw_toast_new (""));
  adw_toast_set_use_markup (self->toast, FALSE);
  adw_toast_set_timeout (self->toast, 0);
  adw_toast_set_button_label (self->toast, _ ("_Cancel"));
  g_signal_connect_swapped (self->toast, "button-clicked", G_CALLBACK (cancel_cb), self);
  g_signal_connect_swapped (self->progress, "notify::fraction", G_CALLBACK (show_fraction), self);
  show_fraction (self);
  bh_window_add_toast (window, g_object_ref (self->toast));
  return G_SOURCE_REMOVE;
}

static void
end_progress (Save *self)
{
  g_clear_handle_id (&self->progress_source, g_source_remove);
  if (self->toast == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->toast, self);
  adw_toast_dismiss (self->toast);
}

/* --- the file ------------------------------------------------------------------------------------------ */

/* (transfer full) */
static char *
describe_end (Save *self, const GError *error)
{
  if (error == NULL)
    return g_strdup_printf (_ ("Saved “%s”"), self->name);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_strdup_printf (_ ("“%s” was not saved"), self->name);
  /* Translators: a file's name, what went wrong */
  return g_strdup_printf (_ ("“%s” could not be saved: %s"), self->name, error->message);
}

static DexFuture *
saved_cb (DexFuture *future, gpointer data)
{
  Save *save = data;
  g_autoptr (GtkWidget) page = g_weak_ref_get (&save->page);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  end_progress (save);
  dex_future_get_value (future, &error);
  text = describe_end (save, error);
  if (page != NULL)
    bh_window_say_at (page, text);
  return dex_future_new_true ();
}

static void
tell_no_file (Save *save, const GError *error)
{
  g_autoptr (GtkWidget) page = g_weak_ref_get (&save->page);
  g_autofree char *text = NULL;

  if (page == NULL || !bh_is_dialog_failure (error))
    return;
  text = g_strdup_printf (_ ("No file could be chosen: %s"), error->message);
  bh_window_say_at (page, text);
}

static void
begin (Save *save)
{
  g_autofree char *path = g_file_get_parse_name (save->file);
  DexFuture *future;

  save->name = g_path_get_basename (path);
  save->progress_source = g_timeout_add (PROGRESS_AFTER, show_progress_cb, save);
  future = save->exports
               ? bh_run_export (save->connection, save->run_id, save->format, save->file, save->progress)
               : bh_connection_save_body (save->connection, save->run_id, save->row, save->part, save->file,
                                          save->progress);
  dex_future_disown (dex_future_finally (future, saved_cb, save, save_free));
}

static void
chosen_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Save *save = data;
  g_autoptr (GError) error = NULL;

  save->file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (object), result, &error);
  if (save->file != NULL)
    {
      begin (save);
      return;
    }
  tell_no_file (save, error);
  save_free (save);
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

void
bh_run_view_save_body (BhRunView *self, guint64 row, BhPart part)
{
  Save *save = save_new (self);

  save->row = row;
  save->part = part;
  choose_file (self, _ ("Save Output"), part == BH_PART_CALL ? "call.txt" : "output.txt", save);
}

void
bh_run_view_export (BhRunView *self, BhExportFormat format)
{
  g_autofree char *name = bh_run_export_name (bh_run_item_get_name (self->run), format);
  Save *save = save_new (self);

  save->exports = TRUE;
  save->format = format;
  choose_file (self, _ ("Export Run"), name, save);
}

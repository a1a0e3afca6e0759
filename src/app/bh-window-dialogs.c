/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/bh-window-private.h"

#include <glib/gi18n.h>

#include "app/bh-find-run.h"
#include "app/composer/bh-composer-dialog.h"
#include "app/questions/bh-question-dialog.h"
#include "client/bh-future.h"

/* The dialogs that a window shows. */

/* --- the composer -------------------------------------------------------------------------------------- */

/* The window has given the focus back to what opened the dialog: it belongs to what came of it. */
static void
closed_cb (BhWindow *self)
{
  bh_window_show_ahead (self);
  if (self->page != NULL && bh_window_get_run (self) != NULL)
    bh_run_view_focus_message (self->page);
}

static void
created_cb (BhWindow *self, BhConnection *connection, BhRun *run, AdwDialog *dialog)
{
  bh_window_open_run (self, bh_connection_take_run (connection, run));
  g_signal_connect_object (dialog, "closed", G_CALLBACK (closed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

/* The one that is shown, or a new one; *is_new says which. */
static BhComposerDialog *
show_composer (BhWindow *self, gboolean *is_new)
{
  AdwDialog *shown = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self));
  BhComposerDialog *dialog;

  *is_new = !BH_IS_COMPOSER_DIALOG (shown);
  if (!*is_new)
    return BH_COMPOSER_DIALOG (shown);
  dialog = bh_composer_dialog_new (self->connections, self->settings);
  g_signal_connect_object (dialog, "created", G_CALLBACK (created_cb), self, G_CONNECT_SWAPPED);
  return dialog;
}

static void
compose_like (BhWindow *self, BhRun *like)
{
  gboolean is_new;
  BhComposerDialog *dialog = show_composer (self, &is_new);

  if (like != NULL)
    bh_composer_dialog_fill (dialog, like);
  if (is_new)
    adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

static DexFuture *
instructions_cb (DexFuture *future, gpointer data)
{
  g_autoptr (BhWindow) self = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;
  const GValue *run = dex_future_get_value (future, &error);

  if (self == NULL || self->connections == NULL)
    return dex_future_new_true ();
  if (run != NULL)
    compose_like (self, g_value_get_boxed (run));
  else
    bh_window_say (self, error->message);
  return dex_future_new_true ();
}

void
bh_window_compose (BhWindow *self, BhRun *like)
{
  BhRunItem *run;

  g_return_if_fail (BH_IS_WINDOW (self));
  run = like != NULL && like->instructions == NULL ? bh_connections_find_run (self->connections, like->id)
                                                   : NULL;
  if (run != NULL && bh_run_item_get_connection (run) != NULL)
    dex_future_disown (dex_future_finally (bh_connection_get_run (bh_run_item_get_connection (run), like->id),
                                           instructions_cb, bh_weak_ref_new (self), bh_weak_ref_free));
  else
    compose_like (self, like);
}

/* --- recipes ------------------------------------------------------------------------------------------- */

static char *
title_of (const char *text)
{
  g_autofree char *line = NULL;

  if (!g_str_has_prefix (text, "# "))
    return NULL;
  line = g_strndup (text + 2, strcspn (text + 2, "\n"));
  return g_strdup (g_strstrip (line));
}

static DexFuture *
recipe_read_cb (DexFuture *future, gpointer data)
{
  g_autoptr (BhWindow) self = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  g_autofree char *text = NULL, *name = NULL;
  BhComposerDialog *dialog;
  gboolean is_new;

  if (self == NULL || self->connections == NULL)
    return dex_future_new_true ();
  if (value == NULL)
    {
      bh_window_say (self, error->message);
      return dex_future_new_true ();
    }
  text = g_utf8_make_valid (g_bytes_get_data (g_value_get_boxed (value), NULL),
                            (gssize) g_bytes_get_size (g_value_get_boxed (value)));
  name = title_of (text);
  dialog = show_composer (self, &is_new);
  bh_composer_dialog_set_instructions (dialog, name, text);
  if (is_new)
    adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
  return dex_future_new_true ();
}

void
bh_window_compose_recipe (BhWindow *self, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  dex_future_disown (dex_future_finally (dex_file_load_contents_bytes (file), recipe_read_cb,
                                         bh_weak_ref_new (self), bh_weak_ref_free));
}

/* --- questions ----------------------------------------------------------------------------------------- */

void
bh_window_ask (BhWindow *self, BhConnection *connection, BhQuestionSet *set, const char *run_name)
{
  AdwDialog *shown;

  g_return_if_fail (BH_IS_WINDOW (self));
  g_return_if_fail (BH_IS_CONNECTION (connection));
  g_return_if_fail (set != NULL);
  shown = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self));
  if (BH_IS_QUESTION_DIALOG (shown) &&
      g_strcmp0 (bh_question_dialog_get_set (BH_QUESTION_DIALOG (shown))->id, set->id) == 0)
    return;
  adw_dialog_present (ADW_DIALOG (bh_question_dialog_new (connection, set, run_name)), GTK_WIDGET (self));
}

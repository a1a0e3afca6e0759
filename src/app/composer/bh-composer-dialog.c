/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-composer-private.h"

#include <glib/gi18n.h>

#include "app/composer/bh-variable-row.h"
#include "app/widgets/bh-accessible.h"
#include "app/widgets/bh-combo.h"
#include "client/bh-future.h"

G_DEFINE_FINAL_TYPE (BhComposerDialog, bh_composer_dialog, ADW_TYPE_DIALOG)

/* --- what happens in it --------------------------------------------------------------------------------- */

static void
changed (BhComposerDialog *self)
{
  if (self->is_setting || self->connections == NULL)
    return;
  /* another text is another request */
  g_clear_pointer (&self->key, g_free);
  g_clear_error (&self->refused);
  bh_composer_check (self);
  bh_composer_save_soon (self);
}

static void
connection_changed_cb (BhChoiceRow *row, BhComposerDialog *self)
{
  BhConnection *connection = bh_connection_row_get_connection (self->connection_row);

  bh_engine_row_set_connection (self->engine_row, connection);
  bh_target_row_set_connection (self->target_row, connection);
  /* the workers of one are not those of another */
  if (!self->is_setting)
    bh_target_row_set_target (self->target_row, NULL, NULL);
  changed (self);
}

static void
changed_cb (GObject *object, BhComposerDialog *self)
{
  changed (self);
}

static void
target_changed_cb (BhChoiceRow *row, BhComposerDialog *self)
{
  g_autofree char *worker = bh_target_row_get_worker (self->target_row);
  g_autofree char *image = bh_target_row_get_image (self->target_row);

  bh_engine_row_set_target (self->engine_row, worker, image);
  changed (self);
}

static void
notify_changed_cb (GObject *object, GParamSpec *pspec, BhComposerDialog *self)
{
  changed (self);
}

static void
state_changed_cb (BhConnections *connections, BhConnection *connection, BhComposerDialog *self)
{
  bh_composer_check (self);
}

static void
remove_variable_cb (BhVariableRow *row, BhComposerDialog *self)
{
  guint at = 0;

  if (!g_ptr_array_find (self->variables, row, &at))
    return;
  g_ptr_array_remove_index (self->variables, at);
  adw_expander_row_remove (self->advanced_row, GTK_WIDGET (row));
  if (at < self->variables->len)
    gtk_widget_grab_focus (self->variables->pdata[at]);
  else
    gtk_widget_grab_focus (self->add_row);
  changed (self);
}

void
bh_composer_add_variable (BhComposerDialog *self, const char *name, const char *value)
{
  GtkWidget *row = bh_variable_row_new (name, value);

  g_signal_connect_object (row, "notify::variable", G_CALLBACK (notify_changed_cb), self, 0);
  g_signal_connect_object (row, "notify::value", G_CALLBACK (notify_changed_cb), self, 0);
  g_signal_connect_object (row, "remove", G_CALLBACK (remove_variable_cb), self, 0);
  g_ptr_array_add (self->variables, row);
  /* rows are only appended there: the button goes to the end again */
  g_object_ref (self->add_row);
  adw_expander_row_remove (self->advanced_row, self->add_row);
  adw_expander_row_add_row (self->advanced_row, row);
  adw_expander_row_add_row (self->advanced_row, self->add_row);
  g_object_unref (self->add_row);
}

static void
add_variable_cb (AdwButtonRow *row, BhComposerDialog *self)
{
  bh_composer_add_variable (self, "", "");
  gtk_widget_grab_focus (self->variables->pdata[self->variables->len - 1]);
}

static void
draft_banner_cb (AdwBanner *banner, BhComposerDialog *self)
{
  adw_banner_set_revealed (banner, FALSE);
  if (self->aside != NULL)
    bh_composer_swap (self);
}

static void
error_banner_cb (AdwBanner *banner, BhComposerDialog *self)
{
  adw_banner_set_revealed (banner, FALSE);
}

static void
start_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  bh_composer_submit (BH_COMPOSER_DIALOG (widget));
}

static void
failed_cb (BhDraftFile *file, const char *problem, BhComposerDialog *self)
{
  adw_banner_set_title (self->error_banner, problem);
  adw_banner_set_revealed (self->error_banner, TRUE);
}

/* --- the object ----------------------------------------------------------------------------------------- */

static void
bh_composer_dialog_closed (AdwDialog *dialog)
{
  bh_composer_save_now (BH_COMPOSER_DIALOG (dialog));
}

static void
bh_composer_dialog_dispose (GObject *object)
{
  BhComposerDialog *self = BH_COMPOSER_DIALOG (object);

  if (self->connections != NULL)
    bh_composer_save_now (self);
  g_clear_handle_id (&self->save_source, g_source_remove);
  g_clear_weak_pointer (&self->had_focus);
  g_ptr_array_set_size (self->variables, 0);
  /* libadwaita 1.7 forgets the widget around it once it was seen */
  adw_dialog_set_child (ADW_DIALOG (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_COMPOSER_DIALOG);
  g_clear_object (&self->connections);
  g_clear_object (&self->settings);
  g_clear_object (&self->file);
  G_OBJECT_CLASS (bh_composer_dialog_parent_class)->dispose (object);
}

static void
bh_composer_dialog_finalize (GObject *object)
{
  BhComposerDialog *self = BH_COMPOSER_DIALOG (object);

  g_ptr_array_unref (self->variables);
  g_clear_pointer (&self->pristine, bh_draft_unref);
  g_clear_pointer (&self->saved, bh_draft_unref);
  g_clear_pointer (&self->aside, bh_draft_unref);
  g_clear_error (&self->refused);
  g_free (self->key);
  G_OBJECT_CLASS (bh_composer_dialog_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, navigation);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, draft_banner);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, error_banner);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, page);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, instructions);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, name_row);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, ticket_row);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, connection_row);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, target_row);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, engine_row);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, interactive_row);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, interactive);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, autonomous_row);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, autonomous);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, keep_row);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, network_row);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, permissions_row);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, advanced_row);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, add_row);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, reason);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, BhComposerDialog, start);
}

static void
bh_composer_dialog_class_init (BhComposerDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_composer_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_composer_dialog_finalize;
  ADW_DIALOG_CLASS (klass)->closed = bh_composer_dialog_closed;
  g_signal_new ("created", BH_TYPE_COMPOSER_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                BH_TYPE_CONNECTION, BH_TYPE_RUN);
  g_type_ensure (BH_TYPE_INSTRUCTIONS_VIEW);
  g_type_ensure (BH_TYPE_CONNECTION_ROW);
  g_type_ensure (BH_TYPE_TARGET_ROW);
  g_type_ensure (BH_TYPE_ENGINE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-composer-dialog.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, notify_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, connection_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, target_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_variable_cb);
  gtk_widget_class_bind_template_callback (widget_class, draft_banner_cb);
  gtk_widget_class_bind_template_callback (widget_class, error_banner_cb);
  gtk_widget_class_install_action (widget_class, "composer.start", NULL, start_action);
  /* the same for the keyboard, which is to hear why it cannot be done yet */
  gtk_widget_class_install_action (widget_class, "composer.submit", NULL, start_action);
}

static void
bh_composer_dialog_init (BhComposerDialog *self)
{
  self->variables = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  bh_combo_row_show_whole (self->keep_row);
  bh_combo_row_show_whole (self->network_row);
  bh_combo_row_show_whole (self->permissions_row);
  bh_accessible_follow_check (self->interactive_row, self->interactive);
  bh_accessible_follow_check (self->autonomous_row, self->autonomous);
}

BhComposerDialog *
bh_composer_dialog_new (BhConnections *connections, GSettings *settings)
{
  BhComposerDialog *self;
  g_autoptr (BhDraft) blank = NULL;

  g_return_val_if_fail (BH_IS_CONNECTIONS (connections), NULL);
  self = g_object_new (BH_TYPE_COMPOSER_DIALOG, NULL);
  self->settings = settings != NULL ? g_object_ref (settings) : NULL;
  self->file = bh_draft_file_get ();
  g_signal_connect_object (self->file, "failed", G_CALLBACK (failed_cb), self, 0);
  bh_connection_row_set_connections (self->connection_row, connections);
  connection_changed_cb (NULL, self);
  self->connections = g_object_ref (connections);
  g_signal_connect_object (connections, "state-changed", G_CALLBACK (state_changed_cb), self, 0);
  blank = bh_composer_defaults (self);
  bh_composer_apply (self, blank);
  bh_composer_load (self);
  return self;
}

/* --- filled with something else ------------------------------------------------------------------------- */

static void
fill (BhComposerDialog *self, const BhDraft *draft)
{
  bh_composer_keep_aside (self);
  self->is_filled = TRUE;
  bh_composer_apply (self, draft);
}

void
bh_composer_dialog_set_instructions (BhComposerDialog *self, const char *name, const char *instructions)
{
  g_autoptr (BhDraft) draft = NULL;

  g_return_if_fail (BH_IS_COMPOSER_DIALOG (self));
  draft = bh_composer_defaults (self);
  draft->name = g_strdup (name);
  draft->instructions = g_strdup (instructions);
  fill (self, draft);
}

static BhDraft *
draft_of_run (BhComposerDialog *self, const BhRun *run)
{
  BhRunItem *item = bh_connections_find_run (self->connections, run->id);
  BhConnection *connection = item != NULL ? bh_run_item_get_connection (item) : NULL;
  BhDraft *draft = bh_composer_defaults (self);

  g_set_str (&draft->connection, connection != NULL ? bh_connection_get_id (connection) : NULL);
  g_set_str (&draft->name, run->name);
  g_set_str (&draft->instructions, run->instructions);
  g_set_str (&draft->ticket_url, run->ticket_url);
  g_set_str (&draft->target_worker, run->target_worker);
  g_set_str (&draft->target_image, run->target_image);
  g_set_str (&draft->engine, run->engine);
  g_set_str (&draft->keep, bh_nick (BH_TYPE_KEEP, run->keep));
  g_set_str (&draft->network, run->network);
  g_set_str (&draft->permissions, run->permissions == BH_PERMISSIONS_ASK ? "ask" : "allow");
  draft->mode = run->mode;
  /* values never leave the coordinator */
  for (guint i = 0; run->env_names != NULL && run->env_names[i] != NULL; i++)
    bh_draft_add_variable (draft, run->env_names[i], "");
  return draft;
}

static DexFuture *
like_cb (DexFuture *future, gpointer data)
{
  GWeakRef *ref = data;
  g_autoptr (BhComposerDialog) self = g_weak_ref_get (ref);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self == NULL || self->connections == NULL)
    return dex_future_new_true ();
  if (value != NULL)
    {
      g_autoptr (BhDraft) draft = draft_of_run (self, g_value_get_boxed (value));
      g_autoptr (BhDraft) now = bh_composer_collect (self);

      if (bh_draft_equal (now, self->pristine))
        fill (self, draft);
    }
  else
    bh_composer_show_error (self, error);
  return dex_future_new_true ();
}

void
bh_composer_dialog_fill (BhComposerDialog *self, BhRun *like)
{
  g_autoptr (BhDraft) draft = NULL;
  BhConnection *connection;
  BhRunItem *item;

  g_return_if_fail (BH_IS_COMPOSER_DIALOG (self) && like != NULL);
  draft = draft_of_run (self, like);
  fill (self, draft);
  if (like->instructions != NULL)
    return;
  /* lists are without them */
  item = bh_connections_find_run (self->connections, like->id);
  connection = item != NULL ? bh_run_item_get_connection (item) : NULL;
  if (connection == NULL)
    return;
  dex_future_disown (dex_future_finally (bh_connection_get_run (connection, like->id), like_cb,
                                         bh_weak_ref_new (self), bh_weak_ref_free));
}

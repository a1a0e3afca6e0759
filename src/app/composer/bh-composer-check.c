/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-composer-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/composer/bh-row-error.h"
#include "app/composer/bh-variable-row.h"
#include "app/widgets/bh-focus.h"

/* --- which row a field is --------------------------------------------------------------------------------
 */

static gboolean
is_field (const char *field, const char *name)
{
  gsize length = strlen (name);

  return strncmp (field, name, length) == 0 && (field[length] == '\0' || field[length] == '.');
}

static GtkWidget *
find_variable (BhComposerDialog *self, const char *name)
{
  for (guint i = self->variables->len; i > 0; i--)
    {
      BhVariableRow *row = self->variables->pdata[i - 1];
      g_autofree char *stripped = g_strstrip (g_strdup (bh_variable_row_get_name (row)));

      if (g_str_equal (stripped, name) && (*name != '\0' || *bh_variable_row_get_value (row) != '\0'))
        return GTK_WIDGET (row);
    }
  return self->add_row;
}

/* (nullable): none, or one that is no row of a list */
static GtkWidget *
find_row (BhComposerDialog *self, const char *field)
{
  const struct
  {
    const char *name;
    gpointer row;
  } rows[] = {
    { "name", self->name_row },        { "ticket_url", self->ticket_row },
    { "target", self->target_row },    { "engine", self->engine_row },
    { "mode", self->interactive_row }, { "keep", self->keep_row },
    { "network", self->network_row },  { "permissions", self->permissions_row },
  };

  if (field == NULL)
    return NULL;
  if (is_field (field, "env"))
    return find_variable (self, field[3] == '.' ? field + 4 : "");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (is_field (field, rows[i].name))
      return rows[i].row;
  return NULL;
}

static gboolean
is_instructions (const GError *error)
{
  const char *field = bh_error_field (error);

  return field != NULL && is_field (field, "instructions");
}

/* --- what is shown where ----------------------------------------------------------------------------------
 */

/* Nobody is told that something is missing which is just being written. */
static gboolean
is_plain (BhComposerDialog *self, const GError *problem)
{
  const char *field = bh_error_field (problem);
  g_autofree char *typed = NULL;

  if (g_error_matches (problem, BH_ERROR, BH_ERROR_INSTRUCTIONS_REQUIRED) || field == NULL)
    return FALSE;
  typed = g_strstrip (g_strdup (gtk_editable_get_text (self->ticket_row)));
  return !g_str_equal (field, "ticket_url") ||
         (!g_str_has_prefix ("https://", typed) && !g_str_has_prefix ("http://", typed));
}

static void
put_error (BhComposerDialog *self, const GError *error, GHashTable *errors)
{
  GtkWidget *row = find_row (self, bh_error_field (error));

  if (is_instructions (error))
    row = GTK_WIDGET (self->instructions);
  if (row != NULL && !g_hash_table_contains (errors, row))
    g_hash_table_insert (errors, row, error->message);
}

static void
set_row (GtkWidget *row, GHashTable *errors)
{
  bh_row_error_set (row, g_hash_table_lookup (errors, row));
}

static void
set_errors (BhComposerDialog *self, GHashTable *errors)
{
  set_row (GTK_WIDGET (self->name_row), errors);
  set_row (GTK_WIDGET (self->ticket_row), errors);
  set_row (GTK_WIDGET (self->target_row), errors);
  set_row (GTK_WIDGET (self->engine_row), errors);
  set_row (self->interactive_row, errors);
  set_row (GTK_WIDGET (self->keep_row), errors);
  set_row (GTK_WIDGET (self->network_row), errors);
  set_row (GTK_WIDGET (self->permissions_row), errors);
  set_row (self->add_row, errors);
  for (guint i = 0; i < self->variables->len; i++)
    set_row (self->variables->pdata[i], errors);
  bh_instructions_view_set_error (self->instructions, g_hash_table_lookup (errors, self->instructions));
}

/* What cannot be seen in the fields alone. */
static void
add_circumstances (BhComposerDialog *self, GPtrArray *problems)
{
  BhConnection *connection = bh_connection_row_get_connection (self->connection_row);
  g_autofree char *target = bh_target_row_get_problem (self->target_row);
  g_autofree char *engine = bh_engine_row_get_problem (self->engine_row);
  const char *detail = connection != NULL ? bh_connection_get_detail (connection) : NULL;

  if (target != NULL)
    g_ptr_array_add (problems, bh_error_new (BH_ERROR_WORKER_OFFLINE, "target", "%s", target));
  if (engine != NULL)
    g_ptr_array_add (problems, bh_error_new (BH_ERROR_ENGINE_NOT_FOUND, "engine", "%s", engine));
  if (connection == NULL || bh_connection_get_state (connection) != BH_CONNECTION_CONNECTED)
    g_ptr_array_add (problems, bh_error_new (BH_ERROR_UNREACHABLE, NULL, "%s",
                                             detail != NULL ? detail : _ ("Connecting to the coordinator…")));
}

static GPtrArray *
find_problems (BhComposerDialog *self)
{
  g_autoptr (BhDraft) draft = bh_composer_collect (self);
  GPtrArray *problems = bh_draft_find_problems (draft);

  add_circumstances (self, problems);
  return problems;
}

static void
describe_policies (BhComposerDialog *self)
{
  static const char *const kept = N_ ("It stays up, so that the Run can be continued.");
  static const char *const stopped = N_ ("Its files stay.");
  static const char *const removed = N_ ("It is removed with its files.");
  gboolean is_autonomous = gtk_check_button_get_active (self->autonomous);
  guint keep = adw_combo_row_get_selected (self->keep_row);
  const char *const texts[] = {
    is_autonomous ? N_ ("An autonomous Run stops its DevBox. Its files stay.")
                  : N_ ("An interactive Run keeps its DevBox, so that it can be continued."),
    kept, stopped, removed
  };

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->keep_row), keep < 4 ? _ (texts[keep]) : "");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->network_row),
                               adw_combo_row_get_selected (self->network_row) == 0
                                   ? _ ("The DevBox shares the network of the worker’s machine.")
                                   : _ ("The DevBox has no network at all."));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->permissions_row),
                               is_autonomous ? _ ("An autonomous Run never asks.")
                               : adw_combo_row_get_selected (self->permissions_row) == 0
                                   ? _ ("The engine may do everything in its DevBox.")
                                   : _ ("You are asked before the engine does what needs permission."));
  gtk_widget_set_sensitive (GTK_WIDGET (self->permissions_row), !is_autonomous);
}

void
bh_composer_check (BhComposerDialog *self)
{
  g_autoptr (GHashTable) errors = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) problems = NULL;
  const GError *first;

  if (self->connections == NULL)
    return;
  problems = find_problems (self);
  first = problems->len > 0 ? problems->pdata[0] : NULL;
  if (self->refused != NULL)
    put_error (self, self->refused, errors);
  for (guint i = 0; i < problems->len; i++)
    if (is_plain (self, problems->pdata[i]))
      put_error (self, problems->pdata[i], errors);
  set_errors (self, errors);
  describe_policies (self);
  if (g_error_matches (first, BH_ERROR, BH_ERROR_TARGET_REQUIRED))
    gtk_label_set_text (self->reason, _ ("Choose a target: an autonomous Run cannot ask where to run."));
  else
    gtk_label_set_text (self->reason, first != NULL ? first->message : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->start), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  gtk_label_get_text (self->reason), -1);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "composer.start", first == NULL && !self->is_sending);
}

void
bh_composer_show_error (BhComposerDialog *self, const GError *error)
{
  GtkWidget *row = find_row (self, bh_error_field (error));

  if (is_instructions (error))
    row = GTK_WIDGET (self->instructions);
  g_clear_error (&self->refused);
  self->refused = g_error_copy (error);
  bh_composer_check (self);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), error->message, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
  if (row == NULL)
    {
      adw_banner_set_title (self->error_banner, error->message);
      adw_banner_set_revealed (self->error_banner, TRUE);
      return;
    }
  adw_navigation_view_pop_to_tag (self->navigation, "form");
  if (gtk_widget_is_ancestor (row, GTK_WIDGET (self->advanced_row)))
    adw_expander_row_set_expanded (self->advanced_row, TRUE);
  gtk_widget_grab_focus (row);
}

/* --- sending ----------------------------------------------------------------------------------------------
 */

static void
set_sending (BhComposerDialog *self, gboolean is_sending)
{
  self->is_sending = is_sending;
  if (is_sending)
    g_set_weak_pointer (&self->had_focus, bh_focus_leave (self->page, GTK_WIDGET (self->navigation)));
  gtk_widget_set_visible (self->spinner, is_sending);
  gtk_widget_set_sensitive (self->page, !is_sending);
  bh_composer_check (self);
  if (!is_sending && self->had_focus != NULL)
    gtk_widget_grab_focus (self->had_focus);
}

typedef struct
{
  BhComposerDialog *self;
  BhConnection *connection;
} Sending;

static void
sending_free (gpointer data)
{
  Sending *sending = data;

  g_object_unref (sending->self);
  g_object_unref (sending->connection);
  g_free (sending);
}

static DexFuture *
created_cb (DexFuture *future, gpointer data)
{
  Sending *sending = data;
  BhComposerDialog *self = sending->self;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self->connections != NULL)
    set_sending (self, FALSE);
  if (value == NULL)
    {
      if (self->connections != NULL)
        bh_composer_show_error (self, error);
      return dex_future_new_true ();
    }
  if (self->file != NULL)
    bh_composer_forget (self);
  g_signal_emit_by_name (self, "created", sending->connection, g_value_get_boxed (value));
  /* unless the person did meanwhile */
  if (self->connections != NULL && gtk_widget_get_root (GTK_WIDGET (self)) != NULL)
    adw_dialog_close (ADW_DIALOG (self));
  return dex_future_new_true ();
}

static void
send (BhComposerDialog *self)
{
  g_autoptr (BhDraft) draft = bh_composer_collect (self);
  g_autoptr (BhRunRequest) request = bh_draft_to_request (draft);
  Sending *sending = g_new0 (Sending, 1);

  sending->self = g_object_ref (self);
  sending->connection = g_object_ref (bh_connection_row_get_connection (self->connection_row));
  if (self->key == NULL)
    self->key = bh_id_new ('k');
  g_clear_error (&self->refused);
  adw_banner_set_revealed (self->error_banner, FALSE);
  set_sending (self, TRUE);
  dex_future_disown (dex_future_finally (bh_connection_create_run (sending->connection, request, self->key),
                                         created_cb, sending, sending_free));
}

void
bh_composer_submit (BhComposerDialog *self)
{
  g_autoptr (GPtrArray) problems = NULL;

  if (self->is_sending || self->is_created)
    return;
  problems = find_problems (self);
  if (problems->len > 0)
    bh_composer_show_error (self, problems->pdata[0]);
  else
    send (self);
}

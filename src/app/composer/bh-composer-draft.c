/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-composer-private.h"

#include <glib/gi18n.h>

#include "app/composer/bh-variable-row.h"

#define SAVE_MS 1000

static const char *const keeps[] = { "by-mode", "keep", "stop", "remove" };
static const char *const networks[] = { "open", "offline" };
static const char *const permissions[] = { "allow", "ask" };

static guint
index_of (const char *const *list, guint n, const char *value)
{
  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (list[i], value) == 0)
      return i;
  return 0;
}

static const char *
item_of (const char *const *list, guint n, guint at)
{
  return at < n ? list[at] : list[0];
}

/* --- fields ----------------------------------------------------------------------------------------------
 */

BhDraft *
bh_composer_collect (BhComposerDialog *self)
{
  BhDraft *draft = bh_draft_new ();

  draft->connection = g_strdup (bh_choice_row_get_selected (BH_CHOICE_ROW (self->connection_row)));
  draft->name = g_strdup (gtk_editable_get_text (self->name_row));
  draft->instructions = bh_instructions_view_get_text (self->instructions);
  draft->ticket_url = g_strdup (gtk_editable_get_text (self->ticket_row));
  draft->target_worker = bh_target_row_get_worker (self->target_row);
  draft->target_image = bh_target_row_get_image (self->target_row);
  draft->engine = g_strdup (bh_choice_row_get_selected (BH_CHOICE_ROW (self->engine_row)));
  draft->mode = gtk_check_button_get_active (self->autonomous) ? BH_MODE_AUTONOMOUS : BH_MODE_INTERACTIVE;
  draft->keep = g_strdup (item_of (keeps, G_N_ELEMENTS (keeps), adw_combo_row_get_selected (self->keep_row)));
  draft->network =
      g_strdup (item_of (networks, G_N_ELEMENTS (networks), adw_combo_row_get_selected (self->network_row)));
  draft->permissions = g_strdup (
      item_of (permissions, G_N_ELEMENTS (permissions), adw_combo_row_get_selected (self->permissions_row)));
  for (guint i = 0; i < self->variables->len; i++)
    {
      const char *name = bh_variable_row_get_name (self->variables->pdata[i]);
      const char *value = bh_variable_row_get_value (self->variables->pdata[i]);

      if (*name != '\0' || *value != '\0')
        bh_draft_add_variable (draft, name, value);
    }
  return draft;
}

static void
drop_variables (BhComposerDialog *self)
{
  for (guint i = 0; i < self->variables->len; i++)
    adw_expander_row_remove (self->advanced_row, self->variables->pdata[i]);
  g_ptr_array_set_size (self->variables, 0);
}

static void
set_text (GtkEditable *row, const char *text)
{
  gtk_editable_set_text (row, text != NULL ? text : "");
}

static void
set_fields (BhComposerDialog *self, const BhDraft *draft)
{
  const char *connection = draft->connection != NULL ? draft->connection : BH_CONNECTION_LOCAL_ID;

  bh_choice_row_set_selected (BH_CHOICE_ROW (self->connection_row), connection);
  set_text (self->name_row, draft->name);
  set_text (self->ticket_row, draft->ticket_url);
  bh_instructions_view_set_text (self->instructions, draft->instructions);
  bh_target_row_set_target (self->target_row, draft->target_worker, draft->target_image);
  bh_choice_row_set_selected (BH_CHOICE_ROW (self->engine_row),
                              draft->engine != NULL && *draft->engine != '\0' ? draft->engine : "auto");
  gtk_check_button_set_active (draft->mode == BH_MODE_AUTONOMOUS ? self->autonomous : self->interactive,
                               TRUE);
  adw_combo_row_set_selected (self->keep_row, index_of (keeps, G_N_ELEMENTS (keeps), draft->keep));
  adw_combo_row_set_selected (self->network_row,
                              index_of (networks, G_N_ELEMENTS (networks), draft->network));
  adw_combo_row_set_selected (self->permissions_row,
                              index_of (permissions, G_N_ELEMENTS (permissions), draft->permissions));
  drop_variables (self);
  for (guint i = 0; i < draft->env->len; i++)
    {
      const BhVariable *variable = draft->env->pdata[i];

      bh_composer_add_variable (self, variable->name, variable->value);
    }
  /* what is not as usual is to be seen */
  if (draft->env->len > 0 || adw_combo_row_get_selected (self->network_row) != 0 ||
      adw_combo_row_get_selected (self->permissions_row) != 0)
    adw_expander_row_set_expanded (self->advanced_row, TRUE);
}

void
bh_composer_apply (BhComposerDialog *self, const BhDraft *draft)
{
  self->is_setting = TRUE;
  set_fields (self, draft);
  self->is_setting = FALSE;
  g_clear_pointer (&self->pristine, bh_draft_unref);
  self->pristine = bh_composer_collect (self);
  g_clear_pointer (&self->key, g_free);
  g_clear_error (&self->refused);
  bh_composer_check (self);
}

BhDraft *
bh_composer_defaults (BhComposerDialog *self)
{
  BhDraft *draft = bh_draft_new ();
  g_autofree char *mode = NULL;

  if (self->settings == NULL)
    return draft;
  draft->engine = g_settings_get_string (self->settings, "default-engine");
  draft->keep = g_settings_get_string (self->settings, "default-keep");
  mode = g_settings_get_string (self->settings, "default-mode");
  draft->mode = g_strcmp0 (mode, "autonomous") == 0 ? BH_MODE_AUTONOMOUS : BH_MODE_INTERACTIVE;
  return draft;
}

/* --- reading ---------------------------------------------------------------------------------------------
 */

static gboolean
is_touched (BhComposerDialog *self)
{
  g_autoptr (BhDraft) now = bh_composer_collect (self);

  return !bh_draft_equal (now, self->pristine);
}

void
bh_composer_offer (BhComposerDialog *self)
{
  if (self->aside == NULL)
    {
      adw_banner_set_revealed (self->draft_banner, FALSE);
      return;
    }
  adw_banner_set_title (self->draft_banner, _ ("There is another draft of yours"));
  adw_banner_set_button_label (self->draft_banner, _ ("_Open Draft"));
  adw_banner_set_revealed (self->draft_banner, TRUE);
}

static void
put_aside (BhComposerDialog *self, BhDraft *draft)
{
  g_clear_pointer (&self->aside, bh_draft_unref);
  if (draft != NULL && !bh_draft_is_blank (draft))
    {
      self->aside = bh_draft_copy (draft);
      g_clear_pointer (&self->aside->previous, bh_draft_unref);
    }
  bh_composer_offer (self);
}

static void
take_loaded (BhComposerDialog *self, BhDraft *draft)
{
  if (bh_draft_is_blank (draft) && draft->previous == NULL)
    return;
  self->saved = bh_draft_ref (draft);
  /* what is being written already goes first */
  if (self->is_filled || is_touched (self))
    {
      self->is_filled = TRUE;
      put_aside (self, bh_draft_is_blank (draft) ? draft->previous : draft);
      return;
    }
  bh_composer_apply (self, draft);
  put_aside (self, draft->previous);
}

static DexFuture *
loaded_cb (DexFuture *future, gpointer data)
{
  BhComposerDialog *self = data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self->connections == NULL)
    return dex_future_new_true ();
  self->is_loaded = TRUE;
  if (value != NULL)
    take_loaded (self, g_value_get_boxed (value));
  else
    {
      adw_banner_set_title (self->error_banner, error->message);
      adw_banner_set_revealed (self->error_banner, TRUE);
    }
  bh_composer_save_soon (self);
  return dex_future_new_true ();
}

void
bh_composer_load (BhComposerDialog *self)
{
  dex_future_disown (
      dex_future_finally (bh_draft_file_load (self->file), loaded_cb, g_object_ref (self), g_object_unref));
}

/* --- writing ---------------------------------------------------------------------------------------------
 */

static gboolean
save_cb (gpointer data)
{
  BhComposerDialog *self = data;

  self->save_source = 0;
  bh_composer_save_now (self);
  return G_SOURCE_REMOVE;
}

void
bh_composer_save_soon (BhComposerDialog *self)
{
  if (self->save_source == 0)
    self->save_source = g_timeout_add (SAVE_MS, save_cb, self);
}

static gboolean
same_file (const BhDraft *one, const BhDraft *other)
{
  if (one == NULL || other == NULL)
    return one == other;
  if (!bh_draft_equal (one, other) || (one->previous == NULL) != (other->previous == NULL))
    return FALSE;
  return one->previous == NULL || bh_draft_equal (one->previous, other->previous);
}

static void
write_draft (BhComposerDialog *self, BhDraft *draft)
{
  if (same_file (draft, self->saved))
    return;
  g_clear_pointer (&self->saved, bh_draft_unref);
  self->saved = draft != NULL ? bh_draft_ref (draft) : NULL;
  bh_draft_file_save (self->file, draft);
}

void
bh_composer_save_now (BhComposerDialog *self)
{
  g_autoptr (BhDraft) draft = NULL;

  g_clear_handle_id (&self->save_source, g_source_remove);
  if (self->is_created || (!self->is_loaded && !is_touched (self)))
    return;
  draft = bh_composer_collect (self);
  /* a recipe that nobody has touched is no draft */
  if (bh_draft_is_blank (draft) || (self->is_filled && bh_draft_equal (draft, self->pristine)))
    {
      write_draft (self, self->aside);
      return;
    }
  if (self->aside != NULL)
    draft->previous = bh_draft_ref (self->aside);
  write_draft (self, draft);
}

/* Whether the fields hold what a person has written, now or in the draft, and not only a recipe. */
static gboolean
is_worth_keeping (BhComposerDialog *self, const BhDraft *now)
{
  return !bh_draft_is_blank (now) && (!self->is_filled || !bh_draft_equal (now, self->pristine));
}

void
bh_composer_keep_aside (BhComposerDialog *self)
{
  g_autoptr (BhDraft) now = bh_composer_collect (self);

  if (is_worth_keeping (self, now))
    put_aside (self, now);
}

void
bh_composer_swap (BhComposerDialog *self)
{
  g_autoptr (BhDraft) now = bh_composer_collect (self);
  g_autoptr (BhDraft) aside = g_steal_pointer (&self->aside);
  gboolean is_worth = is_worth_keeping (self, now);

  self->is_filled = FALSE;
  bh_composer_apply (self, aside);
  put_aside (self, is_worth ? now : NULL);
  bh_composer_save_soon (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->instructions));
}

void
bh_composer_forget (BhComposerDialog *self)
{
  g_clear_handle_id (&self->save_source, g_source_remove);
  self->is_created = TRUE;
  write_draft (self, self->aside);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/preferences/bh-autostart.h"
#include "app/preferences/bh-general-page.h"
#include "app/preferences/bh-preferences-dialog.h"
#include "client/bh-info-item.h"

#define AUTO "auto"

struct _BhGeneralPage
{
  AdwPreferencesPage parent_instance;

  AdwComboRow *engine;
  AdwComboRow *mode;
  AdwComboRow *keep;
  AdwSwitchRow *run_in_background;
  AdwSwitchRow *start_at_login;
  AdwSwitchRow *notify_needs_you;
  AdwSwitchRow *notify_completed;
  AdwSwitchRow *notify_failed;

  GListModel *engines; /* of the local coordinator */
  GSettings *settings;
  GStrv engine_ids; /* in the order of the row's model */
  gboolean filling; /* the row's model is being replaced */
  gboolean asking;  /* the portal has not answered yet */
};

G_DEFINE_FINAL_TYPE (BhGeneralPage, bh_general_page, ADW_TYPE_PREFERENCES_PAGE)

/* --- engine -------------------------------------------------------------------------------------------- */

static void
fill_engines (BhGeneralPage *self)
{
  g_autofree char *chosen = g_settings_get_string (self->settings, "default-engine");
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint selected = GTK_INVALID_LIST_POSITION;

  g_strv_builder_add (ids, AUTO);
  gtk_string_list_append (names, C_ ("engine", "Auto-detect"));
  if (g_str_equal (chosen, AUTO))
    selected = 0;
  for (guint i = 0; i < g_list_model_get_n_items (self->engines); i++)
    {
      g_autoptr (BhInfoItem) item = g_list_model_get_item (self->engines, i);
      const BhEngineInfo *info = bh_info_item_get (item);

      if (g_str_equal (chosen, info->id))
        selected = i + 1;
      g_strv_builder_add (ids, info->id);
      gtk_string_list_append (names, info->name);
    }
  if (selected == GTK_INVALID_LIST_POSITION)
    {
      /* not known (yet): stays what it is until another is chosen */
      selected = g_list_model_get_n_items (G_LIST_MODEL (names));
      g_strv_builder_add (ids, chosen);
      gtk_string_list_append (names, chosen);
    }
  self->filling = TRUE;
  g_strfreev (self->engine_ids);
  self->engine_ids = g_strv_builder_end (ids);
  adw_combo_row_set_model (self->engine, G_LIST_MODEL (names));
  adw_combo_row_set_selected (self->engine, selected);
  self->filling = FALSE;
}

static void
engine_selected_cb (BhGeneralPage *self)
{
  guint selected = adw_combo_row_get_selected (self->engine);

  if (!self->filling && selected < g_strv_length (self->engine_ids))
    g_settings_set_string (self->settings, "default-engine", self->engine_ids[selected]);
}

/* --- choices ------------------------------------------------------------------------------------------- */

static const char *const modes[] = { "interactive", "autonomous", NULL };
static const char *const keeps[] = { "by-mode", "keep", "stop", NULL };

static gboolean
get_choice (GValue *value, GVariant *variant, gpointer choices)
{
  const char *const *nicks = choices;
  const char *nick = g_variant_get_string (variant, NULL);

  for (guint i = 0; nicks[i] != NULL; i++)
    if (g_str_equal (nicks[i], nick))
      {
        g_value_set_uint (value, i);
        return TRUE;
      }
  return FALSE;
}

static GVariant *
set_choice (const GValue *value, const GVariantType *type, gpointer choices)
{
  const char *const *nicks = choices;

  return g_variant_new_string (nicks[g_value_get_uint (value)]);
}

static void
bind_choice (BhGeneralPage *self, const char *key, AdwComboRow *row, const char *const *nicks)
{
  g_settings_bind_with_mapping (self->settings, key, row, "selected", G_SETTINGS_BIND_DEFAULT, get_choice,
                                set_choice, (gpointer) nicks, NULL);
}

static void
mode_changed_cb (BhGeneralPage *self)
{
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->mode), adw_combo_row_get_selected (self->mode) == 0
                                                                ? _ ("May pause and ask you")
                                                                : _ ("Never pauses, never asks"));
}

/* --- login --------------------------------------------------------------------------------------------- */

static void
show_autostart (BhGeneralPage *self, gboolean wanted)
{
  self->asking = TRUE;
  adw_switch_row_set_active (self->start_at_login, wanted);
  self->asking = FALSE;
}

typedef struct
{
  BhGeneralPage *page;
  GSettings *settings;
  gboolean wanted;
} Ask;

static void
ask_free (Ask *self)
{
  g_object_unref (self->page);
  g_object_unref (self->settings);
  g_free (self);
}

static DexFuture *
ask_fiber (gpointer data)
{
  Ask *ask = data;
  BhGeneralPage *self = ask->page;
  g_autoptr (GError) error = NULL;

  if (dex_await (bh_autostart_set (ask->wanted), &error))
    {
      g_settings_set_boolean (ask->settings, "start-at-login", ask->wanted);
      return dex_future_new_true ();
    }
  if (self->settings == NULL)
    return dex_future_new_true (); /* closed meanwhile */
  bh_preferences_toast (GTK_WIDGET (self), error->message);
  show_autostart (self, g_settings_get_boolean (self->settings, "start-at-login"));
  return dex_future_new_true ();
}

static void
start_at_login_cb (BhGeneralPage *self)
{
  Ask *ask;

  if (self->asking)
    return;
  ask = g_new0 (Ask, 1);
  ask->page = g_object_ref (self);
  ask->settings = g_object_ref (self->settings);
  ask->wanted = adw_switch_row_get_active (self->start_at_login);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, ask_fiber, ask, (GDestroyNotify) ask_free));
}

/* --- the page ------------------------------------------------------------------------------------------ */

static void
bh_general_page_dispose (GObject *object)
{
  BhGeneralPage *self = BH_GENERAL_PAGE (object);

  if (self->engines != NULL)
    g_signal_handlers_disconnect_by_data (self->engines, self);
  g_clear_object (&self->engines);
  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_GENERAL_PAGE);
  G_OBJECT_CLASS (bh_general_page_parent_class)->dispose (object);
}

/* What of the person's Runs may have is chosen beside the engines. */
static void
engines_cb (BhGeneralPage *self)
{
  GtkWidget *dialog = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_PREFERENCES_DIALOG);

  if (dialog != NULL)
    adw_preferences_dialog_set_visible_page_name (ADW_PREFERENCES_DIALOG (dialog), "engines");
}

static void
bh_general_page_finalize (GObject *object)
{
  g_strfreev (BH_GENERAL_PAGE (object)->engine_ids);
  G_OBJECT_CLASS (bh_general_page_parent_class)->finalize (object);
}

static void
bh_general_page_class_init (BhGeneralPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_general_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_general_page_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-general-page.ui");
  gtk_widget_class_bind_template_child (widget_class, BhGeneralPage, engine);
  gtk_widget_class_bind_template_child (widget_class, BhGeneralPage, mode);
  gtk_widget_class_bind_template_child (widget_class, BhGeneralPage, keep);
  gtk_widget_class_bind_template_child (widget_class, BhGeneralPage, run_in_background);
  gtk_widget_class_bind_template_child (widget_class, BhGeneralPage, start_at_login);
  gtk_widget_class_bind_template_child (widget_class, BhGeneralPage, notify_needs_you);
  gtk_widget_class_bind_template_child (widget_class, BhGeneralPage, notify_completed);
  gtk_widget_class_bind_template_child (widget_class, BhGeneralPage, notify_failed);
  gtk_widget_class_bind_template_callback (widget_class, mode_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, engines_cb);
}

static void
bh_general_page_init (BhGeneralPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  mode_changed_cb (self);
}

static void
bind_switch (BhGeneralPage *self, const char *key, AdwSwitchRow *row)
{
  g_settings_bind (self->settings, key, row, "active", G_SETTINGS_BIND_DEFAULT);
}

AdwPreferencesPage *
bh_general_page_new (BhConnections *connections, GSettings *settings)
{
  BhGeneralPage *self = g_object_new (BH_TYPE_GENERAL_PAGE, NULL);

  self->settings = g_object_ref (settings);
  self->engines = g_object_ref (bh_connection_get_engines (bh_connections_get_local (connections)));
  g_signal_connect_swapped (self->engines, "items-changed", G_CALLBACK (fill_engines), self);
  fill_engines (self);
  g_signal_connect_swapped (self->engine, "notify::selected", G_CALLBACK (engine_selected_cb), self);
  bind_choice (self, "default-mode", self->mode, modes);
  bind_choice (self, "default-keep", self->keep, keeps);
  bind_switch (self, "run-in-background", self->run_in_background);
  bind_switch (self, "notify-needs-you", self->notify_needs_you);
  bind_switch (self, "notify-completed", self->notify_completed);
  bind_switch (self, "notify-failed", self->notify_failed);
  show_autostart (self, g_settings_get_boolean (settings, "start-at-login"));
  g_signal_connect_swapped (self->start_at_login, "notify::active", G_CALLBACK (start_at_login_cb), self);
  return ADW_PREFERENCES_PAGE (self);
}

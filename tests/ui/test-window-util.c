/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-window-util.h"

#include <string.h>

#include "app/bh-settings.h"

guint
n_items (gpointer model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (model));
}

gboolean
has_items (Fixture *self, gconstpointer n)
{
  return n_items (self->list) == GPOINTER_TO_UINT (n);
}

gboolean
has_at_least (Fixture *self, gconstpointer n)
{
  return n_items (self->list) >= GPOINTER_TO_UINT (n);
}

gboolean
was_asked (Fixture *self, gconstpointer request)
{
  return scripted_coordinator_count (self->coordinator, request) > 0;
}

GtkWidget *
find_type (gpointer widget, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    {
      GtkWidget *found = find_type (at, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
is_called (GtkWidget *button, const char *text)
{
  return g_strcmp0 (gtk_button_get_label (GTK_BUTTON (button)), text) == 0 ||
         g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (button)), text) == 0 ||
         g_strcmp0 (gtk_widget_get_tooltip_text (button), text) == 0;
}

/* The button that says so, or has that icon. */
static GtkWidget *
find_button (GtkWidget *widget, const char *text)
{
  if (GTK_IS_BUTTON (widget) && gtk_widget_get_mapped (widget) && is_called (widget, text))
    return widget;
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    {
      GtkWidget *found = find_button (at, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

gboolean
has_button (Fixture *self, gconstpointer text)
{
  return find_button (GTK_WIDGET (self->window), text) != NULL;
}

static gboolean
can_press (Fixture *self, gconstpointer text)
{
  GtkWidget *button = find_button (GTK_WIDGET (self->window), text);

  return button != NULL && gtk_widget_is_sensitive (button);
}

void
press (Fixture *self, const char *text)
{
  wait_for (self, can_press, text, text);
  g_signal_emit_by_name (find_button (GTK_WIDGET (self->window), text), "clicked");
}

/* --- menus --------------------------------------------------------------------------------------------- */

/* GTK's own class, which has no header. */
static GtkWidget *
find_item (GtkWidget *widget, const char *text)
{
  if (g_str_equal (G_OBJECT_TYPE_NAME (widget), "GtkModelButton") && gtk_widget_get_mapped (widget))
    {
      g_autofree char *label = NULL;

      g_object_get (widget, "text", &label, NULL);
      if (g_strcmp0 (label, text) == 0)
        return widget;
    }
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    {
      GtkWidget *found = find_item (at, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

gboolean
has_item (Fixture *self, gconstpointer text)
{
  GtkWidget *item = find_item (GTK_WIDGET (self->window), text);

  return item != NULL && gtk_widget_is_sensitive (item);
}

void
choose (Fixture *self, const char *text)
{
  wait_for (self, has_item, text, text);
  g_signal_emit_by_name (find_item (GTK_WIDGET (self->window), text), "clicked");
}

/* --- what is said -------------------------------------------------------------------------------------- */

static gboolean
says (GtkWidget *widget, const char *text)
{
  if (!gtk_widget_get_mapped (widget))
    return FALSE;
  if (GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL)
    return TRUE;
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    if (says (at, text))
      return TRUE;
  return FALSE;
}

gboolean
is_said (Fixture *self, gconstpointer text)
{
  return says (GTK_WIDGET (self->window), text);
}

gboolean
is_not_said (Fixture *self, gconstpointer text)
{
  return !is_said (self, text);
}

gboolean
is_copied (Fixture *self, gconstpointer text)
{
  GdkContentProvider *content =
      gdk_clipboard_get_content (gtk_widget_get_clipboard (GTK_WIDGET (self->window)));
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  return content != NULL && gdk_content_provider_get_value (content, &value, NULL) &&
         g_strcmp0 (g_value_get_string (&value), text) == 0;
}

/* --- the fixture --------------------------------------------------------------------------------------- */

void
put_run (Fixture *self, guint n, BhRunState state, gint64 seconds_ago)
{
  g_autofree char *id = ui_test_run_id (n);
  g_autoptr (BhRun) run = scripted_run_new (id, state, seconds_ago);

  scripted_coordinator_put_run (self->coordinator, run);
}

void
open_window (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  g_setenv ("BELLHOP_SOCKET", scripted_coordinator_get_socket (self->coordinator), TRUE);
  self->application = bh_application_new ();
  g_application_register (G_APPLICATION (self->application), NULL, &error);
  g_assert_no_error (error);
  self->window = bh_window_new (self->application);
  self->list = bh_run_list_view_get_list (self->window->list);
  gtk_window_present (GTK_WINDOW (self->window));
}

void
set_up (Fixture *self, gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);

  self->coordinator = scripted_coordinator_new ();
  for (guint i = 0; i < n; i++)
    put_run (self, i, BH_RUN_COMPLETED, 60 + i);
  open_window (self);
  wait_for (self, has_at_least, GUINT_TO_POINTER (MIN (n, 200)), "the Runs");
}

static gboolean
is_open (Fixture *self, gconstpointer data)
{
  BhTimeline *timeline = self->window->page != NULL ? self->window->page->timeline : NULL;

  return timeline != NULL && bh_timeline_get_ready (timeline) && bh_timeline_get_live (timeline) &&
         gtk_widget_get_mapped (GTK_WIDGET (self->window->page->view));
}

void
open_run (Fixture *self, guint n)
{
  g_autofree char *id = ui_test_run_id (n);

  bh_window_open_run (self->window, bh_run_list_lookup (self->list, BH_CONNECTION_LOCAL_ID, id));
  wait_for (self, is_open, NULL, "the Run's page");
}

/* The next test's Runs have the same names. */
static void
forget_seen (void)
{
  g_autoptr (GSettings) settings = bh_settings_new ();

  g_settings_reset (settings, "unread-runs");
  g_settings_reset (settings, "seen-until");
}

void
tear_down (Fixture *self, gconstpointer data)
{
  gpointer window = self->window;

  if (window != NULL)
    {
      g_object_add_weak_pointer (window, &window);
      gtk_window_destroy (window);
      WAIT_FOR (window == NULL);
    }
  ui_test_end_application (&self->application);
  forget_seen ();
  g_clear_pointer (&self->coordinator, scripted_coordinator_free);
}

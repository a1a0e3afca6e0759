/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/bh-window-private.h"

#include <glib/gi18n.h>

#include "app/widgets/bh-status.h"

G_DEFINE_FINAL_TYPE (BhWindow, bh_window, ADW_TYPE_APPLICATION_WINDOW)

/* --- which Run is open --------------------------------------------------------------------------------- */

static BhRunItem *
get_run (BhWindow *self)
{
  if (self->ahead_run != NULL)
    return self->ahead_run;
  return self->page != NULL ? bh_run_view_get_run (self->page) : NULL;
}

static void
make_page (BhWindow *self)
{
  if (self->page == NULL)
    self->page = g_object_ref_sink (g_object_new (BH_TYPE_RUN_VIEW, NULL));
}

static void
show_page (BhWindow *self, gboolean is_run)
{
  AdwNavigationPage *page = self->nothing;

  if (is_run)
    {
      make_page (self);
      page = ADW_NAVIGATION_PAGE (self->page);
    }
  if (adw_navigation_split_view_get_content (self->split) != page)
    adw_navigation_split_view_set_content (self->split, page);
}

static void
drop_ahead (BhWindow *self)
{
  g_clear_handle_id (&self->ahead_source, g_source_remove);
  g_clear_object (&self->ahead_run);
  g_clear_object (&self->ahead);
}

void
bh_window_show_ahead (BhWindow *self)
{
  g_autoptr (BhRunItem) run = g_steal_pointer (&self->ahead_run);
  g_autoptr (BhTimeline) timeline = g_steal_pointer (&self->ahead);

  if (run == NULL)
    return;
  drop_ahead (self);
  show_page (self, TRUE);
  bh_run_view_set_timeline (self->page, run, timeline);
  if (self->ahead_row >= 0)
    bh_run_view_show_row (self->page, (guint64) self->ahead_row);
}

static gboolean
ahead_cb (gpointer data)
{
  BhWindow *self = data;

  self->ahead_source = 0;
  bh_window_show_ahead (self);
  return G_SOURCE_REMOVE;
}

/* A page takes some frames to be made. What it is to show is asked for first, and comes meanwhile. */
static void
go_ahead (BhWindow *self, BhRunItem *run)
{
  self->ahead_run = g_object_ref (run);
  self->ahead = bh_timeline_new (bh_run_item_get_connection (run), bh_run_item_get_id (run));
  self->ahead_row = -1;
  self->ahead_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, ahead_cb, self, NULL);
}

BhRunItem *
bh_window_get_run (BhWindow *self)
{
  g_return_val_if_fail (BH_IS_WINDOW (self), NULL);
  if (adw_navigation_split_view_get_collapsed (self->split) &&
      !adw_navigation_split_view_get_show_content (self->split))
    return NULL;
  return get_run (self);
}

/* What is before the person's eyes is not news. */
static void
mark_read (BhWindow *self)
{
  BhRunItem *run = bh_window_get_run (self);

  if (run != NULL && gtk_window_is_active (GTK_WINDOW (self)))
    bh_run_item_set_unread (run, FALSE);
}

static void
show_run (BhWindow *self, BhRunItem *run)
{
  drop_ahead (self);
  /* over the list another page would take the keyboard meanwhile */
  if (self->page == NULL && run != NULL && bh_run_item_get_connection (run) != NULL &&
      !adw_navigation_split_view_get_collapsed (self->split))
    {
      go_ahead (self, run);
      return;
    }
  show_page (self, run != NULL);
  if (self->page != NULL)
    bh_run_view_set_run (self->page, run);
}

static void
set_run (BhWindow *self, BhRunItem *run)
{
  if (get_run (self) != run)
    show_run (self, run);
  g_signal_group_set_target (self->run_signals, run);
  if (run != NULL)
    bh_run_item_set_unread (run, FALSE);
}

void
bh_window_close_run (BhWindow *self, BhRunItem *run)
{
  if (get_run (self) != run)
    return;
  bh_run_list_view_set_selected (self->list, NULL);
  set_run (self, NULL);
  adw_navigation_split_view_set_show_content (self->split, FALSE);
}

static void
removed_cb (BhWindow *self, GParamSpec *pspec, BhRunItem *run)
{
  g_autofree char *text = g_strdup_printf (_ ("“%s” has been deleted"), bh_run_item_get_name (run));

  bh_window_close_run (self, run);
  bh_window_say (self, text);
}

/* The list follows the arrow keys; beside the page, so does the page. */
static void
selected_cb (BhWindow *self)
{
  BhRunItem *run = NULL;

  g_object_get (self->list, "selected", &run, NULL);
  if (run != NULL && !adw_navigation_split_view_get_collapsed (self->split))
    set_run (self, run);
  g_clear_object (&run);
}

static void
run_activated_cb (BhWindow *self, BhRunItem *run)
{
  set_run (self, run);
  adw_navigation_split_view_set_show_content (self->split, TRUE);
}

/* When there is room again, what is selected is what is shown. */
static void
collapsed_cb (BhWindow *self)
{
  selected_cb (self);
}

void
bh_window_open_run (BhWindow *self, BhRunItem *run)
{
  g_return_if_fail (BH_IS_WINDOW (self));
  g_return_if_fail (BH_IS_RUN_ITEM (run));
  bh_run_list_view_set_selected (self->list, run);
  set_run (self, run);
  adw_navigation_split_view_set_show_content (self->split, TRUE);
}

void
bh_window_show_row (BhWindow *self, guint64 row)
{
  g_return_if_fail (BH_IS_WINDOW (self));
  if (self->ahead_run != NULL)
    self->ahead_row = (gint64) MIN (row, G_MAXINT64);
  else if (get_run (self) != NULL)
    bh_run_view_show_row (self->page, row);
}

/* --- said aloud ---------------------------------------------------------------------------------------- */

static void
announce (BhWindow *self, const char *name, const char *what)
{
  g_autofree char *text = g_strdup_printf (C_ ("a Run and its state, spoken", "%s: %s"), name, what);

  gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

/* Of the Run that is open its page speaks, and says more. A set is told of again whenever it changes. */
static void
question_cb (BhWindow *self, BhConnection *connection, BhQuestionSet *set)
{
  BhRunItem *run = set->run != NULL ? bh_connection_lookup_run (connection, set->run) : NULL;

  if (set->state != BH_SET_OPEN)
    g_hash_table_remove (self->told, set->id);
  else if (run != NULL && g_hash_table_add (self->told, g_strdup (set->id)) &&
           run != bh_window_get_run (self))
    announce (self, bh_run_item_get_name (run), bh_run_state_label (BH_RUN_NEEDS_YOU));
}

static void
ended_cb (BhWindow *self, BhConnection *connection, BhRun *run)
{
  BhRunItem *open = bh_window_get_run (self);

  if (open == NULL || open != bh_connection_lookup_run (connection, run->id))
    announce (self, run->name, bh_run_state_label (run->state));
}

/* --- actions ------------------------------------------------------------------------------------------- */

static void
search_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BhWindow *self = BH_WINDOW (widget);

  adw_navigation_split_view_set_show_content (self->split, FALSE);
  bh_run_list_view_begin_search (self->list);
}

void
bh_window_search (BhWindow *self, const char *text)
{
  g_return_if_fail (BH_IS_WINDOW (self));
  adw_navigation_split_view_set_show_content (self->split, FALSE);
  bh_run_list_view_search (self->list, text);
}

static void
recipe_cb (BhWindow *self, const char *path)
{
  bh_window_compose_recipe (self, path);
}

void
bh_window_add_toast (BhWindow *self, AdwToast *toast)
{
  g_return_if_fail (BH_IS_WINDOW (self));
  adw_toast_overlay_add_toast (self->toasts, toast);
}

void
bh_window_say (BhWindow *self, const char *text)
{
  AdwToast *toast;

  g_return_if_fail (BH_IS_WINDOW (self));
  toast = adw_toast_new (text);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

BhWindow *
bh_window_of (GtkWidget *widget)
{
  GtkRoot *root;

  g_return_val_if_fail (GTK_IS_WIDGET (widget), NULL);
  root = gtk_widget_get_root (widget);
  return BH_IS_WINDOW (root) ? BH_WINDOW (root) : NULL;
}

void
bh_window_say_at (GtkWidget *widget, const char *text)
{
  BhWindow *window = bh_window_of (widget);

  if (window != NULL)
    bh_window_say (window, text);
}

/* --- the page ahead of its Run ------------------------------------------------------------------------- */

static void after_paint_cb (BhWindow *self);

static gboolean
prepare_cb (gpointer data)
{
  BhWindow *self = data;

  self->prepare_source = 0;
  make_page (self);
  return G_SOURCE_REMOVE;
}

static void
stop_preparing (BhWindow *self)
{
  g_clear_handle_id (&self->prepare_source, g_source_remove);
  /* by what it calls: the window's own handlers of the clock have the window as their data, too */
  if (self->clock != NULL)
    g_signal_handlers_disconnect_by_func (self->clock, after_paint_cb, self);
  g_clear_object (&self->clock);
}

static void
after_paint_cb (BhWindow *self)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (bh_run_list_view_get_list (self->list))) == 0)
    return;
  stop_preparing (self);
  self->prepare_source = g_idle_add_full (G_PRIORITY_LOW, prepare_cb, self, NULL);
}

/* The page of a Run is most of the window, and the list is there sooner without it. Once the list is painted
 * there is somebody who reads it, and then opens one. */
static void
bh_window_map (GtkWidget *widget)
{
  BhWindow *self = BH_WINDOW (widget);

  GTK_WIDGET_CLASS (bh_window_parent_class)->map (widget);
  stop_preparing (self);
  if (self->page != NULL)
    return;
  self->clock = g_object_ref (gtk_widget_get_frame_clock (widget));
  g_signal_connect_swapped (self->clock, "after-paint", G_CALLBACK (after_paint_cb), self);
}

static void
bh_window_unmap (GtkWidget *widget)
{
  stop_preparing (BH_WINDOW (widget));
  GTK_WIDGET_CLASS (bh_window_parent_class)->unmap (widget);
}

/* --- the window ---------------------------------------------------------------------------------------- */

static void
remember_size (BhWindow *self)
{
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set (self->settings, "window-size", "(ii)", width, height);
  g_settings_set_boolean (self->settings, "window-maximized", gtk_window_is_maximized (GTK_WINDOW (self)));
}

static void
bh_window_unrealize (GtkWidget *widget)
{
  BhWindow *self = BH_WINDOW (widget);

  /* however it is closed */
  remember_size (self);
  GTK_WIDGET_CLASS (bh_window_parent_class)->unrealize (widget);
}

static void
bh_window_dispose (GObject *object)
{
  BhWindow *self = BH_WINDOW (object);

  if (self->deletions != NULL)
    bh_window_finish_deletions (self);
  stop_preparing (self);
  drop_ahead (self);
  g_clear_object (&self->run_signals);
  g_clear_object (&self->runs);
  g_clear_object (&self->settings);
  g_clear_object (&self->connections);
  g_clear_pointer (&self->deletions, g_ptr_array_unref);
  g_clear_pointer (&self->told, g_hash_table_unref);
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_WINDOW);
  g_clear_object (&self->page);
  G_OBJECT_CLASS (bh_window_parent_class)->dispose (object);
}

static void
bh_window_class_init (BhWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_window_dispose;
  widget_class->map = bh_window_map;
  widget_class->unmap = bh_window_unmap;
  widget_class->unrealize = bh_window_unrealize;
  g_type_ensure (BH_TYPE_CONNECTION_BANNERS);
  g_type_ensure (BH_TYPE_RUN_LIST_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-window.ui");
  gtk_widget_class_bind_template_child (widget_class, BhWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, BhWindow, split);
  gtk_widget_class_bind_template_child (widget_class, BhWindow, list);
  gtk_widget_class_bind_template_child (widget_class, BhWindow, nothing);
  gtk_widget_class_bind_template_child (widget_class, BhWindow, banners);
  gtk_widget_class_bind_template_callback (widget_class, collapsed_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, run_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, recipe_cb);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_action);
}

static void
bh_window_init (BhWindow *self)
{
  self->deletions = g_ptr_array_new ();
  self->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  self->run_signals = g_signal_group_new (BH_TYPE_RUN_ITEM);
  g_signal_group_connect_swapped (self->run_signals, "notify::unread", G_CALLBACK (mark_read), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::removed", G_CALLBACK (removed_cb), self);
  g_signal_connect (self, "notify::is-active", G_CALLBACK (mark_read), NULL);
  if (g_str_equal (BH_PROFILE, "development"))
    gtk_widget_add_css_class (GTK_WIDGET (self), "devel");
}

BhWindow *
bh_window_new (BhApplication *application)
{
  BhConnections *connections;
  GSettings *settings;
  BhWindow *self;
  int width, height;

  g_return_val_if_fail (BH_IS_APPLICATION (application), NULL);
  connections = bh_application_get_connections (application);
  settings = bh_application_get_settings (application);
  g_settings_get (settings, "window-size", "(ii)", &width, &height);
  self = g_object_new (BH_TYPE_WINDOW, "application", application, "default-width", width, "default-height",
                       height, "maximized", g_settings_get_boolean (settings, "window-maximized"), NULL);
  self->settings = g_object_ref (settings);
  self->connections = g_object_ref (connections);
  bh_run_list_view_set_connections (self->list, connections);
  bh_connection_banners_set_connections (self->banners, connections);
  g_signal_connect_object (connections, "question", G_CALLBACK (question_cb), self, G_CONNECT_SWAPPED);
  self->runs = bh_active_runs_new (connections);
  g_signal_connect_object (self->runs, "ended", G_CALLBACK (ended_cb), self, G_CONNECT_SWAPPED);
  return self;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/runs/bh-run-list-view.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/runs/bh-run-pane.h"
#include "app/runs/bh-welcome.h"
#include "app/widgets/bh-late-menu.h"
#include "app/widgets/bh-status.h"

#define PAGES "/org/bellhop/Bellhop/ui/bh-run-list-pages.ui"

struct _BhRunListView
{
  AdwNavigationPage parent_instance;

  /* template */
  GtkWidget *search_bar;
  GtkEditable *search;
  GtkMenuButton *main;
  GtkMenuButton *filter;
  GtkWidget *filter_bar;
  GtkLabel *filter_label;
  GMenuModel *primary_menu;
  GMenuModel *filter_menu;
  GtkStack *stack;
  BhRunPane *all;

  /* children, not there before they are shown */
  BhRunPane *found;
  AdwStatusPage *failure;

  /* owned */
  BhConnections *connections;
  BhRunList *list;
  BhRunList *results;
  GSimpleActionGroup *filters;
  BhRunItem *selected; /* (nullable) */
  guint states;        /* of the filter, bits 1 << BH_RUN_… */
};

G_DEFINE_FINAL_TYPE (BhRunListView, bh_run_list_view, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  PROP_SELECTED = 1,
  N_PROPS
};

enum
{
  RUN_ACTIVATED,
  RECIPE,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static const struct
{
  const char *name;
  BhRunState state; /* what it is called by */
  guint states;
} filters[] = {
  { "needs-you", BH_RUN_NEEDS_YOU, 1u << BH_RUN_NEEDS_YOU },
  { "running", BH_RUN_RUNNING, 1u << BH_RUN_RUNNING | 1u << BH_RUN_LAUNCHING },
  { "queued", BH_RUN_QUEUED, 1u << BH_RUN_QUEUED },
  { "completed", BH_RUN_COMPLETED, 1u << BH_RUN_COMPLETED },
  { "failed", BH_RUN_FAILED, 1u << BH_RUN_FAILED },
  { "stopped", BH_RUN_STOPPED, 1u << BH_RUN_STOPPED },
};

static void pane_selected_cb (BhRunListView *self, BhRunItem *run);
static void pane_activated_cb (BhRunListView *self, BhRunItem *run);
static void recipe_cb (BhRunListView *self, const char *path);

/* --- what is shown ------------------------------------------------------------------------------------- */

static gboolean
is_searching (BhRunListView *self)
{
  return *gtk_editable_get_text (self->search) != '\0' || self->states != 0;
}

static gboolean
has_items (BhRunList *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (list)) > 0;
}

static const char *
page_of_results (BhRunListView *self)
{
  if (has_items (self->results))
    return "found";
  if (bh_run_list_get_loading (self->results))
    return "loading";
  return bh_run_list_get_error (self->results) != NULL ? "failed" : "nothing-found";
}

static const char *
page_of_all (BhRunListView *self)
{
  gboolean connected;

  if (has_items (self->list))
    return "list";
  if (bh_run_list_get_loading (self->list))
    return "loading";
  g_object_get (self->connections, "connected", &connected, NULL);
  return connected ? "empty" : "offline";
}

static void
add_found (BhRunListView *self)
{
  self->found = g_object_new (BH_TYPE_RUN_PANE, NULL);
  g_signal_connect_swapped (self->found, "selected", G_CALLBACK (pane_selected_cb), self);
  g_signal_connect_swapped (self->found, "activated", G_CALLBACK (pane_activated_cb), self);
  bh_run_pane_set_list (self->found, self->results, self->connections);
  bh_run_pane_set_selected (self->found, self->selected);
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->found), "found");
}

static void
add_welcome (BhRunListView *self)
{
  GtkWidget *welcome = g_object_new (BH_TYPE_WELCOME, NULL);

  g_signal_connect_swapped (welcome, "recipe", G_CALLBACK (recipe_cb), self);
  gtk_stack_add_named (self->stack, welcome, "empty");
}

static void
add_status_pages (BhRunListView *self)
{
  static const char *const pages[][2] = {
    { "nothing_found", "nothing-found" },
    { "failed", "failed" },
    { "offline", "offline" },
  };
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource (PAGES);

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    gtk_stack_add_named (self->stack, GTK_WIDGET (gtk_builder_get_object (builder, pages[i][0])),
                         pages[i][1]);
  self->failure = ADW_STATUS_PAGE (gtk_builder_get_object (builder, "failed"));
}

/* Most pages are hardly ever seen: a window that waits for them opens later. */
static void
show_page (BhRunListView *self, const char *page)
{
  if (gtk_stack_get_child_by_name (self->stack, page) == NULL)
    {
      if (g_str_equal (page, "found"))
        add_found (self);
      else if (g_str_equal (page, "empty"))
        add_welcome (self);
      else
        add_status_pages (self);
    }
  gtk_stack_set_visible_child_name (self->stack, page);
}

static void
update (BhRunListView *self)
{
  gboolean searching = is_searching (self);
  const char *error;

  if (self->list == NULL)
    return;
  /* there is nothing to search before there is a Run */
  gtk_widget_set_visible (self->search_bar, searching || has_items (self->list));
  show_page (self, searching ? page_of_results (self) : page_of_all (self));
  error = bh_run_list_get_error (self->results);
  if (error != NULL && self->failure != NULL)
    {
      g_autofree char *escaped = g_markup_escape_text (error, -1);

      adw_status_page_set_description (self->failure, escaped);
    }
}

/* --- search and filter --------------------------------------------------------------------------------- */

static void
search_cb (BhRunListView *self)
{
  if (self->results == NULL)
    return;
  bh_run_list_search (self->results, gtk_editable_get_text (self->search), self->states);
  update (self);
}

/* In words, which a colour would not be to everybody. */
static char *
describe_filter (BhRunListView *self)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    if ((self->states & filters[i].states) != 0)
      {
        /* Translators: between the names of states: "Filter: Needs you, Failed" */
        g_string_append (names, names->len > 0 ? C_ ("filter", ", ") : "");
        g_string_append (names, bh_run_state_label (filters[i].state));
      }
  /* Translators: the states of the Runs that are shown */
  return g_strdup_printf (_ ("Filter: %s"), names->str);
}

static void
show_filter (BhRunListView *self)
{
  g_autofree char *text = describe_filter (self);
  gboolean filtered = self->states != 0;

  if (filtered)
    gtk_widget_add_css_class (GTK_WIDGET (self->filter), "accent");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->filter), "accent");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->filter), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  filtered ? text : _ ("All Runs are shown"), -1);
  gtk_label_set_text (self->filter_label, filtered ? text : "");
  /* the keyboard is not lost with the button that goes */
  if (!filtered && gtk_widget_get_focus_child (self->filter_bar) != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (self->filter));
  gtk_widget_set_visible (self->filter_bar, filtered);
}

static void
filter_changed (BhRunListView *self)
{
  self->states = 0;
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_autoptr (GVariant) state =
          g_action_group_get_action_state (G_ACTION_GROUP (self->filters), filters[i].name);

      if (g_variant_get_boolean (state))
        self->states |= filters[i].states;
    }
  show_filter (self);
  search_cb (self);
}

static void
clear_filter (BhRunListView *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->filters), filters[i].name);

      g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (FALSE));
    }
  filter_changed (self);
}

static void
filter_toggled_cb (BhRunListView *self, GVariant *value, GSimpleAction *action)
{
  g_simple_action_set_state (action, value);
  filter_changed (self);
}

static void
add_filters (BhRunListView *self)
{
  g_autoptr (GSimpleAction) clear = g_simple_action_new ("clear", NULL);

  self->filters = g_simple_action_group_new ();
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_autoptr (GSimpleAction) action =
          g_simple_action_new_stateful (filters[i].name, NULL, g_variant_new_boolean (FALSE));

      g_signal_connect_object (action, "change-state", G_CALLBACK (filter_toggled_cb), self,
                               G_CONNECT_SWAPPED);
      g_action_map_add_action (G_ACTION_MAP (self->filters), G_ACTION (action));
    }
  g_signal_connect_object (clear, "activate", G_CALLBACK (clear_filter), self, G_CONNECT_SWAPPED);
  g_action_map_add_action (G_ACTION_MAP (self->filters), G_ACTION (clear));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "filter", G_ACTION_GROUP (self->filters));
}

static BhRunPane *
shown_pane (BhRunListView *self)
{
  return is_searching (self) && self->found != NULL ? self->found : self->all;
}

static void
stop_search_cb (BhRunListView *self)
{
  gtk_editable_set_text (self->search, "");
  bh_run_pane_focus (shown_pane (self));
}

static void
search_entered_cb (BhRunListView *self)
{
  bh_run_pane_focus (shown_pane (self));
}

static void
search_again_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  search_cb (BH_RUN_LIST_VIEW (widget));
}

static void
show_all_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  BhRunListView *self = BH_RUN_LIST_VIEW (widget);

  gtk_editable_set_text (self->search, "");
  clear_filter (self);
}

void
bh_run_list_view_begin_search (BhRunListView *self)
{
  g_return_if_fail (BH_IS_RUN_LIST_VIEW (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

void
bh_run_list_view_search (BhRunListView *self, const char *text)
{
  g_return_if_fail (BH_IS_RUN_LIST_VIEW (self));
  g_return_if_fail (text != NULL);
  if (self->states != 0)
    clear_filter (self);
  gtk_editable_set_text (self->search, text);
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
  gtk_editable_set_position (self->search, -1);
}

/* --- selection ----------------------------------------------------------------------------------------- */

void
bh_run_list_view_set_selected (BhRunListView *self, BhRunItem *run)
{
  g_return_if_fail (BH_IS_RUN_LIST_VIEW (self));
  if (!g_set_object (&self->selected, run))
    return;
  bh_run_pane_set_selected (self->all, run);
  if (self->found != NULL)
    bh_run_pane_set_selected (self->found, run);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
}

static void
pane_selected_cb (BhRunListView *self, BhRunItem *run)
{
  bh_run_list_view_set_selected (self, run);
}

static void
pane_activated_cb (BhRunListView *self, BhRunItem *run)
{
  g_autoptr (BhRunItem) kept = g_object_ref (run);

  bh_run_list_view_set_selected (self, kept);
  g_signal_emit (self, signals[RUN_ACTIVATED], 0, kept);
}

static void
recipe_cb (BhRunListView *self, const char *path)
{
  g_signal_emit (self, signals[RECIPE], 0, path);
}

/* --- the object ---------------------------------------------------------------------------------------- */

static void
bh_run_list_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_SELECTED)
    g_value_set_object (value, BH_RUN_LIST_VIEW (object)->selected);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
bh_run_list_view_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_SELECTED)
    bh_run_list_view_set_selected (BH_RUN_LIST_VIEW (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
bh_run_list_view_dispose (GObject *object)
{
  BhRunListView *self = BH_RUN_LIST_VIEW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), BH_TYPE_RUN_LIST_VIEW);
  g_clear_object (&self->results);
  g_clear_object (&self->list);
  g_clear_object (&self->connections);
  g_clear_object (&self->filters);
  g_clear_object (&self->selected);
  G_OBJECT_CLASS (bh_run_list_view_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  g_type_ensure (BH_TYPE_RUN_PANE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-run-list-view.ui");
  gtk_widget_class_bind_template_child (widget_class, BhRunListView, search_bar);
  gtk_widget_class_bind_template_child (widget_class, BhRunListView, search);
  gtk_widget_class_bind_template_child (widget_class, BhRunListView, main);
  gtk_widget_class_bind_template_child (widget_class, BhRunListView, filter);
  gtk_widget_class_bind_template_child (widget_class, BhRunListView, filter_bar);
  gtk_widget_class_bind_template_child (widget_class, BhRunListView, filter_label);
  gtk_widget_class_bind_template_child (widget_class, BhRunListView, primary_menu);
  gtk_widget_class_bind_template_child (widget_class, BhRunListView, filter_menu);
  gtk_widget_class_bind_template_child (widget_class, BhRunListView, stack);
  gtk_widget_class_bind_template_child (widget_class, BhRunListView, all);
  gtk_widget_class_bind_template_callback (widget_class, search_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_entered_cb);
  gtk_widget_class_bind_template_callback (widget_class, pane_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, pane_activated_cb);
  gtk_widget_class_install_action (widget_class, "runs.search-again", NULL, search_again_action);
  gtk_widget_class_install_action (widget_class, "runs.show-all", NULL, show_all_action);
}

static void
bh_run_list_view_class_init (BhRunListViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = bh_run_list_view_dispose;
  object_class->get_property = bh_run_list_view_get_property;
  object_class->set_property = bh_run_list_view_set_property;
  properties[PROP_SELECTED] =
      g_param_spec_object ("selected", NULL, NULL, BH_TYPE_RUN_ITEM,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[RUN_ACTIVATED] = g_signal_new ("run-activated", BH_TYPE_RUN_LIST_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, BH_TYPE_RUN_ITEM);
  signals[RECIPE] = g_signal_new ("recipe", BH_TYPE_RUN_LIST_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
  bind_template (GTK_WIDGET_CLASS (klass));
}

static void
bh_run_list_view_init (BhRunListView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  add_filters (self);
  bh_late_menu_set (self->main, self->primary_menu);
  bh_late_menu_set (self->filter, self->filter_menu);
  gtk_search_entry_set_key_capture_widget (GTK_SEARCH_ENTRY (self->search), GTK_WIDGET (self->stack));
}

static void
follow (BhRunListView *self, BhRunList *list)
{
  g_signal_connect_object (list, "notify::n-items", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "notify::loading", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "notify::error", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
}

void
bh_run_list_view_set_connections (BhRunListView *self, BhConnections *connections)
{
  g_return_if_fail (BH_IS_RUN_LIST_VIEW (self));
  g_return_if_fail (BH_IS_CONNECTIONS (connections));
  g_return_if_fail (self->connections == NULL);
  self->connections = g_object_ref (connections);
  self->list = bh_run_list_new (connections);
  self->results = bh_run_list_new_search (connections);
  bh_run_pane_set_list (self->all, self->list, connections);
  follow (self, self->list);
  follow (self, self->results);
  g_signal_connect_object (connections, "notify::connected", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

BhRunList *
bh_run_list_view_get_list (BhRunListView *self)
{
  g_return_val_if_fail (BH_IS_RUN_LIST_VIEW (self), NULL);
  return self->list;
}

void
bh_run_list_view_hide (BhRunListView *self, BhRunItem *run)
{
  g_return_if_fail (BH_IS_RUN_LIST_VIEW (self));
  bh_run_list_hide (self->list, run);
  bh_run_list_hide (self->results, run);
}

void
bh_run_list_view_unhide (BhRunListView *self, BhRunItem *run)
{
  g_return_if_fail (BH_IS_RUN_LIST_VIEW (self));
  if (self->list == NULL)
    return;
  bh_run_list_unhide (self->list, run);
  bh_run_list_unhide (self->results, run);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/runs/bh-run-pane.h"

#include "app/runs/bh-run-commands.h"
#include "app/runs/bh-run-row.h"
#include "app/runs/bh-run-sections.h"
#include "app/widgets/bh-accessible.h"
#include "app/widgets/bh-focus.h"

struct _BhRunPane
{
  AdwBin parent_instance;

  /* template */
  GtkScrolledWindow *scroller;
  GtkListView *view;
  GtkRevealer *more;
  GMenuModel *run_menu;

  /* owned */
  BhRunList *list;
  BhConnections *connections;
  BhRunSections *sections;
  GtkSingleSelection *selection;
  GtkPopover *popover; /* a child; (nullable) until it is asked for */
  BhRunItem
      *selected;      /* (nullable): as the person or the window wants it, also while it is not in the list */
  BhRunItem *target;  /* (nullable): what the menu is about */
  gboolean selecting; /* it is us */
  guint looking;      /* a tick callback */
  guint frames;       /* that it has seen */
};

G_DEFINE_FINAL_TYPE (BhRunPane, bh_run_pane, ADW_TYPE_BIN)

enum
{
  SELECTED,
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* --- selection ----------------------------------------------------------------------------------------- */

/* A Run that moves leaves the list for a moment, and with it the selection. */
static void
restore_selection (BhRunPane *self)
{
  guint position = self->selected != NULL ? bh_run_list_find (self->list, self->selected) : G_MAXUINT;

  if (gtk_single_selection_get_selected (self->selection) == position)
    return;
  self->selecting = TRUE;
  gtk_single_selection_set_selected (self->selection, position);
  self->selecting = FALSE;
}

static void
selection_changed_cb (BhRunPane *self)
{
  BhRunItem *run = gtk_single_selection_get_selected_item (self->selection);

  /* nobody can select nothing */
  if (self->selecting || run == NULL || run == self->selected)
    return;
  g_set_object (&self->selected, run);
  g_signal_emit (self, signals[SELECTED], 0, run);
}

static void
activate_run (BhRunPane *self, BhRunItem *run)
{
  g_autoptr (BhRunItem) kept = g_object_ref (run);

  bh_run_pane_set_selected (self, kept);
  g_signal_emit (self, signals[ACTIVATED], 0, kept);
}

static void
activate_cb (BhRunPane *self, guint position)
{
  g_autoptr (BhRunItem) run = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (run != NULL)
    activate_run (self, run);
}

static void
clicked_cb (BhRunPane *self, BhRunRow *row)
{
  if (bh_run_row_get_item (row) != NULL)
    activate_run (self, bh_run_row_get_item (row));
}

/* --- rows ---------------------------------------------------------------------------------------------- */

static void
update_where (BhRunPane *self, GtkWidget *row)
{
  g_object_set (row, "show-connection",
                self->connections != NULL && bh_connections_get_n (self->connections) > 1, NULL);
}

static void
setup_cb (BhRunPane *self, GtkListItem *item)
{
  GtkWidget *row = g_object_new (BH_TYPE_RUN_ROW, NULL);

  g_signal_connect_object (row, "clicked", G_CALLBACK (clicked_cb), self, G_CONNECT_SWAPPED);
  g_object_bind_property (row, "summary", item, "accessible-label", G_BINDING_SYNC_CREATE);
  gtk_list_item_set_child (item, row);
}

static void
bind_cb (BhRunPane *self, GtkListItem *item)
{
  GtkWidget *row = gtk_list_item_get_child (item);

  update_where (self, row);
  bh_run_row_set_item (BH_RUN_ROW (row), gtk_list_item_get_item (item));
}

static void
unbind_cb (BhRunPane *self, GtkListItem *item)
{
  bh_run_row_set_item (BH_RUN_ROW (gtk_list_item_get_child (item)), NULL);
}

/* By the item's property: a Run may come to another section without moving. */
static char *
section_label (gpointer header, BhSection section)
{
  return g_strdup (bh_section_label (section));
}

/* --- more at the end ----------------------------------------------------------------------------------- */

static void
load_more (BhRunPane *self)
{
  /* the end of what is shown so far is not where the next Runs belong */
  if (self->list != NULL && bh_run_list_get_has_more (self->list) &&
      bh_run_sections_is_whole (self->sections))
    bh_run_list_load_more (self->list);
}

static void
load_more_cb (BhRunPane *self, GtkPositionType position)
{
  if (position == GTK_POS_BOTTOM)
    load_more (self);
}

/* A screen before the end, so that one who scrolls does not wait. */
static void
scrolled_cb (BhRunPane *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  double page = gtk_adjustment_get_page_size (adjustment);

  if (page > 0 && gtk_adjustment_get_value (adjustment) + 2 * page >= gtk_adjustment_get_upper (adjustment))
    load_more (self);
}

static gboolean
look_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  BhRunPane *self = BH_RUN_PANE (widget);

  /* the first comes before that frame's layout */
  if (self->frames++ == 0)
    return G_SOURCE_CONTINUE;
  self->looking = 0;
  /* out of sight nothing is laid out, and the end would never be far; a failure would only come again */
  if (gtk_widget_get_mapped (widget) && bh_run_list_get_error (self->list) == NULL)
    scrolled_cb (self);
  return G_SOURCE_REMOVE;
}

/* The end may come to one who does not scroll: Runs go, or they stood there before all that was asked for
 * had come. Looks once what has changed is laid out. */
static void
look_for_end (BhRunPane *self)
{
  if (self->looking != 0 || self->list == NULL || !bh_run_list_get_has_more (self->list))
    return;
  self->frames = 0;
  self->looking = gtk_widget_add_tick_callback (GTK_WIDGET (self), look_cb, NULL, NULL);
}

static void
loading_cb (BhRunPane *self)
{
  gboolean loading = bh_run_list_get_loading (self->list);

  gtk_revealer_set_reveal_child (self->more,
                                 loading && g_list_model_get_n_items (G_LIST_MODEL (self->list)) > 0);
  if (!loading)
    look_for_end (self);
}

/* --- the context menu ---------------------------------------------------------------------------------- */

static BhRunRow *
row_at (BhRunPane *self, double x, double y)
{
  GtkWidget *picked = gtk_widget_pick (GTK_WIDGET (self->view), x, y, GTK_PICK_DEFAULT);
  GtkWidget *row = picked != NULL ? gtk_widget_get_ancestor (picked, BH_TYPE_RUN_ROW) : NULL;

  /* the row's edge belongs to what the list puts around it */
  if (row == NULL && picked != NULL && BH_IS_RUN_ROW (gtk_widget_get_first_child (picked)))
    row = gtk_widget_get_first_child (picked);
  return row != NULL ? BH_RUN_ROW (row) : NULL;
}

/* (nullable): the row in what has the keyboard. */
static BhRunRow *
focused_row (BhRunPane *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *child = focus != NULL ? gtk_widget_get_first_child (focus) : NULL;

  if (child == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self)))
    return NULL;
  return BH_IS_RUN_ROW (child) ? BH_RUN_ROW (child) : NULL;
}

static void
set_target (BhRunPane *self, BhRunItem *run)
{
  g_set_object (&self->target, run);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "list.stop",
                                 run != NULL && !bh_run_state_is_terminal (bh_run_item_get_state (run)));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "list.answer",
                                 run != NULL && bh_run_item_get_state (run) == BH_RUN_NEEDS_YOU);
}

static void
show_menu (BhRunPane *self, BhRunRow *row, const GdkRectangle *at)
{
  if (bh_run_row_get_item (row) == NULL)
    return;
  set_target (self, bh_run_row_get_item (row));
  if (self->popover == NULL)
    {
      self->popover = GTK_POPOVER (gtk_popover_menu_new_from_model (self->run_menu));
      bh_accessible_name_menu (GTK_WIDGET (self->popover));
      bh_focus_return_from (self->popover);
      gtk_popover_set_has_arrow (self->popover, FALSE);
      gtk_widget_set_halign (GTK_WIDGET (self->popover), GTK_ALIGN_START);
      gtk_widget_set_parent (GTK_WIDGET (self->popover), GTK_WIDGET (self));
    }
  gtk_popover_set_pointing_to (self->popover, at);
  gtk_popover_popup (self->popover);
}

static void
show_menu_at (BhRunPane *self, double x, double y)
{
  BhRunRow *row = row_at (self, x, y);
  graphene_point_t point;

  if (row == NULL || !gtk_widget_compute_point (GTK_WIDGET (self->view), GTK_WIDGET (self),
                                                &GRAPHENE_POINT_INIT ((float) x, (float) y), &point))
    return;
  show_menu (self, row, &(GdkRectangle) { (int) point.x, (int) point.y, 1, 1 });
}

static void
pressed_cb (BhRunPane *self, int n, double x, double y)
{
  show_menu_at (self, x, y);
}

static void
long_pressed_cb (BhRunPane *self, double x, double y)
{
  show_menu_at (self, x, y);
}

static void
menu_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BhRunPane *self = BH_RUN_PANE (widget);
  BhRunRow *row = focused_row (self);
  graphene_rect_t bounds;

  if (row != NULL && gtk_widget_compute_bounds (GTK_WIDGET (row), widget, &bounds))
    show_menu (self, row,
               &(GdkRectangle) { (int) bounds.origin.x, (int) bounds.origin.y, (int) bounds.size.width,
                                 (int) bounds.size.height });
}

static void
target_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  static const struct
  {
    const char *action;
    void (*command) (GtkWidget *, BhRunItem *);
  } commands[] = {
    { "list.answer", bh_run_answer },       { "list.stop", bh_run_stop },
    { "list.again", bh_run_again },         { "list.rename", bh_run_rename },
    { "list.copy-link", bh_run_copy_link }, { "list.delete", bh_run_delete },
  };
  BhRunPane *self = BH_RUN_PANE (widget);
  g_autoptr (BhRunItem) target = self->target != NULL ? g_object_ref (self->target) : NULL;

  for (guint i = 0; target != NULL && i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].action, action))
      commands[i].command (widget, target);
}

static void
focused_action (GtkWidget *widget, const char *action, GVariant *parameter)
{
  BhRunPane *self = BH_RUN_PANE (widget);
  BhRunRow *row = focused_row (self);

  if (row == NULL || bh_run_row_get_item (row) == NULL)
    return;
  set_target (self, bh_run_row_get_item (row));
  target_action (widget, g_str_equal (action, "list.delete-focused") ? "list.delete" : "list.rename", NULL);
}

/* --- the object ---------------------------------------------------------------------------------------- */

static void
bh_run_pane_dispose (GObject *object)
{
  BhRunPane *self = BH_RUN_PANE (object);

  if (self->looking != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->looking);
  self->looking = 0;
  g_clear_pointer ((GtkWidget **) &self->popover, gtk_widget_unparent);
  if (self->view != NULL)
    gtk_list_view_set_model (self->view, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), BH_TYPE_RUN_PANE);
  g_clear_object (&self->selection);
  if (self->sections != NULL)
    bh_run_sections_set_view (self->sections, NULL);
  g_clear_object (&self->sections);
  g_clear_object (&self->list);
  g_clear_object (&self->connections);
  g_clear_object (&self->selected);
  g_clear_object (&self->target);
  G_OBJECT_CLASS (bh_run_pane_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-run-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, BhRunPane, scroller);
  gtk_widget_class_bind_template_child (widget_class, BhRunPane, view);
  gtk_widget_class_bind_template_child (widget_class, BhRunPane, more);
  gtk_widget_class_bind_template_child (widget_class, BhRunPane, run_menu);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, unbind_cb);
  gtk_widget_class_bind_template_callback (widget_class, section_label);
  gtk_widget_class_bind_template_callback (widget_class, load_more_cb);
  gtk_widget_class_bind_template_callback (widget_class, pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, long_pressed_cb);
}

static void
bh_run_pane_class_init (BhRunPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_run_pane_dispose;
  signals[SELECTED] = g_signal_new ("selected", BH_TYPE_RUN_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, BH_TYPE_RUN_ITEM);
  signals[ACTIVATED] = g_signal_new ("activated", BH_TYPE_RUN_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, BH_TYPE_RUN_ITEM);
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "list.menu", NULL, menu_action);
  gtk_widget_class_install_action (widget_class, "list.answer", NULL, target_action);
  gtk_widget_class_install_action (widget_class, "list.stop", NULL, target_action);
  gtk_widget_class_install_action (widget_class, "list.again", NULL, target_action);
  gtk_widget_class_install_action (widget_class, "list.rename", NULL, target_action);
  gtk_widget_class_install_action (widget_class, "list.copy-link", NULL, target_action);
  gtk_widget_class_install_action (widget_class, "list.delete", NULL, target_action);
  gtk_widget_class_install_action (widget_class, "list.rename-focused", NULL, focused_action);
  gtk_widget_class_install_action (widget_class, "list.delete-focused", NULL, focused_action);
}

static void
bh_run_pane_init (BhRunPane *self)
{
  GtkAdjustment *adjustment;

  gtk_widget_init_template (GTK_WIDGET (self));
  adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (scrolled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (look_for_end), self, G_CONNECT_SWAPPED);
}

/* --- what others use ----------------------------------------------------------------------------------- */

static void
connections_changed_cb (BhRunPane *self)
{
  for (GtkWidget *item = gtk_widget_get_first_child (GTK_WIDGET (self->view)); item != NULL;
       item = gtk_widget_get_next_sibling (item))
    if (BH_IS_RUN_ROW (gtk_widget_get_first_child (item)))
      update_where (self, gtk_widget_get_first_child (item));
}

void
bh_run_pane_set_list (BhRunPane *self, BhRunList *list, BhConnections *connections)
{
  g_return_if_fail (BH_IS_RUN_PANE (self));
  g_return_if_fail (self->list == NULL);
  self->list = g_object_ref (list);
  self->connections = g_object_ref (connections);
  self->sections = bh_run_sections_new (list);
  bh_run_sections_set_view (self->sections, GTK_WIDGET (self->view));
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->sections));
  /* after the selection's own handler */
  g_signal_connect_object (self->sections, "items-changed", G_CALLBACK (restore_selection), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (selection_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "notify::loading", G_CALLBACK (loading_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "items-changed", G_CALLBACK (connections_changed_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
}

BhRunList *
bh_run_pane_get_list (BhRunPane *self)
{
  g_return_val_if_fail (BH_IS_RUN_PANE (self), NULL);
  return self->list;
}

void
bh_run_pane_set_selected (BhRunPane *self, BhRunItem *run)
{
  g_return_if_fail (BH_IS_RUN_PANE (self));
  g_set_object (&self->selected, run);
  if (self->list != NULL)
    restore_selection (self);
}

void
bh_run_pane_focus (BhRunPane *self)
{
  g_return_if_fail (BH_IS_RUN_PANE (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-timeline-view.h"

#include "app/run/bh-timeline-cells.h"
#include "app/run/bh-timeline-menu.h"
#include "app/run/bh-timeline-tail.h"

/* Nearer to the end than this is at the end: positions are rounded. */
#define AT_END 2.0
#define MARK_MS 2500
/* of a frame; after the last one nothing may ask for one more */
#define LAYOUTS_MAX 4

struct _BhTimelineView
{
  GtkWidget parent_instance;
  GtkScrolledWindow *scroller;
  GtkListView *list;
  GtkLabel *pill_label;

  BhTimeline *timeline;      /* (nullable) */
  BhTimelineTail *tail;      /* of the timeline, what the list shows */
  GtkAdjustment *adjustment; /* of the list */
  BhTimelineCells *cells;
  GtkWidget *menu; /* (nullable): GtkPopoverMenu */

  GdkFrameClock *clock; /* (nullable): while mapped */
  gboolean following;
  gboolean in_layout;   /* what changes the position now is not the person */
  gboolean key_pressed; /* since the last layout */
  double upper, page;   /* as the last layout left them */
  gint64 frame;         /* that was laid out last, and how often */
  guint n_layouts;
  guint fill_tick;
  guint n_seen;  /* rows there were when it stopped following */
  gint64 wanted; /* a row that was asked for and is not there yet, -1: none */
  guint mark_source;
  guint left; /* the row from which the Tab key went on last; GTK_INVALID_LIST_POSITION: none */
};

G_DEFINE_FINAL_TYPE (BhTimelineView, bh_timeline_view, GTK_TYPE_WIDGET)

typedef enum
{
  PROP_TIMELINE = 1,
  PROP_FOLLOWING,
  PROP_N_NEW,
  N_PROPS,
} BhTimelineViewProp;

static GParamSpec *properties[N_PROPS];

static guint
get_n_rows (BhTimelineView *self)
{
  return self->timeline != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->timeline)) : 0;
}

/* --- following ----------------------------------------------------------------------------------------- */

static guint
get_n_new (BhTimelineView *self)
{
  guint n = get_n_rows (self);

  return self->following || n <= self->n_seen ? 0 : n - self->n_seen;
}

static void
show_pill (BhTimelineView *self)
{
  guint n = get_n_new (self);
  g_autofree char *label =
      n > 0 ? g_strdup_printf (ngettext ("%u new", "%u new", n), n) : g_strdup (_ ("To the end"));

  gtk_label_set_text (self->pill_label, label);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_NEW]);
}

static void
set_following (BhTimelineView *self, gboolean following)
{
  if (self->following == following)
    return;
  self->following = following;
  self->n_seen = get_n_rows (self);
  show_pill (self);
  if (!following)
    bh_timeline_tail_fill (self->tail);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLLOWING]);
}

static double
get_end (BhTimelineView *self)
{
  return gtk_adjustment_get_upper (self->adjustment) - gtk_adjustment_get_page_size (self->adjustment);
}

static gboolean
is_at_end (BhTimelineView *self)
{
  return gtk_adjustment_get_value (self->adjustment) >= get_end (self) - AT_END;
}

/* The list moves things itself, too, as it learns how high its rows are; that comes with other bounds, or
 * while it lays them out. */
static void
value_changed_cb (BhTimelineView *self)
{
  if (self->in_layout || gtk_adjustment_get_upper (self->adjustment) != self->upper ||
      gtk_adjustment_get_page_size (self->adjustment) != self->page)
    return;
  set_following (self, is_at_end (self));
}

static void
before_layout_cb (BhTimelineView *self)
{
  self->in_layout = TRUE;
}

static gboolean
fill_tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  BH_TIMELINE_VIEW (widget)->fill_tick = 0;
  gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_LAYOUT);
  return G_SOURCE_REMOVE;
}

/* What has come into sight is filled at once, and what comes into sight by that, too. The clock complains of
 * a layout that goes on and on; then the rest comes with the next frame. */
static void
fill (BhTimelineView *self)
{
  if (self->n_layouts < LAYOUTS_MAX - 1)
    bh_timeline_cells_fill (self->cells);
  else if (self->fill_tick == 0)
    self->fill_tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), fill_tick_cb, NULL, NULL);
}

static void
count_layout (BhTimelineView *self)
{
  gint64 frame = gdk_frame_clock_get_frame_counter (self->clock);

  self->n_layouts = frame == self->frame ? self->n_layouts + 1 : 1;
  self->frame = frame;
}

/* Only now it is known how high the rows are that have come or grown. Moving once more here is still in the
 * same frame: the clock repeats the layout. */
static void
after_layout_cb (BhTimelineView *self)
{
  count_layout (self);
  fill (self);
  if (self->wanted >= 0 && (guint64) self->wanted < get_n_rows (self))
    bh_timeline_view_show_row (self, (guint64) self->wanted, FALSE);
  else if (self->key_pressed)
    set_following (self, is_at_end (self));
  else if (self->following && !is_at_end (self) && self->n_layouts < LAYOUTS_MAX)
    gtk_adjustment_set_value (self->adjustment, get_end (self));
  else if (!self->following && get_end (self) <= 0)
    set_following (self, TRUE);
  self->key_pressed = FALSE;
  if (get_end (self) <= 0 && self->n_layouts < LAYOUTS_MAX)
    bh_timeline_tail_grow (self->tail);
  self->upper = gtk_adjustment_get_upper (self->adjustment);
  self->page = gtk_adjustment_get_page_size (self->adjustment);
  self->in_layout = FALSE;
}

/* FALSE: a list that has not been laid out yet goes astray (GTK 4.18), and is told after that. */
static gboolean
can_scroll (BhTimelineView *self)
{
  return gtk_adjustment_get_page_size (self->adjustment) > 0;
}

static void
scroll_to (BhTimelineView *self, guint position, GtkListScrollFlags flags)
{
  if (can_scroll (self) && bh_timeline_tail_find (self->tail, position, &position))
    gtk_list_view_scroll_to (self->list, position, flags, NULL);
}

void
bh_timeline_view_go_to_end (BhTimelineView *self)
{
  guint n = get_n_rows (self);

  g_return_if_fail (BH_IS_TIMELINE_VIEW (self));
  set_following (self, TRUE);
  if (n > 0)
    scroll_to (self, n - 1, GTK_LIST_SCROLL_NONE);
}

static void
items_changed_cb (BhTimelineView *self)
{
  guint n = get_n_rows (self);

  if (self->wanted >= 0 && (guint64) self->wanted < n)
    bh_timeline_view_show_row (self, (guint64) self->wanted, FALSE);
  else if (self->following && n > 0)
    scroll_to (self, n - 1, GTK_LIST_SCROLL_NONE);
  else
    show_pill (self);
}

/* --- marks --------------------------------------------------------------------------------------------- */

void
bh_timeline_view_clear_mark (BhTimelineView *self)
{
  g_return_if_fail (BH_IS_TIMELINE_VIEW (self));
  g_clear_handle_id (&self->mark_source, g_source_remove);
  bh_timeline_cells_mark (self->cells, GTK_INVALID_LIST_POSITION);
}

static gboolean
mark_ended_cb (gpointer data)
{
  BhTimelineView *self = data;

  self->mark_source = 0;
  bh_timeline_view_clear_mark (self);
  return G_SOURCE_REMOVE;
}

void
bh_timeline_view_show_row (BhTimelineView *self, guint64 row, gboolean stays)
{
  g_return_if_fail (BH_IS_TIMELINE_VIEW (self));
  self->wanted = -1;
  if (row >= get_n_rows (self) || !can_scroll (self))
    {
      self->wanted = (gint64) MIN (row, G_MAXINT);
      return;
    }
  set_following (self, FALSE);
  g_clear_handle_id (&self->mark_source, g_source_remove);
  scroll_to (self, (guint) row, stays ? GTK_LIST_SCROLL_NONE : GTK_LIST_SCROLL_FOCUS);
  bh_timeline_cells_mark (self->cells, (guint) row);
  if (!stays)
    self->mark_source = g_timeout_add (MARK_MS, mark_ended_cb, self);
}

/* --- what a person does -------------------------------------------------------------------------------- */

/* Enter and a click on a step. Where it opens it stays: only below it the list gives way, unless it is the
 * last. */
static void
toggle (BhTimelineView *self, guint position)
{
  g_autoptr (BhTimelineRow) row =
      self->timeline != NULL ? g_list_model_get_item (G_LIST_MODEL (self->timeline), position) : NULL;
  BhRow *record = row != NULL ? bh_timeline_row_get_row (row) : NULL;
  gboolean expand;

  if (record == NULL || (record->kind != BH_ROW_STEP && g_strcmp0 (record->author, "thought") != 0))
    return;
  expand = !bh_timeline_row_get_expanded (row);
  if (expand && position + 1 < get_n_rows (self))
    {
      set_following (self, FALSE);
      scroll_to (self, position, GTK_LIST_SCROLL_NONE);
    }
  bh_timeline_row_set_expanded (row, expand);
}

static void
activate_row (BhTimelineView *self, guint position)
{
  g_autoptr (BhTimelineRow) row = g_list_model_get_item (G_LIST_MODEL (self->timeline), position);
  BhRow *record = row != NULL ? bh_timeline_row_get_row (row) : NULL;

  if (record != NULL && record->kind == BH_ROW_QUESTION && record->state == BH_ROW_OPEN &&
      record->question != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "run.answer", "s", record->question);
  else
    toggle (self, position);
}

static void
activate_cb (BhTimelineView *self, guint position)
{
  activate_row (self, position + bh_timeline_tail_get_hidden (self->tail));
}

static void
toggle_action (GtkWidget *widget, const char *name, GVariant *target)
{
  toggle (BH_TIMELINE_VIEW (widget), g_variant_get_uint32 (target));
}

static void
to_end_action (GtkWidget *widget, const char *name, GVariant *target)
{
  bh_timeline_view_go_to_end (BH_TIMELINE_VIEW (widget));
}

/* The row that has the keyboard itself, not what is in it. */
static BhTimelineRow *
get_focused_row (BhTimelineView *self)
{
  GtkWidget *item = gtk_widget_get_focus_child (GTK_WIDGET (self->list));
  GtkWidget *cell = item != NULL ? gtk_widget_get_first_child (item) : NULL;

  return BH_IS_TIMELINE_CELL (cell) ? bh_timeline_cell_get_row (BH_TIMELINE_CELL (cell)) : NULL;
}

/* A row of a list takes the space bar for itself, to be selected, before any shortcut does. */
static gboolean
key_pressed_cb (BhTimelineView *self, guint key, guint code, GdkModifierType state)
{
  BhTimelineRow *row = get_focused_row (self);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  self->key_pressed = TRUE;
  if ((key != GDK_KEY_space && key != GDK_KEY_KP_Space) ||
      (state & gtk_accelerator_get_default_mod_mask ()) != 0 || row == NULL ||
      gtk_root_get_focus (root) != gtk_widget_get_focus_child (GTK_WIDGET (self->list)))
    return GDK_EVENT_PROPAGATE;
  activate_row (self, bh_timeline_row_get_position (row));
  return GDK_EVENT_STOP;
}

static void
show_menu_at (BhTimelineView *self, double x, double y, GtkGesture *gesture)
{
  GtkWidget *list = GTK_WIDGET (self->list);
  GtkWidget *picked = gtk_widget_pick (list, x, y, GTK_PICK_DEFAULT);
  GtkWidget *cell = picked != NULL ? gtk_widget_get_ancestor (picked, BH_TYPE_TIMELINE_CELL) : NULL;
  graphene_point_t at;

  if (cell == NULL || bh_timeline_cell_get_row (BH_TIMELINE_CELL (cell)) == NULL ||
      !gtk_widget_compute_point (list, GTK_WIDGET (self), &GRAPHENE_POINT_INIT ((float) x, (float) y), &at))
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  bh_timeline_menu_show (&self->menu, GTK_WIDGET (self), bh_timeline_cell_get_row (BH_TIMELINE_CELL (cell)),
                         (double) at.x, (double) at.y);
}

static void
secondary_pressed_cb (BhTimelineView *self, int n_press, double x, double y, GtkGesture *gesture)
{
  show_menu_at (self, x, y, gesture);
}

static void
long_pressed_cb (BhTimelineView *self, double x, double y, GtkGesture *gesture)
{
  show_menu_at (self, x, y, gesture);
}

static void
menu_action (GtkWidget *widget, const char *name, GVariant *target)
{
  BhTimelineView *self = BH_TIMELINE_VIEW (widget);
  BhTimelineRow *row = get_focused_row (self);
  graphene_rect_t bounds;

  if (row != NULL &&
      gtk_widget_compute_bounds (gtk_widget_get_focus_child (GTK_WIDGET (self->list)), widget, &bounds))
    bh_timeline_menu_show (&self->menu, GTK_WIDGET (self), row, (double) bounds.origin.x + 24,
                           CLAMP ((double) bounds.origin.y + 24, 0, (double) gtk_widget_get_height (widget)));
}

/* The list would go to its first row. From below, the way leads over the button to the end. */
static gboolean
bh_timeline_view_focus (GtkWidget *widget, GtkDirectionType direction)
{
  BhTimelineView *self = BH_TIMELINE_VIEW (widget);
  gboolean backward = direction == GTK_DIR_TAB_BACKWARD;
  BhTimelineRow *row = get_focused_row (self);
  guint position = bh_timeline_cells_to_focus (self->cells, widget, self->left);

  if (row != NULL)
    self->left = bh_timeline_row_get_position (row);
  if (row != NULL || (!backward && direction != GTK_DIR_TAB_FORWARD) ||
      (!backward && gtk_widget_get_focus_child (widget) != NULL) ||
      (backward && !self->following && gtk_widget_get_focus_child (widget) == NULL))
    return GTK_WIDGET_CLASS (bh_timeline_view_parent_class)->focus (widget, direction);
  if (position == GTK_INVALID_LIST_POSITION)
    return FALSE;
  scroll_to (self, position, GTK_LIST_SCROLL_FOCUS);
  return gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

/* --- the widget ---------------------------------------------------------------------------------------- */

void
bh_timeline_view_set_timeline (BhTimelineView *self, BhTimeline *timeline)
{
  g_return_if_fail (BH_IS_TIMELINE_VIEW (self));
  if (self->timeline == timeline)
    return;
  bh_timeline_view_clear_mark (self);
  self->wanted = -1;
  self->left = GTK_INVALID_LIST_POSITION;
  g_set_object (&self->timeline, timeline);
  bh_timeline_tail_set_timeline (self->tail, timeline);
  if (timeline != NULL)
    bh_timeline_view_go_to_end (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIMELINE]);
}

static void
drop_clock (BhTimelineView *self)
{
  /* by what they call: a widget's tick is GTK's own handler of the clock, and its data the widget, too */
  if (self->clock != NULL)
    {
      g_signal_handlers_disconnect_by_func (self->clock, before_layout_cb, self);
      g_signal_handlers_disconnect_by_func (self->clock, after_layout_cb, self);
    }
  g_clear_object (&self->clock);
  self->in_layout = FALSE;
}

static void
bh_timeline_view_map (GtkWidget *widget)
{
  BhTimelineView *self = BH_TIMELINE_VIEW (widget);

  GTK_WIDGET_CLASS (bh_timeline_view_parent_class)->map (widget);
  drop_clock (self);
  self->clock = g_object_ref (gtk_widget_get_frame_clock (widget));
  /* A window that collapses maps what is in it anew while it lays out; how often it did is not known then. */
  self->frame = gdk_frame_clock_get_frame_counter (self->clock);
  self->n_layouts = LAYOUTS_MAX - 1;
  g_signal_connect_swapped (self->clock, "layout", G_CALLBACK (before_layout_cb), self);
  g_signal_connect_data (self->clock, "layout", G_CALLBACK (after_layout_cb), self, NULL,
                         G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

static void
bh_timeline_view_unmap (GtkWidget *widget)
{
  drop_clock (BH_TIMELINE_VIEW (widget));
  GTK_WIDGET_CLASS (bh_timeline_view_parent_class)->unmap (widget);
}

static void
bh_timeline_view_dispose (GObject *object)
{
  BhTimelineView *self = BH_TIMELINE_VIEW (object);

  drop_clock (self);
  g_clear_handle_id (&self->mark_source, g_source_remove);
  if (self->tail != NULL)
    g_signal_handlers_disconnect_by_data (self->tail, self);
  if (self->adjustment != NULL)
    g_signal_handlers_disconnect_by_data (self->adjustment, self);
  g_clear_object (&self->adjustment);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  if (self->list != NULL)
    gtk_list_view_set_model (self->list, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), BH_TYPE_TIMELINE_VIEW);
  bh_unparent_children (GTK_WIDGET (self));
  g_clear_object (&self->timeline);
  if (self->tail != NULL)
    bh_timeline_tail_set_timeline (self->tail, NULL);
  g_clear_object (&self->tail);
  G_OBJECT_CLASS (bh_timeline_view_parent_class)->dispose (object);
}

static void
bh_timeline_view_finalize (GObject *object)
{
  g_object_unref (BH_TIMELINE_VIEW (object)->cells);
  G_OBJECT_CLASS (bh_timeline_view_parent_class)->finalize (object);
}

static void
bh_timeline_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BhTimelineView *self = BH_TIMELINE_VIEW (object);

  switch ((BhTimelineViewProp) prop_id)
    {
    case PROP_TIMELINE:
      g_value_set_object (value, self->timeline);
      break;
    case PROP_FOLLOWING:
      g_value_set_boolean (value, self->following);
      break;
    case PROP_N_NEW:
      g_value_set_uint (value, get_n_new (self));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_timeline_view_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_TIMELINE)
    bh_timeline_view_set_timeline (BH_TIMELINE_VIEW (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "timeline.toggle", "u", toggle_action);
  gtk_widget_class_install_action (widget_class, "timeline.menu", NULL, menu_action);
  gtk_widget_class_install_action (widget_class, "timeline.to-end", NULL, to_end_action);
}

static void
bh_timeline_view_class_init (BhTimelineViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = bh_timeline_view_dispose;
  object_class->finalize = bh_timeline_view_finalize;
  object_class->get_property = bh_timeline_view_get_property;
  object_class->set_property = bh_timeline_view_set_property;
  widget_class->focus = bh_timeline_view_focus;
  widget_class->map = bh_timeline_view_map;
  widget_class->unmap = bh_timeline_view_unmap;
  properties[PROP_TIMELINE] =
      g_param_spec_object ("timeline", NULL, NULL, BH_TYPE_TIMELINE, flags | G_PARAM_WRITABLE);
  properties[PROP_FOLLOWING] = g_param_spec_boolean ("following", NULL, NULL, TRUE, flags);
  properties[PROP_N_NEW] = g_param_spec_uint ("n-new", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-timeline-view.ui");
  gtk_widget_class_bind_template_child (widget_class, BhTimelineView, scroller);
  gtk_widget_class_bind_template_child (widget_class, BhTimelineView, list);
  gtk_widget_class_bind_template_child (widget_class, BhTimelineView, pill_label);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, secondary_pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, long_pressed_cb);
  install_actions (widget_class);
}

static void
bh_timeline_view_init (BhTimelineView *self)
{
  g_autoptr (GtkNoSelection) selection = NULL;

  self->following = TRUE;
  self->wanted = -1;
  self->left = GTK_INVALID_LIST_POSITION;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cells = bh_timeline_cells_new (self->list);
  self->tail = bh_timeline_tail_new (GTK_WIDGET (self->list));
  selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->tail)));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  /* after the list has taken in the same: it can be told to go to what is new */
  g_signal_connect_swapped (self->tail, "items-changed", G_CALLBACK (items_changed_cb), self);
  self->adjustment = g_object_ref (gtk_scrolled_window_get_vadjustment (self->scroller));
  g_signal_connect_swapped (self->adjustment, "value-changed", G_CALLBACK (value_changed_cb), self);
}

gboolean
bh_timeline_view_get_following (BhTimelineView *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_VIEW (self), FALSE);
  return self->following;
}

guint
bh_timeline_view_get_n_cells (BhTimelineView *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_VIEW (self), 0);
  return bh_timeline_cells_get_n (self->cells);
}

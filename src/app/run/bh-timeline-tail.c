/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/run/bh-timeline-tail.h"

#define FIRST_ROWS 12
/* with each frame, until those are there that a list view makes widgets of */
#define FRAME_ROWS 4
#define LIST_ROWS 200
/* then placeholders are shown */
#define PATIENCE_MS 100

struct _BhTimelineTail
{
  GObject parent_instance;

  GtkWidget *widget;    /* borrowed */
  BhTimeline *timeline; /* (nullable) */
  guint n;              /* rows of the timeline, as they were told of last */
  guint hidden;         /* of them: the first */
  guint waiting;        /* a source: all of them are hidden until then */
  gboolean filling;     /* a tick callback of the widget's */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BhTimelineTail,
                               bh_timeline_tail,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

/* --- the list model ------------------------------------------------------------------------------------ */

static GType
get_item_type (GListModel *model)
{
  return BH_TYPE_TIMELINE_ROW;
}

static guint
get_n_items (GListModel *model)
{
  BhTimelineTail *self = BH_TIMELINE_TAIL (model);

  return self->n - self->hidden;
}

static gpointer
get_item (GListModel *model, guint position)
{
  BhTimelineTail *self = BH_TIMELINE_TAIL (model);

  if (position >= get_n_items (model))
    return NULL;
  return g_list_model_get_item (G_LIST_MODEL (self->timeline), position + self->hidden);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* --- more and more ------------------------------------------------------------------------------------- */

static void
reveal (BhTimelineTail *self, guint n)
{
  n = MIN (n, self->hidden);
  if (n == 0)
    return;
  g_clear_handle_id (&self->waiting, g_source_remove);
  self->hidden -= n;
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, n);
}

static gboolean
fill_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  BhTimelineTail *self = data;

  if (self->waiting == 0)
    reveal (self, get_n_items (data) < LIST_ROWS ? FRAME_ROWS : G_MAXUINT);
  self->filling = self->waiting == 0 && self->hidden > 0;
  return self->filling ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
is_ready (BhTimelineTail *self)
{
  return self->timeline != NULL && bh_timeline_get_ready (self->timeline);
}

static gboolean
waited_cb (gpointer data)
{
  BhTimelineTail *self = data;

  self->waiting = 0;
  reveal (self, FIRST_ROWS);
  return G_SOURCE_REMOVE;
}

/* The end is loaded. */
static void
ready_cb (BhTimelineTail *self)
{
  if (!is_ready (self))
    return;
  if (get_n_items (G_LIST_MODEL (self)) == 0)
    reveal (self, FIRST_ROWS);
  bh_timeline_tail_fill (self);
}

/* --- the timeline -------------------------------------------------------------------------------------- */

/* Of the first that come to it, only the end is shown. */
static void
begin (BhTimelineTail *self)
{
  self->hidden = self->n;
  if (self->n == 0 || is_ready (self))
    ready_cb (self);
  else
    self->waiting = g_timeout_add (PATIENCE_MS, waited_cb, self);
}

/* Rows come at the end. */
static void
items_changed_cb (BhTimelineTail *self, guint position, guint removed, guint added)
{
  gboolean is_first = self->n == 0;

  g_warn_if_fail (removed == 0 && position == self->n);
  self->n += added;
  if (is_first && added > FIRST_ROWS)
    begin (self);
  else if (self->waiting != 0)
    self->hidden += added;
  else
    g_list_model_items_changed (G_LIST_MODEL (self), position - self->hidden, 0, added);
}

static void
drop_timeline (BhTimelineTail *self)
{
  g_clear_handle_id (&self->waiting, g_source_remove);
  if (self->timeline != NULL)
    g_signal_handlers_disconnect_by_data (self->timeline, self);
  g_clear_object (&self->timeline);
  self->n = 0;
  self->hidden = 0;
}

static void
bh_timeline_tail_dispose (GObject *object)
{
  drop_timeline (BH_TIMELINE_TAIL (object));
  G_OBJECT_CLASS (bh_timeline_tail_parent_class)->dispose (object);
}

static void
bh_timeline_tail_class_init (BhTimelineTailClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_timeline_tail_dispose;
}

static void
bh_timeline_tail_init (BhTimelineTail *self)
{
}

BhTimelineTail *
bh_timeline_tail_new (GtkWidget *widget)
{
  BhTimelineTail *self = g_object_new (BH_TYPE_TIMELINE_TAIL, NULL);

  self->widget = widget;
  return self;
}

void
bh_timeline_tail_set_timeline (BhTimelineTail *self, BhTimeline *timeline)
{
  guint before;

  g_return_if_fail (BH_IS_TIMELINE_TAIL (self));
  g_return_if_fail (timeline == NULL || BH_IS_TIMELINE (timeline));
  before = get_n_items (G_LIST_MODEL (self));
  drop_timeline (self);
  if (before > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, before, 0);
  if (timeline == NULL)
    return;
  self->timeline = g_object_ref (timeline);
  self->n = g_list_model_get_n_items (G_LIST_MODEL (timeline));
  g_signal_connect_swapped (timeline, "items-changed", G_CALLBACK (items_changed_cb), self);
  g_signal_connect_swapped (timeline, "notify::ready", G_CALLBACK (ready_cb), self);
  begin (self);
}

/* --- for the view -------------------------------------------------------------------------------------- */

gboolean
bh_timeline_tail_find (BhTimelineTail *self, guint row, guint *position)
{
  g_return_val_if_fail (BH_IS_TIMELINE_TAIL (self), FALSE);
  if (row >= self->n || (self->waiting != 0 && row + FIRST_ROWS >= self->n))
    return FALSE;
  if (row < self->hidden)
    reveal (self, G_MAXUINT);
  *position = row - self->hidden;
  return TRUE;
}

guint
bh_timeline_tail_get_hidden (BhTimelineTail *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_TAIL (self), 0);
  return self->hidden;
}

void
bh_timeline_tail_grow (BhTimelineTail *self)
{
  g_return_if_fail (BH_IS_TIMELINE_TAIL (self));
  if (self->waiting == 0)
    reveal (self, FIRST_ROWS);
}

void
bh_timeline_tail_fill (BhTimelineTail *self)
{
  g_return_if_fail (BH_IS_TIMELINE_TAIL (self));
  if (self->filling || self->hidden == 0)
    return;
  self->filling = TRUE;
  gtk_widget_add_tick_callback (self->widget, fill_cb, g_object_ref (self), g_object_unref);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/runs/bh-run-sections.h"

#include <glib/gi18n.h>
#include <string.h>

#define N_SECTIONS (BH_SECTION_EARLIER + 1)
/* Runs shown before any was painted; with each frame after that, until those are shown that a list view makes
 * widgets of */
#define FIRST_RUNS 30
#define FRAME_RUNS 8
#define LIST_RUNS 200

struct _BhRunSections
{
  GObject parent_instance;

  BhRunList *list;
  guint ends[N_SECTIONS]; /* where each section ended when we last told of it */
  GtkWidget *view;        /* (nullable); borrowed: what shows it, which gets more and more */
  guint n_shown;          /* no more than so many, G_MAXUINT: all */
};

static void list_model_init (GListModelInterface *iface);
static void section_model_init (GtkSectionModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BhRunSections,
                               bh_run_sections,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init)
                                   G_IMPLEMENT_INTERFACE (GTK_TYPE_SECTION_MODEL, section_model_init))

const char *
bh_section_label (BhSection section)
{
  switch (section)
    {
    case BH_SECTION_NEEDS_YOU:
      return C_ ("section of Runs", "Needs You");
    case BH_SECTION_RUNNING:
      return C_ ("section of Runs", "Running");
    case BH_SECTION_QUEUED:
      return C_ ("section of Runs", "Queued");
    case BH_SECTION_TODAY:
      return C_ ("section of Runs", "Today");
    case BH_SECTION_YESTERDAY:
      return C_ ("section of Runs", "Yesterday");
    case BH_SECTION_EARLIER:
    default:
      return C_ ("section of Runs", "Earlier");
    }
}

/* --- the models ---------------------------------------------------------------------------------------- */

static GType
get_item_type (GListModel *model)
{
  return BH_TYPE_RUN_ITEM;
}

static guint
get_n_runs (BhRunSections *self)
{
  return self->list != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->list)) : 0;
}

static guint
get_n_items (GListModel *model)
{
  BhRunSections *self = BH_RUN_SECTIONS (model);

  return MIN (get_n_runs (self), self->n_shown);
}

static gpointer
get_item (GListModel *model, guint position)
{
  BhRunSections *self = BH_RUN_SECTIONS (model);

  return position < get_n_items (model) ? g_list_model_get_item (G_LIST_MODEL (self->list), position) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
get_section (GtkSectionModel *model, guint position, guint *start, guint *end)
{
  guint n = get_n_items (G_LIST_MODEL (model));

  if (position < n)
    bh_run_list_get_section_range (BH_RUN_SECTIONS (model)->list, position, start, end);
  else
    *start = n;
  *end = position < n ? MIN (*end, n) : G_MAXUINT;
}

static void
section_model_init (GtkSectionModelInterface *iface)
{
  iface->get_section = get_section;
}

/* --- changes ------------------------------------------------------------------------------------------- */

static void
find_ends (BhRunSections *self, guint ends[N_SECTIONS])
{
  guint n = get_n_runs (self), at = 0, start;

  for (int section = 0; section < N_SECTIONS; section++)
    {
      if (at < n && (int) bh_run_list_get_section (self->list, at) == section)
        bh_run_list_get_section_range (self->list, at, &start, &at);
      ends[section] = at;
    }
}

/* Whether both are in one section. */
static gboolean
are_together (BhRunSections *self, guint a, guint b)
{
  return bh_run_list_get_section (self->list, a) == bh_run_list_get_section (self->list, b);
}

/* GTK (4.18) loses its way, and aborts, where something comes or goes at the border of a section, or a border
 * moves. It is told of all up to the next border behind instead, which it takes well: what it showed it finds
 * again. The sections before that are those of Runs under way, which are few. */
static void
tell (BhRunSections *self, guint position, guint removed, guint added)
{
  guint behind = position + added, n = get_n_items (G_LIST_MODEL (self)), start, end = n;
  gboolean is_inside = position > 0 && behind < n && are_together (self, position - 1, behind);

  if (is_inside || (removed == 0 && behind == n))
    {
      g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
      return;
    }
  if (behind < n)
    bh_run_list_get_section_range (self->list, behind, &start, &end);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, end - added + removed, end);
}

static gboolean
more_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  BhRunSections *self = data;
  guint before = get_n_items (data);

  if (self->n_shown == G_MAXUINT)
    return G_SOURCE_REMOVE;
  self->n_shown = before < LIST_RUNS ? before + FRAME_RUNS : G_MAXUINT;
  if (get_n_items (data) > before)
    g_list_model_items_changed (data, before, 0, get_n_items (data) - before);
  if (get_n_runs (self) <= self->n_shown)
    self->n_shown = G_MAXUINT;
  return self->n_shown < G_MAXUINT ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* What comes into an empty list comes bit by bit: its beginning is painted before the rest has widgets. */
static gboolean
begin (BhRunSections *self, guint added)
{
  if (self->view == NULL || added <= FIRST_RUNS || get_n_runs (self) != added)
    return FALSE;
  self->n_shown = FIRST_RUNS;
  gtk_widget_add_tick_callback (self->view, more_cb, g_object_ref (self), g_object_unref);
  return TRUE;
}

static void
items_changed_cb (BhRunSections *self, guint position, guint removed, guint added)
{
  guint shown = self->n_shown;

  find_ends (self, self->ends);
  if (removed == 0 && begin (self, added))
    tell (self, 0, 0, FIRST_RUNS);
  else if (position < shown && shown < get_n_runs (self) - added + removed)
    {
      self->n_shown = G_MAXUINT;
      tell (self, position, shown - position, get_n_runs (self) - position);
    }
  else if (position < shown)
    tell (self, position, removed, added);
}

/* None has moved: only the borders have. */
static void
sections_changed_cb (BhRunSections *self)
{
  guint ends[N_SECTIONS], n = get_n_items (G_LIST_MODEL (self)), to = 0;

  find_ends (self, ends);
  for (int section = 0; section < N_SECTIONS; section++)
    if (ends[section] != self->ends[section])
      to = MAX (to, MAX (ends[section], self->ends[section]));
  memcpy (self->ends, ends, sizeof ends);
  to = MIN (to, n);
  if (to > 0)
    tell (self, 0, to, to);
}

/* --- the object ---------------------------------------------------------------------------------------- */

static void
bh_run_sections_dispose (GObject *object)
{
  g_clear_object (&BH_RUN_SECTIONS (object)->list);
  G_OBJECT_CLASS (bh_run_sections_parent_class)->dispose (object);
}

static void
bh_run_sections_class_init (BhRunSectionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_run_sections_dispose;
}

static void
bh_run_sections_init (BhRunSections *self)
{
}

BhRunSections *
bh_run_sections_new (BhRunList *list)
{
  BhRunSections *self;

  g_return_val_if_fail (BH_IS_RUN_LIST (list), NULL);
  self = g_object_new (BH_TYPE_RUN_SECTIONS, NULL);
  self->list = g_object_ref (list);
  self->n_shown = G_MAXUINT;
  find_ends (self, self->ends);
  g_signal_connect_object (list, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "sections-changed", G_CALLBACK (sections_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}

void
bh_run_sections_set_view (BhRunSections *self, GtkWidget *view)
{
  g_return_if_fail (BH_IS_RUN_SECTIONS (self));
  self->view = view;
}

gboolean
bh_run_sections_is_whole (BhRunSections *self)
{
  g_return_val_if_fail (BH_IS_RUN_SECTIONS (self), TRUE);
  return self->n_shown == G_MAXUINT;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/runs/bh-run-sections.h"

#include <glib/gi18n.h>
#include <string.h>

#define N_SECTIONS (BH_SECTION_EARLIER + 1)

struct _BhRunSections
{
  GObject parent_instance;

  BhRunList *list;
  guint ends[N_SECTIONS]; /* where each section ended when we last told of it */
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
get_n_items (GListModel *model)
{
  BhRunSections *self = BH_RUN_SECTIONS (model);

  return self->list != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->list)) : 0;
}

static gpointer
get_item (GListModel *model, guint position)
{
  BhRunSections *self = BH_RUN_SECTIONS (model);

  return self->list != NULL ? g_list_model_get_item (G_LIST_MODEL (self->list), position) : NULL;
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
  bh_run_list_get_section_range (BH_RUN_SECTIONS (model)->list, position, start, end);
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
  guint n = get_n_items (G_LIST_MODEL (self)), at = 0, start;

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

static void
items_changed_cb (BhRunSections *self, guint position, guint removed, guint added)
{
  find_ends (self, self->ends);
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
  find_ends (self, self->ends);
  g_signal_connect_object (list, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "sections-changed", G_CALLBACK (sections_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}

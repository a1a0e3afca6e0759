/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-run-list-private.h"

/* What can be asked of a list, and hiding. */

/* --- reading ------------------------------------------------------------------------------------------- */

gboolean
bh_run_list_get_has_more (BhRunList *self)
{
  g_return_val_if_fail (BH_IS_RUN_LIST (self), FALSE);
  return self->has_more;
}

gboolean
bh_run_list_get_loading (BhRunList *self)
{
  g_return_val_if_fail (BH_IS_RUN_LIST (self), FALSE);
  return self->loading;
}

const char *
bh_run_list_get_error (BhRunList *self)
{
  g_return_val_if_fail (BH_IS_RUN_LIST (self), NULL);
  return self->error;
}

BhSection
bh_run_list_get_section (BhRunList *self, guint position)
{
  GSequenceIter *iter;

  g_return_val_if_fail (BH_IS_RUN_LIST (self), BH_SECTION_EARLIER);
  g_return_val_if_fail (position < g_list_model_get_n_items (G_LIST_MODEL (self)), BH_SECTION_EARLIER);
  iter = g_sequence_get_iter_at_pos (self->sequence, (int) position);
  return bh_section_of (bh_run_item_get_run (((BhRunEntry *) g_sequence_get (iter))->item), &self->days);
}

/* The first position in [from, to) whose section is at least `section`. */
static guint
first_of (BhRunList *self, guint from, guint to, int section)
{
  while (from < to)
    {
      guint middle = from + (to - from) / 2;

      if ((int) bh_run_list_get_section (self, middle) < section)
        from = middle + 1;
      else
        to = middle;
    }
  return from;
}

void
bh_run_list_get_section_range (BhRunList *self, guint position, guint *start, guint *end)
{
  guint n;
  BhSection section;

  g_return_if_fail (BH_IS_RUN_LIST (self));
  n = g_list_model_get_n_items (G_LIST_MODEL (self));
  if (position >= n)
    {
      *start = n;
      *end = G_MAXUINT;
      return;
    }
  section = bh_run_list_get_section (self, position);
  *start = first_of (self, 0, position, (int) section);
  *end = first_of (self, position, n, (int) section + 1);
}

BhRunItem *
bh_run_list_lookup (BhRunList *self, const char *connection_id, const char *run_id)
{
  g_autofree char *key = NULL;
  BhRunEntry *entry;

  g_return_val_if_fail (BH_IS_RUN_LIST (self), NULL);
  g_return_val_if_fail (connection_id != NULL && run_id != NULL, NULL);
  key = g_strconcat (connection_id, "\n", run_id, NULL);
  entry = g_hash_table_lookup (self->entries, key);
  return entry != NULL ? entry->item : NULL;
}

static BhRunEntry *
entry_of (BhRunList *self, BhRunItem *item)
{
  BhConnection *connection = bh_run_item_get_connection (item);

  return connection != NULL ? bh_run_list_entry (self, connection, bh_run_item_get_id (item)) : NULL;
}

guint
bh_run_list_find (BhRunList *self, BhRunItem *item)
{
  BhRunEntry *entry;

  g_return_val_if_fail (BH_IS_RUN_LIST (self), G_MAXUINT);
  g_return_val_if_fail (BH_IS_RUN_ITEM (item), G_MAXUINT);
  entry = entry_of (self, item);
  return entry != NULL && entry->iter != NULL ? (guint) g_sequence_iter_get_position (entry->iter)
                                              : G_MAXUINT;
}

void
bh_run_list_hide (BhRunList *self, BhRunItem *item)
{
  BhRunEntry *entry;

  g_return_if_fail (BH_IS_RUN_LIST (self));
  g_return_if_fail (BH_IS_RUN_ITEM (item));
  entry = entry_of (self, item);
  if (entry != NULL)
    bh_run_list_take_out (self, entry);
}

void
bh_run_list_unhide (BhRunList *self, BhRunItem *item)
{
  BhRunEntry *entry;

  g_return_if_fail (BH_IS_RUN_LIST (self));
  g_return_if_fail (BH_IS_RUN_ITEM (item));
  entry = entry_of (self, item);
  if (entry != NULL)
    bh_run_list_put_in (self, entry);
}

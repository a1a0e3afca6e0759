/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/questions/bh-question-memory.h"

static void
memory_free (gpointer data)
{
  BhQuestionMemory *self = data;

  g_ptr_array_unref (self->choices);
  g_free (self);
}

static GQuark
memory_quark (void)
{
  return g_quark_from_static_string ("bh-question-memory");
}

static GHashTable *
find_table (BhConnection *connection)
{
  return g_object_get_qdata (G_OBJECT (connection), memory_quark ());
}

void
bh_question_memory_keep (BhConnection *connection, const char *set_id, guint page, GPtrArray *choices)
{
  GHashTable *table = find_table (connection);
  BhQuestionMemory *memory = g_new0 (BhQuestionMemory, 1);

  if (table == NULL)
    {
      table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, memory_free);
      g_object_set_qdata_full (G_OBJECT (connection), memory_quark (), table,
                               (GDestroyNotify) g_hash_table_unref);
    }
  memory->page = page;
  memory->choices = choices;
  g_hash_table_replace (table, g_strdup (set_id), memory);
}

const BhQuestionMemory *
bh_question_memory_find (BhConnection *connection, const char *set_id)
{
  GHashTable *table = find_table (connection);

  return table != NULL ? g_hash_table_lookup (table, set_id) : NULL;
}

void
bh_question_memory_forget (BhConnection *connection, const char *set_id)
{
  GHashTable *table = find_table (connection);

  if (table != NULL)
    g_hash_table_remove (table, set_id);
}

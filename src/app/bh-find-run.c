/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/bh-find-run.h"

#include <glib/gi18n.h>
#include <string.h>

/* --- links --------------------------------------------------------------------------------------------- */

char *
bh_run_link (const char *run_id, gint64 row)
{
  g_return_val_if_fail (run_id != NULL, NULL);
  if (row < 0)
    return g_strconcat (BH_LINK_PREFIX, run_id, NULL);
  return g_strdup_printf (BH_LINK_PREFIX "%s#%" G_GINT64_FORMAT, run_id, row);
}

gboolean
bh_parse_run_link (const char *text, char **run_id, gint64 *row)
{
  const char *id = text, *hash;
  g_autofree char *found = NULL;
  guint64 number = 0;

  g_return_val_if_fail (text != NULL, FALSE);
  if (g_str_has_prefix (text, BH_LINK_PREFIX))
    id += strlen (BH_LINK_PREFIX);
  hash = strchr (id, '#');
  if (hash != NULL && !g_ascii_string_to_unsigned (hash + 1, 10, 0, G_MAXUINT32, &number, NULL))
    return FALSE;
  found = hash != NULL ? g_strndup (id, (gsize) (hash - id)) : g_strdup (id);
  /* what makes links may end them with a slash */
  if (id != text && g_str_has_suffix (found, "/"))
    found[strlen (found) - 1] = '\0';
  if (!bh_id_is_valid (found, 'r'))
    return FALSE;
  *run_id = g_steal_pointer (&found);
  *row = hash != NULL ? (gint64) number : -1;
  return TRUE;
}

/* --- Runs ---------------------------------------------------------------------------------------------- */

typedef struct
{
  BhConnections *connections;
  GPtrArray *asked; /* BhConnection */
  char *run_id;
} Search;

static void
search_free (gpointer data)
{
  Search *self = data;

  g_object_unref (self->connections);
  g_ptr_array_unref (self->asked);
  g_free (self->run_id);
  g_free (self);
}

static BhRunItem *
ask (BhConnection *connection, const char *run_id, GError **error)
{
  g_autoptr (BhRun) run = dex_await_boxed (bh_connection_get_run (connection, run_id), error);

  return run != NULL ? bh_connection_lookup_run (connection, run_id) : NULL;
}

static DexFuture *
find_fiber (gpointer data)
{
  Search *self = data;
  g_autoptr (GError) first = NULL;

  for (guint i = 0; i < self->asked->len; i++)
    {
      g_autoptr (GError) error = NULL;
      BhRunItem *item = ask (g_ptr_array_index (self->asked, i), self->run_id, &error);

      if (item != NULL)
        return dex_future_new_take_object (g_object_ref (item));
      if (error != NULL && first == NULL && !g_error_matches (error, BH_ERROR, BH_ERROR_RUN_NOT_FOUND))
        first = g_steal_pointer (&error);
    }
  if (first == NULL)
    first = bh_error_new (BH_ERROR_RUN_NOT_FOUND, NULL, _ ("There is no Run %s. It may have been deleted."),
                          self->run_id);
  return dex_future_new_for_error (g_steal_pointer (&first));
}

DexFuture *
bh_find_run (BhConnections *connections, const char *connection_id, const char *run_id)
{
  Search *search;
  guint n_there = 0;

  dex_return_error_if_fail (BH_IS_CONNECTIONS (connections));
  dex_return_error_if_fail (run_id != NULL);
  search = g_new0 (Search, 1);
  search->connections = g_object_ref (connections);
  search->asked = g_ptr_array_new_with_free_func (g_object_unref);
  search->run_id = g_strdup (run_id);
  for (guint i = 0; i < bh_connections_get_n (connections); i++)
    {
      BhConnection *connection = bh_connections_get (connections, i);
      BhRunItem *item = bh_connection_lookup_run (connection, run_id);
      gboolean is_there = bh_connection_get_state (connection) == BH_CONNECTION_CONNECTED;

      if (connection_id != NULL && *connection_id != '\0' &&
          strcmp (connection_id, bh_connection_get_id (connection)) != 0)
        continue;
      if (item != NULL)
        {
          search_free (search);
          return dex_future_new_take_object (g_object_ref (item));
        }
      /* those that are lost take their time to say so, and come last */
      g_ptr_array_insert (search->asked, is_there ? (int) n_there++ : -1, g_object_ref (connection));
    }
  return dex_scheduler_spawn (NULL, 0, find_fiber, search, search_free);
}

/* --- questions ----------------------------------------------------------------------------------------- */

static DexFuture *
pick_cb (DexFuture *future, gpointer data)
{
  GPtrArray *sets = g_value_get_boxed (dex_future_get_value (future, NULL));

  for (guint i = 0; i < sets->len; i++)
    {
      BhQuestionSet *set = g_ptr_array_index (sets, i);

      if (g_strcmp0 (set->id, data) == 0)
        return dex_future_new_take_boxed (BH_TYPE_QUESTION_SET, bh_question_set_ref (set));
    }
  return dex_future_new_for_error (
      bh_error_new (BH_ERROR_QUESTION_NOT_FOUND, NULL, _ ("The question is not there any more.")));
}

DexFuture *
bh_find_question (BhRunItem *run, const char *set_id)
{
  BhQuestionSet *open;
  BhConnection *connection;

  dex_return_error_if_fail (BH_IS_RUN_ITEM (run));
  dex_return_error_if_fail (set_id != NULL);
  open = bh_run_item_get_question (run);
  connection = bh_run_item_get_connection (run);
  if (open != NULL && strcmp (open->id, set_id) == 0)
    return dex_future_new_take_boxed (BH_TYPE_QUESTION_SET, bh_question_set_ref (open));
  if (connection == NULL)
    return dex_future_new_for_error (
        bh_error_new (BH_ERROR_QUESTION_NOT_FOUND, NULL, _ ("The question is not there any more.")));
  return dex_future_then (bh_connection_list_questions (connection, bh_run_item_get_id (run), TRUE), pick_cb,
                          g_strdup (set_id), g_free);
}

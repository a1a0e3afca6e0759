/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/runs/bh-run-keys.h"

#include <string.h>

typedef struct
{
  BhRunActor *actor;
  char **names;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->actor);
  g_strfreev (job->names);
  g_free (job);
}

static void
hide_keys (BhRunActor *actor, GHashTable *keys)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    bh_journal_hide (bh_run_actor_get_journal (actor), value);
}

/* Which ones were given is staged: committed with what starts the process that gets them. */
static DexFuture *
give_fiber (gpointer data)
{
  Job *job = data;
  BhJournal *journal = bh_run_actor_get_journal (job->actor);
  g_auto (GStrv) given = NULL;
  g_autoptr (GString) now = NULL;
  g_autofree char *place = NULL;
  const char *before;
  GError *error = NULL;
  GHashTable *keys = dex_await_boxed (bh_keys_lookup (bh_run_actor_get_context (job->actor)->keys,
                                                      (const char *const *) job->names),
                                      &error);

  if (keys == NULL)
    return dex_future_new_for_error (error);
  place = dex_await_string (bh_keys_stored_in (bh_run_actor_get_context (job->actor)->keys), &error);
  if (place == NULL)
    {
      g_hash_table_unref (keys);
      return dex_future_new_for_error (error);
    }
  hide_keys (job->actor, keys);
  before = bh_journal_get_state (journal, BH_STATE_KEYS);
  given = g_strsplit (before != NULL ? before : "", " ", -1);
  now = g_string_new (before);
  for (guint i = 0; job->names[i] != NULL; i++)
    {
      g_autofree char *name = g_strconcat (job->names[i], "@", place, NULL);

      if (g_hash_table_contains (keys, job->names[i]) && !g_strv_contains ((const char *const *) given, name))
        g_string_append_printf (now, "%s%s", now->len > 0 ? " " : "", name);
    }
  bh_journal_set_state (journal, BH_STATE_KEYS, now->len > 0 ? now->str : NULL);
  return dex_future_new_take_boxed (G_TYPE_HASH_TABLE, keys);
}

DexFuture *
bh_run_keys_give (BhRunActor *actor, const char *const *names)
{
  Job *job;

  dex_return_error_if_fail (BH_IS_RUN_ACTOR (actor));
  dex_return_error_if_fail (names != NULL);
  job = g_new0 (Job, 1);
  job->actor = g_object_ref (actor);
  job->names = g_strdupv ((char **) names);
  return dex_scheduler_spawn (NULL, 0, give_fiber, job, job_free);
}

/* `place` NULL: those of which it is not known. One that is not there was removed, as the place is the same.
 */
static gboolean
recall_in (BhRunActor *actor, char **given, const char *place, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) keys = NULL;
  g_auto (GStrv) names = NULL;

  for (guint i = 0; given[i] != NULL; i++)
    {
      const char *at = strchr (given[i], '@');

      if (g_strcmp0 (at != NULL ? at + 1 : NULL, place) == 0)
        g_strv_builder_take (builder, at != NULL ? g_strndup (given[i], (gsize) (at - given[i]))
                                                 : g_strdup (given[i]));
    }
  names = g_strv_builder_end (builder);
  if (names[0] == NULL)
    return TRUE;
  keys = dex_await_boxed (bh_keys_lookup_in (bh_run_actor_get_context (actor)->keys,
                                             (const char *const *) names, place),
                          error);
  if (keys == NULL)
    return FALSE;
  hide_keys (actor, keys);
  return TRUE;
}

gboolean
bh_run_keys_recall (BhRunActor *actor, GError **error)
{
  const char *state = bh_journal_get_state (bh_run_actor_get_journal (actor), BH_STATE_KEYS);
  g_auto (GStrv) given = g_strsplit (state != NULL ? state : "", " ", -1);

  return recall_in (actor, given, BH_KEYS_IN_SERVICE, error) &&
         recall_in (actor, given, BH_KEYS_IN_FILE, error) && recall_in (actor, given, NULL, error);
}

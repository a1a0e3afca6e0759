/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/bh-engines-private.h"

#include "coordinator/engines/runbook/bh-runbook-parser.h"

/* Engines are installed and signed in to now and then, and nobody says so. */
#define FRESH_US (60 * G_USEC_PER_SEC)
/* How the id of a box begins that was made only to look; one of a Run's is like that once in 2⁴⁰. */
#define BOX_MARK "b_1004f02e73"

/* What one kind of box was found to have. */
typedef struct
{
  GPtrArray *founds; /* BhEngineFound */
  gint64 looked_at;  /* monotonic, when all of it was asked for; 0: never */
  DexFuture *look;   /* (nullable) the one under way */
} Known;

static void
known_free (gpointer data)
{
  Known *self = data;

  g_ptr_array_unref (self->founds);
  dex_clear (&self->look);
  g_free (self);
}

GHashTable *
bh_engines_known_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, known_free);
}

/* No name of a worker holds a newline. */
static Known *
known_of (BhEngines *self, const char *worker, const char *image)
{
  g_autofree char *key = g_strdup_printf ("%s\n%s", worker, image);
  Known *known = g_hash_table_lookup (self->known, key);

  if (known == NULL)
    {
      known = g_new0 (Known, 1);
      known->founds = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_engine_found_free);
      g_hash_table_insert (self->known, g_steal_pointer (&key), known);
    }
  return known;
}

static void
remember (Known *known, const BhEngineFound *found)
{
  BhEngineFound *before = bh_engine_found_lookup (known->founds, found->id);

  if (before != NULL)
    g_ptr_array_remove (known->founds, before);
  g_ptr_array_add (known->founds, bh_engine_found_copy (found));
}

static void
remember_all (Known *known, GPtrArray *founds)
{
  for (guint i = 0; i < founds->len; i++)
    remember (known, founds->pdata[i]);
}

/* The same program says the same version. */
static void
recall_version (Known *known, BhEngineFound *found)
{
  const BhEngineFound *before = bh_engine_found_lookup (known->founds, found->id);

  if (before == NULL || !before->asked || *found->stamp == '\0' ||
      g_strcmp0 (before->path, found->path) != 0 || g_strcmp0 (before->stamp, found->stamp) != 0)
    return;
  found->asked = TRUE;
  g_free (found->version);
  found->version = g_strdup (before->version);
}

/* Whether it is signed in is not asked again, which would take seconds, for one that may never be used. */
static void
recall_check (Known *known, BhEngineFound *found)
{
  const BhEngineFound *before = bh_engine_found_lookup (known->founds, found->id);

  found->checked = before != NULL && before->checked;
  found->denied = before != NULL && before->denied;
}

/* --- choosing one --- */

typedef struct
{
  BhEngines *engines;
  BhBox *box; /* (nullable) */
  GHashTable *env;
  GError *keys_error; /* (nullable) why it is not known which keys are stored */
  char *id;
  int blocks;
  gboolean may_ask;
} Job;

static void
job_free (gpointer data)
{
  Job *self = data;

  g_object_unref (self->engines);
  g_clear_object (&self->box);
  g_clear_pointer (&self->env, g_hash_table_unref);
  g_clear_error (&self->keys_error);
  g_free (self->id);
  g_free (self);
}

static gboolean
is_wanted (const Job *job, const char *id)
{
  return g_str_equal (job->id, BH_ENGINE_AUTO) || g_str_equal (job->id, id);
}

/* BhEngineFile, borrowed, of those that have to be looked for: besides the one that is wanted all that it may
 * delegate to, since where they are is found in one go. None for the runbook, which delegates nothing. */
static GPtrArray *
candidates (const Job *job)
{
  const BhEngineFile *wanted = bh_engines_get_file (job->engines, job->id);
  GPtrArray *files = g_ptr_array_new ();

  if (wanted != NULL && wanted->binary == NULL)
    return files;

  for (guint i = 0; i < job->engines->files->len; i++)
    {
      BhEngineFile *file = job->engines->files->pdata[i];

      if (file->binary != NULL)
        g_ptr_array_add (files, file);
    }
  return files;
}

/* Those that are there and of which more has to be known than where. */
static GPtrArray *
unanswered (const Job *job, GPtrArray *files, GPtrArray *founds, Known *known)
{
  GPtrArray *open = g_ptr_array_new ();

  for (guint i = 0; i < files->len; i++)
    {
      BhEngineFile *file = files->pdata[i];
      BhEngineFound *found = bh_engine_found_lookup (founds, file->id);

      if (found == NULL || found->path == NULL)
        continue;
      recall_version (known, found);
      if (!is_wanted (job, file->id))
        {
          recall_check (known, found);
          continue;
        }
      if (!found->asked || bh_engine_needs_check (file, found, job->env))
        g_ptr_array_add (open, file);
    }
  return open;
}

static void
take_answers (GPtrArray *founds, GPtrArray *answers)
{
  for (guint i = 0; i < answers->len; i++)
    {
      const BhEngineFound *answer = answers->pdata[i];
      BhEngineFound *found = bh_engine_found_lookup (founds, answer->id);

      if (found == NULL)
        continue;
      found->asked = answer->asked;
      g_free (found->version);
      found->version = g_strdup (answer->version);
      found->checked = answer->checked;
      found->denied = answer->denied;
    }
}

static void
find_sign_ins (BhEngines *self, const char *worker, GPtrArray *files, GPtrArray *founds, gboolean may_ask)
{
  if (self->sign_ins == NULL)
    return;
  bh_sign_ins_find (self->sign_ins, worker, files, founds);
  bh_sign_ins_judge (self->sign_ins, founds, may_ask);
}

static GPtrArray *
look_for (const Job *job, GPtrArray *files, GError **error)
{
  Known *known = known_of (job->engines, bh_box_get_worker_name (job->box), bh_box_get_image (job->box));
  g_autoptr (GPtrArray) founds = dex_await_boxed (bh_engine_probe (job->box, files, BH_PROBE_PLACE), error);
  g_autoptr (GPtrArray) open = NULL, answers = NULL;

  if (founds == NULL)
    return NULL;
  find_sign_ins (job->engines, bh_box_get_worker_name (job->box), files, founds, job->may_ask);
  open = unanswered (job, files, founds, known);
  if (open->len > 0)
    {
      answers =
          dex_await_boxed (bh_engine_probe (job->box, open, BH_PROBE_VERSION | BH_PROBE_SIGN_IN), error);
      if (answers == NULL)
        return NULL;
      take_answers (founds, answers);
    }
  remember_all (known, founds);
  return g_steal_pointer (&founds);
}

/* (transfer full) `env` (nullable) and the stored keys, whose values are not needed for a choice. */
static GHashTable *
with_keys (GHashTable *env, const char *const *names)
{
  GHashTable *all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer name, value;

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    g_hash_table_insert (all, g_strdup (names[i]), g_strdup ("stored"));
  if (env == NULL)
    return all;
  g_hash_table_iter_init (&iter, env);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (all, g_strdup (name), g_strdup (value));
  return all;
}

static void
add_keys (Job *job)
{
  g_autoptr (GHashTable) before = g_steal_pointer (&job->env);
  g_auto (GStrv) names = job->engines->keys != NULL
                             ? dex_await_boxed (bh_keys_names (job->engines->keys), &job->keys_error)
                             : NULL;

  job->env = with_keys (before, (const char *const *) names);
}

/* Takes `error`. A key that is there, and cannot be had, is a reason to tell. */
static DexFuture *
none_picked (const Job *job, GError *error)
{
  g_autoptr (GError) cause = error;

  if (job->keys_error == NULL || cause->domain != BH_ERROR)
    return dex_future_new_for_error (g_steal_pointer (&cause));
  return dex_future_new_for_error (bh_error_new ((BhError) cause->code, bh_error_field (cause), "%s %s",
                                                 cause->message, job->keys_error->message));
}

static DexFuture *
pick_fiber (gpointer data)
{
  Job *job = data;
  g_autoptr (GPtrArray) files = candidates (job);
  g_autoptr (GPtrArray) founds = NULL;
  GError *error = NULL;
  BhPick *pick;

  if (files->len > 0 && job->box != NULL)
    {
      add_keys (job);
      founds = look_for (job, files, &error);
      if (founds == NULL)
        return dex_future_new_for_error (error);
    }
  pick = bh_engine_choose (job->engines->files, founds, job->env, job->id, job->blocks, &error);
  if (pick == NULL)
    return none_picked (job, error);
  if (!bh_engine_is_runbook (bh_engines_get_file (job->engines, pick->id)))
    bh_pick_add_others (pick, job->engines->files, founds, job->env);
  return dex_future_new_take_boxed (BH_TYPE_PICK, pick);
}

DexFuture *
bh_engines_pick (
    BhEngines *self, BhBox *box, const char *id, const char *instructions, GHashTable *env, gboolean may_ask)
{
  const BhEngineFile *file;
  GError *error = NULL;
  int blocks = 0;
  Job *job;

  dex_return_error_if_fail (BH_IS_ENGINES (self));
  dex_return_error_if_fail (box == NULL || BH_IS_BOX (box));
  dex_return_error_if_fail (id != NULL && instructions != NULL);
  if (!bh_engines_check_id (self, id, &error))
    return dex_future_new_for_error (error);
  file = bh_engines_get_file (self, id);
  /* instructions for a model may hold anything */
  if (file == NULL || bh_engine_is_runbook (file))
    blocks = bh_engines_count_blocks (instructions, &error);
  if (blocks < 0)
    return dex_future_new_for_error (error);
  job = g_new0 (Job, 1);
  job->engines = g_object_ref (self);
  job->box = box != NULL ? g_object_ref (box) : NULL;
  job->env = env != NULL ? g_hash_table_ref (env) : NULL;
  job->id = g_strdup (id);
  job->blocks = blocks;
  job->may_ask = may_ask;
  return dex_scheduler_spawn (NULL, 0, pick_fiber, job, job_free);
}

/* --- what there is, before a Run needs it --- */

typedef struct
{
  BhEngines *engines;
  BhWorkers *workers;
  char *worker;
  char *image;
} Look;

static void
look_free (gpointer data)
{
  Look *self = data;

  g_object_unref (self->engines);
  g_object_unref (self->workers);
  g_free (self->worker);
  g_free (self->image);
  g_free (self);
}

/* A number of this process: the ids of its boxes hold it. */
static guint
own_number (void)
{
  static guint number;

  if (number == 0)
    number = (guint) g_random_int_range (1, 0x1000);
  return number;
}

static char *
look_box_id (void)
{
  static guint count;

  return g_strdup_printf (BOX_MARK "%03x%03x", own_number (), count++ % 0x1000);
}

gboolean
bh_engines_is_left_behind (const char *box_id)
{
  g_autofree char *own = g_strdup_printf (BOX_MARK "%03x", own_number ());

  g_return_val_if_fail (box_id != NULL, FALSE);
  return g_str_has_prefix (box_id, BOX_MARK) && !g_str_has_prefix (box_id, own);
}

/* In a box that exists for this alone. */
static DexFuture *
look_fiber (gpointer data)
{
  Look *self = data;
  Known *known = known_of (self->engines, self->worker, self->image);
  g_autofree char *id = look_box_id ();
  BhLaunch launch = {
    .id = id, .image = self->image, .network = "offline", .programs = bh_engines_get_programs (self->engines)
  };
  GError *error = NULL;
  g_autoptr (BhBox) box = dex_await_object (bh_workers_launch (self->workers, self->worker, &launch), &error);
  g_autoptr (GPtrArray) founds = NULL;

  if (box != NULL)
    {
      founds =
          dex_await_boxed (bh_engine_probe (box, self->engines->files, BH_PROBE_VERSION | BH_PROBE_SIGN_IN),
                           &error);
      dex_future_disown (bh_workers_remove_box (self->workers, self->worker, id));
      if (founds != NULL)
        find_sign_ins (self->engines, self->worker, self->engines->files, founds, TRUE);
    }
  dex_clear (&known->look);
  if (founds == NULL)
    return dex_future_new_for_error (error);
  remember_all (known, founds);
  known->looked_at = g_get_monotonic_time ();
  return dex_future_new_true ();
}

DexFuture *
bh_engines_look (BhEngines *self, BhWorkers *workers, const char *worker, const char *image, gboolean fresh)
{
  Known *known;
  Look *look;
  DexFuture *future;

  dex_return_error_if_fail (BH_IS_ENGINES (self));
  dex_return_error_if_fail (BH_IS_WORKERS (workers));
  dex_return_error_if_fail (worker != NULL && image != NULL);
  known = known_of (self, worker, image);
  if (known->look != NULL)
    return dex_ref (known->look);
  if (!fresh && known->looked_at != 0 && g_get_monotonic_time () - known->looked_at < FRESH_US)
    return dex_future_new_true ();
  look = g_new0 (Look, 1);
  look->engines = g_object_ref (self);
  look->workers = g_object_ref (workers);
  look->worker = g_strdup (worker);
  look->image = g_strdup (image);
  future = dex_scheduler_spawn (NULL, 0, look_fiber, look, look_free);
  known->look = dex_ref (future);
  return future;
}

GPtrArray *
bh_engines_list_found (BhEngines *self, const char *worker, const char *image)
{
  GPtrArray *infos = bh_engines_list (self);
  Known *known = known_of (self, worker, image);
  g_autoptr (GHashTable) keys = with_keys (NULL, self->keys != NULL ? bh_keys_last_names (self->keys) : NULL);

  /* what is allowed may have changed since */
  if (self->sign_ins != NULL)
    bh_sign_ins_judge (self->sign_ins, known->founds, TRUE);
  for (guint i = 0; i < infos->len; i++)
    {
      BhEngineInfo *info = infos->pdata[i];
      const BhEngineFile *file = bh_engines_get_file (self, info->id);
      const BhEngineFound *found = bh_engine_found_lookup (known->founds, info->id);

      info->version = found != NULL ? g_strdup (found->version) : NULL;
      info->path = found != NULL ? g_strdup (found->path) : NULL;
      info->why_not = bh_engine_why_not (file, found, keys);
      info->why_not_code = g_strdup (bh_engine_why_not_code (file, found, keys));
    }
  return infos;
}

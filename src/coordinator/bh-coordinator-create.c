/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/bh-coordinator-private.h"
#include "coordinator/placement/bh-placement.h"
#include "coordinator/runs/bh-run-driver.h"
#include "coordinator/runs/bh-staging.h"
#include "protocol/bh-text.h"

/* A worker of this coordinator's own machine needs a moment after the start; who asks for it by name
 * meanwhile waits. */
#define WORKER_GRACE_US (5 * G_USEC_PER_SEC)
#define WORKER_WAIT_MS 3000
#define NAME_MAX_BYTES 80

typedef struct
{
  BhCoordinator *self;
  BhRunRequest *request;
  char *key;
  char *digest;
} Create;

static void
create_free (gpointer data)
{
  Create *create = data;

  g_object_unref (create->self);
  bh_run_request_unref (create->request);
  g_free (create->key);
  g_free (create->digest);
  g_free (create);
}

/* What the Run is called when nobody says: the first line that says something, without Markdown's marks. */
static char *
name_from (const char *instructions)
{
  g_auto (GStrv) lines = g_strsplit (instructions, "\n", 64);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = lines[i] + strspn (lines[i], "# \t\r>*-");

      if (*line != '\0' && !g_str_has_prefix (line, "```"))
        return bh_text_one_line (line, NAME_MAX_BYTES);
    }
  return g_strdup ("Run");
}

static BhRun *
run_from (const BhRunRequest *request)
{
  BhRun *run = bh_run_new ();
  GHashTableIter iter;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  gpointer name;

  run->id = bh_id_new ('r');
  run->name = request->name != NULL && *request->name != '\0' ? g_strdup (request->name)
                                                              : name_from (request->instructions);
  run->instructions = g_strdup (request->instructions);
  run->ticket_url = g_strdup (request->ticket_url);
  run->workspace = g_strdup (request->workspace);
  run->target_worker = g_strdup (request->target_worker);
  run->target_image = g_strdup (request->target_image);
  run->engine = g_strdup (request->engine != NULL ? request->engine : "auto");
  run->mode = request->mode;
  run->keep = request->has_keep ? request->keep : bh_keep_default (request->mode);
  run->network = g_strdup (request->network);
  run->permissions = request->permissions;
  run->state = BH_RUN_QUEUED;
  run->created_at = g_get_real_time ();
  if (request->env != NULL)
    {
      g_hash_table_iter_init (&iter, request->env);
      while (g_hash_table_iter_next (&iter, &name, NULL))
        g_strv_builder_add (names, name);
    }
  g_strfreev (run->env_names);
  run->env_names = g_strv_builder_end (names);
  return run;
}

/* The target's worker and, if it is connected and an image was named, its images. */
static gboolean
check_target (BhCoordinator *self, const BhRunRequest *request, GError **error)
{
  g_autoptr (BhWorkerInfo) info = NULL;
  g_autoptr (GPtrArray) images = NULL;

  if (request->target_worker != NULL)
    {
      info = bh_workers_lookup (self->context.workers, request->target_worker);
      if ((info == NULL || !info->online) && g_get_monotonic_time () - self->started_at < WORKER_GRACE_US)
        {
          g_clear_pointer (&info, bh_worker_info_unref);
          dex_await (dex_future_first (bh_workers_ready (self->context.workers, request->target_worker),
                                       dex_timeout_new_msec (WORKER_WAIT_MS), NULL),
                     NULL);
          info = bh_workers_lookup (self->context.workers, request->target_worker);
        }
      if (info != NULL && info->online && request->target_image != NULL)
        images = dex_await_boxed (bh_workers_images (self->context.workers, info->name), NULL);
    }
  return bh_placement_check (request, info, images, error);
}

/* Better refused than left alone in silence: the Run would work on nothing. */
static gboolean
check_workspace (const BhRunRequest *request, GError **error)
{
  if (request->workspace == NULL)
    return TRUE;
  bh_set_error (
      error, BH_ERROR_INVALID_FIELD, "workspace",
      "This release cannot bring files into a DevBox. Leave workspace out, and have the instructions "
      "fetch what they need, as with git clone.");
  return FALSE;
}

static BhRun *
create_run (Create *create, GError **error)
{
  BhCoordinator *self = create->self;
  const BhRunRequest *request = create->request;
  g_autoptr (BhRun) run = NULL;
  g_autoptr (BhRunActor) actor = NULL;
  g_autoptr (BhRunDriver) driver = NULL;
  GError *commit_error = NULL;

  if (!check_workspace (request, error) ||
      !bh_engines_check (self->context.engines, request->engine != NULL ? request->engine : "auto",
                         request->instructions, error) ||
      !check_target (self, request, error))
    return NULL;
  if (self->shutting_down)
    {
      bh_set_error (error, BH_ERROR_UNAVAILABLE, NULL,
                    "The coordinator is shutting down. Try again in a moment.");
      return NULL;
    }
  run = run_from (request);
  actor = bh_run_actor_new_for_request (&self->context, run, request->env, request->network, create->key,
                                        create->digest);
  bh_run_table_add (self->context.table, actor);
  if (!dex_await (bh_journal_commit (bh_run_actor_get_journal (actor), BH_SYNCED), &commit_error))
    {
      bh_run_actor_let_go (actor, commit_error);
      g_propagate_error (error, commit_error);
      return NULL;
    }
  /* the store may have taken it up by itself, after a failure right before */
  if (bh_run_actor_get_driver (actor) == NULL && !bh_run_actor_is_closed (actor))
    {
      driver = bh_run_driver_new (actor);
      bh_run_driver_start (driver, NULL);
    }
  return bh_run_copy (bh_run_actor_get_run (actor));
}

static gboolean
is_not_found (const GError *error)
{
  return g_error_matches (error, BH_ERROR, BH_ERROR_NOT_FOUND) ||
         g_error_matches (error, BH_ERROR, BH_ERROR_RUN_NOT_FOUND);
}

static DexFuture *
create_fiber (gpointer data)
{
  Create *create = data;
  GError *error = NULL;
  BhRun *run = NULL;

  if (create->key != NULL)
    {
      run = dex_await_boxed (bh_store_idempotent (create->self->context.store, create->key, create->digest),
                             &error);
      if (run == NULL && !is_not_found (error))
        return dex_future_new_for_error (error);
      g_clear_error (&error);
    }
  if (run == NULL)
    run = create_run (create, &error);
  if (run == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (BH_TYPE_RUN, run);
}

/* Requests with one key one after the other: the second finds what the first has made. */
static DexFuture *
create_in_turn_fiber (gpointer data)
{
  Create *create = data;
  GHashTable *creating = create->self->creating;
  DexPromise *turn = dex_promise_new ();
  DexFuture *result, *before;

  while ((before = g_hash_table_lookup (creating, create->key)) != NULL)
    dex_await (dex_ref (before), NULL);
  g_hash_table_insert (creating, g_strdup (create->key), turn);
  result = create_fiber (create);
  dex_ref (turn);
  g_hash_table_remove (creating, create->key);
  dex_promise_resolve_boolean (turn, TRUE);
  dex_unref (turn);
  return result;
}

DexFuture *
bh_coordinator_create_run (BhCoordinator *self,
                           BhRunRequest *request,
                           const char *idempotency_key,
                           const char *request_digest)
{
  Create *create;

  dex_return_error_if_fail (BH_IS_COORDINATOR (self));
  dex_return_error_if_fail (request != NULL && request->instructions != NULL);
  dex_return_error_if_fail (idempotency_key == NULL || request_digest != NULL);

  create = g_new0 (Create, 1);
  create->self = g_object_ref (self);
  create->request = bh_run_request_ref (request);
  create->key = g_strdup (idempotency_key);
  create->digest = g_strdup (request_digest);
  return bh_coordinator_spawn (idempotency_key != NULL ? create_in_turn_fiber : create_fiber, create,
                               create_free);
}

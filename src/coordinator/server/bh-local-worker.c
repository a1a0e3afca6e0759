/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/server/bh-local-worker.h"

#include <signal.h>
#include <unistd.h>

#include "protocol/bh-files-limit.h"
#include "protocol/bh-paths.h"
#include "protocol/bh-worker-name.h"

#define BACKOFF_LEAST_MS 200
#define BACKOFF_MOST_MS 30000
/* A worker that lived this long was well: the backoff starts anew. */
#define WELL_US (10 * G_USEC_PER_SEC)

struct _BhLocalWorker
{
  GObject parent_instance;

  /* borrowed */
  BhWorkers *workers;
  /* owned */
  char *socket_path;
  GSubprocess *process;
  guint retry;
  guint backoff_ms;
  gint64 started_at;
  gboolean stopping;
};

G_DEFINE_FINAL_TYPE (BhLocalWorker, bh_local_worker, G_TYPE_OBJECT)

static void on_exited (GObject *object, GAsyncResult *result, gpointer data);

static gboolean
local_worker_is_online (BhLocalWorker *self)
{
  g_autofree char *name = bh_worker_name_default ();
  g_autoptr (BhWorkerInfo) info = bh_workers_lookup (self->workers, name);

  return info != NULL && info->online;
}

static gboolean
on_retry (gpointer data)
{
  BhLocalWorker *self = data;

  self->retry = 0;
  bh_local_worker_start (self);
  return G_SOURCE_REMOVE;
}

static void
schedule_retry (BhLocalWorker *self)
{
  if (self->stopping || self->retry != 0)
    return;
  if (g_get_monotonic_time () - self->started_at > WELL_US)
    self->backoff_ms = BACKOFF_LEAST_MS;
  self->retry = g_timeout_add (self->backoff_ms, on_retry, self);
  self->backoff_ms = MIN (self->backoff_ms * 2, BACKOFF_MOST_MS);
}

static void
on_exited (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (BhLocalWorker) self = data;
  GSubprocess *process = G_SUBPROCESS (object);

  g_subprocess_wait_finish (process, result, NULL);
  if (self->process != process)
    return;
  g_clear_object (&self->process);
  if (self->stopping)
    return;
  /* 2: another worker of this name runs, most likely one that outlived a coordinator; it will come to us */
  if (!g_subprocess_get_if_exited (process) || g_subprocess_get_exit_status (process) != 2)
    g_message ("The local worker ended (%s); starting it again",
               g_subprocess_get_if_signaled (process) ? g_strsignal (g_subprocess_get_term_sig (process))
                                                      : "exit");
  schedule_retry (self);
}

/* Of its own: a Ctrl-C meant for the coordinator is not for the worker, and a kernel that shares out the
 * processor by sessions gives each its part. */
static void
become_session (gpointer data)
{
  setsid ();
  bh_files_limit_restore ();
}

void
bh_local_worker_start (BhLocalWorker *self)
{
  g_autofree char *program = bh_path_program ("bellhop-worker");
  g_autofree char *coordinator = g_strconcat ("unix:", self->socket_path, NULL);
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GError) error = NULL;

  if (self->process != NULL || self->stopping)
    return;
  if (local_worker_is_online (self))
    {
      schedule_retry (self);
      return;
    }
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_INHERIT);
  g_subprocess_launcher_set_child_setup (launcher, become_session, NULL, NULL);
  self->started_at = g_get_monotonic_time ();
  self->process = g_subprocess_launcher_spawn (launcher, &error, program, "--coordinator", coordinator, NULL);
  if (self->process == NULL)
    {
      g_warning ("Could not start the local worker: %s", error->message);
      schedule_retry (self);
      return;
    }
  g_subprocess_wait_async (self->process, NULL, on_exited, g_object_ref (self));
}

void
bh_local_worker_stop (BhLocalWorker *self)
{
  self->stopping = TRUE;
  g_clear_handle_id (&self->retry, g_source_remove);
  if (self->process != NULL)
    g_subprocess_send_signal (self->process, SIGTERM);
}

static void
bh_local_worker_finalize (GObject *object)
{
  BhLocalWorker *self = BH_LOCAL_WORKER (object);

  g_clear_handle_id (&self->retry, g_source_remove);
  g_clear_object (&self->process);
  g_clear_pointer (&self->socket_path, g_free);
  G_OBJECT_CLASS (bh_local_worker_parent_class)->finalize (object);
}

static void
bh_local_worker_class_init (BhLocalWorkerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_local_worker_finalize;
}

static void
bh_local_worker_init (BhLocalWorker *self)
{
  self->backoff_ms = BACKOFF_LEAST_MS;
}

BhLocalWorker *
bh_local_worker_new (BhWorkers *workers, const char *socket_path)
{
  BhLocalWorker *self = g_object_new (BH_TYPE_LOCAL_WORKER, NULL);

  self->workers = workers;
  self->socket_path = g_strdup (socket_path);
  return self;
}

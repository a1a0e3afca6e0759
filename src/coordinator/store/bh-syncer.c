/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-syncer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* pages in the log before it is brought into the database: about 48 MiB */
#define CHECKPOINT_PAGES 6000
/* and before the writer waits for that: about 128 MiB */
#define LOG_PAGES 16000
/* The first round takes what has gathered, each further one what came in meanwhile; what is left then is
 * little. A round begins only while the log holds more than the last one has taken: before SQLite 3.51.3
 * (3.50.7, 3.44.6) one that finds all of it taken, while the writer begins the log anew, could spoil the
 * file. */
#define ROUNDS 4

typedef enum
{
  JOB_SYNC,
  JOB_CHECKPOINT,
  JOB_END
} JobKind;

typedef struct
{
  JobKind kind;
  DexPromise *promise; /* SYNC */
} Job;

struct _BhSyncer
{
  char *path, *log_path;
  guint busy_ms;
  BhMailbox *mailbox;
  GAsyncQueue *queue;
  GThread *thread;
  BhSyncerFailed failed;
  gpointer user_data;

  /* the thread's own */
  BhDb *db;   /* opened by the first checkpoint */
  int log_fd; /* the kernel tells a descriptor of a failure only if it was open then */

  GMutex mutex;
  GCond cond;
  gboolean checkpointing; /* under the mutex */

  int pages; /* atomic: in the log */

  /* the writer's */
  int due;
  gboolean begun;
};

static void
job_free (gpointer data)
{
  Job *job = data;

  dex_clear (&job->promise);
  g_free (job);
}

/* SQLite writes the log in commits, in order, and this covers all of it. A commit that is in the database
 * already was synced there by the checkpoint. */
static gboolean
sync_log (BhSyncer *self, GError **error)
{
  int saved;

  if (self->log_fd < 0)
    self->log_fd = g_open (self->log_path, O_RDONLY | O_CLOEXEC, 0);
  if (self->log_fd < 0)
    {
      saved = errno;
      bh_set_error (error, BH_ERROR_STORAGE_FAILED, NULL, "The log %s of the database cannot be opened (%s).",
                    self->log_path, g_strerror (saved));
      return FALSE;
    }
  if (TEMP_FAILURE_RETRY (fdatasync (self->log_fd)) == 0)
    return TRUE;
  saved = errno;
  bh_set_error (error, BH_ERROR_STORAGE_FAILED, NULL, "%s could not be written to the disk (%s).",
                self->log_path, g_strerror (saved));
  return FALSE;
}

static void
settle (BhSyncer *self, Job *job, const GError *error)
{
  GValue value = G_VALUE_INIT;

  if (error == NULL)
    {
      g_value_init (&value, G_TYPE_BOOLEAN);
      g_value_set_boolean (&value, TRUE);
    }
  bh_mailbox_settle (self->mailbox, g_steal_pointer (&job->promise), &value,
                     error != NULL ? g_error_copy (error) : NULL);
}

/* One sync for all that wait. Takes `job`. Returns the next that is not a sync (nullable). */
static Job *
do_syncs (BhSyncer *self, Job *job)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (job_free);
  g_autoptr (GError) error = NULL;

  do
    {
      g_ptr_array_add (jobs, job);
      job = g_async_queue_try_pop (self->queue);
    }
  while (job != NULL && job->kind == JOB_SYNC);
  if (!sync_log (self, &error))
    self->failed (error, self->user_data);
  for (guint i = 0; i < jobs->len; i++)
    settle (self, g_ptr_array_index (jobs, i), error);
  return job;
}

static gboolean
open_database (BhSyncer *self, GError **error)
{
  if (self->db != NULL)
    return TRUE;
  self->db = bh_db_open (self->path, FALSE, self->busy_ms, error);
  /* who has not read anything yet does not know that there is a log */
  return self->db != NULL &&
         bh_db_exec (self->db, "PRAGMA synchronous = NORMAL; SELECT 1 FROM sqlite_schema;", error);
}

/* One that fails for want of room or of a lock is made by a later one; until then the log is longer. */
static void
do_checkpoint (BhSyncer *self)
{
  g_autoptr (GError) error = NULL;
  int taken = 0;

  if (!open_database (self, &error))
    g_clear_pointer (&self->db, bh_db_close);
  for (int i = 0; i < ROUNDS && self->db != NULL && error == NULL; i++)
    {
      int code;

      if (g_atomic_int_get (&self->pages) <= taken)
        break;
      code = sqlite3_wal_checkpoint_v2 (self->db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, &taken);
      if (code != SQLITE_OK)
        bh_db_fail (self->db, code, &error);
    }
  if (error != NULL)
    g_message ("The log of the database could not be brought into it. %s", error->message);
  if (error != NULL && self->db != NULL && self->db->last_error == SQLITE_IOERR)
    self->failed (error, self->user_data);
  g_mutex_lock (&self->mutex);
  self->checkpointing = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static gpointer
run_thread (gpointer data)
{
  BhSyncer *self = data;
  Job *job = NULL;

  for (;;)
    {
      JobKind kind;

      if (job == NULL)
        job = g_async_queue_pop (self->queue);
      kind = job->kind;
      if (kind == JOB_SYNC)
        {
          job = do_syncs (self, job);
          continue;
        }
      g_clear_pointer (&job, job_free);
      if (kind == JOB_END)
        break;
      do_checkpoint (self);
    }
  g_clear_pointer (&self->db, bh_db_close);
  if (self->log_fd >= 0)
    close (self->log_fd);
  return NULL;
}

static void
push (BhSyncer *self, JobKind kind, DexPromise *promise)
{
  Job *job = g_new (Job, 1);

  job->kind = kind;
  job->promise = promise;
  g_async_queue_push (self->queue, job);
}

BhSyncer *
bh_syncer_new (const char *path, guint busy_ms, BhMailbox *mailbox, BhSyncerFailed failed, gpointer user_data)
{
  BhSyncer *self = g_new0 (BhSyncer, 1);

  self->path = g_strdup (path);
  self->log_path = g_strconcat (path, "-wal", NULL);
  self->busy_ms = busy_ms;
  self->mailbox = mailbox;
  self->failed = failed;
  self->user_data = user_data;
  self->log_fd = -1;
  self->due = CHECKPOINT_PAGES;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->queue = g_async_queue_new_full (job_free);
  self->thread = g_thread_new ("bh-syncer", run_thread, self);
  return self;
}

void
bh_syncer_free (BhSyncer *self)
{
  push (self, JOB_END, NULL);
  g_thread_join (self->thread);
  g_async_queue_unref (self->queue);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self->path);
  g_free (self->log_path);
  g_free (self);
}

void
bh_syncer_sync (BhSyncer *self, DexPromise *promise)
{
  push (self, JOB_SYNC, promise);
}

/* Whether the thread has done its part of a checkpoint. */
static gboolean
checkpoint_is_over (BhSyncer *self, gboolean wait)
{
  gboolean over;

  g_mutex_lock (&self->mutex);
  while (wait && self->checkpointing)
    g_cond_wait (&self->cond, &self->mutex);
  over = !self->checkpointing;
  g_mutex_unlock (&self->mutex);
  return over;
}

static void
begin_checkpoint (BhSyncer *self)
{
  self->begun = TRUE;
  g_mutex_lock (&self->mutex);
  self->checkpointing = TRUE;
  g_mutex_unlock (&self->mutex);
  push (self, JOB_CHECKPOINT, NULL);
}

void
bh_syncer_keep_log_short (BhSyncer *self, BhDb *db, int pages)
{
  /* it began anew */
  if (pages < self->pages)
    self->due = CHECKPOINT_PAGES;
  g_atomic_int_set (&self->pages, pages);
  if (!self->begun)
    {
      if (pages >= self->due)
        begin_checkpoint (self);
      return;
    }
  if (!checkpoint_is_over (self, pages >= LOG_PAGES))
    return;
  /* little is left, and only while nobody writes can all of it be taken */
  self->begun = FALSE;
  self->due = pages + CHECKPOINT_PAGES;
  sqlite3_wal_checkpoint_v2 (db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

void
bh_syncer_wait (BhSyncer *self)
{
  checkpoint_is_over (self, TRUE);
}

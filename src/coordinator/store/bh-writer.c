/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-writer.h"

#include "coordinator/store/bh-apply.h"
#include "coordinator/store/bh-change-private.h"
#include "coordinator/store/bh-schema.h"
#include "coordinator/store/bh-syncer.h"

#define BATCH_MAX 1024
/* After so long without a change the writer is idle. */
#define CALM_US (2 * G_USEC_PER_SEC)
/* written and removed to find out whether the disk takes anything again */
#define PROBE_BYTES "1048576"

struct _BhWriter
{
  const BhWriterOptions *options;
  BhMailbox *mailbox;
  BhWriteQueue *queue;
  GThread *thread;
  DexPromise *opened;

  /* the thread's own */
  BhDb *db;
  BhSyncer *syncer; /* (nullable) until the database is open */
  int log_pages;
  gboolean sync_failed;
  gboolean wrote;     /* the last transaction was not empty */
  GPtrArray *to_sync; /* DexPromise, of the batch */
  GPtrArray *batch;   /* BhWriteRequest */
  GArray *deliveries; /* BhDelivery, empty between batches */
  GError *failure;    /* the disk's; every request is refused until a retry succeeds */
  gint64 retry_at;
  guint epoch;
  gboolean full_sync; /* PRAGMA synchronous = FULL */
  gboolean unsynced;  /* something was committed that is not on the disk yet */
  gboolean purging;
};

static gboolean
apply_limit (BhWriter *self, GError **error)
{
  gint64 page_size;
  guint64 limit = __atomic_load_n (&self->options->max_bytes, __ATOMIC_RELAXED);
  char sql[64];

  if (!bh_db_int (self->db, &page_size, 4096, error, "PRAGMA page_size", NULL))
    return FALSE;
  g_snprintf (sql, sizeof sql, "PRAGMA max_page_count = %" G_GUINT64_FORMAT,
              limit > 0 ? limit / (guint64) page_size : G_GUINT64_CONSTANT (4294967294));
  return bh_db_exec (self->db, sql, error);
}

/* On the syncer's thread. */
static void
on_sync_failed (const GError *error, gpointer user_data)
{
  BhWriter *self = user_data;

  bh_write_queue_push (self->queue,
                       (BhWriteRequest) { .kind = BH_WRITE_FAILED, .error = g_error_copy (error) });
}

static int
on_log_written (void *data, sqlite3 *handle, const char *name, int pages)
{
  BhWriter *self = data;

  self->log_pages = pages;
  self->wrote = TRUE;
  return SQLITE_OK;
}

static gboolean
open_database (BhWriter *self, GError **error)
{
  const BhWriterOptions *options = self->options;

  if (!bh_schema_check_file (options->path, error))
    return FALSE;
  self->db = bh_db_open (options->path, TRUE, options->busy_ms, error);
  if (self->db == NULL)
    return FALSE;
  /* until it is known to be sound, closing it must not write to it either */
  sqlite3_db_config (self->db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  if (!bh_schema_prepare (self->db, error))
    return FALSE;
  sqlite3_db_config (self->db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
  /* in place of SQLite's own checkpoints */
  sqlite3_wal_hook (self->db->handle, on_log_written, self);
  self->syncer = bh_syncer_new (options->path, options->busy_ms, self->mailbox, on_sync_failed, self);
  return bh_db_exec (self->db,
                     "PRAGMA synchronous = NORMAL;"
                     "PRAGMA cache_size = -12000;" /* two hundred Runs keep some three pages each warm */
                     "PRAGMA temp_store = MEMORY;"
                     "PRAGMA secure_delete = FAST;"
                     "PRAGMA journal_size_limit = 67108864;",
                     error) &&
         apply_limit (self, error);
}

static gboolean
set_full_sync (BhWriter *self, gboolean full, GError **error)
{
  if (full == self->full_sync)
    return TRUE;
  if (!bh_db_exec (self->db, full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", error))
    return FALSE;
  self->full_sync = full;
  return TRUE;
}

static gboolean
do_request (BhWriter *self, BhWriteRequest *request, GError **error)
{
  switch (request->kind)
    {
    case BH_WRITE_CHANGE:
      return bh_apply_change (self->db, request->change, error);
    case BH_WRITE_FUNC:
      self->db->last_error = SQLITE_OK;
      return request->func (self->db, request->first, request->second, error);
    case BH_WRITE_SYNC:
    case BH_WRITE_FAILED:
    case BH_WRITE_CLOSE:
    default:
      return TRUE;
    }
}

/* One transaction for requests [from, to). On an error, `*bad` is the request it was in, or `to` for the
 * commit. */
static gboolean
transact (BhWriter *self, guint from, guint to, guint *bad, GError **error)
{
  gboolean synced = FALSE;

  *bad = to;
  for (guint i = from; i < to; i++)
    synced |= ((BhWriteRequest *) g_ptr_array_index (self->batch, i))->synced;
  self->db->last_error = SQLITE_OK;
  self->wrote = FALSE;
  if (!set_full_sync (self, synced, error) || !bh_db_run (self->db, error, "BEGIN IMMEDIATE", NULL))
    return FALSE;
  for (guint i = from; i < to; i++)
    if (!do_request (self, g_ptr_array_index (self->batch, i), error))
      {
        *bad = i;
        bh_db_rollback (self->db);
        return FALSE;
      }
  if (!bh_db_run (self->db, error, "COMMIT", NULL))
    {
      bh_db_rollback (self->db);
      return FALSE;
    }
  if (self->wrote)
    self->unsynced = !synced;
  return TRUE;
}

static void
fail_from (BhWriter *self, guint from)
{
  for (guint i = from; i < self->batch->len; i++)
    {
      BhWriteRequest *request = g_ptr_array_index (self->batch, i);

      if (request->error == NULL)
        request->error = g_error_copy (self->failure);
    }
}

/* Takes `error`. */
static void
refuse_until_retry (BhWriter *self, GError *error)
{
  g_clear_error (&self->failure);
  self->failure = error;
  self->retry_at = g_get_monotonic_time () + (gint64) self->options->retry_ms * 1000;
}

/* The disk's failure, not a change's: stop until it works again. */
static void
storage_failed (BhWriter *self, guint from, GError *error)
{
  g_message ("%s", error->message);
  refuse_until_retry (self, error);
  self->epoch++;
  fail_from (self, from);
}

/* One by one, so that only the bad one fails. */
static void
transact_singly (BhWriter *self)
{
  for (guint i = 0; i < self->batch->len; i++)
    {
      BhWriteRequest *request = g_ptr_array_index (self->batch, i);
      GError *error = NULL;
      guint bad;

      if (request->error != NULL || transact (self, i, i + 1, &bad, &error))
        continue;
      if (bh_db_storage_failed (self->db))
        {
          storage_failed (self, i, error);
          return;
        }
      request->error = error;
    }
}

static void
commit_batch (BhWriter *self)
{
  GError *error = NULL;
  guint bad;

  if (self->batch->len == 0 || transact (self, 0, self->batch->len, &bad, &error))
    return;
  if (bh_db_storage_failed (self->db))
    {
      storage_failed (self, 0, error);
      return;
    }
  if (self->batch->len == 1)
    {
      ((BhWriteRequest *) g_ptr_array_index (self->batch, 0))->error = error;
      return;
    }
  g_clear_error (&error);
  transact_singly (self);
}

static void
add_promise (BhWriter *self, BhWriteRequest *request)
{
  BhDelivery delivery = { .kind = BH_DELIVERY_PROMISE };

  if (request->promise == NULL)
    return;
  if ((request->synced || request->kind == BH_WRITE_SYNC) && request->error == NULL && self->unsynced)
    {
      g_ptr_array_add (self->to_sync, g_steal_pointer (&request->promise));
      return;
    }
  delivery.promise = g_steal_pointer (&request->promise);
  delivery.error = g_steal_pointer (&request->error);
  if (delivery.error == NULL)
    {
      g_value_init (&delivery.value, G_TYPE_BOOLEAN);
      g_value_set_boolean (&delivery.value, TRUE);
    }
  g_array_append_val (self->deliveries, delivery);
}

/* All changes are published before the first future resolves. `refused`: how many requests were taken out of
 * the batch before. */
static void
publish_batch (BhWriter *self, guint refused)
{
  BhDelivery done = { .kind = BH_DELIVERY_DONE, .count = refused };

  for (guint i = 0; i < self->batch->len; i++)
    {
      BhWriteRequest *request = g_ptr_array_index (self->batch, i);
      BhDelivery delivery = { .kind = BH_DELIVERY_COMMITTED };

      done.count += request->kind != BH_WRITE_CLOSE;
      if (request->change == NULL || request->error != NULL)
        continue;
      self->purging |= request->change->deletes;
      delivery.change = g_steal_pointer (&request->change);
      g_array_append_val (self->deliveries, delivery);
    }
  for (guint i = 0; i < self->batch->len; i++)
    add_promise (self, g_ptr_array_index (self->batch, i));
  g_array_append_val (self->deliveries, done);
  bh_mailbox_post (self->mailbox, (BhDelivery *) (void *) self->deliveries->data, self->deliveries->len);
  /* only now: they may resolve at once */
  for (guint i = 0; i < self->to_sync->len; i++)
    bh_syncer_sync (self->syncer, g_ptr_array_index (self->to_sync, i));
  g_ptr_array_set_size (self->to_sync, 0);
  g_array_set_size (self->deliveries, 0);
  g_ptr_array_set_size (self->batch, 0);
}

static void
recover (BhWriter *self)
{
  BhDelivery delivery = { .kind = BH_DELIVERY_RECOVERED, .epoch = self->epoch };
  g_autoptr (GError) error = NULL;
  int code, pages = 0, taken = 0;

  /* what the log holds already may find its way into the file and make room */
  bh_syncer_wait (self->syncer);
  code = sqlite3_wal_checkpoint_v2 (self->db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &taken);
  /* what a failed sync was for may be nowhere but in memory, until all of it is in the file */
  if (self->sync_failed && (code != SQLITE_OK || taken < pages))
    bh_db_fail (self->db, code != SQLITE_OK ? code : SQLITE_BUSY, &error);
  else if (apply_limit (self, &error) && set_full_sync (self, TRUE, &error) &&
           bh_db_exec (
               self->db,
               "BEGIN IMMEDIATE; INSERT OR REPLACE INTO probe (id, filler) VALUES (2, zeroblob(" PROBE_BYTES
               "));"
               "COMMIT; DELETE FROM probe;",
               &error))
    {
      g_message ("The database can be written to again");
      g_clear_error (&self->failure);
      self->unsynced = FALSE;
      self->sync_failed = FALSE;
      bh_mailbox_post (self->mailbox, &delivery, 1);
      return;
    }
  bh_db_rollback (self->db);
  refuse_until_retry (self, g_steal_pointer (&error));
}

static void
purge_step (BhWriter *self)
{
  g_autoptr (GError) error = NULL;
  gboolean ok =
      set_full_sync (self, FALSE, &error) && bh_db_run (self->db, &error, "BEGIN IMMEDIATE", NULL) &&
      bh_apply_purge (self->db, &self->purging, &error) && bh_db_run (self->db, &error, "COMMIT", NULL);

  if (ok)
    {
      self->unsynced = TRUE;
      bh_syncer_keep_log_short (self->syncer, self->db, self->log_pages);
      return;
    }
  bh_db_rollback (self->db);
  /* it will be taken up again with the next deletion, or when the coordinator starts */
  self->purging = FALSE;
  if (bh_db_storage_failed (self->db))
    storage_failed (self, 0, g_steal_pointer (&error));
  else
    g_warning ("A deleted Run could not be cleared away: %s", error->message);
}

/* Takes a request into the batch. FALSE: it was the last one of all. */
static gboolean
take (BhWriter *self, BhWriteRequest *request)
{
  if (request->kind == BH_WRITE_FAILED)
    {
      if (self->failure == NULL)
        storage_failed (self, 0, g_steal_pointer (&request->error));
      self->sync_failed = TRUE;
      bh_write_request_free (request);
      return TRUE;
    }
  g_ptr_array_add (self->batch, request);
  if (request->kind == BH_WRITE_CLOSE)
    return FALSE;
  if (request->epoch != self->epoch && self->failure == NULL)
    request->error = bh_error_new (BH_ERROR_STORAGE_FAILED, NULL,
                                   "What was changed before the database failed is not stored. Try again.");
  return TRUE;
}

/* The first request, or NULL when it is time for something else. */
static BhWriteRequest *
wait_for_request (BhWriter *self)
{
  BhWriteRequest *request;
  gint64 left;

  if (self->failure != NULL)
    {
      left = self->retry_at - g_get_monotonic_time ();
      return left > 0 ? bh_write_queue_pop (self->queue, left) : NULL;
    }
  if (self->purging)
    return bh_write_queue_pop (self->queue, 0);
  request = bh_write_queue_pop (self->queue, CALM_US);
  if (request != NULL)
    return request;
  /* nobody writes: what was kept warm for them is given back */
  sqlite3_db_release_memory (self->db->handle);
  return bh_write_queue_pop (self->queue, -1);
}

static void
drop_refused (BhWriter *self, GPtrArray *refused)
{
  for (guint i = 0; i < self->batch->len;)
    if (((BhWriteRequest *) g_ptr_array_index (self->batch, i))->error != NULL)
      g_ptr_array_add (refused, g_ptr_array_steal_index (self->batch, i));
    else
      i++;
}

static void
work_off_batch (BhWriter *self)
{
  g_autoptr (GPtrArray) refused = g_ptr_array_new_with_free_func (bh_write_request_free);

  if (self->failure != NULL)
    fail_from (self, 0);
  drop_refused (self, refused);
  commit_batch (self);
  for (guint i = 0; i < refused->len; i++)
    add_promise (self, g_ptr_array_index (refused, i));
  publish_batch (self, refused->len);
  bh_syncer_keep_log_short (self->syncer, self->db, self->log_pages);
}

/* The end of the thread is told only when the file is closed. */
static void
finish (BhWriter *self)
{
  BhWriteRequest *close = g_ptr_array_steal_index (self->batch, self->batch->len - 1);

  work_off_batch (self);
  g_clear_pointer (&self->syncer, bh_syncer_free);
  bh_db_exec (self->db, "PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)", NULL);
  g_clear_pointer (&self->db, bh_db_close);
  g_ptr_array_add (self->batch, close);
  publish_batch (self, 0);
}

static void
serve (BhWriter *self)
{
  gboolean open = TRUE;

  while (open)
    {
      BhWriteRequest *request = wait_for_request (self);

      if (request == NULL)
        {
          if (self->failure != NULL)
            recover (self);
          else
            purge_step (self);
          continue;
        }
      while (request != NULL)
        {
          open = take (self, request);
          request = open && self->batch->len < BATCH_MAX ? bh_write_queue_pop (self->queue, 0) : NULL;
        }
      if (open)
        work_off_batch (self);
      else
        finish (self);
    }
}

/* The database could not be opened: nothing but the end is waited for. */
static void
wait_for_close (BhWriter *self)
{
  BhWriteKind kind;

  do
    {
      BhWriteRequest *request = bh_write_queue_pop (self->queue, -1);

      kind = request->kind;
      if (kind != BH_WRITE_CLOSE)
        request->error = bh_error_new (BH_ERROR_UNAVAILABLE, NULL, "The database is not open.");
      g_ptr_array_add (self->batch, request);
      publish_batch (self, 0);
    }
  while (kind != BH_WRITE_CLOSE);
}

static gpointer
run_thread (gpointer data)
{
  BhWriter *self = data;
  GError *error = NULL;
  GValue done = G_VALUE_INIT;

  if (!open_database (self, &error))
    {
      g_clear_pointer (&self->syncer, bh_syncer_free);
      g_clear_pointer (&self->db, bh_db_close);
      bh_mailbox_settle (self->mailbox, g_steal_pointer (&self->opened), &done, error);
      wait_for_close (self);
      return NULL;
    }
  /* an earlier process may have left something */
  self->purging = TRUE;
  self->unsynced = TRUE;
  g_value_init (&done, G_TYPE_BOOLEAN);
  g_value_set_boolean (&done, TRUE);
  bh_mailbox_settle (self->mailbox, g_steal_pointer (&self->opened), &done, NULL);
  serve (self);
  return NULL;
}

BhWriter *
bh_writer_new (const BhWriterOptions *options, BhMailbox *mailbox, DexPromise *opened)
{
  BhWriter *self = g_new0 (BhWriter, 1);

  self->options = options;
  self->mailbox = mailbox;
  self->opened = dex_ref (opened);
  self->queue = bh_write_queue_new ();
  self->to_sync = g_ptr_array_new ();
  self->batch = g_ptr_array_new_with_free_func (bh_write_request_free);
  self->deliveries = g_array_new (FALSE, TRUE, sizeof (BhDelivery));
  self->thread = g_thread_new ("bh-writer", run_thread, self);
  return self;
}

void
bh_writer_hold (BhWriter *self)
{
  bh_write_queue_hold (self->queue);
}

void
bh_writer_release (BhWriter *self)
{
  bh_write_queue_release (self->queue);
}

void
bh_writer_close (BhWriter *self, DexPromise *closed)
{
  bh_write_queue_push (self->queue, (BhWriteRequest) { .kind = BH_WRITE_CLOSE, .promise = closed });
}

void
bh_writer_free (BhWriter *self)
{
  g_thread_join (self->thread);
  g_clear_pointer (&self->db, bh_db_close);
  g_clear_error (&self->failure);
  bh_write_queue_free (self->queue);
  g_ptr_array_unref (self->to_sync);
  g_ptr_array_unref (self->batch);
  g_array_unref (self->deliveries);
  g_free (self);
}

void
bh_writer_commit (BhWriter *self, BhChange *change, BhDurability durability, guint epoch, DexPromise *promise)
{
  bh_change_seal (change);
  bh_write_queue_push (self->queue, (BhWriteRequest) { .kind = BH_WRITE_CHANGE,
                                                       .synced = durability == BH_SYNCED,
                                                       .epoch = epoch,
                                                       .change = bh_change_ref (change),
                                                       .promise = promise });
}

void
bh_writer_sync (BhWriter *self, guint epoch, DexPromise *promise)
{
  bh_write_queue_push (self->queue,
                       (BhWriteRequest) { .kind = BH_WRITE_SYNC, .epoch = epoch, .promise = promise });
}

void
bh_writer_write (
    BhWriter *self, BhWriteFunc func, const char *first, const char *second, guint epoch, DexPromise *promise)
{
  bh_write_queue_push (self->queue, (BhWriteRequest) { .kind = BH_WRITE_FUNC,
                                                       .synced = TRUE,
                                                       .epoch = epoch,
                                                       .func = func,
                                                       .first = g_strdup (first),
                                                       .second = g_strdup (second),
                                                       .promise = promise });
}

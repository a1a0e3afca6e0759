/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-read-thread.h"

/* how many of SQLite's steps between two looks at whether the store is being closed */
#define STEPS 20000

typedef struct
{
  BhQuery query;
  DexPromise *promise; /* NULL: the end */
} Question;

struct _BhReadThread
{
  char *path;
  guint busy_ms;
  BhMailbox *mailbox;
  GAsyncQueue *queue;
  GThread *thread;
  int closing; /* atomic */
  GFunc done;
  gpointer first, second;
  BhDb *db; /* the thread's own; opened by the first query */
};

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->query.id);
  g_free (question->query.text);
  g_free (question->query.before);
  dex_clear (&question->promise);
  g_free (question);
}

static int
on_progress (void *data)
{
  BhReadThread *self = data;

  return g_atomic_int_get (&self->closing);
}

static gboolean
ensure_open (BhReadThread *self, GError **error)
{
  g_autoptr (BhDb) db = NULL;

  if (self->db != NULL)
    return TRUE;
  db = bh_db_open (self->path, FALSE, self->busy_ms, error);
  if (db == NULL ||
      !bh_db_exec (db, "PRAGMA query_only = ON; PRAGMA cache_size = -1000; PRAGMA temp_store = MEMORY;",
                   error))
    return FALSE;
  sqlite3_progress_handler (db->handle, STEPS, on_progress, self);
  self->db = g_steal_pointer (&db);
  return TRUE;
}

static gboolean
answer (BhReadThread *self, const BhQuery *query, GValue *value, GError **error)
{
  gboolean ok;

  if (!ensure_open (self, error) || !bh_db_run (self->db, error, "BEGIN", NULL))
    return FALSE;
  ok = query->func (self->db, query, value, error);
  bh_db_run (self->db, NULL, "COMMIT", NULL);
  bh_db_rollback (self->db);
  return ok;
}

static gpointer
run_thread (gpointer data)
{
  BhReadThread *self = data;

  for (;;)
    {
      Question *question = g_async_queue_pop (self->queue);
      gboolean last = question->promise == NULL;
      GValue value = G_VALUE_INIT;
      GError *error = NULL;

      if (!last)
        {
          answer (self, &question->query, &value, &error);
          bh_mailbox_settle (self->mailbox, g_steal_pointer (&question->promise), &value, error);
        }
      question_free (question);
      if (last)
        break;
    }
  g_clear_pointer (&self->db, bh_db_close);
  self->done (self->first, self->second);
  return NULL;
}

BhReadThread *
bh_read_thread_new (const char *path, guint busy_ms, BhMailbox *mailbox)
{
  BhReadThread *self = g_new0 (BhReadThread, 1);

  self->path = g_strdup (path);
  self->busy_ms = busy_ms;
  self->mailbox = mailbox;
  self->queue = g_async_queue_new_full (question_free);
  self->thread = g_thread_new ("bh-reader", run_thread, self);
  return self;
}

void
bh_read_thread_ask (BhReadThread *self, const BhQuery *query, DexPromise *promise)
{
  Question *question = g_new0 (Question, 1);

  question->query = *query;
  question->query.id = g_strdup (query->id);
  question->query.text = g_strdup (query->text);
  question->query.before = g_strdup (query->before);
  question->promise = dex_ref (promise);
  g_async_queue_push (self->queue, question);
}

void
bh_read_thread_close (BhReadThread *self, GFunc done, gpointer first, gpointer second)
{
  self->done = done;
  self->first = first;
  self->second = second;
  g_atomic_int_set (&self->closing, 1);
  g_async_queue_push (self->queue, g_new0 (Question, 1));
}

void
bh_read_thread_free (BhReadThread *self)
{
  g_thread_join (self->thread);
  g_async_queue_unref (self->queue);
  g_free (self->path);
  g_free (self);
}

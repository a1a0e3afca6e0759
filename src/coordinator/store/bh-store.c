/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-store.h"

#include "coordinator/store/bh-mailbox.h"
#include "coordinator/store/bh-queries.h"
#include "coordinator/store/bh-read-thread.h"
#include "coordinator/store/bh-store-private.h"
#include "coordinator/store/bh-turns.h"
#include "coordinator/store/bh-writer.h"

struct _BhStore
{
  GObject parent_instance;

  BhWriterOptions options;
  guint epoch; /* the last one heard of */

  BhMailbox *mailbox;
  BhWriter *writer;
  BhTurns *turns;
  GHashTable *watched; /* id of a Run -> how many look at it */
  BhReadThread *reader;
  BhReadThread *checker; /* made by the first check, which takes long: the reader must not wait for it */
  int open_readers;      /* atomic */
  DexFuture *sent;       /* (nullable) the commit that was sent last */

  DexFuture *opened;  /* memoised */
  DexPromise *closed; /* memoised */
};

G_DEFINE_FINAL_TYPE (BhStore, bh_store, G_TYPE_OBJECT)

enum
{
  COMMITTED,
  RECOVERED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
on_delivery (const BhDelivery *delivery, gpointer user_data)
{
  g_autoptr (BhStore) self = g_object_ref (user_data);

  if (delivery->kind == BH_DELIVERY_COMMITTED)
    {
      g_signal_emit (self, signals[COMMITTED], 0, delivery->change);
      return;
    }
  if (delivery->kind == BH_DELIVERY_DONE)
    {
      bh_turns_note_done (self->turns, delivery->count);
      return;
    }
  self->epoch = delivery->epoch;
  g_signal_emit (self, signals[RECOVERED], 0);
}

/* In a reader's thread. The writer closes last, so that it can tidy up the log. */
static void
on_reader_closed (gpointer first, gpointer second)
{
  BhStore *self = first;

  if (g_atomic_int_dec_and_test (&self->open_readers))
    bh_writer_close (self->writer, second);
}

static void
start_closing (BhStore *self)
{
  self->closed = dex_promise_new ();
  if (self->checker != NULL)
    bh_read_thread_close (self->checker, on_reader_closed, self, self->closed);
  bh_read_thread_close (self->reader, on_reader_closed, self, self->closed);
}

static void
bh_store_finalize (GObject *object)
{
  BhStore *self = BH_STORE (object);

  if (self->writer != NULL && self->closed == NULL)
    start_closing (self);
  g_clear_pointer (&self->checker, bh_read_thread_free);
  g_clear_pointer (&self->reader, bh_read_thread_free);
  dex_clear (&self->sent);
  g_clear_pointer (&self->writer, bh_writer_free);
  g_clear_pointer (&self->mailbox, bh_mailbox_free);
  g_clear_pointer (&self->turns, bh_turns_free);
  g_clear_pointer (&self->watched, g_hash_table_unref);
  dex_clear (&self->opened);
  dex_clear (&self->closed);
  g_free (self->options.path);
  G_OBJECT_CLASS (bh_store_parent_class)->finalize (object);
}

static void
bh_store_class_init (BhStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = bh_store_finalize;
  signals[COMMITTED] = g_signal_new ("committed", BH_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[RECOVERED] =
      g_signal_new ("recovered", BH_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
bh_store_init (BhStore *self)
{
  self->watched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->options.busy_ms = 5000;
  self->options.retry_ms = 2000;
}

BhStore *
bh_store_new (const char *path)
{
  BhStore *self;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (BH_TYPE_STORE, NULL);
  self->options.path = g_strdup (path);
  return self;
}

void
bh_store_set_busy_timeout (BhStore *self, guint milliseconds)
{
  g_return_if_fail (BH_IS_STORE (self) && self->writer == NULL);
  self->options.busy_ms = milliseconds;
}

void
bh_store_set_retry_interval (BhStore *self, guint milliseconds)
{
  g_return_if_fail (BH_IS_STORE (self) && self->writer == NULL);
  self->options.retry_ms = milliseconds;
}

void
bh_store_set_max_bytes (BhStore *self, guint64 bytes)
{
  g_return_if_fail (BH_IS_STORE (self));
  __atomic_store_n (&self->options.max_bytes, bytes, __ATOMIC_RELAXED);
}

DexFuture *
bh_store_open (BhStore *self)
{
  dex_return_error_if_fail (BH_IS_STORE (self));

  if (self->opened == NULL)
    {
      self->opened = DEX_FUTURE (dex_promise_new ());
      self->mailbox = bh_mailbox_new (on_delivery, self);
      self->writer = bh_writer_new (&self->options, self->mailbox, DEX_PROMISE (self->opened));
      self->turns = bh_turns_new ((BhTurnFunc) bh_writer_hold, (BhTurnFunc) bh_writer_release, self->writer);
      self->reader = bh_read_thread_new (self->options.path, self->options.busy_ms, self->mailbox);
      self->open_readers = 1;
    }
  return dex_ref (self->opened);
}

DexFuture *
bh_store_close (BhStore *self)
{
  dex_return_error_if_fail (BH_IS_STORE (self));

  if (self->writer == NULL)
    return dex_future_new_true ();
  if (self->closed == NULL)
    start_closing (self);
  return DEX_FUTURE (dex_ref (self->closed));
}

/* (nullable) why nothing can be asked now, as a future */
static DexFuture *
refusal (BhStore *self)
{
  if (self->opened != NULL && dex_future_is_resolved (self->opened) && self->closed == NULL)
    return NULL;
  return dex_future_new_for_error (bh_error_new (BH_ERROR_UNAVAILABLE, NULL,
                                                 self->closed != NULL
                                                     ? "The coordinator is shutting down. Try again."
                                                     : "The database is not open yet. Try again."));
}

DexFuture *
bh_store_commit (BhStore *self, BhChange *change, BhDurability durability)
{
  DexFuture *refused;
  DexPromise *promise;

  dex_return_error_if_fail (BH_IS_STORE (self));
  dex_return_error_if_fail (change != NULL);

  if ((refused = refusal (self)) != NULL)
    return refused;
  promise = dex_promise_new ();
  bh_turns_note_sent (self->turns);
  bh_writer_commit (self->writer, change, durability, self->epoch, promise);
  dex_clear (&self->sent);
  self->sent = dex_ref (DEX_FUTURE (promise));
  return DEX_FUTURE (promise);
}

gboolean
bh_store_is_free (BhStore *self)
{
  g_return_val_if_fail (BH_IS_STORE (self), FALSE);
  return self->turns == NULL || bh_turns_is_free (self->turns);
}

void
bh_store_await_turn (
    BhStore *self, gint64 due, void (*func) (gpointer user_data), gpointer user_data, GDestroyNotify destroy)
{
  g_return_if_fail (BH_IS_STORE (self) && self->turns != NULL);
  bh_turns_await (self->turns, due, func, user_data, destroy);
}

void
bh_store_watch (BhStore *self, const char *run_id)
{
  guint count;

  g_return_if_fail (BH_IS_STORE (self) && run_id != NULL);
  count = GPOINTER_TO_UINT (g_hash_table_lookup (self->watched, run_id));
  g_hash_table_insert (self->watched, g_strdup (run_id), GUINT_TO_POINTER (count + 1));
  /* what it has staged is wanted now */
  if (count == 0 && self->turns != NULL)
    bh_turns_hurry (self->turns);
}

void
bh_store_unwatch (BhStore *self, const char *run_id)
{
  guint count;

  g_return_if_fail (BH_IS_STORE (self) && run_id != NULL);
  count = GPOINTER_TO_UINT (g_hash_table_lookup (self->watched, run_id));
  g_return_if_fail (count > 0);
  if (count > 1)
    g_hash_table_insert (self->watched, g_strdup (run_id), GUINT_TO_POINTER (count - 1));
  else
    g_hash_table_remove (self->watched, run_id);
}

gboolean
bh_store_is_watched (BhStore *self, const char *run_id)
{
  g_return_val_if_fail (BH_IS_STORE (self), TRUE);
  return g_hash_table_contains (self->watched, run_id);
}

DexFuture *
bh_store_sync (BhStore *self)
{
  DexFuture *refused;
  DexPromise *promise;

  dex_return_error_if_fail (BH_IS_STORE (self));

  if ((refused = refusal (self)) != NULL)
    return refused;
  promise = dex_promise_new ();
  bh_turns_note_sent (self->turns);
  bh_writer_sync (self->writer, self->epoch, promise);
  return DEX_FUTURE (promise);
}

static DexFuture *
ask (BhStore *self, const BhQuery *query)
{
  DexFuture *refused = refusal (self);
  DexPromise *promise;

  if (refused != NULL)
    return refused;
  promise = dex_promise_new ();
  bh_read_thread_ask (self->reader, query, promise);
  return DEX_FUTURE (promise);
}

/* Every one of these is a question to the reader; what it reads is in bh-queries.h. */
#define ASK(self, name, ...)                                                                                 \
  ({                                                                                                         \
    BhQuery query_ = { .func = bh_query_##name, __VA_ARGS__ };                                               \
    ask (self, &query_);                                                                                     \
  })

typedef struct
{
  BhStore *store;
  char *run_id;
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_object_unref (load->store);
  g_free (load->run_id);
  g_free (load);
}

static DexFuture *
load_cb (DexFuture *sent, gpointer data)
{
  const Load *load = data;

  return ASK (load->store, load_run, .id = load->run_id);
}

/* Readers have a thread of their own, and see nothing that the writer has still to do: work on a Run that was
 * just let go of would be taken up as it was before, with what is stored in between on top of it. Commits are
 * done in the order in which they were sent. */
DexFuture *
bh_store_load_run (BhStore *self, const char *run_id)
{
  Load *load;

  dex_return_error_if_fail (BH_IS_STORE (self) && run_id != NULL);

  if (self->sent == NULL || !dex_future_is_pending (self->sent))
    return ASK (self, load_run, .id = (char *) run_id);
  load = g_new0 (Load, 1);
  load->store = g_object_ref (self);
  load->run_id = g_strdup (run_id);
  return dex_future_finally (dex_ref (self->sent), load_cb, load, load_free);
}

DexFuture *
bh_store_get_run (BhStore *self, const char *run_id)
{
  dex_return_error_if_fail (BH_IS_STORE (self) && run_id != NULL);
  return ASK (self, get_run, .id = (char *) run_id);
}

DexFuture *
bh_store_active_runs (BhStore *self)
{
  dex_return_error_if_fail (BH_IS_STORE (self));
  return ASK (self, active_runs, .id = NULL);
}

DexFuture *
bh_store_list_runs (BhStore *self, guint states, const char *query, const char *before, guint limit)
{
  dex_return_error_if_fail (BH_IS_STORE (self));
  return ASK (self, list_runs, .states = states, .text = (char *) query, .before = (char *) before,
              .count = limit);
}

DexFuture *
bh_store_rows (BhStore *self, const char *run_id, guint64 from, guint count)
{
  dex_return_error_if_fail (BH_IS_STORE (self) && run_id != NULL);
  return ASK (self, rows, .id = (char *) run_id, .from = from, .count = count);
}

DexFuture *
bh_store_row (BhStore *self, const char *run_id, guint64 n)
{
  dex_return_error_if_fail (BH_IS_STORE (self) && run_id != NULL);
  return ASK (self, row, .id = (char *) run_id, .n = n);
}

DexFuture *
bh_store_body (BhStore *self, const char *run_id, guint64 row, BhPart part, guint64 from, gsize length)
{
  dex_return_error_if_fail (BH_IS_STORE (self) && run_id != NULL);
  return ASK (self, body, .id = (char *) run_id, .n = row, .part = part, .from = from, .count = length);
}

DexFuture *
bh_store_events (BhStore *self, const char *run_id, guint64 after, guint limit)
{
  dex_return_error_if_fail (BH_IS_STORE (self) && run_id != NULL);
  return ASK (self, events, .id = (char *) run_id, .n = after, .count = limit);
}

DexFuture *
bh_store_questions (BhStore *self, const char *run_id, gboolean open_only)
{
  dex_return_error_if_fail (BH_IS_STORE (self) && run_id != NULL);
  return ASK (self, questions, .id = (char *) run_id, .open_only = open_only);
}

DexFuture *
bh_store_question (BhStore *self, const char *id)
{
  dex_return_error_if_fail (BH_IS_STORE (self) && id != NULL);
  return ASK (self, question, .id = (char *) id);
}

DexFuture *
bh_store_message (BhStore *self, const char *run_id, const char *id)
{
  dex_return_error_if_fail (BH_IS_STORE (self) && run_id != NULL && id != NULL);
  return ASK (self, message, .id = (char *) run_id, .text = (char *) id);
}

DexFuture *
bh_store_idempotent (BhStore *self, const char *key, const char *digest)
{
  dex_return_error_if_fail (BH_IS_STORE (self) && key != NULL && digest != NULL);
  return ASK (self, idempotent, .id = (char *) key, .text = (char *) digest);
}

DexFuture *
bh_store_run_of_box (BhStore *self, const char *box_id)
{
  dex_return_error_if_fail (BH_IS_STORE (self) && box_id != NULL);
  return ASK (self, run_of_box, .id = (char *) box_id);
}

DexFuture *
bh_store_token_name (BhStore *self, const char *sha256)
{
  dex_return_error_if_fail (BH_IS_STORE (self) && sha256 != NULL);
  return ASK (self, token_name, .text = (char *) sha256);
}

DexFuture *
bh_store_tokens (BhStore *self)
{
  dex_return_error_if_fail (BH_IS_STORE (self));
  return ASK (self, tokens, .id = NULL);
}

DexFuture *
bh_store_settings (BhStore *self)
{
  dex_return_error_if_fail (BH_IS_STORE (self));
  return ASK (self, settings, .id = NULL);
}

DexFuture *
bh_store_check (BhStore *self)
{
  BhQuery query = { .func = bh_query_check };
  DexFuture *refused;
  DexPromise *promise;

  dex_return_error_if_fail (BH_IS_STORE (self));

  if ((refused = refusal (self)) != NULL)
    return refused;
  if (self->checker == NULL)
    {
      self->checker = bh_read_thread_new (self->options.path, self->options.busy_ms, self->mailbox);
      g_atomic_int_inc (&self->open_readers);
    }
  promise = dex_promise_new ();
  bh_read_thread_ask (self->checker, &query, promise);
  return DEX_FUTURE (promise);
}

static gboolean
add_token (BhDb *db, const char *name, const char *sha256, GError **error)
{
  if (bh_db_run (db, error, "INSERT INTO tokens (name, sha256, created_at) VALUES (?, ?, ?)", "tti", name,
                 sha256, g_get_real_time ()))
    return TRUE;
  if (db->last_error == SQLITE_CONSTRAINT)
    {
      g_clear_error (error);
      bh_set_error (error, BH_ERROR_NAME_TAKEN, "name",
                    "There is a token called %s already. Choose another name, or remove that one first.",
                    name);
    }
  return FALSE;
}

static gboolean
remove_token (BhDb *db, const char *name, const char *unused, GError **error)
{
  if (!bh_db_run (db, error, "DELETE FROM tokens WHERE name = ?", "t", name))
    return FALSE;
  if (sqlite3_changes (db->handle) > 0)
    return TRUE;
  bh_set_error (error, BH_ERROR_NOT_FOUND, NULL, "There is no token called %s.", name);
  return FALSE;
}

static gboolean
set_setting (BhDb *db, const char *name, const char *value, GError **error)
{
  return bh_db_run (
      db, error,
      "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = "
      "excluded.value",
      "tt", name, value);
}

static DexFuture *
write_now (BhStore *self, BhWriteFunc func, const char *name, const char *value)
{
  DexFuture *refused = refusal (self);
  DexPromise *promise;

  if (refused != NULL)
    return refused;
  promise = dex_promise_new ();
  bh_turns_note_sent (self->turns);
  bh_writer_write (self->writer, func, name, value, self->epoch, promise);
  return DEX_FUTURE (promise);
}

DexFuture *
bh_store_add_token (BhStore *self, const char *name, const char *sha256)
{
  dex_return_error_if_fail (BH_IS_STORE (self) && name != NULL && sha256 != NULL);
  return write_now (self, add_token, name, sha256);
}

DexFuture *
bh_store_remove_token (BhStore *self, const char *name)
{
  dex_return_error_if_fail (BH_IS_STORE (self) && name != NULL);
  return write_now (self, remove_token, name, NULL);
}

DexFuture *
bh_store_set_setting (BhStore *self, const char *name, const char *value)
{
  dex_return_error_if_fail (BH_IS_STORE (self) && name != NULL && value != NULL);
  return write_now (self, set_setting, name, value);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/runs/bh-line-pipe.h"

#include <string.h>

#include "coordinator/runs/bh-line-writer.h"

/* States of the journal, each after the key and a point:
 *   in    offset of the first byte of the output that is not dealt with
 *   skip  bytes of the line that "in" lies in and that is being skipped
 * and those of the writer. */
#define STATE_IN "in"
#define STATE_SKIP "skip"

/* After so much the journal is waited for, */
#define FLUSH_BYTES (2 * 1024 * 1024)
/* after so much, or at times, boxd's spool is trimmed; of a channel it holds 4 MiB, */
#define TRIM_BYTES (1024 * 1024)
#define TRIM_INTERVAL (15 * G_USEC_PER_SEC)
/* and reading waits for the disk when it is so far behind. */
#define BEHIND_BYTES (32 * 1024 * 1024)
/* So much of what it was sent a program may leave unread, or the lines that it writes wait, too: one that
 * asks and asks, and reads no answer, would have us remember answers without end. */
#define UNREAD_BYTES (4 * 1024 * 1024)
/* How long the output of a process that has exited must be silent to have ended. */
#define QUIET_MS 300

struct _BhLinePipe
{
  GObject parent_instance;

  BhJournal *journal;
  BhProcess *process;
  char *key;
  char *key_in; /* set with every line */
  gsize line_max;

  /* reading: what was received and not consumed is `partial`, and then `chunk` from `at` on */
  GByteArray *partial; /* without a newline */
  GBytes *chunk;       /* (nullable) */
  gsize at;
  guint64 consumed;
  guint64 skipping; /* bytes skipped of the line that `consumed` lies in */
  gboolean reading, paused, exited, eof;
  guint quiet;       /* source */
  DexPromise *ready; /* (nullable) somebody waits */
  GError *failure;

  /* pacing */
  guint64 flushed, trimmed, trimming; /* of the output */
  gint64 trimmed_at;
  DexPromise *trim; /* (nullable) pending while a sync is waited for */

  BhLineWriter *writer;
};

G_DEFINE_FINAL_TYPE (BhLinePipe, bh_line_pipe, G_TYPE_OBJECT)

static void pull (BhLinePipe *self);

static void
bh_line_pipe_finalize (GObject *object)
{
  BhLinePipe *self = BH_LINE_PIPE (object);

  g_clear_handle_id (&self->quiet, g_source_remove);
  g_clear_pointer (&self->partial, g_byte_array_unref);
  g_clear_pointer (&self->chunk, g_bytes_unref);
  dex_clear (&self->ready);
  dex_clear (&self->trim);
  g_clear_error (&self->failure);
  g_clear_object (&self->writer);
  g_free (self->key);
  g_free (self->key_in);
  g_clear_object (&self->process);
  g_clear_object (&self->journal);
  G_OBJECT_CLASS (bh_line_pipe_parent_class)->finalize (object);
}

static void
bh_line_pipe_class_init (BhLinePipeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_line_pipe_finalize;
}

static void
bh_line_pipe_init (BhLinePipe *self)
{
  self->partial = g_byte_array_new ();
}

/* What waits for something does not keep the pipe: whoever has dropped it wants nothing of it any more. */
typedef struct
{
  GWeakRef pipe;
  guint64 offset;
} Ref;

static Ref *
ref_new (BhLinePipe *self, guint64 offset)
{
  Ref *ref = g_new0 (Ref, 1);

  g_weak_ref_init (&ref->pipe, self);
  ref->offset = offset;
  return ref;
}

static void
ref_free (gpointer data)
{
  Ref *ref = data;

  g_weak_ref_clear (&ref->pipe);
  g_free (ref);
}

static void
when_done (BhLinePipe *self, DexFuture *future, DexFutureCallback callback, guint64 offset)
{
  dex_future_disown (dex_future_finally (future, callback, ref_new (self, offset), ref_free));
}

/* --- state --- */

static char *
state_key (BhLinePipe *self, const char *name)
{
  return g_strdup_printf ("%s.%s", self->key, name);
}

static void
set_state (BhLinePipe *self, const char *name, const char *value)
{
  g_autofree char *key = state_key (self, name);

  bh_journal_set_state (self->journal, key, value);
}

static void
stage_in (BhLinePipe *self)
{
  bh_journal_set_state_int (self->journal, self->key_in, (gint64) self->consumed);
}

static void
stage_skip (BhLinePipe *self)
{
  char text[32];

  g_snprintf (text, sizeof text, "%" G_GUINT64_FORMAT, self->skipping);
  set_state (self, STATE_SKIP, self->skipping > 0 ? text : NULL);
}

/* Whether what is staged will be stored. */
static gboolean
is_live (BhLinePipe *self)
{
  return !bh_journal_is_closed (self->journal) && !bh_journal_is_broken (self->journal);
}

/* --- what was received --- */

static void
clear_chunk (BhLinePipe *self)
{
  g_clear_pointer (&self->chunk, g_bytes_unref);
  self->at = 0;
}

/* (nullable) the newline in the chunk; *length: how much comes before it, or all */
static const guint8 *
find_newline (BhLinePipe *self, const guint8 **data, gsize *length)
{
  const guint8 *newline;
  gsize size;

  *data = (const guint8 *) g_bytes_get_data (self->chunk, &size) + self->at;
  *length = size - self->at;
  newline = memchr (*data, '\n', *length);
  if (newline != NULL)
    *length = (gsize) (newline - *data);
  return newline;
}

/* What was received of a line that is too long is dealt with already: so are boxd's spool and memory free for
 * the rest of it, and a restart goes on skipping. */
static void
skip (BhLinePipe *self, gsize length)
{
  gsize held = self->partial->len;

  self->skipping += held + length;
  self->consumed += held + length;
  g_byte_array_set_size (self->partial, 0);
  stage_in (self);
  stage_skip (self);
}

/* The chunk has no newline. */
static void
hold (BhLinePipe *self, const guint8 *data, gsize length)
{
  if (self->skipping > 0 || self->partial->len + length > self->line_max)
    skip (self, length);
  else
    g_byte_array_append (self->partial, data, (guint) length);
  clear_chunk (self);
}

/* Whether bh_line_pipe_next() gives something. */
static gboolean
has_line (BhLinePipe *self)
{
  const guint8 *data;
  gsize length;

  if (self->chunk != NULL && find_newline (self, &data, &length) != NULL)
    return TRUE;
  if (self->chunk != NULL)
    hold (self, data, length);
  return self->eof && (self->partial->len > 0 || self->skipping > 0);
}

/* (nullable) the held bytes and `length` of the chunk; NULL if that is too long, or was being skipped. */
static GBytes *
cut_line (BhLinePipe *self, const guint8 *data, gsize length)
{
  GBytes *line;

  if (self->skipping > 0 || self->partial->len + length > self->line_max)
    return NULL;
  if (self->partial->len == 0 && self->chunk != NULL)
    return g_bytes_new_from_bytes (self->chunk, self->at, length);
  if (length > 0)
    g_byte_array_append (self->partial, data, (guint) length);
  line = g_byte_array_free_to_bytes (self->partial);
  self->partial = g_byte_array_new ();
  return line;
}

static GBytes *
take_line (BhLinePipe *self, guint64 *skipped)
{
  const guint8 *data = NULL;
  gsize length = 0, held = self->partial->len;
  gboolean newline = self->chunk != NULL && find_newline (self, &data, &length) != NULL;
  GBytes *line = cut_line (self, data, length);

  if (line == NULL)
    {
      *skipped = self->skipping + held + length;
      self->skipping = 0;
      g_byte_array_set_size (self->partial, 0);
      stage_skip (self);
    }
  self->consumed += held + length + (newline ? 1 : 0);
  stage_in (self);
  if (newline)
    self->at += length + 1;
  if (self->chunk != NULL && self->at == g_bytes_get_size (self->chunk))
    clear_chunk (self);
  return line;
}

GBytes *
bh_line_pipe_next (BhLinePipe *self, guint64 *skipped)
{
  g_return_val_if_fail (BH_IS_LINE_PIPE (self) && skipped != NULL, NULL);

  *skipped = 0;
  if (!is_live (self) || bh_line_pipe_is_held_up (self) || !has_line (self))
    return NULL;
  return take_line (self, skipped);
}

gboolean
bh_line_pipe_ended (BhLinePipe *self)
{
  g_return_val_if_fail (BH_IS_LINE_PIPE (self), TRUE);
  return self->eof && !has_line (self);
}

/* --- reading --- */

static void
fail (BhLinePipe *self, const GError *error)
{
  g_autoptr (DexPromise) ready = g_steal_pointer (&self->ready);

  if (self->failure == NULL)
    self->failure = g_error_copy (error);
  if (ready != NULL)
    dex_promise_reject (ready, g_error_copy (error));
}

static void
tell_ready (BhLinePipe *self)
{
  g_autoptr (DexPromise) ready = g_steal_pointer (&self->ready);

  if (ready != NULL)
    dex_promise_resolve_boolean (ready, TRUE);
}

static gboolean
quiet_cb (gpointer data)
{
  BhLinePipe *self = data;

  /* silence says nothing while the box cannot be heard */
  if (!bh_box_is_connected (bh_process_get_box (self->process)))
    return G_SOURCE_CONTINUE;
  self->quiet = 0;
  self->eof = TRUE;
  tell_ready (self);
  return G_SOURCE_REMOVE;
}

/* Nothing is there, and the process has exited: is it over? */
static void
listen_for_silence (BhLinePipe *self)
{
  if (self->quiet == 0 && self->exited && self->reading)
    self->quiet = g_timeout_add (QUIET_MS, quiet_cb, self);
}

static DexFuture *
exited_cb (DexFuture *future, gpointer data)
{
  g_autoptr (BhLinePipe) self = g_weak_ref_get (&((Ref *) data)->pipe);

  if (self != NULL && dex_future_is_resolved (future))
    {
      self->exited = TRUE;
      /* what it left may hold its input open and read nothing: its last words are not held up by that */
      bh_line_writer_refuse (self->writer);
      listen_for_silence (self);
    }
  return dex_future_new_true ();
}

static DexFuture *
read_cb (DexFuture *future, gpointer data)
{
  g_autoptr (BhLinePipe) self = g_weak_ref_get (&((Ref *) data)->pipe);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  const BhChunk *chunk;

  if (self == NULL)
    return dex_future_new_true ();
  self->reading = FALSE;
  g_clear_handle_id (&self->quiet, g_source_remove);
  if (value == NULL)
    {
      fail (self, error);
      return dex_future_new_true ();
    }
  chunk = g_value_get_boxed (value);
  if (g_bytes_get_size (chunk->bytes) > 0 && !self->eof)
    self->chunk = g_bytes_ref (chunk->bytes);
  else
    self->eof = TRUE;
  pull (self);
  return dex_future_new_true ();
}

static DexFuture *
paused_cb (DexFuture *future, gpointer data)
{
  g_autoptr (BhLinePipe) self = g_weak_ref_get (&((Ref *) data)->pipe);
  g_autoptr (GError) error = NULL;

  if (self == NULL)
    return dex_future_new_true ();
  self->paused = FALSE;
  if (dex_future_get_value (future, &error) == NULL)
    fail (self, error);
  else
    pull (self);
  return dex_future_new_true ();
}

static void
pause_for (BhLinePipe *self, DexFuture *future)
{
  self->paused = TRUE;
  when_done (self, future, paused_cb, 0);
}

static DexFuture *
synced_cb (DexFuture *future, gpointer data)
{
  g_autoptr (BhLinePipe) self = g_weak_ref_get (&((Ref *) data)->pipe);
  g_autoptr (DexPromise) trim = NULL;
  g_autoptr (GError) error = NULL;

  if (self == NULL)
    return dex_future_new_true ();
  trim = g_steal_pointer (&self->trim);
  if (dex_future_get_value (future, &error) == NULL)
    {
      dex_promise_reject (trim, g_steal_pointer (&error));
      return dex_future_new_true ();
    }
  self->trimmed = ((Ref *) data)->offset;
  bh_process_trim (self->process, BH_STREAM_STDOUT, self->trimmed);
  dex_promise_resolve_boolean (trim, TRUE);
  return dex_future_new_true ();
}

/* What was consumed is taken out of boxd's spool once that is on the disk; meanwhile reading goes on. */
static void
trim_at_times (BhLinePipe *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->trim != NULL || self->consumed == self->trimmed ||
      (self->consumed - self->trimmed < TRIM_BYTES && now - self->trimmed_at < TRIM_INTERVAL))
    return;
  self->trimmed_at = now;
  self->trim = dex_promise_new ();
  when_done (self, bh_journal_sync (self->journal), synced_cb, self->consumed);
}

/* Keeps what is on its way to the disk bounded, and boxd's spool short. TRUE: not now. */
static gboolean
keep_pace (BhLinePipe *self)
{
  trim_at_times (self);
  if (self->trim != NULL && self->consumed - self->trimmed >= BEHIND_BYTES)
    {
      pause_for (self, dex_ref (DEX_FUTURE (self->trim)));
      return TRUE;
    }
  if (self->consumed - self->flushed >= FLUSH_BYTES)
    {
      self->flushed = self->consumed;
      pause_for (self, bh_journal_flush (self->journal));
      return TRUE;
    }
  dex_future_disown (bh_journal_flush_soon (self->journal));
  return FALSE;
}

static DexFuture *
stored_cb (DexFuture *future, gpointer data)
{
  return dex_ref (DEX_FUTURE (data));
}

/* What is to be read has to be written, and for that stored; some of it may be read meanwhile. */
static void
pause_until_read (BhLinePipe *self)
{
  DexFuture *moved = bh_line_writer_moved (self->writer);

  pause_for (self, dex_future_then (bh_line_writer_flush (self->writer), stored_cb, moved, dex_unref));
}

/* Reads until somebody who waits has something. */
static void
pull (BhLinePipe *self)
{
  if (self->ready == NULL || self->reading || self->paused)
    return;
  if (bh_line_pipe_is_held_up (self) && self->failure == NULL)
    {
      pause_until_read (self);
      return;
    }
  if (has_line (self) || self->eof)
    {
      tell_ready (self);
      return;
    }
  if (self->failure != NULL || keep_pace (self))
    return;
  self->reading = TRUE;
  when_done (self, bh_process_read (self->process, BH_STREAM_STDOUT), read_cb, 0);
  listen_for_silence (self);
}

DexFuture *
bh_line_pipe_ready (BhLinePipe *self)
{
  dex_return_error_if_fail (BH_IS_LINE_PIPE (self));

  if (self->ready != NULL)
    return dex_ref (DEX_FUTURE (self->ready));
  if (bh_journal_is_broken (self->journal))
    return bh_journal_flush (self->journal);
  if (!is_live (self))
    return dex_future_new_for_error (bh_error_new (BH_ERROR_RUN_NOT_ACTIVE, NULL,
                                                   "The work on Run %s has ended.",
                                                   bh_journal_get_run_id (self->journal)));
  if (!bh_line_pipe_is_held_up (self) && (has_line (self) || self->eof))
    return dex_future_new_true ();
  if (self->failure != NULL)
    return dex_future_new_for_error (g_error_copy (self->failure));
  self->ready = dex_promise_new ();
  {
    DexFuture *future = dex_ref (DEX_FUTURE (self->ready));

    pull (self);
    return future;
  }
}

/* --- writing --- */

void
bh_line_pipe_send (BhLinePipe *self, const char *line)
{
  g_return_if_fail (BH_IS_LINE_PIPE (self));
  bh_line_writer_send (self->writer, line);
}

DexFuture *
bh_line_pipe_flush (BhLinePipe *self)
{
  dex_return_error_if_fail (BH_IS_LINE_PIPE (self));
  return bh_line_writer_flush (self->writer);
}

guint64
bh_line_pipe_get_written (BhLinePipe *self)
{
  g_return_val_if_fail (BH_IS_LINE_PIPE (self), 0);
  return bh_line_writer_get_end (self->writer);
}

guint64
bh_line_pipe_get_unread (BhLinePipe *self)
{
  g_return_val_if_fail (BH_IS_LINE_PIPE (self), 0);
  return bh_line_writer_get_unread (self->writer);
}

gboolean
bh_line_pipe_is_held_up (BhLinePipe *self)
{
  g_return_val_if_fail (BH_IS_LINE_PIPE (self), FALSE);
  return !self->eof && bh_line_writer_get_unread (self->writer) > UNREAD_BYTES;
}

DexFuture *
bh_line_pipe_drained (BhLinePipe *self)
{
  dex_return_error_if_fail (BH_IS_LINE_PIPE (self));
  return bh_line_writer_drained (self->writer);
}

void
bh_line_pipe_forget (BhLinePipe *self)
{
  g_return_if_fail (BH_IS_LINE_PIPE (self));

  bh_line_writer_forget (self->writer);
  set_state (self, STATE_IN, NULL);
  set_state (self, STATE_SKIP, NULL);
}

/* --- the beginning --- */

BhLinePipe *
bh_line_pipe_new (BhJournal *journal, BhProcess *process, const char *key, guint64 from, gsize line_max)
{
  g_autofree char *skip_key = NULL;
  BhLinePipe *self;

  g_return_val_if_fail (BH_IS_JOURNAL (journal) && BH_IS_PROCESS (process), NULL);
  g_return_val_if_fail (key != NULL && line_max > 0, NULL);

  self = g_object_new (BH_TYPE_LINE_PIPE, NULL);
  self->journal = g_object_ref (journal);
  self->process = g_object_ref (process);
  self->key = g_strdup (key);
  self->key_in = state_key (self, STATE_IN);
  self->line_max = line_max;
  skip_key = state_key (self, STATE_SKIP);
  self->consumed = (guint64) bh_journal_get_state_int (journal, self->key_in, (gint64) from);
  self->skipping = (guint64) bh_journal_get_state_int (journal, skip_key, 0);
  self->flushed = self->trimmed = self->consumed;
  self->trimmed_at = g_get_monotonic_time ();
  stage_in (self);
  bh_process_attach (process, BH_STREAM_STDOUT, self->consumed);
  self->writer = bh_line_writer_new (journal, process, key);
  /* it may be so already */
  when_done (self, bh_process_exited (process), exited_cb, 0);
  return self;
}

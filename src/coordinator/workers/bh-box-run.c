/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/workers/bh-process-private.h"

#include <signal.h>

#define OUTPUT_MAX (64 * 1024)
/* after the end of the program: for the rest of its output */
#define LINGER_MS 500
#define KILL_WAIT_S 5
#define STATUS_KILLED (128 + SIGKILL)
#define STATUS_NOT_STARTED 127

typedef struct
{
  BhBox *box;
  char **argv;
  guint timeout_ms;
} Job;

/* The reading half, shared by the two fibers. */
typedef struct
{
  gatomicrefcount refs;
  BhProcess *process;
  GByteArray *output;
} Collector;

static BhRunOutput *
run_output_copy (BhRunOutput *self)
{
  BhRunOutput *copy = g_new (BhRunOutput, 1);

  copy->exit_status = self->exit_status;
  copy->output = g_bytes_ref (self->output);
  return copy;
}

void
bh_run_output_free (BhRunOutput *self)
{
  g_bytes_unref (self->output);
  g_free (self);
}

G_DEFINE_BOXED_TYPE (BhRunOutput, bh_run_output, run_output_copy, bh_run_output_free)

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->box);
  g_strfreev (job->argv);
  g_free (job);
}

static void
collector_unref (gpointer data)
{
  Collector *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_object_unref (self->process);
  g_byte_array_unref (self->output);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Collector, collector_unref)

static Collector *
collector_new (BhProcess *process)
{
  Collector *self = g_new0 (Collector, 1);

  g_atomic_ref_count_init (&self->refs);
  self->process = g_object_ref (process);
  self->output = g_byte_array_new ();
  return self;
}

/* Everything is read, and let go in the box at once; the last OUTPUT_MAX bytes are kept. */
static DexFuture *
collect_fiber (gpointer data)
{
  Collector *self = data;

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BhChunk) chunk = dex_await_boxed (bh_process_read (self->process, BH_STREAM_STDOUT), &error);
      gsize size;

      if (chunk == NULL)
        return dex_future_new_for_error (g_steal_pointer (&error));
      size = g_bytes_get_size (chunk->bytes);
      if (size == 0)
        return dex_future_new_true ();
      g_byte_array_append (self->output, g_bytes_get_data (chunk->bytes, NULL), (guint) size);
      if (self->output->len > OUTPUT_MAX)
        g_byte_array_remove_range (self->output, 0, self->output->len - OUTPUT_MAX);
      bh_process_trim (self->process, BH_STREAM_STDOUT, chunk->offset + size);
    }
}

static DexFuture *
finish (int status, GByteArray *output)
{
  BhRunOutput *result = g_new (BhRunOutput, 1);

  result->exit_status = status;
  result->output = g_bytes_new (output->data, output->len);
  return dex_future_new_take_boxed (BH_TYPE_RUN_OUTPUT, result);
}

/* The exit status, killing the process group at the timeout; -1 with the error set when the box is gone. */
static int
await_exit (BhProcess *process, guint timeout_ms, GError **error)
{
  g_autoptr (GError) ended = NULL;

  if (dex_await (dex_future_first (bh_process_exited (process), dex_timeout_new_msec ((int) timeout_ms),
                                   NULL),
                 &ended))
    return dex_await_int (bh_process_exited (process), error);
  if (!g_error_matches (ended, DEX_ERROR, DEX_ERROR_TIMED_OUT))
    {
      g_propagate_error (error, g_steal_pointer (&ended));
      return -1;
    }
  dex_future_disown (bh_process_signal (process, SIGKILL, BH_SIGNAL_GROUP));
  g_clear_error (&ended);
  if (!dex_await (dex_future_first (bh_process_exited (process), dex_timeout_new_seconds (KILL_WAIT_S), NULL),
                  &ended) &&
      !g_error_matches (ended, DEX_ERROR, DEX_ERROR_TIMED_OUT))
    {
      g_propagate_error (error, g_steal_pointer (&ended));
      return -1;
    }
  return STATUS_KILLED;
}

static DexFuture *
not_started (GError *error)
{
  g_autoptr (GByteArray) message = g_byte_array_new ();
  g_autoptr (GError) owned = error;

  if (error->domain == DEX_ERROR)
    return dex_future_new_reject (BH_ERROR, BH_ERROR_UNAVAILABLE,
                                  "The DevBox did not start the program in time. Is its worker connected?");
  if (error->domain != G_IO_ERROR)
    return dex_future_new_for_error (g_steal_pointer (&owned));
  g_byte_array_append (message, (const guint8 *) error->message, (guint) strlen (error->message));
  return finish (STATUS_NOT_STARTED, message);
}

static DexFuture *
run_fiber (gpointer data)
{
  Job *job = data;
  g_autoptr (BhProcess) process = g_object_ref (bh_box_process (job->box, bh_box_next_private_id (job->box)));
  const BhSpawn spawn = { .argv = (const char *const *) job->argv, .flags = BH_SPAWN_MERGED };
  g_autoptr (Collector) collector = collector_new (process);
  DexFuture *collected;
  GError *error = NULL;
  int status;

  DexFuture *spawned = bh_process_spawn (process, &spawn);
  bh_process_write_eof (process, 0);
  bh_process_attach (process, BH_STREAM_STDOUT, 0);
  if (!dex_await (dex_future_first (spawned, dex_timeout_new_msec ((int) job->timeout_ms), NULL), &error))
    {
      bh_process_release (process);
      return not_started (error);
    }
  g_atomic_ref_count_inc (&collector->refs);
  collected = dex_scheduler_spawn (NULL, 0, collect_fiber, collector, collector_unref);
  dex_future_disown (dex_ref (collected));
  status = await_exit (process, job->timeout_ms, &error);
  if (error == NULL)
    {
      g_autoptr (GError) late = NULL;

      if (!dex_await (dex_future_first (dex_ref (collected), dex_timeout_new_msec (LINGER_MS), NULL), &late))
        g_debug ("output of %s: %s", job->argv[0], late->message);
    }
  dex_unref (collected);
  bh_process_release (process);
  return error != NULL ? dex_future_new_for_error (error) : finish (status, collector->output);
}

DexFuture *
bh_box_run (BhBox *self, const char *const *argv, guint timeout_ms)
{
  Job *job;
  DexFuture *future;

  dex_return_error_if_fail (BH_IS_BOX (self));
  dex_return_error_if_fail (argv != NULL && argv[0] != NULL && timeout_ms > 0 && timeout_ms <= G_MAXINT);
  job = g_new0 (Job, 1);
  job->box = g_object_ref (self);
  job->argv = g_strdupv ((char **) argv);
  job->timeout_ms = timeout_ms;
  future = dex_scheduler_spawn (NULL, 0, run_fiber, job, job_free);
  dex_future_disown (dex_ref (future));
  return future;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/workers/bh-process-private.h"

/* Files, signals and numbers of a whole box. */

#define PIECE (512 * 1024)
#define PATH_MAX_BYTES 4095

typedef struct
{
  BhBox *box;
  char *path;
  guint mode;
  gsize most;
  GBytes *bytes;
} FileJob;

static void
file_job_free (gpointer data)
{
  FileJob *job = data;

  g_object_unref (job->box);
  g_free (job->path);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_free (job);
}

static FileJob *
file_job_new (BhBox *box, const char *path)
{
  FileJob *job = g_new0 (FileJob, 1);

  job->box = g_object_ref (box);
  job->path = g_strdup (path);
  return job;
}

/* The work goes on though nobody waits for it any more. */
static DexFuture *
spawn_job (DexFiberFunc func, FileJob *job)
{
  DexFuture *future = dex_scheduler_spawn (NULL, 0, func, job, file_job_free);

  dex_future_disown (dex_ref (future));
  return future;
}

/* Piece by piece, each awaited: the WebSocket's queue has no bound of its own. */
static DexFuture *
put_fiber (gpointer data)
{
  FileJob *job = data;
  guint32 id = bh_box_next_request_id (job->box);
  gsize size, at = 0;
  const guint8 *bytes = g_bytes_get_data (job->bytes, &size);

  do
    {
      gsize length = MIN (size - at, PIECE);
      guint8 flags = at + length == size ? BH_FILE_LAST : 0;
      g_autoptr (GBytes) payload = bh_frame_put (job->mode, job->path, bytes + at, length);
      GError *error = NULL;

      if (!dex_await (bh_box_request (job->box, BH_WIRE_PUT, flags, id, at, payload), &error))
        return dex_future_new_for_error (error);
      at += length;
    }
  while (at < size);
  return dex_future_new_true ();
}

static gboolean
path_is_valid (const char *path)
{
  return path != NULL && path[0] == '/' && strlen (path) <= PATH_MAX_BYTES;
}

DexFuture *
bh_box_put_file (BhBox *self, const char *path, guint mode, GBytes *bytes)
{
  FileJob *job;

  dex_return_error_if_fail (BH_IS_BOX (self));
  dex_return_error_if_fail (path_is_valid (path) && bytes != NULL);
  job = file_job_new (self, path);
  job->mode = mode;
  job->bytes = g_bytes_ref (bytes);
  return spawn_job (put_fiber, job);
}

static DexFuture *
get_fiber (gpointer data)
{
  FileJob *job = data;
  guint32 id = bh_box_next_request_id (job->box);
  g_autoptr (GByteArray) array = g_byte_array_new ();
  gboolean last = FALSE;

  while (!last && array->len < job->most)
    {
      g_autoptr (GBytes) payload = bh_frame_get (MIN (job->most - array->len, PIECE), job->path);
      g_autoptr (BhBoxReply) reply = NULL;
      GError *error = NULL;
      gsize size;

      reply = dex_await_boxed (bh_box_request (job->box, BH_WIRE_GET, 0, id, array->len, payload), &error);
      if (reply == NULL)
        return dex_future_new_for_error (error);
      size = MIN (g_bytes_get_size (reply->bytes), job->most - array->len);
      last = reply->flags & BH_FILE_LAST || size == 0;
      g_byte_array_append (array, g_bytes_get_data (reply->bytes, NULL), (guint) size);
    }
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_byte_array_free_to_bytes (g_steal_pointer (&array)));
}

DexFuture *
bh_box_get_file (BhBox *self, const char *path, gsize most)
{
  FileJob *job;

  dex_return_error_if_fail (BH_IS_BOX (self));
  dex_return_error_if_fail (path_is_valid (path) && most > 0 && most <= G_MAXINT);
  job = file_job_new (self, path);
  job->most = most;
  return spawn_job (get_fiber, job);
}

DexFuture *
bh_box_signal_all (BhBox *self, int signum)
{
  g_autoptr (GBytes) payload = NULL;

  dex_return_error_if_fail (BH_IS_BOX (self));
  payload = bh_frame_signal (signum);
  return bh_box_request (self, BH_WIRE_SIGNAL, 0, BH_WIRE_ID_ALL, 0, payload);
}

static DexFuture *
parse_stats (DexFuture *future, gpointer user_data)
{
  BhBoxReply *reply = g_value_get_boxed (dex_future_get_value (future, NULL));
  const BhFrame frame = { .header.length = (guint32) g_bytes_get_size (reply->bytes),
                          .payload = g_bytes_get_data (reply->bytes, NULL) };
  struct bh_wire_stats stats;

  if (!bh_frame_get_stats (&frame, &stats))
    return dex_future_new_reject (BH_ERROR, BH_ERROR_INTERNAL,
                                  "The DevBox sent statistics that make no sense.");
  return dex_future_new_for_pointer (g_memdup2 (&stats, sizeof stats));
}

DexFuture *
bh_box_stats (BhBox *self)
{
  dex_return_error_if_fail (BH_IS_BOX (self));
  return dex_future_then (bh_box_request (self, BH_WIRE_STATS, 0, bh_box_next_request_id (self), 0, NULL),
                          parse_stats, NULL, NULL);
}

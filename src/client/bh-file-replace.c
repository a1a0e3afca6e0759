/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "client/bh-file-replace.h"

#include "client/bh-future.h"

GOutputStream *
bh_file_replace (GFile *file, gboolean *is_new, GError **error)
{
  *is_new = !dex_await_boolean (dex_file_query_exists (file), NULL);
  return dex_await_object (dex_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, G_PRIORITY_DEFAULT),
                           error);
}

/* A stream that is closed with a cancelled cancellable leaves the file alone that it was to replace. */
static gpointer
close_in_thread (gpointer data, GError **error)
{
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  g_cancellable_cancel (cancelled);
  g_output_stream_close (data, cancelled, NULL);
  return g_bytes_new (NULL, 0);
}

void
bh_file_abandon (GFile *file, GOutputStream *out, gboolean is_new)
{
  dex_await (bh_future_in_thread (G_TYPE_BYTES, close_in_thread, g_object_ref (out), g_object_unref), NULL);
  /* where there was nothing to replace, it was written in place */
  if (is_new)
    dex_await (dex_file_delete (file, G_PRIORITY_DEFAULT), NULL);
}

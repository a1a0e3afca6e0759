/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "client/bh-connection-private.h"

#include <glib/gi18n-lib.h>

#include "client/bh-client-private.h"
#include "client/bh-file-replace.h"
#include "client/bh-future.h"
#include "client/bh-soup-dex.h"

/* Bodies as they came, into a file. */

#define PIECE (256 * 1024)

typedef struct
{
  BhConnection *connection;
  char *path;
  GFile *file;
  BhProgress *progress; /* (nullable) */
} Save;

static void
save_free (gpointer data)
{
  Save *self = data;

  g_object_unref (self->connection);
  g_object_unref (self->file);
  g_clear_object (&self->progress);
  g_free (self->path);
  g_free (self);
}

static GInputStream *
open_body (Save *self, goffset *length, GError **error)
{
  BhClient *client = self->connection->client;
  g_autoptr (SoupMessage) message = bh_client_message (client, "GET", self->path, error);
  g_autoptr (GInputStream) body = NULL;

  if (message == NULL)
    return NULL;
  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept",
                                "application/octet-stream");
  body = dex_await_object (bh_soup_session_send (bh_client_get_session (client), message), error);
  if (body == NULL)
    return NULL;
  if (!SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (message)))
    {
      g_autoptr (GBytes) problem =
          dex_await_boxed (dex_input_stream_read_bytes (body, PIECE, G_PRIORITY_DEFAULT), NULL);

      g_propagate_error (error, bh_client_problem (message, problem));
      return NULL;
    }
  *length = soup_message_headers_get_content_length (soup_message_get_response_headers (message));
  return g_steal_pointer (&body);
}

static gboolean
write_all (GOutputStream *out, GBytes *bytes, GError **error)
{
  gsize size = g_bytes_get_size (bytes);

  for (gsize at = 0; at < size;)
    {
      g_autoptr (GBytes) rest = g_bytes_new_from_bytes (bytes, at, size - at);
      gint64 n = dex_await_int64 (dex_output_stream_write_bytes (out, rest, G_PRIORITY_DEFAULT), error);

      if (n <= 0)
        return FALSE;
      at += (gsize) n;
    }
  return TRUE;
}

static gboolean
copy (Save *self, GInputStream *body, GOutputStream *out, goffset length, goffset *copied, GError **error)
{
  for (*copied = 0;;)
    {
      g_autoptr (GBytes) bytes =
          dex_await_boxed (dex_input_stream_read_bytes (body, PIECE, G_PRIORITY_DEFAULT), error);

      if (bytes == NULL)
        return FALSE;
      if (g_bytes_get_size (bytes) == 0)
        break;
      if (!write_all (out, bytes, error))
        return FALSE;
      *copied += (goffset) g_bytes_get_size (bytes);
      if (!bh_progress_go_on (self->progress, (guint64) *copied, (guint64) length, error))
        return FALSE;
    }
  if (*copied == length)
    return TRUE;
  bh_set_error (error, BH_ERROR_UNREACHABLE, NULL,
                _ ("The connection ended before all of it was there. Nothing was saved; try again"));
  return FALSE;
}

static DexFuture *
save_fiber (gpointer data)
{
  Save *self = data;
  g_autoptr (GInputStream) body = NULL;
  g_autoptr (GOutputStream) out = NULL;
  g_autoptr (GError) error = NULL;
  goffset length = 0, copied;
  gboolean is_new;

  body = open_body (self, &length, &error);
  if (body == NULL)
    return dex_future_new_for_error (
        bh_client_wrap_error (self->connection->client, g_steal_pointer (&error)));
  out = bh_file_replace (self->file, &is_new, &error);
  if (out == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (!copy (self, body, out, length, &copied, &error))
    {
      bh_file_abandon (self->file, out, is_new);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  if (!dex_await (dex_output_stream_close (out, G_PRIORITY_DEFAULT), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_for_uint64 ((guint64) copied);
}

DexFuture *
bh_connection_save_body (
    BhConnection *self, const char *run_id, guint64 row, BhPart part, GFile *file, BhProgress *progress)
{
  g_autofree char *id = NULL;
  Save *save;

  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (run_id != NULL && G_IS_FILE (file));
  id = g_uri_escape_string (run_id, NULL, FALSE);
  save = g_new0 (Save, 1);
  save->connection = g_object_ref (self);
  save->file = g_object_ref (file);
  g_set_object (&save->progress, progress);
  save->path = g_strdup_printf ("/v1/runs/%s/rows/%" G_GUINT64_FORMAT "/body?part=%s", id, row,
                                bh_nick (BH_TYPE_PART, part));
  return bh_future_detached (dex_scheduler_spawn (NULL, 0, save_fiber, save, save_free));
}

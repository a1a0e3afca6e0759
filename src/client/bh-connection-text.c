/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-connection-private.h"

/* Texts of any length, a range after the other. */

#define PIECE (1024 * 1024)

typedef struct
{
  BhConnection *connection;
  char *run_id;
  guint64 row;
  BhPart part;
  guint64 max;
} Asked;

static void
asked_free (gpointer data)
{
  Asked *self = data;

  g_object_unref (self->connection);
  g_free (self->run_id);
  g_free (self);
}

static DexFuture *
text_fiber (gpointer data)
{
  Asked *asked = data;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (BhBodyText) whole = NULL;
  g_autoptr (GError) error = NULL;
  gboolean goes_on = TRUE;
  guint64 at = 0;

  while (goes_on)
    {
      g_autoptr (BhBodyText) piece =
          dex_await_boxed (bh_connection_row_body (asked->connection, asked->run_id, asked->row, asked->part,
                                                   at, MIN (asked->max - at, PIECE)),
                           &error);

      if (piece == NULL)
        return dex_future_new_for_error (g_steal_pointer (&error));
      g_string_append (text, piece->text);
      goes_on = piece->has_next && piece->next < asked->max && bh_connection_is_open (asked->connection);
      at = piece->next;
      if (whole == NULL)
        whole = g_steal_pointer (&piece);
      else
        whole->bytes += piece->bytes;
    }
  g_free (whole->text);
  whole->text = g_string_free (g_steal_pointer (&text), FALSE);
  return dex_future_new_take_boxed (BH_TYPE_BODY_TEXT, g_steal_pointer (&whole));
}

DexFuture *
bh_connection_row_text (BhConnection *self, const char *run_id, guint64 row, BhPart part, guint64 max)
{
  Asked *asked;

  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (run_id != NULL);
  asked = g_new0 (Asked, 1);
  asked->connection = g_object_ref (self);
  asked->run_id = g_strdup (run_id);
  asked->row = row;
  asked->part = part;
  asked->max = max;
  return dex_scheduler_spawn (NULL, 0, text_fiber, asked, asked_free);
}

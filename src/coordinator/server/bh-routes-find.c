/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/server/bh-routes.h"

#include <string.h>

#include "protocol/bh-json-util.h"
#include "protocol/bh-text.h"

/* Find in a timeline: in titles, and in all that messages, calls and results hold. */

#define TEXT_MAX 256
/* folded at once: a millisecond or two of the main loop */
#define SLICE (64 * 1024)
#define ROWS_AT_ONCE 32
/* A request goes on to no other row when it has read so much: whoever asks can say how far it has come. */
#define BYTES_MAX (8 * 1024 * 1024)

typedef struct
{
  BhStore *store;
  const char *run_id;
  char *needle; /* case folded */
  guint64 read; /* bytes */
} Find;

static gboolean
holds (const char *text, const char *needle)
{
  g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;

  return folded != NULL && strstr (folded, needle) != NULL;
}

/* Adds a slice to what is kept of the one before, and keeps what a match may begin in. */
static gboolean
slice_holds (Find *self, GString *kept, const void *data, gsize size)
{
  g_autofree char *shown = bh_text_shown (data, size, NULL);
  g_autofree char *folded = g_utf8_casefold (shown, -1);
  gsize keep = strlen (self->needle) - 1;

  g_string_append (kept, folded);
  if (strstr (kept->str, self->needle) != NULL)
    return TRUE;
  if (kept->len > keep)
    g_string_erase (kept, 0, (gssize) (kept->len - keep));
  return FALSE;
}

/* Sets *found. FALSE on an error only. */
static gboolean
look_in_part (Find *self, const BhRow *row, BhPart part, gboolean *found, GError **error)
{
  g_autoptr (GString) kept = g_string_new (NULL);
  guint64 at = 0, total = bh_row_part_bytes (row, part);

  while (at < total && !*found)
    {
      g_autoptr (DexFuture) future = bh_store_body (self->store, self->run_id, row->n, part, at, SLICE);
      const BhBody *body;
      gsize size, whole;

      if (!dex_await (dex_ref (future), error))
        return FALSE;
      body = g_value_get_boxed (dex_future_get_value (future, NULL));
      size = g_bytes_get_size (body->bytes);
      if (size == 0)
        return TRUE;
      /* what was not kept parts what is before it from what comes behind */
      if (body->offset != at)
        g_string_truncate (kept, 0);
      whole =
          body->offset + size < body->total ? bh_text_whole (g_bytes_get_data (body->bytes, NULL), size) : 0;
      if (whole == 0)
        whole = size;
      *found = slice_holds (self, kept, g_bytes_get_data (body->bytes, NULL), whole);
      at = body->offset + whole;
      self->read += whole;
    }
  return TRUE;
}

static gboolean
look_in_row (Find *self, const BhRow *row, gboolean *found, GError **error)
{
  static const BhPart parts[] = { BH_PART_TEXT, BH_PART_CALL, BH_PART_RESULT };

  *found = holds (row->title, self->needle) || holds (row->head, self->needle);
  for (guint i = 0; i < G_N_ELEMENTS (parts) && !*found; i++)
    if (!look_in_part (self, row, parts[i], found, error))
      return FALSE;
  return TRUE;
}

static BhRow *
decode_row (const char *text, GError **error)
{
  g_autoptr (JsonNode) node = bh_json_parse (text, -1, error);

  return node != NULL ? bh_row_from_json (node, error) : NULL;
}

/* Of [from, to) what lies at the end at which it begins; `*from` or `*to` goes on to what is left. -1: not
 * there. */
static gboolean
look_at_rows (Find *self, guint64 *from, guint64 *to, gboolean backwards, gint64 *found, GError **error)
{
  guint64 count = MIN (*to - *from, ROWS_AT_ONCE), at = backwards ? *to - count : *from;
  g_autoptr (DexFuture) future = bh_store_rows (self->store, self->run_id, at, (guint) count);
  const BhRowPage *page;

  if (!dex_await (dex_ref (future), error))
    return FALSE;
  page = g_value_get_boxed (dex_future_get_value (future, NULL));
  /* behind the last row there is nothing to find */
  *to = MIN (*to, MAX (page->total, *from));
  for (guint i = 0; i < page->rows->len && self->read < BYTES_MAX; i++)
    {
      guint which = backwards ? page->rows->len - 1 - i : i;
      g_autoptr (BhRow) row = decode_row (g_ptr_array_index (page->rows, which), error);
      gboolean holding;

      if (row == NULL || !look_in_row (self, row, &holding, error))
        return FALSE;
      *(backwards ? to : from) = row->n + !backwards;
      if (!holding)
        continue;
      *found = (gint64) row->n;
      return TRUE;
    }
  return TRUE;
}

static void
set_number (JsonObject *object, const char *name, gint64 number)
{
  if (number < 0)
    json_object_set_null_member (object, name);
  else
    json_object_set_int_member (object, name, number);
}

static gboolean
answer (BhRequest *request, Find *find, guint64 from, guint64 to, gboolean backwards, GError **error)
{
  JsonObject *object;
  gint64 found = -1;

  while (from < to && found < 0 && find->read < BYTES_MAX)
    if (!look_at_rows (find, &from, &to, backwards, &found, error))
      return FALSE;
  object = json_object_new ();
  set_number (object, "row", found);
  set_number (object, "next", found < 0 && from < to ? (gint64) (backwards ? to : from) : -1);
  bh_request_respond (request, SOUP_STATUS_OK, bh_json_take_object (object));
  return TRUE;
}

gboolean
bh_route_find_row (BhRequest *request, GError **error)
{
  const char *text = bh_request_query (request, "text");
  g_autofree char *needle = NULL;
  Find find = { bh_coordinator_get_store (request->coordinator), request->arguments[0] };
  gboolean backwards = FALSE;
  guint64 from, count;

  if (!bh_request_query_uint (request, "from", 0, 0, G_MAXINT32, &from, error) ||
      !bh_request_query_uint (request, "count", 100, 1, 500, &count, error) ||
      !bh_request_query_bool (request, "backwards", &backwards, error))
    return FALSE;
  if (text == NULL || *text == '\0' || strlen (text) > TEXT_MAX)
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "text", "“text” must have 1 to %d bytes", TEXT_MAX);
      return FALSE;
    }
  /* what was percent-encoded may be any bytes */
  if (!g_utf8_validate (text, -1, NULL))
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "text", "“text” must be valid UTF-8");
      return FALSE;
    }
  needle = g_utf8_casefold (text, -1);
  find.needle = needle;
  return answer (request, &find, from, from + count, backwards, error);
}

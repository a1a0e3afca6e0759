/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include "protocol/bh-json-util.h"

#include <string.h>

#include "protocol/bh-text.h"

BH_DEFINE_RECORD (BhEvent, bh_event)

static void
bh_event_clear (BhEvent *self)
{
  g_clear_pointer (&self->kind, g_free);
  g_clear_pointer (&self->data, g_free);
  g_clear_pointer (&self->bytes, g_bytes_unref);
}

BhEvent *
bh_event_new (void)
{
  return g_atomic_rc_box_new0 (BhEvent);
}

BhEvent *
bh_event_copy (const BhEvent *self)
{
  BhEvent *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = bh_record_dup (self, sizeof *self);
  copy->kind = g_strdup (self->kind);
  copy->data = g_strdup (self->data);
  copy->bytes = self->bytes != NULL ? g_bytes_ref (self->bytes) : NULL;
  return copy;
}

static GString *
begin_event (guint64 seq, gint64 at)
{
  GString *text = g_string_sized_new (256);
  g_autofree char *time = bh_time_format (at);

  g_string_append_printf (text, "{\"seq\":%" G_GUINT64_FORMAT ",\"at\":", seq);
  bh_json_append_string (text, time);
  return text;
}

char *
bh_delta_event_text (guint64 seq, gint64 at, guint64 row, BhPart part, guint64 offset, guint64 length)
{
  GString *text = begin_event (seq, at);

  g_string_append_printf (text,
                          ",\"row\":%" G_GUINT64_FORMAT ",\"part\":\"%s\",\"offset\":%" G_GUINT64_FORMAT
                          ",\"length\":%" G_GUINT64_FORMAT "}",
                          row, bh_nick (BH_TYPE_PART, part), offset, length);
  return g_string_free (text, FALSE);
}

char *
bh_delta_event_with_text (const char *data, const char *shown)
{
  gsize length;
  GString *text;

  g_return_val_if_fail (data != NULL && g_str_has_suffix (data, "}"), NULL);

  length = strlen (data) - 1;
  text = g_string_sized_new (length + 64 + (shown != NULL ? strlen (shown) : 0));
  g_string_append_len (text, data, (gssize) length);
  g_string_append (text, ",\"text\":");
  bh_json_append_string (text, shown);
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

char *
bh_record_event_text (guint64 seq, gint64 at, const char *kind, JsonNode *record)
{
  GString *text;

  g_return_val_if_fail (kind != NULL && record != NULL, NULL);

  text = begin_event (seq, at);
  g_string_append_c (text, ',');
  bh_json_append_string (text, kind);
  g_string_append_c (text, ':');
  bh_json_append (text, record);
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

/* As it is sent: `data` parsed; a delta with its text. */
JsonNode *
bh_event_to_json (const BhEvent *self)
{
  g_autofree char *shown = NULL;
  g_autofree char *data = NULL;

  g_return_val_if_fail (self != NULL && self->data != NULL, NULL);

  if (g_strcmp0 (self->kind, "delta") != 0)
    return bh_json_parse (self->data, -1, NULL);
  if (self->bytes != NULL)
    shown = bh_text_shown (g_bytes_get_data (self->bytes, NULL), g_bytes_get_size (self->bytes), NULL);
  data = bh_delta_event_with_text (self->data, shown);
  return bh_json_parse (data, -1, NULL);
}

static const char *const record_kinds[] = { "run", "row", "question", "message" };

static const char *
find_kind (JsonObject *object)
{
  /* a delta has a "row" too, which is a number */
  if (json_object_has_member (object, "part"))
    return "delta";
  for (guint i = 0; i < G_N_ELEMENTS (record_kinds); i++)
    if (json_object_has_member (object, record_kinds[i]))
      return record_kinds[i];
  return NULL;
}

static void
read_delta (BhEvent *self, BhReader *reader)
{
  const char *text = bh_reader_peek_string (reader, "text");
  gint64 at = bh_reader_time (reader, "at");
  guint64 row = bh_reader_uint64 (reader, "row");
  BhPart part = (BhPart) bh_reader_enum (reader, "part", BH_TYPE_PART, BH_NEEDED);
  guint64 offset = bh_reader_uint64 (reader, "offset");
  guint64 length = bh_reader_uint64 (reader, "length");

  if (text != NULL)
    self->bytes = g_bytes_new (text, strlen (text));
  self->data = bh_delta_event_text (self->seq, at, row, part, offset, length);
}

static void
read_record (BhEvent *self, BhReader *reader)
{
  BhReader record;

  bh_reader_time (reader, "at");
  bh_reader_child (reader, self->kind, &record);
  if (record.object == NULL)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, self->kind, "%s has to be an object.", self->kind);
}

BhEvent *
bh_event_from_json (JsonNode *node, GError **error)
{
  g_autoptr (BhEvent) self = bh_event_new ();
  g_auto (BhReader) reader;

  bh_reader_init (&reader, node);
  self->seq = bh_reader_uint64 (&reader, "seq");
  if (reader.object != NULL)
    self->kind = g_strdup (find_kind (reader.object));
  if (self->kind == NULL)
    bh_reader_fail (&reader, BH_ERROR_INVALID_FIELD, NULL, "The event is of no known kind.");
  else if (g_str_equal (self->kind, "delta"))
    read_delta (self, &reader);
  else
    read_record (self, &reader);
  if (!bh_reader_finish (&reader, error))
    return NULL;
  if (self->data == NULL)
    self->data = bh_json_to_text (node);
  return g_steal_pointer (&self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include "protocol/bh-json-util.h"

BH_DEFINE_RECORD (BhRow, bh_row)

static const gsize strings[] = {
  G_STRUCT_OFFSET (BhRow, author), G_STRUCT_OFFSET (BhRow, tool),    G_STRUCT_OFFSET (BhRow, title),
  G_STRUCT_OFFSET (BhRow, head),   G_STRUCT_OFFSET (BhRow, message), G_STRUCT_OFFSET (BhRow, question),
};

static void
bh_row_clear (BhRow *self)
{
  bh_strings_free (self, strings, G_N_ELEMENTS (strings));
}

BhRow *
bh_row_new (void)
{
  BhRow *self = g_atomic_rc_box_new0 (BhRow);

  self->duration_us = -1;
  self->exit_status = -1;
  return self;
}

BhRow *
bh_row_copy (const BhRow *self)
{
  BhRow *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = bh_record_dup (self, sizeof *self);
  bh_strings_dup (copy, strings, G_N_ELEMENTS (strings));
  return copy;
}

static void
set_unless_negative (JsonObject *object, const char *member, gint64 value)
{
  if (value >= 0)
    json_object_set_int_member (object, member, value);
  else
    json_object_set_null_member (object, member);
}

static JsonObject *
bytes_to_json (const BhRow *self)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "text", (gint64) self->text_bytes);
  json_object_set_int_member (object, "call", (gint64) self->call_bytes);
  json_object_set_int_member (object, "result", (gint64) self->result_bytes);
  return object;
}

static JsonObject *
elided_to_json (const BhRow *self)
{
  JsonObject *object;

  if (self->elided_bytes == 0)
    return NULL;
  object = json_object_new ();
  json_object_set_int_member (object, "from", (gint64) self->elided_from);
  json_object_set_int_member (object, "bytes", (gint64) self->elided_bytes);
  return object;
}

JsonNode *
bh_row_to_json (const BhRow *self)
{
  JsonObject *object;

  g_return_val_if_fail (self != NULL, NULL);

  object = json_object_new ();
  json_object_set_int_member (object, "n", (gint64) self->n);
  bh_json_set_enum (object, "kind", BH_TYPE_ROW_KIND, self->kind);
  bh_json_set_enum (object, "state", BH_TYPE_ROW_STATE, self->state);
  bh_json_set_string (object, "author", self->author);
  bh_json_set_string (object, "tool", self->tool);
  bh_json_set_string (object, "title", self->title);
  bh_json_set_string (object, "head", self->head);
  bh_json_set_time (object, "started_at", self->started_at);
  bh_json_set_time (object, "ended_at", self->ended_at);
  set_unless_negative (object, "duration_us", self->duration_us);
  set_unless_negative (object, "exit_status", self->exit_status);
  bh_json_set_object (object, "bytes", bytes_to_json (self));
  bh_json_set_object (object, "elided", elided_to_json (self));
  bh_json_set_string (object, "message", self->message);
  bh_json_set_string (object, "question", self->question);
  return bh_json_take_object (object);
}

static void
read_sizes (BhRow *self, BhReader *reader)
{
  BhReader bytes, elided;

  if (bh_reader_child (reader, "bytes", &bytes))
    {
      self->text_bytes = bh_reader_uint64 (&bytes, "text");
      self->call_bytes = bh_reader_uint64 (&bytes, "call");
      self->result_bytes = bh_reader_uint64 (&bytes, "result");
    }
  if (bh_reader_child (reader, "elided", &elided))
    {
      self->elided_from = bh_reader_uint64 (&elided, "from");
      self->elided_bytes = bh_reader_uint64 (&elided, "bytes");
    }
}

BhRow *
bh_row_from_json (JsonNode *node, GError **error)
{
  g_autoptr (BhRow) self = bh_row_new ();
  g_auto (BhReader) reader;

  bh_reader_init (&reader, node);
  self->n = bh_reader_uint64 (&reader, "n");
  self->kind = (BhRowKind) bh_reader_enum (&reader, "kind", BH_TYPE_ROW_KIND, BH_NEEDED);
  self->state = (BhRowState) bh_reader_enum (&reader, "state", BH_TYPE_ROW_STATE, BH_NEEDED);
  self->author = bh_reader_string (&reader, "author");
  self->tool = bh_reader_string (&reader, "tool");
  self->title = bh_reader_string (&reader, "title");
  self->head = bh_reader_string (&reader, "head");
  self->started_at = bh_reader_time (&reader, "started_at");
  self->ended_at = bh_reader_time (&reader, "ended_at");
  self->duration_us = bh_reader_int (&reader, "duration_us", 0, G_MAXINT64, -1);
  self->exit_status = (int) bh_reader_int (&reader, "exit_status", 0, G_MAXINT, -1);
  read_sizes (self, &reader);
  self->message = bh_reader_string (&reader, "message");
  self->question = bh_reader_string (&reader, "question");
  return bh_reader_finish (&reader, error) ? g_steal_pointer (&self) : NULL;
}

guint64
bh_row_part_bytes (const BhRow *self, BhPart part)
{
  switch (part)
    {
    case BH_PART_TEXT:
      return self->text_bytes;
    case BH_PART_CALL:
      return self->call_bytes;
    case BH_PART_RESULT:
      return self->result_bytes;
    default:
      g_assert_not_reached ();
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include "protocol/bh-json-util.h"

BH_DEFINE_RECORD (BhMessage, bh_message)

static const gsize strings[] = {
  G_STRUCT_OFFSET (BhMessage, id),
  G_STRUCT_OFFSET (BhMessage, run),
  G_STRUCT_OFFSET (BhMessage, text),
  G_STRUCT_OFFSET (BhMessage, author),
};

static void
bh_message_clear (BhMessage *self)
{
  bh_strings_free (self, strings, G_N_ELEMENTS (strings));
}

BhMessage *
bh_message_new (void)
{
  return g_atomic_rc_box_new0 (BhMessage);
}

BhMessage *
bh_message_copy (const BhMessage *self)
{
  BhMessage *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = bh_record_dup (self, sizeof *self);
  bh_strings_dup (copy, strings, G_N_ELEMENTS (strings));
  return copy;
}

JsonNode *
bh_message_to_json (const BhMessage *self)
{
  JsonObject *object;

  g_return_val_if_fail (self != NULL, NULL);

  object = json_object_new ();
  bh_json_set_string (object, "id", self->id);
  bh_json_set_string (object, "run", self->run);
  json_object_set_int_member (object, "row", (gint64) self->row);
  bh_json_set_string (object, "text", self->text);
  bh_json_set_string (object, "author", self->author);
  bh_json_set_enum (object, "state", BH_TYPE_MESSAGE_STATE, self->state);
  json_object_set_boolean_member (object, "interrupt", self->interrupt);
  bh_json_set_time (object, "queued_at", self->queued_at);
  bh_json_set_time (object, "delivered_at", self->delivered_at);
  bh_json_set_time (object, "taken_up_at", self->taken_up_at);
  bh_json_set_time (object, "withdrawn_at", self->withdrawn_at);
  return bh_json_take_object (object);
}

BhMessage *
bh_message_from_json (JsonNode *node, GError **error)
{
  g_autoptr (BhMessage) self = bh_message_new ();
  g_auto (BhReader) reader;

  bh_reader_init (&reader, node);
  self->id = bh_reader_need_string (&reader, "id");
  self->run = bh_reader_string (&reader, "run");
  self->row = bh_reader_uint64 (&reader, "row");
  self->text = bh_reader_need_string (&reader, "text");
  self->author = bh_reader_string (&reader, "author");
  self->state = (BhMessageState) bh_reader_enum (&reader, "state", BH_TYPE_MESSAGE_STATE, BH_NEEDED);
  self->interrupt = bh_reader_boolean (&reader, "interrupt", FALSE);
  self->queued_at = bh_reader_time (&reader, "queued_at");
  self->delivered_at = bh_reader_time (&reader, "delivered_at");
  self->taken_up_at = bh_reader_time (&reader, "taken_up_at");
  self->withdrawn_at = bh_reader_time (&reader, "withdrawn_at");
  return bh_reader_finish (&reader, error) ? g_steal_pointer (&self) : NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include "protocol/bh-json-util.h"

BH_DEFINE_RECORD (BhBoxInfo, bh_box_info)

static const gsize strings[] = {
  G_STRUCT_OFFSET (BhBoxInfo, id),    G_STRUCT_OFFSET (BhBoxInfo, worker),
  G_STRUCT_OFFSET (BhBoxInfo, image), G_STRUCT_OFFSET (BhBoxInfo, state),
  G_STRUCT_OFFSET (BhBoxInfo, run),   G_STRUCT_OFFSET (BhBoxInfo, run_name),
};

static void
bh_box_info_clear (BhBoxInfo *self)
{
  bh_strings_free (self, strings, G_N_ELEMENTS (strings));
}

BhBoxInfo *
bh_box_info_new (void)
{
  return g_atomic_rc_box_new0 (BhBoxInfo);
}

BhBoxInfo *
bh_box_info_copy (const BhBoxInfo *self)
{
  BhBoxInfo *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = bh_record_dup (self, sizeof *self);
  bh_strings_dup (copy, strings, G_N_ELEMENTS (strings));
  return copy;
}

JsonNode *
bh_box_info_to_json (const BhBoxInfo *self)
{
  JsonObject *object;

  g_return_val_if_fail (self != NULL, NULL);

  object = json_object_new ();
  bh_json_set_string (object, "id", self->id);
  bh_json_set_string (object, "worker", self->worker);
  bh_json_set_string (object, "image", self->image);
  bh_json_set_string (object, "state", self->state);
  bh_json_set_string (object, "run", self->run);
  bh_json_set_string (object, "run_name", self->run_name);
  bh_json_set_time (object, "created_at", self->created_at);
  return bh_json_take_object (object);
}

BhBoxInfo *
bh_box_info_from_json (JsonNode *node, GError **error)
{
  g_autoptr (BhBoxInfo) self = bh_box_info_new ();
  g_auto (BhReader) reader;

  bh_reader_init (&reader, node);
  self->id = bh_reader_need_string (&reader, "id");
  self->worker = bh_reader_string (&reader, "worker");
  self->image = bh_reader_string (&reader, "image");
  self->state = bh_reader_string (&reader, "state");
  self->run = bh_reader_string (&reader, "run");
  self->run_name = bh_reader_string (&reader, "run_name");
  self->created_at = bh_reader_time (&reader, "created_at");
  return bh_reader_finish (&reader, error) ? g_steal_pointer (&self) : NULL;
}

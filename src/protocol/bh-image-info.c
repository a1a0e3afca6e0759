/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include "protocol/bh-json-util.h"

BH_DEFINE_RECORD (BhImageInfo, bh_image_info)

static const gsize strings[] = {
  G_STRUCT_OFFSET (BhImageInfo, id),
  G_STRUCT_OFFSET (BhImageInfo, description),
  G_STRUCT_OFFSET (BhImageInfo, provider),
};

static void
bh_image_info_clear (BhImageInfo *self)
{
  bh_strings_free (self, strings, G_N_ELEMENTS (strings));
}

BhImageInfo *
bh_image_info_new (void)
{
  return g_atomic_rc_box_new0 (BhImageInfo);
}

BhImageInfo *
bh_image_info_copy (const BhImageInfo *self)
{
  BhImageInfo *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = bh_record_dup (self, sizeof *self);
  bh_strings_dup (copy, strings, G_N_ELEMENTS (strings));
  return copy;
}

JsonNode *
bh_image_info_to_json (const BhImageInfo *self)
{
  JsonObject *object;

  g_return_val_if_fail (self != NULL, NULL);

  object = json_object_new ();
  bh_json_set_string (object, "id", self->id);
  bh_json_set_string (object, "description", self->description);
  bh_json_set_string (object, "provider", self->provider);
  return bh_json_take_object (object);
}

BhImageInfo *
bh_image_info_from_json (JsonNode *node, GError **error)
{
  g_autoptr (BhImageInfo) self = bh_image_info_new ();
  g_auto (BhReader) reader;

  bh_reader_init (&reader, node);
  self->id = bh_reader_need_string (&reader, "id");
  self->description = bh_reader_string (&reader, "description");
  self->provider = bh_reader_string (&reader, "provider");
  return bh_reader_finish (&reader, error) ? g_steal_pointer (&self) : NULL;
}

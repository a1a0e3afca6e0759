/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include "protocol/bh-json-util.h"

BH_DEFINE_RECORD (BhEngineInfo, bh_engine_info)

static const gsize strings[] = {
  G_STRUCT_OFFSET (BhEngineInfo, id),       G_STRUCT_OFFSET (BhEngineInfo, name),
  G_STRUCT_OFFSET (BhEngineInfo, protocol), G_STRUCT_OFFSET (BhEngineInfo, version),
  G_STRUCT_OFFSET (BhEngineInfo, why_not),  G_STRUCT_OFFSET (BhEngineInfo, why_not_code),
  G_STRUCT_OFFSET (BhEngineInfo, path),     G_STRUCT_OFFSET (BhEngineInfo, install),
};

static void
bh_engine_info_clear (BhEngineInfo *self)
{
  bh_strings_free (self, strings, G_N_ELEMENTS (strings));
  g_strfreev (self->keys);
}

BhEngineInfo *
bh_engine_info_new (void)
{
  return g_atomic_rc_box_new0 (BhEngineInfo);
}

BhEngineInfo *
bh_engine_info_copy (const BhEngineInfo *self)
{
  BhEngineInfo *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = bh_record_dup (self, sizeof *self);
  bh_strings_dup (copy, strings, G_N_ELEMENTS (strings));
  copy->keys = g_strdupv (self->keys);
  return copy;
}

JsonNode *
bh_engine_info_to_json (const BhEngineInfo *self)
{
  JsonObject *object;

  g_return_val_if_fail (self != NULL, NULL);

  object = json_object_new ();
  bh_json_set_string (object, "id", self->id);
  bh_json_set_string (object, "name", self->name);
  bh_json_set_string (object, "protocol", self->protocol);
  json_object_set_int_member (object, "rank", self->rank);
  bh_json_set_string (object, "version", self->version);
  bh_json_set_string (object, "why_not", self->why_not);
  bh_json_set_string (object, "why_not_code", self->why_not_code);
  bh_json_set_string (object, "path", self->path);
  bh_json_set_string (object, "install", self->install);
  bh_json_set_strv (object, "keys", self->keys);
  return bh_json_take_object (object);
}

BhEngineInfo *
bh_engine_info_from_json (JsonNode *node, GError **error)
{
  g_autoptr (BhEngineInfo) self = bh_engine_info_new ();
  g_auto (BhReader) reader;

  bh_reader_init (&reader, node);
  self->id = bh_reader_need_string (&reader, "id");
  self->name = bh_reader_string (&reader, "name");
  self->protocol = bh_reader_string (&reader, "protocol");
  self->rank = (int) bh_reader_int (&reader, "rank", G_MININT, G_MAXINT, 0);
  self->version = bh_reader_string (&reader, "version");
  self->why_not = bh_reader_string (&reader, "why_not");
  self->why_not_code = bh_reader_string (&reader, "why_not_code");
  self->path = bh_reader_string (&reader, "path");
  self->install = bh_reader_string (&reader, "install");
  self->keys = bh_reader_strv (&reader, "keys");
  return bh_reader_finish (&reader, error) ? g_steal_pointer (&self) : NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include "protocol/bh-json-util.h"

BH_DEFINE_RECORD (BhKeyInfo, bh_key_info)

static const gsize strings[] = { G_STRUCT_OFFSET (BhKeyInfo, name) };

static void
bh_key_info_clear (BhKeyInfo *self)
{
  bh_strings_free (self, strings, G_N_ELEMENTS (strings));
  g_strfreev (self->engines);
}

BhKeyInfo *
bh_key_info_new (void)
{
  return g_atomic_rc_box_new0 (BhKeyInfo);
}

BhKeyInfo *
bh_key_info_copy (const BhKeyInfo *self)
{
  BhKeyInfo *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = bh_record_dup (self, sizeof *self);
  bh_strings_dup (copy, strings, G_N_ELEMENTS (strings));
  copy->engines = g_strdupv (self->engines);
  return copy;
}

JsonNode *
bh_key_info_to_json (const BhKeyInfo *self)
{
  JsonObject *object;

  g_return_val_if_fail (self != NULL, NULL);

  object = json_object_new ();
  bh_json_set_string (object, "name", self->name);
  bh_json_set_strv (object, "engines", self->engines);
  json_object_set_boolean_member (object, "set", self->is_set);
  return bh_json_take_object (object);
}

BhKeyInfo *
bh_key_info_from_json (JsonNode *node, GError **error)
{
  g_autoptr (BhKeyInfo) self = bh_key_info_new ();
  g_auto (BhReader) reader;

  bh_reader_init (&reader, node);
  self->name = bh_reader_need_string (&reader, "name");
  self->engines = bh_reader_strv (&reader, "engines");
  self->is_set = bh_reader_boolean (&reader, "set", FALSE);
  return bh_reader_finish (&reader, error) ? g_steal_pointer (&self) : NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include "protocol/bh-json-util.h"

BH_DEFINE_RECORD (BhSignInInfo, bh_sign_in_info)

static const gsize strings[] = { G_STRUCT_OFFSET (BhSignInInfo, engine), G_STRUCT_OFFSET (BhSignInInfo, name),
                                 G_STRUCT_OFFSET (BhSignInInfo, consent) };

static void
bh_sign_in_info_clear (BhSignInInfo *self)
{
  bh_strings_free (self, strings, G_N_ELEMENTS (strings));
  g_strfreev (self->paths);
}

BhSignInInfo *
bh_sign_in_info_new (void)
{
  return g_atomic_rc_box_new0 (BhSignInInfo);
}

BhSignInInfo *
bh_sign_in_info_copy (const BhSignInInfo *self)
{
  BhSignInInfo *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = bh_record_dup (self, sizeof *self);
  bh_strings_dup (copy, strings, G_N_ELEMENTS (strings));
  copy->paths = g_strdupv (self->paths);
  return copy;
}

JsonNode *
bh_sign_in_info_to_json (const BhSignInInfo *self)
{
  JsonObject *object;

  g_return_val_if_fail (self != NULL, NULL);

  object = json_object_new ();
  bh_json_set_string (object, "engine", self->engine);
  bh_json_set_string (object, "name", self->name);
  bh_json_set_strv (object, "paths", self->paths);
  bh_json_set_string (object, "consent", self->consent);
  return bh_json_take_object (object);
}

BhSignInInfo *
bh_sign_in_info_from_json (JsonNode *node, GError **error)
{
  g_autoptr (BhSignInInfo) self = bh_sign_in_info_new ();
  g_auto (BhReader) reader;

  bh_reader_init (&reader, node);
  self->engine = bh_reader_need_string (&reader, "engine");
  self->name = bh_reader_string (&reader, "name");
  self->paths = bh_reader_strv (&reader, "paths");
  self->consent = bh_reader_string (&reader, "consent");
  return bh_reader_finish (&reader, error) ? g_steal_pointer (&self) : NULL;
}

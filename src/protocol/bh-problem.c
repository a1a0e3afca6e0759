/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-json-util.h"

/* RFC 9457. The type is a urn: nobody has to keep a web page alive for it. */
#define TYPE_PREFIX "urn:bellhop:error:"

static const char *const members[] = { "type", "title", "status", "detail", "code", "field", NULL };

JsonNode *
bh_problem_to_json (const GError *error)
{
  g_autofree char *detail = NULL;
  g_autofree char *type = NULL;
  JsonObject *object;
  BhError code;
  JsonNode *extra = NULL;

  g_return_val_if_fail (error != NULL, NULL);

  code = BH_ERROR_INTERNAL;
  if (error->domain == BH_ERROR && error->code >= 0 && error->code < BH_N_ERRORS)
    code = (BhError) error->code;
  /* a message may quote what a file or a peer said */
  detail = g_utf8_make_valid (error->message, -1);
  type = g_strconcat (TYPE_PREFIX, bh_error_code (code), NULL);

  object = json_object_new ();
  json_object_set_string_member (object, "type", type);
  json_object_set_string_member (object, "title", bh_error_title (code));
  json_object_set_int_member (object, "status", bh_error_status (code));
  json_object_set_string_member (object, "detail", detail);
  json_object_set_string_member (object, "code", bh_error_code (code));
  bh_json_set_string (object, "field", bh_error_field (error));
  if (bh_error_peek_extra (error, &extra) != NULL)
    json_object_set_member (object, bh_error_peek_extra (error, &extra), json_node_copy (extra));
  return bh_json_take_object (object);
}

static void
read_extra (JsonObject *object, GError *error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    if (!g_strv_contains (members, name))
      {
        bh_error_set_extra (error, name, json_node_copy (value));
        return;
      }
}

GError *
bh_problem_from_json (JsonNode *node, guint status)
{
  g_auto (BhReader) reader;
  const char *detail, *name, *field;
  BhError code = BH_ERROR_INTERNAL;
  GError *error;

  bh_reader_init (&reader, node);
  name = bh_reader_peek_string (&reader, "code");
  detail = bh_reader_peek_string (&reader, "detail");
  field = bh_reader_peek_string (&reader, "field");
  if (!bh_reader_ok (&reader) || name == NULL)
    return bh_error_new (
        BH_ERROR_INTERNAL, NULL,
        "The server answered with HTTP status %u and no explanation. Is it a Bellhop coordinator?", status);

  /* a newer coordinator may know codes that we do not */
  bh_error_from_code (name, &code);
  if (detail == NULL || *detail == '\0')
    detail = bh_error_title (code);
  error = bh_error_new (code, field, "%s", detail);
  read_extra (json_node_get_object (node), error);
  return error;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/server/bh-routes.h"

/* Whether engines' own sign-ins may be let into DevBoxes. */

typedef struct
{
  const BhEngineFile *file;
  BhConsent consent;
} Record;

static JsonNode *
record_to_json (gconstpointer data)
{
  const Record *record = data;
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "engine");
  json_builder_add_string_value (builder, record->file->id);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, record->file->name);
  json_builder_set_member_name (builder, "paths");
  json_builder_begin_array (builder);
  for (guint i = 0; record->file->sign_in_paths[i] != NULL; i++)
    json_builder_add_string_value (builder, record->file->sign_in_paths[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "consent");
  json_builder_add_string_value (builder, bh_consent_to_string (record->consent));
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

gboolean
bh_route_sign_ins (BhRequest *request, GError **error)
{
  BhEngines *engines = bh_coordinator_get_engines (request->coordinator);
  BhSignIns *sign_ins = bh_coordinator_get_sign_ins (request->coordinator);
  g_autoptr (GPtrArray) infos = bh_engines_list (engines);
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < infos->len; i++)
    {
      const BhEngineFile *file = bh_engines_get_file (engines, ((BhEngineInfo *) infos->pdata[i])->id);
      Record *record;

      if (file->sign_in_paths == NULL)
        continue;
      record = g_new0 (Record, 1);
      record->file = file;
      record->consent = bh_sign_ins_get (sign_ins, file->id);
      g_ptr_array_add (records, record);
    }
  bh_request_respond_list (request, "sign_ins", records, record_to_json);
  return TRUE;
}

gboolean
bh_route_set_sign_in (BhRequest *request, GError **error)
{
  static const char *const members[] = { "consent", NULL };
  BhSignIns *sign_ins = bh_coordinator_get_sign_ins (request->coordinator);
  const char *id = request->arguments[0];
  g_autoptr (JsonNode) body = bh_request_body (request, error);
  Record record = { .file = bh_engines_get_file (bh_coordinator_get_engines (request->coordinator), id) };

  if (body == NULL || !bh_request_only_members (body, members, error))
    return FALSE;
  if (record.file == NULL || record.file->sign_in_paths == NULL)
    {
      bh_set_error (error, BH_ERROR_NOT_FOUND, NULL,
                    "There is no engine “%.100s” that has a sign-in of its own.", id);
      return FALSE;
    }
  if (!bh_consent_from_string (bh_request_member_string (body, "consent"), &record.consent))
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "consent", "“consent” must be ask, always or no.");
      return FALSE;
    }
  if (!dex_await (bh_sign_ins_set (sign_ins, id, record.consent), error))
    return FALSE;
  bh_request_respond (request, SOUP_STATUS_OK, record_to_json (&record));
  return TRUE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* API keys of engines: which there are, and giving or taking away one. No answer ever holds a value. */

#include "coordinator/server/bh-routes.h"

static void
add_key (BhRequest *request, JsonBuilder *builder, const char *name, const char *const *set)
{
  g_auto (GStrv) engines = bh_engines_with_key (bh_coordinator_get_engines (request->coordinator), name);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, name);
  json_builder_set_member_name (builder, "engines");
  json_builder_begin_array (builder);
  for (guint i = 0; engines[i] != NULL; i++)
    json_builder_add_string_value (builder, engines[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "set");
  json_builder_add_boolean_value (builder, g_strv_contains (set, name));
  json_builder_end_object (builder);
}

gboolean
bh_route_keys (BhRequest *request, GError **error)
{
  BhKeys *keys = bh_coordinator_get_keys (request->coordinator);
  const char *const *names = bh_engines_get_key_names (bh_coordinator_get_engines (request->coordinator));
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autofree char *stored_in = dex_await_string (bh_keys_stored_in (keys), error);
  g_auto (GStrv) set = NULL;

  if (stored_in == NULL)
    return FALSE;
  set = dex_await_boxed (bh_keys_names (keys), error);
  if (set == NULL)
    return FALSE;
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "stored_in");
  json_builder_add_string_value (builder, stored_in);
  json_builder_set_member_name (builder, "keys");
  json_builder_begin_array (builder);
  for (guint i = 0; names[i] != NULL; i++)
    add_key (request, builder, names[i], (const char *const *) set);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  bh_request_respond (request, SOUP_STATUS_OK, json_builder_get_root (builder));
  return TRUE;
}

static gboolean
check_name (BhRequest *request, const char *name, GError **error)
{
  BhEngines *engines = bh_coordinator_get_engines (request->coordinator);

  if (g_strv_contains (bh_engines_get_key_names (engines), name))
    return TRUE;
  bh_set_error (error, BH_ERROR_NOT_FOUND, NULL,
                "No engine takes a key “%.100s”. GET /v1/keys lists those that there are.", name);
  return FALSE;
}

gboolean
bh_route_set_key (BhRequest *request, GError **error)
{
  static const char *const members[] = { "value", NULL };
  const char *name = request->arguments[0];
  g_autoptr (JsonNode) body = bh_request_body (request, error);
  const char *value;

  if (body == NULL || !bh_request_only_members (body, members, error) || !check_name (request, name, error))
    return FALSE;
  value = bh_request_member_string (body, "value");
  if (value == NULL)
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "value", "“value” must be a string: the API key.");
      return FALSE;
    }
  if (!dex_await (bh_keys_set (bh_coordinator_get_keys (request->coordinator), name, value), error))
    return FALSE;
  bh_request_respond_empty (request);
  return TRUE;
}

/* Also one that no engine takes any more. */
gboolean
bh_route_remove_key (BhRequest *request, GError **error)
{
  BhKeys *keys = bh_coordinator_get_keys (request->coordinator);
  const char *name = request->arguments[0];
  g_auto (GStrv) set = dex_await_boxed (bh_keys_names (keys), error);

  if (set == NULL)
    return FALSE;
  if (!g_strv_contains ((const char *const *) set, name) && !check_name (request, name, error))
    return FALSE;
  if (!dex_await (bh_keys_remove (keys, name), error))
    return FALSE;
  bh_request_respond_empty (request);
  return TRUE;
}

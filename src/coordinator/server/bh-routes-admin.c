/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/server/bh-routes.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include "config.h"
#include "coordinator/server/bh-server.h"
#include "protocol/bh-json.h"

/* About the coordinator itself. */

gboolean
bh_route_info (BhRequest *request, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  static const char *const features[] = { "runs", "questions", "steer", "terminal", "runbook", NULL };

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, g_get_host_name ());
  json_builder_set_member_name (builder, "version");
  json_builder_add_string_value (builder, BH_VERSION);
  json_builder_set_member_name (builder, "api");
  json_builder_add_int_value (builder, 1);
  json_builder_set_member_name (builder, "features");
  json_builder_begin_array (builder);
  for (guint i = 0; features[i] != NULL; i++)
    json_builder_add_string_value (builder, features[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "limits");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "instructions_bytes");
  json_builder_add_int_value (builder, BH_INSTRUCTIONS_MAX);
  json_builder_set_member_name (builder, "message_bytes");
  json_builder_add_int_value (builder, BH_MESSAGE_MAX);
  json_builder_set_member_name (builder, "output_bytes");
  json_builder_add_int_value (builder, 64 * 1024 * 1024);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "pid");
  json_builder_add_int_value (builder, getpid ());
  json_builder_set_member_name (builder, "auto_started");
  json_builder_add_boolean_value (builder, bh_server_get_auto_started (request->server));
  json_builder_end_object (builder);
  bh_request_respond (request, SOUP_STATUS_OK, json_builder_get_root (builder));
  return TRUE;
}

gboolean
bh_route_health (BhRequest *request, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  if (!dex_await (bh_store_sync (bh_coordinator_get_store (request->coordinator)), error))
    return FALSE;
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "ready");
  json_builder_add_boolean_value (builder, TRUE);
  json_builder_end_object (builder);
  bh_request_respond (request, SOUP_STATUS_OK, json_builder_get_root (builder));
  return TRUE;
}

gboolean
bh_route_check (BhRequest *request, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autofree char *time = bh_time_format (g_get_real_time ());
  g_autofree char *database = NULL;
  JsonNode *report;

  database = dex_await_string (bh_store_check (bh_coordinator_get_store (request->coordinator)), error);
  if (database == NULL)
    return FALSE;
  report = bh_json_parse (database, -1, error);
  if (report == NULL)
    return FALSE;
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "database");
  json_builder_add_value (builder, report);
  json_builder_set_member_name (builder, "time");
  json_builder_add_string_value (builder, time);
  json_builder_end_object (builder);
  bh_request_respond (request, SOUP_STATUS_OK, json_builder_get_root (builder));
  return TRUE;
}

gboolean
bh_route_openapi (BhRequest *request, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize length;
  char *text;

  bytes =
      g_resources_lookup_data ("/org/bellhop/Coordinator/openapi.json", G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  if (bytes == NULL)
    return FALSE;
  text = g_bytes_unref_to_data (g_steal_pointer (&bytes), &length);
  bh_request_respond_text (request, SOUP_STATUS_OK, "application/json", text, length);
  return TRUE;
}

/* 256 random bits as hex: nobody guesses it, and nobody mistakes it for anything else. */
static char *
token_new (GError **error)
{
  guint8 bytes[32];
  GString *text = g_string_new ("bht_");

  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    {
      g_string_free (text, TRUE);
      bh_set_error (error, BH_ERROR_INTERNAL, NULL, "The kernel gave no random bytes");
      return NULL;
    }
  for (guint i = 0; i < sizeof bytes; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

static gboolean
token_name_is_valid (const char *name)
{
  gsize length = name != NULL ? strlen (name) : 0;

  if (length == 0 || length > 64)
    return FALSE;
  return strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == length;
}

gboolean
bh_route_add_token (BhRequest *request, GError **error)
{
  static const char *const members[] = { "name", NULL };
  g_autoptr (JsonNode) body = bh_request_body (request, error);
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autofree char *token = NULL;
  g_autofree char *sha256 = NULL;
  const char *name;

  if (body == NULL || !bh_request_only_members (body, members, error))
    return FALSE;
  name = bh_request_member_string (body, "name");
  if (!token_name_is_valid (name))
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "name",
                    "A token's name has 1 to 64 letters, digits, “.”, “_” or “-”");
      return FALSE;
    }
  token = token_new (error);
  if (token == NULL)
    return FALSE;
  sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, token, -1);
  if (!dex_await (bh_store_add_token (bh_coordinator_get_store (request->coordinator), name, sha256), error))
    return FALSE;
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, name);
  json_builder_set_member_name (builder, "token");
  json_builder_add_string_value (builder, token);
  json_builder_end_object (builder);
  bh_request_respond (request, SOUP_STATUS_CREATED, json_builder_get_root (builder));
  return TRUE;
}

gboolean
bh_route_tokens (BhRequest *request, GError **error)
{
  g_autoptr (GPtrArray) tokens = NULL;
  GString *text;
  gsize length;

  tokens = dex_await_boxed (bh_store_tokens (bh_coordinator_get_store (request->coordinator)), error);
  if (tokens == NULL)
    return FALSE;
  text = g_string_new ("{\"tokens\":[");
  for (guint i = 0; i < tokens->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", (const char *) g_ptr_array_index (tokens, i));
  g_string_append (text, "]}");
  length = text->len;
  bh_request_respond_text (request, SOUP_STATUS_OK, "application/json", g_string_free (text, FALSE), length);
  return TRUE;
}

gboolean
bh_route_remove_token (BhRequest *request, GError **error)
{
  if (!dex_await (bh_store_remove_token (bh_coordinator_get_store (request->coordinator),
                                         request->arguments[0]),
                  error))
    return FALSE;
  bh_server_expel (request->server, request->arguments[0]);
  bh_request_respond_empty (request);
  return TRUE;
}

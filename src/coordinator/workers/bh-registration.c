/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/workers/bh-registration.h"

#include "config.h"
#include "coordinator/workers/bh-rpc.h"
#include "coordinator/workers/bh-worker-link.h"

#define NAME_MAX_BYTES 64
#define BOXES_MAX 4096

BhBoxInfo *
bh_registration_parse_box (JsonNode *node, const char *worker)
{
  JsonObject *object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *id = object != NULL ? bh_rpc_get_string (object, "id") : NULL;
  const char *created_at;
  BhBoxInfo *info;

  if (id == NULL)
    return NULL;
  created_at = bh_rpc_get_string (object, "created_at");
  info = bh_box_info_new ();
  info->id = g_strdup (id);
  info->worker = g_strdup (worker);
  info->image = g_strdup (bh_rpc_get_string (object, "image"));
  info->state = g_strdup (bh_rpc_get_string (object, "state"));
  if (info->state == NULL)
    info->state = g_strdup ("stopped");
  if (created_at == NULL || !bh_time_parse (created_at, &info->created_at))
    info->created_at = 0;
  return info;
}

/* The name goes into URLs, logs and file names. */
static gboolean
name_is_valid (const char *name)
{
  if (name == NULL || !g_ascii_isalnum (name[0]) || strlen (name) > NAME_MAX_BYTES)
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("._-", *p) == NULL)
      return FALSE;
  return TRUE;
}

static char **
string_list (JsonObject *object, const char *name)
{
  JsonArray *array = bh_rpc_get_array (object, name);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_strv_builder_add (builder, json_node_get_string (node));
    }
  return g_strv_builder_end (builder);
}

static gboolean
check_registration (JsonObject *params, GError **error)
{
  guint64 protocol = bh_rpc_get_uint (params, "protocol", 0);
  const char *version = bh_rpc_get_string (params, "version");
  JsonArray *boxes = bh_rpc_get_array (params, "boxes");

  if (protocol != BH_WORKER_PROTOCOL)
    {
      bh_set_error (error, BH_ERROR_VERSION_MISMATCH, "protocol",
                    "This coordinator (version %s) speaks worker protocol %d, the worker (version %s) speaks "
                    "%" G_GUINT64_FORMAT ". Install the same version of Bellhop on both machines.",
                    BH_VERSION, BH_WORKER_PROTOCOL, version != NULL ? version : "unknown", protocol);
      return FALSE;
    }
  if (!name_is_valid (bh_rpc_get_string (params, "name")))
    {
      bh_set_error (
          error, BH_ERROR_INVALID_FIELD, "name",
          "A worker's name has 1 to %d letters, digits, dots, dashes and underscores and begins with a "
          "letter or digit. Start the worker with another name.",
          NAME_MAX_BYTES);
      return FALSE;
    }
  if (boxes != NULL && json_array_get_length (boxes) > BOXES_MAX)
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "boxes", "A worker has at most %d DevBoxes.", BOXES_MAX);
      return FALSE;
    }
  return TRUE;
}

static void
read_boxes (BhRegistration *self, JsonArray *boxes)
{
  for (guint i = 0; boxes != NULL && i < json_array_get_length (boxes); i++)
    {
      BhBoxInfo *box = bh_registration_parse_box (json_array_get_element (boxes, i), self->info->name);

      if (box == NULL)
        continue;
      g_ptr_array_add (self->boxes, box);
      if (g_str_equal (box->state, "running"))
        self->info->boxes++;
    }
}

gboolean
bh_registration_read (BhRegistration *self, JsonObject *params, GError **error)
{
  BhWorkerInfo *info;

  if (!check_registration (params, error))
    return FALSE;
  info = bh_worker_info_new ();
  info->name = g_strdup (bh_rpc_get_string (params, "name"));
  info->online = TRUE;
  info->version = g_strdup (bh_rpc_get_string (params, "version"));
  info->hostname = g_strdup (bh_rpc_get_string (params, "hostname"));
  info->providers = string_list (params, "providers");
  info->max_boxes = (guint) MIN (bh_rpc_get_uint (params, "max_boxes", 0), G_MAXUINT);
  info->last_seen_at = g_get_real_time ();
  bh_registration_clear (self);
  self->info = info;
  self->boxes = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_box_info_unref);
  self->pid = bh_rpc_get_uint (params, "pid", 0);
  read_boxes (self, bh_rpc_get_array (params, "boxes"));
  return TRUE;
}

void
bh_registration_clear (BhRegistration *self)
{
  g_clear_pointer (&self->info, bh_worker_info_unref);
  g_clear_pointer (&self->boxes, g_ptr_array_unref);
}

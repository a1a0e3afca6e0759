/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-launch-spec.h"

#include "protocol/bh-error.h"
#include "worker/bh-rpc.h"

#include <string.h>

#define PIDS_MAX 4194304
#define CPUS_MAX 4096
#define PROGRAMS_MAX 64

void
bh_launch_spec_clear (BhLaunchSpec *self)
{
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->image, g_free);
  g_clear_pointer (&self->network, g_free);
  g_clear_pointer (&self->programs, g_strfreev);
}

/* Names, never paths: they are looked for in the person's home. */
static gboolean
read_programs (BhLaunchSpec *self, JsonObject *params, GError **error)
{
  JsonNode *node = json_object_get_member (params, "programs");
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  gboolean good = node == NULL || (array != NULL && json_array_get_length (array) <= PROGRAMS_MAX);

  for (guint i = 0; good && array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      const char *name =
          JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING
              ? json_node_get_string (element)
              : "";

      good = *name != '\0' && *name != '.' && strchr (name, '/') == NULL;
      g_strv_builder_add (names, name);
    }
  if (!good)
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "programs",
                    "“programs” must be a list of at most %d names", PROGRAMS_MAX);
      return FALSE;
    }
  self->programs = g_strv_builder_end (names);
  return TRUE;
}

gboolean
bh_launch_spec_read (BhLaunchSpec *self, JsonObject *params, GError **error)
{
  const char *id = bh_rpc_get_box_id (params, error);
  const char *image = id != NULL ? bh_rpc_get_string (params, "image", error) : NULL;
  const char *network = image != NULL ? bh_rpc_get_string (params, "network", error) : NULL;
  guint64 pids;

  if (network == NULL || !bh_rpc_get_uint (params, "memory_bytes", G_MAXINT64, &self->memory_bytes, error) ||
      !bh_rpc_get_uint (params, "pids", PIDS_MAX, &pids, error) ||
      !bh_rpc_get_double (params, "cpus", CPUS_MAX, &self->cpus, error))
    return FALSE;
  if (!g_str_equal (network, "open") && !g_str_equal (network, "offline"))
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "network", "“network” must be open or offline");
      return FALSE;
    }
  if (!read_programs (self, params, error))
    return FALSE;
  self->id = g_strdup (id);
  self->image = g_strdup (image);
  self->network = g_strdup (network);
  self->pids = (guint) pids;
  return TRUE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-launch-spec.h"

#include "protocol/bh-error.h"
#include "worker/bh-rpc.h"

#define PIDS_MAX 4194304
#define CPUS_MAX 4096

void
bh_launch_spec_clear (BhLaunchSpec *self)
{
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->image, g_free);
  g_clear_pointer (&self->network, g_free);
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
  self->id = g_strdup (id);
  self->image = g_strdup (image);
  self->network = g_strdup (network);
  self->pids = (guint) pids;
  return TRUE;
}

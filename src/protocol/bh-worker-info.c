/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include "protocol/bh-json-util.h"

BH_DEFINE_RECORD (BhWorkerInfo, bh_worker_info)

static const gsize strings[] = {
  G_STRUCT_OFFSET (BhWorkerInfo, name),
  G_STRUCT_OFFSET (BhWorkerInfo, version),
  G_STRUCT_OFFSET (BhWorkerInfo, hostname),
};

static void
bh_worker_info_clear (BhWorkerInfo *self)
{
  bh_strings_free (self, strings, G_N_ELEMENTS (strings));
  g_clear_pointer (&self->providers, g_strfreev);
}

BhWorkerInfo *
bh_worker_info_new (void)
{
  return g_atomic_rc_box_new0 (BhWorkerInfo);
}

BhWorkerInfo *
bh_worker_info_copy (const BhWorkerInfo *self)
{
  BhWorkerInfo *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = bh_record_dup (self, sizeof *self);
  bh_strings_dup (copy, strings, G_N_ELEMENTS (strings));
  copy->providers = g_strdupv (copy->providers);
  return copy;
}

JsonNode *
bh_worker_info_to_json (const BhWorkerInfo *self)
{
  JsonObject *object;

  g_return_val_if_fail (self != NULL, NULL);

  object = json_object_new ();
  bh_json_set_string (object, "name", self->name);
  json_object_set_boolean_member (object, "online", self->online);
  bh_json_set_string (object, "version", self->version);
  bh_json_set_string (object, "hostname", self->hostname);
  bh_json_set_strv (object, "providers", self->providers);
  json_object_set_int_member (object, "boxes", self->boxes);
  json_object_set_int_member (object, "max_boxes", self->max_boxes);
  bh_json_set_double (object, "cpu_load", self->cpu_load);
  json_object_set_int_member (object, "memory_total", (gint64) self->memory_total);
  json_object_set_int_member (object, "memory_available", (gint64) self->memory_available);
  json_object_set_int_member (object, "disk_total", (gint64) self->disk_total);
  json_object_set_int_member (object, "disk_available", (gint64) self->disk_available);
  bh_json_set_time (object, "last_seen_at", self->last_seen_at);
  return bh_json_take_object (object);
}

BhWorkerInfo *
bh_worker_info_from_json (JsonNode *node, GError **error)
{
  g_autoptr (BhWorkerInfo) self = bh_worker_info_new ();
  g_auto (BhReader) reader;

  bh_reader_init (&reader, node);
  self->name = bh_reader_need_string (&reader, "name");
  self->online = bh_reader_boolean (&reader, "online", FALSE);
  self->version = bh_reader_string (&reader, "version");
  self->hostname = bh_reader_string (&reader, "hostname");
  self->providers = bh_reader_strv (&reader, "providers");
  self->boxes = bh_reader_uint (&reader, "boxes");
  self->max_boxes = bh_reader_uint (&reader, "max_boxes");
  self->cpu_load = bh_reader_double (&reader, "cpu_load");
  self->memory_total = bh_reader_uint64 (&reader, "memory_total");
  self->memory_available = bh_reader_uint64 (&reader, "memory_available");
  self->disk_total = bh_reader_uint64 (&reader, "disk_total");
  self->disk_available = bh_reader_uint64 (&reader, "disk_available");
  self->last_seen_at = bh_reader_time (&reader, "last_seen_at");
  return bh_reader_finish (&reader, error) ? g_steal_pointer (&self) : NULL;
}

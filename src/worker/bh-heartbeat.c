/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-heartbeat.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

static double
measure_cpu (BhHeartbeat *self)
{
  g_autofree char *text = NULL;
  guint64 user, nice, system, idle, iowait, irq, softirq, steal, busy, total;
  double load;

  if (!g_file_get_contents ("/proc/stat", &text, NULL, NULL) ||
      sscanf (text,
              "cpu %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
              " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT,
              &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal) != 8)
    return 0;
  busy = user + nice + system + irq + softirq + steal;
  total = busy + idle + iowait;
  /* iowait may go back */
  load = total > self->total && busy >= self->busy
             ? (double) (busy - self->busy) / (double) (total - self->total)
             : 0;
  self->busy = busy;
  self->total = total;
  return MIN (load, 1.0);
}

/* In bytes; 0 when /proc/meminfo lacks it. */
static gint64
read_memory (const char *text, const char *name)
{
  const char *found = text != NULL ? strstr (text, name) : NULL;

  return found != NULL ? g_ascii_strtoll (found + strlen (name), NULL, 10) * 1024 : 0;
}

JsonNode *
bh_heartbeat_measure (BhHeartbeat *self, const char *folder, guint boxes)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *memory = NULL;
  struct statvfs disk;

  json_node_take_object (node, object);
  if (statvfs (folder, &disk) < 0)
    memset (&disk, 0, sizeof disk);
  g_file_get_contents ("/proc/meminfo", &memory, NULL, NULL);
  json_object_set_double_member (object, "cpu_load", measure_cpu (self));
  json_object_set_int_member (object, "memory_total", read_memory (memory, "MemTotal:"));
  json_object_set_int_member (object, "memory_available", read_memory (memory, "MemAvailable:"));
  json_object_set_int_member (object, "disk_total", (gint64) (disk.f_blocks * disk.f_frsize));
  json_object_set_int_member (object, "disk_available", (gint64) (disk.f_bavail * disk.f_frsize));
  json_object_set_int_member (object, "boxes", boxes);
  return node;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-worker-item.h"

#include "client/bh-snapshot.h"

struct _BhWorkerItem
{
  GObject parent_instance;

  BhWorkerInfo *info; /* never NULL once made */
};

G_DEFINE_FINAL_TYPE (BhWorkerItem, bh_worker_item, G_TYPE_OBJECT)

typedef enum
{
  PROP_NAME = 1,
  PROP_ONLINE,
  PROP_VERSION,
  PROP_HOSTNAME,
  PROP_BOXES,
  PROP_MAX_BOXES,
  PROP_CPU_LOAD,
  PROP_MEMORY_TOTAL,
  PROP_MEMORY_AVAILABLE,
  PROP_DISK_TOTAL,
  PROP_DISK_AVAILABLE,
  PROP_LAST_SEEN_AT,
  PROP_INFO,
  N_PROPS,
} BhWorkerItemProp;

static GParamSpec *properties[N_PROPS];

static void
bh_worker_item_finalize (GObject *object)
{
  BhWorkerItem *self = BH_WORKER_ITEM (object);

  g_clear_pointer (&self->info, bh_worker_info_unref);
  G_OBJECT_CLASS (bh_worker_item_parent_class)->finalize (object);
}

static void
bh_worker_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  const BhWorkerInfo *info = BH_WORKER_ITEM (object)->info;

  switch ((BhWorkerItemProp) prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, info->name);
      break;
    case PROP_ONLINE:
      g_value_set_boolean (value, info->online);
      break;
    case PROP_VERSION:
      g_value_set_string (value, info->version);
      break;
    case PROP_HOSTNAME:
      g_value_set_string (value, info->hostname);
      break;
    case PROP_BOXES:
      g_value_set_uint (value, info->boxes);
      break;
    case PROP_MAX_BOXES:
      g_value_set_uint (value, info->max_boxes);
      break;
    case PROP_CPU_LOAD:
      g_value_set_double (value, info->cpu_load);
      break;
    case PROP_MEMORY_TOTAL:
      g_value_set_uint64 (value, info->memory_total);
      break;
    case PROP_MEMORY_AVAILABLE:
      g_value_set_uint64 (value, info->memory_available);
      break;
    case PROP_DISK_TOTAL:
      g_value_set_uint64 (value, info->disk_total);
      break;
    case PROP_DISK_AVAILABLE:
      g_value_set_uint64 (value, info->disk_available);
      break;
    case PROP_LAST_SEEN_AT:
      g_value_set_int64 (value, info->last_seen_at);
      break;
    case PROP_INFO:
      g_value_set_boxed (value, info);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_worker_item_class_init (BhWorkerItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = bh_worker_item_finalize;
  object_class->get_property = bh_worker_item_get_property;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, BH_SNAPSHOT_READ);
  properties[PROP_ONLINE] = g_param_spec_boolean ("online", NULL, NULL, FALSE, BH_SNAPSHOT_READ);
  properties[PROP_VERSION] = g_param_spec_string ("version", NULL, NULL, NULL, BH_SNAPSHOT_READ);
  properties[PROP_HOSTNAME] = g_param_spec_string ("hostname", NULL, NULL, NULL, BH_SNAPSHOT_READ);
  properties[PROP_BOXES] = g_param_spec_uint ("boxes", NULL, NULL, 0, G_MAXUINT, 0, BH_SNAPSHOT_READ);
  properties[PROP_MAX_BOXES] = g_param_spec_uint ("max-boxes", NULL, NULL, 0, G_MAXUINT, 0, BH_SNAPSHOT_READ);
  properties[PROP_CPU_LOAD] =
      g_param_spec_double ("cpu-load", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0, BH_SNAPSHOT_READ);
  properties[PROP_MEMORY_TOTAL] =
      g_param_spec_uint64 ("memory-total", NULL, NULL, 0, G_MAXUINT64, 0, BH_SNAPSHOT_READ);
  properties[PROP_MEMORY_AVAILABLE] =
      g_param_spec_uint64 ("memory-available", NULL, NULL, 0, G_MAXUINT64, 0, BH_SNAPSHOT_READ);
  properties[PROP_DISK_TOTAL] =
      g_param_spec_uint64 ("disk-total", NULL, NULL, 0, G_MAXUINT64, 0, BH_SNAPSHOT_READ);
  properties[PROP_DISK_AVAILABLE] =
      g_param_spec_uint64 ("disk-available", NULL, NULL, 0, G_MAXUINT64, 0, BH_SNAPSHOT_READ);
  properties[PROP_LAST_SEEN_AT] =
      g_param_spec_int64 ("last-seen-at", NULL, NULL, G_MININT64, G_MAXINT64, 0, BH_SNAPSHOT_READ);
  properties[PROP_INFO] =
      g_param_spec_boxed ("info", NULL, NULL, bh_worker_info_get_type (), BH_SNAPSHOT_READ);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
bh_worker_item_init (BhWorkerItem *self)
{
}

BhWorkerItem *
bh_worker_item_new (BhWorkerInfo *info)
{
  BhWorkerItem *self;

  g_return_val_if_fail (info != NULL, NULL);
  self = g_object_new (bh_worker_item_get_type (), NULL);
  self->info = bh_worker_info_ref (info);
  return self;
}

void
bh_worker_item_set_info (BhWorkerItem *self, BhWorkerInfo *info)
{
  GValue before[N_PROPS] = { G_VALUE_INIT };

  g_return_if_fail (BH_IS_WORKER_ITEM (self));
  g_return_if_fail (info != NULL);
  bh_snapshot_take (G_OBJECT (self), properties, N_PROPS, before);
  bh_worker_info_ref (info);
  bh_worker_info_unref (self->info);
  self->info = info;
  bh_snapshot_notify (G_OBJECT (self), properties, N_PROPS, before);
}

BhWorkerInfo *
bh_worker_item_get_info (BhWorkerItem *self)
{
  g_return_val_if_fail (BH_IS_WORKER_ITEM (self), NULL);
  return self->info;
}

const char *
bh_worker_item_get_name (BhWorkerItem *self)
{
  g_return_val_if_fail (BH_IS_WORKER_ITEM (self), NULL);
  return self->info->name;
}

gboolean
bh_worker_item_get_online (BhWorkerItem *self)
{
  g_return_val_if_fail (BH_IS_WORKER_ITEM (self), FALSE);
  return self->info->online;
}

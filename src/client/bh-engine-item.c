/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-engine-item.h"

#include "client/bh-snapshot.h"

struct _BhEngineItem
{
  GObject parent_instance;

  BhEngineInfo *info; /* never NULL once made */
};

G_DEFINE_FINAL_TYPE (BhEngineItem, bh_engine_item, G_TYPE_OBJECT)

typedef enum
{
  PROP_ID = 1,
  PROP_NAME,
  PROP_PROTOCOL,
  PROP_RANK,
  PROP_VERSION,
  PROP_WHY_NOT,
  PROP_INFO,
  N_PROPS,
} BhEngineItemProp;

static GParamSpec *properties[N_PROPS];

static void
bh_engine_item_finalize (GObject *object)
{
  BhEngineItem *self = BH_ENGINE_ITEM (object);

  g_clear_pointer (&self->info, bh_engine_info_unref);
  G_OBJECT_CLASS (bh_engine_item_parent_class)->finalize (object);
}

static void
bh_engine_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  const BhEngineInfo *info = BH_ENGINE_ITEM (object)->info;

  switch ((BhEngineItemProp) prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, info->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, info->name);
      break;
    case PROP_PROTOCOL:
      g_value_set_string (value, info->protocol);
      break;
    case PROP_RANK:
      g_value_set_int (value, info->rank);
      break;
    case PROP_VERSION:
      g_value_set_string (value, info->version);
      break;
    case PROP_WHY_NOT:
      g_value_set_string (value, info->why_not);
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
bh_engine_item_class_init (BhEngineItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = bh_engine_item_finalize;
  object_class->get_property = bh_engine_item_get_property;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, BH_SNAPSHOT_READ);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, BH_SNAPSHOT_READ);
  properties[PROP_PROTOCOL] = g_param_spec_string ("protocol", NULL, NULL, NULL, BH_SNAPSHOT_READ);
  properties[PROP_RANK] = g_param_spec_int ("rank", NULL, NULL, G_MININT, G_MAXINT, 0, BH_SNAPSHOT_READ);
  properties[PROP_VERSION] = g_param_spec_string ("version", NULL, NULL, NULL, BH_SNAPSHOT_READ);
  properties[PROP_WHY_NOT] = g_param_spec_string ("why-not", NULL, NULL, NULL, BH_SNAPSHOT_READ);
  properties[PROP_INFO] =
      g_param_spec_boxed ("info", NULL, NULL, bh_engine_info_get_type (), BH_SNAPSHOT_READ);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
bh_engine_item_init (BhEngineItem *self)
{
}

BhEngineItem *
bh_engine_item_new (BhEngineInfo *info)
{
  BhEngineItem *self;

  g_return_val_if_fail (info != NULL, NULL);
  self = g_object_new (bh_engine_item_get_type (), NULL);
  self->info = bh_engine_info_ref (info);
  return self;
}

void
bh_engine_item_set_info (BhEngineItem *self, BhEngineInfo *info)
{
  GValue before[N_PROPS] = { G_VALUE_INIT };

  g_return_if_fail (BH_IS_ENGINE_ITEM (self));
  g_return_if_fail (info != NULL);
  bh_snapshot_take (G_OBJECT (self), properties, N_PROPS, before);
  bh_engine_info_ref (info);
  bh_engine_info_unref (self->info);
  self->info = info;
  bh_snapshot_notify (G_OBJECT (self), properties, N_PROPS, before);
}

BhEngineInfo *
bh_engine_item_get_info (BhEngineItem *self)
{
  g_return_val_if_fail (BH_IS_ENGINE_ITEM (self), NULL);
  return self->info;
}

const char *
bh_engine_item_get_id (BhEngineItem *self)
{
  g_return_val_if_fail (BH_IS_ENGINE_ITEM (self), NULL);
  return self->info->id;
}

const char *
bh_engine_item_get_name (BhEngineItem *self)
{
  g_return_val_if_fail (BH_IS_ENGINE_ITEM (self), NULL);
  return self->info->name;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-info-item.h"

#include "client/bh-snapshot.h"

struct _BhInfoItem
{
  GObject parent_instance;

  GType type;
  gpointer info; /* never NULL once made */
};

G_DEFINE_FINAL_TYPE (BhInfoItem, bh_info_item, G_TYPE_OBJECT)

enum
{
  PROP_INFO = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
bh_info_item_finalize (GObject *object)
{
  BhInfoItem *self = BH_INFO_ITEM (object);

  if (self->info != NULL)
    g_boxed_free (self->type, self->info);
  G_OBJECT_CLASS (bh_info_item_parent_class)->finalize (object);
}

static void
bh_info_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_INFO)
    g_value_set_pointer (value, BH_INFO_ITEM (object)->info);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
bh_info_item_class_init (BhInfoItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = bh_info_item_finalize;
  object_class->get_property = bh_info_item_get_property;
  properties[PROP_INFO] = g_param_spec_pointer ("info", NULL, NULL, BH_SNAPSHOT_READ);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
bh_info_item_init (BhInfoItem *self)
{
}

BhInfoItem *
bh_info_item_new (GType type, gpointer info)
{
  BhInfoItem *self;

  g_return_val_if_fail (G_TYPE_IS_BOXED (type), NULL);
  g_return_val_if_fail (info != NULL, NULL);
  self = g_object_new (BH_TYPE_INFO_ITEM, NULL);
  self->type = type;
  self->info = g_boxed_copy (type, info);
  return self;
}

void
bh_info_item_set (BhInfoItem *self, gpointer info)
{
  gpointer old;

  g_return_if_fail (BH_IS_INFO_ITEM (self));
  g_return_if_fail (info != NULL);
  old = self->info;
  self->info = g_boxed_copy (self->type, info);
  g_boxed_free (self->type, old);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INFO]);
}

gpointer
bh_info_item_get (BhInfoItem *self)
{
  g_return_val_if_fail (BH_IS_INFO_ITEM (self), NULL);
  return self->info;
}

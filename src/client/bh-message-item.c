/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-message-item.h"

#include "client/bh-snapshot.h"

struct _BhMessageItem
{
  GObject parent_instance;

  BhMessage *message; /* never NULL once made */
};

G_DEFINE_FINAL_TYPE (BhMessageItem, bh_message_item, G_TYPE_OBJECT)

typedef enum
{
  PROP_ID = 1,
  PROP_TEXT,
  PROP_AUTHOR,
  PROP_STATE,
  PROP_INTERRUPT,
  PROP_ROW,
  PROP_MESSAGE,
  N_PROPS,
} BhMessageItemProp;

static GParamSpec *properties[N_PROPS];

static void
bh_message_item_finalize (GObject *object)
{
  BhMessageItem *self = BH_MESSAGE_ITEM (object);

  g_clear_pointer (&self->message, bh_message_unref);
  G_OBJECT_CLASS (bh_message_item_parent_class)->finalize (object);
}

static void
bh_message_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  const BhMessage *message = BH_MESSAGE_ITEM (object)->message;

  switch ((BhMessageItemProp) prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, message->id);
      break;
    case PROP_TEXT:
      g_value_set_string (value, message->text);
      break;
    case PROP_AUTHOR:
      g_value_set_string (value, message->author);
      break;
    case PROP_STATE:
      g_value_set_enum (value, message->state);
      break;
    case PROP_INTERRUPT:
      g_value_set_boolean (value, message->interrupt);
      break;
    case PROP_ROW:
      g_value_set_uint64 (value, message->row);
      break;
    case PROP_MESSAGE:
      g_value_set_boxed (value, message);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_message_item_class_init (BhMessageItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = bh_message_item_finalize;
  object_class->get_property = bh_message_item_get_property;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, BH_SNAPSHOT_READ);
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, BH_SNAPSHOT_READ);
  properties[PROP_AUTHOR] = g_param_spec_string ("author", NULL, NULL, NULL, BH_SNAPSHOT_READ);
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, BH_TYPE_MESSAGE_STATE, 0, BH_SNAPSHOT_READ);
  properties[PROP_INTERRUPT] = g_param_spec_boolean ("interrupt", NULL, NULL, FALSE, BH_SNAPSHOT_READ);
  properties[PROP_ROW] = g_param_spec_uint64 ("row", NULL, NULL, 0, G_MAXUINT64, 0, BH_SNAPSHOT_READ);
  properties[PROP_MESSAGE] =
      g_param_spec_boxed ("message", NULL, NULL, bh_message_get_type (), BH_SNAPSHOT_READ);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
bh_message_item_init (BhMessageItem *self)
{
}

BhMessageItem *
bh_message_item_new (BhMessage *message)
{
  BhMessageItem *self;

  g_return_val_if_fail (message != NULL, NULL);
  self = g_object_new (bh_message_item_get_type (), NULL);
  self->message = bh_message_ref (message);
  return self;
}

void
bh_message_item_set_message (BhMessageItem *self, BhMessage *message)
{
  GValue before[N_PROPS] = { G_VALUE_INIT };

  g_return_if_fail (BH_IS_MESSAGE_ITEM (self));
  g_return_if_fail (message != NULL);
  bh_snapshot_take (G_OBJECT (self), properties, N_PROPS, before);
  bh_message_ref (message);
  bh_message_unref (self->message);
  self->message = message;
  bh_snapshot_notify (G_OBJECT (self), properties, N_PROPS, before);
}

BhMessage *
bh_message_item_get_message (BhMessageItem *self)
{
  g_return_val_if_fail (BH_IS_MESSAGE_ITEM (self), NULL);
  return self->message;
}

const char *
bh_message_item_get_id (BhMessageItem *self)
{
  g_return_val_if_fail (BH_IS_MESSAGE_ITEM (self), NULL);
  return self->message->id;
}

const char *
bh_message_item_get_text (BhMessageItem *self)
{
  g_return_val_if_fail (BH_IS_MESSAGE_ITEM (self), NULL);
  return self->message->text;
}

BhMessageState
bh_message_item_get_state (BhMessageItem *self)
{
  g_return_val_if_fail (BH_IS_MESSAGE_ITEM (self), BH_MESSAGE_QUEUED);
  return self->message->state;
}

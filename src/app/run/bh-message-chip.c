/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-message-chip.h"

#include "app/run/bh-row-view.h"
#include "protocol/bh-text.h"

struct _BhMessageChip
{
  GtkWidget parent_instance;

  GtkLabel *text;
  GtkLabel *receipt;
  GtkWidget *withdraw;

  BhMessageItem *item;
};

G_DEFINE_FINAL_TYPE (BhMessageChip, bh_message_chip, GTK_TYPE_WIDGET)

static const char *
get_receipt (BhMessageState state)
{
  switch (state)
    {
    case BH_MESSAGE_QUEUED:
      return C_ ("message", "Queued");
    case BH_MESSAGE_DELIVERED:
      return C_ ("message", "Delivered");
    case BH_MESSAGE_TAKEN_UP:
      return C_ ("message", "Taken up");
    case BH_MESSAGE_WITHDRAWN:
      return C_ ("message", "Withdrawn");
    default:
      return "";
    }
}

static void
update (BhMessageChip *self)
{
  BhMessageState state = bh_message_item_get_state (self->item);
  g_autofree char *text = bh_text_one_line (bh_message_item_get_text (self->item), 200);
  g_autofree char *label = NULL;

  gtk_label_set_text (self->text, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->text), text);
  gtk_label_set_text (self->receipt, get_receipt (state));
  gtk_widget_set_visible (self->withdraw, state == BH_MESSAGE_QUEUED);
  /* Translators: for screen readers: receipt ("Queued"), text of a message on its way */
  label = g_strdup_printf (_ ("%s message: %s"), get_receipt (state), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
bh_message_chip_dispose (GObject *object)
{
  BhMessageChip *self = BH_MESSAGE_CHIP (object);

  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_clear_object (&self->item);
  gtk_widget_dispose_template (GTK_WIDGET (self), BH_TYPE_MESSAGE_CHIP);
  bh_unparent_children (GTK_WIDGET (self));
  G_OBJECT_CLASS (bh_message_chip_parent_class)->dispose (object);
}

static void
bh_message_chip_class_init (BhMessageChipClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_message_chip_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-message-chip.ui");
  gtk_widget_class_bind_template_child (widget_class, BhMessageChip, text);
  gtk_widget_class_bind_template_child (widget_class, BhMessageChip, receipt);
  gtk_widget_class_bind_template_child (widget_class, BhMessageChip, withdraw);
}

static void
bh_message_chip_init (BhMessageChip *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
bh_message_chip_new (BhMessageItem *item)
{
  BhMessageChip *self = g_object_new (BH_TYPE_MESSAGE_CHIP, NULL);

  self->item = g_object_ref (item);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->withdraw), "s", bh_message_item_get_id (item));
  g_signal_connect_swapped (item, "notify::message", G_CALLBACK (update), self);
  update (self);
  return GTK_WIDGET (self);
}

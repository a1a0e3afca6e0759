/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A message on its way: its beginning, its receipt, and a button that takes it back. */

#include <adwaita.h>

#include "client/bh-message-item.h"

G_BEGIN_DECLS

/* Activates "composer.withdraw" (s message) of what it is in. */
#define BH_TYPE_MESSAGE_CHIP (bh_message_chip_get_type ())
G_DECLARE_FINAL_TYPE (BhMessageChip, bh_message_chip, BH, MESSAGE_CHIP, GtkWidget)

GtkWidget *bh_message_chip_new (BhMessageItem *item);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What can be done with the keyboard, as a list that fits a phone and that a screen reader can walk: the
 * toolkit's own window of shortcuts is wider than 360 px and deprecated, libadwaita has one since 1.8. */

#include <adwaita.h>

G_BEGIN_DECLS

#define BH_TYPE_SHORTCUTS_DIALOG (bh_shortcuts_dialog_get_type ())
G_DECLARE_FINAL_TYPE (BhShortcutsDialog, bh_shortcuts_dialog, BH, SHORTCUTS_DIALOG, AdwDialog)

/* Keys of actions are those that `application` has for them. */
BhShortcutsDialog *bh_shortcuts_dialog_new (GtkApplication *application);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* What is shown while there is no Run: New Run, and recipes that work without any account.
 * Signal "recipe" (string path). */
#define BH_TYPE_WELCOME (bh_welcome_get_type ())
G_DECLARE_FINAL_TYPE (BhWelcome, bh_welcome, BH, WELCOME, AdwBin)

G_END_DECLS

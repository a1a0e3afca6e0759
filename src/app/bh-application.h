/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define BH_TYPE_APPLICATION (bh_application_get_type ())
G_DECLARE_FINAL_TYPE (BhApplication, bh_application, BH, APPLICATION, AdwApplication)

/* The one instance of a session; sets up the locale and libdex too. */
BhApplication *bh_application_new (void);

G_END_DECLS

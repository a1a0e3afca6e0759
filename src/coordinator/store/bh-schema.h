/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "coordinator/store/bh-db.h"

G_BEGIN_DECLS

/* "Bell" */
#define BH_APPLICATION_ID 0x42656c6c
/* Measured with bench-store: between 4 and 32 KiB it makes little difference to chunks of output, and none to
 * be seen to lines; a line committed by itself writes three pages. */
#define BH_PAGE_SIZE "8192"

/* Looks at the file without SQLite: a missing or empty one is fine, one that is no database or shorter than
 * it says is BH_ERROR_STORAGE_CORRUPT. */
gboolean bh_schema_check_file (const char *path, GError **error);
/* Checks whose database it is, brings it to the newest schema, and looks at both ends of every table. Nothing
 * is written before everything has been found to be right. */
gboolean bh_schema_prepare (BhDb *db, GError **error);

G_END_DECLS

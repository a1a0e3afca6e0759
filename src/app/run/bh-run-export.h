/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A Run as a file. */

#include <libdex.h>

#include "client/bh-connection.h"

G_BEGIN_DECLS

typedef enum
{
  BH_EXPORT_MARKDOWN, /* for people: prose as it is, calls and the ends of long results in fences */
  BH_EXPORT_JSON,     /* {"run":{…},"rows":[…]}, as the API has them */
} BhExportFormat;

/* Writes over what is there, never half: on failure the file is as it was. Resolves the number of rows
 * (uint64). `progress` (nullable): told of it; may give it up. */
DexFuture *bh_run_export (BhConnection *connection,
                          const char *run_id,
                          BhExportFormat format,
                          GFile *file,
                          BhProgress *progress) G_GNUC_WARN_UNUSED_RESULT;
/* "Fix the flaky login test.md": a file name made from a Run's. (transfer full) */
char *bh_run_export_name (const char *run_name, BhExportFormat format);

G_END_DECLS

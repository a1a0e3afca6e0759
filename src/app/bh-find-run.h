/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Runs by their id or link. */

#include <libdex.h>

#include "client/bh-connections.h"

G_BEGIN_DECLS

#define BH_LINK_PREFIX "bellhop://run/"

/* The link to a Run, or with `row` ≥ 0 to a row of it. (transfer full) */
char *bh_run_link (const char *run_id, gint64 row);
/* Takes apart an id or a link as bh_run_link() makes it; *row is -1 where it names none. FALSE: it is
 * neither. */
gboolean bh_parse_run_link (const char *text, char **run_id, gint64 *row);

/* Resolves the BhRunItem, asking the coordinators where it is not known yet. `connection_id` NULL or "": any.
 * Rejects with BH_ERROR_RUN_NOT_FOUND, or with why a coordinator that may have it cannot be asked. */
DexFuture *bh_find_run (BhConnections *connections,
                        const char *connection_id,
                        const char *run_id) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves the BhQuestionSet of a Run, open or not. */
DexFuture *bh_find_question (BhRunItem *run, const char *set_id) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

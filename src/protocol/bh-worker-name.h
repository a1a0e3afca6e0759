/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_WORKER_NAME_MAX 63

/* A host's name as the name of a worker: letters, digits, "-", "_" and ".", at most 63, never empty. */
char *bh_worker_name_clean (const char *name);
/* What the worker of this machine is called unless somebody says otherwise. (transfer full) */
char *bh_worker_name_default (void);

G_END_DECLS

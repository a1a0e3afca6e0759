/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

/* The id of the DevBox that `text` names: its id, that of its Run, the beginning of either, or "latest". */
char *box_find (Cli *cli, const char *text, GError **error);

G_END_DECLS

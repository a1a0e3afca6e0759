/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The methods sign_ins.look and box.sign_in of the worker protocol: which sign-ins the person has on this
 * machine, and copies of them for a DevBox. Whatever a coordinator asks for, only paths that an engine file
 * of this machine names are touched. */

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* {"paths":[…]}, each "~/…" and an engine's; (transfer full), NULL with BH_ERROR_INVALID_FIELD. */
char **bh_sign_in_paths (JsonObject *params, GError **error);

/* {"paths":[those that are there]} */
JsonNode *bh_sign_ins_look (JsonObject *params, const char *home, GError **error);

/* Copies what is there of the paths into the box whose folder `folder` is, again only what was written at
 * home since the last time or is not there any more. {"copied": number of paths} */
JsonNode *bh_sign_ins_copy (JsonObject *params, const char *home, int folder, GError **error);

G_END_DECLS

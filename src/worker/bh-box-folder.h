/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Where a box has what is its own on disk: workspace/, home/ and the worker's notes about it. */

#include "worker/bh-box-file.h"

G_BEGIN_DECLS

/* The folder of the box `id` below `boxes_fd`, as an O_PATH descriptor; -1 when there is no such box. */
int bh_box_folder_open (int boxes_fd, const char *id);

/* Makes what is missing of it, with `file` in it; returns it open, or -1 with `error`. `staged`: what the box
 * writes to is to be its user's, see bh_stage_uid(). */
int bh_box_folder_prepare (int boxes_fd, BhBoxFile *file, gboolean staged, GError **error);

G_END_DECLS

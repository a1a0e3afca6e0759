/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* How a worker that runs as root makes boxes that are not root's: each box gets a user of its own outside,
 * whom nobody else is. That user could not get at the box's folder, which lies in folders of root's. So a
 * child of the worker, before it becomes bwrap, shows the few paths that bwrap needs under /tmp in a mount
 * namespace of its own, and then changes the user. */

#include <sys/types.h>

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BhStage BhStage;

/* `uid` is also the gid. */
BhStage *bh_stage_new (uid_t uid);
void bh_stage_free (BhStage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhStage, bh_stage_free)

/* At most 72. Shows `path`, a folder or file, absolute and without links: returns where (borrowed). */
const char *bh_stage_add (BhStage *self, const char *path);

/* In a child of the worker, between fork() and exec(): NULL when done, else what failed, with errno. */
const char *bh_stage_enter (BhStage *self);

/* The user of a box: always the same for the same id, and from a range that nothing else hands out. */
uid_t bh_stage_uid (const char *box_id);

/* Whether this process may do all that, tried in a child: NULL, or (transfer full) what it may not. */
char *bh_stage_probe (void);

G_END_DECLS

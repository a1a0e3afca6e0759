/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What makes DevBoxes. A provider knows how one kind of box is made, reached, ended and deleted; the table of
 * boxes, their handles and their limits are BhBoxes' business. Main context only; implementations keep
 * nothing that they cannot find again after a restart. */

#include <libdex.h>

#include "protocol/bh-records.h"
#include "worker/bh-box-file.h"
#include "worker/bh-launch-spec.h"

G_BEGIN_DECLS

#define BH_TYPE_PROVIDER (bh_provider_get_type ())
G_DECLARE_INTERFACE (BhProvider, bh_provider, BH, PROVIDER, GObject)

struct _BhProviderInterface
{
  GTypeInterface parent_iface;

  const char *(*get_name) (BhProvider *self);
  DexFuture *(*images) (BhProvider *self);
  DexFuture *(*list) (BhProvider *self);
  DexFuture *(*launch) (BhProvider *self, const BhLaunchSpec *spec);
  DexFuture *(*connect) (BhProvider *self, const char *id);
  DexFuture *(*ended) (BhProvider *self, const char *id);
  DexFuture *(*stop) (BhProvider *self, const char *id, guint grace_ms);
  DexFuture *(*remove) (BhProvider *self, const char *id);
  int (*open_folder) (BhProvider *self, const char *id);
};

/* As in "providers" of worker.register. */
const char *bh_provider_get_name (BhProvider *self);

/* Resolves a GPtrArray of BhImageInfo. */
DexFuture *bh_provider_images (BhProvider *self) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves a GPtrArray of BhBoxFile, those that have ended too. */
DexFuture *bh_provider_list (BhProvider *self) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the box, or starts it again with its files as they were; resolves its BhBoxFile once its boxd has
 * answered HELLO. Rejects with BH_ERROR_LAUNCH_FAILED, _SANDBOX_DENIED, _IMAGE_NOT_FOUND; nothing runs then.
 */
DexFuture *bh_provider_launch (BhProvider *self, const BhLaunchSpec *spec) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves a connected, non-blocking GSocket to the box's boxd; rejects with BH_ERROR_DEVBOX_GONE. */
DexFuture *bh_provider_connect (BhProvider *self, const char *id) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves when the box has ended, with a sentence that says how ("It was killed …."); at once when it does
 * not run. */
DexFuture *bh_provider_ended (BhProvider *self, const char *id) G_GNUC_WARN_UNUSED_RESULT;

/* Ends everything in the box, with force after `grace_ms`, and resolves when nothing of it is left running.
 */
DexFuture *bh_provider_stop (BhProvider *self, const char *id, guint grace_ms) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes what the box has on disk. It has been stopped. */
DexFuture *bh_provider_remove (BhProvider *self, const char *id) G_GNUC_WARN_UNUSED_RESULT;

/* The folder on this machine that has the box's home folder in it, as "home", and beside that what the worker
 * notes; close it. -1: there is none. */
int bh_provider_open_folder (BhProvider *self, const char *id);

G_END_DECLS

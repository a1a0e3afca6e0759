/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Where a Run is to run. The choice itself is pure: it sees lists of workers and images, and says what to do.
 */

#include "coordinator/workers/bh-workers.h"

G_BEGIN_DECLS

/* A worker that is connected, and what it can make DevBoxes from. */
typedef struct
{
  BhWorkerInfo *worker;
  GPtrArray *images; /* (element-type BhImageInfo) */
} BhOffer;
BhOffer *bh_offer_new (BhWorkerInfo *worker, GPtrArray *images);
void bh_offer_free (BhOffer *self);

typedef enum
{
  BH_PLACEMENT_TAKEN,   /* worker, image, why */
  BH_PLACEMENT_ASK,     /* question */
  BH_PLACEMENT_WAIT,    /* why: what has to happen first */
  BH_PLACEMENT_REFUSED, /* error */
} BhPlacementKind;

typedef struct
{
  BhPlacementKind kind;
  char *worker, *image;
  char *why;
  BhQuestionSet *question;
  GError *error;
} BhPlacement;
void bh_placement_free (BhPlacement *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhPlacement, bh_placement_free)

/* `offers`: BhOffer of every connected worker; `worker` and `image` (both nullable): the target that was
 * asked for. A pinned target is used as it is or refused; of several possibilities an interactive Run has the
 * person choose. */
BhPlacement *bh_placement_choose (GPtrArray *offers, const char *worker, const char *image, BhMode mode);
/* What the person chose in the question of bh_placement_choose(). NULL if the set is no such answer. */
BhPlacement *bh_placement_from_answer (BhQuestionSet *set);

/* The offers of the workers connected at this moment, or of the one named `only`, so that no other one is
 * waited for; one that does not tell its images is left out. Resolves a boxed GPtrArray of BhOffer. */
DexFuture *bh_placement_offers (BhWorkers *workers, const char *only) G_GNUC_WARN_UNUSED_RESULT;

/* What can be said about a target before the Run exists: BH_ERROR_TARGET_REQUIRED, _WORKER_NOT_FOUND,
 * _WORKER_OFFLINE, _IMAGE_NOT_FOUND. `worker_info` (nullable): the target's worker, if one of that name is or
 * was connected; `images` (nullable): its images. */
gboolean bh_placement_check (const BhRunRequest *request,
                             const BhWorkerInfo *worker_info,
                             GPtrArray *images,
                             GError **error);

G_END_DECLS

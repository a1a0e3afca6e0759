/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Whether an engine's own sign-in may be let into DevBoxes: what the person has decided for each engine, kept
 * by the coordinator, and which sign-ins there are on a worker's machine. */

#include "coordinator/engines/bh-engine-probe.h"
#include "coordinator/store/bh-store.h"
#include "coordinator/workers/bh-workers.h"

G_BEGIN_DECLS

typedef enum
{
  BH_CONSENT_ASK, /* the default: each Run that needs it asks */
  BH_CONSENT_ALWAYS,
  BH_CONSENT_NO,
} BhConsent;
const char *bh_consent_to_string (BhConsent consent);
/* FALSE for what is none. */
gboolean bh_consent_from_string (const char *text, BhConsent *consent);

#define BH_TYPE_SIGN_INS (bh_sign_ins_get_type ())
G_DECLARE_FINAL_TYPE (BhSignIns, bh_sign_ins, BH, SIGN_INS, GObject)

BhSignIns *bh_sign_ins_new (BhStore *store, BhWorkers *workers);
/* From the store, which is open. Resolves TRUE. */
DexFuture *bh_sign_ins_load (BhSignIns *self) G_GNUC_WARN_UNUSED_RESULT;
BhConsent bh_sign_ins_get (BhSignIns *self, const char *engine);
/* Holds once it is on the disk; resolves TRUE then. */
DexFuture *bh_sign_ins_set (BhSignIns *self, const char *engine, BhConsent consent) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves when the next one is set, whichever. */
DexFuture *bh_sign_ins_changed (BhSignIns *self) G_GNUC_WARN_UNUSED_RESULT;

/* Asks the worker which of the engines have a sign-in at home, and notes it in `founds`. A worker that cannot
 * say has none. Fibers only. */
void bh_sign_ins_find (BhSignIns *self, const char *worker, GPtrArray *files, GPtrArray *founds);
/* Notes in `founds` what may be done with those; `may_ask`: there is somebody to be asked. */
void bh_sign_ins_judge (BhSignIns *self, GPtrArray *founds, gboolean may_ask);

G_END_DECLS

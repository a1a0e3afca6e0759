/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Keys in the Secret Service of the session (schema org.bellhop.EngineKey, attribute "name"). Nothing waits
 * without end: not for a service that does not answer, and not for a person who does not unlock it. */

#include <libdex.h>

G_BEGIN_DECLS

/* Resolves TRUE when there is one that has somewhere to store, FALSE when there is none; rejects when it does
 * not say. */
DexFuture *bh_keys_service_probe (void) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves a boxed GHashTable, name -> value. `values`: they are wanted, so the person may be asked to unlock
 * them; a value that is "" is locked all the same, or was not wanted. */
DexFuture *bh_keys_service_search (gboolean values) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves TRUE. */
DexFuture *bh_keys_service_store (const char *name, const char *value) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_keys_service_clear (const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

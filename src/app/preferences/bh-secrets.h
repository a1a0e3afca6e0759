/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Tokens of coordinators in the Secret Service (schema org.bellhop.Coordinator, attribute "id": the
 * connection's). Each call rejects, with a sentence for the person, where there is no such service or it is
 * locked. */

#include <libdex.h>

G_BEGIN_DECLS

/* `label`: what a password manager shows. Resolves TRUE. */
DexFuture *bh_secrets_store (const char *id, const char *label, const char *token) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves the token (string), NULL when there is none. */
DexFuture *bh_secrets_lookup (const char *id) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves TRUE, also when there was none. */
DexFuture *bh_secrets_clear (const char *id) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

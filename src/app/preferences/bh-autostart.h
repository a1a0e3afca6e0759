/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Starting with the session, by the Background portal. */

#include <libdex.h>

G_BEGIN_DECLS

/* Asks the portal, which may ask the person. Resolves TRUE when it is as wanted;
 * rejects, with a sentence for the person, when there is no portal or it was not allowed. */
DexFuture *bh_autostart_set (gboolean wanted) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

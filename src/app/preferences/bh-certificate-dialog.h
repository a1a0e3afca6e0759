/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Whether a certificate is to be trusted. */

#include <adwaita.h>
#include <libdex.h>

G_BEGIN_DECLS

/* Shows the SHA-256 (hex) of what `url` presented. Resolves a boolean: it is to be trusted. */
DexFuture *bh_certificate_dialog_ask (GtkWidget *parent,
                                      const char *url,
                                      const char *fingerprint) G_GNUC_WARN_UNUSED_RESULT;
/* "12:AB:…", in groups that can be compared. (transfer full) */
char *bh_certificate_format (const char *fingerprint);

G_END_DECLS

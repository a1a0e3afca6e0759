/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <libsoup/soup.h>

#include "client/bh-client.h"

G_BEGIN_DECLS

SoupSession *bh_client_get_session (BhClient *self);
/* A message with everything that every request has: address, token, certificate check. */
SoupMessage *bh_client_message (BhClient *self, const char *method, const char *path, GError **error);
/* What went wrong below HTTP as a BH_ERROR_UNREACHABLE; a BH_ERROR is handed back as it is. Takes `error`. */
GError *bh_client_wrap_error (BhClient *self, GError *error);
/* The problem document of a response whose status is no success. */
GError *bh_client_problem (SoupMessage *message, GBytes *body);
/* Waits, on a fiber. */
void bh_client_pause (guint msec);

G_END_DECLS

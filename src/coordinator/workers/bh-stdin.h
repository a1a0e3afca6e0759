/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The sending end of a process's or channel's stdin: bytes by offset, kept until the box has accepted them,
 * and no more of them under way than the box can take without blocking its connection. */

#include "coordinator/workers/bh-box.h"

G_BEGIN_DECLS

/* boxd stops reading a connection while a program's stdin is full: a signal must never wait behind that. */
#define BH_STDIN_IN_FLIGHT (64 * 1024)

/* Sends one frame for the process; FALSE while there is no connection. */
typedef gboolean (*BhStdinSend) (
    gpointer user_data, guint8 type, guint64 offset, gconstpointer data, gsize length);

typedef struct
{
  BhStdinSend send;
  gpointer user_data;
  GQueue writes;
  GList *next; /* first write not sent to its end */
  guint64 accepted;
  guint64 begin; /* where sending began on this connection */
  guint64 sent;
  gboolean has_eof, eof_sent, closing, close_sent;
  guint64 eof;
  GError *error;
} BhStdin;

void bh_stdin_init (BhStdin *self, BhStdinSend send, gpointer user_data);
void bh_stdin_clear (BhStdin *self);
DexFuture *bh_stdin_write (BhStdin *self, guint64 offset, GBytes *bytes) G_GNUC_WARN_UNUSED_RESULT;
void bh_stdin_set_eof (BhStdin *self, guint64 offset);
/* CHANNEL_CLOSE once everything written is accepted. */
void bh_stdin_close (BhStdin *self);
/* A new connection: what is not accepted goes again. */
void bh_stdin_restart (BhStdin *self);
void bh_stdin_accept (BhStdin *self, guint64 accepted);
/* Rejects what is pending, and later writes. */
void bh_stdin_fail (BhStdin *self, const GError *error);

G_END_DECLS

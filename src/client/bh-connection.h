/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* One coordinator: the connection to it, kept for as long as the object is open, and what is known of it.
 *
 * /v1/events is followed all the time; after each (re)connection everything is listed again, so nothing that
 * happened meanwhile is missed. What is known is kept while the connection is lost. All of it lives on the
 * main loop's thread. */

#include <gio/gio.h>

#include "client/bh-client.h"
#include "client/bh-run-item.h"

G_BEGIN_DECLS

typedef enum
{
  BH_CONNECTION_CONNECTING, /* nothing is known yet, or bh_connection_reconnect() was called */
  BH_CONNECTION_CONNECTED,
  BH_CONNECTION_LOST,    /* it cannot be reached now; goes on trying */
  BH_CONNECTION_REFUSED, /* it answered, but cannot be used: other version, token or certificate. Tried again
                            rarely, and by bh_connection_reconnect() */
} BhConnectionState;
#define BH_TYPE_CONNECTION_STATE (bh_connection_state_get_type ())
GType bh_connection_state_get_type (void);

#define BH_CONNECTION_LOCAL_ID "local"

/* Properties, notified; all read-only but "name":
 * - "id": string, "local" for this computer; never changes
 * - "name": string for a person ("This computer")
 * - "url": string: the address, or the path of the socket
 * - "state": BhConnectionState
 * - "detail": string (nullable): a sentence why it is lost or refused, and what to do; while it is connected:
 * that something came that could not be read
 * - "version": string (nullable): of the coordinator
 * - "host": string (nullable): the name that the coordinator gives itself
 *
 * Signals, each after what it tells is in the model:
 * - "run-changed" (BhRun): also of a Run that was not known; not while they are listed the first time
 * - "run-deleted" (string): its id
 * - "question" (BhQuestionSet): opened, answered or withdrawn; of those that are open when first connected,
 * too, so a notifier needs nothing else
 * - "worker" (BhWorkerInfo)
 * - "engines-listed": the engines are as they are now
 * - "reconnected": connected again, and listed again
 *
 * Signals for lists:
 * - "item-added" (BhRunItem): a Run has become known
 * - "items-listed" (GPtrArray of BhRunItem): so many at once; "item-added" is not emitted for each
 * - "item-changed" (BhRunItem): what a list sorts by may have changed
 * - "item-removed" (BhRunItem): deleted */
#define BH_TYPE_CONNECTION (bh_connection_get_type ())
G_DECLARE_FINAL_TYPE (BhConnection, bh_connection, BH, CONNECTION, GObject)

/* The coordinator of this computer. `socket_path` NULL: the default. It is started when it is not there
 * (bh_client_set_may_start ()). `name` is what a person calls it. */
BhConnection *bh_connection_new_local (const char *name, const char *socket_path);
/* `id`: any stable string but "local". `token`, `fingerprint` (SHA-256 of its certificate, hex): nullable. */
BhConnection *bh_connection_new_remote (
    const char *id, const char *name, const char *url, const char *token, const char *fingerprint);

/* Begins to connect, and goes on until it is closed. Once only; BhConnections does it. */
void bh_connection_open (BhConnection *self);
/* Lets go. Nothing is emitted any more. Idempotent. */
void bh_connection_close (BhConnection *self);
/* Tries again now, whatever it is waiting for. */
void bh_connection_reconnect (BhConnection *self);

BhClient *bh_connection_get_client (BhConnection *self);
const char *bh_connection_get_id (BhConnection *self);
const char *bh_connection_get_name (BhConnection *self);
void bh_connection_set_name (BhConnection *self, const char *name);
const char *bh_connection_get_url (BhConnection *self);
BhConnectionState bh_connection_get_state (BhConnection *self);
const char *bh_connection_get_detail (BhConnection *self);
const char *bh_connection_get_version (BhConnection *self);
const char *bh_connection_get_host (BhConnection *self);
/* (transfer none) (nullable): /v1/info as it came. */
JsonNode *bh_connection_get_info (BhConnection *self);
/* (transfer none) (nullable): why it is lost or refused, for whoever decides by code. */
const GError *bh_connection_get_problem (BhConnection *self);
/* (nullable): SHA-256 in hex of the certificate that was refused, to be shown to the person. */
const char *bh_connection_get_seen_fingerprint (BhConnection *self);

/* (transfer none): a GListModel of BhInfoItem with a BhWorkerInfo, by name. */
GListModel *bh_connection_get_workers (BhConnection *self);
/* Which workers there are, and which of them are online: another text when that is not what it was.
 * (transfer full) */
char *bh_connection_describe_workers (BhConnection *self);
/* (transfer none): a GListModel of BhInfoItem with a BhEngineInfo, best rank first. */
GListModel *bh_connection_get_engines (BhConnection *self);
/* Asks for the engines again (workers follow events). */
void bh_connection_refresh_engines (BhConnection *self);

/* Runs that are known. At first those that are not over and the newest 200; more by
 * bh_connection_load_more(). */
/* (transfer none) (nullable) */
BhRunItem *bh_connection_lookup_run (BhConnection *self, const char *run_id);
/* Every known BhRunItem, in no order. (transfer container) */
GPtrArray *bh_connection_get_run_items (BhConnection *self);
/* What a call or a list answered, taken into the model. (transfer none): its item. */
BhRunItem *bh_connection_take_run (BhConnection *self, BhRun *run);
gboolean bh_connection_has_more (BhConnection *self);
/* Lists the next 200 older Runs. Resolves a boolean: there are still more. One at a time: while one is under
 * way the same future is returned. */
DexFuture *bh_connection_load_more (BhConnection *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

#include "client/bh-connection-calls.h"

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A DevBox as the coordinator sees it, over whatever link its worker has at the moment. When the link is lost
 * everything here waits; when the worker is back, the box is connected again, every process attached again
 * from the offset consumed, and unacknowledged stdin sent again. Users notice nothing but the pause. When the
 * box itself has ended, everything pending rejects with BH_ERROR_DEVBOX_GONE. Main context only. */

#include <libdex.h>
#include "protocol/bh-records.h"
#include "wire/wire.h"

G_BEGIN_DECLS

#define BH_TYPE_BOX (bh_box_get_type ())
G_DECLARE_FINAL_TYPE (BhBox, bh_box, BH, BOX, GObject)
#define BH_TYPE_PROCESS (bh_process_get_type ())
G_DECLARE_FINAL_TYPE (BhProcess, bh_process, BH, PROCESS, GObject)

const char *bh_box_get_id (BhBox *self);
const char *bh_box_get_worker_name (BhBox *self);
const char *bh_box_get_image (BhBox *self);
gboolean bh_box_is_gone (BhBox *self);
/* FALSE while the worker is away */
gboolean bh_box_is_connected (BhBox *self);
/* signals: "channel" (BhBox *, BhProcess *channel): a program in the box connected to box.sock; emitted once
 * per channel and life of this object, and not before someone has connected to the signal. "gone" (BhBox *,
 * const char *reason). "link" (BhBox *, gboolean connected). */

/* The process or channel with this id; made on first use, the same object afterwards until released. Ids of
 * processes are the Run's to choose (persist them) from 1 up. (transfer none) */
BhProcess *bh_box_process (BhBox *self, guint32 id);
/* Rejects with a G_IO_ERROR of the box's errno. */
DexFuture *
bh_box_put_file (BhBox *self, const char *path, guint mode, GBytes *bytes) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_box_get_file (BhBox *self, const char *path, gsize most) G_GNUC_WARN_UNUSED_RESULT; /* GBytes */
/* To everything in the box but its init. */
DexFuture *bh_box_signal_all (BhBox *self, int signum) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_box_stats (BhBox *self) G_GNUC_WARN_UNUSED_RESULT; /* pointer: struct bh_wire_stats, g_free() */
/* Ids from here up belong to no Run: nobody keeps them over a restart of the coordinator. */
#define BH_BOX_FIRST_UNOWNED 0x20000000u
/* Sends SIGHUP to the processes with such ids that the box has and this object does not know, which another
 * coordinator left behind, and forgets them. Waits for a connection. Resolves their number, a guint. */
DexFuture *bh_box_hang_up_strangers (BhBox *self) G_GNUC_WARN_UNUSED_RESULT;
/* Runs argv to its end in the box with an id of its own that needs no persisting (detection, doctor). Output
 * is stdout and stderr merged, the last 64 KiB of it. Resolves BhRunOutput. */
typedef struct
{
  int exit_status; /* 128 + n for a signal; 127 when it could not be started */
  GBytes *output;
} BhRunOutput;
#define BH_TYPE_RUN_OUTPUT (bh_run_output_get_type ())
GType bh_run_output_get_type (void);
void bh_run_output_free (BhRunOutput *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhRunOutput, bh_run_output_free)
/* At the timeout the process group is killed (137) and the output so far returned. A program left behind that
 * keeps the output open is not waited for. */
DexFuture *bh_box_run (BhBox *self, const char *const *argv, guint timeout_ms) G_GNUC_WARN_UNUSED_RESULT;

typedef struct
{
  const char *const *argv;
  const char *const *env; /* "NAME=value"; added to the box's base environment (PATH, HOME, LANG, USER, …) */
  const char *cwd;        /* NULL: /workspace */
  guint flags;            /* BH_SPAWN_* */
  guint16 rows, columns;
} BhSpawn;

guint32 bh_process_get_id (BhProcess *self);
BhBox *bh_process_get_box (BhProcess *self);
/* Idempotent: a process of this id that exists is left as it is. Rejects with a G_IO_ERROR if it cannot
 * start. */
DexFuture *bh_process_spawn (BhProcess *self, const BhSpawn *spawn) G_GNUC_WARN_UNUSED_RESULT;
/* Start receiving a stream from the absolute offset `from`, which must not lie below what was trimmed. Again:
 * reading begins anew there, for another reader; the read of the one before is rejected with
 * G_IO_ERROR_CANCELLED. */
void bh_process_attach (BhProcess *self, guint stream, guint64 from);
/* The next bytes of an attached stream: a BhChunk. An empty one is the end. One read at a time per stream.
 * At most 2 MiB are taken from the box beyond what was read. */
typedef struct
{
  guint64 offset;
  GBytes *bytes;
} BhChunk;
#define BH_TYPE_CHUNK (bh_chunk_get_type ())
GType bh_chunk_get_type (void);
void bh_chunk_free (BhChunk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhChunk, bh_chunk_free)
DexFuture *bh_process_read (BhProcess *self, guint stream) G_GNUC_WARN_UNUSED_RESULT;
/* Give back the end of the last chunk read, from `offset` on: it will be read again, joined with what
 * follows. Where nothing follows it is read once more as it is; given back again, the next read is the end.
 */
void bh_process_unread (BhProcess *self, guint stream, guint64 offset, GBytes *tail);
/* The box may forget bytes below `offset`: only for what a sync has covered. */
void bh_process_trim (BhProcess *self, guint stream, guint64 offset);
/* stdin, at an absolute offset; what lies below the accepted offset is ignored. Kept and sent again until
 * accepted. Resolves when accepted. Written again while it is under way, it is the same write. */
DexFuture *bh_process_write (BhProcess *self, guint64 offset, GBytes *bytes) G_GNUC_WARN_UNUSED_RESULT;
/* Bytes of stdin that boxd is known to have accepted; after a spawn, all that it has. */
guint64 bh_process_get_accepted (BhProcess *self);
void bh_process_write_eof (BhProcess *self, guint64 offset);
void bh_process_resize (BhProcess *self, guint16 rows, guint16 columns);
DexFuture *
bh_process_signal (BhProcess *self, int signum, guint flags) G_GNUC_WARN_UNUSED_RESULT; /* BH_SIGNAL_* */
/* Memoised. int: exit status, 128 + n for a signal. Known of a process that was spawned or attached by this
 * object. Never resolves for a channel. */
DexFuture *bh_process_exited (BhProcess *self) G_GNUC_WARN_UNUSED_RESULT;
/* For a channel: closes it once its stdin is written. */
void bh_process_close (BhProcess *self);
/* The box forgets the id, and so do we: keep a reference to use `self` after it. What is pending rejects with
 * G_IO_ERROR_CLOSED. */
void bh_process_release (BhProcess *self);

G_END_DECLS

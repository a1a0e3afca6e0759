/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The coordinator's SQLite database: one writer thread with group commit, one reader thread; nothing here
 * blocks the main context, and no SQLite call runs on a fiber's stack. Every future belongs to the main
 * context and rejects with BH_ERROR_STORAGE_FULL, _LOCKED, _CORRUPT or _FAILED; what is not found is
 * BH_ERROR_*_NOT_FOUND. */

#include <libdex.h>
#include "coordinator/store/bh-change.h"

G_BEGIN_DECLS

/* The output policy: a result is kept whole up to the sum, beyond that its first and last bytes. */
#define BH_OUTPUT_FIRST (G_GUINT64_CONSTANT (8) * 1024 * 1024)
#define BH_OUTPUT_LAST (G_GUINT64_CONSTANT (56) * 1024 * 1024)
#define BH_OUTPUT_MAX (BH_OUTPUT_FIRST + BH_OUTPUT_LAST)

/* So much is kept at hand of what an engine's message says first: more than a summary takes of it. */
#define BH_BEGINNING_MAX (4 * 1024)

#define BH_TYPE_STORE (bh_store_get_type ())
G_DECLARE_FINAL_TYPE (BhStore, bh_store, BH, STORE, GObject)

typedef enum
{
  BH_RELAXED, /* survives the process being killed; not a power cut */
  BH_SYNCED,  /* on the disk: for everything a person was told is stored */
} BhDurability;

/* `path`: the database file; its folder must exist. */
BhStore *bh_store_new (const char *path);
/* Opens, migrates and checks. Rejects with what is wrong and what to do; never moves a damaged file away by
 * itself. */
DexFuture *bh_store_open (BhStore *self) G_GNUC_WARN_UNUSED_RESULT;
/* Commits what is queued, closes, joins the threads. */
DexFuture *bh_store_close (BhStore *self) G_GNUC_WARN_UNUSED_RESULT;

/* Commits in the order of the calls. Resolves TRUE once committed (synced, if asked); by then "committed" has
 * been emitted. After a failed commit every later one fails at once, until a retry (each 2 s) finds the disk
 * writable again; then "recovered" is emitted, and who keeps state in memory loads it anew. */
DexFuture *
bh_store_commit (BhStore *self, BhChange *change, BhDurability durability) G_GNUC_WARN_UNUSED_RESULT;
/* When to commit what is streamed: now, if the writer is free, else in a turn, which comes when it has done
 * what it has; what is staged until then goes along. `due`: monotonic time before which there is no hurry.
 * Takes `user_data`. */
gboolean bh_store_is_free (BhStore *self);
void bh_store_await_turn (
    BhStore *self, gint64 due, void (*func) (gpointer user_data), gpointer user_data, GDestroyNotify destroy);
/* Somebody looks at what this Run streams, or does no longer: calls are counted. What nobody looks at may
 * wait a little, so that many Runs cost less. */
void bh_store_watch (BhStore *self, const char *run_id);
void bh_store_unwatch (BhStore *self, const char *run_id);
gboolean bh_store_is_watched (BhStore *self, const char *run_id);
/* Resolves once everything committed before is on the disk. */
DexFuture *bh_store_sync (BhStore *self) G_GNUC_WARN_UNUSED_RESULT;

/* signal "committed" (BhStore *, BhChange *): in commit order, in the main context: publish now.
 * signal "recovered" (BhStore *). */

typedef struct
{
  BhRun *run; /* with instructions */
  GHashTable *env;
  char *network;
  GPtrArray *open_rows;      /* BhRow with state BH_ROW_OPEN */
  GPtrArray *message_rows;   /* BhRow of messages not taken up yet */
  GHashTable *boundaries;    /* for the journal: n of an open row with much output -> GArray of guint64 */
  GHashTable *beginnings;    /* the same: n of an open message -> GBytes, what its text begins with */
  GPtrArray *open_questions; /* BhQuestionSet in state open */
  GPtrArray *messages;       /* BhMessage queued or delivered, oldest first */
  GHashTable *state;         /* key -> value */
} BhRunBundle;
void bh_run_bundle_free (BhRunBundle *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhRunBundle, bh_run_bundle_free)

/* Each resolves a boxed pointer (see the type named). */
/* With all that was sent to be committed before. */
DexFuture *bh_store_load_run (BhStore *self, const char *run_id) G_GNUC_WARN_UNUSED_RESULT; /* BhRunBundle */
DexFuture *bh_store_get_run (BhStore *self,
                             const char *run_id) G_GNUC_WARN_UNUSED_RESULT; /* BhRun, with instructions */
/* ids of the Runs that are not terminal, oldest first: GStrv */
DexFuture *bh_store_active_runs (BhStore *self) G_GNUC_WARN_UNUSED_RESULT;
/* Newest first. `states`: bit mask 1 << BhRunState, 0 = all; `query` (nullable): words, all must occur, the
 * last as a prefix; `before` (nullable): id of the last Run of the page before. GPtrArray of BhRun. */
DexFuture *bh_store_list_runs (BhStore *self,
                               guint states,
                               const char *query,
                               const char *before,
                               guint limit) G_GNUC_WARN_UNUSED_RESULT;
typedef struct
{
  GPtrArray *rows; /* char *: JSON text of a BhRow */
  guint64 total;
} BhRowPage;
DexFuture *bh_store_rows (BhStore *self, const char *run_id, guint64 from, guint count)
    G_GNUC_WARN_UNUSED_RESULT; /* BhRowPage */
DexFuture *bh_store_row (BhStore *self, const char *run_id, guint64 n) G_GNUC_WARN_UNUSED_RESULT; /* BhRow */
/* The stored bytes of a part from the offset `from`, at most `length`; where they were elided, from the first
 * byte stored after it. Resolves a GBytes (maybe empty); *its* first offset is in `BhBody.offset`. */
typedef struct
{
  GBytes *bytes;
  guint64 offset;
  guint64 total; /* length of the part, elided bytes included */
} BhBody;
DexFuture *
bh_store_body (BhStore *self, const char *run_id, guint64 row, BhPart part, guint64 from, gsize length)
    G_GNUC_WARN_UNUSED_RESULT; /* BhBody */
/* Events with seq > after, oldest first, with their bytes; a page ends early after 1 MiB of bytes.
 * GPtrArray of BhEvent. */
DexFuture *
bh_store_events (BhStore *self, const char *run_id, guint64 after, guint limit) G_GNUC_WARN_UNUSED_RESULT;
/* GPtrArray of BhQuestionSet; `open_only` leaves out answered and withdrawn ones. */
DexFuture *
bh_store_questions (BhStore *self, const char *run_id, gboolean open_only) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_store_question (BhStore *self, const char *id) G_GNUC_WARN_UNUSED_RESULT; /* BhQuestionSet */
DexFuture *bh_store_message (BhStore *self,
                             const char *run_id,
                             const char *id) G_GNUC_WARN_UNUSED_RESULT; /* BhMessage */
/* The Run made with this key: BhRun; NOT_FOUND if none; BH_ERROR_IDEMPOTENCY_MISMATCH if the digest is
 * another. */
DexFuture *bh_store_idempotent (BhStore *self, const char *key, const char *digest) G_GNUC_WARN_UNUSED_RESULT;
/* Runs by DevBox id: for naming the Run of a box. BhRun, or NOT_FOUND. */
DexFuture *bh_store_run_of_box (BhStore *self, const char *box_id) G_GNUC_WARN_UNUSED_RESULT;

/* Bearer tokens: only a SHA-256 of each is kept. */
DexFuture *bh_store_add_token (BhStore *self, const char *name, const char *sha256) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_store_remove_token (BhStore *self, const char *name) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_store_token_name (BhStore *self,
                                const char *sha256) G_GNUC_WARN_UNUSED_RESULT; /* string; NOT_FOUND */
/* GPtrArray of char *: JSON objects {"name","created_at"} */
DexFuture *bh_store_tokens (BhStore *self) G_GNUC_WARN_UNUSED_RESULT;
/* What a person has decided for all Runs. Resolves once it is on the disk. */
DexFuture *
bh_store_set_setting (BhStore *self, const char *name, const char *value) G_GNUC_WARN_UNUSED_RESULT;
/* GStrv: name, value, name, value, … */
DexFuture *bh_store_settings (BhStore *self) G_GNUC_WARN_UNUSED_RESULT;
/* For doctor: PRAGMA quick_check, sizes, counts. string: a JSON object
 * {"ok","problems":[…],"bytes","runs","events"} */
DexFuture *bh_store_check (BhStore *self) G_GNUC_WARN_UNUSED_RESULT;

void bh_row_page_free (BhRowPage *self);
void bh_body_free (BhBody *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhRowPage, bh_row_page_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhBody, bh_body_free)

#define BH_TYPE_RUN_BUNDLE (bh_run_bundle_get_type ())
#define BH_TYPE_ROW_PAGE (bh_row_page_get_type ())
#define BH_TYPE_BODY (bh_body_get_type ())
GType bh_run_bundle_get_type (void);
GType bh_row_page_get_type (void);
GType bh_body_get_type (void);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* One SQLite connection, used by one thread: statements are prepared once, errors become BH_ERROR_STORAGE_*.
 */

#include <sqlite3.h>
#include "protocol/bh-error.h"

G_BEGIN_DECLS

#define BH_KEY_BITS 36
#define BH_KEY_MASK ((G_GUINT64_CONSTANT (1) << BH_KEY_BITS) - 1)

/* The key of a Run's row or event: all of a Run lie together, in order. */
static inline gint64
bh_key (gint64 run, guint64 n)
{
  return (gint64) (((guint64) run << BH_KEY_BITS) | (n & BH_KEY_MASK));
}

typedef struct
{
  sqlite3 *handle;
  char *path;
  GHashTable *statements; /* const char * literal -> sqlite3_stmt */
  int last_error;         /* primary result code of the last failure */
} BhDb;

/* `writable` makes the file if need be (mode 0600). `busy_ms`: how long to wait for a lock of another
 * process. */
BhDb *bh_db_open (const char *path, gboolean writable, guint busy_ms, GError **error);
void bh_db_close (BhDb *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhDb, bh_db_close)

/* A statement, reset. `sql` must be a string literal: it is its own cache key. Never free it. */
sqlite3_stmt *bh_db_statement (BhDb *self, const char *sql, GError **error);
/* Binds parameters from 1: `types` has a letter for each: i gint64, t const char * (nullable), b GBytes *
 * (nullable). What is bound is not copied: it must live until the next reset. */
void bh_db_bind (sqlite3_stmt *statement, const char *types, ...);
/* SQLITE_ROW, SQLITE_DONE, or -1 with `error` set. After the last row the statement is reset. */
int bh_db_step (BhDb *self, sqlite3_stmt *statement, GError **error);
/* One statement with parameters, whose rows nobody wants. */
gboolean bh_db_run (BhDb *self, GError **error, const char *sql, const char *types, ...);
/* One statement whose first column of the first row is wanted; `fallback` where there is no row or NULL. */
gboolean bh_db_int (
    BhDb *self, gint64 *value, gint64 fallback, GError **error, const char *sql, const char *types, ...);
/* Several statements, without parameters. */
gboolean bh_db_exec (BhDb *self, const char *sql, GError **error);
/* Ends a read that is not read to its end. */
void bh_db_reset (sqlite3_stmt *statement);

/* Undoes the open transaction, if there is one. */
void bh_db_rollback (BhDb *self);
/* Sets `error` for what went wrong last in SQLite. Returns FALSE. */
gboolean bh_db_fail (BhDb *self, int code, GError **error);
/* Whether the last failure was the disk's or the file's, and not the one statement's. */
gboolean bh_db_storage_failed (BhDb *self);

const char *bh_db_text (sqlite3_stmt *statement, int column); /* (nullable) valid until the next step */
GBytes *bh_db_bytes (sqlite3_stmt *statement, int column);    /* (transfer full) (nullable) a copy */

G_END_DECLS

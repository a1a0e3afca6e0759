/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-db.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>

static void
finalize_statement (gpointer statement)
{
  sqlite3_finalize (statement);
}

/* SQLite gives its -wal and -shm files the mode of the database, so this decides for all three. */
static gboolean
make_private (const char *path, GError **error)
{
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  int saved = errno;

  if (fd >= 0)
    return g_close (fd, error);
  bh_set_error (
      error, BH_ERROR_STORAGE_FAILED, NULL,
      "The database %s cannot be opened for writing (%s). Check that its folder exists and is yours.", path,
      g_strerror (saved));
  return FALSE;
}

BhDb *
bh_db_open (const char *path, gboolean writable, guint busy_ms, GError **error)
{
  g_autoptr (BhDb) self = g_new0 (BhDb, 1);
  int code;

  self->path = g_strdup (path);
  self->statements = g_hash_table_new_full (NULL, NULL, NULL, finalize_statement);
  if (writable && !make_private (path, error))
    return NULL;

  /* the reader is a read-write connection too: a read-only one cannot use a WAL that nobody else has open */
  code = sqlite3_open_v2 (path, &self->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  if (code != SQLITE_OK)
    {
      bh_db_fail (self, code, error);
      return NULL;
    }
  sqlite3_extended_result_codes (self->handle, TRUE);
  sqlite3_busy_timeout (self->handle, (int) busy_ms);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  return g_steal_pointer (&self);
}

void
bh_db_close (BhDb *self)
{
  g_clear_pointer (&self->statements, g_hash_table_unref);
  if (self->handle != NULL)
    sqlite3_close_v2 (self->handle);
  g_free (self->path);
  g_free (self);
}

sqlite3_stmt *
bh_db_statement (BhDb *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);

  if (statement != NULL)
    {
      sqlite3_reset (statement);
      return statement;
    }
  if (sqlite3_prepare_v3 (self->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    {
      bh_db_fail (self, sqlite3_extended_errcode (self->handle), error);
      return NULL;
    }
  g_hash_table_insert (self->statements, (gpointer) sql, statement);
  return statement;
}

static void
bind_bytes (sqlite3_stmt *statement, int index, GBytes *bytes)
{
  gsize size;
  const void *data;

  if (bytes == NULL)
    {
      sqlite3_bind_null (statement, index);
      return;
    }
  data = g_bytes_get_data (bytes, &size);
  sqlite3_bind_blob64 (statement, index, data != NULL ? data : "", size, SQLITE_STATIC);
}

static void
bind_va (sqlite3_stmt *statement, const char *types, va_list args)
{
  for (int i = 1; types != NULL && *types != '\0'; i++, types++)
    switch (*types)
      {
      case 'i':
        sqlite3_bind_int64 (statement, i, va_arg (args, gint64));
        break;
      case 't':
        sqlite3_bind_text (statement, i, va_arg (args, const char *), -1, SQLITE_STATIC);
        break;
      case 'b':
        bind_bytes (statement, i, va_arg (args, GBytes *));
        break;
      default:
        g_assert_not_reached ();
      }
}

void
bh_db_bind (sqlite3_stmt *statement, const char *types, ...)
{
  va_list args;

  va_start (args, types);
  bind_va (statement, types, args);
  va_end (args);
}

void
bh_db_reset (sqlite3_stmt *statement)
{
  sqlite3_reset (statement);
  /* what was bound belongs to the caller */
  sqlite3_clear_bindings (statement);
}

int
bh_db_step (BhDb *self, sqlite3_stmt *statement, GError **error)
{
  int code = sqlite3_step (statement);

  if (code == SQLITE_ROW)
    return SQLITE_ROW;
  if (code != SQLITE_DONE)
    bh_db_fail (self, sqlite3_extended_errcode (self->handle), error);
  bh_db_reset (statement);
  return code == SQLITE_DONE ? SQLITE_DONE : -1;
}

gboolean
bh_db_run (BhDb *self, GError **error, const char *sql, const char *types, ...)
{
  sqlite3_stmt *statement = bh_db_statement (self, sql, error);
  va_list args;
  int code;

  if (statement == NULL)
    return FALSE;
  va_start (args, types);
  bind_va (statement, types, args);
  va_end (args);
  do
    code = bh_db_step (self, statement, error);
  while (code == SQLITE_ROW);
  return code == SQLITE_DONE;
}

gboolean
bh_db_int (
    BhDb *self, gint64 *value, gint64 fallback, GError **error, const char *sql, const char *types, ...)
{
  sqlite3_stmt *statement = bh_db_statement (self, sql, error);
  va_list args;
  int code;

  *value = fallback;
  if (statement == NULL)
    return FALSE;
  va_start (args, types);
  bind_va (statement, types, args);
  va_end (args);
  code = bh_db_step (self, statement, error);
  if (code == SQLITE_ROW)
    {
      if (sqlite3_column_type (statement, 0) != SQLITE_NULL)
        *value = sqlite3_column_int64 (statement, 0);
      bh_db_reset (statement);
    }
  return code != -1;
}

gboolean
bh_db_exec (BhDb *self, const char *sql, GError **error)
{
  if (sqlite3_exec (self->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  return bh_db_fail (self, sqlite3_extended_errcode (self->handle), error);
}

void
bh_db_rollback (BhDb *self)
{
  /* SQLite may have rolled back by itself, e.g. when the disk was full */
  if (!sqlite3_get_autocommit (self->handle))
    sqlite3_exec (self->handle, "ROLLBACK", NULL, NULL, NULL);
}

static gboolean
disk_is_full (BhDb *self, int code)
{
  int number = self->handle != NULL ? sqlite3_system_errno (self->handle) : 0;

  if ((code & 0xff) == SQLITE_FULL)
    return TRUE;
  return (code & 0xff) == SQLITE_IOERR && (number == ENOSPC || number == EDQUOT || number == EFBIG);
}

gboolean
bh_db_fail (BhDb *self, int code, GError **error)
{
  const char *what = self->handle != NULL ? sqlite3_errmsg (self->handle) : sqlite3_errstr (code);
  int primary = code & 0xff;

  self->last_error = primary;
  if (disk_is_full (self, code))
    bh_set_error (error, BH_ERROR_STORAGE_FULL, NULL,
                  "There is no room for the database %s (%s). Free disk space, or raise the quota; "
                  "Bellhop goes on by itself then.",
                  self->path, what);
  else if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
    bh_set_error (error, BH_ERROR_STORAGE_LOCKED, NULL,
                  "The database %s is locked by another program (%s). Close what has it open: `fuser -v %s`.",
                  self->path, what, self->path);
  else if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)
    bh_set_error (error, BH_ERROR_STORAGE_CORRUPT, NULL,
                  "The database %s is damaged (%s). It was left as it is. Restore it from a backup, try "
                  "`sqlite3 %s .recover`, or move it away to start with an empty one.",
                  self->path, what, self->path);
  else
    bh_set_error (error, BH_ERROR_STORAGE_FAILED, NULL, "The database %s failed: %s (SQLite code %d).",
                  self->path, what, code);
  return FALSE;
}

gboolean
bh_db_storage_failed (BhDb *self)
{
  switch (self->last_error)
    {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
      return TRUE;
    default:
      return FALSE;
    }
}

const char *
bh_db_text (sqlite3_stmt *statement, int column)
{
  return (const char *) sqlite3_column_text (statement, column);
}

GBytes *
bh_db_bytes (sqlite3_stmt *statement, int column)
{
  const void *data;

  if (sqlite3_column_type (statement, column) == SQLITE_NULL)
    return NULL;
  data = sqlite3_column_blob (statement, column);
  return g_bytes_new (data, (gsize) sqlite3_column_bytes (statement, column));
}

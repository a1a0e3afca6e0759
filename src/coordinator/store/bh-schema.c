/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-schema.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bh-store-resources.h"

#define FOLDER "/org/bellhop/store/migrations/"

static gboolean
damaged (const char *path, const char *what, GError **error)
{
  bh_set_error (error, BH_ERROR_STORAGE_CORRUPT, NULL,
                "The database %s is damaged: %s. It was left as it is. Restore it from a backup, try "
                "`sqlite3 %s .recover`, or move it away to start with an empty one.",
                path, what, path);
  return FALSE;
}

static guint32
big_endian (const guint8 *at)
{
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
}

/* The log may hold pages that the file itself has yet to get. */
static gboolean
has_log (const char *path)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  GStatBuf status;

  return g_stat (log, &status) == 0 && status.st_size > 0;
}

gboolean
bh_schema_check_file (const char *path, GError **error)
{
  guint8 header[100];
  struct stat status;
  guint64 page_size, expected;
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  gssize got;

  if (fd < 0)
    return TRUE; /* whatever it is, SQLite will say it when it opens the file */
  got = read (fd, header, sizeof header);
  if (fstat (fd, &status) != 0)
    status.st_size = 0;
  close (fd);

  if (got == 0)
    return TRUE;
  if (got < (gssize) sizeof header || memcmp (header, "SQLite format 3", 16) != 0)
    return damaged (path, "its beginning is not that of a SQLite database", error);
  page_size = (guint64) header[16] << 8 | header[17];
  if (page_size == 1)
    page_size = 65536;
  if (page_size < 512 || (page_size & (page_size - 1)) != 0)
    return damaged (path, "its header makes no sense", error);
  expected = page_size * big_endian (header + 28);
  if ((guint64) status.st_size < expected && !has_log (path))
    {
      g_autofree char *what =
          g_strdup_printf ("it should be %" G_GUINT64_FORMAT " bytes long, but is %" G_GUINT64_FORMAT,
                           expected, (guint64) status.st_size);

      return damaged (path, what, error);
    }
  return TRUE;
}

/* "0001-initial.sql" is number 1 */
static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char **
list_migrations (void)
{
  char **names =
      g_resource_enumerate_children (bh_store_get_resource (), FOLDER, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_assert (names != NULL);
  qsort (names, g_strv_length (names), sizeof *names, compare_names);
  return names;
}

static gboolean
migrate_one (BhDb *db, const char *name, gint64 version, GError **error)
{
  g_autofree char *path = g_strconcat (FOLDER, name, NULL);
  g_autoptr (GBytes) sql =
      g_resource_lookup_data (bh_store_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autofree char *script = NULL;

  g_assert (sql != NULL);
  /* GResource data ends in a NUL, which is not counted */
  script = g_strdup_printf (
      "BEGIN EXCLUSIVE;\n%s\nPRAGMA application_id = %d;\nPRAGMA user_version = %" G_GINT64_FORMAT
      ";\nCOMMIT;",
      (const char *) g_bytes_get_data (sql, NULL), BH_APPLICATION_ID, version);
  if (bh_db_exec (db, script, error))
    return TRUE;
  bh_db_rollback (db);
  return FALSE;
}

static gboolean
check_owner (BhDb *db, gint64 version, gint64 newest, GError **error)
{
  gint64 application, objects;

  if (!bh_db_int (db, &application, 0, error, "PRAGMA application_id", NULL) ||
      !bh_db_int (db, &objects, 0, error, "SELECT count(*) FROM sqlite_schema", NULL))
    return FALSE;
  if (application != BH_APPLICATION_ID && (application != 0 || objects > 0))
    {
      bh_set_error (
          error, BH_ERROR_STORAGE_FAILED, NULL,
          "%s is the database of another program. Move it away, or give Bellhop another data folder.",
          db->path);
      return FALSE;
    }
  if (version > newest)
    {
      bh_set_error (error, BH_ERROR_STORAGE_FAILED, NULL,
                    "The database %s was written by a newer Bellhop (schema %" G_GINT64_FORMAT
                    ", this one knows %" G_GINT64_FORMAT "). Install that version again, or a newer one.",
                    db->path, version, newest);
      return FALSE;
    }
  return TRUE;
}

/* Both ends of every table: what a truncated or overwritten file shows most often, and cheap however large it
 * is. */
static gboolean
check_tables (BhDb *db, gint64 version, GError **error)
{
  static const char *const looks[] = {
    "SELECT count(*) FROM (SELECT record FROM runs ORDER BY num LIMIT 1)",
    "SELECT count(*) FROM (SELECT record FROM runs ORDER BY num DESC LIMIT 1)",
    "SELECT sum(length(bytes)) FROM (SELECT bytes FROM events ORDER BY id LIMIT 1)",
    "SELECT sum(length(bytes)) FROM (SELECT bytes FROM events ORDER BY id DESC LIMIT 1)",
    "SELECT sum(length(data)) FROM (SELECT data FROM rows ORDER BY id LIMIT 1)",
    "SELECT sum(length(data)) FROM (SELECT data FROM rows ORDER BY id DESC LIMIT 1)",
    "SELECT sum(length(data)) FROM (SELECT data FROM questions ORDER BY num DESC LIMIT 1)",
    "SELECT sum(length(data)) FROM (SELECT data FROM messages ORDER BY num DESC LIMIT 1)",
    "SELECT count(*) FROM rows WHERE live > 0",
    "SELECT count(*) FROM purges",
    "SELECT count(*) FROM tokens",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (looks); i++)
    if (!bh_db_exec (db, looks[i], error))
      return FALSE;
  /* what a migration yet to come makes cannot be looked at */
  return (version < 2 || bh_db_exec (db, "SELECT sum(length(bytes)) FROM recent", error)) &&
         (version < 3 || bh_db_exec (db, "SELECT sum(length(value)) FROM settings", error));
}

gboolean
bh_schema_prepare (BhDb *db, GError **error)
{
  g_auto (GStrv) names = list_migrations ();
  gint64 newest = g_strv_length (names), version;

  if (!bh_db_int (db, &version, 0, error, "PRAGMA user_version", NULL) ||
      !check_owner (db, version, newest, error))
    return FALSE;
  if (version == 0 &&
      !bh_db_exec (db, "PRAGMA page_size = " BH_PAGE_SIZE "; PRAGMA auto_vacuum = INCREMENTAL;", error))
    return FALSE;
  if (version > 0 && !check_tables (db, version, error))
    return FALSE;
  if (!bh_db_exec (db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", error))
    return FALSE;
  for (gint64 i = version; i < newest; i++)
    if (!migrate_one (db, names[i], i + 1, error))
      return FALSE;
  /* takes the lock once, so that another program which holds it is named now and not at the first Run */
  if (bh_db_exec (db, "BEGIN IMMEDIATE; ROLLBACK", error))
    return TRUE;
  bh_db_rollback (db);
  return FALSE;
}

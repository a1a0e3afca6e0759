/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/keys/bh-keys-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <libsecret/secret.h>
#include <sys/stat.h>
#include <unistd.h>

#include "coordinator/keys/bh-keys.h"

#define GROUP "Keys"
#define FILE_MAX (1024 * 1024)

static void
value_free (gpointer data)
{
  secret_password_wipe (data);
  g_free (data);
}

GHashTable *
bh_keys_table_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, value_free);
}

static void
set_unreadable (GError **error, const char *path, const char *why)
{
  bh_set_error (error, BH_ERROR_KEYS_UNAVAILABLE, NULL,
                "The API keys in the file %s cannot be used: %s. Mend the file, or move it away.", path, why);
}

/* -1: no file, or an error. Whatever is not a plain file of this user is none of ours. */
static int
open_file (const char *path, gsize *size, GError **error)
{
  g_autofd int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat info;

  if (fd < 0 && errno == ENOENT)
    return -1;
  if (fd < 0 || fstat (fd, &info) < 0)
    {
      set_unreadable (error, path, g_strerror (errno));
      return -1;
    }
  if (!S_ISREG (info.st_mode) || info.st_uid != geteuid () || info.st_size > FILE_MAX)
    {
      set_unreadable (error, path, "it is no file of yours, or too large");
      return -1;
    }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0 && fchmod (fd, 0600) < 0)
    {
      set_unreadable (error, path, "others may read it");
      return -1;
    }
  *size = (gsize) info.st_size;
  return g_steal_fd (&fd);
}

/* (nullable) without error: no file */
static char *
read_file (const char *path, gsize *length, GError **error)
{
  gsize size = 0;
  g_autofd int fd = open_file (path, &size, error);
  char *text;

  *length = 0;
  if (fd < 0)
    return NULL;
  text = g_malloc0 (size + 1);
  while (*length < size)
    {
      gssize n = read (fd, text + *length, size - *length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      *length += (gsize) n;
    }
  return text;
}

/* What GKeyFile says of a line that it does not understand quotes the line. */
static GKeyFile *
load (const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local = NULL;
  gsize length;
  char *text = read_file (path, &length, &local);
  gboolean good;

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (text == NULL)
    return g_steal_pointer (&file);
  good = g_key_file_load_from_data (file, text, length,
                                    G_KEY_FILE_KEEP_COMMENTS | G_KEY_FILE_KEEP_TRANSLATIONS, NULL);
  value_free (text);
  if (good || length == 0)
    return g_steal_pointer (&file);
  set_unreadable (error, path, "it is not made of lines NAME=value after a line [" GROUP "]");
  return NULL;
}

static GHashTable *
parse (GKeyFile *file, const char *path, GError **error)
{
  g_autoptr (GHashTable) table = bh_keys_table_new ();
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  g_auto (GStrv) names = NULL;

  for (guint i = 0; groups[i] != NULL; i++)
    if (!g_str_equal (groups[i], GROUP))
      {
        set_unreadable (error, path, "it has another group than [" GROUP "]");
        return NULL;
      }
  names = g_key_file_get_keys (file, GROUP, NULL, NULL);
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      char *value = g_key_file_get_string (file, GROUP, names[i], NULL);

      if (!bh_key_name_is_valid (names[i]) || value == NULL || !bh_key_value_check (value, NULL))
        {
          g_autofree char *shown = g_strndup (names[i], BH_KEY_NAME_MAX);
          g_autofree char *why = g_strdup_printf ("what it says is %s is no key",
                                                  bh_key_name_is_valid (shown) ? shown : "one of the keys");

          value_free (value);
          set_unreadable (error, path, why);
          return NULL;
        }
      g_hash_table_insert (table, g_strdup (names[i]), value);
    }
  return g_steal_pointer (&table);
}

GHashTable *
bh_keys_file_read (const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = load (path, error);

  return file != NULL ? parse (file, path, error) : NULL;
}

static gboolean
save (GKeyFile *file, const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  gsize length;
  char *text = g_key_file_to_data (file, &length, NULL);
  gboolean good =
      g_file_set_contents_full (path, text, (gssize) length,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &local);

  value_free (text);
  if (!good)
    bh_set_error (error, BH_ERROR_STORAGE_FAILED, NULL, "The API keys could not be stored in the file %s: %s",
                  path, local->message);
  return good;
}

gboolean
bh_keys_file_change (const char *path, const char *name, const char *value, GError **error)
{
  g_autoptr (GKeyFile) file = load (path, error);
  g_autoptr (GHashTable) before = file != NULL ? parse (file, path, error) : NULL;
  g_autofree char *folder = g_path_get_dirname (path);

  if (before == NULL)
    return FALSE;
  if (value == NULL && !g_hash_table_contains (before, name))
    return TRUE;
  if (value != NULL)
    g_key_file_set_string (file, GROUP, name, value);
  else
    g_key_file_remove_key (file, GROUP, name, NULL);
  if (g_mkdir_with_parents (folder, 0700) < 0)
    {
      bh_set_error (error, BH_ERROR_STORAGE_FAILED, NULL, "The folder %s could not be made: %s", folder,
                    g_strerror (errno));
      return FALSE;
    }
  return save (file, path, error);
}

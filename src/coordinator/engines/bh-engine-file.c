/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/bh-engine-file.h"

#include <string.h>

#define GROUP "Engine"
#define SUFFIX ".engine"
#define NAME_MAX_BYTES 80

void
bh_engine_file_free (BhEngineFile *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->protocol);
  g_free (self);
}

static gboolean G_GNUC_PRINTF (3, 4) fail (GError **error, const char *path, const char *format, ...)
{
  g_autofree char *detail = NULL;
  va_list args;

  va_start (args, format);
  detail = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "%s: %s", path, detail);
  return FALSE;
}

static gboolean
check_members (GKeyFile *file, const char *path, GError **error)
{
  static const char *const known[] = { "Name", "Protocol", "Rank", NULL };
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  g_auto (GStrv) keys = NULL;

  for (guint i = 0; groups[i] != NULL; i++)
    if (strcmp (groups[i], GROUP) != 0)
      return fail (error, path, "there is no group [%s]; the only one is [" GROUP "]", groups[i]);
  keys = g_key_file_get_keys (file, GROUP, NULL, NULL);
  if (keys == NULL)
    return fail (error, path, "the group [" GROUP "] is missing");
  for (guint i = 0; keys[i] != NULL; i++)
    if (!g_strv_contains (known, keys[i]))
      return fail (error, path, "there is no key %s; keys are Name, Protocol and Rank", keys[i]);
  return TRUE;
}

static char *
read_string (GKeyFile *file, const char *path, const char *key, GError **error)
{
  g_autofree char *value = g_key_file_get_string (file, GROUP, key, NULL);

  if (value == NULL || *value == '\0' || strlen (value) > NAME_MAX_BYTES ||
      !g_utf8_validate (value, -1, NULL))
    {
      fail (error, path, "the key %s must be a text of 1 to %d bytes", key, NAME_MAX_BYTES);
      return NULL;
    }
  return g_steal_pointer (&value);
}

static char *
read_id (const char *path, GError **error)
{
  g_autofree char *base = g_path_get_basename (path);

  if (g_str_has_suffix (base, SUFFIX))
    base[strlen (base) - strlen (SUFFIX)] = '\0';
  if (*base == '\0' || strspn (base, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen (base) ||
      strcmp (base, "auto") == 0)
    {
      fail (error, path,
            "an engine's file is named by its id: lower-case letters, digits and -, and not “auto”");
      return NULL;
    }
  return g_steal_pointer (&base);
}

BhEngineFile *
bh_engine_file_load (const char *path, GError **error)
{
  g_autoptr (BhEngineFile) self = g_new0 (BhEngineFile, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &local))
    {
      fail (error, path, "%s", local->message);
      return NULL;
    }
  if (!check_members (file, path, error) || (self->id = read_id (path, error)) == NULL ||
      (self->name = read_string (file, path, "Name", error)) == NULL ||
      (self->protocol = read_string (file, path, "Protocol", error)) == NULL)
    return NULL;
  self->rank = g_key_file_get_integer (file, GROUP, "Rank", &local);
  if (local != NULL || self->rank < 0)
    {
      fail (error, path, "the key Rank must be a whole number from 0 up");
      return NULL;
    }
  return g_steal_pointer (&self);
}

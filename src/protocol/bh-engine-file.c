/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-engine-file.h"

#include <string.h>

#define SUFFIX ".engine"
#define FILE_MAX_BYTES 65536
#define ID_MAX_BYTES 40
#define NAME_MAX_BYTES 80
#define VALUE_MAX_BYTES 4096
#define LIST_MAX 64

#define ENGINE "Engine"
#define START "Start"
#define ENVIRONMENT "Environment"
#define SESSION "Session"
#define FIND "Find"
#define SIGN_IN "SignIn"

/* What there is, in the order in which a mistake lists it. A group without keys has names of its own. */
static const struct
{
  const char *name;
  const char *keys[7];
} groups[] = {
  { ENGINE, { "Name", "Protocol", "Rank" } },
  { START, { "Command", "Resume", "EndsBySignal" } },
  { ENVIRONMENT, { NULL } },
  { SESSION, { "Mode", "Model", "Auth", "KeyAuth" } },
  { FIND, { "Binary", "Version", "Install" } },
  { SIGN_IN, { "Paths", "Holds", "Check", "Hint", "Keys", "KeysNeed" } },
};

static const char *const protocols[] = { BH_PROTOCOL_ACP, BH_PROTOCOL_CLAUDE, BH_PROTOCOL_CODEX,
                                         BH_PROTOCOL_RUNBOOK, NULL };

void
bh_engine_file_free (BhEngineFile *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->protocol);
  g_strfreev (self->argv);
  g_strfreev (self->resume_argv);
  g_strfreev (self->env);
  g_free (self->mode);
  g_free (self->model);
  g_free (self->auth);
  g_free (self->key_auth);
  g_free (self->binary);
  g_strfreev (self->version_argv);
  g_free (self->install);
  g_strfreev (self->sign_in_paths);
  g_strfreev (self->sign_in_holds);
  g_strfreev (self->sign_in_argv);
  g_free (self->sign_in_hint);
  g_strfreev (self->keys);
  g_strfreev (self->keys_need);
  g_free (self);
}

static gboolean G_GNUC_PRINTF (2, 3) fail (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, format, args);
  va_end (args);
  return FALSE;
}

/* --- what may be there at all --- */

static int
find_group (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    if (strcmp (groups[i].name, name) == 0)
      return (int) i;
  return -1;
}

/* A name that a shell takes as a variable's. */
static gboolean
is_variable (const char *name)
{
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";

  return *name != '\0' && strchr (letters, *name) != NULL &&
         strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789") == strlen (name) &&
         strlen (name) <= NAME_MAX_BYTES;
}

static gboolean
check_key (guint group, const char *key, GError **error)
{
  g_autofree char *known = NULL;

  if (groups[group].keys[0] == NULL)
    return is_variable (key) ||
           fail (error, "[%s] %.100s: this is no name of an environment variable", groups[group].name, key);
  if (g_strv_contains (groups[group].keys, key))
    return TRUE;
  known = g_strjoinv (", ", (char **) groups[group].keys);
  return fail (error, "[%s] %.100s: there is no such key; this group has %s", groups[group].name, key, known);
}

static gboolean
check_members (GKeyFile *file, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_groups (file, NULL);

  for (guint i = 0; names[i] != NULL; i++)
    {
      int group = find_group (names[i]);
      g_auto (GStrv) keys = NULL;

      if (group < 0)
        return fail (error,
                     "[%.100s]: there is no such group; groups are [" ENGINE "], [" START "], [" ENVIRONMENT
                     "], [" SESSION "], [" FIND "] and [" SIGN_IN "]",
                     names[i]);
      keys = g_key_file_get_keys (file, names[i], NULL, NULL);
      for (guint k = 0; keys != NULL && keys[k] != NULL; k++)
        if (!check_key ((guint) group, keys[k], error))
          return FALSE;
    }
  return g_key_file_has_group (file, ENGINE) || fail (error, "the group [" ENGINE "] is missing");
}

/* GKeyFile takes the last of several in silence. */
static gboolean
check_repeated (const char *text, gsize length, GError **error)
{
  g_autofree char *copy = g_strndup (text, length);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *group = "";

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *line = g_strstrip (lines[i]);
      char *equals = strchr (line, '=');

      if (*line == '[')
        {
          group = line;
          if (!g_hash_table_add (seen, g_strdup (line)))
            return fail (error, "line %u: %.100s was there already", i + 1, line);
        }
      else if (*line != '#' && equals != NULL)
        {
          *equals = '\0';
          if (!g_hash_table_add (seen, g_strconcat (group, g_strchomp (line), NULL)))
            return fail (error, "line %u: %.100s was there already", i + 1, line);
        }
    }
  return TRUE;
}

/* --- values --- */

/* FALSE for a text that cannot be shown on one line. */
static gboolean
is_line (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

static gboolean
is_some_line (const char *text)
{
  return *text != '\0' && strlen (text) <= NAME_MAX_BYTES && is_line (text);
}

/* *value: NULL where the key is missing. */
static gboolean
read_text (GKeyFile *file, const char *group, const char *key, gsize most, char **value, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *text = NULL;

  *value = NULL;
  if (!g_key_file_has_key (file, group, key, NULL))
    return TRUE;
  text = g_key_file_get_string (file, group, key, &local);
  if (text == NULL)
    return fail (error, "[%s] %s: %s", group, key, local->message);
  if (*text == '\0' || strlen (text) > most || !is_line (text))
    return fail (error, "[%s] %s: this must be one line of 1 to %u bytes", group, key, (guint) most);
  *value = g_steal_pointer (&text);
  return TRUE;
}

static gboolean
need_text (GKeyFile *file, const char *group, const char *key, gsize most, char **value, GError **error)
{
  if (!read_text (file, group, key, most, value, error))
    return FALSE;
  return *value != NULL || fail (error, "[%s] %s is missing", group, key);
}

/* Everything of the form @NAME@ must be in `known`. */
static gboolean
check_placeholders (
    const char *group, const char *key, const char *argument, const char *const *known, GError **error)
{
  const char *p = argument;

  while ((p = strchr (p, '@')) != NULL)
    {
      gsize n = strspn (p + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
      g_autofree char *name = g_strndup (p + 1, n);

      p++;
      if (n == 0 || p[n] != '@')
        continue;
      if (!g_strv_contains (known, name))
        return fail (error, "[%s] %s: @%.40s@ is no placeholder here", group, key, name);
      p += n + 1;
    }
  return TRUE;
}

static gboolean
read_command (GKeyFile *file,
              const char *group,
              const char *key,
              const char *const *known,
              char ***argv,
              GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (!read_text (file, group, key, VALUE_MAX_BYTES, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  if (!g_shell_parse_argv (text, NULL, &words, &local))
    return fail (error, "[%s] %s: %s", group, key, local->message);
  if (*words[0] == '\0' || g_strv_length (words) > LIST_MAX)
    return fail (error, "[%s] %s: this must be 1 to %d words, the first not empty", group, key, LIST_MAX);
  for (guint i = 0; words[i] != NULL; i++)
    if (!check_placeholders (group, key, words[i], known, error))
      return FALSE;
  *argv = g_steal_pointer (&words);
  return TRUE;
}

static gboolean
read_list (GKeyFile *file,
           const char *key,
           gboolean (*check) (const char *item),
           const char *what,
           char ***list,
           GError **error)
{
  g_autoptr (GError) local = NULL;
  g_auto (GStrv) items = NULL;

  if (!g_key_file_has_key (file, SIGN_IN, key, NULL))
    return TRUE;
  items = g_key_file_get_string_list (file, SIGN_IN, key, NULL, &local);
  if (items == NULL)
    return fail (error, "[" SIGN_IN "] %s: %s", key, local->message);
  if (items[0] == NULL || g_strv_length (items) > LIST_MAX)
    return fail (error, "[" SIGN_IN "] %s: this must be a list of 1 to %d", key, LIST_MAX);
  for (guint i = 0; items[i] != NULL; i++)
    if (!check (items[i]))
      return fail (error, "[" SIGN_IN "] %s: “%.100s” %s", key, items[i], what);
  *list = g_steal_pointer (&items);
  return TRUE;
}

gboolean
bh_engine_file_is_sign_in_path (const char *path)
{
  g_auto (GStrv) parts = NULL;

  if (!g_str_has_prefix (path, "~/") || path[2] == '\0' || strlen (path) > VALUE_MAX_BYTES || !is_line (path))
    return FALSE;
  parts = g_strsplit (path + 2, "/", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || strcmp (parts[i], ".") == 0 || strcmp (parts[i], "..") == 0)
      return FALSE;
  return TRUE;
}

/* --- groups --- */

static gboolean
read_engine (BhEngineFile *self, GKeyFile *file, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (!need_text (file, ENGINE, "Name", NAME_MAX_BYTES, &self->name, error) ||
      !need_text (file, ENGINE, "Protocol", NAME_MAX_BYTES, &self->protocol, error))
    return FALSE;
  if (!g_strv_contains (protocols, self->protocol))
    {
      g_autofree char *known = g_strjoinv (", ", (char **) protocols);

      return fail (error, "[" ENGINE "] Protocol: “%.100s” is not known; protocols are %s", self->protocol,
                   known);
    }
  self->rank = g_key_file_get_integer (file, ENGINE, "Rank", &local);
  return (local == NULL && self->rank >= 0) ||
         fail (error, "[" ENGINE "] Rank: this must be a whole number from 0 up");
}

static gboolean
read_start (BhEngineFile *self, GKeyFile *file, GError **error)
{
  static const char *const in_command[] = { "MCP_JSON", "MODEL", NULL };
  static const char *const in_resume[] = { "SESSION", "MCP_JSON", "MODEL", NULL };
  g_autoptr (GError) local = NULL;

  if (!read_command (file, START, "Command", in_command, &self->argv, error) ||
      !read_command (file, START, "Resume", in_resume, &self->resume_argv, error))
    return FALSE;
  if (self->argv == NULL)
    return fail (error, "[" START "] Command is missing: how the engine is started");
  if (g_key_file_has_key (file, START, "EndsBySignal", NULL))
    self->ends_by_signal = g_key_file_get_boolean (file, START, "EndsBySignal", &local);
  return local == NULL || fail (error, "[" START "] EndsBySignal: this must be true or false");
}

static gboolean
read_environment (BhEngineFile *self, GKeyFile *file, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, ENVIRONMENT, NULL, NULL);
  g_autoptr (GStrvBuilder) env = g_strv_builder_new ();
  static const char *const none[] = { NULL };

  if (keys == NULL || keys[0] == NULL)
    return TRUE;
  if (g_strv_length (keys) > LIST_MAX)
    return fail (error, "[" ENVIRONMENT "]: more than %d variables", LIST_MAX);
  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autoptr (GError) local = NULL;
      g_autofree char *value = g_key_file_get_string (file, ENVIRONMENT, keys[i], &local);

      if (value == NULL)
        return fail (error, "[" ENVIRONMENT "] %s: %s", keys[i], local->message);
      if (strlen (value) > VALUE_MAX_BYTES || !is_line (value))
        return fail (error, "[" ENVIRONMENT "] %s: this must be one line of at most %d bytes", keys[i],
                     VALUE_MAX_BYTES);
      if (!check_placeholders (ENVIRONMENT, keys[i], value, none, error))
        return FALSE;
      g_strv_builder_take (env, g_strconcat (keys[i], "=", value, NULL));
    }
  self->env = g_strv_builder_end (env);
  return TRUE;
}

static gboolean
read_find (BhEngineFile *self, GKeyFile *file, GError **error)
{
  static const char *const none[] = { NULL };

  if (!read_text (file, FIND, "Binary", NAME_MAX_BYTES, &self->binary, error) ||
      !read_command (file, FIND, "Version", none, &self->version_argv, error) ||
      !read_text (file, FIND, "Install", VALUE_MAX_BYTES, &self->install, error))
    return FALSE;
  if (self->binary == NULL)
    self->binary = g_strdup (self->argv[0]);
  if (strchr (self->binary, '/') != NULL && *self->binary != '/')
    return fail (error, "[" FIND "] Binary: “%.100s” is neither a name nor an absolute path", self->binary);
  return TRUE;
}

static gboolean
read_sign_in (BhEngineFile *self, GKeyFile *file, GError **error)
{
  static const char not_variable[] = "is no name of an environment variable";
  static const char *const none[] = { NULL };

  return read_list (file, "Paths", bh_engine_file_is_sign_in_path,
                    "does not lie below the home folder: write ~/ and a path without .., . or //",
                    &self->sign_in_paths, error) &&
         read_list (file, "Holds", is_some_line, "is no text on one line", &self->sign_in_holds, error) &&
         (self->sign_in_holds == NULL || self->sign_in_paths != NULL ||
          fail (error, "[" SIGN_IN "] Holds: without Paths there is nothing that could hold it")) &&
         read_command (file, SIGN_IN, "Check", none, &self->sign_in_argv, error) &&
         read_text (file, SIGN_IN, "Hint", VALUE_MAX_BYTES, &self->sign_in_hint, error) &&
         read_list (file, "Keys", is_variable, not_variable, &self->keys, error) &&
         read_list (file, "KeysNeed", is_variable, not_variable, &self->keys_need, error) &&
         (self->keys_need == NULL || self->keys != NULL ||
          fail (error, "[" SIGN_IN "] KeysNeed: without Keys there is nothing that needs them"));
}

static gboolean
read_groups (BhEngineFile *self, GKeyFile *file, GError **error)
{
  if (!read_engine (self, file, error))
    return FALSE;
  if (strcmp (self->protocol, BH_PROTOCOL_RUNBOOK) == 0)
    {
      g_auto (GStrv) names = g_key_file_get_groups (file, NULL);

      return names[1] == NULL || fail (error,
                                       "[%s]: nothing is started for the protocol " BH_PROTOCOL_RUNBOOK
                                       ", which has no other group than [" ENGINE "]",
                                       names[strcmp (names[0], ENGINE) == 0 ? 1 : 0]);
    }
  return read_start (self, file, error) && read_environment (self, file, error) &&
         read_text (file, SESSION, "Mode", NAME_MAX_BYTES, &self->mode, error) &&
         read_text (file, SESSION, "Model", NAME_MAX_BYTES, &self->model, error) &&
         read_text (file, SESSION, "Auth", NAME_MAX_BYTES, &self->auth, error) &&
         read_text (file, SESSION, "KeyAuth", NAME_MAX_BYTES, &self->key_auth, error) &&
         read_find (self, file, error) && read_sign_in (self, file, error);
}

/* --- the whole --- */

gboolean
bh_engine_file_is_id (const char *id)
{
  g_return_val_if_fail (id != NULL, FALSE);
  return *id != '\0' && strlen (id) <= ID_MAX_BYTES &&
         strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (id) && strcmp (id, "auto") != 0;
}

BhEngineFile *
bh_engine_file_parse (const char *id, const char *text, gsize length, GError **error)
{
  g_autoptr (BhEngineFile) self = g_new0 (BhEngineFile, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (id != NULL && text != NULL, NULL);
  if (!bh_engine_file_is_id (id))
    {
      fail (error,
            "an engine's file is named by its id, ID" SUFFIX
            ": at most %d lower-case letters, digits and -, and not “auto”",
            ID_MAX_BYTES);
      return NULL;
    }
  self->id = g_strdup (id);
  if (length > FILE_MAX_BYTES || memchr (text, '\0', length) != NULL ||
      !g_utf8_validate (text, (gssize) length, NULL))
    {
      fail (error, "this must be UTF-8 text of at most %d bytes", FILE_MAX_BYTES);
      return NULL;
    }
  if (!g_key_file_load_from_data (file, text, length, G_KEY_FILE_KEEP_TRANSLATIONS, &local) &&
      !g_error_matches (local, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_NOT_FOUND))
    {
      fail (error, "%s", local->message);
      return NULL;
    }
  if (!check_members (file, error) || !check_repeated (text, length, error) ||
      !read_groups (self, file, error))
    return NULL;
  return g_steal_pointer (&self);
}

BhEngineFile *
bh_engine_file_load (const char *path, GError **error)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *text = NULL;
  BhEngineFile *self = NULL;
  gsize length;

  g_return_val_if_fail (path != NULL, NULL);
  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;
  /* without its suffix the name is no id either */
  if (g_str_has_suffix (base, SUFFIX))
    base[strlen (base) - strlen (SUFFIX)] = '\0';
  else
    *base = '\0';
  self = bh_engine_file_parse (base, text, length, error);
  if (self == NULL)
    g_prefix_error (error, "%s: ", path);
  return self;
}

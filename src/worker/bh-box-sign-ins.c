/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-box-sign-ins.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "protocol/bh-engine-files.h"
#include "protocol/bh-error.h"
#include "worker/bh-fd.h"
#include "worker/bh-sign-in.h"

#define PATHS_MAX 1024
/* beside the box's home, where nothing in the box gets at it: what was copied as it was then */
#define COPIED "sign-ins.json"
#define COPIED_MAX (1024 * 1024)

/* --- which --- */

/* The person of this machine says by its engine files what a sign-in is, not the coordinator: else that could
 * have any file of the home copied to where it can read it. */
static GHashTable *
known_paths (GPtrArray *files)
{
  GHashTable *known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < files->len; i++)
    {
      const BhEngineFile *file = files->pdata[i];

      for (guint j = 0; file->sign_in_paths != NULL && file->sign_in_paths[j] != NULL; j++)
        g_hash_table_add (known, g_strdup (file->sign_in_paths[j]));
    }
  return known;
}

/* Some programs have the file whether somebody is signed in or not. */
static gboolean
says_signed_in (GPtrArray *files, const char *path, const BhSignIn *sign_in)
{
  for (guint i = 0; i < files->len; i++)
    {
      const BhEngineFile *file = files->pdata[i];

      if (file->sign_in_paths == NULL || !g_strv_contains ((const char *const *) file->sign_in_paths, path))
        continue;
      if (file->sign_in_holds == NULL || !g_str_equal (file->sign_in_paths[0], path) ||
          bh_sign_in_holds (sign_in, (const char *const *) file->sign_in_holds))
        return TRUE;
    }
  return FALSE;
}

char **
bh_sign_in_paths (JsonObject *params, GError **error)
{
  JsonNode *node = json_object_get_member (params, "paths");
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  gboolean good = array != NULL && json_array_get_length (array) <= PATHS_MAX;

  for (guint i = 0; good && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      good = JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING &&
             bh_engine_file_is_sign_in_path (json_node_get_string (element));
      if (good)
        g_strv_builder_add (paths, json_node_get_string (element));
    }
  if (good)
    return g_strv_builder_end (paths);
  bh_set_error (error, BH_ERROR_INVALID_FIELD, "paths",
                "“paths” must be a list of at most %d paths below the home folder, each as “~/…”", PATHS_MAX);
  return NULL;
}

static JsonNode *
result_new (const char *name, JsonNode *value)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_member (object, name, value);
  json_node_take_object (node, object);
  return node;
}

JsonNode *
bh_sign_ins_look (JsonObject *params, const char *home, GError **error)
{
  g_auto (GStrv) paths = bh_sign_in_paths (params, error);
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GHashTable) known = NULL;
  JsonArray *there;
  JsonNode *node;

  if (paths == NULL)
    return NULL;
  files = bh_engine_files_load ();
  known = known_paths (files);
  there = json_array_new ();
  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autoptr (BhSignIn) sign_in =
          g_hash_table_contains (known, paths[i]) ? bh_sign_in_open (home, paths[i], NULL) : NULL;

      if (sign_in != NULL && says_signed_in (files, paths[i], sign_in))
        json_array_add_string_element (there, paths[i]);
    }
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (node, there);
  return result_new ("paths", node);
}

/* --- what was copied before --- */

/* {"~/…": stamp}; empty when it cannot be read: then all is copied again. */
static JsonObject *
load_copied (int folder)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofd int fd = openat (folder, COPIED, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  g_autofree char *text = g_malloc (COPIED_MAX);
  gssize n = fd >= 0 ? TEMP_FAILURE_RETRY (read (fd, text, COPIED_MAX)) : -1;
  JsonNode *root = NULL;

  if (n > 0 && json_parser_load_from_data (parser, text, n, NULL))
    root = json_parser_get_root (parser);
  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_dup_object (root) : json_object_new ();
}

static gboolean
save_copied (int folder, JsonObject *copied, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  g_autofd int fd =
      openat (folder, COPIED ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  gsize length;

  json_node_set_object (node, copied);
  text = json_to_string (node, FALSE);
  length = strlen (text);
  if (fd >= 0 && TEMP_FAILURE_RETRY (write (fd, text, length)) == (gssize) length &&
      renameat (folder, COPIED ".new", folder, COPIED) == 0)
    return TRUE;
  bh_set_errno_error (error, errno, "Cannot write " COPIED);
  return FALSE;
}

static gboolean
is_as_before (JsonObject *copied, const char *path, const char *stamp)
{
  JsonNode *node = json_object_get_member (copied, path);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING &&
         g_str_equal (json_node_get_string (node), stamp);
}

/* --- copying --- */

typedef struct
{
  const char *home;
  int to;
  JsonObject *copied;
  guint count;
} Copy;

/* What is not there is no failure: most engines have files that not everybody has. */
static gboolean
copy_one (Copy *self, const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (BhSignIn) sign_in = bh_sign_in_open (self->home, path, &local);
  g_autofree char *stamp = sign_in != NULL ? bh_sign_in_stamp (sign_in) : NULL;

  if (stamp == NULL && g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return TRUE;
  if (stamp != NULL && is_as_before (self->copied, path, stamp) && bh_sign_in_is_copied (sign_in, self->to))
    return TRUE;
  if (stamp == NULL || !bh_sign_in_copy (sign_in, self->to, &local))
    {
      bh_set_error (error, BH_ERROR_ENGINE_SIGNED_OUT, NULL, "The sign-in cannot be let into the DevBox: %s.",
                    local->message);
      return FALSE;
    }
  self->count++;
  /* one that was written meanwhile has another stamp the next time */
  json_object_set_string_member (self->copied, path, stamp);
  return TRUE;
}

static gboolean
check_known (char **paths, GError **error)
{
  g_autoptr (GPtrArray) files = bh_engine_files_load ();
  g_autoptr (GHashTable) known = known_paths (files);

  for (guint i = 0; paths[i] != NULL; i++)
    if (!g_hash_table_contains (known, paths[i]))
      {
        bh_set_error (
            error, BH_ERROR_ENGINE_SIGNED_OUT, NULL,
            "No engine file on the worker's machine names “%.100s” as a sign-in, so it is not let into "
            "DevBoxes. Put the engine file there, too.",
            paths[i]);
        return FALSE;
      }
  return TRUE;
}

JsonNode *
bh_sign_ins_copy (JsonObject *params, const char *home, int folder, GError **error)
{
  g_auto (GStrv) paths = bh_sign_in_paths (params, error);
  g_autoptr (JsonObject) copied = NULL;
  g_autofd int to = -1;
  Copy copy = { .home = home };
  gboolean good;

  if (paths == NULL || !check_known (paths, error))
    return NULL;
  to = openat (folder, "home", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (to < 0)
    {
      bh_set_errno_error (error, errno, "Cannot open the home folder of the DevBox");
      return NULL;
    }
  copy.to = to;
  copy.copied = copied = load_copied (folder);
  good = TRUE;
  for (guint i = 0; good && paths[i] != NULL; i++)
    good = copy_one (&copy, paths[i], error);
  if (!good || (copy.count > 0 && !save_copied (folder, copied, error)))
    return NULL;
  return result_new ("copied", json_node_init_int (json_node_alloc (), copy.count));
}

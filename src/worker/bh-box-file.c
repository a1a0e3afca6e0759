/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-box-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "protocol/bh-types.h"
#include "worker/bh-fd.h"

#define LARGEST 65536

G_DEFINE_BOXED_TYPE (BhBoxFile, bh_box_file, bh_box_file_copy, bh_box_file_free)

BhBoxFile *
bh_box_file_new (void)
{
  return g_new0 (BhBoxFile, 1);
}

BhBoxFile *
bh_box_file_copy (const BhBoxFile *self)
{
  BhBoxFile *copy = bh_box_file_new ();

  copy->id = g_strdup (self->id);
  copy->worker = g_strdup (self->worker);
  copy->provider = g_strdup (self->provider);
  copy->image = g_strdup (self->image);
  copy->network = g_strdup (self->network);
  copy->created_at = self->created_at;
  copy->running = self->running;
  return copy;
}

void
bh_box_file_free (BhBoxFile *self)
{
  g_free (self->id);
  g_free (self->worker);
  g_free (self->provider);
  g_free (self->image);
  g_free (self->network);
  g_free (self);
}

static char *
to_text (const BhBoxFile *self, gsize *length)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autofree char *created_at = bh_time_format (self->created_at);

  json_object_set_string_member (object, "id", self->id);
  json_object_set_string_member (object, "worker", self->worker);
  json_object_set_string_member (object, "provider", self->provider);
  json_object_set_string_member (object, "image", self->image);
  json_object_set_string_member (object, "network", self->network);
  json_object_set_string_member (object, "created_at", created_at);
  json_node_set_object (node, object);
  json_generator_set_root (generator, node);
  return json_generator_to_data (generator, length);
}

gboolean
bh_box_file_save (const BhBoxFile *self, int folder, GError **error)
{
  gsize length;
  g_autofree char *text = to_text (self, &length);
  g_autofd int fd =
      openat (folder, "box.json.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  gssize n;

  if (fd < 0 || (n = TEMP_FAILURE_RETRY (write (fd, text, length))) < 0)
    {
      bh_set_errno_error (error, errno, "Cannot write box.json");
      return FALSE;
    }
  if ((gsize) n != length)
    {
      bh_set_errno_error (error, ENOSPC, "Cannot write box.json");
      return FALSE;
    }
  if (renameat (folder, "box.json.new", folder, "box.json") < 0)
    {
      bh_set_errno_error (error, errno, "Cannot write box.json");
      return FALSE;
    }
  return TRUE;
}

static char *
dup_member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_dup_string (node);
}

static BhBoxFile *
from_text (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (BhBoxFile) self = bh_box_file_new ();
  g_autofree char *created_at = NULL;
  JsonNode *root;
  JsonObject *object;

  if (!json_parser_load_from_data (parser, text, (gssize) length, error))
    return NULL;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "box.json holds no object");
      return NULL;
    }
  object = json_node_get_object (root);
  self->id = dup_member (object, "id");
  self->worker = dup_member (object, "worker");
  self->provider = dup_member (object, "provider");
  self->image = dup_member (object, "image");
  self->network = dup_member (object, "network");
  created_at = dup_member (object, "created_at");
  if (created_at != NULL)
    bh_time_parse (created_at, &self->created_at);
  if (self->id == NULL || self->worker == NULL || self->provider == NULL || self->image == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "box.json lacks a member");
      return NULL;
    }
  return g_steal_pointer (&self);
}

BhBoxFile *
bh_box_file_load (int folder, GError **error)
{
  g_autofd int fd = openat (folder, "box.json", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  g_autofree char *text = g_malloc (LARGEST);
  gssize n;

  if (fd < 0 || (n = TEMP_FAILURE_RETRY (read (fd, text, LARGEST))) < 0)
    {
      bh_set_errno_error (error, errno, "Cannot read box.json");
      return NULL;
    }
  return from_text (text, (gsize) n, error);
}

JsonNode *
bh_box_file_to_json (const BhBoxFile *self)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *created_at = bh_time_format (self->created_at);

  json_object_set_string_member (object, "id", self->id);
  json_object_set_string_member (object, "image", self->image);
  json_object_set_string_member (object, "state", self->running ? "running" : "stopped");
  json_object_set_string_member (object, "created_at", created_at);
  json_node_take_object (node, object);
  return node;
}

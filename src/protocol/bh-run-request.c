/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include <string.h>

#include "protocol/bh-json-util.h"

#define NAME_MAX_BYTES 200
#define URL_MAX_BYTES 2048
#define PATH_MAX_BYTES 4096
#define ENV_MAX 256
#define ENV_VALUE_MAX (128 * 1024) /* what execve() takes as one string */

BH_DEFINE_RECORD (BhRunRequest, bh_run_request)

static const gsize strings[] = {
  G_STRUCT_OFFSET (BhRunRequest, instructions),  G_STRUCT_OFFSET (BhRunRequest, name),
  G_STRUCT_OFFSET (BhRunRequest, ticket_url),    G_STRUCT_OFFSET (BhRunRequest, workspace),
  G_STRUCT_OFFSET (BhRunRequest, target_worker), G_STRUCT_OFFSET (BhRunRequest, target_image),
  G_STRUCT_OFFSET (BhRunRequest, engine),        G_STRUCT_OFFSET (BhRunRequest, network),
};

static const char *const members[] = {
  "instructions", "name", "ticket_url", "workspace", "target",      "engine",
  "mode",         "env",  "keep",       "network",   "permissions", NULL,
};
static const char *const target_members[] = { "worker", "image", NULL };

static void
bh_run_request_clear (BhRunRequest *self)
{
  bh_strings_free (self, strings, G_N_ELEMENTS (strings));
  g_clear_pointer (&self->env, g_hash_table_unref);
}

static GHashTable *
new_env (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

BhRunRequest *
bh_run_request_new (void)
{
  BhRunRequest *self = g_atomic_rc_box_new0 (BhRunRequest);

  self->env = new_env ();
  return self;
}

BhRunRequest *
bh_run_request_copy (const BhRunRequest *self)
{
  BhRunRequest *copy;
  GHashTableIter iter;
  gpointer name, value;

  g_return_val_if_fail (self != NULL, NULL);

  copy = bh_record_dup (self, sizeof *self);
  bh_strings_dup (copy, strings, G_N_ELEMENTS (strings));
  copy->env = new_env ();
  g_hash_table_iter_init (&iter, self->env);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (copy->env, g_strdup (name), g_strdup (value));
  return copy;
}

static JsonObject *
env_to_json (const BhRunRequest *self)
{
  JsonObject *object = json_object_new ();
  g_autoptr (GPtrArray) names = g_hash_table_get_keys_as_ptr_array (self->env);

  /* the same request has to make the same text: idempotency compares a digest of it */
  g_ptr_array_sort_values (names, (GCompareFunc) strcmp);
  for (guint i = 0; i < names->len; i++)
    json_object_set_string_member (object, names->pdata[i], g_hash_table_lookup (self->env, names->pdata[i]));
  return object;
}

static JsonObject *
target_to_json (const BhRunRequest *self)
{
  JsonObject *object;

  if (self->target_worker == NULL)
    return NULL;
  object = json_object_new ();
  bh_json_set_string (object, "worker", self->target_worker);
  bh_json_set_string (object, "image", self->target_image);
  return object;
}

JsonNode *
bh_run_request_to_json (const BhRunRequest *self)
{
  JsonObject *object;

  g_return_val_if_fail (self != NULL, NULL);

  object = json_object_new ();
  bh_json_set_string (object, "instructions", self->instructions);
  bh_json_set_string (object, "name", self->name);
  bh_json_set_string (object, "ticket_url", self->ticket_url);
  bh_json_set_string (object, "workspace", self->workspace);
  bh_json_set_object (object, "target", target_to_json (self));
  bh_json_set_string (object, "engine", self->engine);
  bh_json_set_enum (object, "mode", BH_TYPE_MODE, self->mode);
  json_object_set_object_member (object, "env", env_to_json (self));
  if (self->has_keep)
    bh_json_set_enum (object, "keep", BH_TYPE_KEEP, self->keep);
  else
    json_object_set_null_member (object, "keep");
  bh_json_set_string (object, "network", self->network);
  bh_json_set_enum (object, "permissions", BH_TYPE_PERMISSIONS, self->permissions);
  return bh_json_take_object (object);
}

static gboolean
is_blank (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (!g_unichar_isspace (g_utf8_get_char (text)))
      return FALSE;
  return TRUE;
}

static char *
read_instructions (BhReader *reader)
{
  const char *text = bh_reader_peek_string (reader, "instructions");

  if (!bh_reader_ok (reader))
    return NULL;
  if (text != NULL && !g_utf8_validate (text, -1, NULL))
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "instructions",
                    "The instructions have to be valid UTF-8.");
  else if (text == NULL || is_blank (text))
    bh_reader_fail (reader, BH_ERROR_INSTRUCTIONS_REQUIRED, "instructions",
                    "Say what is to be done: “instructions” is the one field that a Run needs.");
  else if (strlen (text) > BH_INSTRUCTIONS_MAX)
    bh_reader_fail (reader, BH_ERROR_INSTRUCTIONS_TOO_LONG, "instructions",
                    "The instructions are %" G_GSIZE_FORMAT
                    " bytes long; at most %d are possible. Put the rest "
                    "into a file of the workspace.",
                    strlen (text), BH_INSTRUCTIONS_MAX);
  return g_strdup (text);
}

/* One line that says something, at most `max` bytes. Absent: NULL. */
static char *
read_line (BhReader *reader, const char *member, gsize max)
{
  const char *text = bh_reader_peek_string (reader, member);

  if (text == NULL)
    return NULL;
  if (is_blank (text))
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, member, "%s is empty. Leave it out, or give a value.",
                    member);
  else if (strlen (text) > max)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, member, "%s is longer than %" G_GSIZE_FORMAT " bytes.",
                    member, max);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, member,
                      "%s has to be one line without control characters.", member);
  return g_strdup (text);
}

static char *
read_url (BhReader *reader)
{
  g_autofree char *url = read_line (reader, "ticket_url", URL_MAX_BYTES);
  g_autoptr (GUri) uri = NULL;

  if (url == NULL || !bh_reader_ok (reader))
    return NULL;
  uri = g_uri_parse (url, G_URI_FLAGS_PARSE_RELAXED, NULL);
  if (uri == NULL ||
      (!g_str_equal (g_uri_get_scheme (uri), "http") && !g_str_equal (g_uri_get_scheme (uri), "https")) ||
      g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "ticket_url",
                    "ticket_url has to be an http or https address, as in https://example.org/tickets/1.");
  return g_steal_pointer (&url);
}

static void
read_target (BhRunRequest *self, BhReader *reader)
{
  BhReader target;

  if (!bh_reader_child (reader, "target", &target))
    return;
  bh_reader_only (&target, target_members);
  self->target_worker = read_line (&target, "worker", NAME_MAX_BYTES);
  self->target_image = read_line (&target, "image", NAME_MAX_BYTES);
  if (self->target_worker == NULL)
    bh_reader_fail (&target, BH_ERROR_INVALID_FIELD, "worker",
                    "A target names a worker, and maybe an image: {\"worker\": …, \"image\": …}.");
}

static void
read_variable (BhRunRequest *self, BhReader *env, const char *name)
{
  const char *value = bh_reader_peek_string (env, name);

  if (!bh_reader_ok (env))
    return;
  if (!bh_is_env_name (name) || strlen (name) > NAME_MAX_BYTES)
    bh_reader_fail (env, BH_ERROR_INVALID_FIELD, name,
                    "“%.100s” is no name of an environment variable: letters, digits and _, no digit first.",
                    name);
  else if (value == NULL)
    bh_reader_fail (env, BH_ERROR_INVALID_FIELD, name, "%s has to be a string; it may be empty.", name);
  else if (strlen (name) + 1 + strlen (value) >= ENV_VALUE_MAX)
    bh_reader_fail (env, BH_ERROR_INVALID_FIELD, name, "The value of %s is longer than %d KiB.", name,
                    ENV_VALUE_MAX / 1024);
  else
    g_hash_table_insert (self->env, g_strdup (name), g_strdup (value));
}

static void
read_env (BhRunRequest *self, BhReader *reader)
{
  JsonObjectIter iter;
  const char *name;
  BhReader env;

  if (!bh_reader_child (reader, "env", &env))
    return;
  if (json_object_get_size (env.object) > ENV_MAX)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "env",
                    "More than %d environment variables are not possible.", ENV_MAX);
  json_object_iter_init_ordered (&iter, env.object);
  while (bh_reader_ok (reader) && json_object_iter_next_ordered (&iter, &name, NULL))
    read_variable (self, &env, name);
}

static char *
read_network (BhReader *reader)
{
  const char *network = bh_reader_peek_string (reader, "network");

  if (network == NULL)
    return g_strdup ("open");
  if (!g_str_equal (network, "open") && !g_str_equal (network, "offline"))
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "network", "network has to be one of: open, offline.");
  return g_strdup (network);
}

static BhPermissions
read_permissions (const BhRunRequest *self, BhReader *reader)
{
  BhPermissions permissions =
      (BhPermissions) bh_reader_enum (reader, "permissions", BH_TYPE_PERMISSIONS, BH_PERMISSIONS_ALLOW);

  if (permissions == BH_PERMISSIONS_ASK && self->mode == BH_MODE_AUTONOMOUS)
    bh_reader_fail (
        reader, BH_ERROR_INVALID_FIELD, "permissions",
        "An autonomous Run never asks, so it cannot ask for permissions. Leave permissions out, or "
        "make the Run interactive.");
  return permissions;
}

static void
read_policy (BhRunRequest *self, BhReader *reader)
{
  int keep;

  self->mode = (BhMode) bh_reader_enum (reader, "mode", BH_TYPE_MODE, BH_MODE_INTERACTIVE);
  keep = bh_reader_enum (reader, "keep", BH_TYPE_KEEP, -1);
  self->has_keep = keep >= 0;
  if (self->has_keep)
    self->keep = (BhKeep) keep;
  else
    self->keep = self->mode == BH_MODE_AUTONOMOUS ? BH_KEEP_STOP : BH_KEEP_KEEP;
  self->network = read_network (reader);
  self->permissions = read_permissions (self, reader);
  if (self->mode == BH_MODE_AUTONOMOUS && self->target_worker == NULL)
    bh_reader_fail (
        reader, BH_ERROR_TARGET_REQUIRED, "target",
        "An autonomous Run cannot ask where to run. Give a target, as in {\"worker\": \"desk\", \"image\": "
        "\"host\"}, or make the Run interactive.");
}

BhRunRequest *
bh_run_request_from_json (JsonNode *node, GError **error)
{
  g_autoptr (BhRunRequest) self = bh_run_request_new ();
  g_auto (BhReader) reader;

  bh_reader_init (&reader, node);
  bh_reader_only (&reader, members);
  self->instructions = read_instructions (&reader);
  self->name = read_line (&reader, "name", NAME_MAX_BYTES);
  self->ticket_url = read_url (&reader);
  self->workspace = read_line (&reader, "workspace", PATH_MAX_BYTES);
  read_target (self, &reader);
  self->engine = read_line (&reader, "engine", NAME_MAX_BYTES);
  if (self->engine == NULL)
    self->engine = g_strdup ("auto");
  read_env (self, &reader);
  read_policy (self, &reader);
  return bh_reader_finish (&reader, error) ? g_steal_pointer (&self) : NULL;
}

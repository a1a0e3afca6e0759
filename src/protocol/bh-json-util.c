/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-json-util.h"

#include <math.h>
#include <string.h>

static void G_GNUC_PRINTF (4, 0)
    fail_valist (BhReader *self, BhError code, const char *member, const char *format, va_list args)
{
  g_autofree char *path = NULL;
  g_autofree char *message = NULL;

  if (*self->failure != NULL)
    return;
  path = bh_reader_path (self, member);
  message = g_strdup_vprintf (format, args);
  *self->failure = bh_error_new (code, path, "%s", message);
}

void
bh_reader_fail (BhReader *self, BhError code, const char *member, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  fail_valist (self, code, member, format, args);
  va_end (args);
}

static void
fail_type (BhReader *self, const char *member, const char *wanted)
{
  g_autofree char *path = bh_reader_path (self, member);

  bh_reader_fail (self, BH_ERROR_INVALID_FIELD, member, "%s has to be %s.",
                  path != NULL ? path : "The JSON value", wanted);
}

void
bh_reader_init (BhReader *self, JsonNode *node)
{
  *self = (BhReader) { .index = -1 };
  self->failure = &self->own_failure;
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    self->object = json_node_get_object (node);
  else
    fail_type (self, NULL, "an object");
}

void
bh_reader_clear (BhReader *self)
{
  g_clear_error (&self->own_failure);
  self->object = NULL;
}

gboolean
bh_reader_ok (const BhReader *self)
{
  return *self->failure == NULL;
}

gboolean
bh_reader_finish (BhReader *self, GError **error)
{
  if (bh_reader_ok (self))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (self->failure));
  return FALSE;
}

static void
append_path (const BhReader *self, GString *path)
{
  if (self->parent == NULL)
    return;
  append_path (self->parent, path);
  if (path->len > 0)
    g_string_append_c (path, '.');
  g_string_append (path, self->member);
  if (self->index >= 0)
    g_string_append_printf (path, "[%d]", self->index);
}

char *
bh_reader_path (const BhReader *self, const char *member)
{
  GString *path = g_string_new (NULL);

  append_path (self, path);
  if (member != NULL && path->len > 0)
    g_string_append_c (path, '.');
  if (member != NULL)
    g_string_append (path, member);
  return g_string_free (path, path->len == 0);
}

void
bh_reader_only (BhReader *self, const char *const *members)
{
  JsonObjectIter iter;
  const char *name;

  if (self->object == NULL)
    return;
  json_object_iter_init_ordered (&iter, self->object);
  while (json_object_iter_next_ordered (&iter, &name, NULL))
    if (!g_strv_contains (members, name))
      {
        g_autofree char *known = g_strjoinv (", ", (char **) members);

        bh_reader_fail (self, BH_ERROR_UNKNOWN_FIELD, name, "There is no field “%.100s” here. Known are: %s.",
                        name, known);
      }
}

/* (nullable): absent, null, or something has failed before */
static JsonNode *
peek (const BhReader *self, const char *member)
{
  JsonNode *node;

  if (self->object == NULL || *self->failure != NULL)
    return NULL;
  node = json_object_get_member (self->object, member);
  return node == NULL || JSON_NODE_HOLDS_NULL (node) ? NULL : node;
}

static void
init_child (BhReader *self, const char *member, int index, JsonNode *node, BhReader *child)
{
  *child = (BhReader) { .parent = self, .member = member, .index = index, .failure = self->failure };
  if (node == NULL)
    return;
  if (JSON_NODE_HOLDS_OBJECT (node))
    child->object = json_node_get_object (node);
  else
    fail_type (child, NULL, "an object");
}

gboolean
bh_reader_child (BhReader *self, const char *member, BhReader *child)
{
  init_child (self, member, -1, peek (self, member), child);
  return child->object != NULL;
}

JsonArray *
bh_reader_array (BhReader *self, const char *member)
{
  JsonNode *node = peek (self, member);

  if (node == NULL)
    return NULL;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_node_get_array (node);
  fail_type (self, member, "an array");
  return NULL;
}

void
bh_reader_element (BhReader *self, const char *member, JsonArray *array, guint index, BhReader *child)
{
  init_child (self, member, (int) index, json_array_get_element (array, index), child);
}

const char *
bh_reader_peek_string (BhReader *self, const char *member)
{
  JsonNode *node = peek (self, member);

  if (node == NULL)
    return NULL;
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_get_string (node);
  fail_type (self, member, "a string");
  return NULL;
}

char *
bh_reader_string (BhReader *self, const char *member)
{
  return g_strdup (bh_reader_peek_string (self, member));
}

char *
bh_reader_need_string (BhReader *self, const char *member)
{
  const char *value = bh_reader_peek_string (self, member);

  if (value == NULL)
    fail_type (self, member, "given, as a string");
  return g_strdup (value);
}

char **
bh_reader_strv (BhReader *self, const char *member)
{
  JsonArray *array = bh_reader_array (self, member);
  g_autoptr (GStrvBuilder) builder = NULL;

  if (array == NULL)
    return NULL;
  builder = g_strv_builder_new ();
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        {
          fail_type (self, member, "an array of strings");
          return NULL;
        }
      g_strv_builder_add (builder, json_node_get_string (node));
    }
  return g_strv_builder_end (builder);
}

gboolean
bh_reader_boolean (BhReader *self, const char *member, gboolean fallback)
{
  JsonNode *node = peek (self, member);

  if (node == NULL)
    return fallback;
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return json_node_get_boolean (node);
  fail_type (self, member, "true or false");
  return fallback;
}

gint64
bh_reader_int (BhReader *self, const char *member, gint64 min, gint64 max, gint64 fallback)
{
  JsonNode *node = peek (self, member);
  gint64 value;

  if (node == NULL)
    return fallback;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    {
      fail_type (self, member, "a whole number");
      return fallback;
    }
  value = json_node_get_int (node);
  if (value >= min && value <= max)
    return value;
  bh_reader_fail (self, BH_ERROR_INVALID_FIELD, member,
                  "%s has to be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ".", member, min, max);
  return fallback;
}

guint64
bh_reader_uint64 (BhReader *self, const char *member)
{
  return (guint64) bh_reader_int (self, member, 0, G_MAXINT64, 0);
}

guint
bh_reader_uint (BhReader *self, const char *member)
{
  return (guint) bh_reader_int (self, member, 0, G_MAXUINT, 0);
}

double
bh_reader_double (BhReader *self, const char *member)
{
  JsonNode *node = peek (self, member);

  if (node == NULL)
    return 0;
  if (JSON_NODE_HOLDS_VALUE (node) &&
      (json_node_get_value_type (node) == G_TYPE_DOUBLE || json_node_get_value_type (node) == G_TYPE_INT64) &&
      isfinite (json_node_get_double (node)))
    return json_node_get_double (node);
  fail_type (self, member, "a number");
  return 0;
}

gint64
bh_reader_time (BhReader *self, const char *member)
{
  const char *text = bh_reader_peek_string (self, member);
  gint64 time_us = 0;

  if (text != NULL && !bh_time_parse (text, &time_us))
    fail_type (self, member, "a time as in 2026-01-31T12:00:00.000000Z");
  return time_us;
}

static void
fail_enum (BhReader *self, const char *member, GType type)
{
  GEnumClass *klass = g_type_class_ref (type);
  g_autoptr (GString) nicks = g_string_new ("one of: ");

  for (guint i = 0; i < klass->n_values; i++)
    g_string_append_printf (nicks, "%s%s", i > 0 ? ", " : "", klass->values[i].value_nick);
  fail_type (self, member, nicks->str);
  g_type_class_unref (klass);
}

int
bh_reader_enum (BhReader *self, const char *member, GType type, int fallback)
{
  const char *nick = bh_reader_peek_string (self, member);
  int value;

  if (nick != NULL && bh_from_nick (type, nick, &value))
    return value;
  if (nick != NULL || fallback == BH_NEEDED)
    fail_enum (self, member, type);
  return fallback == BH_NEEDED ? 0 : fallback;
}

void
bh_json_set_string (JsonObject *object, const char *member, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, member, value);
  else
    json_object_set_null_member (object, member);
}

void
bh_json_set_time (JsonObject *object, const char *member, gint64 time_us)
{
  g_autofree char *text = bh_time_format (time_us);

  bh_json_set_string (object, member, text);
}

void
bh_json_set_enum (JsonObject *object, const char *member, GType type, int value)
{
  bh_json_set_string (object, member, bh_nick (type, value));
}

void
bh_json_set_double (JsonObject *object, const char *member, double value)
{
  json_object_set_double_member (object, member, isfinite (value) ? value : 0);
}

void
bh_json_set_strv (JsonObject *object, const char *member, char *const *value)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; value != NULL && value[i] != NULL; i++)
    json_array_add_string_element (array, value[i]);
  json_object_set_array_member (object, member, array);
}

void
bh_json_set_object (JsonObject *object, const char *member, JsonObject *value)
{
  if (value != NULL)
    json_object_set_object_member (object, member, value);
  else
    json_object_set_null_member (object, member);
}

JsonNode *
bh_json_take_object (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

gpointer
bh_record_dup (gconstpointer record, gsize size)
{
  gpointer copy = g_atomic_rc_box_alloc (size);

  return memcpy (copy, record, size);
}

void
bh_strings_dup (gpointer record, const gsize *offsets, gsize n_offsets)
{
  for (gsize i = 0; i < n_offsets; i++)
    {
      char **string = G_STRUCT_MEMBER_P (record, offsets[i]);

      *string = g_strdup (*string);
    }
}

void
bh_strings_free (gpointer record, const gsize *offsets, gsize n_offsets)
{
  for (gsize i = 0; i < n_offsets; i++)
    g_clear_pointer ((char **) G_STRUCT_MEMBER_P (record, offsets[i]), g_free);
}

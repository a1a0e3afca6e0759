/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/runs/bh-mask.h"

#include <string.h>

#include "protocol/bh-json.h"

typedef struct
{
  guint8 *bytes;
  gsize length;
} Value;

struct _BhMask
{
  gatomicrefcount refs;
  GArray *values;       /* Value, the longest first */
  gboolean begins[256]; /* a value begins with this byte */
};

static void
wipe (void *bytes, gsize length)
{
  memset (bytes, 0, length);
  /* the compiler must not see that nobody reads it again */
  __asm__ __volatile__ ("" : : "r"(bytes) : "memory");
  g_free (bytes);
}

static void
value_clear (gpointer data)
{
  Value *self = data;

  wipe (self->bytes, self->length);
}

void
bh_mask_wipe (char *value)
{
  if (value != NULL)
    wipe (value, strlen (value));
}

static int
compare_longest (gconstpointer a, gconstpointer b)
{
  gsize one = ((const Value *) a)->length, other = ((const Value *) b)->length;

  return one > other ? -1 : one < other;
}

BhMask *
bh_mask_new (const char *const *values)
{
  BhMask *self = g_new0 (BhMask, 1);

  g_atomic_ref_count_init (&self->refs);
  self->values = g_array_new (FALSE, FALSE, sizeof (Value));
  g_array_set_clear_func (self->values, value_clear);
  for (guint i = 0; values != NULL && values[i] != NULL; i++)
    {
      Value value = { .length = strlen (values[i]) };

      if (value.length < BH_MASK_LEAST || value.length > BH_MASK_MOST)
        continue;
      value.bytes = g_memdup2 (values[i], value.length);
      self->begins[value.bytes[0]] = TRUE;
      g_array_append_val (self->values, value);
    }
  g_array_sort (self->values, compare_longest);
  if (self->values->len == 0)
    g_clear_pointer (&self, bh_mask_unref);
  return self;
}

BhMask *
bh_mask_ref (BhMask *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
bh_mask_unref (BhMask *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_array_unref (self->values);
  g_free (self);
}

/* The length of the longest value at `bytes`; 0: none. *open: a longer one may be there, of which `length`
 * bytes are too few to tell; *most: they are more than half of one. */
static gsize
match (const BhMask *self, const guint8 *bytes, gsize length, gboolean *open, gboolean *most)
{
  *open = *most = FALSE;
  for (guint i = 0; i < self->values->len; i++)
    {
      const Value *value = &g_array_index (self->values, Value, i);

      if (memcmp (value->bytes, bytes, MIN (value->length, length)) != 0)
        continue;
      if (value->length <= length)
        return value->length;
      *open = TRUE;
      *most = *most || length > value->length / 2;
    }
  return 0;
}

gsize
bh_mask_apply (const BhMask *self, guint8 *bytes, gsize length, gboolean last)
{
  gsize at = 0;

  if (self == NULL)
    return length;
  while (at < length)
    {
      gboolean open, most;
      gsize n;

      if (!self->begins[bytes[at]])
        {
          at++;
          continue;
        }
      n = match (self, bytes + at, length - at, &open, &most);
      if (open && !last)
        return at;
      if (most)
        n = length - at;
      memset (bytes + at, '*', n);
      at += MAX (n, 1);
    }
  return length;
}

char *
bh_mask_text (const BhMask *self, const char *text)
{
  char *copy = g_strdup (text);

  g_return_val_if_fail (text != NULL, NULL);
  bh_mask_apply (self, (guint8 *) copy, strlen (copy), TRUE);
  return copy;
}

static void append_masked (const BhMask *self, GString *text, JsonNode *node);

static void
append_object (const BhMask *self, GString *text, JsonObject *object)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;
  const char *comma = "";

  g_string_append_c (text, '{');
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      g_string_append (text, comma);
      bh_json_append_string (text, name);
      g_string_append_c (text, ':');
      append_masked (self, text, value);
      comma = ",";
    }
  g_string_append_c (text, '}');
}

static void
append_array (const BhMask *self, GString *text, JsonArray *array)
{
  g_string_append_c (text, '[');
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      append_masked (self, text, json_array_get_element (array, i));
    }
  g_string_append_c (text, ']');
}

/* No deeper than bh_json_parse() takes it. */
static void
append_masked (const BhMask *self, GString *text, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    append_object (self, text, json_node_get_object (node));
  else if (JSON_NODE_HOLDS_ARRAY (node))
    append_array (self, text, json_node_get_array (node));
  else if (json_node_get_value_type (node) == G_TYPE_STRING)
    {
      g_autofree char *shown = bh_mask_text (self, json_node_get_string (node));

      bh_json_append_string (text, shown);
    }
  else
    bh_json_append (text, node);
}

char *
bh_mask_json (const BhMask *self, const char *text)
{
  g_autofree char *shown = bh_mask_text (self, text);
  g_autoptr (JsonNode) node = NULL;
  GString *masked;

  /* one that JSON quotes is among the values as it is quoted, too */
  if (g_strcmp0 (shown, text) == 0 || (node = bh_json_parse (text, -1, NULL)) == NULL)
    return g_steal_pointer (&shown);
  masked = g_string_new (NULL);
  append_masked (self, masked, node);
  return g_string_free (masked, FALSE);
}

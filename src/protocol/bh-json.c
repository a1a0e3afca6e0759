/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-json.h"

#include <math.h>
#include <string.h>

#include "protocol/bh-error.h"

/* Shorter numbers without an exponent fit a double. */
#define LONG_NUMBER 300

/* The four hex digits of \uXXXX, or -1. */
static int
hex4 (const char *text, const char *end)
{
  int value = 0;

  if (end - text < 4)
    return -1;
  for (guint i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (text[i]))
        return -1;
      value = value * 16 + g_ascii_xdigit_value (text[i]);
    }
  return value;
}

/* Looks at what follows "\u". Returns how many characters belong to it (4, or 10 for a pair), 0 if it is
 * wrong. */
static gsize
scan_unicode (const char *text, const char *end)
{
  int first = hex4 (text, end);
  int second;

  if (first <= 0 || (first >= 0xdc00 && first <= 0xdfff))
    return 0;
  if (first < 0xd800 || first > 0xdbff)
    return 4;
  if (end - text < 10 || text[4] != '\\' || text[5] != 'u')
    return 0;
  second = hex4 (text + 6, end);
  return second >= 0xdc00 && second <= 0xdfff ? 10 : 0;
}

/* `text` is behind the opening quote. Returns behind the closing one, NULL if something is wrong. */
static const char *
scan_string (const char *text, const char *end)
{
  while (text < end && *text != '"')
    {
      if ((guchar) *text < 0x20)
        return NULL;
      if (*text++ != '\\')
        continue;
      if (text == end)
        return NULL;
      if (*text == 'u')
        {
          gsize length = scan_unicode (text + 1, end);

          if (length == 0)
            return NULL;
          text += length;
        }
      else if (strchr ("\"\\/bfnrt", *text) == NULL)
        return NULL;
      text++;
    }
  return text < end ? text + 1 : NULL;
}

/* `*text` is behind the first digit and goes behind the number. Whether it is one that can be written again:
 * json-glib reads 1e999 as infinity, which JSON has no word for. */
static gboolean
scan_number (const char **text, const char *end)
{
  const char *start = *text - 1;
  const char *at = *text;
  gboolean exponent = FALSE;
  g_autofree char *number = NULL;

  for (; at < end && (g_ascii_isalnum (*at) || *at == '.' || *at == '+' || *at == '-'); at++)
    exponent |= g_ascii_isalpha (*at);
  *text = at;
  if (!exponent && at - start < LONG_NUMBER)
    return TRUE;
  number = g_strndup (start, (gsize) (at - start));
  return isfinite (g_ascii_strtod (number, NULL));
}

/* Whether json-glib may have this text. */
static gboolean
scan (const char *text, const char *end, GError **error)
{
  guint depth = 0;
  guint values = 1;

  while (text < end)
    {
      char c = *text++;

      if (c == '"')
        {
          text = scan_string (text, end);
          if (text == NULL)
            {
              bh_set_error (
                  error, BH_ERROR_BAD_JSON, NULL,
                  "The JSON text has a string that is not closed, or holds a control character, a NUL "
                  "or a wrong escape.");
              return FALSE;
            }
        }
      else if (g_ascii_isdigit (c) && !scan_number (&text, end))
        {
          bh_set_error (error, BH_ERROR_BAD_JSON, NULL, "The JSON text has a number that is too large.");
          return FALSE;
        }
      else if ((c == ',' || c == '{' || c == '[') && ++values > BH_JSON_MAX_VALUES)
        {
          bh_set_error (error, BH_ERROR_TOO_LARGE, NULL, "The JSON text has more than %d values.",
                        BH_JSON_MAX_VALUES);
          return FALSE;
        }
      else if ((c == '{' || c == '[') && ++depth > BH_JSON_MAX_DEPTH)
        {
          bh_set_error (error, BH_ERROR_BAD_JSON, NULL, "The JSON text is nested more than %d levels deep.",
                        BH_JSON_MAX_DEPTH);
          return FALSE;
        }
      else if ((c == '}' || c == ']') && depth > 0)
        depth--;
    }
  return TRUE;
}

JsonNode *
bh_json_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) failure = NULL;
  gsize size;
  JsonNode *root;

  g_return_val_if_fail (text != NULL || length == 0, NULL);

  size = length >= 0 ? (gsize) length : strlen (text);
  if (size > BH_JSON_MAX_LENGTH)
    {
      bh_set_error (error, BH_ERROR_TOO_LARGE, NULL, "The JSON text is longer than %d MiB.",
                    BH_JSON_MAX_LENGTH / 1024 / 1024);
      return NULL;
    }
  if (size == 0)
    text = "";
  if (!g_utf8_validate_len (text, size, NULL))
    {
      bh_set_error (error, BH_ERROR_BAD_JSON, NULL, "The JSON text is not valid UTF-8, or holds a NUL.");
      return NULL;
    }
  if (!scan (text, text + size, error))
    return NULL;

  parser = json_parser_new_immutable ();
  json_parser_set_strict (parser, TRUE);
  if (!json_parser_load_from_data (parser, text, (gssize) size, &failure))
    {
      /* it quotes the text, cut anywhere */
      g_autofree char *why = g_utf8_make_valid (failure->message, -1);

      bh_set_error (error, BH_ERROR_BAD_JSON, NULL, "The text is not valid JSON: %s", why);
      return NULL;
    }
  root = json_parser_steal_root (parser);
  if (root == NULL)
    bh_set_error (error, BH_ERROR_BAD_JSON, NULL, "The JSON text is empty.");
  return root;
}

void
bh_json_append_string (GString *text, const char *string)
{
  const char *run;

  if (string == NULL)
    {
      g_string_append (text, "null");
      return;
    }
  g_string_append_c (text, '"');
  for (run = string; *string != '\0'; string++)
    {
      guchar c = (guchar) *string;

      if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
        continue;
      g_string_append_len (text, run, string - run);
      run = string + 1;
      if (c == '\n')
        g_string_append (text, "\\n");
      else if (c == '\t')
        g_string_append (text, "\\t");
      else if (c == '"' || c == '\\')
        g_string_append_printf (text, "\\%c", c);
      else
        g_string_append_printf (text, "\\u%04x", c);
    }
  g_string_append_len (text, run, string - run);
  g_string_append_c (text, '"');
}

static void
append_value (GString *text, JsonNode *node)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      bh_json_append_string (text, json_node_get_string (node));
      break;
    case G_TYPE_BOOLEAN:
      g_string_append (text, json_node_get_boolean (node) ? "true" : "false");
      break;
    case G_TYPE_INT64:
      g_string_append_printf (text, "%" G_GINT64_FORMAT, json_node_get_int (node));
      break;
    case G_TYPE_DOUBLE:
      g_ascii_dtostr (number, sizeof number, json_node_get_double (node));
      g_string_append (text, number);
      /* so that it is read as a double again */
      if (strpbrk (number, ".eE") == NULL)
        g_string_append (text, ".0");
      break;
    default:
      g_return_if_reached ();
    }
}

static void
append_object (GString *text, JsonObject *object)
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
      bh_json_append (text, value);
      comma = ",";
    }
  g_string_append_c (text, '}');
}

static void
append_array (GString *text, JsonArray *array)
{
  g_string_append_c (text, '[');
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      bh_json_append (text, json_array_get_element (array, i));
    }
  g_string_append_c (text, ']');
}

void
bh_json_append (GString *text, JsonNode *node)
{
  g_return_if_fail (text != NULL && node != NULL);

  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      append_object (text, json_node_get_object (node));
      break;
    case JSON_NODE_ARRAY:
      append_array (text, json_node_get_array (node));
      break;
    case JSON_NODE_VALUE:
      append_value (text, node);
      break;
    case JSON_NODE_NULL:
      g_string_append (text, "null");
      break;
    default:
      g_return_if_reached ();
    }
}

char *
bh_json_to_text (JsonNode *node)
{
  GString *text = g_string_sized_new (512);

  bh_json_append (text, node);
  return g_string_free (text, FALSE);
}

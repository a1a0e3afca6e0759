/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-error.h"
#include "protocol/bh-json.h"

#include <string.h>

static void
test_good (void)
{
  static const struct
  {
    const char *text;
    const char *same_as;
  } cases[] = {
    { "null", "null" },
    { " [ 1 , -2.5, true,false , null ] ", "[1,-2.5,true,false,null]" },
    { "{\"b\":1,\"a\":{\"c\":[]}}", "{\"b\":1,\"a\":{\"c\":[]}}" },
    { "\"\\u00fc\\ud83d\\udece \\/ \\\" \\\\ \\n\\t\\b\\u001b\"", "\"ü🛎 / \\\" \\\\ \\n\\t\\u0008\\u001b\"" },
    { "\"[[[\"", "\"[[[\"" },
    { "2.0", "2.0" },
    { "1e3", "1000.0" },
    { "[1e308,1e-999]", "[1e+308,0.0]" },
    { "\"1e999\"", "\"1e999\"" },
    { "9223372036854775807", "9223372036854775807" },
    { "{}", "{}" },
    { "\"\"", "\"\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = bh_json_parse (cases[i].text, -1, &error);
      g_autoptr (JsonNode) again = NULL;
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = bh_json_to_text (node);
      g_assert_cmpstr (text, ==, cases[i].same_as);
      again = bh_json_parse (text, (gssize) strlen (text), &error);
      g_assert_no_error (error);
      g_assert_true (json_node_equal (node, again));
    }
}

static void
assert_bad (const char *text, gssize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = bh_json_parse (text, length, &error);

  if (node != NULL)
    g_test_message ("accepted: %s", text);
  g_assert_null (node);
  g_assert_error (error, BH_ERROR, BH_ERROR_BAD_JSON);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

/* What is wrong is quoted up to a certain byte, which may lie within a character. */
static void
test_bad_words (void)
{
  static const char *const texts[] = { "{\"%s\" 1}", "{\"a\" \"%s\"}", "{\"a\":1 \"%s\"}", "[1 \"%s\"]",
                                       "1 \"%s\"" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (guint shift = 0; shift < 4; shift++)
      {
        g_autoptr (GString) word = g_string_new_len ("xxxx", shift);
        g_autoptr (GString) text = g_string_new (texts[i]);

        for (guint n = 0; n < 300; n++)
          g_string_append_unichar (word, 0x1f514);
        g_string_replace (text, "%s", word->str, 1);
        assert_bad (text->str, (gssize) text->len);
      }
}

static void
test_bad (void)
{
  static const char *const texts[] = {
    "",
    " ",
    "{",
    "}",
    "[",
    "[1,]",
    "{\"a\":1,}",
    "{\"a\"}",
    "{a:1}",
    "{'a':1}",
    "nul",
    "tru",
    "[1 2]",
    "1 2",
    "{}{}",
    "1e999",
    "[-1e999]",
    "{\"a\":1E+309}",
    "\"open",
    "\"\\u12\"",
    "\"\\x41\"",
    "\"\\",
    "\"\\u",
    "\"\\ud83d\"",
    "\"\\udece\"",
    "\"\\ud83d\\u0041\"",
    "\"\\ud83d\\n\"",
    "\"a\\u0000b\"",
    "\"line\nbreak\"",
    "\"\x01\"",
    "// comment\n1",
    "/* comment */ 1",
    "[1] // end",
    "\xff",
    "\"\xc3\"",
    "\"\xed\xa0\x80\"",
    "]",
    "[}",
    "{\"a\":}",
    "{,}",
    "[,]",
    "NaN",
    "Infinity",
    "+1",
    "01",
    ".5",
    "1.",
    "0x10",
    "var x = 1",
    "undefined",
    "True",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_bad (texts[i], -1);
  assert_bad ("[1\0]", 4);
  assert_bad (NULL, 0);
}

static char *
nested (guint depth, const char *open, const char *close)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (text, open);
  for (guint i = 0; i < depth; i++)
    g_string_append (text, close);
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  g_autofree char *most = nested (BH_JSON_MAX_DEPTH, "[", "]");
  g_autofree char *more = nested (BH_JSON_MAX_DEPTH + 1, "[", "]");
  g_autofree char *objects = nested (1000000, "{\"a\":", "}");
  g_autofree char *open = nested (1000000, "[", "");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = bh_json_parse (most, -1, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = bh_json_to_text (node);
  g_assert_cmpstr (text, ==, most);
  assert_bad (more, -1);
  assert_bad (objects, -1);
  assert_bad (open, -1);
}

static void
test_too_large (void)
{
  gsize length = (gsize) BH_JSON_MAX_LENGTH + 1;
  g_autofree char *text = g_malloc0 (length);
  g_autoptr (GError) error = NULL;

  g_assert_null (bh_json_parse (text, (gssize) length, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_TOO_LARGE);
}

/* Many digits are as good as an exponent. */
static void
test_long_numbers (void)
{
  g_autofree char *digits = g_strnfill (309, '9');
  g_autofree char *fits = g_strdup_printf ("%.*s.5", 308, digits);
  g_autofree char *does_not = g_strdup_printf ("%s.5", digits);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = bh_json_parse (fits, -1, &error);

  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_VALUE (node));
  assert_bad (does_not, -1);
}

/* Two bytes of text are a value of a hundred: what is long may be, what is all values may not. */
static void
test_many_values (void)
{
  g_autoptr (GString) text = g_string_new ("[0");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  for (guint i = 2; i < BH_JSON_MAX_VALUES; i++)
    g_string_append (text, ",0");
  g_string_append_c (text, ']');
  node = bh_json_parse (text->str, (gssize) text->len, &error);
  g_assert_no_error (error);
  g_assert_nonnull (node);
  g_string_insert (text, 1, "0,");
  g_assert_null (bh_json_parse (text->str, (gssize) text->len, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_TOO_LARGE);
}

/* Whatever a string holds comes back the same. */
static void
test_strings (void)
{
  for (guint round = 0; round < 3000; round++)
    {
      g_autoptr (GString) string = g_string_new (NULL);
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = NULL;

      for (int i = g_test_rand_int_range (0, 30); i > 0; i--)
        {
          gunichar c = (gunichar) g_test_rand_int_range (1, round % 2 ? 0x80 : 0x110000);

          if (c < 0xd800 || c > 0xdfff)
            g_string_append_unichar (string, c);
        }
      bh_json_append_string (text, string->str);
      g_assert_null (strchr (text->str, '\n'));
      node = bh_json_parse (text->str, (gssize) text->len, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (json_node_get_string (node), ==, string->str);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/json/good", test_good);
  g_test_add_func ("/protocol/json/bad", test_bad);
  g_test_add_func ("/protocol/json/bad-words", test_bad_words);
  g_test_add_func ("/protocol/json/depth", test_depth);
  g_test_add_func ("/protocol/json/too-large", test_too_large);
  g_test_add_func ("/protocol/json/long-numbers", test_long_numbers);
  g_test_add_func ("/protocol/json/many-values", test_many_values);
  g_test_add_func ("/protocol/json/strings", test_strings);
  return g_test_run ();
}

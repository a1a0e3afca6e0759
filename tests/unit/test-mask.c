/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Secret values in output, in one piece and in every other way. */

#include "coordinator/runs/bh-mask.h"

#include <string.h>

#include "protocol/bh-json.h"

#define VALUES(...) ((const char *const[]) { __VA_ARGS__, NULL })

/* Gives `text` in pieces that end where a bit of `cuts` is set, each with what was left of the one before. */
static char *
in_pieces (const BhMask *mask, const char *text, guint64 cuts)
{
  GString *done = g_string_new (NULL);
  g_autoptr (GByteArray) rest = g_byte_array_new ();
  gsize length = strlen (text);

  for (gsize i = 0; i < length; i++)
    {
      gboolean last = i + 1 == length;
      gsize n;

      g_byte_array_append (rest, (const guint8 *) text + i, 1);
      if (!last && (cuts >> (i % 64) & 1) == 0)
        continue;
      n = bh_mask_apply (mask, rest->data, rest->len, last);
      g_string_append_len (done, (const char *) rest->data, (gssize) n);
      g_byte_array_remove_range (rest, 0, (guint) n);
    }
  g_assert_cmpuint (rest->len, ==, 0);
  return g_string_free_and_steal (done);
}

static void
test_cases (void)
{
  static const struct
  {
    const char *values[4];
    const char *text, *masked;
  } cases[] = {
    { { "secret" }, "", "" },
    { { "secret" }, "nothing", "nothing" },
    { { "secret" }, "secret", "******" },
    { { "secret" }, "a secret!", "a ******!" },
    { { "secret" }, "sec", "sec" },
    { { "secret" }, "secre", "*****" },
    { { "secret" }, "secsecret", "sec******" },
    { { "secret" }, "secretsecretsecre", "*****************" },
    { { "sk-abc", "sk-abcdef" }, "sk-abcdef sk-abcde", "********* ********" },
    { { "abcdef", "defghi" }, "abcdefghi", "******ghi" },
    { { "aabaab" }, "aabaabaab", "******aab" },
    { { "aaaaaa" }, "aaaaaaaaaaaaaaa", "************aaa" },
    { { "short" }, "short", "short" },
    { { "geheimnüß" }, "ein geheimnüß\n", "ein ***********\n" },
    { { "line\nbreak" }, "line\nbreak", "**********" },
    { { "******" }, "****", "****" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (BhMask) mask = bh_mask_new (cases[i].values);
      g_autofree char *whole = bh_mask_text (mask, cases[i].text);
      guint n = (guint) MIN (strlen (cases[i].text), 12);

      g_assert_cmpstr (whole, ==, cases[i].masked);
      /* every way of cutting it (the first 12 bytes of it; longer ones repeat the pattern) */
      for (guint64 cuts = 0; cuts < G_GUINT64_CONSTANT (1) << n; cuts++)
        {
          g_autofree char *pieces = in_pieces (mask, cases[i].text, cuts | cuts << 12 | cuts << 24);

          g_assert_cmpstr (pieces, ==, cases[i].masked);
        }
    }
}

/* Of one piece no more is held back than could be the beginning of a value, and that is left alone. */
static void
test_held_back (void)
{
  g_autoptr (BhMask) mask = bh_mask_new (VALUES ("secret", "secretary"));
  guint8 text[] = "my secret";
  guint8 other[] = "my secret!";

  g_assert_cmpuint (bh_mask_apply (mask, text, 9, FALSE), ==, 3);
  g_assert_cmpstr ((const char *) text, ==, "my secret");
  g_assert_cmpuint (bh_mask_apply (mask, text, 9, TRUE), ==, 9);
  g_assert_cmpstr ((const char *) text, ==, "my ******");
  g_assert_cmpuint (bh_mask_apply (mask, other, 10, FALSE), ==, 10);
  g_assert_cmpstr ((const char *) other, ==, "my ******!");
}

static void
test_nothing_to_hide (void)
{
  g_autoptr (BhMask) none = bh_mask_new (NULL);
  g_autoptr (BhMask) empty = bh_mask_new (VALUES ("", "a", "12345"));
  g_autofree char *text = bh_mask_text (NULL, "12345");
  guint8 bytes[] = "12345";

  g_assert_null (none);
  g_assert_null (empty);
  g_assert_cmpstr (text, ==, "12345");
  g_assert_cmpuint (bh_mask_apply (NULL, bytes, 5, FALSE), ==, 5);
}

/* Bytes that are no text, zeros among them. */
static void
test_bytes (void)
{
  g_autoptr (BhMask) mask = bh_mask_new (VALUES ("\xff\xfe\xfd\xfc\xfb\xfa"));
  guint8 bytes[] = "\0\xff\xfe\xfd\xfc\xfb\xfa\0\xff";

  g_assert_cmpuint (bh_mask_apply (mask, bytes, 9, FALSE), ==, 8);
  g_assert_cmpmem (bytes, 9, "\0******\0\xff", 9);
}

/* Whatever the values and the text: cut anyhow it is the same, and no value is left in it. */
/* Numbers and the names of members are nobody's secrets, whatever a key is like. */
static void
test_json (void)
{
  static const struct
  {
    const char *value, *text, *masked;
  } cases[] = {
    { "123456", "{\"id\":1234567,\"text\":\"a 1234567\"}", "{\"id\":1234567,\"text\":\"a ******7\"}" },
    { "123456", "[123456,-123456.5,\"123456\",[null,true]]", "[123456,-123456.5,\"******\",[null,true]]" },
    { "123456", "123456", "123456" },
    { "123456", "\"123456\"", "\"******\"" },
    { "result", "{\"result\":{\"result\":\"the result\"}}", "{\"result\":{\"result\":\"the ******\"}}" },
    { "isError", "{\"isError\":false}", "{\"isError\":false}" },
    { "\":true", "{\"a\":true,\"b\":\"\\\":true\"}", "{\"a\":true,\"b\":\"******\"}" },
    { "nothing", "[\"a\\nothing\"]", "[\"a\\nothing\"]" },
    { "line\"x", "[\"line\\\"x\"]", "[\"******\"]" },
    { "secret", "{ \"as\": 1, \"it\": \"was\" }", "{ \"as\": 1, \"it\": \"was\" }" },
    { "secret", "{ no JSON: secret", "{ no JSON: ******" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) quoted = g_string_new (NULL);
      g_autofree char *as_quoted = NULL, *masked = NULL;
      g_autoptr (BhMask) mask = NULL;

      /* as bh_run_mask_add() does it */
      bh_json_append_string (quoted, cases[i].value);
      as_quoted = g_strndup (quoted->str + 1, quoted->len - 2);
      mask = bh_mask_new (VALUES (cases[i].value, as_quoted));
      masked = bh_mask_json (mask, cases[i].text);
      g_assert_cmpstr (masked, ==, cases[i].masked);
    }
}

static void
test_random (void)
{
  for (guint round = 0; round < 2000; round++)
    {
      char values[3][12] = { 0 }, text[61] = { 0 };
      g_autoptr (BhMask) mask = NULL;
      g_autofree char *whole = NULL, *pieces = NULL;

      for (guint v = 0; v < 3; v++)
        for (gint i = g_test_rand_int_range (6, 11); i > 0; i--)
          values[v][i - 1] = (char) g_test_rand_int_range ('a', 'c');
      for (guint i = 0; i < 60; i++)
        text[i] = (char) g_test_rand_int_range ('a', 'c');
      mask = bh_mask_new (VALUES (values[0], values[1], values[2]));
      whole = bh_mask_text (mask, text);
      pieces = in_pieces (mask, text, (guint64) g_test_rand_int () << 32 | (guint32) g_test_rand_int ());
      g_assert_cmpstr (whole, ==, pieces);
      for (guint v = 0; v < 3; v++)
        g_assert_null (strstr (whole, values[v]));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mask/cases", test_cases);
  g_test_add_func ("/mask/held-back", test_held_back);
  g_test_add_func ("/mask/nothing-to-hide", test_nothing_to_hide);
  g_test_add_func ("/mask/bytes", test_bytes);
  g_test_add_func ("/mask/json", test_json);
  g_test_add_func ("/mask/random", test_random);
  return g_test_run ();
}

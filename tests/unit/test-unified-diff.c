/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-unified-diff.h"

/* Applies what it understands of a unified diff: so that it is right, and not only as expected. */
static char *
patch (const char *before, const char *diff)
{
  g_auto (GStrv) old = g_strsplit (before, "\n", -1);
  g_auto (GStrv) lines = g_strsplit (diff, "\n", -1);
  GString *after = g_string_new (NULL);
  guint at = 0;

  for (guint i = 2; lines[i] != NULL && *lines[i] != '\0'; i++)
    if (*lines[i] == '@')
      {
        char *end = NULL;
        guint64 from = g_ascii_strtoull (lines[i] + 4, &end, 10);
        guint64 length = g_ascii_strtoull (end + 1, NULL, 10);

        for (guint64 begin = length > 0 ? from - 1 : from; at < begin; at++)
          g_string_append_printf (after, "%s\n", old[at]);
      }
    else if (*lines[i] == '+')
      g_string_append_printf (after, "%s\n", lines[i] + 1);
    else
      {
        g_assert_true (*lines[i] == ' ' || *lines[i] == '-');
        g_assert_cmpstr (old[at], ==, lines[i] + 1);
        if (*lines[i] == ' ')
          g_string_append_printf (after, "%s\n", old[at]);
        at++;
      }
  for (; old[at] != NULL && old[at + 1] != NULL; at++)
    g_string_append_printf (after, "%s\n", old[at]);
  return g_string_free (after, FALSE);
}

static char *
random_text (guint lines, guint words)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < lines; i++)
    g_string_append_printf (text, "word %d\n", g_test_rand_int_range (0, (gint32) words));
  return g_string_free (text, FALSE);
}

static void
test_diff_applies (void)
{
  for (guint round = 0; round < 400; round++)
    {
      g_autofree char *before = random_text (round % 40, 2 + round % 7);
      g_autofree char *after = random_text (round * 7 % 40, 2 + round % 7);
      g_autofree char *diff = bh_unified_diff ("a", before, after);
      g_autofree char *patched = *diff != '\0' ? patch (before, diff) : g_strdup (before);

      g_assert_cmpstr (patched, ==, after);
    }
}

static void
test_diff_large (void)
{
  g_autofree char *before = random_text (3000, 100000);
  g_autofree char *after = random_text (3000, 100000);
  g_autofree char *diff = bh_unified_diff ("a", before, after);
  g_autofree char *patched = patch (before, diff);

  g_assert_cmpstr (patched, ==, after);
}

static void
test_diff_ends (void)
{
  g_autofree char *same = bh_unified_diff ("a", "x\ny", "x\ny");
  g_autofree char *new_file = bh_unified_diff ("a", NULL, "x");
  g_autofree char *emptied = bh_unified_diff ("a", "x\n", "");
  g_autofree char *newline = bh_unified_diff ("a", "x\ny", "x\ny\n");

  g_assert_cmpstr (same, ==, "");
  g_assert_cmpstr (new_file, ==, "--- /dev/null\n+++ a\n@@ -0,0 +1,1 @@\n+x\n\\ No newline at end of file\n");
  g_assert_cmpstr (emptied, ==, "--- a\n+++ a\n@@ -1,1 +0,0 @@\n-x\n");
  g_assert_cmpstr (newline, ==, "--- a\n+++ a\n@@ -1,2 +1,2 @@\n x\n-y\n\\ No newline at end of file\n+y\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/diff/applies", test_diff_applies);
  g_test_add_func ("/diff/large", test_diff_large);
  g_test_add_func ("/diff/ends", test_diff_ends);
  return g_test_run ();
}

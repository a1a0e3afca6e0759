/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/runbook/bh-runbook-parser.h"
#include "coordinator/engines/runbook/bh-token.h"

#include <string.h>

/* Sections as one line each: P, B or A, "!" for continue-on-error, its line number, its text with \n as "|".
 */
static char *
outline (const char *markdown)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sections = bh_runbook_parse (markdown, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < sections->len; i++)
    {
      const BhSection *section = sections->pdata[i];

      g_string_append_printf (text, "%c%s%u:%s\n", "PBA"[section->kind],
                              section -> continue_on_error ? "!" : "", section->line,
                              g_strdelimit (section->text, "\n", '|'));
    }
  return g_string_free_and_steal (text);
}

typedef struct
{
  const char *name;
  const char *markdown;
  const char *expected;
} Case;

static const Case cases[] = {
  { "empty", "", "" },
  { "prose", "\n\nHello\nworld\n\n", "P3:Hello|world\n" },
  { "block", "Hi\n```sh\necho a\n\necho b\n```\nBye", "P1:Hi\nB3:echo a||echo b|\nP7:Bye\n" },
  { "tilde", "~~~bash\n```\n~~~\n", "B2:```|\n" },
  { "longer", "````sh\n```\n````\n", "B2:```|\n" },
  { "closed-longer", "```sh\na\n`````  \nb", "B2:a|\nP4:b\n" },
  { "close-with-text", "```sh\na\n``` no\nb\n```", "B2:a|``` no|b|\n" },
  { "unclosed", "```sh\necho a", "B2:echo a|\n" },
  { "indent", "  ```sh\n  a\n    b\n c\n   ```\n", "B2:a|  b|c|\n" },
  { "four", "    ```sh\n    a\n    ```\n", "P1:    ```sh|    a|    ```\n" },
  { "language", "```python\nprint()\n```\n", "P1:```python|print()|```\n" },
  { "hidden-in-other", "````md\n```sh\nrm x\n```\n````\n", "P1:````md|```sh|rm x|```|````\n" },
  { "none", "```\na\n```\n", "P1:```|a|```\n" },
  { "flag", "```sh continue-on-error\na\n```\n", "B!2:a|\n" },
  { "flag-braces", "```BASH {continue-on-error}\na\n```\n", "B!2:a|\n" },
  { "flag-does-not-stay", "```sh continue-on-error\na\n```\n```sh\nb\n```\n", "B!2:a|\nB5:b|\n" },
  { "info-backtick", "```sh `x`\na\n", "P1:```sh `x`|a\n" },
  { "list", "- do\n\n  ```sh\n  a\n  ```\n- more", "P1:- do\nB4:a|\nP6:- more\n" },
  { "list-deep", "10. x\n    - y\n\n      ```sh\n      a\n      ```\n", "P1:10. x|    - y\nB5:a|\n" },
  { "list-over", "- x\n\ntext\n\n    ```sh\n    a\n", "P1:- x||text||    ```sh|    a\n" },
  { "list-line", "- ```sh\n  a\n  ```\n", "B2:a|\n" },
  { "quote", "> ```sh\n> a\n> ```\n", "P1:> ```sh|> a|> ```\n" },
  { "comment", "<!--\n```sh\na\n```\n-->\nb", "P6:b\n" },
  { "crlf", "a\r\n```sh\r\nb\r\n```\r\n", "P1:a\nB3:b|\n" },
  { "bom", "\xef\xbb\xbf```sh\na\n```", "B2:a|\n" },
  { "blank-block", "```sh\n\n  \n```\n", "" },
  { "ask", "```ask\ntext: Go on?\n```\n", "A2:text: Go on?|\n" },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *actual = outline (c->markdown);

  g_assert_cmpstr (actual, ==, c->expected);
}

static void
test_title (void)
{
  static const char *const titles[][2] = {
    { "```sh\n\n# why\n  npm test  \n```", "npm test" },
    { "```sh\n# only\n# this\n```", "# only" },
    { "```sh\n#!/bin/sh\necho a\tb\n```", "echo a b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      g_autoptr (GPtrArray) sections = bh_runbook_parse (titles[i][0], NULL);
      g_autofree char *title = bh_section_title (sections->pdata[0]);

      g_assert_cmpstr (title, ==, titles[i][1]);
      g_assert_cmpuint (bh_runbook_count_blocks (sections), ==, 1);
    }
}

static GPtrArray *
parse_ask (const char *inside, GError **error)
{
  g_autofree char *markdown = g_strdup_printf ("Hello\n```ask\n%s\n```\n", inside);

  return bh_runbook_parse (markdown, error);
}

static void
test_ask (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sections =
      parse_ask ("header: Placement\n# why\ntext: \"Where: here?\"\noptions:\n"
                 "  - Toolbar (recommended): where all look\n  - 'A: b': c\n"
                 "var: PLACE\nother: no\n---\ntext: Which?\nkind: multiple\noptions:\n"
                 "- One\n- Two, 2\n- Three\nrecommended: One, Three\n---\ntext: Name?",
                 &error);
  const BhQuestionSet *set;
  const BhQuestion *question;
  const BhOption *option;

  g_assert_no_error (error);
  set = ((const BhSection *) sections->pdata[1])->questions;
  g_assert_cmpuint (set->questions->len, ==, 3);
  question = set->questions->pdata[0];
  g_assert_cmpstr (question->text, ==, "Where: here?");
  g_assert_cmpstr (question->header, ==, "Placement");
  g_assert_cmpstr (question->var, ==, "PLACE");
  g_assert_cmpint (question->kind, ==, BH_QUESTION_SINGLE);
  g_assert_false (question->allow_other);
  option = question->options->pdata[0];
  g_assert_cmpstr (option->label, ==, "Toolbar");
  g_assert_cmpstr (option->description, ==, "where all look");
  g_assert_true (option->recommended);
  option = question->options->pdata[1];
  g_assert_cmpstr (option->label, ==, "A: b");
  g_assert_cmpstr (option->description, ==, "c");
  question = set->questions->pdata[1];
  g_assert_true (((const BhOption *) question->options->pdata[0])->recommended);
  g_assert_false (((const BhOption *) question->options->pdata[1])->recommended);
  g_assert_true (((const BhOption *) question->options->pdata[2])->recommended);
  g_assert_cmpint (((const BhQuestion *) set->questions->pdata[2])->kind, ==, BH_QUESTION_TEXT);
}

static void
test_ask_errors (void)
{
  static const struct
  {
    const char *inside;
    const char *said;
  } bad[] = {
    { "", "Line 4 " },
    { "header: x", "Line 3 " },
    { "text: a\nwhat", "Line 4 " },
    { "text: a\nwhat: b", "Line 4 " },
    { "text: a\ntext: b", "Line 4 " },
    { "text: a\n- x", "Line 4 " },
    { "text: a\noptions: x", "Line 4 " },
    { "text: a\noptions:\n- \n", "Line 5 " },
    { "text: a\noptions:\n- 'x' y", "Line 5 " },
    { "text: a\nother: maybe", "Line 4 " },
    { "text: a\nvar: 1x", "Line 3 " },
    { "text: a\nkind: quiz", "Line 3 " },
    { "text: a\n---\ntext: b\noptions:\n- x\nrecommended: y", "Line 5 " },
    { "text: |", "Line 3 " },
    { "text: a\n---\n", "Line " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) sections = parse_ask (bad[i].inside, &error);

      g_test_message ("%s -> %s", bad[i].inside, error != NULL ? error->message : "no error");
      g_assert_null (sections);
      g_assert_error (error, BH_ERROR, BH_ERROR_INVALID_FIELD);
      g_assert_cmpstr (bh_error_field (error), ==, "instructions");
      g_assert_true (g_str_has_prefix (error->message, bad[i].said));
    }
}

/* Not timed: what is not linear here takes minutes, and the harness ends it. */
static void
test_hostile (void)
{
  static const char *const units[] = { "`", "- ", "```sh\n", "```sh\na\n```\n", "<!--\n", "> ", "\n",
                                       " ", "\t", "1. ",     "~~~ask\n" };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GPtrArray) sections = NULL;

      while (text->len < BH_INSTRUCTIONS_MAX)
        g_string_append (text, units[i]);
      sections = bh_runbook_parse (text->str, NULL);
      g_assert_true (sections != NULL || i == G_N_ELEMENTS (units) - 1);
    }
}

#define TOKEN "0123456789abcdef0123456789abcdef"

/* The whole of `bytes` in two chunks, what is undecided joined with what follows: as the shell's reader does.
 */
static void
scan_cut (const char *bytes, gsize length, gsize cut, gsize output, gboolean found, int status)
{
  BhTokenScan scan;
  gsize seen;

  bh_token_scan (TOKEN, bytes, cut, &scan);
  g_assert_cmpuint (cut - (scan.found ? scan.end : scan.output), <=, scan.found ? cut : BH_TOKEN_UNDECIDED);
  seen = scan.output;
  if (!scan.found)
    {
      bh_token_scan (TOKEN, bytes + seen, length - seen, &scan);
      scan.output += seen;
      scan.end += seen;
    }
  g_assert_true (scan.found == found);
  g_assert_cmpuint (scan.output, ==, output);
  if (found)
    {
      g_assert_cmpint (scan.status, ==, status);
      g_assert_cmpint (bytes[scan.end - 1], ==, '\n');
    }
}

static void
test_token (void)
{
  static const struct
  {
    const char *bytes;
    gsize output;
    gboolean found;
    int status;
  } scans[] = {
    { "out\n\036" TOKEN ":0\n", 4, TRUE, 0 },
    { "no newline\036" TOKEN ":255\nafter", 10, TRUE, 255 },
    { "\036" TOKEN ":7\n", 0, TRUE, 7 },
    { "\036\036\036012\036" TOKEN ":1\n", 6, TRUE, 1 },
    { "\036" TOKEN " 1\n\036" TOKEN ":2\n", 36, TRUE, 2 },
    { "\036" TOKEN ":\n", 35, FALSE, 0 },
    { "\036" TOKEN ":1234\n", 39, FALSE, 0 },
    { "plain", 5, FALSE, 0 },
    { "\036" TOKEN ":12", 0, FALSE, 0 },
    { "x\0360123", 1, FALSE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (scans); i++)
    for (gsize cut = 0; cut <= strlen (scans[i].bytes); cut++)
      scan_cut (scans[i].bytes, strlen (scans[i].bytes), cut, scans[i].output, scans[i].found,
                scans[i].status);
}

static void
test_token_new (void)
{
  g_autofree char *one = bh_token_new ();
  g_autofree char *other = bh_token_new ();

  g_assert_cmpuint (strlen (one), ==, BH_TOKEN_DIGITS);
  g_assert_cmpuint (strspn (one, "0123456789abcdef"), ==, BH_TOKEN_DIGITS);
  g_assert_cmpstr (one, !=, other);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/runbook/parse/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/runbook/title", test_title);
  g_test_add_func ("/runbook/ask", test_ask);
  g_test_add_func ("/runbook/ask-errors", test_ask_errors);
  g_test_add_func ("/runbook/hostile", test_hostile);
  g_test_add_func ("/runbook/token", test_token);
  g_test_add_func ("/runbook/token-new", test_token_new);
  return g_test_run ();
}

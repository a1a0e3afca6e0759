/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Markdown in widgets, on a screen: what is shown, what stays when a text grows, and what strangers write. */

#include "config.h"

#include <adwaita.h>

#include "app/widgets/bh-code-view.h"
#include "app/widgets/bh-markdown-plan.h"
#include "app/widgets/bh-markdown.h"

typedef struct
{
  GtkWidget *window;
  BhMarkdown *markdown;
  GPtrArray *links; /* what was opened */
} Fixture;

static gboolean
on_link (Fixture *self, const char *uri)
{
  g_ptr_array_add (self->links, g_strdup (uri));
  return TRUE;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->window = gtk_window_new ();
  self->markdown = BH_MARKDOWN (bh_markdown_new ());
  self->links = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect_swapped (self->markdown, "link", G_CALLBACK (on_link), self);
  gtk_window_set_child (GTK_WINDOW (self->window), gtk_scrolled_window_new ());
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (gtk_window_get_child (GTK_WINDOW (self->window))),
                                 GTK_WIDGET (self->markdown));
  gtk_window_set_default_size (GTK_WINDOW (self->window), 600, 400);
  gtk_window_present (GTK_WINDOW (self->window));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  gpointer markdown = self->markdown;

  g_object_add_weak_pointer (G_OBJECT (markdown), &markdown);
  gtk_window_destroy (GTK_WINDOW (self->window));
  while (markdown != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_ptr_array_unref (self->links);
}

static void
collect (GtkWidget *widget, GType type, GPtrArray *found)
{
  if (!gtk_widget_get_visible (widget))
    return;
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    g_ptr_array_add (found, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    collect (child, type, found);
}

static GPtrArray *
all (Fixture *self, GType type)
{
  GPtrArray *found = g_ptr_array_new ();

  collect (GTK_WIDGET (self->markdown), type, found);
  return found;
}

/* All that the labels say, by lines. */
static char *
said (Fixture *self)
{
  g_autoptr (GPtrArray) labels = all (self, GTK_TYPE_LABEL);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < labels->len; i++)
    g_string_append_printf (text, "%s\n", gtk_label_get_text (labels->pdata[i]));
  return g_string_free (text, FALSE);
}

static void
wait_said (Fixture *self, const char *part)
{
  for (;;)
    {
      g_autofree char *text = said (self);
      if (strstr (text, part) != NULL)
        return;
      g_main_context_iteration (NULL, TRUE);
    }
}

/* What is not built in the first frame is in one of the next. */
static void
await_said (Fixture *self, const char *expected)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  for (;;)
    {
      g_autofree char *text = said (self);
      if (g_str_equal (text, expected))
        return;
      if (g_get_monotonic_time () > deadline)
        g_assert_cmpstr (text, ==, expected);
      g_main_context_iteration (NULL, FALSE);
    }
}

static void
assert_said (Fixture *self, const char *markdown, const char *expected)
{
  bh_markdown_set_text (self->markdown, markdown);
  await_said (self, expected);
}

static void
test_blocks (Fixture *self, gconstpointer data)
{
  assert_said (self, "Plain, quite plain.", "Plain, quite plain.\n");
  assert_said (self, "# A *b*\n\nc\nd", "A b\nc d\n");
  assert_said (self, "7. a\n8. b\n   - [x] c\n   - [ ] d\n", "7.\na\n8.\nb\n☑\nc\n☐\nd\n");
  assert_said (self, "> q\n>> r\n\n|a|b|\n|-|-|\n|c|", "q\nr\na\nb\nc\n\n");
  bh_markdown_set_text (self->markdown, "```c\nint x;\n```\n");
  g_autoptr (GPtrArray) views = all (self, BH_TYPE_CODE_VIEW);
  g_assert_cmpuint (views->len, ==, 1);
  g_assert_cmpstr (bh_code_view_get_text (views->pdata[0]), ==, "int x;");
}

static void
test_heading_role (Fixture *self, gconstpointer data)
{
  bh_markdown_set_text (self->markdown, "### Third");
  g_autoptr (GPtrArray) labels = all (self, GTK_TYPE_LABEL);
  g_assert_cmpuint (labels->len, ==, 1);
  g_assert_cmpint (gtk_accessible_get_accessible_role (labels->pdata[0]), ==, GTK_ACCESSIBLE_ROLE_HEADING);
}

/* No text is obeyed by a label, and no link but the safe ones is in one. */
static void
test_hostile (Fixture *self, gconstpointer data)
{
  static const char *const texts[] = {
    "<span foreground='red'>a</span> &lt;b&gt;x&lt;/b&gt;",
    "<a href=\"javascript:alert(1)\">a</a> [b](javascript:alert(1)) [c](JAVASCRIPT:x)",
    "[d](file:///etc/passwd)",
    "[a](http://e.org/\"><b>x</b>) [b](http://e.org/?a=1&b=<c>) [`<i>`](http://e.org 'title\"><b>')",
    "&#0; &#27;[31m &#x202e; \xff\xfe _a_ &#60;a href='x'&#62;",
    "![<b>](http://e.org/a.png) ![](data:image/png;base64,AAAA) ![x](file:///x)",
    "www.e.org/<b> http://e.org/&quot;><i> a@b.org xmpp:a@b.org",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GPtrArray) blocks = bh_markdown_plan (texts[i], strlen (texts[i]));
      bh_markdown_set_text (self->markdown, texts[i]);
      g_autoptr (GPtrArray) labels = all (self, GTK_TYPE_LABEL);
      g_autoptr (GPtrArray) pictures = all (self, GTK_TYPE_PICTURE);
      g_assert_cmpuint (labels->len, ==, blocks->len);
      g_assert_cmpuint (pictures->len, ==, 0);
      for (guint k = 0; k < labels->len; k++)
        {
          const char *markup = gtk_label_get_label (labels->pdata[k]);
          g_assert_cmpstr (gtk_label_get_text (labels->pdata[k]), ==,
                           ((BhMarkdownBlock *) blocks->pdata[k])->text);
          if (!gtk_label_get_use_markup (labels->pdata[k]))
            continue;
          /* whatever is not escaped is ours */
          for (const char *at = strchr (markup, '<'); at != NULL; at = strchr (at + 1, '<'))
            g_assert_true (g_str_has_prefix (at, "</a>") || g_str_has_prefix (at, "<a href=\"http://") ||
                           g_str_has_prefix (at, "<a href=\"mailto:"));
        }
    }
}

static void
test_links (Fixture *self, gconstpointer data)
{
  gboolean handled = FALSE;

  bh_markdown_set_text (self->markdown, "[a](https://e.org/?x=1&y=<2>)");
  g_autoptr (GPtrArray) labels = all (self, GTK_TYPE_LABEL);
  g_signal_emit_by_name (labels->pdata[0], "activate-link", "https://e.org/", &handled);
  g_assert_true (handled);
  g_signal_emit_by_name (labels->pdata[0], "activate-link", "file:///etc/passwd", &handled);
  g_assert_true (handled);
  bh_markdown_open_link (self->markdown, "javascript:x");
  bh_markdown_open_link (self->markdown, "MAILTO:a@b.org");
  g_assert_cmpuint (self->links->len, ==, 2);
  g_assert_cmpstr (self->links->pdata[0], ==, "https://e.org/");
  g_assert_cmpstr (self->links->pdata[1], ==, "MAILTO:a@b.org");
}

static void
test_safe_links (void)
{
  g_assert_true (bh_markdown_is_safe_link ("http://a"));
  g_assert_true (bh_markdown_is_safe_link ("HTTPS://a/b?c#d"));
  g_assert_true (bh_markdown_is_safe_link ("mailto:a@b"));
  g_assert_false (bh_markdown_is_safe_link (""));
  g_assert_false (bh_markdown_is_safe_link ("//a"));
  g_assert_false (bh_markdown_is_safe_link ("file:///a"));
  g_assert_false (bh_markdown_is_safe_link (" javascript:a"));
  g_assert_false (bh_markdown_is_safe_link ("http://a b"));
  g_assert_false (bh_markdown_is_safe_link ("http://a\xe2\x80\xae"));
  g_assert_false (bh_markdown_is_safe_link ("http://\xff"));
}

/* A text that grows keeps the widgets that are right. */
static void
test_growth (Fixture *self, gconstpointer data)
{
  bh_markdown_set_text (self->markdown, "# One\n\nTwo\n\nThree");
  g_autoptr (GPtrArray) before = all (self, GTK_TYPE_LABEL);
  bh_markdown_append (self->markdown, " and *more*");
  wait_said (self, "Three and more");
  bh_markdown_append (self->markdown, "\n\n```c\nint a;\n");
  bh_markdown_append (self->markdown, "int b;\n");
  for (;;)
    {
      g_autoptr (GPtrArray) views = all (self, BH_TYPE_CODE_VIEW);
      if (views->len == 1 && g_str_equal (bh_code_view_get_text (views->pdata[0]), "int a;\nint b;"))
        break;
      g_main_context_iteration (NULL, TRUE);
    }
  bh_markdown_append (self->markdown, "```\n- a\n- b");
  wait_said (self, "•\na\n•\nb\n");
  bh_markdown_append (self->markdown, "c\n- d");
  wait_said (self, "•\na\n•\nbc\n•\nd\n");
  g_autoptr (GPtrArray) after = all (self, GTK_TYPE_LABEL);
  for (guint i = 0; i < before->len; i++)
    g_assert_true (before->pdata[i] == after->pdata[i]);
}

/* Whatever pieces a text comes in, what is shown is that of the whole. */
static void
test_growth_is_exact (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "ui", "sample.md", NULL);
  g_autofree char *whole = NULL;
  g_autoptr (GString) so_far = g_string_new (NULL);
  gsize length = 0;

  g_assert_true (g_file_get_contents (path, &whole, &length, NULL));
  for (gsize at = 0; at < length; at += 23)
    {
      g_autofree char *piece = g_strndup (whole + at, MIN (length - at, 23));
      bh_markdown_append (self->markdown, piece);
      for (int i = 0; i < 4; i++)
        g_main_context_iteration (NULL, FALSE);
    }
  wait_said (self, "Last paragraph.");
  g_autofree char *grown = said (self);
  bh_markdown_set_text (self->markdown, "");
  bh_markdown_set_text (self->markdown, whole);
  wait_said (self, "Last paragraph.");
  g_autofree char *at_once = said (self);
  g_assert_cmpstr (grown, ==, at_once);
}

static GtkWidget *
more_button (Fixture *self)
{
  GtkWidget *last = gtk_widget_get_last_child (gtk_widget_get_first_child (GTK_WIDGET (self->markdown)));

  return GTK_IS_BUTTON (last) && gtk_widget_get_visible (last) ? last : NULL;
}

/* The beginning of a text that is too long, and a button for more. No label is so long that it would stall.
 */
static void
test_huge (Fixture *self, gconstpointer data)
{
  const char *piece = data;
  g_autoptr (GString) text = g_string_new (NULL);

  while (text->len < 1024 * 1024)
    g_string_append (text, piece);
  bh_markdown_set_text (self->markdown, text->str);
  while (more_button (self) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_autoptr (GPtrArray) labels = all (self, GTK_TYPE_LABEL);
  g_assert_cmpuint (labels->len, <, 1200);
  for (guint i = 0; i < labels->len; i++)
    g_assert_cmpuint (strlen (gtk_label_get_text (labels->pdata[i])), <=, BH_MARKDOWN_PIECE_MAX);
  guint before = labels->len;
  g_signal_emit_by_name (more_button (self), "clicked");
  g_assert_null (more_button (self));
  while (more_button (self) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_autoptr (GPtrArray) more = all (self, GTK_TYPE_LABEL);
  g_assert_cmpuint (more->len, >, before);
  bh_markdown_append (self->markdown, "x");
  bh_markdown_set_text (self->markdown, "short");
  g_autofree char *shown = said (self);
  g_assert_cmpstr (shown, ==, "short\n");
}

static gsize
shown_bytes (Fixture *self)
{
  g_autoptr (GPtrArray) labels = all (self, GTK_TYPE_LABEL);
  g_autoptr (GPtrArray) views = all (self, BH_TYPE_CODE_VIEW);
  gsize bytes = 0;

  g_assert_cmpuint (labels->len, <, 1200);
  g_assert_cmpuint (views->len, <, 60);
  for (guint i = 0; i < labels->len; i++)
    bytes += strlen (gtk_label_get_text (labels->pdata[i]));
  for (guint i = 0; i < views->len; i++)
    bytes += strlen (bh_code_view_get_text (views->pdata[i]));
  return bytes;
}

static void
on_elsewhere (guint *times)
{
  (*times)++;
}

/* Where somebody has all of it elsewhere, there is a limit to what is laid out here; and nothing is lost. */
static void
test_elsewhere (Fixture *self, gconstpointer data)
{
  const char *piece = data;
  g_autoptr (GString) text = g_string_new (NULL);
  guint times = 0;

  if (*piece == '`')
    g_string_append (text, "```c\n");
  if (*piece == '|')
    g_string_append (text, "|a|\n|-|\n");
  while (text->len < 1024 * 1024)
    g_string_append (text, piece + (*piece == '`'));
  g_signal_connect_swapped (self->markdown, "elsewhere", G_CALLBACK (on_elsewhere), &times);
  bh_markdown_set_text (self->markdown, text->str);
  for (guint i = 0; i < 2; i++)
    {
      while (more_button (self) == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpuint (shown_bytes (self), <, 80 * 1024);
      g_assert_cmpuint (times, ==, 0);
      g_signal_emit_by_name (more_button (self), "clicked");
    }
  while (times == 0 && more_button (self) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (times, ==, 1);
  g_assert_cmpuint (shown_bytes (self), <, 80 * 1024);
  g_assert_cmpstr (bh_markdown_get_text (self->markdown), ==, text->str);
}

/* How a text that is too long is cut: at words, but not in scripts that have none between them. */
static void
test_pieces (void)
{
  static const struct
  {
    const char *piece;
    gsize most; /* of a piece */
  } cases[] = {
    { "some words ", BH_MARKDOWN_PIECE_MAX },
    { "\344\273\245\344\270\213", BH_MARKDOWN_PIECE_MAX },
    { "\340\270\201\340\270\262", BH_MARKDOWN_PIECE_MAX },
    { "x", BH_MARKDOWN_PIECE_MAX / 4 },
    { "\303\244", BH_MARKDOWN_PIECE_MAX / 4 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GString) again = g_string_new (NULL);
      while (text->len < 8000)
        g_string_append (text, cases[i].piece);
      g_autoptr (GPtrArray) blocks = bh_markdown_plan (text->str, text->len);
      for (guint k = 0; k < blocks->len; k++)
        {
          const BhMarkdownBlock *block = blocks->pdata[k];
          g_assert_cmpuint (strlen (block->text), <=, cases[i].most);
          g_assert_true (g_utf8_validate (block->text, -1, NULL));
          g_string_append_printf (again, "%s%s", k > 0 && *cases[i].piece == 's' ? " " : "", block->text);
        }
      g_assert_cmpuint (blocks->len, <=, 8100 / (cases[i].most * 3 / 4) + 1);
      g_strchomp (text->str);
      g_assert_cmpstr (again->str, ==, text->str);
    }
}

/* What is code may be the white space that a piece loses. */
static void
test_spans_of_pieces (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_spans = 0;

  while (text->len < 930)
    g_string_append (text, "some words ");
  g_string_append (text, "` ` ");
  for (guint i = 0; i < 150; i++)
    g_string_append_c (text, 'x');
  g_string_append (text, " and **more** of it");
  g_autoptr (GPtrArray) blocks = bh_markdown_plan (text->str, text->len);
  g_assert_cmpuint (blocks->len, ==, 2);
  for (guint i = 0; i < blocks->len; i++)
    {
      const BhMarkdownBlock *block = blocks->pdata[i];
      for (guint k = 0; block->spans != NULL && k < block->spans->len; k++, n_spans++)
        {
          BhMarkdownSpan span = g_array_index (block->spans, BhMarkdownSpan, k);
          g_assert_cmpuint (span.start, <, span.end);
          g_assert_cmpuint (span.end, <=, strlen (block->text));
        }
    }
  g_assert_cmpuint (n_spans, ==, 1);
}

/* For labels that know no Markdown. */
static void
test_line (void)
{
  static const char *const cases[][2] = {
    { "Plain.", "Plain." },
    { "Block 1 exited with 3: `exit 3`.", "Block 1 exited with 3: exit 3." },
    { "# A *b*\n\n- c\n- [d](https://e.org/)\n", "A b c d" },
    { "`<b>` & \\*", "<b> & *" },
    { "", "" },
  };
  g_autofree char *much = g_strnfill (5000, 'x');
  g_autofree char *cut = bh_markdown_line (much, 100);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = bh_markdown_line (cases[i][0], 100);
      g_assert_cmpstr (line, ==, cases[i][1]);
    }
  g_assert_cmpuint (strlen (cut), ==, 100 + strlen ("…"));
  g_assert_true (g_str_has_suffix (cut, "x…"));
}

static guint
depth_of (GtkWidget *widget)
{
  guint depth = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      guint below = depth_of (child) + 1;
      depth = MAX (depth, below);
    }
  return depth;
}

static void
test_nesting (Fixture *self, gconstpointer data)
{
  static const char *const marks[] = { ">", "- ", "1. ", "[", "![", "*", "**a", "> - " };

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      for (int k = 0; k < 3000; k++)
        g_string_append (text, marks[i]);
      g_string_append (text, "end");
      bh_markdown_set_text (self->markdown, "");
      bh_markdown_set_text (self->markdown, text->str);
      wait_said (self, "end");
      g_assert_cmpuint (depth_of (GTK_WIDGET (self->markdown)), <, 40);
    }
}

static void
test_plain (Fixture *self, gconstpointer data)
{
  g_object_set (self->markdown, "plain", TRUE, NULL);
  assert_said (self, "# *a*\n- b  <c>\n", "# *a*\n- b  <c>\n");
  g_object_set (self->markdown, "plain", FALSE, NULL);
  await_said (self, "a\n•\nb  <c>\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
#define ADD(path, data, function) g_test_add (path, Fixture, data, set_up, function, tear_down)
  ADD ("/markdown/blocks", NULL, test_blocks);
  ADD ("/markdown/heading-role", NULL, test_heading_role);
  ADD ("/markdown/hostile", NULL, test_hostile);
  ADD ("/markdown/links", NULL, test_links);
  g_test_add_func ("/markdown/safe-links", test_safe_links);
  ADD ("/markdown/growth", NULL, test_growth);
  ADD ("/markdown/growth-is-exact", NULL, test_growth_is_exact);
  ADD ("/markdown/huge/paragraphs", "A paragraph with *some* `words` in it.\n\n", test_huge);
  ADD ("/markdown/huge/one-line", "word ", test_huge);
  ADD ("/markdown/huge/one-word", "x", test_huge);
  ADD ("/markdown/huge/items", "- a\n", test_huge);
  ADD ("/markdown/elsewhere/paragraphs", "A paragraph with *some* `words` in it.\n\n", test_elsewhere);
  ADD ("/markdown/elsewhere/one-word", "x", test_elsewhere);
  ADD ("/markdown/elsewhere/code", "`int x;\n", test_elsewhere);
  ADD ("/markdown/elsewhere/fences", "~~~\nx\n~~~\n\n", test_elsewhere);
  ADD ("/markdown/elsewhere/table", "|b|\n", test_elsewhere);
  ADD ("/markdown/elsewhere/quotes", "> > > > > > > > > a\n\n", test_elsewhere);
  g_test_add_func ("/markdown/pieces", test_pieces);
  g_test_add_func ("/markdown/spans-of-pieces", test_spans_of_pieces);
  g_test_add_func ("/markdown/line", test_line);
  ADD ("/markdown/nesting", NULL, test_nesting);
  ADD ("/markdown/plain", NULL, test_plain);
  return g_test_run ();
}

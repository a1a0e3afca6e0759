/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Code and output: what is shown of them, and what is copied. */

#include "config.h"

#include <adwaita.h>
#include <gtksourceview/gtksource.h>

#include "app/widgets/bh-code-language.h"
#include "app/widgets/bh-code-view.h"

static GtkWidget *
descendant (GtkWidget *widget, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = descendant (child, type);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkTextBuffer *
buffer_of (BhCodeView *view)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (descendant (GTK_WIDGET (view), GTK_TYPE_TEXT_VIEW)));
}

static char *
shown (BhCodeView *view)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer_of (view), &start, &end);
  return gtk_text_buffer_get_text (buffer_of (view), &start, &end, TRUE);
}

static void
assert_shown (BhCodeView *view, const char *expected)
{
  g_autofree char *text = shown (view);

  g_assert_cmpstr (text, ==, expected);
}

static void
run_until_lines (BhCodeView *view, int lines)
{
  while (gtk_text_buffer_get_line_count (buffer_of (view)) != lines)
    g_main_context_iteration (NULL, TRUE);
}

static BhCodeView *
new_view (void)
{
  return BH_CODE_VIEW (g_object_ref_sink (bh_code_view_new ()));
}

static void
test_text (void)
{
  g_autoptr (BhCodeView) view = new_view ();

  bh_code_view_set_text (view, "one\ntwo\n", -1);
  assert_shown (view, "one\ntwo");
  bh_code_view_append (view, "three", 0);
  assert_shown (view, "one\ntwo\nthree");
  g_assert_cmpstr (bh_code_view_get_text (view), ==, "one\ntwo\nthree");
  bh_code_view_set_text (view, "a\0b", 3);
  g_assert_cmpint (gtk_text_buffer_get_line_count (buffer_of (view)), ==, 1);
  bh_code_view_set_text (view, NULL, -1);
  assert_shown (view, "");
}

static void
assert_at (GtkWidget *widget, GtkWidget *of, float x, float y)
{
  graphene_rect_t bounds;

  g_assert_true (gtk_widget_compute_bounds (widget, of, &bounds));
  g_assert_cmpfloat (bounds.origin.x, >=, x);
  g_assert_cmpfloat (bounds.origin.y, >=, y);
}

static void
lay_out (BhCodeView *view)
{
  int height;

  gtk_widget_measure (GTK_WIDGET (view), GTK_ORIENTATION_VERTICAL, 300, NULL, &height, NULL, NULL);
  gtk_widget_allocate (GTK_WIDGET (view), 300, height, -1, NULL);
}

/* A title has its row, with the buttons. Without one they stand beside the text, and no row is empty. */
static void
test_title (void)
{
  g_autoptr (BhCodeView) view = new_view ();
  GtkWidget *text = descendant (GTK_WIDGET (view), GTK_TYPE_SCROLLED_WINDOW);
  GtkWidget *copy = descendant (GTK_WIDGET (view), GTK_TYPE_BUTTON);
  int untitled, titled;

  bh_code_view_set_text (view, "one", -1);
  for (int i = 0; i < 2; i++)
    {
      lay_out (view);
      untitled = gtk_widget_get_height (GTK_WIDGET (view));
      g_assert_cmpint (untitled, ==,
                       MAX (gtk_widget_get_height (text),
                            gtk_widget_get_height (gtk_widget_get_parent (copy))));
      assert_at (copy, GTK_WIDGET (view), gtk_widget_get_width (text), 0);
      g_object_set (view, "title", "python", NULL);
      lay_out (view);
      titled = gtk_widget_get_height (GTK_WIDGET (view));
      g_assert_cmpint (titled, >, untitled);
      g_assert_cmpint (gtk_widget_get_width (text), ==, 300);
      assert_at (text, GTK_WIDGET (view), 0, gtk_widget_get_height (copy));
      g_object_set (view, "title", i == 0 ? "" : NULL, NULL);
    }
  lay_out (view);
  g_assert_cmpint (gtk_widget_get_height (GTK_WIDGET (view)), ==, untitled);
}

static void
test_hostile (void)
{
  g_autoptr (BhCodeView) view = new_view ();

  bh_code_view_set_text (view, "\xff\xfe \x1b[31mred\x1b[0m \xe2\x80\xae<b>\xe2\x80\xa9x", -1);
  g_autofree char *text = shown (view);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_null (strchr (text, '\x1b'));
  g_assert_null (strstr (text, "\xe2\x80\xae"));
  g_assert_nonnull (strstr (text, "<b>"));
  g_assert_cmpint (gtk_text_buffer_get_line_count (buffer_of (view)), ==, 1);
}

/* A line that is too long is cut, also while it grows, and what comes after it is there. */
static void
test_long_line (void)
{
  g_autoptr (BhCodeView) view = new_view ();
  g_autofree char *line = g_strnfill (1024 * 1024, 'x');

  bh_code_view_set_text (view, line, -1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (gtk_text_buffer_get_char_count (buffer_of (view)), <, BH_CODE_VIEW_LINE_MAX + 100);
  bh_code_view_append (view, line, 0);
  bh_code_view_append (view, "\nend", 0);
  run_until_lines (view, 2);
  g_autofree char *text = shown (view);
  g_assert_true (g_str_has_suffix (text, " more in this line\nend"));
  g_assert_cmpuint (strlen (text), <, BH_CODE_VIEW_LINE_MAX + 100);
  g_assert_cmpuint (strlen (bh_code_view_get_text (view)), ==, 2 * 1024 * 1024 + 4);
}

static void
test_cut_between_characters (void)
{
  g_autoptr (BhCodeView) view = new_view ();
  g_autoptr (GString) line = g_string_new (NULL);

  for (int i = 0; i < BH_CODE_VIEW_LINE_MAX; i++)
    g_string_append (line, "\xf0\x9f\x9b\x8e");
  bh_code_view_set_text (view, line->str, -1);
  assert_shown (view, line->str);
  bh_code_view_append (view, "\xf0\x9f\x9b\x8e", 0);
  g_autofree char *text = shown (view);
  g_assert_true (g_str_has_prefix (text, line->str));
  g_assert_nonnull (strstr (text + line->len, "4 bytes"));
}

/* What is kept of a tail is bounded, and what is shown is what is kept. */
static void
test_tail (void)
{
  g_autoptr (BhCodeView) view = new_view ();
  const gsize keep = 4096;

  for (int i = 0; i < 5000; i++)
    {
      g_autofree char *line = g_strdup_printf ("line %d\n", i);
      bh_code_view_append (view, line, keep);
      g_assert_cmpuint (strlen (bh_code_view_get_text (view)), <=, keep);
    }
  g_autofree char *kept = g_strndup (bh_code_view_get_text (view), strlen (bh_code_view_get_text (view)) - 1);
  assert_shown (view, kept);
  g_assert_true (g_str_has_prefix (kept, "line "));
  g_assert_true (g_str_has_suffix (kept, "\nline 4999"));
  g_assert_cmpuint (strlen (kept), >, keep / 2);
  /* and without a single line's end */
  for (int i = 0; i < 2000; i++)
    bh_code_view_append (view, "\xc3\xa4\xc3\xa4\xc3\xa4", keep);
  g_assert_cmpuint (strlen (bh_code_view_get_text (view)), <=, keep);
  g_assert_true (g_utf8_validate (bh_code_view_get_text (view), -1, NULL));
}

static void
run_until_coloured (GtkSourceBuffer *buffer)
{
  while (gtk_source_buffer_get_language (buffer) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_large (void)
{
  g_autoptr (BhCodeView) view = new_view ();
  g_autoptr (GString) text = g_string_new (NULL);
  GtkSourceBuffer *buffer = GTK_SOURCE_BUFFER (buffer_of (view));

  bh_code_view_set_language (view, "c");
  bh_code_view_set_text (view, "int x;", -1);
  /* not before the text */
  g_assert_null (gtk_source_buffer_get_language (buffer));
  run_until_coloured (buffer);
  for (int i = 0; i < 20000; i++)
    g_string_append (text, "int main (void); /* a line */\n");
  bh_code_view_set_text (view, text->str, text->len);
  g_assert_null (gtk_source_buffer_get_language (buffer));
  run_until_lines (view, 20000);
  bh_code_view_set_text (view, "int x;", -1);
  run_until_coloured (buffer);
}

static void
test_languages (void)
{
  static const struct
  {
    const char *name, *id;
  } cases[] = {
    { "sh", "bellhop-sh" },
    { "bash", "bellhop-sh" },
    { "Python {.x}", "python3" },
    { "{.rust}", "rust" },
    { "rust,ignore", "rust" },
    { "diff", "diff" },
    { "c++", "cpp" },
    { "main.c", "c" },
    { "Makefile", NULL },
    { "json", "json" },
    { "js", "js" },
    { "ts", "typescript" },
    { "yml", "yaml" },
    { "no such thing", NULL },
    { "", NULL },
    { NULL, NULL },
    { "\xff\xfe", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GtkSourceLanguage *language = bh_code_language_find (cases[i].name);
      g_test_message ("%s", cases[i].name);
      g_assert_cmpstr (language != NULL ? gtk_source_language_get_id (language) : NULL, ==, cases[i].id);
    }
}

/* No text makes the highlighting warn, which would be the end here. */
static void
test_here_documents (void)
{
  static const char *const names[] = { "sh",       "perl",   "fish",   "m4",   "makefile", "Makefile.am",
                                       "dpatch",   "docker", "python", "ruby", "php",      "console",
                                       "markdown", "html",   "yaml",   "diff", "json",     "c" };
  const char *text = "cat <<'EOF' > x; ls\nhello $x\nEOF\ncat <<-\"A B\"\n\tx\n\tA B\ncat <<C\n$y\nC\n"
                     "$(cat <<'')\n\nprint <<'Z';\nZ\nall:\n\tcat <<'E'\nE\n`cat <<\"F\"\nF\n`";

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GtkSourceLanguage *language = bh_code_language_find (names[i]);
      g_autoptr (GtkSourceBuffer) buffer = gtk_source_buffer_new (NULL);
      GtkTextIter start, end;

      gtk_source_buffer_set_language (buffer, language);
      gtk_text_buffer_set_text (GTK_TEXT_BUFFER (buffer), text, -1);
      gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (buffer), &start, &end);
      gtk_source_buffer_ensure_highlight (buffer, &start, &end);
    }
}

/* What our own shell colours: the delimiters, and what comes behind the text. */
static void
test_shell_colours (void)
{
  g_autoptr (GtkSourceBuffer) buffer = gtk_source_buffer_new_with_language (bh_code_language_find ("bash"));
  GtkTextIter start, end, at;

  gtk_text_buffer_set_text (GTK_TEXT_BUFFER (buffer), "cat <<'EOF'\n# no $x\nEOF\n# yes\n", -1);
  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (buffer), &start, &end);
  gtk_source_buffer_ensure_highlight (buffer, &start, &end);
  gtk_text_buffer_get_iter_at_line_offset (GTK_TEXT_BUFFER (buffer), &at, 1, 2);
  g_assert_false (gtk_source_buffer_iter_has_context_class (buffer, &at, "comment"));
  gtk_text_buffer_get_iter_at_line_offset (GTK_TEXT_BUFFER (buffer), &at, 3, 2);
  g_assert_true (gtk_source_buffer_iter_has_context_class (buffer, &at, "comment"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/code-view/text", test_text);
  g_test_add_func ("/code-view/title", test_title);
  g_test_add_func ("/code-view/hostile", test_hostile);
  g_test_add_func ("/code-view/long-line", test_long_line);
  g_test_add_func ("/code-view/cut-between-characters", test_cut_between_characters);
  g_test_add_func ("/code-view/tail", test_tail);
  g_test_add_func ("/code-view/large", test_large);
  g_test_add_func ("/code-view/languages", test_languages);
  g_test_add_func ("/code-view/here-documents", test_here_documents);
  g_test_add_func ("/code-view/shell-colours", test_shell_colours);
  return g_test_run ();
}

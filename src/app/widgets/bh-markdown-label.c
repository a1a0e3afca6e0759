/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <string.h>

#include "app/widgets/bh-markdown-label.h"

#include "app/widgets/bh-accessible.h"
#include "app/widgets/bh-markdown.h"

/* behind code in a line; halfway between black and white, so that it does on both */
#define CODE_GREY 0x7fff
#define CODE_ALPHA 0x2600

/* texts whose width is not asked for, and what it is taken to be */
#define LONG_BYTES 160
#define LONG_CHARS 12

static void
insert_attribute (PangoAttrList *list, const BhMarkdownSpan *span, PangoAttribute *attribute)
{
  attribute->start_index = span->start;
  attribute->end_index = span->end;
  pango_attr_list_insert (list, attribute);
}

static PangoAttrList *
attributes_of (const BhMarkdownBlock *block)
{
  PangoAttrList *list = pango_attr_list_new ();

  for (guint i = 0; i < block->spans->len; i++)
    {
      const BhMarkdownSpan *span = &g_array_index (block->spans, BhMarkdownSpan, i);
      if (span->styles & BH_MARKDOWN_EMPHASIS)
        insert_attribute (list, span, pango_attr_style_new (PANGO_STYLE_ITALIC));
      if (span->styles & BH_MARKDOWN_STRONG)
        insert_attribute (list, span, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
      if (span->styles & BH_MARKDOWN_STRIKE)
        insert_attribute (list, span, pango_attr_strikethrough_new (TRUE));
      if (span->styles & BH_MARKDOWN_MONOSPACE)
        {
          insert_attribute (list, span, pango_attr_family_new ("monospace"));
          insert_attribute (list, span, pango_attr_background_new (CODE_GREY, CODE_GREY, CODE_GREY));
          insert_attribute (list, span, pango_attr_background_alpha_new (CODE_ALPHA));
        }
    }
  return list;
}

static void
append_escaped (GString *markup, const char *text, gsize length)
{
  g_autofree char *escaped = g_markup_escape_text (text, length);

  g_string_append (markup, escaped);
}

/* Markup of the links alone: a label has no other way to links that a keyboard and a screen reader reach. All
 * text is escaped, and what comes of it is compared. NULL if there is no link. */
static char *
link_markup (const BhMarkdownBlock *block)
{
  g_autoptr (GString) markup = NULL;
  gsize copied = 0;
  int open = -1;

  for (guint i = 0; block->spans != NULL && i < block->spans->len; i++)
    {
      const BhMarkdownSpan *span = &g_array_index (block->spans, BhMarkdownSpan, i);
      if (span->link < 0)
        continue;
      if (markup == NULL)
        markup = g_string_new (NULL);
      if (open != span->link || copied != span->start)
        {
          const char *uri = g_ptr_array_index (block->links, span->link);
          g_autofree char *href = g_markup_escape_text (uri, -1);
          /* the title is markup itself */
          g_autofree char *title = g_markup_escape_text (href, -1);
          g_string_append (markup, open >= 0 ? "</a>" : "");
          append_escaped (markup, block->text + copied, span->start - copied);
          g_string_append_printf (markup, "<a href=\"%s\" title=\"%s\">", href, title);
          open = span->link;
        }
      append_escaped (markup, block->text + span->start, span->end - span->start);
      copied = span->end;
    }
  if (markup == NULL)
    return NULL;
  g_string_append (markup, "</a>");
  append_escaped (markup, block->text + copied, strlen (block->text + copied));
  return g_string_free (g_steal_pointer (&markup), FALSE);
}

void
bh_markdown_label_set (GtkLabel *label, const BhMarkdownBlock *block)
{
  g_autofree char *markup = link_markup (block);
  gboolean is_long = strlen (block->text) > LONG_BYTES;
  gboolean has_long_word = is_long && bh_markdown_has_long_word (block->text);

  /* two layouts fewer if it is not to find out how narrow and how wide it could be */
  gtk_label_set_width_chars (label, is_long ? LONG_CHARS : -1);
  gtk_label_set_max_width_chars (label, is_long ? LONG_CHARS : -1);
  /* to look for words in a word takes the square of its length */
  gtk_label_set_wrap_mode (label, has_long_word ? PANGO_WRAP_CHAR : PANGO_WRAP_WORD_CHAR);
  gtk_label_set_attributes (label, NULL);
  gtk_widget_set_can_focus (GTK_WIDGET (label), markup != NULL);
  if (markup != NULL)
    gtk_label_set_markup (label, markup);
  if (markup == NULL || !g_str_equal (gtk_label_get_text (label), block->text))
    gtk_label_set_text (label, block->text);
  if (block->spans != NULL)
    {
      PangoAttrList *attributes = attributes_of (block);
      gtk_label_set_attributes (label, attributes);
      pango_attr_list_unref (attributes);
    }
}

void
bh_markdown_label_fix_width (GtkLabel *label, int max)
{
  PangoContext *context = gtk_widget_get_pango_context (GTK_WIDGET (label));
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);
  int character = MAX (pango_font_metrics_get_approximate_char_width (metrics),
                       pango_font_metrics_get_approximate_digit_width (metrics));
  g_autoptr (PangoLayout) layout = pango_layout_copy (gtk_label_get_layout (label));
  int width = 0;

  pango_layout_set_width (layout, -1);
  pango_layout_get_size (layout, &width, NULL);
  pango_font_metrics_unref (metrics);
  int characters = MIN (max, width / MAX (character, 1) + 1);
  gtk_label_set_width_chars (label, characters);
  gtk_label_set_max_width_chars (label, characters);
}

static void
on_focus_changed (GtkWidget *label)
{
  if (!gtk_widget_has_focus (label) && !gtk_label_get_use_markup (GTK_LABEL (label)))
    bh_accessible_skip_focus (label);
}

void
bh_markdown_label_pressed (GtkLabel *label)
{
  if (gtk_label_get_selectable (label))
    gtk_widget_set_can_focus (GTK_WIDGET (label), TRUE);
}

static gboolean
on_activate_link (GtkLabel *label, const char *uri)
{
  GtkWidget *markdown = gtk_widget_get_ancestor (GTK_WIDGET (label), BH_TYPE_MARKDOWN);

  if (markdown != NULL)
    bh_markdown_open_link (BH_MARKDOWN (markdown), uri);
  return TRUE;
}

GtkWidget *
bh_markdown_label_new (GtkAccessibleRole role)
{
  GtkAccessibleRole actual = role != GTK_ACCESSIBLE_ROLE_NONE ? role : GTK_ACCESSIBLE_ROLE_LABEL;
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "accessible-role", actual, "wrap", TRUE, "wrap-mode",
                                   PANGO_WRAP_WORD_CHAR, "natural-wrap-mode", GTK_NATURAL_WRAP_WORD, "xalign",
                                   0.0, "selectable", TRUE, NULL);

  g_signal_connect (label, "activate-link", G_CALLBACK (on_activate_link), NULL);
  g_signal_connect (label, "notify::has-focus", G_CALLBACK (on_focus_changed), NULL);
  return label;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <glib/gi18n.h>
#include <string.h>

#include "app/widgets/bh-markdown-plan.h"
#include "app/widgets/bh-markdown-source.h"
#include "protocol/bh-text.h"

#define LINK_MAX 2048
/* texts that are surely one plain paragraph need no parser */
#define SIMPLE_MAX 1024

typedef struct
{
  BhMarkdownSource *source;
  cmark_iter *iter;
  GPtrArray *blocks; /* top level */
  GPtrArray *open;   /* BhMarkdownBlock with children that we are in; not owned */
  gsize offset;      /* of the last block */
  guint depth;       /* quotes and lists that we are in */

  /* the text we are in */
  BhMarkdownBlock *leaf;
  GString *text;
  guint emphasis, strong, strike; /* how often */
  int link;                       /* -1: none */
  cmark_node *link_node;          /* that began it: pictures can be in links, and links in pictures */
  gsize link_start;
} Planner;

gboolean
bh_markdown_is_safe_link (const char *uri)
{
  g_autofree char *scheme = NULL;
  gsize length = strlen (uri);

  if (length > LINK_MAX || !g_utf8_validate (uri, length, NULL))
    return FALSE;
  for (const char *at = uri; *at != '\0'; at = g_utf8_next_char (at))
    if (!g_unichar_isgraph (g_utf8_get_char (at)))
      return FALSE;
  scheme = g_uri_parse_scheme (uri);
  return scheme != NULL &&
         (g_ascii_strcasecmp (scheme, "http") == 0 || g_ascii_strcasecmp (scheme, "https") == 0 ||
          g_ascii_strcasecmp (scheme, "mailto") == 0);
}

static gboolean
is_type (cmark_node *node, const char *type)
{
  return g_str_equal (cmark_node_get_type_string (node), type);
}

static GPtrArray *
siblings (Planner *self)
{
  if (self->open->len == 0)
    return self->blocks;
  BhMarkdownBlock *parent = self->open->pdata[self->open->len - 1];
  return parent->children;
}

/* Never before that of the block before: the parser knows no line of some paragraphs that end in a table. */
static gsize
offset_of (Planner *self, cmark_node *node)
{
  gsize offset = bh_markdown_source_line (self->source, cmark_node_get_start_line (node));

  return self->offset = MAX (self->offset, offset);
}

static void
add_text_block (Planner *self, cmark_node *node, BhMarkdownKind kind, char *text)
{
  BhMarkdownBlock *block = bh_markdown_block_new (kind);

  block->offset = offset_of (self, node);
  block->text = text;
  if (kind == BH_MARKDOWN_CODE)
    g_ptr_array_add (siblings (self), block);
  else
    bh_markdown_blocks_add_pieces (siblings (self), block, BH_MARKDOWN_PIECE_MAX);
}

/* The node as it was written, and nothing of what is in it. */
static void
add_as_written (Planner *self, cmark_node *node, BhMarkdownKind kind)
{
  add_text_block (self, node, kind,
                  bh_markdown_source_lines (self->source, cmark_node_get_start_line (node),
                                            cmark_node_get_start_column (node),
                                            cmark_node_get_end_line (node)));
  cmark_iter_reset (self->iter, node, CMARK_EVENT_EXIT);
}

static char *
literal_of (cmark_node *node)
{
  const char *literal = cmark_node_get_literal (node);

  /* again, as an entity may have been any character */
  return literal != NULL ? bh_text_shown (literal, strlen (literal), NULL) : g_strdup ("");
}

static void
add (Planner *self, const char *text, BhMarkdownStyles more)
{
  BhMarkdownStyles styles = more;

  if (self->emphasis > 0)
    styles |= BH_MARKDOWN_EMPHASIS;
  if (self->strong > 0)
    styles |= BH_MARKDOWN_STRONG;
  if (self->strike > 0)
    styles |= BH_MARKDOWN_STRIKE;
  bh_markdown_block_add (self->leaf, self->text, text, styles, self->link);
}

static void
add_literal (Planner *self, cmark_node *node, BhMarkdownStyles styles)
{
  g_autofree char *literal = literal_of (node);

  add (self, literal, styles);
}

static void
enter_link (Planner *self, cmark_node *node)
{
  const char *uri = cmark_node_get_url (node);

  self->link_start = self->text->len;
  if (self->link >= 0 || uri == NULL || !bh_markdown_is_safe_link (uri))
    return;
  if (self->leaf->links == NULL)
    self->leaf->links = g_ptr_array_new_with_free_func (g_free);
  self->link = self->leaf->links->len;
  self->link_node = node;
  g_ptr_array_add (self->leaf->links, g_strdup (uri));
}

/* A link that cannot be followed shows where it leads. */
static void
leave_link (Planner *self, cmark_node *node)
{
  const char *uri = cmark_node_get_url (node);

  if (self->link_node == node)
    {
      self->link = -1;
      self->link_node = NULL;
    }
  else if (self->link < 0 && uri != NULL && *uri != '\0')
    {
      g_autofree char *shown = bh_text_one_line (uri, 256);
      if (g_str_equal (self->text->str + MIN (self->link_start, self->text->len), shown))
        return;
      add (self, " (", 0);
      add (self, shown, 0);
      add (self, ")", 0);
    }
}

/* Pictures are not loaded: their text is a link to them. */
static void
enter_image (Planner *self, cmark_node *node)
{
  enter_link (self, node);
  /* Translators: before the description or the address of a picture that is not shown */
  add (self, _ ("Picture: "), 0);
}

static void
leave_image (Planner *self, cmark_node *node)
{
  const char *uri = cmark_node_get_url (node);

  if (cmark_node_first_child (node) == NULL && uri != NULL && self->link >= 0)
    {
      g_autofree char *shown = bh_text_one_line (uri, 256);
      add (self, shown, 0);
    }
  leave_link (self, node);
}

static void
visit_style (Planner *self, guint *count, gboolean entering)
{
  if (entering)
    (*count)++;
  else if (*count > 0)
    (*count)--;
}

static void
visit_inline (Planner *self, cmark_node *node, gboolean entering)
{
  cmark_node_type type = cmark_node_get_type (node);

  if (type == CMARK_NODE_TEXT || type == CMARK_NODE_HTML_INLINE)
    add_literal (self, node, 0);
  else if (type == CMARK_NODE_CODE)
    add_literal (self, node, BH_MARKDOWN_MONOSPACE);
  else if (type == CMARK_NODE_SOFTBREAK)
    add (self, " ", 0);
  else if (type == CMARK_NODE_LINEBREAK)
    add (self, "\n", 0);
  else if (type == CMARK_NODE_EMPH)
    visit_style (self, &self->emphasis, entering);
  else if (type == CMARK_NODE_STRONG)
    visit_style (self, &self->strong, entering);
  else if (type == CMARK_NODE_LINK)
    (entering ? enter_link : leave_link) (self, node);
  else if (type == CMARK_NODE_IMAGE)
    (entering ? enter_image : leave_image) (self, node);
  else if (is_type (node, "strikethrough"))
    visit_style (self, &self->strike, entering);
}

static void
begin_leaf (Planner *self, cmark_node *node, BhMarkdownKind kind)
{
  self->leaf = bh_markdown_block_new (kind);
  self->leaf->offset = offset_of (self, node);
  self->emphasis = self->strong = self->strike = 0;
  self->link = -1;
  self->link_node = NULL;
  g_string_truncate (self->text, 0);
}

static void
end_leaf (Planner *self)
{
  BhMarkdownBlock *leaf = g_steal_pointer (&self->leaf);

  leaf->text = g_strndup (self->text->str, self->text->len);
  if (leaf->kind == BH_MARKDOWN_CELL)
    g_ptr_array_add (siblings (self), leaf);
  else
    bh_markdown_blocks_add_pieces (siblings (self), leaf, BH_MARKDOWN_PIECE_MAX);
}

/* Without the newline that ends the last line. */
static char *
without_last_newline (char *text)
{
  gsize length = strlen (text);

  if (length > 0 && text[length - 1] == '\n')
    text[length - 1] = '\0';
  return text;
}

static void
add_code (Planner *self, cmark_node *node)
{
  const char *info = cmark_node_get_fence_info (node);

  add_text_block (self, node, BH_MARKDOWN_CODE, without_last_newline (literal_of (node)));
  BhMarkdownBlock *block = g_ptr_array_index (siblings (self), siblings (self)->len - 1);
  if (info != NULL && *info != '\0')
    block->info = bh_text_one_line (info, 64);
}

static BhMarkdownBlock *
open_block (Planner *self, cmark_node *node, BhMarkdownKind kind)
{
  BhMarkdownBlock *block = bh_markdown_block_new (kind);

  block->offset = offset_of (self, node);
  g_ptr_array_add (siblings (self), block);
  g_ptr_array_add (self->open, block);
  return block;
}

static void
close_block (Planner *self)
{
  g_ptr_array_set_size (self->open, self->open->len - 1);
}

/* A quote or a list. */
static void
visit_nesting (Planner *self, cmark_node *node, BhMarkdownKind kind, gboolean entering)
{
  if (!entering)
    {
      self->depth--;
      close_block (self);
    }
  else if (self->depth >= BH_MARKDOWN_DEPTH_MAX)
    add_as_written (self, node, BH_MARKDOWN_PARAGRAPH);
  else
    {
      self->depth++;
      BhMarkdownBlock *block = open_block (self, node, kind);
      if (kind == BH_MARKDOWN_LIST)
        block->tight = cmark_node_get_list_tight (node);
    }
}

static void
enter_item (Planner *self, cmark_node *node)
{
  cmark_node *list = cmark_node_parent (node);
  /* the list that has just been opened holds those before it */
  guint before = siblings (self)->len;
  BhMarkdownBlock *block = open_block (self, node, BH_MARKDOWN_ITEM);

  block->tight = cmark_node_get_list_tight (list);
  if (cmark_node_get_list_type (list) == CMARK_ORDERED_LIST)
    block->number = MIN ((gint64) cmark_node_get_list_start (list) + before, G_MAXINT);
  if (is_type (node, "tasklist"))
    block->task =
        cmark_gfm_extensions_get_tasklist_item_checked (node) ? BH_MARKDOWN_DONE_TASK : BH_MARKDOWN_OPEN_TASK;
}

/* Whether it can be a grid of labels without taking long. */
static gboolean
table_fits (Planner *self, cmark_node *table)
{
  int last = cmark_node_get_end_line (table);
  guint columns = cmark_gfm_extensions_get_table_columns (table);
  guint rows = 0;

  if (columns == 0 || columns > BH_MARKDOWN_COLUMNS_MAX)
    return FALSE;
  for (cmark_node *row = cmark_node_first_child (table); row != NULL; row = cmark_node_next (row))
    if (++rows * columns > BH_MARKDOWN_CELLS_MAX)
      return FALSE;
  for (int line = cmark_node_get_start_line (table); line <= last; line++)
    if (bh_markdown_source_line (self->source, line + 1) - bh_markdown_source_line (self->source, line) >
        BH_MARKDOWN_PIECE_MAX)
      return FALSE;
  return TRUE;
}

static void
enter_cell (Planner *self, cmark_node *node)
{
  cmark_node *table = cmark_node_parent (cmark_node_parent (node));
  const guint8 *alignments = cmark_gfm_extensions_get_table_alignments (table);
  guint column = siblings (self)->len;

  begin_leaf (self, node, BH_MARKDOWN_CELL);
  if (alignments != NULL && column < cmark_gfm_extensions_get_table_columns (table))
    self->leaf->align = alignments[column];
}

/* What the table extension makes, whose types are known by name only. */
static void
visit_table (Planner *self, cmark_node *node, gboolean entering)
{
  if (is_type (node, "table_cell"))
    entering ? enter_cell (self, node) : end_leaf (self);
  else if (!entering)
    close_block (self);
  else if (is_type (node, "table"))
    {
      if (table_fits (self, node))
        open_block (self, node, BH_MARKDOWN_TABLE);
      else
        add_as_written (self, node, BH_MARKDOWN_CODE);
    }
  else
    open_block (self, node, BH_MARKDOWN_ROW)->head = cmark_gfm_extensions_get_table_row_is_header (node) != 0;
}

static void
visit_text_block (Planner *self, cmark_node *node, BhMarkdownKind kind, gboolean entering)
{
  if (!entering)
    end_leaf (self);
  else
    {
      begin_leaf (self, node, kind);
      if (kind == BH_MARKDOWN_HEADING)
        self->leaf->level = cmark_node_get_heading_level (node);
    }
}

static void
visit_block (Planner *self, cmark_node *node, gboolean entering)
{
  cmark_node_type type = cmark_node_get_type (node);

  if (type == CMARK_NODE_DOCUMENT)
    return;
  if (type == CMARK_NODE_PARAGRAPH)
    visit_text_block (self, node, BH_MARKDOWN_PARAGRAPH, entering);
  else if (type == CMARK_NODE_HEADING)
    visit_text_block (self, node, BH_MARKDOWN_HEADING, entering);
  else if (type == CMARK_NODE_BLOCK_QUOTE)
    visit_nesting (self, node, BH_MARKDOWN_QUOTE, entering);
  else if (type == CMARK_NODE_LIST)
    visit_nesting (self, node, BH_MARKDOWN_LIST, entering);
  else if (type == CMARK_NODE_ITEM)
    entering ? enter_item (self, node) : close_block (self);
  else if (type == CMARK_NODE_CODE_BLOCK)
    add_code (self, node);
  else if (type == CMARK_NODE_HTML_BLOCK)
    add_text_block (self, node, BH_MARKDOWN_PARAGRAPH, without_last_newline (literal_of (node)));
  else if (type == CMARK_NODE_THEMATIC_BREAK)
    add_text_block (self, node, BH_MARKDOWN_RULE, NULL);
  else if (g_str_has_prefix (cmark_node_get_type_string (node), "table"))
    visit_table (self, node, entering);
}

static void
walk (Planner *self)
{
  cmark_event_type event;

  while ((event = cmark_iter_next (self->iter)) != CMARK_EVENT_DONE)
    {
      cmark_node *node = cmark_iter_get_node (self->iter);
      guint type = cmark_node_get_type (node);

      if ((type & CMARK_NODE_TYPE_MASK) == CMARK_NODE_TYPE_BLOCK)
        visit_block (self, node, event == CMARK_EVENT_ENTER);
      else if (self->leaf != NULL)
        visit_inline (self, node, event == CMARK_EVENT_ENTER);
    }
}

static gpointer
register_extensions (gpointer unused)
{
  cmark_gfm_core_extensions_ensure_registered ();
  return NULL;
}

static cmark_node *
parse (const char *text, gsize length)
{
  static const char *const extensions[] = { "table", "strikethrough", "autolink", "tasklist" };
  static GOnce registered = G_ONCE_INIT;

  g_once (&registered, register_extensions, NULL);
  /* a single tilde is a home folder more often than a line through a word */
  cmark_parser *parser = cmark_parser_new (CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE);
  for (gsize i = 0; i < G_N_ELEMENTS (extensions); i++)
    cmark_parser_attach_syntax_extension (parser, cmark_find_syntax_extension (extensions[i]));
  cmark_parser_feed (parser, text, length);
  cmark_node *document = cmark_parser_finish (parser);
  cmark_parser_free (parser);
  return document;
}

/* Whether it is one paragraph in which no character means anything. */
static gboolean
is_simple (const char *text, gsize length)
{
  if (length > SIMPLE_MAX || strchr (" \t-+=0123456789", text[0]) != NULL)
    return FALSE;
  return strpbrk (text, "\\`*_[]<>&!#~|@\n\t") == NULL && strstr (text, "://") == NULL &&
         strstr (text, "www.") == NULL && !g_str_has_suffix (text, " ");
}

static GPtrArray *
plan_simple (const char *text)
{
  GPtrArray *blocks = bh_markdown_blocks_new ();
  BhMarkdownBlock *block = bh_markdown_block_new (BH_MARKDOWN_PARAGRAPH);

  block->text = g_strdup (text);
  g_ptr_array_add (blocks, block);
  return blocks;
}

GPtrArray *
bh_markdown_plan (const char *text, gsize length)
{
  gsize safe_length = 0;
  g_autofree char *safe = bh_text_shown (text, length, &safe_length);

  if (is_simple (safe, safe_length))
    return plan_simple (safe);
  g_autoptr (BhMarkdownSource) source = bh_markdown_source_new (safe, safe_length);
  g_autoptr (GString) limited = bh_markdown_source_limit_nesting (source);
  cmark_node *document = parse (limited->str, limited->len);
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  g_autoptr (GString) leaf_text = g_string_new (NULL);
  Planner self = { .source = source,
                   .iter = cmark_iter_new (document),
                   .blocks = bh_markdown_blocks_new (),
                   .open = open,
                   .text = leaf_text,
                   .link = -1 };

  walk (&self);
  cmark_iter_free (self.iter);
  cmark_node_free (document);
  return self.blocks;
}

GPtrArray *
bh_markdown_plan_plain (const char *text, gsize length)
{
  GPtrArray *blocks = bh_markdown_blocks_new ();
  BhMarkdownBlock *block = bh_markdown_block_new (BH_MARKDOWN_PARAGRAPH);

  block->text = g_strchomp (bh_text_shown (text, length, NULL));
  bh_markdown_blocks_add_pieces (blocks, block, BH_MARKDOWN_PIECE_MAX);
  return blocks;
}

static void
add_line (GString *line, GPtrArray *blocks, gsize max)
{
  for (guint i = 0; i < blocks->len && line->len <= max; i++)
    {
      const BhMarkdownBlock *block = blocks->pdata[i];
      if (block->text != NULL && line->len > 0)
        g_string_append_c (line, ' ');
      if (block->text != NULL)
        g_string_append (line, block->text);
      if (block->children != NULL)
        add_line (line, block->children, max);
    }
}

char *
bh_markdown_line (const char *markdown, gsize max)
{
  g_autofree char *head = bh_text_head (markdown, max * 2);
  g_autoptr (GPtrArray) blocks = bh_markdown_plan (head, strlen (head));
  g_autoptr (GString) line = g_string_new (NULL);

  add_line (line, blocks, max);
  if (line->len <= max)
    return bh_text_one_line (line->str, max);
  g_autofree char *begins = bh_text_one_line (line->str, max);
  return g_strconcat (g_strchomp (begins), "…", NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/widgets/bh-code-view.h"
#include "app/widgets/bh-markdown-builder.h"
#include "app/widgets/bh-markdown-label.h"

#define CODE_HEIGHT_MAX 420
#define GAP 9
#define HEADING_GAP 18
#define TIGHT_GAP 3
#define CELL_CHARS_MAX 36
/* bytes of text for each time while it is not known how wide they will be, so that their layout comes later
 */
#define RUN_BYTES 1024
/* what a view of code costs, in labels */
#define CODE_COST 8

typedef struct
{
  GtkWidget *parent;
  GPtrArray *blocks; /* of a block that is held */
  guint next;
  gboolean tight;
} Frame;

void
bh_markdown_builder_init (BhMarkdownBuilder *self, GtkBox *box)
{
  *self = (BhMarkdownBuilder) { .box = box,
                                .blocks = bh_markdown_blocks_new (),
                                .frames = g_array_new (FALSE, FALSE, sizeof (Frame)) };
}

void
bh_markdown_builder_clear (BhMarkdownBuilder *self)
{
  g_clear_pointer (&self->frames, g_array_unref);
  g_clear_pointer (&self->blocks, g_ptr_array_unref);
}

gboolean
bh_markdown_builder_is_partial (const BhMarkdownBuilder *self)
{
  return self->frames->len > 0;
}

static void
push (BhMarkdownBuilder *self, GtkWidget *parent, GPtrArray *blocks, guint next, gboolean tight)
{
  Frame frame = { parent, blocks, next, tight };

  if (next < blocks->len)
    g_array_append_val (self->frames, frame);
}

static GtkWidget *
new_box (GtkOrientation orientation, int spacing, GtkAccessibleRole role, const char *css_class)
{
  GtkWidget *box = g_object_new (GTK_TYPE_BOX, "orientation", orientation, "spacing", spacing,
                                 "accessible-role", role, NULL);

  if (css_class != NULL)
    gtk_widget_add_css_class (box, css_class);
  return box;
}

static GtkWidget *
new_heading (const BhMarkdownBlock *block)
{
  static const char *const classes[] = { "title-2", "title-3", "title-4", "heading" };
  GtkWidget *label = bh_markdown_label_new (GTK_ACCESSIBLE_ROLE_HEADING);
  guint level = CLAMP (block->level, 1, 6);

  gtk_widget_add_css_class (label, classes[MIN (level - 1, G_N_ELEMENTS (classes) - 1)]);
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LEVEL, (int) level, -1);
  bh_markdown_label_set (GTK_LABEL (label), block);
  return label;
}

static void
set_code (GtkWidget *view, const BhMarkdownBlock *block)
{
  g_object_set (view, "title", block->info, "language", block->info, NULL);
  bh_code_view_set_text (BH_CODE_VIEW (view), block->text, -1);
}

static GtkWidget *
new_code (const BhMarkdownBlock *block)
{
  GtkWidget *view = bh_code_view_new ();

  g_object_set (view, "max-height", CODE_HEIGHT_MAX, NULL);
  set_code (view, block);
  return view;
}

/* The number, bullet or check mark of an item. */
static GtkWidget *
new_marker (const BhMarkdownBlock *block)
{
  g_autofree char *number = block->number >= 0 ? g_strdup_printf ("%d.", block->number) : NULL;
  const char *text = number != NULL ? number : "•";
  GtkWidget *label;

  if (block->task != BH_MARKDOWN_NO_TASK)
    text = block->task == BH_MARKDOWN_DONE_TASK ? "☑" : "☐";
  label = g_object_new (GTK_TYPE_LABEL, "label", text, "valign", GTK_ALIGN_START, "xalign", 1.0,
                        "width-chars", number != NULL ? 3 : 2, NULL);
  gtk_widget_add_css_class (label, "marker");
  if (block->task != BH_MARKDOWN_NO_TASK)
    gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    block->task == BH_MARKDOWN_DONE_TASK ? C_ ("task in a list", "Done")
                                                                         : C_ ("task in a list", "Not done"),
                                    -1);
  return label;
}

static GtkWidget *
new_item (const BhMarkdownBlock *block)
{
  GtkWidget *item = new_box (GTK_ORIENTATION_HORIZONTAL, 6, GTK_ACCESSIBLE_ROLE_LIST_ITEM, NULL);
  GtkWidget *content = new_box (GTK_ORIENTATION_VERTICAL, 0, GTK_ACCESSIBLE_ROLE_GENERIC, NULL);

  gtk_widget_set_hexpand (content, TRUE);
  gtk_box_append (GTK_BOX (item), new_marker (block));
  gtk_box_append (GTK_BOX (item), content);
  return item;
}

static GtkWidget *
new_table (void)
{
  GtkWidget *grid = g_object_new (GTK_TYPE_GRID, "accessible-role", GTK_ACCESSIBLE_ROLE_TABLE, "halign",
                                  GTK_ALIGN_START, NULL);
  GtkWidget *scroller = g_object_new (GTK_TYPE_SCROLLED_WINDOW, "accessible-role", GTK_ACCESSIBLE_ROLE_GROUP,
                                      "vscrollbar-policy", GTK_POLICY_NEVER, "child", grid,
                                      "propagate-natural-width", TRUE, "halign", GTK_ALIGN_START, NULL);

  /* the keyboard stops there, to scroll */
  gtk_accessible_update_property (GTK_ACCESSIBLE (scroller), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Table"), -1);
  gtk_widget_add_css_class (grid, "table");
  gtk_widget_add_css_class (scroller, "table-frame");
  return scroller;
}

static GtkWidget *
new_widget (const BhMarkdownBlock *block)
{
  GtkWidget *label;

  switch (block->kind)
    {
    case BH_MARKDOWN_HEADING:
      return new_heading (block);
    case BH_MARKDOWN_CODE:
      return new_code (block);
    case BH_MARKDOWN_RULE:
      return gtk_separator_new (GTK_ORIENTATION_HORIZONTAL);
    case BH_MARKDOWN_QUOTE:
      return new_box (GTK_ORIENTATION_VERTICAL, 0, GTK_ACCESSIBLE_ROLE_BLOCK_QUOTE, "quote");
    case BH_MARKDOWN_LIST:
      return new_box (GTK_ORIENTATION_VERTICAL, 0, GTK_ACCESSIBLE_ROLE_LIST, NULL);
    case BH_MARKDOWN_ITEM:
      return new_item (block);
    case BH_MARKDOWN_TABLE:
      return new_table ();
    case BH_MARKDOWN_PARAGRAPH:
    case BH_MARKDOWN_ROW:
    case BH_MARKDOWN_CELL:
    default:
      label = bh_markdown_label_new (GTK_ACCESSIBLE_ROLE_NONE);
      bh_markdown_label_set (GTK_LABEL (label), block);
      return label;
    }
}

/* Where the widgets of the block's children are. */
static GtkWidget *
content_of (const BhMarkdownBlock *block, GtkWidget *widget)
{
  if (block->kind == BH_MARKDOWN_ITEM)
    return gtk_widget_get_last_child (widget);
  if (block->kind == BH_MARKDOWN_TABLE)
    return gtk_viewport_get_child (
        GTK_VIEWPORT (gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (widget))));
  return widget;
}

static void
set_gap (GtkWidget *widget, const BhMarkdownBlock *block, guint position, gboolean tight)
{
  int gap = GAP;

  if (position == 0 || block->continues)
    gap = 0;
  else if (tight)
    gap = TIGHT_GAP;
  else if (block->kind == BH_MARKDOWN_HEADING)
    gap = HEADING_GAP;
  gtk_widget_set_margin_top (widget, gap);
}

static GtkWidget *
new_cell (const BhMarkdownBlock *cell, gboolean head)
{
  GtkWidget *label =
      bh_markdown_label_new (head ? GTK_ACCESSIBLE_ROLE_COLUMN_HEADER : GTK_ACCESSIBLE_ROLE_CELL);
  float align = cell->align == 'r' ? 1 : cell->align == 'c' ? 0.5 : 0;

  g_object_set (label, "xalign", align, "yalign", 0.0, "hexpand", TRUE, NULL);
  if (cell->align != 0 && cell->align != 'l')
    gtk_label_set_justify (GTK_LABEL (label), cell->align == 'r' ? GTK_JUSTIFY_RIGHT : GTK_JUSTIFY_CENTER);
  /* a column is as wide as its words, and the table scrolls */
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD);
  gtk_widget_add_css_class (label, head ? "head" : "cell");
  bh_markdown_label_set (GTK_LABEL (label), cell);
  bh_markdown_label_fix_width (GTK_LABEL (label), CELL_CHARS_MAX);
  return label;
}

static void
build_row (GtkWidget *grid, const BhMarkdownBlock *row, guint position)
{
  for (guint i = 0; i < row->children->len; i++)
    gtk_grid_attach (GTK_GRID (grid), new_cell (row->children->pdata[i], row->head), i, position, 1, 1);
}

/* Layout is what takes long: here it counts, and what comes of it is kept. FALSE: most of it will come later.
 */
static gboolean
lay_out (GtkWidget *widget)
{
  int width = gtk_widget_get_width (gtk_widget_get_parent (widget));

  gtk_widget_measure (widget, width > 0 ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL,
                      width > 0 ? width : -1, NULL, NULL, NULL, NULL);
  return width > 0;
}

/* FALSE: how long it takes is not known yet. */
static gboolean
build (BhMarkdownBuilder *self, Frame frame)
{
  BhMarkdownBlock *block = frame.blocks->pdata[frame.next];

  if (block->kind == BH_MARKDOWN_ROW)
    {
      build_row (frame.parent, block, frame.next);
      return FALSE;
    }
  GtkWidget *widget = new_widget (block);
  set_gap (widget, block, frame.next, frame.tight);
  gtk_box_append (GTK_BOX (frame.parent), widget);
  if (block->children != NULL)
    push (self, content_of (block, widget), block->children, 0, block->tight);
  return lay_out (widget);
}

static guint
cost_of (const BhMarkdownBlock *block)
{
  if (block->kind == BH_MARKDOWN_CODE)
    return CODE_COST;
  return block->kind == BH_MARKDOWN_ROW ? block->children->len : 1;
}

gboolean
bh_markdown_builder_run (BhMarkdownBuilder *self, gint64 deadline)
{
  gsize bytes = 0;

  while (self->frames->len > 0 && self->left > 0)
    {
      Frame *last = &g_array_index (self->frames, Frame, self->frames->len - 1);
      Frame frame = *last;

      if (++last->next >= last->blocks->len)
        g_array_set_size (self->frames, self->frames->len - 1);
      const BhMarkdownBlock *block = frame.blocks->pdata[frame.next];
      guint cost = cost_of (block);
      if (!build (self, frame) && block->text != NULL)
        bytes += strlen (block->text);
      self->left -= MIN (self->left, cost);
      if (bytes >= RUN_BYTES || g_get_monotonic_time () >= deadline)
        break;
    }
  return self->frames->len > 0 && self->left > 0;
}

/* Whether the widget of `old` can be made to show `block`, apart from its children. */
static gboolean
can_turn_into (const BhMarkdownBlock *old, const BhMarkdownBlock *block)
{
  if (old->kind != block->kind)
    return FALSE;
  if (block->kind == BH_MARKDOWN_HEADING)
    return old->level == block->level;
  if (block->kind == BH_MARKDOWN_ITEM)
    return old->number == block->number && old->task == block->task;
  return block->kind != BH_MARKDOWN_TABLE;
}

static void
turn_into (GtkWidget *widget, const BhMarkdownBlock *old, const BhMarkdownBlock *block)
{
  if (block->kind == BH_MARKDOWN_PARAGRAPH || block->kind == BH_MARKDOWN_HEADING)
    bh_markdown_label_set (GTK_LABEL (widget), block);
  else if (block->kind == BH_MARKDOWN_CODE)
    {
      if (g_strcmp0 (old->info, block->info) == 0 && g_str_has_prefix (block->text, old->text))
        bh_code_view_append (BH_CODE_VIEW (widget), block->text + strlen (old->text), 0);
      else
        set_code (widget, block);
    }
}

/* Makes what is in `parent` show `blocks` instead of `old`. `partial`: some of `old` may not have been built.
 */
static void
change (BhMarkdownBuilder *self,
        GtkWidget *parent,
        GPtrArray *old,
        GPtrArray *blocks,
        gboolean partial,
        gboolean tight)
{
  GtkWidget *child = gtk_widget_get_first_child (parent);
  guint i = 0;

  for (; child != NULL && i < old->len && i < blocks->len; i++)
    {
      BhMarkdownBlock *before = old->pdata[i], *block = blocks->pdata[i];
      gboolean equal = bh_markdown_block_equal (before, block);

      if (!can_turn_into (before, block) && (!equal || partial))
        break;
      if (!equal)
        turn_into (child, before, block);
      set_gap (child, block, i, tight);
      if (block->children != NULL && (!equal || partial))
        change (self, content_of (block, child), before->children, block->children, partial, block->tight);
      child = gtk_widget_get_next_sibling (child);
    }
  while (child != NULL)
    {
      GtkWidget *next = gtk_widget_get_next_sibling (child);
      gtk_box_remove (GTK_BOX (parent), child);
      child = next;
    }
  push (self, parent, blocks, i, tight);
}

void
bh_markdown_builder_set (BhMarkdownBuilder *self, GPtrArray *blocks)
{
  gboolean partial = self->frames->len > 0;
  g_autoptr (GPtrArray) old = g_steal_pointer (&self->blocks);

  g_array_set_size (self->frames, 0);
  self->blocks = blocks;
  change (self, GTK_WIDGET (self->box), old, blocks, partial, FALSE);
}

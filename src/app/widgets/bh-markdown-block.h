/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What is to be shown of a Markdown text, without a toolkit: a short tree of blocks, whose texts hold no
 * markup but have spans of styles beside them. */

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  BH_MARKDOWN_PARAGRAPH,
  BH_MARKDOWN_HEADING,
  BH_MARKDOWN_CODE,
  BH_MARKDOWN_RULE,
  BH_MARKDOWN_QUOTE, /* from here on with children */
  BH_MARKDOWN_LIST,
  BH_MARKDOWN_ITEM,
  BH_MARKDOWN_TABLE,
  BH_MARKDOWN_ROW,
  BH_MARKDOWN_CELL, /* of a row; has a text, and no children */
} BhMarkdownKind;

typedef enum
{
  BH_MARKDOWN_EMPHASIS = 1 << 0,
  BH_MARKDOWN_STRONG = 1 << 1,
  BH_MARKDOWN_STRIKE = 1 << 2,
  BH_MARKDOWN_MONOSPACE = 1 << 3,
} BhMarkdownStyles;

typedef enum
{
  BH_MARKDOWN_NO_TASK,
  BH_MARKDOWN_OPEN_TASK,
  BH_MARKDOWN_DONE_TASK,
} BhMarkdownTask;

/* Bytes of the text. Spans are in order and do not overlap; what lies in none is plain. */
typedef struct
{
  guint start, end;
  BhMarkdownStyles styles;
  int link; /* which of the block's links; -1 none */
} BhMarkdownSpan;

typedef struct _BhMarkdownBlock
{
  BhMarkdownKind kind;
  gsize offset;       /* top level: where it begins in the source */
  guint level;        /* heading: 1 … 6 */
  int number;         /* item of an ordered list; -1 a bullet */
  char align;         /* cell: 'l', 'c', 'r' or 0 */
  gboolean head;      /* row: the first one of a table, with the names of its columns */
  gboolean tight;     /* list and item: no space between what is in it */
  gboolean continues; /* a piece of one text that is too long: the piece before it is the block before it */
  BhMarkdownTask task;
  char *text;          /* (nullable) */
  char *info;          /* (nullable): code: what it is written in */
  GArray *spans;       /* (nullable): BhMarkdownSpan */
  GPtrArray *links;    /* (nullable): addresses, each safe to open */
  GPtrArray *children; /* (nullable): BhMarkdownBlock */
} BhMarkdownBlock;

/* Blocks are counted atomically and, once they are made, only read. */
BhMarkdownBlock *bh_markdown_block_new (BhMarkdownKind kind);
BhMarkdownBlock *bh_markdown_block_ref (BhMarkdownBlock *self);
void bh_markdown_block_unref (BhMarkdownBlock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhMarkdownBlock, bh_markdown_block_unref)

/* Whether there is a word in it that takes long to lay out. */
gboolean bh_markdown_has_long_word (const char *text);

/* An array that holds its blocks. */
GPtrArray *bh_markdown_blocks_new (void);
/* Whether they look the same, children included. */
gboolean bh_markdown_block_equal (const BhMarkdownBlock *a, const BhMarkdownBlock *b);

/* Adds a text at the end of the block's. */
void bh_markdown_block_add (
    BhMarkdownBlock *self, GString *text, const char *more, BhMarkdownStyles styles, int link);
/* Appends `block` (taken) to `blocks`, in pieces of at most about `max` bytes where its text is longer, and
 * of a quarter of that where words are. */
void bh_markdown_blocks_add_pieces (GPtrArray *blocks, BhMarkdownBlock *block, gsize max);

G_END_DECLS

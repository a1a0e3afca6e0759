/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Markdown instructions as the sections a runbook works through. Pure: no I/O, linear in the length of the
 * text.
 *
 * Fences are CommonMark's: three or more ` or ~, indented by at most three columns (or within a list item),
 * to a closing fence at least as long, or to the end. Of these, sh, bash and shell are blocks and ask is a
 * question; other languages are prose, as is everything in a block quote, in an HTML comment and in code that
 * is indented by four columns. Words behind the language: continue-on-error; others are ignored. A block of
 * nothing but white space is none. */

#include "protocol/bh-records.h"

G_BEGIN_DECLS

typedef enum
{
  BH_SECTION_PROSE,
  BH_SECTION_BLOCK,
  BH_SECTION_ASK,
} BhSectionKind;

typedef struct
{
  BhSectionKind kind;
  guint line; /* of its first line of content, from 1 */
  char *text; /* prose, commands, or the inside of an ask block */
  gboolean continue_on_error;
  BhQuestionSet *questions; /* ask only */
} BhSection;

void bh_section_free (BhSection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhSection, bh_section_free)

/* (transfer full) (element-type BhSection). Fails with BH_ERROR_INVALID_FIELD on a malformed ask block,
 * naming the line. */
GPtrArray *bh_runbook_parse (const char *markdown, GError **error);
/* How many sections are blocks. */
guint bh_runbook_count_blocks (GPtrArray *sections);
/* What a block is called: its first line that is neither empty nor a comment. (transfer full) */
char *bh_section_title (const BhSection *self);

G_END_DECLS

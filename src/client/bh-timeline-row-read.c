/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-timeline-private.h"

#include <string.h>

/* --- reading ------------------------------------------------------------------------------------------- */

guint
bh_timeline_row_get_position (BhTimelineRow *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_ROW (self), 0);
  return self->position;
}

gboolean
bh_timeline_row_get_loaded (BhTimelineRow *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_ROW (self), FALSE);
  return self->row != NULL;
}

BhRow *
bh_timeline_row_get_row (BhTimelineRow *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_ROW (self), NULL);
  return self->row;
}

const char *
bh_timeline_row_get_unknown_kind (BhTimelineRow *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_ROW (self), NULL);
  /* only bh_decode_row() gives a status row a tool */
  return self->row != NULL && self->row->kind == BH_ROW_STATUS ? self->row->tool : NULL;
}

gboolean
bh_timeline_row_get_expanded (BhTimelineRow *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_ROW (self), FALSE);
  return self->expanded;
}

const char *
bh_timeline_row_get_text (BhTimelineRow *self, BhPart part, gsize *length)
{
  const BhRowText *text;
  const char *shown;

  g_return_val_if_fail (BH_IS_TIMELINE_ROW (self), NULL);
  g_return_val_if_fail (part <= BH_PART_RESULT, NULL);
  text = &self->texts[part];
  if (text->state == BH_ROW_TEXT_LOADED)
    {
      if (length != NULL)
        *length = text->text->len;
      return text->text->str;
    }
  shown = NULL;
  if (part == BH_PART_TEXT)
    shown =
        self->row != NULL && self->row->head != NULL && self->row->kind != BH_ROW_STEP ? self->row->head : "";
  if (length != NULL)
    *length = shown != NULL ? strlen (shown) : 0;
  return shown;
}

gboolean
bh_timeline_row_get_complete (BhTimelineRow *self, BhPart part)
{
  const BhRowText *text;

  g_return_val_if_fail (BH_IS_TIMELINE_ROW (self), FALSE);
  g_return_val_if_fail (part <= BH_PART_RESULT, FALSE);
  text = &self->texts[part];
  if (text->state == BH_ROW_TEXT_LOADED)
    return !text->cut && text->start == 0;
  return self->row != NULL && bh_timeline_row_head_is_all (self, part);
}

const char *
bh_timeline_row_get_problem (BhTimelineRow *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_ROW (self), NULL);
  return self->problem;
}

guint64
bh_timeline_row_get_bytes (BhTimelineRow *self, BhPart part)
{
  g_return_val_if_fail (BH_IS_TIMELINE_ROW (self), 0);
  g_return_val_if_fail (part <= BH_PART_RESULT, 0);
  return self->texts[part].bytes;
}

guint64
bh_timeline_row_get_skipped (BhTimelineRow *self, BhPart part)
{
  g_return_val_if_fail (BH_IS_TIMELINE_ROW (self), 0);
  g_return_val_if_fail (part <= BH_PART_RESULT, 0);
  return self->texts[part].state == BH_ROW_TEXT_LOADED ? self->texts[part].start : 0;
}

guint64
bh_timeline_row_get_elided (BhTimelineRow *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_ROW (self), 0);
  return self->row != NULL ? self->row->elided_bytes : 0;
}

const char *
bh_row_other_engine (const BhRow *row, const BhRun *run)
{
  static const char *const no_engines[] = { "bellhop", "you", "script", "runbook", "thought", NULL };
  const char *author = row->author;

  if (author == NULL || *author == '\0' || run == NULL || run->engine_used == NULL ||
      g_str_equal (author, run->engine_used) || g_strv_contains (no_engines, author))
    return NULL;
  return author;
}

const char *
bh_timeline_row_get_other_engine (BhTimelineRow *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_ROW (self), NULL);
  if (self->row == NULL || self->timeline == NULL)
    return NULL;
  return bh_row_other_engine (self->row, self->timeline->run);
}

BhQuestionSet *
bh_timeline_row_get_question (BhTimelineRow *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_ROW (self), NULL);
  if (self->row == NULL || self->row->question == NULL || self->timeline == NULL)
    return NULL;
  return bh_timeline_lookup_question (self->timeline, self->row->question);
}

BhMessage *
bh_timeline_row_get_message (BhTimelineRow *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_ROW (self), NULL);
  if (self->row == NULL || self->row->message == NULL || self->timeline == NULL)
    return NULL;
  return g_hash_table_lookup (self->timeline->all_messages, self->row->message);
}

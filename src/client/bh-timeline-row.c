/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-timeline-private.h"

#include <string.h>

#include "client/bh-snapshot.h"

#define CALL_MAX (256 * 1024)

G_DEFINE_FINAL_TYPE (BhTimelineRow, bh_timeline_row, G_TYPE_OBJECT)

typedef enum
{
  PROP_LOADED = 1,
  PROP_KIND,
  PROP_STATE,
  PROP_TITLE,
  PROP_AUTHOR,
  PROP_TOOL,
  PROP_EXIT_STATUS,
  PROP_UNKNOWN_KIND,
  PROP_QUESTION,
  PROP_MESSAGE,
  PROP_ROW,
  N_RECORD_PROPS, /* the others do not follow from the record */
  PROP_POSITION = N_RECORD_PROPS,
  PROP_EXPANDED,
  PROP_TEXT,
  PROP_TEXT_COMPLETE,
  PROP_CALL,
  PROP_RESULT,
  PROP_LOADING,
  PROP_PROBLEM,
  N_PROPS,
} BhTimelineRowProp;

enum
{
  APPENDED,
  RESET,
  BYTES_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void fetch (BhTimelineRow *self, BhPart part);

/* --- properties ---------------------------------------------------------------------------------------- */

static void
get_record_property (BhTimelineRow *self, int prop, GValue *value)
{
  const BhRow *row = self->row;

  switch (prop)
    {
    case PROP_LOADED:
      g_value_set_boolean (value, row != NULL);
      break;
    case PROP_KIND:
      g_value_set_enum (value, row != NULL ? row->kind : BH_ROW_STATUS);
      break;
    case PROP_STATE:
      g_value_set_enum (value, row != NULL ? row->state : BH_ROW_DONE);
      break;
    case PROP_TITLE:
      g_value_set_string (value, row != NULL ? row->title : NULL);
      break;
    case PROP_AUTHOR:
      g_value_set_string (value, row != NULL ? row->author : NULL);
      break;
    case PROP_TOOL:
      g_value_set_string (value, row != NULL ? row->tool : NULL);
      break;
    case PROP_EXIT_STATUS:
      g_value_set_int (value, row != NULL ? row->exit_status : -1);
      break;
    case PROP_UNKNOWN_KIND:
      g_value_set_string (value, bh_timeline_row_get_unknown_kind (self));
      break;
    case PROP_QUESTION:
      g_value_set_boxed (value, bh_timeline_row_get_question (self));
      break;
    case PROP_MESSAGE:
      g_value_set_boxed (value, bh_timeline_row_get_message (self));
      break;
    case PROP_ROW:
      g_value_set_boxed (value, row);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
bh_timeline_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BhTimelineRow *self = BH_TIMELINE_ROW (object);

  if (prop_id < N_RECORD_PROPS)
    {
      get_record_property (self, (int) prop_id, value);
      return;
    }
  switch ((int) prop_id)
    {
    case PROP_POSITION:
      g_value_set_uint (value, self->position);
      break;
    case PROP_EXPANDED:
      g_value_set_boolean (value, self->expanded);
      break;
    case PROP_TEXT:
      g_value_set_string (value, bh_timeline_row_get_text (self, BH_PART_TEXT, NULL));
      break;
    case PROP_TEXT_COMPLETE:
      g_value_set_boolean (value, bh_timeline_row_get_complete (self, BH_PART_TEXT));
      break;
    case PROP_CALL:
      g_value_set_string (value, bh_timeline_row_get_text (self, BH_PART_CALL, NULL));
      break;
    case PROP_RESULT:
      g_value_set_string (value, bh_timeline_row_get_text (self, BH_PART_RESULT, NULL));
      break;
    case PROP_LOADING:
      g_value_set_boolean (value, self->n_loading > 0);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_timeline_row_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_EXPANDED)
    bh_timeline_row_set_expanded (BH_TIMELINE_ROW (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
bh_timeline_row_dispose (GObject *object)
{
  BhTimelineRow *self = BH_TIMELINE_ROW (object);

  if (self->timeline != NULL)
    bh_timeline_forget_object (self->timeline, self->position);
  self->timeline = NULL;
  G_OBJECT_CLASS (bh_timeline_row_parent_class)->dispose (object);
}

static void
bh_timeline_row_finalize (GObject *object)
{
  BhTimelineRow *self = BH_TIMELINE_ROW (object);

  for (guint i = 0; i < G_N_ELEMENTS (self->texts); i++)
    bh_row_text_clear (&self->texts[i]);
  g_clear_pointer (&self->row, bh_row_unref);
  g_clear_pointer (&self->incoming, bh_row_unref);
  g_free (self->problem);
  G_OBJECT_CLASS (bh_timeline_row_parent_class)->finalize (object);
}

static GParamSpec *
string_spec (const char *name)
{
  return g_param_spec_string (name, NULL, NULL, NULL, BH_SNAPSHOT_READ);
}

static GParamSpec *
boolean_spec (const char *name, GParamFlags more)
{
  return g_param_spec_boolean (name, NULL, NULL, FALSE, BH_SNAPSHOT_READ | more);
}

static void
install_properties (GObjectClass *klass)
{
  properties[PROP_LOADED] = boolean_spec ("loaded", 0);
  properties[PROP_KIND] =
      g_param_spec_enum ("kind", NULL, NULL, BH_TYPE_ROW_KIND, BH_ROW_STATUS, BH_SNAPSHOT_READ);
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, BH_TYPE_ROW_STATE, BH_ROW_DONE, BH_SNAPSHOT_READ);
  properties[PROP_TITLE] = string_spec ("title");
  properties[PROP_AUTHOR] = string_spec ("author");
  properties[PROP_TOOL] = string_spec ("tool");
  properties[PROP_EXIT_STATUS] =
      g_param_spec_int ("exit-status", NULL, NULL, -1, G_MAXINT, -1, BH_SNAPSHOT_READ);
  properties[PROP_UNKNOWN_KIND] = string_spec ("unknown-kind");
  properties[PROP_QUESTION] =
      g_param_spec_boxed ("question", NULL, NULL, BH_TYPE_QUESTION_SET, BH_SNAPSHOT_READ);
  properties[PROP_MESSAGE] = g_param_spec_boxed ("message", NULL, NULL, BH_TYPE_MESSAGE, BH_SNAPSHOT_READ);
  properties[PROP_ROW] = g_param_spec_boxed ("row", NULL, NULL, BH_TYPE_ROW, BH_SNAPSHOT_READ);
  properties[PROP_POSITION] = g_param_spec_uint ("position", NULL, NULL, 0, G_MAXUINT, 0, BH_SNAPSHOT_READ);
  properties[PROP_EXPANDED] = boolean_spec ("expanded", G_PARAM_WRITABLE);
  properties[PROP_TEXT] = string_spec ("text");
  properties[PROP_TEXT_COMPLETE] = boolean_spec ("text-complete", 0);
  properties[PROP_CALL] = string_spec ("call");
  properties[PROP_RESULT] = string_spec ("result");
  properties[PROP_LOADING] = boolean_spec ("loading", 0);
  properties[PROP_PROBLEM] = string_spec ("problem");
  g_object_class_install_properties (klass, N_PROPS, properties);
}

static void
bh_timeline_row_class_init (BhTimelineRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = bh_timeline_row_dispose;
  object_class->finalize = bh_timeline_row_finalize;
  object_class->get_property = bh_timeline_row_get_property;
  object_class->set_property = bh_timeline_row_set_property;
  install_properties (object_class);
  signals[APPENDED] = g_signal_new ("appended", BH_TYPE_TIMELINE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 2, BH_TYPE_PART, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[RESET] = g_signal_new ("reset", BH_TYPE_TIMELINE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, BH_TYPE_PART);
  signals[BYTES_CHANGED] = g_signal_new ("bytes-changed", BH_TYPE_TIMELINE_ROW, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, BH_TYPE_PART);
}

static void
bh_timeline_row_init (BhTimelineRow *self)
{
  bh_row_text_init (&self->texts[BH_PART_TEXT], BH_TIMELINE_TEXT_MAX, FALSE);
  bh_row_text_init (&self->texts[BH_PART_CALL], CALL_MAX, FALSE);
  bh_row_text_init (&self->texts[BH_PART_RESULT], BH_TIMELINE_TAIL_MAX, TRUE);
}

BhTimelineRow *
bh_timeline_row_new (BhTimeline *timeline, guint position)
{
  BhTimelineRow *self = g_object_new (BH_TYPE_TIMELINE_ROW, NULL);
  BhTimelineGrown *grown = g_hash_table_lookup (timeline->grown, GUINT_TO_POINTER (position));
  BhRow *row = bh_timeline_peek (timeline, position);

  self->timeline = timeline;
  self->position = position;
  self->expanded = bh_timeline_get_expanded (timeline, position);
  for (guint i = 0; i < G_N_ELEMENTS (self->texts); i++)
    {
      self->texts[i].bytes = row != NULL ? bh_row_part_bytes (row, (BhPart) i) : 0;
      if (grown != NULL)
        self->texts[i].bytes = MAX (self->texts[i].bytes, grown->bytes[i]);
    }
  if (row != NULL)
    self->row = bh_row_ref (row);
  if (self->expanded && row != NULL)
    {
      fetch (self, BH_PART_CALL);
      fetch (self, BH_PART_RESULT);
    }
  return self;
}

void
bh_timeline_row_orphan (BhTimelineRow *self)
{
  self->timeline = NULL;
}

/* --- texts --------------------------------------------------------------------------------------------- */

static void
emit_reset (BhTimelineRow *self, BhPart part)
{
  static const int props[] = { PROP_TEXT, PROP_CALL, PROP_RESULT };

  g_signal_emit (self, signals[RESET], 0, part);
  g_object_notify_by_pspec (G_OBJECT (self), properties[props[part]]);
  if (part == BH_PART_TEXT)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT_COMPLETE]);
}

void
bh_timeline_row_set_problem (BhTimelineRow *self, const char *problem)
{
  if (g_set_str (&self->problem, problem))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

static void
count_loading (BhTimelineRow *self, int more)
{
  guint before = self->n_loading;

  self->n_loading = (guint) ((int) self->n_loading + more);
  if ((before > 0) != (self->n_loading > 0))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

typedef struct
{
  GWeakRef row;
  BhPart part;
} Fetch;

static void
fetch_free (gpointer data)
{
  g_weak_ref_clear (&((Fetch *) data)->row);
  g_free (data);
}

static DexFuture *
fetched_cb (DexFuture *future, gpointer data)
{
  Fetch *asked = data;
  g_autoptr (BhTimelineRow) self = g_weak_ref_get (&asked->row);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  BhRowText *text;

  if (self == NULL)
    return dex_future_new_true ();
  text = &self->texts[asked->part];
  count_loading (self, -1);
  /* dropped meanwhile; an answer to an older question would do as well */
  if (text->state != BH_ROW_TEXT_LOADING)
    return dex_future_new_true ();
  if (value == NULL)
    {
      bh_row_text_drop (text);
      bh_timeline_row_set_problem (self, error->message);
      return dex_future_new_true ();
    }
  if (!bh_row_text_take (text, g_value_get_boxed (value)))
    fetch (self, asked->part);
  else
    emit_reset (self, asked->part);
  return dex_future_new_true ();
}

/* The head is the beginning of what the row is about: of a step's result, else of its text. */
gboolean
bh_timeline_row_head_is_all (BhTimelineRow *self, BhPart part)
{
  const BhRow *row = self->row;

  return part == (row->kind == BH_ROW_STEP ? BH_PART_RESULT : BH_PART_TEXT) && row->head != NULL &&
         self->texts[part].bytes == bh_row_part_bytes (row, part) &&
         strlen (row->head) == self->texts[part].bytes;
}

static void
fetch (BhTimelineRow *self, BhPart part)
{
  BhRowText *text = &self->texts[part];
  Fetch *asked;
  guint64 from;

  if (self->row == NULL || self->timeline == NULL)
    return;
  if (text->bytes == 0 || bh_timeline_row_head_is_all (self, part))
    {
      bh_row_text_set (text, text->bytes > 0 ? self->row->head : "", text->bytes);
      emit_reset (self, part);
      return;
    }
  from = bh_row_text_begin (text);
  asked = g_new0 (Fetch, 1);
  g_weak_ref_init (&asked->row, self);
  asked->part = part;
  bh_timeline_row_set_problem (self, NULL);
  count_loading (self, 1);
  dex_future_disown (
      dex_future_finally (bh_connection_row_body (self->timeline->connection, self->timeline->run_id,
                                                  self->position, part, from, BH_TIMELINE_TEXT_MAX),
                          fetched_cb, asked, fetch_free));
}

static void
drop (BhTimelineRow *self, BhPart part)
{
  gboolean had = self->texts[part].state != BH_ROW_TEXT_NONE;

  bh_row_text_drop (&self->texts[part]);
  if (had)
    emit_reset (self, part);
}

/* --- what the model says ------------------------------------------------------------------------------- */

/* More than the deltas have told of: some were missed. */
static void
check_sizes (BhTimelineRow *self)
{
  for (int part = BH_PART_TEXT; part <= BH_PART_RESULT; part++)
    {
      BhRowText *text = &self->texts[part];
      guint64 bytes = bh_row_part_bytes (self->row, (BhPart) part);

      if (bytes > text->bytes)
        {
          text->bytes = bytes;
          self->grown |= 1u << part;
        }
      if (text->state == BH_ROW_TEXT_LOADED && !text->cut && text->end < text->bytes)
        fetch (self, (BhPart) part);
    }
}

static void
apply (BhTimelineRow *self, BhRow *row)
{
  GValue before[N_RECORD_PROPS] = { G_VALUE_INIT };
  gboolean first = self->row == NULL;
  gboolean new_head = first || g_strcmp0 (self->row->head, row->head) != 0;

  bh_snapshot_take (G_OBJECT (self), properties, N_RECORD_PROPS, before);
  bh_row_ref (row);
  g_clear_pointer (&self->row, bh_row_unref);
  self->row = row;
  check_sizes (self);
  if (first)
    bh_timeline_row_set_problem (self, NULL);
  bh_snapshot_notify (G_OBJECT (self), properties, N_RECORD_PROPS, before);
  if (new_head && self->texts[BH_PART_TEXT].state != BH_ROW_TEXT_LOADED)
    emit_reset (self, BH_PART_TEXT);
  if (first && self->expanded)
    {
      fetch (self, BH_PART_CALL);
      fetch (self, BH_PART_RESULT);
    }
}

static void
queue (BhTimelineRow *self)
{
  if (self->queued || self->timeline == NULL)
    return;
  self->queued = TRUE;
  bh_timeline_set_dirty (self->timeline, self);
}

void
bh_timeline_row_set_row (BhTimelineRow *self, BhRow *row)
{
  if (self->row == NULL)
    {
      apply (self, row);
      return;
    }
  bh_row_ref (row);
  g_clear_pointer (&self->incoming, bh_row_unref);
  self->incoming = row;
  queue (self);
}

void
bh_timeline_row_take_delta (BhTimelineRow *self, const BhFeedEvent *event)
{
  BhRowText *text = &self->texts[event->part];

  self->grown |= 1u << event->part;
  if (!bh_row_text_append (text, event->offset, event->length, event->text))
    fetch (self, event->part);
  queue (self);
}

void
bh_timeline_row_flush (BhTimelineRow *self)
{
  g_autoptr (BhRow) incoming = g_steal_pointer (&self->incoming);
  guint grown;

  self->queued = FALSE;
  for (int part = BH_PART_TEXT; part <= BH_PART_RESULT; part++)
    {
      GString *fresh = g_steal_pointer (&self->texts[part].fresh);

      if (fresh == NULL)
        continue;
      g_signal_emit (self, signals[APPENDED], 0, part, fresh->str);
      g_string_free (fresh, TRUE);
    }
  if (incoming != NULL)
    apply (self, incoming);
  grown = self->grown;
  self->grown = 0;
  for (int part = BH_PART_TEXT; part <= BH_PART_RESULT; part++)
    if (grown & (1u << part))
      g_signal_emit (self, signals[BYTES_CHANGED], 0, part);
}

void
bh_timeline_row_refresh (BhTimelineRow *self)
{
  if (self->row == NULL)
    return;
  if (self->row->question != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_QUESTION]);
  if (self->row->message != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
}

void
bh_timeline_row_reload (BhTimelineRow *self)
{
  for (int part = BH_PART_TEXT; part <= BH_PART_RESULT; part++)
    if (self->texts[part].state == BH_ROW_TEXT_LOADED)
      fetch (self, (BhPart) part);
}

/* --- what a person does -------------------------------------------------------------------------------- */

void
bh_timeline_row_set_expanded (BhTimelineRow *self, gboolean expanded)
{
  g_return_if_fail (BH_IS_TIMELINE_ROW (self));
  expanded = !!expanded;
  if (self->expanded == expanded)
    return;
  self->expanded = expanded;
  if (self->timeline != NULL)
    bh_timeline_set_expanded (self->timeline, self->position, expanded);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXPANDED]);
  for (int part = BH_PART_CALL; part <= BH_PART_RESULT; part++)
    {
      if (!expanded)
        drop (self, (BhPart) part);
      else if (self->texts[part].state == BH_ROW_TEXT_NONE)
        fetch (self, (BhPart) part);
    }
}

void
bh_timeline_row_load_text (BhTimelineRow *self)
{
  g_return_if_fail (BH_IS_TIMELINE_ROW (self));
  if (self->texts[BH_PART_TEXT].state == BH_ROW_TEXT_NONE)
    fetch (self, BH_PART_TEXT);
}

void
bh_timeline_row_drop_text (BhTimelineRow *self)
{
  g_return_if_fail (BH_IS_TIMELINE_ROW (self));
  drop (self, BH_PART_TEXT);
}

void
bh_timeline_row_retry (BhTimelineRow *self)
{
  g_return_if_fail (BH_IS_TIMELINE_ROW (self));
  bh_timeline_row_set_problem (self, NULL);
  if (self->row == NULL)
    {
      if (self->timeline != NULL)
        bh_timeline_retry_pages (self->timeline);
      return;
    }
  if (self->row->kind != BH_ROW_STEP && self->texts[BH_PART_TEXT].state == BH_ROW_TEXT_NONE)
    fetch (self, BH_PART_TEXT);
  for (int part = BH_PART_CALL; self->expanded && part <= BH_PART_RESULT; part++)
    if (self->texts[part].state == BH_ROW_TEXT_NONE)
      fetch (self, (BhPart) part);
}

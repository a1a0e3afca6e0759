/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/timeline.h"

#include <string.h>

#include "cli/question-text.h"
#include "cli/tail.h"
#include "cli/text-fit.h"
#include "cli/timeline-lines.h"

#define LIVE_LINES 5  /* of output, below a step under way on a terminal */
#define TAIL_LINES 10 /* of output, below a step that has ended */
#define HEAD_LINES 20 /* of output as it comes where there is no terminal */
#define LIVE_STEPS 4
#define TEXT_MAX (1024 * 1024)
#define QUIET_US                                                                                             \
  G_USEC_PER_SEC /* where there is no terminal: a step that takes longer is shown before it has ended */
#define QUICK_US 100000 /* on a terminal: one that takes less is not shown before it has ended */
#define REDRAW_US 80000

/* A row that is not through with being printed. */
typedef struct
{
  BhRow *row;
  GString *text;      /* prose: of messages and of the Run's result */
  Tail *tail;         /* output of steps */
  guint64 bytes;      /* of that part, so far */
  guint64 printed;    /* lines of output */
  gboolean announced; /* the step's line stands, open */
  gboolean printed_message;
  gboolean elided;
} Entry;

struct _Timeline
{
  Output *out;
  gboolean asks;
  GHashTable *entries; /* guint64 ordinal -> Entry */
  GQueue open;         /* Entry, steps under way by ordinal; borrowed */
  Entry *pending;      /* (nullable) ended, more of it may be at hand; borrowed */
  Entry *last;         /* (nullable) whose lines were printed last; borrowed */
  guint drawn;         /* lines on the terminal that are redrawn in place */
  gint64 drawn_at;
  char *name;    /* (nullable) of the Run */
  char *asked;   /* (nullable) id of the set that a prompt has put to the person */
  BhRow *report; /* (nullable) printed when it is known whether the Run ends with it */
  char *report_text;
  BhRunState state;
  gboolean has_state;
};

static void
entry_free (gpointer data)
{
  Entry *self = data;

  bh_row_unref (self->row);
  g_string_free (self->text, TRUE);
  tail_free (self->tail);
  g_free (self);
}

Timeline *
timeline_new (Output *out, gboolean asks)
{
  Timeline *self = g_new0 (Timeline, 1);

  self->out = out;
  self->asks = asks;
  self->entries = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, entry_free);
  g_queue_init (&self->open);
  return self;
}

void
timeline_free (Timeline *self)
{
  g_queue_clear (&self->open);
  g_hash_table_unref (self->entries);
  g_free (self->name);
  g_free (self->asked);
  g_clear_pointer (&self->report, bh_row_unref);
  g_free (self->report_text);
  g_free (self);
}

static gboolean
is_prose (const BhRow *row)
{
  return row->kind == BH_ROW_MESSAGE || row->kind == BH_ROW_STATUS || row_is_report (row);
}

static gboolean
is_yours (const BhRow *row)
{
  return row->kind == BH_ROW_MESSAGE && row->message != NULL;
}

void
timeline_hide (Timeline *self)
{
  if (self->drawn > 0)
    {
      g_autofree char *sequence = g_strdup_printf ("\r\033[%uA\033[J", self->drawn);
      output_control (self->out, sequence);
    }
  self->drawn = 0;
}

/* --- steps --------------------------------------------------------------------------------------------- */

/* What is printed from here on stands for ever. */
static void
begin (Timeline *self)
{
  timeline_hide (self);
  if (self->report != NULL)
    lines_end (self->out, NULL, self->report, self->report_text);
  g_clear_pointer (&self->report, bh_row_unref);
  g_clear_pointer (&self->report_text, g_free);
}

static void
announce (Timeline *self, Entry *entry)
{
  if (entry->announced && self->last == entry)
    return;
  begin (self);
  lines_step (self->out, entry->row, MARK_OPEN, STYLE_NAME, entry->announced ? "(goes on)" : "");
  entry->announced = TRUE;
  self->last = entry;
}

/* What the launch repeats of its own title or duration. */
static gboolean
is_repeated (const BhRow *row, const char *line)
{
  return row_is_launch (row) && row->state != BH_ROW_FAILED &&
         ((row->title != NULL && g_str_has_prefix (line, row->title)) ||
          g_str_has_prefix (line, "DevBox ready in "));
}

/* Where there is no terminal: the first lines of a step that is announced, as they come. */
static void
print_head (Timeline *self, Entry *entry)
{
  guint64 until = MIN (tail_count (entry->tail), HEAD_LINES);

  if (output_is_tty (self->out) || entry->row->state != BH_ROW_OPEN || entry->printed >= until)
    return;
  if (!entry->announced && until < HEAD_LINES)
    return;
  announce (self, entry);
  for (; entry->printed < until; entry->printed++)
    {
      const char *line = tail_line (entry->tail, entry->printed);
      if (line != NULL && !is_repeated (entry->row, line))
        lines_output (self->out, line);
    }
}

/* What of the output has not been printed: its last lines, and how many are left out. */
static void
print_tail (Timeline *self, Entry *entry)
{
  guint limit = output_is_tty (self->out) || entry->announced ? TAIL_LINES : HEAD_LINES;
  guint64 count, from;

  tail_end (entry->tail);
  count = tail_count (entry->tail);
  from = MAX (entry->printed, count > limit ? count - limit : 0);
  if (from > entry->printed)
    {
      g_autofree char *note =
          g_strdup_printf ("… %" G_GUINT64_FORMAT " more line%s in row %" G_GUINT64_FORMAT,
                           from - entry->printed, from - entry->printed == 1 ? "" : "s", entry->row->n);
      lines_output (self->out, note);
    }
  for (; from < count; from++)
    if (!is_repeated (entry->row, tail_line (entry->tail, from)))
      lines_output (self->out, tail_line (entry->tail, from));
  if (entry->elided)
    lines_output (self->out, "… part of the output was not kept");
  entry->printed = count;
}

/* --- prose --------------------------------------------------------------------------------------------- */

static char *
prose_text (Entry *entry)
{
  /* the head is all there is of a text whose deltas were not sent */
  const char *text = entry->text->len > 0 ? entry->text->str : entry->row->head;
  g_autofree char *shown = text_shown (text);

  return g_strdup (g_strstrip (shown));
}

static void
finish_step (Timeline *self, Entry *entry)
{
  gboolean announced = entry->announced && !output_is_tty (self->out);

  if (row_is_report (entry->row))
    {
      begin (self);
      self->report = bh_row_ref (entry->row);
      self->report_text = prose_text (entry);
      return;
    }
  begin (self);
  if (announced)
    announce (self, entry);
  else
    lines_step_ended (self->out, entry->row);
  print_tail (self, entry);
  if (announced)
    lines_step_ended (self->out, entry->row);
  self->last = NULL;
}

static const char *
receipt_text (BhRowState state)
{
  return state == BH_ROW_QUEUED      ? "queued"
         : state == BH_ROW_DELIVERED ? "delivered"
         : state == BH_ROW_WITHDRAWN ? "withdrawn"
                                     : "";
}

static void
print_your_message (Timeline *self, Entry *entry)
{
  g_autofree char *text = prose_text (entry), *line = text_line (text);
  const char *receipt = receipt_text (entry->row->state);
  guint columns = output_get_columns (self->out);
  g_autofree char *fitted = text_fit (line, MAX (columns, 40) - 25);

  output_put (self->out, STYLE_NAME, output_mark (self->out, MARK_PERSON));
  output_printf (self->out, STYLE_BOLD, " %s", fitted);
  if (*receipt != '\0')
    output_printf (self->out, STYLE_DIM, "  (%s)", receipt);
  output_put (self->out, STYLE_PLAIN, "\n");
  entry->printed_message = TRUE;
}

static void
print_receipt (Timeline *self, Entry *entry)
{
  g_autofree char *text = prose_text (entry), *line = text_line (text), *fitted = text_fit (line, 40);
  const char *receipt = entry->row->state == BH_ROW_TAKEN_UP ? "taken up" : receipt_text (entry->row->state);

  output_printf (self->out, STYLE_DIM, "%s your message was %s: %s\n", output_mark (self->out, MARK_PERSON),
                 receipt, fitted);
}

static void
finish_message (Timeline *self, Entry *entry)
{
  begin (self);
  self->last = NULL;
  /* the instructions: whoever is here has just given them, or sees their name above */
  if (entry->row->n == 0 && g_strcmp0 (entry->row->author, "you") == 0)
    return;
  if (is_yours (entry->row) ||
      (entry->row->kind == BH_ROW_MESSAGE && g_strcmp0 (entry->row->author, "you") == 0))
    {
      if (entry->printed_message)
        print_receipt (self, entry);
      else
        print_your_message (self, entry);
    }
  else if (entry->row->kind == BH_ROW_STATUS)
    {
      g_autofree char *text = prose_text (entry),
                      *line = text_line (*text != '\0' ? text : entry->row->title);
      output_printf (self->out, STYLE_ASKS, "%s %s\n", output_mark (self->out, MARK_NOTE), line);
    }
  else
    {
      g_autofree char *text = prose_text (entry);
      lines_prose (self->out, text, self->name, TRUE);
    }
}

/* --- events -------------------------------------------------------------------------------------------- */

/* Prints the row that has ended but waited for more of itself. */
static void
flush_pending (Timeline *self)
{
  Entry *entry = g_steal_pointer (&self->pending);

  if (entry == NULL)
    return;
  if (entry->row->kind == BH_ROW_STEP)
    finish_step (self, entry);
  else
    finish_message (self, entry);
  /* receipts follow on a message of the person; of everything else this was the last */
  if (!is_yours (entry->row) || entry->row->state == BH_ROW_TAKEN_UP || entry->row->state == BH_ROW_WITHDRAWN)
    {
      guint64 n = entry->row->n;
      g_hash_table_remove (self->entries, &n);
    }
}

static void
make_pending (Timeline *self, Entry *entry)
{
  if (self->pending != entry)
    flush_pending (self);
  self->pending = entry;
}

static Entry *
entry_for (Timeline *self, BhRow *row)
{
  Entry *entry = g_hash_table_lookup (self->entries, &row->n);

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->text = g_string_new (NULL);
      entry->tail = tail_new (MAX (TAIL_LINES, HEAD_LINES));
      entry->row = bh_row_ref (row);
      g_hash_table_insert (self->entries, &entry->row->n, entry);
    }
  return entry;
}

/* The key in the table is the row's own ordinal, so it is exchanged with care. */
static void
set_row (Timeline *self, Entry *entry, BhRow *row)
{
  if (entry->row == row)
    return;
  g_hash_table_steal (self->entries, &row->n);
  bh_row_unref (entry->row);
  entry->row = bh_row_ref (row);
  g_hash_table_insert (self->entries, &entry->row->n, entry);
}

static void
take_row (Timeline *self, JsonNode *node)
{
  g_autoptr (BhRow) row = bh_row_from_json (node, NULL);
  BhRowState before;
  Entry *entry;
  gboolean is_new;

  if (row == NULL || row->kind == BH_ROW_QUESTION)
    return;
  is_new = !g_hash_table_contains (self->entries, &row->n);
  entry = entry_for (self, row);
  before = entry->row->state;
  set_row (self, entry, row);
  if (row->state == BH_ROW_OPEN)
    {
      if (self->pending != entry)
        flush_pending (self);
      if (row->kind == BH_ROW_STEP && is_new)
        g_queue_push_tail (&self->open, entry);
    }
  else if (is_new || before != row->state)
    {
      g_queue_remove (&self->open, entry);
      /* that it was delivered says little once it is on its way to be taken up */
      if (row->state != BH_ROW_DELIVERED || !entry->printed_message)
        make_pending (self, entry);
    }
}

/* Line by line as long as the first lines are printed as they come: the tail would have dropped some of them.
 */
static void
add_output (Timeline *self, Entry *entry, const char *text)
{
  const char *end;

  while (!output_is_tty (self->out) && entry->row->state == BH_ROW_OPEN && entry->printed < HEAD_LINES &&
         (end = strchr (text, '\n')) != NULL)
    {
      g_autofree char *line = g_strndup (text, (gsize) (end + 1 - text));
      tail_add (entry->tail, line);
      print_head (self, entry);
      text = end + 1;
    }
  tail_add (entry->tail, text);
}

static void
take_delta (Timeline *self, JsonObject *delta)
{
  guint64 n = (guint64) json_object_get_int_member_with_default (delta, "row", -1);
  const char *part = json_object_get_string_member_with_default (delta, "part", "");
  const char *text = json_object_get_string_member_with_default (delta, "text", NULL);
  Entry *entry = g_hash_table_lookup (self->entries, &n);
  g_autofree char *shown = NULL;

  if (entry == NULL || strcmp (part, "call") == 0)
    return;
  if (self->pending != NULL && self->pending != entry)
    flush_pending (self);
  if (text == NULL)
    {
      entry->elided = TRUE;
      return;
    }
  shown = text_shown (text);
  if (is_prose (entry->row))
    {
      if (entry->text->len < TEXT_MAX)
        g_string_append (entry->text, shown);
    }
  else
    add_output (self, entry, shown);
}

static void
take_question (Timeline *self, JsonNode *node)
{
  g_autoptr (BhQuestionSet) set = bh_question_set_from_json (node, NULL);

  if (set == NULL)
    return;
  flush_pending (self);
  if (set->state == BH_SET_OPEN && self->asks)
    return;
  begin (self);
  if (set->state == BH_SET_OPEN || (self->asks && g_strcmp0 (self->asked, set->id) != 0))
    for (guint i = 0; i < set->questions->len; i++)
      question_print (self->out, g_ptr_array_index (set->questions, i));
  if (set->state == BH_SET_ANSWERED)
    question_print_answers (self->out, set);
  else if (set->state == BH_SET_WITHDRAWN)
    output_printf (self->out, STYLE_DIM, "  %s not answered: the Run ended\n",
                   output_mark (self->out, MARK_ANSWER));
  self->last = NULL;
}

static void
take_run (Timeline *self, JsonObject *run)
{
  const char *nick = json_object_get_string_member_with_default (run, "state", "");
  const char *reason = json_object_get_string_member_with_default (run, "reason", NULL);
  const char *name = json_object_get_string_member_with_default (run, "name", NULL);
  int state;

  if (g_strcmp0 (name, self->name) != 0)
    {
      g_free (self->name);
      self->name = g_strdup (name);
    }
  if (!bh_from_nick (BH_TYPE_RUN_STATE, nick, &state) ||
      (self->has_state && self->state == (BhRunState) state))
    return;
  self->has_state = TRUE;
  self->state = (BhRunState) state;
  if (state == BH_RUN_QUEUED && reason != NULL)
    {
      g_autofree char *line = text_line (reason);
      flush_pending (self);
      begin (self);
      output_printf (self->out, STYLE_DIM, "%s Queued: %s\n", output_mark (self->out, MARK_NOTE), line);
    }
}

void
timeline_event (Timeline *self, const char *kind, JsonNode *data)
{
  JsonObject *object = data != NULL && JSON_NODE_HOLDS_OBJECT (data) ? json_node_get_object (data) : NULL;
  JsonNode *record = object != NULL ? json_object_get_member (object, kind) : NULL;

  if (object != NULL && strcmp (kind, "delta") == 0)
    {
      /* a delta's members stand beside seq and at, or like those of the other kinds in an object of their own
       */
      take_delta (self,
                  record != NULL && JSON_NODE_HOLDS_OBJECT (record) ? json_node_get_object (record) : object);
      return;
    }
  if (record == NULL || !JSON_NODE_HOLDS_OBJECT (record))
    return;
  if (strcmp (kind, "row") == 0)
    take_row (self, record);
  else if (strcmp (kind, "question") == 0)
    take_question (self, record);
  else if (strcmp (kind, "run") == 0)
    take_run (self, json_node_get_object (record));
}

/* --- live ---------------------------------------------------------------------------------------------- */

static void
draw_step (Timeline *self, Entry *entry, gint64 now_us)
{
  gint64 taken = now_us - entry->row->started_at;
  g_autofree char *elapsed = taken >= G_USEC_PER_SEC ? text_duration (taken) : g_strdup ("");
  guint64 count = tail_count (entry->tail);
  const char *partial = tail_partial (entry->tail);
  guint room = LIVE_LINES - (*partial != '\0' ? 1 : 0);

  lines_step (self->out, entry->row, MARK_OPEN, STYLE_NAME, elapsed);
  self->drawn++;
  for (guint64 n = count > room ? count - room : 0; n < count; n++, self->drawn++)
    lines_output (self->out, tail_line (entry->tail, n));
  if (*partial != '\0')
    {
      lines_output (self->out, partial);
      self->drawn++;
    }
}

/* Every sign of life would make it flicker. */
static void
draw (Timeline *self, gint64 now_us)
{
  guint steps = 0;

  if (self->drawn > 0 && ABS (now_us - self->drawn_at) < REDRAW_US)
    return;
  timeline_hide (self);
  for (GList *l = self->open.head; l != NULL && steps < LIVE_STEPS; l = l->next)
    {
      Entry *entry = l->data;
      if (row_is_report (entry->row) || now_us - entry->row->started_at < QUICK_US)
        continue;
      draw_step (self, entry, now_us);
      steps++;
    }
  self->drawn_at = now_us;
}

static void
announce_quiet_steps (Timeline *self, gint64 now_us)
{
  for (GList *l = self->open.head; l != NULL; l = l->next)
    {
      Entry *entry = l->data;
      if (entry->announced || now_us - entry->row->started_at < QUIET_US)
        continue;
      announce (self, entry);
      print_head (self, entry);
    }
}

void
timeline_settle (Timeline *self, gint64 now_us)
{
  flush_pending (self);
  if (output_is_tty (self->out))
    draw (self, now_us);
  else
    announce_quiet_steps (self, now_us);
  output_flush (self->out);
}

gboolean
timeline_is_live (Timeline *self)
{
  return !g_queue_is_empty (&self->open);
}

void
timeline_note (Timeline *self, const char *text)
{
  g_autofree char *shown = text_shown (text);

  flush_pending (self);
  begin (self);
  output_printf (self->out, STYLE_DIM, "%s %s\n", output_mark (self->out, MARK_NOTE), shown);
  output_flush (self->out);
  self->last = NULL;
}

void
timeline_asked (Timeline *self, const char *set)
{
  g_free (self->asked);
  self->asked = g_strdup (set);
}

void
timeline_end (Timeline *self, const BhRun *run)
{
  flush_pending (self);
  timeline_hide (self);
  lines_end (self->out, run, self->report, self->report_text);
  g_clear_pointer (&self->report, bh_row_unref);
  g_clear_pointer (&self->report_text, g_free);
  output_flush (self->out);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/runs/bh-line-writer.h"

#include <string.h>

/* States of the journal, each after the key and a point:
 *   out          "FIRST END": the lines kept, by their offsets in stdin
 *   line.OFFSET  one of them, until boxd has accepted it */
#define STATE_OUT "out"
#define STATE_LINE "line"

/* With its newline. */
typedef struct
{
  guint64 offset;
  GBytes *bytes;
  gboolean written;
} Line;

struct _BhLineWriter
{
  GObject parent_instance;

  BhJournal *journal;
  BhProcess *process;
  char *key;
  GQueue lines; /* Line: not accepted yet */
  guint64 end;
  DexFuture *last;     /* (nullable) of the line that was written last */
  DexPromise *moved;   /* resolved, and replaced, when lines were accepted or nobody reads them */
  gboolean is_refused; /* nobody reads */
};

G_DEFINE_FINAL_TYPE (BhLineWriter, bh_line_writer, G_TYPE_OBJECT)

static void
line_free (gpointer data)
{
  Line *line = data;

  g_bytes_unref (line->bytes);
  g_free (line);
}

static guint64
line_end (const Line *line)
{
  return line->offset + g_bytes_get_size (line->bytes);
}

static void
bh_line_writer_finalize (GObject *object)
{
  BhLineWriter *self = BH_LINE_WRITER (object);

  g_queue_clear_full (&self->lines, line_free);
  dex_clear (&self->last);
  /* whoever waits for it waits for nothing */
  dex_promise_resolve_boolean (self->moved, TRUE);
  dex_clear (&self->moved);
  g_free (self->key);
  g_clear_object (&self->process);
  g_clear_object (&self->journal);
  G_OBJECT_CLASS (bh_line_writer_parent_class)->finalize (object);
}

static void
bh_line_writer_class_init (BhLineWriterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_line_writer_finalize;
}

static void
bh_line_writer_init (BhLineWriter *self)
{
  g_queue_init (&self->lines);
  self->moved = dex_promise_new ();
}

/* What waits for something does not keep the writer. */
typedef struct
{
  GWeakRef writer;
  guint64 offset;
} Ref;

static Ref *
ref_new (BhLineWriter *self, guint64 offset)
{
  Ref *ref = g_new0 (Ref, 1);

  g_weak_ref_init (&ref->writer, self);
  ref->offset = offset;
  return ref;
}

static void
ref_free (gpointer data)
{
  Ref *ref = data;

  g_weak_ref_clear (&ref->writer);
  g_free (ref);
}

/* --- state --- */

static char *
line_key (BhLineWriter *self, guint64 offset)
{
  return g_strdup_printf ("%s." STATE_LINE ".%" G_GUINT64_FORMAT, self->key, offset);
}

static void
set_out (BhLineWriter *self, const char *value)
{
  g_autofree char *key = g_strdup_printf ("%s." STATE_OUT, self->key);

  bh_journal_set_state (self->journal, key, value);
}

static void
stage_out (BhLineWriter *self)
{
  const Line *first = g_queue_peek_head (&self->lines);
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT,
                                           first != NULL ? first->offset : self->end, self->end);

  set_out (self, text);
}

/* --- writing --- */

static void
tell_moved (BhLineWriter *self)
{
  g_autoptr (DexPromise) moved = self->moved;

  self->moved = dex_promise_new ();
  dex_promise_resolve_boolean (moved, TRUE);
}

/* The box has them: they need not be remembered. */
static void
drop_accepted (BhLineWriter *self, guint64 accepted)
{
  const Line *line;
  gboolean dropped = FALSE;

  while ((line = g_queue_peek_head (&self->lines)) != NULL && line->written && line_end (line) <= accepted)
    {
      g_autofree char *key = line_key (self, line->offset);

      bh_journal_set_state (self->journal, key, NULL);
      line_free (g_queue_pop_head (&self->lines));
      dropped = TRUE;
    }
  if (!dropped)
    return;
  stage_out (self);
  tell_moved (self);
}

static DexFuture *
accepted_cb (DexFuture *future, gpointer data)
{
  g_autoptr (BhLineWriter) self = g_weak_ref_get (&((Ref *) data)->writer);
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) != NULL)
    {
      if (self != NULL)
        drop_accepted (self, ((Ref *) data)->offset);
      return dex_future_new_true ();
    }
  g_debug ("a line was not taken: %s", error->message);
  if (self != NULL)
    bh_line_writer_refuse (self);
  return dex_future_new_true ();
}

static void
write_lines (BhLineWriter *self, guint64 end)
{
  g_autoptr (GPtrArray) writes = g_ptr_array_new ();

  for (GList *link = self->lines.head; link != NULL; link = link->next)
    {
      Line *line = link->data;

      if (line->written || line_end (line) > end)
        continue;
      line->written = TRUE;
      g_ptr_array_add (writes, bh_process_write (self->process, line->offset, line->bytes));
      g_ptr_array_add (writes, ref_new (self, line_end (line)));
    }
  /* in the end, for what is accepted already is dropped at once */
  if (writes->len > 0)
    {
      dex_clear (&self->last);
      self->last = dex_ref (writes->pdata[writes->len - 2]);
    }
  for (guint i = 0; i < writes->len; i += 2)
    dex_future_disown (dex_future_finally (writes->pdata[i], accepted_cb, writes->pdata[i + 1], ref_free));
}

static DexFuture *
committed_cb (DexFuture *future, gpointer data)
{
  g_autoptr (BhLineWriter) self = g_weak_ref_get (&((Ref *) data)->writer);

  if (self != NULL)
    write_lines (self, ((Ref *) data)->offset);
  return dex_ref (future);
}

DexFuture *
bh_line_writer_flush (BhLineWriter *self)
{
  DexFuture *committed, *future;

  dex_return_error_if_fail (BH_IS_LINE_WRITER (self));
  committed = bh_journal_is_closed (self->journal) ? bh_journal_settled (self->journal)
                                                   : bh_journal_flush (self->journal);
  future = dex_future_then (committed, committed_cb, ref_new (self, self->end), ref_free);
  /* it goes on also when the caller does not wait for it to the end */
  dex_future_disown (dex_ref (future));
  return future;
}

static void
push_line (BhLineWriter *self, const char *text)
{
  Line *line = g_new0 (Line, 1);
  char *bytes = g_strconcat (text, "\n", NULL);

  line->offset = self->end;
  line->bytes = g_bytes_new_take (bytes, strlen (bytes));
  g_queue_push_tail (&self->lines, line);
  self->end = line_end (line);
}

guint64
bh_line_writer_get_end (BhLineWriter *self)
{
  g_return_val_if_fail (BH_IS_LINE_WRITER (self), 0);
  return self->end;
}

void
bh_line_writer_send (BhLineWriter *self, const char *line)
{
  g_autofree char *key = NULL;

  g_return_if_fail (BH_IS_LINE_WRITER (self));
  g_return_if_fail (line != NULL && strchr (line, '\n') == NULL);

  if (bh_journal_is_closed (self->journal) || bh_journal_is_broken (self->journal))
    return;
  key = line_key (self, self->end);
  push_line (self, line);
  bh_journal_set_state (self->journal, key, line);
  stage_out (self);
}

guint64
bh_line_writer_get_unread (BhLineWriter *self)
{
  const Line *first;

  g_return_val_if_fail (BH_IS_LINE_WRITER (self), 0);
  first = g_queue_peek_head (&self->lines);
  return first != NULL && !self->is_refused ? self->end - first->offset : 0;
}

void
bh_line_writer_refuse (BhLineWriter *self)
{
  g_return_if_fail (BH_IS_LINE_WRITER (self));
  if (self->is_refused)
    return;
  self->is_refused = TRUE;
  tell_moved (self);
}

DexFuture *
bh_line_writer_moved (BhLineWriter *self)
{
  dex_return_error_if_fail (BH_IS_LINE_WRITER (self));
  return dex_ref (DEX_FUTURE (self->moved));
}

DexFuture *
bh_line_writer_drained (BhLineWriter *self)
{
  dex_return_error_if_fail (BH_IS_LINE_WRITER (self));
  return self->last != NULL ? dex_ref (self->last) : dex_future_new_true ();
}

void
bh_line_writer_forget (BhLineWriter *self)
{
  g_return_if_fail (BH_IS_LINE_WRITER (self));

  for (GList *link = self->lines.head; link != NULL; link = link->next)
    {
      g_autofree char *key = line_key (self, ((Line *) link->data)->offset);

      bh_journal_set_state (self->journal, key, NULL);
    }
  g_queue_clear_full (&self->lines, line_free);
  set_out (self, NULL);
}

/* --- the beginning --- */

static void
load_lines (BhLineWriter *self)
{
  g_autofree char *key = g_strdup_printf ("%s." STATE_OUT, self->key);
  const char *out = bh_journal_get_state (self->journal, key);
  guint64 end;
  char *rest;

  if (out == NULL)
    return;
  self->end = g_ascii_strtoull (out, &rest, 10);
  end = g_ascii_strtoull (rest, NULL, 10);
  while (self->end < end)
    {
      g_autofree char *name = line_key (self, self->end);
      const char *text = bh_journal_get_state (self->journal, name);

      if (text == NULL)
        {
          g_critical ("Run %s has lost the line %s", bh_journal_get_run_id (self->journal), name);
          self->end = end;
          return;
        }
      push_line (self, text);
    }
}

BhLineWriter *
bh_line_writer_new (BhJournal *journal, BhProcess *process, const char *key)
{
  BhLineWriter *self;

  g_return_val_if_fail (BH_IS_JOURNAL (journal) && BH_IS_PROCESS (process) && key != NULL, NULL);

  self = g_object_new (BH_TYPE_LINE_WRITER, NULL);
  self->journal = g_object_ref (journal);
  self->process = g_object_ref (process);
  self->key = g_strdup (key);
  load_lines (self);
  if (!g_queue_is_empty (&self->lines))
    dex_future_disown (bh_line_writer_flush (self));
  return self;
}

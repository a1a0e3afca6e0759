/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-change-private.h"

#include <string.h>

static void
clear_place (gpointer data)
{
  BhPlace *place = data;

  g_clear_pointer (&place->growing, g_byte_array_unref);
}

static void
clear_state (gpointer data)
{
  BhStateValue *state = data;

  g_free (state->key);
  g_free (state->value);
}

BhChange *
bh_change_new (const char *run_id)
{
  BhChange *self = g_new0 (BhChange, 1);

  g_atomic_ref_count_init (&self->references);
  self->run_id = g_strdup (run_id);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_event_unref);
  self->places = g_array_new (FALSE, TRUE, sizeof (BhPlace));
  g_array_set_clear_func (self->places, clear_place);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_row_unref);
  self->questions = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_question_set_unref);
  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_message_unref);
  self->elisions = g_array_new (FALSE, FALSE, sizeof (BhElision));
  self->states = g_array_new (FALSE, FALSE, sizeof (BhStateValue));
  g_array_set_clear_func (self->states, clear_state);
  return self;
}

BhChange *
bh_change_ref (BhChange *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
bh_change_unref (BhChange *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->run, bh_run_unref);
  g_free (self->run_id);
  g_free (self->env);
  g_free (self->network);
  g_free (self->idempotency_key);
  g_free (self->request_digest);
  g_ptr_array_unref (self->events);
  g_array_unref (self->places);
  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->questions);
  g_ptr_array_unref (self->messages);
  g_array_unref (self->elisions);
  g_array_unref (self->states);
  g_free (self);
}

const char *
bh_change_get_run_id (BhChange *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->run_id;
}

gboolean
bh_change_is_empty (BhChange *self)
{
  g_return_val_if_fail (self != NULL, TRUE);
  return self->run == NULL && !self->deletes && self->events->len == 0 && self->rows->len == 0 &&
         self->questions->len == 0 && self->messages->len == 0 && self->elisions->len == 0 &&
         self->states->len == 0;
}

static char *
env_to_json (GHashTable *env)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) object = json_object_new ();
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, env);
  while (g_hash_table_iter_next (&iter, &name, &value))
    json_object_set_string_member (object, name, value);
  json_node_set_object (node, object);
  return bh_json_to_text (node);
}

void
bh_change_create_run (BhChange *self,
                      BhRun *run,
                      GHashTable *env,
                      const char *network,
                      const char *idempotency_key,
                      const char *request_digest)
{
  g_return_if_fail (self != NULL && !self->sealed);
  g_return_if_fail (run != NULL);

  bh_change_put_run (self, run);
  self->creates = TRUE;
  g_free (self->env);
  self->env = env != NULL && g_hash_table_size (env) > 0 ? env_to_json (env) : NULL;
  g_set_str (&self->network, network);
  g_set_str (&self->idempotency_key, idempotency_key);
  g_set_str (&self->request_digest, request_digest);
}

void
bh_change_put_run (BhChange *self, BhRun *run)
{
  BhRun *before;

  g_return_if_fail (self != NULL && !self->sealed);
  g_return_if_fail (run != NULL);

  before = self->run;
  self->run = bh_run_ref (run);
  g_clear_pointer (&before, bh_run_unref);
}

/* The member "at" of an event's data. The data is ours, so looking for the first is enough. */
static gint64
event_time (BhEvent *event)
{
  const char *at = event->data != NULL ? strstr (event->data, "\"at\":\"") : NULL;
  const char *end = at != NULL ? strchr (at + 6, '"') : NULL;
  g_autofree char *text = end != NULL ? g_strndup (at + 6, (gsize) (end - at - 6)) : NULL;
  gint64 time;

  return text != NULL && bh_time_parse (text, &time) ? time : g_get_real_time ();
}

static gboolean
merge_delta (BhChange *self, BhEvent *event, guint64 row, BhPart part, guint64 offset)
{
  BhPlace *last =
      self->places->len > 0 ? &g_array_index (self->places, BhPlace, self->places->len - 1) : NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (event->bytes, &size);

  if (last == NULL || !last->is_delta || last->row != row || last->part != part ||
      last->offset + last->length != offset || last->length + size > BH_DELTA_MAX)
    return FALSE;

  if (last->growing == NULL)
    {
      BhEvent *first = g_ptr_array_index (self->events, self->events->len - 1);
      gsize first_size;
      const guint8 *first_data = g_bytes_get_data (first->bytes, &first_size);

      last->growing = g_byte_array_sized_new ((guint) MIN (BH_DELTA_MAX, 4 * (first_size + size)));
      g_byte_array_append (last->growing, first_data, (guint) first_size);
      g_clear_pointer (&first->bytes, g_bytes_unref);
    }
  g_byte_array_append (last->growing, data, (guint) size);
  last->length += size;
  return TRUE;
}

gboolean
bh_change_add_event (BhChange *self, BhEvent *event, guint64 row, BhPart part, guint64 offset)
{
  BhPlace place = { .row = row, .part = part, .offset = offset };

  g_return_val_if_fail (self != NULL && !self->sealed, FALSE);
  g_return_val_if_fail (event != NULL && event->kind != NULL, FALSE);

  place.is_delta = strcmp (event->kind, "delta") == 0;
  if (place.is_delta)
    {
      g_return_val_if_fail (event->bytes != NULL, FALSE);
      if (merge_delta (self, event, row, part, offset))
        {
          bh_event_unref (event);
          return FALSE;
        }
      place.length = g_bytes_get_size (event->bytes);
      place.at = event_time (event);
    }
  g_ptr_array_add (self->events, event);
  g_array_append_val (self->places, place);
  return TRUE;
}

void
bh_change_put_row (BhChange *self, BhRow *row)
{
  g_return_if_fail (self != NULL && !self->sealed);
  g_return_if_fail (row != NULL);

  /* from the end: it is nearly always the last one that changes again */
  for (guint i = self->rows->len; i > 0; i--)
    {
      BhRow *before = g_ptr_array_index (self->rows, i - 1);

      if (before->n != row->n)
        continue;
      self->rows->pdata[i - 1] = bh_row_ref (row);
      bh_row_unref (before);
      return;
    }
  g_ptr_array_add (self->rows, bh_row_ref (row));
}

void
bh_change_put_question (BhChange *self, BhQuestionSet *set)
{
  g_return_if_fail (self != NULL && !self->sealed);
  g_return_if_fail (set != NULL);
  g_ptr_array_add (self->questions, bh_question_set_ref (set));
}

void
bh_change_put_message (BhChange *self, BhMessage *message)
{
  g_return_if_fail (self != NULL && !self->sealed);
  g_return_if_fail (message != NULL);
  g_ptr_array_add (self->messages, bh_message_ref (message));
}

void
bh_change_elide (BhChange *self, guint64 row, BhPart part, guint64 from, guint64 to)
{
  BhElision elision = { row, part, from, to };

  g_return_if_fail (self != NULL && !self->sealed);
  if (from < to)
    g_array_append_val (self->elisions, elision);
}

void
bh_change_set_state (BhChange *self, const char *key, const char *value)
{
  BhStateValue state;

  g_return_if_fail (self != NULL && !self->sealed);
  g_return_if_fail (key != NULL);

  for (guint i = 0; i < self->states->len; i++)
    {
      BhStateValue *before = &g_array_index (self->states, BhStateValue, i);

      if (strcmp (before->key, key) != 0)
        continue;
      g_set_str (&before->value, value);
      return;
    }
  state = (BhStateValue) { g_strdup (key), g_strdup (value) };
  g_array_append_val (self->states, state);
}

void
bh_change_delete_run (BhChange *self)
{
  g_return_if_fail (self != NULL && !self->sealed);
  self->deletes = TRUE;
}

void
bh_change_seal (BhChange *self)
{
  g_return_if_fail (self != NULL);

  if (self->sealed)
    return;
  self->sealed = TRUE;
  for (guint i = 0; i < self->places->len; i++)
    {
      BhPlace *place = &g_array_index (self->places, BhPlace, i);
      BhEvent *event = g_ptr_array_index (self->events, i);

      if (!place->is_delta)
        continue;
      if (place->growing != NULL)
        event->bytes = g_byte_array_free_to_bytes (g_steal_pointer (&place->growing));
      g_free (event->data);
      event->data =
          bh_delta_event_text (event->seq, place->at, place->row, place->part, place->offset, place->length);
    }
}

GPtrArray *
bh_change_get_events (BhChange *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  bh_change_seal (self);
  return self->events;
}

BhRun *
bh_change_get_run (BhChange *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->run;
}

GPtrArray *
bh_change_get_questions (BhChange *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->questions;
}

gboolean
bh_change_deletes_run (BhChange *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->deletes;
}

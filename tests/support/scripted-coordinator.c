/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "support/scripted-coordinator-private.h"

#include <string.h>

#include "protocol/bh-json-util.h"

/* --- the server ---------------------------------------------------------------------------------------- */

static void
stream_free (gpointer data)
{
  ScriptedStream *stream = data;

  g_free (stream->path);
  g_object_unref (stream->message);
  g_free (stream);
}

static void
run_free (gpointer data)
{
  ScriptedRun *self = data;

  bh_run_unref (self->run);
  g_hash_table_unref (self->rows);
  g_hash_table_unref (self->bodies);
  g_ptr_array_unref (self->events);
  g_ptr_array_unref (self->questions);
  g_ptr_array_unref (self->messages);
  g_free (self);
}

static void
fault_free (gpointer data)
{
  ScriptedFault *fault = data;

  g_free (fault->request);
  g_free (fault->body);
  g_free (fault);
}

/* On the server's thread. */
static void
finish (gpointer data, gpointer server)
{
  ScriptedCoordinator *self = data;

  g_ptr_array_set_size (self->streams, 0);
  g_ptr_array_set_size (self->waiting, 0);
}

ScriptedCoordinator *
scripted_coordinator_new (void)
{
  ScriptedCoordinator *self = g_new0 (ScriptedCoordinator, 1);

  g_mutex_init (&self->mutex);
  self->runs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, run_free);
  self->workers = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_worker_info_unref);
  self->engines = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_engine_info_unref);
  self->boxes = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_box_info_unref);
  self->faults = g_ptr_array_new_with_free_func (fault_free);
  self->requests = g_ptr_array_new_with_free_func (g_free);
  self->streams = g_ptr_array_new_with_free_func (stream_free);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->api = 1;
  self->server = threaded_server_new (scripted_serve, finish, self);
  return self;
}

void
scripted_coordinator_free (ScriptedCoordinator *self)
{
  threaded_server_free (self->server);
  g_hash_table_unref (self->runs);
  g_ptr_array_unref (self->workers);
  g_ptr_array_unref (self->engines);
  g_ptr_array_unref (self->boxes);
  g_ptr_array_unref (self->faults);
  g_ptr_array_unref (self->requests);
  g_ptr_array_unref (self->streams);
  g_ptr_array_unref (self->waiting);
  g_free (self->held);
  g_free (self->last_body);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

const char *
scripted_coordinator_get_socket (ScriptedCoordinator *self)
{
  return threaded_server_get_socket (self->server);
}

/* --- streams ------------------------------------------------------------------------------------------- */

typedef struct
{
  ScriptedCoordinator *self;
  char *path;
  char *block; /* NULL: hang up */
} Send;

static void
send_free (gpointer data)
{
  Send *send = data;

  g_free (send->path);
  g_free (send->block);
  g_free (send);
}

static gboolean
send_cb (gpointer data)
{
  const Send *send = data;

  for (guint i = 0; i < send->self->streams->len; i++)
    {
      ScriptedStream *stream = g_ptr_array_index (send->self->streams, i);
      SoupMessageBody *body = soup_server_message_get_response_body (stream->message);

      if (stream->dying || !g_str_has_prefix (stream->path, send->path))
        continue;
      if (send->block != NULL)
        soup_message_body_append (body, SOUP_MEMORY_COPY, send->block, strlen (send->block));
      else
        {
          stream->dying = TRUE;
          soup_message_body_complete (body);
        }
      soup_server_message_unpause (stream->message);
    }
  return G_SOURCE_REMOVE;
}

static void
post (ScriptedCoordinator *self, const char *path, const char *block)
{
  Send *send = g_new0 (Send, 1);

  send->self = self;
  send->path = g_strdup (path);
  send->block = g_strdup (block);
  threaded_server_invoke (self->server, send_cb, send, send_free);
}

void
scripted_broadcast (ScriptedCoordinator *self, const char *path, const char *block)
{
  post (self, path, block);
}

void
scripted_coordinator_send (ScriptedCoordinator *self, const char *path, const char *bytes)
{
  post (self, path, bytes);
}

void
scripted_coordinator_hang_up (ScriptedCoordinator *self, const char *path)
{
  post (self, path, NULL);
}

static void
tell_all (ScriptedCoordinator *self, const char *kind, JsonNode *record)
{
  g_autofree char *data = bh_json_to_text (record);
  g_autofree char *block = g_strdup_printf ("event: %s\ndata: %s\n\n", kind, data);

  scripted_broadcast (self, "/v1/events", block);
}

static void
add_event (ScriptedCoordinator *self, ScriptedRun *run, const char *kind, const char *data)
{
  g_autofree char *path = g_strdup_printf ("/v1/runs/%s/events", run->run->id);
  char *block =
      g_strdup_printf ("id: %" G_GUINT64_FORMAT "\nevent: %s\ndata: %s\n\n", ++run->last_seq, kind, data);

  g_ptr_array_add (run->events, block);
  scripted_broadcast (self, path, block);
}

void
scripted_journal (ScriptedCoordinator *self, ScriptedRun *run, const char *kind, JsonNode *record)
{
  g_autofree char *data = bh_record_event_text (run->last_seq + 1, g_get_real_time (), kind, record);

  add_event (self, run, kind, data);
}

/* --- what there is ------------------------------------------------------------------------------------- */

ScriptedRun *
scripted_find_run (ScriptedCoordinator *self, const char *run_id)
{
  return g_hash_table_lookup (self->runs, run_id);
}

BhRun *
scripted_run_new (const char *id, BhRunState state, gint64 seconds_ago)
{
  BhRun *run = bh_run_new ();

  run->id = g_strdup (id);
  run->name = g_strconcat ("Run ", id, NULL);
  run->engine = g_strdup ("auto");
  run->state = state;
  run->current = g_strdup ("at work");
  run->created_at = g_get_real_time () - seconds_ago * G_USEC_PER_SEC;
  return run;
}

static void
body_free (gpointer data)
{
  g_string_free (data, TRUE);
}

static ScriptedRun *
add_run (ScriptedCoordinator *self, const char *run_id)
{
  ScriptedRun *run = g_new0 (ScriptedRun, 1);

  run->rows = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) bh_row_unref);
  run->bodies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, body_free);
  run->events = g_ptr_array_new_with_free_func (g_free);
  run->questions = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_question_set_unref);
  run->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_message_unref);
  run->first_seq = 1;
  g_hash_table_insert (self->runs, g_strdup (run_id), run);
  return run;
}

void
scripted_tell_run (ScriptedCoordinator *self, ScriptedRun *run)
{
  g_autoptr (JsonNode) node = NULL;

  run->run->rows = run->n_rows;
  run->run->last_seq = run->last_seq + 1;
  node = bh_run_to_json (run->run);
  scripted_journal (self, run, "run", node);
  tell_all (self, "run", node);
}

void
scripted_coordinator_put_run (ScriptedCoordinator *self, const BhRun *record)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  ScriptedRun *run = scripted_find_run (self, record->id);

  if (run == NULL)
    run = add_run (self, record->id);
  g_clear_pointer (&run->run, bh_run_unref);
  run->run = bh_run_copy (record);
  scripted_tell_run (self, run);
}

void
scripted_coordinator_set_state (ScriptedCoordinator *self, const char *run_id, BhRunState state)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  ScriptedRun *run = scripted_find_run (self, run_id);

  run->run->state = state;
  scripted_tell_run (self, run);
}

void
scripted_coordinator_delete_run (ScriptedCoordinator *self, const char *run_id, gboolean quietly)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autofree char *block = g_strdup_printf ("event: run_deleted\ndata: {\"id\":\"%s\"}\n\n", run_id);

  g_hash_table_remove (self->runs, run_id);
  if (!quietly)
    scripted_broadcast (self, "/v1/events", block);
}

void
scripted_coordinator_set_rows (ScriptedCoordinator *self, const char *run_id, guint n)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  ScriptedRun *run = scripted_find_run (self, run_id);

  run->last_seq += n - run->n_rows;
  run->n_rows = n;
  g_ptr_array_set_size (run->events, 0);
  run->first_seq = run->last_seq + 1;
}

static BhRow *
make_step (guint n)
{
  BhRow *row = bh_row_new ();

  row->n = n;
  row->kind = BH_ROW_STEP;
  row->state = BH_ROW_DONE;
  row->author = g_strdup ("runbook");
  row->tool = g_strdup ("exec in DevBox");
  row->title = g_strdup_printf ("step %u", n);
  row->exit_status = 0;
  row->duration_us = 1000;
  row->started_at = row->ended_at = G_USEC_PER_SEC;
  return row;
}

BhRow *
scripted_get_row (ScriptedRun *run, guint n)
{
  BhRow *row = g_hash_table_lookup (run->rows, GUINT_TO_POINTER (n));

  return row != NULL ? bh_row_ref (row) : make_step (n);
}

static void
put_row (ScriptedCoordinator *self, ScriptedRun *run, const BhRow *row)
{
  g_autoptr (JsonNode) node = bh_row_to_json (row);

  g_hash_table_insert (run->rows, GUINT_TO_POINTER ((guint) row->n), bh_row_copy (row));
  scripted_journal (self, run, "row", node);
}

void
scripted_coordinator_add_row (ScriptedCoordinator *self, const char *run_id, BhRow *row)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  ScriptedRun *run = scripted_find_run (self, run_id);

  row->n = run->n_rows++;
  put_row (self, run, row);
}

void
scripted_coordinator_put_row (ScriptedCoordinator *self, const char *run_id, const BhRow *row)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  put_row (self, scripted_find_run (self, run_id), row);
}

void
scripted_coordinator_add_steps (ScriptedCoordinator *self, const char *run_id, guint n)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  ScriptedRun *run = scripted_find_run (self, run_id);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (BhRow) row = make_step (run->n_rows++);

      row->state = BH_ROW_OPEN;
      put_row (self, run, row);
      row->state = BH_ROW_DONE;
      put_row (self, run, row);
    }
}

void
scripted_coordinator_append (
    ScriptedCoordinator *self, const char *run_id, guint64 n, BhPart part, const char *text)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  ScriptedRun *run = scripted_find_run (self, run_id);
  g_autoptr (BhRow) row = scripted_get_row (run, (guint) n);
  g_autofree char *key = g_strdup_printf ("%" G_GUINT64_FORMAT "/%s", n, bh_nick (BH_TYPE_PART, part));
  GString *body = g_hash_table_lookup (run->bodies, key);
  g_autofree char *data = NULL, *shown = NULL;
  BhRow *grown = bh_row_copy (row);

  if (body == NULL)
    {
      body = g_string_new (NULL);
      g_hash_table_insert (run->bodies, g_strdup (key), body);
    }
  data = bh_delta_event_text (run->last_seq + 1, g_get_real_time (), n, part, body->len, strlen (text));
  shown = bh_delta_event_with_text (data, text);
  g_string_append (body, text);
  if (part == BH_PART_TEXT)
    grown->text_bytes = body->len;
  else if (part == BH_PART_CALL)
    grown->call_bytes = body->len;
  else
    grown->result_bytes = body->len;
  g_hash_table_insert (run->rows, GUINT_TO_POINTER ((guint) n), grown);
  add_event (self, run, "delta", shown);
}

void
scripted_take_question (ScriptedCoordinator *self, ScriptedRun *run, const BhQuestionSet *set)
{
  g_autoptr (JsonNode) node = bh_question_set_to_json (set);
  BhQuestionSet *copy = bh_question_set_copy (set);

  for (guint i = 0; i < run->questions->len; i++)
    if (strcmp (((BhQuestionSet *) g_ptr_array_index (run->questions, i))->id, set->id) == 0)
      g_ptr_array_remove_index (run->questions, i--);
  g_ptr_array_add (run->questions, copy);
  scripted_journal (self, run, "question", node);
  tell_all (self, "question", node);
}

void
scripted_coordinator_put_question (ScriptedCoordinator *self, const BhQuestionSet *set)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  scripted_take_question (self, scripted_find_run (self, set->run), set);
}

BhQuestionSet *
scripted_question_new (const char *id, const char *run_id, guint64 row)
{
  BhQuestionSet *set = bh_question_set_new ();
  BhQuestion *question = bh_question_new ();
  const char *labels[] = { "Toolbar", "Menu" };

  set->id = g_strdup (id);
  set->run = g_strdup (run_id);
  set->row = row;
  set->asked_by = g_strdup ("runbook");
  set->asked_at = g_get_real_time ();
  question->id = g_strdup ("where");
  question->text = g_strdup ("Where should the toggle live?");
  question->allow_other = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      BhOption *option = bh_option_new ();

      option->id = g_ascii_strdown (labels[i], -1);
      option->label = g_strdup (labels[i]);
      option->recommended = i == 0;
      g_ptr_array_add (question->options, option);
    }
  g_ptr_array_add (set->questions, question);
  return set;
}

void
scripted_take_message (ScriptedCoordinator *self, ScriptedRun *run, const BhMessage *message)
{
  g_autoptr (JsonNode) node = bh_message_to_json (message);
  BhMessage *copy = bh_message_copy (message);

  for (guint i = 0; i < run->messages->len; i++)
    if (strcmp (((BhMessage *) g_ptr_array_index (run->messages, i))->id, message->id) == 0)
      g_ptr_array_remove_index (run->messages, i--);
  g_ptr_array_add (run->messages, copy);
  scripted_journal (self, run, "message", node);
}

void
scripted_coordinator_put_message (ScriptedCoordinator *self, const BhMessage *message)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  scripted_take_message (self, scripted_find_run (self, message->run), message);
}

void
scripted_coordinator_put_worker (ScriptedCoordinator *self, const BhWorkerInfo *info)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autoptr (JsonNode) node = bh_worker_info_to_json (info);

  for (guint i = 0; i < self->workers->len; i++)
    if (strcmp (((BhWorkerInfo *) g_ptr_array_index (self->workers, i))->name, info->name) == 0)
      g_ptr_array_remove_index (self->workers, i--);
  g_ptr_array_add (self->workers, bh_worker_info_copy (info));
  tell_all (self, "worker", node);
}

void
scripted_coordinator_put_engine (ScriptedCoordinator *self, const BhEngineInfo *info)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; i < self->engines->len; i++)
    if (strcmp (((BhEngineInfo *) g_ptr_array_index (self->engines, i))->id, info->id) == 0)
      g_ptr_array_remove_index (self->engines, i--);
  g_ptr_array_add (self->engines, bh_engine_info_copy (info));
}

void
scripted_coordinator_put_box (ScriptedCoordinator *self, const BhBoxInfo *info)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_ptr_array_add (self->boxes, bh_box_info_copy (info));
}

/* --- faults and counts --------------------------------------------------------------------------------- */

void
scripted_coordinator_set_down (ScriptedCoordinator *self, gboolean down)
{
  g_mutex_lock (&self->mutex);
  self->down = down;
  g_mutex_unlock (&self->mutex);
  if (down)
    scripted_coordinator_hang_up (self, "/v1/");
}

void
scripted_coordinator_set_api (ScriptedCoordinator *self, int api)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->api = api;
}

void
scripted_coordinator_fail (
    ScriptedCoordinator *self, const char *request, guint status, const char *body, guint times)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  ScriptedFault *fault = g_new0 (ScriptedFault, 1);

  fault->request = g_strdup (request);
  fault->status = status;
  fault->body = g_strdup (body);
  fault->times = times;
  g_ptr_array_add (self->faults, fault);
}

static gboolean
answer_cb (gpointer data)
{
  ScriptedCoordinator *self = data;

  for (guint i = 0; i < self->waiting->len; i++)
    soup_server_message_unpause (g_ptr_array_index (self->waiting, i));
  g_ptr_array_set_size (self->waiting, 0);
  return G_SOURCE_REMOVE;
}

void
scripted_coordinator_hold (ScriptedCoordinator *self, const char *request)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_set_str (&self->held, request);
  /* when it is run a request may already wait that is to be held from now on */
  if (request == NULL)
    threaded_server_invoke (self->server, answer_cb, self, NULL);
}

guint
scripted_coordinator_count (ScriptedCoordinator *self, const char *request)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint n = 0;

  for (guint i = 0; i < self->requests->len; i++)
    n += g_str_has_prefix (g_ptr_array_index (self->requests, i), request);
  return n;
}

guint
scripted_coordinator_count_streams (ScriptedCoordinator *self, const char *path)
{
  g_autofree char *request = g_strconcat ("STREAM ", path, NULL);

  return scripted_coordinator_count (self, request);
}

char *
scripted_coordinator_last_body (ScriptedCoordinator *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_strdup (self->last_body);
}

guint64
scripted_coordinator_last_seq (ScriptedCoordinator *self, const char *run_id)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return scripted_find_run (self, run_id)->last_seq;
}

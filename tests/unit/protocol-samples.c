/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol-samples.h"

#define NOON G_GINT64_CONSTANT (1767268800000000)

static char **
words (const char *text)
{
  return g_strsplit (text, " ", -1);
}

BhRun *
sample_run (void)
{
  BhRun *run = bh_run_new ();

  run->id = g_strdup ("r_0123456789abcdef");
  run->name = g_strdup ("Dark mode");
  run->instructions = g_strdup ("Add a “dark mode”.\n");
  run->ticket_url = g_strdup ("https://example.org/tickets/1");
  run->workspace = g_strdup ("/src/app");
  run->target_worker = g_strdup ("desk");
  run->target_image = g_strdup ("host");
  run->engine = g_strdup ("auto");
  run->engine_used = g_strdup ("runbook");
  run->engine_why = g_strdup ("the instructions hold 4 blocks");
  run->mode = BH_MODE_AUTONOMOUS;
  run->keep = BH_KEEP_REMOVE;
  run->network = g_strdup ("offline");
  run->permissions = BH_PERMISSIONS_ASK;
  run->env_names = words ("LANG TOKEN");
  run->state = BH_RUN_NEEDS_YOU;
  run->reason = g_strdup ("waits");
  run->position = 3;
  run->summary = g_strdup ("Done.");
  run->current = g_strdup ("make check");
  run->created_at = NOON;
  run->started_at = NOON + 1;
  run->completed_at = NOON + 2;
  run->turns = 4;
  run->has_usage = TRUE;
  run->context_used = 12000;
  run->context_size = 200000;
  run->input_tokens = 45000;
  run->output_tokens = 678;
  run->cost = 0.25;
  run->currency = g_strdup ("USD");
  run->rows = 5;
  run->last_seq = G_MAXINT64;
  run->box_id = g_strdup ("b_0123456789abcdef");
  run->box_worker = g_strdup ("desk2");
  run->box_image = g_strdup ("debian");
  run->box_state = g_strdup ("running");
  run->can_continue = TRUE;
  return run;
}

BhRunRequest *
sample_run_request (void)
{
  BhRunRequest *request = bh_run_request_new ();

  request->instructions = g_strdup ("Do it.\n");
  request->name = g_strdup ("It");
  request->ticket_url = g_strdup ("https://example.org/tickets/1");
  request->workspace = g_strdup ("/src/app");
  request->target_worker = g_strdup ("desk");
  request->target_image = g_strdup ("host");
  request->engine = g_strdup ("runbook");
  request->mode = BH_MODE_AUTONOMOUS;
  request->has_keep = TRUE;
  request->keep = BH_KEEP_REMOVE;
  request->network = g_strdup ("offline");
  g_hash_table_insert (request->env, g_strdup ("LANG"), g_strdup ("C"));
  g_hash_table_insert (request->env, g_strdup ("EMPTY"), g_strdup (""));
  return request;
}

BhRow *
sample_row (void)
{
  BhRow *row = bh_row_new ();

  row->n = 7;
  row->kind = BH_ROW_STEP;
  row->state = BH_ROW_FAILED;
  row->author = g_strdup ("runbook");
  row->tool = g_strdup ("exec in DevBox");
  row->title = g_strdup ("make check");
  row->head = g_strdup ("ok 1\nok 2\n");
  row->started_at = NOON;
  row->ended_at = NOON + 9;
  row->duration_us = 8;
  row->exit_status = 137;
  row->text_bytes = 1;
  row->call_bytes = 2;
  row->result_bytes = 3;
  row->elided_from = 4;
  row->elided_bytes = 5;
  row->message = g_strdup ("m_0123456789abcdef");
  row->question = g_strdup ("q_0123456789abcdef");
  return row;
}

static BhQuestion *
sample_question (void)
{
  BhQuestion *question = bh_question_new ();
  BhOption *option = bh_option_new ();

  option->id = g_strdup ("toolbar");
  option->label = g_strdup ("Toolbar");
  option->description = g_strdup ("At the top");
  option->recommended = TRUE;
  question->id = g_strdup ("where");
  question->header = g_strdup ("Placement");
  question->text = g_strdup ("Where should it live?");
  question->kind = BH_QUESTION_MULTIPLE;
  question->allow_other = TRUE;
  question->var = g_strdup ("WHERE");
  g_ptr_array_add (question->options, option);
  return question;
}

BhQuestionSet *
sample_question_set (void)
{
  BhQuestionSet *set = bh_question_set_new ();
  BhChoice *choice = bh_choice_new ();

  set->id = g_strdup ("q_0123456789abcdef");
  set->run = g_strdup ("r_0123456789abcdef");
  set->row = 9;
  set->asked_by = g_strdup ("script");
  set->state = BH_SET_ANSWERED;
  set->asked_at = NOON;
  set->answered_at = NOON + 1;
  set->answered_by = g_strdup ("you");
  g_ptr_array_add (set->questions, sample_question ());
  choice->question = g_strdup ("where");
  choice->options = words ("toolbar");
  choice->text = g_strdup ("but small");
  set->answers = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_choice_free);
  g_ptr_array_add (set->answers, choice);
  return set;
}

BhMessage *
sample_message (void)
{
  BhMessage *message = bh_message_new ();

  message->id = g_strdup ("m_0123456789abcdef");
  message->run = g_strdup ("r_0123456789abcdef");
  message->row = 2;
  message->text = g_strdup ("Use green.");
  message->author = g_strdup ("phone");
  message->state = BH_MESSAGE_TAKEN_UP;
  message->interrupt = TRUE;
  message->queued_at = NOON;
  message->delivered_at = NOON + 1;
  message->taken_up_at = NOON + 2;
  message->withdrawn_at = NOON + 3;
  return message;
}

BhEvent *
sample_event (void)
{
  BhEvent *event = bh_event_new ();

  event->seq = 12;
  event->kind = g_strdup ("delta");
  event->data = bh_delta_event_text (12, NOON, 7, BH_PART_RESULT, 100, 6);
  event->bytes = g_bytes_new ("line\r\n", 6);
  return event;
}

BhWorkerInfo *
sample_worker_info (void)
{
  BhWorkerInfo *worker = bh_worker_info_new ();

  worker->name = g_strdup ("desk");
  worker->online = TRUE;
  worker->version = g_strdup ("0.1.0");
  worker->hostname = g_strdup ("desk.example.org");
  worker->providers = words ("bubblewrap podman");
  worker->boxes = 1;
  worker->max_boxes = 4;
  worker->cpu_load = 0.25;
  worker->memory_total = 10;
  worker->memory_available = 9;
  worker->disk_total = 8;
  worker->disk_available = 7;
  worker->last_seen_at = NOON;
  return worker;
}

BhImageInfo *
sample_image_info (void)
{
  BhImageInfo *image = bh_image_info_new ();

  image->id = g_strdup ("host");
  image->description = g_strdup ("The programs of this machine");
  image->provider = g_strdup ("bubblewrap");
  return image;
}

BhBoxInfo *
sample_box_info (void)
{
  BhBoxInfo *box = bh_box_info_new ();

  box->id = g_strdup ("b_0123456789abcdef");
  box->worker = g_strdup ("desk");
  box->image = g_strdup ("host");
  box->state = g_strdup ("running");
  box->run = g_strdup ("r_0123456789abcdef");
  box->run_name = g_strdup ("Dark mode");
  box->created_at = NOON;
  return box;
}

BhEngineInfo *
sample_engine_info (void)
{
  BhEngineInfo *engine = bh_engine_info_new ();

  engine->id = g_strdup ("runbook");
  engine->name = g_strdup ("Runbook");
  engine->protocol = g_strdup ("runbook");
  engine->rank = 1000;
  engine->version = g_strdup ("0.1.0");
  engine->why_not = g_strdup ("no block");
  engine->why_not_code = g_strdup ("not_found");
  engine->path = g_strdup ("/usr/bin/runbook");
  engine->install = g_strdup ("npm install runbook");
  engine->keys = g_strdupv ((char **) (const char *[]) { "A_KEY", "ANOTHER_KEY", NULL });
  return engine;
}

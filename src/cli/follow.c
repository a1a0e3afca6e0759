/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/follow.h"

#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/line-reader.h"
#include "cli/prompt.h"
#include "cli/question-text.h"
#include "cli/text-fit.h"
#include "cli/timeline.h"

#define TICK_MS 100
#define QUIET_TICK_MS 1000
#define LOST_US (2 * G_USEC_PER_SEC) /* a connection that is lost for less is nobody's business */

typedef struct
{
  Cli *cli;
  const FollowOptions *options;
  char *id;
  BhEventStream *stream;
  Timeline *timeline;
  gboolean asks;   /* there is a person at a terminal */
  GPtrArray *open; /* BhQuestionSet */
  Prompt *prompt;  /* (nullable) for the first of them */
  LineReader *lines;
  DexFuture *next;       /* (nullable) event asked for */
  DexFuture *line;       /* (nullable) line asked for */
  DexPromise *interrupt; /* SIGINT, SIGTERM or SIGHUP has come */
  guint sources[3];
  guint64 seq;        /* of the last event */
  guint64 target;     /* up to here it is the past: nothing is done about it */
  gboolean caught_up; /* the past is told, and it does not end with the Run's end */
  gint64 lost_at;     /* 0: connected */
  gboolean lost_said;
  gboolean ended;
  int status;
} Follow;

static void
follow_clear (Follow *self)
{
  g_clear_pointer (&self->prompt, prompt_free);
  g_clear_pointer (&self->timeline, timeline_free);
  g_ptr_array_unref (self->open);
  dex_clear (&self->next);
  dex_clear (&self->line);
  for (guint i = 0; i < G_N_ELEMENTS (self->sources); i++)
    g_clear_handle_id (&self->sources[i], g_source_remove);
  dex_clear (&self->interrupt);
  line_reader_free (self->lines);
  g_clear_object (&self->stream);
  g_free (self->id);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Follow, follow_clear)

static void
follow_end (Follow *self, int status)
{
  self->ended = TRUE;
  self->status = status;
}

static void
fail (Follow *self, GError *error)
{
  if (self->timeline != NULL)
    timeline_hide (self->timeline);
  follow_end (self, cli_fail (self->cli, error));
}

/* A line for the person; with --json there is none, the events say it. */
static void
note (Follow *self, const char *text)
{
  if (self->timeline != NULL)
    timeline_note (self->timeline, text);
}

/* --- --json -------------------------------------------------------------------------------------------- */

static void
print_event (Follow *self, const BhStreamEvent *event)
{
  JsonObject *line = json_object_new (), *data = json_node_get_object (event->data);
  g_autoptr (JsonNode) node = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_set_string_member (line, "event", event->kind);
  json_object_iter_init_ordered (&iter, data);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    json_object_set_member (line, name, json_node_ref (value));
  node = json_node_init_object (json_node_alloc (), line);
  json_object_unref (line);
  output_json (self->cli->out, node);
}

static void
print_end (Follow *self, const char *state, const BhRun *run)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) node = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, "end");
  json_builder_set_member_name (builder, "state");
  json_builder_add_string_value (builder, state);
  json_builder_set_member_name (builder, "run");
  json_builder_add_string_value (builder, self->id);
  json_builder_set_member_name (builder, "seq");
  json_builder_add_int_value (builder, (gint64) self->seq);
  if (run != NULL)
    {
      json_builder_set_member_name (builder, "reason");
      if (run->reason != NULL)
        json_builder_add_string_value (builder, run->reason);
      else
        json_builder_add_null_value (builder);
    }
  json_builder_end_object (builder);
  node = json_builder_get_root (builder);
  output_json (self->cli->out, node);
}

/* --- the end ------------------------------------------------------------------------------------------- */

static int
status_of (BhRunState state)
{
  return state == BH_RUN_COMPLETED ? CLI_COMPLETED : state == BH_RUN_STOPPED ? CLI_STOPPED : CLI_FAILED;
}

/* The journal said that the Run has ended: it has unless it goes on already, or more of it is on the way. */
static void
check_end (Follow *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRun) run = cli_get_run (self->cli, self->id, &error);

  if (run == NULL)
    {
      fail (self, g_steal_pointer (&error));
      return;
    }
  self->target = MAX (self->target, run->last_seq);
  self->caught_up = !bh_run_state_is_terminal (run->state);
  if (self->caught_up || run->last_seq > self->seq)
    return;
  if (self->options->json)
    print_end (self, bh_nick (BH_TYPE_RUN_STATE, run->state), run);
  else
    timeline_end (self->timeline, run);
  follow_end (self, status_of (run->state));
}

static void
pause_here (Follow *self, const char *why)
{
  g_autofree char *text = g_strdup_printf ("%s The Run waits for you, however long it takes.\n"
                                           "  To answer: bellhopctl answer %s\n"
                                           "  To go on:  bellhopctl follow %s",
                                           why, self->id, self->id);

  if (self->options->json)
    print_end (self, bh_nick (BH_TYPE_RUN_STATE, BH_RUN_NEEDS_YOU), NULL);
  note (self, text);
  follow_end (self, CLI_PAUSED);
}

static void
detach (Follow *self)
{
  g_autofree char *text = g_strdup_printf ("The Run goes on. To see it: bellhopctl follow %s", self->id);

  if (self->prompt != NULL)
    output_put (self->cli->out, STYLE_PLAIN, "\n");
  if (self->options->json)
    print_end (self, "detached", NULL);
  note (self, text);
  follow_end (self, CLI_DETACHED);
}

/* --- questions ----------------------------------------------------------------------------------------- */

static void
remember_question (Follow *self, JsonNode *data)
{
  JsonNode *record = json_object_get_member (json_node_get_object (data), "question");
  g_autoptr (BhQuestionSet) set = record != NULL ? bh_question_set_from_json (record, NULL) : NULL;

  if (set == NULL)
    return;
  for (guint i = 0; i < self->open->len; i++)
    {
      BhQuestionSet *known = g_ptr_array_index (self->open, i);
      if (strcmp (known->id, set->id) != 0)
        continue;
      if (set->state == BH_SET_OPEN)
        return;
      if (self->prompt != NULL && strcmp (prompt_get_set (self->prompt)->id, set->id) == 0)
        {
          g_clear_pointer (&self->prompt, prompt_free);
          output_put (self->cli->out, STYLE_PLAIN, "\n");
        }
      g_ptr_array_remove_index (self->open, i);
      return;
    }
  if (set->state == BH_SET_OPEN)
    g_ptr_array_add (self->open, g_steal_pointer (&set));
}

static gboolean
is_conflict (const GError *error)
{
  return g_error_matches (error, BH_ERROR, BH_ERROR_ALREADY_ANSWERED) ||
         g_error_matches (error, BH_ERROR, BH_ERROR_QUESTION_CLOSED);
}

static void
send_answer (Follow *self, const BhQuestionSet *set, GPtrArray *choices)
{
  g_autofree char *path = g_strdup_printf ("/v1/runs/%s/answers", self->id);
  g_autoptr (JsonNode) body = question_answer_to_json (set, choices), answer = NULL;
  g_autoptr (GError) error = NULL;

  /* With a key, so that it is repeated when the coordinator is killed meanwhile: the first answer stands
   * anyhow. Its own event shows the answer; so it does when another one was given first. */
  answer =
      dex_await_boxed (bh_client_request_with_key (self->cli->client, "POST", path, body, set->id), &error);
  if (error == NULL)
    return;
  if (is_conflict (error))
    note (self, error->message);
  else
    fail (self, g_steal_pointer (&error));
}

static void
answer_recommended (Follow *self, BhQuestionSet *set)
{
  g_autoptr (GPtrArray) choices = bh_question_set_recommended (set);

  if (choices == NULL)
    {
      pause_here (self, "The question has no recommended answer.");
      return;
    }
  note (self, "Answered with the recommended option, as --recommended says");
  send_answer (self, set, choices);
  g_ptr_array_remove (self->open, set);
}

/* What is to be done about an open question, once the past is told. */
static void
attend (Follow *self)
{
  BhQuestionSet *set;

  if (self->ended || self->open->len == 0 || self->seq < self->target || self->prompt != NULL)
    return;
  set = g_ptr_array_index (self->open, 0);
  if (self->options->recommended)
    answer_recommended (self, set);
  else if (self->asks)
    {
      timeline_settle (self->timeline, g_get_real_time ());
      timeline_hide (self->timeline);
      timeline_asked (self->timeline, set->id);
      self->prompt = prompt_new (self->cli->out, set);
    }
  else if (!self->options->wait)
    pause_here (self, "Nobody can be asked here.");
}

static void
take_line (Follow *self, const char *line)
{
  g_autoptr (Prompt) prompt = NULL;

  if (self->prompt == NULL || !prompt_feed (self->prompt, line))
    return;
  /* the set stays in `open` until its event comes, but is not asked again: so out with it */
  prompt = g_steal_pointer (&self->prompt);
  send_answer (self, prompt_get_set (prompt), prompt_get_choices (prompt));
  g_ptr_array_remove (self->open, prompt_get_set (prompt));
}

/* --- events -------------------------------------------------------------------------------------------- */

static void
take_connection (Follow *self, JsonNode *data)
{
  gboolean connected = json_object_get_boolean_member (json_node_get_object (data), "connected");

  if (connected && self->lost_said)
    note (self, "The connection is back");
  self->lost_at = connected ? 0 : g_get_monotonic_time ();
  self->lost_said = FALSE;
}

static void
say_lost (Follow *self)
{
  if (self->lost_at == 0 || self->lost_said || g_get_monotonic_time () - self->lost_at < LOST_US)
    return;
  self->lost_said = TRUE;
  note (self, "The connection to the coordinator is lost; trying to get it back. Nothing is lost of the Run");
}

static gboolean
says_ended (JsonNode *data)
{
  JsonNode *run = json_object_get_member (json_node_get_object (data), "run");
  int state;

  return run != NULL && JSON_NODE_HOLDS_OBJECT (run) &&
         bh_from_nick (BH_TYPE_RUN_STATE,
                       json_object_get_string_member_with_default (json_node_get_object (run), "state", ""),
                       &state) &&
         bh_run_state_is_terminal ((BhRunState) state);
}

static void
take_event (Follow *self, const BhStreamEvent *event)
{
  if (!JSON_NODE_HOLDS_OBJECT (event->data))
    return;
  if (strcmp (event->kind, "connection") == 0)
    {
      take_connection (self, event->data);
      return;
    }
  if (event->id <= self->seq)
    return;
  self->seq = event->id;
  if (self->options->json)
    print_event (self, event);
  else
    timeline_event (self->timeline, event->kind, event->data);
  if (strcmp (event->kind, "question") == 0)
    remember_question (self, event->data);
  if (self->seq >= self->target &&
      (!self->caught_up || (strcmp (event->kind, "run") == 0 && says_ended (event->data))))
    check_end (self);
}

/* Everything that is at hand; returns when the next event has to be waited for. */
static void
take_events (Follow *self)
{
  while (!self->ended)
    {
      g_autoptr (BhStreamEvent) event = NULL;
      g_autoptr (GError) error = NULL;

      if (self->next == NULL)
        self->next = bh_event_stream_next (self->stream);
      if (dex_future_is_pending (self->next))
        return;
      event = dex_await_boxed (g_steal_pointer (&self->next), &error);
      if (event != NULL)
        take_event (self, event);
      else
        fail (self, g_steal_pointer (&error));
    }
}

static void
take_input (Follow *self)
{
  g_autofree char *line = NULL;

  if (self->line == NULL || dex_future_is_pending (self->line))
    return;
  line = dex_await_string (g_steal_pointer (&self->line), NULL);
  if (line != NULL)
    take_line (self, line);
  else if (self->prompt != NULL)
    {
      output_put (self->cli->out, STYLE_PLAIN, "\n");
      pause_here (self, "The input has ended.");
    }
}

static gboolean
interrupted_cb (gpointer data)
{
  Follow *self = data;

  if (dex_future_is_pending (DEX_FUTURE (self->interrupt)))
    dex_promise_resolve_boolean (self->interrupt, TRUE);
  return G_SOURCE_CONTINUE;
}

static guint
tick_ms (Follow *self)
{
  if (self->timeline == NULL || self->prompt != NULL || !timeline_is_live (self->timeline))
    return QUIET_TICK_MS;
  return output_is_tty (self->cli->out) ? TICK_MS : QUIET_TICK_MS;
}

static void
wait_for_something (Follow *self)
{
  DexFuture *futures[4];
  guint n = 0;

  if (self->prompt != NULL && self->line == NULL)
    self->line = line_reader_next (self->lines);
  futures[n++] = self->next;
  futures[n++] = DEX_FUTURE (self->interrupt);
  if (self->line != NULL)
    futures[n++] = self->line;
  futures[n++] = dex_timeout_new_msec ((int) tick_ms (self));
  dex_await (dex_future_firstv (futures, n), NULL);
  dex_unref (futures[n - 1]);
}

static int
follow_loop (Follow *self)
{
  for (;;)
    {
      take_events (self);
      attend (self);
      if (self->ended)
        return self->status;
      if (self->timeline != NULL && self->prompt == NULL)
        timeline_settle (self->timeline, g_get_real_time ());
      output_flush (self->cli->out);
      wait_for_something (self);
      if (!dex_future_is_pending (DEX_FUTURE (self->interrupt)))
        detach (self);
      if (!self->ended)
        take_input (self);
      say_lost (self);
    }
}

int
follow_run (Cli *cli, const BhRun *run, const FollowOptions *options)
{
  g_auto (Follow) self = { .cli = cli, .options = options };
  g_autofree char *path = g_strdup_printf ("/v1/runs/%s/events", run->id);

  self.id = g_strdup (run->id);
  self.asks = !options->json && !options->no_input && !options->recommended && !options->wait &&
              isatty (STDIN_FILENO) && isatty (STDOUT_FILENO);
  self.open = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_question_set_unref);
  self.lines = line_reader_new (STDIN_FILENO);
  self.interrupt = dex_promise_new ();
  self.sources[0] = g_unix_signal_add (SIGINT, interrupted_cb, &self);
  self.sources[1] = g_unix_signal_add (SIGTERM, interrupted_cb, &self);
  self.sources[2] = g_unix_signal_add (SIGHUP, interrupted_cb, &self);
  self.caught_up = !bh_run_state_is_terminal (run->state);
  self.seq = (guint64) options->after;
  self.target = run->last_seq;
  if (!options->json)
    self.timeline = timeline_new (cli->out, self.asks);
  self.stream = bh_client_stream (cli->client, path, self.seq);
  if (self.seq >= self.target && bh_run_state_is_terminal (run->state))
    check_end (&self);
  return follow_loop (&self);
}

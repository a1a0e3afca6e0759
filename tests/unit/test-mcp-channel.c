/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* An MCP client's channel, with a real store and a box that the test plays: while a call waits the Run ends,
 * or is let go of and taken up again. */

#include <string.h>

#include "coordinator/engines/agent/bh-agent-work.h"
#include "coordinator/mcp/bh-mcp-channel.h"
#include "coordinator/mcp/bh-mcp-ended.h"
#include "coordinator/mcp/bh-mcp-state.h"
#include "coordinator/questions/bh-ask-desk.h"
#include "test-box-scene.h"
#include "test-store-util.h"

#define ID (BH_WIRE_FIRST_CHANNEL + 2)
#define HELLO "{\"kind\":\"mcp\"}\n"
#define HELLO_OF_HAL "{\"kind\":\"mcp\",\"engine\":\"hal\"}\n"
#define ASK                                                                                                  \
  "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/"                                                        \
  "call\",\"params\":{\"name\":\"ask_human\",\"arguments\":"                                                 \
  "{\"question\":\"Where?\",\"options\":[\"Toolbar\",\"Menu\"]}}}\n"
#define DELEGATE(id)                                                                                         \
  "{\"jsonrpc\":\"2.0\",\"id\":" #id                                                                         \
  ",\"method\":\"tools/call\",\"params\":{\"name\":\"delegate\",\"arguments\":"                              \
  "{\"engine\":\"hal\",\"instructions\":\"Look.\"}}}\n"
#define LATER "The part was delegated, and the engine is still at work on it."
#define REPORT "Its report: Seen."
#define KEY "sk-0123456789"
#define ASK_WITH_KEY                                                                                         \
  "{\"jsonrpc\":\"2.0\",\"id\":\"" KEY "\",\"method\":\"tools/call\",\"params\":{"                           \
  "\"_meta\":{\"progressToken\":\"for " KEY "\"},\"name\":\"ask_human\",\"arguments\":"                      \
  "{\"question\":\"Where is " KEY "?\",\"options\":[\"Toolbar\",\"Menu\"]}}}\n"
#define CANCEL                                                                                               \
  "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"" KEY "\"}}\n"
#define PING "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"ping\"}\n"
#define PONG "{\"jsonrpc\":\"2.0\",\"id\":8,\"result\":{}}\n"

typedef struct
{
  BhStore *store;
  char *run;
  Scene *scene;
  BhJournal *journal;
  BhStateView *states;
  BhDelegations *delegations;
  BhQuestions *questions;
  GString *output; /* of the client */
  GString *input;
  gboolean closed;
  const char *hidden; /* (nullable) */
} World;

static World *world;

/* What boxd does with what has come. */
static void
serve (void)
{
  Peer *peer = world->scene->peer;

  peer_settle (peer);
  while (!g_queue_is_empty (&peer->frames))
    {
      g_autoptr (GBytes) message = g_queue_pop_head (&peer->frames);
      g_autoptr (GError) error = NULL;
      BhFrame frame;

      g_assert_true (bh_frame_parse (message, &frame, &error));
      g_assert_cmpuint (frame.header.id, ==, ID);
      if (frame.header.type == BH_WIRE_ATTACH)
        peer_data (peer, 1, ID, frame.header.offset, world->output->str + frame.header.offset);
      else if (frame.header.type == BH_WIRE_STDIN)
        {
          g_assert_cmpuint (frame.header.offset, ==, world->input->len);
          g_string_append_len (world->input, (const char *) frame.payload, (gssize) frame.header.length);
          peer_frame (peer, 1, BH_WIRE_STDIN_ACK, 0, ID, world->input->len, NULL, 0);
        }
      else if (frame.header.type == BH_WIRE_CHANNEL_CLOSE)
        world->closed = TRUE;
    }
  peer_settle (peer);
}

static void
say (const char *text)
{
  peer_data (world->scene->peer, 1, ID, world->output->len, text);
  g_string_append (world->output, text);
}

/* Until the client was told this. */
static void
expect (const char *told)
{
  while (strstr (world->input->str, told) == NULL)
    serve ();
}

static void
take_up (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRunBundle) bundle = dex_await_boxed (bh_store_load_run (world->store, world->run), &error);

  g_assert_no_error (error);
  world->journal = bh_journal_new_for_bundle (world->store, bundle);
  if (world->hidden != NULL)
    bh_journal_hide (world->journal, world->hidden);
  world->states = bh_state_view_new (world->journal, NULL);
  world->delegations = bh_delegations_new (world->journal);
  world->questions = bh_questions_new (world->store, world->journal, bundle->open_questions);
  bh_ask_desk_set_questions (bh_ask_desk_of_box (world->scene->box), world->questions, world->delegations);
}

static void
let_go (const GError *why)
{
  bh_ask_desk_set_questions (bh_ask_desk_of_box (world->scene->box), NULL, NULL);
  bh_journal_close (world->journal);
  bh_questions_close (world->questions, why);
  bh_delegations_close (world->delegations, why);
  g_clear_object (&world->delegations);
  g_clear_object (&world->questions);
  g_clear_object (&world->states);
  g_clear_object (&world->journal);
}

/* A client that asks. */
static void
ask_by (const char *line)
{
  g_string_assign (world->output, HELLO);
  scene_announce (world->scene->peer, 1, ID);
  take_up ();
  bh_mcp_turn_begun (world->states);
  say (line);
  while (bh_questions_count_open (world->questions) == 0)
    serve ();
  await_ok (bh_journal_commit (world->journal, BH_SYNCED));
}

static void
ask (void)
{
  ask_by (ASK);
}

static void
answer (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) body = bh_json_parse (text, -1, &error);

  await_ok (bh_questions_answer (world->questions, body, "you"));
}

static void
hang_up (void)
{
  peer_frame (world->scene->peer, 1, BH_WIRE_EOF, BH_STREAM_STDOUT, ID, world->output->len, NULL, 0);
  while (!world->closed)
    serve ();
}

/* Before there are questions the client waits; and a call that waits is answered by whoever takes up the Run.
 */
static void
test_taken_up (void)
{
  g_autoptr (GError) why =
      bh_error_new (BH_ERROR_RUN_NOT_ACTIVE, NULL, "The coordinator has let go of the Run.");
  g_autoptr (GPtrArray) deferred = NULL;

  ask ();
  let_go (why);
  serve ();
  say (PING);
  serve ();
  g_assert_cmpstr (world->input->str, ==, "");
  take_up ();
  expect (PONG);
  g_assert_cmpuint (bh_questions_count_open (world->questions), ==, 1);
  answer ("{\"options\":[\"menu\"]}");
  expect ("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"Menu\"}],"
          "\"isError\":false}}\n");
  /* asked again by the engine that came after it: its answer, and no other question */
  bh_mcp_engine_lost (world->states);
  bh_mcp_turn_begun (world->states);
  say (ASK);
  while (g_strrstr (world->input->str, "Menu") == strstr (world->input->str, "Menu"))
    serve ();
  g_assert_cmpuint (bh_questions_count_open (world->questions), ==, 0);
  deferred = bh_mcp_deferred (world->states);
  g_assert_cmpuint (deferred->len, ==, 0);
  hang_up ();
}

/* The Run ends: the call is told so, in the transaction of that. */
static void
test_stopped (void)
{
  ask ();
  bh_questions_withdraw (world->questions);
  bh_mcp_run_ended (world->states);
  await_ok (bh_journal_commit (world->journal, BH_SYNCED));
  g_assert_null (bh_journal_get_state (world->journal, "mcp.asked"));
  let_go (NULL);
  expect ("\"id\":7,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"The Run was stopped");
  g_assert_nonnull (strstr (world->input->str, "\"isError\":true"));
  /* continued: the client goes on, and is told nothing twice */
  take_up ();
  say (PING);
  expect (PONG);
  g_assert_true (g_strrstr (world->input->str, "stopped") == strstr (world->input->str, "stopped"));
  hang_up ();
}

/* The engine's turn has ended, or is cut short, without its calling off what it asked: the call is told the
 * answer, and a prompt is, too, as nobody may have heard. */
static void
check_answered_after (void (*turn_over) (BhStateView *))
{
  g_autoptr (GPtrArray) deferred = NULL;

  ask ();
  turn_over (world->states);
  answer ("{\"options\":[\"menu\"]}");
  expect ("\"text\":\"Menu\"");
  deferred = bh_mcp_deferred (world->states);
  g_assert_cmpuint (deferred->len, ==, 1);
  hang_up ();
}

static void
test_answered_after_turn (void)
{
  check_answered_after (bh_mcp_turn_ended);
}

static void
test_answered_after_cut (void)
{
  check_answered_after (bh_mcp_turn_cut);
}

/* The client goes away: its question stays, and is deferred. */
static void
test_gone (void)
{
  g_autoptr (GPtrArray) deferred = NULL;

  ask ();
  hang_up ();
  g_assert_cmpuint (bh_questions_count_open (world->questions), ==, 1);
  deferred = bh_mcp_deferred (world->states);
  g_assert_cmpuint (deferred->len, ==, 1);
  g_assert_cmpstr (world->input->str, ==, "");
}

/* What is remembered of a call, and said to it. */
static const char *
calls (void)
{
  g_autofree char *key = g_strdup_printf ("mcp.channel.%u.calls", ID);

  return bh_journal_get_state (world->journal, key);
}

/* A client that calls its call by a secret: it is told, and withdraws it, under the name that is stored. The
 * journal's words may be anybody's key. */
static void
test_hidden (void)
{
  world->hidden = KEY;
  ask_by (ASK_WITH_KEY);
  g_assert_nonnull (strstr (calls (), "for *************"));
  g_assert_null (strstr (calls (), KEY));
  say (CANCEL);
  while (calls () != NULL)
    serve ();
  bh_journal_hide (world->journal, "arguments");
  say (ASK_WITH_KEY);
  while (calls () == NULL)
    serve ();
  g_assert_cmpuint (bh_questions_count_open (world->questions), ==, 1);
  answer ("{\"options\":[\"menu\"]}");
  expect (
      "{\"jsonrpc\":\"2.0\",\"id\":\"*************\",\"result\":{\"content\":[{\"type\":\"text\",\"text\":"
      "\"Menu\"}],\"isError\":false}}\n");
  say ("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"" KEY "\"}\n{\"" KEY " \n" PING);
  expect (PONG);
  g_assert_null (strstr (world->input->str, KEY));
  hang_up ();
}

/* What somebody stored as a key may be a number, or a word of the protocol. */
static void
test_hidden_words (void)
{
  static const char *const words[] = { "7654321", "result", "jsonrpc", "message", NULL };

  world->hidden = "content";
  g_string_assign (world->output, HELLO);
  scene_announce (world->scene->peer, 1, ID);
  take_up ();
  for (guint i = 0; words[i] != NULL; i++)
    bh_journal_hide (world->journal, words[i]);
  bh_mcp_turn_begun (world->states);
  say ("{\"jsonrpc\":\"2.0\",\"id\":7654321,\"method\":\"tools/"
       "call\",\"params\":{\"name\":\"ask_human\",\"arguments\":"
       "{\"question\":1}}}\n");
  expect ("{\"jsonrpc\":\"2.0\",\"id\":7654321,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"");
  say ("{\"jsonrpc\":\"2.0\",\"id\":\"the 7654321\",\"method\":\"of content\"}\n");
  expect ("{\"jsonrpc\":\"2.0\",\"id\":\"the *******\",\"error\":{\"code\":-32601,\"message\":\"Method not "
          "found: of "
          "*******\"}}\n");
  hang_up ();
}

/* An engine that may delegate to another one, or that other one, says `hello`. */
static void
begin_delegating (gboolean in_turn, const char *hello)
{
  static const char *const engines[] = { "hal Hal 9000", NULL };

  g_string_assign (world->output, hello);
  scene_announce (world->scene->peer, 1, ID);
  take_up ();
  bh_mcp_set_engines (world->journal, engines, NULL);
  if (in_turn)
    bh_mcp_turn_begun (world->states);
}

/* As the agent does it. */
static void
end_turn (void)
{
  bh_mcp_turn_ended (world->states);
}

static void
delegate (const char *line)
{
  say (line);
  while (!bh_delegation_is_at_work (world->journal))
    serve ();
}

/* TRUE: once only, in the next prompt. */
static gboolean
is_for_prompt (void)
{
  g_autofree char *report = bh_delegation_take_report (world->states);

  g_assert_false (bh_delegation_is_owed (world->states));
  return report != NULL;
}

/* The report as the result of the call that waits, in the turn of that call. */
static void
test_part (void)
{
  begin_delegating (TRUE, HELLO);
  delegate (DELEGATE (7));
  bh_delegations_end (world->delegations, FALSE, "Seen.");
  expect (REPORT);
  g_assert_false (is_for_prompt ());
  /* the same words again: another part */
  delegate (DELEGATE (8));
  bh_delegations_end (world->delegations, FALSE, "Seen again.");
  expect ("Its report: Seen again.");
  hang_up ();
}

/* The engine's turn has ended while the call waits, and it is in the next one when there is a report: what
 * the call is told counts for nothing, over a restart, too. */
static void
test_part_after_turn (void)
{
  g_autoptr (GError) why = bh_error_new (BH_ERROR_RUN_NOT_ACTIVE, NULL, "Let go of.");

  begin_delegating (TRUE, HELLO);
  delegate (DELEGATE (7));
  end_turn ();
  await_ok (bh_journal_commit (world->journal, BH_SYNCED));
  let_go (why);
  take_up ();
  bh_mcp_turn_begun (world->states);
  g_assert_true (bh_delegation_is_owed (world->states));
  bh_delegations_end (world->delegations, FALSE, "Seen.");
  /* the agent does not wait for the channel to notice */
  g_assert_true (bh_delegation_has_report (world->states));
  expect (REPORT);
  g_assert_true (is_for_prompt ());
  hang_up ();
}

/* A turn that is to be cut short hears nothing. */
static void
test_part_cut (void)
{
  begin_delegating (TRUE, HELLO);
  delegate (DELEGATE (7));
  bh_mcp_turn_cut (world->states);
  bh_delegations_end (world->delegations, FALSE, "Seen.");
  expect (REPORT);
  g_assert_true (bh_delegation_has_report (world->states));
  hang_up ();
  g_assert_true (is_for_prompt ());
}

/* Called when its engine has no turn: the report is for a prompt from the beginning. */
static void
test_part_outside (void)
{
  begin_delegating (FALSE, HELLO);
  delegate (DELEGATE (7));
  expect (LATER);
  bh_delegations_end (world->delegations, FALSE, "Seen.");
  g_assert_true (is_for_prompt ());
  serve ();
  g_assert_null (strstr (world->input->str, REPORT));
  hang_up ();
}

/* The one that was delegated to may ask the person as long as it has a part. What it left behind in the box
 * may not: nobody would withdraw the question. */
static void
test_part_over (void)
{
  begin_delegating (TRUE, HELLO_OF_HAL);
  say (ASK);
  expect ("Your part is over");
  g_assert_nonnull (strstr (world->input->str, "\"id\":7,"));
  g_assert_nonnull (strstr (world->input->str, "\"isError\":true"));
  g_assert_cmpuint (bh_questions_count_open (world->questions), ==, 0);
  bh_delegations_begin (world->delegations, "mcp:99", "hal", "Look.");
  say (ASK);
  while (bh_questions_count_open (world->questions) == 0)
    serve ();
  hang_up ();
}

static void (*body) (void);

static void
run_body (Fake *fake)
{
  g_auto (Scene) s = scene (fake);

  world->scene = &s;
  body ();
  let_go (NULL);
}

/* As many are open as may be, whoever asked them: the client is told so, and may ask when one is answered. */
static void
test_too_many (void)
{
  guint open;

  ask ();
  for (open = 1; bh_questions_may_ask (world->questions); open++)
    {
      g_autofree char *key = g_strdup_printf ("script %u", open);
      g_autoptr (BhQuestionSet) set = bh_question_set_new_single ("go", "Go", "Go on?");

      bh_question_set_add_option (set, "yes", "Yes", NULL);
      dex_future_disown (bh_questions_ask (world->questions, set, key, "script"));
    }
  say (ASK_WITH_KEY);
  expect ("Nobody was asked: 32 questions of this Run are open already.");
  g_assert_cmpuint (bh_questions_count_open (world->questions), ==, open);
  /* the one that was asked before is that one */
  say (ASK);
  say (PING);
  expect (PONG);
  g_assert_cmpuint (bh_questions_count_open (world->questions), ==, open);
  g_assert_null (strstr (strstr (world->input->str, "Nobody was asked") + 1, "Nobody was asked"));
  bh_questions_take_back (world->questions, "script 1");
  say (ASK_WITH_KEY);
  while (bh_questions_may_ask (world->questions))
    serve ();
  g_assert_cmpuint (bh_questions_count_open (world->questions), ==, open);
  hang_up ();
}

/* What is remembered of channels that have ended does not grow without end. */
static void
test_many_ended (void)
{
  guint known = 0;

  ask ();
  for (guint32 id = 1; id <= 1000; id++)
    {
      g_autofree char *in = g_strdup_printf ("mcp.channel.%u.in", id);
      g_autofree char *asked = g_strdup_printf ("ask:" BH_CHANNEL_QUESTION, id);

      bh_journal_set_state (world->journal, in, "100");
      bh_journal_set_state (world->journal, asked, "q_1");
      bh_mcp_channel_ended (world->journal, id);
      g_assert_true (bh_mcp_is_known (world->journal, id));
    }
  for (guint32 id = 1; id <= 1000; id++)
    {
      g_autofree char *asked = g_strdup_printf ("ask:" BH_CHANNEL_QUESTION, id);

      g_assert_true (bh_mcp_is_known (world->journal, id) ==
                     (bh_journal_get_state (world->journal, asked) != NULL));
      known += bh_mcp_is_known (world->journal, id) ? 1 : 0;
    }
  /* the box may not know yet that the last ones were released */
  g_assert_cmpuint (known, ==, 128);
  g_assert_true (bh_mcp_is_known (world->journal, 1000));
  hang_up ();
}

static void
run_test (gconstpointer test)
{
  char *folder = make_folder ();
  World here = { .store = open_store (folder), .output = g_string_new (NULL), .input = g_string_new (NULL) };

  {
    g_autoptr (BhJournal) journal = create_run (here.store, "A Run", "x");
    BhRun *run = bh_run_copy (bh_journal_get_run (journal));

    run->state = BH_RUN_RUNNING;
    run->engine_used = g_strdup ("codex");
    here.run = g_strdup (run->id);
    bh_journal_put_run (journal, run);
    settle_ok (bh_journal_commit (journal, BH_RELAXED));
  }
  world = &here;
  body = (void (*) (void)) test;
  fake_run (run_body);
  remove_store (here.store, folder);
  g_string_free (here.output, TRUE);
  g_string_free (here.input, TRUE);
  g_free (here.run);
}

#define channel_add(path, test) g_test_add_data_func (path, (gconstpointer) test, run_test)

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  channel_add ("/mcp-channel/taken-up", test_taken_up);
  channel_add ("/mcp-channel/stopped", test_stopped);
  channel_add ("/mcp-channel/gone", test_gone);
  channel_add ("/mcp-channel/answered-after-turn", test_answered_after_turn);
  channel_add ("/mcp-channel/answered-after-cut", test_answered_after_cut);
  channel_add ("/mcp-channel/hidden", test_hidden);
  channel_add ("/mcp-channel/too-many", test_too_many);
  channel_add ("/mcp-channel/many-ended", test_many_ended);
  channel_add ("/mcp-channel/hidden-words", test_hidden_words);
  channel_add ("/mcp-channel/part", test_part);
  channel_add ("/mcp-channel/part-after-turn", test_part_after_turn);
  channel_add ("/mcp-channel/part-cut", test_part_cut);
  channel_add ("/mcp-channel/part-outside", test_part_outside);
  channel_add ("/mcp-channel/part-over", test_part_over);
  return g_test_run ();
}

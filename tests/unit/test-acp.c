/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* What no transcript shows of a session: that nothing grows, and how it is set up. */

#include "test-acp-talk.h"

#include <string.h>

/* What is remembered between turns: a counter, the phase, the session. */
#define STATE_SMALL 200

/* --- memory --- */

/* Turns with everything in them, half of it left open. */
static void
test_nothing_grows (void)
{
  g_autoptr (Talk) talk = acp_talk_new ();

  recorder_be_quiet (talk->recorder);
  acp_start_session (talk);
  for (guint turn = 0; turn < 2000; turn++)
    {
      if (turn % 100 == 99)
        acp_start_session (talk);
      talk_prompt (talk);
      for (guint i = 0; i < 5; i++)
        acp_update (talk,
                    "\"sessionUpdate\":\"tool_call\",\"toolCallId\":\"%u-%u\",\"title\":\"Read "
                    "it\",\"status\":\"%s\"",
                    turn, i, i % 2 == 0 ? "in_progress" : "completed");
      acp_update (talk,
                  "\"sessionUpdate\":\"tool_call\",\"toolCallId\":\"own-%u\",\"name\":\"bellhop_ask_human\"",
                  turn);
      acp_ask_and_permit (talk, turn);
      acp_reply (talk, "\"result\":{\"stopReason\":\"end_turn\"}");
      g_assert_cmpuint (recorder_state_size (talk->recorder), <, STATE_SMALL);
    }
  g_assert_cmpuint (talk->turns, ==, 2000);
  g_assert_cmpuint (talk->asks, ==, 2000);
  g_assert_cmpuint (talk->permits, ==, 2000);
  /* what is open when its turn ends will not be answered any more */
  g_assert_cmpuint (talk->withdrawn, ==, 4000);
}

/* One endless turn of tools that never end, kinds that nobody knows, and requests. */
static void
test_hostile_turn (void)
{
  g_autoptr (Talk) talk = acp_talk_new ();

  acp_start_session (talk);
  talk_prompt (talk);
  recorder_be_quiet (talk->recorder);
  for (guint i = 0; i < 1000; i++)
    {
      acp_update (talk, "\"sessionUpdate\":\"tool_call\",\"toolCallId\":\"%u\",\"title\":\"%0500u\"", i, i);
      acp_update (talk, "\"sessionUpdate\":\"kind-%u\"", i);
      acp_ask_and_permit (talk, i);
    }
  g_assert_cmpuint (recorder_state_size (talk->recorder), <, 64 * 1024);
  g_assert_cmpuint (talk->asks + talk->permits, ==, 64);
  acp_reply (talk, "\"result\":{\"stopReason\":\"end_turn\"}");
  g_assert_cmpuint (talk->withdrawn, ==, 64);
}

/* --- the start --- */

static void
test_resume_is_not_there (void)
{
  g_autoptr (Talk) talk = acp_talk_new ();
  g_autofree char *told = NULL;

  acp_start (talk, &(BhSessionSpec) { .cwd = "/work", .resume = "s" },
             "{\"loadSession\":true,\"sessionCapabilities\":{\"resume\":{}}}");
  acp_reply (talk, "\"error\":{\"code\":-32601,\"message\":\"Method not found\"}");
  acp_reply (talk, "\"result\":null");
  told = talk_told (talk);
  g_assert_nonnull (strstr (told, "\"session/resume\""));
  g_assert_nonnull (strstr (told, "\"session/load\""));
  g_assert_nonnull (strstr (told, "session resumed id=\"s\""));
}

/* Another model than the chosen one may cost money, another mode only asks more often. */
static void
test_settings (void)
{
  const char *result =
      "\"result\":{\"sessionId\":\"s\",\"modes\":{\"availableModes\":[{\"id\":\"careful\"}]},"
      "\"configOptions\":[{\"id\":\"m\",\"category\":\"model\",\"currentValue\":\"small\"}]}";
  const BhSessionSpec spec = { .cwd = "/work", .mode = "careful", .model = "big" };
  g_autoptr (Talk) talk = acp_talk_new ();
  g_autofree char *told = NULL;

  acp_start (talk, &spec, "{}");
  acp_reply (talk, result);
  acp_reply (talk, "\"error\":{\"code\":1,\"message\":\"No such mode\"}");
  g_assert_cmpuint (talk->failures, ==, 0);
  acp_reply (talk, "\"error\":{\"code\":1,\"message\":\"No such model\"}");
  g_assert_cmpuint (talk->failures, ==, 1);
  g_assert_cmpuint (talk->sessions, ==, 0);
  told = talk_told (talk);
  g_assert_nonnull (strstr (told, "failed refused detail=\"The engine did not take the model that was chosen "
                                  "for it: No such model\""));
  acp_start (talk, &spec, "{}");
  acp_reply (talk, result);
  acp_reply (talk, "\"result\":{}");
  acp_reply (talk, "\"result\":{}");
  g_assert_cmpuint (talk->sessions, ==, 1);
}

/* It would take the prompt, and only then say that something is wrong, in no words of use. */
static void
test_no_model (void)
{
  g_autoptr (Talk) talk = acp_talk_new ();
  g_autofree char *told = NULL;

  acp_start (talk, &(BhSessionSpec) { .cwd = "/work" }, "{}");
  acp_reply (talk, "\"result\":{\"sessionId\":\"s\",\"configOptions\":[{\"id\":\"model\","
                   "\"category\":\"model\",\"currentValue\":\"unknown/unknown\",\"options\":[]}]}");
  g_assert_cmpuint (talk->failures, ==, 1);
  g_assert_cmpuint (talk->sessions, ==, 0);
  told = talk_told (talk);
  g_assert_nonnull (strstr (told, "failed signed-out detail=\"It has no model to work with\""));
}

/* Answers are kept: for a secret nobody is asked, and the person is told what to do instead. */
static void
test_secret_question (void)
{
  static const char *const marks[] = { "\"_meta\":{\"codex\":{\"isSecret\":true}}", "\"format\":\"password\"",
                                       "\"writeOnly\":true" };

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      g_autoptr (Talk) talk = acp_talk_new ();
      g_autofree char *told = NULL;

      acp_start_session (talk);
      g_free (talk_told (talk));
      talk_hear (
          talk,
          "{\"id\":9,\"method\":\"elicitation/create\",\"params\":{\"mode\":\"form\",\"message\":\"Key?\","
          "\"requestedSchema\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},"
          "\"key\":{\"type\":\"string\",%s}}}}}",
          marks[i]);
      told = talk_told (talk);
      g_assert_cmpuint (talk->asks, ==, 0);
      g_assert_nonnull (strstr (told, "notice text=\"The engine asked for a secret."));
      g_assert_nonnull (strstr (told, "“Key?”. Sign in to the engine, or store its key in Preferences"));
      g_assert_nonnull (strstr (told, "\"action\":\"decline\""));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/acp/memory/nothing-grows", test_nothing_grows);
  g_test_add_func ("/acp/memory/hostile-turn", test_hostile_turn);
  g_test_add_func ("/acp/start/resume-is-not-there", test_resume_is_not_there);
  g_test_add_func ("/acp/start/settings", test_settings);
  g_test_add_func ("/acp/start/no-model", test_no_model);
  g_test_add_func ("/acp/secret-question", test_secret_question);
  return g_test_run ();
}

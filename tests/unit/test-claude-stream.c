/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-claude-stream.h"
#include "coordinator/engines/agent/bh-dialect-json.h"
#include "support/endurance.h"
#include "support/replay-recordings.h"
#include "support/talk.h"

#include <string.h>

/* --- what it remembers --- */

static const char *const opening[] = {
  "{\"type\":\"control_response\",\"response\":{\"subtype\":\"success\",\"request_id\":\"initialize-1\","
  "\"response\":{}}}",
  NULL,
};
static const char *const lines_of_turn[] = {
  "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"s\"}",
  "{\"type\":\"stream_event\",\"event\":{\"type\":\"message_start\",\"message\":{\"id\":\"m@\"}},\"api_"
  "message_id\":\"m@\"}",
  "{\"type\":\"stream_event\",\"event\":{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":"
  "\"text_delta\",\"text\":\"Hello\"}},\"api_message_id\":\"m@\"}",
  "{\"type\":\"assistant\",\"message\":{\"id\":\"m@\",\"content\":[{\"type\":\"text\",\"text\":\"Hello\"},{"
  "\"type\":\"tool_use\",\"id\":\"t@\",\"name\":\"Bash\",\"input\":{\"command\":\"ls\"}}]}}",
  "{\"type\":\"assistant\",\"message\":{\"id\":\"m@\",\"content\":[{\"type\":\"tool_use\",\"id\":\"o@\","
  "\"name\":\"mcp__bellhop__ask_human\",\"input\":{\"question\":\"?\"}}]}}",
  "{\"type\":\"control_request\",\"request_id\":\"r@\",\"request\":{\"subtype\":\"can_use_tool\",\"tool_"
  "name\":\"Bash\",\"input\":{\"command\":\"ls\"},\"tool_use_id\":\"t@\"}}",
  "{\"type\":\"control_request\",\"request_id\":\"q@\",\"request\":{\"subtype\":\"can_use_tool\",\"tool_"
  "name\":\"AskUserQuestion\",\"input\":{\"questions\":[{\"question\":\"Which?\",\"options\":[{\"label\":"
  "\"A\"},{\"label\":\"B\"}]}]}}}",
  "{\"type\":\"user\",\"message\":{\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"o@\",\"content\":"
  "\"ok\"}]}}",
  "{\"type\":\"user\",\"message\":{\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t@\",\"content\":"
  "\"ok\"}]}}",
  "{\"type\":\"kind@\"}",
  "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"API "
  "Error\"}]},\"error\":\"server_error\"}",
  "{\"type\":\"assistant\",\"message\":{\"id\":\"n@\",\"content\":[{\"type\":\"text\",\"text\":\"It went "
  "on.\"}]}}",
  "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"total_cost_usd\":0.5,\"usage\":{\"input_"
  "tokens\":1,\"output_tokens\":1}}",
  NULL,
};

static const Endurance endurance = {
  .make = bh_claude_stream_new,
  .opening = opening,
  .turn = lines_of_turn,
  .ending = "tool_result",
};

/* --- settings and permissions --- */

static Talk *
start (const BhSessionSpec *spec)
{
  Talk *talk = talk_new (bh_claude_stream_new);

  recorder_hide (talk->recorder, "sk-secret");
  talk_start (talk, spec);
  talk_hear (talk, "%s", opening[0]);
  return talk;
}

static const BhSessionSpec plain = { .cwd = "/workspace" };

/* The session waits for the model, not for the mode. */
static char *
set_up (const char *mode_answer, const char *model_answer)
{
  g_autoptr (Talk) talk = start (&(BhSessionSpec) { .cwd = "/workspace", .mode = "plan", .model = "large" });
  g_autofree char *before = NULL;

  talk_hear (talk, "%s", mode_answer);
  before = talk_told (talk);
  g_assert_nonnull (strstr (before, "{\"mode\":\"plan\",\"subtype\":\"set_permission_mode\"}"));
  g_assert_nonnull (strstr (before, "{\"model\":\"large\",\"subtype\":\"set_model\"}"));
  g_assert_null (strstr (before, "session new"));
  talk_hear (talk, "%s", model_answer);
  return talk_told (talk);
}

static void
test_settings (void)
{
  g_autofree char *good = NULL, *bad = NULL;

  good = set_up ("{\"type\":\"control_response\",\"response\":{\"subtype\":\"error\","
                 "\"request_id\":\"set_permission_mode-2\",\"error\":\"no\"}}",
                 "{\"type\":\"control_response\",\"response\":{\"subtype\":\"success\","
                 "\"request_id\":\"set_model-3\"}}");
  g_assert_cmpstr (good, ==, "session new id=\"\"\n");
  bad = set_up ("{\"type\":\"control_response\",\"response\":{\"subtype\":\"success\","
                "\"request_id\":\"set_permission_mode-2\"}}",
                "{\"type\":\"control_response\",\"response\":{\"subtype\":\"error\","
                "\"request_id\":\"set_model-3\",\"error\":\"no such model\"}}");
  g_assert_cmpstr (bad, ==,
                   "failed refused detail=\"Claude Code did not take the model that was chosen for it: "
                   "no such model\"\n");
}

/* Whenever it names its session, that is said once, and not before it is ready. */
static void
test_early_init (void)
{
  static const char init[] = "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"s-1\"}";
  g_autoptr (Talk) talk = talk_new (bh_claude_stream_new);
  g_autofree char *early = NULL, *ready = NULL, *again = NULL;

  talk_start (talk, &(BhSessionSpec) { .cwd = "/workspace", .resume = "s-1" });
  g_free (talk_told (talk));
  talk_hear (talk, "%s", init);
  early = talk_told (talk);
  g_assert_cmpstr (early, ==, "");
  talk_hear (talk, "%s", opening[0]);
  ready = talk_told (talk);
  g_assert_cmpstr (ready, ==, "session resumed id=\"s-1\"\n");
  talk_hear (talk, "%s", init);
  again = talk_told (talk);
  g_assert_cmpstr (again, ==, "");
}

/* What is cut off a foreign word is whole characters, and a secret is hidden before. */
static void
test_long_names (void)
{
  g_autoptr (Talk) talk = start (&plain);
  g_autofree char *xs = g_strnfill (79, 'x'), *ys = g_strnfill (39, 'y'), *zs = g_strnfill (72, 'z');
  g_autofree char *told = NULL;

  talk_hear (talk, "{\"type\":\"%s\303\244\"}", xs);
  talk_hear (talk, "{\"type\":\"%ssk-secret\"}", zs);
  talk_hear (talk,
             "{\"type\":\"rate_limit_event\",\"rate_limit_info\":{\"status\":\"rejected\","
             "\"rateLimitType\":\"%s\303\244\"}}",
             ys);
  talk_hear (talk,
             "{\"type\":\"assistant\",\"error\":\"%s\303\244\",\"message\":{\"content\":[{\"type\":"
             "\"text\",\"text\":\"no\"}]}}",
             ys);
  told = talk_told (talk);
  g_assert_true (g_utf8_validate (told, -1, NULL));
  g_assert_null (strstr (told, "sk-"));
  g_assert_nonnull (strstr (told, xs));
  g_assert_nonnull (strstr (told, ys));
}

/* What is to be written may be long: it is not kept until it may be, and need not be said again. */
static void
test_long_input (void)
{
  g_autoptr (Talk) talk = start (&plain);
  g_autofree char *content = g_strnfill (1024 * 1024, 'x');
  g_autofree char *told = NULL;

  talk_hear (talk,
             "{\"type\":\"control_request\",\"request_id\":\"long\",\"request\":{\"subtype\":"
             "\"can_use_tool\",\"tool_name\":\"Write\",\"input\":{\"content\":\"%s\"}}}",
             content);
  g_assert_cmpuint (recorder_state_size (talk->recorder), <, 1024);
  told = talk_permit (talk, BH_PERMIT_ONCE);
  g_assert_cmpstr (told, ==,
                   "send {\"type\":\"control_response\",\"response\":{\"subtype\":\"success\","
                   "\"request_id\":\"long\",\"response\":{\"behavior\":\"allow\"}}}\n");
}

/* What a session is called becomes a word of the command that resumes it. */
static void
test_session_words (void)
{
  g_autofree char *long_id = g_strnfill (1001, 's');
  const char *const ids[] = { "--permission-mode=bypassPermissions", "a\\nb", long_id, "" };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (Talk) talk = start (&plain);
      g_autofree char *before = talk_told (talk), *told = NULL;

      talk_hear (talk, "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"%s\"}", ids[i]);
      told = talk_told (talk);
      g_assert_null (strstr (told, "session"));
    }
}

/* A call of ours is allowed at once; with a secret in it, as it is. */
static void
test_secret_own_call (void)
{
  static const char request[] =
      "{\"type\":\"control_request\",\"request_id\":\"%d\",\"request\":{\"subtype\":\"can_use_tool\","
      "\"tool_name\":\"mcp__bellhop__report_result\",\"input\":{\"summary\":\"It is sk-%s\"}}}";
  g_autoptr (Talk) talk = start (&plain);

  for (int i = 0; i < 2; i++)
    {
      g_autofree char *before = talk_told (talk), *told = NULL;

      talk_hear (talk, request, i, i == 0 ? "other" : "secret");
      told = talk_told (talk);
      g_assert_nonnull (strstr (told, "\"behavior\":\"allow\""));
      g_assert_null (strstr (told, "sk-secret"));
      g_assert_cmpint (strstr (told, "\"updatedInput\":{\"summary\":\"It is sk-other\"}") != NULL, ==,
                       i == 0);
      g_assert_cmpint (strstr (told, "updatedInput") != NULL, ==, i == 0);
    }
}

/* A call with a secret in it is remembered without, and not given back changed. */
static void
test_secret_call (void)
{
  static const char request[] =
      "{\"type\":\"control_request\",\"request_id\":\"%d\",\"request\":{\"subtype\":\"can_use_tool\","
      "\"tool_name\":\"Bash\",\"input\":{\"command\":\"echo sk-%s\",\"timeout\":1.5}}}";
  g_autoptr (Talk) talk = start (&plain);

  for (int i = 0; i < 2; i++)
    {
      g_autofree char *told = NULL;

      talk_hear (talk, request, i, i == 0 ? "other" : "secret");
      told = talk_permit (talk, BH_PERMIT_ONCE);
      g_assert_nonnull (strstr (told, "\"behavior\":\"allow\""));
      g_assert_cmpint (strstr (told, "\"updatedInput\":{\"command\":\"echo sk-other\",") != NULL, ==, i == 0);
      g_assert_cmpint (strstr (told, "updatedInput") != NULL, ==, i == 0);
    }
}

/* Nor is a rule, in which an asterisk stands for anything: it is not offered, and what is allowed is this
 * once. */
static void
test_secret_rule (void)
{
  static const char request[] =
      "{\"type\":\"control_request\",\"request_id\":\"r\",\"request\":{\"subtype\":\"can_use_tool\","
      "\"tool_name\":\"Bash\",\"input\":{\"command\":\"ls\"},\"permission_suggestions\":[{\"type\":"
      "\"addRules\",\"rules\":[{\"toolName\":\"Bash\",\"ruleContent\":\"echo sk-secret\"}],"
      "\"behavior\":\"allow\"}]}}";
  g_autoptr (Talk) talk = start (&plain);
  g_autofree char *asked = NULL, *told = NULL;

  talk_hear (talk, "%s", request);
  asked = talk_told (talk);
  g_assert_null (strstr (asked, "always="));
  told = talk_permit (talk, BH_PERMIT_ALWAYS);
  g_assert_nonnull (strstr (told, "\"behavior\":\"allow\",\"updatedInput\":{\"command\":\"ls\"}"));
  g_assert_null (strstr (told, "updatedPermissions"));
}

/* Wherever a title is cut off, no half of a secret is in it. */
static void
test_secret_title (void)
{
  for (guint n = 180; n <= 200; n++)
    {
      g_autoptr (Talk) talk = start (&plain);
      g_autofree char *before = g_strnfill (n, 'x'), *title = NULL;
      g_autofree char *all = g_strdup_printf ("Bash: %s*********", before);

      talk_hear (
          talk,
          "{\"type\":\"control_request\",\"request_id\":\"t\",\"request\":{\"subtype\":\"can_use_tool\","
          "\"tool_name\":\"Bash\",\"input\":{\"command\":\"%ssk-secret\"}}}",
          before);
      title = talk_permit_title (talk);
      all[MIN (200, strlen (all))] = '\0';
      g_assert_cmpstr (title, ==, all);
    }
}

/* Rules are permitted for its session, and never a mode, nor anything in the workspace's settings. */
static void
test_permits (void)
{
  static const char request[] =
      "{\"type\":\"control_request\",\"request_id\":\"%d\",\"request\":{\"subtype\":\"can_use_tool\","
      "\"tool_name\":\"Bash\",\"input\":{\"command\":\"ls\"},\"permission_suggestions\":[7,{\"type\":"
      "\"setMode\","
      "\"mode\":\"bypassPermissions\"},{\"type\":\"addRules\",\"behavior\":\"deny\"},{\"type\":\"addRules\","
      "\"rules\":[{\"toolName\":\"Bash\",\"ruleContent\":\"ls *\"}],\"behavior\":\"allow\","
      "\"destination\":\"userSettings\"}]}}";
  g_autoptr (Talk) talk = start (&plain);

  for (int permit = BH_PERMIT_REJECT; permit <= BH_PERMIT_ALWAYS; permit++)
    {
      g_autofree char *asked = NULL, *told = NULL;

      talk_hear (talk, request, permit);
      asked = talk_told (talk);
      g_assert_nonnull (strstr (asked, "always=\"Bash(ls *)\""));
      told = talk_permit (talk, (BhPermit) permit);
      g_assert_cmpint (strstr (told, "\"behavior\":\"deny\"") != NULL, ==, permit == BH_PERMIT_REJECT);
      g_assert_cmpint (strstr (told,
                               "\"updatedPermissions\":[{\"type\":\"addRules\",\"rules\":[{\"toolName\":"
                               "\"Bash\",\"ruleContent\":\"ls *\"}],\"behavior\":\"allow\","
                               "\"destination\":\"session\"}]") != NULL,
                       ==, permit == BH_PERMIT_ALWAYS);
      g_assert_null (strstr (told, "setMode"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  replay_add_tests ("/claude-stream/replay", &replay_claude);
  endurance_add_tests ("/claude-stream", &endurance);
  g_test_add_func ("/claude-stream/settings", test_settings);
  g_test_add_func ("/claude-stream/early-init", test_early_init);
  g_test_add_func ("/claude-stream/long-names", test_long_names);
  g_test_add_func ("/claude-stream/long-input", test_long_input);
  g_test_add_func ("/claude-stream/session-words", test_session_words);
  g_test_add_func ("/claude-stream/secret-own-call", test_secret_own_call);
  g_test_add_func ("/claude-stream/secret-call", test_secret_call);
  g_test_add_func ("/claude-stream/secret-rule", test_secret_rule);
  g_test_add_func ("/claude-stream/secret-title", test_secret_title);
  g_test_add_func ("/claude-stream/permits", test_permits);
  return g_test_run ();
}

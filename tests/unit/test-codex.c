/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-codex.h"
#include "coordinator/engines/agent/bh-dialect-json.h"
#include "support/endurance.h"
#include "support/replay-recordings.h"
#include "support/talk.h"

#include <string.h>

/* --- what it remembers --- */

static const char *const opening[] = {
  "{\"id\":0,\"result\":{}}",
  "{\"id\":1,\"result\":{\"thread\":{\"id\":\"th\"}}}",
  NULL,
};
static const char *const lines_of_turn[] = {
  "{\"method\":\"turn/started\",\"params\":{\"threadId\":\"th\",\"turnId\":\"u@\",\"turn\":{\"id\":\"u@\"}}}",
  "{\"method\":\"item/agentMessage/"
  "delta\",\"params\":{\"threadId\":\"th\",\"turnId\":\"u@\",\"itemId\":\"m@\",\"delta\":\"Hello\"}}",
  "{\"method\":\"item/"
  "completed\",\"params\":{\"threadId\":\"th\",\"turnId\":\"u@\",\"item\":{\"type\":\"agentMessage\",\"id\":"
  "\"m@\",\"text\":\"Hello\"}}}",
  "{\"method\":\"item/agentMessage/"
  "delta\",\"params\":{\"threadId\":\"th\",\"turnId\":\"u@\",\"itemId\":\"never-ends@\",\"delta\":\"Hello\"}"
  "}",
  "{\"method\":\"item/"
  "started\",\"params\":{\"threadId\":\"th\",\"turnId\":\"u@\",\"item\":{\"type\":\"commandExecution\","
  "\"id\":\"c@\",\"command\":\"ls\"}}}",
  "{\"method\":\"item/commandExecution/"
  "requestApproval\",\"id\":\"r@\",\"params\":{\"threadId\":\"th\",\"command\":\"ls\"}}",
  "{\"method\":\"item/tool/"
  "requestUserInput\",\"id\":\"q@\",\"params\":{\"threadId\":\"th\",\"questions\":[{\"id\":\"a\","
  "\"question\":\"Which?\",\"options\":[{\"label\":\"A\"},{\"label\":\"B\"}]}]}}",
  "{\"method\":\"item/"
  "completed\",\"params\":{\"threadId\":\"th\",\"turnId\":\"u@\",\"item\":{\"type\":\"commandExecution\","
  "\"id\":\"c@\",\"status\":\"completed\"}}}",
  "{\"method\":\"warning\",\"params\":{\"threadId\":\"th\",\"turnId\":\"u@\",\"message\":\"warning @\"}}",
  "{\"method\":\"error\",\"params\":{\"threadId\":\"th\",\"turnId\":\"u@\",\"error\":{\"message\":\"again "
  "@\"},\"willRetry\":true}}",
  "{\"method\":\"error\",\"params\":{\"threadId\":\"th\",\"turnId\":\"u@\",\"error\":{\"message\":\"broken "
  "@\"},\"willRetry\":false}}",
  "{\"method\":\"thread/tokenUsage/"
  "updated\",\"params\":{\"threadId\":\"th\",\"turnId\":\"u@\",\"tokenUsage\":{\"total\":{\"inputTokens\":"
  "100,\"outputTokens\":10},\"last\":{\"totalTokens\":5}}}}",
  "{\"method\":\"completely/new@\",\"params\":{\"threadId\":\"th\",\"turnId\":\"u@\"}}",
  "{\"method\":\"turn/"
  "completed\",\"params\":{\"threadId\":\"th\",\"turnId\":\"u@\",\"turn\":{\"status\":\"completed\"}}}",
  NULL,
};

static const Endurance endurance = {
  .make = bh_codex_new,
  .opening = opening,
  .turn = lines_of_turn,
  .ending = "item/completed",
};

#define AMENDMENT "{\"acceptWithExecpolicyAmendment\":{\"execpolicy_amendment\":[\"ls\",\"-l\"]}}"

/* What is permitted for longer than once is what Codex offers as that. */
static void
test_permits (void)
{
  static const struct
  {
    const char *method, *params;
    const char *told[3]; /* by BhPermit */
  } cases[] = {
    { "item/commandExecution/requestApproval",
      "\"command\":\"ls\"",
      { "\"decision\":\"decline\"", "\"decision\":\"accept\"", "\"decision\":\"acceptForSession\"" } },
    { "item/commandExecution/requestApproval",
      "\"command\":\"ls\",\"availableDecisions\":[\"accept\"," AMENDMENT ",\"cancel\"]",
      { "\"decision\":\"decline\"", "\"decision\":\"accept\"", "\"decision\":" AMENDMENT } },
    { "item/commandExecution/requestApproval",
      "\"command\":\"ls\",\"availableDecisions\":[\"accept\",7,{},null]",
      { "\"decision\":\"decline\"", "\"decision\":\"accept\"", "\"decision\":\"accept\"" } },
    { "execCommandApproval",
      "\"command\":[\"ls\"]",
      { "\"denied\"", "\"decision\":\"approved\"", "\"decision\":\"approved_for_session\"" } },
    { "item/permissions/requestApproval",
      "\"permissions\":{\"network\":{}}",
      { "\"permissions\":{}", "\"scope\":\"turn\"", "\"scope\":\"session\"" } },
    /* what has a secret in it is not granted with asterisks in its place */
    { "item/commandExecution/requestApproval",
      "\"command\":\"ls\",\"availableDecisions\":[\"accept\",{\"acceptWithExecpolicyAmendment\":"
      "{\"execpolicy_amendment\":[\"echo\",\"sk-secret\"]}}]",
      { "\"decision\":\"decline\"", "\"decision\":\"accept\"", "\"decision\":\"accept\"" } },
    { "item/permissions/requestApproval",
      "\"permissions\":{\"fileSystem\":{\"write\":[\"/sk-secret\"]}}",
      { "\"permissions\":{}", "\"permissions\":{}", "\"permissions\":{}" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int permit = BH_PERMIT_REJECT; permit <= BH_PERMIT_ALWAYS; permit++)
      {
        g_autoptr (Talk) talk = talk_new (bh_codex_new);
        g_autofree char *told = NULL;

        recorder_hide (talk->recorder, "sk-secret");
        talk_start (talk, &(BhSessionSpec) { .cwd = "/workspace" });
        talk_hear (talk, "{\"id\":9,\"method\":\"%s\",\"params\":{%s}}", cases[i].method, cases[i].params);
        g_assert_cmpuint (talk->permits, ==, 1);
        told = talk_permit (talk, (BhPermit) permit);
        g_assert_nonnull (strstr (told, cases[i].told[permit]));
      }
}

/* Wherever a title is cut off, no half of a secret is in it. */
static void
test_secret_title (void)
{
  for (guint n = 150; n <= 200; n++)
    {
      g_autoptr (Talk) talk = talk_new (bh_codex_new);
      g_autofree char *before = g_strnfill (n, 'x'), *title = NULL;

      recorder_hide (talk->recorder, "sk-secret");
      talk_start (talk, &(BhSessionSpec) { .cwd = "/workspace" });
      talk_hear (talk,
                 "{\"id\":9,\"method\":\"item/commandExecution/requestApproval\",\"params\":{\"command\":"
                 "\"%ssk-secret\"}}",
                 before);
      title = talk_permit_title (talk);
      g_assert_nonnull (strstr (title, "xxx"));
      g_assert_null (strstr (title, "sk"));
      g_assert_cmpuint (strlen (title), <=, 200);
    }
}

/* A secret that spans what parts the kind of an error from its words. */
static void
test_secret_error (void)
{
  g_autoptr (Talk) talk = talk_new (bh_codex_new);
  g_autofree char *before = NULL, *told = NULL;

  recorder_hide (talk->recorder, "abcdef\nghijkl");
  talk_start (talk, &(BhSessionSpec) { .cwd = "/workspace" });
  talk_hear (talk, "%s", opening[0]);
  talk_hear (talk, "%s", opening[1]);
  talk_prompt (talk);
  talk_hear (talk, "{\"method\":\"turn/started\",\"params\":{\"threadId\":\"th\",\"turn\":{\"id\":\"u\"}}}");
  talk_hear (talk, "{\"method\":\"error\",\"params\":{\"threadId\":\"th\",\"turnId\":\"u\",\"error\":{"
                   "\"codexErrorInfo\":\"abcdef\",\"message\":\"ghijkl and more\"},\"willRetry\":false}}");
  before = talk_told (talk);
  talk_hear (talk, "{\"method\":\"turn/completed\",\"params\":{\"threadId\":\"th\",\"turnId\":\"u\","
                   "\"turn\":{\"status\":\"failed\"}}}");
  told = talk_told (talk);
  g_assert_nonnull (strstr (told, "turn-ended"));
  g_assert_null (strstr (told, "ghijkl"));
}

/* A question that cannot be shown is refused, and a person hears of it: what it was, in one line that is not
 * too long, without secrets and what would change how it is shown. */
static void
test_refused (void)
{
  static const char *const cases[] = {
    "\"item/tool/requestUserInput\",\"params\":{\"threadId\":\"th\",\"questions\":[{\"id\":\"a\","
    "\"question\":\"sk-secret\\n\\u202eWhich? %s\",\"options\":[{\"label\":\"A\"},{\"label\":\"A\"},"
    "{\"label\":\"\"}]}]}",
    "\"mcpServer/elicitation/request\",\"params\":{\"threadId\":\"th\",\"serverName\":\"other\","
    "\"message\":\"sk-secret\\n\\u202eWhich? %s\",\"requestedSchema\":{\"type\":\"object\",\"properties\":"
    "{\"a\":{\"type\":\"object\"}}}}",
  };
  g_autofree char *more = g_strnfill (2000, 'x');

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Talk) talk = talk_new (bh_codex_new);
      g_autoptr (GString) params = g_string_new (cases[i]);
      g_autofree char *told = NULL;

      g_string_replace (params, "%s", more, 0);
      recorder_hide (talk->recorder, "sk-secret");
      talk_start (talk, &(BhSessionSpec) { .cwd = "/workspace" });
      g_free (talk_told (talk));
      talk_hear (talk, "{\"id\":9,\"method\":%s}", params->str);
      told = talk_told (talk);
      g_assert_cmpuint (talk->asks + talk->permits, ==, 0);
      g_assert_nonnull (strstr (told, "notice text="));
      g_assert_nonnull (strstr (told, "asked in a way that cannot be shown"));
      g_assert_nonnull (strstr (told, "“********* Which? xxx"));
      g_assert_null (strstr (told, "sk-secret"));
      g_assert_cmpuint (strlen (told), <, 1600);
    }
}

/* Answers are kept: for a secret nobody is asked, the model is told why, and a person what to do instead. */
static void
test_secret_question (void)
{
  g_autoptr (Talk) talk = talk_new (bh_codex_new);
  g_autofree char *told = NULL, *form = NULL;

  talk_start (talk, &(BhSessionSpec) { .cwd = "/workspace" });
  g_free (talk_told (talk));
  talk_hear (talk, "{\"id\":9,\"method\":\"item/tool/requestUserInput\",\"params\":{\"threadId\":\"th\","
                   "\"questions\":[{\"id\":\"name\",\"question\":\"Name?\",\"isSecret\":false},"
                   "{\"id\":\"key\",\"question\":\"Key?\",\"isSecret\":true}]}}");
  told = talk_told (talk);
  g_assert_cmpuint (talk->asks, ==, 0);
  g_assert_nonnull (strstr (told, "notice text=\"The engine asked for a secret."));
  g_assert_nonnull (strstr (told, "“Key?”. Sign in to the engine, or store its key in Preferences"));
  g_assert_nonnull (strstr (told, "\"key\":{\"answers\":[\"Nobody was asked: answers are kept"));
  talk_hear (talk, "{\"id\":10,\"method\":\"mcpServer/elicitation/request\",\"params\":{\"threadId\":\"th\","
                   "\"serverName\":\"other\",\"message\":\"Log in\",\"requestedSchema\":{\"type\":\"object\","
                   "\"properties\":{\"password\":{\"type\":\"string\",\"format\":\"password\"}}}}}");
  form = talk_told (talk);
  g_assert_cmpuint (talk->asks + talk->permits, ==, 0);
  g_assert_nonnull (strstr (form, "notice text=\"The engine asked for a secret."));
  g_assert_nonnull (strstr (form, "{\"id\":10,\"result\":{\"action\":\"decline\",\"content\":null}}"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  replay_add_tests ("/codex/replay", &replay_codex);
  endurance_add_tests ("/codex", &endurance);
  g_test_add_func ("/codex/permits", test_permits);
  g_test_add_func ("/codex/secret-title", test_secret_title);
  g_test_add_func ("/codex/secret-error", test_secret_error);
  g_test_add_func ("/codex/refused", test_refused);
  g_test_add_func ("/codex/secret-question", test_secret_question);
  return g_test_run ();
}

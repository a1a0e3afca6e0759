/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Who is let through, and who asks: permissions, and questions that come as such. */

#include "test-acp-talk.h"

#include <string.h>

#include "coordinator/engines/agent/bh-dialect-json.h"

typedef struct
{
  const char *tool; /* of a request for permission */
  gboolean is_own;
} Leave;

static const Leave leaves[] = {
  { "\"name\":\"mcp__bellhop__ask_human\",\"title\":\"x\",\"kind\":\"other\"", TRUE },
  { "\"_meta\":{\"claudeCode\":{\"toolName\":\"mcp__bellhop__report_result\"}}", TRUE },
  { "\"_meta\":{\"goose\":{\"toolCall\":{\"toolName\":\"bellhop__ask_human\"}}}", TRUE },
  { "\"title\":\"bellhop_ask_human\",\"kind\":\"other\"", TRUE },
  { "\"title\":\"bellhop-ask_human\",\"kind\":\"other\"", TRUE },
  { "\"_meta\":{\"is_mcp_tool_call\":true},\"rawInput\":{\"server\":\"bellhop\",\"tool\":\"ask_human\"}",
    TRUE },
  /* another server's */
  { "\"_meta\":{\"is_mcp_tool_call\":true},\"rawInput\":{\"server\":\"other\",\"tool\":\"ask_human\"}",
    FALSE },
  { "\"name\":\"mcp__other__ask_human\"", FALSE },
  { "\"name\":\"mcp__notbellhop__delegate\"", FALSE },
  { "\"name\":\"mcp__bellhop_too__delegate\"", FALSE },
  /* Goose has one of its own */
  { "\"_meta\":{\"goose\":{\"toolCall\":{\"toolName\":\"delegate\"}}}", FALSE },
  { "\"title\":\"delegate\",\"kind\":\"other\"", FALSE },
  /* a command of that name, or that ends so */
  { "\"title\":\"bellhop/ask_human\",\"kind\":\"execute\"", FALSE },
  { "\"title\":\"bellhop/ask_human\"", FALSE },
  { "\"title\":\"rm -r / # bellhop_ask_human\",\"kind\":\"other\"", FALSE },
  { "\"name\":\"Bash\",\"title\":\"bellhop_ask_human\",\"kind\":\"other\"", FALSE },
  { "\"name\":\"Bash\",\"rawInput\":{\"server\":\"bellhop\",\"tool\":\"ask_human\"}", FALSE },
};

static void
test_leave (gconstpointer data)
{
  const Leave *leave = data;
  g_autoptr (Talk) talk = acp_talk_new ();
  g_autofree char *told = NULL;

  acp_start_session (talk);
  talk_prompt (talk);
  g_free (talk_told (talk));
  talk_hear (talk,
             "{\"id\":0,\"method\":\"session/"
             "request_permission\",\"params\":{\"toolCall\":{\"toolCallId\":\"t\",%s},"
             "\"options\":[{\"optionId\":\"yes\",\"kind\":\"allow_once\"}]}}",
             leave->tool);
  told = talk_told (talk);
  g_assert_cmpuint (talk->permits, ==, leave->is_own ? 0 : 1);
  g_assert_true ((strstr (told, "\"optionId\":\"yes\"") != NULL) == leave->is_own);
}

/* Wherever a title is cut off, no half of a secret is in it, and none in what is remembered of the call. */
static void
test_secret_title (void)
{
  for (guint n = 280; n <= 300; n++)
    {
      g_autoptr (Talk) talk = acp_talk_new ();
      g_autofree char *before = g_strnfill (n, 'x'), *told = NULL, *title = NULL;

      recorder_hide (talk->recorder, "sk-secret");
      acp_start_session (talk);
      talk_prompt (talk);
      talk_hear (talk,
                 "{\"method\":\"session/update\",\"params\":{\"update\":{\"sessionUpdate\":\"tool_call\","
                 "\"toolCallId\":\"t\",\"title\":\"%ssk-secret\"}}}",
                 before);
      told = talk_told (talk);
      g_assert_nonnull (strstr (told, "xxx"));
      g_assert_null (strstr (told, "sk"));
      talk_hear (
          talk,
          "{\"id\":0,\"method\":\"session/request_permission\",\"params\":{\"toolCall\":{\"toolCallId\":"
          "\"t\"},\"options\":[{\"optionId\":\"yes\",\"kind\":\"allow_once\"}]}}");
      title = talk_permit_title (talk);
      g_assert_cmpuint (strlen (title), ==, MIN (n + strlen ("sk-secret"), 300));
      g_assert_null (strstr (title, "sk"));
    }
}

/* The option of the kind that was chosen; what it is called makes no difference. */
static void
test_permits (void)
{
  static const struct
  {
    const char *options;
    const char *told[3]; /* by BhPermit; NULL: none of them */
  } cases[] = {
    { "{\"optionId\":\"a\",\"kind\":\"allow_once\",\"name\":\"Reject\"},{\"optionId\":\"b\",\"kind\":"
      "\"allow_always\",\"name\":\"No\"},{\"optionId\":\"c\",\"kind\":\"reject_once\",\"name\":\"Yes\"}",
      { "c", "a", "b" } },
    { "{\"optionId\":\"a\",\"kind\":\"allow_once\"},{\"optionId\":\"c\",\"kind\":\"reject_once\"}",
      { "c", "a", "a" } },
    { "{\"optionId\":\"b\",\"kind\":\"allow_always\"}", { NULL, "b", "b" } },
    { "{\"optionId\":7,\"kind\":\"allow_always\"},7,null", { NULL, NULL, NULL } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int permit = BH_PERMIT_REJECT; permit <= BH_PERMIT_ALWAYS; permit++)
      {
        g_autoptr (Talk) talk = acp_talk_new ();
        g_autofree char *told = NULL, *expected = NULL;

        acp_start_session (talk);
        talk_prompt (talk);
        talk_hear (
            talk,
            "{\"id\":0,\"method\":\"session/request_permission\",\"params\":{\"toolCall\":{\"toolCallId\":"
            "\"t\"},\"options\":[%s]}}",
            cases[i].options);
        told = talk_permit (talk, (BhPermit) permit);
        expected =
            cases[i].told[permit] != NULL
                ? g_strdup_printf ("\"outcome\":\"selected\",\"optionId\":\"%s\"", cases[i].told[permit])
                : g_strdup ("\"outcome\":\"cancelled\"");
        g_assert_nonnull (strstr (told, expected));
      }
}

/* Qwen's questions: permission without an answer would tell its model that the person has said nothing. */
static void
test_question_as_permission (void)
{
  g_autoptr (Talk) talk = acp_talk_new ();
  g_autofree char *told = NULL;

  acp_start_session (talk);
  talk_prompt (talk);
  talk_hear (
      talk,
      "{\"id\":7,\"method\":\"session/request_permission\",\"params\":{\"toolCall\":{\"toolCallId\":\"t\","
      "\"title\":\"Ask user\",\"_meta\":{\"qwenQuestions\":[{\"question\":\"Which?\",\"options\":"
      "[{\"label\":\"Blue\"},{\"label\":\"Red\"}]},{\"question\":\"Why?\",\"options\":[]}]}},"
      "\"options\":[{\"optionId\":\"yes\",\"kind\":\"allow_once\"}]}}");
  g_assert_cmpuint (talk->asks, ==, 1);
  g_assert_cmpuint (talk->permits, ==, 0);
  g_free (talk_told (talk));
  bh_dialect_answer (talk->dialect, BH_DIALECT_SINK (talk->recorder), talk->request, NULL);
  told = talk_told (talk);
  g_assert_nonnull (strstr (told, "\"optionId\":\"yes\""));
  g_assert_nonnull (strstr (told, "\"1\":\"" BH_DIALECT_DECIDE "\""));
}

/* Engines number their requests from 0 in each process: an answer to a question of an earlier one must not
 * become the answer to another. */
static void
test_old_answer (void)
{
  g_autoptr (Talk) talk = acp_talk_new ();
  BhDialectSink *sink = BH_DIALECT_SINK (talk->recorder);
  g_autofree char *old = NULL;
  g_autofree char *told = NULL;

  acp_start_session (talk);
  talk_prompt (talk);
  acp_ask_and_permit (talk, 0);
  old = g_strdup (talk->request);
  acp_start_session (talk);
  talk_prompt (talk);
  acp_ask_and_permit (talk, 0);
  g_assert_cmpstr (old, !=, talk->request);
  g_free (talk_told (talk));
  bh_dialect_permit (talk->dialect, sink, old, TRUE);
  bh_dialect_answer (talk->dialect, sink, old, NULL);
  told = talk_told (talk);
  g_assert_cmpstr (told, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (leaves); i++)
    {
      g_autofree char *path = g_strdup_printf ("/acp/leave/%u", i);

      g_test_add_data_func (path, &leaves[i], test_leave);
    }
  g_test_add_func ("/acp/permits", test_permits);
  g_test_add_func ("/acp/secret-title", test_secret_title);
  g_test_add_func ("/acp/question-as-permission", test_question_as_permission);
  g_test_add_func ("/acp/old-answer", test_old_answer);
  return g_test_run ();
}

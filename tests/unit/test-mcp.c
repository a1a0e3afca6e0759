/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* The MCP protocol: what real engines say to it, what models write, and what is wrong. */

#include <string.h>

#include "coordinator/mcp/bh-mcp.h"
#include "protocol/bh-json.h"

/* What was asked of the host. */
typedef struct
{
  GPtrArray *sent; /* JsonObject */
  BhMcpCall *call;
  BhQuestionSet *set;
  char *digest;
  char *report;
  char *cancelled;
  char *delegated;            /* "ID: instructions" */
  const char *const *engines; /* (nullable) that it may delegate to */
  gboolean works_for_another;
} Host;

static void
on_send (gpointer user_data, const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = bh_json_parse (line, -1, &error);

  g_assert_no_error (error);
  g_assert_null (strchr (line, '\n'));
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (node), "jsonrpc"), ==, "2.0");
  g_ptr_array_add (((Host *) user_data)->sent, json_node_dup_object (node));
}

static void
on_ask (gpointer user_data, const BhMcpCall *call, BhQuestionSet *set, const char *digest)
{
  Host *host = user_data;

  g_clear_pointer (&host->call, bh_mcp_call_free);
  g_clear_pointer (&host->set, bh_question_set_unref);
  host->call = bh_mcp_call_copy (call);
  host->set = bh_question_set_ref (set);
  g_set_str (&host->digest, digest);
}

static void
on_report (gpointer user_data, BhRunState outcome, const char *summary)
{
  Host *host = user_data;

  g_free (host->report);
  host->report = g_strdup_printf ("%s: %s", outcome == BH_RUN_COMPLETED ? "completed" : "failed", summary);
}

static void
on_cancelled (gpointer user_data, const char *id)
{
  g_set_str (&((Host *) user_data)->cancelled, id);
}

static void
on_delegate (gpointer user_data, const BhMcpCall *call, const char *engine, const char *instructions)
{
  Host *host = user_data;

  g_free (host->delegated);
  host->delegated = g_strdup_printf ("%s: %s", engine, instructions);
}

static const BhMcpHost host_functions = { on_send, on_ask, on_report, on_cancelled, on_delegate };

static Host *
host_new (void)
{
  Host *self = g_new0 (Host, 1);

  self->sent = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  return self;
}

static void
host_free (Host *self)
{
  g_ptr_array_unref (self->sent);
  g_clear_pointer (&self->call, bh_mcp_call_free);
  g_clear_pointer (&self->set, bh_question_set_unref);
  g_free (self->digest);
  g_free (self->report);
  g_free (self->cancelled);
  g_free (self->delegated);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Host, host_free)

static void
say (Host *host, gboolean autonomous, const char *line)
{
  g_autoptr (GBytes) bytes = g_bytes_new (line, strlen (line));
  const BhMcpOffer offer = { .autonomous = autonomous,
                             .delegated = host->works_for_another,
                             .engines = host->engines };

  g_ptr_array_set_size (host->sent, 0);
  g_clear_pointer (&host->set, bh_question_set_unref);
  bh_mcp_receive (&host_functions, host, &offer, bytes);
}

/* The one answer. */
static JsonObject *
answer_of (Host *host)
{
  g_assert_cmpuint (host->sent->len, ==, 1);
  return host->sent->pdata[0];
}

static JsonObject *
result_of (Host *host)
{
  JsonObject *answer = answer_of (host);

  g_assert_true (json_object_has_member (answer, "result"));
  return json_object_get_object_member (answer, "result");
}

static void
assert_error (Host *host, const char *line, gint64 code)
{
  JsonObject *error;

  say (host, FALSE, line);
  error = json_object_get_object_member (answer_of (host), "error");
  g_assert_cmpint (json_object_get_int_member (error, "code"), ==, code);
  g_assert_cmpstr (json_object_get_string_member (error, "message"), !=, "");
}

static void
call_tool (Host *host, gboolean autonomous, const char *tool, const char *arguments)
{
  g_autofree char *line =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":"
                       "{\"name\":\"%s\",\"arguments\":%s}}",
                       tool, arguments);

  say (host, autonomous, line);
}

/* The text of a tool's result. */
static const char *
text_of (Host *host, gboolean is_error)
{
  JsonObject *result = result_of (host);
  JsonArray *content = json_object_get_array_member (result, "content");

  g_assert_cmpint (json_object_get_boolean_member (result, "isError"), ==, is_error);
  return json_object_get_string_member (json_array_get_object_element (content, 0), "text");
}

/* --- real engines --- */

static gboolean
is_from (JsonObject *entry, const char *dir)
{
  return g_strcmp0 (json_object_get_string_member_with_default (entry, "dir", NULL), dir) == 0;
}

/* What we say to a recorded line, held against what it was told when it was recorded. */
static void
replay_line (Host *host, JsonObject *message)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *line = NULL;
  const char *method = json_object_get_string_member (message, "method");

  json_node_set_object (node, message);
  line = bh_json_to_text (node);
  say (host, FALSE, line);
  if (!json_object_has_member (message, "id"))
    g_assert_cmpuint (host->sent->len, ==, 0);
  else if (g_str_equal (method, "tools/call"))
    {
      const BhQuestion *question;

      g_assert_nonnull (host->set);
      question = host->set->questions->pdata[0];
      g_assert_true (g_str_has_prefix (question->text, "Which colour"));
      g_assert_cmpuint (question->options->len, ==, 2);
      g_assert_cmpuint (host->sent->len, ==, 0);
      g_assert_nonnull (host->call->token);
    }
  else
    {
      g_assert_true (json_node_equal (json_object_get_member (answer_of (host), "id"),
                                      json_object_get_member (message, "id")));
      result_of (host);
    }
}

static void
check_recorded (Host *host, JsonObject *message, JsonObject *recorded)
{
  JsonObject *ours, *theirs;

  if (host->sent->len == 0 || !json_object_has_member (recorded, "result"))
    return;
  theirs = json_object_get_object_member (recorded, "result");
  ours = result_of (host);
  if (json_object_has_member (theirs, "protocolVersion"))
    g_assert_cmpstr (json_object_get_string_member (ours, "protocolVersion"), ==,
                     json_object_get_string_member (theirs, "protocolVersion"));
  if (json_object_has_member (theirs, "tools"))
    {
      JsonArray *tools = json_object_get_array_member (ours, "tools");
      JsonObject *tool = json_array_get_object_element (tools, 0);

      g_assert_cmpuint (json_array_get_length (tools), ==, 2);
      g_assert_cmpstr (json_object_get_string_member (tool, "name"), ==, "ask_human");
      g_assert_true (json_object_get_boolean_member (json_object_get_object_member (tool, "_meta"),
                                                     "anthropic/alwaysLoad"));
    }
  g_assert_cmpint (json_object_has_member (ours, "resultType"), ==,
                   json_object_has_member (theirs, "resultType"));
}

static void
test_recorded (gconstpointer path)
{
  g_autoptr (Host) host = host_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (JsonObject) message = NULL;
  guint n = 0;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      g_autoptr (JsonNode) node = bh_json_parse (lines[i], -1, &error);
      JsonObject *entry;

      g_assert_no_error (error);
      entry = json_node_get_object (node);
      if (is_from (entry, "engine->mcp"))
        {
          g_clear_pointer (&message, json_object_unref);
          message = json_object_ref (json_object_get_object_member (entry, "msg"));
          replay_line (host, message);
          n++;
        }
      else if (is_from (entry, "mcp->engine"))
        check_recorded (host, message, json_object_get_object_member (entry, "msg"));
    }
  g_assert_cmpuint (n, >, 2);
}

/* --- the protocol --- */

static void
test_versions (void)
{
  static const char *const known[] = { "2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25" };
  g_autoptr (Host) host = host_new ();

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      g_autofree char *line = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"initialize\","
                                               "\"params\":{\"protocolVersion\":\"%s\"}}",
                                               known[i]);

      say (host, FALSE, line);
      g_assert_cmpstr (json_object_get_string_member (result_of (host), "protocolVersion"), ==, known[i]);
      g_assert_cmpstr (json_object_get_string_member (answer_of (host), "id"), ==, "a");
    }
  say (host, FALSE,
       "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2099-01-"
       "01\"}}");
  g_assert_cmpstr (json_object_get_string_member (result_of (host), "protocolVersion"), ==, "2025-11-25");
  assert_error (host, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{}}", -32602);
  assert_error (host,
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{"
                "\"io.modelcontextprotocol/protocolVersion\":\"2099-01-01\"}}}",
                -32022);
}

static void
test_lists (void)
{
  static const char *const lists[][2] = { { "prompts/list", "prompts" },
                                          { "resources/list", "resources" },
                                          { "resources/templates/list", "resourceTemplates" } };
  g_autoptr (Host) host = host_new ();

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autofree char *line =
          g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\"}", lists[i][0]);

      say (host, FALSE, line);
      g_assert_cmpuint (json_array_get_length (json_object_get_array_member (result_of (host), lists[i][1])),
                        ==, 0);
    }
  say (host, FALSE, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
  g_assert_cmpuint (json_object_get_size (result_of (host)), ==, 0);
  say (host, FALSE, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (result_of (host), "tools")), ==, 2);
  say (host, TRUE, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (result_of (host), "tools")), ==, 1);
}

static void
test_errors (void)
{
  static const char *const ignored[] = {
    "",
    "\r",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1}}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/unheard-of\",\"params\":[1]}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":{}}}",
  };
  g_autoptr (Host) host = host_new ();

  for (guint i = 0; i < G_N_ELEMENTS (ignored); i++)
    {
      say (host, FALSE, ignored[i]);
      g_assert_cmpuint (host->sent->len, ==, 0);
    }
  assert_error (host, "{", -32700);
  assert_error (host, "\xff", -32700);
  assert_error (host, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", -32600);
  assert_error (host, "7", -32600);
  assert_error (host, "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", -32600);
  assert_error (host, "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", -32600);
  assert_error (host, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", -32600);
  assert_error (host, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"logging/setLevel\"}", -32601);
  assert_error (host, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":7}", -32602);
  assert_error (host, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}", -32602);
  assert_error (host, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"rm\"}}",
                -32602);
  say (host, FALSE,
       "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"x\"}}");
  g_assert_cmpstr (host->cancelled, ==, "\"x\"");
}

static void
test_progress (void)
{
  const BhMcpCall call = { .id = (char *) "7", .token = (char *) "\"t\"" };
  const BhMcpCall silent = { .id = (char *) "7" };
  g_autofree char *line = bh_mcp_progress (&call, 3, "Waiting for the person");

  g_assert_cmpstr (
      line, ==,
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":\"t\","
      "\"progress\":3,\"message\":\"Waiting for the person\"}}");
  g_assert_null (bh_mcp_progress (&silent, 1, "x"));
}

/* --- what models write --- */

/* The set in one line: kind:text[option*,option]+, where * is recommended and + allows another answer. */
static char *
outline (BhQuestionSet *set)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < set->questions->len; i++)
    {
      const BhQuestion *question = set->questions->pdata[i];

      g_string_append_printf (text, "%s%c:%s[", i > 0 ? " " : "", "smtc"[question->kind], question -> text);
      for (guint j = 0; j < question->options->len; j++)
        {
          const BhOption *option = question->options->pdata[j];

          g_string_append_printf (text, "%s%s%s", j > 0 ? "," : "", option->label,
                                  option->recommended ? "*" : "");
        }
      g_string_append_printf (text, "]%s", question->allow_other ? "+" : "");
    }
  return g_string_free (text, FALSE);
}

static const struct
{
  const char *arguments;
  const char *outline;
} spellings[] = {
  { "{\"question\":\"Where?\",\"options\":[\"A\",\"B\"]}", "s:Where?[A,B]+" },
  { "{\"question\":\"Where?\"}", "t:Where?[]+" },
  { "\"Where?\"", "t:Where?[]+" },
  { "\"{\\\"question\\\":\\\"Where?\\\"}\"", "t:Where?[]+" },
  { "{\"text\":\"Where?\",\"choices\":\"A, B\"}", "s:Where?[A,B]+" },
  { "{\"prompt\":\"Where?\",\"options\":\"[\\\"A\\\",\\\"B\\\"]\"}", "s:Where?[A,B]+" },
  { "{\"question\":\"Where?\",\"options\":{\"A\":\"this\",\"B\":\"that\"}}", "s:Where?[A,B]+" },
  { "{\"question\":\"Where?\",\"options\":[\"A (Recommended)\",\"B\",\"B\",\"\"]}", "s:Where?[A*,B]+" },
  { "{\"question\":\"Where?\",\"options\":[\"A\",\"B\"],\"recommended\":\"B\",\"allow_other\":false}",
    "s:Where?[A,B*]" },
  { "{\"question\":\"Which?\",\"options\":[{\"name\":\"A\"},{\"value\":2}],\"multiSelect\":true}",
    "m:Which?[A,2]+" },
  { "{\"question\":\"Sure?\",\"kind\":\"yes_no\"}", "c:Sure?[Yes,No]" },
  { "{\"question\":\"What?\",\"kind\":\"text\",\"options\":[\"A\"]}", "s:What?[A]+" },
  { "{\"question\":\"What?\",\"kind\":\"single\",\"options\":null}", "t:What?[]+" },
  { "{\"question\":\"What?\",\"context\":\"It matters.\"}", "t:What?\n\nIt matters.[]+" },
  { "{\"questions\":[{\"question\":\"A?\",\"header\":\"A\",\"options\":[{\"label\":\"x\",\"recommended\":"
    "true}]},"
    "{\"text\":\"B?\",\"kind\":\"multiple\",\"options\":[\"y\"]},\"C?\"]}",
    "s:A?[x*]+ m:B?[y]+ t:C?[]+" },
  { "{\"questions\":\"[{\\\"question\\\":\\\"A?\\\"}]\"}", "t:A?[]+" },
  { "{\"questions\":[],\"question\":\"A?\"}", "t:A?[]+" },
  { "{\"question\":{\"text\":\"A?\"}}", "t:A?[]+" },
  { "[{\"question\":\"A?\"},{\"question\":\"B?\"}]", "t:A?[]+ t:B?[]+" },
};

static void
test_spellings (void)
{
  g_autoptr (Host) host = host_new ();

  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++)
    {
      g_autofree char *seen = NULL;

      call_tool (host, FALSE, "ask_human", spellings[i].arguments);
      g_assert_nonnull (host->set);
      seen = outline (host->set);
      g_assert_cmpstr (seen, ==, spellings[i].outline);
    }
}

/* The same question has one digest, however it is spelled. */
static void
test_digests (void)
{
  g_autoptr (Host) host = host_new ();
  g_autofree char *first = NULL;

  call_tool (host, FALSE, "ask_human", "{\"question\":\"Where?\",\"options\":[\"A\",\"B\"]}");
  first = g_strdup (host->digest);
  call_tool (host, FALSE, "ask_human",
             "{\"questions\":[{\"options\":[{\"label\":\"A\"},\"B\"],\"text\":\" Where? \"}]}");
  g_assert_cmpstr (host->digest, ==, first);
  call_tool (host, FALSE, "ask_human", "{\"question\":\"Where?\",\"options\":[\"A\",\"C\"]}");
  g_assert_cmpstr (host->digest, !=, first);
}

static void
test_nothing_asked (void)
{
  static const char *const wrong[] = { "null",
                                       "{}",
                                       "7",
                                       "[]",
                                       "\"\"",
                                       "{\"question\":\"\"}",
                                       "{\"questions\":[{}]}",
                                       "{\"questions\":[7]}",
                                       "{\"question\":7}" };
  g_autoptr (GString) many = g_string_new ("{\"questions\":[\"0\"");
  g_autoptr (Host) host = host_new ();

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      call_tool (host, FALSE, "ask_human", wrong[i]);
      g_assert_null (host->set);
      g_assert_nonnull (strstr (text_of (host, TRUE), "{\"question\": "));
    }
  for (guint i = 0; i < 20; i++)
    g_string_append_printf (many, ",\"%u\"", i);
  g_string_append (many, "]}");
  call_tool (host, FALSE, "ask_human", many->str);
  g_assert_nonnull (strstr (text_of (host, TRUE), "16"));
  call_tool (host, TRUE, "ask_human", "{\"question\":\"Where?\"}");
  g_assert_null (host->set);
  g_assert_nonnull (strstr (text_of (host, TRUE), "autonomous"));
}

static void
test_report (void)
{
  static const char *const wrong[] = { "null", "{}", "{\"outcome\":\"completed\"}", "{\"summary\":\"x\"}",
                                       "{\"outcome\":\"maybe\",\"summary\":\"x\"}" };
  g_autoptr (Host) host = host_new ();

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      call_tool (host, FALSE, "report_result", wrong[i]);
      g_assert_null (host->report);
      g_assert_nonnull (strstr (text_of (host, TRUE), "\"outcome\""));
    }
  call_tool (host, FALSE, "report_result", "{\"outcome\":\"completed\",\"summary\":\"It is done.\"}");
  g_assert_cmpstr (host->report, ==, "completed: It is done.");
  g_assert_nonnull (strstr (text_of (host, FALSE), "End your turn"));
  call_tool (host, TRUE, "report_result", "{\"status\":\"Failure\",\"message\":\"It is not.\"}");
  g_assert_cmpstr (host->report, ==, "failed: It is not.");
}

static void
add_recorded (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "fixtures", "engines", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = NULL;

      if (strstr (name, "-mcp") == NULL || !g_str_has_suffix (name, ".jsonl"))
        continue;
      path = g_strdup_printf ("/mcp/recorded/%s", name);
      g_test_add_data_func_full (path, g_build_filename (folder, name, NULL), test_recorded, g_free);
      n++;
    }
  g_assert_cmpuint (n, ==, 9);
}

static gboolean
offers (Host *host, gboolean autonomous, const char *tool)
{
  JsonArray *tools;

  say (host, autonomous, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
  tools = json_object_get_array_member (result_of (host), "tools");
  for (guint i = 0; i < json_array_get_length (tools); i++)
    if (g_str_equal (json_object_get_string_member (json_array_get_object_element (tools, i), "name"), tool))
      return TRUE;
  return FALSE;
}

static const char *const others[] = { "codex Codex", "claude-plan Claude Code – Plan", NULL };
static const char *const parts[] = {
  "{\"engine\":\"codex\",\"instructions\":\"Look.\"}",
  "{\"engine\":\"Codex\",\"prompt\":\"Look.\"}",
  "{\"agent\":\"CODEX\",\"task\":\"Look.\"}",
  "\"{\\\"name\\\":\\\"codex\\\",\\\"message\\\":\\\"Look.\\\"}\"",
};
static const char *const no_parts[] = {
  "{}",
  "[]",
  "\"codex\"",
  "{\"engine\":\"codex\"}",
  "{\"engine\":\"codex\",\"instructions\":\"\"}",
  "{\"engine\":\"code\",\"instructions\":\"Look.\"}",
  "{\"engine\":\"codex Codex\",\"instructions\":\"Look.\"}",
  "{\"engine\":7,\"instructions\":\"Look.\"}",
};

/* Offered only where there is somebody, and in autonomous Runs, too. */
static void
test_delegate (void)
{
  g_autoptr (Host) host = host_new ();

  g_assert_false (offers (host, FALSE, "delegate"));
  call_tool (host, FALSE, "delegate", parts[0]);
  g_assert_nonnull (strstr (text_of (host, TRUE), "No other engine can be used"));
  host->works_for_another = TRUE;
  call_tool (host, FALSE, "delegate", parts[0]);
  g_assert_nonnull (strstr (text_of (host, TRUE), "you cannot delegate any of it"));
  g_assert_null (host->delegated);
  host->works_for_another = FALSE;
  host->engines = others;
  g_assert_true (offers (host, FALSE, "delegate") && offers (host, TRUE, "delegate"));
  for (guint i = 0; i < G_N_ELEMENTS (no_parts); i++)
    {
      call_tool (host, FALSE, "delegate", no_parts[i]);
      g_assert_nonnull (strstr (text_of (host, TRUE), "codex Codex; claude-plan Claude Code – Plan"));
      g_assert_null (host->delegated);
    }
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      call_tool (host, FALSE, "delegate", parts[i]);
      g_assert_cmpuint (host->sent->len, ==, 0);
      g_assert_cmpstr (host->delegated, ==, "codex: Look.");
      g_clear_pointer (&host->delegated, g_free);
    }
  call_tool (host, FALSE, "delegate", "{\"engine\":\"Claude Code – Plan\",\"instructions\":\"Look.\"}");
  g_assert_cmpstr (host->delegated, ==, "claude-plan: Look.");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add_recorded ();
  g_test_add_func ("/mcp/versions", test_versions);
  g_test_add_func ("/mcp/lists", test_lists);
  g_test_add_func ("/mcp/errors", test_errors);
  g_test_add_func ("/mcp/progress", test_progress);
  g_test_add_func ("/mcp/spellings", test_spellings);
  g_test_add_func ("/mcp/digests", test_digests);
  g_test_add_func ("/mcp/nothing-asked", test_nothing_asked);
  g_test_add_func ("/mcp/report", test_report);
  g_test_add_func ("/mcp/delegate", test_delegate);
  return g_test_run ();
}

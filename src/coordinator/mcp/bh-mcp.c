/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/mcp/bh-mcp.h"

#include "config.h"
#include "protocol/bh-json.h"

/* JSON-RPC's, and MCP's own */
#define PARSE_ERROR (-32700)
#define INVALID_REQUEST (-32600)
#define METHOD_NOT_FOUND (-32601)
#define INVALID_PARAMS (-32602)
#define UNSUPPORTED_VERSION (-32022)

#define STATELESS_VERSION "2026-07-28"
#define META_VERSION "io.modelcontextprotocol/protocolVersion"
#define META_SERVER "io.modelcontextprotocol/serverInfo"
#define SERVER_INFO "{\"name\":\"bellhop\",\"title\":\"Bellhop\",\"version\":\"" BH_VERSION "\"}"
/* the tools of a Run do not change */
#define CACHE_HINTS ",\"ttlMs\":3600000,\"cacheScope\":\"private\""

/* the newest first */
static const char *const versions[] = { "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", NULL };

/* One request being dealt with. */
typedef struct
{
  const BhMcpHost *host;
  gpointer user_data;
  const BhMcpOffer *offer;
  JsonObject *params; /* (nullable) */
  BhMcpCall call;     /* id NULL: a notification */
} Request;

BhMcpCall *
bh_mcp_call_copy (const BhMcpCall *self)
{
  BhMcpCall *copy = g_new0 (BhMcpCall, 1);

  copy->id = g_strdup (self->id);
  copy->token = g_strdup (self->token);
  copy->stateless = self->stateless;
  return copy;
}

void
bh_mcp_call_free (BhMcpCall *self)
{
  g_free (self->id);
  g_free (self->token);
  g_free (self);
}

/* --- members of foreign objects --- */

/* (nullable) */
static const char *
string_member (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* (nullable) */
static JsonObject *
object_member (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* (nullable) (transfer full) a string or an integer, as JSON: an id, a token */
static char *
name_member (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      (json_node_get_value_type (node) != G_TYPE_STRING && json_node_get_value_type (node) != G_TYPE_INT64))
    return NULL;
  return bh_json_to_text (node);
}

/* --- lines --- */

static void
append_member (GString *text, const char *name, const char *value)
{
  bh_json_append_string (text, name);
  g_string_append_c (text, ':');
  bh_json_append_string (text, value);
}

/* `members`: of the result, without braces */
static char *
result_line (const BhMcpCall *call, const char *members)
{
  const char *type = !call->stateless     ? ""
                     : members[0] != '\0' ? "\"resultType\":\"complete\","
                                          : "\"resultType\":\"complete\"";

  return g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{%s%s}}", call->id, type, members);
}

static void
answer (const Request *request, const char *members)
{
  g_autofree char *line = result_line (&request->call, members);

  request->host->send (request->user_data, line);
}

static char *
error_line (const char *id, int code, const char *message, const char *data)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":%d,",
                          id != NULL ? id : "null", code);
  append_member (text, "message", message);
  if (data != NULL)
    g_string_append_printf (text, ",\"data\":%s", data);
  g_string_append (text, "}}");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
refuse (const Request *request, int code, const char *message)
{
  g_autofree char *line = error_line (request->call.id, code, message, NULL);

  request->host->send (request->user_data, line);
}

char *
bh_mcp_result (const BhMcpCall *call, const char *text, gboolean is_error)
{
  g_autoptr (GString) members = g_string_new ("\"content\":[{\"type\":\"text\",");

  g_return_val_if_fail (call != NULL && call->id != NULL && text != NULL, NULL);

  append_member (members, "text", text);
  g_string_append_printf (members, "}],\"isError\":%s", is_error ? "true" : "false");
  return result_line (call, members->str);
}

char *
bh_mcp_progress (const BhMcpCall *call, guint n, const char *text)
{
  g_return_val_if_fail (call != NULL && text != NULL, NULL);

  if (call->token == NULL)
    return NULL;
  return g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{"
                          "\"progressToken\":%s,\"progress\":%u,\"message\":\"%s\"}}",
                          call->token, n, text);
}

char *
bh_mcp_too_long (guint64 bytes)
{
  g_autofree char *message =
      g_strdup_printf ("A message of %" G_GUINT64_FORMAT " bytes is too long and was not read.", bytes);

  return error_line (NULL, INVALID_REQUEST, message, NULL);
}

char *
bh_mcp_answer_text (const BhQuestionSet *set)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (set != NULL, NULL);

  if (set->questions->len == 1)
    return bh_question_set_answer_text (set);
  for (guint i = 0; set->answers != NULL && i < set->answers->len; i++)
    {
      const BhChoice *choice = set->answers->pdata[i];

      for (guint j = 0; j < set->questions->len; j++)
        {
          const BhQuestion *question = set->questions->pdata[j];
          g_autofree char *chosen = NULL;

          if (g_strcmp0 (question->id, choice->question) != 0)
            continue;
          chosen = bh_choice_to_text (question, choice);
          g_string_append_printf (text, "%s%s\n→ %s", text->len > 0 ? "\n\n" : "", question->text, chosen);
        }
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- methods --- */

static void
handle_initialize (const Request *request)
{
  const char *wanted = string_member (request->params, "protocolVersion");
  g_autofree char *instructions = bh_mcp_instructions (request->offer);
  g_autoptr (GString) members = g_string_new (NULL);

  if (wanted == NULL)
    {
      refuse (request, INVALID_PARAMS, "initialize needs “protocolVersion”, a string.");
      return;
    }
  append_member (members, "protocolVersion", g_strv_contains (versions, wanted) ? wanted : versions[0]);
  g_string_append (members, ",\"capabilities\":{\"tools\":{\"listChanged\":false},\"prompts\":{},"
                            "\"resources\":{}},\"serverInfo\":" SERVER_INFO ",");
  append_member (members, "instructions", instructions);
  answer (request, members->str);
}

static void
handle_discover (const Request *request)
{
  g_autofree char *instructions = bh_mcp_instructions (request->offer);
  g_autoptr (GString) members = g_string_new (NULL);

  g_string_append (members, "\"supportedVersions\":[\"" STATELESS_VERSION "\"],"
                            "\"capabilities\":{\"tools\":{},\"prompts\":{},\"resources\":{}},"
                            "\"_meta\":{\"" META_SERVER "\":" SERVER_INFO "},");
  append_member (members, "instructions", instructions);
  g_string_append (members, CACHE_HINTS);
  answer (request, members->str);
}

static void
handle_ping (const Request *request)
{
  answer (request, "");
}

static void
answer_list (const Request *request, const char *name, const char *elements)
{
  g_autofree char *members =
      g_strdup_printf ("\"%s\":%s%s", name, elements, request->call.stateless ? CACHE_HINTS : "");

  answer (request, members);
}

static void
handle_tools_list (const Request *request)
{
  g_autofree char *tools = bh_mcp_tools (request->offer);

  answer_list (request, "tools", tools);
}

static void
handle_prompts_list (const Request *request)
{
  answer_list (request, "prompts", "[]");
}

static void
handle_resources_list (const Request *request)
{
  answer_list (request, "resources", "[]");
}

static void
handle_templates_list (const Request *request)
{
  answer_list (request, "resourceTemplates", "[]");
}

static void
answer_call (const Request *request, const char *text, gboolean is_error)
{
  g_autofree char *line = bh_mcp_result (&request->call, text, is_error);

  request->host->send (request->user_data, line);
}

static void
call_ask_human (const Request *request, JsonNode *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *digest = NULL;
  g_autoptr (BhQuestionSet) set = NULL;

  if (request->offer->autonomous)
    {
      answer_call (request,
                   "This Run is autonomous: nobody is there to be asked. Decide for yourself, go on, and say "
                   "in your report what you decided.",
                   TRUE);
      return;
    }
  set = bh_mcp_parse_ask (arguments, &digest, &error);
  if (set == NULL)
    answer_call (request, error->message, TRUE);
  else
    request->host->ask (request->user_data, &request->call, set, digest);
}

static void
call_report_result (const Request *request, JsonNode *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *summary = NULL;
  BhRunState outcome;

  if (!bh_mcp_parse_report (arguments, &outcome, &summary, &error))
    {
      answer_call (request, error->message, TRUE);
      return;
    }
  request->host->report (request->user_data, outcome, summary);
  answer_call (request,
               "The result was reported. End your turn now: say nothing more and call no more tools.", FALSE);
}

static void
call_delegate (const Request *request, JsonNode *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *engine = NULL, *instructions = NULL;

  if (bh_mcp_parse_delegate (request->offer, arguments, &engine, &instructions, &error))
    request->host->delegate (request->user_data, &request->call, engine, instructions);
  else
    answer_call (request, error->message, TRUE);
}

static void
handle_tools_call (const Request *request)
{
  const char *name = string_member (request->params, "name");
  JsonNode *arguments =
      request->params != NULL ? json_object_get_member (request->params, "arguments") : NULL;
  g_autofree char *message = NULL;

  if (g_strcmp0 (name, "ask_human") == 0)
    call_ask_human (request, arguments);
  else if (g_strcmp0 (name, "report_result") == 0)
    call_report_result (request, arguments);
  else if (g_strcmp0 (name, "delegate") == 0)
    call_delegate (request, arguments);
  else
    {
      message = name != NULL ? g_strdup_printf ("Unknown tool: %s", name)
                             : g_strdup ("tools/call needs “name”, a string.");
      refuse (request, INVALID_PARAMS, message);
    }
}

static const struct
{
  const char *name;
  void (*handle) (const Request *request);
} methods[] = {
  { "initialize", handle_initialize },
  { "server/discover", handle_discover },
  { "ping", handle_ping },
  { "tools/list", handle_tools_list },
  { "tools/call", handle_tools_call },
  { "prompts/list", handle_prompts_list },
  { "resources/list", handle_resources_list },
  { "resources/templates/list", handle_templates_list },
};

/* --- messages --- */

static void
handle_notification (const Request *request, const char *method)
{
  g_autofree char *id = NULL;

  if (!g_str_equal (method, "notifications/cancelled"))
    return;
  id = name_member (request->params, "requestId");
  if (id != NULL)
    request->host->cancelled (request->user_data, id);
}

/* FALSE when the request was refused: it says that it is of a version that we do not know. */
static gboolean
check_version (Request *request, const char *method)
{
  JsonObject *meta = object_member (request->params, "_meta");
  const char *version = string_member (meta, META_VERSION);
  g_autoptr (GString) data = NULL;
  g_autofree char *line = NULL;

  request->call.token = name_member (meta, "progressToken");
  request->call.stateless = version != NULL || g_str_equal (method, "server/discover");
  if (version == NULL || g_str_equal (version, STATELESS_VERSION))
    return TRUE;
  data = g_string_new ("{\"supported\":[\"" STATELESS_VERSION "\"],");
  append_member (data, "requested", version);
  g_string_append_c (data, '}');
  line = error_line (request->call.id, UNSUPPORTED_VERSION, "Unsupported protocol version", data->str);
  request->host->send (request->user_data, line);
  return FALSE;
}

static void
handle_request (Request *request, const char *method)
{
  g_autofree char *message = NULL;

  if (!check_version (request, method))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_str_equal (methods[i].name, method))
      {
        methods[i].handle (request);
        return;
      }
  message = g_strdup_printf ("Method not found: %s", method);
  refuse (request, METHOD_NOT_FOUND, message);
}

static void
handle_message (Request *request, JsonObject *message)
{
  const char *method = string_member (message, "method");
  JsonNode *params = json_object_get_member (message, "params");
  gboolean answers = json_object_has_member (message, "result") || json_object_has_member (message, "error");

  request->call.id = name_member (message, "id");
  if (method == NULL && answers)
    return; /* to a request: we made none */
  if (method == NULL || g_strcmp0 (string_member (message, "jsonrpc"), "2.0") != 0 ||
      (request->call.id == NULL && json_object_has_member (message, "id")))
    {
      refuse (request, INVALID_REQUEST,
              "This is no JSON-RPC 2.0 request: “method” must be a string, “id” a "
              "string or an integer.");
      return;
    }
  if (params != NULL && JSON_NODE_HOLDS_OBJECT (params))
    request->params = json_node_get_object (params);
  if (request->call.id == NULL)
    handle_notification (request, method);
  else if (params != NULL && request->params == NULL && !JSON_NODE_HOLDS_NULL (params))
    refuse (request, INVALID_PARAMS, "“params” must be an object.");
  else
    handle_request (request, method);
}

void
bh_mcp_receive (const BhMcpHost *host, gpointer user_data, const BhMcpOffer *offer, GBytes *line)
{
  Request request = { .host = host, .user_data = user_data, .offer = offer };
  g_autoptr (JsonNode) node = NULL;
  gsize length;
  const char *text;

  g_return_if_fail (host != NULL && offer != NULL && line != NULL);

  text = g_bytes_get_data (line, &length);
  if (length == 0 || (length == 1 && text[0] == '\r'))
    return;
  node = bh_json_parse (text, (gssize) length, NULL);
  /* not why: that would quote the line, cut anywhere, and what is sent lies in the journal for a time */
  if (node == NULL)
    refuse (&request, PARSE_ERROR, "This is no JSON text in UTF-8, or it is nested too deep.");
  else if (JSON_NODE_HOLDS_ARRAY (node))
    refuse (&request, INVALID_REQUEST, "Batches are not supported: send one message a line.");
  else if (!JSON_NODE_HOLDS_OBJECT (node))
    refuse (&request, INVALID_REQUEST, "A message is a JSON object.");
  else
    handle_message (&request, json_node_get_object (node));
  g_free (request.call.id);
  g_free (request.call.token);
}

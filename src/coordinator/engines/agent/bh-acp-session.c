/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "coordinator/engines/agent/bh-acp-private.h"

/* initialize → (authenticate) → session/new, load or resume → what is to be set → ready. The phase is the
 * name of what is waited for. Updates count only when it is "ready": until then an engine that loads a
 * session tells again what was said in it. */
#define INITIALIZE "initialize"
#define AUTHENTICATE "authenticate"
#define NEW "new"
#define LOAD "load"
#define RESUME "resume"
#define SETTINGS "settings"
#define READY "ready"
#define FAILED "failed"

#define VERSION 1
#define SESSION_ID_MAX 1000
#define VALUE_MAX 1000

static void open_session (BhDialectSink *sink, const char *phase);

gboolean
bh_acp_session_is_ready (BhDialectSink *sink)
{
  return g_strcmp0 (bh_dialect_sink_get_state (sink, BH_ACP_PHASE), READY) == 0;
}

static void
forget (BhDialectSink *sink)
{
  static const char *const keys[] = {
    BH_ACP_PHASE, BH_ACP_WAITING, BH_ACP_SPEC, BH_ACP_TODO, BH_ACP_SESSION, BH_ACP_TURN, BH_ACP_REQUESTS,
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    bh_dialect_sink_set_state (sink, keys[i], NULL);
  bh_acp_tools_forget (sink);
}

void
bh_acp_session_fail (BhDialectSink *sink, BhDialectFailure failure, const char *detail)
{
  bh_acp_requests_cancel (sink);
  forget (sink);
  bh_dialect_sink_set_state (sink, BH_ACP_PHASE, FAILED);
  bh_dialect_sink_failed (sink, failure, detail);
}

static void
ask_for (BhDialectSink *sink, const char *phase, const char *method, JsonObject *params)
{
  bh_dialect_sink_set_state (sink, BH_ACP_PHASE, phase);
  bh_dialect_set_number (sink, BH_ACP_WAITING, bh_acp_request (sink, method, params));
}

/* --- initialize, authenticate --- */

static void
set_string (JsonObject *object, const char *member, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, member, value);
}

static JsonObject *
spec_to_json (const BhSessionSpec *spec)
{
  JsonObject *object = json_object_new ();
  JsonArray *argv = json_array_new ();

  set_string (object, "cwd", spec->cwd);
  set_string (object, "resume", spec->resume);
  set_string (object, "mode", spec->mode);
  set_string (object, "model", spec->model);
  set_string (object, "auth", spec->auth);
  for (guint i = 0; spec->mcp_argv != NULL && spec->mcp_argv[i] != NULL; i++)
    json_array_add_string_element (argv, spec->mcp_argv[i]);
  json_object_set_array_member (object, "mcp", argv);
  return object;
}

static JsonObject *
initialize_params (void)
{
  g_autoptr (JsonNode) node =
      bh_json_parse ("{\"protocolVersion\":1,\"clientCapabilities\":{"
                     "\"fs\":{\"readTextFile\":false,\"writeTextFile\":false},\"terminal\":false,"
                     "\"elicitation\":{\"form\":{}},\"session\":{\"notices\":{},\"compaction\":{}}},"
                     "\"clientInfo\":{\"name\":\"bellhop\",\"title\":\"Bellhop\",\"version\":\"" BH_VERSION
                     "\"}}",
                     -1, NULL);

  return json_node_dup_object (node);
}

void
bh_acp_session_start (BhDialectSink *sink, const BhSessionSpec *spec)
{
  g_autoptr (JsonObject) given = spec_to_json (spec);

  forget (sink);
  bh_dialect_store (sink, BH_ACP_SPEC, given);
  ask_for (sink, INITIALIZE, "initialize", initialize_params ());
}

static gboolean
has (JsonObject *object, const char *member)
{
  JsonNode *node = bh_dialect_member (object, member);

  return node != NULL && !JSON_NODE_HOLDS_NULL (node);
}

static const char *
first_phase (JsonObject *spec)
{
  if (bh_dialect_string (spec, "resume") == NULL)
    return NEW;
  if (bh_dialect_is_true (spec, "can_resume"))
    return RESUME;
  return bh_dialect_is_true (spec, "can_load") ? LOAD : NEW;
}

static void
initialized (BhDialectSink *sink, JsonObject *result)
{
  g_autoptr (JsonObject) spec = bh_dialect_load (sink, BH_ACP_SPEC);
  JsonObject *can = bh_dialect_object (result, "agentCapabilities");
  const char *auth = bh_dialect_string (spec, "auth");
  gint64 version = bh_dialect_int (result, "protocolVersion", 0);
  JsonObject *params;

  if (version != VERSION)
    {
      g_autofree char *why = g_strdup_printf ("It speaks version %" G_GINT64_FORMAT
                                              " of the Agent Client Protocol, and Bellhop version %d.",
                                              version, VERSION);

      bh_acp_session_fail (sink, BH_DIALECT_REFUSED, why);
      return;
    }
  json_object_set_boolean_member (spec, "can_load", bh_dialect_is_true (can, "loadSession"));
  json_object_set_boolean_member (spec, "can_resume",
                                  has (bh_dialect_object (can, "sessionCapabilities"), "resume"));
  bh_dialect_store (sink, BH_ACP_SPEC, spec);
  if (auth == NULL)
    {
      open_session (sink, first_phase (spec));
      return;
    }
  params = json_object_new ();
  json_object_set_string_member (params, "methodId", auth);
  ask_for (sink, AUTHENTICATE, "authenticate", params);
}

/* --- the session --- */

static JsonArray *
mcp_servers (JsonArray *argv)
{
  JsonArray *servers = json_array_new ();
  JsonArray *args = json_array_new ();
  JsonObject *server;

  if (bh_dialect_length (argv) == 0)
    {
      json_array_unref (args);
      return servers;
    }
  for (guint i = 1; i < json_array_get_length (argv); i++)
    json_array_add_string_element (args, json_array_get_string_element (argv, i));
  server = json_object_new ();
  json_object_set_string_member (server, "name", BH_MCP_SERVER_NAME);
  json_object_set_string_member (server, "command", json_array_get_string_element (argv, 0));
  json_object_set_array_member (server, "args", args);
  json_object_set_array_member (server, "env", json_array_new ());
  json_array_add_object_element (servers, server);
  return servers;
}

static void
open_session (BhDialectSink *sink, const char *phase)
{
  g_autoptr (JsonObject) spec = bh_dialect_load (sink, BH_ACP_SPEC);
  g_autofree char *method = g_strconcat ("session/", phase, NULL);
  JsonObject *params = json_object_new ();

  if (strcmp (phase, NEW) != 0)
    set_string (params, "sessionId", bh_dialect_string (spec, "resume"));
  set_string (params, "cwd", bh_dialect_string (spec, "cwd"));
  json_object_set_array_member (params, "mcpServers", mcp_servers (bh_dialect_array (spec, "mcp")));
  ask_for (sink, phase, method, params);
}

/* A session that is not known any more is no failure: the driver tells a new one the story so far. */
static void
session_refused (BhDialectSink *sink, const char *phase, JsonObject *error)
{
  g_autoptr (JsonObject) spec = bh_dialect_load (sink, BH_ACP_SPEC);
  g_autofree char *why = bh_acp_error_text (error);

  if (strcmp (phase, NEW) == 0)
    {
      bh_acp_session_fail (sink, BH_DIALECT_REFUSED, why);
      return;
    }
  if (strcmp (phase, RESUME) == 0 && bh_dialect_int (error, "code", 0) == BH_ACP_NO_METHOD &&
      bh_dialect_is_true (spec, "can_load"))
    {
      open_session (sink, LOAD);
      return;
    }
  bh_dialect_session_lost (sink, why);
  json_object_remove_member (spec, "resume");
  bh_dialect_store (sink, BH_ACP_SPEC, spec);
  open_session (sink, NEW);
}

/* --- what is to be set --- */

/* The option of a category ("mode", "model"). (nullable) */
static JsonObject *
find_option (JsonObject *result, const char *category)
{
  JsonArray *options = bh_dialect_array (result, "configOptions");

  for (guint i = 0; i < bh_dialect_length (options); i++)
    {
      JsonObject *option = bh_dialect_element (options, i);

      if (g_strcmp0 (bh_dialect_string (option, "category"), category) == 0 &&
          bh_dialect_string (option, "id") != NULL)
        return option;
    }
  return NULL;
}

/* Copilot's modes are URLs that end in "#agent". (transfer none) (nullable) */
static const char *
find_value (JsonArray *offered, const char *member, const char *wanted)
{
  for (guint i = 0; i < bh_dialect_length (offered); i++)
    {
      const char *value = bh_dialect_string (bh_dialect_element (offered, i), member);
      const char *fragment = value != NULL ? strrchr (value, '#') : NULL;

      if (value != NULL &&
          (strcmp (value, wanted) == 0 || (fragment != NULL && strcmp (fragment + 1, wanted) == 0)))
        return value;
    }
  return NULL;
}

static void
add_setting (JsonArray *todo, const char *what, const char *method, JsonObject *params)
{
  JsonObject *setting = json_object_new ();

  json_object_set_string_member (setting, "what", what);
  json_object_set_string_member (setting, "method", method);
  json_object_set_object_member (setting, "params", params);
  json_array_add_object_element (todo, setting);
}

static void
add_mode (JsonArray *todo, const char *mode)
{
  JsonObject *params;

  if (strlen (mode) > VALUE_MAX)
    return;
  params = json_object_new ();
  json_object_set_string_member (params, "modeId", mode);
  add_setting (todo, "mode", "session/set_mode", params);
}

static void
add_option (JsonArray *todo, const char *what, JsonObject *option, const char *value)
{
  const char *id = bh_dialect_string (option, "id");
  JsonObject *params;

  if (strlen (id) > VALUE_MAX || strlen (value) > VALUE_MAX)
    return;
  params = json_object_new ();
  json_object_set_string_member (params, "configId", id);
  json_object_set_string_member (params, "value", value);
  add_setting (todo, what, "session/set_config_option", params);
}

static void
want_mode (BhDialectSink *sink, JsonArray *todo, JsonObject *result, const char *mode)
{
  JsonArray *modes = bh_dialect_array (bh_dialect_object (result, "modes"), "availableModes");
  JsonObject *option = find_option (result, "mode");
  const char *value;
  g_autofree char *text = NULL;

  value = find_value (modes, "id", mode);
  if (value != NULL)
    {
      add_mode (todo, value);
      return;
    }
  value = find_value (bh_dialect_array (option, "options"), "value", mode);
  if (value != NULL)
    {
      add_option (todo, "mode", option, value);
      return;
    }
  text = g_strdup_printf ("The engine has no mode “%s”, and keeps its own.", mode);
  bh_dialect_sink_notice (sink, text);
}

static void
want_model (BhDialectSink *sink, JsonArray *todo, JsonObject *result, const char *model)
{
  JsonObject *option = find_option (result, "model");
  JsonObject *models = bh_dialect_object (result, "models");
  JsonObject *params;

  if (option != NULL)
    {
      if (g_strcmp0 (bh_dialect_string (option, "currentValue"), model) != 0)
        add_option (todo, "model", option, model);
    }
  else if (models != NULL)
    {
      params = json_object_new ();
      json_object_set_string_member (params, "modelId", model);
      add_setting (todo, "model", "session/set_model", params);
    }
  else
    {
      g_autofree char *text = g_strdup_printf ("The engine cannot be told to use the model “%s”.", model);

      bh_dialect_sink_notice (sink, text);
    }
}

/* opencode opens sessions without being signed in to any provider of models. */
static gboolean
has_no_model (JsonObject *result)
{
  JsonArray *offered = bh_dialect_array (find_option (result, "model"), "options");

  return offered != NULL && json_array_get_length (offered) == 0;
}

/* Gemini tells again what was said when it has already answered that the session is loaded. What it answers
 * next comes behind that: so set the mode it has. */
static void
want_barrier (JsonArray *todo, JsonObject *result)
{
  const char *mode = bh_dialect_string (bh_dialect_object (result, "modes"), "currentModeId");
  JsonObject *option = find_option (result, "mode");
  const char *value = bh_dialect_string (option, "currentValue");

  if (mode != NULL)
    add_mode (todo, mode);
  else if (value != NULL)
    add_option (todo, "mode", option, value);
}

static void
become_ready (BhDialectSink *sink)
{
  g_autoptr (JsonObject) spec = bh_dialect_load (sink, BH_ACP_SPEC);
  g_autofree char *id = g_strdup (bh_dialect_sink_get_state (sink, BH_ACP_SESSION));
  gboolean resumed = bh_dialect_string (spec, "resume") != NULL;

  bh_dialect_sink_set_state (sink, BH_ACP_SPEC, NULL);
  bh_dialect_sink_set_state (sink, BH_ACP_TODO, NULL);
  bh_dialect_sink_set_state (sink, BH_ACP_WAITING, NULL);
  bh_dialect_sink_set_state (sink, BH_ACP_PHASE, READY);
  bh_dialect_sink_session (sink, id, resumed ? BH_SESSION_RESUMED : BH_SESSION_NEW);
}

static void
store_todo (BhDialectSink *sink, JsonArray *todo)
{
  g_autoptr (JsonObject) table = json_object_new ();

  json_object_set_array_member (table, "todo", json_array_ref (todo));
  bh_dialect_store (sink, BH_ACP_TODO, table);
}

/* Sends the first of what is to be set; it stays there until it is answered. */
static void
set_next (BhDialectSink *sink, JsonArray *todo)
{
  JsonObject *setting = bh_dialect_element (todo, 0);
  JsonObject *params;

  if (setting == NULL)
    {
      become_ready (sink);
      return;
    }
  store_todo (sink, todo);
  params = json_object_ref (bh_dialect_object (setting, "params"));
  set_string (params, "sessionId", bh_dialect_sink_get_state (sink, BH_ACP_SESSION));
  ask_for (sink, SETTINGS, bh_dialect_string (setting, "method"), params);
}

static void
was_set (BhDialectSink *sink, JsonObject *error)
{
  g_autoptr (JsonObject) table = bh_dialect_load (sink, BH_ACP_TODO);
  JsonArray *todo = bh_dialect_array (table, "todo");
  const char *what = bh_dialect_string (bh_dialect_element (todo, 0), "what");
  g_autofree char *why = error != NULL ? bh_acp_error_text (error) : NULL;
  g_autofree char *text = NULL;

  if (error != NULL)
    text = g_strdup_printf ("The engine did not take the %s that was chosen for it: %s", what, why);
  /* another model than the one that was chosen may cost money, or send the work elsewhere */
  if (error != NULL && g_strcmp0 (what, "model") == 0)
    {
      bh_acp_session_fail (sink, BH_DIALECT_REFUSED, text);
      return;
    }
  if (error != NULL)
    bh_dialect_sink_notice (sink, text);
  if (bh_dialect_length (todo) > 0)
    json_array_remove_element (todo, 0);
  set_next (sink, todo);
}

static void
opened (BhDialectSink *sink, const char *phase, JsonObject *result)
{
  g_autoptr (JsonObject) spec = bh_dialect_load (sink, BH_ACP_SPEC);
  g_autoptr (JsonArray) todo = json_array_new ();
  const char *id = bh_dialect_string (result, "sessionId");
  const char *mode = bh_dialect_string (spec, "mode");
  const char *model = bh_dialect_string (spec, "model");

  if (id == NULL && strcmp (phase, NEW) != 0)
    id = bh_dialect_string (spec, "resume");
  if (id == NULL || *id == '\0' || strlen (id) > SESSION_ID_MAX)
    {
      bh_acp_session_fail (sink, BH_DIALECT_BROKEN, "It opened a session without a name.");
      return;
    }
  if (has_no_model (result))
    {
      bh_acp_session_fail (sink, BH_DIALECT_SIGNED_OUT, "It has no model to work with");
      return;
    }
  bh_dialect_sink_set_state (sink, BH_ACP_SESSION, id);
  /* a session that was not taken up again is a new one */
  if (strcmp (phase, NEW) == 0)
    {
      json_object_remove_member (spec, "resume");
      bh_dialect_store (sink, BH_ACP_SPEC, spec);
    }
  if (mode != NULL)
    want_mode (sink, todo, result, mode);
  if (model != NULL)
    want_model (sink, todo, result, model);
  if (strcmp (phase, LOAD) == 0 && json_array_get_length (todo) == 0)
    want_barrier (todo, result);
  set_next (sink, todo);
}

/* --- answers --- */

static void
refused (BhDialectSink *sink, const char *phase, JsonObject *error)
{
  g_autofree char *why = bh_acp_error_text (error);

  if (bh_dialect_int (error, "code", 0) == BH_ACP_SIGNED_OUT || strcmp (phase, AUTHENTICATE) == 0)
    bh_acp_session_fail (sink, BH_DIALECT_SIGNED_OUT, why);
  else if (strcmp (phase, INITIALIZE) == 0)
    bh_acp_session_fail (sink, BH_DIALECT_REFUSED, why);
  else if (strcmp (phase, SETTINGS) == 0)
    was_set (sink, error);
  else
    session_refused (sink, phase, error);
}

static void
granted (BhDialectSink *sink, const char *phase, JsonObject *result)
{
  if (strcmp (phase, INITIALIZE) == 0)
    initialized (sink, result);
  else if (strcmp (phase, AUTHENTICATE) == 0)
    {
      g_autoptr (JsonObject) spec = bh_dialect_load (sink, BH_ACP_SPEC);

      open_session (sink, first_phase (spec));
    }
  else if (strcmp (phase, SETTINGS) == 0)
    was_set (sink, NULL);
  else
    opened (sink, phase, result);
}

void
bh_acp_session_response (BhDialectSink *sink, JsonObject *line)
{
  g_autofree char *phase = g_strdup (bh_dialect_sink_get_state (sink, BH_ACP_PHASE));
  JsonObject *error = bh_dialect_object (line, "error");

  bh_dialect_sink_set_state (sink, BH_ACP_WAITING, NULL);
  if (phase == NULL)
    return;
  if (error != NULL)
    refused (sink, phase, error);
  else if (bh_dialect_member (line, "result") != NULL)
    granted (sink, phase, bh_dialect_object (line, "result"));
  else
    bh_acp_session_fail (sink, BH_DIALECT_BROKEN, "It answered with neither a result nor an error.");
}

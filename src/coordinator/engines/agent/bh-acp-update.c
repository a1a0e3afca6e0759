/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-acp-private.h"

#include <math.h>

#include "protocol/bh-text.h"

#define MESSAGE_ID_MAX 200
#define CURRENCY_MAX 16
#define PLAN_MAX 200
#define KIND_MAX 80

char *
bh_acp_block_text (JsonObject *block)
{
  const char *type = bh_dialect_string (block, "type");
  JsonObject *resource = bh_dialect_object (block, "resource");
  const char *text = bh_dialect_string (block, "text");
  const char *uri = bh_dialect_string (block, "uri");

  if (type == NULL)
    return NULL;
  if (strcmp (type, "text") == 0)
    return g_strdup (text);
  if (strcmp (type, "image") == 0)
    return g_strdup ("[an image]");
  if (strcmp (type, "audio") == 0)
    return g_strdup ("[a sound]");
  text = bh_dialect_string (resource, "text");
  if (text != NULL)
    return g_strdup (text);
  if (uri == NULL)
    uri = bh_dialect_string (resource, "uri");
  return uri != NULL ? g_strdup_printf ("[%s]", uri) : g_strdup ("[something that is no text]");
}

static void
message_chunk (BhDialectSink *sink, BhSaid what, JsonObject *update)
{
  g_autofree char *text = bh_acp_block_text (bh_dialect_object (update, "content"));
  const char *id = bh_dialect_string (update, "messageId");

  if (text == NULL || *text == '\0')
    return;
  if (id != NULL && (*id == '\0' || strlen (id) > MESSAGE_ID_MAX))
    id = NULL;
  bh_dialect_sink_said (sink, what, id, text);
}

static void
said (BhDialectSink *sink, JsonObject *update)
{
  message_chunk (sink, BH_SAID_MESSAGE, update);
}

static void
thought (BhDialectSink *sink, JsonObject *update)
{
  message_chunk (sink, BH_SAID_THOUGHT, update);
}

static void
tool_announced (BhDialectSink *sink, JsonObject *update)
{
  bh_acp_tool (sink, update, BH_ACP_ANNOUNCED);
}

static void
tool_updated (BhDialectSink *sink, JsonObject *update)
{
  bh_acp_tool (sink, update, BH_ACP_UPDATED);
}

static void
tell_plan (BhDialectSink *sink, JsonArray *entries)
{
  BhPlanEntry plan[PLAN_MAX];
  guint n = 0;

  for (guint i = 0; i < bh_dialect_length (entries) && n < PLAN_MAX; i++)
    {
      JsonObject *entry = bh_dialect_element (entries, i);
      const char *status = bh_dialect_string (entry, "status");

      plan[n].text = bh_dialect_string (entry, "content");
      plan[n].state = BH_PLAN_PENDING;
      if (g_strcmp0 (status, "in_progress") == 0)
        plan[n].state = BH_PLAN_IN_PROGRESS;
      else if (g_strcmp0 (status, "completed") == 0)
        plan[n].state = BH_PLAN_COMPLETED;
      if (plan[n].text != NULL)
        n++;
    }
  if (entries != NULL)
    bh_dialect_sink_plan (sink, plan, n);
}

static void
plan (BhDialectSink *sink, JsonObject *update)
{
  tell_plan (sink, bh_dialect_array (update, "entries"));
}

static void
usage (BhDialectSink *sink, JsonObject *update)
{
  JsonObject *cost = bh_dialect_object (update, "cost");
  const char *currency = bh_dialect_string (cost, "currency");
  double amount = bh_dialect_double (cost, "amount", -1);
  BhUsage told = BH_USAGE_INIT;

  told.context_used = MAX (bh_dialect_int (update, "used", -1), -1);
  told.context_size = MAX (bh_dialect_int (update, "size", -1), -1);
  if (isfinite (amount) && amount >= 0 && currency != NULL && strlen (currency) <= CURRENCY_MAX)
    {
      told.cost = amount;
      told.currency = currency;
    }
  bh_dialect_sink_usage (sink, &told);
}

static void
notice (BhDialectSink *sink, JsonObject *update)
{
  const char *title = bh_dialect_string (update, "title");
  const char *description = bh_dialect_string (update, "description");
  g_autofree char *text = NULL;

  if (title == NULL || *title == '\0')
    return;
  if (description != NULL && *description != '\0')
    text = g_strdup_printf ("%s\n%s", title, description);
  bh_dialect_sink_notice (sink, text != NULL ? text : title);
}

static void
compaction (BhDialectSink *sink, JsonObject *update)
{
  const char *status = bh_dialect_string (update, "status");
  const char *error = bh_dialect_string (update, "error");
  g_autofree char *text = NULL;

  if (g_strcmp0 (status, "completed") == 0)
    bh_dialect_sink_notice (sink, "The engine has summed up what was said so far, to make room for more.");
  else if (g_strcmp0 (status, "failed") == 0)
    {
      text = g_strdup_printf ("The engine could not sum up what was said so far%s%s",
                              error != NULL ? ": " : ".", error != NULL ? error : "");
      bh_dialect_sink_notice (sink, text);
    }
}

static void
nothing (BhDialectSink *sink, JsonObject *update)
{
}

static void
unknown (BhDialectSink *sink, const char *kind)
{
  g_autofree char *line = bh_dialect_line (sink, kind, KIND_MAX);
  g_autofree char *text = NULL;

  if (!bh_dialect_once (sink, BH_ACP_SEEN, line))
    return;
  text = g_strdup_printf ("The engine told of something that Bellhop does not know: “%s”.", line);
  bh_dialect_sink_notice (sink, text);
}

void
bh_acp_update (BhDialectSink *sink, JsonObject *params)
{
  static const struct
  {
    const char *kind;
    void (*take) (BhDialectSink *sink, JsonObject *update);
  } kinds[] = {
    { "agent_message_chunk", said },
    { "agent_thought_chunk", thought },
    { "tool_call_update", tool_updated },
    { "tool_call", tool_announced },
    { "usage_update", usage },
    { "plan", plan },
    { "notice", notice },
    { "compaction_update", compaction },
    /* what we said ourselves, and what nobody has to know */
    { "user_message_chunk", nothing },
    { "session_info_update", nothing },
    { "compaction_summary_chunk", nothing },
    { "available_commands_update", nothing },
    { "current_mode_update", nothing },
    { "config_option_update", nothing },
  };
  JsonObject *update = bh_dialect_object (params, "update");
  const char *kind = bh_dialect_string (update, "sessionUpdate");
  const char *session = bh_dialect_string (params, "sessionId");

  if (kind == NULL || !bh_acp_session_is_ready (sink))
    return;
  if (session != NULL && g_strcmp0 (session, bh_dialect_sink_get_state (sink, BH_ACP_SESSION)) != 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kind, kinds[i].kind) == 0)
      {
        kinds[i].take (sink, update);
        return;
      }
  unknown (sink, kind);
}

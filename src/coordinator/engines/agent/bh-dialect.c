/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-dialect.h"

G_DEFINE_INTERFACE (BhDialectSink, bh_dialect_sink, G_TYPE_OBJECT)
G_DEFINE_INTERFACE (BhDialect, bh_dialect, G_TYPE_OBJECT)

static void
bh_dialect_sink_default_init (BhDialectSinkInterface *iface)
{
}

static void
bh_dialect_default_init (BhDialectInterface *iface)
{
}

void
bh_dialect_sink_send (BhDialectSink *self, JsonNode *line)
{
  g_return_if_fail (BH_IS_DIALECT_SINK (self));
  BH_DIALECT_SINK_GET_IFACE (self)->send (self, line);
}

const char *
bh_dialect_sink_get_state (BhDialectSink *self, const char *key)
{
  g_return_val_if_fail (BH_IS_DIALECT_SINK (self), NULL);
  return BH_DIALECT_SINK_GET_IFACE (self)->get_state (self, key);
}

void
bh_dialect_sink_set_state (BhDialectSink *self, const char *key, const char *value)
{
  g_return_if_fail (BH_IS_DIALECT_SINK (self));
  BH_DIALECT_SINK_GET_IFACE (self)->set_state (self, key, value);
}

void
bh_dialect_sink_set_json (BhDialectSink *self, const char *key, const char *value)
{
  BhDialectSinkInterface *iface;

  g_return_if_fail (BH_IS_DIALECT_SINK (self));
  iface = BH_DIALECT_SINK_GET_IFACE (self);
  if (iface->set_json != NULL)
    iface->set_json (self, key, value);
  else
    iface->set_state (self, key, value);
}

void
bh_dialect_sink_session (BhDialectSink *self, const char *id, BhSessionHow how)
{
  g_return_if_fail (BH_IS_DIALECT_SINK (self));
  BH_DIALECT_SINK_GET_IFACE (self)->session (self, id, how);
}

void
bh_dialect_sink_failed (BhDialectSink *self, BhDialectFailure failure, const char *detail)
{
  g_return_if_fail (BH_IS_DIALECT_SINK (self));
  BH_DIALECT_SINK_GET_IFACE (self)->failed (self, failure, detail);
}

void
bh_dialect_sink_said (BhDialectSink *self, BhSaid what, const char *id, const char *text)
{
  g_return_if_fail (BH_IS_DIALECT_SINK (self));
  BH_DIALECT_SINK_GET_IFACE (self)->said (self, what, id, text);
}

void
bh_dialect_sink_tool (BhDialectSink *self, const BhToolUpdate *update)
{
  g_return_if_fail (BH_IS_DIALECT_SINK (self));
  BH_DIALECT_SINK_GET_IFACE (self)->tool (self, update);
}

void
bh_dialect_sink_plan (BhDialectSink *self, const BhPlanEntry *entries, guint n_entries)
{
  g_return_if_fail (BH_IS_DIALECT_SINK (self));
  BH_DIALECT_SINK_GET_IFACE (self)->plan (self, entries, n_entries);
}

void
bh_dialect_sink_usage (BhDialectSink *self, const BhUsage *usage)
{
  g_return_if_fail (BH_IS_DIALECT_SINK (self));
  BH_DIALECT_SINK_GET_IFACE (self)->usage (self, usage);
}

void
bh_dialect_sink_notice (BhDialectSink *self, const char *text)
{
  g_return_if_fail (BH_IS_DIALECT_SINK (self));
  BH_DIALECT_SINK_GET_IFACE (self)->notice (self, text);
}

void
bh_dialect_sink_ask (BhDialectSink *self, const char *request, BhQuestionSet *set)
{
  g_return_if_fail (BH_IS_DIALECT_SINK (self));
  BH_DIALECT_SINK_GET_IFACE (self)->ask (self, request, set);
}

void
bh_dialect_sink_permit (BhDialectSink *self, const char *request, const BhPermission *permission)
{
  g_return_if_fail (BH_IS_DIALECT_SINK (self));
  BH_DIALECT_SINK_GET_IFACE (self)->permit (self, request, permission);
}

void
bh_dialect_sink_withdrawn (BhDialectSink *self, const char *request)
{
  g_return_if_fail (BH_IS_DIALECT_SINK (self));
  BH_DIALECT_SINK_GET_IFACE (self)->withdrawn (self, request);
}

void
bh_dialect_sink_turn_ended (BhDialectSink *self, BhTurnEnd end, const char *detail)
{
  g_return_if_fail (BH_IS_DIALECT_SINK (self));
  BH_DIALECT_SINK_GET_IFACE (self)->turn_ended (self, end, detail);
}

char *
bh_dialect_sink_masked (BhDialectSink *self, const char *text)
{
  BhDialectSinkInterface *iface;

  g_return_val_if_fail (BH_IS_DIALECT_SINK (self) && text != NULL, NULL);
  iface = BH_DIALECT_SINK_GET_IFACE (self);
  return iface->masked != NULL ? iface->masked (self, text) : g_strdup (text);
}

void
bh_dialect_start (BhDialect *self, BhDialectSink *sink, const BhSessionSpec *spec)
{
  g_return_if_fail (BH_IS_DIALECT (self));
  BH_DIALECT_GET_IFACE (self)->start (self, sink, spec);
}

void
bh_dialect_prompt (BhDialect *self, BhDialectSink *sink, const char *text)
{
  g_return_if_fail (BH_IS_DIALECT (self));
  BH_DIALECT_GET_IFACE (self)->prompt (self, sink, text);
}

void
bh_dialect_cancel (BhDialect *self, BhDialectSink *sink)
{
  g_return_if_fail (BH_IS_DIALECT (self));
  BH_DIALECT_GET_IFACE (self)->cancel (self, sink);
}

void
bh_dialect_receive (BhDialect *self, BhDialectSink *sink, JsonObject *line)
{
  g_return_if_fail (BH_IS_DIALECT (self));
  BH_DIALECT_GET_IFACE (self)->receive (self, sink, line);
}

void
bh_dialect_answer (BhDialect *self, BhDialectSink *sink, const char *request, const BhQuestionSet *set)
{
  g_return_if_fail (BH_IS_DIALECT (self));
  BH_DIALECT_GET_IFACE (self)->answer (self, sink, request, set);
}

void
bh_dialect_permit (BhDialect *self, BhDialectSink *sink, const char *request, BhPermit permit)
{
  g_return_if_fail (BH_IS_DIALECT (self));
  BH_DIALECT_GET_IFACE (self)->permit_reply (self, sink, request, permit);
}

const char *
bh_dialect_own_tool (const char *name)
{
  static const char *const own[] = { "ask_human", "report_result", "delegate" };

  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (own); i++)
    if (strcmp (name, own[i]) == 0)
      return own[i];
  return NULL;
}

/* (nullable): what follows one of these (NULL-terminated), the longer ones first */
static const char *
skip_one (const char *text, const char *const *starts)
{
  for (guint i = 0; starts[i] != NULL; i++)
    if (g_str_has_prefix (text, starts[i]))
      return text + strlen (starts[i]);
  return NULL;
}

const char *
bh_dialect_own_call (const char *name)
{
  static const char *const before[] = { "mcp__", "mcp_", "", NULL };
  static const char *const server[] = { BH_MCP_SERVER_NAME, NULL };
  static const char *const between[] = { "__", "_", "-", "/", ".", NULL };
  const char *rest = name != NULL ? skip_one (skip_one (name, before), server) : NULL;

  return rest != NULL ? bh_dialect_own_tool (skip_one (rest, between)) : NULL;
}

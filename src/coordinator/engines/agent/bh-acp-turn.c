/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-acp-private.h"

#include "protocol/bh-text.h"

static JsonObject *
session_params (BhDialectSink *sink)
{
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "sessionId", bh_dialect_sink_get_state (sink, BH_ACP_SESSION));
  return params;
}

void
bh_acp_turn_prompt (BhDialectSink *sink, const char *text)
{
  JsonObject *params, *block;
  JsonArray *prompt;

  g_return_if_fail (text != NULL);
  g_return_if_fail (bh_acp_session_is_ready (sink));
  g_return_if_fail (bh_dialect_sink_get_state (sink, BH_ACP_TURN) == NULL);

  params = session_params (sink);
  block = json_object_new ();
  json_object_set_string_member (block, "type", "text");
  json_object_set_string_member (block, "text", text);
  prompt = json_array_new ();
  json_array_add_object_element (prompt, block);
  json_object_set_array_member (params, "prompt", prompt);
  bh_dialect_set_number (sink, BH_ACP_TURN, bh_acp_request (sink, "session/prompt", params));
}

/* The protocol wants what is open to be answered then: the engine waits for it. */
void
bh_acp_turn_cancel (BhDialectSink *sink)
{
  if (bh_dialect_sink_get_state (sink, BH_ACP_TURN) == NULL)
    return;
  bh_acp_notify (sink, "session/cancel", session_params (sink));
  bh_acp_requests_cancel (sink);
}

static void
forget_turn (BhDialectSink *sink)
{
  bh_acp_requests_cancel (sink);
  bh_dialect_sink_set_state (sink, BH_ACP_TURN, NULL);
  bh_acp_tools_forget (sink);
}

/* Gemini says it by the way only. */
static void
tell_usage (BhDialectSink *sink, JsonObject *result)
{
  JsonObject *usage = bh_dialect_object (result, "usage");
  JsonObject *meta = bh_dialect_object (result, "_meta");
  JsonObject *counts = bh_dialect_object (bh_dialect_object (meta, "quota"), "token_count");
  BhUsage told = BH_USAGE_INIT;

  told.input_tokens = bh_dialect_int (usage, "inputTokens", bh_dialect_int (counts, "input_tokens", -1));
  told.output_tokens = bh_dialect_int (usage, "outputTokens", bh_dialect_int (counts, "output_tokens", -1));
  if (told.input_tokens >= 0 && told.output_tokens >= 0)
    bh_dialect_sink_usage (sink, &told);
}

static void
ended (BhDialectSink *sink, const char *reason)
{
  static const struct
  {
    const char *reason;
    BhTurnEnd end;
    const char *detail;
  } reasons[] = {
    { "end_turn", BH_TURN_DONE, NULL },
    { "cancelled", BH_TURN_CANCELLED, NULL },
    { "refusal", BH_TURN_REFUSED, NULL },
    { "max_tokens", BH_TURN_LIMITED, "It reached the limit of tokens." },
    { "max_turn_requests", BH_TURN_LIMITED, "It reached the limit of requests in a turn." },
  };
  g_autofree char *line = NULL;
  g_autofree char *detail = NULL;

  for (guint i = 0; reason != NULL && i < G_N_ELEMENTS (reasons); i++)
    if (strcmp (reason, reasons[i].reason) == 0)
      {
        bh_dialect_sink_turn_ended (sink, reasons[i].end, reasons[i].detail);
        return;
      }
  line = bh_dialect_line (sink, reason != NULL ? reason : "", 100);
  detail = reason != NULL ? g_strdup_printf ("It ended its turn for a reason that is not known: %s", line)
                          : g_strdup ("It ended its turn without saying why.");
  bh_dialect_sink_turn_ended (sink, BH_TURN_FAILED, detail);
}

void
bh_acp_turn_response (BhDialectSink *sink, JsonObject *line)
{
  JsonObject *error = bh_dialect_object (line, "error");
  JsonObject *result = bh_dialect_object (line, "result");
  g_autofree char *why = error != NULL ? bh_acp_error_text (error) : NULL;

  if (error != NULL && bh_dialect_int (error, "code", 0) == BH_ACP_SIGNED_OUT)
    {
      bh_acp_session_fail (sink, BH_DIALECT_SIGNED_OUT, why);
      return;
    }
  forget_turn (sink);
  if (error != NULL)
    {
      bh_dialect_sink_turn_ended (sink, BH_TURN_FAILED, why);
      return;
    }
  tell_usage (sink, result);
  ended (sink, bh_dialect_string (result, "stopReason"));
}

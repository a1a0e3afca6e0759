/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-codex-private.h"

#include <string.h>

/* Its id comes with the answer to its request, or with the word that it has started. */
#define UNKNOWN_TURN "?"

/* The name of an error's kind, in bytes. */
#define KIND_MAX 40

/* Not the limits of one request, which are tried again, but what only waiting or paying helps against. */
static const char *const limits[] = {
  "contextWindowExceeded", "sessionBudgetExceeded", "usageLimitExceeded", "rateLimitExceeded", NULL,
};
static const char *const refusals[] = { "cyberPolicy", "misalignmentPolicyViolation", NULL };

static void
copy_number (BhDialectSink *sink, const char *from, const char *to)
{
  bh_dialect_set_number (sink, to, bh_dialect_get_number (sink, from, 0));
}

void
bh_codex_turn_begin (BhDialectSink *sink, const char *text)
{
  JsonObject *params = json_object_new (), *input = json_object_new ();
  JsonArray *inputs = json_array_new ();

  bh_dialect_sink_set_state (sink, CODEX_TURN, UNKNOWN_TURN);
  copy_number (sink, CODEX_INPUT, CODEX_INPUT_BEFORE);
  copy_number (sink, CODEX_OUTPUT, CODEX_OUTPUT_BEFORE);
  json_object_set_string_member (input, "type", "text");
  json_object_set_string_member (input, "text", text);
  json_array_add_object_element (inputs, input);
  json_object_set_string_member (params, "threadId", bh_dialect_sink_get_state (sink, CODEX_THREAD));
  json_object_set_array_member (params, "input", inputs);
  bh_codex_request (sink, "turn/start", params);
}

static void
interrupt (BhDialectSink *sink, const char *turn)
{
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "threadId", bh_dialect_sink_get_state (sink, CODEX_THREAD));
  json_object_set_string_member (params, "turnId", turn);
  bh_codex_request (sink, "turn/interrupt", params);
}

/* It can be interrupted only when its id is known. */
void
bh_codex_turn_cancel (BhDialectSink *sink)
{
  g_autofree char *turn = g_strdup (bh_dialect_sink_get_state (sink, CODEX_TURN));

  if (turn == NULL)
    return;
  bh_dialect_sink_set_state (sink, CODEX_CANCEL, "1");
  if (strcmp (turn, UNKNOWN_TURN) != 0)
    interrupt (sink, turn);
}

void
bh_codex_turn_started (BhDialectSink *sink, JsonObject *turn, gboolean is_ours)
{
  const char *known = bh_dialect_sink_get_state (sink, CODEX_TURN);
  const char *id = bh_dialect_id (turn, "id");

  if (id == NULL || known == NULL || strcmp (known, id) == 0 ||
      (!is_ours && strcmp (known, UNKNOWN_TURN) != 0))
    return;
  bh_dialect_sink_set_state (sink, CODEX_TURN, id);
  if (bh_dialect_sink_get_state (sink, CODEX_CANCEL) != NULL)
    interrupt (sink, id);
}

static void
end_turn (BhDialectSink *sink, BhTurnEnd end, const char *detail)
{
  gint64 input_before = bh_dialect_get_number (sink, CODEX_INPUT_BEFORE, 0);
  gint64 output_before = bh_dialect_get_number (sink, CODEX_OUTPUT_BEFORE, 0);
  BhUsage usage = BH_USAGE_INIT;

  usage.input_tokens = bh_dialect_get_number (sink, CODEX_INPUT, 0) - input_before;
  usage.output_tokens = bh_dialect_get_number (sink, CODEX_OUTPUT, 0) - output_before;
  bh_codex_withdraw_all (sink);
  bh_codex_forget_turn (sink);
  if (usage.input_tokens > 0 && usage.output_tokens >= 0)
    bh_dialect_sink_usage (sink, &usage);
  bh_dialect_sink_turn_ended (sink, end, detail);
}

void
bh_codex_turn_refused (BhDialectSink *sink, const char *why)
{
  if (bh_dialect_sink_get_state (sink, CODEX_TURN) == NULL)
    return;
  if (bh_dialect_is_signed_out (why))
    bh_codex_fail (sink, BH_DIALECT_SIGNED_OUT, why);
  else
    end_turn (sink, BH_TURN_FAILED, why);
}

/* "unauthorized", or {"httpConnectionFailed": {"httpStatusCode": 401}}: then "401". (transfer full) */
static char *
kind_of (BhDialectSink *sink, JsonObject *error)
{
  const char *kind = bh_dialect_string (error, "codexErrorInfo");
  JsonObject *info = bh_dialect_object (error, "codexErrorInfo");
  g_autoptr (GList) members = info != NULL ? json_object_get_members (info) : NULL;
  gint64 status = -1;

  for (GList *member = members; member != NULL; member = member->next)
    status = MAX (status, bh_dialect_int (bh_dialect_object (info, member->data), "httpStatusCode", -1));
  return status > 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, status)
                    : bh_dialect_line (sink, kind != NULL ? kind : "other", KIND_MAX);
}

/* (transfer full) (nullable) "kind\ntext" */
static char *
read_error (BhDialectSink *sink, JsonObject *error)
{
  const char *message = bh_dialect_id (error, "message");
  const char *details = bh_dialect_id (error, "additionalDetails");
  g_autofree char *kind = kind_of (sink, error);

  if (message == NULL)
    return NULL;
  return g_strdup_printf ("%s\n%s%s%s", kind, message, details != NULL ? "\n" : "",
                          details != NULL ? details : "");
}

/* Tried again: worth a line, but not each time anew for as long as there is no network. */
static void
take_retry (BhDialectSink *sink, JsonObject *error)
{
  const char *message = bh_dialect_id (error, "message");
  const char *details = bh_dialect_id (error, "additionalDetails");
  g_autofree char *text = NULL;

  if (message == NULL || !bh_dialect_once (sink, CODEX_RETRIES, message))
    return;
  text = details != NULL ? g_strdup_printf ("%s (%s)", message, details) : g_strdup (message);
  bh_dialect_sink_notice (sink, text);
}

/* The turn's end follows, and may not repeat it. */
void
bh_codex_take_error (BhDialectSink *sink, JsonObject *params)
{
  JsonObject *error = bh_dialect_object (params, "error");
  g_autofree char *state = NULL;

  if (bh_dialect_is_true (params, "willRetry"))
    {
      take_retry (sink, error);
      return;
    }
  state = read_error (sink, error);
  if (state != NULL && bh_dialect_sink_get_state (sink, CODEX_TURN) != NULL)
    bh_dialect_sink_set_state (sink, CODEX_ERROR, state);
}

static void
end_with_error (BhDialectSink *sink, const char *error)
{
  const char *end = strchr (error, '\n');
  /* without an end it was masked: a secret was in it that has a line break */
  const char *text = end != NULL ? end + 1 : error;
  g_autofree char *kind = end != NULL ? g_strndup (error, (gsize) (end - error)) : g_strdup ("");

  if (strcmp (kind, "unauthorized") == 0 || strcmp (kind, "401") == 0 || bh_dialect_is_signed_out (text))
    bh_codex_fail (sink, BH_DIALECT_SIGNED_OUT, text);
  else if (g_strv_contains (limits, kind))
    end_turn (sink, BH_TURN_LIMITED, text);
  else if (g_strv_contains (refusals, kind))
    end_turn (sink, BH_TURN_REFUSED, text);
  else
    end_turn (sink, BH_TURN_FAILED, text);
}

void
bh_codex_turn_completed (BhDialectSink *sink, JsonObject *turn)
{
  const char *ours = bh_dialect_sink_get_state (sink, CODEX_TURN);
  const char *id = bh_dialect_id (turn, "id");
  const char *status = bh_dialect_string (turn, "status");
  g_autofree char *error = read_error (sink, bh_dialect_object (turn, "error"));

  /* Codex has turns of its own, for compacting; before ours is known, none of them can be it */
  if (ours == NULL || turn == NULL || (id != NULL && strcmp (id, ours) != 0))
    return;
  if (error == NULL)
    error = g_strdup (bh_dialect_sink_get_state (sink, CODEX_ERROR));
  if (g_strcmp0 (status, "interrupted") == 0)
    end_turn (sink, BH_TURN_CANCELLED, NULL);
  else if (error != NULL)
    end_with_error (sink, error);
  else if (g_strcmp0 (status, "completed") == 0)
    end_turn (sink, BH_TURN_DONE, NULL);
  else
    end_turn (sink, BH_TURN_FAILED, "Codex did not say why.");
}

void
bh_codex_take_usage (BhDialectSink *sink, JsonObject *params)
{
  JsonObject *used = bh_dialect_object (params, "tokenUsage");
  JsonObject *total = bh_dialect_object (used, "total");
  gint64 input = bh_dialect_int (total, "inputTokens", -1);
  gint64 output = bh_dialect_int (total, "outputTokens", -1);
  BhUsage usage = BH_USAGE_INIT;

  if (input >= 0 && output >= 0)
    {
      bh_dialect_set_number (sink, CODEX_INPUT, input);
      bh_dialect_set_number (sink, CODEX_OUTPUT, output);
    }
  usage.context_used = MAX (bh_dialect_int (bh_dialect_object (used, "last"), "totalTokens", -1), -1);
  usage.context_size = MAX (bh_dialect_int (used, "modelContextWindow", -1), -1);
  if (usage.context_used >= 0)
    bh_dialect_sink_usage (sink, &usage);
}

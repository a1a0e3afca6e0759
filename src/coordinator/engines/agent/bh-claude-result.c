/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-claude-stream-private.h"

#include <string.h>

#define ERROR_MAX 80
#define SESSION_ID_MAX 1000 /* bytes */

/* --- the session, and what is going on in it --- */

static gboolean
is_wanted (BhDialectSink *sink, const char *session)
{
  g_autoptr (JsonObject) spec = bh_dialect_load (sink, CLAUDE_SPEC);

  return session != NULL && g_strcmp0 (session, bh_dialect_string (spec, "resume")) == 0;
}

void
bh_claude_say_session (BhDialectSink *sink)
{
  const char *id = bh_dialect_sink_get_state (sink, CLAUDE_SESSION);

  bh_dialect_sink_session (sink, id != NULL ? id : "",
                           is_wanted (sink, id) ? BH_SESSION_RESUMED : BH_SESSION_NEW);
}

/* It becomes a word of the command that resumes it, and must not be an option there. */
static gboolean
is_session (const char *id)
{
  gboolean good = id != NULL && *id != '\0' && *id != '-' && strlen (id) <= SESSION_ID_MAX;

  for (const char *at = id; good && *at != '\0'; at++)
    good = !g_ascii_iscntrl (*at);
  return good;
}

static void
take_init (BhDialectSink *sink, JsonObject *line)
{
  const char *id = bh_dialect_string (line, "session_id");

  /* it comes again with each turn */
  if (!is_session (id) || g_strcmp0 (id, bh_dialect_sink_get_state (sink, CLAUDE_SESSION)) == 0)
    return;
  if (!is_wanted (sink, id))
    bh_dialect_sink_set_state (sink, CLAUDE_COST_BEFORE, NULL);
  bh_dialect_sink_set_state (sink, CLAUDE_SESSION, id);
  /* before it is ready nobody is to talk to it: it is said then */
  if (bh_dialect_sink_get_state (sink, CLAUDE_READY) != NULL)
    bh_claude_say_session (sink);
}

/* It would go on for minutes, and a key that is refused twice does not become good. */
static gboolean
is_refused (JsonObject *line)
{
  return bh_dialect_int (line, "attempt", 0) >= 2 &&
         (bh_dialect_int (line, "error_status", 0) == 401 ||
          g_strcmp0 (bh_dialect_string (line, "error"), "authentication_failed") == 0);
}

static void
take_retry (BhDialectSink *sink, JsonObject *line)
{
  const char *given = bh_dialect_string (line, "error");
  g_autofree char *error = given != NULL ? bh_dialect_line (sink, given, ERROR_MAX) : NULL;
  gint64 status = bh_dialect_int (line, "error_status", 0);
  g_autoptr (GString) text = g_string_new ("The model did not answer");

  if (status > 0)
    g_string_append_printf (text, " (%" G_GINT64_FORMAT "%s%s)", status, error != NULL ? " " : "",
                            error != NULL ? error : "");
  else if (error != NULL)
    g_string_append_printf (text, " (%s)", error);
  if (is_refused (line))
    {
      bh_claude_fail (sink, BH_DIALECT_SIGNED_OUT, text->str);
      return;
    }
  g_string_append_printf (text, ". Trying again, %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT ".",
                          bh_dialect_int (line, "attempt", 1), bh_dialect_int (line, "max_retries", 1));
  bh_dialect_sink_notice (sink, text->str);
}

static void
take_compaction (BhDialectSink *sink, JsonObject *line)
{
  JsonObject *metadata = bh_dialect_object (line, "compact_metadata");
  gint64 before = bh_dialect_int (metadata, "pre_tokens", 0);
  g_autofree char *text = NULL;

  if (before > 0)
    text = g_strdup_printf ("The conversation was compacted; it had %" G_GINT64_FORMAT " tokens.", before);
  bh_dialect_sink_notice (sink, text != NULL ? text : "The conversation was compacted.");
}

/* Whatever has a text for people is worth a line. */
static void
take_other (BhDialectSink *sink, JsonObject *line)
{
  static const char *const members[] = { "content", "message", "summary" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const char *text = bh_dialect_string (line, members[i]);

      if (text == NULL || *text == '\0')
        continue;
      bh_dialect_sink_notice (sink, text);
      return;
    }
}

/* One about a command that its step waited for has no file of output, and that step shows what came of it. */
static void
take_task (BhDialectSink *sink, JsonObject *line)
{
  const char *output = bh_dialect_string (line, "output_file");

  if (output != NULL && *output != '\0' && !bh_dialect_is_true (line, "skip_transcript"))
    take_other (sink, line);
}

void
bh_claude_take_system (BhDialectSink *sink, JsonObject *line)
{
  /* what a person does not want to know */
  static const char *const chatter[] = {
    "status",       "thinking_tokens", "hook_started",          "hook_progress",     "hook_response",
    "task_started", "task_progress",   "session_state_changed", "post_turn_summary", "files_persisted",
    NULL,
  };
  const char *subtype = bh_dialect_string (line, "subtype");

  if (subtype == NULL || g_strv_contains (chatter, subtype))
    return;
  if (strcmp (subtype, "init") == 0)
    take_init (sink, line);
  else if (strcmp (subtype, "api_retry") == 0)
    take_retry (sink, line);
  else if (strcmp (subtype, "compact_boundary") == 0)
    take_compaction (sink, line);
  else if (strcmp (subtype, "task_notification") == 0)
    take_task (sink, line);
  else
    take_other (sink, line);
}

/* --- how it ends --- */

/* (transfer full) */
static char *
words_of (BhDialectSink *sink, JsonObject *line)
{
  JsonArray *errors = bh_dialect_array (line, "errors");
  const char *result = bh_dialect_string (line, "result");
  const char *known = bh_dialect_sink_get_state (sink, CLAUDE_ERROR);
  const char *subtype = bh_dialect_string (line, "subtype");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < bh_dialect_length (errors); i++)
    if (bh_dialect_element_string (errors, i) != NULL)
      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", bh_dialect_element_string (errors, i));
  if (text->len > 0)
    return g_string_free (g_steal_pointer (&text), FALSE);
  if (result != NULL && *result != '\0')
    return g_strdup (result);
  if (known != NULL && strchr (known, '\n') != NULL)
    return g_strdup (strchr (known, '\n') + 1);
  return g_strdup (subtype != NULL ? subtype : "It gave no reason.");
}

static gboolean
is_kind (BhDialectSink *sink, const char *kind)
{
  const char *known = bh_dialect_sink_get_state (sink, CLAUDE_ERROR);

  return known != NULL && g_str_has_prefix (known, kind);
}

static gboolean
is_signed_out (BhDialectSink *sink, JsonObject *line, const char *words)
{
  return bh_dialect_int (line, "api_error_status", 0) == 401 || is_kind (sink, "authentication_failed\n") ||
         bh_dialect_is_signed_out (words);
}

static BhTurnEnd
end_of_error (BhDialectSink *sink, JsonObject *line)
{
  const char *subtype = bh_dialect_string (line, "subtype");

  if (subtype != NULL && g_str_has_prefix (subtype, "error_max"))
    return BH_TURN_LIMITED;
  if (is_kind (sink, "billing_error\n") || is_kind (sink, "rate_limit\n"))
    return BH_TURN_LIMITED;
  return BH_TURN_FAILED;
}

static BhTurnEnd
end_of_success (JsonObject *line)
{
  const char *reason = bh_dialect_string (line, "stop_reason");

  if (g_strcmp0 (reason, "refusal") == 0)
    return BH_TURN_REFUSED;
  if (g_strcmp0 (reason, "max_tokens") == 0 || g_strcmp0 (reason, "model_context_window_exceeded") == 0)
    return BH_TURN_LIMITED;
  return BH_TURN_DONE;
}

static void
end_turn (BhDialectSink *sink, BhTurnEnd end, const char *detail)
{
  bh_claude_withdraw_all (sink);
  bh_claude_forget_turn (sink);
  bh_dialect_sink_turn_ended (sink, end, detail);
}

/* How many tokens fit: of several models, the one the conversation is held with has the largest window. */
static gint64
find_window (JsonObject *line)
{
  JsonObject *models = bh_dialect_object (line, "modelUsage");
  g_autoptr (GList) names = models != NULL ? json_object_get_members (models) : NULL;
  gint64 window = -1;

  for (GList *name = names; name != NULL; name = name->next)
    window = MAX (window, bh_dialect_int (bh_dialect_object (models, name->data), "contextWindow", -1));
  return window;
}

static void
take_usage (BhDialectSink *sink, JsonObject *line, gboolean in_turn)
{
  JsonObject *used = bh_dialect_object (line, "usage");
  const char *earlier = bh_dialect_sink_get_state (sink, CLAUDE_COST_BEFORE);
  double before = earlier != NULL ? g_ascii_strtod (earlier, NULL) : 0.0;
  double cost = bh_dialect_double (line, "total_cost_usd", -1.0);
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  BhUsage usage = BH_USAGE_INIT;

  if (cost > 0)
    bh_dialect_sink_set_json (sink, CLAUDE_COST, g_ascii_dtostr (text, sizeof text, cost));
  usage.context_size = find_window (line);
  if (usage.context_size > 0)
    bh_dialect_set_number (sink, CLAUDE_WINDOW, usage.context_size);
  if (!in_turn)
    return;
  usage.input_tokens = bh_dialect_int (used, "input_tokens", 0) +
                       bh_dialect_int (used, "cache_creation_input_tokens", 0) +
                       bh_dialect_int (used, "cache_read_input_tokens", 0);
  usage.output_tokens = bh_dialect_int (used, "output_tokens", 0);
  /* a turn that was cut short is said to have used nothing, which is not so */
  if (usage.input_tokens <= 0 && usage.output_tokens <= 0)
    usage.input_tokens = usage.output_tokens = -1;
  if (cost > 0)
    {
      usage.cost = cost + before;
      usage.currency = "USD";
    }
  if (usage.input_tokens >= 0 || cost > 0)
    bh_dialect_sink_usage (sink, &usage);
}

/* Before there was a session, it is why there is none. When the one to be resumed is not there any more, the
 * CLI ends by itself, and is started again without. */
static void
take_early_end (BhDialectSink *sink, JsonObject *line, gboolean is_error)
{
  g_autoptr (JsonObject) spec = bh_dialect_load (sink, CLAUDE_SPEC);
  g_autofree char *words = NULL;

  if (!is_error || bh_dialect_sink_get_state (sink, CLAUDE_READY) != NULL)
    return;
  words = words_of (sink, line);
  if (is_signed_out (sink, line, words))
    bh_claude_fail (sink, BH_DIALECT_SIGNED_OUT, words);
  else if (bh_dialect_string (spec, "resume") == NULL)
    bh_claude_fail (sink, BH_DIALECT_REFUSED, words);
}

void
bh_claude_take_result (BhDialectSink *sink, JsonObject *line)
{
  gboolean in_turn = bh_dialect_sink_get_state (sink, CLAUDE_TURN) != NULL;
  gboolean cancelled = bh_dialect_sink_get_state (sink, CLAUDE_CANCEL) != NULL;
  gboolean is_error = bh_dialect_is_true (line, "is_error") ||
                      g_strcmp0 (bh_dialect_string (line, "subtype"), "success") != 0;
  const char *reason = bh_dialect_string (line, "terminal_reason");
  gboolean aborted = reason != NULL && g_str_has_prefix (reason, "aborted");
  g_autofree char *words = NULL;

  take_usage (sink, line, in_turn);
  if (!in_turn)
    {
      take_early_end (sink, line, is_error);
      return;
    }
  if (aborted || (cancelled && is_error))
    {
      end_turn (sink, BH_TURN_CANCELLED, NULL);
      return;
    }
  if (!is_error && bh_dialect_sink_get_state (sink, CLAUDE_ERROR) == NULL)
    {
      end_turn (sink, end_of_success (line), NULL);
      return;
    }
  words = words_of (sink, line);
  if (is_signed_out (sink, line, words))
    bh_claude_fail (sink, BH_DIALECT_SIGNED_OUT, words);
  else
    end_turn (sink, end_of_error (sink, line), words);
}

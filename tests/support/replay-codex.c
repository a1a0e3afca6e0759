/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "replay-recordings.h"

#include "coordinator/engines/agent/bh-codex.h"
#include "coordinator/engines/agent/bh-dialect-json.h"

/* How the transcripts of Codex' app-server are played. */

static const char *
class_of (const char *method)
{
  if (g_str_equal (method, "thread/start") || g_str_equal (method, "thread/resume"))
    return "thread";
  return g_strv_contains ((const char *const[]) { "initialize", "turn/start", "turn/interrupt", NULL },
                          method)
             ? method
             : "other";
}

/* What a recorded client answered, by its shape. */
static void
respond (Replay *self, const char *id, JsonObject *result)
{
  JsonObject *answers = bh_dialect_object (result, "answers");
  const char *decision = bh_dialect_string (result, "decision");
  const char *action = bh_dialect_string (result, "action");
  g_autoptr (GList) names = answers != NULL ? json_object_get_members (answers) : NULL;
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();

  for (GList *name = names; name != NULL; name = name->next)
    {
      JsonArray *given = bh_dialect_array (bh_dialect_object (answers, name->data), "answers");

      g_ptr_array_add (texts, (gpointer) bh_dialect_element_string (given, 0));
    }
  g_ptr_array_add (texts, NULL);
  if (answers != NULL)
    replay_answer (self, id, names != NULL ? (const char *const *) texts->pdata : NULL);
  else
    replay_permit (self, id,
                   g_strcmp0 (decision, "accept") == 0 || g_strcmp0 (decision, "approved") == 0 ||
                       g_strcmp0 (action, "accept") == 0 || bh_dialect_is_true (result, "allowed"));
}

static void
client (Replay *self, JsonObject *line)
{
  const char *method = bh_dialect_string (line, "method");
  JsonObject *params = bh_dialect_object (line, "params");

  replay_rpc_client (self, line);
  if (method == NULL && bh_dialect_member (line, "id") != NULL)
    {
      g_autofree char *id = bh_json_to_text (bh_dialect_member (line, "id"));

      respond (self, id, bh_dialect_object (line, "result"));
    }
  else if (g_strcmp0 (method, "turn/start") == 0 &&
           bh_dialect_length (bh_dialect_array (params, "input")) > 0)
    replay_prompt (self,
                   bh_dialect_string (bh_dialect_element (bh_dialect_array (params, "input"), 0), "text"));
  else if (g_strcmp0 (method, "turn/interrupt") == 0)
    replay_cancel (self);
}

static const char *const lasting[] = { "codex.number", NULL };

const ReplayProtocol replay_codex = {
  .make = bh_codex_new,
  .client = client,
  .sent = replay_rpc_sent,
  .agent = replay_rpc_agent,
  .request = replay_rpc_request,
  .class_of = class_of,
  .lasting = lasting,
};

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "replay-recordings.h"

#include <string.h>

#include "coordinator/engines/agent/bh-acp.h"

/* How the transcripts of engines that speak ACP are played. */

static const char *
class_of (const char *method)
{
  if (g_str_equal (method, "initialize") || g_str_equal (method, "authenticate") ||
      g_str_equal (method, "session/prompt"))
    return method;
  if (g_str_equal (method, "session/new") || g_str_equal (method, "session/load") ||
      g_str_equal (method, "session/resume"))
    return "session";
  if (g_str_equal (method, "session/list") || g_str_equal (method, "session/close"))
    return "never sent";
  return NULL;
}

static void
answer_with (Replay *self, const char *id, JsonObject *content)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();
  g_autoptr (GList) names = json_object_get_members (content);

  for (GList *link = names; link != NULL; link = link->next)
    g_ptr_array_add (texts, (gpointer) json_object_get_string_member (content, link->data));
  g_ptr_array_add (texts, NULL);
  replay_answer (self, id, (const char *const *) texts->pdata);
}

static void
answered (Replay *self, JsonObject *line)
{
  g_autofree char *id = bh_json_to_text (json_object_get_member (line, "id"));
  JsonObject *result = json_object_get_object_member (line, "result");
  JsonObject *outcome;

  if (json_object_has_member (result, "answers"))
    {
      answer_with (self, id, json_object_get_object_member (result, "answers"));
      return;
    }
  if (json_object_has_member (result, "outcome"))
    {
      outcome = json_object_get_object_member (result, "outcome");
      replay_permit (self, id,
                     strstr (json_object_get_string_member (outcome, "optionId"), "once") != NULL &&
                         strstr (json_object_get_string_member (outcome, "optionId"), "reject") == NULL);
      return;
    }
  if (!json_object_has_member (result, "action"))
    return;
  if (!g_str_equal (json_object_get_string_member (result, "action"), "accept"))
    {
      replay_answer (self, id, NULL);
      return;
    }
  answer_with (self, id, json_object_get_object_member (result, "content"));
}

static void
client (Replay *self, JsonObject *line)
{
  const char *method = json_object_get_string_member_with_default (line, "method", "");

  replay_rpc_client (self, line);
  if (g_str_equal (method, "session/prompt"))
    {
      JsonObject *params = json_object_get_object_member (line, "params");
      JsonObject *block = json_array_get_object_element (json_object_get_array_member (params, "prompt"), 0);

      replay_prompt (self, json_object_get_string_member (block, "text"));
    }
  else if (g_str_equal (method, "session/cancel"))
    replay_cancel (self);
  else if (json_object_has_member (line, "result"))
    answered (self, line);
}

static const char *const lasting[] = { "acp.next", "acp.seen", NULL };

const ReplayProtocol replay_acp = {
  .make = bh_acp_new,
  .client = client,
  .sent = replay_rpc_sent,
  .agent = replay_rpc_agent,
  .request = replay_rpc_request,
  .class_of = class_of,
  .lasting = lasting,
};

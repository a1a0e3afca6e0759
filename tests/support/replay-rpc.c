/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "replay.h"

#include <string.h>

/* JSON-RPC: the recorded client and the dialect number their requests differently, and do not send them in
 * the same order. A recorded response goes to the dialect's oldest open request of the same class. */

static char *
id_text (JsonObject *line)
{
  return json_object_has_member (line, "id") ? bh_json_to_text (json_object_get_member (line, "id")) : NULL;
}

static const char *
class_of (Replay *self, JsonObject *line)
{
  return replay_protocol (self)->class_of (json_object_get_string_member (line, "method"));
}

void
replay_rpc_client (Replay *self, JsonObject *line)
{
  g_autofree char *id = id_text (line);
  g_autofree char *key = g_strconcat ("recorded ", id, NULL);

  if (id != NULL && json_object_has_member (line, "method"))
    replay_note (self, key, class_of (self, line));
}

void
replay_rpc_sent (Replay *self, JsonObject *line)
{
  g_autofree char *id = id_text (line);
  g_autofree char *key = NULL;
  g_autofree char *queue = NULL;
  const char *class, *before;

  if (id == NULL || !json_object_has_member (line, "method"))
    return;
  class = class_of (self, line);
  if (class == NULL)
    {
      g_autofree char *text = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{}}", id);
      g_autoptr (JsonNode) node = bh_json_parse (text, -1, NULL);

      replay_feed_later (self, json_object_ref (json_node_get_object (node)));
      return;
    }
  key = g_strconcat ("sent ", class, NULL);
  before = replay_noted (self, key);
  queue = before != NULL && *before != '\0' ? g_strconcat (before, "\n", id, NULL) : g_strdup (id);
  replay_note (self, key, queue);
}

/* The dialect's oldest open request of a class. (transfer full) (nullable) */
static char *
take_sent (Replay *self, const char *class)
{
  g_autofree char *key = g_strconcat ("sent ", class, NULL);
  const char *queue = replay_noted (self, key);
  const char *end;
  g_autofree char *rest = NULL;
  char *id;

  if (queue == NULL || *queue == '\0')
    return NULL;
  end = strchr (queue, '\n');
  if (end == NULL)
    end = queue + strlen (queue);
  id = g_strndup (queue, (gsize) (end - queue));
  rest = g_strdup (*end != '\0' ? end + 1 : end);
  replay_note (self, key, rest);
  return id;
}

JsonObject *
replay_rpc_agent (Replay *self, JsonObject *line)
{
  g_autofree char *recorded = id_text (line);
  g_autofree char *key = g_strconcat ("recorded ", recorded, NULL);
  g_autofree char *id = NULL;
  g_autoptr (JsonNode) number = NULL;
  g_autoptr (GList) members = NULL;
  JsonObject *told;

  if (recorded == NULL || json_object_has_member (line, "method"))
    return json_object_ref (line);
  if (replay_noted (self, key) != NULL)
    id = take_sent (self, replay_noted (self, key));
  if (id == NULL)
    return NULL;
  number = bh_json_parse (id, -1, NULL);
  told = json_object_new ();
  members = json_object_get_members (line);
  for (GList *link = members; link != NULL; link = link->next)
    json_object_set_member (told, link->data, json_node_ref (json_object_get_member (line, link->data)));
  json_object_set_member (told, "id", g_steal_pointer (&number));
  return told;
}

char *
replay_rpc_request (JsonObject *line)
{
  return json_object_has_member (line, "method") ? id_text (line) : NULL;
}

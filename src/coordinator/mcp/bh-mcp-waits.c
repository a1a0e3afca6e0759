/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/mcp/bh-mcp-waits.h"

#include "coordinator/mcp/bh-mcp-delegation.h"
#include "coordinator/mcp/bh-mcp-state.h"
#include "protocol/bh-json.h"

/* [{"id","token","stateless","key","part","turn","at"}]: id and token as JSON */

static void
wait_free (gpointer data)
{
  BhMcpWait *wait = data;

  bh_mcp_call_free (wait->call);
  g_free (wait->key);
  dex_clear (&wait->answer);
  g_free (wait);
}

BhMcpWait *
bh_mcp_wait_new (BhStateView *states, BhMcpCall *call, const char *digest)
{
  BhMcpWait *self;

  g_return_val_if_fail (BH_IS_STATE_VIEW (states) && call != NULL && digest != NULL, NULL);

  self = g_new0 (BhMcpWait, 1);
  self->call = call;
  self->key = bh_mcp_begin_wait (states, digest);
  self->part = bh_delegation_is_digest (digest);
  self->turn = bh_mcp_get_turn (states);
  self->at = g_get_real_time ();
  return self;
}

/* With its turn ended the call, too: it is not counted any more. */
void
bh_mcp_wait_end (const BhMcpWait *self, BhStateView *states, gboolean delivered)
{
  g_return_if_fail (self != NULL && BH_IS_STATE_VIEW (states));

  if (self->turn == bh_mcp_get_turn (states))
    bh_mcp_end_wait (states, self->key, delivered);
}

gint64
bh_mcp_wait_elapsed_us (const BhMcpWait *self)
{
  gint64 now = g_get_real_time ();

  g_return_val_if_fail (self != NULL, G_MAXINT64);
  return now >= self->at ? now - self->at : G_MAXINT64;
}

GPtrArray *
bh_mcp_waits_new (void)
{
  return g_ptr_array_new_with_free_func (wait_free);
}

static JsonObject *
to_object (const BhMcpWait *wait)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", wait->call->id);
  if (wait->call->token != NULL)
    json_object_set_string_member (object, "token", wait->call->token);
  json_object_set_boolean_member (object, "stateless", wait->call->stateless);
  json_object_set_string_member (object, "key", wait->key);
  json_object_set_boolean_member (object, "part", wait->part);
  json_object_set_int_member (object, "turn", wait->turn);
  json_object_set_int_member (object, "at", wait->at);
  return object;
}

void
bh_mcp_waits_stage (GPtrArray *waits, BhJournal *journal, const char *key)
{
  g_autoptr (JsonArray) array = json_array_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  g_autofree char *text = NULL;

  g_return_if_fail (waits != NULL && BH_IS_JOURNAL (journal) && key != NULL);

  for (guint i = 0; i < waits->len; i++)
    json_array_add_object_element (array, to_object (waits->pdata[i]));
  json_node_set_array (node, array);
  text = bh_json_to_text (node);
  bh_journal_set_state (journal, key, waits->len > 0 ? text : NULL);
}

void
bh_mcp_waits_load (GPtrArray *waits, BhJournal *journal, const char *key)
{
  const char *text = bh_journal_get_state (journal, key);
  g_autoptr (JsonNode) node = text != NULL ? bh_json_parse (text, -1, NULL) : NULL;
  JsonArray *array = node != NULL ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *object = json_array_get_object_element (array, i);
      const BhMcpCall call = {
        .id = (char *) json_object_get_string_member (object, "id"),
        .token = (char *) json_object_get_string_member_with_default (object, "token", NULL),
        .stateless = json_object_get_boolean_member (object, "stateless"),
      };
      BhMcpWait *wait = g_new0 (BhMcpWait, 1);

      wait->call = bh_mcp_call_copy (&call);
      wait->key = g_strdup (json_object_get_string_member (object, "key"));
      /* runs that began before there were delegations have none */
      wait->part = json_object_get_boolean_member_with_default (object, "part", FALSE);
      wait->turn = json_object_get_int_member_with_default (object, "turn", 0);
      wait->at = json_object_get_int_member (object, "at");
      g_ptr_array_add (waits, wait);
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/mcp/bh-mcp-state.h"

#include "coordinator/mcp/bh-mcp-delegation.h"
#include "protocol/bh-json.h"

/* States of the journal:
 *   mcp.asked       [{"key","digest","waits","delivered"}]: questions that are not used up; `waits`: calls
 *                   that wait for the answer
 *   mcp.turns       counts where turns begin and end
 *   mcp.turn        "1": in the middle of one
 *   report.outcome  "completed" or "failed"
 *   report.summary
 * and one of the whole Run:
 *   mcp.count       keys given out */
#define STATE_ASKED "mcp.asked"
#define STATE_TURNS "mcp.turns"
#define STATE_TURN "mcp.turn"
#define STATE_COUNT "mcp.count"
#define STATE_OUTCOME "report.outcome"
#define STATE_SUMMARY "report.summary"
#define COMPLETED "completed"

typedef struct
{
  char *key;
  char *digest;
  gint64 waits;
  gboolean delivered;
  gboolean again; /* a question's: in a prompt, or to a process that is gone: who asks again may not know */
} Asked;

static void
asked_free (gpointer data)
{
  Asked *asked = data;

  g_free (asked->key);
  g_free (asked->digest);
  g_free (asked);
}

void
bh_mcp_deferred_free (BhMcpDeferred *self)
{
  g_free (self->key);
  g_free (self->id);
  g_free (self);
}

static GPtrArray *
load (BhStateView *states)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (asked_free);
  const char *text = bh_state_view_get (states, STATE_ASKED);
  g_autoptr (JsonNode) node = text != NULL ? bh_json_parse (text, -1, NULL) : NULL;
  JsonArray *array = node != NULL ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *object = json_array_get_object_element (array, i);
      Asked *asked = g_new0 (Asked, 1);

      asked->key = g_strdup (json_object_get_string_member (object, "key"));
      asked->digest = g_strdup (json_object_get_string_member (object, "digest"));
      asked->waits = json_object_get_int_member (object, "waits");
      asked->delivered = json_object_get_boolean_member (object, "delivered");
      asked->again = json_object_get_boolean_member_with_default (object, "again", FALSE);
      g_ptr_array_add (all, asked);
    }
  return all;
}

static void
stage (BhStateView *states, GPtrArray *all)
{
  g_autoptr (JsonArray) array = json_array_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  g_autofree char *text = NULL;

  for (guint i = 0; i < all->len; i++)
    {
      const Asked *asked = all->pdata[i];
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "key", asked->key);
      json_object_set_string_member (object, "digest", asked->digest);
      json_object_set_int_member (object, "waits", asked->waits);
      json_object_set_boolean_member (object, "delivered", asked->delivered);
      json_object_set_boolean_member (object, "again", asked->again);
      json_array_add_object_element (array, object);
    }
  json_node_set_array (node, array);
  text = bh_json_to_text (node);
  /* nothing of it was said by anybody: checksums stand for the words */
  bh_state_view_set_plain (states, STATE_ASKED, all->len > 0 ? text : NULL);
}

static Asked *
find (GPtrArray *all, const char *key)
{
  for (guint i = 0; i < all->len; i++)
    if (g_str_equal (((Asked *) all->pdata[i])->key, key))
      return all->pdata[i];
  return NULL;
}

/* The others are questions. */
static gboolean
is_part (const Asked *asked)
{
  return bh_delegation_is_digest (asked->digest);
}

static gboolean
is_delivered (const Asked *asked)
{
  return asked->delivered;
}

static gboolean
is_any (const Asked *asked)
{
  return TRUE;
}

/* Its key is never given out again: neither is what was asked with it looked for. */
static void
forget_key (BhStateView *states, const char *key)
{
  BhJournal *journal = bh_state_view_get_journal (states);
  g_autofree char *state = g_strdup_printf ("ask:%s", key);

  bh_delegation_forget (journal, key);
  bh_journal_set_state (journal, state, NULL);
}

/* Those for which no call waits. */
static void
remove_idle (BhStateView *states, gboolean (*is_meant) (const Asked *asked))
{
  g_autoptr (GPtrArray) all = load (states);

  for (guint i = all->len; i > 0; i--)
    {
      const Asked *asked = all->pdata[i - 1];

      if (asked->waits > 0 || !is_meant (asked))
        continue;
      forget_key (states, asked->key);
      g_ptr_array_remove_index (all, i - 1);
    }
  stage (states, all);
}

GPtrArray *
bh_mcp_deferred (BhStateView *states)
{
  g_autoptr (GPtrArray) all = NULL;
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_mcp_deferred_free);

  g_return_val_if_fail (BH_IS_STATE_VIEW (states), list);

  all = load (states);
  for (guint i = 0; i < all->len; i++)
    {
      const Asked *asked = all->pdata[i];
      g_autofree char *state = g_strdup_printf ("ask:%s", asked->key);
      const char *id = bh_journal_get_state (bh_state_view_get_journal (states), state);
      BhMcpDeferred *deferred;

      if (asked->waits > 0 || asked->delivered || id == NULL)
        continue;
      deferred = g_new0 (BhMcpDeferred, 1);
      deferred->key = g_strdup (asked->key);
      deferred->id = g_strdup (id);
      g_ptr_array_add (list, deferred);
    }
  return list;
}

GPtrArray *
bh_mcp_undelivered (BhStateView *states, gboolean idle)
{
  g_autoptr (GPtrArray) all = NULL;
  GPtrArray *keys = g_ptr_array_new_with_free_func (g_free);

  g_return_val_if_fail (BH_IS_STATE_VIEW (states), keys);

  all = load (states);
  for (guint i = 0; i < all->len; i++)
    {
      const Asked *asked = all->pdata[i];

      if (!asked->delivered && (!idle || asked->waits == 0))
        g_ptr_array_add (keys, g_strdup (asked->key));
    }
  return keys;
}

void
bh_mcp_take_deferred (BhStateView *states, const char *key)
{
  g_autoptr (GPtrArray) all = NULL;
  Asked *asked;

  g_return_if_fail (BH_IS_STATE_VIEW (states) && key != NULL);

  all = load (states);
  asked = find (all, key);
  if (asked == NULL)
    return;
  asked->delivered = TRUE;
  asked->again = !is_part (asked);
  stage (states, all);
}

gint64
bh_mcp_get_turn (BhStateView *states)
{
  g_return_val_if_fail (BH_IS_STATE_VIEW (states), 0);
  return bh_state_view_get_int (states, STATE_TURNS, 0);
}

gboolean
bh_mcp_is_in_turn (BhStateView *states)
{
  g_return_val_if_fail (BH_IS_STATE_VIEW (states), FALSE);
  return bh_state_view_get (states, STATE_TURN) != NULL;
}

static void
set_in_turn (BhStateView *states, gboolean in_turn)
{
  bh_state_view_set (states, STATE_TURN, in_turn ? "1" : NULL);
  bh_state_view_set_int (states, STATE_TURNS, bh_mcp_get_turn (states) + 1);
}

void
bh_mcp_turn_begun (BhStateView *states)
{
  g_return_if_fail (BH_IS_STATE_VIEW (states));
  set_in_turn (states, TRUE);
}

/* Whether an answer or a report was given must not depend on a call that its engine does not hear any more.
 */
static void
end_turn (BhStateView *states)
{
  g_autoptr (GPtrArray) all = NULL;

  if (!bh_mcp_is_in_turn (states))
    return;
  all = load (states);
  for (guint i = 0; i < all->len; i++)
    ((Asked *) all->pdata[i])->waits = 0;
  stage (states, all);
  set_in_turn (states, FALSE);
}

void
bh_mcp_turn_cut (BhStateView *states)
{
  g_return_if_fail (BH_IS_STATE_VIEW (states));
  end_turn (states);
}

void
bh_mcp_turn_ended (BhStateView *states)
{
  g_return_if_fail (BH_IS_STATE_VIEW (states));
  end_turn (states);
  remove_idle (states, is_delivered);
}

void
bh_mcp_run_ended (BhStateView *states)
{
  g_return_if_fail (BH_IS_STATE_VIEW (states));
  remove_idle (states, is_any);
}

static char *
new_key (BhStateView *states)
{
  gint64 count = bh_journal_get_state_int (bh_state_view_get_journal (states), STATE_COUNT, 0) + 1;

  bh_journal_set_state_int (bh_state_view_get_journal (states), STATE_COUNT, count);
  return g_strdup_printf ("mcp:%" G_GINT64_FORMAT, count);
}

void
bh_mcp_engine_lost (BhStateView *states)
{
  g_autoptr (GPtrArray) all = NULL;

  g_return_if_fail (BH_IS_STATE_VIEW (states));

  end_turn (states);
  all = load (states);
  for (guint i = 0; i < all->len; i++)
    {
      Asked *asked = all->pdata[i];

      if (is_part (asked))
        asked->delivered = FALSE;
      else
        asked->again |= asked->delivered;
    }
  stage (states, all);
}

static gboolean
may_be_meant (const Asked *asked, const char *digest)
{
  return g_str_equal (asked->digest, digest) && (!asked->delivered || asked->again);
}

/* (nullable) */
static Asked *
find_meant (GPtrArray *all, const char *digest)
{
  for (guint i = 0; i < all->len; i++)
    if (may_be_meant (all->pdata[i], digest))
      return all->pdata[i];
  return NULL;
}

gboolean
bh_mcp_is_asked (BhStateView *states, const char *digest)
{
  g_autoptr (GPtrArray) all = NULL;

  g_return_val_if_fail (BH_IS_STATE_VIEW (states) && digest != NULL, FALSE);

  all = load (states);
  return find_meant (all, digest) != NULL;
}

char *
bh_mcp_begin_wait (BhStateView *states, const char *digest)
{
  g_autoptr (GPtrArray) all = NULL;
  Asked *asked;

  g_return_val_if_fail (BH_IS_STATE_VIEW (states) && digest != NULL, NULL);

  all = load (states);
  asked = find_meant (all, digest);
  if (asked == NULL)
    {
      asked = g_new0 (Asked, 1);
      asked->key = new_key (states);
      asked->digest = g_strdup (digest);
      g_ptr_array_add (all, asked);
    }
  asked->waits++;
  stage (states, all);
  return g_strdup (asked->key);
}

void
bh_mcp_end_wait (BhStateView *states, const char *key, gboolean delivered)
{
  g_autoptr (GPtrArray) all = NULL;
  Asked *asked;

  g_return_if_fail (BH_IS_STATE_VIEW (states) && key != NULL);

  all = load (states);
  asked = find (all, key);
  if (asked == NULL)
    return;
  asked->waits = MAX (asked->waits - 1, 0);
  asked->delivered |= delivered;
  stage (states, all);
}

void
bh_mcp_forget (BhStateView *states, const char *key)
{
  g_autoptr (GPtrArray) all = NULL;

  g_return_if_fail (BH_IS_STATE_VIEW (states) && key != NULL);

  forget_key (states, key);
  all = load (states);
  if (g_ptr_array_remove (all, find (all, key)))
    stage (states, all);
}

void
bh_mcp_set_report (BhStateView *states, BhRunState outcome, const char *summary)
{
  g_return_if_fail (BH_IS_STATE_VIEW (states) && summary != NULL);

  bh_state_view_set (states, STATE_OUTCOME, outcome == BH_RUN_COMPLETED ? COMPLETED : "failed");
  bh_state_view_set (states, STATE_SUMMARY, summary);
}

gboolean
bh_mcp_get_report (BhStateView *states, BhRunState *outcome, const char **summary)
{
  const char *word;

  g_return_val_if_fail (BH_IS_STATE_VIEW (states) && outcome != NULL && summary != NULL, FALSE);

  word = bh_state_view_get (states, STATE_OUTCOME);
  if (word == NULL)
    return FALSE;
  *outcome = g_str_equal (word, COMPLETED) ? BH_RUN_COMPLETED : BH_RUN_FAILED;
  *summary = bh_state_view_get (states, STATE_SUMMARY);
  return TRUE;
}

void
bh_mcp_clear_report (BhStateView *states)
{
  g_return_if_fail (BH_IS_STATE_VIEW (states));

  bh_state_view_set (states, STATE_OUTCOME, NULL);
  bh_state_view_set (states, STATE_SUMMARY, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-agent-permits.h"

#include <string.h>

#include "coordinator/engines/agent/bh-agent-questions.h"
#include "protocol/bh-json.h"
#include "protocol/bh-text.h"

/* In the engine's state: [{"key","digest","request","tool"}], those whose answer was not given yet. `request`
 * is null after its process died. */
#define OPEN "agent.permits"
/* keys given out, of the whole Run */
#define COUNT "permit.count"
#define KEY "permit:"
/* Nobody could answer more. */
#define OPEN_MOST 32
#define TITLE_MAX 300
/* Of the exact call. All of it is in the step. */
#define CALL_MAX 4000

#define ONCE "once"
#define ALWAYS "always"
#define REJECT "reject"

/* --- the table --- */

static JsonArray *
load (BhAgentWork *self)
{
  const char *text = bh_agent_work_get (self, OPEN);
  g_autoptr (JsonNode) node = text != NULL ? bh_json_parse (text, -1, NULL) : NULL;
  JsonArray *array = json_array_new ();

  for (guint i = 0; node != NULL && i < json_array_get_length (json_node_get_array (node)); i++)
    {
      JsonObject *one = json_array_get_object_element (json_node_get_array (node), i);
      JsonObject *copy = json_object_new ();
      static const char *const members[] = { "key", "digest", "request", "tool" };

      for (guint j = 0; j < G_N_ELEMENTS (members); j++)
        json_object_set_member (copy, members[j], json_node_copy (json_object_get_member (one, members[j])));
      json_array_add_object_element (array, copy);
    }
  return array;
}

static void
store (BhAgentWork *self, JsonArray *array)
{
  g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), array);
  g_autofree char *text = bh_json_to_text (node);

  bh_agent_work_set (self, OPEN, json_array_get_length (array) > 0 ? text : NULL);
}

static const char *
member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
}

/* The number of entries if there is none. `not_asked`: only one that no request stands for. */
static guint
find (JsonArray *array, const char *name, const char *value, gboolean not_asked)
{
  guint n = json_array_get_length (array);

  for (guint i = 0; i < n; i++)
    {
      JsonObject *object = json_array_get_object_element (array, i);

      if (g_strcmp0 (member (object, name), value) == 0 && (!not_asked || member (object, "request") == NULL))
        return i;
    }
  return n;
}

/* --- asking --- */

static char *
digest_of (const BhAgentPermit *permit)
{
  g_autofree char *text =
      g_strjoin ("\n", permit->title != NULL ? permit->title : "", permit->call != NULL ? permit->call : "",
                 permit->always != NULL ? permit->always : "", NULL);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

/* `text` between as many of Markdown's backticks as show it as it is, at least `n`. */
static char *
as_code (const char *text, gsize n, const char *space)
{
  g_autofree char *ticks = NULL;

  for (const char *at = text; *at != '\0'; at++)
    {
      gsize run = strspn (at, "`");

      n = MAX (n, run + 1);
      at += run > 0 ? run - 1 : 0;
    }
  ticks = g_strnfill (n, '`');
  return g_strconcat (ticks, space, text, space, ticks, NULL);
}

/* A title is one line that a model may have written: what would be done stands below it, unless it is that. A
 * question is Markdown, in which a command would lose signs: “rm *.log *.txt” both asterisks.
 * Secrets are hidden before anything is cut off: half of one would not be known. */
static char *
question_text (BhAgentWork *self, const BhAgentPermit *permit)
{
  g_autofree char *named = bh_journal_masked (self->journal, permit->title);
  g_autofree char *masked = bh_journal_masked (self->journal, permit->call);
  g_autofree char *title = bh_text_one_line (named != NULL ? named : "something it does not name", TITLE_MAX);
  g_autofree char *shown = masked != NULL ? bh_text_shown (masked, strlen (masked), NULL) : g_strdup ("");
  g_autofree char *call = bh_text_head (shown, CALL_MAX), *code = NULL;

  /* the title is all there is: without a call, too, as every text ends with nothing */
  if (named != NULL && g_str_has_suffix (title, call))
    code = as_code (title, 1, strchr (title, '`') != NULL ? " " : "");
  if (*call == '\0' || code != NULL)
    return g_strdup_printf ("%s asks for permission: %s", self->file->name, code != NULL ? code : title);
  code = as_code (call, 3, "\n");
  return g_strdup_printf ("%s asks for permission: %s\n\n%s%s", self->file->name, title, code,
                          strlen (shown) > strlen (call) ? "\n\n… It goes on: the step holds all of it."
                                                         : "");
}

/* Labels are ours; what the engine says of an option describes it. */
static BhQuestionSet *
compose (BhAgentWork *self, const BhAgentPermit *permit)
{
  g_autofree char *text = question_text (self, permit);
  g_autofree char *always = bh_journal_masked (self->journal, permit->always);
  g_autofree char *about = always != NULL && *always != '\0' ? bh_text_one_line (always, TITLE_MAX) : NULL;
  BhQuestionSet *set = bh_question_set_new_single ("permission", "Permission", text);

  bh_question_set_add_option (set, ONCE, "Allow once", NULL);
  if (always != NULL)
    bh_question_set_add_option (set, ALWAYS, "Allow always", about);
  bh_question_set_add_option (set, REJECT, "Reject", NULL);
  return set;
}

static char *
new_key (BhAgentWork *self)
{
  gint64 count = bh_journal_get_state_int (self->journal, COUNT, 0) + 1;

  bh_journal_set_state_int (self->journal, COUNT, count);
  return g_strdup_printf (KEY "%" G_GINT64_FORMAT, count);
}

static void
add_entry (JsonArray *array, const char *key, const char *digest, const BhAgentPermit *permit)
{
  JsonObject *entry = json_object_new ();

  json_object_set_string_member (entry, "key", key);
  json_object_set_string_member (entry, "digest", digest);
  json_object_set_string_member (entry, "request", permit->request);
  if (permit->tool != NULL)
    json_object_set_string_member (entry, "tool", permit->tool);
  else
    json_object_set_null_member (entry, "tool");
  json_array_add_object_element (array, entry);
}

/* One that was asked before is none more. */
static gboolean
asks_too_much (BhAgentWork *self, const BhAgentPermit *permit)
{
  g_autoptr (JsonArray) array = load (self);
  guint n = json_array_get_length (array);
  g_autofree char *digest = digest_of (permit);

  return find (array, "digest", digest, TRUE) == n &&
         (n >= OPEN_MOST || !bh_engine_host_may_ask (self->host));
}

/* A question that was asked by a process which died is meant again. */
static void
ask (BhAgentWork *self, const BhAgentPermit *permit)
{
  g_autoptr (JsonArray) array = load (self);
  g_autofree char *digest = digest_of (permit), *key = NULL;
  g_autoptr (BhQuestionSet) set = compose (self, permit);
  guint before = find (array, "digest", digest, TRUE);

  if (before < json_array_get_length (array))
    {
      key = g_strdup (member (json_array_get_object_element (array, before), "key"));
      json_array_remove_element (array, before);
    }
  else
    key = new_key (self);
  add_entry (array, key, digest, permit);
  store (self, array);
  bh_turn_log_pause (self->log);
  bh_agent_questions_watch_key (self, key, set);
}

/* --- what becomes of it --- */

static void
reply (BhAgentWork *self, const char *request, const char *tool, BhPermit permit, const char *how)
{
  g_autofree char *text = g_strdup_printf ("asked for permission: %s", how);

  if (tool != NULL)
    bh_turn_log_remark (self->log, tool, text);
  bh_dialect_permit (self->dialect, BH_DIALECT_SINK (self), request, permit);
}

void
bh_agent_permits_settle (BhAgentWork *self, const BhAgentPermit *permit)
{
  const BhRun *run = bh_journal_get_run (self->journal);

  if (run->permissions != BH_PERMISSIONS_ASK || run->mode == BH_MODE_AUTONOMOUS)
    {
      /* it is what a box is for */
      reply (self, permit->request, permit->tool, BH_PERMIT_ONCE, "allowed, as everything inside the DevBox");
      return;
    }
  if (asks_too_much (self, permit))
    reply (self, permit->request, permit->tool, BH_PERMIT_REJECT, "rejected, as too many are open");
  else
    ask (self, permit);
}

static BhPermit
read_answer (const BhQuestionSet *set, const char **how)
{
  const char *option = bh_question_set_get_chosen (set);

  if (g_strcmp0 (option, ONCE) == 0)
    {
      *how = "you allowed it once";
      return BH_PERMIT_ONCE;
    }
  if (g_strcmp0 (option, ALWAYS) == 0)
    {
      *how = "you allowed it always";
      return BH_PERMIT_ALWAYS;
    }
  *how = "you rejected it";
  return BH_PERMIT_REJECT;
}

gboolean
bh_agent_permits_give (BhAgentWork *self, const BhAgentAnswer *answer)
{
  g_autoptr (JsonArray) array = NULL;
  g_autofree char *request = NULL, *tool = NULL;
  JsonObject *entry;
  BhPermit permit;
  const char *how;
  guint at;

  if (!g_str_has_prefix (answer->key, KEY))
    return FALSE;
  array = load (self);
  at = find (array, "key", answer->key, FALSE);
  entry = at < json_array_get_length (array) ? json_array_get_object_element (array, at) : NULL;
  /* asked by a process that died: the next one is given the answer when it asks again */
  if (entry == NULL || member (entry, "request") == NULL || answer->set == NULL)
    return TRUE;
  request = g_strdup (member (entry, "request"));
  tool = g_strdup (member (entry, "tool"));
  json_array_remove_element (array, at);
  store (self, array);
  permit = read_answer (answer->set, &how);
  if (permit == BH_PERMIT_REJECT)
    bh_agent_work_set (self, BH_AGENT_REJECTED, tool != NULL ? tool : "");
  reply (self, request, tool, permit, how);
  /* another request has another key */
  bh_engine_host_take_back (self->host, answer->key);
  return TRUE;
}

void
bh_agent_permits_withdrawn (BhAgentWork *self, const char *request)
{
  g_autoptr (JsonArray) array = load (self);
  guint at = find (array, "request", request, FALSE);
  g_autofree char *key = NULL;

  if (at >= json_array_get_length (array))
    return;
  key = g_strdup (member (json_array_get_object_element (array, at), "key"));
  json_array_remove_element (array, at);
  store (self, array);
  bh_engine_host_take_back (self->host, key);
}

void
bh_agent_permits_lose (BhAgentWork *self)
{
  g_autoptr (JsonArray) array = load (self);

  for (guint i = 0; i < json_array_get_length (array); i++)
    json_object_set_null_member (json_array_get_object_element (array, i), "request");
  store (self, array);
}

void
bh_agent_permits_turn_ended (BhAgentWork *self)
{
  g_autoptr (JsonArray) array = load (self);

  bh_agent_work_set (self, OPEN, NULL);
  for (guint i = 0; i < json_array_get_length (array); i++)
    bh_engine_host_take_back (self->host, member (json_array_get_object_element (array, i), "key"));
}

void
bh_agent_permits_watch (BhAgentWork *self)
{
  g_autoptr (JsonArray) array = load (self);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *entry = json_array_get_object_element (array, i);

      if (member (entry, "request") != NULL)
        bh_agent_questions_watch_key (self, member (entry, "key"), NULL);
    }
}

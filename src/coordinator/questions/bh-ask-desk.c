/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/questions/bh-ask-desk.h"

#include "coordinator/mcp/bh-mcp-channel.h"
#include "coordinator/mcp/bh-mcp-ended.h"
#include "coordinator/runs/bh-staging.h"

void
bh_ask_free (BhAsk *self)
{
  bh_question_set_unref (self->set);
  g_free (self);
}

/* (nullable) */
static const char *
string_member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static BhAsk *
ask_from_object (JsonObject *object, GError **error)
{
  const char *kind = string_member (object, "kind");
  const char *format = string_member (object, "format");
  g_autoptr (BhQuestionSet) set = NULL;
  BhAsk *ask;

  if (g_strcmp0 (kind, "ask") != 0)
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "kind", "“kind” must be \"ask\" or \"mcp\".");
      return NULL;
    }
  if (!json_object_has_member (object, "set"))
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "set", "“set” with the questions is missing.");
      return NULL;
    }
  if (json_object_has_member (object, "format") && g_strcmp0 (format, "text") != 0 &&
      g_strcmp0 (format, "json") != 0)
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "format", "“format” must be \"text\" or \"json\".");
      return NULL;
    }
  set = bh_question_set_from_ask (json_object_get_member (object, "set"), error);
  if (set == NULL)
    return NULL;
  ask = g_new0 (BhAsk, 1);
  ask->set = g_steal_pointer (&set);
  ask->json = g_strcmp0 (format, "json") == 0;
  return ask;
}

BhAsk *
bh_ask_parse (GBytes *line, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  gsize length;
  const char *data = g_bytes_get_data (line, &length);

  node = bh_json_parse (data, (gssize) length, error);
  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      bh_set_error (error, BH_ERROR_BAD_JSON, NULL, "The line must be a JSON object.");
      return NULL;
    }
  return ask_from_object (json_node_get_object (node), error);
}

gboolean
bh_ask_is_mcp (GBytes *line, char **engine)
{
  gsize length;
  const char *data = g_bytes_get_data (line, &length);
  g_autoptr (JsonNode) node = bh_json_parse (data, (gssize) length, NULL);

  if (engine != NULL)
    *engine = NULL;
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node) ||
      g_strcmp0 (string_member (json_node_get_object (node), "kind"), "mcp") != 0)
    return FALSE;
  if (engine != NULL)
    *engine = g_strdup (string_member (json_node_get_object (node), "engine"));
  return TRUE;
}

static char *
answers_json (BhQuestionSet *set)
{
  g_autoptr (JsonNode) node = bh_question_set_to_json (set);
  JsonObject *all = json_node_get_object (node);
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (object, "question", set->id);
  json_object_set_member (object, "answers", json_node_copy (json_object_get_member (all, "answers")));
  json_node_set_object (root, object);
  return json_to_string (root, FALSE);
}

char *
bh_ask_reply (const BhAsk *ask, BhQuestionSet *set, const GError *error)
{
  g_autofree char *text = NULL;
  const char *word = "error";

  if (set != NULL)
    {
      text = ask->json ? answers_json (set) : bh_question_set_answer_text (set);
      return g_strdup_printf ("answered\n%s\n", text);
    }
  if (g_error_matches (error, BH_ERROR, BH_ERROR_UNAVAILABLE))
    word = "unavailable";
  else if (g_error_matches (error, BH_ERROR, BH_ERROR_QUESTION_CLOSED))
    word = "declined";
  return g_strdup_printf ("%s\n%s\n", word, error->message);
}

struct _BhAskDesk
{
  GObject parent;
  BhQuestions *questions;     /* (nullable) */
  BhDelegations *delegations; /* (nullable) */
  DexPromise *changed;        /* resolved when `questions` is set to another object */
  gsize held;                 /* bytes of lines, in all channels */
  guint n_mcp;                /* channels of MCP clients */
};

G_DEFINE_FINAL_TYPE (BhAskDesk, bh_ask_desk, G_TYPE_OBJECT)

static void
bh_ask_desk_finalize (GObject *object)
{
  BhAskDesk *self = BH_ASK_DESK (object);

  g_clear_object (&self->questions);
  g_clear_object (&self->delegations);
  dex_clear (&self->changed);
  G_OBJECT_CLASS (bh_ask_desk_parent_class)->finalize (object);
}

static void
bh_ask_desk_class_init (BhAskDeskClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_ask_desk_finalize;
}

static void
bh_ask_desk_init (BhAskDesk *self)
{
  self->changed = dex_promise_new ();
}

void
bh_ask_desk_set_questions (BhAskDesk *self, BhQuestions *questions, BhDelegations *delegations)
{
  g_autoptr (DexPromise) changed = NULL;

  g_return_if_fail (BH_IS_ASK_DESK (self));
  g_return_if_fail (questions == NULL || BH_IS_QUESTIONS (questions));

  g_set_object (&self->delegations, delegations);
  if (!g_set_object (&self->questions, questions))
    return;
  changed = self->changed;
  self->changed = dex_promise_new ();
  dex_promise_resolve_boolean (changed, TRUE);
}

/* One channel being served. */
typedef struct
{
  BhAskDesk *desk;
  BhProcess *channel;
  gsize held; /* of the desk's */
} Serve;

static void
drop_line (Serve *serve)
{
  serve->desk->held -= serve->held;
  serve->held = 0;
}

static void
serve_free (gpointer data)
{
  Serve *serve = data;

  drop_line (serve);
  g_object_unref (serve->desk);
  g_object_unref (serve->channel);
  g_free (serve);
}

/* Adds to the line being read. FALSE when that, or all of the box, becomes too much. */
static gboolean
hold (Serve *serve, GByteArray *line, const guint8 *data, gsize length, GError **error)
{
  if (line->len + length > BH_ASK_LINE_MAX)
    {
      bh_set_error (error, BH_ERROR_TOO_LARGE, NULL, "A question has at most %d bytes.", BH_ASK_LINE_MAX);
      return FALSE;
    }
  if (serve->desk->held + length > BH_ASK_TOTAL_MAX)
    {
      bh_set_error (error, BH_ERROR_TOO_LARGE, NULL,
                    "The programs of this DevBox ask questions of more than %d bytes at once. Ask again when "
                    "some are answered.",
                    BH_ASK_TOTAL_MAX);
      return FALSE;
    }
  g_byte_array_append (line, data, (guint) length);
  serve->held += length;
  serve->desk->held += length;
  return TRUE;
}

/* The first line, without its newline; NULL with error when there is none, or the box is gone. */
static GBytes *
read_line (Serve *serve, GError **error)
{
  BhProcess *channel = serve->channel;
  g_autoptr (GByteArray) line = g_byte_array_new ();

  bh_process_attach (channel, BH_STREAM_STDOUT, 0);
  for (;;)
    {
      g_autoptr (BhChunk) chunk = dex_await_boxed (bh_process_read (channel, BH_STREAM_STDOUT), error);
      const guint8 *data, *end;
      gsize length;

      if (chunk == NULL)
        return NULL;
      data = g_bytes_get_data (chunk->bytes, &length);
      end = length > 0 ? memchr (data, '\n', length) : NULL;
      if (!hold (serve, line, data, end != NULL ? (gsize) (end - data) : length, error))
        return NULL;
      if (end != NULL)
        return g_byte_array_free_to_bytes (g_steal_pointer (&line));
      if (length == 0)
        {
          bh_set_error (error, BH_ERROR_BAD_JSON, NULL, "The line with the question was not finished.");
          return NULL;
        }
    }
}

/* The Run was let go of, its question stays open: whoever takes up the Run again answers, not we. */
static gboolean
is_let_go (const GError *error)
{
  return error != NULL && error->domain == BH_ERROR &&
         (error->code == BH_ERROR_RUN_NOT_ACTIVE || bh_staging_is_storage_error (error));
}

/* (transfer full) Whoever takes questions, but not `failed`, which did not. */
static BhQuestions *
await_questions (BhAskDesk *desk, BhQuestions *failed)
{
  while (desk->questions == NULL || desk->questions == failed)
    if (!dex_await (dex_ref (DEX_FUTURE (desk->changed)), NULL))
      return NULL;
  return g_object_ref (desk->questions);
}

static char *
answer_line (Serve *serve, GBytes *line)
{
  g_autofree char *key = g_strdup_printf (BH_CHANNEL_QUESTION, bh_process_get_id (serve->channel));
  g_autoptr (GError) parse_error = NULL;
  g_autoptr (BhAsk) ask = bh_ask_parse (line, &parse_error);
  g_autoptr (BhQuestions) questions = NULL;

  if (ask == NULL)
    return bh_ask_reply (NULL, NULL, parse_error);
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BhQuestionSet) set = NULL;
      BhQuestions *next = await_questions (serve->desk, questions);

      g_clear_object (&questions);
      questions = next;
      if (questions == NULL)
        return NULL;
      set = dex_await_boxed (bh_questions_ask (questions, ask->set, key, "script"), &error);
      if (!is_let_go (error))
        return bh_ask_reply (ask, set, error);
    }
}

/* The box keeps the channel's bytes until it is released, which is once the program hung up: until then it
 * may have to be written again. */
static void
await_hang_up (BhAskDesk *desk, BhProcess *channel)
{
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BhChunk) chunk = dex_await_boxed (bh_process_read (channel, BH_STREAM_STDOUT), &error);

      if (chunk == NULL)
        return;
      if (g_bytes_get_size (chunk->bytes) == 0)
        break;
    }
  if (desk->questions != NULL)
    bh_mcp_channel_ended (bh_questions_get_journal (desk->questions), bh_process_get_id (channel));
  bh_process_release (channel);
}

/* An MCP client says its first line once; after that only the journal knows what it is. */
static gboolean
is_known_mcp (Serve *serve)
{
  BhQuestions *questions = serve->desk->questions;

  return questions != NULL &&
         bh_mcp_is_known (bh_questions_get_journal (questions), bh_process_get_id (serve->channel));
}

/* FALSE when the Run was let go of. */
static gboolean
serve_for (Serve *serve, BhQuestions *questions, const char *engine, guint64 from)
{
  g_autoptr (BhDelegations) delegations =
      serve->desk->delegations != NULL ? g_object_ref (serve->desk->delegations) : NULL;
  const BhMcpServer server = { .questions = questions, .delegations = delegations };

  return bh_mcp_serve (serve->channel, &server, engine, from);
}

static void
serve_mcp (Serve *serve, const char *engine, guint64 from)
{
  g_autoptr (BhQuestions) questions = NULL;

  if (serve->desk->n_mcp >= BH_MCP_CHANNELS_MAX)
    {
      bh_process_close (serve->channel);
      bh_process_release (serve->channel);
      return;
    }
  serve->desk->n_mcp++;
  do
    {
      BhQuestions *next = await_questions (serve->desk, questions);

      g_clear_object (&questions);
      questions = next;
    }
  while (questions != NULL && !serve_for (serve, questions, engine, from));
  serve->desk->n_mcp--;
}

static DexFuture *
serve_fiber (gpointer data)
{
  Serve *serve = data;
  g_autoptr (GError) error = NULL;
  gboolean known = is_known_mcp (serve);
  g_autoptr (GBytes) line = known ? NULL : read_line (serve, &error);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *engine = NULL;
  char *reply;

  if (g_error_matches (error, BH_ERROR, BH_ERROR_DEVBOX_GONE))
    return dex_future_new_for_boolean (FALSE);
  /* what was said first is no longer there: it was dealt with, before there were questions */
  if (known || g_error_matches (error, BH_ERROR, BH_ERROR_RANGE) ||
      (line != NULL && bh_ask_is_mcp (line, &engine)))
    {
      guint64 from = line != NULL ? g_bytes_get_size (line) + 1 : 0;

      g_clear_pointer (&line, g_bytes_unref);
      drop_line (serve);
      serve_mcp (serve, engine, from);
      return dex_future_new_for_boolean (TRUE);
    }
  reply = line != NULL ? answer_line (serve, line) : bh_ask_reply (NULL, NULL, error);
  g_clear_pointer (&line, g_bytes_unref);
  drop_line (serve);
  if (reply == NULL)
    return dex_future_new_for_boolean (FALSE);
  bytes = g_bytes_new_take (reply, strlen (reply));
  g_clear_error (&error);
  if (!dex_await (bh_process_write (serve->channel, 0, bytes), &error))
    {
      g_debug ("the asker of channel %u does not listen any more: %s", bh_process_get_id (serve->channel),
               error->message);
      return dex_future_new_for_boolean (FALSE);
    }
  bh_process_close (serve->channel);
  await_hang_up (serve->desk, serve->channel);
  return dex_future_new_for_boolean (TRUE);
}

static void
channel_cb (BhBox *box, BhProcess *channel, BhAskDesk *self)
{
  Serve *serve = g_new0 (Serve, 1);

  serve->desk = g_object_ref (self);
  serve->channel = g_object_ref (channel);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, serve_fiber, serve, serve_free));
}

BhAskDesk *
bh_ask_desk_of_box (BhBox *box)
{
  static GQuark quark;
  BhAskDesk *self;

  g_return_val_if_fail (BH_IS_BOX (box), NULL);

  if (quark == 0)
    quark = g_quark_from_static_string ("bh-ask-desk");
  self = g_object_get_qdata (G_OBJECT (box), quark);
  if (self != NULL)
    return self;
  self = g_object_new (BH_TYPE_ASK_DESK, NULL);
  g_object_set_qdata_full (G_OBJECT (box), quark, self, g_object_unref);
  g_signal_connect_object (box, "channel", G_CALLBACK (channel_cb), self, G_CONNECT_DEFAULT);
  return self;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-dialect-json.h"

#include <string.h>

#include "protocol/bh-json.h"
#include "protocol/bh-text.h"

/* Kinds of things that are told apart, and how long their names may be. */
#define ONCE_MOST 32
#define ONCE_NAME 80
/* What is told of a refused question, and as much of the reason. */
#define REFUSED_MAX 500

/* --- foreign objects --- */

JsonNode *
bh_dialect_member (JsonObject *object, const char *member)
{
  return object != NULL ? json_object_get_member (object, member) : NULL;
}

static gboolean
holds (JsonNode *node, GType type)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

JsonObject *
bh_dialect_object (JsonObject *object, const char *member)
{
  JsonNode *node = bh_dialect_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
bh_dialect_array (JsonObject *object, const char *member)
{
  JsonNode *node = bh_dialect_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

const char *
bh_dialect_string (JsonObject *object, const char *member)
{
  JsonNode *node = bh_dialect_member (object, member);

  return holds (node, G_TYPE_STRING) ? json_node_get_string (node) : NULL;
}

const char *
bh_dialect_id (JsonObject *object, const char *member)
{
  const char *id = bh_dialect_string (object, member);

  return id != NULL && *id != '\0' ? id : NULL;
}

gint64
bh_dialect_int (JsonObject *object, const char *member, gint64 fallback)
{
  JsonNode *node = bh_dialect_member (object, member);

  return holds (node, G_TYPE_INT64) ? json_node_get_int (node) : fallback;
}

double
bh_dialect_double (JsonObject *object, const char *member, double fallback)
{
  JsonNode *node = bh_dialect_member (object, member);

  if (holds (node, G_TYPE_INT64))
    return (double) json_node_get_int (node);
  return holds (node, G_TYPE_DOUBLE) ? json_node_get_double (node) : fallback;
}

gboolean
bh_dialect_is_true (JsonObject *object, const char *member)
{
  JsonNode *node = bh_dialect_member (object, member);

  return holds (node, G_TYPE_BOOLEAN) && json_node_get_boolean (node);
}

guint
bh_dialect_length (JsonArray *array)
{
  return array != NULL ? json_array_get_length (array) : 0;
}

JsonObject *
bh_dialect_element (JsonArray *array, guint index)
{
  JsonNode *node = index < bh_dialect_length (array) ? json_array_get_element (array, index) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

const char *
bh_dialect_element_string (JsonArray *array, guint index)
{
  JsonNode *node = index < bh_dialect_length (array) ? json_array_get_element (array, index) : NULL;

  return holds (node, G_TYPE_STRING) ? json_node_get_string (node) : NULL;
}

/* --- calls and what they gave --- */

char *
bh_dialect_pretty (JsonNode *node)
{
  return json_to_string (node, TRUE);
}

char *
bh_dialect_bare_command (const char *command)
{
  g_auto (GStrv) words = NULL;
  int n = 0;

  if (!g_shell_parse_argv (command, &n, &words, NULL) || n != 3 || !g_str_has_suffix (words[0], "sh"))
    return g_strdup (command);
  if (strcmp (words[1], "-c") != 0 && strcmp (words[1], "-lc") != 0)
    return g_strdup (command);
  return g_strdup (words[2]);
}

/* A command as its words: quoted as a shell wants them. (transfer full) (nullable) */
static char *
command_of_words (JsonArray *words)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < bh_dialect_length (words); i++)
    {
      const char *word = bh_dialect_element_string (words, i);
      g_autofree char *quoted = word != NULL ? g_shell_quote (word) : NULL;

      if (word == NULL)
        return NULL;
      if (i > 0)
        g_string_append_c (text, ' ');
      g_string_append (text, *word != '\0' && strpbrk (word, " \t\n'\"\\$`|&;<>()*?[]#~!{}") == NULL
                                 ? word
                                 : quoted);
    }
  return text->len > 0 ? bh_dialect_bare_command (text->str) : NULL;
}

/* (transfer full) (nullable) */
static char *
command_of (JsonNode *input)
{
  static const char *const members[] = { "command", "cmd" };
  JsonObject *object = input != NULL && JSON_NODE_HOLDS_OBJECT (input) ? json_node_get_object (input) : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const char *command = bh_dialect_string (object, members[i]);
      JsonArray *words = bh_dialect_array (object, members[i]);

      if (command != NULL && *command != '\0')
        return bh_dialect_bare_command (command);
      if (words != NULL)
        return command_of_words (words);
    }
  return NULL;
}

char *
bh_dialect_call_text (JsonNode *input)
{
  g_autofree char *command = NULL;

  if (input == NULL || JSON_NODE_HOLDS_NULL (input))
    return NULL;
  command = command_of (input);
  if (command != NULL)
    return g_steal_pointer (&command);
  if (holds (input, G_TYPE_STRING))
    return g_strdup (json_node_get_string (input));
  return bh_dialect_pretty (input);
}

char *
bh_dialect_call_title (JsonNode *input)
{
  static const char *const members[] = {
    "file_path", "filePath", "notebook_path", "pattern",     "query",
    "url",       "path",     "skill",         "description", "prompt",
  };
  JsonObject *object = input != NULL && JSON_NODE_HOLDS_OBJECT (input) ? json_node_get_object (input) : NULL;
  g_autofree char *command = command_of (input);

  if (command != NULL)
    {
      char *line = g_strchug (command);

      line[strcspn (line, "\n")] = '\0';
      return g_strdup (line);
    }
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const char *value = bh_dialect_string (object, members[i]);

      if (value != NULL && *value != '\0')
        return g_strdup (value);
    }
  return NULL;
}

char *
bh_dialect_line (BhDialectSink *sink, const char *text, gsize most)
{
  g_autofree char *masked = bh_dialect_sink_masked (sink, text);

  return bh_text_one_line (masked, most);
}

char *
bh_dialect_head (BhDialectSink *sink, const char *text, gsize most)
{
  g_autofree char *masked = bh_dialect_sink_masked (sink, text);

  return bh_text_head (masked, most);
}

static void
append_block (GString *text, JsonArray *blocks, guint index)
{
  JsonObject *block = bh_dialect_element (blocks, index);
  const char *type = bh_dialect_string (block, "type");
  const char *piece = bh_dialect_string (block, "text");

  if (piece == NULL)
    piece = bh_dialect_element_string (blocks, index);
  if (piece == NULL && block == NULL)
    return;
  if (text->len > 0)
    g_string_append_c (text, '\n');
  if (piece != NULL)
    g_string_append (text, piece);
  else
    g_string_append_printf (text, "[%s]", type != NULL ? type : "…");
}

char *
bh_dialect_content_text (JsonNode *content)
{
  g_autoptr (GString) text = NULL;

  if (content == NULL || JSON_NODE_HOLDS_NULL (content))
    return NULL;
  if (holds (content, G_TYPE_STRING))
    return g_strdup (json_node_get_string (content));
  if (!JSON_NODE_HOLDS_ARRAY (content))
    return bh_dialect_pretty (content);
  text = g_string_new (NULL);
  for (guint i = 0; i < json_array_get_length (json_node_get_array (content)); i++)
    append_block (text, json_node_get_array (content), i);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
bh_dialect_tell_refused (BhDialectSink *sink, const char *what, const char *asked, const char *why)
{
  g_autofree char *quoted = asked != NULL ? bh_dialect_line (sink, asked, REFUSED_MAX) : NULL;
  g_autofree char *reason = why != NULL ? bh_dialect_line (sink, why, REFUSED_MAX) : NULL;
  g_autofree char *text =
      g_strdup_printf ("%s%s%s%s%s%s", what, quoted != NULL ? ": “" : "", quoted != NULL ? quoted : "",
                       quoted != NULL ? "”." : ".", reason != NULL ? " " : "", reason != NULL ? reason : "");

  bh_dialect_sink_notice (sink, text);
}

void
bh_dialect_session_lost (BhDialectSink *sink, const char *why)
{
  g_autofree char *text = g_strdup_printf ("The engine could not take up its session again: %s", why);

  bh_dialect_sink_notice (sink, text);
}

gboolean
bh_dialect_is_signed_out (const char *text)
{
  static const char *const words[] = {
    "/login",
    "invalid api key",
    "invalid x-api-key",
    "api error: 401",
    "401 unauthorized",
    "unauthenticated",
    "not logged in",
    "not signed in",
    "log in again",
    "sign in again",
    "token_expired",
    "token has expired",
    "authentication_error",
    "missing api key",
    "authentication required",
  };
  g_autofree char *low = text != NULL ? g_ascii_strdown (text, -1) : NULL;

  for (guint i = 0; low != NULL && i < G_N_ELEMENTS (words); i++)
    if (strstr (low, words[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* --- tables in the state --- */

JsonObject *
bh_dialect_load (BhDialectSink *sink, const char *key)
{
  const char *text = bh_dialect_sink_get_state (sink, key);
  g_autoptr (JsonNode) node = text != NULL ? bh_json_parse (text, -1, NULL) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return json_object_new ();
  return json_node_dup_object (node);
}

void
bh_dialect_store (BhDialectSink *sink, const char *key, JsonObject *table)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), table);
  g_autofree char *text = json_object_get_size (table) > 0 ? bh_json_to_text (node) : NULL;

  bh_dialect_sink_set_json (sink, key, text);
}

JsonObject *
bh_dialect_take (BhDialectSink *sink, const char *key, const char *name)
{
  g_autoptr (JsonObject) table = NULL;
  JsonObject *entry;

  if (bh_dialect_sink_get_state (sink, key) == NULL)
    return NULL;
  table = bh_dialect_load (sink, key);
  entry = bh_dialect_object (table, name);
  if (entry == NULL)
    return NULL;
  json_object_ref (entry);
  json_object_remove_member (table, name);
  bh_dialect_store (sink, key, table);
  return entry;
}

gboolean
bh_dialect_once (BhDialectSink *sink, const char *key, const char *name)
{
  g_autoptr (JsonObject) table = bh_dialect_load (sink, key);
  g_autofree char *known = bh_dialect_head (sink, name, ONCE_NAME);

  if (json_object_has_member (table, known))
    return FALSE;
  if (json_object_get_size (table) >= ONCE_MOST)
    {
      json_object_unref (table);
      table = json_object_new ();
    }
  json_object_set_boolean_member (table, known, TRUE);
  bh_dialect_store (sink, key, table);
  return TRUE;
}

gint64
bh_dialect_get_number (BhDialectSink *sink, const char *key, gint64 fallback)
{
  const char *text = bh_dialect_sink_get_state (sink, key);

  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : fallback;
}

void
bh_dialect_set_number (BhDialectSink *sink, const char *key, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  bh_dialect_sink_set_json (sink, key, text);
}

/* --- questions --- */

JsonObject *
bh_dialect_ask_add (BhDialectAsk *self, const char *header, const char *text)
{
  JsonObject *question = json_object_new ();

  if (self->questions == NULL)
    self->questions = json_array_new ();
  if (header != NULL && *header != '\0')
    json_object_set_string_member (question, "header", header);
  json_object_set_string_member (question, "text", text != NULL ? text : "");
  json_array_add_object_element (self->questions, question);
  return question;
}

static gboolean
is_recommended (const char *label)
{
  static const char suffix[] = "(recommended)";
  gsize length = strlen (label);

  return length > strlen (suffix) && g_ascii_strcasecmp (label + length - strlen (suffix), suffix) == 0;
}

static gboolean
is_multiple (JsonObject *question)
{
  return g_strcmp0 (bh_dialect_string (question, "kind"), "multiple") == 0;
}

static gboolean
has_recommended (JsonArray *options)
{
  for (guint i = 0; i < bh_dialect_length (options); i++)
    if (bh_dialect_is_true (bh_dialect_element (options, i), "recommended"))
      return TRUE;
  return FALSE;
}

void
bh_dialect_ask_option (JsonObject *question, const char *label, const char *description)
{
  JsonArray *options = bh_dialect_array (question, "options");
  JsonObject *option = json_object_new ();

  if (options == NULL)
    {
      options = json_array_new ();
      json_object_set_array_member (question, "options", options);
    }
  json_object_set_string_member (option, "label", label != NULL ? label : "");
  if (description != NULL && *description != '\0')
    json_object_set_string_member (option, "description", description);
  /* where only one can be chosen, only one can be recommended */
  if (label != NULL && is_recommended (label) && (is_multiple (question) || !has_recommended (options)))
    json_object_set_boolean_member (option, "recommended", TRUE);
  json_array_add_object_element (options, option);
}

void
bh_dialect_ask_clear (BhDialectAsk *self)
{
  g_clear_pointer (&self->questions, json_array_unref);
}

BhQuestionSet *
bh_dialect_ask_finish (BhDialectAsk *self, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_array_member (object, "questions",
                                self->questions != NULL ? json_array_ref (self->questions)
                                                        : json_array_new ());
  json_node_take_object (node, object);
  return bh_question_set_from_ask (node, error);
}

BhQuestionSet *
bh_dialect_ask_tool (JsonArray *questions, GError **error)
{
  g_auto (BhDialectAsk) ask = BH_DIALECT_ASK_INIT;

  for (guint i = 0; i < bh_dialect_length (questions); i++)
    {
      JsonObject *given = bh_dialect_element (questions, i);
      JsonArray *options = bh_dialect_array (given, "options");
      JsonObject *question = bh_dialect_ask_add (&ask, bh_dialect_string (given, "header"),
                                                 bh_dialect_string (given, "question"));

      if (bh_dialect_is_true (given, "multiSelect") && bh_dialect_length (options) > 0)
        json_object_set_string_member (question, "kind", "multiple");
      for (guint j = 0; j < bh_dialect_length (options); j++)
        {
          JsonObject *option = bh_dialect_element (options, j);

          bh_dialect_ask_option (question, bh_dialect_string (option, "label"),
                                 bh_dialect_string (option, "description"));
        }
    }
  return bh_dialect_ask_finish (&ask, error);
}

char *
bh_dialect_answer_text (const BhQuestionSet *set, guint index)
{
  const BhQuestion *question = index < set->questions->len ? set->questions->pdata[index] : NULL;

  for (guint i = 0; question != NULL && set->answers != NULL && i < set->answers->len; i++)
    {
      const BhChoice *choice = set->answers->pdata[i];

      if (g_strcmp0 (choice->question, question->id) == 0)
        return bh_choice_to_text (question, choice);
    }
  return NULL;
}

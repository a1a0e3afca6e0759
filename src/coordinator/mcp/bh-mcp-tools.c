/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/mcp/bh-mcp-tools.h"

#include <string.h>

#include "protocol/bh-json.h"

#define HOW_TO_ASK                                                                                           \
  " Call ask_human again like this: {\"question\": \"Where should it live?\", \"options\": [\"Toolbar\", "   \
  "\"Menu\"]}, or for several: {\"questions\": [{\"question\": \"…\", \"kind\": \"single\", \"options\": "   \
  "[{\"label\": \"Toolbar\", \"description\": \"…\", \"recommended\": true}, {\"label\": \"Menu\"}]}, "      \
  "{\"question\": \"…\", \"kind\": \"text\"}]}."
#define HOW_TO_REPORT                                                                                        \
  " Call report_result again like this: {\"outcome\": \"completed\" or \"failed\", \"summary\": \"what was " \
  "done, or why it could not be\"}."

/* --- reading what models write --- */

#define RECOMMENDED_SUFFIX "(recommended)"

static const char *const text_names[] = { "question", "text", "prompt", "message", "query", "title", NULL };
static const char *const header_names[] = { "header", "title", "heading", "label", NULL };
static const char *const context_names[] = { "context", "description", "details", NULL };
static const char *const kind_names[] = { "kind", "type", "question_type", "questionType", NULL };
static const char *const options_names[] = { "options", "choices", "answers", "suggestions", NULL };
static const char *const multiple_names[] = { "multiple",     "multiSelect",    "multi_select",
                                              "multi-select", "allow_multiple", NULL };
static const char *const other_names[] = { "allow_other",  "allowOther",  "other",
                                           "allow_custom", "allowCustom", NULL };
static const char *const label_names[] = { "label", "name", "title", "text", "option", "value", "id", NULL };
static const char *const about_names[] = { "description", "detail", "details", "explanation", NULL };
static const char *const recommended_names[] = { "recommended", "default", "is_recommended", "isRecommended",
                                                 NULL };

static const struct
{
  const char *word;
  const char *kind;
} kinds[] = {
  { "single", "single" },
  { "choice", "single" },
  { "select", "single" },
  { "radio", "single" },
  { "singlechoice", "single" },
  { "singleselect", "single" },
  { "multiplechoice", "single" },
  { "options", "single" },
  { "multiple", "multiple" },
  { "multi", "multiple" },
  { "multiselect", "multiple" },
  { "checkbox", "multiple" },
  { "checkboxes", "multiple" },
  { "text", "text" },
  { "freetext", "text" },
  { "freeform", "text" },
  { "open", "text" },
  { "string", "text" },
  { "input", "text" },
  { "confirm", "confirm" },
  { "confirmation", "confirm" },
  { "boolean", "confirm" },
  { "bool", "confirm" },
  { "yesno", "confirm" },
};

static gboolean
is_value (JsonNode *node, GType type)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

/* (nullable) the first of these members that is there and not null */
static JsonNode *
find_member (JsonObject *object, const char *const *names)
{
  for (; *names != NULL; names++)
    {
      JsonNode *node = json_object_get_member (object, *names);

      if (node != NULL && !JSON_NODE_HOLDS_NULL (node))
        return node;
    }
  return NULL;
}

/* (nullable) (transfer full) a text, or a number as one */
static char *
text_of (JsonNode *node)
{
  char *text;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  text = is_value (node, G_TYPE_STRING) ? json_node_dup_string (node) : bh_json_to_text (node);
  g_strstrip (text);
  if (*text != '\0')
    return text;
  g_free (text);
  return NULL;
}

/* (nullable) the first of these members that is a text */
static char *
find_text (JsonObject *object, const char *const *names)
{
  for (; *names != NULL; names++)
    {
      JsonNode *node = json_object_get_member (object, *names);

      if (is_value (node, G_TYPE_STRING))
        {
          char *text = text_of (node);

          if (text != NULL)
            return text;
        }
    }
  return NULL;
}

static gboolean
is_true (JsonNode *node)
{
  if (is_value (node, G_TYPE_BOOLEAN))
    return json_node_get_boolean (node);
  return is_value (node, G_TYPE_STRING) && g_ascii_strcasecmp (json_node_get_string (node), "true") == 0;
}

/* Some models write JSON within a string. (transfer full): what is meant, or the node itself */
static JsonNode *
unwrap (JsonNode *node)
{
  JsonNode *inner;
  const char *text;

  if (!is_value (node, G_TYPE_STRING))
    return json_node_ref (node);
  text = json_node_get_string (node);
  while (g_ascii_isspace (*text))
    text++;
  if (*text != '[' && *text != '{')
    return json_node_ref (node);
  inner = bh_json_parse (text, -1, NULL);
  return inner != NULL ? inner : json_node_ref (node);
}

/* --- options, one after the other in `array` --- */

static gboolean
has_label (JsonArray *array, const char *label)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (g_str_equal (json_object_get_string_member (json_array_get_object_element (array, i), "label"),
                     label))
      return TRUE;
  return FALSE;
}

static void
add_option (JsonArray *array, const char *given, const char *about, gboolean recommended)
{
  g_autofree char *label = g_strstrip (g_strdup (given));
  gsize length = strlen (label), suffix = strlen (RECOMMENDED_SUFFIX);
  JsonObject *option;

  if (length > suffix && g_ascii_strcasecmp (label + length - suffix, RECOMMENDED_SUFFIX) == 0)
    {
      label[length - suffix] = '\0';
      g_strchomp (label);
      recommended = TRUE;
    }
  if (*label == '\0' || has_label (array, label))
    return;
  option = json_object_new ();
  json_object_set_string_member (option, "label", label);
  if (about != NULL)
    json_object_set_string_member (option, "description", about);
  if (recommended)
    json_object_set_boolean_member (option, "recommended", TRUE);
  json_array_add_object_element (array, option);
}

static void
add_option_node (JsonArray *array, JsonNode *node)
{
  g_autofree char *label = NULL;
  g_autofree char *about = NULL;
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      label = text_of (node);
      if (label != NULL)
        add_option (array, label, NULL, FALSE);
      return;
    }
  object = json_node_get_object (node);
  label = text_of (find_member (object, label_names));
  about = find_text (object, about_names);
  if (label != NULL)
    add_option (array, label, about, is_true (find_member (object, recommended_names)));
}

/* "Toolbar, Menu", or one a line */
static void
add_listed_options (JsonArray *array, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, strchr (text, '\n') != NULL ? "\n" : ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    add_option (array, parts[i], NULL, FALSE);
}

/* {"Toolbar": "what it means", "Menu": …} */
static void
add_option_members (JsonArray *array, JsonObject *object)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *link = names; link != NULL; link = link->next)
    {
      g_autofree char *about = text_of (json_object_get_member (object, link->data));

      add_option (array, link->data, about, FALSE);
    }
}

static JsonArray *
read_options (JsonObject *question)
{
  JsonArray *array = json_array_new ();
  JsonNode *given = find_member (question, options_names);
  g_autoptr (JsonNode) node = given != NULL ? unwrap (given) : NULL;

  if (node == NULL)
    return array;
  if (JSON_NODE_HOLDS_ARRAY (node))
    for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
      add_option_node (array, json_array_get_element (json_node_get_array (node), i));
  else if (JSON_NODE_HOLDS_OBJECT (node))
    add_option_members (array, json_node_get_object (node));
  else if (is_value (node, G_TYPE_STRING))
    add_listed_options (array, json_node_get_string (node));
  return array;
}

/* "recommended": "Toolbar" beside the options */
static void
mark_recommended (JsonArray *options, JsonObject *question)
{
  g_autofree char *label = text_of (find_member (question, recommended_names));

  for (guint i = 0; label != NULL && i < json_array_get_length (options); i++)
    {
      JsonObject *option = json_array_get_object_element (options, i);

      if (g_str_equal (json_object_get_string_member (option, "label"), label))
        json_object_set_boolean_member (option, "recommended", TRUE);
    }
}

/* --- questions --- */

static const char *
named_kind (JsonObject *question)
{
  g_autofree char *given = find_text (question, kind_names);
  g_autoptr (GString) word = g_string_new (NULL);

  for (const char *p = given; p != NULL && *p != '\0'; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_c (word, g_ascii_tolower (*p));
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].word, word->str))
      return kinds[i].kind;
  return NULL;
}

static const char *
read_kind (JsonObject *question, guint n_options)
{
  const char *kind = named_kind (question);

  if (g_strcmp0 (kind, "confirm") == 0)
    return kind;
  if (n_options == 0)
    return "text";
  if (g_strcmp0 (kind, "multiple") == 0 || is_true (find_member (question, multiple_names)))
    return "multiple";
  return "single";
}

/* (nullable) what is asked, with what is said besides */
static char *
read_text (JsonObject *question)
{
  g_autofree char *text = find_text (question, text_names);
  g_autofree char *context = find_text (question, context_names);

  if (text != NULL && context != NULL && !g_str_equal (text, context))
    return g_strdup_printf ("%s\n\n%s", text, context);
  return g_steal_pointer (&text);
}

/* (transfer full) in the strict form; NULL if nothing is asked */
static JsonObject *
normal_question (JsonNode *node)
{
  g_autoptr (JsonObject) result = json_object_new ();
  g_autoptr (JsonArray) options = NULL;
  g_autofree char *text = NULL;
  g_autofree char *header = NULL;
  JsonObject *question;
  JsonNode *other;

  if (is_value (node, G_TYPE_STRING))
    {
      text = text_of (node);
      if (text == NULL)
        return NULL;
      json_object_set_string_member (result, "text", text);
      json_object_set_string_member (result, "kind", "text");
      return g_steal_pointer (&result);
    }
  question = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  text = question != NULL ? read_text (question) : NULL;
  if (text == NULL)
    return NULL;
  header = find_text (question, header_names);
  if (header != NULL && !g_str_has_prefix (text, header))
    json_object_set_string_member (result, "header", header);
  json_object_set_string_member (result, "text", text);
  options = read_options (question);
  mark_recommended (options, question);
  json_object_set_string_member (result, "kind", read_kind (question, json_array_get_length (options)));
  other = find_member (question, other_names);
  if (is_value (other, G_TYPE_BOOLEAN) && json_array_get_length (options) > 0)
    json_object_set_boolean_member (result, "allow_other", json_node_get_boolean (other));
  if (json_array_get_length (options) > 0)
    json_object_set_array_member (result, "options", g_steal_pointer (&options));
  return g_steal_pointer (&result);
}

/* Adds them to `array`. FALSE when one of them asks nothing. */
static gboolean
normal_questions (JsonArray *array, JsonNode *given)
{
  g_autoptr (JsonNode) node = unwrap (given);
  guint n = JSON_NODE_HOLDS_ARRAY (node) ? json_array_get_length (json_node_get_array (node)) : 1;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *one =
          JSON_NODE_HOLDS_ARRAY (node) ? json_array_get_element (json_node_get_array (node), i) : node;
      JsonObject *question = normal_question (one);

      if (question == NULL)
        return FALSE;
      json_array_add_object_element (array, question);
    }
  return TRUE;
}

static gboolean
read_questions (JsonArray *array, JsonNode *arguments)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (arguments) ? json_node_get_object (arguments) : NULL;
  JsonNode *several = object != NULL ? json_object_get_member (object, "questions") : NULL;
  JsonNode *one = object != NULL ? json_object_get_member (object, "question") : NULL;

  if (several != NULL && !JSON_NODE_HOLDS_NULL (several) &&
      !(JSON_NODE_HOLDS_ARRAY (several) && json_array_get_length (json_node_get_array (several)) == 0))
    return normal_questions (array, several);
  if (one != NULL && (JSON_NODE_HOLDS_OBJECT (one) || JSON_NODE_HOLDS_ARRAY (one)))
    return normal_questions (array, one);
  return normal_questions (array, arguments);
}

BhQuestionSet *
bh_mcp_parse_ask (JsonNode *given, char **digest, GError **error)
{
  g_autoptr (JsonNode) arguments = given != NULL ? unwrap (given) : NULL;
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonArray) array = json_array_new ();
  g_autoptr (GError) local = NULL;
  g_autofree char *text = NULL;
  JsonObject *object = json_object_new ();
  BhQuestionSet *set;

  g_return_val_if_fail (digest != NULL, NULL);

  json_node_take_object (root, object);
  if (arguments == NULL || !read_questions (array, arguments) || json_array_get_length (array) == 0)
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "question",
                    "Nothing was asked: there is no question." HOW_TO_ASK);
      return NULL;
    }
  json_object_set_array_member (object, "questions", g_steal_pointer (&array));
  set = bh_question_set_from_ask (root, &local);
  if (set == NULL)
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "question", "Nothing was asked. %s" HOW_TO_ASK,
                    local->message);
      return NULL;
    }
  text = bh_json_to_text (root);
  *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  return set;
}

/* --- the report --- */

static const char *const outcome_names[] = { "outcome", "status", "result", "success", NULL };
static const char *const summary_names[] = { "summary", "message", "text", "description", "reason", NULL };
static const char *const good_words[] = { "completed", "complete", "success", "succeeded", "successful",
                                          "done",      "ok",       "passed",  "true",      NULL };
static const char *const bad_words[] = { "failed",    "failure", "fail",       "error", "blocked",
                                         "cancelled", "aborted", "incomplete", "false", NULL };

static gboolean
read_outcome (JsonObject *object, BhRunState *outcome)
{
  g_autofree char *given = text_of (find_member (object, outcome_names));
  g_autofree char *word = given != NULL ? g_ascii_strdown (given, -1) : NULL;

  if (word == NULL)
    return FALSE;
  *outcome = g_strv_contains (good_words, word) ? BH_RUN_COMPLETED : BH_RUN_FAILED;
  return *outcome == BH_RUN_COMPLETED || g_strv_contains (bad_words, word);
}

gboolean
bh_mcp_parse_report (JsonNode *given, BhRunState *outcome, char **summary, GError **error)
{
  g_autoptr (JsonNode) arguments = given != NULL ? unwrap (given) : NULL;
  JsonObject *object =
      arguments != NULL && JSON_NODE_HOLDS_OBJECT (arguments) ? json_node_get_object (arguments) : NULL;

  g_return_val_if_fail (outcome != NULL && summary != NULL, FALSE);

  if (object == NULL || !read_outcome (object, outcome))
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "outcome",
                    "Nothing was reported: “outcome” must be \"completed\" or \"failed\"." HOW_TO_REPORT);
      return FALSE;
    }
  *summary = find_text (object, summary_names);
  if (*summary != NULL && strlen (*summary) <= BH_MESSAGE_MAX)
    return TRUE;
  g_clear_pointer (summary, g_free);
  bh_set_error (error, BH_ERROR_INVALID_FIELD, "summary",
                "Nothing was reported: “summary” must be one paragraph." HOW_TO_REPORT);
  return FALSE;
}

/* --- delegating --- */

static const char *const engine_names[] = { "engine", "agent", "id", "name", "to", NULL };
static const char *const part_names[] = { "instructions", "instruction", "prompt", "task",
                                          "message",      "text",        "part",   NULL };

/* (transfer full) (nullable) by its id, or by its name */
static char *
find_engine (const BhMcpOffer *offer, const char *given)
{
  for (guint i = 0; offer->engines[i] != NULL; i++)
    {
      g_autofree char *id = g_strndup (offer->engines[i], strcspn (offer->engines[i], " "));

      if (g_ascii_strcasecmp (id, given) == 0 ||
          g_ascii_strcasecmp (offer->engines[i] + strlen (id) + (offer->engines[i][strlen (id)] == ' '),
                              given) == 0)
        return g_steal_pointer (&id);
    }
  return NULL;
}

static void
set_delegate_error (const BhMcpOffer *offer, const char *what, GError **error)
{
  g_autofree char *known = g_strjoinv ("; ", (char **) offer->engines);

  bh_set_error (error, BH_ERROR_INVALID_FIELD, "engine",
                "Nothing was delegated: %s Call delegate again like this: {\"engine\": \"%.*s\", "
                "\"instructions\": \"what it is to do\"}. The engines here, each after its id: %s.",
                what, (int) strcspn (offer->engines[0], " "), offer->engines[0], known);
}

gboolean
bh_mcp_parse_delegate (
    const BhMcpOffer *offer, JsonNode *given, char **engine, char **instructions, GError **error)
{
  g_autoptr (JsonNode) arguments = given != NULL ? unwrap (given) : NULL;
  JsonObject *object =
      arguments != NULL && JSON_NODE_HOLDS_OBJECT (arguments) ? json_node_get_object (arguments) : NULL;
  g_autofree char *name = object != NULL ? find_text (object, engine_names) : NULL;
  g_autofree char *part = object != NULL ? find_text (object, part_names) : NULL;

  g_return_val_if_fail (offer != NULL && engine != NULL && instructions != NULL, FALSE);

  if (!bh_mcp_offers_engines (offer))
    {
      bh_set_error (
          error, BH_ERROR_UNAVAILABLE, NULL, "%s",
          offer->delegated
              ? "This part of the job was delegated to you, so you cannot delegate any of it. Do it "
                "yourself, or say in your report what another engine should do."
              : "No other engine can be used in this DevBox. Do this part yourself, and say so in "
                "your report.");
      return FALSE;
    }
  *engine = name != NULL ? find_engine (offer, name) : NULL;
  if (*engine == NULL)
    set_delegate_error (offer, "“engine” must be one of those that are here.", error);
  else if (part == NULL || strlen (part) > BH_MESSAGE_MAX)
    {
      g_clear_pointer (engine, g_free);
      set_delegate_error (offer, "“instructions” must say what the engine is to do.", error);
    }
  else
    *instructions = g_steal_pointer (&part);
  return *engine != NULL;
}

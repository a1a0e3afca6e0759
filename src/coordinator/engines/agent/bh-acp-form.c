/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-acp-private.h"

#include "protocol/bh-text.h"

/* An elicitation's form is a flat JSON schema: one property is one question. Of each question the map says:
 *   "property", "type" (of the schema; "" for a form without fields)
 *   "values": what stands for each option, in their order
 *   "companion": a property for free text beside a choice; "other": the value to choose then */
#define HEADER_MAX 150
#define LABEL_MAX 400
#define TEXT_MAX 12000
#define VALUES_MAX 32
/* What has to be remembered of a form. */
#define MAP_MAX (32 * 1024)

typedef struct
{
  BhDialectSink *sink;    /* borrowed */
  JsonObject *properties; /* borrowed */
  JsonArray *required;    /* borrowed */
  const char *message;
  gboolean is_single;
  BhDialectAsk ask;
  JsonArray *map; /* owned */
} Form;

static void
form_clear (Form *form)
{
  bh_dialect_ask_clear (&form->ask);
  g_clear_pointer (&form->map, json_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Form, form_clear)

/* --- reading the schema --- */

static gboolean
is_type (JsonObject *property, const char *type)
{
  return g_strcmp0 (bh_dialect_string (property, "type"), type) == 0;
}

/* Where the choices of a property are written: {"const","title"} objects or strings. (nullable) */
static JsonArray *
choices_of (JsonObject *property)
{
  static const char *const members[] = { "oneOf", "anyOf", "enum" };
  JsonObject *holder = is_type (property, "array") ? bh_dialect_object (property, "items") : property;

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (bh_dialect_length (bh_dialect_array (holder, members[i])) > 0)
      return bh_dialect_array (holder, members[i]);
  return NULL;
}

static const char *
choice_value (JsonArray *choices, guint index)
{
  const char *value = bh_dialect_element_string (choices, index);

  return value != NULL ? value : bh_dialect_string (bh_dialect_element (choices, index), "const");
}

/* claude-agent-acp: "question_0_custom" beside "question_0"; codex-acp: "colour_note" beside "colour". */
static const char *
companion_of (const Form *form, const char *name)
{
  static const char *const suffixes[] = { "_custom", "_note", "_other" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *wanted = g_strconcat (name, suffixes[i], NULL);
      JsonObject *property = bh_dialect_object (form->properties, wanted);

      if (property != NULL && is_type (property, "string") && choices_of (property) == NULL)
        return suffixes[i];
    }
  return NULL;
}

static gboolean
is_companion (const Form *form, const char *name)
{
  g_autoptr (GList) names = json_object_get_members (form->properties);

  for (GList *link = names; link != NULL; link = link->next)
    {
      const char *other = link->data;
      gsize size = strlen (other);
      const char *suffix;

      if (strncmp (name, other, size) != 0 ||
          choices_of (bh_dialect_object (form->properties, other)) == NULL)
        continue;
      suffix = companion_of (form, other);
      if (suffix != NULL && strcmp (name + size, suffix) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_required (const Form *form, const char *name)
{
  for (guint i = 0; i < bh_dialect_length (form->required); i++)
    if (g_strcmp0 (bh_dialect_element_string (form->required, i), name) == 0)
      return TRUE;
  return FALSE;
}

static guint
count_questions (const Form *form)
{
  g_autoptr (GList) names = json_object_get_members (form->properties);
  guint n = 0;

  for (GList *link = names; link != NULL; link = link->next)
    n += is_companion (form, link->data) ? 0 : 1;
  return n;
}

/* --- what is asked --- */

static gboolean
is_question (const char *text)
{
  return text != NULL && g_str_has_suffix (text, "?");
}

/* Some say the question in the message, some in the title, some in the description of a property. */
static JsonObject *
add_question (Form *form, const char *name, JsonObject *property)
{
  const char *title = bh_dialect_string (property, "title");
  const char *description = bh_dialect_string (property, "description");
  const char *header = title, *text = description;
  g_autofree char *both = NULL, *short_header = NULL, *short_text = NULL;

  if (is_question (title) && !is_question (description))
    {
      header = description;
      text = title;
    }
  if (text == NULL && !form->is_single)
    text = title;
  if (json_array_get_length (form->map) == 0 && form->message != NULL && !is_question (text))
    {
      both = text != NULL && strcmp (text, form->message) != 0
                 ? g_strconcat (form->message, "\n\n", text, NULL)
                 : g_strdup (form->message);
      text = both;
    }
  if (text == NULL || *text == '\0')
    text = title != NULL && *title != '\0' ? title : name;
  if (g_strcmp0 (header, text) == 0)
    header = NULL;
  short_header = header != NULL ? bh_dialect_head (form->sink, header, HEADER_MAX) : NULL;
  short_text = bh_dialect_head (form->sink, text, TEXT_MAX);
  return bh_dialect_ask_add (&form->ask, short_header, short_text);
}

static gboolean
is_default (JsonObject *property, const char *value)
{
  JsonArray *several = bh_dialect_array (property, "default");

  for (guint i = 0; i < bh_dialect_length (several); i++)
    if (g_strcmp0 (bh_dialect_element_string (several, i), value) == 0)
      return TRUE;
  return g_strcmp0 (bh_dialect_string (property, "default"), value) == 0;
}

/* What codex-acp adds to a choice that may be answered otherwise: our own Other does that. */
static gboolean
is_none_of_these (const char *value)
{
  return g_ascii_strcasecmp (value, "None of the above") == 0;
}

static void
add_options (
    Form *form, JsonObject *question, JsonObject *entry, JsonObject *property, gboolean has_companion)
{
  JsonArray *choices = choices_of (property);
  JsonArray *values = json_array_new ();

  for (guint i = 0; i < json_array_get_length (choices); i++)
    {
      JsonObject *choice = bh_dialect_element (choices, i);
      const char *value = choice_value (choices, i);
      const char *title = bh_dialect_string (choice, "title");
      g_autofree char *label = NULL;

      if (value == NULL)
        continue;
      if (has_companion && is_none_of_these (value))
        {
          json_object_set_string_member (entry, "other", value);
          continue;
        }
      label = bh_dialect_head (form->sink, title != NULL && *title != '\0' ? title : value, LABEL_MAX);
      bh_dialect_ask_option (question, label, bh_dialect_string (choice, "description"));
      json_array_add_string_element (values, value);
      if (is_default (property, value) && is_type (property, "string"))
        json_object_set_string_member (question, "recommended", label);
    }
  json_object_set_array_member (entry, "values", values);
}

static void
add_choice (Form *form, JsonObject *question, JsonObject *entry, const char *name, JsonObject *property)
{
  const char *suffix = companion_of (form, name);
  g_autofree char *companion = suffix != NULL ? g_strconcat (name, suffix, NULL) : NULL;

  json_object_set_string_member (question, "kind", is_type (property, "array") ? "multiple" : "single");
  json_object_set_boolean_member (question, "allow_other", companion != NULL);
  add_options (form, question, entry, property, companion != NULL);
  if (companion != NULL)
    json_object_set_string_member (entry, "companion", companion);
  if (!is_required (form, name))
    json_object_remove_member (entry, "other");
}

static gboolean
add_property (Form *form, const char *name)
{
  static const char *const types[] = { "string", "integer", "number", "boolean", "array" };
  JsonObject *property = bh_dialect_object (form->properties, name);
  const char *type = bh_dialect_string (property, "type");
  JsonObject *question, *entry;

  if (type == NULL)
    return FALSE;
  for (guint i = 0; strcmp (type, types[i]) != 0;)
    if (++i == G_N_ELEMENTS (types))
      return FALSE;
  question = add_question (form, name, property);
  entry = json_object_new ();
  json_object_set_string_member (entry, "property", name);
  json_object_set_string_member (entry, "type", type);
  json_array_add_object_element (form->map, entry);
  if (strcmp (type, "boolean") == 0)
    {
      JsonNode *fallback = bh_dialect_member (property, "default");

      json_object_set_string_member (question, "kind", "confirm");
      if (fallback != NULL && JSON_NODE_HOLDS_VALUE (fallback) &&
          json_node_get_value_type (fallback) == G_TYPE_BOOLEAN)
        json_object_set_string_member (question, "recommended",
                                       json_node_get_boolean (fallback) ? "yes" : "no");
    }
  else if (choices_of (property) != NULL && json_array_get_length (choices_of (property)) <= VALUES_MAX)
    add_choice (form, question, entry, name, property);
  return TRUE;
}

/* A form without fields asks for a yes. */
static void
add_confirmation (Form *form)
{
  JsonObject *question = bh_dialect_ask_add (&form->ask, NULL, form->message);
  JsonObject *entry = json_object_new ();

  json_object_set_string_member (question, "kind", "confirm");
  json_object_set_string_member (entry, "type", "");
  json_array_add_object_element (form->map, entry);
}

static gboolean
is_small (JsonArray *map)
{
  g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), map);
  g_autofree char *text = bh_json_to_text (node);

  return strlen (text) <= MAP_MAX;
}

/* codex-acp says so of Codex' questions, and JSON Schema has its own ways. */
static gboolean
is_secret (JsonObject *property)
{
  JsonObject *codex = bh_dialect_object (bh_dialect_object (property, "_meta"), "codex");

  return bh_dialect_is_true (codex, "isSecret") || bh_dialect_is_true (property, "writeOnly") ||
         g_strcmp0 (bh_dialect_string (property, "format"), "password") == 0;
}

gboolean
bh_acp_form_is_secret (JsonObject *params)
{
  JsonObject *properties = bh_dialect_object (bh_dialect_object (params, "requestedSchema"), "properties");
  g_autoptr (GList) names = properties != NULL ? json_object_get_members (properties) : NULL;

  for (GList *link = names; link != NULL; link = link->next)
    if (is_secret (bh_dialect_object (properties, link->data)))
      return TRUE;
  return FALSE;
}

BhQuestionSet *
bh_acp_form_questions (BhDialectSink *sink, JsonObject *params, JsonArray **map)
{
  JsonObject *schema = bh_dialect_object (params, "requestedSchema");
  const char *mode = bh_dialect_string (params, "mode");
  g_auto (Form) form = { .sink = sink,
                         .properties = bh_dialect_object (schema, "properties"),
                         .required = bh_dialect_array (schema, "required"),
                         .message = bh_dialect_string (params, "message"),
                         .ask = BH_DIALECT_ASK_INIT };
  g_autoptr (GList) names = NULL;
  BhQuestionSet *set;

  if (schema == NULL || (mode != NULL && strcmp (mode, "form") != 0))
    return NULL;
  form.map = json_array_new ();
  if (form.properties != NULL)
    {
      names = json_object_get_members (form.properties);
      form.is_single = count_questions (&form) == 1;
    }
  for (GList *link = names; link != NULL; link = link->next)
    if (!is_companion (&form, link->data) && !add_property (&form, link->data))
      return NULL;
  if (json_array_get_length (form.map) == 0)
    add_confirmation (&form);
  set = is_small (form.map) ? bh_dialect_ask_finish (&form.ask, NULL) : NULL;
  if (set != NULL)
    *map = g_steal_pointer (&form.map);
  return set;
}

/* --- the answer --- */

static const BhChoice *
find_choice (const BhQuestionSet *set, const BhQuestion *question)
{
  for (guint i = 0; i < set->answers->len; i++)
    {
      const BhChoice *choice = set->answers->pdata[i];

      if (g_strcmp0 (choice->question, question->id) == 0)
        return choice;
    }
  return NULL;
}

/* The places of the chosen options, one after the other; -1 behind the last. */
static int
chosen (const BhQuestion *question, const BhChoice *choice, guint nth)
{
  guint n = 0;

  for (guint i = 0; i < question->options->len; i++)
    {
      const BhOption *option = question->options->pdata[i];

      if (choice->options != NULL && g_strv_contains ((const char *const *) choice->options, option->id) &&
          n++ == nth)
        return (int) i;
    }
  return -1;
}

static void
put_number (JsonObject *content, const char *property, gboolean is_integer, const char *text)
{
  char *end = NULL;
  double number = g_ascii_strtod (text, &end);
  gint64 integer = g_ascii_strtoll (text, NULL, 10);

  /* what is no number is given as it is: the engine asks again, or says what is wrong with it */
  if (end == text || *end != '\0')
    json_object_set_string_member (content, property, text);
  else if (is_integer && number == (double) integer)
    json_object_set_int_member (content, property, integer);
  else
    json_object_set_double_member (content, property, number);
}

static void
put_text (JsonObject *content, JsonObject *entry, const char *property, const char *text)
{
  const char *type = bh_dialect_string (entry, "type");
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  JsonArray *several;

  if (g_strcmp0 (type, "integer") == 0 || g_strcmp0 (type, "number") == 0)
    put_number (content, property, g_strcmp0 (type, "integer") == 0, stripped);
  else if (g_strcmp0 (type, "array") == 0)
    {
      several = json_array_new ();
      json_array_add_string_element (several, stripped);
      json_object_set_array_member (content, property, several);
    }
  else
    json_object_set_string_member (content, property, text);
}

static void
put_choice (JsonObject *content, JsonObject *entry, const BhQuestion *question, const BhChoice *choice)
{
  const char *property = bh_dialect_string (entry, "property");
  const char *companion = bh_dialect_string (entry, "companion");
  const char *other = bh_dialect_string (entry, "other");
  JsonArray *values = bh_dialect_array (entry, "values");
  gboolean is_multiple = g_strcmp0 (bh_dialect_string (entry, "type"), "array") == 0;
  g_autoptr (JsonArray) several = json_array_new ();

  for (guint n = 0; chosen (question, choice, n) >= 0; n++)
    {
      const char *value = bh_dialect_element_string (values, (guint) chosen (question, choice, n));

      if (value != NULL)
        json_array_add_string_element (several, value);
    }
  if (json_array_get_length (several) == 0 && other != NULL)
    json_array_add_string_element (several, other);
  if (is_multiple)
    json_object_set_array_member (content, property, g_steal_pointer (&several));
  else if (json_array_get_length (several) > 0)
    json_object_set_string_member (content, property, json_array_get_string_element (several, 0));
  if (companion != NULL && choice->text != NULL)
    json_object_set_string_member (content, companion, choice->text);
}

JsonObject *
bh_acp_form_content (JsonArray *map, const BhQuestionSet *set)
{
  g_autoptr (JsonObject) content = json_object_new ();

  for (guint i = 0; i < bh_dialect_length (map) && i < set->questions->len; i++)
    {
      const BhQuestion *question = set->questions->pdata[i];
      const BhChoice *choice = find_choice (set, question);
      JsonObject *entry = bh_dialect_element (map, i);
      const char *property = bh_dialect_string (entry, "property");
      gboolean yes = choice != NULL && chosen (question, choice, 0) == 0;

      if (choice == NULL)
        continue;
      if (property == NULL && !yes)
        return NULL;
      if (property == NULL)
        continue;
      if (bh_dialect_array (entry, "values") != NULL)
        put_choice (content, entry, question, choice);
      else if (g_strcmp0 (bh_dialect_string (entry, "type"), "boolean") == 0)
        json_object_set_boolean_member (content, property, yes);
      else if (choice->text != NULL)
        put_text (content, entry, property, choice->text);
    }
  return g_steal_pointer (&content);
}

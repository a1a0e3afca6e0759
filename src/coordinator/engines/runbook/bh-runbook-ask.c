/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/runbook/bh-runbook-ask.h"

#include <string.h>

#define RECOMMENDED " (recommended)"

typedef struct
{
  guint number;        /* of the line being read */
  guint question_line; /* where the question under way begins; 0 = nothing read of it yet */
  gboolean in_options;
  JsonObject *question;
  JsonArray *options; /* of it, borrowed */
  char *recommended;
  JsonArray *questions; /* finished ones */
  GError **error;
} Ask;

static gboolean G_GNUC_PRINTF (3, 4) fail (Ask *self, guint line, const char *format, ...)
{
  g_autofree char *detail = NULL;
  va_list args;

  va_start (args, format);
  detail = g_strdup_vprintf (format, args);
  va_end (args);
  bh_set_error (self->error, BH_ERROR_INVALID_FIELD, "instructions",
                "Line %u of the instructions (ask block): %s", line, detail);
  return FALSE;
}

/* Takes "…" or '…' off the beginning of `text`; NULL when it begins with no quote or the quote has no end. */
static char *
take_quoted (const char *text, const char **rest)
{
  const char *end;

  if (*text != '"' && *text != '\'')
    return NULL;
  end = strchr (text + 1, *text);
  if (end == NULL)
    return NULL;
  *rest = end + 1;
  return g_strndup (text + 1, (gsize) (end - text - 1));
}

/* A whole value: quotes around all of it go. */
static char *
unquote (const char *text)
{
  const char *rest = text;
  g_autofree char *quoted = take_quoted (text, &rest);

  return quoted != NULL && *rest == '\0' ? g_steal_pointer (&quoted) : g_strdup (text);
}

static void
begin_question (Ask *self)
{
  g_clear_pointer (&self->question, json_object_unref);
  g_clear_pointer (&self->recommended, g_free);
  self->question = json_object_new ();
  self->options = NULL;
  self->in_options = FALSE;
  self->question_line = 0;
}

/* "recommended: A, B": one label that is so spelt, else labels parted by commas. */
static void
put_recommended (Ask *self)
{
  JsonArray *labels;
  g_auto (GStrv) parts = NULL;

  if (self->recommended == NULL)
    return;
  if (g_strcmp0 (json_object_get_string_member_with_default (self->question, "kind", NULL), "multiple") != 0)
    {
      json_object_set_string_member (self->question, "recommended", self->recommended);
      return;
    }
  labels = json_array_new ();
  for (guint i = 0; self->options != NULL && i < json_array_get_length (self->options); i++)
    if (g_strcmp0 (json_object_get_string_member (json_array_get_object_element (self->options, i), "label"),
                   self->recommended) == 0)
      json_array_add_string_element (labels, self->recommended);
  if (json_array_get_length (labels) == 0)
    {
      parts = g_strsplit (self->recommended, ",", -1);
      for (guint i = 0; parts[i] != NULL; i++)
        json_array_add_string_element (labels, g_strstrip (parts[i]));
    }
  json_object_set_array_member (self->question, "recommended", labels);
}

static gboolean
end_question (Ask *self)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (BhQuestionSet) set = NULL;
  g_autoptr (GError) error = NULL;

  if (self->question_line == 0)
    return fail (self, self->number, "there is no question here. Write at least “text: …?”.");
  put_recommended (self);
  node = json_node_init_object (json_node_alloc (), self->question);
  /* alone first, so that an error names the question it is about */
  set = bh_question_set_from_ask (node, &error);
  if (set == NULL)
    return fail (self, self->question_line, "%s", error->message);
  json_array_add_object_element (self->questions, json_object_ref (self->question));
  begin_question (self);
  return TRUE;
}

static gboolean
take_option (Ask *self, char *text)
{
  g_autoptr (JsonObject) option = json_object_new ();
  const char *rest = text;
  g_autofree char *label = take_quoted (text, &rest);

  if (label == NULL)
    {
      const char *colon = strstr (text, ": ");

      label = colon != NULL ? g_strndup (text, (gsize) (colon - text)) : g_strdup (text);
      rest = colon != NULL ? colon : "";
    }
  if (g_str_has_prefix (rest, RECOMMENDED))
    {
      json_object_set_boolean_member (option, "recommended", TRUE);
      rest += strlen (RECOMMENDED);
    }
  g_strchomp (label);
  if (g_str_has_suffix (label, RECOMMENDED))
    {
      json_object_set_boolean_member (option, "recommended", TRUE);
      label[strlen (label) - strlen (RECOMMENDED)] = '\0';
    }
  if (*label == '\0')
    return fail (self, self->number, "an option needs a label: “- Label” or “- Label: description”.");
  if (*rest != '\0' && *rest != ':')
    return fail (self, self->number, "only “: description” may follow a quoted label.");
  json_object_set_string_member (option, "label", label);
  if (*rest == ':' && rest[1 + strspn (rest + 1, " \t")] != '\0')
    json_object_set_string_member (option, "description", rest + 1 + strspn (rest + 1, " \t"));
  json_array_add_object_element (self->options, g_steal_pointer (&option));
  return TRUE;
}

static gboolean
begin_options (Ask *self, const char *value)
{
  if (*value != '\0')
    return fail (self, self->number, "write each option on a line of its own below: “- Label”.");
  if (self->options != NULL)
    return fail (self, self->number, "this question has options already.");
  self->options = json_array_new ();
  json_object_set_array_member (self->question, "options", self->options);
  self->in_options = TRUE;
  return TRUE;
}

static gboolean
take_other (Ask *self, const char *value)
{
  static const char *const yes[] = { "yes", "true", "on", NULL };
  static const char *const no[] = { "no", "false", "off", NULL };
  g_autofree char *word = g_ascii_strdown (value, -1);

  if (!g_strv_contains (yes, word) && !g_strv_contains (no, word))
    return fail (self, self->number, "other is yes or no, not “%.40s”.", value);
  json_object_set_boolean_member (self->question, "allow_other", g_strv_contains (yes, word));
  return TRUE;
}

static gboolean
take_pair (Ask *self, const char *key, const char *raw)
{
  static const char *const plain[] = { "text", "header", "kind", "var", NULL };
  g_autofree char *value = unquote (raw);
  const char *member = strcmp (key, "other") == 0 ? "allow_other" : key;

  self->in_options = FALSE;
  if (strcmp (key, "options") == 0)
    return begin_options (self, value);
  if (!g_strv_contains (plain, key) && strcmp (key, "recommended") != 0 && strcmp (key, "other") != 0)
    return fail (self, self->number,
                 "there is no key “%.40s”. Keys are text, header, kind, options, recommended, var and other.",
                 key);
  if (*value == '\0' || strcmp (raw, "|") == 0 || strcmp (raw, ">") == 0)
    return fail (self, self->number, "write what “%s” is on the same line.", key);
  if (json_object_has_member (self->question, member) ||
      (strcmp (key, "recommended") == 0 && self->recommended != NULL))
    return fail (self, self->number, "“%s” is there twice. Part two questions by a line “---”.", key);
  if (strcmp (key, "other") == 0)
    return take_other (self, value);
  if (strcmp (key, "recommended") == 0)
    self->recommended = g_steal_pointer (&value);
  else
    json_object_set_string_member (self->question, key, value);
  return TRUE;
}

static gboolean
take_line (Ask *self, char *line)
{
  char *colon;

  g_strstrip (line);
  if (*line == '\0' || *line == '#')
    return TRUE;
  if (strcmp (line, "---") == 0)
    return end_question (self);
  if (self->question_line == 0)
    self->question_line = self->number;
  if (*line == '-' && (line[1] == ' ' || line[1] == '\t'))
    {
      if (!self->in_options)
        return fail (self, self->number, "options are listed below a line “options:”.");
      return take_option (self, line + 1 + strspn (line + 1, " \t"));
    }
  colon = strchr (line, ':');
  if (colon == NULL)
    return fail (self, self->number, "“%.60s” is not “key: value”.", line);
  *colon = '\0';
  return take_pair (self, g_strchomp (line), colon + 1 + strspn (colon + 1, " \t"));
}

static gboolean
take_lines (Ask *self, const char *text)
{
  const char *end;

  for (const char *at = text; *at != '\0'; at = *end != '\0' ? end + 1 : end)
    {
      g_autofree char *line = NULL;

      end = strchrnul (at, '\n');
      line = g_strndup (at, (gsize) (end - at));
      if (!take_line (self, line))
        return FALSE;
      self->number++;
    }
  return end_question (self);
}

BhQuestionSet *
bh_runbook_ask_parse (const char *text, guint first_line, GError **error)
{
  g_autoptr (JsonArray) questions = json_array_new ();
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) local = NULL;
  BhQuestionSet *set = NULL;
  Ask self = { .number = first_line, .questions = questions, .error = error };

  begin_question (&self);
  if (take_lines (&self, text))
    {
      json_object_set_array_member (object, "questions", json_array_ref (questions));
      node = json_node_init_object (json_node_alloc (), object);
      set = bh_question_set_from_ask (node, &local);
      if (set == NULL)
        fail (&self, first_line, "%s", local->message);
    }
  g_clear_pointer (&self.question, json_object_unref);
  g_free (self.recommended);
  return set;
}

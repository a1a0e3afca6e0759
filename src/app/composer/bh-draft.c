/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-draft.h"

#include <glib/gi18n.h>
#include <string.h>

#include "protocol/bh-json-util.h"

#define URL_MAX_BYTES 2048
#define FORMAT 1

BH_DEFINE_RECORD (BhDraft, bh_draft)

static const gsize strings[] = {
  G_STRUCT_OFFSET (BhDraft, connection),    G_STRUCT_OFFSET (BhDraft, name),
  G_STRUCT_OFFSET (BhDraft, instructions),  G_STRUCT_OFFSET (BhDraft, ticket_url),
  G_STRUCT_OFFSET (BhDraft, target_worker), G_STRUCT_OFFSET (BhDraft, target_image),
  G_STRUCT_OFFSET (BhDraft, engine),        G_STRUCT_OFFSET (BhDraft, keep),
  G_STRUCT_OFFSET (BhDraft, network),       G_STRUCT_OFFSET (BhDraft, permissions),
};
static const char *const names[] = {
  "connection", "name",   "instructions", "ticket_url", "worker",
  "image",      "engine", "keep",         "network",    "permissions",
};
G_STATIC_ASSERT (G_N_ELEMENTS (strings) == G_N_ELEMENTS (names));

static void
variable_free (gpointer data)
{
  BhVariable *self = data;

  g_free (self->name);
  g_free (self->value);
  g_free (self);
}

static void
bh_draft_clear (BhDraft *self)
{
  bh_strings_free (self, strings, G_N_ELEMENTS (strings));
  g_clear_pointer (&self->env, g_ptr_array_unref);
  g_clear_pointer (&self->previous, bh_draft_unref);
}

BhDraft *
bh_draft_new (void)
{
  BhDraft *self = g_atomic_rc_box_new0 (BhDraft);

  self->env = g_ptr_array_new_with_free_func (variable_free);
  return self;
}

void
bh_draft_add_variable (BhDraft *self, const char *name, const char *value)
{
  BhVariable *variable = g_new0 (BhVariable, 1);

  variable->name = g_strdup (name);
  variable->value = g_strdup (value);
  g_ptr_array_add (self->env, variable);
}

BhDraft *
bh_draft_copy (const BhDraft *self)
{
  BhDraft *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = bh_record_dup (self, sizeof *self);
  bh_strings_dup (copy, strings, G_N_ELEMENTS (strings));
  copy->env = g_ptr_array_new_with_free_func (variable_free);
  for (guint i = 0; i < self->env->len; i++)
    {
      const BhVariable *variable = self->env->pdata[i];

      bh_draft_add_variable (copy, variable->name, variable->value);
    }
  if (self->previous != NULL)
    bh_draft_ref (self->previous);
  return copy;
}

/* --- as JSON ------------------------------------------------------------------------------------------- */

static char **
string_at (const BhDraft *self, guint i)
{
  return G_STRUCT_MEMBER_P (self, strings[i]);
}

JsonNode *
bh_draft_to_json (const BhDraft *self)
{
  JsonObject *object = json_object_new ();
  JsonArray *env = json_array_new ();

  json_object_set_int_member (object, "format", FORMAT);
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    bh_json_set_string (object, names[i], *string_at (self, i));
  bh_json_set_enum (object, "mode", BH_TYPE_MODE, self->mode);
  for (guint i = 0; i < self->env->len; i++)
    {
      const BhVariable *variable = self->env->pdata[i];
      JsonObject *entry = json_object_new ();

      bh_json_set_string (entry, "name", variable->name);
      bh_json_set_string (entry, "value", variable->value);
      json_array_add_object_element (env, entry);
    }
  json_object_set_array_member (object, "env", env);
  if (self->previous != NULL)
    json_object_set_member (object, "previous", bh_draft_to_json (self->previous));
  return bh_json_take_object (object);
}

static BhDraft *
read_draft (BhReader *reader)
{
  BhDraft *self = bh_draft_new ();
  JsonArray *env;

  if (bh_reader_int (reader, "format", 0, G_MAXINT, 0) != FORMAT)
    bh_reader_fail (reader, BH_ERROR_INVALID_FIELD, "format", _ ("This is no draft of this release."));
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    *string_at (self, i) = bh_reader_string (reader, names[i]);
  self->mode = (BhMode) bh_reader_enum (reader, "mode", BH_TYPE_MODE, BH_MODE_INTERACTIVE);
  env = bh_reader_array (reader, "env");
  for (guint i = 0; env != NULL && i < json_array_get_length (env); i++)
    {
      BhReader entry;

      bh_reader_element (reader, "env", env, i, &entry);
      bh_draft_add_variable (self, bh_reader_peek_string (&entry, "name"),
                             bh_reader_peek_string (&entry, "value"));
    }
  return self;
}

BhDraft *
bh_draft_from_json (JsonNode *node, GError **error)
{
  g_autoptr (BhDraft) self = NULL;
  g_auto (BhReader) reader;
  BhReader previous;

  bh_reader_init (&reader, node);
  self = read_draft (&reader);
  if (bh_reader_child (&reader, "previous", &previous))
    self->previous = read_draft (&previous);
  return bh_reader_finish (&reader, error) ? g_steal_pointer (&self) : NULL;
}

/* --- what it says -------------------------------------------------------------------------------------- */

static gboolean
is_blank (const char *text)
{
  for (; text != NULL && *text != '\0'; text = g_utf8_next_char (text))
    if (!g_unichar_isspace (g_utf8_get_char (text)))
      return FALSE;
  return TRUE;
}

gboolean
bh_draft_is_blank (const BhDraft *self)
{
  for (guint i = 0; i < self->env->len; i++)
    {
      const BhVariable *variable = self->env->pdata[i];

      if (!is_blank (variable->name) || !is_blank (variable->value))
        return FALSE;
    }
  return is_blank (self->name) && is_blank (self->instructions) && is_blank (self->ticket_url);
}

static gboolean
same (const char *one, const char *other)
{
  return g_str_equal (one != NULL ? one : "", other != NULL ? other : "");
}

gboolean
bh_draft_equal (const BhDraft *self, const BhDraft *other)
{
  if (self->mode != other->mode || self->env->len != other->env->len)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    if (!same (*string_at (self, i), *string_at (other, i)))
      return FALSE;
  for (guint i = 0; i < self->env->len; i++)
    {
      const BhVariable *one = self->env->pdata[i], *two = other->env->pdata[i];

      if (!same (one->name, two->name) || !same (one->value, two->value))
        return FALSE;
    }
  return TRUE;
}

static char *
stripped (const char *text)
{
  return is_blank (text) ? NULL : g_strstrip (g_strdup (text));
}

BhRunRequest *
bh_draft_to_request (const BhDraft *self)
{
  BhRunRequest *request = bh_run_request_new ();
  int keep;

  request->instructions = g_strdup (self->instructions);
  request->name = stripped (self->name);
  request->ticket_url = stripped (self->ticket_url);
  request->target_worker = stripped (self->target_worker);
  request->target_image = stripped (self->target_image);
  request->engine = is_blank (self->engine) ? g_strdup ("auto") : g_strdup (self->engine);
  request->mode = self->mode;
  request->has_keep = self->keep != NULL && bh_from_nick (BH_TYPE_KEEP, self->keep, &keep);
  if (request->has_keep)
    request->keep = (BhKeep) keep;
  /* nobody can be asked in an autonomous Run; the choice is kept for when it is not one */
  if (self->mode != BH_MODE_AUTONOMOUS && g_strcmp0 (self->permissions, "ask") == 0)
    request->permissions = BH_PERMISSIONS_ASK;
  request->network = is_blank (self->network) ? g_strdup ("open") : g_strdup (self->network);
  for (guint i = 0; i < self->env->len; i++)
    {
      const BhVariable *variable = self->env->pdata[i];

      if (!is_blank (variable->name))
        g_hash_table_insert (request->env, stripped (variable->name),
                             g_strdup (variable->value != NULL ? variable->value : ""));
    }
  return request;
}

/* --- checks -------------------------------------------------------------------------------------------- */

static gboolean
is_web (const char *scheme)
{
  return g_str_equal (scheme, "https") || g_str_equal (scheme, "http");
}

const char *
bh_draft_ticket_problem (const char *url)
{
  g_autofree char *text = stripped (url);
  g_autoptr (GUri) uri = NULL;

  if (text == NULL)
    return NULL;
  uri = g_uri_parse (text, G_URI_FLAGS_PARSE_RELAXED, NULL);
  if (uri == NULL || !is_web (g_uri_get_scheme (uri)) || g_uri_get_host (uri) == NULL ||
      *g_uri_get_host (uri) == '\0' || strpbrk (text, " \t\n") != NULL)
    return _ ("This has to be an http or https address, as in https://example.org/tickets/1.");
  if (strlen (text) > URL_MAX_BYTES)
    return _ ("This address is too long.");
  return NULL;
}

static void
add_problem (GPtrArray *problems, BhError code, const char *field, const char *text)
{
  g_ptr_array_add (problems, bh_error_new (code, field, "%s", text));
}

static void
check_instructions (const BhDraft *self, GPtrArray *problems)
{
  g_autofree char *too_long = NULL;

  if (is_blank (self->instructions))
    add_problem (problems, BH_ERROR_INSTRUCTIONS_REQUIRED, "instructions", _ ("Write what is to be done."));
  else if (strlen (self->instructions) > BH_INSTRUCTIONS_MAX)
    {
      too_long =
          g_strdup_printf (_ ("The instructions are longer than %d KiB. Put a part of them into a file."),
                           BH_INSTRUCTIONS_MAX / 1024);
      add_problem (problems, BH_ERROR_INSTRUCTIONS_TOO_LONG, "instructions", too_long);
    }
}

static void
check_variable (const BhVariable *variable, GHashTable *seen, GPtrArray *problems)
{
  char *name = stripped (variable->name);
  g_autofree char *field = g_strdup_printf ("env.%s", name != NULL ? name : "");
  g_autofree char *twice = NULL;

  if (name == NULL && is_blank (variable->value))
    return;
  if (name == NULL || !bh_is_env_name (name))
    add_problem (problems, BH_ERROR_INVALID_FIELD, field,
                 _ ("The name of a variable has letters, digits and _, and no digit first."));
  else if (g_hash_table_contains (seen, name))
    {
      twice = g_strdup_printf (_ ("There are two variables “%s”."), name);
      add_problem (problems, BH_ERROR_INVALID_FIELD, field, twice);
    }
  if (name != NULL)
    g_hash_table_add (seen, name);
}

static void
check_variables (const BhDraft *self, GPtrArray *problems)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < self->env->len; i++)
    check_variable (self->env->pdata[i], seen, problems);
}

/* What is left, by the very code of the coordinator and in its words. */
static void
check_rest (const BhDraft *self, GPtrArray *problems)
{
  g_autoptr (BhRunRequest) request = bh_draft_to_request (self), accepted = NULL;
  g_autoptr (JsonNode) node = bh_run_request_to_json (request);
  GError *error = NULL;

  accepted = bh_run_request_from_json (node, &error);
  if (accepted == NULL)
    g_ptr_array_add (problems, error);
}

GPtrArray *
bh_draft_find_problems (const BhDraft *self)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  const char *ticket;

  g_return_val_if_fail (self != NULL, problems);

  check_instructions (self, problems);
  ticket = bh_draft_ticket_problem (self->ticket_url);
  if (ticket != NULL)
    add_problem (problems, BH_ERROR_INVALID_FIELD, "ticket_url", ticket);
  if (self->mode == BH_MODE_AUTONOMOUS && is_blank (self->target_worker))
    add_problem (problems, BH_ERROR_TARGET_REQUIRED, "target",
                 _ ("Required: an autonomous Run cannot ask where to run."));
  check_variables (self, problems);
  if (problems->len == 0)
    check_rest (self, problems);
  return problems;
}

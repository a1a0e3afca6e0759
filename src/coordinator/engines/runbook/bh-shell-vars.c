/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/runbook/bh-shell-vars.h"

#define STATE_VARS "shell.vars"   /* JSON object */
#define STATE_FRESH "shell.fresh" /* names, parted by spaces */

/* (transfer full) */
static JsonObject *
load (BhJournal *journal)
{
  const char *text = bh_journal_get_state (journal, STATE_VARS);
  g_autoptr (JsonNode) node = text != NULL ? json_from_string (text, NULL) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return json_object_new ();
  return json_node_dup_object (node);
}

void
bh_shell_vars_put (BhJournal *journal, const char *name, const char *value)
{
  JsonObject *object = load (journal);
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) fresh = bh_shell_vars_get_fresh (journal);

  json_object_set_string_member (object, name, value);
  node = json_node_init_object (json_node_alloc (), object);
  json_object_unref (object);
  text = json_to_string (node, FALSE);
  bh_journal_set_state (journal, STATE_VARS, text);
  if (!g_strv_contains ((const char *const *) fresh, name))
    {
      g_autofree char *before = g_strjoinv (" ", fresh);
      g_autofree char *after = g_strdup_printf ("%s%s%s", before, *before != '\0' ? " " : "", name);

      bh_journal_set_state (journal, STATE_FRESH, after);
    }
}

GHashTable *
bh_shell_vars_get (BhJournal *journal)
{
  GHashTable *vars = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (JsonObject) object = load (journal);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &value))
    g_hash_table_insert (vars, g_strdup (name), g_strdup (json_node_get_string (value)));
  return vars;
}

GStrv
bh_shell_vars_get_fresh (BhJournal *journal)
{
  const char *text = bh_journal_get_state (journal, STATE_FRESH);

  return text != NULL ? g_strsplit (text, " ", -1) : g_new0 (char *, 1);
}

void
bh_shell_vars_clear_fresh (BhJournal *journal)
{
  bh_journal_set_state (journal, STATE_FRESH, NULL);
}

static void
add_all (GPtrArray *strings, GHashTable *env, GHashTable *unless)
{
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, env);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (unless == NULL || !g_hash_table_contains (unless, name))
      g_ptr_array_add (strings, g_strdup_printf ("%s=%s", (const char *) name, (const char *) value));
}

GStrv
bh_shell_vars_to_env (BhJournal *journal, GHashTable *env)
{
  g_autoptr (GHashTable) vars = bh_shell_vars_get (journal);
  GPtrArray *strings = g_ptr_array_new ();

  if (env != NULL)
    add_all (strings, env, vars);
  add_all (strings, vars, NULL);
  g_ptr_array_add (strings, NULL);
  return (GStrv) g_ptr_array_free (strings, FALSE);
}

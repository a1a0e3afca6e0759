/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/bh-engine-pick.h"

#include "protocol/bh-error.h"
#include "protocol/bh-records.h"

/* More names than that say less than their number. */
#define NAMES_MAX 3

void
bh_pick_free (BhPick *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->why);
  g_strfreev (self->others);
  g_strfreev (self->asking);
  g_free (self);
}

static BhPick *
pick_copy (BhPick *self)
{
  BhPick *copy = g_new0 (BhPick, 1);

  copy->id = g_strdup (self->id);
  copy->name = g_strdup (self->name);
  copy->why = g_strdup (self->why);
  copy->sign_in = self->sign_in;
  copy->others = g_strdupv (self->others);
  copy->asking = g_strdupv (self->asking);
  return copy;
}

G_DEFINE_BOXED_TYPE (BhPick, bh_pick, pick_copy, bh_pick_free)

static BhPick *
pick_take (const BhEngineFile *file, char *why, gboolean sign_in)
{
  BhPick *self = g_new0 (BhPick, 1);

  self->id = g_strdup (file->id);
  self->name = g_strdup (file->name);
  self->why = why;
  self->sign_in = sign_in;
  return self;
}

BhEngineFound *
bh_engine_found_lookup (GPtrArray *founds, const char *id)
{
  for (guint i = 0; founds != NULL && i < founds->len; i++)
    if (g_strcmp0 (((BhEngineFound *) founds->pdata[i])->id, id) == 0)
      return founds->pdata[i];
  return NULL;
}

gboolean
bh_engine_is_runbook (const BhEngineFile *file)
{
  return g_strcmp0 (file->protocol, BH_PROTOCOL_RUNBOOK) == 0;
}

gboolean
bh_engine_hides (const BhEngineFile *file, const char *name)
{
  g_autofree char *empty = g_strconcat (name, "=", NULL);

  return file->env != NULL && g_strv_contains ((const char *const *) file->env, empty);
}

static gboolean
is_given (const BhEngineFile *file, GHashTable *env, const char *name)
{
  const char *value = g_hash_table_lookup (env, name);

  return value != NULL && *value != '\0' && !bh_engine_hides (file, name);
}

static gboolean
has_key (const BhEngineFile *file, GHashTable *env)
{
  if (env == NULL || file->keys == NULL)
    return FALSE;
  for (guint i = 0; file->keys_need != NULL && file->keys_need[i] != NULL; i++)
    if (!is_given (file, env, file->keys_need[i]))
      return FALSE;
  for (guint i = 0; file->keys[i] != NULL; i++)
    if (is_given (file, env, file->keys[i]))
      return TRUE;
  return FALSE;
}

/* Without what lies at home. */
static gboolean
is_signed_in_there (const BhEngineFile *file, const BhEngineFound *found, GHashTable *env)
{
  if (file->keys == NULL && file->sign_in_paths == NULL && file->sign_in_argv == NULL)
    return TRUE;
  return has_key (file, env) || found->checked || (found->files && !found->denied);
}

gboolean
bh_engine_needs_check (const BhEngineFile *file, const BhEngineFound *found, GHashTable *env)
{
  if (file->sign_in_argv == NULL || has_key (file, env))
    return FALSE;
  return found->files || found->let_in < BH_LET_IN_ASK;
}

gboolean
bh_engine_is_signed_in (const BhEngineFile *file, const BhEngineFound *found, GHashTable *env)
{
  return is_signed_in_there (file, found, env) || found->let_in >= BH_LET_IN_ASK;
}

static gboolean
is_there (const BhEngineFound *found)
{
  return found != NULL && found->path != NULL;
}

/* There is a sign-in, which stays where it is. */
static char *
why_not_let_in (const BhEngineFile *file, const BhEngineFound *found)
{
  g_autofree char *keys = file->keys != NULL ? g_strjoinv (" or ", file->keys) : NULL;

  return g_strdup_printf (
      "Found at %s, but not signed in in the DevBox. %s Allow it in Preferences or with “bellhopctl sign-ins "
      "%s "
      "always”%s%s.",
      found->path,
      found->let_in == BH_LET_IN_REFUSED
          ? "You are signed in to it at home, and have said that this is not to be let into DevBoxes."
          : "You are signed in to it at home; whether that may be let into a DevBox can only be asked in "
            "interactive Runs.",
      file->id, keys != NULL ? ", or give it a key as " : "", keys != NULL ? keys : "");
}

const char *
bh_engine_why_not_code (const BhEngineFile *file, const BhEngineFound *found, GHashTable *env)
{
  if (found == NULL || bh_engine_is_runbook (file))
    return NULL;
  if (!is_there (found))
    return BH_WHY_NOT_FOUND;
  if (bh_engine_is_signed_in (file, found, env))
    return NULL;
  if (found->let_in != BH_LET_IN_NOTHING)
    return found->let_in == BH_LET_IN_REFUSED ? BH_WHY_NOT_LET_IN : BH_WHY_NOT_ASKED;
  return file->sign_in_paths == NULL && file->sign_in_argv == NULL ? BH_WHY_NOT_KEY : BH_WHY_NOT_SIGNED_IN;
}

char *
bh_engine_why_not (const BhEngineFile *file, const BhEngineFound *found, GHashTable *env)
{
  const char *code = bh_engine_why_not_code (file, found, env);

  if (code == NULL)
    return NULL;
  if (!is_there (found))
    return file->install != NULL
               ? g_strdup_printf ("Not found: there is no “%s” on the DevBox's PATH. To get it: %s",
                                  file->binary, file->install)
               : g_strdup_printf ("Not found: there is no “%s” on the DevBox's PATH.", file->binary);
  if (found->let_in != BH_LET_IN_NOTHING)
    return why_not_let_in (file, found);
  return g_strdup_printf ("Found at %s, but not signed in. %s", found->path,
                          file->sign_in_hint != NULL ? file->sign_in_hint
                                                     : "Sign in to it in a terminal first.");
}

/* --- in words --- */

/* "Codex 0.169.0 – found at /usr/bin/codex" */
static char *
describe (const BhEngineFile *file, const BhEngineFound *found)
{
  return g_strdup_printf ("%s%s%s – found at %s", file->name, found->version != NULL ? " " : "",
                          found->version != NULL ? found->version : "", found->path);
}

static char *
describe_runbook (const BhEngineFile *file, int blocks)
{
  return g_strdup_printf ("%s – the instructions hold %d block%s", file->name, blocks,
                          blocks == 1 ? "" : "s");
}

/* "; WHAT: A, B" */
static void
append_names (GString *text, const char *what, GPtrArray *names)
{
  if (names->len > NAMES_MAX)
    g_string_append_printf (text, "; %s: %u others", what, names->len);
  for (guint i = 0; names->len <= NAMES_MAX && i < names->len; i++)
    g_string_append_printf (text, "%s%s%s%s", i == 0 ? "; " : ", ", i == 0 ? what : "", i == 0 ? ": " : "",
                            (const char *) names->pdata[i]);
}

/* Takes `why`, and says why none of those that come before `picked` was taken. */
static char *
append_passed_over (char *why, GPtrArray *files, GPtrArray *founds, const BhEngineFile *picked)
{
  g_autofree char *begin = why;
  GString *text = g_string_new (begin);
  g_autoptr (GPtrArray) missing = g_ptr_array_new (), signed_out = g_ptr_array_new ();

  for (guint i = 0; i < files->len && files->pdata[i] != picked; i++)
    {
      const BhEngineFile *file = files->pdata[i];
      const BhEngineFound *found = bh_engine_found_lookup (founds, file->id);

      if (found != NULL)
        g_ptr_array_add (is_there (found) ? signed_out : missing, file->name);
    }
  append_names (text, "not signed in", signed_out);
  append_names (text, "not found", missing);
  return g_string_free_and_steal (text);
}

static void
set_none_found (GPtrArray *files, GPtrArray *founds, GHashTable *env, GError **error)
{
  g_autoptr (GString) text = g_string_new ("No engine can work on these instructions. ");
  g_autoptr (GString) missing = g_string_new (NULL);
  const BhEngineFile *best = NULL; /* of those that are missing, and that it is known of how to get them */

  for (guint i = 0; i < files->len; i++)
    {
      const BhEngineFile *file = files->pdata[i];
      const BhEngineFound *found = bh_engine_found_lookup (founds, file->id);
      g_autofree char *why = bh_engine_why_not (file, found, env);

      if (is_there (found))
        g_string_append_printf (text, "%s: %s ", file->name, why);
      else if (!bh_engine_is_runbook (file))
        g_string_append_printf (missing, "%s%s", missing->len > 0 ? ", " : "", file->name);
      if (best == NULL && !is_there (found) && file->install != NULL)
        best = file;
    }
  if (missing->len > 0)
    g_string_append_printf (text, "Looked for and not found in the DevBox: %s. ", missing->str);
  if (best != NULL)
    g_string_append_printf (text, "To get %s: %s – “bellhopctl engines -t WORKER” tells it of the others. ",
                            best->name, best->install);
  bh_set_error (error, BH_ERROR_ENGINE_NOT_FOUND, "engine",
                "%sWithout an engine, the Runbook needs commands in a fenced ```sh or ```bash block.",
                text->str);
}

/* --- the choice --- */

static BhPick *
choose_named (const BhEngineFile *file, GPtrArray *founds, GHashTable *env, int blocks, GError **error)
{
  const BhEngineFound *found = bh_engine_found_lookup (founds, file->id);
  g_autofree char *why_not = bh_engine_why_not (file, found, env);

  if (bh_engine_is_runbook (file))
    {
      if (blocks > 0)
        return pick_take (file, describe_runbook (file, blocks), FALSE);
      bh_set_error (
          error, BH_ERROR_NOTHING_TO_RUN, "instructions",
          "The runbook engine runs the fenced ```sh and ```bash blocks of the instructions, and there "
          "is none. Put the commands into such a block.");
      return NULL;
    }
  if (why_not == NULL && found != NULL)
    return pick_take (file, describe (file, found), !is_signed_in_there (file, found, env));
  bh_set_error (error, is_there (found) ? BH_ERROR_ENGINE_SIGNED_OUT : BH_ERROR_ENGINE_NOT_FOUND, "engine",
                "%s: %s", file->name, why_not != NULL ? why_not : "It was not looked for.");
  return NULL;
}

BhPick *
bh_engine_choose (
    GPtrArray *files, GPtrArray *founds, GHashTable *env, const char *id, int blocks, GError **error)
{
  g_return_val_if_fail (files != NULL && id != NULL, NULL);
  for (guint i = 0; i < files->len; i++)
    {
      const BhEngineFile *file = files->pdata[i];
      const BhEngineFound *found = bh_engine_found_lookup (founds, file->id);

      if (g_strcmp0 (id, file->id) == 0)
        return choose_named (file, founds, env, blocks, error);
      if (g_strcmp0 (id, BH_ENGINE_AUTO) != 0)
        continue;
      if (bh_engine_is_runbook (file) ? blocks > 0
                                      : is_there (found) && bh_engine_is_signed_in (file, found, env))
        {
          char *why = bh_engine_is_runbook (file) ? describe_runbook (file, blocks) : describe (file, found);

          return pick_take (file, append_passed_over (why, files, founds, file),
                            !bh_engine_is_runbook (file) && !is_signed_in_there (file, found, env));
        }
    }
  set_none_found (files, founds, env, error);
  return NULL;
}

void
bh_pick_add_others (BhPick *self, GPtrArray *files, GPtrArray *founds, GHashTable *env)
{
  g_autoptr (GStrvBuilder) others = g_strv_builder_new (), asking = g_strv_builder_new ();

  g_return_if_fail (self != NULL && files != NULL);

  for (guint i = 0; i < files->len; i++)
    {
      const BhEngineFile *file = files->pdata[i];
      const BhEngineFound *found = bh_engine_found_lookup (founds, file->id);

      if (g_str_equal (file->id, self->id) || bh_engine_is_runbook (file) || !is_there (found) ||
          !bh_engine_is_signed_in (file, found, env))
        continue;
      g_strv_builder_take (others, g_strdup_printf ("%s %s", file->id, file->name));
      if (!is_signed_in_there (file, found, env))
        g_strv_builder_add (asking, file->id);
    }
  g_strfreev (self->others);
  self->others = g_strv_builder_end (others);
  g_strfreev (self->asking);
  self->asking = g_strv_builder_end (asking);
}

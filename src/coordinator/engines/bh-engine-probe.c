/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/bh-engine-probe.h"

#include "protocol/bh-error.h"
#include "protocol/bh-text.h"

#include <string.h>

#define PLACE_TIMEOUT_MS 10000
/* of the whole, above the 20 s of each program */
#define ASK_TIMEOUT_MS 45000
#define VERSION_MAX 40
#define VALUE_MAX 512

BhEngineFound *
bh_engine_found_new (const char *id)
{
  BhEngineFound *self = g_new0 (BhEngineFound, 1);

  self->id = g_strdup (id);
  self->stamp = g_strdup ("");
  return self;
}

BhEngineFound *
bh_engine_found_copy (const BhEngineFound *self)
{
  BhEngineFound *copy = g_new0 (BhEngineFound, 1);

  copy->id = g_strdup (self->id);
  copy->path = g_strdup (self->path);
  copy->stamp = g_strdup (self->stamp);
  copy->asked = self->asked;
  copy->version = g_strdup (self->version);
  copy->files = self->files;
  copy->checked = self->checked;
  copy->denied = self->denied;
  copy->home = self->home;
  copy->let_in = self->let_in;
  return copy;
}

void
bh_engine_found_free (BhEngineFound *self)
{
  g_free (self->id);
  g_free (self->path);
  g_free (self->stamp);
  g_free (self->version);
  g_free (self);
}

/* --- what is asked --- */

/* Each engine writes a file of its own: they are asked side by side, and lines must not mix. A program that
 * hangs is killed; where there is no `timeout`, by hand. */
static const char prologue[] =
    "d=$(mktemp -d 2>/dev/null) || { d=/tmp/.bellhop-$$; mkdir -m 700 \"$d\" || exit 1; }\n"
    "trap 'rm -rf \"$d\"' EXIT\n"
    "bh_limit() {\n"
    "  if command -v timeout >/dev/null 2>&1; then timeout -s KILL 20 \"$@\"; return; fi\n"
    "  \"$@\" & c=$!\n"
    "  { sleep 20; kill -9 $c; } >/dev/null 2>&1 & w=$!\n"
    "  wait $c; r=$?; kill $w 2>/dev/null; return $r\n"
    "}\n"
    "bh_line() { tr '\\001-\\037\\177' ' ' | head -c 500; }\n";

static const char epilogue[] = "wait\ncat \"$d\"/*.out 2>/dev/null\nexit 0\n";

static char *
quote_argv (char **argv)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; argv[i] != NULL; i++)
    {
      g_autofree char *quoted = g_shell_quote (argv[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", quoted);
    }
  return g_string_free_and_steal (g_steal_pointer (&text));
}

/* What npm installed says its version in a file, which is faster than any engine by seconds. */
static void
add_package_version (GString *script, guint n)
{
  g_string_append_printf (script,
                          "r=$(readlink -f \"$p\" 2>/dev/null); q=${r%%/*}; v=\n"
                          "while [ -z \"$v\" ] && [ \"$q\" != \"${q%%/node_modules/*}\" ]; do\n"
                          "  v=$(sed -n 's/^[ \t]*\"version\":[ \t]*\"\\([0-9][^\"]*\\)\".*/\\1/p' "
                          "\"$q/package.json\" 2>/dev/null | head -n 1 | bh_line); q=${q%%/*}\n"
                          "done\n"
                          "[ -z \"$v\" ] || printf '%u version %%s\\n' \"$v\" >\"$d/%u-v.out\"\n",
                          n, n);
}

/* In the engine's own environment, and with nothing on stdin to wait for. */
static void
add_version (GString *script, const BhEngineFile *file, guint n)
{
  char *usual[] = { file->binary, (char *) "--version", NULL };
  g_autofree char *command = quote_argv (file->version_argv != NULL ? file->version_argv : usual);

  g_string_append_printf (script,
                          "[ -e \"$d/%u-v.out\" ] || { v=$(bh_limit %s </dev/null 2>/dev/null | bh_line); "
                          "printf '%u version %%s\\n' \"$v\" >\"$d/%u-v.out\"; } &\n",
                          n, command, n, n);
}

/* One that is not there, cannot run or was killed has said nothing. */
static void
add_check (GString *script, const BhEngineFile *file, guint n)
{
  g_autofree char *command = quote_argv (file->sign_in_argv);

  g_string_append_printf (script,
                          "{ bh_limit %s </dev/null >/dev/null 2>&1; r=$?\n"
                          "if [ $r = 0 ]; then echo '%u checked' >\"$d/%u-c.out\"\n"
                          "elif [ $r -lt 124 ]; then echo '%u denied' >\"$d/%u-c.out\"; fi; } &\n",
                          command, n, n, n, n);
}

/* For grep, any of them. */
static char *
quote_words (char **words)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    {
      g_autofree char *quoted = g_shell_quote (words[i]);

      g_string_append_printf (text, " -e %s", quoted);
    }
  return g_string_free_and_steal (g_steal_pointer (&text));
}

/* What signs it in without being asked: a file, or a key in the box's own environment. */
static void
add_files (GString *script, const BhEngineFile *file, guint n)
{
  g_autoptr (GString) lack = g_string_new (NULL);

  for (guint i = 0; file->keys_need != NULL && file->keys_need[i] != NULL; i++)
    g_string_append_printf (lack, "[ -z \"${%s:-}\" ] || ", file->keys_need[i]);
  for (guint i = 0; file->keys != NULL && file->keys[i] != NULL; i++)
    g_string_append_printf (script, "%s[ -z \"${%s:-}\" ] || echo '%u files' >\"$d/%u-f.out\"\n", lack->str,
                            file->keys[i], n, n);
  if (file->sign_in_paths != NULL)
    {
      g_autofree char *quoted = g_shell_quote (file->sign_in_paths[0] + strlen ("~/"));
      g_autofree char *holds = quote_words (file->sign_in_holds);

      if (file->sign_in_holds != NULL)
        g_string_append_printf (script, "! grep -qF%s -- \"$HOME\"/%s 2>/dev/null", holds, quoted);
      else
        g_string_append_printf (script, "[ ! -e \"$HOME\"/%s ]", quoted);
      g_string_append_printf (script, " || echo '%u files' >\"$d/%u-f.out\"\n", n, n);
    }
}

/* What is not there costs no process. */
static void
add_engine (GString *script, const BhEngineFile *file, guint n, BhProbeFlags flags)
{
  g_autofree char *binary = g_shell_quote (file->binary);

  g_string_append_printf (
      script,
      "if command -v %s >/dev/null 2>&1; then (\np=$(command -v %s)\n"
      "case $p in /run/bellhop/engines/*) p=$(readlink \"$p\") ;; esac\n"
      "printf '%u path %%s\\n' \"$p\" | tr '\\001-\\011\\013-\\037\\177' ' ' >\"$d/%u-p.out\"\n"
      "s=$(stat -L -c '%%Y.%%s' \"$p\" 2>/dev/null) && echo \"%u stamp $s\" >\"$d/%u-s.out\"\n",
      binary, binary, n, n, n, n);
  if (file->version_argv == NULL)
    add_package_version (script, n);
  add_files (script, file, n);
  for (guint i = 0; file->env != NULL && file->env[i] != NULL; i++)
    {
      const char *equals = strchr (file->env[i], '=');
      g_autofree char *name = g_strndup (file->env[i], (gsize) (equals - file->env[i]));
      g_autofree char *value = g_shell_quote (equals + 1);

      g_string_append_printf (script, "export %s=%s\n", name, value);
    }
  if ((flags & BH_PROBE_VERSION) != 0)
    add_version (script, file, n);
  if ((flags & BH_PROBE_SIGN_IN) != 0 && file->sign_in_argv != NULL)
    add_check (script, file, n);
  g_string_append (script, "wait\n) & fi\n");
}

char *
bh_engine_probe_script (GPtrArray *files, BhProbeFlags flags)
{
  GString *script = g_string_new (prologue);

  for (guint i = 0; i < files->len; i++)
    {
      const BhEngineFile *file = files->pdata[i];

      if (file->binary != NULL)
        add_engine (script, file, i, flags);
    }
  g_string_append (script, epilogue);
  return g_string_free_and_steal (script);
}

/* --- what was said --- */

/* The first thing in it that looks like a version: "codex-cli 0.169.0". (nullable) */
static char *
find_version (const char *text)
{
  static const char digits[] = "0123456789";

  for (const char *p = text; *p != '\0'; p++)
    {
      gsize n = strspn (p, digits);
      gsize all;

      if (n == 0)
        continue;
      if (p[n] == '.' && g_ascii_isdigit (p[n + 1]))
        {
          all = strspn (p, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.+-");
          all = MIN (all, VERSION_MAX);
          while (all > 0 && strchr (".+-", p[all - 1]) != NULL)
            all--;
          return g_strndup (p, all);
        }
      p += n - 1;
    }
  return NULL;
}

static void
take_line (BhEngineFound *found, const char *what)
{
  if (g_str_has_prefix (what, "path /"))
    {
      g_free (found->path);
      found->path = g_strndup (what + strlen ("path "), VALUE_MAX);
    }
  else if (g_str_has_prefix (what, "stamp "))
    {
      g_free (found->stamp);
      found->stamp = g_strndup (what + strlen ("stamp "), VALUE_MAX);
    }
  else if (g_str_has_prefix (what, "version "))
    {
      found->asked = TRUE;
      g_free (found->version);
      found->version = find_version (what + strlen ("version "));
    }
  else if (strcmp (what, "files") == 0)
    found->files = TRUE;
  else if (strcmp (what, "checked") == 0)
    found->checked = TRUE;
  else if (strcmp (what, "denied") == 0)
    found->denied = TRUE;
}

static BhEngineFound *
find (GPtrArray *founds, const char *id)
{
  for (guint i = 0; i < founds->len; i++)
    if (g_strcmp0 (((BhEngineFound *) founds->pdata[i])->id, id) == 0)
      return founds->pdata[i];
  return NULL;
}

GPtrArray *
bh_engine_probe_read (GPtrArray *files, const char *output, gsize length)
{
  GPtrArray *founds = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_engine_found_free);
  g_autofree char *text = length > 0 ? g_utf8_make_valid (output, (gssize) length) : g_strdup ("");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; i < files->len; i++)
    if (((const BhEngineFile *) files->pdata[i])->binary != NULL)
      g_ptr_array_add (founds, bh_engine_found_new (((const BhEngineFile *) files->pdata[i])->id));
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *end;
      guint64 n = g_ascii_strtoull (lines[i], &end, 10);
      BhEngineFound *found = NULL;

      if (end != lines[i] && *end == ' ' && n < files->len)
        found = find (founds, ((const BhEngineFile *) files->pdata[n])->id);
      if (found != NULL)
        take_line (found, end + 1);
    }
  return founds;
}

/* --- in the box --- */

typedef struct
{
  BhBox *box;
  GPtrArray *files;
  BhProbeFlags flags;
} Probe;

static void
probe_free (gpointer data)
{
  Probe *self = data;

  g_object_unref (self->box);
  g_ptr_array_unref (self->files);
  g_free (self);
}

static DexFuture *
probe_fiber (gpointer data)
{
  Probe *self = data;
  g_autofree char *script = bh_engine_probe_script (self->files, self->flags);
  const char *const argv[] = { "/bin/sh", "-c", script, NULL };
  g_autoptr (BhRunOutput) output = NULL;
  GError *error = NULL;
  gsize length;
  const char *bytes;
  g_autofree char *text = NULL, *said = NULL;

  output = dex_await_boxed (bh_box_run (self->box, argv,
                                        self->flags == BH_PROBE_PLACE ? PLACE_TIMEOUT_MS : ASK_TIMEOUT_MS),
                            &error);
  if (output == NULL)
    return dex_future_new_for_error (error);
  bytes = g_bytes_get_data (output->output, &length);
  if (output->exit_status == 0)
    return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, bh_engine_probe_read (self->files, bytes, length));
  text = bh_text_shown (bytes, length, NULL);
  said = bh_text_one_line (text, 200);
  return dex_future_new_for_error (bh_error_new (
      BH_ERROR_ENGINE_NOT_FOUND, "engine",
      "The DevBox could not be searched for engines: its /bin/sh ended with status %d and said “%s”.",
      output->exit_status, said));
}

DexFuture *
bh_engine_probe (BhBox *box, GPtrArray *files, BhProbeFlags flags)
{
  Probe *self;

  dex_return_error_if_fail (BH_IS_BOX (box));
  dex_return_error_if_fail (files != NULL);
  self = g_new0 (Probe, 1);
  self->box = g_object_ref (box);
  self->files = g_ptr_array_ref (files);
  self->flags = flags;
  return dex_scheduler_spawn (NULL, 0, probe_fiber, self, probe_free);
}

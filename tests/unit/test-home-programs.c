/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Programs below a home folder, as the installers of the world lay them out: what is found, and what of the
 * home would be shown for it. */

#include "worker/providers/bh-home-programs.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define NODE_SCRIPT "#!/usr/bin/env node\n"

static char *home;

static void
put (const char *path, const char *text)
{
  g_autofree char *file = g_build_filename (home, path, NULL);
  g_autofree char *folder = g_path_get_dirname (file);

  g_assert_no_errno (g_mkdir_with_parents (folder, 0755));
  g_assert_true (g_file_set_contents_full (file, text, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
}

static void
put_link (const char *path, const char *target)
{
  g_autofree char *file = g_build_filename (home, path, NULL);
  g_autofree char *folder = g_path_get_dirname (file);

  g_assert_no_errno (g_mkdir_with_parents (folder, 0755));
  g_assert_no_errno (symlink (target, file));
}

/* `expected`: "NAME TARGET|FOLDER", below the home folder and one a line, of all that is found. */
static void
assert_found (const char *search_path, const char *const *names, const char *expected)
{
  g_autoptr (BhHomePrograms) found = bh_home_programs_find (home, search_path, names);
  g_autoptr (GString) text = g_string_new (NULL);
  gsize n = strlen (home) + 1;

  for (guint i = 0; i < found->programs->len; i++)
    {
      const BhHomeProgram *program = found->programs->pdata[i];

      g_string_append_printf (text, "%s %s\n", program->name, program->target + n);
    }
  for (guint i = 0; i < found->folders->len; i++)
    {
      g_assert_true (g_str_has_prefix (found->folders->pdata[i], home));
      g_string_append_printf (text, "|%s\n", (const char *) found->folders->pdata[i] + n);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
begin (void)
{
  g_autofree char *made = g_dir_make_tmp ("bellhop-home-XXXXXX", NULL);
  char *real = realpath (made, NULL);

  home = g_strdup (real);
  free (real);
}

static void
end (void)
{
  const char *const argv[] = { "rm", "-rf", home, NULL };

  g_assert_true (
      g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  g_clear_pointer (&home, g_free);
}

#define NAMES(...) ((const char *const[]) { __VA_ARGS__, NULL })

static void
test_nothing (void)
{
  begin ();
  put (".local/bin/other", "");
  put (".local/bin/folder/x", "");
  put_link (".local/bin/broken", "nowhere");
  assert_found (NULL, NAMES ("engine", "folder", "broken"), "");
  assert_found (NULL, NULL, "");
  end ();
}

static void
test_not_a_program (void)
{
  g_autofree char *path = NULL;

  begin ();
  put (".local/bin/engine", "");
  path = g_build_filename (home, ".local/bin/engine", NULL);
  g_assert_no_errno (g_chmod (path, 0644));
  assert_found (NULL, NAMES ("engine"), "");
  end ();
}

/* One file, with what lies beside it left outside. */
static void
test_single_file (void)
{
  begin ();
  put (".local/share/claude/versions/2.1.330", "ELF");
  put (".local/share/claude/token", "secret");
  put_link (".local/bin/claude", "../share/claude/versions/2.1.330");
  put ("bin/goose", "ELF");
  assert_found (NULL, NAMES ("claude", "goose"),
                "claude .local/share/claude/versions/2.1.330\ngoose bin/goose\n"
                "|.local/share/claude/versions/2.1.330\n|bin/goose\n");
  end ();
}

static void
test_npm (void)
{
  begin ();
  put (".npmrc", "//registry/:_authToken=secret\nprefix = ${HOME}/my npm\n");
  put ("my npm/lib/node_modules/@openai/codex/bin/codex.js", "ELF");
  put ("my npm/lib/node_modules/opencode-ai/bin/opencode", "ELF");
  put_link ("my npm/bin/codex", "../lib/node_modules/@openai/codex/bin/codex.js");
  put_link ("my npm/bin/opencode", "../lib/node_modules/opencode-ai/bin/opencode");
  /* one inside another one's packages is shown with those */
  put (".bun/install/global/node_modules/qwen/node_modules/core/cli.js", "ELF");
  put_link (".bun/bin/qwen", "../install/global/node_modules/qwen/node_modules/core/cli.js");
  assert_found (NULL, NAMES ("codex", "opencode", "qwen"),
                "codex my npm/lib/node_modules/@openai/codex/bin/codex.js\n"
                "opencode my npm/lib/node_modules/opencode-ai/bin/opencode\n"
                "qwen .bun/install/global/node_modules/qwen/node_modules/core/cli.js\n"
                "|my npm/lib/node_modules\n|.bun/install/global/node_modules\n");
  end ();
}

/* The Node.js beside a script comes with it, of the newest version that has the script. */
static void
test_nvm (void)
{
  begin ();
  put (".nvm/versions/node/v9.1.0/bin/gemini", "ELF");
  put (".nvm/versions/node/v22.1.0/lib/node_modules/gemini/gemini.js", NODE_SCRIPT);
  put (".nvm/versions/node/v22.1.0/bin/node", "ELF");
  put (".nvm/versions/node/v22.1.0/include/x.h", "");
  put_link (".nvm/versions/node/v22.1.0/bin/gemini", "../lib/node_modules/gemini/gemini.js");
  assert_found (NULL, NAMES ("gemini"),
                "gemini .nvm/versions/node/v22.1.0/lib/node_modules/gemini/gemini.js\n"
                "node .nvm/versions/node/v22.1.0/bin/node\n"
                "|.nvm/versions/node/v22.1.0/lib/node_modules\n|.nvm/versions/node/v22.1.0/bin/node\n");
  end ();
}

static void
test_volta (void)
{
  begin ();
  put (".volta/bin/volta-shim", "ELF");
  put_link (".volta/bin/copilot", "volta-shim");
  put (".volta/tools/image/packages/@github/copilot/lib/node_modules/@github/copilot/loader.js", "ELF");
  put_link (".volta/tools/image/packages/@github/copilot/bin/copilot",
            "../lib/node_modules/@github/copilot/loader.js");
  assert_found (
      NULL, NAMES ("copilot"),
      "copilot .volta/tools/image/packages/@github/copilot/lib/node_modules/@github/copilot/loader.js\n"
      "|.volta/tools/image/packages/@github/copilot/lib/node_modules\n");
  end ();
}

static void
test_python (void)
{
  begin ();
  put (".local/share/pipx/venvs/aider/bin/aider", "#!/x/python\n");
  put (".local/share/pipx/venvs/aider/pyvenv.cfg", "");
  put_link (".local/bin/aider", "../share/pipx/venvs/aider/bin/aider");
  assert_found (NULL, NAMES ("aider"),
                "aider .local/share/pipx/venvs/aider/bin/aider\n|.local/share/pipx/venvs/aider\n");
  /* such a file in the wrong place does not open the whole of ~/.local, or of the home */
  put (".local/pyvenv.cfg", "");
  put ("pyvenv.cfg", "");
  put (".local/bin/one", "ELF");
  put ("bin/two", "ELF");
  assert_found (NULL, NAMES ("one", "two"), "one .local/bin/one\ntwo bin/two\n|.local/bin/one\n|bin/two\n");
  end ();
}

/* What is on the worker's PATH below the home comes first; what is elsewhere is the system's business. */
static void
test_search_path (void)
{
  g_autofree char *path = NULL;

  begin ();
  put ("opt/here/engine", "ELF");
  put (".local/bin/engine", "ELF");
  path = g_strdup_printf ("/usr/bin:relative:%s/opt/here:%sX", home, home);
  assert_found (path, NAMES ("engine", "env"), "engine opt/here/engine\n|opt/here/engine\n");
  assert_found (NULL, NAMES ("engine", "env"), "engine .local/bin/engine\n|.local/bin/engine\n");
  end ();
}

/* A link to a program of the system needs nothing shown. */
static void
test_system (void)
{
  g_autoptr (BhHomePrograms) found = NULL;

  begin ();
  put_link (".local/bin/env", "/usr/bin/env");
  found = bh_home_programs_find (home, NULL, NAMES ("env"));
  g_assert_cmpuint (found->folders->len, ==, 0);
  g_assert_cmpstr (((BhHomeProgram *) found->programs->pdata[0])->name, ==, "env");
  end ();
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/home-programs/nothing", test_nothing);
  g_test_add_func ("/home-programs/not-a-program", test_not_a_program);
  g_test_add_func ("/home-programs/single-file", test_single_file);
  g_test_add_func ("/home-programs/npm", test_npm);
  g_test_add_func ("/home-programs/nvm", test_nvm);
  g_test_add_func ("/home-programs/volta", test_volta);
  g_test_add_func ("/home-programs/python", test_python);
  g_test_add_func ("/home-programs/search-path", test_search_path);
  g_test_add_func ("/home-programs/system", test_system);
  return g_test_run ();
}

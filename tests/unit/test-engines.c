/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-engine-file.h"
#include "coordinator/engines/bh-engines.h"

#include <glib/gstdio.h>
#include <string.h>

#define BLOCK "Hello\n```sh\ntrue\n```\n"

static void
test_list (void)
{
  g_autoptr (BhEngines) engines = bh_engines_new ();
  g_autoptr (GPtrArray) list = bh_engines_list (engines);
  const BhEngineInfo *last;

  g_assert_cmpuint (list->len, ==, 11);
  last = list->pdata[list->len - 1];
  g_assert_cmpstr (last->id, ==, "runbook");
  g_assert_true (bh_engines_knows (engines, "runbook"));
  g_assert_false (bh_engines_knows (engines, "auto"));
}

static void
test_check (void)
{
  g_autoptr (BhEngines) engines = bh_engines_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (bh_engines_check (engines, "runbook", BLOCK, &error));
  g_assert_true (bh_engines_check (engines, "auto", BLOCK, &error));
  g_assert_true (bh_engines_check (engines, "auto", "just words", &error));
  g_assert_no_error (error);
  g_assert_false (bh_engines_check (engines, "runbook", "just words", &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_NOTHING_TO_RUN);
  g_assert_cmpstr (bh_error_field (error), ==, "instructions");
  g_clear_error (&error);
  g_assert_false (bh_engines_check (engines, "hal", BLOCK, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_ENGINE_NOT_FOUND);
  g_assert_cmpstr (bh_error_field (error), ==, "engine");
  g_clear_error (&error);
  g_assert_false (bh_engines_check (engines, "runbook", BLOCK "```ask\nbad\n```\n", &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_INVALID_FIELD);
}

#define HEAD "[Engine]\nName=A b\nProtocol=acp\nRank=7\n"
#define START HEAD "[Start]\nCommand=a b\n"

static const struct
{
  const char *text;
  const char *said;
} bad[] = {
  { "", "[Engine]" },
  { "nonsense", "nonsense" },
  { "[Engine]\nName=A\nProtocol=acp\nRank=x\n", "[Engine] Rank" },
  { "[Engine]\nName=A\nProtocol=acp\nRank=-1\n", "[Engine] Rank" },
  { "[Engine]\nName=A\nProtocol=acp\n", "[Engine] Rank" },
  { "[Engine]\nProtocol=acp\nRank=1\n", "[Engine] Name is missing" },
  { "[Engine]\nName=\nProtocol=acp\nRank=1\n", "[Engine] Name" },
  { "[Engine]\nName=A\\tB\nProtocol=acp\nRank=1\n", "[Engine] Name" },
  { "[Engine]\nName=A\nRank=1\n", "[Engine] Protocol" },
  { "[Engine]\nName=A\nProtocol=telnet\nRank=1\n",
    "protocols are acp, claude-stream, codex-app-server, runbook" },
  { "[Engine]\nName=A\nProtocol=acp\nRank=1\nArgs=x\n",
    "Args: there is no such key; this group has Name, Protocol, Rank" },
  { "[Engine]\nName=A\nName[de]=B\nProtocol=acp\nRank=1\n", "Name[de]" },
  { "[Engine]\nName=A\nProtocol=acp\nRank=1\nName=B\n", "line 5: Name was there already" },
  { "[Other]\nName=A\n", "[Other]" },
  { HEAD, "[Start] Command is missing" },
  { HEAD "[Engine]\n", "line 5: [Engine] was there already" },
  { HEAD "[Start]\nCommand=\n", "[Start] Command" },
  { HEAD "[Start]\nCommand='a\n", "[Start] Command" },
  { HEAD "[Start]\nCommand='' a\n", "[Start] Command" },
  { HEAD "[Start]\nCommand=a @SESSION@\n", "@SESSION@ is no placeholder here" },
  { HEAD "[Start]\nCommand=a --x=@MCP_JSON@@WHAT@\n", "@WHAT@" },
  { START "Resume=--resume @NONE@\n", "[Start] Resume: @NONE@" },
  { START "EndsBySignal=perhaps\n", "[Start] EndsBySignal" },
  { START "[Environment]\n1A=b\n", "[Environment] 1A: this is no name" },
  { START "[Environment]\nA B=b\n", "[Environment] A B: this is no name" },
  { START "[Environment]\nA=x\\ny\n", "[Environment] A" },
  { START "[Environment]\nA=@MODEL@\n", "[Environment] A: @MODEL@" },
  { START "[Session]\nMode=\n", "[Session] Mode" },
  { START "[Find]\nBinary=a/b\n", "[Find] Binary" },
  { START "[Find]\nVersion=a @MODEL@\n", "[Find] Version" },
  { START "[SignIn]\nPaths=\n", "[SignIn] Paths" },
  { START "[SignIn]\nPaths=/etc/passwd\n", "[SignIn] Paths: “/etc/passwd” does not lie below" },
  { START "[SignIn]\nPaths=~/\n", "[SignIn] Paths" },
  { START "[SignIn]\nPaths=~\n", "[SignIn] Paths" },
  { START "[SignIn]\nPaths=~/.a;~/.a/../..\n", "“~/.a/../..”" },
  { START "[SignIn]\nPaths=~/.a//b\n", "“~/.a//b”" },
  { START "[SignIn]\nKeys=A-B\n", "[SignIn] Keys" },
  { START "[SignIn]\nKeys=A\nKeysNeed=B-C\n", "[SignIn] KeysNeed" },
  { START "[SignIn]\nHolds=a\n", "[SignIn] Holds: without Paths" },
  { START "[SignIn]\nPaths=~/.a\nHolds=a;;b\n", "[SignIn] Holds: “” is no text" },
  { START "[SignIn]\nKeysNeed=B\n", "[SignIn] KeysNeed: without Keys" },
  { "[Engine]\nName=A\nProtocol=runbook\nRank=1\n[Find]\nBinary=a\n", "[Find]" },
};

static void
test_bad_files (void)
{
  g_autofree char *dir = g_dir_make_tmp ("bellhop-engines-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "some.engine", NULL);
  g_autoptr (GError) not_there = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, bad[i].text, -1, NULL));
      g_assert_null (bh_engine_file_load (path, &error));
      g_test_message ("%s", error->message);
      g_assert_true (g_str_has_prefix (error->message, path));
      g_assert_nonnull (strstr (error->message, bad[i].said));
    }
  g_unlink (path);
  g_rmdir (dir);
  g_assert_null (bh_engine_file_load (path, &not_there));
  g_assert_error (not_there, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

static void
test_bad_names (void)
{
  static const char *const names[] = { "auto", "", "A", "a_b", "a/b", "a.b", NULL };

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (bh_engine_file_is_id (names[i]));
      g_assert_null (bh_engine_file_parse (names[i], START, strlen (START), &error));
      g_assert_nonnull (strstr (error->message, "named by its id"));
    }
  g_assert_true (bh_engine_file_is_id ("a-1"));
}

static void
test_whole_file (void)
{
  static const char text[] =
      "# a comment\n" START "Resume=--resume '@SESSION@ x'\nEndsBySignal=true\n"
      "\n[Environment]\nEMPTY=\nJSON={\"a\":\"b=c\"}\n"
      "[Session]\nMode=default\nModel=big\nAuth=oauth\nKeyAuth=key\n"
      "[Find]\nBinary=/opt/a\nVersion=/opt/a version\nInstall=npm install -g a\n"
      "[SignIn]\nPaths=~/.a/b;~/.c\nCheck=a 'auth status'\nHint=Sign in.\nKeys=A_KEY;B_KEY\n"
      "KeysNeed=A_MODEL\nHolds=a token;\"b\"\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (BhEngineFile) file = bh_engine_file_parse ("some", text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (file->id, ==, "some");
  g_assert_cmpstr (file->name, ==, "A b");
  g_assert_cmpint (file->rank, ==, 7);
  g_assert_cmpstrv (file->argv, ((const char *const[]) { "a", "b", NULL }));
  g_assert_cmpstrv (file->resume_argv, ((const char *const[]) { "--resume", "@SESSION@ x", NULL }));
  g_assert_true (file->ends_by_signal);
  g_assert_cmpstrv (file->env, ((const char *const[]) { "EMPTY=", "JSON={\"a\":\"b=c\"}", NULL }));
  g_assert_cmpstr (file->mode, ==, "default");
  g_assert_cmpstr (file->model, ==, "big");
  g_assert_cmpstr (file->auth, ==, "oauth");
  g_assert_cmpstr (file->key_auth, ==, "key");
  g_assert_cmpstr (file->binary, ==, "/opt/a");
  g_assert_cmpstrv (file->version_argv, ((const char *const[]) { "/opt/a", "version", NULL }));
  g_assert_cmpstr (file->install, ==, "npm install -g a");
  g_assert_cmpstrv (file->sign_in_paths, ((const char *const[]) { "~/.a/b", "~/.c", NULL }));
  g_assert_cmpstrv (file->sign_in_argv, ((const char *const[]) { "a", "auth status", NULL }));
  g_assert_cmpstr (file->sign_in_hint, ==, "Sign in.");
  g_assert_cmpstrv (file->keys, ((const char *const[]) { "A_KEY", "B_KEY", NULL }));
  g_assert_cmpstrv (file->sign_in_holds, ((const char *const[]) { "a token", "\"b\"", NULL }));
  g_assert_cmpstrv (file->keys_need, ((const char *const[]) { "A_MODEL", NULL }));
}

static void
test_short_file (void)
{
  g_autoptr (BhEngineFile) file = bh_engine_file_parse ("some", START, strlen (START), NULL);

  g_assert_cmpstr (file->binary, ==, "a");
  g_assert_null (file->version_argv);
  g_assert_null (file->env);
  g_assert_null (file->keys);
  g_assert_false (file->ends_by_signal);
}

/* Goose takes keys of many providers, and has to be told of which. */
static void
test_goose (void)
{
  g_autoptr (BhEngines) engines = bh_engines_new ();

  g_assert_cmpstrv (bh_engines_get_file (engines, "goose")->keys_need,
                    ((const char *const[]) { "GOOSE_PROVIDER", "GOOSE_MODEL", NULL }));
}

/* Whoever is signed in there wonders why that does not count. */
static void
test_password_storage (void)
{
  static const char *const ids[] = { "codex", "codex-acp", "copilot" };
  g_autoptr (BhEngines) engines = bh_engines_new ();

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      const BhEngineFile *file = bh_engines_get_file (engines, ids[i]);
      BhEngineFound found = { .id = (char *) ids[i], .path = (char *) "/opt/it" };
      g_autofree char *why = bh_engine_why_not (file, &found, NULL);

      g_assert_nonnull (strstr (why, "a password storage cannot be let into a DevBox"));
    }
}

/* Those of the person replace those that came along, and a bad one takes nothing away. */
static void
test_own_files (void)
{
  g_autofree char *dir = g_build_filename (g_get_user_config_dir (), "bellhop", "engines", NULL);
  g_autofree char *mine = g_build_filename (dir, "mine.engine", NULL);
  g_autofree char *codex = g_build_filename (dir, "codex.engine", NULL);
  g_autofree char *gemini = g_build_filename (dir, "gemini.engine", NULL);
  g_autoptr (BhEngines) engines = NULL;

  g_assert_no_errno (g_mkdir_with_parents (dir, 0700));
  g_assert_true (g_file_set_contents (mine, START, -1, NULL));
  g_assert_true (g_file_set_contents (codex, START, -1, NULL));
  g_assert_true (g_file_set_contents (gemini, HEAD, -1, NULL));
  g_test_expect_message (NULL, G_LOG_LEVEL_MESSAGE, "Engine left out: *gemini.engine: *Command is missing*");
  engines = bh_engines_new ();
  g_test_assert_expected_messages ();
  g_assert_cmpstr (bh_engines_get_file (engines, "mine")->name, ==, "A b");
  g_assert_cmpstr (bh_engines_get_file (engines, "codex")->name, ==, "A b");
  g_assert_cmpstr (bh_engines_get_file (engines, "gemini")->name, ==, "Gemini CLI");
  g_assert_null (bh_engines_get_file (engines, "auto"));
  g_unlink (mine);
  g_unlink (codex);
  g_unlink (gemini);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/engines/list", test_list);
  g_test_add_func ("/engines/check", test_check);
  g_test_add_func ("/engines/files/bad", test_bad_files);
  g_test_add_func ("/engines/files/bad-names", test_bad_names);
  g_test_add_func ("/engines/files/whole", test_whole_file);
  g_test_add_func ("/engines/files/short", test_short_file);
  g_test_add_func ("/engines/files/goose", test_goose);
  g_test_add_func ("/engines/files/password-storage", test_password_storage);
  g_test_add_func ("/engines/files/own", test_own_files);
  return g_test_run ();
}

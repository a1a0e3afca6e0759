/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* How engines are looked for, by the script that runs in boxes run here, and which one is taken. */

#include "coordinator/engines/bh-engines.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define BLOCK "Hello\n```sh\ntrue\n```\n"
#define HEAD(name, protocol, rank) "[Engine]\nName=" name "\nProtocol=" protocol "\nRank=" rank "\n"

typedef struct
{
  char *dir;
  char *bin;
  char *home;
  const char *variables[3]; /* names of those that the box has of its own */
  GPtrArray *files;
} Scene;

static void
add_file (Scene *self, const char *id, const char *text)
{
  g_autoptr (GError) error = NULL;
  BhEngineFile *file = bh_engine_file_parse (id, text, strlen (text), &error);

  g_assert_no_error (error);
  g_ptr_array_add (self->files, file);
}

static void
scene_init (Scene *self)
{
  self->dir = g_dir_make_tmp ("bellhop-probe-XXXXXX", NULL);
  self->bin = g_build_filename (self->dir, "bin", NULL);
  self->home = g_build_filename (self->dir, "home", NULL);
  g_assert_no_errno (g_mkdir (self->bin, 0700));
  g_assert_no_errno (g_mkdir (self->home, 0700));
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_engine_file_free);
  add_file (self, "one",
            HEAD ("One", "acp", "1") "[Start]\nCommand=one --acp\n[Find]\nInstall=get one\n"
                                     "[SignIn]\nPaths=~/.one/it's mine;~/.other\nHint=Run one login.\n");
  add_file (self, "two",
            HEAD ("Two", "acp", "2") "[Start]\nCommand=two\n[Environment]\nTWO_KEY=\nTWO_WORD=it's $(open)\n"
                                     "[SignIn]\nCheck=two status\nKeys=TWO_KEY;TWO_TOKEN\n");
  add_file (self, "three", HEAD ("Three", "acp", "3") "[Start]\nCommand=three\n");
  add_file (self, "runbook", HEAD ("Runbook", "runbook", "9"));
}

static void
scene_clear (Scene *self)
{
  const char *const argv[] = { "rm", "-rf", self->dir, NULL };

  g_assert_true (
      g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  g_free (self->dir);
  g_free (self->bin);
  g_free (self->home);
  g_ptr_array_unref (self->files);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

static void
put (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
}

/* What the script says here; `by_hand`: where there is no program `timeout`. */
static GPtrArray *
look (Scene *self, BhProbeFlags flags, gboolean by_hand)
{
  g_autofree char *script = bh_engine_probe_script (self->files, flags);
  g_autofree char *path = g_strconcat (self->bin, ":/usr/bin:/bin", NULL);
  g_autofree char *no_timeout = g_strconcat ("command() { case $2 in timeout) return 1;; esac; "
                                             "[ \"$1\" = -v ] && type \"$2\" >/dev/null && which \"$2\"; }\n",
                                             script, NULL);
  const char *const argv[] = { "/bin/sh", "-c", by_hand ? no_timeout : script, NULL };
  g_auto (GStrv) env =
      g_environ_setenv (g_environ_setenv (NULL, "PATH", path, TRUE), "HOME", self->home, TRUE);
  g_autofree char *output = NULL, *errors = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  for (guint i = 0; self->variables[i] != NULL; i++)
    env = g_environ_setenv (env, self->variables[i], "x", TRUE);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, env, G_SPAWN_DEFAULT, NULL, NULL, &output, &errors,
                               &status, &error));
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpstr (errors, ==, "");
  return bh_engine_probe_read (self->files, output, strlen (output));
}

static void
test_nothing_there (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (GPtrArray) founds = NULL;
  g_autoptr (GError) error = NULL;

  scene_init (&scene);
  founds = look (&scene, BH_PROBE_VERSION | BH_PROBE_SIGN_IN, FALSE);
  g_assert_cmpuint (founds->len, ==, 3);
  g_assert_null (((BhEngineFound *) founds->pdata[0])->path);
  g_assert_null (bh_engine_choose (scene.files, founds, NULL, "auto", 0, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_ENGINE_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "not found in the DevBox: One, Two, Three."));
  g_clear_error (&error);
  g_assert_null (bh_engine_choose (scene.files, founds, NULL, "one", 5, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_ENGINE_NOT_FOUND);
  g_assert_cmpstr (error->message, ==,
                   "One: Not found: there is no “one” on the DevBox's PATH. To get it: get one");
}

static void
test_found (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (GPtrArray) places = NULL, founds = NULL;
  const BhEngineFound *one, *two, *three;
  g_autofree char *dot_one = NULL;

  scene_init (&scene);
  dot_one = g_build_filename (scene.home, ".one", NULL);
  g_assert_no_errno (g_mkdir (dot_one, 0700));
  put (dot_one, "it's mine", "");
  put (scene.bin, "one",
       "#!/bin/sh\necho 'WARNING 7 things' >&2; echo 'one-cli 0.169.0-rc.1.'; cat; echo 9.9.9\n");
  put (scene.bin, "two",
       "#!/bin/sh\n[ \"$1\" != status ] || { [ \"$TWO_WORD\" = \"it's \\$(open)\" ] && [ -z \"$TWO_KEY\" ]; "
       "exit; }\n"
       "printf '\\n\\0331 path /evil\\n0 path /evil\\n'\n");
  put (scene.bin, "three", "#!/bin/sh\nexit 3\n");
  places = look (&scene, BH_PROBE_PLACE, FALSE);
  one = places->pdata[0];
  g_assert_true (g_str_has_suffix (one->path, "/bin/one"));
  g_assert_cmpstr (one->stamp, !=, "");
  g_assert_true (one->files);
  g_assert_false (one->asked);
  g_assert_null (one->version);
  founds = look (&scene, BH_PROBE_VERSION | BH_PROBE_SIGN_IN, FALSE);
  one = founds->pdata[0];
  two = founds->pdata[1];
  three = founds->pdata[2];
  g_assert_cmpstr (one->version, ==, "0.169.0-rc.1");
  /* what a program prints is a version or nothing */
  g_assert_true (g_str_has_suffix (one->path, "/bin/one"));
  g_assert_true (g_str_has_suffix (two->path, "/bin/two"));
  g_assert_true (two->asked && two->version == NULL);
  g_assert_true (two->checked && !two->files);
  g_assert_true (three->asked && three->version == NULL && !three->checked);
}

/* A package of npm's says its version without being run. */
static void
test_package (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (GPtrArray) founds = NULL;
  g_autofree char *dist = NULL, *package = NULL, *link = NULL;
  const BhEngineFound *one;

  scene_init (&scene);
  package = g_build_filename (scene.dir, "lib", "node_modules", "@x", "one", NULL);
  dist = g_build_filename (package, "dist", NULL);
  link = g_build_filename (scene.bin, "one", NULL);
  g_assert_no_errno (g_mkdir_with_parents (dist, 0700));
  put (dist, "cli.js", "#!/bin/sh\necho 9.9.9\n");
  put (dist, "package.json", "{\n  \"type\": \"module\"\n}\n");
  put (package, "package.json",
       "{\n  \"name\": \"one\",\n  \"version\": \"1.2.3-beta\",\n  \"main\": \"\"\n}\n");
  put (scene.dir, "package.json", "{\n  \"version\": \"7.7.7\"\n}\n");
  g_assert_no_errno (symlink ("../lib/node_modules/@x/one/dist/cli.js", link));
  put (scene.bin, "two", "#!/bin/sh\necho 2.0\n");
  for (guint i = 0; i < 2; i++)
    {
      g_clear_pointer (&founds, g_ptr_array_unref);
      founds = look (&scene, i == 0 ? BH_PROBE_PLACE : BH_PROBE_VERSION, FALSE);
      one = founds->pdata[0];
      g_assert_true (one->asked);
      g_assert_cmpstr (one->version, ==, "1.2.3-beta");
      g_assert_cmpstr (((BhEngineFound *) founds->pdata[1])->version, ==, i == 0 ? NULL : "2.0");
    }
}

/* A program that hangs is ended, with `timeout` and without; here by ones that end it at once. */
static void
test_hangs (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (GPtrArray) with = NULL, without = NULL;

  scene_init (&scene);
  put (scene.bin, "one", "#!/bin/sh\nexec /usr/bin/sleep 1000\n");
  put (scene.bin, "three", "#!/bin/sh\necho 3.0\n");
  put (scene.bin, "timeout", "#!/bin/sh\nshift 3\nexec /usr/bin/timeout -s KILL 0.2 \"$@\"\n");
  put (scene.bin, "sleep", "#!/bin/sh\nexec /usr/bin/sleep 0.2\n");
  with = look (&scene, BH_PROBE_VERSION, FALSE);
  without = look (&scene, BH_PROBE_VERSION, TRUE);
  for (guint i = 0; i < 2; i++)
    {
      GPtrArray *founds = i == 0 ? with : without;

      g_assert_nonnull (((BhEngineFound *) founds->pdata[0])->path);
      g_assert_null (((BhEngineFound *) founds->pdata[0])->version);
      g_assert_cmpstr (((BhEngineFound *) founds->pdata[2])->version, ==, "3.0");
    }
}

/* Whatever a box says. */
static void
test_foreign (void)
{
  static const char said[] =
      "0 path relative\n1 path /two\n1 path /2\n7 path /none\n-1 path /none\n path /x\n2\n2 \n"
      "99999999999999999999 path /none\n1 version v1.\n2 version 10\n2 stamp \n\xff\xfe";
  g_auto (Scene) scene = { 0 };
  g_autoptr (GPtrArray) founds = NULL, nothing = NULL;

  scene_init (&scene);
  founds = bh_engine_probe_read (scene.files, said, sizeof said - 1);
  g_assert_null (((BhEngineFound *) founds->pdata[0])->path);
  g_assert_cmpstr (((BhEngineFound *) founds->pdata[1])->path, ==, "/2");
  g_assert_null (((BhEngineFound *) founds->pdata[1])->version);
  g_assert_null (((BhEngineFound *) founds->pdata[2])->version);
  nothing = bh_engine_probe_read (scene.files, NULL, 0);
  g_assert_cmpuint (nothing->len, ==, 3);
}

static BhEngineFound *
at (GPtrArray *founds, guint i, const char *path)
{
  BhEngineFound *found = founds->pdata[i];

  g_free (found->path);
  found->path = g_strdup (path);
  return found;
}

static void
assert_picks (Scene *scene, GPtrArray *founds, GHashTable *env, const char *id, const char *why)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhPick) pick = bh_engine_choose (scene->files, founds, env, id, 2, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (pick->why, ==, why);
}

static void
test_choice (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (GPtrArray) founds = NULL;
  g_autoptr (GHashTable) env = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  scene_init (&scene);
  founds = bh_engine_probe_read (scene.files, "", 0);
  assert_picks (&scene, founds, NULL, "auto",
                "Runbook – the instructions hold 2 blocks; not found: One, Two, Three");
  at (founds, 0, "/opt/one");
  assert_picks (&scene, founds, NULL, "auto",
                "Runbook – the instructions hold 2 blocks; not signed in: One; not found: Two, Three");
  assert_picks (&scene, founds, NULL, "runbook", "Runbook – the instructions hold 2 blocks");
  g_assert_null (bh_engine_choose (scene.files, founds, NULL, "one", 2, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_ENGINE_SIGNED_OUT);
  g_assert_cmpstr (error->message, ==, "One: Found at /opt/one, but not signed in. Run one login.");
  g_clear_error (&error);
  g_assert_null (bh_engine_choose (scene.files, founds, NULL, "auto", 0, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_ENGINE_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "One: Found at /opt/one, but not signed in. Run one login."));
  g_clear_error (&error);
  /* nobody has to sign in to it */
  at (founds, 2, "/opt/three")->version = g_strdup ("3.1");
  assert_picks (&scene, founds, NULL, "auto",
                "Three 3.1 – found at /opt/three; not signed in: One; not found: Two");
  at (founds, 1, "/opt/two");
  /* one that it is not given, as its file says, and one that is empty */
  g_hash_table_insert (env, (gpointer) "TWO_KEY", (gpointer) "secret");
  g_hash_table_insert (env, (gpointer) "TWO_TOKEN", (gpointer) "");
  assert_picks (&scene, founds, env, "auto", "Three 3.1 – found at /opt/three; not signed in: One, Two");
  g_hash_table_insert (env, (gpointer) "TWO_TOKEN", (gpointer) "secret");
  assert_picks (&scene, founds, env, "auto", "Two – found at /opt/two; not signed in: One");
  assert_picks (&scene, founds, NULL, "three", "Three 3.1 – found at /opt/three");
  ((BhEngineFound *) founds->pdata[0])->files = TRUE;
  assert_picks (&scene, founds, env, "auto", "One – found at /opt/one");
}

/* A key of one of many providers, where nothing says of which. */
static void
test_key_needs (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (GHashTable) env = g_hash_table_new (g_str_hash, g_str_equal);

  scene_init (&scene);
  add_file (&scene, "four",
            HEAD ("Four", "acp",
                  "4") "[Start]\nCommand=four\n[Environment]\nFOUR_HIDDEN=\n"
                       "[SignIn]\nKeys=FOUR_KEY;FOUR_TOKEN\nKeysNeed=FOUR_MODEL\nHint=Say which.\n");
  put (scene.bin, "four", "#!/bin/sh\necho 4.0\n");
  for (guint i = 0; i < 4; i++)
    {
      const gboolean key = (i & 1) != 0, model = (i & 2) != 0;
      g_autoptr (GPtrArray) nothing = NULL, own = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (BhPick) pick = NULL;
      const BhEngineFile *four = scene.files->pdata[4];

      g_hash_table_remove_all (env);
      memset (scene.variables, 0, sizeof scene.variables);
      nothing = look (&scene, BH_PROBE_PLACE, FALSE);
      if (key)
        g_hash_table_insert (env, (gpointer) "FOUR_TOKEN", (gpointer) "secret");
      if (model)
        g_hash_table_insert (env, (gpointer) "FOUR_MODEL", (gpointer) "big");
      scene.variables[0] = key ? "FOUR_TOKEN" : model ? "FOUR_MODEL" : NULL;
      scene.variables[1] = key && model ? "FOUR_MODEL" : NULL;
      own = look (&scene, BH_PROBE_PLACE, FALSE);
      g_assert_cmpint (bh_engine_is_signed_in (four, nothing->pdata[3], env), ==, key && model);
      g_assert_cmpint (bh_engine_is_signed_in (four, own->pdata[3], NULL), ==, key && model);
      pick = bh_engine_choose (scene.files, nothing, env, "auto", 0, NULL);
      g_assert_cmpint (pick != NULL, ==, key && model);
      g_clear_pointer (&pick, bh_pick_free);
      pick = bh_engine_choose (scene.files, nothing, env, "four", 0, &error);
      g_assert_cmpint (error != NULL && strstr (error->message, "not signed in. Say which.") != NULL, ==,
                       !(key && model));
    }
}

/* A file that is there whether somebody is signed in or not. */
static void
test_holds (void)
{
  static const char *const texts[] = { "", "{\"user\":1}", "{\"it's\":1}\n", "x\n-token: 1\n" };
  g_auto (Scene) scene = { 0 };
  g_autoptr (GPtrArray) missing = NULL;

  scene_init (&scene);
  add_file (&scene, "four",
            HEAD ("Four", "acp", "4") "[Start]\nCommand=four\n[SignIn]\nPaths=~/.four\nHolds=it's;-token\n");
  put (scene.bin, "four", "#!/bin/sh\n");
  missing = look (&scene, BH_PROBE_PLACE, FALSE);
  g_assert_false (((BhEngineFound *) missing->pdata[3])->files);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GPtrArray) founds = NULL;

      put (scene.home, ".four", texts[i]);
      founds = look (&scene, BH_PROBE_PLACE, FALSE);
      g_assert_cmpint (((BhEngineFound *) founds->pdata[3])->files, ==, i >= 2);
    }
}

/* What its check says counts for more than a file, which may be old; one that says nothing changes nothing.
 */
static void
test_check (void)
{
  static const struct
  {
    const char *end; /* of the check */
    gboolean file, signed_in;
  } cases[] = {
    { "exit 0", FALSE, TRUE },      { "exit 0", TRUE, TRUE },   { "exit 1", FALSE, FALSE },
    { "exit 1", TRUE, FALSE },      { "exit 127", TRUE, TRUE }, { "kill -9 $$", TRUE, TRUE },
    { "kill -9 $$", FALSE, FALSE },
  };
  g_auto (Scene) scene = { 0 };
  g_autoptr (GHashTable) env = g_hash_table_new (g_str_hash, g_str_equal);

  scene_init (&scene);
  add_file (&scene, "four",
            HEAD ("Four", "acp",
                  "4") "[Start]\nCommand=four\n[SignIn]\nPaths=~/.four\nCheck=four status\nKeys=FOUR\n");
  g_hash_table_insert (env, (gpointer) "FOUR", (gpointer) "secret");
  for (guint i = 0; i < 2 * G_N_ELEMENTS (cases); i++)
    {
      const guint n = i / 2;
      const BhEngineFile *four = scene.files->pdata[4];
      g_autofree char *script = g_strdup_printf ("#!/bin/sh\n%s\n", cases[n].end);
      g_autofree char *path = g_build_filename (scene.home, ".four", NULL);
      g_autoptr (GPtrArray) founds = NULL;
      g_autoptr (BhPick) pick = NULL;
      BhEngineFound *found;

      put (scene.bin, "four", script);
      g_unlink (path);
      if (cases[n].file)
        put (scene.home, ".four", "");
      founds = look (&scene, BH_PROBE_SIGN_IN, i % 2 != 0);
      found = founds->pdata[3];
      g_assert_cmpint (found->files, ==, cases[n].file);
      g_assert_cmpint (bh_engine_is_signed_in (four, found, NULL), ==, cases[n].signed_in);
      pick = bh_engine_choose (scene.files, founds, NULL, "auto", 0, NULL);
      g_assert_cmpint (pick != NULL, ==, cases[n].signed_in);
      g_assert_true (bh_engine_is_signed_in (four, found, env));
      g_assert_true (bh_engine_needs_check (four, found, NULL));
      g_assert_false (bh_engine_needs_check (four, found, env));
      g_assert_false (bh_engine_needs_check (scene.files->pdata[2], founds->pdata[2], NULL));
      /* what lies at home cannot be checked before it is there */
      found->let_in = BH_LET_IN_ALLOWED;
      g_assert_cmpint (bh_engine_needs_check (four, found, NULL), ==, cases[n].file);
      g_assert_true (bh_engine_is_signed_in (four, found, NULL));
    }
}

/* The sign-in that the person has at home counts as far as it may be let in. */
static void
test_let_in (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (GPtrArray) founds = NULL;
  g_autoptr (GHashTable) env = g_hash_table_new (g_str_hash, g_str_equal);
  BhEngineFound *two;

  scene_init (&scene);
  founds = bh_engine_probe_read (scene.files, "", 0);
  two = at (founds, 1, "/opt/two");
  for (int let_in = BH_LET_IN_NOTHING; let_in <= BH_LET_IN_ALLOWED; let_in++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BhPick) any = NULL, named = NULL;

      two->let_in = (BhLetIn) let_in;
      any = bh_engine_choose (scene.files, founds, NULL, "auto", 2, NULL);
      named = bh_engine_choose (scene.files, founds, NULL, "two", 2, &error);
      if (let_in >= BH_LET_IN_ASK)
        {
          g_assert_cmpstr (any->id, ==, "two");
          g_assert_true (any->sign_in && named->sign_in);
          continue;
        }
      g_assert_cmpstr (any->id, ==, "runbook");
      g_assert_false (any->sign_in);
      g_assert_error (error, BH_ERROR, BH_ERROR_ENGINE_SIGNED_OUT);
      g_assert_cmpint (strstr (error->message, "bellhopctl sign-ins two always") != NULL, ==,
                       let_in != BH_LET_IN_NOTHING);
    }
  /* not needed where it is signed in by something else */
  g_hash_table_insert (env, (gpointer) "TWO_TOKEN", (gpointer) "secret");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (BhPick) pick = bh_engine_choose (scene.files, founds, i == 0 ? env : NULL, "two", 2, NULL);

      g_assert_false (pick->sign_in);
      two->files = TRUE;
    }
}

/* Whom the picked one may delegate to: whoever could have been picked in its place, but the runbook. */
static void
test_others (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (GPtrArray) founds = NULL;
  g_autoptr (BhPick) pick = NULL, copy = NULL;
  BhEngineFound *two;

  scene_init (&scene);
  founds = bh_engine_probe_read (scene.files, "", 0);
  at (founds, 2, "/opt/three");
  pick = bh_engine_choose (scene.files, founds, NULL, "three", 2, NULL);
  bh_pick_add_others (pick, scene.files, founds, NULL);
  g_assert_cmpuint (g_strv_length (pick->others), ==, 0);
  two = at (founds, 1, "/opt/two");
  bh_pick_add_others (pick, scene.files, founds, NULL);
  g_assert_cmpuint (g_strv_length (pick->others), ==, 0);
  two->let_in = BH_LET_IN_ASK;
  bh_pick_add_others (pick, scene.files, founds, NULL);
  copy = g_boxed_copy (BH_TYPE_PICK, pick);
  g_assert_cmpuint (g_strv_length (copy->others), ==, 1);
  g_assert_cmpstr (copy->others[0], ==, "two Two");
  g_assert_cmpuint (g_strv_length (copy->asking), ==, 1);
  g_assert_cmpstr (copy->asking[0], ==, "two");
  two->files = TRUE;
  bh_pick_add_others (pick, scene.files, founds, NULL);
  g_assert_cmpstr (pick->others[0], ==, "two Two");
  g_assert_cmpuint (g_strv_length (pick->asking), ==, 0);
}

static DexFuture *
wait_for (DexFuture *future)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  return future;
}

/* Without a box there is what is built in. */
static void
test_built_in (void)
{
  g_autoptr (BhEngines) engines = bh_engines_new ();
  g_autoptr (DexFuture) found = wait_for (bh_engines_pick (engines, NULL, "auto", BLOCK, NULL, FALSE));
  g_autoptr (DexFuture) none = wait_for (bh_engines_pick (engines, NULL, "auto", "just words", NULL, FALSE));
  g_autoptr (DexFuture) nothing =
      wait_for (bh_engines_pick (engines, NULL, "runbook", "just words", NULL, FALSE));
  g_autoptr (GError) error = NULL;
  const BhPick *pick = g_value_get_boxed (dex_future_get_value (found, NULL));

  g_assert_cmpstr (pick->id, ==, "runbook");
  g_assert_cmpstr (pick->why, ==, "Runbook – the instructions hold 1 block");
  g_assert_null (dex_future_get_value (none, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_ENGINE_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "Runbook"));
  g_assert_nonnull (strstr (error->message, "not found in the DevBox: Claude Code – Plan, "));
  g_assert_nonnull (
      strstr (error->message, "To get Claude Code – Plan: npm install -g @anthropic-ai/claude-code – "));
  g_clear_error (&error);
  g_assert_null (dex_future_get_value (nothing, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_NOTHING_TO_RUN);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/engine-pick/nothing-there", test_nothing_there);
  g_test_add_func ("/engine-pick/found", test_found);
  g_test_add_func ("/engine-pick/package", test_package);
  g_test_add_func ("/engine-pick/hangs", test_hangs);
  g_test_add_func ("/engine-pick/foreign", test_foreign);
  g_test_add_func ("/engine-pick/choice", test_choice);
  g_test_add_func ("/engine-pick/key-needs", test_key_needs);
  g_test_add_func ("/engine-pick/holds", test_holds);
  g_test_add_func ("/engine-pick/check", test_check);
  g_test_add_func ("/engine-pick/let-in", test_let_in);
  g_test_add_func ("/engine-pick/others", test_others);
  g_test_add_func ("/engine-pick/built-in", test_built_in);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* What the worker copies of the person's sign-ins, and what it refuses: of a coordinator that asks for
 * something else, and in a box that lays traps. */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "protocol/bh-error.h"
#include "worker/bh-box-sign-ins.h"
#include "worker/bh-remove.h"
#include "worker/bh-sign-in.h"

#define ENGINE                                                                                               \
  "[Engine]\nName=Mine\nProtocol=acp\nRank=1\n[Start]\nCommand=mine\n"                                       \
  "[SignIn]\nPaths=~/.mine/auth.json;~/.mine/more;~/.mine/out\n"

/* A home, a folder of a box with its home in it, and beside them what is neither's. */
typedef struct
{
  char *root, *home, *box;
  int folder, to;
} Scene;

static void
put (const char *folder, const char *path, const char *text)
{
  g_autofree char *full = g_build_filename (folder, path, NULL);
  g_autofree char *parent = g_path_get_dirname (full);

  g_assert_no_errno (g_mkdir_with_parents (parent, 0755));
  g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

static void
link_to (const char *target, const char *folder, const char *path)
{
  g_autofree char *full = g_build_filename (folder, path, NULL);

  g_assert_no_errno (symlink (target, full));
}

static void
scene_init (Scene *self)
{
  g_autofree char *engines = g_build_filename (g_get_user_config_dir (), "bellhop", "engines", NULL);

  self->root = g_dir_make_tmp ("bellhop-sign-in-XXXXXX", NULL);
  self->home = g_build_filename (self->root, "me", NULL);
  self->box = g_build_filename (self->root, "box", NULL);
  put (engines, "mine.engine", ENGINE);
  put (self->root, "secret", "not for the box");
  put (self->home, ".mine/auth.json", "{\"token\":\"one\"}");
  put (self->box, "home/.keep", "");
  self->folder = open (self->box, O_PATH | O_DIRECTORY | O_CLOEXEC);
  self->to = openat (self->folder, "home", O_PATH | O_DIRECTORY | O_CLOEXEC);
  g_assert_cmpint (self->to, >=, 0);
}

static void
scene_clear (Scene *self)
{
  g_autoptr (GError) error = NULL;

  close (self->to);
  close (self->folder);
  bh_remove_tree (AT_FDCWD, self->root, &error);
  g_assert_no_error (error);
  g_free (self->root);
  g_free (self->home);
  g_free (self->box);
}

static void
assert_in_box (const Scene *scene, const char *path, const char *text)
{
  g_autofree char *full = g_build_filename (scene->box, "home", path, NULL);
  g_autofree char *is = NULL;
  struct stat info;

  g_assert_no_errno (lstat (full, &info));
  g_assert_true (S_ISREG (info.st_mode));
  g_assert_cmphex (info.st_mode & 07777, ==, 0600);
  g_assert_true (g_file_get_contents (full, &is, NULL, NULL));
  g_assert_cmpstr (is, ==, text);
}

static void
assert_not_in_box (const Scene *scene, const char *path)
{
  g_autofree char *full = g_build_filename (scene->box, "home", path, NULL);
  struct stat info;

  g_assert_cmpint (lstat (full, &info), ==, -1);
}

static JsonObject *
params_of (const char *text)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  g_assert_nonnull (node);
  return json_node_dup_object (node);
}

/* The number of paths copied; -1 with error. */
static int
copy (const Scene *scene, const char *params, GError **error)
{
  g_autoptr (JsonObject) object = params_of (params);
  g_autoptr (JsonNode) result = bh_sign_ins_copy (object, scene->home, scene->folder, error);

  return result != NULL ? (int) json_object_get_int_member (json_node_get_object (result), "copied") : -1;
}

static void
test_paths (void)
{
  static const char *const bad[] = {
    "{}",
    "{\"paths\":null}",
    "{\"paths\":\"~/.mine/auth.json\"}",
    "{\"paths\":[1]}",
    "{\"paths\":[null]}",
    "{\"paths\":[\"\"]}",
    "{\"paths\":[\"~\"]}",
    "{\"paths\":[\"~/\"]}",
    "{\"paths\":[\"/etc/shadow\"]}",
    "{\"paths\":[\".mine/auth.json\"]}",
    "{\"paths\":[\"~root/.mine\"]}",
    "{\"paths\":[\"~/../secret\"]}",
    "{\"paths\":[\"~/.mine/../../secret\"]}",
    "{\"paths\":[\"~/.mine/./auth.json\"]}",
    "{\"paths\":[\"~/.mine//auth.json\"]}",
    "{\"paths\":[\"~/.mine/\"]}",
    "{\"paths\":[\"~/.mine\\n/auth.json\"]}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (JsonObject) object = params_of (bad[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (bh_sign_in_paths (object, &error));
      g_assert_error (error, BH_ERROR, BH_ERROR_INVALID_FIELD);
    }
}

/* A file that is there, but that no engine file of this machine names. */
static void
test_not_an_engines (void)
{
  Scene scene;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object =
      params_of ("{\"paths\":[\"~/.ssh/id\",\"~/.mine/auth.json\",\"~/.mine/more\"]}");
  g_autoptr (JsonNode) look = NULL;
  g_autofree char *text = NULL;

  scene_init (&scene);
  put (scene.home, ".ssh/id", "a key");
  g_assert_cmpint (copy (&scene, "{\"paths\":[\"~/.mine/auth.json\",\"~/.ssh/id\"]}", &error), ==, -1);
  g_assert_error (error, BH_ERROR, BH_ERROR_ENGINE_SIGNED_OUT);
  g_assert_nonnull (strstr (error->message, "~/.ssh/id"));
  assert_not_in_box (&scene, ".ssh/id");
  assert_not_in_box (&scene, ".mine/auth.json");
  look = bh_sign_ins_look (object, scene.home, NULL);
  text = json_to_string (look, FALSE);
  g_assert_cmpstr (text, ==, "{\"paths\":[\"~/.mine/auth.json\"]}");
  scene_clear (&scene);
}

/* A file that is there before anybody signs in, as Copilot's, whose contents these are: written on the first
 * start; with the sign-in in a keychain; with it in the file. */
static void
test_holds (void)
{
  static const struct
  {
    const char *text, *looked;
  } cases[] = {
    { "// This file is managed automatically.\n{\"firstLaunchAt\":\"2026-11-23T17:52:23.198Z\"}",
      "{\"paths\":[]}" },
    { "{\"loggedInUsers\":[{\"host\":\"https://github.com\",\"login\":\"me\"}]}", "{\"paths\":[]}" },
    { "{\"authTokens\":{\"https://github.com:me:github\":{\"token\":\"gho_none\"}}}",
      "{\"paths\":[\"~/.copilot/config.json\"]}" },
  };
  g_autoptr (JsonObject) object = params_of ("{\"paths\":[\"~/.copilot/config.json\"]}");
  Scene scene;

  scene_init (&scene);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) look = NULL;
      g_autofree char *text = NULL;

      put (scene.home, ".copilot/config.json", cases[i].text);
      look = bh_sign_ins_look (object, scene.home, NULL);
      text = json_to_string (look, FALSE);
      g_assert_cmpstr (text, ==, cases[i].looked);
    }
  scene_clear (&scene);
}

/* Copied again when the home's has changed, or the box's is gone; what the box made of its copy is left. */
static void
test_again (void)
{
  static const char *const params = "{\"paths\":[\"~/.mine/auth.json\",\"~/.mine/more\"]}";
  Scene scene;
  g_autofree char *copied = NULL;

  scene_init (&scene);
  copied = g_build_filename (scene.box, "home", ".mine", "auth.json", NULL);
  g_assert_cmpint (copy (&scene, params, NULL), ==, 1);
  assert_in_box (&scene, ".mine/auth.json", "{\"token\":\"one\"}");
  g_assert_cmpint (copy (&scene, params, NULL), ==, 0);
  g_assert_true (g_file_set_contents_full (copied, "the box's", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_cmpint (copy (&scene, params, NULL), ==, 0);
  assert_in_box (&scene, ".mine/auth.json", "the box's");
  put (scene.home, ".mine/auth.json", "{\"token\":\"another\"}");
  g_assert_cmpint (copy (&scene, params, NULL), ==, 1);
  assert_in_box (&scene, ".mine/auth.json", "{\"token\":\"another\"}");
  g_assert_no_errno (g_unlink (copied));
  g_assert_cmpint (copy (&scene, params, NULL), ==, 1);
  assert_in_box (&scene, ".mine/auth.json", "{\"token\":\"another\"}");
  scene_clear (&scene);
}

/* Links of the person's own, as of dotfiles that are kept in one folder, work; out of the home they do not.
 */
static void
test_links_at_home (void)
{
  Scene scene;
  g_autofree char *inside = NULL, *outside = NULL;
  g_autoptr (GError) error = NULL;

  scene_init (&scene);
  inside = g_build_filename (scene.home, "dotfiles", "more", NULL);
  outside = g_build_filename (scene.root, "secret", NULL);
  put (scene.home, "dotfiles/more", "kept elsewhere");
  link_to (inside, scene.home, ".mine/more");
  g_assert_cmpint (copy (&scene, "{\"paths\":[\"~/.mine/more\"]}", NULL), ==, 1);
  assert_in_box (&scene, ".mine/more", "kept elsewhere");
  link_to (outside, scene.home, ".mine/out");
  g_assert_null (bh_sign_in_open (scene.home, "~/.mine/out", NULL));
  g_assert_cmpint (copy (&scene, "{\"paths\":[\"~/.mine/out\"]}", &error), ==, -1);
  g_assert_error (error, BH_ERROR, BH_ERROR_ENGINE_SIGNED_OUT);
  g_assert_nonnull (strstr (error->message, "out of the home"));
  assert_not_in_box (&scene, ".mine/out");
  scene_clear (&scene);
}

/* What the box has put where the copy belongs leads nowhere else. */
static void
test_traps_in_box (void)
{
  static const char *const params = "{\"paths\":[\"~/.mine/auth.json\"]}";
  Scene scene;
  g_autofree char *secret = NULL, *text = NULL, *trap = NULL, *folder = NULL;
  g_autoptr (GError) error = NULL;

  scene_init (&scene);
  secret = g_build_filename (scene.root, "secret", NULL);
  trap = g_build_filename (scene.box, "home", ".mine", NULL);
  folder = g_build_filename (trap, "auth.json", NULL);
  /* a link in place of the folder: into the home itself */
  link_to (scene.home, scene.box, "home/.mine");
  g_assert_cmpint (copy (&scene, params, &error), ==, -1);
  g_assert_error (error, BH_ERROR, BH_ERROR_ENGINE_SIGNED_OUT);
  g_clear_error (&error);
  g_assert_no_errno (g_unlink (trap));
  /* a link in place of the file is replaced, not written through */
  g_assert_no_errno (g_mkdir (trap, 0700));
  link_to (secret, scene.box, "home/.mine/auth.json");
  g_assert_cmpint (copy (&scene, params, NULL), ==, 1);
  assert_in_box (&scene, ".mine/auth.json", "{\"token\":\"one\"}");
  g_assert_true (g_file_get_contents (secret, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "not for the box");
  /* a folder in place of the file */
  g_assert_no_errno (g_unlink (folder));
  put (scene.box, "home/.mine/auth.json/x", "");
  put (scene.home, ".mine/auth.json", "newer");
  g_assert_cmpint (copy (&scene, params, &error), ==, -1);
  g_assert_error (error, BH_ERROR, BH_ERROR_ENGINE_SIGNED_OUT);
  scene_clear (&scene);
}

static void
assert_too_much (const Scene *scene, const char *path)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (bh_sign_in_open (scene->home, path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
}

static void
test_too_much (void)
{
  Scene scene;
  g_autofree char *large = g_strnfill (BH_SIGN_IN_FILE_MAX + 1, 'x');
  g_autofree char *fifo = NULL;
  g_autoptr (BhSignIn) whole = NULL;

  scene_init (&scene);
  put (scene.home, ".mine/large", large);
  assert_too_much (&scene, "~/.mine/large");
  large[BH_SIGN_IN_FILE_MAX] = '\0';
  put (scene.home, ".mine/large", large);
  whole = bh_sign_in_open (scene.home, "~/.mine/large", NULL);
  g_assert_true (bh_sign_in_copy (whole, scene.to, NULL));
  for (guint i = 0; i <= BH_SIGN_IN_FILES_MAX; i++)
    {
      g_autofree char *name = g_strdup_printf (".many/%u", i);

      put (scene.home, name, "x");
    }
  assert_too_much (&scene, "~/.many");
  /* whatever they are: none may be left out without a word */
  for (guint i = 0; i <= BH_SIGN_IN_FILES_MAX * 4; i++)
    {
      g_autofree char *name = g_strdup_printf (".links/%u", i);

      if (i == 0)
        put (scene.home, ".links/0", "x");
      else
        link_to ("0", scene.home, name);
    }
  assert_too_much (&scene, "~/.links");
  put (scene.home, ".deep/a/b/c/d/e/f", "x");
  assert_too_much (&scene, "~/.deep");
  fifo = g_build_filename (scene.home, ".mine", "fifo", NULL);
  g_assert_no_errno (mkfifo (fifo, 0600));
  assert_too_much (&scene, "~/.mine/fifo");
  g_assert_null (bh_sign_in_open (scene.home, "~/.mine/none", NULL));
  scene_clear (&scene);
}

static char *
stamp (const Scene *scene, const char *path)
{
  g_autoptr (BhSignIn) sign_in = bh_sign_in_open (scene->home, path, NULL);

  g_assert_nonnull (sign_in);
  return bh_sign_in_stamp (sign_in);
}

/* A folder: its files and folders, no links, no sockets. */
static void
test_folder (void)
{
  Scene scene;
  g_autofree char *before = NULL, *after = NULL;

  scene_init (&scene);
  put (scene.home, ".mine/more/a.json", "a");
  put (scene.home, ".mine/more/sub/b.json", "b");
  link_to ("/etc/passwd", scene.home, ".mine/more/link");
  before = stamp (&scene, "~/.mine/more");
  g_assert_cmpint (copy (&scene, "{\"paths\":[\"~/.mine/more\"]}", NULL), ==, 1);
  assert_in_box (&scene, ".mine/more/a.json", "a");
  assert_in_box (&scene, ".mine/more/sub/b.json", "b");
  assert_not_in_box (&scene, ".mine/more/link");
  put (scene.home, ".mine/more/sub/b.json", "bb");
  after = stamp (&scene, "~/.mine/more");
  g_assert_cmpstr (before, !=, after);
  scene_clear (&scene);
}

int
main (int argc, char *argv[])
{
  g_autofree char *config = g_dir_make_tmp ("bellhop-config-XXXXXX", NULL);
  int status;

  g_setenv ("XDG_CONFIG_HOME", config, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sign-in/paths", test_paths);
  g_test_add_func ("/sign-in/not-an-engines", test_not_an_engines);
  g_test_add_func ("/sign-in/holds", test_holds);
  g_test_add_func ("/sign-in/again", test_again);
  g_test_add_func ("/sign-in/links-at-home", test_links_at_home);
  g_test_add_func ("/sign-in/traps-in-box", test_traps_in_box);
  g_test_add_func ("/sign-in/too-much", test_too_much);
  g_test_add_func ("/sign-in/folder", test_folder);
  status = g_test_run ();
  bh_remove_tree (AT_FDCWD, config, NULL);
  return status;
}

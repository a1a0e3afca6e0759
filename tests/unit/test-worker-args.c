/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <glib/gstdio.h>

#include "protocol/bh-error.h"
#include "worker/bh-link.h"
#include "protocol/bh-worker-name.h"
#include "worker/providers/bh-bubblewrap-args.h"
#include "worker/providers/bh-stage.h"

static gssize
find (char **argv, const char *arg)
{
  for (gssize i = 0; argv[i] != NULL; i++)
    if (g_str_equal (argv[i], arg))
      return i;
  return -1;
}

static GStrv
make (gboolean offline, guint pids)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GError) error = NULL;
  BhBubblewrapSpec spec = { "/b/workspace", "/b/home", "/opt/bellhop-boxd", offline, 40, 41, 0, pids, FALSE };
  GStrv argv = bh_bubblewrap_args (&spec, fds, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < fds->len; i++)
    g_close (g_array_index (fds, int, i), NULL);
  return argv;
}

static void
test_args (void)
{
  static const char *const always[] = { "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts",
                                        "--as-pid-1",     "--new-session", "--cap-drop" };
  g_auto (GStrv) offline = make (TRUE, 7);
  g_auto (GStrv) open = make (FALSE, 0);
  gssize end = find (offline, "--");

  for (gsize i = 0; i < G_N_ELEMENTS (always); i++)
    {
      g_assert_cmpint (find (offline, always[i]), >=, 0);
      g_assert_cmpint (find (open, always[i]), >=, 0);
    }
  g_assert_cmpint (find (offline, "--unshare-net"), >=, 0);
  g_assert_cmpint (find (open, "--unshare-net"), <, 0);
  g_assert_cmpint (find (offline, "/etc/resolv.conf"), <, 0);
  g_assert_cmpint (find (offline, "--die-with-parent"), <, 0);
  g_assert_cmpstr (offline[find (offline, "/b/workspace") - 1], ==, "--bind");
  g_assert_cmpstr (offline[find (offline, "--seccomp") + 1], ==, "41");
  g_assert_cmpstr (offline[end + 1], ==, "/run/bellhop/bin/bellhop-boxd");
  g_assert_cmpstr (offline[find (offline, "--listen-fd") + 1], ==, "40");
  g_assert_cmpstr (offline[find (offline, "--rlimit-nproc") + 1], ==, "7");
  g_assert_cmpint (find (open, "--rlimit-nproc"), <, 0);
}

/* What was found at home comes last of the mounts, and is on PATH by links. */
static void
test_programs (void)
{
  static const char *const shown[] = { "/tmp/h/node_modules", "/tmp/h/one" };
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (BhHomePrograms) programs = bh_home_programs_find ("/nowhere", NULL, NULL);
  g_auto (GStrv) environment = bh_bubblewrap_environment ();
  g_auto (GStrv) argv = NULL;
  BhBubblewrapSpec spec = { "/b/workspace", "/b/home", "/opt/bellhop-boxd", FALSE, 40, 41, 0, 0, FALSE,
                            programs,       shown };
  BhHomeProgram *program = g_new0 (BhHomeProgram, 1);
  gssize bind, link;

  program->name = g_strdup ("engine");
  program->target = g_strdup ("/h/node_modules/engine/cli.js");
  g_ptr_array_add (programs->programs, program);
  g_ptr_array_add (programs->folders, g_strdup ("/h/node_modules"));
  g_ptr_array_add (programs->folders, g_strdup ("/h/one"));
  g_assert_nonnull (strstr (g_environ_getenv (environment, "PATH"),
                            "/run/bellhop/bin:/run/bellhop/engines:/usr/local/bin:"));
  argv = bh_bubblewrap_args (&spec, fds, NULL);
  bind = find (argv, "/tmp/h/node_modules");
  link = find (argv, "/run/bellhop/engines/engine");
  g_assert_cmpint (bind, >, find (argv, "/home/user"));
  g_assert_cmpstr (argv[bind - 1], ==, "--ro-bind");
  g_assert_cmpstr (argv[bind + 1], ==, "/h/node_modules");
  g_assert_cmpint (link, >, bind);
  g_assert_cmpstr (argv[link - 2], ==, "--symlink");
  g_assert_cmpstr (argv[link - 1], ==, "/h/node_modules/engine/cli.js");
  g_assert_cmpint (link, <, find (argv, "--remount-ro"));
  for (guint i = 0; i < fds->len; i++)
    g_close (g_array_index (fds, int, i), NULL);
}

static void
test_names (void)
{
  static const struct
  {
    const char *name, *clean;
  } cases[] = {
    { "desk", "desk" }, { "a b/c", "a-b-c" }, { "../x", "x" },
    { "--", "worker" }, { "", "worker" },     { "é", "worker" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *clean = bh_worker_name_clean (cases[i].name);
      g_assert_cmpstr (clean, ==, cases[i].clean);
    }
}

/* A box has the same user in every life, and ids that hardly differ have different ones. */
static void
test_users (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *id = g_strdup_printf ("b_%016u", i);
      uid_t uid = bh_stage_uid (id);

      g_assert_cmpuint (uid, >=, 0x70000000);
      g_assert_cmpuint (uid, <, 0x78000000);
      g_assert_cmpuint (uid, ==, bh_stage_uid (id));
      g_hash_table_add (seen, GUINT_TO_POINTER (uid));
    }
  /* by chance two of a thousand are the same in one of 300 cases; it is always the same thousand */
  g_assert_cmpuint (g_hash_table_size (seen), ==, 1000);
}

static void
test_backoff (void)
{
  g_assert_cmpuint (bh_link_backoff_ms (0, TRUE), ==, 100);
  g_assert_cmpuint (bh_link_backoff_ms (1000, TRUE), ==, 2000);
  g_assert_cmpuint (bh_link_backoff_ms (0, FALSE), ==, 1000);
  g_assert_cmpuint (bh_link_backoff_ms (1000, FALSE), ==, 30000);
}

static void
test_coordinators (void)
{
  static const char *const bad[] = {
    "", "desk", "unix:relative", "ftp://desk", "http://desk.example:80", "https://"
  };
  static const char *const good[] = { "unix:/run/x", "https://desk.example:8443", "http://127.0.0.1:80",
                                      "ws://localhost/" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (bh_link_new (bad[i], NULL, NULL, &error));
      g_assert_error (error, BH_ERROR, BH_ERROR_INVALID_FIELD);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BhLink) link = bh_link_new (good[i], NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_nonnull (link);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/worker/args", test_args);
  g_test_add_func ("/worker/args/programs", test_programs);
  g_test_add_func ("/worker/names", test_names);
  g_test_add_func ("/worker/users", test_users);
  g_test_add_func ("/worker/backoff", test_backoff);
  g_test_add_func ("/worker/coordinators", test_coordinators);
  return g_test_run ();
}

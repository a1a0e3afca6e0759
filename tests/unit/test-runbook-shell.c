/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/runbook/bh-shell-command.h"
#include "coordinator/engines/runbook/bh-token.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* The commands that the engine writes, read by real shells from a pipe. */
typedef struct
{
  GSubprocess *shell;
  char *dir;
  guint blocks;
} Fixture;

static void
set_up (Fixture *self, gconstpointer shell)
{
  g_autoptr (GError) error = NULL;

  self->dir = g_dir_make_tmp ("bellhop-shell-XXXXXX", &error);
  g_assert_no_error (error);
  self->shell = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                      G_SUBPROCESS_FLAGS_STDERR_MERGE,
                                  &error, (const char *) shell, "-s", NULL);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer shell)
{
  g_subprocess_force_exit (self->shell);
  for (guint i = 0; i < self->blocks; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.sh", self->dir, i);

      g_unlink (path);
    }
  g_rmdir (self->dir);
  g_free (self->dir);
  g_object_unref (self->shell);
}

/* Runs a block, checks what it printed. Returns its status, or -1 when the shell ended. */
static int
run (Fixture *self, const char *script, const char *expected)
{
  static const char *const names[] = { "ANSWER", NULL };
  g_autofree char *path = g_strdup_printf ("%s/%u.sh", self->dir, self->blocks++);
  g_autofree char *token = bh_token_new ();
  g_autoptr (GHashTable) vars = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GBytes) command = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);
  BhTokenScan scan = { 0 };
  char byte;

  g_hash_table_insert (vars, (char *) "ANSWER", (char *) "it's\n$HOME `x`");
  g_assert_true (g_file_set_contents (path, script, -1, NULL));
  command = bh_shell_command (path, token, names, vars);
  g_assert_true (g_output_stream_write_all (g_subprocess_get_stdin_pipe (self->shell),
                                            g_bytes_get_data (command, NULL), g_bytes_get_size (command),
                                            NULL, NULL, NULL));
  while (!scan.found &&
         g_input_stream_read (g_subprocess_get_stdout_pipe (self->shell), &byte, 1, NULL, NULL) == 1)
    {
      g_string_append_c (seen, byte);
      bh_token_scan (token, seen->str, seen->len, &scan);
    }
  g_string_truncate (seen, scan.found ? scan.output : seen->len);
  g_assert_cmpstr (seen->str, ==, expected);
  return scan.found ? scan.status : -1;
}

static void
test_blocks (Fixture *self, gconstpointer shell)
{
  g_assert_cmpint (run (self, "X=1; cd /; echo hi", "hi\n"), ==, 0);
  g_assert_cmpint (run (self, "printf \"$X$PWD\"; false", "1/"), ==, 1);
  g_assert_cmpint (run (self, "echo \"$ANSWER\"", "it's\n$HOME `x`\n"), ==, 0);
  g_assert_cmpint (run (self, "exec >/dev/null 2>&1; echo lost", ""), ==, 0);
  g_assert_cmpint (run (self, "echo back >&2; (exit 7)", "back\n"), ==, 7);
  g_assert_cmpint (run (self, "return 5", ""), ==, 5);
  g_assert_cmpint (run (self, "cat; read x; echo $?", "1\n"), ==, 0);
  g_assert_cmpint (run (self, "printf() { echo no; }; command true", ""), ==, 0);
  g_assert_cmpint (run (self, "unset -f printf; set -u; set -- a b", ""), ==, 0);
  g_assert_cmpint (run (self, "sleep 0 & wait $!; echo $?", "0\n"), ==, 0);
  g_assert_cmpint (run (self, "kill -9 $$", ""), ==, -1);
}

static void
test_options (Fixture *self, gconstpointer shell)
{
  const char *mark = strcmp (shell, "bash") == 0 ? "++" : "+";
  g_autofree char *traced = g_strdup_printf ("%s echo a\na\n%s set +x\n", mark, mark);

  g_assert_cmpint (run (self, "set -x", ""), ==, 0);
  g_assert_cmpint (run (self, "echo a\nset +x\n", traced), ==, 0);
  g_assert_cmpint (run (self, "set -v", ""), ==, 0);
  g_assert_cmpint (run (self, "echo b", "b\n"), ==, 0);
  g_assert_cmpint (run (self, "set -e", ""), ==, 0);
  g_assert_cmpint (run (self, "false; echo no", ""), ==, -1);
  g_assert_true (g_subprocess_wait (self->shell, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (self->shell), ==, 1);
}

/* What comes after the interrupted command does not run. */
static void
test_interrupt (Fixture *self, gconstpointer shell)
{
  g_assert_cmpint (run (self, "kill -INT $$; echo no", ""), ==, -1);
  g_assert_true (g_subprocess_wait (self->shell, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (self->shell), ==, 130);
}

int
main (int argc, char *argv[])
{
  static const char *const shells[] = { "bash", "dash" };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (shells); i++)
    {
      g_autofree char *blocks = g_strdup_printf ("/shell/%s/blocks", shells[i]);
      g_autofree char *options = g_strdup_printf ("/shell/%s/options", shells[i]);
      g_autofree char *interrupt = g_strdup_printf ("/shell/%s/interrupt", shells[i]);

      g_test_add (blocks, Fixture, shells[i], set_up, test_blocks, tear_down);
      g_test_add (options, Fixture, shells[i], set_up, test_options, tear_down);
      g_test_add (interrupt, Fixture, shells[i], set_up, test_interrupt, tear_down);
    }
  return g_test_run ();
}

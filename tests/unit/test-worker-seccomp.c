/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <errno.h>
#include <linux/filter.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "worker/providers/bh-seccomp.h"

static int
try_tiocsti (void)
{
  int master, slave;

  if (openpty (&master, &slave, NULL, NULL, NULL) < 0)
    return -1;
  return ioctl (slave, TIOCSTI, "x") < 0 ? errno : 0;
}

static int
try_vsock (void)
{
  return socket (AF_VSOCK, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int
try_unix (void)
{
  return socket (AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int
try_personality_ask (void)
{
  return personality (0xffffffff) < 0 ? errno : 0;
}

static int
try_personality_debugger (void)
{
  return personality (ADDR_NO_RANDOMIZE) < 0 ? errno : 0;
}

static int
try_personality_exec (void)
{
  return personality (READ_IMPLIES_EXEC) < 0 ? errno : 0;
}

static int
try_personality_highest (void)
{
  return personality (0x80000000ul | READ_IMPLIES_EXEC) < 0 ? errno : 0;
}

/* How many of the calls that place memory are denied; with these arguments the kernel itself objects to none,
 * or with another error. */
static int
try_memory_placement (void)
{
  static const long calls[] = { SYS_mbind, SYS_set_mempolicy, SYS_migrate_pages, SYS_move_pages };
  int denied = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    denied += syscall (calls[i], 0, 0, 0, 0, 0, 0) < 0 && errno == EPERM;
  return denied;
}

/* The errno that `attempt` ends with in a process under the filter. */
static int
filtered (int (*attempt) (void))
{
  g_autoptr (GError) error = NULL;
  int fd = bh_seccomp_new (&error), status;
  struct sock_fprog program;
  struct stat info;
  pid_t pid;

  g_assert_no_error (error);
  g_assert_no_errno (fstat (fd, &info));
  program.len = (unsigned short) ((gsize) info.st_size / sizeof (struct sock_filter));
  program.filter = g_malloc ((gsize) info.st_size);
  g_assert_cmpint (pread (fd, program.filter, (gsize) info.st_size, 0), ==, info.st_size);
  pid = fork ();
  if (pid == 0)
    {
      if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl (PR_SET_SECCOMP, 2, &program) < 0)
        _exit (255);
      _exit (attempt ());
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_free (program.filter);
  close (fd);
  return WEXITSTATUS (status);
}

static void
test_filter (void)
{
  g_assert_cmpint (filtered (try_tiocsti), ==, EPERM);
  g_assert_cmpint (filtered (try_vsock), ==, EAFNOSUPPORT);
  g_assert_cmpint (filtered (try_unix), ==, 0);
  g_assert_cmpint (filtered (try_personality_ask), ==, 0);
  g_assert_cmpint (filtered (try_personality_debugger), ==, 0);
  g_assert_cmpint (filtered (try_personality_exec), ==, EPERM);
  g_assert_cmpint (filtered (try_personality_highest), ==, EPERM);
  g_assert_cmpint (filtered (try_memory_placement), ==, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker/seccomp", test_filter);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <errno.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "cli/text-fit.h"
#include "config.h"
#include "protocol/bh-paths.h"

#define DISK_MIN (G_GUINT64_CONSTANT (1) << 30)
#define MEMORY_MIN (G_GUINT64_CONSTANT (256) << 20)

/* --- socket -------------------------------------------------------------------------------------------- */

static char *
socket_path (Doctor *self)
{
  Cli *cli = doctor_get_cli (self);
  return cli->socket_path != NULL ? g_strdup (cli->socket_path) : bh_client_default_socket ();
}

void
doctor_check_socket (Doctor *self)
{
  g_autofree char *path = socket_path (self), *folder = g_path_get_dirname (path), *fix = NULL;
  GStatBuf info;

  if (g_stat (folder, &info) != 0)
    {
      fix =
          g_strdup_printf ("Log in with a session that has XDG_RUNTIME_DIR, or: mkdir -m 700 -p %s", folder);
      doctor_bad (self, "socket", fix, "The folder %s cannot be used: %s", folder, g_strerror (errno));
    }
  else if (info.st_uid != geteuid ())
    doctor_bad (self, "socket", "Set XDG_RUNTIME_DIR or BELLHOP_SOCKET to a folder of yours",
                "The folder %s belongs to user %u, not to you", folder, info.st_uid);
  else if ((info.st_mode & 0022) != 0)
    {
      fix = g_strdup_printf ("chmod 700 %s", folder);
      doctor_bad (self, "socket", fix, "Others may write to the folder %s (mode %04o)", folder,
                  info.st_mode & 07777);
    }
  else if (g_stat (path, &info) != 0)
    doctor_bad (self, "socket", "Start a coordinator: bellhop-coordinator", "There is no socket at %s", path);
  else if (!S_ISSOCK (info.st_mode) || info.st_uid != geteuid ())
    doctor_bad (self, "socket", "Remove it and start the coordinator again", "%s is no socket of yours",
                path);
  else if ((info.st_mode & 0077) != 0)
    {
      fix = g_strdup_printf ("chmod 600 %s", path);
      doctor_bad (self, "socket", fix, "Others may connect to %s (mode %04o)", path, info.st_mode & 07777);
    }
  else
    doctor_good (self, "socket", "%s, only for you", path);
}

/* --- namespaces ---------------------------------------------------------------------------------------- */

/* What a sandbox has to do first. Returns 0 or the errno. */
static int
try_namespaces (void)
{
  int status = 0;
  pid_t pid = fork ();

  if (pid < 0)
    return errno;
  if (pid == 0)
    {
      if (unshare (CLONE_NEWUSER | CLONE_NEWNS) != 0)
        _exit (errno);
      /* Ubuntu lets the namespace be made, and denies everything in it */
      if (mount (NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0)
        _exit (errno);
      _exit (0);
    }
  if (TEMP_FAILURE_RETRY (waitpid (pid, &status, 0)) != pid || !WIFEXITED (status))
    return EIO;
  return WEXITSTATUS (status);
}

static gboolean
sysctl_is (const char *name, const char *value)
{
  g_autofree char *path = g_build_filename ("/proc/sys", name, NULL), *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && strcmp (g_strstrip (text), value) == 0;
}

static const char *
why_denied (void)
{
  if (sysctl_is ("kernel/apparmor_restrict_unprivileged_userns", "1"))
    return "AppArmor denies them to programs without a profile. Allow it for bubblewrap: install the profile "
           "/etc/apparmor.d/bwrap-userns-restrict, or: sudo sysctl "
           "kernel.apparmor_restrict_unprivileged_userns=0";
  if (sysctl_is ("kernel/unprivileged_userns_clone", "0"))
    return "The system has them switched off: sudo sysctl kernel.unprivileged_userns_clone=1";
  if (sysctl_is ("user/max_user_namespaces", "0"))
    return "The system allows none: sudo sysctl user.max_user_namespaces=15000";
  return "In a container, start it with the right to make user namespaces (podman: --security-opt "
         "seccomp=unconfined, "
         "or --privileged)";
}

static gboolean
run_bwrap (const char *const *arguments, char **output)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;
  int status;

  g_strv_builder_add (argv, BH_BWRAP);
  g_strv_builder_addv (argv, (const char **) arguments);
  list = g_strv_builder_end (argv);
  return g_spawn_sync (NULL, list, NULL, G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_CLOEXEC_PIPES, NULL, NULL,
                       output, NULL, &status, NULL) &&
         g_spawn_check_wait_status (status, NULL);
}

void
doctor_check_namespaces (Doctor *self)
{
  static const char *const sandbox[] = { "--unshare-user", "--ro-bind", "/", "/", "true", NULL };
  int number = try_namespaces ();
  g_autofree char *output = NULL;

  if (number == 0)
    doctor_good (self, "namespaces", "Unprivileged user namespaces can be made");
  else if (run_bwrap (sandbox, &output))
    doctor_good (self, "namespaces", "bubblewrap may make user namespaces (programs in general may not: %s)",
                 g_strerror (number));
  else
    doctor_bad (self, "namespaces", why_denied (), "Unprivileged user namespaces are denied: %s",
                g_strerror (number));
}

void
doctor_check_bwrap (Doctor *self)
{
  static const char *const version[] = { "--version", NULL };
  g_autofree char *output = NULL;

  if (run_bwrap (version, &output))
    doctor_good (self, "bubblewrap", "%s at %s", g_strstrip (output), BH_BWRAP);
  else
    doctor_bad (self, "bubblewrap", "Install the package bubblewrap", "%s cannot be run", BH_BWRAP);
}

void
doctor_check_scope (Doctor *self)
{
  g_autofree char *manager = g_build_filename (g_get_user_runtime_dir (), "systemd", "private", NULL);

  if (g_file_test (manager, G_FILE_TEST_EXISTS))
    doctor_info (self, "limits", "systemd can limit the memory and processors of each DevBox");
  else
    doctor_info (self, "limits",
                 "There is no systemd for this user; DevBoxes are limited process by process");
}

/* --- room ---------------------------------------------------------------------------------------------- */

/* The folder itself, or the nearest one above that exists. */
static gboolean
disk_free (const char *folder, guint64 *bytes)
{
  g_autofree char *path = g_strdup (folder);
  struct statvfs info;

  while (statvfs (path, &info) != 0)
    {
      char *up = g_path_get_dirname (path);
      gboolean top = strcmp (up, path) == 0;
      g_free (path);
      path = up;
      if (top)
        return FALSE;
    }
  *bytes = (guint64) info.f_bavail * info.f_frsize;
  return TRUE;
}

static void
check_folder (Doctor *self, const char *check, const char *folder)
{
  guint64 bytes = 0;
  gboolean known = disk_free (folder, &bytes);
  g_autofree char *size = text_size (bytes);

  if (!known)
    doctor_bad (self, check, "Make the folder, or set XDG_DATA_HOME and XDG_STATE_HOME", "%s is on no disk",
                folder);
  else if (bytes < DISK_MIN)
    doctor_bad (self, check, "Free at least 1 GiB there, e.g. with “bellhopctl rm” and “bellhopctl box rm”",
                "Only %s are free at %s", size, folder);
  else
    doctor_good (self, check, "%s free at %s", size, folder);
}

void
doctor_check_disk (Doctor *self)
{
  g_autofree char *data = bh_path_data (), *state = bh_path_state ();

  check_folder (self, "disk (data)", data);
  check_folder (self, "disk (boxes)", state);
}

void
doctor_check_memory (Doctor *self)
{
  g_autofree char *text = NULL, *size = NULL;
  const char *line;
  guint64 bytes;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL) ||
      (line = strstr (text, "MemAvailable:")) == NULL)
    {
      doctor_bad (self, "memory", "Mount /proc", "/proc/meminfo cannot be read");
      return;
    }
  bytes = g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024;
  size = text_size (bytes);
  if (bytes < MEMORY_MIN)
    doctor_bad (self, "memory", "Stop something that uses much memory, or stop DevBoxes: bellhopctl boxes",
                "Only %s are available", size);
  else
    doctor_good (self, "memory", "%s available", size);
}

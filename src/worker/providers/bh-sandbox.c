/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/providers/bh-sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "protocol/bh-error.h"
#include "protocol/bh-text.h"

#define LOG_TAIL 1000

/* The first thing that a sandbox does, in a process of its own. AppArmor lets the namespace be made and then
 * denies what is done in it, so a mount is part of the probe. Only system calls between fork() and _exit().
 */
static int
probe (void)
{
  int status;
  pid_t pid = fork ();

  if (pid == 0)
    {
      if (unshare (CLONE_NEWUSER | CLONE_NEWNS) < 0 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        _exit (errno);
      _exit (0);
    }
  if (pid < 0)
    return 0;
  while (waitpid (pid, &status, 0) < 0)
    if (errno != EINTR)
      return 0;
  return WIFEXITED (status) ? WEXITSTATUS (status) : 0;
}

/* -1 where the kernel has no such setting */
static gint64
read_setting (const char *path)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return -1;
  return g_ascii_strtoll (text, NULL, 10);
}

GError *
bh_sandbox_diagnose (void)
{
  int denied = probe ();

  if (denied == 0)
    return NULL;
  if (read_setting ("/proc/sys/user/max_user_namespaces") == 0)
    return bh_error_new (
        BH_ERROR_SANDBOX_DENIED, NULL,
        "This machine allows no user namespaces (user.max_user_namespaces is 0), which DevBoxes are made "
        "of. Allow them: sudo sysctl -w user.max_user_namespaces=28633");
  if (read_setting ("/proc/sys/kernel/unprivileged_userns_clone") == 0)
    return bh_error_new (
        BH_ERROR_SANDBOX_DENIED, NULL,
        "This machine lets only root make user namespaces (kernel.unprivileged_userns_clone is 0), which "
        "DevBoxes are made of. Allow them: sudo sysctl -w kernel.unprivileged_userns_clone=1");
  if (read_setting ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
    return bh_error_new (
        BH_ERROR_SANDBOX_DENIED, NULL,
        "AppArmor on this machine denies unprivileged user namespaces, which DevBoxes are made of "
        "(kernel.apparmor_restrict_unprivileged_userns is 1). Allow bubblewrap to make them: sudo apt "
        "install apparmor-profiles && sudo ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict "
        "/etc/apparmor.d/ && sudo systemctl reload apparmor – or for every program: sudo sysctl -w "
        "kernel.apparmor_restrict_unprivileged_userns=0");
  return bh_error_new (
      BH_ERROR_SANDBOX_DENIED, NULL,
      "This machine denies user namespaces (%s), which DevBoxes are made of. In a container, start it so "
      "that "
      "it may make them (podman: --security-opt seccomp=unconfined --security-opt unmask=ALL); elsewhere see "
      "the system's security policy",
      g_strerror (denied));
}

static char *
read_log (int folder)
{
  g_autofd int fd = openat (folder, "launch.log", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  g_autofree char *text = g_malloc (LOG_TAIL);
  struct stat info;
  gssize n = 0;

  if (fd >= 0 && fstat (fd, &info) == 0)
    n = pread (fd, text, LOG_TAIL, MAX (0, info.st_size - LOG_TAIL));
  g_autofree char *shown = bh_text_shown (text, (gsize) MAX (0, n), NULL);
  return bh_text_one_line (g_strstrip (shown), LOG_TAIL);
}

GError *
bh_sandbox_explain (int folder, const GError *failure)
{
  GError *denied = bh_sandbox_diagnose ();
  g_autofree char *said = denied == NULL ? read_log (folder) : NULL;

  if (denied != NULL)
    return denied;
  if (*said != '\0')
    return bh_error_new (BH_ERROR_LAUNCH_FAILED, NULL, "The DevBox could not be made: %s (%s)",
                         failure->message, said);
  return bh_error_new (BH_ERROR_LAUNCH_FAILED, NULL, "The DevBox could not be made: %s", failure->message);
}

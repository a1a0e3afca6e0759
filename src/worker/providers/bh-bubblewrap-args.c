/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/providers/bh-bubblewrap-args.h"

#include "config.h"
#include "worker/bh-fd.h"

#define HOSTNAME "bellhop"
#define PROGRAMS "/run/bellhop/engines"

typedef struct
{
  GStrvBuilder *args;
  GArray *fds;
  GError *error; /* the first */
} Builder;

static void
add (Builder *self, const char *first, ...)
{
  va_list rest;

  va_start (rest, first);
  for (const char *arg = first; arg != NULL; arg = va_arg (rest, const char *))
    g_strv_builder_add (self->args, arg);
  va_end (rest);
}

static void
add_number (Builder *self, const char *option, gint64 number)
{
  g_strv_builder_add (self->args, option);
  g_strv_builder_take (self->args, g_strdup_printf ("%" G_GINT64_FORMAT, number));
}

/* A file of the box with this content. */
static void
add_file (Builder *self, const char *path, const char *content)
{
  int fd;

  if (self->error != NULL)
    return;
  fd = bh_fd_new_with_bytes ("bellhop-file", content, strlen (content), &self->error);
  if (fd < 0)
    return;
  g_array_append_val (self->fds, fd);
  add (self, "--perms", "0644", NULL);
  add_number (self, "--file", fd);
  add (self, path, NULL);
}

/* /bin and friends: links on most systems, folders on some. */
static void
add_system_folders (Builder *self)
{
  static const char *const names[] = { "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32" };

  add (self, "--ro-bind", "/usr", "/usr", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *target = g_file_read_link (names[i], NULL);
      if (target != NULL)
        add (self, "--symlink", target, names[i], NULL);
      else if (g_file_test (names[i], G_FILE_TEST_IS_DIR))
        add (self, "--ro-bind", names[i], names[i], NULL);
    }
}

/* What of the host's /etc is needed and says nothing of the person or the machine. Each mount costs bwrap a
 * look at all mounts before, so small files are copied. */
static void
add_shared_settings (Builder *self)
{
  static const char *const mounted[] = {
    "/etc/alternatives", "/etc/crypto-policies", "/etc/ld.so.cache", "/etc/pki", "/etc/ssl/certs",
  };
  static const char *const copied[] = { "/etc/protocols", "/etc/services", "/etc/ssl/openssl.cnf" };

  for (gsize i = 0; i < G_N_ELEMENTS (mounted); i++)
    if (g_file_test (mounted[i], G_FILE_TEST_EXISTS))
      add (self, "--ro-bind", mounted[i], mounted[i], NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (copied); i++)
    {
      g_autofree char *content = NULL;
      if (g_file_get_contents (copied[i], &content, NULL, NULL))
        add_file (self, copied[i], content);
    }
  add (self, "--symlink", "../usr/lib/os-release", "/etc/os-release", NULL);
}

/* The link itself tells the zone's name; elsewhere the file is copied. */
static void
add_local_time (Builder *self)
{
  g_autofree char *target = g_file_read_link ("/etc/localtime", NULL);

  if (target != NULL && g_strrstr (target, "/usr/share/zoneinfo/") != NULL)
    add (self, "--symlink", g_strrstr (target, "/usr/share/zoneinfo/"), "/etc/localtime", NULL);
  else if (g_file_test ("/etc/localtime", G_FILE_TEST_IS_REGULAR))
    add (self, "--ro-bind", "/etc/localtime", "/etc/localtime", NULL);
}

static void
add_settings (Builder *self, gboolean offline)
{
  static const char *const folders[] = { "/etc", "/etc/ssl", "/home", "/var" };
  g_autofree char *resolv = NULL;

  /* made by name, or bwrap makes them for their owner only */
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    add (self, "--perms", "0755", "--dir", folders[i], NULL);
  add_shared_settings (self);
  add_local_time (self);
  add_file (self, "/etc/passwd",
            "root:x:0:0:root:/root:/usr/sbin/nologin\n"
            "user:x:1000:1000:user:/home/user:/bin/bash\n"
            "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
  add_file (self, "/etc/group", "root:x:0:\ntty:x:5:\nuser:x:1000:\nnogroup:x:65534:\n");
  add_file (self, "/etc/hosts", "127.0.0.1 localhost " HOSTNAME "\n::1 localhost ip6-localhost\n");
  add_file (self, "/etc/hostname", HOSTNAME "\n");
  add_file (self, "/etc/nsswitch.conf",
            "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\nprotocols: "
            "files\nservices: files\n");
  /* the content, as the host's file is mostly a link to what the box cannot see */
  if (!offline && g_file_get_contents ("/etc/resolv.conf", &resolv, NULL, NULL))
    add_file (self, "/etc/resolv.conf", resolv);
}

static void
add_namespaces (Builder *self, gboolean offline)
{
  add (self, "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
       NULL);
  if (offline)
    add (self, "--unshare-net", NULL);
  add (self, "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL", "--hostname", HOSTNAME, NULL);
  /* boxd is the init; a terminal of the worker's is not to be the box's */
  add (self, "--as-pid-1", "--new-session", NULL);
}

/* Where a worker that runs as root cannot change the user (see bh-stage.h), the box's user is root outside:
 * powerless by capabilities, but still the owner of the kernel's settings in /proc, which go by the owner
 * alone (core_pattern is a way to run programs as root on the host). bwrap looks only whether the folder
 * /proc/sys itself is writable, which it never is, and leaves it open. */
static void
add_proc (Builder *self, gboolean is_root)
{
  static const char *const read_only[] = { "/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus",
                                           "/proc/fs" };
  static const char *const hidden[] = {
    "/proc/kcore", "/proc/keys",        "/proc/kmsg",     "/proc/kpagecount", "/proc/kpageflags",
    "/proc/mtrr",  "/proc/sched_debug", "/proc/slabinfo", "/proc/timer_list", "/proc/vmallocinfo",
  };
  static const char *const emptied[] = { "/proc/acpi", "/proc/scsi", "/proc/pressure", "/proc/driver" };

  add (self, "--proc", "/proc", NULL);
  if (!is_root)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (read_only); i++)
    if (g_file_test (read_only[i], G_FILE_TEST_EXISTS))
      add (self, "--ro-bind", read_only[i], read_only[i], NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (hidden); i++)
    if (g_file_test (hidden[i], G_FILE_TEST_EXISTS))
      add (self, "--ro-bind", "/dev/null", hidden[i], NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (emptied); i++)
    if (g_file_test (emptied[i], G_FILE_TEST_IS_DIR))
      add (self, "--tmpfs", emptied[i], "--remount-ro", emptied[i], NULL);
}

static void
add_boxd (Builder *self, const BhBubblewrapSpec *spec)
{
  add (self, "--perms", "0755", "--dir", "/run/bellhop", "--perms", "0755", "--dir", "/run/bellhop/bin",
       NULL);
  add (self, "--ro-bind", spec->boxd, "/run/bellhop/bin/bellhop-boxd", NULL);
  add (self, "--symlink", "bellhop-boxd", "/run/bellhop/bin/bellhop-ask", NULL);
}

/* At their own path, so that what they know of it holds; and by name in a folder on PATH. */
static void
add_programs (Builder *self, const BhBubblewrapSpec *spec)
{
  if (spec->programs == NULL || spec->programs->programs->len == 0)
    return;
  for (guint i = 0; i < spec->programs->folders->len; i++)
    add (self, "--ro-bind", spec->shown[i], spec->programs->folders->pdata[i], NULL);
  add (self, "--perms", "0755", "--dir", PROGRAMS, NULL);
  for (guint i = 0; i < spec->programs->programs->len; i++)
    {
      const BhHomeProgram *program = spec->programs->programs->pdata[i];
      g_autofree char *link = g_build_filename (PROGRAMS, program->name, NULL);

      add (self, "--symlink", program->target, link, NULL);
    }
}

static void
add_command (Builder *self, const BhBubblewrapSpec *spec)
{
  add (self, "--", "/run/bellhop/bin/bellhop-boxd", "init", NULL);
  add_number (self, "--listen-fd", spec->listen_fd);
  if (spec->pids > 0)
    add_number (self, "--rlimit-nproc", spec->pids);
  if (spec->memory_bytes > 0)
    add_number (self, "--rlimit-data", (gint64) MIN (spec->memory_bytes, (guint64) G_MAXINT64));
}

GStrv
bh_bubblewrap_args (const BhBubblewrapSpec *spec, GArray *fds, GError **error)
{
  g_autoptr (GStrvBuilder) args = g_strv_builder_new ();
  Builder self = { .args = args, .fds = fds };

  add (&self, BH_BWRAP, NULL);
  add_namespaces (&self, spec->offline);
  add_system_folders (&self);
  add_settings (&self, spec->offline);
  add_proc (&self, spec->is_root);
  add (&self, "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp", "--perms", "0755", "--tmpfs", "/run",
       NULL);
  add (&self, "--symlink", "../tmp", "/var/tmp", "--symlink", "../run", "/var/run", NULL);
  add (&self, "--bind", spec->workspace, "/workspace", "--bind", spec->home, "/home/user", NULL);
  add_boxd (&self, spec);
  add_programs (&self, spec);
  /* last: what was made above lies in the root, and nothing is to be added to it from inside */
  add (&self, "--remount-ro", "/", "--chdir", "/workspace", NULL);
  add_number (&self, "--seccomp", spec->seccomp_fd);
  add_command (&self, spec);
  if (self.error != NULL)
    {
      g_propagate_error (error, self.error);
      return NULL;
    }
  return g_strv_builder_end (args);
}

GStrv
bh_bubblewrap_environment (void)
{
  static const char *const environment[] = {
    "PATH=/run/bellhop/bin:" PROGRAMS ":/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
    "HOME=/home/user",
    "USER=user",
    "LOGNAME=user",
    "SHELL=/bin/bash",
    "LANG=C.UTF-8",
    "TMPDIR=/tmp",
    NULL,
  };

  return g_strdupv ((char **) environment);
}

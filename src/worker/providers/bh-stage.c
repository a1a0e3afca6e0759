/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/providers/bh-stage.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROOT "/tmp"
/* the box's own, and what programs of the person need */
#define PATHS_MAX 72

/* Above what systemd gives to containers and what useradd gives as subordinate ids, below its foreign ids. */
#define FIRST_UID 0x70000000u
#define UID_BITS 27

typedef struct
{
  char *path;
  char *shown;
  char handle[32]; /* /proc/self/fd/N */
} Entry;

struct _BhStage
{
  uid_t uid;
  Entry entries[PATHS_MAX];
  guint n;
};

BhStage *
bh_stage_new (uid_t uid)
{
  BhStage *self = g_new0 (BhStage, 1);

  self->uid = uid;
  return self;
}

void
bh_stage_free (BhStage *self)
{
  for (guint i = 0; i < self->n; i++)
    {
      g_free (self->entries[i].path);
      g_free (self->entries[i].shown);
    }
  g_free (self);
}

const char *
bh_stage_add (BhStage *self, const char *path)
{
  Entry *entry = &self->entries[self->n++];

  g_assert (self->n <= PATHS_MAX && g_path_is_absolute (path));
  entry->path = g_strdup (path);
  entry->shown = g_strconcat (ROOT, path, NULL);
  return entry->shown;
}

/* From here to bh_stage_enter() it is between fork() and exec() in a process with threads: no malloc, no
 * GLib. */

/* Before the tmpfs hides what may lie in /tmp. snprintf() may allocate, so the number is written by hand. */
static gboolean
open_entry (Entry *entry)
{
  int fd = open (entry->path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
  char *end = entry->handle;
  char digits[12];
  int n = 0;

  if (fd < 0)
    return FALSE;
  for (const char *p = "/proc/self/fd/"; *p != '\0'; p++)
    *end++ = *p;
  do
    digits[n++] = (char) ('0' + fd % 10);
  while ((fd /= 10) > 0);
  while (n > 0)
    *end++ = digits[--n];
  *end = '\0';
  return TRUE;
}

static gboolean
make_parents (char *path)
{
  for (char *p = path + sizeof ROOT; *p != '\0'; p++)
    if (*p == '/')
      {
        *p = '\0';
        if (mkdir (path, 0755) < 0 && errno != EEXIST)
          return FALSE;
        *p = '/';
      }
  return TRUE;
}

static gboolean
show_entry (Entry *entry)
{
  struct stat info;

  if (stat (entry->handle, &info) < 0 || !make_parents (entry->shown))
    return FALSE;
  if (S_ISDIR (info.st_mode) ? mkdir (entry->shown, 0755) < 0 : mknod (entry->shown, S_IFREG | 0644, 0) < 0)
    return FALSE;
  return mount (entry->handle, entry->shown, NULL, MS_BIND, NULL) == 0;
}

const char *
bh_stage_enter (BhStage *self)
{
  mode_t mask = umask (0022);

  if (unshare (CLONE_NEWNS) < 0)
    return "Cannot make a mount namespace";
  if (mount (NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
    return "Cannot part the mounts from the machine's";
  for (guint i = 0; i < self->n; i++)
    if (!open_entry (&self->entries[i]))
      return "Cannot open a folder of the box or bellhop-boxd";
  if (mount ("bellhop", ROOT, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
    return "Cannot mount over " ROOT;
  for (guint i = 0; i < self->n; i++)
    if (!show_entry (&self->entries[i]))
      return "Cannot show a folder of the box or bellhop-boxd under " ROOT;
  umask (mask);
  /* the groups first: the user has no say about them any more */
  if (setgroups (0, NULL) < 0 || setresgid (self->uid, self->uid, self->uid) < 0 ||
      setresuid (self->uid, self->uid, self->uid) < 0)
    return "Cannot become the user of the box";
  return NULL;
}

uid_t
bh_stage_uid (const char *box_id)
{
  guint32 hash = 2166136261u;

  for (const char *p = box_id; *p != '\0'; p++)
    hash = (hash ^ (guchar) *p) * 16777619u;
  return FIRST_UID + ((hash ^ (hash >> UID_BITS)) & ((1u << UID_BITS) - 1));
}

/* What the child of the probe tells by a pipe. The text is a literal, so its address holds in both. */
typedef struct
{
  const char *what;
  int error;
} Told;

static void
probe_in_child (int to)
{
  BhStage stage = { .uid = FIRST_UID };
  Told told = { .what = bh_stage_enter (&stage) };

  told.error = errno;
  /* what bwrap does next, and what some systems allow to root alone */
  if (told.what == NULL &&
      (unshare (CLONE_NEWUSER | CLONE_NEWNS) < 0 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0))
    {
      told.what = "Another user than root cannot make a sandbox";
      told.error = errno;
    }
  if (write (to, &told, sizeof told) != sizeof told)
    _exit (1);
  _exit (0);
}

char *
bh_stage_probe (void)
{
  Told told = { "Cannot start a process", 0 };
  int ends[2];
  pid_t pid;

  if (pipe2 (ends, O_CLOEXEC) < 0)
    return g_strdup (g_strerror (errno));
  pid = fork ();
  if (pid == 0)
    probe_in_child (ends[1]);
  close (ends[1]);
  told.error = errno;
  if (pid > 0 && TEMP_FAILURE_RETRY (read (ends[0], &told, sizeof told)) != sizeof told)
    told.what = "It failed without a word";
  close (ends[0]);
  if (pid > 0)
    TEMP_FAILURE_RETRY (waitpid (pid, NULL, 0));
  return told.what != NULL ? g_strdup_printf ("%s: %s", told.what, g_strerror (told.error)) : NULL;
}

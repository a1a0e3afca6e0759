/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* a tree that grows faster than this many looks is left to who asked: it can ask again */
#define ROUNDS 16
/* more than an exec takes; a process may point to more */
#define ENVIRONMENT_MAX ((size_t) 8 * 1024 * 1024)

bool
tree_parse_stat (const char *text, struct tree_entry *entry)
{
  /* the name is whatever the process chose, so the fields are counted from the last parenthesis */
  const char *after = strrchr (text, ')');
  long long pid, parent, session;
  unsigned long long user, system, started;
  long long child_user, child_system, resident;

  if (after == NULL || sscanf (text, "%lld", &pid) != 1)
    return false;
  if (sscanf (
          after + 1,
          " %*c %lld %*d %lld %*d %*d %*u %*u %*u %*u %*u %llu %llu %lld %lld %*d %*d %*d %*d %llu %*u %lld",
          &parent, &session, &user, &system, &child_user, &child_system, &started, &resident) != 8)
    return false;
  memset (entry, 0, sizeof *entry);
  entry->pid = (pid_t) pid;
  entry->parent = (pid_t) parent;
  entry->session = (pid_t) session;
  entry->started = started;
  entry->cpu_ticks = user + system + (uint64_t) child_user + (uint64_t) child_system;
  entry->resident = resident > 0 ? (uint64_t) resident : 0;
  return true;
}

static bool
read_stat (const char *pid, struct tree_entry *entry)
{
  char path[64], text[1024];
  cleanup_close int fd = -1;
  ssize_t n;

  snprintf (path, sizeof path, "/proc/%s/stat", pid);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return false;
  n = TEMP_FAILURE_RETRY (read (fd, text, sizeof text - 1));
  if (n <= 0)
    return false;
  text[n] = '\0';
  return tree_parse_stat (text, entry);
}

static int
add (struct tree *self, const struct tree_entry *entry)
{
  if (self->n == self->size)
    {
      size_t size = self->size == 0 ? 64 : self->size * 2;
      struct tree_entry *entries = realloc (self->entries, size * sizeof *entries);

      if (entries == NULL)
        return ENOMEM;
      self->entries = entries;
      self->size = size;
    }
  self->entries[self->n++] = *entry;
  return 0;
}

static int
compare_pids (const void *a, const void *b)
{
  const struct tree_entry *x = a, *y = b;

  return (x->pid > y->pid) - (x->pid < y->pid);
}

static struct tree_entry *
find (const struct tree *self, pid_t pid)
{
  struct tree_entry key = { .pid = pid };

  return self->n == 0 ? NULL : bsearch (&key, self->entries, self->n, sizeof key, compare_pids);
}

/* Marks until nothing changes: pids wrap around, so a child may stand before its parent. */
static void
mark (struct tree *self, pid_t root, bool session)
{
  bool changed = true;

  while (changed)
    {
      changed = false;
      for (size_t i = 0; i < self->n; i++)
        {
          struct tree_entry *entry = &self->entries[i];
          const struct tree_entry *parent = find (self, entry->parent);

          if (entry->member || entry->pid == root)
            continue;
          entry->member = entry->parent == root || (parent != NULL && parent->member) ||
                          (session && entry->session == root);
          changed |= entry->member;
        }
    }
}

static int
list_processes (struct tree *self, DIR *folder)
{
  struct dirent *item;

  while ((item = readdir (folder)) != NULL)
    {
      struct tree_entry entry;

      if (item->d_name[0] < '1' || item->d_name[0] > '9' || !read_stat (item->d_name, &entry))
        continue;
      if (add (self, &entry) != 0)
        return ENOMEM;
    }
  return 0;
}

int
tree_read (struct tree *self, pid_t root, bool session)
{
  DIR *folder = opendir ("/proc");
  int result;

  memset (self, 0, sizeof *self);
  if (folder == NULL)
    return errno;
  result = list_processes (self, folder);
  closedir (folder);
  if (self->n > 0)
    qsort (self->entries, self->n, sizeof *self->entries, compare_pids);
  mark (self, root, session);
  return result;
}

void
tree_clear (struct tree *self)
{
  free (self->entries);
  memset (self, 0, sizeof *self);
}

/* By pidfd, and only if it still is the process that was listed. */
static void
signal_entry (const struct tree_entry *entry, int signum)
{
  cleanup_close int fd = (int) syscall (SYS_pidfd_open, entry->pid, 0u);
  struct tree_entry now;
  char pid[16];

  if (fd < 0)
    return;
  snprintf (pid, sizeof pid, "%d", (int) entry->pid);
  if (read_stat (pid, &now) && now.started == entry->started)
    syscall (SYS_pidfd_send_signal, fd, signum, NULL, 0u);
}

static bool
was_signalled (const struct tree *before, const struct tree_entry *entry)
{
  const struct tree_entry *old = find (before, entry->pid);

  return old != NULL && old->signalled && old->started == entry->started;
}

/* Who runs here, or was orphaned here: boxd is where that ends up. Nobody else's processes are looked at, for
 * other boxes count theirs from one, too. */
static bool
is_below_us (const struct tree *self, const struct tree_entry *entry)
{
  pid_t us = getpid ();

  for (size_t i = 0; entry != NULL && i < self->n; i++)
    {
      if (entry->parent == us)
        return true;
      entry = find (self, entry->parent);
    }
  return false;
}

static bool
holds (int environment, const char *variable)
{
  char block[4096];
  bool same = true;
  size_t at = 0;
  ssize_t n;

  for (size_t size = 0;
       size < ENVIRONMENT_MAX && (n = TEMP_FAILURE_RETRY (read (environment, block, sizeof block))) > 0;
       size += (size_t) n)
    for (ssize_t i = 0; i < n; i++)
      {
        if (block[i] == '\0' && same && variable[at] == '\0')
          return true;
        /* the next one begins behind each NUL */
        same = block[i] == '\0' || (same && block[i] == variable[at]);
        at = block[i] == '\0' ? 0 : at + same;
      }
  return false;
}

/* What was orphaned and has a session of its own is known by what it inherited. */
static void
mark_by_environment (struct tree *self, pid_t root, const char *variable)
{
  for (size_t i = 0; i < self->n; i++)
    {
      struct tree_entry *entry = &self->entries[i];
      cleanup_close int fd = -1;
      char path[40];

      if (entry->member || entry->pid == root || !is_below_us (self, entry))
        continue;
      snprintf (path, sizeof path, "/proc/%d/environ", (int) entry->pid);
      fd = open (path, O_RDONLY | O_CLOEXEC);
      entry->member = fd >= 0 && holds (fd, variable);
    }
}

int
tree_signal (pid_t root, bool session, const char *variable, int signum)
{
  struct tree before = { 0 }, now;
  bool found = true;
  int result = 0;

  for (int round = 0; round < ROUNDS && found && result == 0; round++)
    {
      found = false;
      result = tree_read (&now, root, session);
      if (variable != NULL)
        {
          mark_by_environment (&now, root, variable);
          /* what these have started may have nothing in its environment */
          mark (&now, root, session);
        }
      for (size_t i = 0; i < now.n; i++)
        {
          struct tree_entry *entry = &now.entries[i];

          if (!entry->member)
            continue;
          entry->signalled = true;
          if (was_signalled (&before, entry))
            continue;
          signal_entry (entry, signum);
          found = true;
        }
      tree_clear (&before);
      before = now;
    }
  tree_clear (&before);
  return result;
}

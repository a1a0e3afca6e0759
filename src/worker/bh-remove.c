/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "protocol/bh-error.h"
#include "worker/bh-fd.h"

/* A tree is taken apart from its top: files are unlinked, and every folder below the top is first moved up
 * into it under a name of our own. So depth costs neither stack nor descriptors, and no path is ever walked.
 */

typedef struct
{
  int top;
  guint64 moved; /* names given so far */
} Removal;

/* A folder whose owner took their own permissions away is made readable; by descriptor, so that no link is
 * followed. */
static int
open_folder (int parent, const char *name, GError **error)
{
  g_autofd int handle = openat (parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  g_autofree char *self = NULL;
  int fd;

  if (handle < 0)
    {
      bh_set_errno_error (error, errno, "Cannot open the folder %s", name);
      return -1;
    }
  self = g_strdup_printf ("/proc/self/fd/%d", handle);
  if (chmod (self, 0700) < 0)
    {
      bh_set_errno_error (error, errno, "Cannot change the permissions of the folder %s", name);
      return -1;
    }
  fd = openat (handle, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    bh_set_errno_error (error, errno, "Cannot read the folder %s", name);
  return fd;
}

static gboolean
make_writable (int parent, const char *name, GError **error)
{
  g_autofd int fd = open_folder (parent, name, error);

  return fd >= 0;
}

/* Moves a folder of `from` into the top. Moving changes its "..", so it has to be writable itself. */
static gboolean
move_up (Removal *removal, int from, const char *name, GError **error)
{
  if (!make_writable (from, name, error))
    return FALSE;
  for (;;)
    {
      g_autofree char *fresh = g_strdup_printf (".bellhop-%" G_GUINT64_FORMAT, removal->moved++);

      if (renameat2 (from, name, removal->top, fresh, RENAME_NOREPLACE) == 0)
        return TRUE;
      if (errno != EEXIST)
        {
          bh_set_errno_error (error, errno, "Cannot move the folder %s", name);
          return FALSE;
        }
    }
}

/* Empties the folder that `fd` (taken) is open on; folders in it go to the top, unless it is the top. */
static gboolean
empty_folder (Removal *removal, int fd, GError **error)
{
  DIR *dir = fdopendir (fd);
  gboolean ok = TRUE;
  struct dirent *entry;

  if (dir == NULL)
    {
      bh_set_errno_error (error, errno, "Cannot read a folder");
      close (fd);
      return FALSE;
    }
  while (ok && (entry = readdir (dir)) != NULL)
    {
      if (g_str_equal (entry->d_name, ".") || g_str_equal (entry->d_name, ".."))
        continue;
      if (unlinkat (dirfd (dir), entry->d_name, 0) == 0 || errno == ENOENT)
        continue;
      if (errno == EISDIR || errno == EPERM)
        ok = move_up (removal, dirfd (dir), entry->d_name, error);
      else
        {
          bh_set_errno_error (error, errno, "Cannot delete %s", entry->d_name);
          ok = FALSE;
        }
    }
  closedir (dir);
  return ok;
}

/* One pass over the top: everything in it goes, but for the folders moved up meanwhile. Sets `found` if there
 * was any. */
static gboolean
empty_top (Removal *removal, gboolean *found, GError **error)
{
  int again = openat (removal->top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = again >= 0 ? fdopendir (again) : NULL;
  gboolean ok = dir != NULL;
  struct dirent *entry;

  if (!ok)
    bh_set_errno_error (error, errno, "Cannot read a folder");
  *found = FALSE;
  while (ok && (entry = readdir (dir)) != NULL)
    {
      int fd;

      if (g_str_equal (entry->d_name, ".") || g_str_equal (entry->d_name, ".."))
        continue;
      *found = TRUE;
      if (unlinkat (removal->top, entry->d_name, 0) == 0 || errno == ENOENT)
        continue;
      fd = open_folder (removal->top, entry->d_name, error);
      ok = fd >= 0 && empty_folder (removal, fd, error);
      if (ok && unlinkat (removal->top, entry->d_name, AT_REMOVEDIR) < 0)
        {
          bh_set_errno_error (error, errno, "Cannot delete the folder %s", entry->d_name);
          ok = FALSE;
        }
    }
  if (dir != NULL)
    closedir (dir);
  else if (again >= 0)
    close (again);
  return ok;
}

gboolean
bh_remove_tree (int parent, const char *name, GError **error)
{
  g_autofd int top = -1;
  Removal removal = { 0 };
  gboolean found;
  struct stat info;

  if (fstatat (parent, name, &info, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
    return TRUE;
  top = open_folder (parent, name, error);
  if (top < 0)
    return FALSE;
  removal.top = top;
  do
    if (!empty_top (&removal, &found, error))
      return FALSE;
  while (found);
  if (unlinkat (parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
    return TRUE;
  bh_set_errno_error (error, errno, "Cannot delete the folder %s", name);
  return FALSE;
}

typedef struct
{
  int parent;
  char *name;
} Job;

static void
job_free (Job *job)
{
  g_clear_fd (&job->parent, NULL);
  g_free (job->name);
  g_free (job);
}

static void
remove_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;

  if (bh_remove_tree (job->parent, job->name, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    dex_promise_resolve_boolean (promise, TRUE);
  else
    dex_promise_reject (promise,
                        bh_error_new (BH_ERROR_INTERNAL, NULL, "The DevBox's files could not be deleted: %s",
                                      error->message));
}

DexFuture *
bh_remove_tree_in_thread (int parent, const char *name)
{
  DexPromise *promise = dex_promise_new ();
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_removed, dex_ref (promise));
  Job *job = g_new0 (Job, 1);

  /* the thread may outlive the owner of `parent` */
  job->parent = fcntl (parent, F_DUPFD_CLOEXEC, 0);
  job->name = g_strdup (name);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_task_run_in_thread (task, remove_thread);
  return DEX_FUTURE (promise);
}

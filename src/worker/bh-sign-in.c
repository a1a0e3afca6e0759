/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-sign-in.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "protocol/bh-engine-file.h"
#include "worker/bh-fd.h"

/* So many names of whatever kind a folder may hold. */
#define NAMES_MAX (BH_SIGN_IN_FILES_MAX * 4)

/* A file that is written while it is read is read again, so often. */
#define READ_TRIES 5
#define TORN_USEC 20000

/* One file of a sign-in. */
typedef struct
{
  char *from; /* below the home, without links */
  char *to;   /* below the box's home */
  char *stamp;
  guint64 size;
} Item;

struct _BhSignIn
{
  int home;
  GPtrArray *items; /* Item */
};

static void
item_free (gpointer data)
{
  Item *self = data;

  g_free (self->from);
  g_free (self->to);
  g_free (self->stamp);
  g_free (self);
}

/* --- in the home --- */

/* Where `path` leads, relative to the home: a person may keep such files elsewhere in it behind a link. What
 * leads out of the home is refused. */
static char *
resolve (const char *home, const char *path, GError **error)
{
  g_autofree char *named = g_build_filename (home, path + strlen ("~/"), NULL);
  char *real_home = realpath (home, NULL), *real = realpath (named, NULL);
  gsize n = real_home != NULL ? strlen (real_home) : 0;
  char *below = NULL;

  if (real_home == NULL || real == NULL)
    bh_set_errno_error (error, errno, "Cannot read %s", path);
  else if (strncmp (real, real_home, n) != 0 || real[n] != '/')
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                 "%s is a link that leads out of the home folder", path);
  else
    below = g_strdup (real + n + 1);
  free (real);
  free (real_home);
  return below;
}

/* Opens what lies below the folder, following no link on the way, whoever makes one now. */
static int
open_below (int folder, const char *path, int flags)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  g_autofd int at = -1;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      int last = parts[i + 1] == NULL;
      int fd = openat (at >= 0 ? at : folder, parts[i],
                       (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC);

      if (fd < 0)
        return -1;
      g_clear_fd (&at, NULL);
      at = fd;
    }
  return g_steal_fd (&at);
}

static int
open_home (const char *home, GError **error)
{
  int fd = open (home, O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    bh_set_errno_error (error, errno, "Cannot open the home folder");
  return fd;
}

/* (transfer full) */
static char *
stamp_of (const struct stat *info)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT ".%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT ".%ld",
                          (guint64) info->st_ino, (gint64) info->st_size, (gint64) info->st_mtim.tv_sec,
                          info->st_mtim.tv_nsec);
}

static gboolean
set_too_much (const char *to, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
               "~/%s is too much for a sign-in: a file has at most 1 MiB, a folder 64 files and 4 MiB", to);
  return FALSE;
}

static gboolean
add_item (GPtrArray *items, const char *from, const char *to, const struct stat *info, GError **error)
{
  guint64 total = (guint64) info->st_size;
  Item *item;

  for (guint i = 0; i < items->len; i++)
    total += ((Item *) items->pdata[i])->size;
  if (info->st_size > BH_SIGN_IN_FILE_MAX || total > BH_SIGN_IN_TOTAL_MAX ||
      items->len >= BH_SIGN_IN_FILES_MAX)
    return set_too_much (to, error);
  item = g_new0 (Item, 1);
  item->from = g_strdup (from);
  item->to = g_strdup (to);
  item->size = (guint64) info->st_size;
  item->stamp = stamp_of (info);
  g_ptr_array_add (items, item);
  return TRUE;
}

static gboolean
collect (GPtrArray *items, int home, const char *from, const char *to, guint depth, GError **error);

static int
compare_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Its files and folders; links, sockets and the like are left out. Takes `fd`. */
static gboolean
collect_folder (
    GPtrArray *items, int home, int fd, const char *from, const char *to, guint depth, GError **error)
{
  g_autofree char *shown = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (GDir) dir = g_dir_open (shown, 0, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  gboolean good = dir != NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL && names->len <= NAMES_MAX)
    g_ptr_array_add (names, g_strdup (name));
  if (names->len > NAMES_MAX)
    good = set_too_much (to, error);
  g_ptr_array_sort (names, compare_text);
  for (guint i = 0; good && i < names->len; i++)
    {
      g_autofree char *below = g_build_filename (from, names->pdata[i], NULL);
      g_autofree char *target = g_build_filename (to, names->pdata[i], NULL);
      struct stat info;

      if (fstatat (fd, names->pdata[i], &info, AT_SYMLINK_NOFOLLOW) == 0 &&
          (S_ISREG (info.st_mode) || S_ISDIR (info.st_mode)))
        good = collect (items, home, below, target, depth + 1, error);
    }
  close (fd);
  return good;
}

static gboolean
collect (GPtrArray *items, int home, const char *from, const char *to, guint depth, GError **error)
{
  g_autofd int fd = open_below (home, from, O_PATH);
  struct stat info;
  int folder;

  if (fd < 0 || fstat (fd, &info) < 0)
    {
      bh_set_errno_error (error, errno, "Cannot read ~/%s", to);
      return FALSE;
    }
  if (S_ISREG (info.st_mode))
    return add_item (items, from, to, &info, error);
  if (!S_ISDIR (info.st_mode) || depth > BH_SIGN_IN_DEPTH_MAX)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "~/%s is %s", to,
                   S_ISDIR (info.st_mode) ? "a folder too deep for a sign-in" : "no file and no folder");
      return FALSE;
    }
  folder = openat (fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0)
    {
      bh_set_errno_error (error, errno, "Cannot read the folder ~/%s", to);
      return FALSE;
    }
  return collect_folder (items, home, folder, from, to, depth, error);
}

static gboolean
list_items (BhSignIn *self, const char *home, const char *path, GError **error)
{
  g_autofree char *from = NULL;

  if (!bh_engine_file_is_sign_in_path (path))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "“%s” is no path below the home folder",
                   path);
      return FALSE;
    }
  from = resolve (home, path, error);
  if (from == NULL || !collect (self->items, self->home, from, path + strlen ("~/"), 0, error))
    return FALSE;
  if (self->items->len == 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "The folder %s holds no file", path);
  return self->items->len > 0;
}

BhSignIn *
bh_sign_in_open (const char *home, const char *path, GError **error)
{
  g_autoptr (BhSignIn) self = NULL;

  g_return_val_if_fail (home != NULL && path != NULL, NULL);

  self = g_new0 (BhSignIn, 1);
  self->items = g_ptr_array_new_with_free_func (item_free);
  self->home = open_home (home, error);
  if (self->home < 0 || !list_items (self, home, path, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
bh_sign_in_free (BhSignIn *self)
{
  g_clear_fd (&self->home, NULL);
  g_ptr_array_unref (self->items);
  g_free (self);
}

char *
bh_sign_in_stamp (const BhSignIn *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->items->len; i++)
    {
      const Item *item = self->items->pdata[i];

      g_string_append_printf (text, "%s%s=%s", i > 0 ? "\n" : "", item->to, item->stamp);
    }
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, -1);
}

static void
forget (GByteArray *bytes)
{
  explicit_bzero (bytes->data, bytes->len);
  g_byte_array_unref (bytes);
}

/* What a file holds, up to the most; (transfer full) to forget(). *torn: it was changed meanwhile. */
static GByteArray *
read_once (int home, const Item *item, gboolean *torn, GError **error)
{
  g_autofree char *before = NULL, *after = NULL;
  /* O_NONBLOCK: something else may lie there by now, a FIFO would hold us up */
  g_autofd int fd = open_below (home, item->from, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  GByteArray *bytes = NULL;
  struct stat info;
  gssize n = 0;

  if (fd < 0 || fstat (fd, &info) < 0 || !S_ISREG (info.st_mode))
    {
      bh_set_errno_error (error, fd < 0 ? errno : EINVAL, "Cannot read ~/%s", item->to);
      return NULL;
    }
  before = stamp_of (&info);
  bytes = g_byte_array_new ();
  /* never made longer while it is read: realloc() would leave a copy of it behind */
  g_byte_array_set_size (bytes, BH_SIGN_IN_FILE_MAX + 1);
  bytes->len = 0;
  while (bytes->len <= BH_SIGN_IN_FILE_MAX &&
         (n = TEMP_FAILURE_RETRY (
              read (fd, bytes->data + bytes->len, BH_SIGN_IN_FILE_MAX + 1 - bytes->len))) > 0)
    bytes->len += (guint) n;
  if (n == 0 && bytes->len <= BH_SIGN_IN_FILE_MAX && fstat (fd, &info) == 0)
    {
      after = stamp_of (&info);
      *torn = !g_str_equal (before, after) || (gint64) info.st_size != (gint64) bytes->len;
      return bytes;
    }
  bh_set_errno_error (error, n < 0 ? errno : EFBIG, "Cannot read ~/%s", item->to);
  forget (bytes);
  return NULL;
}

static GByteArray *
read_file (int home, const Item *item, GError **error)
{
  for (guint i = 0; i < READ_TRIES; i++)
    {
      gboolean torn = FALSE;
      GByteArray *bytes = read_once (home, item, &torn, error);

      if (bytes == NULL || !torn)
        return bytes;
      forget (bytes);
      g_usleep (TORN_USEC);
    }
  bh_set_errno_error (error, EBUSY, "~/%s is being written, and cannot be read", item->to);
  return NULL;
}

static gboolean
item_holds (const BhSignIn *self, const Item *item, const char *const *texts)
{
  GByteArray *bytes = read_file (self->home, item, NULL);
  gboolean holds = FALSE;

  for (guint i = 0; bytes != NULL && !holds && texts[i] != NULL; i++)
    holds = memmem (bytes->data, bytes->len, texts[i], strlen (texts[i])) != NULL;
  g_clear_pointer (&bytes, forget);
  return holds;
}

gboolean
bh_sign_in_holds (const BhSignIn *self, const char *const *texts)
{
  g_return_val_if_fail (self != NULL && texts != NULL, FALSE);

  for (guint i = 0; i < self->items->len; i++)
    if (item_holds (self, self->items->pdata[i], texts))
      return TRUE;
  return FALSE;
}

/* --- in the box --- */

/* What was made there is the box's; only root has to say so. */
static gboolean
hand_over (int fd, int to)
{
  struct stat owner;

  return geteuid () != 0 || (fstat (to, &owner) == 0 && fchown (fd, owner.st_uid, owner.st_gid) == 0);
}

/* The folder that `path` lies in, made where it is missing; *name: what is left of the path. */
static int
enter_parent (int to, const char *path, char **name, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  int at = openat (to, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  guint i;

  for (i = 0; at >= 0 && parts[i + 1] != NULL; i++)
    {
      gboolean made = mkdirat (at, parts[i], 0700) == 0;
      int next = openat (at, parts[i], (made ? O_RDONLY : O_PATH) | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

      if (next >= 0 && made && !hand_over (next, to))
        g_clear_fd (&next, NULL);
      close (at);
      at = next;
    }
  if (at < 0)
    bh_set_errno_error (
        error, errno,
        "Cannot make the folder of ~/%s in the DevBox, where something else may be in its place", path);
  else
    *name = g_strdup (parts[i]);
  return at;
}

static gboolean
write_all (int fd, const guint8 *data, gsize length)
{
  while (length > 0)
    {
      gssize n = TEMP_FAILURE_RETRY (write (fd, data, length));

      if (n <= 0)
        return FALSE;
      data += n;
      length -= (gsize) n;
    }
  return TRUE;
}

/* Under another name first: nobody sees half a file, and a link that lies in its place is replaced. */
static gboolean
write_file (int to, const Item *item, const GByteArray *bytes, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *fresh = g_strdup_printf (".bellhop-%08x%08x", g_random_int (), g_random_int ());
  g_autofd int parent = enter_parent (to, item->to, &name, error);
  g_autofd int fd = -1;

  if (parent < 0)
    return FALSE;
  fd = openat (parent, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd >= 0 && write_all (fd, bytes->data, bytes->len) && hand_over (fd, to) && fsync (fd) == 0 &&
      renameat (parent, fresh, parent, name) == 0)
    return TRUE;
  bh_set_errno_error (error, errno, "Cannot write ~/%s in the DevBox", item->to);
  if (fd >= 0)
    unlinkat (parent, fresh, 0);
  return FALSE;
}

gboolean
bh_sign_in_copy (const BhSignIn *self, int to, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  for (guint i = 0; i < self->items->len; i++)
    {
      GByteArray *bytes = read_file (self->home, self->items->pdata[i], error);
      gboolean written = bytes != NULL && write_file (to, self->items->pdata[i], bytes, error);

      g_clear_pointer (&bytes, forget);
      if (!written)
        return FALSE;
    }
  return TRUE;
}

gboolean
bh_sign_in_is_copied (const BhSignIn *self, int to)
{
  g_return_val_if_fail (self != NULL, FALSE);

  for (guint i = 0; i < self->items->len; i++)
    {
      g_autofd int copy = open_below (to, ((Item *) self->items->pdata[i])->to, O_PATH);

      if (copy < 0)
        return FALSE;
    }
  return TRUE;
}

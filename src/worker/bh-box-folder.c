/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-box-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "protocol/bh-types.h"
#include "worker/bh-fd.h"
#include "worker/providers/bh-stage.h"

/* Only valid ids are ever looked up, so no name can lead elsewhere. */
int
bh_box_folder_open (int boxes_fd, const char *id)
{
  if (!bh_id_is_valid (id, 'b'))
    return -1;
  return openat (boxes_fd, id, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static gboolean
make (int parent, const char *name, GError **error)
{
  struct stat info;

  if (mkdirat (parent, name, 0700) == 0)
    return TRUE;
  /* a link in its place would lead the box's writes elsewhere */
  if (errno == EEXIST && fstatat (parent, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (info.st_mode))
    return TRUE;
  bh_set_errno_error (error, errno, "Cannot make the folder %s", name);
  return FALSE;
}

/* Gives a folder that the box writes to its user. Only the folder: what is in it the box made. */
static gboolean
hand_over (int folder, const char *name, const char *id, GError **error)
{
  uid_t uid = bh_stage_uid (id);

  if (fchownat (folder, name, uid, uid, AT_SYMLINK_NOFOLLOW) == 0)
    return TRUE;
  bh_set_errno_error (error, errno, "Cannot give the folder %s to the box", name);
  return FALSE;
}

int
bh_box_folder_prepare (int boxes_fd, BhBoxFile *file, gboolean staged, GError **error)
{
  static const char *const names[] = { "workspace", "home" };
  g_autofd int folder = -1;

  if (!make (boxes_fd, file->id, error))
    return -1;
  folder = bh_box_folder_open (boxes_fd, file->id);
  if (folder < 0)
    {
      bh_set_errno_error (error, errno, "Cannot open the folder of the box");
      return -1;
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (!make (folder, names[i], error) || (staged && !hand_over (folder, names[i], file->id, error)))
      return -1;
  return bh_box_file_save (file, folder, error) ? g_steal_fd (&folder) : -1;
}

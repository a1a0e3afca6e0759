/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Copies of the person's sign-ins: from their home folder into the home folder of a DevBox. What runs in the
 * box may change everything there while this works, and owns what it was given: so nothing is ever shown from
 * the home itself, no link in the box is followed, and each file appears whole, readable for its user alone.
 * Nothing that a file holds is ever logged. */

#include <glib.h>

G_BEGIN_DECLS

#define BH_SIGN_IN_FILE_MAX (1024 * 1024)
/* of one path that is a folder */
#define BH_SIGN_IN_FILES_MAX 64
#define BH_SIGN_IN_TOTAL_MAX (4 * 1024 * 1024)
#define BH_SIGN_IN_DEPTH_MAX 4

/* The files that a path names. */
typedef struct _BhSignIn BhSignIn;

/* What `path` ("~/…") names in the folder `home` now. NULL with error when it is not there or a folder
 * without a file (G_IO_ERROR_NOT_FOUND), leads out of the home, or is more than a sign-in can be. */
BhSignIn *bh_sign_in_open (const char *home, const char *path, GError **error);
void bh_sign_in_free (BhSignIn *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhSignIn, bh_sign_in_free)

/* (transfer full) another text when a file in it was written or replaced */
char *bh_sign_in_stamp (const BhSignIn *self);

/* One of its files holds one of these texts. */
gboolean bh_sign_in_holds (const BhSignIn *self, const char *const *texts);

/* Copies it below the folder `to`, with 0600 for files and 0700 for folders that are made, and as the user
 * who owns `to`. */
gboolean bh_sign_in_copy (const BhSignIn *self, int to, GError **error);

/* It was copied, and what runs in the box has not taken it away. */
gboolean bh_sign_in_is_copied (const BhSignIn *self, int to);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* boxes/ID/box.json: what a worker has to know of a box to find it again. */

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define BH_TYPE_BOX_FILE (bh_box_file_get_type ())
GType bh_box_file_get_type (void);

typedef struct
{
  char *id;     /* b_… */
  char *worker; /* the name of the worker that made it; others on the same state leave it alone */
  char *provider;
  char *image;
  char *network; /* open, offline */
  gint64 created_at;
  gboolean running;
} BhBoxFile;

BhBoxFile *bh_box_file_new (void);
BhBoxFile *bh_box_file_copy (const BhBoxFile *self);
void bh_box_file_free (BhBoxFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhBoxFile, bh_box_file_free)

/* Writes box.json in the folder, atomically. `running` is not written: it is looked up. */
gboolean bh_box_file_save (const BhBoxFile *self, int folder, GError **error);
BhBoxFile *bh_box_file_load (int folder, GError **error);
/* As it goes over the wire: {id, image, state, created_at}. */
JsonNode *bh_box_file_to_json (const BhBoxFile *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-target-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/composer/bh-asked.h"
#include "client/bh-info-item.h"

/* The id of a choice is "worker\nimage": neither has a line break. */

struct _BhTargetRow
{
  BhChoiceRow parent_instance;

  BhConnection *connection;
  GSignalGroup *signals; /* of the list of workers */
  GSignalGroup *news;    /* of the connection */
  char *known;           /* which workers there are, and which of them are online */
  GHashTable *images;    /* worker -> Images: what was asked since the page was opened */
  gboolean was_opened;
};

G_DEFINE_FINAL_TYPE (BhTargetRow, bh_target_row, BH_TYPE_CHOICE_ROW)

typedef struct
{
  GPtrArray *list; /* (nullable) BhImageInfo */
  char *problem;   /* (nullable); neither: it was asked */
  gboolean is_old; /* before there was this connection */
} Images;

static void
images_free (gpointer data)
{
  Images *self = data;

  g_clear_pointer (&self->list, g_ptr_array_unref);
  g_free (self->problem);
  g_free (self);
}

/* --- the images of workers ------------------------------------------------------------------------------ */

static gboolean
is_connected (BhTargetRow *self)
{
  return self->connection != NULL && bh_connection_get_state (self->connection) == BH_CONNECTION_CONNECTED;
}

static void ask_images (BhTargetRow *self, const char *worker);

static DexFuture *
images_cb (DexFuture *future, gpointer data)
{
  BhAsked *asked = data;
  g_autoptr (BhTargetRow) self = g_weak_ref_get (&asked->row);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  Images *images = self != NULL ? g_hash_table_lookup (self->images, asked->worker) : NULL;

  if (images == NULL || self->connection != asked->connection)
    return dex_future_new_true ();
  g_clear_pointer (&images->list, g_ptr_array_unref);
  g_set_str (&images->problem, value == NULL ? error->message : NULL);
  if (value != NULL)
    images->list = g_value_dup_boxed (value);
  else if (images->is_old && is_connected (self))
    ask_images (self, asked->worker);
  bh_choice_row_refresh (BH_CHOICE_ROW (self));
  return dex_future_new_true ();
}

/* Unless that was answered, or is under way. */
static void
ask_images (BhTargetRow *self, const char *worker)
{
  const Images *images = g_hash_table_lookup (self->images, worker);

  if (images != NULL && images->problem == NULL)
    return;
  g_hash_table_replace (self->images, g_strdup (worker), g_new0 (Images, 1));
  dex_future_disown (dex_future_finally (bh_connection_images (self->connection, worker), images_cb,
                                         bh_asked_new (BH_CHOICE_ROW (self), self->connection, worker, NULL),
                                         bh_asked_free));
}

static void
ask_all_images (BhTargetRow *self)
{
  GListModel *workers = bh_connection_get_workers (self->connection);

  for (guint i = 0; i < g_list_model_get_n_items (workers); i++)
    {
      g_autoptr (BhInfoItem) item = g_list_model_get_item (workers, i);
      const BhWorkerInfo *worker = bh_info_item_get (item);

      if (worker->online)
        ask_images (self, worker->name);
      else
        g_hash_table_remove (self->images, worker->name);
    }
}

static gboolean
is_answered (gpointer worker, gpointer value, gpointer data)
{
  const Images *images = value;

  return images->list != NULL || images->problem != NULL;
}

static void
bh_target_row_opening (BhChoiceRow *row)
{
  BhTargetRow *self = BH_TARGET_ROW (row);

  self->was_opened = TRUE;
  g_hash_table_foreach_remove (self->images, is_answered, NULL);
  if (self->connection != NULL)
    ask_all_images (self);
}

/* --- what there is to choose ---------------------------------------------------------------------------- */

static char *
make_id (const char *worker, const char *image)
{
  return worker != NULL ? g_strdup_printf ("%s\n%s", worker, image != NULL ? image : "") : NULL;
}

static void
add_image (BhChoicePage *page, const BhWorkerInfo *worker, const BhImageInfo *image)
{
  g_autofree char *id = make_id (worker->name, image->id);

  bh_choice_page_add (page, id, image->id, image->description);
}

static void
add_images (BhTargetRow *self, BhChoicePage *page, const BhWorkerInfo *worker)
{
  const Images *images = g_hash_table_lookup (self->images, worker->name);

  if (images != NULL && images->problem != NULL)
    bh_choice_page_add (page, NULL, _ ("Its images are not known"), images->problem);
  else if (images == NULL || images->list == NULL)
    bh_choice_page_add (page, NULL, _ ("Asking for its images…"), NULL);
  else if (images->list->len == 0)
    bh_choice_page_add (page, NULL, _ ("No image"), _ ("This worker has none to make a DevBox from"));
  else
    for (guint i = 0; i < images->list->len; i++)
      add_image (page, worker, images->list->pdata[i]);
}

static void
add_worker (BhTargetRow *self, BhChoicePage *page, const BhWorkerInfo *worker)
{
  g_autofree char *load = NULL;

  /* Translators: how many boxes run on a worker, and how many can */
  load = g_strdup_printf (_ ("%u of %u boxes are running"), worker->boxes, worker->max_boxes);
  bh_choice_page_add_group (page, worker->name, worker->online ? load : NULL);
  if (worker->online)
    add_images (self, page, worker);
  else
    bh_choice_page_add (page, NULL, _ ("Offline"),
                        _ ("It cannot be chosen before it is connected to the coordinator again"));
}

static void
bh_target_row_fill (BhChoiceRow *row, BhChoicePage *page)
{
  BhTargetRow *self = BH_TARGET_ROW (row);
  GListModel *workers = self->connection != NULL ? bh_connection_get_workers (self->connection) : NULL;
  guint n = workers != NULL ? g_list_model_get_n_items (workers) : 0;

  bh_choice_page_add_group (page, NULL, _ ("The worker and the image that the DevBox is made from"));
  bh_choice_page_add (page, "", _ ("Ask me when it is needed"),
                      _ ("Not asked when there is exactly one possibility"));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (BhInfoItem) item = g_list_model_get_item (workers, i);

      add_worker (self, page, bh_info_item_get (item));
    }
}

static char *
bh_target_row_describe (BhChoiceRow *row)
{
  BhTargetRow *self = BH_TARGET_ROW (row);
  g_autofree char *worker = bh_target_row_get_worker (self), *image = bh_target_row_get_image (self);

  if (worker == NULL)
    return g_strdup (_ ("Ask me when it is needed"));
  if (image == NULL)
    return g_steal_pointer (&worker);
  /* Translators: a worker and an image */
  return g_strdup_printf (C_ ("target", "%s · %s"), worker, image);
}

/* --- the object ------------------------------------------------------------------------------------------
 */

static void
bh_target_row_dispose (GObject *object)
{
  BhTargetRow *self = BH_TARGET_ROW (object);

  g_clear_object (&self->signals);
  g_clear_object (&self->news);
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (bh_target_row_parent_class)->dispose (object);
}

static void
bh_target_row_finalize (GObject *object)
{
  g_hash_table_unref (BH_TARGET_ROW (object)->images);
  g_free (BH_TARGET_ROW (object)->known);
  G_OBJECT_CLASS (bh_target_row_parent_class)->finalize (object);
}

static void
bh_target_row_class_init (BhTargetRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_target_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_target_row_finalize;
  BH_CHOICE_ROW_CLASS (klass)->fill = bh_target_row_fill;
  BH_CHOICE_ROW_CLASS (klass)->opening = bh_target_row_opening;
  BH_CHOICE_ROW_CLASS (klass)->describe = bh_target_row_describe;
}

/* Workers tell how they are every few seconds; only their coming and going changes what is to choose. */
static void
workers_changed_cb (BhTargetRow *self)
{
  g_autofree char *now = self->connection != NULL ? bh_connection_describe_workers (self->connection) : NULL;

  if (!g_set_str (&self->known, now))
    return;
  if (self->connection != NULL && self->was_opened)
    ask_all_images (self);
  bh_choice_row_refresh (BH_CHOICE_ROW (self));
  bh_choice_row_changed (BH_CHOICE_ROW (self));
}

/* What could not be asked before is asked now. */
static void
state_changed_cb (BhTargetRow *self)
{
  GHashTableIter iter;
  gpointer images;

  if (!is_connected (self) || !self->was_opened)
    return;
  g_hash_table_iter_init (&iter, self->images);
  while (g_hash_table_iter_next (&iter, NULL, &images))
    ((Images *) images)->is_old = TRUE;
  ask_all_images (self);
  bh_choice_row_refresh (BH_CHOICE_ROW (self));
}

static void
bh_target_row_init (BhTargetRow *self)
{
  self->images = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, images_free);
  self->signals = g_signal_group_new (G_TYPE_LIST_MODEL);
  g_signal_group_connect_object (self->signals, "items-changed", G_CALLBACK (workers_changed_cb), self,
                                 G_CONNECT_SWAPPED);
  self->news = g_signal_group_new (BH_TYPE_CONNECTION);
  g_signal_group_connect_object (self->news, "worker", G_CALLBACK (workers_changed_cb), self,
                                 G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->news, "notify::state", G_CALLBACK (state_changed_cb), self,
                                 G_CONNECT_SWAPPED);
  bh_choice_row_set_selected (BH_CHOICE_ROW (self), "");
}

void
bh_target_row_set_connection (BhTargetRow *self, BhConnection *connection)
{
  g_return_if_fail (BH_IS_TARGET_ROW (self));

  if (!g_set_object (&self->connection, connection))
    return;
  g_hash_table_remove_all (self->images);
  g_signal_group_set_target (self->signals,
                             connection != NULL ? bh_connection_get_workers (connection) : NULL);
  g_signal_group_set_target (self->news, connection);
  workers_changed_cb (self);
}

void
bh_target_row_set_target (BhTargetRow *self, const char *worker, const char *image)
{
  g_autofree char *id = make_id (worker, image);

  g_return_if_fail (BH_IS_TARGET_ROW (self));
  bh_choice_row_set_selected (BH_CHOICE_ROW (self), id != NULL ? id : "");
}

char *
bh_target_row_get_worker (BhTargetRow *self)
{
  const char *id, *end;

  g_return_val_if_fail (BH_IS_TARGET_ROW (self), NULL);
  id = bh_choice_row_get_selected (BH_CHOICE_ROW (self));
  end = id != NULL ? strchr (id, '\n') : NULL;
  return end != NULL ? g_strndup (id, (gsize) (end - id)) : NULL;
}

char *
bh_target_row_get_image (BhTargetRow *self)
{
  const char *id, *end;

  g_return_val_if_fail (BH_IS_TARGET_ROW (self), NULL);
  id = bh_choice_row_get_selected (BH_CHOICE_ROW (self));
  end = id != NULL ? strchr (id, '\n') : NULL;
  return end != NULL && end[1] != '\0' ? g_strdup (end + 1) : NULL;
}

char *
bh_target_row_get_problem (BhTargetRow *self)
{
  g_autofree char *worker = bh_target_row_get_worker (self);
  GListModel *workers = self->connection != NULL ? bh_connection_get_workers (self->connection) : NULL;

  if (worker == NULL || workers == NULL ||
      bh_connection_get_state (self->connection) != BH_CONNECTION_CONNECTED)
    return NULL;
  for (guint i = 0; i < g_list_model_get_n_items (workers); i++)
    {
      g_autoptr (BhInfoItem) item = g_list_model_get_item (workers, i);
      const BhWorkerInfo *info = bh_info_item_get (item);

      if (!g_str_equal (info->name, worker))
        continue;
      return info->online ? NULL
                          : g_strdup_printf (_ ("The worker “%s” is offline. Choose another target"), worker);
    }
  return g_strdup_printf (_ ("There is no worker “%s”. Choose another target"), worker);
}

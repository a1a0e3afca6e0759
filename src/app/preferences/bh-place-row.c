/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/preferences/bh-place-row.h"

#include <glib/gi18n.h>

#include "app/widgets/bh-combo.h"
#include "client/bh-info-item.h"

typedef struct
{
  char *worker;
  char *image;
} Place;

struct _BhPlaceRow
{
  AdwComboRow parent_instance;

  BhConnection *connection;
  GSignalGroup *signals; /* of the list of workers */
  GSignalGroup *news;    /* of the connection */
  char *known;           /* which workers there are, and which of them are online */
  GPtrArray *places;     /* Place, as they stand in the row */
  char *chosen;          /* (nullable) the name of the place that was told of last */
  gboolean asking;
  gboolean again; /* something happened while it was asked */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (BhPlaceRow, bh_place_row, ADW_TYPE_COMBO_ROW)

static guint chosen_signal;

static void
place_free (gpointer data)
{
  Place *self = data;

  g_free (self->worker);
  g_free (self->image);
  g_free (self);
}

static char *
place_name (const Place *self)
{
  /* Translators: a worker and an image */
  return g_strdup_printf (C_ ("target", "%s · %s"), self->worker, self->image);
}

/* --- which there are ----------------------------------------------------------------------------------- */

static const Place *
get_place (BhPlaceRow *self)
{
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self));

  return selected < self->places->len ? g_ptr_array_index (self->places, selected) : NULL;
}

static void
tell (BhPlaceRow *self)
{
  const Place *place = get_place (self);

  g_free (self->chosen);
  self->chosen = place != NULL ? place_name (place) : NULL;
  g_signal_emit (self, chosen_signal, 0);
}

/* Takes them. The one that was chosen stays so, as long as it is there. */
static void
show_places (BhPlaceRow *self, GPtrArray *places)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint selected = 0;

  g_ptr_array_unref (self->places);
  self->places = places;
  for (guint i = 0; i < places->len; i++)
    {
      g_autofree char *name = place_name (places->pdata[i]);

      if (g_strcmp0 (name, self->chosen) == 0)
        selected = i;
      gtk_string_list_append (names, name);
    }
  self->filling = TRUE;
  adw_combo_row_set_model (ADW_COMBO_ROW (self), G_LIST_MODEL (names));
  adw_combo_row_set_selected (ADW_COMBO_ROW (self), selected);
  self->filling = FALSE;
  tell (self);
}

/* (transfer full): names */
static GPtrArray *
online_workers (BhPlaceRow *self)
{
  GListModel *workers = bh_connection_get_workers (self->connection);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < g_list_model_get_n_items (workers); i++)
    {
      g_autoptr (BhInfoItem) item = g_list_model_get_item (workers, i);
      const BhWorkerInfo *worker = bh_info_item_get (item);

      if (worker->online)
        g_ptr_array_add (names, g_strdup (worker->name));
    }
  return names;
}

static void ask (BhPlaceRow *self);

/* A worker that cannot say which images it has is no place. */
static DexFuture *
ask_fiber (gpointer data)
{
  BhPlaceRow *self = data;
  g_autoptr (GPtrArray) workers = online_workers (self);
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (place_free);

  for (guint i = 0; i < workers->len && self->connection != NULL; i++)
    {
      const char *worker = workers->pdata[i];
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) images =
          dex_await_boxed (bh_connection_images (self->connection, worker), &error);

      for (guint j = 0; images != NULL && j < images->len; j++)
        {
          Place *place = g_new0 (Place, 1);

          place->worker = g_strdup (worker);
          place->image = g_strdup (((const BhImageInfo *) images->pdata[j])->id);
          g_ptr_array_add (places, place);
        }
    }
  self->asking = FALSE;
  if (self->connection == NULL)
    return dex_future_new_true ();
  if (self->again)
    ask (self);
  else
    show_places (self, g_steal_pointer (&places));
  return dex_future_new_true ();
}

static void
ask (BhPlaceRow *self)
{
  self->again = self->asking;
  if (self->asking || self->connection == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->asking = TRUE;
  dex_future_disown (dex_scheduler_spawn (NULL, 0, ask_fiber, g_object_ref (self), g_object_unref));
}

/* Workers tell how they are every few seconds; only their coming and going changes what is to choose. */
static void
workers_changed_cb (BhPlaceRow *self)
{
  g_autofree char *now = self->connection != NULL ? bh_connection_describe_workers (self->connection) : NULL;

  if (g_set_str (&self->known, now))
    ask (self);
}

static void
state_changed_cb (BhPlaceRow *self)
{
  if (self->connection != NULL && bh_connection_get_state (self->connection) == BH_CONNECTION_CONNECTED)
    ask (self);
}

static void
selected_cb (BhPlaceRow *self)
{
  if (!self->filling)
    tell (self);
}

/* --- the row ------------------------------------------------------------------------------------------- */

static void
bh_place_row_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (bh_place_row_parent_class)->map (widget);
  ask (BH_PLACE_ROW (widget));
}

static void
bh_place_row_dispose (GObject *object)
{
  BhPlaceRow *self = BH_PLACE_ROW (object);

  g_clear_object (&self->signals);
  g_clear_object (&self->news);
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (bh_place_row_parent_class)->dispose (object);
}

static void
bh_place_row_finalize (GObject *object)
{
  BhPlaceRow *self = BH_PLACE_ROW (object);

  g_ptr_array_unref (self->places);
  g_free (self->known);
  g_free (self->chosen);
  G_OBJECT_CLASS (bh_place_row_parent_class)->finalize (object);
}

static void
bh_place_row_class_init (BhPlaceRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_place_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_place_row_finalize;
  GTK_WIDGET_CLASS (klass)->map = bh_place_row_map;
  chosen_signal = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
}

static void
bh_place_row_init (BhPlaceRow *self)
{
  self->places = g_ptr_array_new_with_free_func (place_free);
  bh_combo_row_show_whole (ADW_COMBO_ROW (self));
  self->signals = g_signal_group_new (G_TYPE_LIST_MODEL);
  g_signal_group_connect_object (self->signals, "items-changed", G_CALLBACK (workers_changed_cb), self,
                                 G_CONNECT_SWAPPED);
  self->news = g_signal_group_new (BH_TYPE_CONNECTION);
  g_signal_group_connect_object (self->news, "worker", G_CALLBACK (workers_changed_cb), self,
                                 G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->news, "notify::state", G_CALLBACK (state_changed_cb), self,
                                 G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::selected", G_CALLBACK (selected_cb), NULL);
}

void
bh_place_row_set_connection (BhPlaceRow *self, BhConnection *connection)
{
  g_return_if_fail (BH_IS_PLACE_ROW (self));
  g_return_if_fail (self->connection == NULL && BH_IS_CONNECTION (connection));

  self->connection = g_object_ref (connection);
  self->known = bh_connection_describe_workers (connection);
  g_signal_group_set_target (self->signals, bh_connection_get_workers (connection));
  g_signal_group_set_target (self->news, connection);
  ask (self);
}

const char *
bh_place_row_get_worker (BhPlaceRow *self)
{
  const Place *place;

  g_return_val_if_fail (BH_IS_PLACE_ROW (self), NULL);
  place = get_place (self);
  return place != NULL ? place->worker : NULL;
}

const char *
bh_place_row_get_image (BhPlaceRow *self)
{
  const Place *place;

  g_return_val_if_fail (BH_IS_PLACE_ROW (self), NULL);
  place = get_place (self);
  return place != NULL ? place->image : NULL;
}

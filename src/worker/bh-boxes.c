/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-boxes.h"

#include <glib/gstdio.h>

#include "protocol/bh-error.h"
#include "protocol/bh-types.h"
#include "wire/wire.h"
#include "worker/bh-box-sign-ins.h"
#include "worker/bh-box-turn.h"
#include "worker/bh-relay.h"

#define GRACE_MAX_MS (10 * 60 * 1000)
/* As many as the coordinator takes, and as fit into a message. Boxes that have ended stay for ever if nobody
 * removes them. */
#define LISTED_MAX 4096

struct _BhBoxes
{
  GObject parent_instance;

  BhLink *link;
  GPtrArray *providers; /* BhProvider */
  guint max_boxes;
  guint launching;
  GHashTable *boxes;  /* id -> Box */
  GHashTable *relays; /* handle -> BhRelay; of the present connection to the coordinator */
  guint32 last_handle;
  guint connection;  /* counts them, so that nothing is opened for one that is lost */
  GHashTable *turns; /* of the operations on each box */
};

G_DEFINE_FINAL_TYPE (BhBoxes, bh_boxes, G_TYPE_OBJECT)

typedef struct
{
  BhBoxFile *file;
  BhProvider *provider;
  guint64 life;      /* counts launches, so that the end of an earlier life is not taken for this one's */
  gboolean leaving;  /* has ended, and what it still had to say is being relayed */
  gboolean stopping; /* by us: how it ends is no news */
  char *how;         /* it ended, a sentence */
} Box;

static void
box_free (Box *box)
{
  bh_box_file_free (box->file);
  g_clear_object (&box->provider);
  g_free (box->how);
  g_free (box);
}

guint
bh_boxes_count_running (BhBoxes *self)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_return_val_if_fail (BH_IS_BOXES (self), 0);
  g_hash_table_iter_init (&iter, self->boxes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += ((Box *) value)->file->running;
  return n;
}

/* Those that run first, then the newest. */
static int
compare_boxes (gconstpointer a, gconstpointer b)
{
  const BhBoxFile *one = (*(Box *const *) a)->file, *other = (*(Box *const *) b)->file;

  if (one->running != other->running)
    return one->running ? -1 : 1;
  return (one->created_at < other->created_at) - (one->created_at > other->created_at);
}

JsonArray *
bh_boxes_to_json (BhBoxes *self)
{
  JsonArray *array = json_array_new ();
  g_autoptr (GPtrArray) boxes = NULL;

  g_return_val_if_fail (BH_IS_BOXES (self), array);
  boxes = g_hash_table_get_values_as_ptr_array (self->boxes);
  g_ptr_array_sort (boxes, compare_boxes);
  for (guint i = 0; i < MIN (boxes->len, LISTED_MAX); i++)
    json_array_add_element (array, bh_box_file_to_json (((Box *) g_ptr_array_index (boxes, i))->file));
  return array;
}

static JsonNode *
object_node (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

static void
notify_gone (BhBoxes *self, const char *id, const char *how)
{
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "id", id);
  json_object_set_string_member (params, "reason", how != NULL ? how : "It was stopped.");
  bh_rpc_notify (bh_link_get_rpc (self->link), "box.gone", object_node (params));
}

static gboolean
has_relay (BhBoxes *self, const char *id)
{
  GHashTableIter iter;
  gpointer relay;

  g_hash_table_iter_init (&iter, self->relays);
  while (g_hash_table_iter_next (&iter, NULL, &relay))
    if (g_str_equal (bh_relay_get_box_id (relay), id))
      return TRUE;
  return FALSE;
}

/* box.gone comes last, after everything that the box still said. */
static void
settle_gone (BhBoxes *self, const char *id)
{
  Box *box = g_hash_table_lookup (self->boxes, id);

  if (box == NULL || !box->leaving || has_relay (self, id))
    return;
  box->leaving = FALSE;
  notify_gone (self, id, box->how);
}

typedef struct
{
  BhBoxes *boxes;
  char *id;
  guint64 life;
} Watch;

static void
watch_free (Watch *watch)
{
  g_object_unref (watch->boxes);
  g_free (watch->id);
  g_free (watch);
}

static DexFuture *
on_ended (DexFuture *future, gpointer data)
{
  Watch *watch = data;
  Box *box = g_hash_table_lookup (watch->boxes->boxes, watch->id);
  const GValue *how = dex_future_get_value (future, NULL);

  if (box != NULL && box->file->running && box->life == watch->life)
    {
      box->file->running = FALSE;
      box->leaving = TRUE;
      if (!box->stopping && how != NULL)
        box->how = g_value_dup_string (how);
      settle_gone (watch->boxes, watch->id);
    }
  return dex_future_new_true ();
}

static void
watch_end (BhBoxes *self, Box *box)
{
  Watch *watch = g_new0 (Watch, 1);

  watch->boxes = g_object_ref (self);
  watch->id = g_strdup (box->file->id);
  watch->life = box->life;
  dex_future_disown (dex_future_finally (bh_provider_ended (box->provider, watch->id), on_ended, watch,
                                         (GDestroyNotify) watch_free));
}

/* Takes `file`, the box of which runs or not. */
static Box *
set_box (BhBoxes *self, BhProvider *provider, BhBoxFile *file)
{
  Box *before = g_hash_table_lookup (self->boxes, file->id);
  Box *box = g_new0 (Box, 1);

  box->file = file;
  box->provider = g_object_ref (provider);
  box->life = before != NULL ? before->life + 1 : 1;
  g_hash_table_replace (self->boxes, g_strdup (file->id), box);
  if (file->running)
    watch_end (self, box);
  return box;
}

static void
on_relay_closed (BhRelay *relay, const char *reason, BhBoxes *self)
{
  JsonObject *params = json_object_new ();
  g_autofree char *id = g_strdup (bh_relay_get_box_id (relay));

  json_object_set_int_member (params, "handle", bh_relay_get_handle (relay));
  json_object_set_string_member (params, "reason", reason);
  bh_rpc_notify (bh_link_get_rpc (self->link), "box.closed", object_node (params));
  g_hash_table_remove (self->relays, GUINT_TO_POINTER (bh_relay_get_handle (relay)));
  settle_gone (self, id);
}

/* A connection to a box that runs, under a new handle of the connection to the coordinator that asked for it;
 * 0 with `error`. On a fiber. */
static guint32
open_relay (BhBoxes *self, Box *box, guint connection, GError **error)
{
  g_autofree char *id = g_strdup (box->file->id);
  g_autoptr (GSocket) gsocket = dex_await_object (bh_provider_connect (box->provider, id), error);
  BhRelay *relay;

  if (gsocket == NULL)
    return 0;
  if (connection != self->connection)
    {
      bh_set_error (error, BH_ERROR_UNAVAILABLE, NULL, "The coordinator that asked for the DevBox has gone");
      return 0;
    }
  do
    self->last_handle++;
  while (self->last_handle == 0 ||
         g_hash_table_contains (self->relays, GUINT_TO_POINTER (self->last_handle)));
  relay = bh_relay_new (self->link, self->last_handle, id, gsocket, error);
  if (relay == NULL)
    return 0;
  g_hash_table_insert (self->relays, GUINT_TO_POINTER (self->last_handle), relay);
  g_signal_connect_object (relay, "closed", G_CALLBACK (on_relay_closed), self, G_CONNECT_DEFAULT);
  return self->last_handle;
}

/* The provider that has the image; (transfer none). On a fiber. */
static BhProvider *
find_provider (BhBoxes *self, const char *image, GError **error)
{
  for (guint i = 0; i < self->providers->len; i++)
    {
      BhProvider *provider = g_ptr_array_index (self->providers, i);
      g_autoptr (GPtrArray) images = dex_await_boxed (bh_provider_images (provider), NULL);

      for (guint j = 0; images != NULL && j < images->len; j++)
        if (g_str_equal (((BhImageInfo *) g_ptr_array_index (images, j))->id, image))
          return provider;
    }
  bh_set_error (error, BH_ERROR_IMAGE_NOT_FOUND, "image",
                "This worker has no image “%s”. See what it has with: bellhopctl "
                "workers",
                image);
  return NULL;
}

/* Makes the box unless it runs. */
static Box *
launch (BhBoxes *self, const BhLaunchSpec *spec, GError **error)
{
  Box *box = g_hash_table_lookup (self->boxes, spec->id);
  BhProvider *provider;
  BhBoxFile *file;

  if (box != NULL && box->file->running)
    return box;
  provider = find_provider (self, spec->image, error);
  if (provider == NULL)
    return NULL;
  if (bh_boxes_count_running (self) + self->launching >= self->max_boxes)
    {
      bh_set_error (error, BH_ERROR_LAUNCH_FAILED, NULL,
                    "This worker runs %u DevBoxes already, as many as it may. Stop one, or start the worker "
                    "with a larger "
                    "--max-boxes",
                    self->max_boxes);
      return NULL;
    }
  self->launching++;
  file = dex_await_boxed (bh_provider_launch (provider, spec), error);
  self->launching--;
  return file != NULL ? set_box (self, provider, file) : NULL;
}

static JsonNode *
box_launch (JsonObject *params, gpointer data, GError **error)
{
  g_autoptr (BhBoxes) self = g_object_ref (data);
  gint64 began = g_get_monotonic_time ();
  guint connection = self->connection;
  g_auto (BhLaunchSpec) spec = { 0 };
  g_autoptr (BhBoxTurn) turn = NULL;
  JsonObject *result;
  guint32 handle;
  Box *box;

  if (!bh_launch_spec_read (&spec, params, error))
    return NULL;
  turn = bh_box_turn_take (self->turns, spec.id);
  box = launch (self, &spec, error);
  handle = box != NULL ? open_relay (self, box, connection, error) : 0;
  if (handle == 0)
    return NULL;
  result = json_object_new ();
  json_object_set_int_member (result, "handle", handle);
  json_object_set_member (result, "box", bh_box_file_to_json (box->file));
  json_object_set_int_member (result, "launch_us", g_get_monotonic_time () - began);
  return object_node (result);
}

static JsonNode *
box_connect (JsonObject *params, gpointer data, GError **error)
{
  g_autoptr (BhBoxes) self = g_object_ref (data);
  guint connection = self->connection;
  const char *id = bh_rpc_get_box_id (params, error);
  g_autoptr (BhBoxTurn) turn = id != NULL ? bh_box_turn_take (self->turns, id) : NULL;
  JsonObject *result;
  guint32 handle;
  Box *box;

  if (id == NULL)
    return NULL;
  box = g_hash_table_lookup (self->boxes, id);
  if (box == NULL || !box->file->running)
    {
      bh_set_error (error, BH_ERROR_DEVBOX_GONE, NULL,
                    box == NULL ? "There is no DevBox %s on this worker" : "DevBox %s has ended", id);
      return NULL;
    }
  handle = open_relay (self, box, connection, error);
  if (handle == 0)
    return NULL;
  result = json_object_new ();
  json_object_set_int_member (result, "handle", handle);
  return object_node (result);
}

static JsonNode *
box_disconnect (JsonObject *params, gpointer data, GError **error)
{
  BhBoxes *self = data;
  g_autofree char *id = NULL;
  BhRelay *relay;
  guint64 handle;

  if (!bh_rpc_get_uint (params, "handle", G_MAXUINT32, &handle, error))
    return NULL;
  relay = g_hash_table_lookup (self->relays, GUINT_TO_POINTER (handle));
  if (relay != NULL)
    {
      id = g_strdup (bh_relay_get_box_id (relay));
      g_hash_table_remove (self->relays, GUINT_TO_POINTER (handle));
      settle_gone (self, id);
    }
  return object_node (json_object_new ());
}

static JsonNode *
box_list (JsonObject *params, gpointer data, GError **error)
{
  JsonObject *result = json_object_new ();

  json_object_set_array_member (result, "boxes", bh_boxes_to_json (data));
  return object_node (result);
}

/* Within a turn. A box that is not known is none: they are all found at the start. */
static gboolean
stop (BhBoxes *self, const char *id, guint grace_ms, GError **error)
{
  Box *box = g_hash_table_lookup (self->boxes, id);

  if (box == NULL || !box->file->running)
    return TRUE;
  box->stopping = TRUE;
  if (!dex_await (bh_provider_stop (box->provider, id, grace_ms), error))
    {
      box->stopping = FALSE;
      return FALSE;
    }
  /* its watch may not have been told yet; the answer to what follows must not be that it runs */
  box = g_hash_table_lookup (self->boxes, id);
  if (box != NULL && box->file->running)
    {
      box->file->running = FALSE;
      box->leaving = TRUE;
      settle_gone (self, id);
    }
  return TRUE;
}

static JsonNode *
box_stop (JsonObject *params, gpointer data, GError **error)
{
  g_autoptr (BhBoxes) self = g_object_ref (data);
  const char *id = bh_rpc_get_box_id (params, error);
  g_autoptr (BhBoxTurn) turn = NULL;
  guint64 grace_ms;

  if (id == NULL || !bh_rpc_get_uint (params, "grace_ms", GRACE_MAX_MS, &grace_ms, error))
    return NULL;
  turn = bh_box_turn_take (self->turns, id);
  return stop (self, id, (guint) grace_ms, error) ? object_node (json_object_new ()) : NULL;
}

static JsonNode *
box_remove (JsonObject *params, gpointer data, GError **error)
{
  g_autoptr (BhBoxes) self = g_object_ref (data);
  const char *id = bh_rpc_get_box_id (params, error);
  g_autoptr (BhBoxTurn) turn = id != NULL ? bh_box_turn_take (self->turns, id) : NULL;
  g_autoptr (BhProvider) provider = NULL;
  Box *box;

  if (id == NULL || !stop (self, id, 0, error))
    return NULL;
  box = g_hash_table_lookup (self->boxes, id);
  if (box != NULL)
    {
      provider = g_object_ref (box->provider);
      if (box->leaving)
        notify_gone (self, id, box->how);
      g_hash_table_remove (self->boxes, id);
      if (!dex_await (bh_provider_remove (provider, id), error))
        return NULL;
    }
  return object_node (json_object_new ());
}

static JsonNode *
images_list (JsonObject *params, gpointer data, GError **error)
{
  BhBoxes *self = data;
  JsonArray *array = json_array_new ();
  JsonObject *result = json_object_new ();

  json_object_set_array_member (result, "images", array);
  for (guint i = 0; i < self->providers->len; i++)
    {
      g_autoptr (GPtrArray) images =
          dex_await_boxed (bh_provider_images (g_ptr_array_index (self->providers, i)), NULL);
      for (guint j = 0; images != NULL && j < images->len; j++)
        json_array_add_element (array, bh_image_info_to_json (g_ptr_array_index (images, j)));
    }
  return object_node (result);
}

static JsonNode *
sign_ins_look (JsonObject *params, gpointer data, GError **error)
{
  return bh_sign_ins_look (params, g_get_home_dir (), error);
}

static JsonNode *
box_sign_in (JsonObject *params, gpointer data, GError **error)
{
  g_autoptr (BhBoxes) self = g_object_ref (data);
  const char *id = bh_rpc_get_box_id (params, error);
  g_autoptr (BhBoxTurn) turn = id != NULL ? bh_box_turn_take (self->turns, id) : NULL;
  Box *box = id != NULL ? g_hash_table_lookup (self->boxes, id) : NULL;
  g_autofd int folder = box != NULL ? bh_provider_open_folder (box->provider, id) : -1;

  if (folder >= 0)
    return bh_sign_ins_copy (params, g_get_home_dir (), folder, error);
  if (id != NULL)
    bh_set_error (error, BH_ERROR_DEVBOX_GONE, NULL, "There is no DevBox %s on this worker", id);
  return NULL;
}

/* A frame from the coordinator. One that breaks the protocol would confuse boxd; its connection ends instead.
 */
static void
on_frame (BhLink *link, GBytes *message, BhBoxes *self)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);
  struct bh_wire_header header;
  g_autoptr (BhRelay) relay = NULL;
  g_autoptr (GBytes) frame = NULL;
  guint32 handle;

  if (size < 4 + BH_WIRE_HEADER_SIZE)
    return;
  handle = bh_wire_get32 (data);
  relay = g_hash_table_lookup (self->relays, GUINT_TO_POINTER (handle));
  if (relay == NULL)
    return; /* it was closed while this was under way */
  g_object_ref (relay);
  if (!bh_wire_get_header (data + 4, &header) || header.length != size - 4 - BH_WIRE_HEADER_SIZE)
    {
      bh_relay_close (relay);
      on_relay_closed (relay, "The coordinator sent a frame that breaks boxd's protocol", self);
      return;
    }
  frame = g_bytes_new_from_bytes (message, 4, size - 4);
  bh_relay_send (relay, frame);
}

/* Handles belong to the connection. */
static void
on_lost (BhLink *link, BhBoxes *self)
{
  GHashTableIter iter;
  gpointer box;

  self->connection++;
  g_hash_table_remove_all (self->relays);
  g_hash_table_iter_init (&iter, self->boxes);
  while (g_hash_table_iter_next (&iter, NULL, &box))
    ((Box *) box)->leaving = FALSE;
}

gboolean
bh_boxes_load (BhBoxes *self, GError **error)
{
  g_return_val_if_fail (BH_IS_BOXES (self), FALSE);
  for (guint i = 0; i < self->providers->len; i++)
    {
      BhProvider *provider = g_ptr_array_index (self->providers, i);
      g_autoptr (GPtrArray) files = dex_await_boxed (bh_provider_list (provider), error);

      if (files == NULL)
        return FALSE;
      for (guint j = 0; j < files->len; j++)
        set_box (self, provider, bh_box_file_copy (g_ptr_array_index (files, j)));
    }
  return TRUE;
}

static void
close_relay (gpointer relay)
{
  bh_relay_close (relay);
  g_object_unref (relay);
}

static void
bh_boxes_finalize (GObject *object)
{
  BhBoxes *self = BH_BOXES (object);

  g_hash_table_unref (self->relays);
  g_hash_table_unref (self->boxes);
  g_hash_table_unref (self->turns);
  g_ptr_array_unref (self->providers);
  g_clear_object (&self->link);
  G_OBJECT_CLASS (bh_boxes_parent_class)->finalize (object);
}

static void
bh_boxes_class_init (BhBoxesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_boxes_finalize;
}

static void
bh_boxes_init (BhBoxes *self)
{
  self->boxes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) box_free);
  self->relays = g_hash_table_new_full (NULL, NULL, NULL, close_relay);
  self->turns = bh_box_turns_new ();
}

BhBoxes *
bh_boxes_new (BhLink *link, GPtrArray *providers, guint max_boxes)
{
  BhBoxes *self = g_object_new (BH_TYPE_BOXES, NULL);
  static const struct
  {
    const char *name;
    BhRpcMethod method;
  } methods[] = {
    { "box.launch", box_launch },   { "box.connect", box_connect },     { "box.disconnect", box_disconnect },
    { "box.list", box_list },       { "box.stop", box_stop },           { "box.remove", box_remove },
    { "images.list", images_list }, { "sign_ins.look", sign_ins_look }, { "box.sign_in", box_sign_in },
  };

  self->link = g_object_ref (link);
  self->providers = g_ptr_array_ref (providers);
  self->max_boxes = max_boxes;
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    bh_rpc_add_method (bh_link_get_rpc (link), methods[i].name, methods[i].method, self);
  g_signal_connect_object (link, "frame", G_CALLBACK (on_frame), self, G_CONNECT_DEFAULT);
  g_signal_connect_object (link, "lost", G_CALLBACK (on_lost), self, G_CONNECT_DEFAULT);
  return self;
}

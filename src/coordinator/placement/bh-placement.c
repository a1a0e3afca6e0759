/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/placement/bh-placement.h"

/* A question has at most this many options. */
#define MAX_OPTIONS 32

BhOffer *
bh_offer_new (BhWorkerInfo *worker, GPtrArray *images)
{
  BhOffer *self = g_new0 (BhOffer, 1);

  self->worker = bh_worker_info_ref (worker);
  self->images = g_ptr_array_ref (images);
  return self;
}

void
bh_offer_free (BhOffer *self)
{
  bh_worker_info_unref (self->worker);
  g_ptr_array_unref (self->images);
  g_free (self);
}

void
bh_placement_free (BhPlacement *self)
{
  g_free (self->worker);
  g_free (self->image);
  g_free (self->why);
  g_clear_pointer (&self->question, bh_question_set_unref);
  g_clear_error (&self->error);
  g_free (self);
}

static BhPlacement *
taken (const char *worker, const char *image, const char *why)
{
  BhPlacement *self = g_new0 (BhPlacement, 1);

  self->kind = BH_PLACEMENT_TAKEN;
  self->worker = g_strdup (worker);
  self->image = g_strdup (image);
  self->why = g_strdup (why);
  return self;
}

/* Takes why. */
static BhPlacement *
wait_for (char *why)
{
  BhPlacement *self = g_new0 (BhPlacement, 1);

  self->kind = BH_PLACEMENT_WAIT;
  self->why = why;
  return self;
}

/* Takes error. */
static BhPlacement *
refused (GError *error)
{
  BhPlacement *self = g_new0 (BhPlacement, 1);

  self->kind = BH_PLACEMENT_REFUSED;
  self->error = error;
  return self;
}

static BhOffer *
find_offer (GPtrArray *offers, const char *worker)
{
  for (guint i = 0; i < offers->len; i++)
    {
      BhOffer *offer = g_ptr_array_index (offers, i);

      if (g_strcmp0 (offer->worker->name, worker) == 0)
        return offer;
    }
  return NULL;
}

static BhImageInfo *
find_image (GPtrArray *images, const char *image)
{
  for (guint i = 0; i < images->len; i++)
    {
      BhImageInfo *info = g_ptr_array_index (images, i);

      if (g_strcmp0 (info->id, image) == 0)
        return info;
    }
  return NULL;
}

static GError *
image_error (const char *worker, const char *image, GPtrArray *images)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint i = 0; i < images->len; i++)
    g_string_append_printf (known, "%s%s", i > 0 ? ", " : "",
                            ((BhImageInfo *) g_ptr_array_index (images, i))->id);
  if (images->len == 0)
    return bh_error_new (BH_ERROR_IMAGE_NOT_FOUND, "target",
                         "The worker “%s” has no image at all. Look at its log, or choose another worker.",
                         worker);
  return bh_error_new (BH_ERROR_IMAGE_NOT_FOUND, "target", "The worker “%s” has no image “%s”. It has: %s.",
                       worker, image, known->str);
}

static BhPlacement *
choose_image (BhOffer *offer, const char *image)
{
  const char *worker = offer->worker->name;
  BhImageInfo *first;

  if (offer->images->len == 0 || (image != NULL && find_image (offer->images, image) == NULL))
    return refused (image_error (worker, image, offer->images));
  if (image != NULL)
    return taken (worker, image, "as asked");
  first = g_ptr_array_index (offer->images, 0);
  return taken (worker, first->id,
                offer->images->len == 1 ? "the worker as asked, its only image"
                                        : "the worker as asked, its first image");
}

typedef struct
{
  BhOffer *offer;
  BhImageInfo *image;
} Possibility;

static GArray *
possibilities (GPtrArray *offers, const char *image)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (Possibility));

  for (guint i = 0; i < offers->len; i++)
    {
      BhOffer *offer = g_ptr_array_index (offers, i);

      for (guint j = 0; j < offer->images->len; j++)
        {
          Possibility one = { offer, g_ptr_array_index (offer->images, j) };

          if (image == NULL || g_strcmp0 (one.image->id, image) == 0)
            g_array_append_val (found, one);
        }
    }
  return found;
}

static void
add_option (BhQuestionSet *set, const Possibility *one, gboolean recommended)
{
  const char *worker = one->offer->worker->name;
  /* worker names hold no slash, image names may: the first one divides */
  g_autofree char *id = g_strdup_printf ("%s/%s", worker, one->image->id);
  g_autofree char *label = g_strdup_printf ("worker %s · image %s", worker, one->image->id);

  bh_question_set_add_option (set, id, label, one->image->description)->recommended = recommended;
}

static BhPlacement *
ask_which (GArray *found)
{
  BhPlacement *self = g_new0 (BhPlacement, 1);

  self->kind = BH_PLACEMENT_ASK;
  self->question = bh_question_set_new_single ("target", "Placement", "Where should this run?");
  for (guint i = 0; i < MIN (found->len, MAX_OPTIONS); i++)
    add_option (self->question, &g_array_index (found, Possibility, i), i == 0);
  return self;
}

static BhPlacement *
choose_any (GPtrArray *offers, const char *image, BhMode mode)
{
  g_autoptr (GArray) found = possibilities (offers, image);
  const Possibility *first;

  if (found->len == 0 && offers->len > 0 && image != NULL)
    return wait_for (g_strdup_printf ("Waits for a worker that has the image “%s”.", image));
  if (found->len == 0)
    return wait_for (g_strdup ("Waits for a worker to connect. Start one with bellhop-worker."));
  first = &g_array_index (found, Possibility, 0);
  if (found->len == 1)
    return taken (first->offer->worker->name, first->image->id, "the only one there is");
  if (mode == BH_MODE_AUTONOMOUS)
    return refused (bh_error_new (BH_ERROR_TARGET_REQUIRED, "target",
                                  "An autonomous Run cannot ask where to run. Give it a target worker."));
  return ask_which (found);
}

BhPlacement *
bh_placement_choose (GPtrArray *offers, const char *worker, const char *image, BhMode mode)
{
  BhOffer *offer;

  g_return_val_if_fail (offers != NULL, NULL);

  if (worker == NULL)
    return choose_any (offers, image, mode);
  offer = find_offer (offers, worker);
  if (offer == NULL)
    return wait_for (g_strdup_printf ("Waits for the worker “%s”, which is not connected.", worker));
  return choose_image (offer, image);
}

BhPlacement *
bh_placement_from_answer (BhQuestionSet *set)
{
  g_autofree char *worker = NULL;
  const char *chosen, *slash;

  g_return_val_if_fail (set != NULL, NULL);

  chosen = bh_question_set_get_chosen (set);
  slash = chosen != NULL ? strchr (chosen, '/') : NULL;
  if (slash == NULL)
    return NULL;
  worker = g_strndup (chosen, slash - chosen);
  return taken (worker, slash + 1, "as answered");
}

typedef struct
{
  BhWorkers *workers;
  char *only; /* (nullable) */
} Offers;

static void
offers_free (gpointer data)
{
  Offers *self = data;

  g_object_unref (self->workers);
  g_free (self->only);
  g_free (self);
}

static GPtrArray *
online_workers (Offers *self)
{
  g_autoptr (GPtrArray) list = bh_workers_list (self->workers);
  GPtrArray *online = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_worker_info_unref);

  for (guint i = 0; i < list->len; i++)
    {
      BhWorkerInfo *info = g_ptr_array_index (list, i);

      if (info->online && (self->only == NULL || g_str_equal (info->name, self->only)))
        g_ptr_array_add (online, bh_worker_info_ref (info));
    }
  return online;
}

/* All are asked at once: however many hang, that takes no longer than the first. */
static DexFuture *
offers_fiber (gpointer data)
{
  Offers *self = data;
  g_autoptr (GPtrArray) asked = online_workers (self);
  g_autoptr (GPtrArray) answers = g_ptr_array_new_with_free_func (dex_unref);
  g_autoptr (GPtrArray) offers = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_offer_free);

  for (guint i = 0; i < asked->len; i++)
    g_ptr_array_add (answers, bh_workers_images (self->workers,
                                                 ((BhWorkerInfo *) g_ptr_array_index (asked, i))->name));
  for (guint i = 0; i < asked->len; i++)
    {
      BhWorkerInfo *info = g_ptr_array_index (asked, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) images = dex_await_boxed (dex_ref (g_ptr_array_index (answers, i)), &error);

      if (images != NULL)
        g_ptr_array_add (offers, bh_offer_new (info, images));
      else
        g_debug ("the worker “%s” does not tell its images: %s", info->name, error->message);
    }
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&offers));
}

DexFuture *
bh_placement_offers (BhWorkers *workers, const char *only)
{
  Offers *offers;

  dex_return_error_if_fail (BH_IS_WORKERS (workers));

  offers = g_new0 (Offers, 1);
  offers->workers = g_object_ref (workers);
  offers->only = g_strdup (only);
  return dex_scheduler_spawn (NULL, 0, offers_fiber, offers, offers_free);
}

gboolean
bh_placement_check (const BhRunRequest *request,
                    const BhWorkerInfo *worker_info,
                    GPtrArray *images,
                    GError **error)
{
  const char *worker = request->target_worker;

  if (worker == NULL && request->mode == BH_MODE_AUTONOMOUS)
    {
      bh_set_error (error, BH_ERROR_TARGET_REQUIRED, "target",
                    "An autonomous Run cannot ask where to run. Give it a target worker.");
      return FALSE;
    }
  if (worker == NULL)
    return TRUE;
  if (worker_info == NULL)
    {
      bh_set_error (error, BH_ERROR_WORKER_NOT_FOUND, "target",
                    "No worker “%s” has ever connected. Check the name, or start that worker.", worker);
      return FALSE;
    }
  if (!worker_info->online && request->mode == BH_MODE_AUTONOMOUS)
    {
      bh_set_error (error, BH_ERROR_WORKER_OFFLINE, "target",
                    "The worker “%s” is not connected now. Start it, or choose another one.", worker);
      return FALSE;
    }
  if (images != NULL && request->target_image != NULL && find_image (images, request->target_image) == NULL)
    {
      g_propagate_error (error, image_error (worker, request->target_image, images));
      return FALSE;
    }
  return TRUE;
}

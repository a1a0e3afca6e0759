/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Where a Run is to run, and when. */

#include <libdex.h>

#include "coordinator/placement/bh-placement.h"
#include "coordinator/placement/bh-slots.h"
#include "test-box-fake.h"

/* "desk: host, big" */
static void
add_offer (GPtrArray *offers, const char *name, const char *const *images)
{
  g_autoptr (BhWorkerInfo) worker = bh_worker_info_new ();
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_image_info_unref);

  worker->name = g_strdup (name);
  worker->online = TRUE;
  for (guint i = 0; images[i] != NULL; i++)
    {
      BhImageInfo *image = bh_image_info_new ();

      image->id = g_strdup (images[i]);
      g_ptr_array_add (list, image);
    }
  g_ptr_array_add (offers, bh_offer_new (worker, list));
}

#define IMAGES(...) ((const char *const[]) { __VA_ARGS__ __VA_OPT__ (, ) NULL })

static GPtrArray *
new_offers (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) bh_offer_free);
}

static void
assert_taken (GPtrArray *offers,
              const char *worker,
              const char *image,
              BhMode mode,
              const char *on,
              const char *with,
              const char *why)
{
  g_autoptr (BhPlacement) place = bh_placement_choose (offers, worker, image, mode);

  g_assert_cmpint (place->kind, ==, BH_PLACEMENT_TAKEN);
  g_assert_cmpstr (place->worker, ==, on);
  g_assert_cmpstr (place->image, ==, with);
  g_assert_cmpstr (place->why, ==, why);
}

static void
test_pinned (void)
{
  g_autoptr (GPtrArray) offers = new_offers ();
  g_autoptr (BhPlacement) refused = NULL;
  g_autoptr (BhPlacement) waiting = NULL;
  g_autoptr (BhPlacement) empty = NULL;

  add_offer (offers, "bare", IMAGES ());
  add_offer (offers, "desk", IMAGES ("host"));
  add_offer (offers, "farm", IMAGES ("one", "two"));
  assert_taken (offers, "farm", "two", BH_MODE_AUTONOMOUS, "farm", "two", "as asked");
  assert_taken (offers, "desk", NULL, BH_MODE_INTERACTIVE, "desk", "host",
                "the worker as asked, its only image");
  assert_taken (offers, "farm", NULL, BH_MODE_INTERACTIVE, "farm", "one",
                "the worker as asked, its first image");

  refused = bh_placement_choose (offers, "farm", "three", BH_MODE_INTERACTIVE);
  g_assert_cmpint (refused->kind, ==, BH_PLACEMENT_REFUSED);
  g_assert_error (refused->error, BH_ERROR, BH_ERROR_IMAGE_NOT_FOUND);
  g_assert_nonnull (strstr (refused->error->message, "one, two"));
  empty = bh_placement_choose (offers, "bare", NULL, BH_MODE_INTERACTIVE);
  g_assert_error (empty->error, BH_ERROR, BH_ERROR_IMAGE_NOT_FOUND);
  waiting = bh_placement_choose (offers, "away", NULL, BH_MODE_INTERACTIVE);
  g_assert_cmpint (waiting->kind, ==, BH_PLACEMENT_WAIT);
  g_assert_nonnull (strstr (waiting->why, "away"));
}

static void
test_blank (void)
{
  g_autoptr (GPtrArray) offers = new_offers ();
  g_autoptr (BhPlacement) nobody = bh_placement_choose (offers, NULL, NULL, BH_MODE_INTERACTIVE);
  g_autoptr (BhPlacement) autonomous = NULL;
  g_autoptr (BhPlacement) no_image = NULL;

  g_assert_cmpint (nobody->kind, ==, BH_PLACEMENT_WAIT);
  add_offer (offers, "desk", IMAGES ("host"));
  assert_taken (offers, NULL, NULL, BH_MODE_INTERACTIVE, "desk", "host", "the only one there is");
  add_offer (offers, "farm", IMAGES ("host", "two"));
  assert_taken (offers, NULL, "two", BH_MODE_INTERACTIVE, "farm", "two", "the only one there is");
  no_image = bh_placement_choose (offers, NULL, "three", BH_MODE_INTERACTIVE);
  g_assert_cmpint (no_image->kind, ==, BH_PLACEMENT_WAIT);
  autonomous = bh_placement_choose (offers, NULL, NULL, BH_MODE_AUTONOMOUS);
  g_assert_error (autonomous->error, BH_ERROR, BH_ERROR_TARGET_REQUIRED);
}

static void
test_question (void)
{
  g_autoptr (GPtrArray) offers = new_offers ();
  g_autoptr (BhPlacement) asked = NULL;
  g_autoptr (BhPlacement) answered = NULL;
  g_autoptr (BhPlacement) nothing = NULL;
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (BhQuestionSet) set = NULL;
  g_autoptr (GError) error = NULL;
  BhQuestion *question;

  add_offer (offers, "desk", IMAGES ("host"));
  add_offer (offers, "farm", IMAGES ("docker.io/library/debian"));
  asked = bh_placement_choose (offers, NULL, NULL, BH_MODE_INTERACTIVE);
  g_assert_cmpint (asked->kind, ==, BH_PLACEMENT_ASK);
  question = g_ptr_array_index (asked->question->questions, 0);
  g_assert_cmpuint (question->options->len, ==, 2);
  g_assert_false (question->allow_other);
  g_assert_true (((BhOption *) g_ptr_array_index (question->options, 0))->recommended);
  g_assert_false (((BhOption *) g_ptr_array_index (question->options, 1))->recommended);

  nothing = bh_placement_from_answer (asked->question);
  g_assert_null (nothing);
  answer = bh_json_parse ("{\"options\":[\"farm/docker.io/library/debian\"]}", -1, &error);
  set = bh_question_set_copy (asked->question);
  g_clear_pointer (&set->answers, g_ptr_array_unref);
  set->answers = bh_question_set_check_answers (set, answer, &error);
  g_assert_no_error (error);
  answered = bh_placement_from_answer (set);
  g_assert_cmpint (answered->kind, ==, BH_PLACEMENT_TAKEN);
  g_assert_cmpstr (answered->worker, ==, "farm");
  g_assert_cmpstr (answered->image, ==, "docker.io/library/debian");
}

static void
assert_check (
    const char *worker, const char *image, BhMode mode, const BhWorkerInfo *info, GPtrArray *images, int code)
{
  g_autoptr (BhRunRequest) request = bh_run_request_new ();
  g_autoptr (GError) error = NULL;
  gboolean ok;

  request->target_worker = g_strdup (worker);
  request->target_image = g_strdup (image);
  request->mode = mode;
  ok = bh_placement_check (request, info, images, &error);
  if (code < 0)
    {
      g_assert_no_error (error);
      g_assert_true (ok);
      return;
    }
  g_assert_false (ok);
  g_assert_error (error, BH_ERROR, code);
  g_assert_cmpstr (bh_error_field (error), ==, "target");
}

static void
test_check (void)
{
  g_autoptr (GPtrArray) offers = new_offers ();
  g_autoptr (BhWorkerInfo) away = bh_worker_info_new ();
  BhOffer *desk;

  away->name = g_strdup ("away");
  add_offer (offers, "desk", IMAGES ("host"));
  desk = g_ptr_array_index (offers, 0);
  assert_check (NULL, NULL, BH_MODE_INTERACTIVE, NULL, NULL, -1);
  assert_check (NULL, NULL, BH_MODE_AUTONOMOUS, NULL, NULL, BH_ERROR_TARGET_REQUIRED);
  assert_check ("nope", NULL, BH_MODE_INTERACTIVE, NULL, NULL, BH_ERROR_WORKER_NOT_FOUND);
  assert_check ("away", "host", BH_MODE_INTERACTIVE, away, NULL, -1);
  assert_check ("away", "host", BH_MODE_AUTONOMOUS, away, NULL, BH_ERROR_WORKER_OFFLINE);
  assert_check ("desk", NULL, BH_MODE_AUTONOMOUS, desk->worker, desk->images, -1);
  assert_check ("desk", "host", BH_MODE_AUTONOMOUS, desk->worker, desk->images, -1);
  assert_check ("desk", "nope", BH_MODE_INTERACTIVE, desk->worker, desk->images, BH_ERROR_IMAGE_NOT_FOUND);
}

/* --- slots --- */

typedef struct
{
  BhSlots *slots;
  int limit;
  guint position[3];
} Slots;

static int
limit_of (const char *worker, gpointer data)
{
  Slots *fixture = data;

  return g_str_equal (worker, "free") ? 0 : fixture->limit;
}

static void
moved (guint position, gpointer data)
{
  *(guint *) data = position;
}

static void
iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
slots_set_up (Slots *fixture, gconstpointer data)
{
  fixture->limit = 1;
  fixture->slots = bh_slots_new (limit_of, fixture);
}

static void
slots_tear_down (Slots *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->slots);
}

static void
test_slots_order (Slots *fixture, gconstpointer data)
{
  g_autoptr (DexFuture) young =
      bh_slots_wait (fixture->slots, "desk", "r_young", 30, moved, &fixture->position[0]);
  g_autoptr (DexFuture) old =
      bh_slots_wait (fixture->slots, "desk", "r_old", 10, moved, &fixture->position[1]);
  g_autoptr (DexFuture) middle =
      bh_slots_wait (fixture->slots, "desk", "r_middle", 20, moved, &fixture->position[2]);
  g_autoptr (DexFuture) other =
      bh_slots_wait (fixture->slots, "free", "r_other", 40, moved, &fixture->position[0]);

  iterate ();
  g_assert_true (dex_future_is_pending (old)); /* nobody before those who have a box are counted */
  bh_slots_open (fixture->slots);
  iterate ();
  g_assert_true (dex_future_is_resolved (old));
  g_assert_true (dex_future_is_resolved (other));
  g_assert_true (dex_future_is_pending (middle));
  g_assert_cmpuint (fixture->position[2], ==, 1);
  g_assert_cmpuint (fixture->position[0], ==, 2);

  bh_slots_release (fixture->slots, "r_old");
  iterate ();
  g_assert_true (dex_future_is_resolved (middle));
  g_assert_true (dex_future_is_pending (young));
  g_assert_cmpuint (fixture->position[0], ==, 1);

  bh_slots_release (fixture->slots, "r_young");
  g_assert_true (dex_future_is_rejected (young));
}

static void
test_slots_taken (Slots *fixture, gconstpointer data)
{
  g_autoptr (DexFuture) waiting = NULL;

  bh_slots_take (fixture->slots, "desk", "r_restarted");
  bh_slots_open (fixture->slots);
  waiting = bh_slots_wait (fixture->slots, "desk", "r_new", 1, moved, &fixture->position[0]);
  iterate ();
  g_assert_true (dex_future_is_pending (waiting));
  bh_slots_release (fixture->slots, "r_restarted");
  bh_slots_release (fixture->slots, "r_restarted");
  iterate ();
  g_assert_true (dex_future_is_resolved (waiting));
}

static void
test_slots_unknown_limit (Slots *fixture, gconstpointer data)
{
  g_autoptr (DexFuture) waiting = NULL;

  fixture->limit = -1;
  bh_slots_open (fixture->slots);
  waiting = bh_slots_wait (fixture->slots, "desk", "r_new", 1, moved, &fixture->position[0]);
  iterate ();
  g_assert_true (dex_future_is_pending (waiting));
  fixture->limit = 2;
  bh_slots_update (fixture->slots);
  iterate ();
  g_assert_true (dex_future_is_resolved (waiting));
}

/* A worker that does not answer must not keep the next from being asked. */
static void
test_offers (Fake *fake)
{
  g_autoptr (Peer) first = peer_registered (fake, "attic", "[]");
  g_autoptr (Peer) second = peer_registered (fake, "desk", "[]");
  g_autoptr (Peer) gone = peer_registered (fake, "gone", "[]");
  g_autoptr (DexFuture) all = NULL;
  g_autoptr (DexFuture) one = NULL;
  g_autoptr (GPtrArray) offers = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *request;

  peer_cut (gone);
  fake_await_offline (fake, "gone");
  all = bh_placement_offers (fake->workers, NULL);
  request = peer_expect (first, "images.list", NULL);
  peer_answer (second, peer_expect (second, "images.list", NULL),
               "{\"images\":[{\"id\":\"host\",\"description\":null,\"provider\":\"bubblewrap\"}]}");
  peer_settle (second);
  g_assert_true (dex_future_is_pending (all));
  peer_refuse (first, request, "internal", "no");
  offers = dex_await_boxed (dex_ref (all), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (offers->len, ==, 1);
  g_assert_cmpstr (((BhOffer *) g_ptr_array_index (offers, 0))->worker->name, ==, "desk");

  one = bh_placement_offers (fake->workers, "attic");
  peer_answer (first, peer_expect (first, "images.list", NULL), "{\"images\":[]}");
  g_clear_pointer (&offers, g_ptr_array_unref);
  offers = dex_await_boxed (dex_ref (one), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (offers->len, ==, 1);
  g_assert_true (peer_is_quiet (second));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/placement/pinned", test_pinned);
  g_test_add_func ("/placement/blank", test_blank);
  g_test_add_func ("/placement/question", test_question);
  g_test_add_func ("/placement/check", test_check);
  fake_add ("/placement/offers", test_offers);
  g_test_add ("/slots/order", Slots, NULL, slots_set_up, test_slots_order, slots_tear_down);
  g_test_add ("/slots/taken", Slots, NULL, slots_set_up, test_slots_taken, slots_tear_down);
  g_test_add ("/slots/unknown-limit", Slots, NULL, slots_set_up, test_slots_unknown_limit, slots_tear_down);
  return g_test_run ();
}

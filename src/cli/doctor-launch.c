/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <string.h>

#include "cli/doctor.h"
#include "cli/text-fit.h"
#include "config.h"

#define CLOCK_MAX_US (2 * G_USEC_PER_SEC)
#define LAUNCH_MAX_S 60
/* How long a local worker that was started just now may take to register. */
#define WORKER_MAX_US (2 * G_USEC_PER_SEC)
#define PROOF "bellhop-doctor 42"

/* The shell computes the number, so that the words of the instructions are no proof. */
static const char instructions[] =
    "Prove that a DevBox works.\n\n```sh\necho bellhop-doctor $((6 * 7))\n```\n";

/* --- coordinator --------------------------------------------------------------------------------------- */

gboolean
doctor_check_coordinator (Doctor *self)
{
  Cli *cli = doctor_get_cli (self);
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();
  const char *version;

  if (!cli_connect (cli, &error))
    {
      doctor_bad (self, "coordinator",
                  "Look at coordinator.log in the data folder, or run bellhop-coordinator by hand", "%s",
                  error->message);
      return FALSE;
    }
  doctor_measure (self, "answered in", g_get_monotonic_time () - begin);
  version = json_object_get_string_member_with_default (json_node_get_object (cli->info), "version", "?");
  if (strcmp (version, BH_VERSION) == 0)
    doctor_good (self, "coordinator", "Version %s answers", version);
  else
    doctor_info (self, "coordinator", "Version %s answers; this program is %s", version, BH_VERSION);
  return TRUE;
}

static void
check_database (Doctor *self, JsonObject *report)
{
  JsonNode *node = json_object_get_member (report, "database");
  JsonObject *database = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *problems = database != NULL ? json_object_get_member (database, "problems") : NULL;
  g_autofree char *text = problems != NULL ? json_to_string (problems, FALSE) : NULL;
  g_autofree char *size =
      text_size (database != NULL ? json_object_get_int_member_with_default (database, "bytes", 0) : 0);

  if (database != NULL && json_object_get_boolean_member_with_default (database, "ok", FALSE))
    doctor_good (self, "database", "Sound: %" G_GINT64_FORMAT " Runs, %" G_GINT64_FORMAT " events, %s",
                 json_object_get_int_member_with_default (database, "runs", 0),
                 json_object_get_int_member_with_default (database, "events", 0), size);
  else
    doctor_bad (self, "database",
                "Stop the coordinator, copy coordinator.db away, then: sqlite3 coordinator.db .recover",
                "The database is damaged: %s", text != NULL ? text : "the coordinator does not say how");
}

static void
check_clock (Doctor *self, JsonObject *report, gint64 before, gint64 after)
{
  const char *text = json_object_get_string_member_with_default (report, "time", "");
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  gint64 theirs, off;

  if (!bh_time_parse (text, &theirs))
    {
      doctor_bad (self, "clock", "Bring coordinator and bellhopctl to the same release",
                  "The coordinator does not tell the time");
      return;
    }
  /* anywhere between question and answer is right */
  off = theirs < before ? before - theirs : theirs > after ? theirs - after : 0;
  if (g_date_time_get_year (now) < 2025)
    doctor_bad (self, "clock", "Set the clock, e.g.: timedatectl set-ntp true", "It is set to the year %d",
                g_date_time_get_year (now));
  else if (off > CLOCK_MAX_US)
    doctor_bad (self, "clock", "Set both clocks, e.g.: timedatectl set-ntp true",
                "The coordinator's is %.1f s from the one here", (double) off / G_USEC_PER_SEC);
  else
    doctor_good (self, "clock", "Right to %.0f ms", (double) off / 1000);
}

void
doctor_check_database_and_clock (Doctor *self)
{
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GError) error = NULL;
  gint64 steady = g_get_monotonic_time (), before = g_get_real_time (), after;

  if (!cli_request (doctor_get_cli (self), "GET", "/v1/check", NULL, &answer, &error))
    {
      doctor_bad (self, "database", "Look at coordinator.log in the data folder", "%s", error->message);
      return;
    }
  after = g_get_real_time ();
  if (after < before || ABS ((after - before) - (g_get_monotonic_time () - steady)) > CLOCK_MAX_US)
    doctor_bad (self, "clock", "Let a time service keep it, e.g.: timedatectl set-ntp true",
                "It jumped just now");
  check_database (self, json_node_get_object (answer));
  check_clock (self, json_node_get_object (answer), before, after);
}

/* --- worker -------------------------------------------------------------------------------------------- */

static BhWorkerInfo *
find_online (JsonArray *workers)
{
  for (guint i = 0; i < json_array_get_length (workers); i++)
    {
      BhWorkerInfo *worker = bh_worker_info_from_json (json_array_get_element (workers, i), NULL);
      if (worker != NULL && worker->online)
        return worker;
      g_clear_pointer (&worker, bh_worker_info_unref);
    }
  return NULL;
}

char *
doctor_check_worker (Doctor *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhWorkerInfo) worker = NULL;
  gint64 deadline = g_get_monotonic_time () + WORKER_MAX_US;
  gboolean again = FALSE;
  guint n = 0;

  /* a coordinator that was started just now has its local worker a moment later */
  do
    {
      g_autoptr (JsonArray) workers = NULL;

      if (again)
        dex_await (dex_timeout_new_msec (50), NULL);
      workers = cli_get_list (doctor_get_cli (self), "/v1/workers", "workers", &error);
      worker = workers != NULL ? find_online (workers) : NULL;
      n = workers != NULL ? json_array_get_length (workers) : 0;
      again = TRUE;
    }
  while (worker == NULL && error == NULL && g_get_monotonic_time () < deadline);
  if (worker == NULL)
    {
      doctor_bad (self, "worker",
                  "Start one: bellhop-worker; its messages are in coordinator.log in the data folder", "%s",
                  error != NULL ? error->message
                  : n > 0       ? "All workers are offline"
                                : "No worker has ever connected");
      return NULL;
    }
  doctor_good (self, "worker", "%s is online, %u of %u boxes run", worker->name, worker->boxes,
               worker->max_boxes);
  return g_strdup (worker->name);
}

/* --- launch -------------------------------------------------------------------------------------------- */

typedef struct
{
  gint64 begin;
  gint64 proof_us;  /* 0: not seen */
  gint64 launch_us; /* of the launch step */
} Launch;

static char *
find_image (Cli *cli, const char *worker, GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (worker, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/v1/workers/%s/images", escaped);
  g_autoptr (JsonArray) images = cli_get_list (cli, path, "images", error);
  const char *found = NULL;

  for (guint i = 0; images != NULL && i < json_array_get_length (images); i++)
    {
      const char *id = json_object_get_string_member (json_array_get_object_element (images, i), "id");
      if (found == NULL || strcmp (id, "host") == 0)
        found = id;
    }
  if (images != NULL && found == NULL)
    g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED, "Worker %s has no image", worker);
  return g_strdup (found);
}

static JsonNode *
launch_request (const char *worker, const char *image)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const char *const members[][2] = { { "instructions", instructions },
                                     { "name", "bellhopctl doctor" },
                                     { "engine", "runbook" },
                                     { "mode", "autonomous" },
                                     { "keep", "remove" } };

  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      json_builder_set_member_name (builder, members[i][0]);
      json_builder_add_string_value (builder, members[i][1]);
    }
  json_builder_set_member_name (builder, "target");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "worker");
  json_builder_add_string_value (builder, worker);
  json_builder_set_member_name (builder, "image");
  json_builder_add_string_value (builder, image);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static void
take_event (Launch *self, const BhStreamEvent *event, BhRun **run)
{
  JsonObject *data = json_node_get_object (event->data);
  const char *text = json_object_get_string_member_with_default (data, "text", NULL);

  if (strcmp (event->kind, "delta") == 0 && text != NULL && strstr (text, PROOF) != NULL &&
      self->proof_us == 0)
    self->proof_us = g_get_monotonic_time () - self->begin;
  else if (strcmp (event->kind, "row") == 0)
    {
      g_autoptr (BhRow) row = bh_row_from_json (json_object_get_member (data, "row"), NULL);
      if (row != NULL && g_strcmp0 (row->tool, "launch DevBox") == 0 && row->duration_us >= 0)
        self->launch_us = row->duration_us;
    }
  else if (strcmp (event->kind, "run") == 0)
    {
      g_clear_pointer (run, bh_run_unref);
      *run = bh_run_from_json (json_object_get_member (data, "run"), NULL);
    }
}

static BhRun *
watch (Cli *cli, Launch *self, const char *id, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/v1/runs/%s/events", id);
  g_autoptr (BhEventStream) stream = bh_client_stream (cli->client, path, 0);
  gint64 deadline = g_get_monotonic_time () + LAUNCH_MAX_S * G_USEC_PER_SEC;
  g_autoptr (BhRun) run = NULL;

  while (run == NULL || !bh_run_state_is_terminal (run->state))
    {
      g_autoptr (DexFuture) next = bh_event_stream_next (stream);
      g_autoptr (BhStreamEvent) event = NULL;

      /* each time one of its own: a timeout that was not the first once never ends */
      if (dex_future_is_pending (next))
        dex_await (dex_future_first (dex_ref (next), dex_timeout_new_deadline (deadline), NULL), NULL);
      if (dex_future_is_pending (next))
        {
          bh_set_error (error, BH_ERROR_UNAVAILABLE, NULL, "The Run %s is not through after %d s", id,
                        LAUNCH_MAX_S);
          return NULL;
        }
      event = dex_await_boxed (g_steal_pointer (&next), error);
      if (event == NULL)
        return NULL;
      if (JSON_NODE_HOLDS_OBJECT (event->data))
        take_event (self, event, &run);
    }
  return g_steal_pointer (&run);
}

static BhRun *
launch (Cli *cli, Launch *self, const char *worker, GError **error)
{
  g_autofree char *image = find_image (cli, worker, error), *key = g_uuid_string_random ();
  g_autoptr (JsonNode) request = image != NULL ? launch_request (worker, image) : NULL, answer = NULL;
  g_autoptr (BhRun) created = NULL;

  if (request == NULL)
    return NULL;
  self->begin = g_get_monotonic_time ();
  answer =
      dex_await_boxed (bh_client_request_with_key (cli->client, "POST", "/v1/runs", request, key), error);
  if (answer == NULL)
    return NULL;
  created = bh_run_from_json (answer, error);
  return created != NULL ? watch (cli, self, created->id, error) : NULL;
}

void
doctor_check_launch (Doctor *self, const char *worker)
{
  Cli *cli = doctor_get_cli (self);
  Launch state = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRun) run = launch (cli, &state, worker, &error);
  g_autofree char *fix = NULL, *path = NULL;

  if (run == NULL)
    {
      doctor_bad (self, "launch", "Mend what failed above, then look at coordinator.log in the data folder",
                  "%s", error->message);
      return;
    }
  if (run->state != BH_RUN_COMPLETED || state.proof_us == 0)
    {
      fix = g_strdup_printf ("See what happened: bellhopctl show %s", run->id);
      doctor_bad (self, "launch", fix, "A DevBox was asked for, and the Run %s: %s",
                  run->state == BH_RUN_COMPLETED ? "printed nothing" : "failed",
                  run->reason != NULL ? run->reason : "no reason was given");
      return;
    }
  doctor_measure (self, "DevBox up in", state.launch_us);
  doctor_measure (self, "first output after", state.proof_us);
  doctor_good (self, "launch", "A DevBox was launched, ran a command and was removed");
  path = g_strdup_printf ("/v1/runs/%s", run->id);
  cli_request (cli, "DELETE", path, NULL, NULL, NULL);
}

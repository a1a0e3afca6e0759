/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-worker.h"

#include <locale.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include <glib-unix.h>
#include <libdex.h>

#include "config.h"
#include "protocol/bh-error.h"
#include "protocol/bh-files-limit.h"
#include "protocol/bh-paths.h"
#include "protocol/bh-worker-name.h"
#include "worker/bh-boxes.h"
#include "worker/bh-heartbeat.h"
#include "worker/bh-worker-lock.h"
#include "worker/providers/bh-bubblewrap.h"

#define PROTOCOL 1
#define HEARTBEAT_S 10
/* an idle box that a person keeps costs a shell and some 100 kB */
#define DEFAULT_MAX_BOXES 64
#define LARGEST_MAX_BOXES 10000

enum
{
  EXIT_REFUSED = 2
};

typedef struct
{
  char *name;
  char *coordinator;
  int max_boxes;
  gboolean show_version;
} Options;

typedef struct
{
  Options options;
  char *state;
  GMainLoop *loop;
  BhLink *link;
  GPtrArray *providers;
  BhBoxes *boxes;
  BhHeartbeat heartbeat;
  guint heartbeat_source;
  int status;
} Worker;

static int G_GNUC_PRINTF (1, 2) refuse (const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("bellhop-worker: %s\n", message);
  return EXIT_REFUSED;
}

/* FALSE with a message when $BELLHOP_MAX_BOXES is no number. */
static gboolean
read_environment (Options *options)
{
  const char *text = g_getenv ("BELLHOP_MAX_BOXES");
  gint64 value = DEFAULT_MAX_BOXES;
  g_autoptr (GError) error = NULL;

  if (text != NULL && *text != '\0' &&
      !g_ascii_string_to_signed (text, 10, 1, LARGEST_MAX_BOXES, &value, &error))
    {
      refuse ("$BELLHOP_MAX_BOXES: %s", error->message);
      return FALSE;
    }
  options->max_boxes = (int) value;
  return TRUE;
}

static gboolean
parse (Options *options, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "name", 0, 0, G_OPTION_ARG_STRING, &options->name,
      "What the worker is called (default: the host's name)", "NAME" },
    { "coordinator", 0, 0, G_OPTION_ARG_STRING, &options->coordinator,
      "The coordinator (default: this machine's; $BELLHOP_TOKEN is sent to a URL)", "unix:PATH|URL" },
    { "max-boxes", 0, 0, G_OPTION_ARG_INT, &options->max_boxes,
      "How many DevBoxes may run at a time (default: $BELLHOP_MAX_BOXES or 64)", "N" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->show_version, "Print the version", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context,
                                "Makes and keeps the DevBoxes of this machine for a Bellhop coordinator.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    refuse ("%s. See --help", error->message);
  else if (*argc > 1)
    refuse ("“%s” is not understood. See --help", (*argv)[1]);
  else if (options->max_boxes < 1 || options->max_boxes > LARGEST_MAX_BOXES)
    refuse ("--max-boxes must be from 1 to %d", LARGEST_MAX_BOXES);
  else
    return TRUE;
  return FALSE;
}

/* Fills in what was not given. */
static gboolean
complete (Options *options)
{
  if (options->name == NULL)
    options->name = bh_worker_name_default ();
  g_autofree char *clean = bh_worker_name_clean (options->name);
  if (!g_str_equal (clean, options->name))
    {
      refuse ("“%s” cannot be a worker's name: use up to %d letters, digits, “-”, “_” and “.”, such as “%s”",
              options->name, BH_WORKER_NAME_MAX, clean);
      return FALSE;
    }
  if (options->coordinator == NULL)
    {
      g_autofree char *path = bh_path_socket ();
      options->coordinator = g_strconcat ("unix:", path, NULL);
    }
  return TRUE;
}

static JsonArray *
provider_names (Worker *worker)
{
  JsonArray *names = json_array_new ();

  for (guint i = 0; i < worker->providers->len; i++)
    json_array_add_string_element (names, bh_provider_get_name (g_ptr_array_index (worker->providers, i)));
  return names;
}

static JsonNode *
introduce (gpointer data)
{
  Worker *worker = data;
  JsonObject *params = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (params, "name", worker->options.name);
  json_object_set_int_member (params, "protocol", PROTOCOL);
  json_object_set_string_member (params, "version", BH_VERSION);
  json_object_set_string_member (params, "hostname", g_get_host_name ());
  json_object_set_int_member (params, "pid", getpid ());
  json_object_set_array_member (params, "providers", provider_names (worker));
  json_object_set_int_member (params, "max_boxes", worker->options.max_boxes);
  json_object_set_array_member (params, "boxes", bh_boxes_to_json (worker->boxes));
  json_node_take_object (node, params);
  return node;
}

static gboolean
on_heartbeat (gpointer data)
{
  Worker *worker = data;

  bh_rpc_notify (bh_link_get_rpc (worker->link), "worker.heartbeat",
                 bh_heartbeat_measure (&worker->heartbeat, worker->state,
                                       bh_boxes_count_running (worker->boxes)));
  return G_SOURCE_CONTINUE;
}

static void
on_registered (BhLink *link, Worker *worker)
{
  on_heartbeat (worker);
  worker->heartbeat_source = g_timeout_add_seconds (HEARTBEAT_S, on_heartbeat, worker);
}

static void
on_lost (BhLink *link, Worker *worker)
{
  g_clear_handle_id (&worker->heartbeat_source, g_source_remove);
}

static gboolean
on_signal (gpointer data)
{
  Worker *worker = data;

  g_main_loop_quit (worker->loop);
  return G_SOURCE_CONTINUE;
}

static void
fail (Worker *worker, const GError *error)
{
  g_printerr ("bellhop-worker: %s\n", error->message);
  worker->status = g_error_matches (error, BH_ERROR, BH_ERROR_NAME_TAKEN) ||
                           g_error_matches (error, BH_ERROR, BH_ERROR_VERSION_MISMATCH)
                       ? EXIT_REFUSED
                       : EXIT_FAILURE;
  g_main_loop_quit (worker->loop);
}

static DexFuture *
work_fiber (gpointer data)
{
  Worker *worker = data;
  g_autoptr (GError) error = NULL;

  if (bh_boxes_load (worker->boxes, &error))
    dex_await (bh_link_run (worker->link, introduce, worker), &error);
  fail (worker, error);
  return dex_future_new_true ();
}

/* What needs the lock. */
static gboolean
make_parts (Worker *worker, GError **error)
{
  BhBubblewrap *bubblewrap = bh_bubblewrap_new (worker->state, worker->options.name, error);

  if (bubblewrap == NULL)
    return FALSE;
  worker->providers = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (worker->providers, bubblewrap);
  worker->boxes = bh_boxes_new (worker->link, worker->providers, (guint) worker->options.max_boxes);
  g_signal_connect (worker->link, "registered", G_CALLBACK (on_registered), worker);
  g_signal_connect (worker->link, "lost", G_CALLBACK (on_lost), worker);
  return TRUE;
}

static int
run (Worker *worker)
{
  g_autoptr (GError) error = NULL;
  const char *token = g_getenv ("BELLHOP_TOKEN");
  const char *fingerprint = g_getenv ("BELLHOP_TLS_FINGERPRINT");

  worker->link = bh_link_new (worker->options.coordinator, token, fingerprint, &error);
  if (worker->link == NULL)
    return refuse ("--coordinator: %s", error->message);
  worker->state = bh_path_state ();
  if (bh_worker_lock (worker->state, worker->options.name, &error) < 0)
    {
      int status = refuse ("%s", error->message);
      return g_error_matches (error, BH_ERROR, BH_ERROR_NAME_TAKEN) ? status : EXIT_FAILURE;
    }
  if (!make_parts (worker, &error))
    {
      g_printerr ("bellhop-worker: %s\n", error->message);
      return EXIT_FAILURE;
    }
  worker->loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, on_signal, worker);
  g_unix_signal_add (SIGINT, on_signal, worker);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, work_fiber, worker, NULL));
  g_main_loop_run (worker->loop);
  return worker->status;
}

int
bh_worker_main (int argc, char **argv)
{
  /* it lives as long as the process, whose fibers may still hold parts of it at the end */
  static Worker worker;

  setlocale (LC_ALL, "");
  g_set_prgname ("bellhop-worker");
  bh_files_limit_raise ();
  dex_init ();
  if (!read_environment (&worker.options) || !parse (&worker.options, &argc, &argv))
    return EXIT_REFUSED;
  if (worker.options.show_version)
    {
      g_print ("bellhop-worker %s\n", BH_VERSION);
      return EXIT_SUCCESS;
    }
  return complete (&worker.options) ? run (&worker) : EXIT_REFUSED;
}

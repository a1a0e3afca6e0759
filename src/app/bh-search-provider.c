/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/bh-search-provider.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/bh-find-run.h"
#include "app/runs/bh-run-row.h"
#include "app/widgets/bh-status.h"
#include "client/bh-future.h"
#include "protocol/bh-text.h"

#define INTERFACE "/org/bellhop/Bellhop/search-provider.xml"
/* whoever types waits for the slowest provider no longer than that */
#define PATIENCE_MS 1500
/* the shell shows a handful, and how many more there are */
#define RESULTS_MAX 50
#define KNOWN_MAX 1000
#define TEXT_MAX 240

struct _BhSearchProvider
{
  GObject parent_instance;

  GApplication *application;  /* borrowed */
  BhConnections *connections; /* (nullable) */
  DexFuture *loaded;          /* (nullable) */
  gint64 settled;             /* monotonic: whoever is still connecting then is not waited for */
  GHashTable *found;          /* identifier → BhRun: what the coordinators answered */
  GDBusConnection *bus;       /* (nullable) */
  guint registration;
};

G_DEFINE_FINAL_TYPE (BhSearchProvider, bh_search_provider, G_TYPE_OBJECT)

/* --- one call ------------------------------------------------------------------------------------------ */

typedef struct
{
  BhSearchProvider *provider;
  GDBusMethodInvocation *invocation; /* until it is answered */
  gint64 deadline;                   /* monotonic */
  char **words;                      /* terms, or identifiers */
} Call;

/* Holds the application: it would leave while it looks, having no window. */
static Call *
call_new (BhSearchProvider *provider, GDBusMethodInvocation *invocation, GVariant *words)
{
  Call *self = g_new0 (Call, 1);

  self->provider = g_object_ref (provider);
  self->invocation = invocation;
  self->deadline = g_get_monotonic_time () + PATIENCE_MS * G_TIME_SPAN_MILLISECOND;
  self->words = g_variant_dup_strv (words, NULL);
  g_application_hold (provider->application);
  return self;
}

static void
call_free (gpointer data)
{
  Call *self = data;

  g_application_release (self->provider->application);
  g_strfreev (self->words);
  g_object_unref (self->provider);
  g_free (self);
}

static void
answer (Call *call, GVariant *value)
{
  g_dbus_method_invocation_return_value (g_steal_pointer (&call->invocation),
                                         g_variant_new_tuple (&value, 1));
}

/* Waits for `future` (taken; no fiber), but not for ever. Each time with a timeout of its own: one that lost
 * once never ends. */
static gboolean
await (DexFuture *future, gint64 deadline)
{
  g_autoptr (DexFuture) kept = future;

  if (dex_future_is_pending (kept))
    dex_await (dex_future_first (dex_ref (kept), dex_timeout_new_deadline (deadline), NULL), NULL);
  return dex_future_is_resolved (kept);
}

/* The connections that are saved; those behind a password storage that is locked come later, or never. */
static void
await_loaded (BhSearchProvider *self)
{
  if (self->loaded != NULL)
    await (dex_ref (self->loaded), self->settled);
}

/* --- searching ----------------------------------------------------------------------------------------- */

/* Run ids hold no slash; what a person's connections are called may. */
static char *
identifier_of (BhConnection *connection, const BhRun *run)
{
  return g_strconcat (bh_connection_get_id (connection), "/", run->id, NULL);
}

static gboolean
split_identifier (const char *identifier, char **connection_id, const char **run_id)
{
  const char *slash = strrchr (identifier, '/');

  if (slash == NULL || !bh_id_is_valid (slash + 1, 'r'))
    return FALSE;
  *connection_id = g_strndup (identifier, (gsize) (slash - identifier));
  *run_id = slash + 1;
  return TRUE;
}

static void
state_cb (BhConnection *connection, GParamSpec *pspec, DexPromise *settled)
{
  if (bh_connection_get_state (connection) != BH_CONNECTION_CONNECTING &&
      dex_future_is_pending (DEX_FUTURE (settled)))
    dex_promise_resolve_boolean (settled, TRUE);
}

/* Who has just been started to answer this is still connecting. */
static gboolean
await_connection (BhSearchProvider *self, BhConnection *connection)
{
  g_autoptr (DexPromise) settled = dex_promise_new ();
  gulong handler = g_signal_connect (connection, "notify::state", G_CALLBACK (state_cb), settled);

  state_cb (connection, NULL, settled);
  await (dex_ref (settled), self->settled);
  g_signal_handler_disconnect (connection, handler);
  return bh_connection_get_state (connection) == BH_CONNECTION_CONNECTED;
}

/* One coordinator is asked. One that is not to be reached holds up none of the others. */
typedef struct
{
  BhSearchProvider *provider;
  BhConnection *connection;
  char *query;
} Question;

static void
question_free (gpointer data)
{
  Question *self = data;

  g_object_unref (self->provider);
  g_object_unref (self->connection);
  g_free (self->query);
  g_free (self);
}

static DexFuture *
question_fiber (gpointer data)
{
  Question *self = data;
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (GError) error = NULL;

  if (!await_connection (self->provider, self->connection))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "It is not connected");
  runs = dex_await_boxed (bh_connection_search (self->connection, self->query, 0), &error);
  if (runs == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&runs));
}

/* Those of `connections` that were not asked yet. */
static void
ask (BhSearchProvider *self, const char *query, GPtrArray *asked, GPtrArray *answers)
{
  for (guint i = 0; i < bh_connections_get_n (self->connections); i++)
    {
      BhConnection *connection = bh_connections_get (self->connections, i);
      Question *question;

      if (g_ptr_array_find (asked, connection, NULL))
        continue;
      question = g_new0 (Question, 1);
      question->provider = g_object_ref (self);
      question->connection = g_object_ref (connection);
      question->query = g_strdup (query);
      g_ptr_array_add (asked, g_object_ref (connection));
      g_ptr_array_add (answers, bh_future_detached (
                                    dex_scheduler_spawn (NULL, 0, question_fiber, question, question_free)));
    }
}

typedef struct
{
  char *identifier;
  gboolean needs_you;
  gint64 created_at;
} Result;

static void
result_free (gpointer data)
{
  Result *self = data;

  g_free (self->identifier);
  g_free (self);
}

/* Those that need the person first, then the newest. */
static int
compare_results (gconstpointer first, gconstpointer second)
{
  const Result *a = first, *b = second;

  if (a->needs_you != b->needs_you)
    return a->needs_you ? -1 : 1;
  return (a->created_at < b->created_at) - (a->created_at > b->created_at);
}

static void
take_found (Call *call, BhConnection *connection, GPtrArray *runs, GPtrArray *results)
{
  for (guint i = 0; i < runs->len; i++)
    {
      BhRun *run = g_ptr_array_index (runs, i);
      Result *result = g_new0 (Result, 1);

      result->identifier = identifier_of (connection, run);
      result->needs_you = run->state == BH_RUN_NEEDS_YOU;
      result->created_at = run->created_at;
      g_hash_table_replace (call->provider->found, g_strdup (result->identifier), bh_run_ref (run));
      g_ptr_array_add (results, result);
    }
}

static GPtrArray *
search (Call *call)
{
  BhSearchProvider *self = call->provider;
  g_autoptr (GPtrArray) asked = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) answers = g_ptr_array_new_with_free_func ((GDestroyNotify) dex_unref);
  g_autofree char *query = g_strjoinv (" ", call->words);
  GPtrArray *results = g_ptr_array_new_with_free_func (result_free);

  g_strstrip (query);
  if (*query == '\0' || self->connections == NULL)
    return results;
  if (g_hash_table_size (self->found) > KNOWN_MAX)
    g_hash_table_remove_all (self->found);
  ask (self, query, asked, answers);
  await_loaded (self);
  if (self->connections != NULL)
    ask (self, query, asked, answers);
  for (guint i = 0; i < answers->len; i++)
    {
      DexFuture *found = g_ptr_array_index (answers, i);

      if (await (dex_ref (found), call->deadline))
        take_found (call, g_ptr_array_index (asked, i),
                    g_value_get_boxed (dex_future_get_value (found, NULL)), results);
    }
  g_ptr_array_sort_values (results, compare_results);
  return results;
}

static DexFuture *
search_fiber (gpointer data)
{
  Call *call = data;
  g_autoptr (GPtrArray) results = search (call);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < MIN (results->len, RESULTS_MAX); i++)
    g_variant_builder_add (&builder, "s", ((Result *) g_ptr_array_index (results, i))->identifier);
  answer (call, g_variant_builder_end (&builder));
  return dex_future_new_true ();
}

/* --- what is shown of a result ------------------------------------------------------------------------- */

/* One line without anything that could pass for something else. */
static char *
plain (const char *text)
{
  g_autofree char *shown = bh_text_shown (text, strlen (text), NULL);

  return g_strstrip (bh_text_one_line (shown, TEXT_MAX));
}

static char *
describe (const char *state, const char *line)
{
  g_autofree char *shown = plain (line);

  if (*shown == '\0' || strcmp (shown, state) == 0)
    return plain (state);
  return g_strdup_printf (C_ ("the state of a Run, and one line of it", "%s · %s"), state, shown);
}

static void
add_meta (
    GVariantBuilder *metas, const char *identifier, const BhRun *run, const char *state, const char *line)
{
  g_autoptr (GIcon) icon = g_themed_icon_new (bh_run_state_icon (run->state));
  g_autoptr (GVariant) serialized = g_icon_serialize (icon);
  g_autofree char *name = plain (run->name), *description = describe (state, line);
  g_autofree char *link = bh_run_link (run->id, -1);

  g_variant_builder_open (metas, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (metas, "{sv}", "id", g_variant_new_string (identifier));
  g_variant_builder_add (metas, "{sv}", "name", g_variant_new_string (name));
  g_variant_builder_add (metas, "{sv}", "description", g_variant_new_string (description));
  g_variant_builder_add (metas, "{sv}", "icon", serialized);
  g_variant_builder_add (metas, "{sv}", "clipboardText", g_variant_new_string (link));
  g_variant_builder_close (metas);
}

static void
add_item (GVariantBuilder *metas, const char *identifier, BhRunItem *item)
{
  const char *unknown = bh_run_item_get_unknown_state (item);
  g_autofree char *line = bh_run_line (item);

  add_meta (metas, identifier, bh_run_item_get_run (item),
            unknown != NULL ? unknown : bh_run_state_label (bh_run_item_get_state (item)), line);
}

/* What follows the coordinator, else what it answered. */
static void
add_result (Call *call, GVariantBuilder *metas, const char *identifier)
{
  BhConnections *connections = call->provider->connections;
  g_autofree char *connection_id = NULL;
  const char *run_id;
  BhConnection *connection;
  BhRunItem *item = NULL;
  BhRun *run = g_hash_table_lookup (call->provider->found, identifier);

  if (connections == NULL || !split_identifier (identifier, &connection_id, &run_id))
    return;
  connection = bh_connections_lookup (connections, connection_id);
  if (connection != NULL)
    item = bh_connection_lookup_run (connection, run_id);
  if (item != NULL)
    add_item (metas, identifier, item);
  else if (run != NULL)
    {
      g_autofree char *line = bh_run_record_line (run);

      add_meta (metas, identifier, run, bh_run_state_label (run->state), line);
    }
}

/* The shell may ask one that was started since it searched. */
static void
learn (Call *call, const char *identifier)
{
  BhSearchProvider *self = call->provider;
  g_autofree char *connection_id = NULL;
  g_autoptr (BhConnection) connection = NULL;
  const char *run_id;

  if (g_hash_table_contains (self->found, identifier) ||
      !split_identifier (identifier, &connection_id, &run_id))
    return;
  if (strcmp (connection_id, BH_CONNECTION_LOCAL_ID) != 0)
    await_loaded (self);
  if (self->connections != NULL &&
      g_set_object (&connection, bh_connections_lookup (self->connections, connection_id)) &&
      await_connection (self, connection) && self->connections != NULL)
    await (bh_future_detached (bh_find_run (self->connections, connection_id, run_id)), call->deadline);
}

static DexFuture *
metas_fiber (gpointer data)
{
  Call *call = data;
  GVariantBuilder builder;

  for (guint i = 0; call->words[i] != NULL; i++)
    learn (call, call->words[i]);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; call->words[i] != NULL; i++)
    add_result (call, &builder, call->words[i]);
  answer (call, g_variant_builder_end (&builder));
  return dex_future_new_true ();
}

/* --- what is chosen ------------------------------------------------------------------------------------ */

static void
activate_result (BhSearchProvider *self, GVariant *parameters)
{
  g_autofree char *connection_id = NULL;
  const char *identifier, *run_id;

  g_variant_get_child (parameters, 0, "&s", &identifier);
  if (split_identifier (identifier, &connection_id, &run_id))
    g_action_group_activate_action (G_ACTION_GROUP (self->application), "open-run",
                                    g_variant_new ("(ss)", connection_id, run_id));
  else
    g_application_activate (self->application);
}

static void
launch_search (BhSearchProvider *self, GVariant *parameters)
{
  g_autoptr (GVariant) terms = g_variant_get_child_value (parameters, 0);
  g_autofree const char **words = g_variant_get_strv (terms, NULL);
  g_autofree char *query = g_strjoinv (" ", (char **) words);

  g_action_group_activate_action (G_ACTION_GROUP (self->application), "search", g_variant_new_string (query));
}

/* --- the object ---------------------------------------------------------------------------------------- */

static void
spawn (BhSearchProvider *self, GDBusMethodInvocation *invocation, DexFiberFunc fiber, GVariant *words)
{
  dex_future_disown (dex_scheduler_spawn (NULL, 0, fiber, call_new (self, invocation, words), call_free));
}

static void
method_call_cb (GDBusConnection *bus,
                const char *sender,
                const char *path,
                const char *interface,
                const char *method,
                GVariant *parameters,
                GDBusMethodInvocation *invocation,
                gpointer data)
{
  BhSearchProvider *self = data;
  /* a narrower search is as quick as a new one */
  g_autoptr (GVariant) words =
      g_variant_get_child_value (parameters, g_str_equal (method, "GetSubsearchResultSet") ? 1 : 0);

  if (g_str_has_suffix (method, "ResultSet"))
    spawn (self, invocation, search_fiber, words);
  else if (g_str_equal (method, "GetResultMetas"))
    spawn (self, invocation, metas_fiber, words);
  else
    {
      if (g_str_equal (method, "ActivateResult"))
        activate_result (self, parameters);
      else
        launch_search (self, parameters);
      g_dbus_method_invocation_return_value (invocation, NULL);
    }
}

static const GDBusInterfaceVTable vtable = { .method_call = method_call_cb };

static void
bh_search_provider_dispose (GObject *object)
{
  BhSearchProvider *self = BH_SEARCH_PROVIDER (object);

  bh_search_provider_unexport (self);
  g_clear_object (&self->connections);
  dex_clear (&self->loaded);
  G_OBJECT_CLASS (bh_search_provider_parent_class)->dispose (object);
}

static void
bh_search_provider_finalize (GObject *object)
{
  g_hash_table_unref (BH_SEARCH_PROVIDER (object)->found);
  G_OBJECT_CLASS (bh_search_provider_parent_class)->finalize (object);
}

static void
bh_search_provider_class_init (BhSearchProviderClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_search_provider_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_search_provider_finalize;
}

static void
bh_search_provider_init (BhSearchProvider *self)
{
  self->found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bh_run_unref);
}

BhSearchProvider *
bh_search_provider_new (GApplication *application)
{
  BhSearchProvider *self;

  g_return_val_if_fail (G_IS_APPLICATION (application), NULL);
  self = g_object_new (BH_TYPE_SEARCH_PROVIDER, NULL);
  self->application = application;
  return self;
}

void
bh_search_provider_set_connections (BhSearchProvider *self, BhConnections *connections, DexFuture *loaded)
{
  g_return_if_fail (BH_IS_SEARCH_PROVIDER (self));
  g_set_object (&self->connections, connections);
  dex_clear (&self->loaded);
  self->loaded = loaded != NULL ? dex_ref (loaded) : NULL;
  self->settled = g_get_monotonic_time () + PATIENCE_MS * G_TIME_SPAN_MILLISECOND;
}

gboolean
bh_search_provider_export (BhSearchProvider *self, GDBusConnection *bus, const char *path, GError **error)
{
  g_autoptr (GBytes) xml = g_resources_lookup_data (INTERFACE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autoptr (GDBusNodeInfo) node = NULL;
  g_autofree char *where = g_strconcat (path, "/SearchProvider", NULL);

  g_return_val_if_fail (BH_IS_SEARCH_PROVIDER (self), FALSE);
  g_assert (xml != NULL);
  /* a resource ends with a zero that is not counted */
  node = g_dbus_node_info_new_for_xml (g_bytes_get_data (xml, NULL), error);
  if (node == NULL)
    return FALSE;
  self->registration =
      g_dbus_connection_register_object (bus, where, node->interfaces[0], &vtable, self, NULL, error);
  if (self->registration != 0)
    g_set_object (&self->bus, bus);
  return self->registration != 0;
}

void
bh_search_provider_unexport (BhSearchProvider *self)
{
  g_return_if_fail (BH_IS_SEARCH_PROVIDER (self));
  if (self->bus != NULL)
    g_dbus_connection_unregister_object (self->bus, self->registration);
  self->registration = 0;
  g_clear_object (&self->bus);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/providers/bh-scope.h"

#include <gio/gio.h>

#define SYSTEMD "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER "org.freedesktop.systemd1.Manager"
#define SYSTEMD_UNIT_EXISTS "org.freedesktop.systemd1.UnitExists"
/* A launch waits for these. The limits of boxd's own hold meanwhile, so there is no reason to wait for long.
 */
#define LOOK_MS 1000
#define ANSWER_MS 2000
/* For how long a systemd that did not answer is not asked again. */
#define SILENCE_US (60 * G_USEC_PER_SEC)

struct _BhScope
{
  GObject parent_instance;

  char *address;
  DexFuture *bus; /* GDBusConnection with a systemd on it; looked for once */
  gint64 silent_until;
};

G_DEFINE_FINAL_TYPE (BhScope, bh_scope, G_TYPE_OBJECT)

/* Not g_bus_get(): that starts a bus of its own where there is none. */
static char *
find_address (void)
{
  const char *named = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);
  g_autofree char *escaped = NULL;

  if (named != NULL && *named != '\0')
    return g_strdup (named);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  escaped = g_dbus_address_escape_value (path);
  return g_strconcat ("unix:path=", escaped, NULL);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;
  GDBusConnection *bus = g_dbus_connection_new_for_address_finish (result, &error);

  if (bus == NULL)
    {
      dex_promise_reject (promise, error);
      return;
    }
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  dex_promise_resolve_object (promise, bus);
}

static DexFuture *
open_bus (const char *address)
{
  DexPromise *promise = dex_promise_new ();

  g_dbus_connection_new_for_address (address,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                         G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                     NULL, NULL, on_connected, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static int
msec_until (gint64 deadline)
{
  return (int) MAX (1, (deadline - g_get_monotonic_time ()) / 1000);
}

static DexFuture *
look_fiber (gpointer data)
{
  BhScope *self = data;
  gint64 deadline = g_get_monotonic_time () + LOOK_MS * 1000;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = NULL;
  g_autoptr (GVariant) reply = NULL;
  gboolean has_owner = FALSE;

  if (self->address == NULL)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "No message bus of this session");
  bus = dex_await_object (dex_future_first (open_bus (self->address), dex_timeout_new_deadline (deadline),
                                            NULL),
                          &error);
  if (bus == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  reply = dex_await_variant (dex_dbus_connection_call (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                       "org.freedesktop.DBus", "NameHasOwner",
                                                       g_variant_new ("(s)", SYSTEMD), G_VARIANT_TYPE ("(b)"),
                                                       G_DBUS_CALL_FLAGS_NONE, msec_until (deadline)),
                             &error);
  if (reply == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  g_variant_get (reply, "(b)", &has_owner);
  if (!has_owner)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "No systemd on the message bus");
  return dex_future_new_take_object (g_steal_pointer (&bus));
}

/* What one call needs; lives as long as its fiber. */
typedef struct
{
  BhScope *self;
  char *id;
  GArray *pids; /* guint32 */
  guint64 memory_bytes;
  double cpus;
  guint tasks;
  char *unit;
  gint64 deadline;
  DexPromise *job; /* resolves with the result of our job, a string */
} Start;

static void
start_free (Start *start)
{
  g_clear_object (&start->self);
  g_free (start->id);
  g_free (start->unit);
  g_array_unref (start->pids);
  dex_clear (&start->job);
  g_free (start);
}

static GVariant *
make_properties (Start *start)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sv)"));
  g_variant_builder_add (&builder, "(sv)", "Description",
                         g_variant_new_take_string (g_strdup_printf ("Bellhop DevBox %s", start->id)));
  g_variant_builder_add (&builder, "(sv)", "PIDs",
                         g_variant_new_fixed_array (G_VARIANT_TYPE_UINT32, start->pids->data,
                                                    start->pids->len, sizeof (guint32)));
  /* nothing stays behind when the box has ended badly */
  g_variant_builder_add (&builder, "(sv)", "CollectMode", g_variant_new_string ("inactive-or-failed"));
  if (start->memory_bytes > 0)
    g_variant_builder_add (&builder, "(sv)", "MemoryMax", g_variant_new_uint64 (start->memory_bytes));
  if (start->tasks > 0)
    g_variant_builder_add (&builder, "(sv)", "TasksMax", g_variant_new_uint64 (start->tasks));
  if (start->cpus > 0)
    g_variant_builder_add (&builder, "(sv)", "CPUQuotaPerSecUSec",
                           g_variant_new_uint64 ((guint64) (start->cpus * G_USEC_PER_SEC + 0.5)));
  return g_variant_builder_end (&builder);
}

static void
on_job_removed (GDBusConnection *bus,
                const char *sender,
                const char *path,
                const char *interface,
                const char *signal,
                GVariant *parameters,
                gpointer data)
{
  Start *start = data;
  const char *unit, *result;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(uoss)")))
    return;
  g_variant_get (parameters, "(uo&s&s)", NULL, NULL, &unit, &result);
  if (g_str_equal (unit, start->unit) && dex_future_is_pending (DEX_FUTURE (start->job)))
    dex_promise_resolve_string (start->job, g_strdup (result));
}

/* The method returns when the job is queued; the processes have been moved when it is done. */
static gboolean
queue_job (Start *start, GDBusConnection *bus, GError **error)
{
  GVariant *no_others = g_variant_new_array (G_VARIANT_TYPE ("(sa(sv))"), NULL, 0);
  g_autoptr (GVariant) reply = dex_await_variant (
      dex_dbus_connection_call (bus, SYSTEMD, SYSTEMD_PATH, SYSTEMD_MANAGER, "StartTransientUnit",
                                g_variant_new ("(ss@a(sv)@a(sa(sv)))", start->unit, "fail",
                                               make_properties (start), no_others),
                                G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NONE, msec_until (start->deadline)),
      error);

  return reply != NULL;
}

static gboolean
unit_exists (const GError *error)
{
  g_autofree char *name = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;

  return g_strcmp0 (name, SYSTEMD_UNIT_EXISTS) == 0;
}

static gboolean
start_unit (Start *start, GDBusConnection *bus, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autofree char *result = NULL;
  gboolean queued = queue_job (start, bus, &failure);

  if (!queued && unit_exists (failure))
    {
      /* that of the box's last life has not gone yet */
      g_clear_error (&failure);
      g_free (start->unit);
      start->unit =
          g_strdup_printf ("bellhop-box-%s-%u.scope", start->id, g_array_index (start->pids, guint32, 0));
      queued = queue_job (start, bus, &failure);
    }
  if (queued)
    result = dex_await_string (dex_future_first (dex_ref (start->job),
                                                 dex_timeout_new_deadline (start->deadline), NULL),
                               &failure);
  if (result == NULL)
    {
      g_dbus_error_strip_remote_error (failure);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (g_str_equal (result, "done"))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "systemd could not make %s: %s", start->unit, result);
  return FALSE;
}

static gboolean
is_timeout (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
         g_error_matches (error, DEX_ERROR, DEX_ERROR_TIMED_OUT);
}

static DexFuture *
start_fiber (gpointer data)
{
  Start *start = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = dex_await_object (dex_ref (start->self->bus), &error);
  gboolean done;
  guint subscription;

  if (bus == NULL && is_timeout (error))
    {
      /* it is asked again, but not by the next box at once */
      dex_clear (&start->self->bus);
      start->self->silent_until = g_get_monotonic_time () + SILENCE_US;
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  if (bus == NULL)
    return dex_future_new_false ();
  start->deadline = g_get_monotonic_time () + ANSWER_MS * 1000;
  /* systemd sends its signals only to who has subscribed; asking twice is refused and means nothing */
  g_dbus_connection_call (bus, SYSTEMD, SYSTEMD_PATH, SYSTEMD_MANAGER, "Subscribe", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NONE, ANSWER_MS, NULL, NULL, NULL);
  subscription =
      g_dbus_connection_signal_subscribe (bus, SYSTEMD, SYSTEMD_MANAGER, "JobRemoved", SYSTEMD_PATH, NULL,
                                          G_DBUS_SIGNAL_FLAGS_NONE, on_job_removed, start, NULL);
  done = start_unit (start, bus, &error);
  g_dbus_connection_signal_unsubscribe (bus, subscription);
  if (done)
    return dex_future_new_true ();
  if (!is_timeout (error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  start->self->silent_until = g_get_monotonic_time () + SILENCE_US;
  return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "systemd did not answer in time");
}

/* A bus that went away may have come back. */
static void
forget_closed_bus (BhScope *self)
{
  const GValue *value =
      self->bus != NULL && dex_future_is_resolved (self->bus) ? dex_future_get_value (self->bus, NULL) : NULL;

  if (value != NULL && g_dbus_connection_is_closed (g_value_get_object (value)))
    dex_clear (&self->bus);
}

DexFuture *
bh_scope_start (BhScope *self, const BhScopeLimits *limits)
{
  Start *start;

  dex_return_error_if_fail (BH_IS_SCOPE (self));
  dex_return_error_if_fail (limits != NULL && limits->n_pids > 0);
  if (self->silent_until > g_get_monotonic_time ())
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "systemd did not answer a moment ago");
  forget_closed_bus (self);
  if (self->bus == NULL)
    self->bus = dex_scheduler_spawn (NULL, 0, look_fiber, g_object_ref (self), g_object_unref);
  start = g_new0 (Start, 1);
  start->self = g_object_ref (self);
  start->id = g_strdup (limits->id);
  start->unit = g_strdup_printf ("bellhop-box-%s.scope", limits->id);
  start->pids = g_array_sized_new (FALSE, FALSE, sizeof (guint32), limits->n_pids);
  for (guint i = 0; i < limits->n_pids; i++)
    {
      guint32 pid = (guint32) limits->pids[i];
      g_array_append_val (start->pids, pid);
    }
  start->memory_bytes = limits->memory_bytes;
  start->cpus = limits->cpus;
  start->tasks = limits->tasks;
  start->job = dex_promise_new ();
  return dex_scheduler_spawn (NULL, 0, start_fiber, start, (GDestroyNotify) start_free);
}

static void
bh_scope_finalize (GObject *object)
{
  BhScope *self = BH_SCOPE (object);

  g_free (self->address);
  dex_clear (&self->bus);
  G_OBJECT_CLASS (bh_scope_parent_class)->finalize (object);
}

static void
bh_scope_class_init (BhScopeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_scope_finalize;
}

static void
bh_scope_init (BhScope *self)
{
}

BhScope *
bh_scope_new (const char *address)
{
  BhScope *self = g_object_new (BH_TYPE_SCOPE, NULL);

  self->address = address != NULL ? g_strdup (address) : find_address ();
  return self;
}

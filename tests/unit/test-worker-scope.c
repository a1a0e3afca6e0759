/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* The limits of a box as a whole, asked of a systemd that the test plays. */

#include <unistd.h>

#include "test-worker-systemd.h"
#include "worker/providers/bh-scope.h"

#define ID "b_0123456789abcdef"
#define UNIT "bellhop-box-" ID ".scope"

static const pid_t pids[] = { 4711, 4712 };
static const BhScopeLimits all_limits = {
  .id = ID,
  .pids = pids,
  .n_pids = G_N_ELEMENTS (pids),
  .memory_bytes = 3221225472,
  .cpus = 1.5,
  .tasks = 4096,
};

/* Runs the main loop meanwhile, which the systemd lives on too. */
static DexFuture *
finish (DexFuture *future)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  return future;
}

static gboolean
start (BhScope *scope, const BhScopeLimits *limits, GError **error)
{
  g_autoptr (DexFuture) future = finish (bh_scope_start (scope, limits));
  const GValue *value = dex_future_get_value (future, error);

  return value != NULL && g_value_get_boolean (value);
}

static void
assert_number (Systemd *systemd, const char *name, guint64 expected)
{
  g_autoptr (GVariant) value = systemd_property (systemd, UNIT, name);

  g_assert_nonnull (value);
  g_assert_cmpuint (g_variant_get_uint64 (value), ==, expected);
}

static void
test_properties (void)
{
  g_autoptr (Systemd) systemd = systemd_new ();
  g_autoptr (BhScope) scope = bh_scope_new (NULL);
  g_autoptr (GVariant) processes = NULL;
  g_autoptr (GVariant) collect = NULL;
  g_autoptr (GError) error = NULL;

  systemd_appear (systemd);
  g_assert_true (start (scope, &all_limits, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (systemd->units), ==, 1);
  assert_number (systemd, "MemoryMax", 3221225472);
  assert_number (systemd, "TasksMax", 4096);
  assert_number (systemd, "CPUQuotaPerSecUSec", 1500000);
  processes = systemd_property (systemd, UNIT, "PIDs");
  g_assert_cmpstr (g_variant_get_type_string (processes), ==, "au");
  {
    g_autofree char *text = g_variant_print (processes, FALSE);
    g_assert_cmpstr (text, ==, "[4711, 4712]");
  }
  collect = systemd_property (systemd, UNIT, "CollectMode");
  g_assert_cmpstr (g_variant_get_string (collect, NULL), ==, "inactive-or-failed");
}

/* No limit is no property: systemd refuses a limit of nothing. */
static void
test_no_limits (void)
{
  static const char *const names[] = { "MemoryMax", "TasksMax", "CPUQuotaPerSecUSec" };
  const BhScopeLimits limits = { .id = ID, .pids = pids, .n_pids = 1 };
  g_autoptr (Systemd) systemd = systemd_new ();
  g_autoptr (BhScope) scope = bh_scope_new (NULL);
  g_autoptr (GError) error = NULL;

  systemd_appear (systemd);
  systemd->mood = SYSTEMD_JOB_AT_ONCE;
  g_assert_true (start (scope, &limits, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_null (systemd_property (systemd, UNIT, names[i]));
}

/* Many at one time, and one after them: who has subscribed already is refused, and that means nothing. */
static void
test_many (void)
{
  g_autoptr (Systemd) systemd = systemd_new ();
  g_autoptr (BhScope) scope = bh_scope_new (NULL);
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (dex_unref);

  systemd_appear (systemd);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *id = g_strdup_printf ("b_%016x", i);
      BhScopeLimits limits = all_limits;

      limits.id = id;
      g_ptr_array_add (futures, bh_scope_start (scope, &limits));
    }
  for (guint i = 0; i < 20; i++)
    g_assert_true (dex_future_is_resolved (finish (futures->pdata[i])));
  g_assert_cmpuint (g_hash_table_size (systemd->units), ==, 20);
}

static void
test_no_systemd (void)
{
  g_autoptr (Systemd) bus_alone = systemd_new ();
  g_autoptr (BhScope) scope = bh_scope_new (NULL);
  g_autoptr (BhScope) no_bus = bh_scope_new ("unix:path=/nonexistent/bus");
  g_autoptr (GError) error = NULL;

  g_assert_false (start (scope, &all_limits, &error));
  g_assert_no_error (error);
  g_assert_false (start (no_bus, &all_limits, &error));
  g_assert_no_error (error);
}

static void
test_refused (void)
{
  g_autoptr (Systemd) systemd = systemd_new ();
  g_autoptr (BhScope) scope = bh_scope_new (NULL);
  g_autoptr (GError) error = NULL;

  systemd_appear (systemd);
  systemd->mood = SYSTEMD_REFUSES;
  g_assert_false (start (scope, &all_limits, &error));
  g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED);
  g_assert_cmpstr (error->message, ==, "Not today.");
  g_clear_error (&error);
  /* one that answers is asked again the next time */
  systemd->mood = SYSTEMD_WORKS;
  g_assert_true (start (scope, &all_limits, &error));
  g_assert_no_error (error);
}

static void
test_job_fails (void)
{
  g_autoptr (Systemd) systemd = systemd_new ();
  g_autoptr (BhScope) scope = bh_scope_new (NULL);
  g_autoptr (GError) error = NULL;

  systemd_appear (systemd);
  systemd->mood = SYSTEMD_JOB_FAILS;
  g_assert_false (start (scope, &all_limits, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, UNIT));
}

/* That of the box's last life is still there: the next one is called otherwise, and limited as well. */
static void
test_exists (void)
{
  g_autoptr (Systemd) systemd = systemd_new ();
  g_autoptr (BhScope) scope = bh_scope_new (NULL);
  g_autoptr (GVariant) tasks = NULL;
  g_autoptr (GError) error = NULL;

  systemd_appear (systemd);
  g_assert_true (start (scope, &all_limits, &error));
  g_assert_true (start (scope, &all_limits, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (systemd->units), ==, 2);
  tasks = systemd_property (systemd, "bellhop-box-" ID "-4711.scope", "TasksMax");
  g_assert_cmpuint (g_variant_get_uint64 (tasks), ==, 4096);
  /* and when that is taken too it ends */
  g_assert_false (start (scope, &all_limits, &error));
  g_assert_nonnull (error);
}

/* A systemd that hangs holds up one launch for a moment, and those after it not at all. */
static void
test_silent (gconstpointer mood)
{
  g_autoptr (Systemd) systemd = systemd_new ();
  g_autoptr (BhScope) scope = bh_scope_new (NULL);
  g_autoptr (GError) error = NULL;
  DexFuture *next;

  systemd_appear (systemd);
  systemd->mood = (SystemdMood) GPOINTER_TO_INT (mood);
  g_assert_false (start (scope, &all_limits, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpuint (systemd->calls, ==, 1);
  next = bh_scope_start (scope, &all_limits);
  g_assert_true (dex_future_is_rejected (next));
  dex_unref (next);
  g_assert_cmpuint (systemd->calls, ==, 1);
}

/* The bus went away and came back under the same address, with its systemd: it is looked for anew. */
static void
test_bus_restarted (void)
{
  Systemd *first = systemd_new ();
  g_autoptr (Systemd) second = NULL;
  g_autoptr (BhScope) scope = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("scope-XXXXXX", &error);
  g_autofree char *link = g_build_filename (dir, "bus", NULL);
  g_autofree char *address = g_strconcat ("unix:path=", link, NULL);
  const char *path = strchr (g_getenv ("DBUS_SESSION_BUS_ADDRESS"), '/');
  g_autofree char *bus = g_strndup (path, strcspn (path, ","));

  systemd_appear (first);
  g_assert_no_errno (symlink (bus, link));
  scope = bh_scope_new (address);
  g_assert_true (start (scope, &all_limits, &error));
  systemd_free (first);
  second = systemd_new ();
  systemd_appear (second);
  path = strchr (g_getenv ("DBUS_SESSION_BUS_ADDRESS"), '/');
  g_free (bus);
  bus = g_strndup (path, strcspn (path, ","));
  g_assert_no_errno (unlink (link));
  g_assert_no_errno (symlink (bus, link));
  /* the connection notices its end in its own time; a box may fall back until then */
  while (!start (scope, &all_limits, NULL))
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (g_hash_table_size (second->units), ==, 1);
  g_assert_no_errno (unlink (link));
  g_assert_no_errno (rmdir (dir));
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker/scope/properties", test_properties);
  g_test_add_func ("/worker/scope/no-limits", test_no_limits);
  g_test_add_func ("/worker/scope/many", test_many);
  g_test_add_func ("/worker/scope/no-systemd", test_no_systemd);
  g_test_add_func ("/worker/scope/refused", test_refused);
  g_test_add_func ("/worker/scope/job-fails", test_job_fails);
  g_test_add_func ("/worker/scope/exists", test_exists);
  g_test_add_data_func ("/worker/scope/mute", GINT_TO_POINTER (SYSTEMD_IS_MUTE), test_silent);
  g_test_add_data_func ("/worker/scope/job-never-ends", GINT_TO_POINTER (SYSTEMD_JOB_NEVER), test_silent);
  g_test_add_func ("/worker/scope/bus-restarted", test_bus_restarted);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* A real box is launched whatever the systemd of the session does. */

#include <glib/gstdio.h>

#include "../unit/test-worker-systemd.h"
#include "worker/providers/bh-bubblewrap.h"

#define ID "b_0123456789abcdef"
#define UNIT "bellhop-box-" ID ".scope"

static DexFuture *
finish (DexFuture *future)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  return future;
}

static void
await_ok (DexFuture *future)
{
  g_autoptr (DexFuture) owned = finish (future);
  g_autoptr (GError) error = NULL;

  dex_future_get_value (owned, &error);
  g_assert_no_error (error);
}

static void
launch_and_remove (BhProvider *provider)
{
  const BhLaunchSpec spec = {
    .id = (char *) ID,
    .image = (char *) "host",
    .network = (char *) "offline",
    .memory_bytes = 1 << 30,
    .cpus = 2,
    .pids = 100,
  };

  await_ok (bh_provider_launch (provider, &spec));
  await_ok (bh_provider_connect (provider, ID));
  await_ok (bh_provider_stop (provider, ID, 0));
  await_ok (bh_provider_remove (provider, ID));
}

static void
test_launch (gconstpointer mood)
{
  g_autoptr (Systemd) systemd = systemd_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *state = g_dir_make_tmp ("scope-XXXXXX", &error);
  g_autofree char *boxes = g_build_filename (state, "boxes", NULL);
  g_autoptr (BhBubblewrap) provider = bh_bubblewrap_new (state, "desk", &error);
  g_autoptr (GVariant) processes = NULL;

  g_assert_no_error (error);
  systemd_appear (systemd);
  systemd->mood = (SystemdMood) GPOINTER_TO_INT (mood);
  launch_and_remove (BH_PROVIDER (provider));
  g_assert_cmpuint (systemd->calls, ==, 1);
  if (systemd->mood == SYSTEMD_WORKS)
    {
      g_autoptr (GVariant) tasks = systemd_property (systemd, UNIT, "TasksMax");

      g_assert_cmpuint (g_variant_get_uint64 (tasks), ==, 100);
      processes = systemd_property (systemd, UNIT, "PIDs");
      g_assert_cmpuint (g_variant_n_children (processes), ==, 2);
    }
  g_assert_no_errno (g_rmdir (boxes));
  g_assert_no_errno (g_rmdir (state));
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/scope/launch", GINT_TO_POINTER (SYSTEMD_WORKS), test_launch);
  g_test_add_data_func ("/scope/refused", GINT_TO_POINTER (SYSTEMD_REFUSES), test_launch);
  g_test_add_data_func ("/scope/job-fails", GINT_TO_POINTER (SYSTEMD_JOB_FAILS), test_launch);
  g_test_add_data_func ("/scope/mute", GINT_TO_POINTER (SYSTEMD_IS_MUTE), test_launch);
  g_test_add_data_func ("/scope/job-never-ends", GINT_TO_POINTER (SYSTEMD_JOB_NEVER), test_launch);
  return g_test_run ();
}

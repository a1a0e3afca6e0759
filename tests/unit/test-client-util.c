/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-client-util.h"

DexFuture *
settled (DexFuture *future)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  return future;
}

GError *
rejected (DexFuture *future)
{
  g_autoptr (DexFuture) done = settled (future);
  GError *error = NULL;

  dex_future_get_value (done, &error);
  return error;
}

static void
counted_cb (guint *count)
{
  (*count)++;
}

void
count_signal (gpointer object, const char *signal, guint *count)
{
  g_signal_connect_swapped (object, signal, G_CALLBACK (counted_cb), count);
}

void
drain_loop (void)
{
  for (guint quiet = 0; quiet < 20; quiet++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        quiet = 0;
      g_usleep (500);
    }
}

BhConnection *
connected_to (ScriptedCoordinator *coordinator)
{
  BhConnection *connection =
      bh_connection_new_local ("This computer", scripted_coordinator_get_socket (coordinator));

  bh_client_set_may_start (bh_connection_get_client (connection), FALSE);
  bh_connection_open (connection);
  wait_until (bh_connection_get_state (connection) == BH_CONNECTION_CONNECTED);
  return connection;
}

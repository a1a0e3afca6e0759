/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Prints every route of the server, "METHOD PATH QUERY…" a line, for test-routes.py. */

#include "coordinator/server/bh-routes.h"

int
main (void)
{
  for (const BhRoute *route = bh_routes_all (); route->method != NULL; route++)
    g_print ("%s %s %s\n", route->method, route->path, route->query);
  return 0;
}

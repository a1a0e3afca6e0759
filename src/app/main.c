/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "app/bh-application.h"

int
main (int argc, char **argv)
{
  g_autoptr (BhApplication) application = bh_application_new ();
  int status = g_application_run (G_APPLICATION (application), argc, argv);

  bh_application_wind_down (application);
  return status != 0 ? status : bh_application_get_exit_status (application);
}

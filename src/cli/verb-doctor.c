/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/doctor.h"
#include "cli/verbs.h"

static void
check_machine (Doctor *doctor)
{
  doctor_check_bwrap (doctor);
  doctor_check_namespaces (doctor);
  doctor_check_scope (doctor);
  doctor_check_disk (doctor);
  doctor_check_memory (doctor);
}

static void
check_coordinator (Doctor *doctor, gboolean local)
{
  gboolean reached = doctor_check_coordinator (doctor);
  g_autofree char *worker = NULL;

  if (local)
    doctor_check_socket (doctor);
  if (!reached)
    return;
  doctor_check_database_and_clock (doctor);
  worker = doctor_check_worker (doctor);
  if (worker != NULL)
    doctor_check_launch (doctor, worker);
}

int
verb_doctor (Cli *cli, char **args)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object a line", NULL },
    { NULL },
  };
  g_auto (GStrv) rest = NULL;
  g_autoptr (Doctor) doctor = NULL;
  int status;

  if (!cli_parse (cli, entries, 0, 0, args, &rest, &status))
    return status;
  doctor = doctor_new (cli, json);
  /* a coordinator on another machine says nothing about this one */
  if (cli->url == NULL)
    check_machine (doctor);
  check_coordinator (doctor, cli->url == NULL);
  return doctor_get_failures (doctor) > 0 ? CLI_FAILED : CLI_COMPLETED;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <stdio.h>
#include <string.h>

#include "boxd/ask.h"
#include "boxd/init.h"
#include "boxd/join.h"
#include "boxd/util.h"

static const struct
{
  const char *name;
  int (*run) (int argc, char **argv);
} tools[] = {
  { "init", init_run },
  { "connect", connect_run },
  { "ask", ask_run },
  { "mcp", mcp_run },
};

#ifdef __SANITIZE_ADDRESS__
/* Looking for leaks needs to read the own memory through /proc, which init forbids itself. */
const char *__asan_default_options (void);
__attribute__ ((visibility ("default"))) const char *
__asan_default_options (void)
{
  return "detect_leaks=0";
}
#endif

int
main (int argc, char **argv)
{
  const char *slash = argc > 0 ? strrchr (argv[0], '/') : NULL;
  const char *name = slash != NULL ? slash + 1 : argc > 0 ? argv[0] : "";

  if (strcmp (name, "bellhop-ask") == 0)
    return ask_run (argc, argv);
  for (size_t i = 0; argc > 1 && i < N_ELEMENTS (tools); i++)
    if (strcmp (argv[1], tools[i].name) == 0)
      return tools[i].run (argc - 1, argv + 1);
  if (argc == 2 && strcmp (argv[1], "--version") == 0)
    {
      puts ("bellhop-boxd " BH_VERSION);
      return 0;
    }
  fputs ("usage: bellhop-boxd init|connect|ask|mcp [OPTION...]\n", stderr);
  return 2;
}

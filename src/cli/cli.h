/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What the verbs of bellhopctl share: options, the connection, errors and exit statuses. Verbs run on a
 * fiber. */

#include "cli/output.h"
#include "client/bh-client.h"

G_BEGIN_DECLS

typedef enum
{
  CLI_COMPLETED = 0,
  CLI_FAILED = 1,
  CLI_REFUSED = 2, /* or used wrongly, or the coordinator is out of reach */
  CLI_STOPPED = 3,
  CLI_PAUSED = 4, /* on a question that cannot be put to anyone here */
  CLI_DETACHED = 130,
} CliExit;

typedef struct _Cli Cli;
typedef int (*CliVerb) (Cli *cli, char **args);
typedef struct
{
  const char *name;
  CliVerb run;
  const char *arguments; /* for the usage line */
  const char *summary;
} CliVerbInfo;

struct _Cli
{
  char *socket_path;
  char *url;
  char *token;
  char *fingerprint;
  gboolean no_start;
  const CliVerbInfo *verb; /* (nullable) under way */
  char *group;             /* (nullable) "box", "token" */
  Output *out;
  Output *err;
  BhClient *client; /* NULL until cli_connect() */
  JsonNode *info;   /* /v1/info as of then */
};

Cli *cli_new (void);
void cli_free (Cli *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Cli, cli_free)

/* All of it: finds the verb in `args` (its program's name first) and runs it. Returns the exit status. */
int cli_main (Cli *self, char **args);
/* Runs the one of `verbs` (the last has a NULL name) that args[1] names. */
int cli_dispatch (Cli *self, const CliVerbInfo *verbs, char **args);

/* Parses the options of the verb under way, and the global ones among them; between `min` and `max` arguments
 * must be left. `args` (with the verb's name first) is used up; *rest are the arguments. FALSE: *status is
 * what to exit with (help was printed, or an error). */
gboolean cli_parse (
    Cli *self, const GOptionEntry *entries, guint min, guint max, char **args, char ***rest, int *status);
/* Says what was wrong and where help is. Returns CLI_REFUSED. */
int cli_usage_error (Cli *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Prints an error. Returns CLI_REFUSED, whatever it is: CLI_FAILED says that the Run did. Takes `error`. */
int cli_fail (Cli *self, GError *error);

/* Connects with what the options say, starting the local coordinator if need be. */
gboolean cli_connect (Cli *self, GError **error);
/* One request after cli_connect(); FALSE on failure, *answer may be NULL (204). */
gboolean cli_request (
    Cli *self, const char *method, const char *path, JsonNode *body, JsonNode **answer, GError **error);
/* The member `name`, an array, of the answer to a GET; (transfer full) */
JsonArray *cli_get_list (Cli *self, const char *path, const char *name, GError **error);
/* The id of the Run that `text` names: an id, the unique beginning of one, or "latest". (transfer full) */
char *cli_find_run (Cli *self, const char *text, GError **error);
BhRun *cli_get_run (Cli *self, const char *id, GError **error);
/* For what a person reads: asks what engines are called. If that fails they are called by their ids. */
void cli_learn_engines (Cli *self);
/* (transfer full) “Claude Code – API credits”; the id where that is not known */
char *cli_engine_label (const char *id);

#define CLI_ERROR (cli_error_quark ())
typedef enum
{
  CLI_ERROR_REFUSED, /* exit status 2 */
} CliError;
GQuark cli_error_quark (void);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

/* Ends with a NULL name. */
extern const CliVerbInfo cli_verbs[];

int verb_run (Cli *cli, char **args);
int verb_list (Cli *cli, char **args);
int verb_show (Cli *cli, char **args);
int verb_follow (Cli *cli, char **args);
int verb_answer (Cli *cli, char **args);
int verb_steer (Cli *cli, char **args);
int verb_withdraw (Cli *cli, char **args);
int verb_stop (Cli *cli, char **args);
int verb_rm (Cli *cli, char **args);
int verb_boxes (Cli *cli, char **args);
int verb_box (Cli *cli, char **args);
int verb_box_shell (Cli *cli, char **args);
int verb_workers (Cli *cli, char **args);
int verb_engines (Cli *cli, char **args);
int verb_keys (Cli *cli, char **args);
int verb_sign_ins (Cli *cli, char **args);
int verb_token (Cli *cli, char **args);
int verb_doctor (Cli *cli, char **args);

G_END_DECLS

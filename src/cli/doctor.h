/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What `bellhopctl doctor` has found, one finding for each check. */

#include "cli/cli.h"

G_BEGIN_DECLS

typedef struct _Doctor Doctor;

Doctor *doctor_new (Cli *cli, gboolean json);
void doctor_free (Doctor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Doctor, doctor_free)

Cli *doctor_get_cli (Doctor *self);
guint doctor_get_failures (Doctor *self);
void doctor_good (Doctor *self, const char *check, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* Worth knowing, no failure. */
void doctor_info (Doctor *self, const char *check, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* `fix` is what the person can do. */
void doctor_bad (Doctor *self, const char *check, const char *fix, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
/* Something measured for the check that is reported next. */
void doctor_measure (Doctor *self, const char *name, gint64 duration_us);

/* doctor-checks.c: this machine */
void doctor_check_socket (Doctor *self);
void doctor_check_namespaces (Doctor *self);
void doctor_check_bwrap (Doctor *self);
void doctor_check_scope (Doctor *self);
void doctor_check_disk (Doctor *self);
void doctor_check_memory (Doctor *self);
/* doctor-launch.c: the coordinator and what it can do */
gboolean doctor_check_coordinator (Doctor *self);
void doctor_check_database_and_clock (Doctor *self);
/* (nullable) the worker that is online. (transfer full) */
char *doctor_check_worker (Doctor *self);
void doctor_check_launch (Doctor *self, const char *worker);

G_END_DECLS

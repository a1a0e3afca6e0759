/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What a scope needs of a person's systemd, on a message bus of the test's own: as strict about names and
 * types of properties as the real one, and with its bad moods. */

#include <gio/gio.h>

typedef enum
{
  SYSTEMD_WORKS,
  SYSTEMD_REFUSES,
  SYSTEMD_IS_MUTE,     /* takes the call and never answers */
  SYSTEMD_JOB_FAILS,   /* queues the job, which fails */
  SYSTEMD_JOB_NEVER,   /* queues the job, which never ends */
  SYSTEMD_JOB_AT_ONCE, /* the job ends before the method returns */
} SystemdMood;

typedef struct
{
  SystemdMood mood;
  guint calls;       /* of StartTransientUnit */
  guint subscribers; /* the signals go to nobody before somebody asked for them */
  /* unit -> a{sv}: a test adds what is to exist before, and looks at what was made */
  GHashTable *units;

  GTestDBus *bus;
  GDBusConnection *connection;
  guint registration;
  guint jobs;
  GPtrArray *unanswered;
} Systemd;

/* Starts the bus, whose address becomes that of the session. The systemd comes with systemd_appear(). */
Systemd *systemd_new (void);
void systemd_free (Systemd *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Systemd, systemd_free)

void systemd_appear (Systemd *self);

/* One property of a unit that was made; NULL when it is not set. */
GVariant *systemd_property (Systemd *self, const char *unit, const char *name);

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <libdex.h>

#include "app/bh-active-runs.h"
#include "app/bh-application.h"
#include "app/bh-background.h"
#include "app/bh-search-provider.h"
#include "app/bh-unread.h"
#include "app/bh-window.h"
#include "app/questions/bh-notifier.h"
#include "app/widgets/bh-unsent.h"

G_BEGIN_DECLS

/* What bh-application*.c share. */
struct _BhApplication
{
  AdwApplication parent_instance;

  GSettings *settings;
  BhConnections *connections;
  BhActiveRuns *runs;
  BhBackground *background;
  BhNotifier *notifier;
  BhUnread *unread;
  BhUnsent *unsent;
  BhSearchProvider *search; /* (nullable) */
  DexFuture *loaded;        /* resolves when the saved connections are there */
  DexFuture *closed;        /* resolves when nothing of the connections is under way any more */
  gboolean asleep;          /* nothing is started before the person wants something */
  int exit_status;
  guint quit_source;
};

/* The window, made if there is none, in front. (transfer none) */
BhWindow *bh_application_present_window (BhApplication *self);
/* (transfer none) (nullable) */
BhWindow *bh_application_get_window (BhApplication *self);
/* The person wants something: from now on a coordinator that is not there is started, and who was about to
 * leave stays. */
void bh_application_wake (BhApplication *self);
/* It was quit: what comes of anything asked for before is not shown any more. */
gboolean bh_application_is_leaving (BhApplication *self);
void bh_application_add_actions (BhApplication *self);
/* Opens what `text`, a Run's id or link, names. `line` (nullable): told what is wrong; else a toast tells. */
void bh_application_open_text (BhApplication *self, const char *text, GApplicationCommandLine *line);
void bh_application_add_options (BhApplication *self);
int bh_application_command_line (GApplication *application, GApplicationCommandLine *line);

G_END_DECLS

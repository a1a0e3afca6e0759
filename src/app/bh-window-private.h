/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "app/bh-active-runs.h"
#include "app/bh-connection-banners.h"
#include "app/bh-window.h"
#include "app/run/bh-run-view.h"
#include "app/runs/bh-run-list-view.h"

G_BEGIN_DECLS

/* What bh-window*.c share. */
struct _BhWindow
{
  AdwApplicationWindow parent_instance;

  /* template */
  AdwToastOverlay *toasts;
  AdwNavigationSplitView *split;
  BhRunListView *list;
  AdwNavigationPage *nothing; /* beside the list while no Run is open */
  BhConnectionBanners *banners;

  /* owned */
  BhRunView *page;      /* (nullable) until one may be opened */
  GdkFrameClock *clock; /* (nullable): until there is something to prepare the page for */
  guint prepare_source;
  BhRunItem *ahead_run; /* (nullable): is open, and shown as soon as its page is made */
  BhTimeline *ahead;    /* (nullable): its timeline */
  gint64 ahead_row;     /* the row that is to be shown, -1: the end */
  guint ahead_source;
  GSettings *settings;
  BhConnections *connections;
  GSignalGroup *run_signals; /* of the Run that is open */
  BhActiveRuns *runs;        /* to tell of their ends */
  GPtrArray *deletions;      /* those that can still be undone */
  GHashTable *told;          /* ids of open question sets that were spoken of */
};

/* Really deletes what could still be undone. */
void bh_window_finish_deletions (BhWindow *self);
/* Makes the page now, if there is a Run that waits for it. */
void bh_window_show_ahead (BhWindow *self);
/* Shows no Run, if it is that one. */
void bh_window_close_run (BhWindow *self, BhRunItem *run);
void bh_window_compose_recipe (BhWindow *self, const char *path);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "app/run/bh-chat-composer.h"
#include "app/run/bh-find-bar.h"
#include "app/run/bh-run-details.h"
#include "app/run/bh-run-export.h"
#include "app/run/bh-run-view.h"
#include "app/run/bh-timeline-view.h"

G_BEGIN_DECLS

/* What bh-run-view*.c share. */
struct _BhRunView
{
  AdwNavigationPage parent_instance;

  /* template */
  AdwWindowTitle *heading;
  GtkWidget *details_button;
  GtkWidget *menu_button;
  GtkWidget *stop_button;
  GtkWidget *pill;
  GtkImage *pill_icon;
  GtkLabel *pill_label;
  BhFindBar *find_bar;
  AdwBanner *banner;
  GtkStack *stack;
  AdwStatusPage *problem;
  GtkWidget *try_again;
  AdwOverlaySplitView *split;
  BhTimelineView *view;
  BhChatComposer *composer;
  BhRunDetails *details;

  /* owned */
  BhRunItem *run;       /* (nullable) */
  BhTimeline *timeline; /* (nullable): of that Run */
  GSignalGroup *run_signals;
  GSignalGroup *timeline_signals;
  char *announced; /* (nullable): id of the question set that was told of last */
  gboolean was_over;
};

/* Installs the actions "run.…". */
void bh_run_view_install_actions (GtkWidgetClass *klass);
/* Enables those that can be done with the Run as it is. */
void bh_run_view_update_actions (BhRunView *self);
/* Opens the sheet for that question set, NULL: the open one. */
void bh_run_view_answer (BhRunView *self, const char *question_id);
/* Asks for a file, and writes a part of a row into it, or the whole Run. */
void bh_run_view_save_body (BhRunView *self, guint64 row, BhPart part);
void bh_run_view_export (BhRunView *self, BhExportFormat format);

G_END_DECLS

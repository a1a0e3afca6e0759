/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The window on a scripted coordinator. */

#include "config.h"

#include "app/bh-window-private.h"
#include "app/run/bh-run-view-private.h"
#include "support/scripted-coordinator.h"
#include "support/ui-test.h"

G_BEGIN_DECLS

typedef struct
{
  ScriptedCoordinator *coordinator;
  BhApplication *application;
  BhWindow *window;
  BhRunList *list;
} Fixture;

/* With so many Runs (GUINT_TO_POINTER ()) that are over, each a second older than the one before. */
void set_up (Fixture *self, gconstpointer n);
/* On `self->coordinator`. */
void open_window (Fixture *self);
/* The n-th Run, which is known, and waits until its page is there. */
void open_run (Fixture *self, guint n);
void tear_down (Fixture *self, gconstpointer data);

/* Turns the main loop until `condition (self, data)` holds. */
#define wait_for(self, condition, data, what) WAIT_UNTIL ((condition) (self, data), what)

void put_run (Fixture *self, guint n, BhRunState state, gint64 seconds_ago);
guint n_items (gpointer model);
/* (nullable): the first of that type, which is the widget or below it. */
GtkWidget *find_type (gpointer widget, GType type);
/* Presses the button that says so, or has that icon or tooltip, once it is there and can be pressed. */
void press (Fixture *self, const char *text);
/* The item of the menu that is open; without its underscore. */
void choose (Fixture *self, const char *text);

/* Conditions: of the list (GUINT_TO_POINTER ()), */
gboolean has_items (Fixture *self, gconstpointer n);
gboolean has_at_least (Fixture *self, gconstpointer n);
/* of the window, */
gboolean has_button (Fixture *self, gconstpointer text);
gboolean has_item (Fixture *self, gconstpointer text);
/* of what a label in sight says somewhere, */
gboolean is_said (Fixture *self, gconstpointer text);
gboolean is_not_said (Fixture *self, gconstpointer text);
/* of the clipboard, */
gboolean is_copied (Fixture *self, gconstpointer text);
/* and of what the coordinator was asked: "METHOD /path…". */
gboolean was_asked (Fixture *self, gconstpointer request);

G_END_DECLS

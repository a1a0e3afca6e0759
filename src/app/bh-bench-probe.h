/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What build-aux/bench measures an app by, from inside. Does nothing unless $BELLHOP_BENCH is set.
 *
 * Commands are lines on standard input, what is measured are JSON lines on standard error. `CLASS` is a style
 * class of the GtkListView that is meant ("timeline", "navigation-sidebar"). Times are of the monotonic
 * clock, in microseconds.
 *
 * - (at once) {"event":"first-frame","at":…}: the first window was painted
 * - open RUN: opens a Run of the app (action app.open-run)
 * - action NAME: activates an action of the window
 * - toggle N: expands or collapses a row (action timeline.toggle)
 * - press LABEL: the first button in sight whose label begins so: {"event":"pressed","at":…}, or
 * "not-pressed"
 * - type TEXT: into the search entry
 * - await CLASS N M: {"event":"content",…}: the first frame with the list's end in sight and all of it
 * loaded, that has at least N rows; M: the most it may have
 * - await-text N: {"event":"text",…}: the first frame with a text of at least N characters in sight
 * - tour CLASS N: {"event":"tour","work":[…]}: N jumps with a few small scrolls after each; the work of each
 *   frame
 * - fill CLASS N: {"event":"filled","at":…}: scrolls to the end until the list has N rows
 * - frames: {"event":"frames","work":[…],"latency":[…]} since the last such command: the work of frames, and
 * how late a timer of 5 ms was
 * - stamps: from now on each frame looks for the newest "stamp SECONDS" of a text in sight
 * - stamped: {"event":"stamped","late":[…]}: how old, by the wall clock, those were when painted */

#include <gtk/gtk.h>

G_BEGIN_DECLS

void bh_bench_probe_start (GtkApplication *application);

G_END_DECLS

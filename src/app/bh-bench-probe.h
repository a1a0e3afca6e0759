/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What build-aux/bench measures an app by, from inside. Does nothing unless $BELLHOP_BENCH is set.
 *
 * Commands are lines on standard input, what is measured are JSON lines on standard error. `CLASS` is a style
 * class of the GtkListView that is meant ("timeline", "navigation-sidebar"). Times are of the monotonic
 * clock, in microseconds.
 *
 * At once:
 *   {"event":"first-frame","at":…}: the first window was painted.
 *
 * Commands:
 *   open RUN: opens a Run of the app (action app.open-run).
 *   action NAME: activates an action of the window.
 *   toggle N: expands or collapses a row (action timeline.toggle).
 *   press LABEL: the first button in sight whose label begins so:
 *     {"event":"pressed","at":…}, or "not-pressed".
 *   type TEXT: into the search entry: {"event":"typed","at":…}.
 *   await CLASS N M: the first frame with the list in sight, what is to be seen of it loaded, and N to M rows
 *     (at least 1, and as many as there may be): {"event":"content","at":…}.
 *   await-end CLASS N M: the same with the list's end in sight.
 *   await-text N: the first frame with a text of at least N characters in sight: {"event":"text","at":…}.
 *   tour CLASS N: N jumps with a few small scrolls after each: {"event":"tour","work":[…]}, the work of each
 *     frame.
 *   fill CLASS N: scrolls to the end until the list has N rows: {"event":"filled","at":…}.
 *   frames: {"event":"frames","work":[…],"latency":[…]} since the last such command: the work of frames, and
 *     how late a timer of 5 ms was.
 *   stamps: from now on each frame looks for the newest "stamp SECONDS" of a text in sight.
 *   stamped: {"event":"stamped","late":[…]}: how old, by the wall clock, those were when painted. */

#include <gtk/gtk.h>

G_BEGIN_DECLS

void bh_bench_probe_start (GtkApplication *application);

G_END_DECLS

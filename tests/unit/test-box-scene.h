/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A box on a worker that the test plays, and the moves that the tests of boxes share. Only in fibers. */

#include "test-box-fake.h"

#define MiB (1024 * 1024)

typedef struct
{
  Fake *fake;
  Peer *peer;
  BhBox *box;
  GBytes *message; /* the last frame expected */
} Scene;

/* A connected box with handle 1. */
Scene scene (Fake *fake);
void scene_clear (Scene *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)
/* The worker is killed and comes back; the box has handle 2 from then on. */
void scene_restart (Scene *self);
/* The next frame, which must be of that type; valid until the next one. */
BhFrame scene_expect (Scene *self, guint8 type);
void scene_assert_attach (Scene *self, guint64 from, guint64 limit);
/* A process that runs, `true`. */
BhProcess *scene_spawned (Scene *self, guint32 id);
/* A program in the box has opened a channel. */
void scene_announce (Peer *peer, guint32 handle, guint32 id);
/* Standard output from `from` up to `to`. */
void scene_send_zeros (Peer *peer, guint32 handle, guint32 id, guint64 from, guint64 to);

void await_ok (DexFuture *future);
void await_error (DexFuture *future, GQuark domain, int code);
/* The next chunk of standard output is this. */
void assert_read (BhProcess *process, guint64 offset, const char *text);

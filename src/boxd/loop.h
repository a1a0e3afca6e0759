/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The event loop: descriptors and what to call when they are ready. */

#include <sys/epoll.h>
#include "boxd/util.h"

struct source
{
  int fd; /* owned; -1 = none */
  uint32_t events;
  bool watched;
  void (*ready) (struct source *source, uint32_t events);
};

#define LOOP_BATCH 64

struct loop
{
  int epoll;
  int n, at; /* of the batch being worked through */
  struct epoll_event batch[LOOP_BATCH];
};

/* 0, or -1 with errno. */
int loop_init (struct loop *self);
void loop_clear (struct loop *self);
void source_init (struct source *source, int fd, void (*ready) (struct source *source, uint32_t events));
/* Watches for `events`; with none, still for errors and hang-ups. 0, or -1 with errno. */
int loop_watch (struct loop *self, struct source *source, uint32_t events);
/* Not even for errors and hang-ups. After it `ready` is not called, not even for what was already seen. */
void loop_unwatch (struct loop *self, struct source *source);
/* Unwatches and closes. */
void loop_close (struct loop *self, struct source *source);
/* Waits for something, at most timeout_ms (-1: for ever), and calls who is ready. */
void loop_turn (struct loop *self, int timeout_ms);

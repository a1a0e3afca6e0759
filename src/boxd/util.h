/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Small things every module of boxd needs. */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifndef TEMP_FAILURE_RETRY
#define TEMP_FAILURE_RETRY(expression)                                                                       \
  (__extension__ ({                                                                                          \
    long int result_;                                                                                        \
    do                                                                                                       \
      result_ = (long int) (expression);                                                                     \
    while (result_ == -1L && errno == EINTR);                                                                \
    result_;                                                                                                 \
  }))
#endif

#define cleanup_close __attribute__ ((cleanup (util_close_p)))
#define cleanup_free __attribute__ ((cleanup (util_free_p)))

/* the struct that holds `member` at `pointer`; through void * because the cast raises no alignment here */
#define container_of(pointer, type, member) ((type *) (void *) ((char *) (pointer) - offsetof (type, member)))
#define N_ELEMENTS(array) (sizeof (array) / sizeof ((array)[0]))
#define MIN_OF(a, b) ((a) < (b) ? (a) : (b))
#define MAX_OF(a, b) ((a) > (b) ? (a) : (b))

void util_close_p (int *fd);
void util_free_p (void *pointer);

/* The descriptor, which the variable then no longer owns. */
static inline int
steal_fd (int *fd)
{
  int taken = *fd;

  *fd = -1;
  return taken;
}

/* Prints the message and ends the program with status 1. Only before the first process starts. */
void die (const char *format, ...) __attribute__ ((noreturn, format (printf, 1, 2)));

/* Microseconds of the monotonic clock. */
uint64_t util_now_us (void);
/* 0, or -1 with errno. */
int util_set_nonblock (int fd);
/* Makes the folders above `path` with mode 0755. 0, or -1 with errno. */
int util_make_parents (const char *path);
/* A listening Unix socket at `path`, replacing a stale one; or -1 with errno. */
int util_listen (const char *path, mode_t mode);
/* A connection to the Unix socket at `path`, or -1 with errno. */
int util_connect (const char *path);
/* Writes all of it to a blocking descriptor. 0, or -1 with errno. */
int util_write_all (int fd, const void *data, size_t length);

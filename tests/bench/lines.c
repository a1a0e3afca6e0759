/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* lines N PAUSE-US [FILE]: prints N lines "SECONDS.MICROSECONDS NUMBER", one every PAUSE-US, beginning once
 * FILE is there. It costs next to nothing, so that what is measured is Bellhop and not the shell that prints.
 */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int
main (int argc, char **argv)
{
  long n = argc > 1 ? atol (argv[1]) : 0;
  long pause_us = argc > 2 ? atol (argv[2]) : 0;
  struct timespec next, now;
  char line[64];

  while (argc > 3 && access (argv[3], F_OK) != 0)
    usleep (50000);
  clock_gettime (CLOCK_MONOTONIC, &next);
  for (long i = 0; i < n; i++)
    {
      int length;

      clock_gettime (CLOCK_REALTIME, &now);
      length = snprintf (line, sizeof line, "%ld.%06ld %ld\n", (long) now.tv_sec, now.tv_nsec / 1000, i);
      if (write (STDOUT_FILENO, line, (size_t) length) != length)
        return 1;
      next.tv_nsec += pause_us * 1000;
      next.tv_sec += next.tv_nsec / 1000000000;
      next.tv_nsec %= 1000000000;
      clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
  return 0;
}

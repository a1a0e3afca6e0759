/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/join.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "boxd/paths.h"
#include "boxd/util.h"

#define COPY_SIZE 65536u
#define ENGINE_MAX 100u

int
join_programs (void)
{
  const char *path = getenv (BOX_PROGRAM_SOCKET_ENV);

  return util_connect (path != NULL && path[0] != '\0' ? path : BOX_PROGRAM_SOCKET);
}

/* One read and all of it written. 1, 0 at the end, -1 with errno. */
static int
copy (int from, int to)
{
  uint8_t bytes[COPY_SIZE];
  ssize_t n = TEMP_FAILURE_RETRY (read (from, bytes, sizeof bytes));

  if (n <= 0)
    return (int) n;
  return util_write_all (to, bytes, (size_t) n) < 0 ? -1 : 1;
}

/* Copies one way until the end, in a process of its own: each direction may wait without the other. */
static pid_t
copy_input (int fd)
{
  pid_t pid = fork ();

  if (pid != 0)
    return pid;
  while (copy (STDIN_FILENO, fd) > 0)
    ;
  shutdown (fd, SHUT_WR);
  _exit (0);
}

int
join_stdio (int fd)
{
  int result;
  pid_t child;

  signal (SIGPIPE, SIG_IGN);
  child = copy_input (fd);
  if (child < 0)
    return -1;
  while ((result = copy (fd, STDOUT_FILENO)) > 0)
    ;
  kill (child, SIGKILL);
  /* a peer that ends with bytes of ours unread is an end like any other */
  return result < 0 && errno != ECONNRESET ? -1 : 0;
}

int
connect_run (int argc, char **argv)
{
  const char *path = argc == 3 && strcmp (argv[1], "--socket") == 0 ? argv[2] : BOX_OUTSIDE_SOCKET;
  cleanup_close int fd = -1;

  if (argc != 1 && path != argv[2])
    {
      fputs ("usage: bellhop-boxd connect [--socket PATH]\n", stderr);
      return 2;
    }
  fd = util_connect (path);
  if (fd < 0)
    die ("connecting to %s: %s: is this a DevBox, and does its init run?", path, strerror (errno));
  return join_stdio (fd) < 0 ? 1 : 0;
}

/* An id: nothing in it needs to be escaped. */
static int
is_engine (const char *text)
{
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

  return text[0] != '\0' && strlen (text) <= ENGINE_MAX && text[strspn (text, allowed)] == '\0';
}

int
mcp_run (int argc, char **argv)
{
  char hello[64 + ENGINE_MAX];
  cleanup_close int fd = -1;
  int length;

  if (argc > 2 || (argc == 2 && !is_engine (argv[1])))
    {
      fputs ("usage: bellhop-boxd mcp [ENGINE]\n", stderr);
      return 2;
    }
  length = argc == 2 ? snprintf (hello, sizeof hello, "{\"kind\":\"mcp\",\"engine\":\"%s\"}\n", argv[1])
                     : snprintf (hello, sizeof hello, "{\"kind\":\"mcp\"}\n");
  signal (SIGPIPE, SIG_IGN);
  fd = join_programs ();
  if (fd < 0)
    die ("there is no DevBox to speak from: %s", strerror (errno));
  if (util_write_all (fd, hello, (size_t) length) < 0)
    die ("sending: %s", strerror (errno));
  return join_stdio (fd) < 0 ? 1 : 0;
}

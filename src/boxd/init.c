/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/init.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "boxd/channel.h"
#include "boxd/conn.h"
#include "boxd/paths.h"
#include "boxd/proc.h"
#include "wire/wire.h"

#define SPOOL_LIMIT (64u * 1024 * 1024)
#define GRACE_US 2000000u
#define RETRY_MS 100

struct options
{
  int listen_fd;
  const char *listen;
  const char *box_socket;
  rlim_t nproc, data;
  bool has_nproc, has_data;
};

static const char usage[] = "usage: bellhop-boxd init [--listen-fd N | --listen PATH] [--box-socket PATH]\n"
                            "                         [--rlimit-nproc N] [--rlimit-data BYTES]\n";

static rlim_t
parse_number (const char *option, const char *text)
{
  char *end;
  unsigned long long number;

  errno = 0;
  number = strtoull (text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0)
    die ("--%s wants a number, not \"%s\"", option, text);
  return number;
}

static void
parse_options (struct options *options, int argc, char **argv)
{
  static const struct option known[] = {
    { "listen-fd", required_argument, NULL, 'f' },   { "listen", required_argument, NULL, 'l' },
    { "box-socket", required_argument, NULL, 'b' },  { "rlimit-nproc", required_argument, NULL, 'n' },
    { "rlimit-data", required_argument, NULL, 'd' }, { 0 },
  };
  int c;

  *options =
      (struct options) { .listen_fd = -1, .listen = BOX_OUTSIDE_SOCKET, .box_socket = BOX_PROGRAM_SOCKET };
  while ((c = getopt_long (argc, argv, "", known, NULL)) != -1)
    switch (c)
      {
      case 'f':
        options->listen_fd = (int) MIN_OF (parse_number ("listen-fd", optarg), (rlim_t) INT32_MAX);
        break;
      case 'l':
        options->listen = optarg;
        break;
      case 'b':
        options->box_socket = optarg;
        break;
      case 'n':
        options->nproc = parse_number ("rlimit-nproc", optarg);
        options->has_nproc = true;
        break;
      case 'd':
        options->data = parse_number ("rlimit-data", optarg);
        options->has_data = true;
        break;
      default:
        fputs (usage, stderr);
        exit (2);
      }
  if (optind < argc)
    {
      fputs (usage, stderr);
      exit (2);
    }
}

/* ---- becoming an init ---- */

/* Descriptors that were left open by whoever started this are none of the box's business. */
static void
close_strays (int keep)
{
  unsigned int kept = keep < 3 ? 3u : (unsigned int) keep;
  int null = open ("/dev/null", O_RDWR);

  while (null >= 0 && null < 3)
    null = open ("/dev/null", O_RDWR);
  if (kept > 3)
    syscall (SYS_close_range, 3u, kept - 1, 0u);
  syscall (SYS_close_range, keep < 3 ? 3u : kept + 1, ~0u, 0u);
}

/* Abstract sockets belong to the network namespace, so a box that shares the machine's network could reach
 * those of the desktop outside: an X server there lets in whoever has the same user id. Landlock
 * (landlock(7), since Linux 6.12) confines the box to the ones made inside it; it holds for all its programs.
 * An older kernel cannot do it, and says so to nobody: it is a limit that DESIGN.md names. */
static void
confine_abstract_sockets (void)
{
  struct
  {
    uint64_t handled_access_fs, handled_access_net, scoped;
  } rules = { .scoped = 1 /* LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET */ };
  int fd;

  if (syscall (SYS_landlock_create_ruleset, NULL, 0, 1 /* LANDLOCK_CREATE_RULESET_VERSION */) < 6)
    return;
  fd = (int) syscall (SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
  if (fd < 0)
    return;
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall (SYS_landlock_restrict_self, fd, 0) < 0)
    die ("landlock: %s", strerror (errno));
  close (fd);
}

static void
become_init (struct box *box)
{
  struct rlimit files;

  for (int signum = 1; signum < NSIG; signum++)
    signal (signum, SIG_DFL);
  umask (022);
  box->is_pid_1 = getpid () == 1;
  /* the box's programs run as the same user: without this they could read and change its memory and
   * descriptors */
  if (prctl (PR_SET_DUMPABLE, 0) < 0)
    die ("PR_SET_DUMPABLE: %s", strerror (errno));
  if (box->is_pid_1)
    confine_abstract_sockets ();
  if (!box->is_pid_1 && prctl (PR_SET_CHILD_SUBREAPER, 1) < 0)
    die ("PR_SET_CHILD_SUBREAPER: %s", strerror (errno));
  if (chdir ("/") < 0)
    die ("chdir to /: %s", strerror (errno));
  if (getrlimit (RLIMIT_NOFILE, &box->files) < 0)
    die ("RLIMIT_NOFILE: %s", strerror (errno));
  files = box->files;
  files.rlim_cur = files.rlim_max;
  setrlimit (RLIMIT_NOFILE, &files);
}

static void
outside_ready (struct source *source, uint32_t events)
{
  conns_accept (container_of (source, struct box, outside));
}

static void
programs_ready (struct source *source, uint32_t events)
{
  channels_accept (container_of (source, struct box, programs));
}

static void
open_sockets (struct box *box, const struct options *options)
{
  int outside = options->listen_fd, programs;

  if (outside < 0)
    outside = util_listen (options->listen, 0600);
  else if (listen (outside, 64) < 0 || fcntl (outside, F_SETFD, FD_CLOEXEC) < 0 ||
           util_set_nonblock (outside) < 0)
    die ("--listen-fd %d: %s: it must be a bound stream socket", outside, strerror (errno));
  if (outside < 0)
    die ("listening on %s: %s", options->listen, strerror (errno));
  /* any user of the box may ask */
  programs = util_listen (options->box_socket, 0666);
  if (programs < 0)
    die ("listening on %s: %s: choose another place with --box-socket", options->box_socket,
         strerror (errno));
  source_init (&box->outside, outside, outside_ready);
  source_init (&box->programs, programs, programs_ready);
}

/* ---- signals ---- */

static void
stop (struct box *box)
{
  if (box->stopping)
    return;
  box->stopping = true;
  box->deadline_us = util_now_us () + GRACE_US;
  procs_signal_all (box, SIGTERM);
  /* what is stopped cannot end */
  procs_signal_all (box, SIGCONT);
}

/* As PID 1 only somebody outside the box may end it: whoever is in it has a pid here, and cannot feign
 * SI_USER. */
static bool
is_from_outside (const struct box *box, const struct signalfd_siginfo *info)
{
  return !box->is_pid_1 || (info->ssi_code == SI_USER && info->ssi_pid == 0);
}

static void
signals_ready (struct source *source, uint32_t events)
{
  struct box *box = container_of (source, struct box, signals);
  struct signalfd_siginfo info;

  while (TEMP_FAILURE_RETRY (read (source->fd, &info, sizeof info)) == (ssize_t) sizeof info)
    if (info.ssi_signo != SIGCHLD && is_from_outside (box, &info))
      stop (box);
  procs_reap (box);
}

static void
catch_signals (struct box *box)
{
  sigset_t all, wanted;
  int fd;

  /* SIGPIPE too: every write says EPIPE instead */
  sigfillset (&all);
  sigprocmask (SIG_SETMASK, &all, NULL);
  sigemptyset (&wanted);
  sigaddset (&wanted, SIGCHLD);
  sigaddset (&wanted, SIGTERM);
  sigaddset (&wanted, SIGINT);
  fd = signalfd (-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0)
    die ("signalfd: %s", strerror (errno));
  source_init (&box->signals, fd, signals_ready);
}

/* ---- the loop ---- */

static int
timeout (const struct box *box)
{
  uint64_t now;

  if (box->recheck)
    return 0;
  if (box->starved)
    return RETRY_MS;
  if (!box->stopping)
    return -1;
  now = util_now_us ();
  return now >= box->deadline_us ? 0 : (int) ((box->deadline_us - now) / 1000u) + 1;
}

/* False when everything has ended, or will not. */
static bool
go_on_stopping (struct box *box)
{
  if (!procs_reap (box))
    return false;
  if (util_now_us () < box->deadline_us)
    return true;
  if (box->killed)
    return false;
  box->killed = true;
  box->deadline_us = util_now_us () + GRACE_US;
  procs_signal_all (box, SIGKILL);
  return true;
}

static void
retry (struct box *box)
{
  box->starved = false;
  if (loop_watch (&box->loop, &box->outside, EPOLLIN) < 0)
    box->starved = true;
  units_retry (box);
  procs_retry (box);
}

static void
run (struct box *box)
{
  do
    {
      bool starved = box->starved;

      loop_turn (&box->loop, timeout (box));
      if (starved)
        retry (box);
      conns_sweep (box);
      channels_watch (box);
    }
  while (!box->stopping || go_on_stopping (box));
}

static void
box_init (struct box *box, const struct options *options)
{
  memset (box, 0, sizeof *box);
  for (size_t i = 0; i < BOX_BUCKETS; i++)
    list_init (&box->units[i]);
  list_init (&box->released);
  list_init (&box->conns);
  box->next_channel = BH_WIRE_FIRST_CHANNEL;
  box->spool_limit = SPOOL_LIMIT;
  box->started_us = util_now_us ();
  box->has_nproc = options->has_nproc;
  box->nproc.rlim_cur = options->nproc;
  box->has_data = options->has_data;
  box->data.rlim_cur = options->data;
  if (loop_init (&box->loop) < 0)
    die ("epoll: %s", strerror (errno));
}

int
init_run (int argc, char **argv)
{
  static struct box box;
  struct options options;

  parse_options (&options, argc, argv);
  close_strays (options.listen_fd);
  box_init (&box, &options);
  become_init (&box);
  catch_signals (&box);
  open_sockets (&box, &options);
  if (loop_watch (&box.loop, &box.signals, EPOLLIN) < 0 || loop_watch (&box.loop, &box.outside, EPOLLIN) < 0)
    die ("epoll: %s", strerror (errno));
  channels_watch (&box);
  run (&box);
  return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/proc.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boxd/tree.h"
#include "wire/wire.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441
#endif

/* What works for nobody's eyes yields to what a person looks at: the desktop, and those who carry the output.
 * For a program without a terminal. */
#define NICENESS 5
#define NICENESS_TEXT "5"

/* The descriptors of a process to be. */
struct plumbing
{
  int child[3]; /* stdin, stdout, stderr of the process */
  int ours[3];  /* the other ends; -1: none */
};

/* What the child needs between vfork() and exec(): nothing may be allocated there. */
struct launch
{
  const struct box *box;
  const struct spawn_request *request;
  char *const *candidates;
  const int *fds;
  volatile int error; /* vfork() shares memory, so the child can say why */
};

static void
plumbing_clear (struct plumbing *self)
{
  for (int i = 0; i < 3; i++)
    {
      util_close_p (&self->child[i]);
      util_close_p (&self->ours[i]);
    }
}

/* O_CLOEXEC on all; only our ends do not block, as programs expect theirs to. */
static int
make_pipe (int *read_end, int *write_end, int *ours)
{
  int fds[2];

  if (pipe2 (fds, O_CLOEXEC) < 0)
    return -1;
  *read_end = fds[0];
  *write_end = fds[1];
  return util_set_nonblock (*ours);
}

static int
plumb_pipes (struct plumbing *self, bool merged)
{
  if (make_pipe (&self->child[0], &self->ours[0], &self->ours[0]) < 0)
    return -1;
  if (make_pipe (&self->ours[1], &self->child[1], &self->ours[1]) < 0)
    return -1;
  if (!merged)
    return make_pipe (&self->ours[2], &self->child[2], &self->ours[2]);
  self->child[2] = fcntl (self->child[1], F_DUPFD_CLOEXEC, 3);
  return self->child[2] < 0 ? -1 : 0;
}

static int
plumb_terminal (struct plumbing *self, uint16_t rows, uint16_t columns)
{
  struct winsize size = { .ws_row = rows, .ws_col = columns };
  int unlocked = 0;

  self->ours[1] = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (self->ours[1] < 0 || ioctl (self->ours[1], TIOCSPTLCK, &unlocked) < 0)
    return -1;
  /* by descriptor, so it is right in whatever mount namespace this is. It is opened here, before the process,
   * for a terminal that nobody has open yet reads as ended. */
  self->child[0] = ioctl (self->ours[1], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (self->child[0] < 0 || ioctl (self->ours[1], TIOCSWINSZ, &size) < 0)
    return -1;
  for (int i = 1; i < 3; i++)
    if ((self->child[i] = fcntl (self->child[0], F_DUPFD_CLOEXEC, 3)) < 0)
      return -1;
  /* input and output are watched apart, which takes two descriptors */
  self->ours[0] = fcntl (self->ours[1], F_DUPFD_CLOEXEC, 3);
  return self->ours[0] < 0 ? -1 : util_set_nonblock (self->ours[1]);
}

static void
limit (int resource, rlim_t value)
{
  struct rlimit old, set;

  if (getrlimit (resource, &old) < 0)
    return;
  set.rlim_max = MIN_OF (value, old.rlim_max);
  set.rlim_cur = set.rlim_max;
  setrlimit (resource, &set);
}

static void
set_limits (const struct box *box)
{
  limit (RLIMIT_CORE, 0);
  if (box->has_nproc)
    limit (RLIMIT_NPROC, box->nproc.rlim_cur);
  if (box->has_data)
    limit (RLIMIT_DATA, box->data.rlim_cur);
  setrlimit (RLIMIT_NOFILE, &box->files);
}

/* Like execvp(), but for the candidates and the environment given. Returns only when none can be executed. */
static void
exec_first (const struct launch *launch)
{
  int error = ENOENT;

  for (char *const *path = launch->candidates; *path != NULL; path++)
    {
      execve (*path, launch->request->argv, launch->request->env);
      if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
        {
          error = errno;
          break;
        }
      /* "not allowed" says more than "not found", wherever in PATH it was */
      if (errno == EACCES)
        error = EACCES;
    }
  errno = error;
}

/* Where the kernel groups by sessions (sched(7), autogroup) niceness counts within the session only, so the
 * session gets the same. It takes that of ten sessions a second; the others are asked for again. The child
 * cannot do it by itself: until exec() its files in /proc are out of its reach, as init's are. */
static void
quiet_session (struct unit *self)
{
  char path[40];
  int fd;

  snprintf (path, sizeof path, "/proc/%d/autogroup", (int) self->pid);
  fd = open (path, O_WRONLY | O_CLOEXEC);
  self->eager = fd >= 0 && write (fd, NICENESS_TEXT, sizeof NICENESS_TEXT - 1) < 0 && errno == EAGAIN;
  if (self->eager)
    self->box->starved = true;
  if (fd >= 0)
    close (fd);
}

void
procs_retry (struct box *box)
{
  units_foreach (unit, box) if (unit->eager)
  {
    unit->eager = false;
    if (!unit->ended)
      quiet_session (unit);
  }
}

/* Runs in the child, in the memory of init: no allocation, no return. Signals have their default actions
 * since init_run(); exec() makes the process dumpable again, which init is not. */
static void __attribute__ ((noreturn))
child_run (struct launch *launch)
{
  sigset_t none;

  setsid ();
  if ((launch->request->flags & BH_SPAWN_PTY) != 0 && ioctl (launch->fds[0], TIOCSCTTY, 0) < 0)
    goto failed;
  for (int i = 0; i < 3; i++)
    if (dup2 (launch->fds[i], i) < 0)
      goto failed;
  syscall (SYS_close_range, 3u, ~0u, 0u);
  set_limits (launch->box);
  if ((launch->request->flags & BH_SPAWN_PTY) == 0)
    setpriority (PRIO_PROCESS, 0, NICENESS);
  if (launch->request->cwd[0] != '\0' && chdir (launch->request->cwd) < 0)
    goto failed;
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  exec_first (launch);
failed:
  launch->error = errno;
  _exit (127);
}

/* The pid, or -1 with errno. */
static pid_t
launch_process (struct launch *launch)
{
  pid_t pid = vfork ();

  if (pid == 0)
    child_run (launch);
  if (pid < 0)
    return -1;
  if (launch->error == 0)
    return pid;
  TEMP_FAILURE_RETRY (waitpid (pid, NULL, 0));
  errno = launch->error;
  return -1;
}

static pid_t
start (struct box *box, const struct spawn_request *request, struct plumbing *plumbing)
{
  cleanup_free char **candidates = spawn_candidates (request);
  struct launch launch = { .box = box, .request = request, .candidates = candidates, .fds = plumbing->child };
  bool terminal = (request->flags & BH_SPAWN_PTY) != 0;

  if (candidates == NULL)
    return -1;
  if (terminal ? plumb_terminal (plumbing, request->rows, request->columns) < 0
               : plumb_pipes (plumbing, (request->flags & BH_SPAWN_MERGED) != 0) < 0)
    return -1;
  return launch_process (&launch);
}

struct unit *
proc_spawn (struct box *box, uint32_t id, const struct spawn_request *request)
{
  struct plumbing plumbing = { { -1, -1, -1 }, { -1, -1, -1 } };
  struct unit *self = NULL;
  pid_t pid = -1;
  int saved;

  if (box->stopping || box->n_units >= BOX_UNITS_MAX)
    errno = EAGAIN;
  else
    self = unit_new (box, UNIT_PROCESS, id, box->spool_limit);
  if (self != NULL)
    pid = start (box, request, &plumbing);
  if (pid > 0)
    {
      self->pid = pid;
      if ((request->flags & BH_SPAWN_PTY) != 0)
        self->terminal = plumbing.ours[1];
      else
        quiet_session (self);
      unit_adopt (self, steal_fd (&plumbing.ours[0]), steal_fd (&plumbing.ours[1]),
                  steal_fd (&plumbing.ours[2]));
    }
  saved = errno;
  plumbing_clear (&plumbing);
  if (pid < 0 && self != NULL)
    {
      unit_free (self);
      self = NULL;
    }
  errno = saved;
  return self;
}

/* ---- signals ---- */

/* Once a process was reaped its pid may be another's: then what is left of its session is out of reach. */
static bool
pid_was_reused (const struct unit *self)
{
  units_foreach (unit, self->box) if (unit != self && unit->kind == UNIT_PROCESS && !unit->ended &&
                                      unit->pid == self->pid) return true;
  return false;
}

static int
signal_children (struct unit *self, int signum, bool kin)
{
  char variable[sizeof BH_PROCESS_VARIABLE "=4294967295"];

  snprintf (variable, sizeof variable, BH_PROCESS_VARIABLE "=%u", self->id);
  return tree_signal (self->pid, true, kin ? variable : NULL, signum);
}

int
proc_signal (struct unit *self, int signum, uint8_t flags)
{
  if (self->kind != UNIT_PROCESS || (self->ended && (flags == 0 || pid_was_reused (self))))
    return ESRCH;
  if (flags & BH_SIGNAL_CHILDREN)
    return signal_children (self, signum, (flags & BH_SIGNAL_KIN) == BH_SIGNAL_KIN);
  /* not reaped yet, so the pid is its own */
  if (kill (flags & BH_SIGNAL_GROUP ? -self->pid : self->pid, signum) < 0)
    return errno;
  return 0;
}

int
procs_signal_all (struct box *box, int signum)
{
  if (!box->is_pid_1)
    return tree_signal (getpid (), false, NULL, signum);
  /* everything in the namespace but its first process; that nothing is there is no failure */
  if (kill (-1, signum) < 0 && errno != ESRCH)
    return errno;
  return 0;
}

int
proc_resize (struct unit *self, uint16_t rows, uint16_t columns)
{
  struct winsize size = { .ws_row = rows, .ws_col = columns };

  if (self->terminal < 0)
    return ENOTTY;
  return ioctl (self->terminal, TIOCSWINSZ, &size) < 0 ? errno : 0;
}

/* ---- the end ---- */

static void
reaped (struct unit *self, int status)
{
  self->status = WIFEXITED (status) ? WEXITSTATUS (status) : 0;
  self->signal = WIFSIGNALED (status) ? WTERMSIG (status) : 0;
  unit_end (self);
  unit_free_if_over (self);
}

static struct unit *
find_running (struct box *box, pid_t pid)
{
  units_foreach (unit, box) if (unit->kind == UNIT_PROCESS && !unit->ended && unit->pid == pid) return unit;
  list_foreach (link, &box->released)
  {
    struct unit *unit = container_of (link, struct unit, link);

    if (unit->kind == UNIT_PROCESS && !unit->ended && unit->pid == pid)
      return unit;
  }
  return NULL;
}

bool
procs_reap (struct box *box)
{
  int status;
  pid_t pid;

  while ((pid = waitpid (-1, &status, WNOHANG)) > 0)
    {
      struct unit *unit = find_running (box, pid);

      if (unit != NULL)
        reaped (unit, status);
    }
  return pid == 0 || errno != ECHILD;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "client/bh-client-start.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <libdex.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/bh-future.h"
#include "protocol/bh-error.h"
#include "protocol/bh-paths.h"
#include "protocol/bh-text.h"

#define BUS_NAME "org.bellhop.Coordinator"
#define LOG_MAX (1024 * 1024)
#define LAST_WORDS_MAX 2048

struct _BhClientStart
{
  int pidfd; /* -1: D-Bus started it, or it has ended before it could be held */
  gboolean ended;
  char *log;
  goffset log_from;
};

static GType bh_client_start_get_type (void);
G_DEFINE_BOXED_TYPE (BhClientStart, bh_client_start, bh_client_start_ref, bh_client_start_unref)

BhClientStart *
bh_client_start_ref (BhClientStart *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
start_clear (gpointer data)
{
  BhClientStart *self = data;

  if (self->pidfd >= 0)
    close (self->pidfd);
  g_free (self->log);
}

void
bh_client_start_unref (BhClientStart *self)
{
  g_atomic_rc_box_release_full (self, start_clear);
}

gboolean
bh_client_start_has_ended (BhClientStart *self)
{
  struct pollfd pfd = { .fd = self->pidfd, .events = POLLIN };

  if (!self->ended && self->pidfd >= 0)
    self->ended = poll (&pfd, 1, 0) > 0;
  return self->ended;
}

/* Of a log that is no file nothing is read: it may be one that never ends. */
static gpointer
read_last_words (gpointer data, GError **error)
{
  const BhClientStart *self = data;
  g_autofd int fd = g_open (self->log, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  goffset end = fd >= 0 ? lseek (fd, 0, SEEK_END) : -1;
  goffset from = MAX (self->log_from, end - LAST_WORDS_MAX);
  char text[LAST_WORDS_MAX];
  gssize length = from < end ? pread (fd, text, (gsize) (end - from), from) : 0;

  return g_bytes_new (text, (gsize) MAX (length, 0));
}

char *
bh_client_start_last_words (BhClientStart *self)
{
  g_autoptr (GBytes) words = NULL;

  if (self->log != NULL)
    words = dex_await_boxed (bh_future_in_thread (G_TYPE_BYTES, read_last_words, bh_client_start_ref (self),
                                                  (GDestroyNotify) bh_client_start_unref),
                             NULL);
  if (words == NULL)
    return g_strdup ("");
  return g_strchomp (bh_text_shown (g_bytes_get_data (words, NULL), g_bytes_get_size (words), NULL));
}

/* D-Bus activation is for the one coordinator of the login session, never for one at another socket or of a
 * build folder. */
static gboolean
may_use_bus (const char *socket_path)
{
  g_autofree char *standard =
      g_build_filename (g_get_user_runtime_dir (), "bellhop", "coordinator.sock", NULL);
  g_autofree char *bus = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);

  return strcmp (standard, socket_path) == 0 && g_getenv ("BELLHOP_UNINSTALLED") == NULL &&
         (g_getenv ("DBUS_SESSION_BUS_ADDRESS") != NULL || g_file_test (bus, G_FILE_TEST_EXISTS));
}

static GVariant *
call_bus (GDBusConnection *bus, const char *method, GVariant *arguments, const char *reply, int msec)
{
  g_autoptr (GError) error = NULL;
  GVariant *result =
      dex_await_variant (dex_dbus_connection_call (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                   "org.freedesktop.DBus", method, arguments,
                                                   G_VARIANT_TYPE (reply), G_DBUS_CALL_FLAGS_NONE, msec),
                         &error);

  if (result == NULL)
    g_debug ("D-Bus %s: %s", method, error->message);
  return result;
}

static gboolean
start_over_bus (void)
{
  g_autoptr (GDBusConnection) bus = NULL;
  g_autoptr (GVariant) names = NULL, started = NULL;
  g_autofree const char **list = NULL;
  g_autoptr (GError) error = NULL;

  bus = dex_await_object (dex_future_first (dex_bus_get (G_BUS_TYPE_SESSION), dex_timeout_new_msec (1000),
                                            NULL),
                          &error);
  if (bus == NULL)
    return FALSE;
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  names = call_bus (bus, "ListActivatableNames", NULL, "(as)", 1000);
  if (names == NULL)
    return FALSE;
  g_variant_get (names, "(^a&s)", &list);
  if (!g_strv_contains (list, BUS_NAME))
    return FALSE;
  started = call_bus (bus, "StartServiceByName", g_variant_new ("(su)", BUS_NAME, 0), "(u)", 10000);
  return started != NULL;
}

static int
open_log (BhClientStart *self, GError **error)
{
  g_autofree char *folder = bh_path_data ();
  int fd;

  self->log = g_build_filename (folder, "coordinator.log", NULL);
  if (g_mkdir_with_parents (folder, 0700) == 0 &&
      (fd = g_open (self->log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) >= 0)
    {
      self->log_from = MAX (lseek (fd, 0, SEEK_END), 0);
      if (self->log_from > LOG_MAX && ftruncate (fd, 0) == 0)
        self->log_from = 0;
      return fd;
    }
  bh_set_error (error, BH_ERROR_UNREACHABLE, NULL,
                _ ("The coordinator cannot be started: its log %s cannot be written: %s. "
                   "Make that folder writable, or set XDG_DATA_HOME to one that is"),
                self->log, g_strerror (errno));
  return -1;
}

/* In the child of a process with threads: nothing but system calls from here on. */
static G_GNUC_NORETURN void
become_coordinator (const char *const *argv, int log, int report)
{
  sigset_t none;
  pid_t pid;
  int null;

  setsid ();
  /* the second fork gives up the session's lead, so that no terminal is ever taken */
  pid = fork ();
  if (pid != 0)
    {
      gint32 message = pid < 0 ? -errno : (gint32) pid;
      _exit (write (report, &message, sizeof message) == sizeof message ? 0 : 1);
    }
  for (int number = 1; number < NSIG; number++)
    signal (number, SIG_DFL);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  null = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0 || chdir ("/") != 0 || dup2 (null, 0) < 0 || dup2 (log, 1) < 0 || dup2 (log, 2) < 0)
    _exit (127);
  syscall (SYS_close_range, 3u, ~0u, 0u);
  execve (argv[0], (char *const *) argv, environ);
  dprintf (2, "%s cannot be run: errno %d\n", argv[0], errno);
  _exit (127);
}

static gint32
read_report (int fd)
{
  gint32 message;
  ssize_t n = TEMP_FAILURE_RETRY (read (fd, &message, sizeof message));

  return n == sizeof message ? message : -EIO;
}

/* The pid of the detached program, or a negative errno. */
static gint32
spawn_detached (const char *program, const char *socket_path, int log)
{
  const char *argv[] = { program, "--auto-start", "--socket", socket_path, NULL };
  int pipe_fds[2];
  gint32 result;
  pid_t child;

  if (pipe2 (pipe_fds, O_CLOEXEC) != 0)
    return -errno;
  child = fork ();
  if (child == 0)
    become_coordinator (argv, log, pipe_fds[1]);
  result = child < 0 ? -errno : 0;
  close (pipe_fds[1]);
  if (child > 0)
    {
      result = read_report (pipe_fds[0]);
      TEMP_FAILURE_RETRY (waitpid (child, NULL, 0));
    }
  close (pipe_fds[0]);
  return result;
}

typedef struct
{
  char *socket_path;
  GCancellable *cancellable; /* (nullable) */
} Launch;

static Launch *
launch_new (const char *socket_path, GCancellable *cancellable)
{
  Launch *self = g_new0 (Launch, 1);

  self->socket_path = g_strdup (socket_path);
  g_set_object (&self->cancellable, cancellable);
  return self;
}

static void
launch_free (gpointer data)
{
  Launch *self = data;

  g_free (self->socket_path);
  g_clear_object (&self->cancellable);
  g_free (self);
}

static BhClientStart *
start_new (void)
{
  BhClientStart *self = g_atomic_rc_box_new0 (BhClientStart);

  self->pidfd = -1;
  return self;
}

static gboolean
spawn (BhClientStart *self, const char *program, const char *socket_path, int log, GError **error)
{
  gint32 pid = spawn_detached (program, socket_path, log);

  if (pid <= 0)
    {
      bh_set_error (error, BH_ERROR_UNREACHABLE, NULL, _ ("The coordinator %s cannot be started: %s"),
                    program, g_strerror (-pid));
      return FALSE;
    }
  self->pidfd = (int) syscall (SYS_pidfd_open, pid, 0);
  self->ended = self->pidfd < 0 && errno == ESRCH;
  return TRUE;
}

/* On a thread: every file that is touched may lie on a disk that takes its time, and to fork takes the longer
 * the larger the process is. */
static gpointer
start_program (gpointer data, GError **error)
{
  const Launch *launch = data;
  g_autoptr (BhClientStart) self = start_new ();
  g_autofree char *program = bh_path_program ("bellhop-coordinator");
  g_autofd int log = -1;

  if (!g_file_test (program, G_FILE_TEST_IS_EXECUTABLE))
    {
      bh_set_error (error, BH_ERROR_UNREACHABLE, NULL,
                    _ ("No coordinator runs, and there is none to start at %s. Install Bellhop completely"),
                    program);
      return NULL;
    }
  log = open_log (self, error);
  /* the last moment: what has been started stays */
  if (log < 0 || g_cancellable_set_error_if_cancelled (launch->cancellable, error) ||
      !spawn (self, program, launch->socket_path, log, error))
    return NULL;
  return g_steal_pointer (&self);
}

BhClientStart *
bh_client_start (const char *socket_path, GCancellable *cancellable, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (may_use_bus (socket_path) && start_over_bus ())
    return start_new ();
  return dex_await_boxed (bh_future_in_thread (bh_client_start_get_type (), start_program,
                                               launch_new (socket_path, cancellable), launch_free),
                          error);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/providers/bh-bubblewrap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "protocol/bh-error.h"
#include "protocol/bh-paths.h"
#include "protocol/bh-types.h"
#include "worker/bh-box-folder.h"
#include "worker/bh-boxd.h"
#include "worker/bh-fd.h"
#include "worker/bh-init.h"
#include "worker/bh-remove.h"
#include "worker/providers/bh-bubblewrap-args.h"
#include "worker/providers/bh-sandbox.h"
#include "worker/providers/bh-scope.h"
#include "worker/providers/bh-seccomp.h"
#include "worker/providers/bh-spawn.h"
#include "worker/providers/bh-stage.h"

#define IMAGE "host"
#define HELLO_MS 30000
#define DEFAULT_PIDS 4096

struct _BhBubblewrap
{
  GObject parent_instance;

  char *boxes; /* path of the folder */
  char *worker;
  char *boxd;
  int boxes_fd;
  int seccomp_fd;
  gboolean staged; /* this is root, and boxes get users of their own */
  BhScope *scope;
  GHashTable *inits; /* id -> BhInit */
};

/* One operation on one box, for its fiber. */
typedef struct
{
  BhBubblewrap *self;
  char *id;
  char *image, *network;
  char **programs; /* (nullable) */
  guint64 memory_bytes;
  double cpus;
  guint pids;
  guint grace_ms;
} Work;

static Work *
work_new (BhBubblewrap *self, const char *id)
{
  Work *work = g_new0 (Work, 1);

  work->self = g_object_ref (self);
  work->id = g_strdup (id);
  return work;
}

static void
work_free (Work *work)
{
  g_clear_object (&work->self);
  g_free (work->id);
  g_free (work->image);
  g_free (work->network);
  g_strfreev (work->programs);
  g_free (work);
}

static DexFuture *
spawn_work (DexFiberFunc func, Work *work)
{
  return dex_scheduler_spawn (NULL, 0, func, work, (GDestroyNotify) work_free);
}

static BhInit *
remember_init (BhBubblewrap *self, const char *id, GSocket *gsocket, GError **error)
{
  BhInit *init = bh_init_new (gsocket, error);

  if (init != NULL)
    g_hash_table_replace (self->inits, g_strdup (id), bh_init_ref (init));
  return init;
}

/* NULL when the box does not run, with `error` only when that is not sure. */
static BhInit *
find_init (BhBubblewrap *self, const char *id, GError **error)
{
  BhInit *known = g_hash_table_lookup (self->inits, id);
  g_autoptr (GSocket) gsocket = NULL;
  g_autoptr (GError) failure = NULL;
  g_autofd int folder = -1;
  BhInit *init;

  if (known != NULL && !bh_init_has_ended (known))
    return bh_init_ref (known);
  g_hash_table_remove (self->inits, id);
  folder = bh_box_folder_open (self->boxes_fd, id);
  if (folder < 0)
    return NULL;
  gsocket = bh_boxd_connect (folder, &failure);
  init = gsocket != NULL ? remember_init (self, id, gsocket, &failure) : NULL;
  if (init == NULL && !g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) &&
      !g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) &&
      !g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&failure));
  return init;
}

static void
close_all (GArray *fds)
{
  for (guint i = 0; i < fds->len; i++)
    close (g_array_index (fds, int, i));
  g_array_unref (fds);
}
typedef GArray Descriptors;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Descriptors, close_all)

static guint64
default_memory (void)
{
  struct sysinfo info;

  return sysinfo (&info) == 0 ? (guint64) info.totalram * info.mem_unit / 4 * 3 : 0;
}

static const char *
shown (BhStage *stage, const char *path)
{
  return stage != NULL ? bh_stage_add (stage, path) : path;
}

/* Where bwrap finds the folders of the programs. (transfer container) */
static GPtrArray *
show_all (BhStage *stage, const BhHomePrograms *programs)
{
  GPtrArray *paths = g_ptr_array_new ();

  for (guint i = 0; i < programs->folders->len; i++)
    g_ptr_array_add (paths, (gpointer) shown (stage, programs->folders->pdata[i]));
  return paths;
}

/* Starts bwrap with the listening socket, which is taken. */
static pid_t
start_bwrap (Work *work, int folder, int listen_fd, GError **error)
{
  g_autoptr (Descriptors) fds = g_array_new (FALSE, FALSE, sizeof (int));
  g_autofree char *workspace = g_build_filename (work->self->boxes, work->id, "workspace", NULL);
  g_autofree char *home = g_build_filename (work->self->boxes, work->id, "home", NULL);
  g_autoptr (BhStage) stage = work->self->staged ? bh_stage_new (bh_stage_uid (work->id)) : NULL;
  g_autoptr (BhHomePrograms) programs =
      bh_home_programs_find (g_get_home_dir (), g_getenv ("PATH"), (const char *const *) work->programs);
  g_autoptr (GPtrArray) folders = show_all (stage, programs);
  g_auto (GStrv) environment = bh_bubblewrap_environment ();
  g_auto (GStrv) argv = NULL;
  g_autofd int log =
      openat (folder, "launch.log", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  int seccomp_fd = bh_fd_reopen (work->self->seccomp_fd, error);
  BhBubblewrapSpec spec = {
    .workspace = shown (stage, workspace),
    .home = shown (stage, home),
    .boxd = shown (stage, work->self->boxd),
    .offline = g_strcmp0 (work->network, "offline") == 0,
    .listen_fd = listen_fd,
    .seccomp_fd = seccomp_fd,
    .memory_bytes = work->memory_bytes,
    .pids = work->pids,
    .is_root = stage == NULL && geteuid () == 0,
    .programs = programs,
    .shown = (const char *const *) folders->pdata,
  };

  g_array_append_val (fds, listen_fd);
  if (seccomp_fd < 0)
    return -1;
  g_array_append_val (fds, seccomp_fd);
  if (log < 0)
    {
      bh_set_errno_error (error, errno, "Cannot write launch.log");
      return -1;
    }
  argv = bh_bubblewrap_args (&spec, fds, error);
  return argv != NULL ? bh_spawn ((const char *const *) argv, (const char *const *) environment, log, fds,
                                  stage, error)
                      : -1;
}

/* A bwrap that got stuck: it waits for its only child, which becomes boxd, and is not killed with it. */
static void
kill_bwrap (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task/%d/children", (int) pid, (int) pid);
  g_autofree char *children = NULL;

  kill (pid, SIGSTOP);
  if (g_file_get_contents (path, &children, NULL, NULL))
    {
      gint64 child = g_ascii_strtoll (children, NULL, 10);
      if (child > 1)
        kill ((pid_t) child, SIGKILL);
    }
  kill (pid, SIGKILL);
}

/* The limits of the whole box, where there is a systemd; those of boxd's own hold everywhere. */
static void
enter_scope (Work *work, BhInit *init, pid_t bwrap)
{
  g_autoptr (GError) error = NULL;
  pid_t pids[] = { bh_init_get_pid (init), bwrap };
  BhScopeLimits limits = {
    .id = work->id,
    .pids = pids,
    .n_pids = G_N_ELEMENTS (pids),
    .memory_bytes = work->memory_bytes,
    .cpus = work->cpus,
    .tasks = work->pids,
  };

  if (!dex_await (bh_scope_start (work->self->scope, &limits), &error))
    g_message ("Box %s runs without a scope of its own: %s", work->id, error->message);
}

/* With the socket listening before bwrap starts, connecting succeeds at once and HELLO is answered when boxd
 * is there; when bwrap fails, the socket goes with it and the connection ends. Nothing polls. */
static BhInit *
start_box (Work *work, int folder, GError **error)
{
  g_autoptr (GSocket) waiting = NULL;
  g_autoptr (GSocket) served = NULL;
  g_autoptr (DexFuture) bwrap_ended = NULL;
  BhInit *init = NULL;
  pid_t bwrap;
  int listen_fd = bh_boxd_listen (folder, error);

  if (listen_fd < 0)
    return NULL;
  waiting = bh_boxd_connect (folder, error);
  if (waiting == NULL)
    {
      close (listen_fd);
      return NULL;
    }
  bwrap = start_bwrap (work, folder, listen_fd, error);
  if (bwrap < 0)
    return NULL;
  bwrap_ended = bh_spawn_wait (bwrap);
  /* a second connection: the first was made before boxd listened, its peer is this process */
  if (bh_boxd_hello (waiting, HELLO_MS, error) && (served = bh_boxd_connect (folder, error)) != NULL)
    init = remember_init (work->self, work->id, served, error);
  if (init == NULL)
    {
      /* once it has been waited for, its pid may be another's */
      if (dex_future_is_pending (bwrap_ended))
        kill_bwrap (bwrap);
      return NULL;
    }
  bh_init_set_monitor (init, bwrap_ended);
  enter_scope (work, init, bwrap);
  return init;
}

static DexFuture *
launch_fiber (gpointer data)
{
  Work *work = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BhBoxFile) file = bh_box_file_new ();
  g_autoptr (BhInit) init = NULL;
  g_autofd int folder = -1;

  file->id = g_strdup (work->id);
  file->worker = g_strdup (work->self->worker);
  file->provider = g_strdup ("bubblewrap");
  file->image = g_strdup (work->image);
  file->network = g_strdup (work->network);
  file->created_at = g_get_real_time ();
  folder = bh_box_folder_prepare (work->self->boxes_fd, file, work->self->staged, &error);
  if (folder < 0)
    return dex_future_new_for_error (bh_error_new (BH_ERROR_LAUNCH_FAILED, NULL,
                                                   "The DevBox's files could not be made: %s",
                                                   error->message));
  init = start_box (work, folder, &error);
  if (init == NULL)
    return dex_future_new_for_error (bh_sandbox_explain (folder, error));
  file->running = TRUE;
  return dex_future_new_take_boxed (BH_TYPE_BOX_FILE, g_steal_pointer (&file));
}

static DexFuture *
bubblewrap_launch (BhProvider *provider, const BhLaunchSpec *spec)
{
  BhBubblewrap *self = BH_BUBBLEWRAP (provider);
  Work *work;

  if (!bh_id_is_valid (spec->id, 'b'))
    return dex_future_new_for_error (
        bh_error_new (BH_ERROR_INVALID_FIELD, "id", "“%s” is not the id of a DevBox", spec->id));
  if (g_strcmp0 (spec->image, IMAGE) != 0)
    return dex_future_new_for_error (bh_error_new (BH_ERROR_IMAGE_NOT_FOUND, "image",
                                                   "There is no image “%s”; bubblewrap has “" IMAGE "”",
                                                   spec->image));
  work = work_new (self, spec->id);
  work->image = g_strdup (spec->image);
  work->network = g_strdup (spec->network);
  work->programs = g_strdupv (spec->programs);
  work->memory_bytes = spec->memory_bytes > 0 ? spec->memory_bytes : default_memory ();
  work->cpus = spec->cpus;
  work->pids = spec->pids > 0 ? spec->pids : DEFAULT_PIDS;
  return spawn_work (launch_fiber, work);
}

static DexFuture *
connect_failed (DexFuture *future, gpointer data)
{
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  return dex_future_new_for_error (bh_error_new (BH_ERROR_DEVBOX_GONE, NULL, "DevBox %s does not run: %s",
                                                 (const char *) data, error->message));
}

static DexFuture *
bubblewrap_connect (BhProvider *provider, const char *id)
{
  int folder = bh_box_folder_open (BH_BUBBLEWRAP (provider)->boxes_fd, id);

  if (folder < 0)
    return dex_future_new_for_error (
        bh_error_new (BH_ERROR_DEVBOX_GONE, NULL, "There is no DevBox %s here", id));
  return dex_future_catch (bh_boxd_connect_waiting (folder), connect_failed, g_strdup (id), g_free);
}

static DexFuture *
ended_fiber (gpointer data)
{
  Work *work = data;
  g_autoptr (BhInit) init = find_init (work->self, work->id, NULL);

  if (init == NULL)
    return dex_future_new_take_string (g_strdup ("It was not running any more."));
  return bh_init_ended_how (init);
}

static DexFuture *
bubblewrap_ended (BhProvider *provider, const char *id)
{
  return spawn_work (ended_fiber, work_new (BH_BUBBLEWRAP (provider), id));
}

static DexFuture *
stop_fiber (gpointer data)
{
  Work *work = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BhInit) init = find_init (work->self, work->id, &error);
  g_autoptr (GSocket) gsocket = NULL;
  g_autofd int folder = bh_box_folder_open (work->self->boxes_fd, work->id);

  if (init == NULL)
    return error != NULL ? dex_future_new_for_error (g_steal_pointer (&error)) : dex_future_new_true ();
  if (work->grace_ms > 0 && (gsocket = bh_boxd_connect (folder, NULL)) != NULL)
    bh_boxd_end_processes (gsocket, work->grace_ms);
  if (!bh_init_kill (init, &error))
    return dex_future_new_for_error (
        bh_error_new (BH_ERROR_INTERNAL, NULL, "DevBox %s could not be ended: %s", work->id, error->message));
  g_hash_table_remove (work->self->inits, work->id);
  return dex_future_new_true ();
}

static DexFuture *
bubblewrap_stop (BhProvider *provider, const char *id, guint grace_ms)
{
  Work *work = work_new (BH_BUBBLEWRAP (provider), id);

  work->grace_ms = grace_ms;
  return spawn_work (stop_fiber, work);
}

static DexFuture *
bubblewrap_remove (BhProvider *provider, const char *id)
{
  BhBubblewrap *self = BH_BUBBLEWRAP (provider);
  g_autofree char *doomed = g_strdup_printf (".removing-%s", id);
  g_autoptr (GError) error = NULL;

  if (!bh_id_is_valid (id, 'b'))
    return dex_future_new_for_error (
        bh_error_new (BH_ERROR_INVALID_FIELD, "id", "“%s” is not the id of a DevBox", id));
  g_hash_table_remove (self->inits, id);
  /* from here on the box is not there any more, whatever happens while its files are deleted */
  if (renameat (self->boxes_fd, id, self->boxes_fd, doomed) < 0 && errno != ENOENT && errno != ENOTEMPTY &&
      errno != EEXIST)
    {
      bh_set_errno_error (&error, errno, "Cannot remove DevBox %s", id);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  return bh_remove_tree_in_thread (self->boxes_fd, doomed);
}

static int
bubblewrap_open_folder (BhProvider *provider, const char *id)
{
  return bh_box_folder_open (BH_BUBBLEWRAP (provider)->boxes_fd, id);
}

static BhBoxFile *
load_box (BhBubblewrap *self, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhBoxFile) file = NULL;
  g_autoptr (BhInit) init = NULL;
  g_autofd int folder = bh_box_folder_open (self->boxes_fd, id);

  file = folder >= 0 ? bh_box_file_load (folder, &error) : NULL;
  if (file == NULL || !g_str_equal (file->id, id))
    {
      g_message ("The folder %s/%s is left alone: %s", self->boxes, id,
                 error != NULL ? error->message : "not its own id");
      return NULL;
    }
  if (!g_str_equal (file->worker, self->worker) || !g_str_equal (file->provider, "bubblewrap"))
    return NULL;
  init = find_init (self, id, &error);
  file->running = init != NULL || error != NULL;
  return g_steal_pointer (&file);
}

static DexFuture *
bubblewrap_list (BhProvider *provider)
{
  BhBubblewrap *self = BH_BUBBLEWRAP (provider);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_box_file_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (self->boxes, 0, &error);
  const char *name;

  if (dir == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      /* the worker was killed while it deleted these */
      if (g_str_has_prefix (name, ".removing-b_"))
        dex_future_disown (bh_remove_tree_in_thread (self->boxes_fd, name));
      else if (bh_id_is_valid (name, 'b'))
        {
          BhBoxFile *file = load_box (self, name);
          if (file != NULL)
            g_ptr_array_add (files, file);
        }
    }
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&files));
}

static DexFuture *
bubblewrap_images (BhProvider *provider)
{
  GPtrArray *images = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_image_info_unref);
  BhImageInfo *image = bh_image_info_new ();
  g_autofree char *name = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);

  image->id = g_strdup (IMAGE);
  image->description =
      g_strdup_printf ("This machine's own programs, read-only (%s)", name != NULL ? name : "Linux");
  image->provider = g_strdup ("bubblewrap");
  g_ptr_array_add (images, image);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, images);
}

static const char *
bubblewrap_get_name (BhProvider *provider)
{
  return "bubblewrap";
}

static void
provider_init (BhProviderInterface *iface)
{
  iface->get_name = bubblewrap_get_name;
  iface->images = bubblewrap_images;
  iface->list = bubblewrap_list;
  iface->launch = bubblewrap_launch;
  iface->connect = bubblewrap_connect;
  iface->ended = bubblewrap_ended;
  iface->stop = bubblewrap_stop;
  iface->remove = bubblewrap_remove;
  iface->open_folder = bubblewrap_open_folder;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (BhBubblewrap,
                               bh_bubblewrap,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BH_TYPE_PROVIDER, provider_init))

static void
bh_bubblewrap_finalize (GObject *object)
{
  BhBubblewrap *self = BH_BUBBLEWRAP (object);

  g_free (self->boxes);
  g_free (self->worker);
  g_free (self->boxd);
  g_clear_fd (&self->boxes_fd, NULL);
  g_clear_fd (&self->seccomp_fd, NULL);
  g_clear_object (&self->scope);
  g_hash_table_unref (self->inits);
  G_OBJECT_CLASS (bh_bubblewrap_parent_class)->finalize (object);
}

static void
bh_bubblewrap_class_init (BhBubblewrapClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_bubblewrap_finalize;
}

static void
bh_bubblewrap_init (BhBubblewrap *self)
{
  self->boxes_fd = -1;
  self->seccomp_fd = -1;
  self->inits = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bh_init_unref);
}

/* Root's boxes are not to be root's. */
static gboolean
can_stage (void)
{
  g_autofree char *hindrance = NULL;

  if (geteuid () != 0)
    return FALSE;
  hindrance = bh_stage_probe ();
  if (hindrance == NULL)
    return TRUE;
  g_message ("Programs in DevBoxes run as root of this machine, without its powers and with /proc closed to "
             "them: %s. Better "
             "start the worker as an ordinary user",
             hindrance);
  return FALSE;
}

BhBubblewrap *
bh_bubblewrap_new (const char *state, const char *worker, GError **error)
{
  g_autoptr (BhBubblewrap) self = g_object_new (BH_TYPE_BUBBLEWRAP, NULL);
  g_autofree char *absolute = g_canonicalize_filename (state, NULL);

  self->boxes = g_build_filename (absolute, "boxes", NULL);
  self->worker = g_strdup (worker);
  self->boxd = bh_path_program ("bellhop-boxd");
  self->scope = bh_scope_new (NULL);
  self->staged = can_stage ();
  if (g_mkdir_with_parents (self->boxes, 0700) < 0 ||
      (self->boxes_fd = open (self->boxes, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
    {
      bh_set_errno_error (error, errno, "Cannot make the folder of the boxes, %s", self->boxes);
      return NULL;
    }
  self->seccomp_fd = bh_seccomp_new (error);
  return self->seccomp_fd >= 0 ? g_steal_pointer (&self) : NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Preloaded where leaks are looked for: tells the leak checker of what GTK forgets, in the few functions
 * where it does. A suppression (lsan.supp) can name these only when the checker follows the stack of each
 * allocation through libraries without frame pointers, with which the app is seven times slower. */

#include <dlfcn.h>
#include <gio/gio.h>
#include <link.h>

void __lsan_disable (void) __attribute__ ((weak));
void __lsan_enable (void) __attribute__ ((weak));
void __lsan_ignore_object (const void *object) __attribute__ ((weak));

#define NEAR 0x800 /* bytes */
/* also where all else is hidden */
#define EXPORTED __attribute__ ((visibility ("default")))

/* Where a function of a library begins and ends; 0: there is none. */
typedef struct
{
  guintptr begin, end;
} Range;

static Range
find (const char *name)
{
  void *function = dlsym (RTLD_DEFAULT, name);
  const ElfW (Sym) *symbol = NULL;
  Range range = { 0, 0 };
  Dl_info info;

  if (function == NULL || dladdr1 (function, &info, (void **) &symbol, RTLD_DL_SYMENT) == 0 || symbol == NULL)
    return range;
  range.begin = (guintptr) function;
  range.end = range.begin + symbol->st_size;
  return range;
}

/* What belongs to the file of a function and lies before it. */
static Range
find_before (const char *name)
{
  Range range = find (name);

  range.end = range.begin;
  range.begin -= MIN (range.begin, NEAR);
  return range;
}

/* What belongs to the file of a function and lies behind it. */
static Range
find_behind (const char *name)
{
  Range range = find (name);

  range.begin = range.end;
  range.end += NEAR;
  return range;
}

static gboolean
is_in (Range range, const void *address)
{
  return (guintptr) address >= range.begin && (guintptr) address < range.end;
}

/* The list of labels that GTK 4.18 makes to tell assistive technology what names a widget, those of what
 * a label for a shortcut shows, and the folders above the one that its file dialog is in. */
EXPORTED GList *
g_list_prepend (GList *list, gpointer data)
{
  static GList *(*real) (GList *list, gpointer data);
  static Range forgetful[3];
  gboolean forgotten = FALSE;

  if (g_once_init_enter_pointer (&real))
    {
      forgetful[0] = find ("gtk_widget_list_mnemonic_labels");
      forgetful[1] = find_before ("gtk_shortcut_label_get_type");
      forgetful[2] = find_behind ("gtk_path_bar_get_type");
      g_once_init_leave_pointer (&real, dlsym (RTLD_NEXT, "g_list_prepend"));
    }
  for (guint i = 0; __lsan_disable != NULL && i < G_N_ELEMENTS (forgetful); i++)
    forgotten = forgotten || is_in (forgetful[i], __builtin_return_address (0));
  if (forgotten)
    __lsan_disable ();
  list = real (list, data);
  if (forgotten)
    __lsan_enable ();
  return list;
}

/* The array of what assistive technology listens to. Nothing of ours calls this. */
EXPORTED gpointer *
g_hash_table_get_keys_as_array (GHashTable *table, guint *length)
{
  static gpointer *(*real) (GHashTable *table, guint *length);
  gpointer *keys;

  if (g_once_init_enter_pointer (&real))
    g_once_init_leave_pointer (&real, dlsym (RTLD_NEXT, "g_hash_table_get_keys_as_array"));
  if (__lsan_disable != NULL)
    __lsan_disable ();
  keys = real (table, length);
  if (__lsan_enable != NULL)
    __lsan_enable ();
  return keys;
}

/* Whether this is code of GTK. */
static gboolean
is_gtk (const void *address)
{
  static const void *base;
  Dl_info info;

  if (g_once_init_enter_pointer (&base))
    {
      const void *gtk = dlsym (RTLD_DEFAULT, "gtk_widget_get_type");

      g_once_init_leave_pointer (&base,
                                 gtk != NULL && dladdr (gtk, &info) != 0 ? info.dli_fbase : (gpointer) &base);
    }
  return dladdr (address, &info) != 0 && info.dli_fbase == base;
}

static void
forget (gpointer object)
{
  if (__lsan_ignore_object != NULL && object != NULL)
    __lsan_ignore_object (object);
}

/* What GTK's file dialog is told of each file it shows. */
EXPORTED GFileInfo *
g_file_query_info_finish (GFile *file, GAsyncResult *result, GError **error)
{
  static GFileInfo *(*real) (GFile *file, GAsyncResult *result, GError **error);
  GFileInfo *info;

  if (g_once_init_enter_pointer (&real))
    g_once_init_leave_pointer (&real, dlsym (RTLD_NEXT, "g_file_query_info_finish"));
  info = real (file, result, error);
  if (is_gtk (__builtin_return_address (0)))
    forget (info);
  return info;
}

/* That GTK's file dialog went before it was told of the files. */
EXPORTED GFileEnumerator *
g_file_enumerate_children_finish (GFile *file, GAsyncResult *result, GError **error)
{
  static GFileEnumerator *(*real) (GFile *file, GAsyncResult *result, GError **error);
  GFileEnumerator *files;

  if (g_once_init_enter_pointer (&real))
    g_once_init_leave_pointer (&real, dlsym (RTLD_NEXT, "g_file_enumerate_children_finish"));
  files = real (file, result, error);
  if (files == NULL && error != NULL && is_gtk (__builtin_return_address (0)))
    forget (*error);
  return files;
}

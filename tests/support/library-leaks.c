/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Preloaded where leaks are looked for: tells the leak checker of what GTK forgets, in the two functions
 * where it does. A suppression (lsan.supp) can name these only when the checker follows the stack of each
 * allocation through libraries without frame pointers, with which the app is seven times slower. */

#include <dlfcn.h>
#include <glib.h>
#include <link.h>

void __lsan_disable (void) __attribute__ ((weak));
void __lsan_enable (void) __attribute__ ((weak));

#define BEFORE 0x400 /* bytes */
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
  range.begin -= MIN (range.begin, BEFORE);
  return range;
}

static gboolean
is_in (Range range, const void *address)
{
  return (guintptr) address >= range.begin && (guintptr) address < range.end;
}

/* The list of labels that GTK 4.18 makes to tell assistive technology what names a widget, and those of what
 * a label for a shortcut shows. */
EXPORTED GList *
g_list_prepend (GList *list, gpointer data)
{
  static GList *(*real) (GList *list, gpointer data);
  static Range forgetful[2];
  gboolean forgotten;

  if (g_once_init_enter_pointer (&real))
    {
      forgetful[0] = find ("gtk_widget_list_mnemonic_labels");
      forgetful[1] = find_before ("gtk_shortcut_label_get_type");
      g_once_init_leave_pointer (&real, dlsym (RTLD_NEXT, "g_list_prepend"));
    }
  forgotten = __lsan_disable != NULL && (is_in (forgetful[0], __builtin_return_address (0)) ||
                                         is_in (forgetful[1], __builtin_return_address (0)));
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

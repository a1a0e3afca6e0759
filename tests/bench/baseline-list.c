/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* baseline-list N [RATE SECONDS]: a bare GtkListView of N wrapped labels, of the length of a timeline's
 * messages. With a rate it appends so many more a second, beginning a second after the first frame, and shows
 * the end. */

#include <adwaita.h>
#include <stdlib.h>

#include "app/bh-bench-probe.h"

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_list_item_set_child (item, label);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkStringObject *text = gtk_list_item_get_item (item);

  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)), gtk_string_object_get_string (text));
}

#define START_US G_USEC_PER_SEC
#define TICK_MS 5

typedef struct
{
  GtkStringList *texts;
  GtkWidget *list; /* borrowed */
  guint n;
  gint64 rate, seconds, begun, appended;
} Bare;

/* The same texts as bench_app.py gives its rows. */
static void
append (Bare *self, guint i)
{
  g_autofree char *text = g_strdup_printf (
      "Message %u: the suite was run again, and what failed before passes now. The change is small: the "
      "toggle moved to the toolbar, its setting kept its name, and the two tests that looked for it in the "
      "menu look for it there.",
      i);

  gtk_string_list_append (self->texts, text);
}

static gboolean
append_cb (gpointer data)
{
  Bare *self = data;
  gint64 passed = g_get_monotonic_time () - self->begun - START_US;
  guint n;

  if (passed > self->seconds * G_USEC_PER_SEC)
    return G_SOURCE_REMOVE;
  if (passed < 0 || self->appended >= passed * self->rate / G_USEC_PER_SEC)
    return G_SOURCE_CONTINUE;
  while (self->appended < passed * self->rate / G_USEC_PER_SEC)
    append (self, (guint) self->appended++);
  n = g_list_model_get_n_items (G_LIST_MODEL (self->texts));
  gtk_list_view_scroll_to (GTK_LIST_VIEW (self->list), n - 1, GTK_LIST_SCROLL_NONE, NULL);
  return G_SOURCE_CONTINUE;
}

static GtkWidget *
make_list (GtkStringList *texts)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *list;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  list = gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (g_object_ref (texts)))),
                            factory);
  gtk_widget_add_css_class (list, "timeline");
  return list;
}

static void
activate_cb (GtkApplication *application, Bare *self)
{
  GtkWidget *window = adw_application_window_new (application);
  GtkWidget *scroller = gtk_scrolled_window_new ();

  for (guint i = 0; i < self->n; i++)
    append (self, i);
  self->list = make_list (self->texts);
  self->begun = g_get_monotonic_time ();
  if (self->rate > 0)
    g_timeout_add (TICK_MS, append_cb, self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->list);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), scroller);
  gtk_window_set_default_size (GTK_WINDOW (window), 1100, 720);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autoptr (AdwApplication) application = adw_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_autoptr (GtkStringList) texts = gtk_string_list_new (NULL);
  Bare self = { .texts = texts,
                .n = argc > 1 ? (guint) strtoul (argv[1], NULL, 10) : 160000,
                .rate = argc > 3 ? atoi (argv[2]) : 0,
                .seconds = argc > 3 ? atoi (argv[3]) : 0 };

  g_signal_connect (application, "startup", G_CALLBACK (bh_bench_probe_start), NULL);
  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), &self);
  return g_application_run (G_APPLICATION (application), 1, argv);
}

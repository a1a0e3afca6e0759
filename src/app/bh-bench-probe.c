/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "app/bh-bench-probe.h"

#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/bh-bench-widgets.h"

#define TICK_MS 5
/* small scrolls after each jump of a tour, and how far */
#define SCROLLS 12
#define SCROLL_PX 70.0
#define SEED 20261123u

typedef struct
{
  GtkApplication *application; /* borrowed: the probe lives as long as the process */
  GDataInputStream *commands;
  GdkFrameClock *clock; /* of the first window; borrowed */
  GtkWidget *window;    /* borrowed, reset by a weak pointer */
  gboolean had_first;

  gint64 frame_began;
  GArray *work;    /* gint64 */
  GArray *latency; /* gint64 */
  gint64 tick_due;

  /* what is waited for */
  char *list;
  guint at_least, at_most;
  gboolean at_end;
  int n_chars;

  /* the tour */
  char *tour_list;
  guint jumps, steps; /* jumps: of a fill, how many rows */
  GRand *random;

  gboolean stamping;
  double stamp;
  GArray *late; /* gint64 */
} Probe;

static void read_command (Probe *self);

/* --- telling ------------------------------------------------------------------------------------------- */

/* The processor's time of all threads, which the other programs of a busy machine change less than the clock.
 */
static gint64
get_cpu_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static void
tell (const char *event, gint64 at)
{
  fprintf (stderr, "{\"event\":\"%s\",\"at\":%" G_GINT64_FORMAT ",\"cpu\":%" G_GINT64_FORMAT "}\n", event, at,
           get_cpu_time ());
}

static void
add_array (GString *text, const char *name, GArray *values)
{
  g_string_append_printf (text, ",\"%s\":[", name);
  for (guint i = 0; i < values->len; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "", g_array_index (values, gint64, i));
  g_string_append_c (text, ']');
  g_array_set_size (values, 0);
}

static void
tell_arrays (const char *event, const char *first, GArray *a, const char *second, GArray *b)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "{\"event\":\"%s\"", event);
  add_array (text, first, a);
  if (b != NULL)
    add_array (text, second, b);
  fprintf (stderr, "%s}\n", text->str);
}

/* --- frames -------------------------------------------------------------------------------------------- */

static void
before_paint_cb (GdkFrameClock *clock, Probe *self)
{
  self->frame_began = g_get_monotonic_time ();
}

static void
look_for_content (Probe *self, gint64 now)
{
  GtkListView *list = bh_bench_find_list (self->window, self->list);
  guint n = list != NULL ? bh_bench_list_get_n_items (list) : 0;

  if (list == NULL || n < self->at_least || n > self->at_most ||
      !bh_bench_list_is_complete (list, self->at_end))
    return;
  g_clear_pointer (&self->list, g_free);
  tell ("content", now);
}

static void
look_for_stamp (Probe *self)
{
  double stamp = bh_bench_get_stamp (self->window);
  gint64 late = g_get_real_time () - (gint64) (stamp * G_USEC_PER_SEC);

  if (stamp <= self->stamp)
    return;
  self->stamp = stamp;
  g_array_append_val (self->late, late);
}

static void
after_paint_cb (GdkFrameClock *clock, Probe *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 work = now - self->frame_began;

  g_array_append_val (self->work, work);
  if (self->window == NULL || !gtk_widget_get_mapped (self->window))
    return;
  if (!self->had_first)
    tell ("first-frame", now);
  self->had_first = TRUE;
  if (self->list != NULL)
    look_for_content (self, now);
  if (self->n_chars > 0 && bh_bench_has_text (self->window, self->n_chars))
    {
      self->n_chars = 0;
      tell ("text", now);
    }
  if (self->stamping)
    look_for_stamp (self);
}

static gboolean
tick_cb (gpointer data)
{
  Probe *self = data;
  gint64 now = g_get_monotonic_time ();
  gint64 late = MAX (now - self->tick_due, 0);

  g_array_append_val (self->latency, late);
  self->tick_due = now + TICK_MS * 1000;
  return G_SOURCE_CONTINUE;
}

/* --- the tour ------------------------------------------------------------------------------------------ */

/* One step a frame: a jump to anywhere, then some small scrolls. The same for everyone who takes the tour. */
static gboolean
tour_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Probe *self = data;
  GtkListView *list = bh_bench_find_list (self->window, self->tour_list);
  GtkAdjustment *adjustment;
  double value;

  if (list == NULL || self->jumps == 0)
    {
      tell_arrays ("tour", "work", self->work, NULL, NULL);
      return G_SOURCE_REMOVE;
    }
  adjustment = bh_bench_list_get_adjustment (list);
  /* as one who drags the scrollbar: a list that follows its end goes on doing so when it is only told to
   * scroll */
  value = self->steps == 0 ? g_rand_double (self->random) * gtk_adjustment_get_upper (adjustment)
                           : gtk_adjustment_get_value (adjustment) + SCROLL_PX;
  gtk_adjustment_set_value (adjustment, value);
  self->steps = (self->steps + 1) % (SCROLLS + 1);
  self->jumps -= self->steps == 0;
  return G_SOURCE_CONTINUE;
}

static void
begin_tour (Probe *self, const char *list, guint jumps)
{
  g_set_str (&self->tour_list, list);
  self->jumps = jumps;
  self->steps = 0;
  g_rand_set_seed (self->random, SEED);
  g_array_set_size (self->work, 0);
  gtk_widget_add_tick_callback (self->window, tour_cb, self, NULL);
}

/* To the end in each frame, which has the next of them loaded. */
static gboolean
fill_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Probe *self = data;
  GtkListView *list = bh_bench_find_list (self->window, self->tour_list);
  GtkAdjustment *adjustment;

  if (list == NULL || bh_bench_list_get_n_items (list) >= self->jumps)
    {
      tell ("filled", g_get_monotonic_time ());
      return G_SOURCE_REMOVE;
    }
  adjustment = bh_bench_list_get_adjustment (list);
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
  return G_SOURCE_CONTINUE;
}

static void
begin_fill (Probe *self, const char *list, guint n)
{
  g_set_str (&self->tour_list, list);
  self->jumps = n;
  gtk_widget_add_tick_callback (self->window, fill_cb, self, NULL);
}

/* --- commands ------------------------------------------------------------------------------------------ */

static guint
number (const char *text)
{
  return text != NULL ? (guint) g_ascii_strtoull (text, NULL, 10) : 0;
}

static void
open_run (Probe *self, const char *run)
{
  g_action_group_activate_action (G_ACTION_GROUP (self->application), "open-run",
                                  g_variant_new ("(ss)", "", run));
}

static void
toggle (Probe *self, guint position)
{
  GtkListView *list = bh_bench_find_list (self->window, "timeline");

  if (list != NULL)
    gtk_widget_activate_action (GTK_WIDGET (list), "timeline.toggle", "u", position);
}

static const char *
rest_of (const char *line)
{
  const char *space = strchr (line, ' ');

  return space != NULL ? space + 1 : "";
}

static void
press (Probe *self, const char *label)
{
  GtkButton *button = bh_bench_find_button (self->window, label);

  if (button != NULL)
    g_signal_emit_by_name (button, "clicked");
  tell (button != NULL ? "pressed" : "not-pressed", g_get_monotonic_time ());
}

static void
type_search (Probe *self, const char *text)
{
  GtkWidget *entry = bh_bench_find_type (self->window, GTK_TYPE_SEARCH_ENTRY);

  if (entry != NULL)
    gtk_editable_set_text (GTK_EDITABLE (entry), text);
  tell ("typed", g_get_monotonic_time ());
}

static void
await_content (Probe *self, char **words)
{
  g_set_str (&self->list, words[1]);
  self->at_end = strcmp (words[0], "await-end") == 0;
  self->at_least = MAX (number (words[2]), 1);
  self->at_most = words[2] != NULL && words[3] != NULL ? number (words[3]) : G_MAXUINT;
  gtk_widget_queue_draw (self->window);
}

static void
do_command (Probe *self, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 4);
  const char *name = words[0];
  const char *first = name != NULL && words[1] != NULL ? words[1] : "";

  if (name == NULL || self->window == NULL)
    return;
  if (strcmp (name, "open") == 0)
    open_run (self, first);
  else if (strcmp (name, "action") == 0)
    gtk_widget_activate_action_variant (self->window, first, NULL);
  else if (strcmp (name, "toggle") == 0)
    toggle (self, number (first));
  else if (strcmp (name, "press") == 0)
    press (self, rest_of (line));
  else if (strcmp (name, "type") == 0)
    type_search (self, rest_of (line));
  else if ((strcmp (name, "await") == 0 || strcmp (name, "await-end") == 0) && *first != '\0')
    await_content (self, words);
  else if (strcmp (name, "await-text") == 0)
    self->n_chars = (int) number (first);
  else if (strcmp (name, "tour") == 0 && *first != '\0')
    begin_tour (self, first, number (words[2]));
  else if (strcmp (name, "fill") == 0 && *first != '\0')
    begin_fill (self, first, number (words[2]));
  else if (strcmp (name, "frames") == 0)
    tell_arrays ("frames", "work", self->work, "latency", self->latency);
  else if (strcmp (name, "stamps") == 0)
    self->stamping = TRUE;
  else if (strcmp (name, "stamped") == 0)
    tell_arrays ("stamped", "late", self->late, NULL, NULL);
  else
    fprintf (stderr, "{\"event\":\"unknown\"}\n");
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Probe *self = data;
  g_autofree char *line = g_data_input_stream_read_line_finish (self->commands, result, NULL, NULL);

  if (line == NULL)
    return;
  do_command (self, line);
  read_command (self);
}

static void
read_command (Probe *self)
{
  g_data_input_stream_read_line_async (self->commands, G_PRIORITY_DEFAULT, NULL, read_cb, self);
}

/* --- the start ----------------------------------------------------------------------------------------- */

static void
realized_cb (GtkWidget *window, Probe *self)
{
  self->clock = gtk_widget_get_frame_clock (window);
  g_signal_connect (self->clock, "before-paint", G_CALLBACK (before_paint_cb), self);
  g_signal_connect (self->clock, "after-paint", G_CALLBACK (after_paint_cb), self);
}

static void
window_added_cb (GtkApplication *application, GtkWidget *window, Probe *self)
{
  if (self->window != NULL)
    return;
  g_set_weak_pointer (&self->window, window);
  if (gtk_widget_get_realized (window))
    realized_cb (window, self);
  else
    g_signal_connect (window, "realize", G_CALLBACK (realized_cb), self);
}

void
bh_bench_probe_start (GtkApplication *application)
{
  g_autoptr (GInputStream) input = NULL;
  Probe *self;

  if (g_getenv ("BELLHOP_BENCH") == NULL)
    return;
  self = g_new0 (Probe, 1);
  self->application = application;
  self->work = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->latency = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->late = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->random = g_rand_new_with_seed (SEED);
  input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  self->commands = g_data_input_stream_new (input);
  self->tick_due = g_get_monotonic_time () + TICK_MS * 1000;
  g_timeout_add (TICK_MS, tick_cb, self);
  g_signal_connect (application, "window-added", G_CALLBACK (window_added_cb), self);
  read_command (self);
}

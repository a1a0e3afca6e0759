/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/widgets/bh-markdown-builder.h"
#include "app/widgets/bh-markdown-label.h"
#include "app/widgets/bh-markdown-plan.h"
#include "app/widgets/bh-markdown.h"
#include "app/widgets/bh-open-link.h"
#include "protocol/bh-text.h"

/* bytes that are parsed on the main loop; what is longer is parsed on a thread */
#define AT_ONCE_MAX 4096
/* bytes and blocks that are shown before the person asks for more */
#define FIRST_BYTES (16 * 1024)
#define FIRST_BLOCKS 120
/* how much more that is then */
#define MORE 4
/* from here on all of it is elsewhere, if somebody has it there: what is painted anew takes as long as all */
#define HERE_BYTES (64 * 1024)
/* of a frame's time, for building */
#define SLICE_US 3000

struct _BhMarkdown
{
  GtkWidget parent_instance;

  GtkWidget *all; /* a box of these two */
  GtkWidget *box;
  GtkWidget *more; /* (nullable) */

  GString *text;
  gboolean plain;
  BhMarkdownBuilder builder;
  gsize limit;       /* bytes of the text to be shown */
  gboolean grown;    /* text was added that has not been planned */
  gboolean planning; /* on a thread */
  guint generation;  /* plans of another one are outdated */
  guint tick;
};

typedef enum
{
  PROP_TEXT = 1,
  PROP_PLAIN,
} BhMarkdownProp;

static GParamSpec *properties[PROP_PLAIN + 1];
static guint link_signal;
static guint elsewhere_signal;

G_DEFINE_FINAL_TYPE (BhMarkdown, bh_markdown, GTK_TYPE_WIDGET)

/* What is to be planned: a part of the text, and the blocks before it stay. */
typedef struct
{
  guint generation;
  gboolean plain;
  guint keep;
  gsize start;
  char *text;
  gsize length;
} Job;

static void ensure_tick (BhMarkdown *self);
static void plan (BhMarkdown *self, guint keep);

static void
job_free (gpointer data)
{
  Job *job = data;

  g_free (job->text);
  g_free (job);
}

static gsize
last_line_before (BhMarkdown *self, gsize end)
{
  if (end >= self->text->len)
    return self->text->len;
  for (gsize at = end; at > end - end / 4; at--)
    if (self->text->str[at - 1] == '\n')
      return at;
  while (end > 0 && ((guchar) self->text->str[end] & 0xc0) == 0x80)
    end--;
  return end;
}

static gboolean
is_elsewhere (BhMarkdown *self)
{
  return self->limit >= HERE_BYTES && g_signal_has_handler_pending (self, elsewhere_signal, 0, FALSE);
}

static void
on_more (BhMarkdown *self)
{
  gboolean longer = self->limit < self->text->len;

  if (is_elsewhere (self))
    {
      g_signal_emit (self, elsewhere_signal, 0);
      return;
    }
  self->limit = MIN (self->limit * MORE, G_MAXSIZE / (MORE + 1));
  self->builder.left += FIRST_BLOCKS;
  gtk_widget_set_visible (self->more, FALSE);
  if (longer)
    plan (self, 0);
  else
    ensure_tick (self);
}

static char *
more_label (BhMarkdown *self, gsize hidden)
{
  g_autofree char *size = g_format_size (hidden);

  if (is_elsewhere (self))
    return g_strdup (_ ("Open in Window"));
  /* Translators: a button below the beginning of a long text; a size like “1.2 MB” */
  return hidden > 0 ? g_strdup_printf (_ ("Show _More (%s)"), size) : g_strdup (_ ("Show _More"));
}

static void
update_more (BhMarkdown *self)
{
  gsize hidden = self->text->len - MIN (self->limit, self->text->len);
  gboolean building = self->builder.left > 0 && bh_markdown_builder_is_partial (&self->builder);
  gboolean visible =
      !building && !self->planning && (hidden > 0 || bh_markdown_builder_is_partial (&self->builder));

  if (!visible)
    {
      if (self->more != NULL)
        gtk_widget_set_visible (self->more, FALSE);
      return;
    }
  if (self->more == NULL)
    {
      self->more = gtk_button_new ();
      gtk_widget_set_halign (self->more, GTK_ALIGN_START);
      gtk_widget_set_margin_top (self->more, 6);
      gtk_box_append (GTK_BOX (self->all), self->more);
      g_signal_connect_swapped (self->more, "clicked", G_CALLBACK (on_more), self);
    }
  g_autofree char *label = more_label (self, hidden);
  gtk_button_set_use_underline (GTK_BUTTON (self->more), TRUE);
  gtk_button_set_label (GTK_BUTTON (self->more), label);
  gtk_widget_set_visible (self->more, TRUE);
}

static void
build (BhMarkdown *self)
{
  if (bh_markdown_builder_run (&self->builder, g_get_monotonic_time () + SLICE_US))
    ensure_tick (self);
  update_more (self);
}

/* Shows `blocks` (taken) behind the first `keep` ones. */
static void
show_blocks (BhMarkdown *self, guint keep, gsize start, GPtrArray *blocks)
{
  GPtrArray *all = bh_markdown_blocks_new ();

  for (guint i = 0; i < keep; i++)
    g_ptr_array_add (all, bh_markdown_block_ref (self->builder.blocks->pdata[i]));
  for (guint i = 0; i < blocks->len; i++)
    {
      BhMarkdownBlock *block = blocks->pdata[i];
      block->offset += start;
      g_ptr_array_add (all, bh_markdown_block_ref (block));
    }
  g_ptr_array_unref (blocks);
  bh_markdown_builder_set (&self->builder, all);
  build (self);
}

static GPtrArray *
plan_text (const char *text, gsize length, gboolean plain)
{
  return plain ? bh_markdown_plan_plain (text, length) : bh_markdown_plan (text, length);
}

static void
plan_on_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;

  g_task_return_pointer (task, plan_text (job->text, job->length, job->plain),
                         (GDestroyNotify) g_ptr_array_unref);
}

static void
on_planned (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BhMarkdown) self = user_data;
  Job *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GPtrArray) blocks = g_task_propagate_pointer (G_TASK (result), NULL);

  /* another text has been set, or there is no widget any more */
  if (job->generation != self->generation || self->all == NULL)
    return;
  self->planning = FALSE;
  show_blocks (self, job->keep, job->start, g_steal_pointer (&blocks));
  if (self->grown)
    ensure_tick (self);
}

static void
start_thread (BhMarkdown *self, guint keep, gsize start, gsize end)
{
  /* not as the task's source: a task may end on its thread, and a widget must not */
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_planned, g_object_ref (self));
  Job *job = g_new0 (Job, 1);

  job->generation = self->generation;
  job->plain = self->plain;
  job->keep = keep;
  job->start = start;
  job->length = end - start;
  job->text = g_strndup (self->text->str + start, job->length);
  self->planning = TRUE;
  g_task_set_task_data (task, job, job_free);
  g_task_set_static_name (task, "bh-markdown");
  g_task_run_in_thread (task, plan_on_thread);
}

/* Plans the text anew behind the first `keep` blocks, and shows it then. */
static void
plan (BhMarkdown *self, guint keep)
{
  gsize end = last_line_before (self, self->limit);
  gsize start = 0;

  self->grown = FALSE;
  if (keep > 0)
    {
      BhMarkdownBlock *first = self->builder.blocks->pdata[keep];
      start = first->offset;
    }
  if (start >= end && keep > 0)
    {
      update_more (self);
      return;
    }
  if (end - start > AT_ONCE_MAX)
    start_thread (self, keep, start, end);
  else
    show_blocks (self, keep, start, plan_text (self->text->str + start, end - start, self->plain));
}

/* How many blocks stay as they are whatever is added. The last one grows; and a line may turn out to belong
 * to the one before it. */
static guint
settled_blocks (BhMarkdown *self)
{
  GPtrArray *blocks = self->builder.blocks;
  guint keep = blocks->len > 2 ? blocks->len - 2 : 0;

  /* what is defined later may be used by any of them */
  if (self->plain || strstr (self->text->str, "]:") != NULL)
    return 0;
  while (keep > 0 && ((BhMarkdownBlock *) blocks->pdata[keep])->offset ==
                         ((BhMarkdownBlock *) blocks->pdata[keep - 1])->offset)
    keep--;
  return keep;
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  BhMarkdown *self = BH_MARKDOWN (widget);

  self->tick = 0;
  if (self->grown && !self->planning)
    plan (self, settled_blocks (self));
  else
    build (self);
  return G_SOURCE_REMOVE;
}

static void
ensure_tick (BhMarkdown *self)
{
  if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_tick, NULL, NULL);
}

/* Shows the text from its beginning. */
static void
begin (BhMarkdown *self)
{
  self->generation++;
  self->planning = FALSE;
  self->limit = FIRST_BYTES;
  self->builder.left = FIRST_BLOCKS;
  if (self->text->len > AT_ONCE_MAX)
    {
      /* something to see until the thread is done */
      gsize end = last_line_before (self, AT_ONCE_MAX);
      show_blocks (self, 0, 0, plan_text (self->text->str, end, self->plain));
      self->builder.left = FIRST_BLOCKS;
    }
  plan (self, 0);
}

void
bh_markdown_set_text (BhMarkdown *self, const char *text)
{
  gsize length = 0;

  g_return_if_fail (BH_IS_MARKDOWN (self));

  g_autofree char *safe = bh_text_shown (text != NULL ? text : "", text != NULL ? strlen (text) : 0, &length);
  if (length == self->text->len && memcmp (safe, self->text->str, length) == 0)
    return;
  g_string_truncate (self->text, 0);
  g_string_append_len (self->text, safe, length);
  begin (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

const char *
bh_markdown_get_text (BhMarkdown *self)
{
  g_return_val_if_fail (BH_IS_MARKDOWN (self), NULL);

  return self->text->str;
}

void
bh_markdown_append (BhMarkdown *self, const char *text)
{
  gsize length = 0;

  g_return_if_fail (BH_IS_MARKDOWN (self));
  g_return_if_fail (text != NULL);

  g_autofree char *safe = bh_text_shown (text, strlen (text), &length);
  if (length == 0)
    return;
  if (self->text->len <= self->limit)
    self->grown = TRUE;
  g_string_append_len (self->text, safe, length);
  ensure_tick (self);
}

void
bh_markdown_open_link (BhMarkdown *self, const char *uri)
{
  gboolean handled = FALSE;

  g_return_if_fail (BH_IS_MARKDOWN (self));
  g_return_if_fail (uri != NULL);

  if (!bh_markdown_is_safe_link (uri))
    return;
  g_signal_emit (self, link_signal, 0, uri, &handled);
  if (!handled)
    bh_open_link (GTK_WIDGET (self), uri);
}

static void
set_plain (BhMarkdown *self, gboolean plain)
{
  if (self->plain == plain)
    return;
  self->plain = plain;
  begin (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLAIN]);
}

static void
bh_markdown_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BhMarkdown *self = BH_MARKDOWN (object);

  switch ((BhMarkdownProp) prop_id)
    {
    case PROP_TEXT:
      g_value_set_string (value, self->text->str);
      break;
    case PROP_PLAIN:
      g_value_set_boolean (value, self->plain);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_markdown_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  BhMarkdown *self = BH_MARKDOWN (object);

  switch ((BhMarkdownProp) prop_id)
    {
    case PROP_TEXT:
      bh_markdown_set_text (self, g_value_get_string (value));
      break;
    case PROP_PLAIN:
      set_plain (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static GtkSizeRequestMode
bh_markdown_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* Each other width or height that is asked for is one more layout of all the text. So the width does not
 * depend on a height, and the height without a width is that for the width it has. */
static void
bh_markdown_measure (GtkWidget *widget,
                     GtkOrientation orientation,
                     int for_size,
                     int *minimum,
                     int *natural,
                     int *minimum_baseline,
                     int *natural_baseline)
{
  BhMarkdown *self = BH_MARKDOWN (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    for_size = -1;
  else if (for_size < 0 && gtk_widget_get_width (widget) > 0)
    for_size = gtk_widget_get_width (widget);
  gtk_widget_measure (self->all, orientation, for_size, minimum, natural, NULL, NULL);
}

static void
bh_markdown_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gtk_widget_allocate (BH_MARKDOWN (widget)->all, width, height, baseline, NULL);
}

static void
bh_markdown_dispose (GObject *object)
{
  BhMarkdown *self = BH_MARKDOWN (object);

  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  g_clear_pointer (&self->all, gtk_widget_unparent);
  self->box = self->more = NULL;
  G_OBJECT_CLASS (bh_markdown_parent_class)->dispose (object);
}

static void
bh_markdown_finalize (GObject *object)
{
  BhMarkdown *self = BH_MARKDOWN (object);

  bh_markdown_builder_clear (&self->builder);
  g_string_free (g_steal_pointer (&self->text), TRUE);
  G_OBJECT_CLASS (bh_markdown_parent_class)->finalize (object);
}

static void
bh_markdown_class_init (BhMarkdownClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = bh_markdown_get_property;
  object_class->set_property = bh_markdown_set_property;
  object_class->dispose = bh_markdown_dispose;
  object_class->finalize = bh_markdown_finalize;
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", flags);
  properties[PROP_PLAIN] = g_param_spec_boolean ("plain", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
  link_signal =
      g_signal_new ("link", BH_TYPE_MARKDOWN, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL,
                    NULL, G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
  elsewhere_signal =
      g_signal_new ("elsewhere", BH_TYPE_MARKDOWN, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  widget_class->get_request_mode = bh_markdown_get_request_mode;
  widget_class->measure = bh_markdown_measure;
  widget_class->size_allocate = bh_markdown_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "markdown");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
on_pressed (BhMarkdown *self, int n_press, double x, double y)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);

  if (GTK_IS_LABEL (widget))
    bh_markdown_label_pressed (GTK_LABEL (widget));
}

static void
bh_markdown_init (BhMarkdown *self)
{
  GtkGesture *press = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (press), 0);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (press), GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (press, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (press));
  self->text = g_string_new (NULL);
  self->limit = FIRST_BYTES;
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->all = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_parent (self->all, GTK_WIDGET (self));
  gtk_box_append (GTK_BOX (self->all), self->box);
  bh_markdown_builder_init (&self->builder, GTK_BOX (self->box));
  self->builder.left = FIRST_BLOCKS;
}

GtkWidget *
bh_markdown_new (void)
{
  return g_object_new (BH_TYPE_MARKDOWN, NULL);
}

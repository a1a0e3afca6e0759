/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/runs/bh-run-row.h"

#include <glib/gi18n.h>

#include "app/widgets/bh-markdown-plan.h"
#include "app/widgets/bh-status.h"
#include "client/bh-connection.h"
#include "protocol/bh-text.h"

#define TICK_S 1
/* bytes of the line; it is ellipsized earlier */
#define LINE_BYTES_MAX 200

struct _BhRunRow
{
  GtkWidget parent_instance;

  /* template */
  GtkWidget *status;
  GtkLabel *name;
  GtkLabel *when;
  GtkLabel *line;
  GtkLabel *where;
  GtkWidget *unread;

  /* owned */
  BhRunItem *item; /* (nullable) */
  GSignalGroup *signals;
  char *summary;
  guint tick; /* while it is to be seen and under way */
  gboolean show_connection;
};

G_DEFINE_FINAL_TYPE (BhRunRow, bh_run_row, GTK_TYPE_WIDGET)

typedef enum
{
  PROP_ITEM = 1,
  PROP_SUMMARY,
  PROP_SHOW_CONNECTION,
  N_PROPS,
} BhRunRowProp;

static GParamSpec *properties[N_PROPS];
static guint clicked;

/* --- texts --------------------------------------------------------------------------------------------- */

static gboolean
is_text (const char *text)
{
  return text != NULL && *text != '\0';
}

/* Summaries and questions are Markdown, of which a label shows the marks. */
static char *
markdown_line (const char *text)
{
  return bh_markdown_line (text, LINE_BYTES_MAX);
}

/* What is plain text, else the word of the state. */
static char *
plain_line (const char *text, const BhRun *run)
{
  return is_text (text) ? g_strstrip (bh_text_one_line (text, LINE_BYTES_MAX))
                        : g_strdup (bh_run_state_label (run->state));
}

static char *
queued_line (const BhRun *run)
{
  if (run->position > 1)
    return g_strdup_printf (_ ("Number %u in the queue"), run->position);
  return run->position == 1 ? g_strdup (_ ("Next in the queue")) : plain_line (run->reason, run);
}

char *
bh_run_record_line (const BhRun *run)
{
  g_return_val_if_fail (run != NULL, NULL);
  switch (run->state)
    {
    case BH_RUN_QUEUED:
      return queued_line (run);
    case BH_RUN_NEEDS_YOU:
      return is_text (run->current) ? markdown_line (run->current) : plain_line (NULL, run);
    case BH_RUN_LAUNCHING:
    case BH_RUN_RUNNING:
      return plain_line (run->current, run);
    case BH_RUN_COMPLETED:
      return is_text (run->summary) ? markdown_line (run->summary) : plain_line (run->current, run);
    case BH_RUN_FAILED:
    case BH_RUN_STOPPED:
    default:
      if (!is_text (run->reason) && is_text (run->summary))
        return markdown_line (run->summary);
      return plain_line (is_text (run->reason) ? run->reason : run->current, run);
    }
}

char *
bh_run_line (BhRunItem *item)
{
  g_return_val_if_fail (BH_IS_RUN_ITEM (item), NULL);
  if (bh_run_item_get_unknown_state (item) != NULL)
    return g_strdup (bh_run_item_get_unknown_state (item));
  return bh_run_record_line (bh_run_item_get_run (item));
}

static gboolean
is_under_way (const BhRun *run)
{
  return !bh_run_state_is_terminal (run->state) && run->started_at > 0;
}

/* By the second, as it ticks. (transfer full) */
static char *
elapsed_text (const BhRun *run)
{
  /* the coordinator's clock may be another one */
  gint64 elapsed = MAX (g_get_real_time () - run->started_at, 0);

  if (elapsed >= 10 * G_USEC_PER_SEC)
    return bh_format_duration (elapsed);
  return g_strdup_printf (_ ("%d s"), (int) (elapsed / G_USEC_PER_SEC));
}

/* Of those under way how long, of others when they ended. (transfer full) (nullable) */
static char *
time_text (const BhRun *run)
{
  if (is_under_way (run))
    return elapsed_text (run);
  return bh_run_state_is_terminal (run->state) && run->completed_at > 0 ? bh_format_time (run->completed_at)
                                                                        : NULL;
}

static void
set_label (GtkLabel *label, const char *text)
{
  gtk_label_set_label (label, text != NULL ? text : "");
}

/* --- ticking ------------------------------------------------------------------------------------------- */

static gboolean
tick_cb (gpointer data)
{
  BhRunRow *self = data;
  g_autofree char *text = time_text (bh_run_item_get_run (self->item));

  set_label (self->when, text);
  return G_SOURCE_CONTINUE;
}

static void
update_tick (BhRunRow *self)
{
  gboolean wanted = self->item != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)) &&
                    is_under_way (bh_run_item_get_run (self->item));

  if (wanted && self->tick == 0)
    self->tick = g_timeout_add_seconds (TICK_S, tick_cb, self);
  else if (!wanted)
    g_clear_handle_id (&self->tick, g_source_remove);
}

static void
bh_run_row_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (bh_run_row_parent_class)->map (widget);
  update_tick (BH_RUN_ROW (widget));
}

static void
bh_run_row_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (bh_run_row_parent_class)->unmap (widget);
  update_tick (BH_RUN_ROW (widget));
}

/* --- what is shown ------------------------------------------------------------------------------------- */

/* Adds `part` (nullable) to what is spoken. */
static void
speak (char **spoken, const char *part)
{
  char *before = *spoken;

  if (!is_text (part))
    return;
  *spoken = g_strdup_printf (C_ ("what is spoken of a Run, and what comes after it", "%s, %s"), before, part);
  g_free (before);
}

/* When it began or ended; how long it has been under way is not spoken, as it changes every second. (transfer
 * full) (nullable) */
static char *
spoken_time (const BhRun *run)
{
  g_autofree char *started = NULL;

  if (!is_under_way (run))
    return time_text (run);
  started = bh_format_time (run->started_at);
  return g_strdup_printf (C_ ("of a Run, with a time or day, spoken", "started %s"), started);
}

static void
update_summary (BhRunRow *self, const char *line)
{
  const char *unknown = bh_run_item_get_unknown_state (self->item);
  BhConnection *connection = bh_run_item_get_connection (self->item);
  g_autofree char *summary = g_strdup (bh_run_item_get_name (self->item));
  g_autofree char *when = spoken_time (bh_run_item_get_run (self->item));

  /* that one is the line, too */
  speak (&summary, unknown != NULL ? NULL : bh_run_state_label (bh_run_item_get_state (self->item)));
  speak (&summary, line);
  if (self->show_connection && connection != NULL)
    speak (&summary, bh_connection_get_name (connection));
  speak (&summary, when);
  if (bh_run_item_get_unread (self->item))
    speak (&summary, C_ ("of a Run, spoken", "unread"));
  if (g_set_str (&self->summary, summary))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUMMARY]);
}

static void
update (BhRunRow *self)
{
  g_autofree char *line = NULL, *when = NULL;
  BhConnection *connection;
  gboolean unread;

  if (self->item == NULL)
    return;
  line = bh_run_line (self->item);
  when = time_text (bh_run_item_get_run (self->item));
  connection = bh_run_item_get_connection (self->item);
  unread = bh_run_item_get_unread (self->item);
  g_object_set (self->status, "state", bh_run_item_get_state (self->item), NULL);
  set_label (self->name, bh_run_item_get_name (self->item));
  set_label (self->line, line);
  set_label (self->when, when);
  set_label (self->where, connection != NULL ? bh_connection_get_name (connection) : NULL);
  gtk_widget_set_visible (self->unread, unread);
  if (unread)
    gtk_widget_add_css_class (GTK_WIDGET (self->name), "heading");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->name), "heading");
  update_summary (self, line);
  update_tick (self);
}

static void
released_cb (BhRunRow *self, int n, double x, double y)
{
  if (gtk_widget_contains (GTK_WIDGET (self), x, y))
    g_signal_emit (self, clicked, 0);
}

/* --- the object ---------------------------------------------------------------------------------------- */

BhRunItem *
bh_run_row_get_item (BhRunRow *self)
{
  g_return_val_if_fail (BH_IS_RUN_ROW (self), NULL);
  return self->item;
}

void
bh_run_row_set_item (BhRunRow *self, BhRunItem *item)
{
  g_return_if_fail (BH_IS_RUN_ROW (self));
  if (!g_set_object (&self->item, item))
    return;
  g_signal_group_set_target (self->signals, item);
  update (self);
  update_tick (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ITEM]);
}

static void
bh_run_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BhRunRow *self = BH_RUN_ROW (object);

  switch ((BhRunRowProp) prop_id)
    {
    case PROP_ITEM:
      g_value_set_object (value, self->item);
      break;
    case PROP_SUMMARY:
      g_value_set_string (value, self->summary);
      break;
    case PROP_SHOW_CONNECTION:
      g_value_set_boolean (value, self->show_connection);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_run_row_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  BhRunRow *self = BH_RUN_ROW (object);

  switch ((BhRunRowProp) prop_id)
    {
    case PROP_ITEM:
      bh_run_row_set_item (self, g_value_get_object (value));
      break;
    case PROP_SHOW_CONNECTION:
      if (self->show_connection == g_value_get_boolean (value))
        break;
      self->show_connection = g_value_get_boolean (value);
      g_object_notify_by_pspec (object, pspec);
      update (self);
      break;
    case PROP_SUMMARY:
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_run_row_dispose (GObject *object)
{
  BhRunRow *self = BH_RUN_ROW (object);
  GtkWidget *child;

  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_object (&self->signals);
  g_clear_object (&self->item);
  gtk_widget_dispose_template (GTK_WIDGET (self), BH_TYPE_RUN_ROW);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (bh_run_row_parent_class)->dispose (object);
}

static void
bh_run_row_finalize (GObject *object)
{
  g_free (BH_RUN_ROW (object)->summary);
  G_OBJECT_CLASS (bh_run_row_parent_class)->finalize (object);
}

static void
init_widget_class (GtkWidgetClass *widget_class)
{
  widget_class->map = bh_run_row_map;
  widget_class->unmap = bh_run_row_unmap;
  g_type_ensure (BH_TYPE_STATUS_ICON);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-run-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BhRunRow, status);
  gtk_widget_class_bind_template_child (widget_class, BhRunRow, name);
  gtk_widget_class_bind_template_child (widget_class, BhRunRow, when);
  gtk_widget_class_bind_template_child (widget_class, BhRunRow, line);
  gtk_widget_class_bind_template_child (widget_class, BhRunRow, where);
  gtk_widget_class_bind_template_child (widget_class, BhRunRow, unread);
  gtk_widget_class_bind_template_callback (widget_class, released_cb);
}

static void
bh_run_row_class_init (BhRunRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = bh_run_row_dispose;
  object_class->finalize = bh_run_row_finalize;
  object_class->get_property = bh_run_row_get_property;
  object_class->set_property = bh_run_row_set_property;
  properties[PROP_ITEM] =
      g_param_spec_object ("item", NULL, NULL, BH_TYPE_RUN_ITEM,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_SUMMARY] =
      g_param_spec_string ("summary", NULL, NULL, NULL,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_SHOW_CONNECTION] =
      g_param_spec_boolean ("show-connection", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  clicked = g_signal_new ("clicked", BH_TYPE_RUN_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  init_widget_class (GTK_WIDGET_CLASS (klass));
}

static void
bh_run_row_init (BhRunRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->signals = g_signal_group_new (BH_TYPE_RUN_ITEM);
  /* "run" comes last, once for each record */
  g_signal_group_connect_swapped (self->signals, "notify::run", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->signals, "notify::unread", G_CALLBACK (update), self);
}

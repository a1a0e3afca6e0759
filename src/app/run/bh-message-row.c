/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/run/bh-message-row.h"

#include "app/widgets/bh-markdown-plan.h"
#include "app/widgets/bh-markdown.h"
#include "app/widgets/bh-status.h"

#define KEPT_BYTES 4096
/* of a row's name; its widgets hold all of the text */
#define NAME_BYTES 512

struct _BhMessageRow
{
  BhRowView parent_instance;

  GtkWidget *bubble;
  GtkLabel *author;
  GtkLabel *time;
  GtkImage *receipt_icon;
  GtkLabel *receipt;
  GtkButton *toggle;
  BhMarkdown *markdown;
  GtkWidget *more;
  GtkLabel *problem;

  gboolean has_text; /* the Markdown is that of the row */
};

G_DEFINE_FINAL_TYPE (BhMessageRow, bh_message_row, BH_TYPE_ROW_VIEW)

static gboolean
is_thought (const BhRow *record)
{
  return g_strcmp0 (record->author, "thought") == 0;
}

static BhTimelineRow *
get_row (BhMessageRow *self)
{
  return bh_row_view_get_row (BH_ROW_VIEW (self));
}

/* How far a message of the person has come, where that needs saying. */
static gboolean
has_receipt (const BhRow *record)
{
  return record->state == BH_ROW_QUEUED || record->state == BH_ROW_DELIVERED ||
         record->state == BH_ROW_WITHDRAWN || record->state == BH_ROW_STOPPED ||
         record->state == BH_ROW_FAILED;
}

static void
show_receipt (BhMessageRow *self, const BhRow *record)
{
  gboolean waits = has_receipt (record);

  gtk_label_set_text (self->receipt, waits ? bh_row_state_label (record->state) : "");
  gtk_widget_set_visible (GTK_WIDGET (self->receipt), waits);
  gtk_widget_set_visible (GTK_WIDGET (self->receipt_icon), waits);
  if (waits)
    gtk_image_set_from_icon_name (self->receipt_icon, bh_row_state_icon (record->state));
}

static void
show_text (BhMessageRow *self)
{
  BhTimelineRow *row = get_row (self);

  bh_markdown_set_text (self->markdown, bh_timeline_row_get_text (row, BH_PART_TEXT, NULL));
  self->has_text = TRUE;
}

/* A record may come before the deltas that it already has the text of in its head. A text that is too long
 * for the model is too long for the Markdown, which has a button itself. */
static gboolean
has_more (BhTimelineRow *row)
{
  gsize length = 0;

  bh_timeline_row_get_text (row, BH_PART_TEXT, &length);
  return !bh_timeline_row_get_complete (row, BH_PART_TEXT) && length <= BH_HEAD_MAX &&
         length < bh_timeline_row_get_bytes (row, BH_PART_TEXT);
}

static void
show_more (BhMessageRow *self)
{
  BhTimelineRow *row = get_row (self);
  const char *problem = bh_timeline_row_get_problem (row);
  gboolean loading = FALSE;

  g_object_get (row, "loading", &loading, NULL);
  gtk_widget_set_visible (self->more, gtk_widget_get_visible (GTK_WIDGET (self->markdown)) && has_more (row));
  gtk_widget_set_sensitive (self->more, !loading);
  gtk_label_set_text (self->problem, problem != NULL ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), problem != NULL);
}

static void
set_class (GtkWidget *widget, const char *name, gboolean has)
{
  if (has)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

static void
update (BhRowView *view)
{
  BhMessageRow *self = BH_MESSAGE_ROW (view);
  BhTimelineRow *row = get_row (self);
  BhRow *record = bh_timeline_row_get_row (row);
  g_autofree char *author = NULL, *time = NULL;
  gboolean thought, shown;

  if (record == NULL)
    return;
  thought = is_thought (record);
  shown = !thought || bh_timeline_row_get_expanded (row);
  author = bh_author_label (record->author);
  time = record->started_at > 0 ? bh_format_time (record->started_at) : g_strdup ("");
  gtk_label_set_text (self->author, author);
  gtk_label_set_text (self->time, time);
  set_class (self->bubble, "person", g_strcmp0 (record->author, "you") == 0);
  set_class (self->bubble, "thought", thought);
  show_receipt (self, record);
  gtk_widget_set_visible (GTK_WIDGET (self->toggle), thought);
  gtk_button_set_label (self->toggle, shown ? C_ ("thought", "Hide") : C_ ("thought", "Show"));
  gtk_widget_set_visible (GTK_WIDGET (self->markdown), shown);
  if (shown && !self->has_text)
    show_text (self);
  show_more (self);
}

static void
reset (BhRowView *view, BhPart part)
{
  BhMessageRow *self = BH_MESSAGE_ROW (view);

  if (part != BH_PART_TEXT || !self->has_text)
    return;
  show_text (self);
  show_more (self);
}

static void
appended (BhRowView *view, BhPart part, const char *text)
{
  BhMessageRow *self = BH_MESSAGE_ROW (view);

  if (part == BH_PART_TEXT && self->has_text)
    bh_markdown_append (self->markdown, text);
}

/* What grows while it is in sight is shown as it grows. */
static void
bytes_changed (BhRowView *view, BhPart part)
{
  BhMessageRow *self = BH_MESSAGE_ROW (view);
  BhRow *record = bh_timeline_row_get_row (get_row (self));

  if (part == BH_PART_TEXT && record != NULL && record->state == BH_ROW_OPEN && !is_thought (record))
    bh_timeline_row_load_text (get_row (self));
  if (part == BH_PART_TEXT && record != NULL)
    show_more (self);
}

static void
unbind (BhRowView *view)
{
  BhMessageRow *self = BH_MESSAGE_ROW (view);

  self->has_text = FALSE;
  /* the widgets of a short text are made to show the next one, which costs a fraction of new ones */
  if (strlen (bh_markdown_get_text (self->markdown)) > KEPT_BYTES)
    bh_markdown_set_text (self->markdown, "");
}

static char *
describe (BhTimelineRow *row)
{
  BhRow *record = bh_timeline_row_get_row (row);
  g_autofree char *author = bh_author_label (record->author);
  g_autofree char *text = NULL;

  /* as it is read, not as it was written */
  text = bh_markdown_line (record->head != NULL ? record->head : "", NAME_BYTES);
  if (has_receipt (record))
    /* Translators: for screen readers: author, receipt ("Queued"), text of a message */
    return g_strdup_printf (_ ("Message, %s, %s, %s"), author, bh_row_state_label (record->state), text);
  /* Translators: for screen readers: author, text of a message */
  return g_strdup_printf (_ ("Message, %s, %s"), author, text);
}

static void
more_cb (BhMessageRow *self)
{
  BhTimelineRow *row = get_row (self);

  if (bh_timeline_row_get_problem (row) != NULL)
    bh_timeline_row_retry (row);
  else
    bh_timeline_row_load_text (row);
}

/* What is longer than is read in a timeline has a window of its own. */
static void
elsewhere_cb (BhMessageRow *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "run.open-body", "(tu)",
                              (guint64) bh_timeline_row_get_position (get_row (self)), (guint) BH_PART_TEXT);
}

static void
toggle_cb (BhMessageRow *self)
{
  bh_timeline_row_set_expanded (get_row (self), !bh_timeline_row_get_expanded (get_row (self)));
}

static void
bh_message_row_class_init (BhMessageRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  BhRowViewClass *view_class = BH_ROW_VIEW_CLASS (klass);

  view_class->update = update;
  view_class->reset = reset;
  view_class->appended = appended;
  view_class->bytes_changed = bytes_changed;
  view_class->unbind = unbind;
  view_class->describe = describe;
  g_type_ensure (BH_TYPE_MARKDOWN);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-message-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BhMessageRow, bubble);
  gtk_widget_class_bind_template_child (widget_class, BhMessageRow, author);
  gtk_widget_class_bind_template_child (widget_class, BhMessageRow, time);
  gtk_widget_class_bind_template_child (widget_class, BhMessageRow, receipt_icon);
  gtk_widget_class_bind_template_child (widget_class, BhMessageRow, receipt);
  gtk_widget_class_bind_template_child (widget_class, BhMessageRow, toggle);
  gtk_widget_class_bind_template_child (widget_class, BhMessageRow, markdown);
  gtk_widget_class_bind_template_child (widget_class, BhMessageRow, more);
  gtk_widget_class_bind_template_child (widget_class, BhMessageRow, problem);
  gtk_widget_class_bind_template_callback (widget_class, more_cb);
  gtk_widget_class_bind_template_callback (widget_class, elsewhere_cb);
  gtk_widget_class_bind_template_callback (widget_class, toggle_cb);
}

static void
bh_message_row_init (BhMessageRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-status-row.h"

#include "app/widgets/bh-status.h"

struct _BhStatusRow
{
  BhRowView parent_instance;

  GtkLabel *label;
};

G_DEFINE_FINAL_TYPE (BhStatusRow, bh_status_row, BH_TYPE_ROW_VIEW)

static void
add_text (GString *string, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  if (string->len > 0)
    g_string_append (string, " · ");
  g_string_append (string, text);
}

static char *
get_text (BhTimelineRow *row)
{
  BhRow *record = bh_timeline_row_get_row (row);
  g_autofree char *time = NULL;
  GString *text = g_string_new (NULL);

  add_text (text, bh_timeline_row_get_unknown_kind (row));
  add_text (text, record->title);
  add_text (text, record->head);
  if (record->started_at > 0)
    time = bh_format_time (record->started_at);
  add_text (text, time);
  return g_string_free_and_steal (text);
}

static void
update (BhRowView *view)
{
  BhTimelineRow *row = bh_row_view_get_row (view);
  g_autofree char *text = NULL;

  if (bh_timeline_row_get_row (row) == NULL)
    return;
  text = get_text (row);
  gtk_label_set_text (BH_STATUS_ROW (view)->label, text);
}

static char *
describe (BhTimelineRow *row)
{
  g_autofree char *text = get_text (row);

  /* Translators: for screen readers: a row of the timeline that tells of a change of the Run */
  return g_strdup_printf (_ ("Notice, %s"), text);
}

static void
bh_status_row_class_init (BhStatusRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  BH_ROW_VIEW_CLASS (klass)->update = update;
  BH_ROW_VIEW_CLASS (klass)->describe = describe;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-status-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BhStatusRow, label);
}

static void
bh_status_row_init (BhStatusRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

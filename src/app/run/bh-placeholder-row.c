/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-placeholder-row.h"

struct _BhPlaceholderRow
{
  BhRowView parent_instance;

  GtkLabel *label;
  GtkWidget *retry;
};

G_DEFINE_FINAL_TYPE (BhPlaceholderRow, bh_placeholder_row, BH_TYPE_ROW_VIEW)

static const char *
get_label (BhTimelineRow *row)
{
  const char *problem = row != NULL ? bh_timeline_row_get_problem (row) : NULL;

  return problem != NULL ? problem : _ ("Loading…");
}

static void
show (BhPlaceholderRow *self)
{
  BhTimelineRow *row = bh_row_view_get_row (BH_ROW_VIEW (self));

  gtk_label_set_text (self->label, get_label (row));
  gtk_widget_set_visible (self->retry, row != NULL && bh_timeline_row_get_problem (row) != NULL);
}

static void
update (BhRowView *view)
{
  show (BH_PLACEHOLDER_ROW (view));
}

static void
unbind (BhRowView *view)
{
  BhPlaceholderRow *self = BH_PLACEHOLDER_ROW (view);

  gtk_label_set_text (self->label, _ ("Loading…"));
  gtk_widget_set_visible (self->retry, FALSE);
}

static char *
describe (BhTimelineRow *row)
{
  return g_strdup (get_label (row));
}

static void
retry_cb (BhPlaceholderRow *self)
{
  bh_timeline_row_retry (bh_row_view_get_row (BH_ROW_VIEW (self)));
  show (self);
}

static void
bh_placeholder_row_class_init (BhPlaceholderRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  BH_ROW_VIEW_CLASS (klass)->update = update;
  BH_ROW_VIEW_CLASS (klass)->unbind = unbind;
  BH_ROW_VIEW_CLASS (klass)->describe = describe;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-placeholder-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BhPlaceholderRow, label);
  gtk_widget_class_bind_template_child (widget_class, BhPlaceholderRow, retry);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
}

static void
bh_placeholder_row_init (BhPlaceholderRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

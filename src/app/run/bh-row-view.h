/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What shows one row of a timeline: a base with what all kinds have in common. Each kind is final, and has a
 * template. It is reused for one row after the other, so whatever is costly is built when it is first needed,
 * and dropped with the row. */

#include <adwaita.h>

#include "client/bh-timeline-row.h"

G_BEGIN_DECLS

#define BH_TYPE_ROW_VIEW (bh_row_view_get_type ())
G_DECLARE_DERIVABLE_TYPE (BhRowView, bh_row_view, BH, ROW_VIEW, GtkWidget)

struct _BhRowViewClass
{
  GtkWidgetClass parent_class;

  /* There is another row, or something of it but its texts has changed. Not called without a row. */
  void (*update) (BhRowView *self);
  /* The row goes: drop what is large. bh_row_view_get_row() still is that row. */
  void (*unbind) (BhRowView *self);
  /* As the signals of BhTimelineRow. */
  void (*reset) (BhRowView *self, BhPart part);
  void (*appended) (BhRowView *self, BhPart part, const char *text);
  void (*bytes_changed) (BhRowView *self, BhPart part);
  /* (transfer full): for who cannot see it, of a row that may be shown by no widget. */
  char *(*describe) (BhTimelineRow *row);
};

/* NULL: none. */
void bh_row_view_set_row (BhRowView *self, BhTimelineRow *row);
/* What it says of its row may be something else now. */
void bh_row_view_update (BhRowView *self);
/* (transfer none) (nullable) */
BhTimelineRow *bh_row_view_get_row (BhRowView *self);
/* What a view of that type would say of the row: "Step, exec in DevBox, npm test, failed, exit status 1, 41
 * s". (transfer full) */
char *bh_row_view_describe (GType type, BhTimelineRow *row);

/* For dispose, after gtk_widget_dispose_template(), which leaves alone what is not bound. */
void bh_unparent_children (GtkWidget *widget);

G_END_DECLS

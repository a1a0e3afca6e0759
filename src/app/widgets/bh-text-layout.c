/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/widgets/bh-text-layout.h"

#include <gtksourceview/gtksource.h>

void
bh_text_layout_before_drawing (GtkTextView *view)
{
  GtkTextBuffer *buffer;

  g_return_if_fail (GTK_IS_TEXT_VIEW (view));
  buffer = gtk_text_view_get_buffer (view);
  /* a text view lays out what is in sight when it is allocated */
  g_signal_connect_object (buffer, "changed", G_CALLBACK (gtk_widget_queue_allocate), view,
                           G_CONNECT_SWAPPED);
  /* what is bold is wider, and may be higher */
  if (GTK_SOURCE_IS_BUFFER (buffer))
    g_signal_connect_object (buffer, "highlight-updated", G_CALLBACK (gtk_widget_queue_allocate), view,
                             G_CONNECT_SWAPPED);
}

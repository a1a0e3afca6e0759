/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What a person does with a Run, wherever it is shown: with the questions that must be asked first, and a
 * toast in the window of `widget` when it fails. */

#include <adwaita.h>

#include "client/bh-run-item.h"

G_BEGIN_DECLS

/* Asks first when a command is under way, as it would be cut short, and when files would go with the DevBox.
 */
void bh_run_stop (GtkWidget *widget, BhRunItem *run);
/* Asks for the new name. */
void bh_run_rename (GtkWidget *widget, BhRunItem *run);
/* The question sheet. */
void bh_run_answer (GtkWidget *widget, BhRunItem *run);
void bh_run_copy_link (GtkWidget *widget, BhRunItem *run);
/* The composer with the Run's fields. */
void bh_run_again (GtkWidget *widget, BhRunItem *run);
/* With undo. */
void bh_run_delete (GtkWidget *widget, BhRunItem *run);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What is known of a Run besides its timeline. */

#include <adwaita.h>

#include "client/bh-timeline.h"

G_BEGIN_DECLS

/* Actions: "details.copy-id", "details.open-ticket",
 * "details.stop-box", "details.remove-box". */
#define BH_TYPE_RUN_DETAILS (bh_run_details_get_type ())
G_DECLARE_FINAL_TYPE (BhRunDetails, bh_run_details, BH, RUN_DETAILS, GtkWidget)

/* `timeline`: (nullable) */
void bh_run_details_set_timeline (BhRunDetails *self, BhTimeline *timeline);

G_END_DECLS

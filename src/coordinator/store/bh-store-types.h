/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "coordinator/store/bh-store.h"

G_BEGIN_DECLS

BhRunBundle *bh_run_bundle_new (void);
BhRowPage *bh_row_page_new (void);
BhBody *bh_body_new (void);

G_END_DECLS

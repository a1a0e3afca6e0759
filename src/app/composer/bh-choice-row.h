/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A row that shows what was chosen, and opens a sub-page of the AdwNavigationView it is in to choose. */

#include "app/composer/bh-choice-page.h"
#include "client/bh-connections.h"

G_BEGIN_DECLS

/* Signal "changed": something else was chosen, or what was chosen is now another matter. */
#define BH_TYPE_CHOICE_ROW (bh_choice_row_get_type ())
G_DECLARE_DERIVABLE_TYPE (BhChoiceRow, bh_choice_row, BH, CHOICE_ROW, AdwActionRow)

struct _BhChoiceRowClass
{
  AdwActionRowClass parent_class;

  /* Adds groups and choices to an empty page. */
  void (*fill) (BhChoiceRow *self, BhChoicePage *page);
  /* (nullable): before a page is opened. */
  void (*opening) (BhChoiceRow *self);
  /* (transfer full): the text of what is chosen now. */
  char *(*describe) (BhChoiceRow *self);
};

/* (nullable) */
const char *bh_choice_row_get_selected (BhChoiceRow *self);
/* Emits "changed" when it is another one. */
void bh_choice_row_set_selected (BhChoiceRow *self, const char *id);
/* What is known has changed: shows it anew, on the page, too, if that is open. */
void bh_choice_row_refresh (BhChoiceRow *self);
/* Emits "changed". */
void bh_choice_row_changed (BhChoiceRow *self);

G_END_DECLS

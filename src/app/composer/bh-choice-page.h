/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A sub-page with choices in groups, of which one is chosen; what cannot be chosen is shown with the reason.
 */

#include <adwaita.h>

G_BEGIN_DECLS

/* Signal "chosen" (string id). */
#define BH_TYPE_CHOICE_PAGE (bh_choice_page_get_type ())
G_DECLARE_FINAL_TYPE (BhChoicePage, bh_choice_page, BH, CHOICE_PAGE, AdwNavigationPage)

BhChoicePage *bh_choice_page_new (const char *title);
/* Begins anew; `selected` is the id that has the mark. */
void bh_choice_page_clear (BhChoicePage *self, const char *selected);
/* What is added from now on stands in a new group. Both nullable. */
void bh_choice_page_add_group (BhChoicePage *self, const char *title, const char *description);
/* `id` NULL: it is told, but cannot be chosen. */
void bh_choice_page_add (BhChoicePage *self, const char *id, const char *title, const char *subtitle);

G_END_DECLS

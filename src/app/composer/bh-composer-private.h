/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "app/composer/bh-composer-dialog.h"
#include "app/composer/bh-connection-row.h"
#include "app/composer/bh-draft-file.h"
#include "app/composer/bh-engine-row.h"
#include "app/composer/bh-instructions-view.h"
#include "app/composer/bh-target-row.h"

G_BEGIN_DECLS

struct _BhComposerDialog
{
  AdwDialog parent_instance;

  AdwNavigationView *navigation;
  AdwBanner *draft_banner;
  AdwBanner *error_banner;
  GtkWidget *page;
  BhInstructionsView *instructions;
  GtkEditable *name_row;
  GtkEditable *ticket_row;
  BhConnectionRow *connection_row;
  BhTargetRow *target_row;
  BhEngineRow *engine_row;
  GtkWidget *interactive_row;
  GtkCheckButton *interactive;
  GtkWidget *autonomous_row;
  GtkCheckButton *autonomous;
  AdwComboRow *keep_row;
  AdwComboRow *network_row;
  AdwComboRow *permissions_row;
  AdwExpanderRow *advanced_row;
  GtkWidget *add_row;
  GtkLabel *reason;
  GtkWidget *spinner;
  GtkWidget *start;

  BhConnections *connections;
  GSettings *settings;
  BhDraftFile *file;
  GPtrArray *variables; /* BhVariableRow, borrowed, as they stand */
  BhDraft *pristine;    /* what it was filled with: only what differs from it is worth keeping */
  BhDraft *saved;       /* what the file holds; NULL: nothing */
  BhDraft *aside;       /* a draft that was there when the composer was filled with something else */
  GError *refused;      /* (nullable): what the coordinator said, until something is changed */
  char *key;            /* idempotency key: for as long as nothing is changed */
  guint save_source;
  GtkWidget *had_focus; /* (nullable) (weak): before it was sent */
  gboolean is_loaded;   /* the file was read */
  gboolean is_filled;   /* with something else than the draft */
  gboolean is_sending;
  gboolean is_created;
  gboolean is_setting; /* fields are being set by us */
};

/* bh-composer-draft.c */
/* What the fields hold. (transfer full) */
BhDraft *bh_composer_collect (BhComposerDialog *self);
/* Puts it into the fields; it is then pristine. */
void bh_composer_apply (BhComposerDialog *self, const BhDraft *draft);
/* A blank one with the person's defaults. (transfer full) */
BhDraft *bh_composer_defaults (BhComposerDialog *self);
void bh_composer_load (BhComposerDialog *self);
/* Soon, and when it is closed. */
void bh_composer_save_soon (BhComposerDialog *self);
void bh_composer_save_now (BhComposerDialog *self);
/* Offers the draft that was put aside, if there is one. */
void bh_composer_offer (BhComposerDialog *self);
/* What is written goes aside, for something else is to be put into the fields. */
void bh_composer_keep_aside (BhComposerDialog *self);
/* Puts the draft that was put aside into the fields, and what was written meanwhile aside. */
void bh_composer_swap (BhComposerDialog *self);
/* It has become a Run. */
void bh_composer_forget (BhComposerDialog *self);
void bh_composer_add_variable (BhComposerDialog *self, const char *name, const char *value);

/* bh-composer-check.c */
/* Looks at every field: errors that are plain while one writes on their rows, the first reason why it cannot
 * be sent beside the button. */
void bh_composer_check (BhComposerDialog *self);
/* Shows an error on the row it names, else in the banner; with the focus there, and told. */
void bh_composer_show_error (BhComposerDialog *self, const GError *error);
/* Sends, or says why not. */
void bh_composer_submit (BhComposerDialog *self);

G_END_DECLS

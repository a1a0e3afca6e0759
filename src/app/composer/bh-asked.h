/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What a row of choices has asked a coordinator for, with which the answer finds its way back. */

#include "app/composer/bh-choice-row.h"
#include "client/bh-connection.h"

G_BEGIN_DECLS

typedef struct
{
  GWeakRef row;
  BhConnection *connection; /* whose answer it is */
  char *worker;
  char *image; /* (nullable) */
} BhAsked;

BhAsked *bh_asked_new (BhChoiceRow *row, BhConnection *connection, const char *worker, const char *image);
void bh_asked_free (gpointer self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A Run in a store of its own, and the states that an engine of it keeps. */

#include "coordinator/runs/bh-state-view.h"
#include "test-store-util.h"

typedef struct
{
  char *folder;
  BhStore *store;
  BhJournal *journal;
  BhStateView *states;
} StatesFixture;

void states_set_up (StatesFixture *fixture, gconstpointer data);
void states_tear_down (StatesFixture *fixture, gconstpointer data);
/* As after a restart of the coordinator. */
void states_restart (StatesFixture *fixture);

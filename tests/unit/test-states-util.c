/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-states-util.h"

void
states_set_up (StatesFixture *fixture, gconstpointer data)
{
  fixture->folder = make_folder ();
  fixture->store = open_store (fixture->folder);
  fixture->journal = create_run (fixture->store, "A Run", "x");
  fixture->states = bh_state_view_new (fixture->journal, NULL);
}

void
states_tear_down (StatesFixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->states);
  g_clear_object (&fixture->journal);
  close_store (fixture->store);
  remove_folder (fixture->folder);
}

void
states_restart (StatesFixture *fixture)
{
  settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
  g_clear_object (&fixture->states);
  reload_run (fixture->store, &fixture->journal);
  fixture->states = bh_state_view_new (fixture->journal, NULL);
}

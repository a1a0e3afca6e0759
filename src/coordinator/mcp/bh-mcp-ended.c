/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/mcp/bh-mcp-ended.h"

/* Channels of all kinds that have ended: how many there were, and the latest, in a ring. */
#define STATE_ENDED "channels.ended"
/* boxd is told at once that a channel is released: it does not tell of one again that so many followed. */
#define ENDED_KEPT 128

static void
forget_channel (BhJournal *journal, guint32 channel)
{
  g_autofree char *in = g_strdup_printf (BH_MCP_CHANNEL_KEY ".in", channel);
  g_autofree char *engine = g_strdup_printf (BH_MCP_CHANNEL_KEY ".engine", channel);
  g_autofree char *ask = g_strdup_printf ("ask:" BH_CHANNEL_QUESTION, channel);

  bh_journal_set_state (journal, in, NULL);
  bh_journal_set_state (journal, engine, NULL);
  bh_journal_set_state (journal, ask, NULL);
}

void
bh_mcp_channel_ended (BhJournal *journal, guint32 channel)
{
  g_autofree char *slot = NULL;
  gint64 count, before;

  g_return_if_fail (BH_IS_JOURNAL (journal));

  count = bh_journal_get_state_int (journal, STATE_ENDED, 0);
  slot = g_strdup_printf (STATE_ENDED ".%" G_GINT64_FORMAT, count % ENDED_KEPT);
  before = bh_journal_get_state_int (journal, slot, 0);
  if (before > 0)
    forget_channel (journal, (guint32) before);
  bh_journal_set_state_int (journal, slot, channel);
  bh_journal_set_state_int (journal, STATE_ENDED, count + 1);
}

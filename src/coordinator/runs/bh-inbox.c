/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/runs/bh-inbox.h"
#include "protocol/bh-text.h"

typedef struct
{
  BhMessage *message;
  gboolean handed_out; /* to the engine, in this object's life */
} Entry;

struct _BhInbox
{
  GObject parent;
  BhJournal *journal;
  GPtrArray *entries; /* Entry, oldest first */
};

G_DEFINE_FINAL_TYPE (BhInbox, bh_inbox, G_TYPE_OBJECT)

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  bh_message_unref (entry->message);
  g_free (entry);
}

static void
bh_inbox_finalize (GObject *object)
{
  BhInbox *self = BH_INBOX (object);

  g_ptr_array_unref (self->entries);
  g_object_unref (self->journal);
  G_OBJECT_CLASS (bh_inbox_parent_class)->finalize (object);
}

static void
bh_inbox_class_init (BhInboxClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_inbox_finalize;
}

static void
bh_inbox_init (BhInbox *self)
{
  self->entries = g_ptr_array_new_with_free_func (entry_free);
}

BhInbox *
bh_inbox_new (BhJournal *journal)
{
  BhInbox *self = g_object_new (BH_TYPE_INBOX, NULL);

  self->journal = g_object_ref (journal);
  return self;
}

void
bh_inbox_add (BhInbox *self, BhMessage *message)
{
  Entry *entry;

  g_return_if_fail (BH_IS_INBOX (self));
  g_return_if_fail (message != NULL);

  entry = g_new0 (Entry, 1);
  entry->message = bh_message_ref (message);
  g_ptr_array_add (self->entries, entry);
}

gboolean
bh_inbox_check (const char *text, GError **error)
{
  gsize length = text != NULL ? strlen (text) : 0;

  if (length == 0 || strspn (text, " \t\r\n") == length)
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "text", "A message needs a text.");
      return FALSE;
    }
  if (length > BH_MESSAGE_MAX)
    {
      bh_set_error (error, BH_ERROR_TOO_LARGE, "text",
                    "The message has %" G_GSIZE_FORMAT " bytes; at most %d are taken. Shorten it.", length,
                    BH_MESSAGE_MAX);
      return FALSE;
    }
  return TRUE;
}

BhMessage *
bh_inbox_post (BhInbox *self, const char *text, gboolean interrupt, const char *by)
{
  g_autoptr (BhMessage) message = NULL;
  BhRow *row;

  g_return_val_if_fail (BH_IS_INBOX (self), NULL);
  g_return_val_if_fail (text != NULL && by != NULL, NULL);

  message = bh_message_new ();
  message->id = bh_id_new ('m');
  message->run = g_strdup (bh_journal_get_run_id (self->journal));
  message->text = g_strdup (text);
  message->author = g_strdup (by);
  message->state = BH_MESSAGE_QUEUED;
  message->interrupt = interrupt;
  message->queued_at = g_get_real_time ();

  row = bh_row_new ();
  row->kind = BH_ROW_MESSAGE;
  row->state = BH_ROW_QUEUED;
  row->author = g_strdup ("you");
  row->message = g_strdup (message->id);
  row->head = bh_text_head (text, BH_HEAD_MAX);
  row->exit_status = -1;
  message->row = bh_journal_add_row (self->journal, row);
  bh_journal_append_text (self->journal, message->row, BH_PART_TEXT, text);
  bh_journal_put_message (self->journal, message);
  bh_inbox_add (self, message);
  return g_steal_pointer (&message);
}

static Entry *
find (BhInbox *self, const char *id, guint *index)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (!g_str_equal (entry->message->id, id))
        continue;
      *index = i;
      return entry;
    }
  return NULL;
}

/* Records are not changed once made: the entry gets copies that say the new state. */
static void
stage_state (BhInbox *self, Entry *entry, BhMessageState state)
{
  static const BhRowState row_states[] = {
    [BH_MESSAGE_QUEUED] = BH_ROW_QUEUED,
    [BH_MESSAGE_DELIVERED] = BH_ROW_DELIVERED,
    [BH_MESSAGE_TAKEN_UP] = BH_ROW_TAKEN_UP,
    [BH_MESSAGE_WITHDRAWN] = BH_ROW_WITHDRAWN,
  };
  BhMessage *message = bh_message_copy (entry->message);
  BhRow *known = bh_journal_get_row (self->journal, entry->message->row);
  gint64 now = g_get_real_time ();

  message->state = state;
  switch (state)
    {
    case BH_MESSAGE_DELIVERED:
      message->delivered_at = now;
      break;
    case BH_MESSAGE_TAKEN_UP:
      message->taken_up_at = now;
      break;
    case BH_MESSAGE_WITHDRAWN:
      message->withdrawn_at = now;
      break;
    case BH_MESSAGE_QUEUED:
    default:
      break;
    }
  bh_message_unref (entry->message);
  entry->message = message;
  if (known != NULL)
    {
      BhRow *row = bh_row_copy (known);

      row->state = row_states[state];
      bh_journal_put_row (self->journal, row);
    }
  bh_journal_put_message (self->journal, message);
}

BhMessage *
bh_inbox_next (BhInbox *self)
{
  g_return_val_if_fail (BH_IS_INBOX (self), NULL);

  if (bh_journal_is_closed (self->journal))
    return NULL;
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (entry->handed_out)
        continue;
      entry->handed_out = TRUE;
      if (entry->message->state == BH_MESSAGE_QUEUED)
        stage_state (self, entry, BH_MESSAGE_DELIVERED);
      return bh_message_ref (entry->message);
    }
  return NULL;
}

void
bh_inbox_take_up (BhInbox *self, BhMessage *message)
{
  Entry *entry;
  guint index;

  g_return_if_fail (BH_IS_INBOX (self));
  g_return_if_fail (message != NULL);

  entry = find (self, message->id, &index);
  if (entry == NULL)
    return;
  stage_state (self, entry, BH_MESSAGE_TAKEN_UP);
  g_ptr_array_remove_index (self->entries, index);
}

BhMessage *
bh_inbox_withdraw (BhInbox *self, const char *id, GError **error)
{
  g_autoptr (BhMessage) withdrawn = NULL;
  Entry *entry;
  guint index;

  g_return_val_if_fail (BH_IS_INBOX (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  entry = find (self, id, &index);
  if (entry == NULL)
    {
      bh_set_error (error, BH_ERROR_MESSAGE_NOT_FOUND, NULL, "The Run %s has no queued message %s.",
                    bh_journal_get_run_id (self->journal), id);
      return NULL;
    }
  if (entry->message->state != BH_MESSAGE_QUEUED)
    {
      bh_set_error (error, BH_ERROR_MESSAGE_DELIVERED, NULL,
                    "The message %s was delivered already, so it cannot be withdrawn. Send another one.", id);
      return NULL;
    }
  stage_state (self, entry, BH_MESSAGE_WITHDRAWN);
  withdrawn = bh_message_ref (entry->message);
  g_ptr_array_remove_index (self->entries, index);
  return g_steal_pointer (&withdrawn);
}

void
bh_inbox_withdraw_all (BhInbox *self)
{
  g_return_if_fail (BH_IS_INBOX (self));

  for (guint i = 0; i < self->entries->len; i++)
    stage_state (self, g_ptr_array_index (self->entries, i), BH_MESSAGE_WITHDRAWN);
  g_ptr_array_set_size (self->entries, 0);
}

guint
bh_inbox_count (BhInbox *self)
{
  g_return_val_if_fail (BH_IS_INBOX (self), 0);

  return self->entries->len;
}

gboolean
bh_inbox_wants_interrupt (BhInbox *self)
{
  g_return_val_if_fail (BH_IS_INBOX (self), FALSE);

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (entry->message->interrupt && !entry->handed_out)
        return TRUE;
    }
  return FALSE;
}

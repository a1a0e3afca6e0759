/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-timeline-private.h"

#include "client/bh-snapshot.h"

#define FRAME_US 16000 /* what many events bring is told of once in that time */
/* Where rows come faster than that (in a second) nobody reads them, and each time a screen of them is laid
 * out anew: so they are told of once in that time. */
#define RUSH_ROWS 1000
#define RUSH_US 100000

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BhTimeline,
                               bh_timeline,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

typedef enum
{
  PROP_RUN_ID = 1,
  PROP_CONNECTION,
  PROP_RUN,
  PROP_READY,
  PROP_LIVE,
  PROP_QUESTION,
  PROP_ONLY_QUESTION,
  PROP_PROBLEM,
  PROP_DELETED,
  N_PROPS,
} BhTimelineProp;

static GParamSpec *properties[N_PROPS];

/* --- the list model ------------------------------------------------------------------------------------ */

static GType
get_item_type (GListModel *model)
{
  return BH_TYPE_TIMELINE_ROW;
}

static guint
get_n_items (GListModel *model)
{
  return BH_TIMELINE (model)->n_told;
}

static gpointer
get_item (GListModel *model, guint position)
{
  BhTimeline *self = BH_TIMELINE (model);
  BhTimelineRow *row;

  if (position >= self->n_told)
    return NULL;
  row = g_hash_table_lookup (self->objects, GUINT_TO_POINTER (position));
  if (row != NULL)
    g_object_ref (row);
  else
    {
      row = bh_timeline_row_new (self, position);
      g_hash_table_insert (self->objects, GUINT_TO_POINTER (position), row);
    }
  if (!bh_timeline_row_get_loaded (row))
    bh_timeline_want (self, position);
  return row;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

void
bh_timeline_forget_object (BhTimeline *self, guint position)
{
  g_hash_table_remove (self->objects, GUINT_TO_POINTER (position));
}

/* --- once a frame -------------------------------------------------------------------------------------- */

static void
flush_rows (BhTimeline *self)
{
  guint before = self->n_told;

  if (self->n_known <= before)
    return;
  self->n_told = (guint) self->n_known;
  g_list_model_items_changed (G_LIST_MODEL (self), before, 0, self->n_told - before);
}

static void
set_question (BhTimeline *self, BhQuestionSet **field, BhQuestionSet *set, GParamSpec *pspec)
{
  if (set == *field)
    return;
  g_clear_pointer (field, bh_question_set_unref);
  *field = set != NULL ? bh_question_set_ref (set) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), pspec);
}

static void
flush_question (BhTimeline *self)
{
  guint n_open;
  BhQuestionSet *open = bh_timeline_open_question (self, &n_open);

  set_question (self, &self->question, open, properties[PROP_QUESTION]);
  /* one is the only one when all are known */
  set_question (self, &self->only_question, n_open == 1 && self->knows_questions ? open : NULL,
                properties[PROP_ONLY_QUESTION]);
}

static gboolean
flush_cb (gpointer data)
{
  g_autoptr (BhTimeline) self = g_object_ref (data);
  g_autoptr (GPtrArray) dirty = self->dirty;
  gint64 now = g_get_monotonic_time ();

  self->flush_source = 0;
  self->rushing =
      (gint64) (self->n_known - self->n_told) * G_USEC_PER_SEC > RUSH_ROWS * (now - self->flushed_at);
  self->flushed_at = now;
  self->dirty = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < dirty->len; i++)
    bh_timeline_row_flush (g_ptr_array_index (dirty, i));
  flush_rows (self);
  if (self->run_dirty)
    {
      self->run_dirty = FALSE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUN]);
    }
  flush_question (self);
  return G_SOURCE_REMOVE;
}

void
bh_timeline_schedule_flush (BhTimeline *self)
{
  gint64 elapsed = g_get_monotonic_time () - self->flushed_at;
  gint64 pause = self->rushing ? RUSH_US : FRAME_US;

  if (self->flush_source != 0)
    return;
  /* what comes alone is told of at once */
  if (elapsed >= pause)
    self->flush_source = g_idle_add_full (G_PRIORITY_DEFAULT, flush_cb, self, NULL);
  else
    self->flush_source = g_timeout_add ((guint) ((pause - elapsed) / 1000 + 1), flush_cb, self);
}

void
bh_timeline_set_dirty (BhTimeline *self, BhTimelineRow *row)
{
  g_ptr_array_add (self->dirty, g_object_ref (row));
  bh_timeline_schedule_flush (self);
}

/* --- state --------------------------------------------------------------------------------------------- */

void
bh_timeline_set_ready (BhTimeline *self)
{
  if (self->ready)
    return;
  self->ready = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);
}

void
bh_timeline_set_live (BhTimeline *self, gboolean live)
{
  if (self->live == live)
    return;
  self->live = live;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIVE]);
}

void
bh_timeline_set_problem (BhTimeline *self, const char *problem, gboolean deleted)
{
  gboolean other = deleted != self->deleted;

  /* both are true of each other when either is told of */
  self->deleted = deleted;
  if (g_set_str (&self->problem, problem))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
  if (other)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DELETED]);
}

void
bh_timeline_set_run (BhTimeline *self, BhRun *run)
{
  BhRun *taken;

  if (self->run != NULL && run->last_seq < self->run->last_seq)
    return;
  taken = bh_run_ref (run);
  /* events leave the instructions out */
  if (run->instructions == NULL && self->run != NULL && self->run->instructions != NULL)
    {
      bh_run_unref (taken);
      taken = bh_run_copy (run);
      taken->instructions = g_strdup (self->run->instructions);
    }
  g_clear_pointer (&self->run, bh_run_unref);
  self->run = taken;
  self->run_dirty = TRUE;
  bh_timeline_schedule_flush (self);
}

void
bh_timeline_set_expanded (BhTimeline *self, guint position, gboolean expanded)
{
  if (expanded)
    g_hash_table_add (self->expanded, GUINT_TO_POINTER (position));
  else
    g_hash_table_remove (self->expanded, GUINT_TO_POINTER (position));
}

/* --- the object ---------------------------------------------------------------------------------------- */

static void
orphan_objects (BhTimeline *self)
{
  GHashTableIter iter;
  gpointer row;

  g_hash_table_iter_init (&iter, self->objects);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    bh_timeline_row_orphan (row);
  g_hash_table_remove_all (self->objects);
}

static void
bh_timeline_dispose (GObject *object)
{
  BhTimeline *self = BH_TIMELINE (object);

  g_clear_pointer (&self->feed, bh_feed_free);
  g_clear_handle_id (&self->flush_source, g_source_remove);
  g_clear_handle_id (&self->fetch_source, g_source_remove);
  g_clear_handle_id (&self->resync_source, g_source_remove);
  orphan_objects (self);
  g_ptr_array_set_size (self->dirty, 0);
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (bh_timeline_parent_class)->dispose (object);
}

static void
bh_timeline_finalize (GObject *object)
{
  BhTimeline *self = BH_TIMELINE (object);

  g_free (self->run_id);
  g_free (self->problem);
  g_clear_pointer (&self->run, bh_run_unref);
  g_clear_pointer (&self->question, bh_question_set_unref);
  g_clear_pointer (&self->only_question, bh_question_set_unref);
  g_hash_table_unref (self->pages);
  g_hash_table_unref (self->objects);
  g_hash_table_unref (self->expanded);
  g_hash_table_unref (self->grown);
  g_hash_table_unref (self->questions);
  g_hash_table_unref (self->all_messages);
  g_object_unref (self->messages);
  g_ptr_array_unref (self->dirty);
  G_OBJECT_CLASS (bh_timeline_parent_class)->finalize (object);
}

static void
bh_timeline_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BhTimeline *self = BH_TIMELINE (object);

  switch ((BhTimelineProp) prop_id)
    {
    case PROP_RUN_ID:
      g_value_set_string (value, self->run_id);
      break;
    case PROP_CONNECTION:
      g_value_set_object (value, self->connection);
      break;
    case PROP_RUN:
      g_value_set_boxed (value, self->run);
      break;
    case PROP_READY:
      g_value_set_boolean (value, self->ready);
      break;
    case PROP_LIVE:
      g_value_set_boolean (value, self->live);
      break;
    case PROP_QUESTION:
      g_value_set_boxed (value, self->question);
      break;
    case PROP_ONLY_QUESTION:
      g_value_set_boxed (value, self->only_question);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    case PROP_DELETED:
      g_value_set_boolean (value, self->deleted);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_timeline_class_init (BhTimelineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = bh_timeline_dispose;
  object_class->finalize = bh_timeline_finalize;
  object_class->get_property = bh_timeline_get_property;
  properties[PROP_RUN_ID] = g_param_spec_string ("run-id", NULL, NULL, NULL, BH_SNAPSHOT_READ);
  properties[PROP_CONNECTION] =
      g_param_spec_object ("connection", NULL, NULL, BH_TYPE_CONNECTION, BH_SNAPSHOT_READ);
  properties[PROP_RUN] = g_param_spec_boxed ("run", NULL, NULL, BH_TYPE_RUN, BH_SNAPSHOT_READ);
  properties[PROP_READY] = g_param_spec_boolean ("ready", NULL, NULL, FALSE, BH_SNAPSHOT_READ);
  properties[PROP_LIVE] = g_param_spec_boolean ("live", NULL, NULL, FALSE, BH_SNAPSHOT_READ);
  properties[PROP_QUESTION] =
      g_param_spec_boxed ("question", NULL, NULL, BH_TYPE_QUESTION_SET, BH_SNAPSHOT_READ);
  properties[PROP_ONLY_QUESTION] =
      g_param_spec_boxed ("only-question", NULL, NULL, BH_TYPE_QUESTION_SET, BH_SNAPSHOT_READ);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, BH_SNAPSHOT_READ);
  properties[PROP_DELETED] = g_param_spec_boolean ("deleted", NULL, NULL, FALSE, BH_SNAPSHOT_READ);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
bh_timeline_init (BhTimeline *self)
{
  self->pages = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) bh_timeline_page_free);
  self->objects = g_hash_table_new (NULL, NULL);
  self->expanded = g_hash_table_new (NULL, NULL);
  self->grown = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->questions =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) bh_question_set_unref);
  self->all_messages =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) bh_message_unref);
  self->messages = g_list_store_new (BH_TYPE_MESSAGE_ITEM);
  self->dirty = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->lru);
}

BhTimeline *
bh_timeline_new (BhConnection *connection, const char *run_id)
{
  BhTimeline *self;
  BhRunItem *item;

  g_return_val_if_fail (BH_IS_CONNECTION (connection), NULL);
  g_return_val_if_fail (run_id != NULL, NULL);
  self = g_object_new (BH_TYPE_TIMELINE, NULL);
  self->connection = g_object_ref (connection);
  self->run_id = g_strdup (run_id);
  item = bh_connection_lookup_run (connection, run_id);
  if (item != NULL)
    {
      self->run = bh_run_ref (bh_run_item_get_run (item));
      self->n_known = MIN (self->run->rows, G_MAXINT);
      self->n_told = (guint) self->n_known;
      if (self->n_told > 0)
        bh_timeline_fetch_page (self, (self->n_told - 1) / BH_TIMELINE_PAGE);
      if (bh_run_item_get_question (item) != NULL)
        {
          self->question = bh_question_set_ref (bh_run_item_get_question (item));
          g_hash_table_insert (self->questions, self->question->id, bh_question_set_ref (self->question));
        }
    }
  g_signal_connect (connection, "notify::state", G_CALLBACK (bh_timeline_connection_cb), self);
  g_signal_connect (connection, "run-deleted", G_CALLBACK (bh_timeline_deleted_cb), self);
  bh_timeline_begin (self);
  return self;
}

/* --- reading ------------------------------------------------------------------------------------------- */

BhConnection *
bh_timeline_get_connection (BhTimeline *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE (self), NULL);
  return self->connection;
}

const char *
bh_timeline_get_run_id (BhTimeline *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE (self), NULL);
  return self->run_id;
}

BhRun *
bh_timeline_get_run (BhTimeline *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE (self), NULL);
  return self->run;
}

gboolean
bh_timeline_get_ready (BhTimeline *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE (self), FALSE);
  return self->ready;
}

gboolean
bh_timeline_get_live (BhTimeline *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE (self), FALSE);
  return self->live;
}

const char *
bh_timeline_get_problem (BhTimeline *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE (self), NULL);
  return self->problem;
}

gboolean
bh_timeline_get_deleted (BhTimeline *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE (self), FALSE);
  return self->deleted;
}

BhQuestionSet *
bh_timeline_get_question (BhTimeline *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE (self), NULL);
  return self->question;
}

BhQuestionSet *
bh_timeline_get_only_question (BhTimeline *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE (self), NULL);
  return self->only_question;
}

BhQuestionSet *
bh_timeline_lookup_question (BhTimeline *self, const char *question_id)
{
  g_return_val_if_fail (BH_IS_TIMELINE (self), NULL);
  g_return_val_if_fail (question_id != NULL, NULL);
  return g_hash_table_lookup (self->questions, question_id);
}

GListModel *
bh_timeline_get_messages (BhTimeline *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE (self), NULL);
  return G_LIST_MODEL (self->messages);
}

gboolean
bh_timeline_get_expanded (BhTimeline *self, guint position)
{
  g_return_val_if_fail (BH_IS_TIMELINE (self), FALSE);
  return g_hash_table_contains (self->expanded, GUINT_TO_POINTER (position));
}

void
bh_timeline_collapse_all (BhTimeline *self)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer row;

  g_return_if_fail (BH_IS_TIMELINE (self));
  g_hash_table_iter_init (&iter, self->objects);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    g_ptr_array_add (rows, g_object_ref (row));
  for (guint i = 0; i < rows->len; i++)
    bh_timeline_row_set_expanded (g_ptr_array_index (rows, i), FALSE);
  g_hash_table_remove_all (self->expanded);
}

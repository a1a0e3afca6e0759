/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-run-item-private.h"

#include <string.h>

#include "client/bh-connection.h"
#include "client/bh-decode.h"
#include "client/bh-snapshot.h"

struct _BhRunItem
{
  GObject parent_instance;

  BhConnection *connection; /* weak */
  BhRun *run;
  GPtrArray *questions; /* BhQuestionSet, the open ones; NULL: none ever */
  gboolean unread;
  gboolean removed;
};

G_DEFINE_FINAL_TYPE (BhRunItem, bh_run_item, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (BhSection,
                    bh_section,
                    G_DEFINE_ENUM_VALUE (BH_SECTION_NEEDS_YOU, "needs-you"),
                    G_DEFINE_ENUM_VALUE (BH_SECTION_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (BH_SECTION_QUEUED, "queued"),
                    G_DEFINE_ENUM_VALUE (BH_SECTION_TODAY, "today"),
                    G_DEFINE_ENUM_VALUE (BH_SECTION_YESTERDAY, "yesterday"),
                    G_DEFINE_ENUM_VALUE (BH_SECTION_EARLIER, "earlier"))

typedef enum
{
  PROP_ID = 1,
  PROP_NAME,
  PROP_STATE,
  PROP_MODE,
  PROP_CURRENT,
  PROP_SUMMARY,
  PROP_REASON,
  PROP_CREATED_AT,
  PROP_STARTED_AT,
  PROP_COMPLETED_AT,
  PROP_CONNECTION,
  PROP_UNREAD,
  PROP_QUESTION,
  PROP_SECTION,
  PROP_REMOVED,
  PROP_UNKNOWN_STATE,
  PROP_RUN,
  N_PROPS,
} BhRunItemProp;

static GParamSpec *properties[N_PROPS];

/* --- order --------------------------------------------------------------------------------------------- */

void
bh_days_init (BhDays *self, gint64 now)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (now / G_USEC_PER_SEC);
  g_autoptr (GDateTime) today = NULL, tomorrow = NULL, yesterday = NULL;

  today = g_date_time_new_local (g_date_time_get_year (time), g_date_time_get_month (time),
                                 g_date_time_get_day_of_month (time), 0, 0, 0);
  /* by the calendar: a day may have 23 or 25 hours */
  yesterday = g_date_time_add_days (today, -1);
  tomorrow = g_date_time_add_days (today, 1);
  self->yesterday = g_date_time_to_unix (yesterday) * G_USEC_PER_SEC;
  self->today = g_date_time_to_unix (today) * G_USEC_PER_SEC;
  self->tomorrow = g_date_time_to_unix (tomorrow) * G_USEC_PER_SEC;
}

/* 0 to 3: needs you, at work, queued, over. */
static int
rank (const BhRun *run)
{
  switch (run->state)
    {
    case BH_RUN_NEEDS_YOU:
      return 0;
    case BH_RUN_LAUNCHING:
    case BH_RUN_RUNNING:
      return 1;
    case BH_RUN_QUEUED:
      return 2;
    case BH_RUN_COMPLETED:
    case BH_RUN_FAILED:
    case BH_RUN_STOPPED:
    default:
      return 3;
    }
}

BhSection
bh_section_of (const BhRun *run, const BhDays *days)
{
  static const BhSection sections[] = { BH_SECTION_NEEDS_YOU, BH_SECTION_RUNNING, BH_SECTION_QUEUED };
  int at = rank (run);

  if (at < 3)
    return sections[at];
  return run->created_at >= days->today       ? BH_SECTION_TODAY
         : run->created_at >= days->yesterday ? BH_SECTION_YESTERDAY
                                              : BH_SECTION_EARLIER;
}

int
bh_run_compare (const BhRun *a, const BhRun *b)
{
  if (rank (a) != rank (b))
    return rank (a) - rank (b);
  if (a->state == BH_RUN_QUEUED && a->position != b->position)
    return a->position < b->position ? -1 : 1;
  if (a->created_at != b->created_at)
    return a->created_at > b->created_at ? -1 : 1;
  return strcmp (b->id, a->id);
}

/* --- the object ---------------------------------------------------------------------------------------- */

static void
bh_run_item_finalize (GObject *object)
{
  BhRunItem *self = BH_RUN_ITEM (object);

  g_clear_weak_pointer (&self->connection);
  g_clear_pointer (&self->run, bh_run_unref);
  g_clear_pointer (&self->questions, g_ptr_array_unref);
  G_OBJECT_CLASS (bh_run_item_parent_class)->finalize (object);
}

static gboolean
get_run_property (const BhRun *run, BhRunItemProp prop, GValue *value)
{
  switch ((int) prop)
    {
    case PROP_ID:
      g_value_set_string (value, run->id);
      return TRUE;
    case PROP_NAME:
      g_value_set_string (value, run->name);
      return TRUE;
    case PROP_STATE:
      g_value_set_enum (value, run->state);
      return TRUE;
    case PROP_MODE:
      g_value_set_enum (value, run->mode);
      return TRUE;
    case PROP_CURRENT:
      g_value_set_string (value, run->current);
      return TRUE;
    case PROP_SUMMARY:
      g_value_set_string (value, run->summary);
      return TRUE;
    case PROP_REASON:
      g_value_set_string (value, run->reason);
      return TRUE;
    case PROP_CREATED_AT:
      g_value_set_int64 (value, run->created_at);
      return TRUE;
    case PROP_STARTED_AT:
      g_value_set_int64 (value, run->started_at);
      return TRUE;
    case PROP_COMPLETED_AT:
      g_value_set_int64 (value, run->completed_at);
      return TRUE;
    default:
      return FALSE;
    }
}

static void
bh_run_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BhRunItem *self = BH_RUN_ITEM (object);

  if (get_run_property (self->run, (BhRunItemProp) prop_id, value))
    return;
  switch ((int) prop_id)
    {
    case PROP_CONNECTION:
      g_value_set_object (value, self->connection);
      break;
    case PROP_UNREAD:
      g_value_set_boolean (value, self->unread);
      break;
    case PROP_QUESTION:
      g_value_set_boxed (value, bh_run_item_get_question (self));
      break;
    case PROP_SECTION:
      g_value_set_enum (value, bh_run_item_get_section (self));
      break;
    case PROP_REMOVED:
      g_value_set_boolean (value, self->removed);
      break;
    case PROP_UNKNOWN_STATE:
      g_value_set_string (value, bh_run_item_get_unknown_state (self));
      break;
    case PROP_RUN:
      g_value_set_boxed (value, self->run);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_run_item_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_UNREAD)
    bh_run_item_set_unread (BH_RUN_ITEM (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static GParamSpec *
string_spec (const char *name)
{
  return g_param_spec_string (name, NULL, NULL, NULL, BH_SNAPSHOT_READ);
}

static GParamSpec *
time_spec (const char *name)
{
  return g_param_spec_int64 (name, NULL, NULL, G_MININT64, G_MAXINT64, 0, BH_SNAPSHOT_READ);
}

static void
bh_run_item_class_init (BhRunItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = bh_run_item_finalize;
  object_class->get_property = bh_run_item_get_property;
  object_class->set_property = bh_run_item_set_property;
  properties[PROP_ID] = string_spec ("id");
  properties[PROP_NAME] = string_spec ("name");
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, BH_TYPE_RUN_STATE, BH_RUN_QUEUED, BH_SNAPSHOT_READ);
  properties[PROP_MODE] =
      g_param_spec_enum ("mode", NULL, NULL, BH_TYPE_MODE, BH_MODE_INTERACTIVE, BH_SNAPSHOT_READ);
  properties[PROP_CURRENT] = string_spec ("current");
  properties[PROP_SUMMARY] = string_spec ("summary");
  properties[PROP_REASON] = string_spec ("reason");
  properties[PROP_CREATED_AT] = time_spec ("created-at");
  properties[PROP_STARTED_AT] = time_spec ("started-at");
  properties[PROP_COMPLETED_AT] = time_spec ("completed-at");
  properties[PROP_CONNECTION] =
      g_param_spec_object ("connection", NULL, NULL, BH_TYPE_CONNECTION, BH_SNAPSHOT_READ);
  properties[PROP_UNREAD] =
      g_param_spec_boolean ("unread", NULL, NULL, FALSE, BH_SNAPSHOT_READ | G_PARAM_WRITABLE);
  properties[PROP_QUESTION] =
      g_param_spec_boxed ("question", NULL, NULL, BH_TYPE_QUESTION_SET, BH_SNAPSHOT_READ);
  properties[PROP_SECTION] =
      g_param_spec_enum ("section", NULL, NULL, BH_TYPE_SECTION, BH_SECTION_NEEDS_YOU, BH_SNAPSHOT_READ);
  properties[PROP_REMOVED] = g_param_spec_boolean ("removed", NULL, NULL, FALSE, BH_SNAPSHOT_READ);
  properties[PROP_UNKNOWN_STATE] = string_spec ("unknown-state");
  properties[PROP_RUN] = g_param_spec_boxed ("run", NULL, NULL, BH_TYPE_RUN, BH_SNAPSHOT_READ);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
bh_run_item_init (BhRunItem *self)
{
}

BhRunItem *
bh_run_item_new (BhConnection *connection, BhRun *run)
{
  BhRunItem *self = g_object_new (BH_TYPE_RUN_ITEM, NULL);

  g_set_weak_pointer (&self->connection, connection);
  self->run = bh_run_ref (run);
  return self;
}

/* --- changes ------------------------------------------------------------------------------------------- */

static gboolean
calls_for_attention (const BhRun *before, const BhRun *now)
{
  return before->state != now->state &&
         (now->state == BH_RUN_NEEDS_YOU || bh_run_state_is_terminal (now->state));
}

/* Lists and events leave the instructions out. */
static BhRun *
with_instructions (BhRun *run, const BhRun *known)
{
  BhRun *copy;

  if (run->instructions != NULL || known->instructions == NULL)
    return bh_run_ref (run);
  copy = bh_run_copy (run);
  copy->instructions = g_strdup (known->instructions);
  return copy;
}

gboolean
bh_run_item_set_run (BhRunItem *self, BhRun *run, gboolean mark)
{
  GValue before[N_PROPS] = { G_VALUE_INIT };
  BhRun *old;

  if (run->last_seq < self->run->last_seq)
    return FALSE;
  bh_snapshot_take (G_OBJECT (self), properties, N_PROPS, before);
  old = self->run;
  self->run = with_instructions (run, old);
  if (mark && calls_for_attention (old, run))
    self->unread = TRUE;
  bh_run_unref (old);
  bh_snapshot_notify (G_OBJECT (self), properties, N_PROPS, before);
  return TRUE;
}

static int
find_question (BhRunItem *self, const char *id)
{
  for (guint i = 0; self->questions != NULL && i < self->questions->len; i++)
    {
      const BhQuestionSet *set = g_ptr_array_index (self->questions, i);

      if (strcmp (set->id, id) == 0)
        return (int) i;
    }
  return -1;
}

gboolean
bh_run_item_take_question (BhRunItem *self, BhQuestionSet *set)
{
  g_autoptr (BhQuestionSet) before = NULL;
  int at = find_question (self, set->id);

  if (set->state == BH_SET_OPEN && at >= 0)
    return FALSE;
  if (bh_run_item_get_question (self) != NULL)
    before = bh_question_set_ref (bh_run_item_get_question (self));
  if (self->questions == NULL)
    self->questions = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_question_set_unref);
  if (set->state == BH_SET_OPEN)
    g_ptr_array_add (self->questions, bh_question_set_ref (set));
  else if (at >= 0)
    g_ptr_array_remove_index (self->questions, (guint) at);
  if (bh_run_item_get_question (self) != before)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_QUESTION]);
  return TRUE;
}

gboolean
bh_run_item_has_questions (BhRunItem *self)
{
  return self->questions != NULL && self->questions->len > 0;
}

void
bh_run_item_set_removed (BhRunItem *self)
{
  if (self->removed)
    return;
  self->removed = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REMOVED]);
}

void
bh_run_item_set_unread (BhRunItem *self, gboolean unread)
{
  g_return_if_fail (BH_IS_RUN_ITEM (self));
  unread = !!unread;
  if (self->unread == unread)
    return;
  self->unread = unread;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_UNREAD]);
}

/* --- reading ------------------------------------------------------------------------------------------- */

const char *
bh_run_item_get_id (BhRunItem *self)
{
  g_return_val_if_fail (BH_IS_RUN_ITEM (self), NULL);
  return self->run->id;
}

BhRun *
bh_run_item_get_run (BhRunItem *self)
{
  g_return_val_if_fail (BH_IS_RUN_ITEM (self), NULL);
  return self->run;
}

const char *
bh_run_item_get_name (BhRunItem *self)
{
  g_return_val_if_fail (BH_IS_RUN_ITEM (self), NULL);
  return self->run->name;
}

BhRunState
bh_run_item_get_state (BhRunItem *self)
{
  g_return_val_if_fail (BH_IS_RUN_ITEM (self), BH_RUN_QUEUED);
  return self->run->state;
}

const char *
bh_run_item_get_current (BhRunItem *self)
{
  g_return_val_if_fail (BH_IS_RUN_ITEM (self), NULL);
  return self->run->current;
}

const char *
bh_run_item_get_summary (BhRunItem *self)
{
  g_return_val_if_fail (BH_IS_RUN_ITEM (self), NULL);
  return self->run->summary;
}

const char *
bh_run_item_get_unknown_state (BhRunItem *self)
{
  const char *reason;

  g_return_val_if_fail (BH_IS_RUN_ITEM (self), NULL);
  reason = self->run->reason;
  if (self->run->state != BH_RUN_RUNNING || reason == NULL || !g_str_has_prefix (reason, BH_UNKNOWN_STATE))
    return NULL;
  return reason + strlen (BH_UNKNOWN_STATE);
}

BhConnection *
bh_run_item_get_connection (BhRunItem *self)
{
  g_return_val_if_fail (BH_IS_RUN_ITEM (self), NULL);
  return self->connection;
}

gboolean
bh_run_item_get_unread (BhRunItem *self)
{
  g_return_val_if_fail (BH_IS_RUN_ITEM (self), FALSE);
  return self->unread;
}

BhQuestionSet *
bh_run_item_get_question (BhRunItem *self)
{
  g_return_val_if_fail (BH_IS_RUN_ITEM (self), NULL);
  return bh_run_item_has_questions (self) ? g_ptr_array_index (self->questions, 0) : NULL;
}

gboolean
bh_run_item_get_removed (BhRunItem *self)
{
  g_return_val_if_fail (BH_IS_RUN_ITEM (self), FALSE);
  return self->removed;
}

BhSection
bh_run_item_get_section (BhRunItem *self)
{
  BhDays days = { 0 };

  g_return_val_if_fail (BH_IS_RUN_ITEM (self), BH_SECTION_EARLIER);
  if (bh_run_state_is_terminal (self->run->state))
    bh_days_init (&days, g_get_real_time ());
  return bh_section_of (self->run, &days);
}

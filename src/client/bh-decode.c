/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "client/bh-decode.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "protocol/bh-json-util.h"

/* --- unknown words ------------------------------------------------------------------------------------- */

typedef GType (*TypeFunc) (void);

typedef struct
{
  const char *member;
  TypeFunc type;
  const char *instead;
} Word;

static const char *
unknown_word (JsonObject *object, const Word *word)
{
  const char *nick = json_object_get_string_member_with_default (object, word->member, NULL);

  return nick != NULL && !bh_from_nick (word->type (), nick, NULL) ? nick : NULL;
}

static JsonNode *
with_members (JsonObject *object)
{
  JsonObject *copy = json_object_new ();
  JsonNode *node = json_node_init_object (json_node_alloc (), copy);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    json_object_set_member (copy, name, json_node_ref (value));
  json_object_unref (copy);
  return node;
}

/* The same with known words in the place of unknown ones. NULL: there are none. */
static JsonNode *
with_known_words (JsonNode *node, const Word *words, gsize n_words)
{
  JsonObject *object;
  JsonNode *copy = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  object = json_node_get_object (node);
  for (gsize i = 0; i < n_words; i++)
    {
      if (unknown_word (object, &words[i]) == NULL)
        continue;
      if (copy == NULL)
        copy = with_members (object);
      json_object_set_string_member (json_node_get_object (copy), words[i].member, words[i].instead);
    }
  return copy;
}

static const Word row_words[] = {
  { "kind", bh_row_kind_get_type, "status" },
  { "state", bh_row_state_get_type, "done" },
};

BhRow *
bh_decode_row (JsonNode *node, GError **error)
{
  g_autoptr (JsonNode) known = with_known_words (node, row_words, G_N_ELEMENTS (row_words));
  BhRow *row = bh_row_from_json (known != NULL ? known : node, error);
  const char *kind;

  if (row == NULL || known == NULL)
    return row;
  kind = unknown_word (json_node_get_object (node), &row_words[0]);
  if (kind != NULL)
    g_set_str (&row->tool, kind);
  return row;
}

static const Word run_words[] = {
  { "state", bh_run_state_get_type, "running" },
  { "mode", bh_mode_get_type, "interactive" },
  { "keep", bh_keep_get_type, "keep" },
  { "permissions", bh_permissions_get_type, "allow" },
};

BhRun *
bh_decode_run (JsonNode *node, GError **error)
{
  g_autoptr (JsonNode) known = with_known_words (node, run_words, G_N_ELEMENTS (run_words));
  BhRun *run = bh_run_from_json (known != NULL ? known : node, error);
  const char *state;

  if (run == NULL || known == NULL)
    return run;
  state = unknown_word (json_node_get_object (node), &run_words[0]);
  if (state != NULL)
    {
      g_free (run->reason);
      run->reason = g_strconcat (BH_UNKNOWN_STATE, state, NULL);
    }
  return run;
}

static const Word set_words[] = { { "state", bh_set_state_get_type, "withdrawn" } };
static const Word question_words[] = { { "kind", bh_question_kind_get_type, "text" } };

/* The questions of a set with known kinds, in a new array. NULL: all of them are known. */
static JsonNode *
with_known_kinds (JsonNode *node)
{
  g_autoptr (JsonArray) copy = json_array_new ();
  JsonNode *member = json_object_get_member (json_node_get_object (node), "questions");
  JsonArray *questions;
  gboolean changed = FALSE;

  if (member == NULL || !JSON_NODE_HOLDS_ARRAY (member))
    return NULL;
  questions = json_node_get_array (member);
  for (guint i = 0; i < json_array_get_length (questions); i++)
    {
      JsonNode *question = json_array_get_element (questions, i);
      JsonNode *known = with_known_words (question, question_words, G_N_ELEMENTS (question_words));

      changed = changed || known != NULL;
      json_array_add_element (copy, known != NULL ? known : json_node_ref (question));
    }
  return changed ? json_node_init_array (json_node_alloc (), copy) : NULL;
}

BhQuestionSet *
bh_decode_question_set (JsonNode *node, GError **error)
{
  g_autoptr (JsonNode) known = NULL;
  JsonNode *questions = NULL;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    {
      known = with_known_words (node, set_words, G_N_ELEMENTS (set_words));
      questions = with_known_kinds (node);
    }
  if (questions != NULL)
    {
      if (known == NULL)
        known = with_members (json_node_get_object (node));
      json_object_set_member (json_node_get_object (known), "questions", questions);
    }
  return bh_question_set_from_json (known != NULL ? known : node, error);
}

static const Word message_words[] = { { "state", bh_message_state_get_type, "delivered" } };

BhMessage *
bh_decode_message (JsonNode *node, GError **error)
{
  g_autoptr (JsonNode) known = with_known_words (node, message_words, G_N_ELEMENTS (message_words));

  return bh_message_from_json (known != NULL ? known : node, error);
}

/* Numbers of hostile size are no numbers. */
static gboolean
read_number (JsonObject *object, const char *member, guint64 *value)
{
  JsonNode *node = json_object_get_member (object, member);
  gint64 number;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  number = json_node_get_int (node);
  *value = (guint64) number;
  return number >= 0;
}

/* --- lists --------------------------------------------------------------------------------------------- */

BH_DEFINE_RECORD (BhListing, bh_listing)

static void
bh_listing_clear (BhListing *self)
{
  g_clear_pointer (&self->records, g_ptr_array_unref);
  g_free (self->bad);
  g_free (self->next);
}

static void
read_records (BhListing *self, const char *member, JsonArray *array, BhDecodeFunc decode)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autoptr (GError) local = NULL;
      gpointer record = decode (json_array_get_element (array, i), &local);

      if (record != NULL)
        g_ptr_array_add (self->records, record);
      else if (self->bad == NULL)
        self->bad = g_strdup_printf (_ ("One of the “%s” cannot be read: %s"), member, local->message);
    }
}

BhListing *
bh_decode_listing (
    JsonNode *answer, const char *member, BhDecodeFunc decode, GDestroyNotify unref, GError **error)
{
  JsonObject *object =
      answer != NULL && JSON_NODE_HOLDS_OBJECT (answer) ? json_node_get_object (answer) : NULL;
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;
  BhListing *self;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    {
      bh_set_error (error, BH_ERROR_BAD_JSON, member, "It has no list “%s”", member);
      return NULL;
    }
  self = g_atomic_rc_box_new0 (BhListing);
  self->records = g_ptr_array_new_full (json_array_get_length (json_node_get_array (node)), unref);
  read_records (self, member, json_node_get_array (node), decode);
  if (self->records->len > 0)
    self->next = g_strdup (json_object_get_string_member_with_default (object, "next", NULL));
  if (!read_number (object, "total", &self->total))
    self->total = 0;
  return self;
}

/* --- events -------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *name;
  BhFeedKind kind;
  BhDecodeFunc decode; /* NULL: not a record */
} Kind;

static const Kind kinds[] = {
  { "hello", BH_FEED_HELLO, NULL },
  { "run", BH_FEED_RUN, (BhDecodeFunc) bh_decode_run },
  { "run_deleted", BH_FEED_RUN_DELETED, NULL },
  { "worker", BH_FEED_WORKER, (BhDecodeFunc) bh_worker_info_from_json },
  { "row", BH_FEED_ROW, (BhDecodeFunc) bh_decode_row },
  { "delta", BH_FEED_DELTA, NULL },
  { "question", BH_FEED_QUESTION, (BhDecodeFunc) bh_decode_question_set },
  { "message", BH_FEED_MESSAGE, (BhDecodeFunc) bh_decode_message },
};

static void
clear_record (BhFeedEvent *self)
{
  switch ((int) self->kind)
    {
    case BH_FEED_RUN:
      bh_run_unref (self->record);
      break;
    case BH_FEED_WORKER:
      bh_worker_info_unref (self->record);
      break;
    case BH_FEED_ROW:
      bh_row_unref (self->record);
      break;
    case BH_FEED_QUESTION:
      bh_question_set_unref (self->record);
      break;
    case BH_FEED_MESSAGE:
      bh_message_unref (self->record);
      break;
    default:
      g_assert_not_reached ();
    }
}

void
bh_feed_event_clear (BhFeedEvent *self)
{
  if (self->record != NULL)
    clear_record (self);
  self->record = NULL;
  g_clear_pointer (&self->text, g_free);
}

static gboolean
read_delta (BhFeedEvent *self, JsonObject *object, GError **error)
{
  int part = BH_PART_TEXT;

  if (!read_number (object, "row", &self->row) || !read_number (object, "offset", &self->offset) ||
      !read_number (object, "length", &self->length) || self->offset > G_MAXINT64 - self->length ||
      !bh_from_nick (BH_TYPE_PART, json_object_get_string_member_with_default (object, "part", NULL), &part))
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, NULL, "A delta lacks its row, part, offset or length");
      return FALSE;
    }
  self->part = (BhPart) part;
  self->text = g_strdup (json_object_get_string_member_with_default (object, "text", NULL));
  return TRUE;
}

/* Records of a Run's own stream lie in a member of their kind, those of /v1/events are the object itself. */
static gboolean
read_record (BhFeedEvent *self, const Kind *kind, JsonNode *node, GError **error)
{
  JsonObject *object = json_node_get_object (node);
  JsonNode *record = json_object_get_member (object, kind->name);

  self->record = kind->decode (record != NULL && JSON_NODE_HOLDS_OBJECT (record) ? record : node, error);
  return self->record != NULL;
}

static gboolean
read_event (BhFeedEvent *self, const Kind *kind, JsonNode *node, GError **error)
{
  JsonObject *object = json_node_get_object (node);

  if (kind->decode != NULL)
    return read_record (self, kind, node, error);
  if (kind->kind == BH_FEED_DELTA)
    return read_delta (self, object, error);
  if (kind->kind == BH_FEED_HELLO)
    self->missed = json_object_get_boolean_member_with_default (object, "missed", FALSE);
  else
    {
      self->text = g_strdup (json_object_get_string_member_with_default (object, "id", NULL));
      if (self->text == NULL)
        bh_set_error (error, BH_ERROR_INVALID_FIELD, "id", "It lacks the Run's id");
      return self->text != NULL;
    }
  return TRUE;
}

void
bh_feed_event_decode (BhFeedEvent *self, const char *id, const char *kind, const char *data)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  memset (self, 0, sizeof *self);
  /* an id that is no number is none: it stays that of the stream until another one comes */
  if (*id != '\0' && !g_ascii_string_to_unsigned (id, 10, 1, G_MAXINT64, &self->seq, NULL))
    self->seq = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (strcmp (kinds[i].name, kind) != 0)
        continue;
      node = bh_json_parse (data, -1, &error);
      if (node != NULL && !JSON_NODE_HOLDS_OBJECT (node))
        bh_set_error (&error, BH_ERROR_BAD_JSON, NULL, "It is no object");
      self->kind = kinds[i].kind;
      if (error != NULL || !read_event (self, &kinds[i], node, &error))
        {
          self->kind = BH_FEED_BAD;
          self->text = g_strdup_printf (_ ("An event “%s” cannot be read: %s"), kind, error->message);
        }
      return;
    }
}

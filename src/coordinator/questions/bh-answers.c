/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/questions/bh-answers.h"

/* What bh_question_set_check_answers() takes: the body without the member that says which set is meant. */
static JsonNode *
answers_of (JsonObject *object)
{
  g_autoptr (JsonObject) answers = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *l = members; l != NULL; l = l->next)
    if (!g_str_equal (l->data, "question"))
      json_object_set_member (answers, l->data, json_node_copy (json_object_get_member (object, l->data)));
  json_node_set_object (node, answers);
  return node;
}

BhQuestionSet *
bh_answers_check (BhQuestionSet *open, JsonObject *object, const char *by, GError **error)
{
  g_autoptr (JsonNode) node = answers_of (object);
  g_autoptr (GPtrArray) answers = bh_question_set_check_answers (open, node, error);
  BhQuestionSet *set;

  if (answers == NULL)
    return NULL;
  set = bh_question_set_copy (open);
  set->state = BH_SET_ANSWERED;
  set->answered_at = g_get_real_time ();
  g_free (set->answered_by);
  set->answered_by = g_strdup (by);
  g_clear_pointer (&set->answers, g_ptr_array_unref);
  set->answers = g_steal_pointer (&answers);
  return set;
}

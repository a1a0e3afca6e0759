/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Prints every record as its codec writes it, every enumeration and every error code, as one JSON object:
 * what test-openapi.py compares the API's description with. */

#include "protocol-samples.h"

static JsonObject *root;

static void
dump (const char *name, JsonNode *node)
{
  json_object_set_member (root, name, node);
}

static void
dump_records (void)
{
  g_autoptr (BhRun) run = sample_run ();
  g_autoptr (BhRunRequest) request = sample_run_request ();
  g_autoptr (BhRow) row = sample_row ();
  g_autoptr (BhQuestionSet) set = sample_question_set ();
  g_autoptr (BhMessage) message = sample_message ();
  g_autoptr (BhEvent) event = sample_event ();
  g_autoptr (BhWorkerInfo) worker = sample_worker_info ();
  g_autoptr (BhImageInfo) image = sample_image_info ();
  g_autoptr (BhBoxInfo) box = sample_box_info ();
  g_autoptr (BhEngineInfo) engine = sample_engine_info ();
  g_autoptr (GError) error = bh_error_new (BH_ERROR_INVALID_FIELD, "name", "It is empty.");

  dump ("Run", bh_run_to_json (run));
  dump ("RunRequest", bh_run_request_to_json (request));
  dump ("Row", bh_row_to_json (row));
  dump ("QuestionSet", bh_question_set_to_json (set));
  dump ("Message", bh_message_to_json (message));
  dump ("DeltaEvent", bh_event_to_json (event));
  dump ("Worker", bh_worker_info_to_json (worker));
  dump ("Image", bh_image_info_to_json (image));
  dump ("Box", bh_box_info_to_json (box));
  dump ("Engine", bh_engine_info_to_json (engine));
  dump ("Problem", bh_problem_to_json (error));
}

static void
dump_enum (JsonObject *enums, GType type)
{
  GEnumClass *klass = g_type_class_ref (type);
  JsonArray *nicks = json_array_new ();

  for (guint i = 0; i < klass->n_values; i++)
    json_array_add_string_element (nicks, klass->values[i].value_nick);
  json_object_set_array_member (enums, g_type_name (type), nicks);
  g_type_class_unref (klass);
}

static void
dump_enums (void)
{
  const GType types[] = {
    BH_TYPE_MODE,      BH_TYPE_KEEP, BH_TYPE_PERMISSIONS,   BH_TYPE_RUN_STATE,     BH_TYPE_ROW_KIND,
    BH_TYPE_ROW_STATE, BH_TYPE_PART, BH_TYPE_MESSAGE_STATE, BH_TYPE_QUESTION_KIND, BH_TYPE_SET_STATE,
  };
  JsonObject *enums = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    dump_enum (enums, types[i]);
  json_object_set_object_member (root, "enums", enums);
}

static void
dump_errors (void)
{
  JsonObject *errors = json_object_new ();

  for (guint i = 0; i < BH_N_ERRORS; i++)
    json_object_set_int_member (errors, bh_error_code ((BhError) i), bh_error_status ((BhError) i));
  json_object_set_object_member (root, "errors", errors);
}

int
main (void)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  root = json_object_new ();
  json_node_take_object (node, root);
  dump_records ();
  dump_enums ();
  dump_errors ();
  text = bh_json_to_text (node);
  g_print ("%s\n", text);
  return 0;
}

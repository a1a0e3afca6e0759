/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-records.h"

#include "protocol/bh-json-util.h"

#define OPEN "open" /* the network of a Run of which nothing else is said */

BH_DEFINE_RECORD (BhRun, bh_run)

static const gsize strings[] = {
  G_STRUCT_OFFSET (BhRun, id),           G_STRUCT_OFFSET (BhRun, name),
  G_STRUCT_OFFSET (BhRun, instructions), G_STRUCT_OFFSET (BhRun, ticket_url),
  G_STRUCT_OFFSET (BhRun, workspace),    G_STRUCT_OFFSET (BhRun, target_worker),
  G_STRUCT_OFFSET (BhRun, target_image), G_STRUCT_OFFSET (BhRun, engine),
  G_STRUCT_OFFSET (BhRun, engine_used),  G_STRUCT_OFFSET (BhRun, engine_why),
  G_STRUCT_OFFSET (BhRun, reason),       G_STRUCT_OFFSET (BhRun, summary),
  G_STRUCT_OFFSET (BhRun, current),      G_STRUCT_OFFSET (BhRun, box_id),
  G_STRUCT_OFFSET (BhRun, box_worker),   G_STRUCT_OFFSET (BhRun, box_image),
  G_STRUCT_OFFSET (BhRun, box_state),    G_STRUCT_OFFSET (BhRun, network),
  G_STRUCT_OFFSET (BhRun, currency),
};

static void
bh_run_clear (BhRun *self)
{
  bh_strings_free (self, strings, G_N_ELEMENTS (strings));
  g_clear_pointer (&self->env_names, g_strfreev);
}

BhRun *
bh_run_new (void)
{
  return g_atomic_rc_box_new0 (BhRun);
}

BhRun *
bh_run_copy (const BhRun *self)
{
  BhRun *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = bh_record_dup (self, sizeof *self);
  bh_strings_dup (copy, strings, G_N_ELEMENTS (strings));
  copy->env_names = g_strdupv (copy->env_names);
  return copy;
}

static JsonObject *
target_to_json (const BhRun *self)
{
  JsonObject *object;

  if (self->target_worker == NULL && self->target_image == NULL)
    return NULL;
  object = json_object_new ();
  bh_json_set_string (object, "worker", self->target_worker);
  bh_json_set_string (object, "image", self->target_image);
  return object;
}

static JsonObject *
box_to_json (const BhRun *self)
{
  JsonObject *object;

  if (self->box_id == NULL)
    return NULL;
  object = json_object_new ();
  bh_json_set_string (object, "id", self->box_id);
  bh_json_set_string (object, "worker", self->box_worker);
  bh_json_set_string (object, "image", self->box_image);
  bh_json_set_string (object, "state", self->box_state);
  return object;
}

static void
set_known (JsonObject *object, const char *member, gint64 value)
{
  if (value >= 0)
    json_object_set_int_member (object, member, value);
  else
    json_object_set_null_member (object, member);
}

static JsonObject *
usage_to_json (const BhRun *self)
{
  JsonObject *object;

  if (!self->has_usage)
    return NULL;
  object = json_object_new ();
  set_known (object, "context_used", self->context_used);
  set_known (object, "context_size", self->context_size);
  set_known (object, "input_tokens", self->input_tokens);
  set_known (object, "output_tokens", self->output_tokens);
  if (self->currency != NULL)
    json_object_set_double_member (object, "cost", self->cost);
  else
    json_object_set_null_member (object, "cost");
  bh_json_set_string (object, "currency", self->currency);
  return object;
}

static void
read_usage (BhRun *self, BhReader *reader)
{
  BhReader usage;

  self->has_usage = bh_reader_child (reader, "usage", &usage);
  if (!self->has_usage)
    return;
  self->context_used = bh_reader_int (&usage, "context_used", 0, G_MAXINT64, -1);
  self->context_size = bh_reader_int (&usage, "context_size", 0, G_MAXINT64, -1);
  self->input_tokens = bh_reader_int (&usage, "input_tokens", 0, G_MAXINT64, -1);
  self->output_tokens = bh_reader_int (&usage, "output_tokens", 0, G_MAXINT64, -1);
  self->currency = bh_reader_string (&usage, "currency");
  self->cost = bh_reader_double (&usage, "cost");
}

static void
write_progress (const BhRun *self, JsonObject *object)
{
  bh_json_set_string (object, "reason", self->reason);
  if (self->position > 0)
    json_object_set_int_member (object, "position", self->position);
  else
    json_object_set_null_member (object, "position");
  bh_json_set_string (object, "summary", self->summary);
  bh_json_set_string (object, "current", self->current);
  bh_json_set_time (object, "created_at", self->created_at);
  bh_json_set_time (object, "started_at", self->started_at);
  bh_json_set_time (object, "completed_at", self->completed_at);
  json_object_set_int_member (object, "turns", self->turns);
  bh_json_set_object (object, "usage", usage_to_json (self));
  json_object_set_int_member (object, "rows", (gint64) self->rows);
  json_object_set_int_member (object, "last_seq", (gint64) self->last_seq);
  bh_json_set_object (object, "devbox", box_to_json (self));
  json_object_set_boolean_member (object, "can_continue", self->can_continue);
}

JsonNode *
bh_run_to_json (const BhRun *self)
{
  JsonObject *object;

  g_return_val_if_fail (self != NULL, NULL);

  object = json_object_new ();
  bh_json_set_string (object, "id", self->id);
  bh_json_set_string (object, "name", self->name);
  bh_json_set_enum (object, "state", BH_TYPE_RUN_STATE, self->state);
  bh_json_set_enum (object, "mode", BH_TYPE_MODE, self->mode);
  bh_json_set_string (object, "instructions", self->instructions);
  bh_json_set_string (object, "ticket_url", self->ticket_url);
  bh_json_set_string (object, "workspace", self->workspace);
  bh_json_set_object (object, "target", target_to_json (self));
  bh_json_set_string (object, "engine", self->engine);
  bh_json_set_string (object, "engine_used", self->engine_used);
  bh_json_set_string (object, "engine_why", self->engine_why);
  bh_json_set_enum (object, "keep", BH_TYPE_KEEP, self->keep);
  bh_json_set_string (object, "network", self->network != NULL ? self->network : OPEN);
  bh_json_set_enum (object, "permissions", BH_TYPE_PERMISSIONS, self->permissions);
  bh_json_set_strv (object, "env", self->env_names);
  write_progress (self, object);
  return bh_json_take_object (object);
}

static void
read_progress (BhRun *self, BhReader *reader)
{
  BhReader box;

  self->reason = bh_reader_string (reader, "reason");
  self->position = bh_reader_uint (reader, "position");
  self->summary = bh_reader_string (reader, "summary");
  self->current = bh_reader_string (reader, "current");
  self->created_at = bh_reader_time (reader, "created_at");
  self->started_at = bh_reader_time (reader, "started_at");
  self->completed_at = bh_reader_time (reader, "completed_at");
  self->turns = bh_reader_uint (reader, "turns");
  read_usage (self, reader);
  self->rows = bh_reader_uint64 (reader, "rows");
  self->last_seq = bh_reader_uint64 (reader, "last_seq");
  self->can_continue = bh_reader_boolean (reader, "can_continue", FALSE);
  if (bh_reader_child (reader, "devbox", &box))
    {
      self->box_id = bh_reader_need_string (&box, "id");
      self->box_worker = bh_reader_string (&box, "worker");
      self->box_image = bh_reader_string (&box, "image");
      self->box_state = bh_reader_string (&box, "state");
    }
}

BhRun *
bh_run_from_json (JsonNode *node, GError **error)
{
  g_autoptr (BhRun) self = bh_run_new ();
  g_auto (BhReader) reader;
  BhReader target;

  bh_reader_init (&reader, node);
  self->id = bh_reader_need_string (&reader, "id");
  self->name = bh_reader_string (&reader, "name");
  self->state = (BhRunState) bh_reader_enum (&reader, "state", BH_TYPE_RUN_STATE, BH_NEEDED);
  self->mode = (BhMode) bh_reader_enum (&reader, "mode", BH_TYPE_MODE, BH_MODE_INTERACTIVE);
  self->instructions = bh_reader_string (&reader, "instructions");
  self->ticket_url = bh_reader_string (&reader, "ticket_url");
  self->workspace = bh_reader_string (&reader, "workspace");
  if (bh_reader_child (&reader, "target", &target))
    {
      self->target_worker = bh_reader_string (&target, "worker");
      self->target_image = bh_reader_string (&target, "image");
    }
  self->engine = bh_reader_string (&reader, "engine");
  self->engine_used = bh_reader_string (&reader, "engine_used");
  self->engine_why = bh_reader_string (&reader, "engine_why");
  self->keep = (BhKeep) bh_reader_enum (&reader, "keep", BH_TYPE_KEEP, BH_KEEP_KEEP);
  self->network = bh_reader_string (&reader, "network");
  if (self->network == NULL)
    self->network = g_strdup (OPEN);
  self->permissions =
      (BhPermissions) bh_reader_enum (&reader, "permissions", BH_TYPE_PERMISSIONS, BH_PERMISSIONS_ALLOW);
  self->env_names = bh_reader_strv (&reader, "env");
  read_progress (self, &reader);
  return bh_reader_finish (&reader, error) ? g_steal_pointer (&self) : NULL;
}

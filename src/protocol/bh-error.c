/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-json-util.h"

typedef struct
{
  char *field;
  char *extra_name;
  JsonNode *extra;
} BhErrorPrivate;

static void
bh_error_private_init (BhErrorPrivate *priv)
{
}

static void
bh_error_private_copy (const BhErrorPrivate *source, BhErrorPrivate *copy)
{
  copy->field = g_strdup (source->field);
  copy->extra_name = g_strdup (source->extra_name);
  copy->extra = source->extra != NULL ? json_node_ref (source->extra) : NULL;
}

static void
bh_error_private_clear (BhErrorPrivate *priv)
{
  g_clear_pointer (&priv->field, g_free);
  g_clear_pointer (&priv->extra_name, g_free);
  g_clear_pointer (&priv->extra, json_node_unref);
}

/* the macro's arithmetic keeps the alignment, which clang cannot see */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-align"
G_DEFINE_EXTENDED_ERROR (BhError, bh_error)
#pragma GCC diagnostic pop

/* The one table: code, HTTP status, title. */
static const struct
{
  const char *code;
  guint status;
  const char *title;
} errors[] = {
  [BH_ERROR_INTERNAL] = { "internal", 500, "Something went wrong inside Bellhop" },
  [BH_ERROR_BAD_JSON] = { "bad_json", 400, "The text is not valid JSON" },
  [BH_ERROR_UNKNOWN_FIELD] = { "unknown_field", 422, "There is no such field" },
  [BH_ERROR_INVALID_FIELD] = { "invalid_field", 422, "A field has a wrong value" },
  [BH_ERROR_INSTRUCTIONS_REQUIRED] = { "instructions_required", 422, "Instructions are required" },
  [BH_ERROR_INSTRUCTIONS_TOO_LONG] = { "instructions_too_long", 422, "The instructions are too long" },
  [BH_ERROR_TARGET_REQUIRED] = { "target_required", 422, "An autonomous Run needs a target" },
  [BH_ERROR_WORKER_NOT_FOUND] = { "worker_not_found", 422, "There is no such worker" },
  [BH_ERROR_WORKER_OFFLINE] = { "worker_offline", 409, "The worker is offline" },
  [BH_ERROR_IMAGE_NOT_FOUND] = { "image_not_found", 422, "The worker has no such image" },
  [BH_ERROR_ENGINE_NOT_FOUND] = { "engine_not_found", 422, "The engine was not found" },
  [BH_ERROR_ENGINE_SIGNED_OUT] = { "engine_signed_out", 409, "The engine is not signed in" },
  [BH_ERROR_NOTHING_TO_RUN] = { "nothing_to_run", 422, "The instructions hold nothing to run" },
  [BH_ERROR_RUN_NOT_FOUND] = { "run_not_found", 404, "There is no such Run" },
  [BH_ERROR_ROW_NOT_FOUND] = { "row_not_found", 404, "The timeline has no such row" },
  [BH_ERROR_QUESTION_NOT_FOUND] = { "question_not_found", 404, "There is no such question" },
  [BH_ERROR_MESSAGE_NOT_FOUND] = { "message_not_found", 404, "There is no such message" },
  [BH_ERROR_DEVBOX_NOT_FOUND] = { "devbox_not_found", 404, "There is no such DevBox" },
  [BH_ERROR_NOT_FOUND] = { "not_found", 404, "There is nothing at this address" },
  [BH_ERROR_METHOD_NOT_ALLOWED] = { "method_not_allowed", 405, "The method is not allowed here" },
  [BH_ERROR_ALREADY_ANSWERED] = { "already_answered", 409, "The question is already answered" },
  [BH_ERROR_QUESTION_CLOSED] = { "question_closed", 409, "The question is closed" },
  [BH_ERROR_ANSWER_INCOMPLETE] = { "answer_incomplete", 422, "The answer is incomplete" },
  [BH_ERROR_OPTION_NOT_FOUND] = { "option_not_found", 422, "The question has no such option" },
  [BH_ERROR_MESSAGE_DELIVERED] = { "message_delivered", 409, "The message is already delivered" },
  [BH_ERROR_DEVBOX_GONE] = { "devbox_gone", 409, "The DevBox is gone" },
  [BH_ERROR_RUN_NOT_ACTIVE] = { "run_not_active", 409, "The Run is not active" },
  [BH_ERROR_IDEMPOTENCY_MISMATCH] = { "idempotency_mismatch", 422,
                                      "The idempotency key was used for another request" },
  [BH_ERROR_TOO_LARGE] = { "too_large", 413, "The request is too large" },
  [BH_ERROR_UNAUTHORIZED] = { "unauthorized", 401, "A valid token is required" },
  [BH_ERROR_FORBIDDEN] = { "forbidden", 403, "This is not allowed" },
  [BH_ERROR_BAD_HOST] = { "bad_host", 421, "The request is for another server" },
  [BH_ERROR_RANGE] = { "range_not_satisfiable", 416, "There are no bytes in this range" },
  [BH_ERROR_STORAGE_FULL] = { "storage_full", 507, "The disk is full" },
  [BH_ERROR_STORAGE_LOCKED] = { "storage_locked", 503, "The database is locked" },
  [BH_ERROR_STORAGE_CORRUPT] = { "storage_corrupt", 500, "The database is damaged" },
  [BH_ERROR_STORAGE_FAILED] = { "storage_failed", 500, "The database could not be read or written" },
  [BH_ERROR_VERSION_MISMATCH] = { "version_mismatch", 426, "The versions do not fit together" },
  [BH_ERROR_NAME_TAKEN] = { "name_taken", 409, "The name is taken" },
  [BH_ERROR_LAUNCH_FAILED] = { "launch_failed", 500, "The DevBox could not be launched" },
  [BH_ERROR_SANDBOX_DENIED] = { "sandbox_denied", 500, "The system denies the sandbox" },
  [BH_ERROR_KEYS_UNAVAILABLE] = { "keys_unavailable", 503, "The API keys cannot be had" },
  [BH_ERROR_UNAVAILABLE] = { "unavailable", 503, "Not available now" },
  [BH_ERROR_UNREACHABLE] = { "unreachable", 503, "No coordinator could be reached" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (errors) == BH_N_ERRORS);

const char *
bh_error_code (BhError error)
{
  g_return_val_if_fail ((guint) error < BH_N_ERRORS, NULL);

  return errors[error].code;
}

guint
bh_error_status (BhError error)
{
  g_return_val_if_fail ((guint) error < BH_N_ERRORS, 500);

  return errors[error].status;
}

const char *
bh_error_title (BhError error)
{
  g_return_val_if_fail ((guint) error < BH_N_ERRORS, NULL);

  return errors[error].title;
}

gboolean
bh_error_from_code (const char *code, BhError *error)
{
  for (guint i = 0; code != NULL && i < BH_N_ERRORS; i++)
    if (g_str_equal (errors[i].code, code))
      {
        if (error != NULL)
          *error = (BhError) i;
        return TRUE;
      }
  return FALSE;
}

static GError *G_GNUC_PRINTF (3, 0)
    new_valist (BhError code, const char *field, const char *format, va_list args)
{
  g_autofree char *message = g_strdup_vprintf (format, args);
  /* a foreign word that was cut with "%.100s" may end in half a character */
  g_autofree char *valid = g_utf8_make_valid (message, -1);
  GError *error = g_error_new_literal (BH_ERROR, (gint) code, valid);

  bh_error_get_private (error)->field = g_strdup (field);
  return error;
}

GError *
bh_error_new (BhError code, const char *field, const char *format, ...)
{
  va_list args;
  GError *error;

  va_start (args, format);
  error = new_valist (code, field, format, args);
  va_end (args);
  return error;
}

void
bh_set_error (GError **error, BhError code, const char *field, const char *format, ...)
{
  va_list args;

  if (error == NULL)
    return;
  va_start (args, format);
  g_propagate_error (error, new_valist (code, field, format, args));
  va_end (args);
}

const char *
bh_error_field (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  return error->domain == BH_ERROR ? bh_error_get_private (error)->field : NULL;
}

void
bh_error_set_extra (GError *error, const char *name, JsonNode *value)
{
  BhErrorPrivate *priv;

  g_return_if_fail (error != NULL && error->domain == BH_ERROR);
  g_return_if_fail (name != NULL && value != NULL);

  priv = bh_error_get_private (error);
  g_set_str (&priv->extra_name, name);
  g_clear_pointer (&priv->extra, json_node_unref);
  priv->extra = value;
}

JsonNode *
bh_error_get_extra (const GError *error, const char *name)
{
  BhErrorPrivate *priv;

  g_return_val_if_fail (error != NULL && name != NULL, NULL);

  if (error->domain != BH_ERROR)
    return NULL;
  priv = bh_error_get_private (error);
  return g_strcmp0 (priv->extra_name, name) == 0 ? priv->extra : NULL;
}

const char *
bh_error_peek_extra (const GError *error, JsonNode **value)
{
  BhErrorPrivate *priv;

  if (error->domain != BH_ERROR)
    return NULL;
  priv = bh_error_get_private (error);
  *value = priv->extra;
  return priv->extra_name;
}

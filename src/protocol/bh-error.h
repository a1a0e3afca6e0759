/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Everything that can go wrong and crosses the wire. The one table in bh-error.c gives each its stable
 * `code` (snake case of the name here), HTTP status and title. Add here, there, and in help. */
typedef enum
{
  BH_ERROR_INTERNAL,              /* internal, 500 */
  BH_ERROR_BAD_JSON,              /* bad_json, 400 */
  BH_ERROR_UNKNOWN_FIELD,         /* unknown_field, 422 */
  BH_ERROR_INVALID_FIELD,         /* invalid_field, 422: wrong type or value */
  BH_ERROR_INSTRUCTIONS_REQUIRED, /* 422 */
  BH_ERROR_INSTRUCTIONS_TOO_LONG, /* 422 */
  BH_ERROR_TARGET_REQUIRED,       /* 422: autonomous without one */
  BH_ERROR_WORKER_NOT_FOUND,      /* 422 */
  BH_ERROR_WORKER_OFFLINE,        /* 409 */
  BH_ERROR_IMAGE_NOT_FOUND,       /* 422 */
  BH_ERROR_ENGINE_NOT_FOUND,      /* 422 */
  BH_ERROR_ENGINE_SIGNED_OUT,     /* 409: it is in the DevBox, and nobody is signed in to it there */
  BH_ERROR_NOTHING_TO_RUN,        /* 422: runbook engine, instructions without a block */
  BH_ERROR_RUN_NOT_FOUND,         /* 404 */
  BH_ERROR_ROW_NOT_FOUND,         /* 404 */
  BH_ERROR_QUESTION_NOT_FOUND,    /* 404 */
  BH_ERROR_MESSAGE_NOT_FOUND,     /* 404 */
  BH_ERROR_DEVBOX_NOT_FOUND,      /* 404 */
  BH_ERROR_NOT_FOUND,             /* 404: no such path */
  BH_ERROR_METHOD_NOT_ALLOWED,    /* 405 */
  BH_ERROR_ALREADY_ANSWERED,      /* 409, extension member "question" */
  BH_ERROR_QUESTION_CLOSED,       /* 409: withdrawn because the Run ended */
  BH_ERROR_ANSWER_INCOMPLETE,     /* 422: a question of the set is missing or empty */
  BH_ERROR_OPTION_NOT_FOUND,      /* 422 */
  BH_ERROR_MESSAGE_DELIVERED,     /* 409: cannot be withdrawn any more */
  BH_ERROR_DEVBOX_GONE,           /* 409 */
  BH_ERROR_RUN_NOT_ACTIVE,        /* 409 */
  BH_ERROR_IDEMPOTENCY_MISMATCH,  /* 422: same key, another body */
  BH_ERROR_TOO_LARGE,             /* 413 */
  BH_ERROR_UNAUTHORIZED,          /* 401 */
  BH_ERROR_FORBIDDEN,             /* 403 */
  BH_ERROR_BAD_HOST,              /* 421: Host header names another server */
  BH_ERROR_RANGE,                 /* range_not_satisfiable, 416 */
  BH_ERROR_STORAGE_FULL,          /* 507 */
  BH_ERROR_STORAGE_LOCKED,        /* 503 */
  BH_ERROR_STORAGE_CORRUPT,       /* 500 */
  BH_ERROR_STORAGE_FAILED,        /* 500 */
  BH_ERROR_VERSION_MISMATCH,      /* 426 */
  BH_ERROR_NAME_TAKEN,            /* 409: second worker of the same name */
  BH_ERROR_LAUNCH_FAILED,         /* 500: the provider could not make a box */
  BH_ERROR_SANDBOX_DENIED,        /* 500: unprivileged user namespaces are denied */
  BH_ERROR_KEYS_UNAVAILABLE,      /* 503: the stored API keys cannot be had */
  BH_ERROR_UNAVAILABLE,           /* 503: shutting down or not ready */
  BH_ERROR_UNREACHABLE,           /* client side: no coordinator could be reached or started, 503 */
  BH_N_ERRORS
} BhError;

#define BH_ERROR (bh_error_quark ())
GQuark bh_error_quark (void);

const char *bh_error_code (BhError error);
guint bh_error_status (BhError error);
const char *bh_error_title (BhError error);
/* FALSE if no error has that code. */
gboolean bh_error_from_code (const char *code, BhError *error);

/* A BH_ERROR that names the request field it is about (nullable). `detail` says what happened and what to do.
 */
GError *bh_error_new (BhError code, const char *field, const char *format, ...) G_GNUC_PRINTF (3, 4);
void bh_set_error (GError **error, BhError code, const char *field, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
/* (nullable) the field; NULL for errors of other domains */
const char *bh_error_field (const GError *error);
/* An extra member of the problem document, e.g. the answer that a question already has. Takes `value`. */
void bh_error_set_extra (GError *error, const char *name, JsonNode *value);
/* (transfer none) (nullable) the extra member of that name */
JsonNode *bh_error_get_extra (const GError *error, const char *name);

/* RFC 9457 problem document of any GError; errors outside BH_ERROR become `internal`. */
JsonNode *bh_problem_to_json (const GError *error);
/* The way back, for clients. A document that is no problem becomes BH_ERROR_INTERNAL with `status` in it. */
GError *bh_problem_from_json (JsonNode *node, guint status);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Enumerations whose nicks are the wire's spelling (snake case): one spelling of each state everywhere. */

typedef enum
{
  BH_MODE_INTERACTIVE,
  BH_MODE_AUTONOMOUS
} BhMode;
typedef enum
{
  BH_KEEP_KEEP,
  BH_KEEP_STOP,
  BH_KEEP_REMOVE
} BhKeep; /* what becomes of the DevBox at the end */

typedef enum
{
  BH_PERMISSIONS_ALLOW,
  BH_PERMISSIONS_ASK
} BhPermissions; /* what becomes of an engine's requests for permission */

typedef enum
{
  BH_RUN_QUEUED,
  BH_RUN_LAUNCHING,
  BH_RUN_RUNNING,
  BH_RUN_NEEDS_YOU,
  BH_RUN_COMPLETED,
  BH_RUN_FAILED,
  BH_RUN_STOPPED,
} BhRunState;

typedef enum
{
  BH_ROW_MESSAGE,  /* prose: of the person, the engine or Bellhop */
  BH_ROW_STEP,     /* a tool call */
  BH_ROW_QUESTION, /* a question set and, once given, its answer */
  BH_ROW_STATUS,   /* a change of the Run's status, or a notice */
} BhRowKind;

typedef enum
{
  BH_ROW_OPEN, /* step running, message streaming, question open */
  BH_ROW_DONE,
  BH_ROW_FAILED,
  BH_ROW_STOPPED, /* the person or the end of the Run cut it short */
  BH_ROW_QUEUED,  /* a person's message and its receipt … */
  BH_ROW_DELIVERED,
  BH_ROW_TAKEN_UP,
  BH_ROW_WITHDRAWN, /* … also: a question closed because its Run ended */
  BH_ROW_ANSWERED,
} BhRowState;

typedef enum
{
  BH_PART_TEXT,
  BH_PART_CALL,
  BH_PART_RESULT
} BhPart;
typedef enum
{
  BH_MESSAGE_QUEUED,
  BH_MESSAGE_DELIVERED,
  BH_MESSAGE_TAKEN_UP,
  BH_MESSAGE_WITHDRAWN
} BhMessageState;
typedef enum
{
  BH_QUESTION_SINGLE,
  BH_QUESTION_MULTIPLE,
  BH_QUESTION_TEXT,
  BH_QUESTION_CONFIRM
} BhQuestionKind;
typedef enum
{
  BH_SET_OPEN,
  BH_SET_ANSWERED,
  BH_SET_WITHDRAWN
} BhSetState;

#define BH_TYPE_MODE (bh_mode_get_type ())
#define BH_TYPE_KEEP (bh_keep_get_type ())
#define BH_TYPE_PERMISSIONS (bh_permissions_get_type ())
#define BH_TYPE_RUN_STATE (bh_run_state_get_type ())
#define BH_TYPE_ROW_KIND (bh_row_kind_get_type ())
#define BH_TYPE_ROW_STATE (bh_row_state_get_type ())
#define BH_TYPE_PART (bh_part_get_type ())
#define BH_TYPE_MESSAGE_STATE (bh_message_state_get_type ())
#define BH_TYPE_QUESTION_KIND (bh_question_kind_get_type ())
#define BH_TYPE_SET_STATE (bh_set_state_get_type ())
GType bh_mode_get_type (void);
GType bh_keep_get_type (void);
GType bh_permissions_get_type (void);
GType bh_run_state_get_type (void);
GType bh_row_kind_get_type (void);
GType bh_row_state_get_type (void);
GType bh_part_get_type (void);
GType bh_message_state_get_type (void);
GType bh_question_kind_get_type (void);
GType bh_set_state_get_type (void);

/* "needs_you" of BH_RUN_NEEDS_YOU */
const char *bh_nick (GType enum_type, int value);
/* FALSE if no value of the type has that nick */
gboolean bh_from_nick (GType enum_type, const char *nick, int *value);

/* completed, failed or stopped */
gboolean bh_run_state_is_terminal (BhRunState state);
/* "Needs you": the word a person reads (not translated here) */
const char *bh_run_state_word (BhRunState state);

/* Fresh ids: a letter, "_", 16 characters of lower-case Crockford base32 (80 random bits). */
char *bh_id_new (char letter);
gboolean bh_id_is_valid (const char *id, char letter);
/* Letters, digits and _, no digit first. */
gboolean bh_is_env_name (const char *name);

/* Times are microseconds since 1970 (UTC) in memory, RFC 3339 with six decimals on the wire. 0 = none (null).
 */
char *bh_time_format (gint64 time_us);
gboolean bh_time_parse (const char *text, gint64 *time_us);

G_END_DECLS

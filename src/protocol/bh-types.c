/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-types.h"

/* The nicks are the wire's spelling. */
G_DEFINE_ENUM_TYPE (BhMode,
                    bh_mode,
                    G_DEFINE_ENUM_VALUE (BH_MODE_INTERACTIVE, "interactive"),
                    G_DEFINE_ENUM_VALUE (BH_MODE_AUTONOMOUS, "autonomous"))

G_DEFINE_ENUM_TYPE (BhKeep,
                    bh_keep,
                    G_DEFINE_ENUM_VALUE (BH_KEEP_KEEP, "keep"),
                    G_DEFINE_ENUM_VALUE (BH_KEEP_STOP, "stop"),
                    G_DEFINE_ENUM_VALUE (BH_KEEP_REMOVE, "remove"))

G_DEFINE_ENUM_TYPE (BhPermissions,
                    bh_permissions,
                    G_DEFINE_ENUM_VALUE (BH_PERMISSIONS_ALLOW, "allow"),
                    G_DEFINE_ENUM_VALUE (BH_PERMISSIONS_ASK, "ask"))

G_DEFINE_ENUM_TYPE (BhRunState,
                    bh_run_state,
                    G_DEFINE_ENUM_VALUE (BH_RUN_QUEUED, "queued"),
                    G_DEFINE_ENUM_VALUE (BH_RUN_LAUNCHING, "launching"),
                    G_DEFINE_ENUM_VALUE (BH_RUN_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (BH_RUN_NEEDS_YOU, "needs_you"),
                    G_DEFINE_ENUM_VALUE (BH_RUN_COMPLETED, "completed"),
                    G_DEFINE_ENUM_VALUE (BH_RUN_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (BH_RUN_STOPPED, "stopped"))

G_DEFINE_ENUM_TYPE (BhRowKind,
                    bh_row_kind,
                    G_DEFINE_ENUM_VALUE (BH_ROW_MESSAGE, "message"),
                    G_DEFINE_ENUM_VALUE (BH_ROW_STEP, "step"),
                    G_DEFINE_ENUM_VALUE (BH_ROW_QUESTION, "question"),
                    G_DEFINE_ENUM_VALUE (BH_ROW_STATUS, "status"))

G_DEFINE_ENUM_TYPE (BhRowState,
                    bh_row_state,
                    G_DEFINE_ENUM_VALUE (BH_ROW_OPEN, "open"),
                    G_DEFINE_ENUM_VALUE (BH_ROW_DONE, "done"),
                    G_DEFINE_ENUM_VALUE (BH_ROW_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (BH_ROW_STOPPED, "stopped"),
                    G_DEFINE_ENUM_VALUE (BH_ROW_QUEUED, "queued"),
                    G_DEFINE_ENUM_VALUE (BH_ROW_DELIVERED, "delivered"),
                    G_DEFINE_ENUM_VALUE (BH_ROW_TAKEN_UP, "taken_up"),
                    G_DEFINE_ENUM_VALUE (BH_ROW_WITHDRAWN, "withdrawn"),
                    G_DEFINE_ENUM_VALUE (BH_ROW_ANSWERED, "answered"))

G_DEFINE_ENUM_TYPE (BhPart,
                    bh_part,
                    G_DEFINE_ENUM_VALUE (BH_PART_TEXT, "text"),
                    G_DEFINE_ENUM_VALUE (BH_PART_CALL, "call"),
                    G_DEFINE_ENUM_VALUE (BH_PART_RESULT, "result"))

G_DEFINE_ENUM_TYPE (BhMessageState,
                    bh_message_state,
                    G_DEFINE_ENUM_VALUE (BH_MESSAGE_QUEUED, "queued"),
                    G_DEFINE_ENUM_VALUE (BH_MESSAGE_DELIVERED, "delivered"),
                    G_DEFINE_ENUM_VALUE (BH_MESSAGE_TAKEN_UP, "taken_up"),
                    G_DEFINE_ENUM_VALUE (BH_MESSAGE_WITHDRAWN, "withdrawn"))

G_DEFINE_ENUM_TYPE (BhQuestionKind,
                    bh_question_kind,
                    G_DEFINE_ENUM_VALUE (BH_QUESTION_SINGLE, "single"),
                    G_DEFINE_ENUM_VALUE (BH_QUESTION_MULTIPLE, "multiple"),
                    G_DEFINE_ENUM_VALUE (BH_QUESTION_TEXT, "text"),
                    G_DEFINE_ENUM_VALUE (BH_QUESTION_CONFIRM, "confirm"))

G_DEFINE_ENUM_TYPE (BhSetState,
                    bh_set_state,
                    G_DEFINE_ENUM_VALUE (BH_SET_OPEN, "open"),
                    G_DEFINE_ENUM_VALUE (BH_SET_ANSWERED, "answered"),
                    G_DEFINE_ENUM_VALUE (BH_SET_WITHDRAWN, "withdrawn"))

/* Classes of static types are never unloaded, so what they hold may be given out after the unref. */
const char *
bh_nick (GType enum_type, int value)
{
  GEnumClass *klass = g_type_class_ref (enum_type);
  const GEnumValue *found = g_enum_get_value (klass, value);
  const char *nick = found != NULL ? found->value_nick : NULL;

  g_type_class_unref (klass);
  g_return_val_if_fail (nick != NULL, "unknown");
  return nick;
}

gboolean
bh_from_nick (GType enum_type, const char *nick, int *value)
{
  GEnumClass *klass;
  const GEnumValue *found;

  if (nick == NULL)
    return FALSE;
  klass = g_type_class_ref (enum_type);
  found = g_enum_get_value_by_nick (klass, nick);
  if (found != NULL && value != NULL)
    *value = found->value;
  g_type_class_unref (klass);
  return found != NULL;
}

gboolean
bh_run_state_is_terminal (BhRunState state)
{
  return state == BH_RUN_COMPLETED || state == BH_RUN_FAILED || state == BH_RUN_STOPPED;
}

const char *
bh_run_state_word (BhRunState state)
{
  switch (state)
    {
    case BH_RUN_QUEUED:
      return "Queued";
    case BH_RUN_LAUNCHING:
      return "Launching";
    case BH_RUN_RUNNING:
      return "Running";
    case BH_RUN_NEEDS_YOU:
      return "Needs you";
    case BH_RUN_COMPLETED:
      return "Completed";
    case BH_RUN_FAILED:
      return "Failed";
    case BH_RUN_STOPPED:
      return "Stopped";
    default:
      g_return_val_if_reached ("Unknown");
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* For dialects: what foreign JSON says, and small tables in the state of a sink. */

#include "coordinator/engines/agent/bh-dialect.h"

G_BEGIN_DECLS

/* Members of foreign objects. `object` may be NULL; what is absent or of another type is not there: NULL,
 * `fallback`, FALSE. (transfer none) */
JsonNode *bh_dialect_member (JsonObject *object, const char *member);
JsonObject *bh_dialect_object (JsonObject *object, const char *member);
JsonArray *bh_dialect_array (JsonObject *object, const char *member);
const char *bh_dialect_string (JsonObject *object, const char *member);
/* an empty one names nothing: NULL */
const char *bh_dialect_id (JsonObject *object, const char *member);
gint64 bh_dialect_int (JsonObject *object, const char *member, gint64 fallback);
double bh_dialect_double (JsonObject *object, const char *member, double fallback);
gboolean bh_dialect_is_true (JsonObject *object, const char *member);
/* 0 for NULL */
guint bh_dialect_length (JsonArray *array);
/* An element of an array, if it is an object or a string. */
JsonObject *bh_dialect_element (JsonArray *array, guint index);
const char *bh_dialect_element_string (JsonArray *array, guint index);

/* The call of a tool as a person reads it: a shell command as the command itself, anything else as pretty
 * JSON. `input` may be NULL: NULL. (transfer full) */
char *bh_dialect_call_text (JsonNode *input);
/* "/bin/bash -lc 'echo hi'" is what the engine made of "echo hi". (transfer full) */
char *bh_dialect_bare_command (const char *command);
/* What a call is about, for its title: the command, the file, the pattern, … (transfer full) (nullable) */
char *bh_dialect_call_title (JsonNode *input);
/* Of a foreign name in a sentence of ours, in bytes. */
#define BH_DIALECT_NAME_MAX 80

/* What is shown of a text is cut with these: secrets are hidden before. (transfer full) */
char *bh_dialect_line (BhDialectSink *sink, const char *text, gsize most);
char *bh_dialect_head (BhDialectSink *sink, const char *text, gsize most);
/* The text of a content: a string, or blocks of text and other things. (transfer full) (nullable) */
char *bh_dialect_content_text (JsonNode *content);
/* The node as pretty JSON. (transfer full) */
char *bh_dialect_pretty (JsonNode *node);

/* Does an error say that somebody has to sign in? */
gboolean bh_dialect_is_signed_out (const char *text);
/* Tells a person what was asked and refused in their name: `what`, in our words and without a full stop, and
 * of foreign texts what was `asked` and why it was refused, as much as fits a row. (nullable) both */
void bh_dialect_tell_refused (BhDialectSink *sink, const char *what, const char *asked, const char *why);
/* Tells why the session that was to be resumed is begun anew. */
void bh_dialect_session_lost (BhDialectSink *sink, const char *why);

/* A table under one key of the state, by name. It is never NULL; an empty one is not stored. */
JsonObject *bh_dialect_load (BhDialectSink *sink, const char *key); /* (transfer full) */
void bh_dialect_store (BhDialectSink *sink, const char *key, JsonObject *table);
/* (transfer full) (nullable) the object of that name, which is not in the table any more */
JsonObject *bh_dialect_take (BhDialectSink *sink, const char *key, const char *name);
/* TRUE the first time that `name` is given. So that nothing grows, it begins anew when there are many. */
gboolean bh_dialect_once (BhDialectSink *sink, const char *key, const char *name);
gint64 bh_dialect_get_number (BhDialectSink *sink, const char *key, gint64 fallback);
void bh_dialect_set_number (BhDialectSink *sink, const char *key, gint64 number);

/* A set of questions in the making, as an asker gives it to bh_question_set_from_ask(). */
typedef struct
{
  JsonArray *questions; /* owned */
} BhDialectAsk;
#define BH_DIALECT_ASK_INIT { NULL }
/* (transfer none) the new question */
JsonObject *bh_dialect_ask_add (BhDialectAsk *self, const char *header, const char *text);
/* An engine recommends an option by the end of its label: "Blue (Recommended)". */
void bh_dialect_ask_option (JsonObject *question, const char *label, const char *description);
void bh_dialect_ask_clear (BhDialectAsk *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BhDialectAsk, bh_dialect_ask_clear)
BhQuestionSet *bh_dialect_ask_finish (BhDialectAsk *self, GError **error);
/* The questions of Claude's AskUserQuestion, after which Qwen has made its own. */
BhQuestionSet *bh_dialect_ask_tool (JsonArray *questions, GError **error);
/* (nullable) what was chosen for the question at `index`, as one text */
char *bh_dialect_answer_text (const BhQuestionSet *set, guint index);

/* What an engine is told when nobody answers. */
#define BH_DIALECT_DECIDE "Nobody will answer this. Decide for yourself, and go on."
/* Secrets are not asked for: answers are kept with the Run, and shown. What the person is told, and what the
 * engine is. */
#define BH_DIALECT_SECRET_ASKED                                                                              \
  "The engine asked for a secret. Answers stay on the timeline, so nobody was asked, and it was told so"
#define BH_DIALECT_SECRET_ADVICE                                                                             \
  "Sign in to the engine, or store its key in Preferences under Engines; then send a message."
#define BH_DIALECT_NO_SECRETS                                                                                \
  "Nobody was asked: answers are kept and shown, so secrets are not asked for here. Go on without it, or "   \
  "end your turn and say that you need the person to sign in or to store a key in Preferences."
/* What it is told when it may not. */
#define BH_DIALECT_DENIED "The person did not allow this."

G_END_DECLS

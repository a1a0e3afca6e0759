/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The things the API speaks of, as plain records. A record is filled by the one who makes it and then only
 * read; who needs a changed one makes a copy. Atomic reference counts, so they may cross threads.
 * NULL strings are JSON null. Each has a codec; decoding refuses what has the wrong type, and ignores
 * members it does not know unless said otherwise (a newer coordinator may say more). */

#include "protocol/bh-error.h"
#include "protocol/bh-json.h"
#include "protocol/bh-types.h"

G_BEGIN_DECLS

/* Each is also a boxed type (BH_TYPE_RUN = bh_run_get_type ()), so futures and signals can carry it. */
#define BH_DECLARE_RECORD(Type, prefix)                                                                      \
  GType prefix##_get_type (void);                                                                            \
  Type *prefix##_new (void);                                                                                 \
  Type *prefix##_ref (Type *self);                                                                           \
  void prefix##_unref (Type *self);                                                                          \
  Type *prefix##_copy (const Type *self);                                                                    \
  JsonNode *prefix##_to_json (const Type *self);                                                             \
  Type *prefix##_from_json (JsonNode *node, GError **error);                                                 \
  G_DEFINE_AUTOPTR_CLEANUP_FUNC (Type, prefix##_unref)

typedef struct
{
  char *id; /* r_… */
  char *name;
  char *instructions; /* NULL in lists */
  char *ticket_url;
  char *workspace;
  char *target_worker; /* JSON: "target": {"worker","image"} or null */
  char *target_image;
  char *engine;      /* as asked: an engine id or "auto" */
  char *engine_used; /* NULL until found */
  char *engine_why;
  BhMode mode;
  BhKeep keep;
  char *network;             /* "open" (also when it was NULL or is not in the JSON) or "offline" */
  BhPermissions permissions; /* allow, also when it is not in the JSON */
  char **env_names;          /* JSON: "env": ["NAME"]; values never leave the coordinator */
  BhRunState state;
  char *reason;   /* why it failed, is queued, … */
  guint position; /* in the queue, from 1; 0 = not queued (null) */
  char *summary;  /* of report job result */
  char *current;  /* one line for a list: step under way, question text or result */
  gint64 created_at, started_at, completed_at;
  guint turns;
  /* what the engine says it has used so far, -1 where it says nothing of it; JSON: "usage":
   * {"context_used","context_size","input_tokens","output_tokens","cost","currency"}, or null unless
   * has_usage */
  gboolean has_usage;
  gint64 context_used, context_size;  /* tokens: in the model's window now, and how many fit */
  gint64 input_tokens, output_tokens; /* of all turns */
  double cost;                        /* of all turns, in `currency`; that is NULL if it says nothing */
  char *currency;                     /* ISO 4217 */
  guint64 rows;                       /* number of timeline rows */
  guint64 last_seq;
  char *box_id; /* JSON: "devbox": {"id","worker","image","state"} or null */
  char *box_worker;
  char *box_image;
  char *box_state; /* launching, running, stopped, gone */
  gboolean can_continue;
} BhRun;
#define BH_TYPE_RUN (bh_run_get_type ())
BH_DECLARE_RECORD (BhRun, bh_run)

/* A request to create a Run. from_json is strict: unknown fields are refused (BH_ERROR_UNKNOWN_FIELD). It
 * checks what can be checked without knowing workers and engines. */
typedef struct
{
  char *instructions;
  char *name;
  char *ticket_url;
  char *workspace;
  char *target_worker, *target_image;
  char *engine; /* "auto" if not given */
  BhMode mode;
  gboolean has_keep;
  BhKeep keep;               /* default by mode: interactive keep, autonomous stop */
  char *network;             /* "open" (default) or "offline" */
  BhPermissions permissions; /* allow (default); ask is for interactive Runs */
  GHashTable *env;           /* name -> value */
} BhRunRequest;
#define BH_TYPE_RUN_REQUEST (bh_run_request_get_type ())
BH_DECLARE_RECORD (BhRunRequest, bh_run_request)

#define BH_INSTRUCTIONS_MAX (256 * 1024)
#define BH_MESSAGE_MAX (256 * 1024)
#define BH_HEAD_MAX 512

typedef struct
{
  guint64 n; /* ordinal, from 0 */
  BhRowKind kind;
  BhRowState state;
  char *author; /* messages: "you", "bellhop" or an engine's id; steps: engine id or "bellhop" */
  char *tool;   /* steps: "launch DevBox", "exec in DevBox", "report job result", … */
  char *title;  /* steps: one line */
  char *head;   /* the beginning, valid UTF-8, at most BH_HEAD_MAX bytes */
  gint64 started_at, ended_at;
  gint64 duration_us;                           /* measured by a monotonic clock; -1 = still open (null) */
  int exit_status;                              /* -1 = none (null); 128 + n for a signal */
  guint64 text_bytes, call_bytes, result_bytes; /* JSON: "bytes": {"text","call","result"} */
  guint64 elided_from, elided_bytes;            /* of the result; JSON: "elided": {"from","bytes"} or null */
  char *message;                                /* m_… */
  char *question;                               /* q_… */
} BhRow;
#define BH_TYPE_ROW (bh_row_get_type ())
BH_DECLARE_RECORD (BhRow, bh_row)
/* The length of a part, elided bytes included. */
guint64 bh_row_part_bytes (const BhRow *self, BhPart part);

typedef struct
{
  char *id;
  char *label;
  char *description;
  gboolean recommended;
} BhOption;

typedef struct
{
  char *id;
  char *header;
  char *text;
  BhQuestionKind kind;
  GPtrArray *options; /* BhOption; confirm: none given means yes/no */
  gboolean allow_other;
  char *var; /* runbook: environment variable that takes the answer */
} BhQuestion;

/* What was chosen for one question: option ids and/or free text. */
typedef struct
{
  char *question;
  char **options;
  char *text;
} BhChoice;

typedef struct
{
  char *id; /* q_… */
  char *run;
  guint64 row;
  char *asked_by; /* engine id, "script" or "bellhop" */
  BhSetState state;
  gint64 asked_at, answered_at;
  char *answered_by;    /* "you", or a token's name */
  GPtrArray *questions; /* BhQuestion */
  GPtrArray
      *answers; /* BhChoice; NULL until answered. JSON "answers": [{"question","options","text"}] or null */
} BhQuestionSet;
#define BH_TYPE_QUESTION_SET (bh_question_set_get_type ())
BH_DECLARE_RECORD (BhQuestionSet, bh_question_set)

BhOption *bh_option_new (void);
void bh_option_free (BhOption *self);
BhQuestion *bh_question_new (void);
void bh_question_free (BhQuestion *self);
BhChoice *bh_choice_new (void);
void bh_choice_free (BhChoice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhOption, bh_option_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhQuestion, bh_question_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhChoice, bh_choice_free)

/* One question of Bellhop's own, to which one of its options is the answer, and nothing else. */
BhQuestionSet *bh_question_set_new_single (const char *id, const char *header, const char *text);
/* To the first question. `description` is nullable. (transfer none) */
BhOption *
bh_question_set_add_option (BhQuestionSet *self, const char *id, const char *label, const char *description);
/* (nullable) id of the option that was chosen in a set of one question */
const char *bh_question_set_get_chosen (const BhQuestionSet *self);

/* Strict: a set as an asker gives it ({"questions":[…]} or one bare question). Ids are filled in where absent
 * ("1", "2", … for questions, a slug of the label for options), duplicates refused. confirm without options
 * gets yes and no. At most 16 questions, 32 options each. */
BhQuestionSet *bh_question_set_from_ask (JsonNode *node, GError **error);
/* `answers` as a person gives them: {"answers":[…]}, or for a one-question set {"options":[…],"text":…}
 * short. Checked against the set: unknown option, missing question, empty answer, two options for a single,
 * text where Other is forbidden. (transfer container): BhChoice */
GPtrArray *bh_question_set_check_answers (const BhQuestionSet *self, JsonNode *answers, GError **error);
/* The recommended options of every question, or NULL where one question has none. */
GPtrArray *bh_question_set_recommended (const BhQuestionSet *self);
/* The answer as one line of plain text: labels and free text joined by ", "; sets joined by "; ". */
char *bh_choice_to_text (const BhQuestion *question, const BhChoice *choice);
char *bh_question_set_answer_text (const BhQuestionSet *self);

typedef struct
{
  char *id; /* m_… */
  char *run;
  guint64 row;
  char *text;
  char *author; /* "you" or a token's name */
  BhMessageState state;
  gboolean interrupt;
  gint64 queued_at, delivered_at, taken_up_at, withdrawn_at;
} BhMessage;
#define BH_TYPE_MESSAGE (bh_message_get_type ())
BH_DECLARE_RECORD (BhMessage, bh_message)

/* One line of a Run's journal. Kinds: "run", "row", "delta", "question", "message". `data` is the JSON object
 * text of the event: {"seq":…,"at":…,"KIND":{…}}; a delta is {"seq","at","row","part","offset","length"} and,
 * when it is sent to anyone, "text": the bytes as shown text. */
typedef struct
{
  guint64 seq;
  char *kind;
  char *data;
  GBytes *bytes; /* delta: what was appended; NULL when elided since */
} BhEvent;
#define BH_TYPE_EVENT (bh_event_get_type ())
BH_DECLARE_RECORD (BhEvent, bh_event)

/* The texts of BhEvent.data, written directly: they are made for every line a Run prints. (transfer full)
 * A delta as it is stored, without "text". */
char *bh_delta_event_text (guint64 seq, gint64 at, guint64 row, BhPart part, guint64 offset, guint64 length);
/* The same as it is sent: `data`, which bh_delta_event_text() made, with "text": `shown` (NULL: elided,
 * null). */
char *bh_delta_event_with_text (const char *data, const char *shown);
/* An event that carries a whole record. Does not take `record`. */
char *bh_record_event_text (guint64 seq, gint64 at, const char *kind, JsonNode *record);

typedef struct
{
  char *name;
  gboolean online;
  char *version;
  char *hostname;
  char **providers;
  guint boxes, max_boxes;
  double cpu_load;                                                    /* 0 … 1 of the whole machine */
  guint64 memory_total, memory_available, disk_total, disk_available; /* bytes */
  gint64 last_seen_at;
} BhWorkerInfo;
#define BH_TYPE_WORKER_INFO (bh_worker_info_get_type ())
BH_DECLARE_RECORD (BhWorkerInfo, bh_worker_info)

typedef struct
{
  char *id;
  char *description;
  char *provider;
} BhImageInfo;
#define BH_TYPE_IMAGE_INFO (bh_image_info_get_type ())
BH_DECLARE_RECORD (BhImageInfo, bh_image_info)

typedef struct
{
  char *id; /* b_… */
  char *worker;
  char *image;
  char *state; /* running, stopped */
  char *run;   /* r_… or NULL: no Run of this coordinator */
  char *run_name;
  gint64 created_at;
} BhBoxInfo;
#define BH_TYPE_BOX_INFO (bh_box_info_get_type ())
BH_DECLARE_RECORD (BhBoxInfo, bh_box_info)

typedef struct
{
  char *id;
  char *name;
  char *protocol;
  int rank;
  char *version;      /* NULL: not looked for yet */
  char *why_not;      /* NULL: nothing is known against it */
  char *why_not_code; /* what that is; NULL with it */
  char *path;         /* where it was found; or NULL */
  char *install;      /* a command that gets it; or NULL */
  char **keys;        /* environment variables that sign it in */
} BhEngineInfo;

/* What why_not_code says; there may be others. */
#define BH_WHY_NOT_FOUND "not_found"
#define BH_WHY_NOT_SIGNED_IN "signed_out"
#define BH_WHY_NOT_KEY "key_missing" /* there is no other way to sign it in */
#define BH_WHY_NOT_LET_IN "sign_in_refused"
#define BH_WHY_NOT_ASKED "sign_in_unasked"
#define BH_TYPE_ENGINE_INFO (bh_engine_info_get_type ())
BH_DECLARE_RECORD (BhEngineInfo, bh_engine_info)

/* An API key that engines take; never its value. */
typedef struct
{
  char *name; /* of the variable */
  char **engines;
  gboolean is_set; /* JSON: "set" */
} BhKeyInfo;
#define BH_TYPE_KEY_INFO (bh_key_info_get_type ())
BH_DECLARE_RECORD (BhKeyInfo, bh_key_info)

/* Whether an engine's own sign-in may be let into DevBoxes. */
typedef struct
{
  char *engine; /* its id */
  char *name;
  char **paths;  /* "~/…" */
  char *consent; /* ask, always, no */
} BhSignInInfo;
#define BH_TYPE_SIGN_IN_INFO (bh_sign_in_info_get_type ())
BH_DECLARE_RECORD (BhSignInInfo, bh_sign_in_info)

G_END_DECLS

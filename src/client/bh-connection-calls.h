/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What can be asked of a coordinator: one call of the API each, as a future on the main loop. They reject
 * with BH_ERROR (protocol/bh-error.h): the code, a sentence for the person, and bh_error_field() where it is
 * about one field. Dropping a future lets the call go on; its answer still reaches the model. What a call
 * answers is taken into the model before its future resolves. Include client/bh-connection.h. */

#include <gio/gio.h>
#include <libdex.h>

#include "client/bh-progress.h"
#include "protocol/bh-records.h"

G_BEGIN_DECLS

typedef struct _BhConnection BhConnection;

/* --- Runs --- */

/* Resolves a BhRun. `key`: an idempotency key (bh_id_new ('k')), the same for every try of one form; with it
 * the call is repeated for 15 s when the connection is lost. */
DexFuture *bh_connection_create_run (BhConnection *self,
                                     const BhRunRequest *request,
                                     const char *key) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves a BhRun, with its instructions. */
DexFuture *bh_connection_get_run (BhConnection *self, const char *run_id) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves a BhRun. */
DexFuture *
bh_connection_rename_run (BhConnection *self, const char *run_id, const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves TRUE. */
DexFuture *bh_connection_delete_run (BhConnection *self, const char *run_id) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves a BhRun. */
DexFuture *bh_connection_stop_run (BhConnection *self, const char *run_id) G_GNUC_WARN_UNUSED_RESULT;
/* Full-text search and filter, newest first: resolves a GPtrArray of BhRun (boxed G_TYPE_PTR_ARRAY), at most
 * 200. `query`: nullable. `states`: bits 1 << BH_RUN_…, 0 for all. The answer is not taken into the model. */
DexFuture *
bh_connection_search (BhConnection *self, const char *query, guint states) G_GNUC_WARN_UNUSED_RESULT;

/* --- messages and questions --- */

/* Steers or continues, as the Run's state is; answers no question. Resolves a BhMessage. Not repeated when
 * the connection is lost: then it may or may not have arrived, and the Run's timeline tells. */
DexFuture *bh_connection_send_message (BhConnection *self,
                                       const char *run_id,
                                       const char *text,
                                       gboolean interrupt) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves a BhMessage; rejects with BH_ERROR_MESSAGE_DELIVERED when it is too late. */
DexFuture *bh_connection_withdraw_message (BhConnection *self,
                                           const char *run_id,
                                           const char *message_id) G_GNUC_WARN_UNUSED_RESULT;
/* `answers`: {"answers":[…]}, an array of them, or for a set of one {"options":[…],"text":…}; (transfer
 * none). `set_id` nullable when one set is open. Resolves the BhQuestionSet. Rejects with
 * BH_ERROR_ALREADY_ANSWERED when somebody was faster: bh_connection_error_answer() has the first answer then.
 */
DexFuture *bh_connection_answer (BhConnection *self,
                                 const char *run_id,
                                 const char *set_id,
                                 JsonNode *answers) G_GNUC_WARN_UNUSED_RESULT;
/* Takes one option of a set that has one question. */
DexFuture *bh_connection_answer_option (BhConnection *self,
                                        const char *run_id,
                                        const char *set_id,
                                        const char *option) G_GNUC_WARN_UNUSED_RESULT;
/* The answers of BhChoice (as bh_question_set_recommended() makes them) for bh_connection_answer(). */
JsonNode *bh_choices_to_json (GPtrArray *choices);
/* Whether these BhChoice are the answer that the set has. */
gboolean bh_choices_are_answer (GPtrArray *choices, const BhQuestionSet *set);
/* (transfer full) (nullable): the question set with the answer that was first, of an error
 * BH_ERROR_ALREADY_ANSWERED. */
BhQuestionSet *bh_connection_error_answer (const GError *error);
/* Resolves a GPtrArray of BhQuestionSet; `all`: those that are closed, too. */
DexFuture *
bh_connection_list_questions (BhConnection *self, const char *run_id, gboolean all) G_GNUC_WARN_UNUSED_RESULT;

/* --- rows --- */

/* A part of a row's body as shown text. */
typedef struct
{
  guint64 row;
  BhPart part;
  guint64 from;  /* where it begins, in raw bytes; past what was asked for if that was elided */
  guint64 bytes; /* raw bytes that `text` shows */
  guint64 total;
  gboolean has_next;
  guint64 next; /* where to go on */
  char *text;   /* safe to show (protocol/bh-text.h) */
} BhBodyText;
#define BH_TYPE_BODY_TEXT (bh_body_text_get_type ())
GType bh_body_text_get_type (void);
BhBodyText *bh_body_text_ref (BhBodyText *self);
void bh_body_text_unref (BhBodyText *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhBodyText, bh_body_text_unref)

/* Resolves a BhBodyText. `length`: 4 KiB to 1 MiB; other values are moved there. */
DexFuture *bh_connection_row_body (BhConnection *self,
                                   const char *run_id,
                                   guint64 row,
                                   BhPart part,
                                   guint64 from,
                                   guint64 length) G_GNUC_WARN_UNUSED_RESULT;
/* The same of all from its beginning, however long, up to about `max` bytes; nothing is missing when as many
 * bytes are shown as there are. Not to be discarded: see bh_future_detached(). */
DexFuture *bh_connection_row_text (
    BhConnection *self, const char *run_id, guint64 row, BhPart part, guint64 max) G_GNUC_WARN_UNUSED_RESULT;
/* Writes the raw bytes of a body to `file`, over what is there, never half: on failure the file is as it was.
 * `progress` (nullable): told of it; may give it up. Resolves the number of bytes (uint64). */
DexFuture *bh_connection_save_body (BhConnection *self,
                                    const char *run_id,
                                    guint64 row,
                                    BhPart part,
                                    GFile *file,
                                    BhProgress *progress) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves a GPtrArray of BhRow. `count`: 1–500. */
DexFuture *bh_connection_rows (BhConnection *self, const char *run_id, guint64 from, guint count)
    G_GNUC_WARN_UNUSED_RESULT;

/* --- places --- */

/* Resolves a GPtrArray of BhEngineInfo: what is found in a DevBox of that place, now (`fresh`) or in the last
 * minute. It may take seconds. */
DexFuture *bh_connection_find_engines (BhConnection *self,
                                       const char *worker,
                                       const char *image,
                                       gboolean fresh) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves a GPtrArray of BhImageInfo. */
DexFuture *bh_connection_images (BhConnection *self, const char *worker) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves a GPtrArray of BhBoxInfo. */
DexFuture *bh_connection_list_boxes (BhConnection *self) G_GNUC_WARN_UNUSED_RESULT;
/* Both resolve TRUE. */
DexFuture *bh_connection_stop_box (BhConnection *self, const char *box_id) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_connection_remove_box (BhConnection *self, const char *box_id) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves a SoupWebsocketConnection: binary messages are the terminal's bytes both ways, text
 * {"resize":{"rows","columns"}} in and {"exit":status} out. `command` nullable: a login shell. */
DexFuture *bh_connection_open_terminal (BhConnection *self,
                                        const char *box_id,
                                        guint rows,
                                        guint columns,
                                        const char *command) G_GNUC_WARN_UNUSED_RESULT;

/* --- what engines may use --- */

/* Resolves a GPtrArray of BhKeyInfo. Only of the coordinator of this computer: others refuse. */
DexFuture *bh_connection_list_keys (BhConnection *self) G_GNUC_WARN_UNUSED_RESULT;
/* Stores an API key; `value` NULL: removes it. Resolves TRUE. */
DexFuture *
bh_connection_set_key (BhConnection *self, const char *name, const char *value) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves a GPtrArray of BhSignInInfo. */
DexFuture *bh_connection_list_sign_ins (BhConnection *self) G_GNUC_WARN_UNUSED_RESULT;
/* `consent`: "ask", "always" or "no". Resolves TRUE. */
DexFuture *bh_connection_set_sign_in (BhConnection *self,
                                      const char *engine,
                                      const char *consent) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

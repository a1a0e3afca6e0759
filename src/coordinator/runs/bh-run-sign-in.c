/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/runs/bh-run-sign-in.h"
#include "coordinator/runs/bh-run-table.h"

/* In the Run's state: "sign-in:ENGINE" is by which consent it was let in. */
#define LET_IN "sign-in:"
#define FOR_THIS_RUN "run"
/* the engine that is being asked about */
#define ASKING "sign-in.asking"
/* How often somebody looks whether the box is still there. */
#define LOOK_SECONDS 5

static char *
state_key (const char *engine)
{
  return g_strconcat (LET_IN, engine, NULL);
}

static const char *
let_in_by (BhRunActor *actor, const char *engine)
{
  g_autofree char *key = state_key (engine);

  return bh_journal_get_state (bh_run_actor_get_journal (actor), key);
}

/* --- asking --- */

static BhQuestionSet *
compose (BhRunActor *actor, const BhEngineFile *file)
{
  g_autofree char *paths = g_strjoinv (", ", file->sign_in_paths);
  g_autofree char *text = g_strdup_printf (
      "May your sign-in to %s be copied into this DevBox? %s is signed in on the worker “%s” by %s. Whatever "
      "runs in the DevBox can use the copy.",
      file->name, file->name, bh_run_actor_get_run (actor)->box_worker, paths);
  BhQuestionSet *set = bh_question_set_new_single ("consent", "Sign-in", text);

  bh_question_set_add_option (set, FOR_THIS_RUN, "This Run", "The next one asks again.");
  bh_question_set_add_option (set, bh_consent_to_string (BH_CONSENT_ALWAYS), "Always",
                              "Every Run that uses this engine, until you change it in Preferences.");
  bh_question_set_add_option (set, bh_consent_to_string (BH_CONSENT_NO), "No",
                              "No Run, until you change it in Preferences. Nobody asks again.");
  return set;
}

static BhConsent
consent_to (BhRunActor *actor, const BhEngineFile *file)
{
  return bh_sign_ins_get (bh_run_actor_get_context (actor)->sign_ins, file->id);
}

/* Whether it was decided for every Run by now: then the question is taken back, unless it was answered. */
static gboolean
take_back (BhRunActor *actor, const BhEngineFile *file, const char *key, DexFuture *answer)
{
  if (!dex_future_is_pending (answer) || consent_to (actor, file) == BH_CONSENT_ASK)
    return FALSE;
  bh_questions_take_back (bh_run_actor_get_questions (actor), key);
  return dex_future_is_rejected (answer);
}

/* The answered set, however long that takes, unless the box ends meanwhile. *decided: nobody needs an answer
 * any more, as somebody has said what holds for every Run. */
static BhQuestionSet *
await_answer (BhRunActor *actor, BhBox *box, const BhEngineFile *file, gboolean *decided, GError **error)
{
  BhSignIns *sign_ins = bh_run_actor_get_context (actor)->sign_ins;
  g_autoptr (BhQuestionSet) set = compose (actor, file);
  g_autofree char *key = state_key (file->id);
  g_autoptr (DexFuture) answer = NULL;

  /* what was asked before, and is done with, is no answer now */
  if (g_strcmp0 (bh_journal_get_state (bh_run_actor_get_journal (actor), ASKING), file->id) != 0)
    bh_questions_forget (bh_run_actor_get_questions (actor), key);
  /* in the transaction of the question */
  bh_journal_set_state (bh_run_actor_get_journal (actor), ASKING, file->id);
  answer = bh_questions_ask (bh_run_actor_get_questions (actor), set, key, BH_ASKED_BY_BELLHOP);
  for (;;)
    {
      *decided = take_back (actor, file, key, answer);
      if (*decided)
        return NULL;
      dex_await (dex_future_first (dex_ref (answer), bh_sign_ins_changed (sign_ins),
                                   dex_timeout_new_seconds (LOOK_SECONDS), NULL),
                 NULL);
      /* it was not asked at all: then nothing is taken back or answered later */
      if (dex_future_is_rejected (answer) && !bh_run_actor_is_closed (actor))
        bh_journal_set_state (bh_run_actor_get_journal (actor), ASKING, NULL);
      if (!dex_future_is_pending (answer))
        return dex_await_boxed (g_steal_pointer (&answer), error);
      if (bh_box_is_gone (box))
        {
          bh_set_error (error, BH_ERROR_DEVBOX_GONE, NULL,
                        "The DevBox ended while an answer was waited for.");
          return NULL;
        }
    }
}

/* What holds for every Run, which is not BH_CONSENT_ASK. */
static BhSignInOutcome
take_setting (BhRunActor *actor, const BhEngineFile *file)
{
  BhConsent consent = consent_to (actor, file);
  g_autofree char *key = state_key (file->id);

  if (consent == BH_CONSENT_NO)
    return BH_SIGN_IN_REFUSED;
  bh_journal_set_state (bh_run_actor_get_journal (actor), key, bh_consent_to_string (consent));
  return BH_SIGN_IN_LET_IN;
}

/* The question was taken back: with the transaction nothing is left of it but its row. */
static BhSignInOutcome
take_decided (BhRunActor *actor, const BhEngineFile *file, GError **error)
{
  BhJournal *journal = bh_run_actor_get_journal (actor);
  g_autofree char *key = state_key (file->id);
  BhSignInOutcome outcome;

  bh_journal_set_state (journal, ASKING, NULL);
  bh_questions_forget (bh_run_actor_get_questions (actor), key);
  outcome = take_setting (actor, file);
  if (!dex_await (bh_journal_commit (journal, BH_RELAXED), error) || !bh_run_actor_check_open (actor, error))
    return BH_SIGN_IN_FAILED;
  return outcome;
}

/* What the person said is stored for all Runs first: a coordinator that ends in between finds the answered
 * question, and does it again. */
static BhSignInOutcome
ask (BhRunActor *actor, BhBox *box, const BhEngineFile *file, GError **error)
{
  BhSignIns *sign_ins = bh_run_actor_get_context (actor)->sign_ins;
  BhJournal *journal = bh_run_actor_get_journal (actor);
  gboolean decided = FALSE;
  g_autoptr (BhQuestionSet) set = await_answer (actor, box, file, &decided, error);
  g_autofree char *key = state_key (file->id);
  const char *chosen = set != NULL ? bh_question_set_get_chosen (set) : NULL;
  BhConsent consent = BH_CONSENT_ASK;

  if (decided)
    return take_decided (actor, file, error);
  if (set == NULL || !bh_run_actor_check_open (actor, error))
    return BH_SIGN_IN_FAILED;
  if (bh_consent_from_string (chosen, &consent) &&
      (!dex_await (bh_sign_ins_set (sign_ins, file->id, consent), error) ||
       !bh_run_actor_check_open (actor, error)))
    return BH_SIGN_IN_FAILED;
  bh_journal_set_state (journal, ASKING, NULL);
  if (consent == BH_CONSENT_NO)
    return BH_SIGN_IN_REFUSED;
  bh_journal_set_state (journal, key, chosen);
  return BH_SIGN_IN_LET_IN;
}

/* --- letting in --- */

static BhSignInOutcome
settle (BhRunActor *actor, BhBox *box, const BhEngineFile *file, GError **error)
{
  const char *asking = bh_journal_get_state (bh_run_actor_get_journal (actor), ASKING);

  if (let_in_by (actor, file->id) != NULL)
    return BH_SIGN_IN_LET_IN;
  /* a question that is there was answered, or is to be taken back */
  if (g_strcmp0 (asking, file->id) == 0 || consent_to (actor, file) == BH_CONSENT_ASK)
    return ask (actor, box, file, error);
  return take_setting (actor, file);
}

static const BhEngineFile *
file_of (BhRunActor *actor, const char *engine)
{
  const BhEngineFile *file = bh_engines_get_file (bh_run_actor_get_context (actor)->engines, engine);

  return file != NULL && file->sign_in_paths != NULL ? file : NULL;
}

BhSignInOutcome
bh_run_sign_in (BhRunActor *actor, BhBox *box, const char *engine, GError **error)
{
  const BhEngineFile *file;
  BhSignInOutcome outcome;

  g_return_val_if_fail (BH_IS_RUN_ACTOR (actor) && engine != NULL, BH_SIGN_IN_FAILED);
  file = file_of (actor, engine);
  if (file == NULL)
    return BH_SIGN_IN_REFUSED;
  outcome = settle (actor, box, file, error);
  if (outcome != BH_SIGN_IN_LET_IN)
    return outcome;
  /* known before there is a copy: a coordinator that ends in between says by which consent it is there */
  if (!dex_await (bh_journal_commit (bh_run_actor_get_journal (actor), BH_RELAXED), error) ||
      !dex_await (bh_run_sign_in_refresh (actor, engine), error) || !bh_run_actor_check_open (actor, error))
    return BH_SIGN_IN_FAILED;
  return BH_SIGN_IN_LET_IN;
}

gboolean
bh_run_sign_in_resume (BhRunActor *actor, BhBox *box, GError **error)
{
  g_autofree char *engine = NULL;

  g_return_val_if_fail (BH_IS_RUN_ACTOR (actor), FALSE);
  engine = g_strdup (bh_journal_get_state (bh_run_actor_get_journal (actor), ASKING));
  if (engine == NULL)
    return TRUE;
  /* an engine that is not known any more, and a question that nobody needs */
  if (file_of (actor, engine) == NULL)
    {
      bh_set_error (error, BH_ERROR_ENGINE_NOT_FOUND, "engine",
                    "The engine “%.100s” is not known any more, or has no sign-in.", engine);
      return FALSE;
    }
  return bh_run_sign_in (actor, box, engine, error) != BH_SIGN_IN_FAILED;
}

void
bh_run_sign_in_call_off (BhRunActor *actor)
{
  const char *engine;
  g_autofree char *key = NULL;

  g_return_if_fail (BH_IS_RUN_ACTOR (actor));
  engine = bh_journal_get_state (bh_run_actor_get_journal (actor), ASKING);
  if (engine == NULL)
    return;
  key = state_key (engine);
  bh_journal_set_state (bh_run_actor_get_journal (actor), ASKING, NULL);
  bh_questions_take_back (bh_run_actor_get_questions (actor), key);
}

void
bh_run_sign_in_run_ended (BhRunActor *actor)
{
  g_return_if_fail (BH_IS_RUN_ACTOR (actor));
  bh_journal_set_state (bh_run_actor_get_journal (actor), ASKING, NULL);
}

char *
bh_run_sign_in_told (BhRunActor *actor, const char *engine)
{
  const BhEngineFile *file;
  const char *by;
  g_autofree char *paths = NULL;

  g_return_val_if_fail (BH_IS_RUN_ACTOR (actor) && engine != NULL, NULL);
  file = file_of (actor, engine);
  by = let_in_by (actor, engine);
  if (file == NULL || by == NULL)
    return NULL;
  paths = g_strjoinv (", ", file->sign_in_paths);
  return g_strdup_printf ("Your sign-in at home was copied into the DevBox (%s) – %s", paths,
                          g_str_equal (by, FOR_THIS_RUN) ? "you allowed it for this Run"
                                                         : "you allowed it for every Run");
}

/* A worker may come back when the Run has ended long since. */
static gboolean
is_wanted (gpointer actor)
{
  return !bh_run_actor_is_closed (actor);
}

DexFuture *
bh_run_sign_in_refresh (BhRunActor *actor, const char *engine)
{
  const BhEngineFile *file;
  const BhRun *run;
  const char *by;

  dex_return_error_if_fail (BH_IS_RUN_ACTOR (actor));
  dex_return_error_if_fail (engine != NULL);
  file = file_of (actor, engine);
  by = let_in_by (actor, engine);
  if (file == NULL || by == NULL)
    return dex_future_new_true ();
  /* what was there for every Run is for none now; what was said of this one stands */
  if (consent_to (actor, file) == BH_CONSENT_NO && !g_str_equal (by, FOR_THIS_RUN))
    return dex_future_new_true ();
  run = bh_run_actor_get_run (actor);
  return bh_workers_sign_in (bh_run_actor_get_context (actor)->workers, run->box_worker, run->box_id,
                             (const char *const *) file->sign_in_paths, is_wanted, g_object_ref (actor),
                             g_object_unref);
}

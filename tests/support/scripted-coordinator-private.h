/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <libsoup/soup.h>

#include "support/scripted-coordinator.h"
#include "support/threaded-server.h"

G_BEGIN_DECLS

typedef struct
{
  BhRun *run;
  guint n_rows;
  GHashTable *rows;   /* n → BhRow, those that are not made when asked for */
  GHashTable *bodies; /* "n/part" → GString */
  GPtrArray *events;  /* char *: whole blocks, seq first_event + index */
  guint64 first_seq;  /* of the first block; those before it were never told */
  guint64 last_seq;
  GPtrArray *questions; /* BhQuestionSet */
  GPtrArray *messages;  /* BhMessage */
} ScriptedRun;

typedef struct
{
  char *path;
  SoupServerMessage *message;
  gboolean dying;
} ScriptedStream;

typedef struct
{
  char *request;
  guint status;
  char *body;
  guint times;
} ScriptedFault;

struct _ScriptedCoordinator
{
  ThreadedServer *server;
  GMutex mutex;
  /* under the mutex */
  GHashTable *runs; /* id → ScriptedRun */
  GPtrArray *workers;
  GPtrArray *engines;
  GPtrArray *boxes;
  GPtrArray *faults;
  GPtrArray *requests; /* char * "METHOD /path?query" */
  char *last_body;
  gboolean down;
  char *held; /* (nullable): what is not answered now */
  int api;
  guint n_made;
  /* the thread's */
  GPtrArray *streams;
  GPtrArray *waiting; /* SoupServerMessage that are not answered */
};

/* The caller has the mutex. */
ScriptedRun *scripted_find_run (ScriptedCoordinator *self, const char *run_id);
BhRow *scripted_get_row (ScriptedRun *run, guint n);
void scripted_journal (ScriptedCoordinator *self, ScriptedRun *run, const char *kind, JsonNode *record);
void scripted_broadcast (ScriptedCoordinator *self, const char *path, const char *block);
void scripted_tell_run (ScriptedCoordinator *self, ScriptedRun *run);
void scripted_take_question (ScriptedCoordinator *self, ScriptedRun *run, const BhQuestionSet *set);
void scripted_take_message (ScriptedCoordinator *self, ScriptedRun *run, const BhMessage *message);

/* The server's handler. */
void scripted_serve (
    SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data);

G_END_DECLS

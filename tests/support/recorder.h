/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "coordinator/engines/agent/bh-dialect.h"

G_BEGIN_DECLS

/* A dialect's sink that keeps state in memory and writes down what it is told. */
#define TEST_TYPE_RECORDER (recorder_get_type ())
G_DECLARE_FINAL_TYPE (Recorder, recorder, TEST, RECORDER, GObject)

/* Each may be NULL. */
typedef struct
{
  void (*sent) (gpointer data, JsonObject *line);
  void (*session) (gpointer data, const char *id);
  void (*failed) (gpointer data);
  void (*ask) (gpointer data, const char *request, BhQuestionSet *set);
  void (*permit) (gpointer data, const char *request);
  void (*withdrawn) (gpointer data, const char *request);
  void (*turn_ended) (gpointer data);
} RecorderWatch;

Recorder *recorder_new (void);
void recorder_watch (Recorder *self, const RecorderWatch *watch, gpointer data);
/* What belongs on the timeline is told to this sink, too. (nullable) */
void recorder_tell_also (Recorder *self, BhDialectSink *also);
/* A line of the test's own among what was told. Takes `line`. */
void recorder_write (Recorder *self, char *line);
/* What was told since the last call. (transfer full) */
char *recorder_take (Recorder *self);
/* The keys that have a value, sorted, in one line. (transfer full) */
char *recorder_keys (Recorder *self);
/* Bytes of all keys and values. */
gsize recorder_state_size (Recorder *self);
/* As a Run does with its secrets: from now on `value` is asterisks in what is remembered, or cut. */
void recorder_hide (Recorder *self, const char *value);
/* Nothing is written down, calls are only counted. */
void recorder_be_quiet (Recorder *self);
guint recorder_calls (Recorder *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "protocol/bh-records.h"

/* Records in which every member is filled, so that what a codec forgets is missed. Counted: the caller
 * unrefs. */
BhRun *sample_run (void);
BhRunRequest *sample_run_request (void);
BhRow *sample_row (void);
BhQuestionSet *sample_question_set (void);
BhMessage *sample_message (void);
BhEvent *sample_event (void);
BhWorkerInfo *sample_worker_info (void);
BhImageInfo *sample_image_info (void);
BhBoxInfo *sample_box_info (void);
BhEngineInfo *sample_engine_info (void);

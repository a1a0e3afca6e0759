/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Elicitations of MCP, which ACP and Codex pass on as they are. */

#include "coordinator/engines/agent/bh-dialect.h"

G_BEGIN_DECLS

/* The form of an elicitation as questions. `map`: (out) what bh_acp_form_content() needs to know of them.
 * NULL if it cannot be asked. (transfer full) */
BhQuestionSet *bh_acp_form_questions (BhDialectSink *sink, JsonObject *params, JsonArray **map);
/* One of its fields takes a secret: then it is not asked. */
gboolean bh_acp_form_is_secret (JsonObject *params);
/* The answers, typed as the form wants them. NULL: the person said no to a form without fields. */
JsonObject *bh_acp_form_content (JsonArray *map, const BhQuestionSet *set);

G_END_DECLS

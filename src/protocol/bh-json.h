/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* JSON texts deeper, longer or of more values than this are refused, whoever they come from. A value takes
 * some hundred bytes once it is parsed, and two in the text: the number bounds the memory, the length does
 * not. */
#define BH_JSON_MAX_DEPTH 100
#define BH_JSON_MAX_LENGTH (64 * 1024 * 1024)
#define BH_JSON_MAX_VALUES 1000000

/* Parses one JSON text (RFC 8259, strictly). `length` -1: up to the NUL. Everybody uses this one: json-glib
 * recurses for each level of nesting, and cuts strings at a NUL, so it is given nothing that was not looked
 * through before. Refuses with BH_ERROR_BAD_JSON: what is no JSON, invalid UTF-8, more than BH_JSON_MAX_DEPTH
 * levels, a NUL in a string (also as \u0000), half a surrogate pair, a number no double can hold; with
 * BH_ERROR_TOO_LARGE: more than BH_JSON_MAX_LENGTH bytes or BH_JSON_MAX_VALUES values. */
JsonNode *bh_json_parse (const char *text, gssize length, GError **error);

/* One line, no spaces. */
char *bh_json_to_text (JsonNode *node);

/* The same, appended. */
void bh_json_append (GString *text, JsonNode *node);
/* A JSON string with its quotes; NULL becomes null. `string` is valid UTF-8. */
void bh_json_append_string (GString *text, const char *string);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes of foreign output as text that is safe to show: valid UTF-8 (U+FFFD for what is not), terminal
 * escapes (CSI, OSC, DCS, two-byte, 8-bit C1) removed, CR LF and lone CR become LF, backspace removes the
 * character before it on the line, other control characters but LF and TAB are dropped, bidi overrides and
 * isolates (U+202A-202E, U+2066-2069) are dropped. An escape sequence without its end is let go after 4 KiB;
 * an OSC ends before a line's end at the latest. Linear time. Never NULL. */
char *bh_text_shown (const void *bytes, gsize length, gsize *shown_length);

/* How many of the `length` bytes may be cut off as a chunk so that the cut lies neither in a UTF-8 sequence,
 * an escape sequence nor behind a CR that may belong to a CR LF. Chunks so cut can be shown one by one with
 * the same outcome as all at once; only a backspace does not reach back into the chunk before it. An
 * unfinished sequence longer than 4 KiB is cut all the same. */
gsize bh_text_whole (const void *bytes, gsize length);

/* The beginning of `text` as a head: at most `max` bytes, cut between characters, newlines kept. */
char *bh_text_head (const char *text, gsize max);

/* For a terminal, a log line or a name: one line, control characters and newlines as spaces, at most `max`
 * bytes. */
char *bh_text_one_line (const char *text, gsize max);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* Lines from a descriptor, read only while someone waits for one, and never more than the terminal gives at
 * once. */
typedef struct _LineReader LineReader;

LineReader *line_reader_new (int fd);
void line_reader_free (LineReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LineReader, line_reader_free)
/* Resolves a string, or rejects with G_IO_ERROR_CLOSED at the end. While none has come it is the same future
 * again. */
DexFuture *line_reader_next (LineReader *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

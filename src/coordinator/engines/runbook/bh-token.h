/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The mark that ends a block's output: a control character, 32 random hexadecimal digits, ":", the exit
 * status and a newline, written by the shell to the pipe that the block's output went to. Pure. */

#include <glib.h>

G_BEGIN_DECLS

#define BH_TOKEN_DIGITS 32
#define BH_TOKEN_MARK '\036'

/* 32 fresh random digits, without the mark */
char *bh_token_new (void);

typedef struct
{
  gsize output;   /* this many bytes are the block's output */
  gboolean found; /* the block has ended: */
  gsize end;      /* behind its end mark */
  int status;     /* its exit status */
} BhTokenScan;

/* Looks for the end mark. When it is not found, bytes from `output` on may be its beginning: they have to be
 * given again, joined with what follows them. That is never more than BH_TOKEN_UNDECIDED bytes. */
#define BH_TOKEN_UNDECIDED (1 + BH_TOKEN_DIGITS + 1 + 3)
void bh_token_scan (const char *token, const void *bytes, gsize length, BhTokenScan *scan);

G_END_DECLS

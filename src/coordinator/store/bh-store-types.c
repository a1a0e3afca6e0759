/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* What reads resolve to: plain structures, shared by counting references. */

#include "coordinator/store/bh-store-types.h"

static void
clear_bundle (gpointer data)
{
  BhRunBundle *self = data;

  g_clear_pointer (&self->run, bh_run_unref);
  g_clear_pointer (&self->env, g_hash_table_unref);
  g_clear_pointer (&self->network, g_free);
  g_clear_pointer (&self->open_rows, g_ptr_array_unref);
  g_clear_pointer (&self->message_rows, g_ptr_array_unref);
  g_clear_pointer (&self->boundaries, g_hash_table_unref);
  g_clear_pointer (&self->beginnings, g_hash_table_unref);
  g_clear_pointer (&self->open_questions, g_ptr_array_unref);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_clear_pointer (&self->state, g_hash_table_unref);
}

BhRunBundle *
bh_run_bundle_new (void)
{
  return g_atomic_rc_box_new0 (BhRunBundle);
}

void
bh_run_bundle_free (BhRunBundle *self)
{
  g_atomic_rc_box_release_full (self, clear_bundle);
}

static void
clear_row_page (gpointer data)
{
  BhRowPage *self = data;

  g_clear_pointer (&self->rows, g_ptr_array_unref);
}

BhRowPage *
bh_row_page_new (void)
{
  return g_atomic_rc_box_new0 (BhRowPage);
}

void
bh_row_page_free (BhRowPage *self)
{
  g_atomic_rc_box_release_full (self, clear_row_page);
}

static void
clear_body (gpointer data)
{
  BhBody *self = data;

  g_clear_pointer (&self->bytes, g_bytes_unref);
}

BhBody *
bh_body_new (void)
{
  return g_atomic_rc_box_new0 (BhBody);
}

void
bh_body_free (BhBody *self)
{
  g_atomic_rc_box_release_full (self, clear_body);
}

static gpointer
acquire (gpointer self)
{
  return g_atomic_rc_box_acquire (self);
}

G_DEFINE_BOXED_TYPE (BhRunBundle, bh_run_bundle, acquire, bh_run_bundle_free)
G_DEFINE_BOXED_TYPE (BhRowPage, bh_row_page, acquire, bh_row_page_free)
G_DEFINE_BOXED_TYPE (BhBody, bh_body, acquire, bh_body_free)

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-composer-dialog.h"

struct _BhComposerDialog
{
  AdwDialog parent_instance;

  GtkTextView *instructions;
  BhConnections *connections;
};

G_DEFINE_FINAL_TYPE (BhComposerDialog, bh_composer_dialog, ADW_TYPE_DIALOG)

static void
bh_composer_dialog_dispose (GObject *object)
{
  g_clear_object (&BH_COMPOSER_DIALOG (object)->connections);
  G_OBJECT_CLASS (bh_composer_dialog_parent_class)->dispose (object);
}

static void
bh_composer_dialog_class_init (BhComposerDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_composer_dialog_dispose;
  g_signal_new ("created", BH_TYPE_COMPOSER_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                BH_TYPE_CONNECTION, BH_TYPE_RUN);
}

static void
bh_composer_dialog_init (BhComposerDialog *self)
{
  self->instructions = GTK_TEXT_VIEW (gtk_text_view_new ());
  adw_dialog_set_child (ADW_DIALOG (self), GTK_WIDGET (self->instructions));
}

BhComposerDialog *
bh_composer_dialog_new (BhConnections *connections, GSettings *settings)
{
  BhComposerDialog *self = g_object_new (BH_TYPE_COMPOSER_DIALOG, NULL);

  self->connections = g_object_ref (connections);
  return self;
}

void
bh_composer_dialog_set_instructions (BhComposerDialog *self, const char *name, const char *instructions)
{
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->instructions), instructions, -1);
}

void
bh_composer_dialog_fill (BhComposerDialog *self, BhRun *like)
{
  if (like->instructions != NULL)
    bh_composer_dialog_set_instructions (self, like->name, like->instructions);
}

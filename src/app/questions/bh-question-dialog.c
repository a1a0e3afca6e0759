/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/questions/bh-question-dialog.h"

struct _BhQuestionDialog
{
  AdwDialog parent_instance;

  BhConnection *connection;
  BhQuestionSet *set;
};

G_DEFINE_FINAL_TYPE (BhQuestionDialog, bh_question_dialog, ADW_TYPE_DIALOG)

static void
bh_question_dialog_dispose (GObject *object)
{
  BhQuestionDialog *self = BH_QUESTION_DIALOG (object);

  g_clear_object (&self->connection);
  g_clear_pointer (&self->set, bh_question_set_unref);
  G_OBJECT_CLASS (bh_question_dialog_parent_class)->dispose (object);
}

static void
bh_question_dialog_class_init (BhQuestionDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_question_dialog_dispose;
}

static void
bh_question_dialog_init (BhQuestionDialog *self)
{
}

BhQuestionDialog *
bh_question_dialog_new (BhConnection *connection, BhQuestionSet *set, const char *run_name)
{
  BhQuestionDialog *self = g_object_new (BH_TYPE_QUESTION_DIALOG, "title", run_name, NULL);

  self->connection = g_object_ref (connection);
  self->set = bh_question_set_ref (set);
  return self;
}

BhQuestionSet *
bh_question_dialog_get_set (BhQuestionDialog *self)
{
  return self->set;
}

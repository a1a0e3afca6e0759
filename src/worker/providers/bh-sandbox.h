/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Why this machine lets nobody (or not this user) make a sandbox: a BH_ERROR_SANDBOX_DENIED that names the
 * cause and the fix, or NULL when a user namespace with a mount in it can be made. Tries it in a child
 * process. */
GError *bh_sandbox_diagnose (void);

/* Why a launch failed, for a person: the machine's refusal where it is that, else `failure` and the end of
 * what bwrap and boxd said in launch.log of the box's folder. */
GError *bh_sandbox_explain (int folder, const GError *failure);

G_END_DECLS

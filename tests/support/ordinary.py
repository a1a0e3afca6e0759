# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Makes a test that root started one of an ordinary user: GNOME Shell warns root, and a person is not root."""

import os
import sys
import tempfile

UID = 1000
MARK = 'BELLHOP_TEST_ORDINARY'


def become():
    """Starts this test again as user 1000 of a namespace of its own, if root runs it. What root owns is that user's
    there, so nothing has to be handed over; nothing can be left behind either, since the processes end together."""
    if os.geteuid() != 0 or MARK in os.environ:
        return
    passwd = tempfile.TemporaryFile()
    passwd.write(f'root:x:0:0:root:/root:/bin/sh\nperson:x:{UID}:{UID}:A Person:/tmp:/bin/sh\n'.encode())
    passwd.seek(0)
    os.set_inheritable(passwd.fileno(), True)
    os.execvp('bwrap', ['bwrap', '--die-with-parent', '--unshare-user', '--unshare-pid', '--uid', str(UID), '--gid', str(UID),
                        '--dev-bind', '/', '/', '--proc', '/proc', '--ro-bind-data', str(passwd.fileno()), '/etc/passwd',
                        '--setenv', MARK, '1', '--', sys.executable, *sys.argv])

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""on-screen.py COMMAND…: runs a test on a virtual screen of its own, without a session bus. Its exit status is that
of the test."""

import os
import subprocess
import sys

import sanitizers
import screen


def main(*command):
    with screen.Screen(1000, 800) as display:
        environment = sanitizers.with_leaks({**os.environ, **display.environment, 'GTK_A11Y': 'none', 'DBUS_SESSION_BUS_ADDRESS': 'disabled:'})
        environment.pop('WAYLAND_DISPLAY', None)
        return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL).returncode


if __name__ == '__main__':
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    sys.exit(main(*sys.argv[1:]))

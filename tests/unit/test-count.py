# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What build-aux/count-tests makes of meson's logs: the last line of build-aux/test, by which .ci/run goes."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import SOURCE  # noqa: E402
import tap  # noqa: E402


def count(*tests, ci=False):
    """(status, lines) for a log of these (name, result, stdout); without any there is no log."""
    environment = {name: value for name, value in os.environ.items() if name != 'CI'}
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, 'testlog.json')
        if tests:
            with open(log, 'w') as file:
                for name, result, stdout in tests:
                    file.write(json.dumps({'name': name, 'result': result, 'stdout': stdout}) + '\n')
        done = subprocess.run([SOURCE / 'build-aux' / 'count-tests', log], capture_output=True, text=True,
                              env=environment | ({'CI': 'true'} if ci else {}))
    assert done.stderr == '', done.stderr
    return done.returncode, done.stdout.splitlines()


class Count(unittest.TestCase):
    def test_cases_are_counted(self):
        status, lines = count(('a', 'OK', 'ok 1 - x\nok 2 - y\n'), ('b', 'OK', 'no TAP'))
        self.assertEqual((status, lines), (0, ['3 passed, 0 failed, 0 skipped']))

    def test_failures_are_named(self):
        status, lines = count(('a', 'FAIL', 'ok 1 - x\nnot ok 2 - y\n'), ('b', 'TIMEOUT', 'ok 1 /z\n'))
        self.assertEqual((status, lines), (1, ['failed: a: y', 'failed: b', '2 passed, 2 failed, 0 skipped']))

    def test_skipped_are_named(self):
        tests = ('a', 'OK', 'ok 1 - x\nok 2 /y # SKIP no display\n'), ('b', 'SKIP', '')
        lines = ['skipped: a: /y # SKIP no display', 'skipped: b', '1 passed, 0 failed, 2 skipped']
        self.assertEqual(count(*tests), (0, lines))
        self.assertEqual(count(*tests, ci=True), (1, lines))

    def test_nothing_was_run(self):
        self.assertEqual(count(), (1, ['0 passed, 1 failed, 0 skipped']))
        self.assertEqual(count(('a', 'SKIP', '')), (1, ['skipped: a', '0 passed, 1 failed, 1 skipped']))


if __name__ == '__main__':
    tap.main()

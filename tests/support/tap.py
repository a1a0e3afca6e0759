# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Runs a module's unittest cases and reports them as TAP, so that each case counts."""

import sys
import time
import traceback
import unittest

import sanitizers

# before any program is started
sanitizers.start()


class TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.count = 0
        self.started = 0.0
        self.broken = set()  # ids of cases with a subTest that failed

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def line(self, word, test, note=''):
        self.count += 1
        print(f'{word} {self.count} - {test.id()}{note}', flush=True)

    def addSuccess(self, test):
        reports = sanitizers.take()
        if reports:
            super().addFailure(test, (AssertionError, AssertionError(reports), None))
            self.line('not ok', test)
            self.explain(reports)
            return
        self.line('ok', test)
        print(f'# {time.monotonic() - self.started:.2f} s', flush=True)

    def fail(self, test, error):
        self.broken.discard(test.id())
        self.line('not ok', test)
        self.explain(''.join(traceback.format_exception(*error)) + sanitizers.take())

    @staticmethod
    def explain(text):
        for line in text.splitlines():
            print(f'# {line}', flush=True)
        # of a TAP test meson shows no more than this when it fails
        print(text, file=sys.stderr, flush=True)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.fail(test, error)

    addError = addFailure

    def addSubTest(self, test, subtest, error):
        # those that succeed are not worth a line; the whole case still gets its own
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.broken.add(test.id())
            self.explain(f'{subtest.id()} failed:\n' + ''.join(traceback.format_exception(*error)))

    def stopTest(self, test):
        super().stopTest(test)
        # unittest tells of no success when a part failed, and of no failure either
        if test.id() in self.broken:
            self.line('not ok', test)
            self.explain(sanitizers.take())

    def addSkip(self, test, reason):
        self.line('ok', test, f' # SKIP {reason}')


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules['__main__'])
    names = sys.argv[1:]
    if names:
        suite = unittest.defaultTestLoader.loadTestsFromNames(names, sys.modules['__main__'])
    result = TapResult()
    print(f'1..{suite.countTestCases()}', flush=True)
    suite.run(result)
    # of what several cases share, which ended with the last
    reports = sanitizers.take()
    if reports:
        result.explain(reports)
        sys.exit(1)
    sys.exit(0 if result.wasSuccessful() else 1)

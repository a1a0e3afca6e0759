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
        self.line('not ok', test)
        self.explain(''.join(traceback.format_exception(*error)) + sanitizers.take())

    @staticmethod
    def explain(text):
        for line in text.splitlines():
            print(f'# {line}', flush=True)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.fail(test, error)

    addError = addFailure

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

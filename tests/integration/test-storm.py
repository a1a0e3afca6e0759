# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""kill -9 of coordinator and worker at random points, again and again, over a Run whose every output line is
numbered: its timeline must be, byte for byte, that of a Run that nobody disturbed."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import block  # noqa: E402
import storm  # noqa: E402
import tap  # noqa: E402

LINES = 25
BLOCKS = max(8, storm.KILLS // 4)

NUMBERED = '''for i in $(seq %d); do
  echo "block {n} line $i"
  [ -e /workspace/fast ] || sleep 0.05
done''' % LINES
ASK = 'text: Block {n}, go on?\noptions:\n  - Yes\n  - No\nvar: A{n}'
SCRIPT_ASK = 'bellhop-ask --choice "Script {n}, really?" --option Really --option "Not at all"'


def instructions():
    text = 'Count.\n\n'
    for n in range(BLOCKS):
        text += f'Part {n}.\n\n' + block(NUMBERED.replace('{n}', str(n)))
        if n % 8 == 3:
            text += block(ASK.replace('{n}', str(n)), 'ask') + block(f'echo "answer $A{n}"')
        if n % 8 == 6:
            text += block(SCRIPT_ASK.replace('{n}', str(n)))
    return text


class Storm(storm.Storm, unittest.TestCase):
    def instructions(self):
        return instructions()


if __name__ == '__main__':
    tap.main()

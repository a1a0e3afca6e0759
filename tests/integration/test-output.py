# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Blocks that misbehave: floods, binary, no newline, swarms of children, deaf to signals."""

import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import Bellhop, block, wait_for  # noqa: E402
import tap  # noqa: E402

MIB = 1024 * 1024


class Output(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bellhop = cls.enterClassContext(Bellhop())

    def only(self, instructions, state='completed', timeout=None):
        run = self.bellhop.create(instructions)
        end = self.bellhop.wait_end(run['id'], timeout)
        self.assertEqual(end['state'], state, end)
        return run['id'], self.bellhop.steps(run['id'])

    def test_one_gigabyte(self):
        total = 1024 * MIB if os.environ.get('BELLHOP_TEST_SETUP', 'gcc') == 'gcc' else 192 * MIB
        # every line tells where it stands: 32 bytes each
        run_id, _ = self.only(block(
            f'awk \'BEGIN {{ for (i = 0; i < {total // 32}; i++) printf "%031d\\n", i }}\''), timeout=300)
        row = self.bellhop.steps(run_id)[0]
        self.assertEqual(row['bytes']['result'], total)
        elided = row['elided']
        self.assertGreaterEqual(elided['from'], 8 * MIB)
        self.assertLess(elided['from'], 9 * MIB)
        kept = total - elided['bytes']
        self.assertGreaterEqual(kept, 64 * MIB)
        self.assertLess(kept, 66 * MIB)
        stored = self.bellhop.body(run_id, row['n'])
        self.assertEqual(len(stored), kept)
        after = elided['from'] + elided['bytes']
        line = lambda at: b'%031d\n' % (at // 32)  # noqa: E731
        head, tail = stored[:elided['from']], stored[elided['from']:]
        for at in range(0, len(head) - 32, 32 * 997):
            self.assertEqual(head[at:at + 32], line(at))
        first = -after % 32
        for at in range(first, len(tail) - 31, 32 * 997):
            self.assertEqual(tail[at:at + 32], line(after + at))
        self.assertEqual(tail[-32:], line(total - 32))
        # find looks behind what was not kept, too
        found = self.bellhop.get(f'/v1/runs/{run_id}/find?text={total // 32 - 1:031d}&from={row["n"]}')
        self.assertEqual(found, {'row': row['n'], 'next': None})
        # a range within the tail, and one that is not there
        status, headers, content = self.bellhop.raw('GET', f'/v1/runs/{run_id}/rows/{row["n"]}/body', headers={
            'Accept': 'application/octet-stream', 'Range': f'bytes={total - 64}-{total - 1}'})
        self.assertEqual((status, content), (206, line(total - 64) + line(total - 32)))
        status, _, _ = self.bellhop.raw('GET', f'/v1/runs/{run_id}/rows/{row["n"]}/body', headers={
            'Accept': 'application/octet-stream', 'Range': f'bytes={elided["from"]}-{elided["from"] + 9}'})
        self.assertEqual(status, 416)

    def test_binary(self):
        run_id, steps = self.only(block('head -c 300000 /dev/urandom | tee copy; printf "\\377\\033[31m\\033]0;title\\007x"'))
        box = self.bellhop.run(run_id)['devbox']['id']
        raw = self.bellhop.body(run_id, steps[0]['n'])
        self.assertEqual(raw, (self.bellhop.boxes / box / 'workspace' / 'copy').read_bytes() + b'\xff\x1b[31m\x1b]0;title\x07x')
        text = self.bellhop.text(run_id, steps[0]['n'])
        for character in text:
            self.assertTrue(character in '\n\t' or ord(character) >= 32, repr(character))
            self.assertFalse(0x7f <= ord(character) <= 0x9f, repr(character))
        self.assertTrue(text.endswith('\ufffdx'), repr(text[-20:]))

    def test_no_newline(self):
        run_id, steps = self.only(block('head -c 3000000 /dev/zero | tr "\\0" a') + block('printf end') + block('echo next'))
        self.assertEqual(self.bellhop.body(run_id, steps[0]['n']), b'a' * 3000000)
        self.assertEqual([self.bellhop.body(run_id, step['n']) for step in steps[1:]], [b'end', b'next\n'])

    def test_thousand_children(self):
        run_id, steps = self.only(block('for i in $(seq 1000); do (sleep 0.2; exit $((i % 7))) & done; wait; echo done'))
        self.assertEqual(self.bellhop.body(run_id, steps[0]['n']), b'done\n')

    def test_block_ends_while_children_hold_its_pipe(self):
        run_id, steps = self.only(block('sleep 300 & echo first') + block('echo second'))
        self.assertEqual([self.bellhop.body(run_id, step['n']) for step in steps], [b'first\n', b'second\n'])
        started = time.monotonic()
        self.bellhop.delete(f'/v1/runs/{run_id}')
        self.assertLess(time.monotonic() - started, 5)

    def test_stop_reaps_everything_within_five_seconds(self):
        run = self.bellhop.create(block(
            'for i in $(seq 300); do (trap "" TERM INT HUP; while :; do sleep 1; done) & done\n'
            'setsid sh -c \'trap "" TERM INT HUP; while :; do sleep 1; done\' &\n'
            'trap "" TERM INT HUP; echo ready; while :; do sleep 1; done'))
        wait_for(lambda: self.bellhop.steps(run['id']) and 'ready' in self.bellhop.outputs(run['id'])[0], 'the children')
        box = self.bellhop.run(run['id'])['devbox']['id']
        wait_for(lambda: len(self.bellhop.box_processes(box)) > 300, 'the children to be seen')
        self.bellhop.post(f'/v1/runs/{run["id"]}/stop')
        wait_for(lambda: not self.bellhop.box_processes(box), 'everything to be reaped', 5)
        self.assertEqual(self.bellhop.run(run['id'])['state'], 'stopped')

    def test_hostile_text_stays_text(self):
        evil = '<b>&amp;</b> \u202e\u2066 "quoted" \\ `$(reboot)`'
        run_id, steps = self.only(f'{evil}\n\n' + block(f"cat <<'E'\n{evil}\nE"))
        self.assertEqual(self.bellhop.text(run_id, steps[0]['n']), evil.replace('\u202e', '').replace('\u2066', '') + '\n')


if __name__ == '__main__':
    tap.main()

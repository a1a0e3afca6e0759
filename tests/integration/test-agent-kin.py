# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What an engine leaves behind in its DevBox: children, and what went into a session of its own and was orphaned, as the
shells are that the real CLIs start. The engine is tests/support/acp-agent.py in real boxes with the real coordinator and worker."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import wait_for  # noqa: E402
from scripted_engine import ScriptedCase, delegate  # noqa: E402
import tap  # noqa: E402

QUIET = '</dev/null >/dev/null 2>&1 &'
CHILD, ORPHAN = 'sleep 4711', 'sleep 4712'
LEAVE = f'tool {CHILD} {QUIET} (setsid {ORPHAN} {QUIET})'


class Kin(ScriptedCase):
    def left(self, run_id):
        """Which of both are there."""
        box = self.bellhop.run(run_id)['devbox']['id']
        return [command for command in (CHILD, ORPHAN) if self.bellhop.box_processes(box, command.replace(' ', '\0').encode())]

    def begin_work(self, steps, **fields):
        run_id = self.create(f'{LEAVE} | say Left. | {steps}', **fields)
        wait_for(lambda: 'Left.' in [(row['head'] or '').strip() for row in self.bellhop.rows(run_id)], 'its work')
        self.assertEqual(self.left(run_id), [CHILD, ORPHAN])
        return run_id

    def gone(self, run_id):
        wait_for(lambda: not self.left(run_id), 'what it left to be gone')

    def test_killed(self):
        """Nothing of it is at work beside the one that is started in its place."""
        run_id = self.begin_work('until go | tool true | say Done.')
        self.kill_engine(run_id)
        wait_for(lambda: len(self.file(run_id, 'prompts')) == 2, 'the engine to be taken up again')
        self.gone(run_id)
        (self.workspace(run_id) / 'go').touch()
        self.end(run_id)

    def test_killed_while_nobody_looks(self):
        """Coordinator and worker are away when it dies."""
        run_id = self.begin_work('until go | tool true | say Done.')
        self.bellhop.kill()
        self.bellhop.kill_worker()
        box = next(self.bellhop.boxes.iterdir()).name
        for pid in self.bellhop.box_processes(box, b'base64'):
            os.kill(pid, 9)
        self.bellhop.start()
        wait_for(lambda: len(self.file(run_id, 'prompts')) == 2, 'the engine to be taken up again')
        self.gone(run_id)
        (self.workspace(run_id) / 'go').touch()
        self.end(run_id)

    def test_does_not_stop(self):
        run_id = self.begin_work('stubborn')
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Rather [[do: say Two.]]', 'interrupt': True})
        self.end(run_id)
        self.gone(run_id)

    def test_run_stopped(self):
        run_id = self.begin_work('sleep 1000')
        self.bellhop.post(f'/v1/runs/{run_id}/stop')
        self.end(run_id, 'stopped')
        self.gone(run_id)
        self.assertEqual(self.agents(run_id), [])

    def test_part_killed(self):
        """Of two engines in one box each has its own; only what the dead one started goes."""
        self.engine('second', name='Second', rank=6, environment=['AGENT_NAME=-second'])
        mine = CHILD.replace('4711', '4713')
        part = delegate('second', f'{LEAVE} | say Left. | die 9 | until go | say Part.')
        run_id = self.create(f'tool (setsid {mine} {QUIET}) | {part} | say Done.')
        wait_for(lambda: self.bellhop.run(run_id)['devbox'], 'the box')
        wait_for(lambda: len(self.file(run_id, 'prompts-second')) == 2, 'the second engine to be taken up again')
        self.gone(run_id)
        box = self.bellhop.run(run_id)['devbox']['id']
        self.assertTrue(self.bellhop.box_processes(box, mine.replace(' ', '\0').encode()))
        (self.workspace(run_id) / 'go').touch()
        self.end(run_id)

    def test_work_done(self):
        """A server that was to be started is there when the work is done, and when the Run goes on; it ends with the DevBox."""
        run_id = self.begin_work('until go | tool true | say Done.')
        (self.workspace(run_id) / 'go').touch()
        self.end(run_id)
        wait_for(lambda: not self.agents(run_id) and self.left(run_id) == [ORPHAN], 'the engine to end with its own')
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Go on. [[do: say Two.]]'})
        wait_for(lambda: (self.bellhop.run(run_id)['summary'] or '').strip() == 'Two.', 'the second turn')
        self.assertEqual(self.left(run_id), [ORPHAN])
        box = self.bellhop.run(run_id)['devbox']['id']
        self.bellhop.post(f'/v1/devboxes/{box}/stop')
        self.gone(run_id)


if __name__ == '__main__':
    tap.main()

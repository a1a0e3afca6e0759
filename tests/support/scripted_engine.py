# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Runs whose engine is a CLI in the box that does what the test says: an ACP agent played by acp-agent.py, in real boxes with
the real coordinator and worker."""

import base64
import contextlib
import json
import os
import pathlib
import signal
import unittest

from bellhop import Bellhop

# The engine's program is not in the box: it comes in the Run's environment.
COMMAND = 'python3 -c "import base64, os; exec(base64.b64decode(os.environ[\'AGENT\']))"'
ENVIRONMENT = {'AGENT': base64.b64encode((pathlib.Path(__file__).parent / 'acp-agent.py').read_bytes()).decode()}
# that of the engine that speaks other protocols
WIRE = base64.b64encode((pathlib.Path(__file__).parent / 'wire-agent.py').read_bytes()).decode()


def keyfile(name='Scripted', command=COMMAND, rank=5, install=None, sign_in=(), environment=(), protocol='acp', resume=None):
    """An engine that is found in every box; sign_in and environment are lines of their groups."""
    text = f'[Engine]\nName={name}\nProtocol={protocol}\nRank={rank}\n[Start]\nCommand={command}\n'
    if resume:
        text += f'Resume={resume}\n'
    text += '[Find]\nBinary=sh\nVersion=sh -c true\n'
    if install:
        text += f'Install={install}\n'
    for group, lines in ('SignIn', sign_in), ('Environment', environment):
        if lines:
            text += f'[{group}]\n' + ''.join(line + '\n' for line in lines)
    return text


def delegate(engine, steps, words='Your part.'):
    """The step by which an engine has another one do these steps."""
    text = json.dumps({'engine': engine, 'instructions': f'{words} [[do: {steps}]]'})
    # what stands for steps is for the other one
    return 'mcp delegate ' + ''.join(f'\\u{ord(c):04x}' if c in '[]|#$' else c for c in text)


class ScriptedCase(unittest.TestCase):
    """Each test has its own coordinator, which knows the engine “scripted” and is started by the first Run at the latest."""

    def setUp(self):
        self.begin()
        self.engine()

    def begin(self, **environment):
        self.bellhop = Bellhop(start=False, environment=environment)
        self.addCleanup(self.bellhop.close)

    def engine(self, id='scripted', **keys):
        self.bellhop.engine_file(id, keyfile(**keys))

    def start(self):
        if self.bellhop.process is None:
            self.bellhop.start()
        return self.bellhop

    def create(self, steps, **fields):
        env = {**ENVIRONMENT, **fields.pop('env', {})}
        return self.start().create(f'Do it. [[do: {steps}]]', env=env, **{'engine': 'scripted', **fields})['id']

    def end(self, run_id, state='completed'):
        run = self.bellhop.wait_end(run_id)
        self.assertEqual(run['state'], state, run['reason'])
        return run

    def finish(self, steps, **fields):
        return self.bellhop.wait_end(self.create(steps, **fields))

    def answer(self, run_id, choice):
        """Chooses the option of that label, or that id, of the open question; returns the question."""
        question = self.bellhop.question(run_id)
        option = next(o['id'] for o in question['questions'][0]['options'] if choice in (o['label'], o['id']))
        self.bellhop.post(f'/v1/runs/{run_id}/answers', {'question': question['id'], 'options': [option]})
        return question

    def questions(self, run_id):
        """All that were ever asked."""
        return self.bellhop.get(f'/v1/runs/{run_id}/questions?all=true')['questions']

    def workspace(self, run_id):
        return self.bellhop.boxes / self.bellhop.run(run_id)['devbox']['id'] / 'workspace'

    def file(self, run_id, name):
        """The lines of a file that the engine kept in its workspace."""
        path = self.workspace(run_id) / name
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def agents(self, run_id):
        """Pids of the engine in the Run's box."""
        return self.bellhop.box_processes(self.bellhop.run(run_id)['devbox']['id'], b'base64')

    def kill_engine(self, run_id):
        pids = self.agents(run_id)
        self.assertTrue(pids, 'an engine to kill')
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

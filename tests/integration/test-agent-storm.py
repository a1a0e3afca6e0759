# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""kill -9 of coordinator and worker at random points of an engine's turn: messages, steps, its own questions, permissions,
those it asks through MCP, answers that come when its turn has ended, parts that it gives to another engine, a message of the person that waits for the turn's end, and one that
continues the Run when it is over; in each wire protocol. The same timeline as undisturbed, and no prompt twice. The kills are shared out among the protocols."""

import contextlib
import http.client
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import Problem  # noqa: E402
import scripted_engine  # noqa: E402
import storm  # noqa: E402
import tap  # noqa: E402


class AgentStorm(storm.Storm):
    """What the protocols have in common; `steps_of(n)` is what is done in part n. Each turn has ten parts: what comes in the next one
    the person says in the middle of it, and what comes in the last one when the Run has completed."""

    @property
    def parts(self):
        return -(-max(30, self.kills) // 10) * 10

    @property
    def last(self):
        return self.parts - 10

    def turn(self, begin):
        steps = [step for n in range(begin, begin + 10) for step in self.steps_of(n)]
        if begin + 10 >= self.last:
            steps.append(f'say All is done up to {begin + 10}.')
        return f'Parts from {begin} on. [[do: ' + ' # '.join(steps) + ']]'

    def instructions(self):
        return self.turn(0)

    def prompts(self):
        """What is in each prompt, in their order."""
        return [self.turn(10 * n) for n in range(self.parts // 10)]

    def before_answer(self, bellhop, run_id, question):
        found = re.match(r'Part (\d+), go on', question['questions'][0]['text'])
        if found and int(found[1]) + 7 < self.last:
            self.say_once(bellhop, run_id, self.turn(int(found[1]) + 7))

    def say_once(self, bellhop, run_id, text):
        """Returns whether it was taken up."""
        said = [row for row in bellhop.rows(run_id) if row['author'] == 'you' and text.startswith(row['head'])]
        if not said:
            bellhop.post(f'/v1/runs/{run_id}/messages', {'text': text}, timeout=5)
        return bool(said) and said[0]['state'] == 'taken_up'

    def is_over(self, bellhop, run_id):
        if not super().is_over(bellhop, run_id):
            return False
        with contextlib.suppress(OSError, http.client.HTTPException, Problem, ValueError):
            # until then the Run is as it was
            return self.say_once(bellhop, run_id, self.turn(self.last)) and super().is_over(bellhop, run_id)
        return False

    def finish(self, bellhop, run_id):
        run = super().finish(bellhop, run_id)
        workspace = bellhop.boxes / run['devbox']['id'] / 'workspace'
        expected = self.prompts()
        for name, count in {'prompts': len(expected), **self.counts}.items():
            self.assertEqual(len((workspace / name).read_text().splitlines()), count, name)
        for words, prompt in zip(expected, (workspace / 'prompts').read_text().splitlines(), strict=True):
            self.assertIn(words, json.loads(prompt))
        self.assertEqual(run['summary'].strip(), f'All is done up to {self.parts}.')
        return run


class AcpStorm(AgentStorm, unittest.TestCase):
    kills = storm.KILLS - 2 * (storm.KILLS // 4)

    @property
    def counts(self):
        return {'prompts-second': self.parts // 10}

    def prepare(self, bellhop):
        bellhop.engine_file('scripted', scripted_engine.keyfile())
        bellhop.engine_file('second', scripted_engine.keyfile(name='Second', rank=6, environment=['AGENT_NAME=-second']))

    def fields(self):
        return {'engine': 'scripted', 'env': scripted_engine.ENVIRONMENT}

    def steps_of(self, n):
        if n % 10 == 0:
            yield 'plan *Begin, End'
        yield from (f'think Now {n}.', f'say This is part {n} of it.', f'tool [ -e fast ] || sleep 0.3; echo done {n}')
        if n % 10 == 3:
            yield f'ask Part {n}, go on? = Yes, No'
        if n % 10 == 5:
            yield scripted_engine.delegate('second', f'tool [ -e fast ] || sleep 0.3; echo part {n} | say That was {n}.',
                                           words=f'Part {n}.')
        if n % 10 == 7:
            yield 'mcp ask_human ' + json.dumps({'question': f'Part {n}, really?', 'options': ['Really', 'Not at all']})
        if n % 10 == 9:
            yield 'plan +Begin, +End'


class LateStorm(AgentStorm, unittest.TestCase):
    """In each turn a question is answered only when that has ended: one that our tool asked gave up waiting, one of its own is left
    open. The answer comes in a prompt of its own."""
    kills = storm.KILLS // 4
    counts = {}

    def prepare(self, bellhop):
        bellhop.environment['BELLHOP_MCP_WAIT_MS'] = '300'
        bellhop.engine_file('scripted', scripted_engine.keyfile())

    def fields(self):
        return {'engine': 'scripted', 'env': scripted_engine.ENVIRONMENT}

    def steps_of(self, n):
        yield from (f'say This is part {n} of it.', f'tool [ -e fast ] || sleep 0.3; echo done {n}')
        if n % 10 == 3:
            yield f'ask Part {n}, go on? = Yes, No'
        if n % 10 == 1:
            question = f'Late in part {n}?'
            yield f'leave {question}' if n % 20 == 1 else 'mcp ask_human ' + json.dumps({'question': question, 'options': ['Blue', 'Red']})
            yield 'rest'

    def prompts(self):
        return [words for n, turn in enumerate(super().prompts())
                for words in (turn, f'You asked: Late in part {10 * n + 1}?\nThe person answered: Blue')]

    def may_answer(self, bellhop, run_id, question):
        found = re.match(r'Late in part (\d+)', question['questions'][0]['text'])
        if not found:
            return True
        ended = bellhop.boxes / bellhop.run(run_id)['devbox']['id'] / 'workspace' / 'ended'
        return len(ended.read_text().splitlines()) > int(found[1]) // 10 * 2

    def finish(self, bellhop, run_id):
        run = super().finish(bellhop, run_id)
        asked = bellhop.get(f'/v1/runs/{run_id}/questions?all=true')['questions']
        self.assertEqual(sorted(int(re.search(r'\d+', q['questions'][0]['text'])[0]) for q in asked if q['state'] == 'answered'),
                         [n for n in range(self.parts) if n % 10 in (1, 3)])
        self.assertEqual(len(asked), self.parts // 10 * 2)
        return run


class WireStorm(AgentStorm):
    kills = storm.KILLS // 4

    @property
    def counts(self):
        return {'answers': self.parts // 10, 'permitted': self.parts // 10}

    def prepare(self, bellhop):
        bellhop.engine_file('scripted', scripted_engine.keyfile(protocol=self.protocol, environment=[f'AGENT_WIRE={self.wire}']))

    def fields(self):
        return {'engine': 'scripted', 'env': {'AGENT': scripted_engine.WIRE}, 'permissions': 'ask'}

    def steps_of(self, n):
        yield from (f'say This is part {n} of it.', f'tool [ -e fast ] || sleep 0.3; echo done {n}')
        if n % 10 == 3:
            yield f'ask Part {n}, go on? = Yes, No'
        if n % 10 == 7:
            yield f'permit echo part {n} >>permitted'


class ClaudeStorm(WireStorm, unittest.TestCase):
    protocol, wire = 'claude-stream', 'claude'


class CodexStorm(WireStorm, unittest.TestCase):
    protocol, wire = 'codex-app-server', 'codex'


if __name__ == '__main__':
    tap.main()

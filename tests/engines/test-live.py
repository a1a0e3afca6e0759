# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""The real CLIs, each in a real DevBox, against a scripted model on this machine. What worked is written as a table to
build/engines.md. What an engine cannot do, or what another cell shows, is listed here with the reason, and in the table."""

import contextlib
import os
import pathlib
import re
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import BUILD, TERMINAL, Bellhop, wait_for  # noqa: E402
import engines  # noqa: E402
import tap  # noqa: E402

SCENARIOS = ('turn', 'edit', 'permission', 'permission asked', 'rejected', 'steer', 'ask', 'ask late', 'native', 'native late', 'native alone', 'alone', 'continue',
             'interrupt', 'killed', 'killed native', 'delegate', 'signed out', 'sign-in dead', 'error 401', 'error 500', 'ask long')
ERRORS = (401, 500)
BEGUN_EARLY = ('continue', 'error 401', 'error 500', 'ask long')
ASK_LATE_MS = '1500'

# (engine, scenario): why not
NO_QUESTION = {'gemini': 'has no question of its own', 'opencode': 'its own question hangs when it speaks ACP',
               'copilot': 'has no question of its own', 'goose': 'has no question of its own'}
CANNOT = {(engine, scenario): why for engine, why in NO_QUESTION.items() for scenario in ('native', 'native late', 'native alone', 'killed native')}

# what its model tells of what it was told then
REJECTED = re.compile(r'FAKE-FINAL after 1 tool .*(reject|declin|denied|doesn.t want|not allow|refused|cancel)', re.IGNORECASE)

# what a tool is called that asks
ASKS = r'ask_?human|ask_?user|question|user_input|elicit'

# engines that end their turn when they are not allowed something
ENDS_REJECTED = ('codex-acp', 'copilot', 'opencode', 'qwen')

# engines whose steps show what they were told to change, and no diff
NO_DIFF = {'goose': 'tells of no diff'}

# What signs an engine in for who does not look into it: a file at home. The others find out from their model only.
DEAD = {'claude-acp': ('.claude/.credentials.json', '{}'), 'copilot': ('.copilot/config.json', '{"copilotTokens": {}}')}
CANNOT.update({(engine, 'sign-in dead'): 'asks nobody before its model, see error 401' for engine in engines.ENGINES if engine not in DEAD})

# the same program as claude-api: what the sign-in changes
PLAN = ('turn', 'ask', 'continue', 'killed', 'signed out', 'error 401')
CANNOT.update({('claude-plan', scenario): 'the same program as claude-api' for scenario in SCENARIOS if scenario not in PLAN})

# what names an error, where that is not its number
SIGNED_OUT = r'is not signed in in this DevBox\b.*\.'
SILENT = r'has said nothing for a minute\. .*stop the Run'
ERROR_WORDS = {
    **{(engine, 401): SIGNED_OUT for engine in ('claude-acp', 'claude-api', 'claude-plan', 'codex', 'codex-acp')},
    # with what to do
    **{(engine, 401): rf'\b401\b.*\s{hint}' for engine, hint in (
        ('copilot', 'run copilot login'), ('gemini', 'Run gemini in a terminal'), ('goose', 'Run goose configure'),
        ('qwen', 'Give Bellhop an API key'))},
    ('codex', 500): 'The turn of Codex failed: .* high demand', ('codex-acp', 500): 'its model failed: .* high demand',
    # they try again, and say nothing of it
    ('gemini', 500): SILENT, ('opencode', 401): SILENT, ('opencode', 500): SILENT, ('qwen', 500): SILENT,
}

# who is given a part of the job, unless it is the one that gives it
HELPERS = ('codex', 'claude-api')

RESULTS = {}


def write_table():
    lines = ['# Engines, as they were driven', '', 'The real CLIs against a scripted model; see tests/engines/test-live.py.', '',
             '| engine | version | ' + ' | '.join(SCENARIOS) + ' |', '|---' * (len(SCENARIOS) + 2) + '|']
    for engine in sorted(engines.ENGINES):
        row = [RESULTS.get((engine, s), '–') for s in SCENARIOS]
        lines.append(f'| {engine} | {engines.version(engine)} | ' + ' | '.join(row) + ' |')
    reasons = {}
    for (engine, scenario), why in CANNOT.items():
        reasons.setdefault((engine, why), []).append(scenario)
    lines += [''] + [f'- {engine}, {", ".join(scenarios)}: {why}' for (engine, why), scenarios in sorted(reasons.items())]
    lines += [f'- {engine}, edit: {why}; the step shows what it was told to change' for engine, why in NO_DIFF.items()]
    (pathlib.Path(BUILD) / 'engines.md').write_text('\n'.join(lines) + '\n')


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.names = os.environ.get('BELLHOP_ENGINES', '').split() or sorted(engines.ENGINES)
        cls.model = engines.FakeModel()
        cls.errors, cls.begun, cls.asked = {}, {}, {}
        cls.quick, cls.late = cls.bellhop(), cls.bellhop(BELLHOP_MCP_WAIT_MS=ASK_LATE_MS)
        cls.dead = cls.bellhop(DEAD)
        cls.plan = cls.bellhop({'claude-plan': ('.claude/.credentials.json', engines.CLAUDE_SIGN_IN)})

    @classmethod
    def bellhop(cls, sign_ins={}, **environment):
        """sign_ins: {engine: (path, text)}, that may be let into every DevBox."""
        bellhop = Bellhop(environment=environment, start=False)
        names = sorted({*cls.names, *HELPERS})
        engines.install(bellhop.root / 'home', *names)
        engines.keyfiles(bellhop.root / 'config', cls.model.url, *names)
        for path, text in sign_ins.values():
            engines.at_home(bellhop.root / 'home', path, text)
        bellhop.start()
        for engine in sign_ins:
            bellhop.request('PUT', f'/v1/sign-ins/{engine}', {'consent': 'always'})
        return bellhop

    @classmethod
    def tearDownClass(cls):
        write_table()
        for bellhop in (cls.quick, cls.late, cls.dead, cls.plan):
            bellhop.close()
        cls.model.close()

    def create(self, bellhop, engine, *script, **fields):
        env = engines.environment(engine, self.model.url)
        fields = {'engine': engine, 'env': env, 'keep': 'keep', 'target': {'worker': bellhop.worker, 'image': 'host'}, **fields}
        return bellhop.create(engines.steps(*script), **fields)['id']

    def story(self, bellhop, run_id):
        """The timeline after the launch, for whoever reads why a case failed."""
        return '\n'.join(f'{row["kind"]} {row["state"]} {row["author"]} {row["tool"]} {row["title"]}: ' + ' | '.join(
            bellhop.text(run_id, row['n'], part)[:600] for part in ('text', 'call', 'result') if row['bytes'][part])
            for row in bellhop.rows(run_id)[2:])

    def finish(self, bellhop, run_id, state='completed', timeout=120):
        try:
            run = bellhop.wait_state(run_id, *TERMINAL, timeout=timeout)
        except AssertionError:
            self.fail(f'it has not ended: {bellhop.run(run_id)["state"]}\n{self.story(bellhop, run_id)}\n{bellhop.log_text()[-2000:]}')
        self.assertEqual(run['state'], state, self.story(bellhop, run_id))
        return run

    def said(self, bellhop, run_id, engine):
        return '\n'.join(bellhop.text(run_id, row['n']) for row in bellhop.rows(run_id)
                         if row['kind'] == 'message' and row['author'] == engine and row['bytes']['text'])

    def answer(self, bellhop, run_id, label, timeout=90):
        run = bellhop.wait_state(run_id, 'needs_you', *TERMINAL, timeout=timeout)
        self.assertEqual(run['state'], 'needs_you', self.story(bellhop, run_id))
        question = bellhop.question(run_id)
        options = question['questions'][0]['options']
        chosen = [option['id'] for option in options if option['label'] == label]
        self.assertTrue(chosen, options)
        bellhop.post(f'/v1/runs/{run_id}/answers', {'question': question['id'], 'options': chosen})

    def file(self, bellhop, run_id, name):
        return bellhop.boxes / bellhop.run(run_id)['devbox']['id'] / 'workspace' / name

    def steps(self, run_id, engine):
        return [row for row in self.quick.rows(run_id) if row['kind'] == 'step' and row['author'] == engine]

    def shown(self, run_id, row):
        """All that a step shows."""
        return '\n'.join(self.quick.text(run_id, row['n'], part) for part in ('call', 'result') if row['bytes'][part])

    # the scenarios

    def turn(self, engine):
        """A thought, a shell command, and the report; what it used."""
        run_id = self.create(self.quick, engine, 'think shell echo hello > out.txt')
        run = self.finish(self.quick, run_id)
        self.assertEqual(self.file(self.quick, run_id, 'out.txt').read_text(), 'hello\n')
        steps = self.steps(run_id, engine)
        self.assertEqual([row['state'] for row in steps], ['done', 'done'])
        self.assertIn('echo hello > out.txt', self.quick.text(run_id, steps[0]['n'], 'call'))
        self.assertIn('FAKE-FINAL', run['summary'])
        self.assertEqual(len([r for r in self.quick.rows(run_id) if r['kind'] == 'message' and r['author'] == 'you']), 1)

    def edit(self, engine):
        """A file written and changed with its own tools: what changed is on the timeline."""
        run_id = self.create(self.quick, engine, 'write /workspace/notes.txt', 'edit /workspace/notes.txt')
        self.finish(self.quick, run_id)
        self.assertEqual(self.file(self.quick, run_id, 'notes.txt').read_text(), 'changed by the fake model\n')
        steps = [row for row in self.steps(run_id, engine) if row['tool'] != 'report job result']
        self.assertEqual([row['state'] for row in steps], ['done'] * len(steps))
        shown = [self.shown(run_id, row) for row in steps]
        marks = ('"', '"') if engine in NO_DIFF else ('\n-', '\n+')
        self.assertTrue(any(f'{marks[0]}written by the fake model' in text and f'{marks[1]}changed by the fake model' in text for text in shown),
                        shown)

    def permission(self, engine):
        """It asks before it does something, is allowed, and the step says so."""
        run_id = self.create(self.quick, engine, 'shell rm -rf build && mkdir build && touch build/done')
        self.finish(self.quick, run_id)
        self.assertTrue(self.file(self.quick, run_id, 'build/done').exists())
        shown = [self.shown(run_id, row) for row in self.steps(run_id, engine)]
        self.assertTrue(any('asked for permission: allowed' in text for text in shown), shown)

    def permission_asked(self, engine):
        """The same in a Run whose person wants to be asked."""
        run_id = self.decide(engine, 'Allow once')
        self.finish(self.quick, run_id)
        self.assertTrue(self.file(self.quick, run_id, 'build/done').exists())

    def decide(self, engine, label):
        """A Run that has ended, in which whatever it asked for got this answer."""
        run_id = self.create(self.quick, engine, 'shell rm -rf build && mkdir build && touch build/done', permissions='ask')
        asked = []

        def answer_or_end():
            for question in self.quick.get(f'/v1/runs/{run_id}/questions')['questions']:
                chosen = next(option['id'] for option in question['questions'][0]['options'] if option['label'] == label)
                self.quick.post(f'/v1/runs/{run_id}/answers', {'question': question['id'], 'options': [chosen]})
                asked.append(question)
            return self.quick.run(run_id)['state'] in TERMINAL
        wait_for(answer_or_end, 'the end', 120)
        self.assertTrue(asked, self.story(self.quick, run_id))
        return run_id

    def rejected(self, engine):
        """It is told, does not do it, and the step says so; with that its turn is over, or its model goes on from there."""
        run_id = self.decide(engine, 'Reject')
        story = self.story(self.quick, run_id)
        self.assertFalse(self.file(self.quick, run_id, 'build').exists(), story)
        steps = [row for row in self.steps(run_id, engine) if 'asked for permission: you rejected it' in self.shown(run_id, row)]
        # Gemini says no more of it
        self.assertEqual([row['state'] for row in steps], ['stopped' if engine == 'gemini' else 'failed'], story)
        if engine in ENDS_REJECTED:
            self.assertIn('You rejected what', self.finish(self.quick, run_id, 'failed')['reason'])
            return
        self.assertRegex(self.finish(self.quick, run_id)['summary'], REJECTED)

    def steer(self, engine):
        """A message while it works: its turn goes on to its end, then comes the next."""
        run_id = self.create(self.quick, engine, 'shell until test -e go; do sleep 0.1; done')
        wait_for(lambda: self.steps(run_id, engine), 'its step', 90)
        message = self.quick.post(f'/v1/runs/{run_id}/messages', {'text': engines.steps('shell echo steered > out.txt', text='And this.')})
        self.file(self.quick, run_id, 'go').touch()
        self.finish(self.quick, run_id)
        self.assertEqual(self.file(self.quick, run_id, 'out.txt').read_text(), 'steered\n')
        rows = self.quick.rows(run_id)
        told = [row for row in rows if row['kind'] == 'message' and row['author'] == 'you']
        self.assertEqual([row['state'] for row in told], ['taken_up', 'taken_up'], message)
        self.assertEqual(len([row for row in rows if row['tool'] == 'report job result']), 1)

    def ask(self, engine):
        run_id = self.create(self.quick, engine, 'ask Which colour should the button be?')
        self.answer(self.quick, run_id, 'Red')
        run = self.finish(self.quick, run_id)
        self.assertIn('Red', run['summary'])
        self.assertEqual(len([row for row in self.quick.rows(run_id) if row['kind'] == 'question']), 1)

    def outlast(self, bellhop, run_id, engine):
        """Answered when its tool does not wait any more: it ended its turn, and is told in a prompt."""
        wait_for(lambda: 'FAKE-FINAL' in self.said(bellhop, run_id, engine), 'the turn to end without the answer', 120)
        self.assertEqual(bellhop.run(run_id)['state'], 'needs_you')
        asked = len(self.model.bodies())
        self.answer(bellhop, run_id, 'Red')
        self.finish(bellhop, run_id)
        self.assertTrue(any('The person answered: Red' in body for body in self.model.bodies()[asked:]))
        self.assertEqual(len([row for row in bellhop.rows(run_id) if row['kind'] == 'question']), 1)

    def ask_late(self, engine):
        self.outlast(self.late, self.create(self.late, engine, 'ask Which colour should the button be?'), engine)

    def ask_long(self, engine):
        """The same with the time that our tool really waits, which is less than the engine gives it."""
        self.outlast(self.quick, self.asked[engine], engine)

    def native(self, engine):
        run_id = self.create(self.quick, engine, 'question Which colour should the button be?')
        self.answer(self.quick, run_id, 'Red')
        run = self.finish(self.quick, run_id)
        self.assertIn('Red', run['summary'])

    def native_late(self, engine):
        """Answered when the turn in which it asked was cut short: the question stays, and the answer comes in a prompt."""
        run_id = self.create(self.quick, engine, 'question Which colour should the button be?')
        self.quick.wait_state(run_id, 'needs_you', *TERMINAL, timeout=90)
        question = self.quick.question(run_id)['id']
        self.quick.post(f'/v1/runs/{run_id}/messages',
                        {'text': engines.steps('shell echo steered > out.txt', text='First this.'), 'interrupt': True})
        wait_for(lambda: 'FAKE-FINAL after 1 tool' in self.said(self.quick, run_id, engine), 'the turn of the message to end', 90)
        self.assertEqual(self.file(self.quick, run_id, 'out.txt').read_text(), 'steered\n')
        self.assertEqual(self.quick.question(run_id)['id'], question)
        asked = len(self.model.bodies())
        self.answer(self.quick, run_id, 'Red')
        self.finish(self.quick, run_id)
        self.assertTrue(any('The person answered: Red' in body for body in self.model.bodies()[asked:]), self.story(self.quick, run_id))
        self.assertEqual(len([row for row in self.quick.rows(run_id) if row['kind'] == 'question']), 1)

    def native_alone(self, engine):
        """Nobody is there to be asked: what it recommends is taken, else it is told to decide for itself."""
        before = len(self.model.bodies())
        run_id = self.create(self.quick, engine, 'recommend Which colour for the button?', 'question Which one for the page?',
                             mode='autonomous')
        run = self.finish(self.quick, run_id)
        story = self.story(self.quick, run_id)
        self.assertIn('Autonomous: took the recommended answer to “Which colour for the button?”: Red', story)
        self.assertIn('Autonomous: asked “Which one for the page?”, and was told to decide for itself.', story)
        self.assertIn('FAKE-FINAL after 2 tool', run['summary'])
        told = self.model.bodies()[before:]
        # in its instructions, and again where an engine has words for who does not answer
        self.assertTrue(any('ecide for yourself' in body and 'Red (Recommended)' in body for body in told), story)
        self.assertFalse([row for row in self.quick.rows(run_id) if row['kind'] == 'question'], story)

    def alone(self, engine):
        """Nobody is there to be asked: no tool is offered to the model that would ask, but those that are answered by policy."""
        before = len(self.model.requests())
        run_id = self.create(self.quick, engine, 'shell echo hello > alone.txt', mode='autonomous')
        self.finish(self.quick, run_id)
        # others may be at work beside it, which are offered more
        offered = [request['tools'] for request in self.model.requests()[before:] if 'alone.txt' in str(request['answer'])]
        self.assertTrue(offered, self.story(self.quick, run_id))
        asks = 'ask_human$' if engine not in NO_QUESTION else ASKS
        self.assertEqual([tool for tools in offered for tool in tools if re.search(asks, tool, re.IGNORECASE)], [])
        self.assertTrue(any(tool.endswith('report_result') for tools in offered for tool in tools), offered)

    def go_on(self, engine):
        """A finished Run goes on in its session: the model sees what was said before."""
        run_id = self.begun[engine]
        self.finish(self.quick, run_id)
        if engine == 'gemini':
            # it keeps a session in a file that has the minute of its beginning in its name, and empties the file when it loads
            # the session in that very minute; a new one is told the story then
            minute = time.time() // 60
            wait_for(lambda: time.time() // 60 > minute, 'the next minute', 90)
        before = len(self.model.bodies())
        self.quick.post(f'/v1/runs/{run_id}/messages', {'text': engines.steps('shell echo two >> out.txt', text='Go on.')})
        path = self.file(self.quick, run_id, 'out.txt')
        wait_for(lambda: path.read_text() == 'one\ntwo\n', 'the second turn', 90)
        self.finish(self.quick, run_id)
        told = self.model.bodies()[before:]
        self.assertFalse(any('in a session that is lost' in body for body in told), self.story(self.quick, run_id))
        self.assertTrue(any('echo one > out.txt' in body for body in told))

    def interrupt(self, engine):
        """Its turn would never end: what comes after the message comes of the cancelled one only."""
        run_id = self.create(self.quick, engine, 'stall')
        wait_for(lambda: self.said(self.quick, run_id, engine), 'its first words', 90)
        self.quick.post(f'/v1/runs/{run_id}/messages',
                        {'text': engines.steps('shell echo steered > out.txt', text='Rather this.'), 'interrupt': True})
        self.finish(self.quick, run_id)
        self.assertEqual(self.file(self.quick, run_id, 'out.txt').read_text(), 'steered\n')
        said = self.said(self.quick, run_id, engine)
        self.assertIn('FAKE-FINAL after 1 tool', said)
        self.assertNotIn('after 0 tool', said)

    def killed(self, engine, step='ask'):
        """kill -9 of all its processes while it asks; the same question, and one answer."""
        run_id = self.create(self.quick, engine, f'{step} Which colour should the button be?', 'shell echo after > out.txt')
        self.quick.wait_state(run_id, 'needs_you', *TERMINAL, timeout=90)
        question = self.quick.question(run_id)['id']
        asked = len(self.model.bodies())
        for pid in self.quick.box_processes(self.quick.run(run_id)['devbox']['id']):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_for(lambda: any('unexpectedly' in (row['head'] or '') for row in self.quick.rows(run_id)), 'the death to be seen', 30)
        wait_for(lambda: any('Your process ended' in body for body in self.model.bodies()[asked:]), 'it to be taken up again', 90)
        self.assertEqual(self.quick.question(run_id)['id'], question)
        self.answer(self.quick, run_id, 'Red')
        self.finish(self.quick, run_id)
        self.assertEqual(len([row for row in self.quick.rows(run_id) if row['kind'] == 'question']), 1)

    def delegate(self, engine):
        """Another engine does a part in the same box: its rows have its name, and its report comes back."""
        helper = next(name for name in HELPERS if name.split('-')[0] != engine.split('-')[0])
        env = {**engines.environment(helper, self.model.url), **engines.environment(engine, self.model.url)}
        run_id = self.create(self.quick, engine, f'delegate {helper} shell echo part > part.txt', 'shell cat part.txt > out.txt', env=env)
        self.finish(self.quick, run_id)
        story = self.story(self.quick, run_id)
        self.assertEqual(self.file(self.quick, run_id, 'out.txt').read_text(), 'part\n', story)
        given = [row for row in self.steps(run_id, engine) if row['tool'] == 'delegate']
        self.assertEqual([row['state'] for row in given], ['done'], story)
        self.assertIn('FAKE-FINAL after 1 tool result', self.shown(run_id, given[0]))
        self.assertTrue(any('echo part > part.txt' in self.shown(run_id, row) for row in self.steps(run_id, helper)), story)
        self.assertIn('FAKE-FINAL', self.said(self.quick, run_id, engine))

    def signed_out(self, engine):
        run_id = self.create(self.quick, engine, 'think shell true', env={})
        run = self.finish(self.quick, run_id, 'failed')
        self.assertIn('not signed in', run['reason'])

    def sign_in_dead(self, engine):
        """It has what signs it in, and finds out itself that this is of no use."""
        run_id = self.create(self.dead, engine, 'think shell true', env={})
        run = self.finish(self.dead, run_id, 'failed')
        self.assertRegex(run['reason'], f'{SIGNED_OUT} .*[Rr]un .* in a terminal')

    def begin(self, engine):
        """What needs its time, while other things are done: some try for a minute before they say anything of an error."""
        if engine in self.errors:
            return
        self.errors[engine] = {code: self.create(self.quick, engine, f'error {code}') for code in ERRORS
                               if (engine, f'error {code}') not in CANNOT}
        self.begun[engine] = self.create(self.quick, engine, 'shell echo one > out.txt')
        if (engine, 'ask long') not in CANNOT:
            self.asked[engine] = self.create(self.quick, engine, 'ask Which colour should the button be?')

    def error(self, engine, code):
        run_id = self.errors[engine][code]
        words = re.compile(ERROR_WORDS.get((engine, code), rf'\b{code}\b'), re.DOTALL)

        def told():
            notices = [row['head'] for row in self.quick.rows(run_id)[2:] if row['kind'] == 'status']
            return '\n'.join(filter(None, [self.quick.run(run_id)['reason'], *notices]))
        with contextlib.suppress(AssertionError):
            wait_for(lambda: words.search(told()) or self.quick.run(run_id)['state'] in TERMINAL, 'the failure to be seen', 180)
        self.assertRegex(told(), words, self.story(self.quick, run_id))
        if self.quick.run(run_id)['state'] not in TERMINAL:
            self.quick.post(f'/v1/runs/{run_id}/stop')
        run = self.quick.wait_state(run_id, *TERMINAL)
        self.assertNotEqual(run['state'], 'completed')


METHODS = {
    'turn': Live.turn, 'edit': Live.edit, 'permission': Live.permission, 'permission asked': Live.permission_asked, 'rejected': Live.rejected, 'steer': Live.steer,
    'alone': Live.alone, 'ask': Live.ask, 'ask late': Live.ask_late, 'ask long': Live.ask_long, 'native': Live.native, 'native late': Live.native_late,
    'native alone': Live.native_alone, 'continue': Live.go_on,
    'interrupt': Live.interrupt, 'killed': Live.killed, 'killed native': lambda self, engine: self.killed(engine, 'question'),
    'sign-in dead': Live.sign_in_dead, 'delegate': Live.delegate, 'signed out': Live.signed_out,
    'error 401': lambda self, engine: self.error(engine, 401), 'error 500': lambda self, engine: self.error(engine, 500),
}


def add(engine, scenario):
    def test(self):
        if engine not in self.names:
            self.skipTest('not in BELLHOP_ENGINES')
        if engine == 'claude-plan' and scenario != 'signed out':
            self.quick = self.plan
        # who asks for single cases waits for no others
        if len(sys.argv) == 1 or scenario in BEGUN_EARLY:
            self.begin(engine)
        begin = time.monotonic()
        try:
            METHODS[scenario](self, engine)
        except Exception:
            RESULTS[engine, scenario] = 'no'
            raise
        RESULTS[engine, scenario] = f'{time.monotonic() - begin:.1f} s'
    if (engine, scenario) in CANNOT:
        RESULTS[engine, scenario] = 'cannot' if 'native' in scenario and engine in NO_QUESTION else 'see below'
    else:
        setattr(Live, f'test_{engine}_{SCENARIOS.index(scenario):02}_{scenario}'.replace(' ', '_').replace('-', '_'), test)


for name in engines.ENGINES:
    for what in SCENARIOS:
        add(name, what)

if __name__ == '__main__':
    tap.main()

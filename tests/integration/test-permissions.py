# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Runs in which the person decides what an engine may do: each of its requests for permission is a question. The engine is
tests/support/acp-agent.py in real boxes with the real coordinator and worker."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import Problem, wait_for  # noqa: E402
from scripted_engine import ScriptedCase  # noqa: E402
import tap  # noqa: E402


class Permissions(ScriptedCase):
    def setUp(self):
        super().setUp()
        self.start()

    def create(self, steps, **fields):
        return super().create(steps, **{'permissions': 'ask', **fields})

    def chosen(self, run_id):
        return [answer['outcome'].get('optionId') for answer in self.file(run_id, 'answers')]

    def steps(self, run_id):
        """State, call and result of the engine's steps."""
        return [(row['state'], self.bellhop.text(run_id, row['n'], 'call'), self.bellhop.text(run_id, row['n'], 'result'))
                for row in self.bellhop.rows(run_id) if row['kind'] == 'step' and row['tool'] == 'Terminal']

    def test_once_always_reject(self):
        run_id = self.create('permission | tool echo one | tool echo two | tool echo three | say Done.')
        self.assertEqual(self.bellhop.run(run_id)['permissions'], 'ask')
        question = self.answer(run_id, 'Allow once')
        self.assertEqual(question['asked_by'], 'scripted')
        self.assertEqual(question['questions'][0]['text'], 'Scripted asks for permission: Run a command\n\n```\necho one\n```')
        self.assertFalse(question['questions'][0]['allow_other'])
        # the engine's words describe an option, and are never its label
        self.assertEqual([(o['label'], o['description']) for o in question['questions'][0]['options']],
                         [('Allow once', None), ('Allow always', 'No, never'), ('Reject', None)])
        wait_for(lambda: len(self.questions(run_id)) == 2, 'the second request')
        self.answer(run_id, 'Reject')
        wait_for(lambda: len(self.questions(run_id)) == 3, 'the third request')
        self.answer(run_id, 'Allow always')
        self.end(run_id)
        self.assertEqual(self.chosen(run_id), ['yes', 'no', 'ever'])
        self.assertEqual(self.steps(run_id), [
            ('done', 'echo one\n\n— asked for permission: you allowed it once', 'one\n'),
            ('failed', 'echo two\n\n— asked for permission: you rejected it', ''),
            ('done', 'echo three\n\n— asked for permission: you allowed it always', 'three\n')])

    def test_ends_with_a_rejection(self):
        """Some engines end their turn then, as if all was well or as cancelled: it is the rejection that is told."""
        for steps in ('permission | say I try. | tool echo one', 'permission | reason cancelled | tool echo one',
                      'permission | tool echo one | raw ' + json.dumps({'jsonrpc': '2.0', 'method': 'session/update', 'params': {
                          'sessionId': 'session-1', 'update': {'sessionUpdate': 'agent_message_chunk', 'content': {
                              'type': 'text', 'text': 'Info: Operation cancelled by user'}}}})):
            run_id = self.create(steps)
            self.answer(run_id, 'Reject')
            self.assertEqual(self.end(run_id, 'failed')['reason'], 'You rejected what Scripted asked permission for, and with that it '
                             'ended its turn. Send a message that says how to go on.')
            self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Leave it. [[do: say Left.]]'})
            wait_for(lambda: len(self.file(run_id, 'prompts')) == 2, 'the message')
            self.assertEqual(self.end(run_id)['summary'].strip(), 'Left.')

    def test_goes_on_after_a_rejection(self):
        """What ends the turn later is another matter."""
        for steps, reason in (('permission | tool echo one | tool echo two', None),
                              ('permission | tool echo one | say I see. | reason cancelled', 'The turn of Scripted was cancelled.')):
            run_id = self.create(steps)
            self.answer(run_id, 'Reject')
            if reason is None:
                wait_for(lambda: len(self.questions(run_id)) == 2, 'the second request')
                self.answer(run_id, 'Allow once')
                self.end(run_id)
            else:
                self.assertIn(reason, self.end(run_id, 'failed')['reason'])

    def test_title_that_lies(self):
        """What would be done is shown, whatever the model calls it."""
        run_id = self.create('permission Look at the weather | tool rm -rf /workspace/x; echo gone | say Done.')
        text = self.bellhop.question(run_id)['questions'][0]['text']
        self.assertIn('Look at the weather', text)
        self.assertIn('rm -rf /workspace/x', text)
        self.bellhop.post(f'/v1/runs/{run_id}/stop')
        self.end(run_id, 'stopped')
        self.assertEqual([q['state'] for q in self.questions(run_id)], ['withdrawn'])

    def test_as_it_is(self):
        """A question is Markdown, in which asterisks and backticks are not there any more."""
        for step, text in (('permission Tidy up | tool rm *.log *.txt; echo `id`', 'Tidy up\n\n```\nrm *.log *.txt; echo `id`\n```'),
                           ("permission Tidy up | tool echo '```' *", "Tidy up\n\n````\necho '```' *\n````"),
                           ('permission rm *.log *.txt | tool rm *.log *.txt', '`rm *.log *.txt`'),
                           ('permission rm `id` | tool rm `id`', '`` rm `id` ``')):
            run_id = self.create(f'{step} | say Never.')
            self.assertEqual(self.bellhop.question(run_id)['questions'][0]['text'], f'Scripted asks for permission: {text}')
            self.bellhop.post(f'/v1/runs/{run_id}/stop')
            self.end(run_id, 'stopped')

    def test_over_restarts(self):
        """Hours later, after an end of coordinator and worker."""
        run_id = self.create('permission | tool echo one | say Done.')
        question = self.bellhop.question(run_id)
        for _ in range(2):
            self.bellhop.restart_all()
            self.assertEqual(self.bellhop.question(run_id)['id'], question['id'])
        self.answer(run_id, 'Allow once')
        self.end(run_id)
        self.assertEqual(self.chosen(run_id), ['yes'])
        self.assertEqual(len(self.questions(run_id)), 1)
        self.assertEqual(len(self.file(run_id, 'prompts')), 1)

    def test_engine_killed(self):
        """The one that is started in its place asks again: it is the same question, and it gets the one answer."""
        run_id = self.create('permission | tool echo one | say Done.')
        question = self.bellhop.question(run_id)
        self.kill_engine(run_id)
        wait_for(lambda: len(self.file(run_id, 'prompts')) == 2, 'the engine to be taken up again')
        self.assertEqual(self.bellhop.question(run_id)['id'], question['id'])
        self.answer(run_id, 'Allow once')
        self.end(run_id)
        self.assertEqual(self.chosen(run_id), ['yes'])
        self.assertEqual([q['state'] for q in self.questions(run_id)], ['answered'])

    def test_interrupt(self):
        """The message goes first; nobody needs the answer any more."""
        run_id = self.create('permission | tool echo one | say Never.')
        self.bellhop.question(run_id)
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Rather [[do: say Two.]]', 'interrupt': True})
        run = self.end(run_id)
        self.assertEqual([q['state'] for q in self.questions(run_id)], ['withdrawn'])
        self.assertIn('Two.', run['summary'])

    def test_continued(self):
        """Asked in every turn of the Run, the same again, too."""
        run_id = self.create('permission | tool echo one | say Done.')
        self.answer(run_id, 'Allow once')
        self.end(run_id)
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': '[[do: tool echo one | say Again.]]'})
        wait_for(lambda: len(self.questions(run_id)) == 2, 'the second request')
        self.answer(run_id, 'Reject')
        self.end(run_id)
        self.assertEqual(self.chosen(run_id), ['yes', 'no'])

    def test_allow(self):
        """The default: nobody is asked, and the step says so."""
        run_id = self.create('permission | tool echo one | say Done.', permissions='allow')
        self.end(run_id)
        self.assertEqual(self.chosen(run_id), ['yes'])
        self.assertEqual(self.questions(run_id), [])
        self.assertIn('allowed, as everything inside the DevBox', self.steps(run_id)[0][1])

    def test_own_tools(self):
        """A question of ours needs no permission to be asked."""
        run_id = self.create('permission | mcp ask_human {"question": "Which colour?", "options": ["Blue", "Red"]} | say Done.')
        question = self.answer(run_id, 'Blue')
        self.assertEqual(question['questions'][0]['text'], 'Which colour?')
        self.end(run_id)

    def test_api(self):
        target = {'worker': self.bellhop.worker, 'image': 'host'}
        self.assertEqual(self.bellhop.run(self.create('say Hello.', permissions=None))['permissions'], 'allow')
        for permissions, mode in ('deny', 'interactive'), (True, 'interactive'), ([], 'interactive'), ('ask', 'autonomous'):
            with self.assertRaises(Problem) as caught:
                self.create('say Never.', permissions=permissions, mode=mode, target=target)
            self.assertEqual((caught.exception.status, caught.exception.code, caught.exception.field), (422, 'invalid_field', 'permissions'))

    def test_ctl(self):
        result = self.bellhop.ctl('run', '--permissions', 'ask', '--json', '--engine', 'runbook', '```sh\ntrue\n```', check=0)
        self.assertIn('"permissions":"ask"', result.stdout.replace(' ', ''))
        refused = self.bellhop.ctl('run', '--permissions', 'ask', '--autonomous', '--target', 'x', '-e', 'runbook', '```sh\ntrue\n```', check=2)
        self.assertIn('permissions', refused.stderr)


if __name__ == '__main__':
    tap.main()

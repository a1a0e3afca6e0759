# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Several engines in one Run: the Run's own gives parts of the job to others with the tool `delegate`. All of them are
tests/support/acp-agent.py, in real boxes with the real coordinator and worker."""

import contextlib
import json
import os
import pathlib
import signal
import sqlite3
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import wait_for  # noqa: E402
from scripted_engine import ScriptedCase, delegate  # noqa: E402
import tap  # noqa: E402

KEY, VALUE = 'SECOND_KEY', 'sk-of-the-second-0123456789'
UNTIL_TOLD = 'tool while [ ! -e /workspace/go ]; do sleep 0.05; done'


class Delegate(ScriptedCase):
    def setUp(self):
        super().setUp()
        self.engine('second', name='Second', rank=6)
        self.engine('third', name='Third', rank=7)

    def engine(self, id='scripted', **keys):
        super().engine(id, **{'environment': [] if id == 'scripted' else [f'AGENT_NAME=-{id}'], **keys})

    def create(self, *steps, **fields):
        return super().create(' | '.join(steps), **fields)

    def hurry(self):
        self.bellhop.environment['BELLHOP_MCP_WAIT_MS'] = '300'

    def told(self, run_id, engine=''):
        """What the calls of its tools gave it: the text, and whether that was an error."""
        return [(answer['content'][0]['text'], answer['isError']) for answer in self.file(run_id, 'answers' + engine)]

    def parts(self, run_id):
        """Who did which part, by the steps of the one that delegated them."""
        return [(row['author'], row['title'], row['state'], self.bellhop.text(run_id, row['n'], 'result'))
                for row in self.bellhop.steps(run_id, 'delegate')]

    def words(self, run_id, author):
        return [self.bellhop.text(run_id, row['n']).strip() for row in self.bellhop.rows(run_id)
                if row['kind'] == 'message' and row['author'] == author and row['state'] != 'open']

    def wait_words(self, run_id, author, text):
        wait_for(lambda: text in self.words(run_id, author), f'{author} to say “{text}”')

    def wait_step(self, run_id, author='second'):
        """It is in the middle of its part."""
        wait_for(lambda: any(row['kind'] == 'step' and row['author'] == author and row['tool'] == 'Terminal' and row['state'] == 'open'
                             for row in self.bellhop.rows(run_id)), f'a step of {author}')

    def go(self, run_id):
        (self.workspace(run_id) / 'go').touch()

    def test_quick(self):
        """Done while the call waits. Its rows carry its name, and its usage is added."""
        run_id = self.create('usage', delegate('second', 'usage | tool echo hello | say Part done.'), 'say The whole is done.')
        run = self.end(run_id)
        self.assertEqual(run['summary'].strip(), 'The whole is done.')
        self.assertEqual(self.told(run_id),
                         [('Second is done with the part that you delegated to it. Its report: Part done.\n\n', False)])
        self.assertEqual(self.parts(run_id), [('scripted', 'Second', 'done', 'Part done.\n\n')])
        tools = [(row['author'], row['tool']) for row in self.bellhop.rows(run_id) if row['kind'] == 'step']
        self.assertIn(('second', 'Terminal'), tools)
        self.assertEqual(self.words(run_id, 'second'), ['Part done.'])
        self.assertEqual(run['usage']['cost'], 0.5)
        prompt, = self.file(run_id, 'prompts')
        self.assertIn('second (Second), third (Third)', prompt)
        part, = self.file(run_id, 'prompts-second')
        self.assertIn('Scripted coordinates the job', part)
        self.assertNotIn('Do it.', part)
        self.assertNotIn('third', part)
        wait_for(lambda: not self.agents(run_id), 'the engines to end with their work')
        shown = self.bellhop.ctl('show', run_id, check=0).stdout
        self.assertRegex(shown, r'\nEngine +Scripted\n')
        self.assertRegex(shown, r' done +Second · Part done\.\n')
        self.assertEqual(json.loads(self.bellhop.ctl('show', run_id, '--json', check=0).stdout.splitlines()[0]), run)

    def test_late(self):
        """The call gives up waiting; the one that delegated ends its turn, and is told the report in a prompt."""
        self.hurry()
        run_id = self.create(delegate('second', f'{UNTIL_TOLD} | say Part done.'), 'say I wait.')
        self.wait_words(run_id, 'scripted', 'I wait.')
        self.assertIn('End your turn now; you will be resumed with its report', self.told(run_id)[0][0])
        self.assertEqual(self.bellhop.run(run_id)['state'], 'running')
        self.go(run_id)
        self.end(run_id)
        prompts = self.file(run_id, 'prompts')
        self.assertEqual(len(prompts), 2)
        self.assertIn('Its report: Part done.', prompts[1])

    def test_second_part(self):
        """The same engine goes on in its session."""
        run_id = self.create(delegate('second', 'say One.', 'Part 1.'), delegate('third', 'say Other.', 'Part 2.'),
                             delegate('second', 'say Two.', 'Part 3.'), 'say Done.')
        self.end(run_id)
        self.assertEqual([(title, state, report.strip()) for _, title, state, report in self.parts(run_id)],
                         [('Second', 'done', 'One.'), ('Third', 'done', 'Other.'), ('Second', 'done', 'Two.')])
        first, second = self.file(run_id, 'prompts-second')
        self.assertIn('Scripted coordinates the job', first)
        self.assertTrue(second.startswith('Part 3.'), second)
        self.assertEqual(len(self.file(run_id, 'prompts-third')), 1)

    def test_asks_the_person(self):
        self.hurry()
        run_id = self.create(delegate('second', 'ask Which colour? = Blue, Red | say Painted.'), 'say I wait.')
        question = self.bellhop.question(run_id)
        self.assertEqual(question['asked_by'], 'second')
        self.wait_words(run_id, 'scripted', 'I wait.')
        self.bellhop.post(f'/v1/runs/{run_id}/answers', {'options': [question['questions'][0]['options'][1]['id']]})
        self.end(run_id)
        self.assertEqual(self.file(run_id, 'answers-second'), [{'action': 'accept', 'content': {'choice': 'Red'}}])
        self.assertEqual(self.parts(run_id)[0][2:], ('done', 'Painted.\n\n'))

    def test_asks_the_person_late(self):
        """By our own tool, answered when nobody's call waits any more."""
        self.hurry()
        run_id = self.create(delegate('second', 'mcp ask_human {"question": "Which colour?", "options": ["Blue", "Red"]} | say I asked.'),
                             'say I wait.')
        question = self.bellhop.question(run_id)
        self.assertEqual(question['asked_by'], 'second')
        self.wait_words(run_id, 'second', 'I asked.')
        self.wait_words(run_id, 'scripted', 'I wait.')
        self.bellhop.post(f'/v1/runs/{run_id}/answers', {'options': [question['questions'][0]['options'][0]['id']]})
        self.end(run_id)
        self.assertIn('The person answered: Blue', self.file(run_id, 'prompts-second')[1])
        self.assertEqual(len(self.file(run_id, 'prompts')), 2)

    def test_dies(self):
        """That is told to the one that delegated, and not the Run's failure."""
        run_id = self.create(delegate('second', 'die 11 | die 11 | die 11 | die 11 | say Never.'), 'say I do it myself.')
        run = self.end(run_id)
        self.assertEqual(run['summary'].strip(), 'I do it myself.')
        (text, failed), = self.told(run_id)
        self.assertTrue(failed)
        self.assertIn('Second could not do the part that you delegated to it: ', text)
        self.assertIn('signal 11', text)
        self.assertEqual(self.parts(run_id)[0][:3], ('scripted', 'Second', 'failed'))

    def test_over_restarts(self):
        self.hurry()
        run_id = self.create(delegate('second', f'{UNTIL_TOLD} | say Part done.'), 'say I wait.')
        self.wait_step(run_id)
        self.bellhop.restart()
        self.wait_words(run_id, 'scripted', 'I wait.')
        self.bellhop.kill_worker()
        self.bellhop.restart()
        self.go(run_id)
        self.end(run_id)
        self.assertEqual(len(self.file(run_id, 'prompts-second')), 1)
        self.assertEqual(self.parts(run_id), [('scripted', 'Second', 'done', 'Part done.\n\n')])
        prompts = self.file(run_id, 'prompts')
        self.assertEqual(len(prompts), 2)
        self.assertIn('Its report: Part done.', prompts[1])

    def test_same_part_again(self):
        """An engine that died while it waited delegates the same again: that is the same part."""
        self.hurry()
        part = delegate('second', f'{UNTIL_TOLD} | say Part done.')
        run_id = self.create(part, 'say I wait.', 'die 9', part, 'say I wait again.')
        self.wait_words(run_id, 'scripted', 'I wait again.')
        self.go(run_id)
        self.end(run_id)
        self.assertEqual(len(self.file(run_id, 'prompts-second')), 1)
        self.assertEqual(len(self.parts(run_id)), 1)

    def test_same_words_after_report(self):
        """Who was told the report in a prompt and delegates with the same words means another part."""
        self.hurry()
        part = delegate('second', f'{UNTIL_TOLD} | say Part done.')
        run_id = self.create(part, 'tool while [ ! -e /workspace/on ]; do sleep 0.05; done', 'say I wait.')
        self.wait_step(run_id, 'scripted')
        self.go(run_id)
        wait_for(lambda: self.parts(run_id)[0][2] == 'done', 'the part to be done')
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': f'Then [[do: {part} | say I am told.]]'})
        (self.workspace(run_id) / 'on').touch()
        self.end(run_id)
        prompt = self.file(run_id, 'prompts')[1]
        self.assertIn('Its report: Part done.', prompt)
        self.assertIn('Then [[do: ', prompt)
        self.assertEqual(len(self.file(run_id, 'prompts-second')), 2)
        self.assertEqual([state for _, _, state, _ in self.parts(run_id)], ['done', 'done'])

    def test_dies_with_the_report(self):
        """Who dies in the turn in which it was given the report is told it once more, without asking for it."""
        run_id = self.create(delegate('second', 'say Part done.'), 'die 9', 'say I know.')
        self.end(run_id)
        self.assertEqual(len(self.parts(run_id)), 1)
        prompts = self.file(run_id, 'prompts')
        self.assertEqual(len(prompts), 2)
        self.assertIn('Its report: Part done.', prompts[1])

    def test_no_recursion(self):
        run_id = self.create(delegate('second', delegate('third', 'say Never.') + ' | say I did it.'), 'say Done.')
        self.end(run_id)
        (text, failed), = self.told(run_id, '-second')
        self.assertTrue(failed)
        self.assertIn('you cannot delegate any of it', text)
        self.assertEqual(len(self.parts(run_id)), 1)
        self.assertEqual(self.file(run_id, 'prompts-third'), [])

    def test_unknown(self):
        """Neither one that is not there nor itself."""
        run_id = self.create(delegate('fourth', 'say Never.'), delegate('scripted', 'say Never.'), 'say Done.')
        self.end(run_id)
        for text, failed in self.told(run_id):
            self.assertTrue(failed)
            self.assertIn('must be one of those that are here', text)
            self.assertIn('second Second; third Third', text)
        self.assertEqual(len(self.told(run_id)), 2)
        self.assertEqual(self.parts(run_id), [])

    def test_one_at_a_time(self):
        self.hurry()
        run_id = self.create(delegate('second', f'{UNTIL_TOLD} | say Part done.'), delegate('third', 'say Never.'), 'say I wait.')
        self.wait_words(run_id, 'scripted', 'I wait.')
        self.go(run_id)
        self.end(run_id)
        text, failed = self.told(run_id)[1]
        self.assertTrue(failed)
        self.assertIn('Second is at work on another part, and only one engine works at a time', text)
        self.assertEqual(self.file(run_id, 'prompts-third'), [])

    def test_nobody_else(self):
        """Then there is no such tool."""
        for id in 'second', 'third':
            (self.bellhop.root / 'config' / 'bellhop' / 'engines' / f'{id}.engine').unlink()
        run_id = self.create(delegate('second', 'say Never.'), 'say Done.')
        self.end(run_id)
        self.assertIn('No other engine can be used in this DevBox', self.told(run_id)[0][0])
        self.assertNotIn('the tool delegate', self.file(run_id, 'prompts')[0])

    def test_stop(self):
        """It ends with the Run; a continued one delegates anew."""
        run_id = self.create(delegate('second', f'{UNTIL_TOLD} | say Never.'), 'say Never.')
        self.wait_step(run_id)
        self.bellhop.post(f'/v1/runs/{run_id}/stop')
        self.bellhop.wait_state(run_id, 'stopped')
        wait_for(lambda: not self.agents(run_id), 'the engines to be gone')
        self.assertEqual([row for row in self.bellhop.rows(run_id) if row['state'] == 'open'], [])
        wait_for(lambda: self.bellhop.run(run_id)['can_continue'], 'the DevBox to be at rest')
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': f'Yet [[do: {delegate("second", "say Part done.")} | say Done.]]'})
        run = self.end(run_id)
        self.assertEqual(run['summary'].strip(), 'Done.')
        self.assertEqual(self.parts(run_id)[1], ('scripted', 'Second', 'done', 'Part done.\n\n'))

    def test_interrupt(self):
        """Both are cut short; the message is for the one that delegated."""
        self.hurry()
        run_id = self.create(delegate('second', 'say Begun. | tool true | sleep 1000 | say Never.'), 'say I wait.')
        self.wait_words(run_id, 'second', 'Begun.')
        self.wait_words(run_id, 'scripted', 'I wait.')
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Rather [[do: say Two.]]', 'interrupt': True})
        run = self.end(run_id)
        prompts = '\n'.join(self.file(run_id, 'prompts'))
        self.assertIn('Rather', prompts)
        self.assertIn('The person interrupted Second', prompts)
        self.assertIn('Two.', self.words(run_id, 'scripted'))
        self.assertEqual(self.parts(run_id)[0][2], 'failed')
        self.assertEqual(run['state'], 'completed')

    def interrupt(self, run_id):
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Rather [[do: say Two.]]', 'interrupt': True})

    def check_interrupted(self, run_id):
        self.end(run_id)
        self.assertIn('The person interrupted Second', self.parts(run_id)[0][3])
        self.assertIn('Two.', self.words(run_id, 'scripted'))
        wait_for(lambda: not self.agents(run_id), 'the engines to end with their work')

    def test_delegates_when_interrupted(self):
        """It has not heard of that yet: the part ends before anybody is prompted for it."""
        run_id = self.create('tool true', 'until go', delegate('second', 'sleep 1000 | say Never.'), 'until on', 'sleep 1000', 'say Never.')
        wait_for(lambda: self.bellhop.steps(run_id, 'Terminal'), 'the turn to be under way')
        self.interrupt(run_id)
        self.go(run_id)
        wait_for(lambda: [state for _, _, state, _ in self.parts(run_id)] == ['failed'], 'the end of the part')
        (self.workspace(run_id) / 'on').touch()
        self.check_interrupted(run_id)
        self.assertEqual(self.file(run_id, 'prompts-second'), [])

    def test_interrupted_between_turns(self):
        """The message is taken up at once, in the transaction after that of the turn's end: the part is cut short all the same."""
        self.hurry()
        run_id = self.create(delegate('second', 'say Begun. | tool true | sleep 1000 | say Never.'), 'until go')
        self.wait_words(run_id, 'second', 'Begun.')
        wait_for(lambda: self.told(run_id), 'the call to be told to wait')
        post = threading.Thread(target=self.interrupt, args=[run_id])
        with contextlib.closing(sqlite3.connect(self.bellhop.data / 'coordinator.db', isolation_level=None)) as holder:
            holder.execute('BEGIN IMMEDIATE')
            self.go(run_id)
            wait_for(lambda: self.file(run_id, 'ended'), 'the end of the turn')
            self.ask_around()
            post.start()
            self.ask_around()
        post.join()
        self.check_interrupted(run_id)

    def ask_around(self):
        """What was on its way through the worker, or to the coordinator, has come."""
        for _ in range(5):
            self.bellhop.get(f'/v1/workers/{self.bellhop.worker}/images')

    def test_interrupt_and_restart(self):
        """The coordinator is killed before either was cut short: the next one ends the part, and the engine that was at it."""
        run_id = self.create(delegate('second', 'say Begun. | tool sleep 1000 | say Never.'), 'say I waited.', keep='keep')
        self.wait_words(run_id, 'second', 'Begun.')
        self.wait_step(run_id)
        main = [pid for pid in self.agents(run_id) if b'AGENT_NAME=' not in pathlib.Path(f'/proc/{pid}/environ').read_bytes()]
        # it can take no cancellation meanwhile
        for pid in main:
            os.kill(pid, signal.SIGSTOP)
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Rather [[do: say Two.]]', 'interrupt': True})
        self.bellhop.restart()
        wait_for(lambda: self.parts(run_id)[0][2] == 'failed', 'the end of the part')
        # unless it was killed for that
        for pid in main:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self.end(run_id)
        self.assertIn('The person interrupted Second', self.parts(run_id)[0][3])
        self.assertIn('Two.', self.words(run_id, 'scripted'))
        wait_for(lambda: not self.agents(run_id), 'the end of both engines')

    def test_interrupt_a_question(self):
        """What the other one asked is withdrawn with its part."""
        self.hurry()
        run_id = self.create(delegate('second', 'ask Which colour? = Blue, Red | say Never.'), 'say I wait.')
        self.bellhop.question(run_id)
        self.wait_words(run_id, 'scripted', 'I wait.')
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Rather [[do: say Two.]]', 'interrupt': True})
        self.end(run_id)
        self.assertEqual([q['state'] for q in self.bellhop.get(f'/v1/runs/{run_id}/questions?all=true')['questions']], ['withdrawn'])

    def test_keys(self):
        """Each engine is given its own only, and what another one says is masked, too."""
        self.engine('second', name='Second', rank=6, sign_in=[f'Keys={KEY}', 'Hint=Get a key.'])
        self.bellhop.start()
        self.bellhop.request('PUT', f'/v1/keys/{KEY}', {'value': VALUE})
        run_id = self.create(delegate('second', f'tool echo "It is <${KEY}>" | say Part done.'), f'tool echo "It is <${KEY}>"', 'say Done.')
        self.end(run_id)
        shown = {row['author']: self.bellhop.text(run_id, row['n'], 'result') for row in self.bellhop.rows(run_id)
                 if row['kind'] == 'step' and row['tool'] == 'Terminal'}
        self.assertEqual(shown, {'second': f'It is <{"*" * len(VALUE)}>\n', 'scripted': 'It is <>\n'})

    def sign_in(self):
        self.engine('second', name='Second', rank=6, sign_in=['Paths=~/.second/auth.json'])
        auth = self.bellhop.root / 'home' / '.second' / 'auth.json'
        auth.parent.mkdir()
        auth.write_text('mine\n')
        self.hurry()
        return self.create(delegate('second', 'tool cat ~/.second/auth.json | say Part done.'), 'say I wait.')

    def test_sign_in(self):
        """Whether it may be let in is asked before it is started, over a restart."""
        run_id = self.sign_in()
        question = self.bellhop.question(run_id)
        self.assertEqual(question['asked_by'], 'bellhop')
        self.assertIn('May your sign-in to Second be copied', question['questions'][0]['text'])
        self.bellhop.restart()
        self.assertEqual(self.bellhop.question(run_id)['id'], question['id'])
        self.bellhop.post(f'/v1/runs/{run_id}/answers', {'question': question['id'], 'options': ['run']})
        self.end(run_id)
        row, = [row for row in self.bellhop.rows(run_id) if row['kind'] == 'step' and row['author'] == 'second']
        self.assertEqual(self.bellhop.text(run_id, row['n'], 'result'), 'mine\n')

    def test_sign_in_refused(self):
        run_id = self.sign_in()
        question = self.bellhop.question(run_id)
        self.bellhop.post(f'/v1/runs/{run_id}/answers', {'question': question['id'], 'options': ['no']})
        self.end(run_id)
        _, _, state, report = self.parts(run_id)[0]
        self.assertEqual(state, 'failed')
        self.assertIn('does not let their sign-in into it', report)
        self.assertEqual(self.file(run_id, 'prompts-second'), [])

    def test_sign_in_interrupted(self):
        """Asked in a part that was called off, and again in the next one."""
        run_id = self.sign_in()
        first = self.bellhop.question(run_id)
        self.wait_words(run_id, 'scripted', 'I wait.')
        again = delegate('second', 'say Part done.', 'Another part.')
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': f'Rather [[do: {again} | say Two.]]', 'interrupt': True})
        second = wait_for(lambda: next((q for q in self.bellhop.get(f'/v1/runs/{run_id}/questions')['questions']
                                        if q['id'] != first['id']), None), 'the second question')
        self.bellhop.post(f'/v1/runs/{run_id}/answers', {'question': second['id'], 'options': ['run']})
        self.end(run_id)
        self.assertEqual([state for _, _, state, _ in self.parts(run_id)], ['failed', 'done'])


if __name__ == '__main__':
    tap.main()

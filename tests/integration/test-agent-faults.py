# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Engines that go wrong: each is a failure with a name or a notice on the timeline, with what the engine said last and what a
person can do. The engine is tests/support/acp-agent.py in real boxes with the real coordinator and worker."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import wait_for  # noqa: E402
from scripted_engine import WIRE, ScriptedCase  # noqa: E402
import tap  # noqa: E402


class Faults(ScriptedCase):
    def create(self, steps, command=None, environment=(), **limits):
        self.engine(sign_in=['Hint=Run scripted login.'], environment=environment, **({'command': command} if command else {}))
        self.bellhop.environment.update({f'BELLHOP_ENGINE_{name}_SECONDS': str(value) for name, value in limits.items()})
        return super().create(steps)

    def notices(self, run_id):
        return [self.bellhop.text(run_id, row['n']) for row in self.bellhop.rows(run_id) if row['kind'] == 'status']

    def failure(self, *arguments, advice, lines=None, **keys):
        """Why it failed: with what a person can do, and with what the engine printed last."""
        run = self.bellhop.wait_end(self.create(*arguments, **keys))
        self.assertEqual(run['state'], 'failed')
        # a person reads it at the end of the timeline, too
        report = self.bellhop.steps(run['id'], 'report job result')[-1]
        self.assertIn(run['reason'].splitlines()[0], self.bellhop.text(run['id'], report['n'], 'result'))
        what, _, printed = run['reason'].partition(' Its last lines:\n')
        self.assertIn(advice, what)
        self.assertEqual(printed.splitlines()[-1:], [lines] if lines else [])
        return what

    def test_hangs_at_its_start(self):
        reason = self.failure('say One.', command='sh -c "echo I wait for Godot >&2; exec sleep 1000"', START=1,
                              advice='Start “sh” in a terminal of the DevBox to see what it waits for. Send a message', lines='I wait for Godot')
        self.assertIn('was not ready after 1 seconds', reason)

    def test_hangs_without_a_word(self):
        reason = self.failure('say One.', command='sleep 1000', START=1, advice='Start “sleep” in a terminal of the DevBox')
        self.assertIn('It printed nothing that says why.', reason)

    def test_floods_at_its_start(self):
        reason = self.failure('say One.', command='sh -c "while :; do echo Loading the universe; done"', START=1,
                              advice='in a terminal of the DevBox', lines='Loading the universe')
        self.assertIn('was not ready after 1 seconds', reason)

    def test_speaks_no_json_at_its_start(self):
        reason = self.failure('say One.', command='sh -c "echo Welcome to Scripted!; echo Choose a theme:; exit 1"',
                              advice='Start “sh” in a terminal of the DevBox to see what is wrong. Send a message', lines='Choose a theme:')
        self.assertIn('ended before it was ready (exit status 1)', reason)

    def test_is_not_there(self):
        reason = self.failure('say One.', command='no-such-engine', advice='Choose an image that has it, or another engine.')
        self.assertIn('could not be started in the DevBox (no-such-engine)', reason)

    def test_refuses_a_session(self):
        reason = self.failure('say One.', environment=['AGENT_REFUSES=No such folder', 'AGENT_STDERR=ENOENT'],
                              advice='Start “python3” in a terminal of the DevBox to see whether it works there. Send a message', lines='ENOENT')
        self.assertIn('Scripted refused to start a session: No such folder.', reason)

    def test_makes_no_sense(self):
        reason = self.failure('say One.', environment=['AGENT_NAMELESS=1', 'AGENT_STDERR=version 0.0.1'],
                              advice='install another one, or choose another engine', lines='version 0.0.1')
        self.assertIn('said something that makes no sense: It opened a session without a name.', reason)

    def test_refuses_to_go_on(self):
        reason = self.failure('stderr policy violation | reason refusal', advice='Send a message that asks in another way.',
                              lines='policy violation')
        self.assertIn('Scripted refused to go on', reason)

    def test_stops_at_a_limit(self):
        reason = self.failure('stderr budget exceeded | reason max_tokens', advice='Send a message to let it go on.', lines='budget exceeded')
        self.assertIn('Scripted stopped at a limit: It reached the limit of tokens.', reason)

    def test_cancels_its_own_turn(self):
        reason = self.failure('stderr somebody pressed ^C | reason cancelled', advice='Send a message to let it go on.',
                              lines='somebody pressed ^C')
        self.assertIn('The turn of Scripted was cancelled.', reason)

    def test_tries_again_without_a_word(self):
        """Silence is told of with what it printed meanwhile, and ends nothing."""
        run_id = self.create('stderr fetch failed: retrying in 8 s | sleep 1000 | say Never.', SILENCE=1)
        notice = wait_for(lambda: [row for row in self.bellhop.rows(run_id)
                                   if row['kind'] == 'status' and 'has said nothing' in row['head']], 'the notice')[0]
        text = self.bellhop.text(run_id, notice['n'])
        self.assertIn('Its model may be out of reach', text)
        self.assertIn('stop the Run', text)
        self.assertIn('retrying in 8 s', text)
        self.assertEqual(self.bellhop.run(run_id)['state'], 'running')
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Rather [[do: say Two.]]', 'interrupt': True})
        self.assertEqual(self.bellhop.wait_end(run_id)['summary'].strip(), 'Two.')

    def silences(self, run_id, count):
        """The notices of its silence, as soon as there are so many."""
        def told():
            texts = [text for text in self.notices(run_id) if 'has said nothing' in text]
            return texts if len(texts) >= count else None
        return wait_for(told, f'{count} notices of its silence')

    def interrupt(self, run_id):
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Rather [[do: say Two.]]', 'interrupt': True})
        self.assertEqual(self.end(run_id)['summary'].strip(), 'Two.')

    def test_is_silent_for_long(self):
        run_id = self.create('sleep 1000 | say Never.', SILENCE=0.02)
        told = self.silences(run_id, 3)
        for text, time in zip(told, ['a minute', 'ten minutes', 'an hour'], strict=True):
            self.assertIn(f'Scripted has said nothing for {time}. Its model may be out of reach', text)
        self.interrupt(run_id)

    def test_babbles(self):
        """What is no message is told once, and is no sign of life."""
        run_id = self.create('babble Loading the universe | say Never.', SILENCE=0.2)
        text = self.silences(run_id, 2)[1]
        self.assertTrue(text.endswith('\nLoading the universe\n'), text)
        self.interrupt(run_id)
        told = [text for text in self.notices(run_id) if 'no messages of its protocol' in text]
        self.assertEqual(len(told), 1, told)
        self.assertIn('“Loading the universe”', told[0])
        self.assertIn('stop the Run', told[0])

    def test_reads_nothing(self):
        """Who asks and asks, and reads no answer, is not listened to until it does; a person is told."""
        run_id = self.create('nag 200 | say Three.', SILENCE=0.2)
        text, = wait_for(lambda: [text for text in self.notices(run_id) if 'does not read' in text][:1], 'the notice')
        self.assertIn('Scripted does not read the answers to what it asks.', text)
        self.assertIn('stop the Run', text)
        (self.workspace(run_id) / 'read').touch()
        self.assertEqual(self.end(run_id)['summary'].strip(), 'Three.')

    def only_alive(self, wire, protocol):
        self.engine(protocol=protocol, environment=[f'AGENT_WIRE={wire}'])
        self.bellhop.environment['BELLHOP_ENGINE_SILENCE_SECONDS'] = '0.2'
        run_id = super().create('say One. | alive', env={'AGENT': WIRE})
        self.silences(run_id, 2)
        self.bellhop.post(f'/v1/runs/{run_id}/stop')
        self.bellhop.wait_state(run_id, 'stopped')

    def test_tells_only_that_it_is_alive(self):
        self.only_alive('claude', 'claude-stream')

    def test_tells_only_of_other_things(self):
        self.only_alive('codex', 'codex-app-server')

    def test_hangs_in_a_step(self):
        """Steps may take long: only an hour of it is told."""
        run_id = self.create('hang make world | say Never.', SILENCE=0.02)
        wait_for(lambda: any('A step of it is still at work' in text for text in self.notices(run_id)), 'the notice')
        rows = self.bellhop.rows(run_id)
        step = next(row['n'] for row in rows if row['kind'] == 'step' and row['author'] == 'scripted')
        text, = [self.bellhop.text(run_id, row['n']) for row in rows if row['kind'] == 'status' and row['n'] > step]
        self.assertIn('Scripted has said nothing for an hour. A step of it is still at work, or hangs.', text)
        self.assertIn('stop the Run', text)
        self.interrupt(run_id)

    def test_is_signed_out(self):
        reason = self.failure('say One.', environment=['AGENT_SIGNED_OUT=1', 'AGENT_STDERR=token expired'], advice='Run scripted login.',
                              lines='token expired')
        self.assertIn('is not signed in in this DevBox: Authentication required', reason)

    def test_is_signed_out_in_its_turn(self):
        reason = self.failure('stderr token expired | say One.', environment=['AGENT_FAIL=-32000'], advice='Run scripted login.',
                              lines='token expired')
        self.assertIn('is not signed in', reason)

    def test_its_model_fails(self):
        reason = self.failure('stderr 401 from the model | say One.', environment=['AGENT_FAIL=-32603'],
                              advice='Run scripted login. Then send a message to let it go on.', lines='401 from the model')
        self.assertIn('The turn of Scripted failed', reason)
        self.assertIn('The model said 401', reason)

    def test_its_model_fails_as_if_all_was_well(self):
        reason = self.failure('stderr status 500 | say API Error: 500 Internal server error.', advice='send a message to let it go on',
                              lines='status 500')
        self.assertIn('as if all was well, but its model failed: API Error: 500', reason)

    def test_its_model_refuses_it_as_if_all_was_well(self):
        reason = self.failure('stderr status 401 | say Error: Authentication failed with provider (HTTP 401).',
                              advice='Run scripted login. Then send a message to let it go on.', lines='status 401')
        self.assertIn('as if all was well, but its model failed: Error: Authentication failed', reason)

    def test_says_nothing(self):
        reason = self.failure('stderr connect ECONNREFUSED', advice='send a message to let it go on', lines='connect ECONNREFUSED')
        self.assertIn('without saying or doing anything', reason)

    def test_dies_again_and_again(self):
        run_id = self.create('stderr out of cheese | die 11 | die 11 | die 11 | stderr no cheese | die 11')
        run = self.end(run_id, 'failed')
        what, _, printed = run['reason'].partition(' Its last lines:\n')
        self.assertIn('ended 4 times in the middle of its work (signal 11', what)
        self.assertIn('Send a message to let it try again.', what)
        self.assertEqual(printed, 'no cheese\n')
        deaths = [text for text in self.notices(run_id) if 'unexpectedly' in text]
        self.assertEqual(['It is started again.' in text for text in deaths], [True, True, True, False])
        self.assertTrue(deaths[0].endswith(' Its last lines:\nout of cheese\n'), deaths[0])

    def test_says_too_much_in_one_line(self):
        run_id = self.create('long 11534336 | raw Hello there | say Fine.')
        self.assertEqual(self.bellhop.wait_end(run_id)['state'], 'completed')
        self.assertTrue(any('no messages of its protocol. They are left out: “Hello there”' in text for text in self.notices(run_id)))
        told = next(text for text in self.notices(run_id) if 'said something of 11 MiB in one line, which is more than is taken' in text)
        self.assertIn('send a message that asks for it in smaller pieces', told)


if __name__ == '__main__':
    tap.main()

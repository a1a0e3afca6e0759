# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Runs whose engine is a CLI in the box: an ACP agent played by tests/support/acp-agent.py, in real boxes with the
real coordinator and worker. Turns, questions, steering, death and restarts."""

import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import wait_for  # noqa: E402
from scripted_engine import ScriptedCase  # noqa: E402
import tap  # noqa: E402


class Agent(ScriptedCase):
    def rows(self, run):
        """Kind, state, author, tool, title and what is in it, of all rows after the launch."""
        rows = []
        for row in self.bellhop.rows(run['id'])[2:]:
            text = '|'.join(self.bellhop.text(run['id'], row['n'], part) for part in ('text', 'call', 'result') if row['bytes'][part])
            rows.append((row['kind'], row['state'], row['author'] if row['kind'] != 'step' else row['tool'], text))
        return rows

    def wait_words(self, run_id):
        wait_for(lambda: any(row['kind'] == 'message' and row['author'] == 'scripted' for row in self.bellhop.rows(run_id)), 'the first words')

    def test_turn(self):
        run = self.finish('think Hmm | say I look around. | tool echo hello; exit 3 | plan +Read, *Write | plan +Read, +Write | say All is done.')
        self.assertEqual(run['state'], 'completed', run['reason'])
        self.assertEqual(run['summary'], 'All is done.\n\n')
        self.assertEqual(self.rows(run), [
            ('message', 'done', 'thought', 'Hmm'),
            ('message', 'done', 'scripted', 'I look around.\n\n'),
            ('step', 'done', 'Terminal', 'echo hello; exit 3|hello\n'),
            ('step', 'done', 'plan', '- Read\n- Write\n|✓ Read\n→ Write\n✓ Write\n'),
            ('message', 'done', 'scripted', 'All is done.\n\n'),
            ('step', 'done', 'report job result', 'All is done.\n\n'),
        ])
        prompts = self.file(run['id'], 'prompts')
        self.assertEqual(len(prompts), 1)
        self.assertIn('ask_human', prompts[0])
        wait_for(lambda: not self.agents(run['id']), 'the engine to end with its work')

    def test_question(self):
        run_id = self.create('ask Which colour? = Blue, Red | say Painted.')
        question = self.bellhop.question(run_id)
        self.assertEqual([o['label'] for o in question['questions'][0]['options']], ['Blue', 'Red'])
        self.answer(run_id, 'Red')
        run = self.end(run_id)
        self.assertEqual(self.file(run['id'], 'answers'), [{'action': 'accept', 'content': {'choice': 'Red'}}])
        self.assertIn(('question', 'answered', 'scripted', 'Which colour?|Red'), self.rows(run))

    def test_question_over_restarts(self):
        run_id = self.create('say Before. | ask Which colour? = Blue, Red | say Painted.')
        self.bellhop.question(run_id)
        self.bellhop.restart_all()
        self.answer(run_id, 'Blue')
        run = self.end(run_id)
        self.assertEqual(self.file(run['id'], 'answers'), [{'action': 'accept', 'content': {'choice': 'Blue'}}])
        self.assertEqual(len(self.file(run['id'], 'prompts')), 1)

    def test_killed_while_it_asks(self):
        """The engine is resumed, asks the same again, and is given the one answer."""
        run_id = self.create('ask Which colour? = Blue, Red | say Painted.')
        question = self.bellhop.question(run_id)
        self.kill_engine(run_id)
        wait_for(lambda: len(self.file(run_id, 'prompts')) == 2, 'the engine to be taken up again')
        self.assertEqual(self.bellhop.question(run_id)['id'], question['id'])
        self.answer(run_id, 'Blue')
        run = self.end(run_id)
        self.assertEqual(self.file(run['id'], 'answers'), [{'action': 'accept', 'content': {'choice': 'Blue'}}])
        self.assertEqual(len([row for row in self.rows(run) if row[0] == 'question']), 1)

    def test_too_many_questions(self):
        """What nobody could answer the engine decides, and a person is told."""
        run_id = self.create('asks 33 | say Painted.')
        wait_for(lambda: len(self.questions(run_id)) == 32, 'the questions')
        wait_for(lambda: self.file(run_id, 'answers'), 'one that is turned down')
        self.assertEqual(self.file(run_id, 'answers'), [{'action': 'decline'}])
        self.assertEqual([row[3] for row in self.rows(self.bellhop.run(run_id)) if row[0] == 'status'], [
            'Scripted asked “Colour 32?” while 32 questions were open. It was told to decide for itself; send a message if you '
            'want it otherwise.'])
        for question in self.questions(run_id):
            self.bellhop.post(f'/v1/runs/{run_id}/answers', {'question': question['id'], 'options': [question['questions'][0]['options'][0]['id']]})
        self.end(run_id)
        self.assertEqual(self.file(run_id, 'answers')[1:], [{'action': 'accept', 'content': {'choice': 'Blue'}}] * 32)

    def test_many_questions_again(self):
        """An engine that asks all of its questions again after it was killed asks none too many."""
        run_id = self.create('asks 32 | say Painted.')
        wait_for(lambda: len(self.questions(run_id)) == 32, 'the questions')
        self.kill_engine(run_id)
        wait_for(lambda: len(self.file(run_id, 'prompts')) == 2, 'the engine to be taken up again')
        for question in self.questions(run_id):
            self.bellhop.post(f'/v1/runs/{run_id}/answers', {'question': question['id'], 'options': [question['questions'][0]['options'][0]['id']]})
        self.end(run_id)
        self.assertEqual(self.file(run_id, 'answers'), [{'action': 'accept', 'content': {'choice': 'Blue'}}] * 32)
        self.assertEqual(len(self.questions(run_id)), 32)

    def test_states_do_not_pile_up(self):
        """What was asked, answered and delivered is not remembered: a long Run has as many states as a short one."""
        def states(rounds):
            steps = [f'ask Own {i}? = Blue, Red | mcp ask_human {{"question": "Tool {i}?", "options": ["Blue", "Red"]}} | tool echo {i}'
                     for i in range(rounds)]
            run_id = self.create(' | '.join(['permission Go on', *steps, 'say Done.']), permissions='ask')
            for _ in range(3 * rounds):
                wait_for(lambda: len(self.open_questions(run_id)) == 1, 'a question')
                question, = self.open_questions(run_id)
                self.bellhop.post(f'/v1/runs/{run_id}/answers',
                                  {'question': question['id'], 'options': [question['questions'][0]['options'][0]['id']]})
            self.end(run_id)
            # the latest channels are remembered for a while
            return [key for key in self.state_keys(run_id) if not key.startswith(('mcp.channel.', 'channels.ended'))]
        few = states(1)
        self.assertEqual(states(6), few)
        self.assertEqual([key for key in few if key.startswith('ask:')], [])

    def test_story_does_not_pile_up(self):
        """What was told and is too much for a story is not remembered for one."""
        run_id = self.create('until go | say One.')
        for i in range(4):
            self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': f'{i} ' + 'x' * 40000})
        (self.workspace(run_id) / 'go').touch()
        self.end(run_id)
        self.assertEqual([key for key in self.state_keys(run_id) if key.startswith('agent.told.')], ['agent.told.3'])

    def state_keys(self, run_id):
        with sqlite3.connect(f'file:{self.bellhop.data}/coordinator.db?mode=ro', uri=True) as database:
            keys = database.execute('SELECT key FROM states JOIN runs ON states.run = runs.num WHERE runs.id = ?', (run_id,))
            return sorted(key for key, in keys)

    def open_questions(self, run_id):
        return [question for question in self.questions(run_id) if question['state'] == 'open']

    def test_too_many_questions_of_all(self):
        """What the programs of the box ask, and what the engine asks and wants to be allowed, have one limit together."""
        scripts = 'for i in $(seq 32); do bellhop-ask --text "Script $i?" >/dev/null 2>&1 & done'
        more = 'bellhop-ask --text "One more?"; echo "status $?"'
        run_id = self.create(f'tool {scripts} | until go | tool {more} | ask Which? = Blue, Red | permission Go on | '
                             'tool echo never | say Decided.', permissions='ask')
        wait_for(lambda: len(self.questions(run_id)) == 32, 'the questions')
        (self.workspace(run_id) / 'go').touch()
        self.end(run_id)
        self.assertEqual(self.file(run_id, 'answers'), [{'action': 'decline'}, {'outcome': {'outcome': 'selected', 'optionId': 'no'}}])
        self.assertEqual(len(self.questions(run_id)), 32)
        step = self.bellhop.steps(run_id, 'Terminal')[1]
        text = self.bellhop.text(run_id, step['n'], 'result')
        self.assertIn('Nobody was asked: 32 questions of this Run are open already.', text)
        self.assertIn('status 1', text)

    def test_mcp_question(self):
        """Answered while the call waits."""
        run_id = self.create('mcp ask_human {"question": "Which colour?", "options": ["Blue", "Red"]} | say Painted.')
        self.answer(run_id, 'Red')
        run = self.end(run_id)
        self.assertIn('Red', str(self.file(run['id'], 'answers')))
        self.assertEqual(len(self.file(run['id'], 'prompts')), 1)

    def test_mcp_question_answered_late(self):
        """The call gives up waiting, the engine ends its turn, and is told the answer in a prompt, hours later; meanwhile
        coordinator and worker were killed."""
        self.bellhop.environment['BELLHOP_MCP_WAIT_MS'] = '300'
        run_id = self.create('mcp ask_human {"question": "Which colour?", "options": ["Blue", "Red"]} | say I asked.')
        self.bellhop.question(run_id)
        # the engine is there and idle when all is killed
        self.wait_words(run_id)
        wait_for(lambda: all(row['state'] != 'open' for row in self.bellhop.rows(run_id) if row['kind'] == 'message'), 'the turn to end')
        self.bellhop.restart_all()
        self.assertEqual(self.bellhop.run(run_id)['state'], 'needs_you')
        self.answer(run_id, 'Red')
        run = self.end(run_id)
        prompts = self.file(run['id'], 'prompts')
        self.assertEqual(len(prompts), 2)
        self.assertIn('You asked: Which colour?\nThe person answered: Red', prompts[1])

    def test_report(self):
        run = self.finish('say One. | mcp report_result {"outcome": "failed", "summary": "There is no cheese."} | say Two.')
        self.assertEqual(run['state'], 'failed')
        self.assertEqual(run['summary'], 'There is no cheese.')

    def test_message_instead_of_an_answer(self):
        self.bellhop.environment['BELLHOP_MCP_WAIT_MS'] = '300'
        run_id = self.create('mcp ask_human {"question": "Which colour?", "options": ["Blue", "Red"]} | say I asked.')
        self.bellhop.question(run_id)
        self.wait_words(run_id)
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Never mind. [[do: say Two.]]'})
        wait_for(lambda: len(self.file(run_id, 'prompts')) == 2, 'the message to be taken up')
        self.answer(run_id, 'Blue')
        run = self.end(run_id)
        self.assertIn('The person answered: Blue', self.file(run['id'], 'prompts')[2])

    def test_same_words_twice(self):
        """Once answered, the same words are another question; and one that was stopped can be asked again."""
        run_id = self.create('ask Go on? = Yes, No | ask Go on? = Yes, No | say One.')
        first = self.bellhop.question(run_id)
        self.bellhop.post(f'/v1/runs/{run_id}/answers', {'question': first['id'], 'options': ['yes']})
        second = wait_for(lambda: next((q for q in self.bellhop.get(f'/v1/runs/{run_id}/questions')['questions']
                                        if q['id'] != first['id']), None), 'the second question')
        self.bellhop.post(f'/v1/runs/{run_id}/stop')
        self.bellhop.wait_state(run_id, 'stopped')
        wait_for(lambda: self.bellhop.run(run_id)['can_continue'], 'the DevBox to be at rest')
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Yet [[do: ask Go on? = Yes, No | say Two.]]'})
        third = self.bellhop.question(run_id)
        self.assertNotIn(third['id'], (first['id'], second['id']))
        self.bellhop.post(f'/v1/runs/{run_id}/answers', {'question': third['id'], 'options': ['no']})
        run = self.bellhop.wait_end(run_id)
        self.assertEqual(run['summary'].strip(), 'Two.')
        self.assertEqual([a['content']['choice'] for a in self.file(run['id'], 'answers') if a], ['Yes', 'No'])
        self.assertIn('had stopped you in the middle', self.file(run['id'], 'prompts')[1])

    def test_autonomous(self):
        run = self.finish('ask Which colour? = Blue, Red | say Painted.', mode='autonomous', keep='keep',
                          target={'worker': self.start().worker, 'image': 'host'})
        self.assertEqual(run['state'], 'completed', run['reason'])
        self.assertEqual(self.file(run['id'], 'answers'), [{'action': 'decline'}])
        self.assertIn('decide for itself', ''.join(row[3] for row in self.rows(run) if row[0] == 'status'))
        self.assertNotIn('ask_human', self.file(run['id'], 'prompts')[0])

    def test_autonomous_takes_what_is_recommended(self):
        run = self.finish('ask Which colour? = Blue, Red* | ask Which size? = Large, Small | say Painted.', mode='autonomous',
                          keep='keep', target={'worker': self.start().worker, 'image': 'host'})
        self.assertEqual(run['state'], 'completed', run['reason'])
        self.assertEqual(self.file(run['id'], 'answers'), [{'action': 'accept', 'content': {'choice': 'Red'}}, {'action': 'decline'}])
        self.assertEqual([row[3] for row in self.rows(run) if row[0] == 'status' and 'Autonomous' in row[3]],
                         ['Autonomous: took the recommended answer to “Which colour?”: Red',
                          'Autonomous: asked “Which size?”, and was told to decide for itself.'])
        self.assertEqual(self.questions(run['id']), [])

    def test_permission(self):
        run = self.finish('permission | tool echo yes')
        self.assertEqual(self.file(run['id'], 'answers'), [{'outcome': {'outcome': 'selected', 'optionId': 'yes'}}])
        self.assertIn('allowed', [row for row in self.rows(run) if row[2] == 'Terminal'][0][3])

    def test_steer_and_interrupt(self):
        run_id = self.create('say One. | sleep 60 | say Never.')
        self.wait_words(run_id)
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Rather [[do: say Two.]]', 'interrupt': True})
        run = self.end(run_id)
        self.assertEqual(run['summary'].strip(), 'Two.')
        self.assertNotIn('Never', str(self.rows(run)))

    def test_continue(self):
        run = self.finish('say One.')
        self.bellhop.post(f'/v1/runs/{run["id"]}/messages', {'text': 'Go on. [[do: say Two.]]'})
        wait_for(lambda: len(self.file(run['id'], 'prompts')) == 2, 'the second prompt')
        run = self.bellhop.wait_end(run['id'])
        self.assertEqual(run['summary'].strip(), 'Two.')
        self.assertNotIn('replayed', str(self.rows(run)))

    def test_forgotten_session(self):
        """A session that is not known any more: a new one is told the story."""
        self.engine('forgetful', environment=['AGENT_FORGETS=1'], name='Forgetful')
        run = self.finish('say One.', engine='forgetful')
        self.bellhop.post(f'/v1/runs/{run["id"]}/messages', {'text': 'Go on. [[do: say Two.]]'})
        wait_for(lambda: len(self.file(run['id'], 'prompts')) == 2, 'the second prompt')
        run = self.bellhop.wait_end(run['id'])
        self.assertEqual(run['summary'].strip(), 'Two.')
        self.assertIn('in a session that is lost', self.file(run['id'], 'prompts')[1])
        self.assertIn('session', str([row for row in self.rows(run) if row[0] == 'status']))

    def test_dies_once(self):
        run = self.finish('say One. | die 9 | say Two.')
        self.assertEqual(run['state'], 'completed', run['reason'])
        self.assertIn('signal 9', str([row for row in self.rows(run) if row[0] == 'status']))
        self.assertEqual(run['summary'].strip(), 'Two.')
        self.assertIn('Your process ended', self.file(run['id'], 'prompts')[1])

    def test_dies_for_ever(self):
        run = self.finish('stderr out of cheese | die 9 | die 9 | die 9 | stderr no cheese | die 9 | say Two.')
        self.assertEqual(run['state'], 'failed')
        self.assertIn('ended 4 times', run['reason'])
        self.assertIn('no cheese', run['reason'])

    def test_cannot_start(self):
        self.engine('absent', command='no-such-engine acp', install='npm install absent')
        run = self.finish('say One.', engine='absent')
        self.assertEqual(run['state'], 'failed')
        self.assertIn('could not be started', run['reason'])
        self.assertIn('npm install absent', run['reason'])

    def test_gives_up_at_start(self):
        self.engine('useless', command='sh -c "echo I give up >&2; exit 7"')
        run = self.finish('say One.', engine='useless')
        self.assertEqual(run['state'], 'failed')
        self.assertIn('exit status 7', run['reason'])
        self.assertIn('I give up', run['reason'])

    def test_signed_out(self):
        self.engine('out', environment=['AGENT_SIGNED_OUT=1'])
        run = self.finish('say One.', engine='out')
        self.assertEqual(run['state'], 'failed')
        self.assertIn('not signed in', run['reason'])

    def test_model_error(self):
        self.engine('broke', environment=['AGENT_FAIL=-32603'])
        run = self.finish('say One.', engine='broke')
        self.assertEqual(run['state'], 'failed')
        self.assertIn('401', run['reason'])

    def test_empty_turn(self):
        run = self.finish('think Hmm')
        self.assertEqual(run['state'], 'failed')
        self.assertIn('without saying or doing anything', run['reason'])

    def test_model_error_as_an_answer(self):
        run = self.finish('say Error: Authentication failed with provider (HTTP 401).')
        self.assertEqual(run['state'], 'failed')
        self.assertIn('its model failed: Error: Authentication failed', run['reason'])
        # as Goose says it
        run = self.finish('say Network error: Could not connect to api.openai.com — check your network connection and try again.')
        self.assertEqual(run['state'], 'failed')
        self.assertIn('its model failed: Network error', run['reason'])
        # an answer that is about errors
        run = self.finish('say HTTP 404 means that there is no such page; a quota or a rate limit is told by HTTP 429. ' + 'Read on. ' * 120)
        self.assertEqual(run['state'], 'completed', run['reason'])
        # the same words after some work are a report of it
        run = self.finish('tool true | say The server answers: API error, as it should.')
        self.assertEqual(run['state'], 'completed')

    def test_garbage(self):
        """Lines that are no JSON, of 11 MiB, of unknown kinds: the work goes on."""
        run = self.finish('raw Hello there | raw {"jsonrpc":"2.0","method":"session/update","params":7} | raw [1] | raw {} | long 11534336 '
                          '| say Fine.')
        self.assertEqual(run['state'], 'completed', run['reason'])
        self.assertIn('11 MiB in one line', str(self.rows(run)))

    def test_stubborn(self):
        run_id = self.create('say One. | stubborn')
        self.wait_words(run_id)
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Rather [[do: say Two.]]', 'interrupt': True})
        run = self.bellhop.wait_end(run_id)
        self.assertEqual(run['summary'].strip(), 'Two.')

    def test_stop(self):
        run_id = self.create('say One. | sleep 60')
        self.wait_words(run_id)
        self.bellhop.post(f'/v1/runs/{run_id}/stop')
        self.bellhop.wait_state(run_id, 'stopped')
        wait_for(lambda: not self.agents(run_id), 'the engine to be gone')
        wait_for(lambda: self.bellhop.run(run_id)['can_continue'], 'the DevBox to be at rest')
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Yet [[do: say Two.]]'})
        run = wait_for(lambda: (lambda r: r if r['state'] == 'completed' else None)(self.bellhop.run(run_id)), 'it to go on')
        self.assertEqual(run['summary'].strip(), 'Two.')
        self.assertNotIn('unexpectedly', str(self.rows(run)))

    def test_stop_while_it_waits_for_an_answer(self):
        """The turn is over and only an answer is missing: stop ends that, and a message goes on."""
        self.bellhop.environment['BELLHOP_MCP_WAIT_MS'] = '300'
        run_id = self.create('mcp ask_human {"question": "Which colour?", "options": ["Blue", "Red"]} | say I asked.')
        self.bellhop.question(run_id)
        self.wait_words(run_id)
        self.bellhop.post(f'/v1/runs/{run_id}/stop')
        self.bellhop.wait_state(run_id, 'stopped')
        wait_for(lambda: self.bellhop.run(run_id)['can_continue'], 'the DevBox to be at rest')
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Yet [[do: say Two.]]'})
        run = wait_for(lambda: (lambda r: r if r['state'] == 'completed' else None)(self.bellhop.run(run_id)), 'it to go on')
        self.assertEqual(run['summary'].strip(), 'Two.')
        self.assertEqual(len(self.file(run['id'], 'prompts')), 2)

    def test_stop_between_answer_and_prompt(self):
        """Its process is away when the answer comes, and what is started to hear it is not ready yet: stop is the end of that, also
        over restarts, and the answer is told to nobody later."""
        self.engine(environment=['AGENT_AWAY=1'])
        self.bellhop.environment['BELLHOP_MCP_WAIT_MS'] = '300'
        run_id = self.create('mcp ask_human {"question": "Which colour?", "options": ["Blue", "Red"]} | say I asked.')
        question = self.bellhop.question(run_id)
        self.wait_words(run_id)
        wait_for(lambda: self.file(run_id, 'ended'), 'the turn to end')
        (self.workspace(run_id) / 'away').touch()
        self.kill_engine(run_id)
        wait_for(lambda: not self.agents(run_id), 'its end')
        self.answer(run_id, 'Red')
        wait_for(lambda: self.agents(run_id), 'it to be started with the answer')
        self.assertEqual(self.bellhop.run(run_id)['state'], 'running')
        self.bellhop.post(f'/v1/runs/{run_id}/stop')
        self.end(run_id, 'stopped')
        (self.workspace(run_id) / 'away').unlink()
        wait_for(lambda: not self.agents(run_id), 'the engine to be gone')
        self.bellhop.restart_all()
        run = self.end(run_id, 'stopped')
        self.assertEqual([(q['id'], q['state']) for q in self.questions(run_id)], [(question['id'], 'answered')])
        self.assertEqual(len(self.file(run_id, 'prompts')), 1)
        self.assertEqual(self.agents(run_id), [])
        # only a message has it go on
        wait_for(lambda: self.bellhop.run(run_id)['can_continue'], 'the DevBox to be at rest')
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': 'Yet [[do: say Two.]]'})
        run = wait_for(lambda: (lambda r: r if r['state'] == 'completed' else None)(self.bellhop.run(run_id)), 'it to go on')
        self.assertEqual(run['summary'].strip(), 'Two.')
        self.assertEqual(len(self.file(run_id, 'prompts')), 2)

    def test_flood(self):
        run = self.finish('flood 20000 | say Fine.')
        self.assertEqual(run['state'], 'completed', run['reason'])
        text = [row for row in self.rows(run) if row[0] == 'message'][0][3]
        self.assertEqual(text.count('\n'), 20002)


if __name__ == '__main__':
    tap.main()

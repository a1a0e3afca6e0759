# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What the coordinator must stand: every bad request gets its problem document and changes nothing."""

import os
import json
import pathlib
import re
import socket
import sys
import threading
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import Bellhop, Problem, block, in_threads, wait_for  # noqa: E402
import sanitizers  # noqa: E402
import tap  # noqa: E402

ASK = block('text: Where should the toggle live?\noptions:\n  - Toolbar\n  - Menu\nrecommended: Toolbar\nvar: WHERE', 'ask')


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bellhop = cls.enterClassContext(Bellhop())

    def refused(self, status, code, field=None, call=None, **body):
        with self.assertRaises(Problem) as caught:
            (call or (lambda: self.bellhop.post('/v1/runs', body)))()
        problem = caught.exception
        self.assertEqual((problem.status, problem.code, problem.field), (status, code, field), problem.document)
        self.assertTrue(problem.document['detail'])
        self.assertEqual(problem.document['status'], status)
        self.assertTrue(problem.document['title'])
        return problem

    def count(self):
        return len(self.bellhop.get('/v1/runs?limit=200')['runs'])


class Creating(Case):
    def test_bad_requests_create_nothing(self):
        before = self.count()
        runnable = block('true')
        self.refused(422, 'instructions_required', 'instructions')
        self.refused(422, 'instructions_required', 'instructions', instructions='')
        self.refused(422, 'instructions_required', 'instructions', instructions=' \n\t ')
        self.refused(422, 'instructions_too_long', 'instructions', instructions=runnable + 'x' * 256 * 1024)
        self.refused(422, 'target_required', 'target', instructions=runnable, mode='autonomous')
        self.refused(422, 'unknown_field', 'enigne', instructions=runnable, enigne='auto')
        self.refused(422, 'engine_not_found', 'engine', instructions=runnable, engine='none-such')
        self.refused(422, 'worker_not_found', 'target', instructions=runnable, target={'worker': 'nowhere'})
        self.refused(422, 'image_not_found', 'target', instructions=runnable,
                     target={'worker': self.bellhop.worker, 'image': 'no-such-image'})
        self.refused(422, 'nothing_to_run', 'instructions', instructions='Just prose.', engine='runbook')
        self.refused(422, 'invalid_field', 'mode', instructions=runnable, mode='sometimes')
        self.refused(422, 'invalid_field', 'instructions', instructions=7)
        self.refused(422, 'invalid_field', 'ticket_url', instructions=runnable, ticket_url='javascript:1')
        self.refused(422, 'invalid_field', 'workspace', instructions=runnable, workspace='/src/app')
        self.assertEqual(self.count(), before)

    def test_bad_json(self):
        before = self.count()
        for body in (b'{', b'[]', b'"x"', b'', b'{"instructions": "\xff"}', b'[' * 100000, b'{"instructions":"a\\u0000"}'):
            status, _, content = self.bellhop.raw('POST', '/v1/runs', body)
            self.assertEqual(status, 400, (body[:20], content))
            self.assertEqual(json.loads(content)['code'], 'bad_json')
        status, _, content = self.bellhop.raw('POST', '/v1/runs', b'x' * (3 * 1024 * 1024))
        self.assertEqual((status, json.loads(content)['code']), (413, 'too_large'))
        self.assertEqual(self.count(), before)

    def test_paths_and_methods(self):
        self.refused(404, 'not_found', call=lambda: self.bellhop.get('/v1/none'))
        self.refused(404, 'not_found', call=lambda: self.bellhop.get('/'))
        self.refused(404, 'run_not_found', call=lambda: self.bellhop.get('/v1/runs/r_0000000000000000'))
        self.refused(404, 'run_not_found', call=lambda: self.bellhop.get('/v1/runs/r_%3Cb%3E'))
        self.refused(405, 'method_not_allowed', call=lambda: self.bellhop.request('PUT', '/v1/runs', {}))
        self.refused(422, 'unknown_field', 'colour', call=lambda: self.bellhop.get('/v1/runs?colour=red'))
        self.refused(422, 'invalid_field', 'status', call=lambda: self.bellhop.get('/v1/runs?status=odd'))
        self.refused(422, 'invalid_field', 'limit', call=lambda: self.bellhop.get('/v1/runs?limit=0'))

    def test_host_header_of_another_site_is_refused(self):
        status, _, content = self.bellhop.raw('GET', '/v1/runs', headers={'Host': 'evil.example'})
        self.assertEqual((status, json.loads(content)['code']), (421, 'bad_host'))

    def test_body_of_a_refused_request_is_not_kept(self):
        pid = self.bellhop.get('/v1/info')['pid']
        for framing in (b'Content-Length: 100000000', b'Transfer-Encoding: chunked'):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(self.bellhop.path)
                client.sendall(b'POST /v1/runs HTTP/1.1\r\nHost: evil.example\r\n' + framing + b'\r\n\r\n')
                for _ in range(99):
                    part = b'x' * 1000000
                    client.sendall(b'f4240\r\n' + part + b'\r\n' if b'chunked' in framing else part)
                status = pathlib.Path(f'/proc/{pid}/status').read_text()
            if not sanitizers.enabled():
                self.assertLess(int(re.search(r'VmRSS:\s+(\d+)', status)[1]), 80 * 1024)

    def test_idempotency_key(self):
        body = {'instructions': block('echo once')}
        first = self.bellhop.post('/v1/runs', body, headers={'Idempotency-Key': 'k1'})
        second = self.bellhop.post('/v1/runs', body, headers={'Idempotency-Key': 'k1'})
        self.assertEqual(first['id'], second['id'])
        self.refused(422, 'idempotency_mismatch',
                     call=lambda: self.bellhop.post('/v1/runs', {'instructions': block('echo other')},
                                                    headers={'Idempotency-Key': 'k1'}))
        self.bellhop.wait_end(first['id'])

    def test_list_search_and_page(self):
        ids = [self.bellhop.create(block('true'), name=f'Zebra crossing {i}')['id'] for i in range(3)]
        found = self.bellhop.get('/v1/runs?q=zebr&limit=2')
        self.assertEqual([run['id'] for run in found['runs']], [ids[2], ids[1]])
        rest = self.bellhop.get(f'/v1/runs?q=zebr&limit=2&before={found["next"]}')
        self.assertEqual([run['id'] for run in rest['runs']], [ids[0]])
        self.assertIsNone(rest['next'])
        for query in ('%22', '*', 'a%20OR%20b', '(', 'NEAR(', '-x', '%27;drop'):
            self.bellhop.get(f'/v1/runs?q={query}')
        for run in ids:
            self.bellhop.wait_end(run)
        self.assertEqual({run['id'] for run in self.bellhop.get('/v1/runs?status=completed&q=zebra')['runs']}, set(ids))


class Working(Case):
    def test_timeline_of_a_small_run(self):
        run = self.bellhop.create('# Hello\n\nFirst look.\n\n' + block('echo one; echo two >&2') + 'Then more.\n' +
                                  block('false', flags='continue-on-error') + block('exit 0'))
        self.assertEqual(run['mode'], 'interactive')
        end = self.bellhop.wait_end(run['id'])
        self.assertEqual(end['state'], 'completed', end)
        rows = self.bellhop.rows(run['id'])
        self.assertEqual([(row['kind'], row['author'], row['tool']) for row in rows],
                         [('message', 'you', None), ('step', 'bellhop', 'launch DevBox'),
                          ('message', 'runbook', None), ('step', 'runbook', 'exec in DevBox'),
                          ('message', 'runbook', None), ('step', 'runbook', 'exec in DevBox'),
                          ('step', 'runbook', 'exec in DevBox'), ('step', 'runbook', 'report job result')])
        self.assertEqual([row['n'] for row in rows], list(range(len(rows))))
        self.assertEqual(self.bellhop.body(run['id'], 3), b'one\ntwo\n')
        self.assertEqual(self.bellhop.text(run['id'], 3, 'call').strip(), 'echo one; echo two >&2')
        self.assertEqual([row['exit_status'] for row in rows if row['tool'] == 'exec in DevBox'], [0, 1, 0])
        self.assertEqual(end['engine_used'], 'runbook')
        self.assertTrue(end['summary'])

    def test_state_is_kept_between_blocks(self):
        run = self.bellhop.create(block('X=7; cd /tmp; f() { echo "f $X"; }') + block('f; pwd') + block('set -e; false; echo no',
                                  flags='continue-on-error') + block('echo after'))
        self.bellhop.wait_end(run['id'])
        self.assertEqual(self.bellhop.outputs(run['id'])[1], 'f 7\n/tmp\n')
        self.assertEqual(self.bellhop.outputs(run['id'])[2], '')
        self.assertEqual(self.bellhop.outputs(run['id'])[3], 'after\n')

    def test_failing_block_fails_the_run(self):
        run = self.bellhop.create(block('exit 3') + block('echo never'))
        end = self.bellhop.wait_end(run['id'])
        self.assertEqual(end['state'], 'failed')
        self.assertIn('3', end['reason'])
        self.assertEqual(len(self.bellhop.steps(run['id'])), 1)
        self.assertEqual(self.bellhop.rows(run['id'])[-1]['tool'], 'report job result')

    def test_environment(self):
        run = self.bellhop.create(block('echo "$GREETING"'), env={'GREETING': 'a "b" $c \' d'})
        self.assertEqual(run['env'], ['GREETING'])
        self.bellhop.wait_end(run['id'])
        self.assertEqual(self.bellhop.outputs(run['id']), ['a "b" $c \' d\n'])

    def test_autonomous_run(self):
        run = self.bellhop.create(ASK + block('echo "$WHERE"') + block('bellhop-ask --confirm Really; echo "status $?"'),
                                  mode='autonomous', target={'worker': self.bellhop.worker, 'image': 'host'})
        end = self.bellhop.wait_end(run['id'])
        self.assertEqual(end['state'], 'completed', end)
        self.assertEqual(self.bellhop.outputs(run['id'])[0], 'Toolbar\n')
        self.assertIn('status 3', self.bellhop.outputs(run['id'])[1])
        self.assertEqual(self.bellhop.get(f'/v1/runs/{run["id"]}/questions?all=true')['questions'], [])

    def test_autonomous_question_without_recommendation_fails(self):
        run = self.bellhop.create(block('true') + block('text: Which?\noptions:\n  - A\n  - B', 'ask'), mode='autonomous',
                                  target={'worker': self.bellhop.worker})
        end = self.bellhop.wait_end(run['id'])
        self.assertEqual(end['state'], 'failed')
        self.assertIn('autonomous', end['reason'].lower())

    def find(self, run, text, **more):
        return self.bellhop.get(f'/v1/runs/{run["id"]}/find?' + urllib.parse.urlencode({'text': text, **more}))

    def test_find(self):
        """Anywhere in what is kept, also where slices meet; nothing that is typed means anything else."""
        run = self.bellhop.create(block(
            'head -c 65533 /dev/zero | tr "\\0" a; printf "%s%s" "Seam o" "f slices"; head -c 9000000 /dev/zero | tr "\\0" b\n'
            'printf "\\033[31mST\\033[0mRASSE Größe 100%%_x"; head -c 700000 /dev/zero | tr "\\0" c') + block('echo last'))
        self.bellhop.wait_end(run['id'])
        first, last = (step['n'] for step in self.bellhop.steps(run['id']))
        for text in ('sEAM OF SLICES', 'strasse GRÖSSE', '0%_X', 'aaSeam', 'bbbSTR'):
            self.assertEqual(self.find(run, text), {'row': first, 'next': None}, text)
        for text in ('1%x', '100_', 'se%of', 'Seam.of', 'S*', 'bba'):
            found, rows = self.find(run, text), 0
            while found['next'] is not None:
                self.assertIsNone(found['row'])
                rows += 1
                found = self.find(run, text, **{'from': found['next']})
            self.assertIsNone(found['row'], text)
            # so much is not read by one request
            self.assertGreater(rows, 0)
        for bad in ('%F0', 'a%FF', '%ED%A0%80'):
            self.refused(422, 'invalid_field', 'text', lambda: self.bellhop.get(f'/v1/runs/{run["id"]}/find?text={bad}'))
        self.assertEqual(self.find(run, 'ccc', count=1, **{'from': first})['row'], first)
        self.assertEqual(self.find(run, 'a', backwards='true')['row'], len(self.bellhop.rows(run['id'])) - 1)
        self.assertEqual(self.find(run, 'seam', backwards='true', **{'from': first + 1}), {'row': None, 'next': None})
        self.assertEqual(self.find(run, 'seam', **{'from': 100000}), {'row': None, 'next': None})
        for bad in ({'text': ''}, {'text': 'x' * 257}, {'text': 'x', 'count': 0}, {'text': 'x', 'backwards': 'maybe'}):
            with self.assertRaises(Problem) as caught:
                self.find(run, **bad)
            self.assertEqual(caught.exception.code, 'invalid_field')

    def test_events_are_the_timeline(self):
        run = self.bellhop.create(block('for i in 1 2 3 4 5; do echo $i; sleep 0.05; done'))
        seqs, output, rows = [], {}, {}
        with self.bellhop.stream(f'/v1/runs/{run["id"]}/events') as stream:
            for event in stream:
                seqs.append(int(event['id']))
                data = event['data']
                self.assertEqual(data['seq'], seqs[-1])
                if event['event'] == 'delta':
                    key = (data['row'], data['part'])
                    self.assertEqual(len(output.get(key, '')), data['offset'])
                    output[key] = output.get(key, '') + data['text']
                elif event['event'] == 'row':
                    rows[data['row']['n']] = data['row']
                elif event['event'] == 'run' and data['run']['state'] == 'completed':
                    break
        self.assertEqual(seqs, list(range(1, len(seqs) + 1)))
        self.assertEqual(sorted(rows), list(range(len(rows))))
        step = self.bellhop.steps(run['id'])[0]
        self.assertEqual(output[step['n'], 'result'], '1\n2\n3\n4\n5\n')
        # the same again from the journal, and from the middle
        with self.bellhop.stream(f'/v1/runs/{run["id"]}/events', after=seqs[3]) as stream:
            self.assertEqual(int(next(iter(stream))['id']), seqs[4])
        page = self.bellhop.get(f'/v1/runs/{run["id"]}/events?after=2&limit=3')
        self.assertEqual([event['data']['seq'] for event in page['events']], [3, 4, 5])

    def test_global_events(self):
        with self.bellhop.stream('/v1/events') as stream:
            events = iter(stream)
            self.assertEqual(next(events)['event'], 'hello')
            run = self.bellhop.create(ASK + block('true'))
            seen = []
            for event in events:
                seen.append(event['event'])
                if event['event'] == 'question':
                    self.assertEqual(event['data']['run'], run['id'])
                    break
            self.assertIn('run', seen)
            self.bellhop.delete(f'/v1/runs/{run["id"]}')
            for event in events:
                if event['event'] == 'run_deleted':
                    self.assertEqual(event['data'], {'id': run['id']})
                    break


class Questions(Case):
    def answer(self, run, **body):
        return self.bellhop.post(f'/v1/runs/{run["id"]}/answers', body)

    def test_ask_block(self):
        run = self.bellhop.create(ASK + block('echo "chosen: $WHERE"'))
        question = self.bellhop.question(run['id'])
        self.assertEqual(question['asked_by'], 'runbook')
        menu = question['questions'][0]['options'][1]['id']
        refused = lambda status, code, field=None, **body: self.refused(status, code, field, lambda: self.answer(run, **body))  # noqa: E731
        refused(422, 'option_not_found', 'answers[0].options', question=question['id'],
                answers=[{'question': question['questions'][0]['id'], 'options': ['attic']}])
        for body in ({'answers': []}, {'options': []}, {'text': '  '}, {}):
            with self.assertRaises(Problem) as caught:
                self.answer(run, **body)
            self.assertEqual((caught.exception.status, caught.exception.code), (422, 'answer_incomplete'), body)
        refused(404, 'question_not_found', None, question='q_0000000000000000', options=[menu])
        self.assertEqual(self.bellhop.run(run['id'])['state'], 'needs_you')
        answered = self.answer(run, question=question['id'], options=[menu])
        self.assertEqual((answered['state'], answered['answered_by']), ('answered', 'you'))
        problem = refused(409, 'already_answered', 'question', question=question['id'], options=[menu])
        self.assertEqual(problem.document['question']['answers'][0]['options'], [menu])
        self.assertEqual(self.bellhop.wait_end(run['id'])['state'], 'completed')
        self.assertEqual(self.bellhop.outputs(run['id']), ['chosen: Menu\n'])
        row = next(row for row in self.bellhop.rows(run['id']) if row['kind'] == 'question')
        self.assertEqual(row['state'], 'answered')
        refused(409, 'already_answered', 'question', question=question['id'], options=[menu])

    def test_bellhop_ask_and_sets(self):
        run = self.bellhop.create(block('''cat > q.json <<'J'
{"questions": [
  {"id": "a", "text": "One?", "kind": "single", "options": [{"id": "x", "label": "X"}, {"id": "y", "label": "Y"}]},
  {"id": "b", "text": "Some?", "kind": "multiple", "options": [{"id": "p", "label": "P"}, {"id": "q", "label": "Q"}]},
  {"id": "c", "text": "What?", "kind": "text"},
  {"id": "d", "text": "Sure?", "kind": "confirm"}]}
J
bellhop-ask --json q.json --format json'''))
        question = self.bellhop.question(run['id'])
        self.assertEqual([q['id'] for q in question['questions']], list('abcd'))
        answers = [{'question': 'a', 'options': ['x']}, {'question': 'b', 'options': ['p', 'q']},
                   {'question': 'c', 'text': 'free \u001b[31mtext'}]
        with self.assertRaises(Problem) as caught:
            self.answer(run, answers=answers)
        self.assertEqual(caught.exception.code, 'answer_incomplete')
        self.answer(run, answers=answers + [{'question': 'd', 'options': ['yes']}])
        self.assertEqual(self.bellhop.wait_end(run['id'])['state'], 'completed')
        printed = json.loads(self.bellhop.body(run['id'], self.bellhop.steps(run['id'])[0]['n']))
        self.assertIn('p', json.dumps(printed))

    def test_question_survives_everything(self):
        run = self.bellhop.create(block('bellhop-ask --choice "Go on?" --option Yes --option No; echo "status $?"'))
        question = self.bellhop.question(run['id'])
        self.bellhop.restart_all()
        self.bellhop.restart()
        again = self.bellhop.question(run['id'])
        self.assertEqual(again, question)
        self.answer(run, options=[question['questions'][0]['options'][1]['id']])
        self.assertEqual(self.bellhop.wait_end(run['id'])['state'], 'completed')
        self.assertEqual(self.bellhop.outputs(run['id']), ['No\nstatus 0\n'])
        self.assertEqual(len(self.bellhop.get(f'/v1/runs/{run["id"]}/questions?all=true')['questions']), 1)

    def test_stopping_withdraws_the_question(self):
        run = self.bellhop.create(ASK + block('true'))
        question = self.bellhop.question(run['id'])
        self.bellhop.post(f'/v1/runs/{run["id"]}/stop')
        self.refused(409, 'question_closed', 'question', lambda: self.answer(run, question=question['id'], text='late'))
        self.assertEqual(self.bellhop.run(run['id'])['state'], 'stopped')

    def test_only_one_of_many_answers_counts(self):
        run = self.bellhop.create(ASK + block('echo "$WHERE"'))
        question = self.bellhop.question(run['id'])
        options = [option['id'] for option in question['questions'][0]['options']]
        outcomes = []

        def answer(option):
            try:
                outcomes.append(('won', self.answer(run, question=question['id'], options=[option])))
            except Problem as problem:
                outcomes.append((problem.code, problem.document['question']))

        threads = [threading.Thread(target=answer, args=[options[i % 2]]) for i in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([outcome for outcome, _ in outcomes].count('won'), 1)
        self.assertEqual([outcome for outcome, _ in outcomes].count('already_answered'), 9)
        self.assertEqual(len({json.dumps(document['answers']) for _, document in outcomes}), 1)
        self.bellhop.wait_end(run['id'])


class Messages(Case):
    def post(self, run, text, **more):
        return self.bellhop.post(f'/v1/runs/{run["id"]}/messages', dict(text=text, **more))

    def test_steer_at_a_block_boundary(self):
        run = self.bellhop.create(block('until [ -e go ]; do sleep 0.02; done; echo first') + block('echo last'))
        wait_for(lambda: self.bellhop.steps(run['id']), 'the first block')
        message = self.post(run, 'Look at this before:\n' + block('echo steered'))
        self.assertEqual(message['state'], 'queued')
        row = self.bellhop.rows(run['id'])[message['row']]
        self.assertEqual((row['author'], row['state']), ('you', 'queued'))
        withdrawn = self.post(run, block('echo never'))
        self.assertEqual(self.bellhop.delete(f'/v1/runs/{run["id"]}/messages/{withdrawn["id"]}')['state'], 'withdrawn')
        box = self.bellhop.run(run['id'])['devbox']['id']
        (self.bellhop.boxes / box / 'workspace' / 'go').touch()
        self.assertEqual(self.bellhop.wait_end(run['id'])['state'], 'completed')
        self.assertEqual(self.bellhop.outputs(run['id']), ['first\n', 'steered\n', 'last\n'])
        receipt = self.bellhop.get(f'/v1/runs/{run["id"]}/messages/{message["id"]}')
        self.assertEqual(receipt['state'], 'taken_up')
        self.assertLessEqual(receipt['queued_at'], receipt['delivered_at'])
        self.refused(409, 'message_delivered', None,
                     lambda: self.bellhop.delete(f'/v1/runs/{run["id"]}/messages/{message["id"]}'))

    def test_interrupt(self):
        run = self.bellhop.create(block('sleep 600') + block('echo after'))
        wait_for(lambda: self.bellhop.steps(run['id']), 'the first block')
        self.post(run, block('echo now'), interrupt=True)
        self.assertEqual(self.bellhop.wait_end(run['id'])['state'], 'completed')
        steps = self.bellhop.steps(run['id'])
        self.assertEqual([step['state'] for step in steps], ['stopped', 'done', 'done'])
        self.assertEqual(self.bellhop.outputs(run['id'])[1:], ['now\n', 'after\n'])

    def test_continue(self):
        run = self.bellhop.create(block('X=kept; echo begun > file'))
        end = self.bellhop.wait_end(run['id'])
        self.assertTrue(end['can_continue'])
        self.post(run, 'Go on.\n' + block('cat file; echo $X'))
        wait_for(lambda: self.bellhop.run(run['id'])['turns'] == 2 and
                 self.bellhop.run(run['id'])['state'] == 'completed', 'the second turn')
        self.assertEqual(self.bellhop.outputs(run['id'])[1], 'begun\nkept\n')
        self.assertEqual(len([row for row in self.bellhop.rows(run['id']) if row['tool'] == 'report job result']), 2)

    def test_message_when_the_box_is_gone(self):
        run = self.bellhop.create(block('true'), keep='remove')
        self.bellhop.wait_end(run['id'])
        wait_for(lambda: not self.bellhop.run(run['id'])['can_continue'], 'the box to be removed')
        self.refused(409, 'devbox_gone', None, lambda: self.post(run, 'hello'))
        self.refused(422, 'invalid_field', 'text', lambda: self.post(run, ''))
        self.assertEqual(self.bellhop.run(run['id'])['state'], 'completed')

    def test_stop_twice_and_delete_while_running(self):
        run = self.bellhop.create(block('sleep 600'))
        wait_for(lambda: self.bellhop.steps(run['id']), 'the block')
        first = self.bellhop.post(f'/v1/runs/{run["id"]}/stop')
        second = self.bellhop.post(f'/v1/runs/{run["id"]}/stop')
        self.assertEqual((first['state'], second['state']), ('stopped', 'stopped'))
        self.assertEqual(first['completed_at'], second['completed_at'])
        run = self.bellhop.create(block('sleep 600'))
        wait_for(lambda: self.bellhop.steps(run['id']), 'the block')
        box = self.bellhop.run(run['id'])['devbox']['id']
        self.bellhop.delete(f'/v1/runs/{run["id"]}')
        self.refused(404, 'run_not_found', None, lambda: self.bellhop.run(run['id']))
        wait_for(lambda: not (self.bellhop.boxes / box).exists(), 'the box to be removed')

    def test_messages_while_a_run_ends(self):
        """Whatever the Run is doing at that moment, a message is taken, by this turn or by the next."""
        for _ in range(10):
            run = self.bellhop.create(block('true'))['id']
            in_threads(lambda _, run=run: [self.bellhop.post(f'/v1/runs/{run}/messages', {'text': block('true')})
                                           for _ in range(5)], range(4))
            self.bellhop.wait_end(run)
            self.bellhop.delete(f'/v1/runs/{run}')

    def test_killed_box_ends_the_run_and_says_so(self):
        run = self.bellhop.create(block('echo before; sleep 600') + block('echo never'))
        wait_for(lambda: self.bellhop.steps(run['id']) and self.bellhop.outputs(run['id'])[0], 'output')
        box = self.bellhop.run(run['id'])['devbox']['id']
        self.bellhop.post(f'/v1/devboxes/{box}/stop')
        end = self.bellhop.wait_end(run['id'])
        self.assertEqual(end['state'], 'failed')
        self.assertIn('DevBox', end['reason'])
        self.assertFalse(end['can_continue'])
        self.assertEqual(self.bellhop.outputs(run['id']), ['before\n'])
        self.assertTrue(any('DevBox' in row['head'] for row in self.bellhop.rows(run['id']) if row['kind'] == 'status'))


if __name__ == '__main__':
    tap.main()

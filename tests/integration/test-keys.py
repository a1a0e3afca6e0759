# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""API keys of engines, from where they are stored to the engine, and nowhere else: with the real coordinator, worker and
boxes, an engine that tells its key in every way, and a real Secret Service."""

import hashlib
import json
import os
import pty
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import Problem, program, wait_for  # noqa: E402
import desktop  # noqa: E402
from scripted_engine import ScriptedCase  # noqa: E402
import tap  # noqa: E402

KEY = 'SCRIPTED_API_KEY'
# with what JSON writes otherwise
VALUE = 'sk-Zq"8\\x7ü-4fT0'
HIDDEN = '*' * len(VALUE.encode())


class Bus(desktop.Session):
    """A session bus, and nothing else of a desktop."""

    def start(self):
        self.start_bus()


class Keys(ScriptedCase):
    def setUp(self):
        self.begin()

    def begin(self, **environment):
        super().begin(**environment)
        self.engine(sign_in=[f'Keys={KEY}', 'Hint=Get a key.'])
        self.engine('other', name='Other')

    def put(self, value=VALUE, name=KEY):
        self.bellhop.request('PUT', f'/v1/keys/{name}', {'value': value})

    def texts(self, run_id):
        return [self.bellhop.text(run_id, row['n'], part) for row in self.bellhop.rows(run_id)
                for part in ('text', 'call', 'result') if row['bytes'][part]]

    def key(self):
        return next(key for key in self.bellhop.get('/v1/keys')['keys'] if key['name'] == KEY)

    def seen(self, run_id):
        """Everything that a person could see of a Run."""
        for path in ('', '/questions?all=true', '/rows?count=500', '/events?after=0&limit=1000'):
            yield self.bellhop.raw('GET', f'/v1/runs/{run_id}{path}')[2]
        for text in self.texts(run_id):
            yield text.encode()
        yield self.bellhop.raw('GET', '/v1/runs')[2]
        yield self.bellhop.raw('GET', '/v1/keys')[2]
        last = self.bellhop.run(run_id)['last_seq']
        with self.bellhop.stream(f'/v1/runs/{run_id}/events', after=0) as stream:
            for event in stream:
                yield json.dumps(event, ensure_ascii=False).encode()
                if int(event['id']) >= last:
                    break
        for arguments in (('show', run_id), ('follow', run_id), ('follow', run_id, '--json'), ('list',), ('list', '--json'), ('keys',)):
            result = self.bellhop.ctl(*arguments)
            yield (result.stdout + result.stderr).encode()

    def stored(self):
        """Everything that lies on the disk but the keys themselves, and what programs in the boxes wrote."""
        files = [*self.bellhop.data.iterdir(), self.bellhop.root / 'log', *self.bellhop.boxes.glob('*/box.json'),
                 *self.bellhop.boxes.glob('*/*.log')]
        self.assertIn('coordinator.db', [file.name for file in files])
        for file in files:
            if file.name not in ('keys', 'coordinator.lock') and file.is_file():
                yield file.read_bytes()

    def assert_nowhere(self, *run_ids, value=VALUE, stored=None):
        forms = {value.encode(), json.dumps(value)[1:-1].encode(), json.dumps(value, ensure_ascii=False)[1:-1].encode()}
        # nor most of it
        forms |= {form[:-1] for form in forms} | {form[1:] for form in forms}
        for text in [*(text for run_id in run_ids for text in self.seen(run_id)), *(self.stored() if stored is None else stored)]:
            for form in forms:
                at = text.find(form)
                self.assertEqual(at, -1, text[max(at - 200, 0):at + 60])

    # where they are stored

    def test_api(self):
        self.start()
        answer = self.bellhop.get('/v1/keys')
        self.assertEqual(answer['stored_in'], 'file')
        self.assertEqual([key['engines'] for key in answer['keys'] if key['name'] == 'GEMINI_API_KEY'], [['gemini', 'opencode']])
        self.assertEqual(self.key(), {'name': KEY, 'engines': ['scripted'], 'set': False})
        self.put()
        self.assertEqual(self.key(), {'name': KEY, 'engines': ['scripted'], 'set': True})
        file = self.bellhop.data / 'keys'
        self.assertEqual((file.stat().st_mode & 0o7777, self.bellhop.data.stat().st_mode & 0o7777), (0o600, 0o700))
        self.assertNotIn(VALUE.encode(), self.bellhop.raw('GET', '/v1/keys')[2])
        self.bellhop.restart()
        self.assertTrue(self.key()['set'])
        self.bellhop.delete(f'/v1/keys/{KEY}')
        self.bellhop.delete(f'/v1/keys/{KEY}')
        self.assertFalse(self.key()['set'])
        self.assertNotIn(b'sk-', file.read_bytes())

    def test_refusals(self):
        self.start()
        for name, body, status, field in ((KEY, {}, 422, 'value'), (KEY, {'value': ''}, 422, 'value'), (KEY, {'value': 7}, 422, 'value'),
                                          (KEY, {'value': 'two\nlines'}, 422, 'value'), (KEY, {'value': 'x' * 16385}, 422, 'value'),
                                          (KEY, {'value': VALUE, 'more': 1}, 422, 'more'), ('PATH', {'value': VALUE}, 404, None)):
            with self.assertRaises(Problem) as caught:
                self.bellhop.request('PUT', f'/v1/keys/{name}', body)
            self.assertEqual((caught.exception.status, caught.exception.document['field']), (status, field))
            self.assertNotIn(VALUE, json.dumps(caught.exception.document, ensure_ascii=False))
        with self.assertRaises(Problem) as caught:
            self.bellhop.delete('/v1/keys/PATH')
        self.assertEqual(caught.exception.status, 404)
        self.assertFalse((self.bellhop.data / 'keys').exists())

    def test_only_the_owner(self):
        url = self.bellhop.listen()
        self.start()
        token = self.bellhop.ctl('token', 'add', 'desk', check=0).stdout.strip()
        result = self.bellhop.ctl('--url', url, '--token', token, '--fingerprint', self.bellhop.fingerprint, 'keys')
        self.assertEqual((result.returncode, result.stdout), (2, ''))
        self.assertIn('own machine only', result.stderr)

    def test_bad_file(self):
        file = self.bellhop.data / 'keys'
        self.bellhop.data.mkdir(mode=0o700)
        file.write_text(f'[Keys]\n{VALUE}\n')
        self.start()
        with self.assertRaises(Problem) as caught:
            self.bellhop.get('/v1/keys')
        self.assertEqual((caught.exception.status, caught.exception.code), (503, 'keys_unavailable'))
        self.assertIn(str(file), caught.exception.document['detail'])
        with self.assertRaises(Problem):
            self.put()
        self.assertEqual(file.read_text(), f'[Keys]\n{VALUE}\n')
        # it is a reason for an engine that would need one, and none for others
        run = self.finish('say Hello')
        self.assertEqual(run['state'], 'failed')
        self.assertIn('not signed in', run['reason'])
        self.assertIn(str(file), run['reason'])
        self.assertEqual(self.finish('say Hello', engine='other')['state'], 'completed')
        self.assert_nowhere(run['id'])

    def test_ctl(self):
        self.start()
        self.bellhop.ctl('keys', 'set', KEY, stdin=VALUE + '\n', check=0)
        self.assertRegex(self.bellhop.ctl('keys', check=0).stdout, rf'\n{KEY} +stored +Scripted\n')
        keys = [json.loads(line) for line in self.bellhop.ctl('keys', '--json', check=0).stdout.splitlines()]
        self.assertEqual([key['name'] for key in keys if key['set']], [KEY])
        self.assertEqual((self.bellhop.data / 'keys').read_text(), '[Keys]\n' + f'{KEY}={VALUE}\n'.replace('\\', '\\\\'))
        self.bellhop.ctl('keys', 'remove', KEY, check=0)
        self.assertFalse(self.key()['set'])
        self.assertIn('not empty', self.bellhop.ctl('keys', 'set', KEY, stdin='', check=2).stderr)
        self.bellhop.ctl('keys', 'set', 'PATH', stdin='x', check=2)
        self.bellhop.ctl('keys', 'set', KEY, VALUE, stdin='', check=2)
        self.bellhop.ctl('keys', 'remove', check=2)
        self.bellhop.ctl('keys', 'show', check=2)

    def test_hidden_prompt(self):
        self.start()
        master, slave = pty.openpty()
        ctl = subprocess.Popen([program('bellhopctl'), 'keys', 'set', KEY], env=self.bellhop.environment, stdin=slave, stdout=slave,
                               stderr=slave)
        os.close(slave)
        shown = b''
        while b': ' not in shown:
            shown += os.read(master, 1000)
        os.write(master, VALUE.encode() + b'\n')
        self.assertEqual(ctl.wait(60), 0)
        try:
            while chunk := os.read(master, 1000):
                shown += chunk
        except OSError:
            pass  # how a terminal ends
        os.close(master)
        self.assertNotIn(b'sk-', shown)
        self.assertTrue(self.key()['set'])
        self.assertEqual((self.bellhop.data / 'keys').read_text().count('sk-'), 1)

    # who gets them

    def test_only_its_engine(self):
        self.start()
        worker = self.bellhop.worker

        def why_not():
            engines = self.bellhop.get(f'/v1/engines?worker={worker}&image=host')['engines']
            return next((engine['why_not'], engine['why_not_code'], engine['keys']) for engine in engines if engine['id'] == 'scripted')
        self.assertIn('not signed in', why_not()[0])
        self.assertEqual(why_not()[1:], ('key_missing', [KEY]))
        run = self.finish('say Hello')
        self.assertEqual(run['state'], 'failed')
        self.assertIn('Get a key.', run['reason'])
        self.put()
        self.assertEqual(why_not()[:2], (None, None))
        tell = f'tool printf %s "${KEY}" >/tmp/key; sha256sum </tmp/key'
        run = self.finish(tell)
        self.assertEqual(run['state'], 'completed', run['reason'])
        digest = hashlib.sha256(VALUE.encode()).hexdigest()
        self.assertTrue(any(digest in text for text in self.texts(run['id'])))
        other = self.finish(tell, engine='other')
        self.assertEqual(other['state'], 'completed', other['reason'])
        self.assertTrue(any(hashlib.sha256(b'').hexdigest() in text for text in self.texts(other['id'])))
        runbook = self.bellhop.create(f'```sh\necho "[${KEY}]"\n```', engine='runbook')['id']
        self.bellhop.wait_end(runbook)
        self.assertEqual(self.bellhop.outputs(runbook), ['[]\n'])
        # what the Run brings comes first
        own = self.finish(tell, env={KEY: 'mine-for-once'})
        self.assertTrue(any(hashlib.sha256(b'mine-for-once').hexdigest() in text for text in self.texts(own['id'])))
        self.assert_nowhere(run['id'], other['id'], runbook, own['id'])

    def test_hidden_from_its_engine(self):
        """`NAME=` in the engine's file: neither a stored key, though the file lists it, nor one that the Run brings."""
        other = 'OTHER_API_KEY'
        self.engine('plan', name='Plan', environment=[f'{KEY}=', 'UNHIDDEN=as it is'], sign_in=[f'Keys={KEY};{other}'])
        self.start()
        self.put()
        self.put('sk-other-0123', other)
        for env in ({}, {KEY: VALUE}):
            run = self.finish('tool env -0 >/workspace/environment', engine='plan', env=env, keep='keep')
            self.assertEqual(run['state'], 'completed', run['reason'])
            text = (self.workspace(run['id']) / 'environment').read_bytes().decode()
            seen = dict(pair.split('=', 1) for pair in text.split('\0') if pair)
            self.assertEqual((seen['UNHIDDEN'], seen[other], seen.get(KEY, '')), ('as it is', 'sk-other-0123', ''))
            self.assertNotIn(VALUE, text)

    # and nobody else

    def test_told_in_all_ways(self):
        self.start()
        self.put()
        sizes = range(1, len(VALUE) + 1)
        run = self.finish(' | '.join([*(f'leak {KEY} {size}' for size in sizes), f'stderr ${{{KEY}}}', f'say The key is ${{{KEY}}}.']))
        self.assertEqual(run['state'], 'completed', run['reason'])
        self.assertEqual(run['summary'], f'The key is {HIDDEN}.\n\n')
        texts = self.texts(run['id'])
        self.assertEqual(texts.count(f'{HIDDEN} said\n\n'), len(sizes))
        self.assertEqual(texts.count(HIDDEN), len(sizes), 'thoughts')
        self.assertEqual(len([text for text in texts if text.startswith(HIDDEN) and text.endswith(f'{HIDDEN} shown')]), len(sizes), texts)
        self.assert_nowhere(run['id'])

    def test_asked_and_reported(self):
        self.start()
        self.put()
        run_id = self.create(f'ask Is it ${{{KEY}}}? = Yes ${{{KEY}}}, No | mcp ask_human {{"question": "Or ${{{KEY}}}?", "options": ["${{{KEY}}}", "b"]}}'
                             f' | mcp report_result {{"outcome": "success", "summary": "Found ${{{KEY}}}"}} | mcp ${{{KEY}}} {{}}')
        first = self.answer(run_id, f'Yes {HIDDEN}')
        self.assertEqual(first['questions'][0]['text'], f'Is it {HIDDEN}?')
        second = wait_for(lambda: next(iter(self.bellhop.get(f'/v1/runs/{run_id}/questions')['questions']), None), 'the second question')
        self.assertEqual(second['questions'][0]['text'], f'Or {HIDDEN}?')
        self.bellhop.post(f'/v1/runs/{run_id}/answers', {'options': [second['questions'][0]['options'][0]['id']]})
        run = self.bellhop.wait_end(run_id)
        self.assertEqual((run['state'], run['summary']), ('completed', f'Found {HIDDEN}'), run['reason'])
        self.assert_nowhere(run_id)

    def test_last_words(self):
        self.start()
        self.put()
        run = self.finish(f'die 9 | die 9 | die 9 | stderr bad key ${{{KEY}}} | raw also ${{{KEY}}} | die 9')
        self.assertEqual(run['state'], 'failed')
        self.assertIn(f'bad key {HIDDEN}', run['reason'])
        self.assert_nowhere(run['id'])

    def half_said(self, *steps):
        """A Run that said half of the key, and waits for a file `go-on` in its workspace."""
        self.start()
        self.put()
        run_id = self.create(' | '.join([f'half {KEY}', *steps]))
        self.bellhop.wait_state(run_id, 'running')
        workspace = self.workspace(run_id)
        wait_for((workspace / 'half-said').exists, 'the first half')
        wait_for(lambda: any(row['author'] == 'scripted' for row in self.bellhop.rows(run_id)), 'its row')
        return run_id, workspace

    def test_restarts(self):
        """The coordinator is killed with the beginning of the key said, and so is the worker."""
        run_id, workspace = self.half_said(f'tool touch half; until [ -e go ]; do sleep 0.05; done; printf %s "${KEY}"', 'say Done.')
        self.bellhop.restart_all()
        (workspace / 'go-on').touch()
        wait_for((workspace / 'half').exists, 'the tool')
        self.bellhop.restart()
        (workspace / 'go').touch()
        self.end(run_id)
        texts = self.texts(run_id)
        self.assertIn(f'{HIDDEN} said\n\n', texts)
        self.assertIn(HIDDEN, texts)
        self.assert_nowhere(run_id)

    def test_storm(self):
        """Killed over and over: the same timeline as without, and nothing of the key in it."""
        self.start()
        self.put()
        steps = ' | '.join(f'leak {KEY} {size} | sleep 0.3' for size in range(1, 9))
        calm = self.finish(steps)
        stormy = self.create(steps)
        self.bellhop.wait_state(stormy, 'running', 'completed')
        kills = 0
        while self.bellhop.run(stormy)['state'] == 'running':
            rows = self.bellhop.run(stormy)['rows']
            wait_for(lambda: self.bellhop.run(stormy)['rows'] > rows or self.bellhop.run(stormy)['state'] != 'running', 'more rows')
            self.bellhop.restart()
            kills += 1
        self.assertGreater(kills, 0)
        self.assertEqual(self.bellhop.run(stormy)['state'], 'completed', self.bellhop.run(stormy)['reason'])
        self.assertEqual(self.bellhop.timeline(stormy), self.bellhop.timeline(calm['id']))
        self.assert_nowhere(stormy, calm['id'])

    def test_line_break(self):
        """A key as a file has it: programs take the line break away."""
        self.start()
        run_id = self.bellhop.create(f'```sh\nprintf "[%s]" "$(printf %s "${KEY}")"\n```\n', engine='runbook', env={KEY: VALUE + '\n'})['id']
        self.end(run_id)
        self.assertEqual(self.bellhop.outputs(run_id), [f'[{HIDDEN}]'])

    def test_runbook(self):
        """What the Run itself brings: byte by byte, over restarts, and in a question of a script."""
        self.start()
        run_id = self.bellhop.create(
            f'```sh\nprintf %s "${KEY}" | python3 -c "\nimport os, sys, time\nfor n, byte in enumerate(sys.stdin.buffer.read(), 1):\n'
            "    os.write(1, bytes([byte]))\n    open(f'at-{n}', 'w').close()\n"
            "    while n in (1, 5, 12) and not os.path.exists(f'go-{n}'):\n        time.sleep(0.05)\n\"\necho\n```\n"
            f'```sh\nbellhop-ask --choice "Is it ${KEY}?" --option "${KEY}" --option No\n```\n', engine='runbook', env={KEY: VALUE})['id']
        self.bellhop.wait_state(run_id, 'running')
        workspace = self.workspace(run_id)
        for n in (1, 5, 12):
            wait_for((workspace / f'at-{n}').exists, f'byte {n}')
            self.bellhop.restart()
            (workspace / f'go-{n}').touch()
        question = self.answer(run_id, HIDDEN)
        self.assertEqual(question['questions'][0]['text'], f'Is it {HIDDEN}?')
        self.end(run_id)
        self.assertEqual(self.bellhop.outputs(run_id), [HIDDEN + '\n', HIDDEN + '\n'])
        # it was given to this Run, so it is part of it: in one place
        with sqlite3.connect(f'file:{self.bellhop.data}/coordinator.db?mode=ro', uri=True) as database:
            tables = [name for name, in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
            cells = [(table, dict(zip([c[0] for c in cursor.description], row))) for table in tables
                     for cursor in [database.execute(f'SELECT * FROM "{table}"')] for row in cursor]
        stored = [cell.encode() if isinstance(cell, str) else cell for table, row in cells for name, cell in row.items()
                  if isinstance(cell, (str, bytes)) and (table, name) != ('runs', 'env')]
        self.assertGreater(len(stored), 20)
        self.assert_nowhere(run_id, stored=stored)

    # the Secret Service

    def session(self, secrets=True):
        session = Bus()
        self.addCleanup(session.close)
        if secrets:
            session.start_secrets()
        self.begin(DBUS_SESSION_BUS_ADDRESS=session.address, BELLHOP_KEYS_WAIT_MS='3000')
        return session

    def test_secret_service(self):
        session = self.session()
        attributes = {'xdg:schema': 'org.bellhop.EngineKey', 'name': KEY}
        self.bellhop.data.mkdir(mode=0o700)
        (self.bellhop.data / 'keys').write_text('[Keys]\nGEMINI_API_KEY=sk-from-before\n')
        self.start()
        self.put('sk-another')
        self.put()
        self.assertEqual(session.secrets(**attributes), 1)
        answer = self.bellhop.get('/v1/keys')
        self.assertEqual(answer['stored_in'], 'secret-service')
        self.assertEqual([key['name'] for key in answer['keys'] if key['set']], [KEY, 'GEMINI_API_KEY'])
        run = self.finish(f'tool printf %s "${KEY}" >/tmp/key; sha256sum </tmp/key # leak {KEY} 4')
        self.assertEqual(run['state'], 'completed', run['reason'])
        self.assertTrue(any(hashlib.sha256(VALUE.encode()).hexdigest() in text for text in self.texts(run['id'])))
        self.assertEqual((self.bellhop.data / 'keys').read_text(), '[Keys]\nGEMINI_API_KEY=sk-from-before\n')
        self.assert_nowhere(run['id'])
        # from the file into the service, and away
        self.put('sk-from-now-on', 'GEMINI_API_KEY')
        self.assertNotIn('sk-', (self.bellhop.data / 'keys').read_text())
        for name in (KEY, 'GEMINI_API_KEY'):
            self.bellhop.delete(f'/v1/keys/{name}')
        self.assertEqual(session.secrets(**{'xdg:schema': 'org.bellhop.EngineKey'}), 0)
        self.assertFalse(any(key['set'] for key in self.bellhop.get('/v1/keys')['keys']))

    def test_locked(self):
        session = self.session()
        self.start()
        self.put()
        unlock = session.lock_secrets()
        self.assertTrue(self.key()['set'])
        run = self.finish('say Hello')
        self.assertEqual(run['state'], 'failed')
        self.assertIn('Unlock it', run['reason'])
        with self.assertRaises(Problem) as caught:
            self.put('sk-another')
        self.assertEqual((caught.exception.status, caught.exception.code), (503, 'keys_unavailable'))
        self.assertEqual(self.finish('say Hello', engine='other')['state'], 'completed')
        unlock()
        self.assertEqual(self.finish('say Hello')['state'], 'completed')

    def test_service_that_fails(self):
        """What cannot be asked is asked again: nothing goes to a file meanwhile."""
        session = self.session(secrets=False)
        name = 'org.freedesktop.secrets'
        desktop.accessible.call(session.bus, *desktop.DBUS, 'RequestName', 'su', name, 4)
        self.start()
        for method, path, body in (('GET', '/v1/keys', None), ('PUT', f'/v1/keys/{KEY}', {'value': VALUE}), ('DELETE', f'/v1/keys/{KEY}', None)):
            with self.assertRaises(Problem) as caught:
                self.bellhop.request(method, path, body)
            self.assertEqual(caught.exception.status, 503)
        self.assertFalse((self.bellhop.data / 'keys').exists())
        desktop.accessible.call(session.bus, *desktop.DBUS, 'ReleaseName', 's', name)
        session.start_secrets()
        self.put()
        self.assertEqual(self.bellhop.get('/v1/keys')['stored_in'], 'secret-service')
        self.assertFalse((self.bellhop.data / 'keys').exists())

    def killed_half_said(self):
        """The coordinator is killed before the engine says the rest. The Run and its DevBox."""
        run_id, workspace = self.half_said('say Done.')
        self.bellhop.kill()
        (workspace / 'go-on').touch()
        return run_id, workspace.parent.name

    def test_service_is_gone_at_a_restart(self):
        self.session()
        run_id, box = self.killed_half_said()
        address = self.bellhop.environment.pop('DBUS_SESSION_BUS_ADDRESS')
        self.bellhop.start()
        run = self.bellhop.wait_end(run_id)
        self.assertEqual(run['state'], 'failed')
        self.assertIn('not there now', run['reason'])
        wait_for(lambda: not self.bellhop.box_processes(box), 'everything in the box to end')
        self.assert_nowhere(run_id)
        self.bellhop.kill()
        self.bellhop.environment['DBUS_SESSION_BUS_ADDRESS'] = address
        self.bellhop.start()
        wait_for(lambda: self.bellhop.run(run_id)['can_continue'], 'the DevBox to be at rest')

    def test_service_comes_at_a_restart(self):
        """What was given from the file is still there."""
        session = self.session(secrets=False)
        run_id, _ = self.killed_half_said()
        session.start_secrets()
        self.bellhop.start()
        self.assertEqual(self.bellhop.get('/v1/keys')['stored_in'], 'secret-service')
        self.end(run_id)
        self.assertTrue(any(text.startswith(f'{HIDDEN} said') for text in self.texts(run_id)), self.texts(run_id))
        self.assert_nowhere(run_id)

    def test_locked_at_a_restart(self):
        """What cannot be hidden is not listened to, and nothing goes on in the box."""
        session = self.session()
        run_id, box = self.killed_half_said()
        unlock = session.lock_secrets()
        self.bellhop.start()
        run = self.bellhop.wait_end(run_id)
        self.assertEqual(run['state'], 'failed')
        self.assertIn('Unlock it', run['reason'])
        wait_for(lambda: not self.bellhop.box_processes(box), 'everything in the box to end')
        wait_for(lambda: self.bellhop.run(run_id)['can_continue'], 'the DevBox to be at rest')
        unlock()
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': f'Yet [[do: leak {KEY} 3 | say Done.]]'})
        run = wait_for(lambda: (lambda r: r if r['state'] == 'completed' else None)(self.bellhop.run(run_id)), 'it to go on')
        texts = self.texts(run_id)
        self.assertIn('*' * len(VALUE[:len(VALUE) // 2].encode()), texts)
        self.assertIn(f'{HIDDEN} said\n\n', texts)
        self.assert_nowhere(run_id)

    def test_no_secret_service(self):
        self.session(secrets=False)
        self.start()
        self.assertEqual(self.bellhop.get('/v1/keys')['stored_in'], 'file')
        self.put()
        self.assertEqual(self.finish('say Hello')['state'], 'completed')


if __name__ == '__main__':
    tap.main()

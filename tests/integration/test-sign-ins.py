# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Engines' own sign-ins, let into DevBoxes with consent: asked for, kept, refused, and never anywhere but in the box.
The engine is tests/support/acp-agent.py in real boxes with the real coordinator and worker."""

import json
import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import Problem, block, wait_for  # noqa: E402
from scripted_engine import ScriptedCase  # noqa: E402
import tap  # noqa: E402

SECRET = 'sk-the-persons-own-0123456789'
SHOW = 'tool stat -c %a ~/.scripted/auth.json; cat ~/.scripted/auth.json'


class SignIns(ScriptedCase):
    def setUp(self):
        self.begin()
        self.engine(sign_in=['Paths=~/.scripted/auth.json;~/.scripted/account.json', 'Keys=SCRIPTED_KEY'])
        self.auth = self.bellhop.root / 'home' / '.scripted' / 'auth.json'
        self.auth.parent.mkdir()
        self.auth.write_text(SECRET + '\n')
        self.start()

    def launch(self, run_id):
        return self.bellhop.text(run_id, self.bellhop.steps(run_id, 'launch DevBox')[0]['n'], 'result')

    def shown(self, run_id):
        """What the engine's steps printed."""
        return [self.bellhop.text(run_id, row['n'], 'result') for row in self.bellhop.rows(run_id)
                if row['kind'] == 'step' and row['tool'] == 'Terminal' and row['state'] == 'done']

    def consent(self):
        return {r['engine']: r['consent'] for r in self.bellhop.get('/v1/sign-ins')['sign_ins']}['scripted']

    def allow(self, consent):
        return self.bellhop.request('PUT', '/v1/sign-ins/scripted', {'consent': consent})

    def test_this_run(self):
        run_id = self.create(f'{SHOW} | say Done.')
        question = self.answer(run_id, 'run')
        self.assertEqual(question['asked_by'], 'bellhop')
        self.assertEqual([o['label'] for o in question['questions'][0]['options']], ['This Run', 'Always', 'No'])
        self.assertFalse(question['questions'][0]['allow_other'])
        self.assertIn('~/.scripted/auth.json', question['questions'][0]['text'])
        self.end(run_id)
        self.assertEqual(self.shown(run_id), [f'600\n{SECRET}\n'])
        self.assertIn('you allowed it for this Run', self.launch(run_id))
        self.assertEqual(self.consent(), 'ask')
        # a continued Run is not asked again, and has what is at home now
        self.auth.write_text('another one\n')
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': f'[[do: {SHOW} | say Again.]]'})
        wait_for(lambda: len(self.shown(run_id)) == 2, 'the second turn')
        self.end(run_id)
        self.assertEqual(self.shown(run_id)[1], '600\nanother one\n')
        self.assertEqual(len(self.questions(run_id)), 1)
        # the next Run is
        other = self.create('say Never.')
        self.bellhop.question(other)
        self.bellhop.post(f'/v1/runs/{other}/stop')
        self.end(other, 'stopped')
        self.assertEqual([q['state'] for q in self.questions(other)], ['withdrawn'])

    def test_always(self):
        run_id = self.create(f'{SHOW} | say Done.')
        self.answer(run_id, 'always')
        self.end(run_id)
        self.assertEqual(self.consent(), 'always')
        self.bellhop.restart()
        self.assertEqual(self.consent(), 'always')
        for mode in 'interactive', 'autonomous':
            target = {'worker': self.bellhop.worker, 'image': 'host'}
            run_id = self.create(f'{SHOW} | say Done.', mode=mode, target=target)
            self.end(run_id)
            self.assertEqual(self.shown(run_id), [f'600\n{SECRET}\n'])
            self.assertEqual(self.questions(run_id), [])
            self.assertIn('you allowed it for every Run', self.launch(run_id))

    def test_no(self):
        run_id = self.create('say Never.')
        self.answer(run_id, 'no')
        run = self.end(run_id, 'failed')
        self.assertIn('bellhopctl sign-ins scripted always', run['reason'])
        self.assertIn('SCRIPTED_KEY', run['reason'])
        self.assertEqual(self.consent(), 'no')
        run = self.end(self.create('say Never.'), 'failed')
        self.assertIn('not to be let into DevBoxes', run['reason'])
        engines = self.bellhop.get(f'/v1/engines?worker={self.bellhop.worker}&image=host')['engines']
        engine = next(e for e in engines if e['id'] == 'scripted')
        self.assertIn('not to be let into', engine['why_not'])
        self.assertEqual(engine['why_not_code'], 'sign_in_refused')
        self.allow('ask')
        engines = self.bellhop.get(f'/v1/engines?worker={self.bellhop.worker}&image=host')['engines']
        self.assertIsNone(next(e for e in engines if e['id'] == 'scripted')['why_not'])

    def test_no_and_another_engine(self):
        run_id = self.bellhop.create(block('echo by hand'), engine='auto')['id']
        self.answer(run_id, 'no')
        run = self.end(run_id)
        self.assertEqual(run['engine_used'], 'runbook')
        self.assertIn('not signed in: Scripted', self.launch(run_id))

    def test_decided_meanwhile(self):
        """What is said for every Run holds for those that wait, too; nobody asks them again."""
        for consent, state in ('always', 'completed'), ('no', 'failed'):
            self.allow('ask')
            run_id = self.create(f'{SHOW} | say Done.')
            self.bellhop.question(run_id)
            other = self.create('say Done.')
            self.answer(other, consent)
            self.end(other, state)
            run = self.end(run_id, state)
            self.assertEqual([q['state'] for q in self.questions(run_id)], ['withdrawn'])
            self.assertEqual(self.shown(run_id), [f'600\n{SECRET}\n'] if consent == 'always' else [])
            if consent == 'no':
                self.assertIn('not to be let into DevBoxes', run['reason'])

    def test_decided_while_away(self):
        """As above, by a coordinator that found the question and the setting."""
        run_id = self.create(f'{SHOW} | say Done.')
        self.bellhop.question(run_id)
        self.bellhop.kill()
        with sqlite3.connect(self.bellhop.data / 'coordinator.db') as database:
            database.execute("INSERT INTO settings (name, value) VALUES ('sign-in:scripted', 'always')")
        database.close()
        self.bellhop.start()
        self.end(run_id)
        self.assertEqual([q['state'] for q in self.questions(run_id)], ['withdrawn'])
        self.assertEqual(self.shown(run_id), [f'600\n{SECRET}\n'])

    def test_no_more(self):
        """A Run that has a copy keeps it, and gets no newer one."""
        for consent, shown in ('always', SECRET), ('run', 'newer'):
            self.allow('ask')
            self.auth.write_text(SECRET + '\n')
            run_id = self.create(f'{SHOW} | say Done.')
            self.answer(run_id, consent)
            self.end(run_id)
            self.allow('no')
            self.auth.write_text('newer\n')
            self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': f'[[do: {SHOW} | say Again.]]'})
            wait_for(lambda: len(self.shown(run_id)) == 2, 'the second turn')
            self.end(run_id)
            self.assertEqual(self.shown(run_id)[1], f'600\n{shown}\n')

    def test_over_restarts(self):
        """Hours later, and after an end of everything but the box."""
        run_id = self.create(f'{SHOW} | say Done.')
        question = self.bellhop.question(run_id)
        for _ in range(2):
            self.bellhop.restart_all()
            self.assertEqual(self.bellhop.question(run_id)['id'], question['id'])
        self.answer(run_id, 'run')
        run = self.end(run_id)
        self.assertEqual(self.shown(run_id), [f'600\n{SECRET}\n'])
        self.assertEqual(len(self.questions(run_id)), 1)
        self.assertEqual(len(self.bellhop.steps(run_id, 'launch DevBox')), 1)
        self.assertIn('you allowed it for this Run', self.launch(run_id))
        self.assertEqual(run['engine_used'], 'scripted')

    def test_box_ends_meanwhile(self):
        run_id = self.create('say Never.')
        self.bellhop.question(run_id)
        self.bellhop.delete(f'/v1/devboxes/{self.bellhop.run(run_id)["devbox"]["id"]}')
        run = self.end(run_id, 'failed')
        self.assertIn('DevBox', run['reason'])
        self.assertEqual([q['state'] for q in self.questions(run_id)], ['withdrawn'])

    def test_autonomous(self):
        """Nobody can be asked."""
        target = {'worker': self.bellhop.worker, 'image': 'host'}
        run = self.end(self.create('say Never.', mode='autonomous', target=target), 'failed')
        self.assertIn('only be asked in interactive Runs', run['reason'])
        run = self.end(self.bellhop.create(block('echo by hand'), engine='auto', mode='autonomous', target=target)['id'])
        self.assertEqual(run['engine_used'], 'runbook')

    def test_signed_in_otherwise(self):
        """By a key: nothing is asked, nothing copied. Without any sign-in the hint says what to do."""
        run_id = self.create('tool ls ~/.scripted 2>&1 | say Done.', env={'SCRIPTED_KEY': 'a-key-of-its-own'})
        self.end(run_id)
        self.assertEqual(self.questions(run_id), [])
        self.assertIn('No such file', self.shown(run_id)[0])
        self.auth.unlink()
        run = self.end(self.create('say Never.'), 'failed')
        self.assertIn('not signed in', run['reason'])
        self.assertNotIn('home', run['reason'])

    def test_trap_in_box(self):
        """What the engine puts in place of its copy is no way out of the box."""
        self.allow('always')
        run_id = self.create('tool rm -r ~/.scripted; ln -s /workspace ~/.scripted | say Done.')
        run = self.end(run_id)
        self.auth.write_text('newer\n')
        self.bellhop.post(f'/v1/runs/{run_id}/messages', {'text': '[[do: say Never.]]'})
        wait_for(lambda: self.bellhop.run(run_id)['turns'] == 2, 'the second turn')
        run = self.end(run_id, 'failed')
        self.assertIn('cannot be let into the DevBox', run['reason'])
        self.assertFalse((self.bellhop.boxes / run['devbox']['id'] / 'workspace' / 'auth.json').exists())

    def test_link_at_home(self):
        (self.bellhop.root / 'elsewhere').write_text('not for the box\n')
        self.auth.unlink()
        self.auth.symlink_to(self.bellhop.root / 'elsewhere')
        run = self.end(self.create('say Never.'), 'failed')
        self.assertIn('not signed in', run['reason'])

    def test_nowhere_else(self):
        """Neither in what the coordinator keeps nor in a log; and it goes with the box."""
        self.allow('always')
        run_id = self.create('say Done.')
        run = self.end(run_id)
        copy = self.bellhop.boxes / run['devbox']['id'] / 'home' / '.scripted' / 'auth.json'
        self.assertEqual(copy.read_text(), SECRET + '\n')
        self.assertEqual(copy.stat().st_mode & 0o777, 0o600)
        if os.geteuid() == 0:
            self.assertEqual(copy.stat().st_uid, (copy.parents[1]).stat().st_uid)
        found = [str(path) for path in self.bellhop.root.rglob('*')
                 if path.is_file() and path not in (copy, self.auth) and SECRET.encode() in path.read_bytes()]
        self.assertEqual(found, [])
        self.bellhop.delete(f'/v1/runs/{run_id}')
        wait_for(lambda: not copy.parents[2].exists(), 'the box to be removed')

    def test_api(self):
        record = {'engine': 'scripted', 'name': 'Scripted', 'paths': ['~/.scripted/auth.json', '~/.scripted/account.json'], 'consent': 'ask'}
        records = self.bellhop.get('/v1/sign-ins')['sign_ins']
        self.assertEqual(records[0], record)
        self.assertIn('codex', [r['engine'] for r in records])
        self.assertNotIn('runbook', [r['engine'] for r in records])
        self.assertEqual(self.allow('no'), {**record, 'consent': 'no'})
        for path, body, status, field in (
                ('scripted', {'consent': 'maybe'}, 422, 'consent'), ('scripted', {'consent': None}, 422, 'consent'),
                ('scripted', {'consent': True}, 422, 'consent'), ('scripted', {}, 422, 'consent'),
                ('scripted', {'consent': 'no', 'path': '~/.ssh'}, 422, 'path'), ('scripted', [], None, None),
                ('runbook', {'consent': 'no'}, 404, None), ('none', {'consent': 'no'}, 404, None), ('%2e%2e', {'consent': 'no'}, 404, None)):
            with self.assertRaises(Problem, msg=(path, body)) as caught:
                self.bellhop.request('PUT', f'/v1/sign-ins/{path}', body)
            if status:
                self.assertEqual((caught.exception.status, caught.exception.field), (status, field), (path, body))
        self.assertEqual(self.consent(), 'no')

    def test_no_more_than_needed(self):
        """What of a home is let in for the engines that come with Bellhop: no settings that hold other keys."""
        paths = {r['engine']: r['paths'] for r in self.bellhop.get('/v1/sign-ins')['sign_ins']}
        paths.pop('scripted')
        claude, codex = ['~/.claude/.credentials.json'], ['~/.codex/auth.json']
        self.assertEqual(paths, {
            'claude-plan': claude, 'claude-acp': claude, 'codex': codex, 'codex-acp': codex,
            'copilot': ['~/.copilot/config.json'], 'gemini': ['~/.gemini/oauth_creds.json'],
            'goose': ['~/.config/goose/secrets.yaml', '~/.config/goose/config.yaml'],
            'opencode': ['~/.local/share/opencode/auth.json']})

    def test_ctl(self):
        self.assertRegex(self.bellhop.ctl('sign-ins', check=0).stdout, r'scripted +Scripted +ask +~/\.scripted/auth\.json')
        self.bellhop.ctl('sign-ins', 'scripted', 'always', check=0)
        line = json.loads(self.bellhop.ctl('sign-ins', '--json', check=0).stdout.splitlines()[0])
        self.assertEqual((line['engine'], line['consent']), ('scripted', 'always'))
        self.assertIn('ask, always or no', self.bellhop.ctl('sign-ins', 'scripted', 'maybe', check=2).stderr)
        self.assertIn('ask, always or no', self.bellhop.ctl('sign-ins', 'scripted', check=2).stderr)
        self.bellhop.ctl('sign-ins', 'none', 'no', check=2)


if __name__ == '__main__':
    tap.main()

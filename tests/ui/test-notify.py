# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Notifications in a real GNOME Shell: a Run that needs the person says so without a window, can be answered there, and
takes back what it said when it was answered elsewhere."""

import os
import pathlib
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
import ordinary  # noqa: E402

ordinary.become()
import accessible  # noqa: E402
import bellhop  # noqa: E402
import gnomeshell  # noqa: E402
import tap  # noqa: E402
from gi.repository import GLib  # noqa: E402

APP = 'org.bellhop.Bellhop'
SECRETS, SECRETS_API = 'org.freedesktop.secrets', 'org.freedesktop.Secret'
QUESTION = '''```ask
text: Where should the **toggle** live?
options:
  - Toolbar (recommended)
  - Menu
var: WHERE
```

```sh
echo "in the $WHERE"
```
'''
LONG = '''```ask
text: Which of these?
options:
  - One
  - Two
  - Three
  - Four
var: WHICH
```

```sh
true
```
'''


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.coordinator = cls.enterClassContext(bellhop.Bellhop(environment={'BELLHOP_NO_START': '1'}))
        cls.shell = cls.enterClassContext(gnomeshell.Shell())
        cls.shell.install(APP, [bellhop.program('bellhop')])
        cls.shell.started_by_bus(cls.coordinator)

    def setUp(self):
        self.keeper = self.create(bellhop.block('sleep 600'), 'Keeper')
        self.coordinator.wait_state(self.keeper['id'], 'running')
        self.app = None

    def tearDown(self):
        if self.app is not None and self.app.process.poll() is None:
            accessible.call(self.shell.bus, APP, '/org/bellhop/Bellhop', 'org.gtk.Actions', 'Activate', 'sava{sv}', 'quit', [], {})
            self.app.process.wait(bellhop.TIMEOUT)
        self.coordinator.post(f'/v1/runs/{self.keeper["id"]}/stop')

    def create(self, instructions, name):
        return self.coordinator.create(instructions, name=name, engine='runbook',
                                       target={'worker': self.coordinator.worker, 'image': 'host'})

    def start(self):
        """The app without a window, waiting on a Run."""
        self.app = self.shell.app(self.coordinator)
        bellhop.wait_for(lambda: self.shell.focused() == 'Bellhop', 'the window to have the keyboard')
        self.app.find(name='Keeper')
        self.shell.key('ctrl+w')
        bellhop.wait_for(lambda: self.shell.windows() == [], 'the window to close')
        self.assertIsNone(self.app.process.poll())

    def answer_elsewhere(self, run, option):
        self.coordinator.post(f'/v1/runs/{run["id"]}/answers', {'options': [option]})


class NotifyTest(Case):
    def test_is_answered_without_a_window(self):
        self.start()
        run = self.create(QUESTION, 'Move the toggle')
        there = self.shell.wait_notification('Move the toggle')
        self.assertEqual((there['body'], there['buttons']), ('Where should the toggle live?', ['Toolbar', 'Menu']))
        self.shell.show_notifications()
        self.shell.picture('notify-question')
        self.shell.press_notification_button('Move the toggle', 'Menu')
        end = self.coordinator.wait_end(run['id'])
        self.assertEqual(end['state'], 'completed')
        self.assertIn('in the Menu', ''.join(self.coordinator.outputs(run['id'])))
        self.shell.wait_no_notification('Move the toggle')
        self.shell.wait_notification('Move the toggle is done')
        self.assertEqual(self.shell.windows(), [])

    def test_goes_when_it_was_answered_elsewhere(self):
        self.start()
        run = self.create(QUESTION, 'Elsewhere')
        self.shell.wait_notification('Elsewhere')
        self.coordinator.wait_state(run['id'], 'needs_you')
        self.answer_elsewhere(run, 'toolbar')
        self.shell.wait_no_notification('Elsewhere')

    def test_goes_when_it_was_answered_while_the_app_was_gone(self):
        self.start()
        run = self.create(QUESTION, 'Meanwhile')
        self.shell.wait_notification('Meanwhile')
        self.app.kill()
        self.answer_elsewhere(run, 'toolbar')
        self.coordinator.wait_end(run['id'])
        self.assertIsNotNone(self.shell.notification('Meanwhile'))
        self.start()
        self.shell.wait_no_notification('Meanwhile')

    def test_starts_the_app_to_answer(self):
        self.start()
        run = self.create(QUESTION, 'Wake up')
        self.shell.wait_notification('Wake up')
        self.app.kill()
        self.shell.press_notification_button('Wake up', 'Toolbar')
        self.assertEqual(self.coordinator.wait_end(run['id'])['state'], 'completed')
        self.assertEqual(self.shell.windows(), [])
        self.app = self.shell.app_on_bus(APP, window=False)

    def test_opens_the_sheet_for_more_than_three_options(self):
        self.start()
        self.create(LONG, 'Many')
        self.assertEqual(self.shell.wait_notification('Many')['buttons'], ['Answer…'])
        self.shell.press_notification_button('Many', 'Answer…')
        bellhop.wait_for(lambda: self.shell.windows() == ['Bellhop'], 'the window')
        self.app.wait_window()
        self.app.find(name='Three')
        self.shell.picture('notify-sheet')

    def test_says_why_an_answer_was_not_taken(self):
        self.start()
        self.create(QUESTION, 'Too late')
        self.shell.wait_notification('Too late')
        self.coordinator.kill()
        try:
            self.shell.press_notification_button('Too late', 'Menu')
            self.shell.wait_notification('Your answer was not taken')
        finally:
            self.coordinator.start()

    def test_tells_of_failure(self):
        self.start()
        self.coordinator.wait_end(self.create(bellhop.block('exit 3'), 'Broken')['id'])
        self.shell.wait_notification('Broken failed')


    def test_tells_nothing_of_what_is_looked_at(self):
        run = self.create(bellhop.block('until [ -e go ]; do sleep 0.02; done; exit 3'), 'Seen')
        self.coordinator.wait_state(run['id'], 'running')
        self.app = self.shell.app(self.coordinator, run['id'])
        bellhop.wait_for(lambda: self.shell.focused() == 'Bellhop', 'the window to have the keyboard')
        self.app.find(where=lambda node: node.role == 'list' and node.name == 'Timeline')
        box = self.coordinator.run(run['id'])['devbox']['id']
        (self.coordinator.boxes / box / 'workspace' / 'go').touch()
        self.coordinator.wait_end(run['id'])
        # another one is told of, and by then this one would have been
        self.coordinator.wait_end(self.create(bellhop.block('exit 3'), 'Unseen')['id'])
        self.shell.wait_notification('Unseen failed')
        self.assertIsNone(self.shell.notification('Seen failed'))


class FarTest(Case):
    """Two coordinators, and what is answered reaches the one that asked."""

    def setUp(self):
        super().setUp()
        self.far = bellhop.Bellhop(start=False)
        self.addCleanup(self.far.close)
        url = self.far.listen()
        self.far.start()
        token = self.far.post('/v1/tokens', {'name': 'laptop'})['token']
        # as the preferences leave it
        settings = pathlib.Path(self.coordinator.environment['XDG_CONFIG_HOME'], 'glib-2.0', 'settings', 'keyfile')
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(f"[org/bellhop/Bellhop]\nconnections=[('far', 'Lab', '{url}', '{self.far.fingerprint}')]\n")
        self.shell.start_secrets()
        self.store(token)
        self.start()

    def store(self, token):
        """Puts the token of that connection into the password storage."""
        def secrets(path, interface, method, signature, *arguments):
            return accessible.call(self.shell.bus, SECRETS, path, f'{SECRETS_API}.{interface}', method, signature, *arguments)

        _, session = secrets('/org/freedesktop/secrets', 'Service', 'OpenSession', 'sv', 'plain', GLib.Variant('s', ''))
        attributes = {'xdg:schema': 'org.bellhop.Coordinator', 'id': 'far'}
        secrets('/org/freedesktop/secrets/aliases/default', 'Collection', 'CreateItem', 'a{sv}(oayays)b',
                {f'{SECRETS_API}.Item.Label': GLib.Variant('s', 'Lab'), f'{SECRETS_API}.Item.Attributes': GLib.Variant('a{ss}', attributes)},
                (session, b'', token.encode(), 'text/plain'), True)

    def asks(self, coordinator, name):
        run = coordinator.create(QUESTION, name=name, engine='runbook', target={'worker': coordinator.worker, 'image': 'host'})['id']
        self.assertEqual(self.shell.wait_notification(name)['buttons'], ['Toolbar', 'Menu'])
        return run

    def test_a_question_of_another_computer(self):
        here, there, other = self.asks(self.coordinator, 'Near'), self.asks(self.far, 'Far'), self.asks(self.far, 'Far, too')
        self.shell.show_notifications()
        self.shell.picture('notify-two-coordinators')
        self.shell.press_notification_button('Far', 'Menu')
        self.assertEqual(self.far.wait_end(there)['state'], 'completed')
        self.assertIn('in the Menu', ''.join(self.far.outputs(there)))
        self.shell.wait_no_notification('Far')
        # nobody else was answered
        self.assertEqual(self.coordinator.run(here)['state'], 'needs_you')
        self.assertEqual(self.far.run(other)['state'], 'needs_you')
        # answered over there
        self.far.post(f'/v1/runs/{other}/answers', {'options': ['toolbar']})
        self.shell.wait_no_notification('Far, too')
        self.assertIsNotNone(self.shell.notification('Near'))
        self.shell.press_notification_button('Near', 'Toolbar')
        self.assertEqual(self.coordinator.wait_end(here)['state'], 'completed')
        self.assertIn('in the Toolbar', ''.join(self.coordinator.outputs(here)))
        self.shell.wait_no_notification('Near')
        self.assertEqual(self.shell.windows(), [])


if __name__ == '__main__':
    tap.main()

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Every way to ask for something of the app from outside: its command line, links, the bus; all reach the one instance."""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
sys.path.insert(0, os.path.dirname(__file__))
import accessible  # noqa: E402
import bellhop  # noqa: E402
import desktop  # noqa: E402
import tap  # noqa: E402
import views  # noqa: E402
from bellhop import block  # noqa: E402

APP = ('org.bellhop.Bellhop', '/org/bellhop/Bellhop', 'org.freedesktop.Application')
NOBODY = 'r_0000000000000000'
NO_RUN = f'There is no Run {NOBODY}. It may have been deleted.'


class InvokeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.coordinator = cls.enterClassContext(bellhop.Bellhop())
        cls.ids = {}
        for name in ('Move the toggle', 'Nightly audit'):
            cls.ids[name] = cls.coordinator.create(block('echo'), name=name)['id']
            cls.coordinator.wait_end(cls.ids[name])

    def setUp(self):
        self.session = self.enterContext(desktop.Desktop())

    def bellhop(self, *arguments):
        """As a person types it: status and what was said of errors."""
        result = subprocess.run([bellhop.program('bellhop'), *arguments], env=self.session.app_environment(self.coordinator),
                                capture_output=True, text=True, timeout=bellhop.TIMEOUT)
        return result.returncode, result.stdout, result.stderr

    def bus(self, method, signature, *arguments):
        return accessible.call(self.session.bus, *APP, method, signature, *arguments)

    def shows(self, app, name):
        """The page of that Run."""
        app.find('group', name)
        app.find('list', 'Timeline')

    def test_by_id_and_link(self):
        app = self.session.app(self.coordinator, self.ids['Move the toggle'])
        self.shows(app, 'Move the toggle')
        # the second invocation is the first app
        self.assertEqual(self.bellhop(f'bellhop://run/{self.ids["Nightly audit"]}'), (0, '', ''))
        self.shows(app, 'Nightly audit')
        self.assertEqual(self.bellhop(f'bellhop://run/{self.ids["Move the toggle"]}/#2'), (0, '', ''))
        self.shows(app, 'Move the toggle')
        self.assertEqual(self.bellhop(), (0, '', ''))
        self.assertEqual(len(app.windows), 1)
        self.session.picture('invoke-link')

    def test_narrow(self):
        """A window that is narrow from the start lays itself out anew in its first frame."""
        text = '\n\n'.join(f'Part {i} of what has to be done.\n\n' + block(f'echo {i}') for i in range(8))
        ask = '```ask\nheader: Colour\ntext: Which colour should the button be?\noptions:\n  - Red\n  - Blue\n```\n'
        run = self.coordinator.create(f'{text}\n\n{ask}', name='Change the button')['id']
        self.coordinator.question(run)
        with desktop.Desktop(360, 720) as session:
            app = session.app(self.coordinator, run)
            self.shows(app, 'Change the button')
            app.find('label', 'Which colour should the button be?')
            session.screen.settle()
            session.picture('invoke-narrow')
        self.coordinator.post(f'/v1/runs/{run}/stop')

    def test_what_is_no_run(self):
        app = self.session.app(self.coordinator)
        for text in ('nonsense', 'bellhop://run/', 'bellhop://other/' + NOBODY, f'bellhop://run/{NOBODY}#x', 'https://example.org', '<b>x</b>', '../../etc'):
            said = f'“{text}” is no Run. Give its id, or a link such as bellhop://run/r_…'
            self.assertEqual(self.bellhop(text), (2, '', f'bellhop: {said}\n'))
        self.assertEqual(self.bellhop(NOBODY), (1, '', f'bellhop: {NO_RUN}\n'))
        # the window says it, too, one after the other
        app.find('label', views.starting('“', '” is no Run. Give its id, or a link'))
        self.session.picture('invoke-no-run')

    def test_without_an_instance(self):
        # nothing is left of it
        self.assertEqual(self.bellhop('nonsense')[0], 2)
        status, _, said = self.bellhop(NOBODY)
        self.assertEqual((status, said), (1, f'bellhop: {NO_RUN}\n'))
        self.assertEqual(self.bellhop('--version')[:2], (0, 'bellhop 0.1.0\n'))
        self.assertEqual(self.bellhop('--nonsense')[0], 1)
        self.assertFalse(self.session.has_name(APP[0]))

    def test_new_run(self):
        app = self.session.app(self.coordinator, '--new-run')
        app.find('dialog', 'New Run')
        # once is enough
        self.assertEqual(self.bellhop('--new-run'), (0, '', ''))
        self.assertEqual(len(app.find_all('dialog', 'New Run')), 1)
        views.Views(self.session, app).close_dialog()
        app.wait_gone('dialog', 'New Run')
        self.bus('ActivateAction', 'sava{sv}', 'new-run', [], {})
        app.find('dialog', 'New Run')

    def test_over_the_bus(self):
        service = self.session.app(self.coordinator, '--gapplication-service', window=False)
        self.session.wait_name(APP[0])
        self.bus('Open', 'asa{sv}', [f'bellhop://run/{self.ids["Nightly audit"]}'], {})
        app = service.wait_window()
        self.shows(app, 'Nightly audit')
        self.bus('Open', 'asa{sv}', ['bellhop://run/nonsense'], {})
        app.find('label', '“bellhop://run/nonsense” is no Run. Give its id, or a link such as bellhop://run/r_…')
        self.bus('Open', 'asa{sv}', [f'bellhop://run/{NOBODY}'], {})
        app.find('label', NO_RUN)
        self.bus('Activate', 'a{sv}', {})
        self.assertEqual(len(app.windows), 1)

    def test_about(self):
        app = self.session.app(self.coordinator)
        self.bus('ActivateAction', 'sava{sv}', 'about', [], {})
        dialog = app.find('dialog')
        dialog.find('label', 'Bellhop')
        dialog.find('label', 'The Bellhop authors')
        # from the metainfo
        dialog.find(where=lambda node: 'What' in node.name)
        self.session.picture('about')


if __name__ == '__main__':
    tap.main()

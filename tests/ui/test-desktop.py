# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""The desktop that the other tests use: does it show what is there, and is nothing left of it?"""

import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
import bellhop  # noqa: E402
import desktop  # noqa: E402
import tap  # noqa: E402

FIXTURE = str(pathlib.Path(__file__).with_name('fixture-window.py'))


class DesktopTest(unittest.TestCase):
    def test_the_app_is_seen(self):
        with desktop.Desktop() as session:
            app = session.app()
            self.assertEqual([window.name for window in app.windows], ['Bellhop'])
            self.assertIn('active', app.windows[0].wait(lambda w: w.states if 'active' in w.states else None, 'focus'))
            path = session.picture('desktop')
            self.assertIn('1100 x 720', subprocess.run(['file', path], capture_output=True, text=True, check=True).stdout)
            root, left = session.root, session.left()
            self.assertIn(app.process.pid, left)
        self.assertEqual(session.left(), [])
        self.assertFalse(root.exists())

    def test_widgets_are_driven(self):
        with desktop.Desktop(500, 400) as session:
            app = session.app(program=[sys.executable, FIXTURE])
            app.find('button', 'Press').click()
            app.find('label', 'pressed')
            entry = app.find(where=lambda node: 'EditableText' in node.interfaces and 'multi-line' not in node.states)
            entry.set_text('Grüße')
            entry.wait(lambda node: node.text, 'the text')
            self.assertEqual(entry.text, 'Grüße')
            entry.focus()
            session.key('ctrl+a')
            session.type('typed & sent')
            session.key('Return')
            app.find('label', 'typed & sent')
            app.find('button', 'Press').press('space')
            app.find('label', 'pressed')
            view = app.find(where=lambda node: 'multi-line' in node.states)
            view.set_text('two\nlines')
            view.wait(lambda node: node.text, 'the text')
            self.assertEqual(view.text, 'two\nlines')
            app.find('label', 'by mouse').click()
            app.find('label', 'clicked')

    def test_a_warning_of_the_app_fails_the_test(self):
        with self.assertRaisesRegex(AssertionError, 'as the test wants'):
            with desktop.Desktop(500, 400) as session:
                app = session.app(program=[sys.executable, FIXTURE])
                app.find('button', 'Warn').click()
                app.process.wait(bellhop.TIMEOUT)

    def test_languages_and_looks(self):
        with desktop.Desktop(500, 400) as session:
            for language, direction in (('de', 'ltr'), ('he', 'rtl')):
                app = session.app(program=[sys.executable, FIXTURE], language=language, dark=True)
                app.find('label', direction)
                app.find('label', 'dark')
                app.close()

    def test_beside_a_coordinator(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            app = session.app(coordinator)
            environment = pathlib.Path(f'/proc/{app.process.pid}/environ').read_bytes().split(b'\0')
            self.assertIn(f'BELLHOP_SOCKET={coordinator.path}'.encode(), environment)
            self.assertEqual(coordinator.get('/v1/health'), {'ready': True})


if __name__ == '__main__':
    tap.main()

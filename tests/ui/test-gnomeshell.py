# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""The real GNOME Shell that other tests use: notifications and windows, seen and pressed from outside."""

import os
import pathlib
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
import ordinary  # noqa: E402

ordinary.become()
import bellhop  # noqa: E402
import gnomeshell  # noqa: E402
import tap  # noqa: E402

FIXTURE = str(pathlib.Path(__file__).with_name('fixture-notification.py'))


class GnomeShellTest(unittest.TestCase):
    def test_a_button_of_a_notification_reaches_the_app(self):
        with gnomeshell.Shell() as shell:
            answer = shell.root / 'answer'
            command = [sys.executable, FIXTURE, str(answer)]
            shell.install('org.bellhop.Fixture', command, name='Fixture')
            app = shell.app(program=command, window=False)
            there = shell.wait_notification('Fix the flaky test')
            self.assertEqual((there['body'], there['buttons']), ('Where should the toggle live?', ['Toolbar', 'Menu']))
            self.assertEqual(there['source'], 'Fixture')
            self.assertEqual(shell.windows(), [])
            shell.show_notifications()
            shell.picture('gnomeshell-notification')
            shell.press_notification_button('Fix the flaky test', 'Menu')
            bellhop.wait_for(answer.exists, 'the answer')
            shell.wait_no_notification('Fix the flaky test')
            self.assertEqual(app.process.wait(bellhop.TIMEOUT), 0)
            self.assertEqual(answer.read_text(), 'menu')

    def test_the_app_has_a_window(self):
        with bellhop.Bellhop() as coordinator, gnomeshell.Shell() as shell:
            shell.install('org.bellhop.Bellhop', [bellhop.program('bellhop')])
            shell.started_by_bus(coordinator)
            app = shell.app(coordinator)
            bellhop.wait_for(lambda: shell.focused() == 'Bellhop', 'the window to have the keyboard')
            self.assertEqual(shell.windows(), ['Bellhop'])
            shell.picture('gnomeshell-window')
            shell.picture_window('gnomeshell-window-alone')
            shell.key('ctrl+q')
            self.assertEqual(app.process.wait(bellhop.TIMEOUT), 0)
            again = shell.activate('org.bellhop.Bellhop')
            self.assertNotEqual(again.process.pid, app.process.pid)
            environment = pathlib.Path(f'/proc/{again.process.pid}/environ').read_bytes().split(b'\0')
            self.assertIn(f'BELLHOP_SOCKET={coordinator.path}'.encode(), environment)
            # boxes work for an ordinary user, too
            run = coordinator.create(bellhop.block('id -u'), engine='runbook', target={'worker': coordinator.worker, 'image': 'host'})
            self.assertEqual(coordinator.wait_end(run['id'])['state'], 'completed')


if __name__ == '__main__':
    tap.main()

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What the composer refuses, where it says so, and what it keeps."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
sys.path.insert(0, os.path.dirname(__file__))
import bellhop  # noqa: E402
import desktop  # noqa: E402
import tap  # noqa: E402
import views  # noqa: E402
from bellhop import block  # noqa: E402


class ComposerTest(unittest.TestCase):
    def test_autonomous_without_a_target_is_refused_on_its_row(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            app = session.app(coordinator)
            view = views.Views(session, app)
            view.compose('# Nightly audit\n' + block('echo audited'))
            view.autonomous()
            bellhop.wait_for(lambda: not view.button('Start Run').sensitive, '“Start Run” to wait for a target')
            target = app.find('list item', views.exactly('Target'))
            said = app.find('label', views.starting('Required: an autonomous Run'))
            # right below its row
            self.assertIn(said.extents[1] - sum(target.extents[1::2]), range(0, 20))
            session.picture('composer-autonomous')
            self.assertEqual(coordinator.get('/v1/runs')['runs'], [])

            # with one it starts
            target.click()
            view.choice('host').click()
            bellhop.wait_for(lambda: view.button('Start Run').sensitive, '“Start Run” to be ready')
            view.start()
            run = coordinator.wait_end(coordinator.get('/v1/runs')['runs'][0]['id'])
            self.assertEqual((run['mode'], run['state'], run['target']['image']), ('autonomous', 'completed', 'host'))

    def test_a_draft_is_kept(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            app = session.app(coordinator)
            view = views.Views(session, app)
            view.compose('# Half a thought')
            view.app.find(name=views.starting('Ticket URL'), where=lambda node: 'editable' in node.states).set_text('https://example.org/7')
            view.close_dialog()
            app.wait_gone(views.BUTTON, 'Start Run')
            session.key('ctrl+n')
            self.assertEqual(view.text_view('Instructions').text, '# Half a thought')
            view.close_dialog()
            app.wait_gone(views.BUTTON, 'Start Run')
            # of a later start, too
            session.key('ctrl+q')
            self.assertEqual(app.process.wait(bellhop.TIMEOUT), 0)
            app = session.app(coordinator)
            view = views.Views(session, app)
            session.key('ctrl+n')
            view.text_view('Instructions').wait(lambda node: node.text == '# Half a thought', 'the draft')
            ticket = app.find(name=views.starting('Ticket URL'), where=lambda node: 'editable' in node.states)
            self.assertEqual(ticket.text, 'https://example.org/7')
            session.picture('composer-draft')
            # what became a Run is no draft any more
            view.start()
            session.key('ctrl+n')
            self.assertEqual(view.text_view('Instructions').text, '')

    def test_what_the_coordinator_refuses_is_shown_on_its_field(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            app = session.app(coordinator)
            view = views.Views(session, app)
            view.compose('# Broken\n' + block('text: What?\nkind: nonsense', 'ask'))
            view.button('Start Run').click()
            said = app.find('label', views.starting('', 'kind has to be one of'))
            session.picture('composer-refused')
            self.assertEqual(coordinator.get('/v1/runs')['runs'], [])
            instructions = view.text_view('Instructions')
            self.assertIn('nonsense', instructions.text)
            # beside the field, not somewhere in the dialog
            self.assertLess(abs(said.extents[1] - (instructions.extents[1] + instructions.extents[3])), 60)
            instructions.set_text('# Mended\n' + block('echo mended'))
            app.wait_gone('label', views.starting('', 'kind has to be one of'))
            bellhop.wait_for(lambda: view.button('Start Run').sensitive, 'the Run to be ready to start')
            view.start()
            view.run('Mended', 'Completed')


if __name__ == '__main__':
    tap.main()

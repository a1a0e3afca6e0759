# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Coordinator or app die in the middle: what is shown meanwhile, and that nothing is lost."""

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


class LostTest(unittest.TestCase):
    def test_the_coordinator_is_killed_and_started_again(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            run = coordinator.create(block('echo before; until [ -e go ]; do sleep 0.02; done; echo after') + block('echo last'),
                                     name='Long work')
            bellhop.wait_for(lambda: coordinator.steps(run['id']), 'the block')
            box = coordinator.run(run['id'])['devbox']['id']
            app = session.app(coordinator, run['id'], environment={'BELLHOP_NO_START': '1'})
            view = views.Views(session, app)
            view.expand(view.row('Step', 'exec in DevBox', 'echo before'))
            view.wait_result('before')
            coordinator.kill()
            view.button('Reconnect')
            session.picture('connection-lost')
            # what was known is there to be read
            view.run('Long work')
            view.row('Step', 'exec in DevBox', 'echo before')
            view.wait_result('before')

            coordinator.start()
            app.wait_gone(views.BUTTON, 'Reconnect')
            (coordinator.boxes / box / 'workspace' / 'go').touch()
            coordinator.wait_state(run['id'], 'completed')
            # the same row, expanded as it was, goes on; none is there twice
            view.wait_result('before\nafter')
            view.row('Step', 'exec in DevBox', 'echo last')
            view.run('Long work', 'Completed')
            self.assertEqual(len(app.find_all('list item', views.starting('Step, exec in DevBox', 'echo before'))), 1)
            session.picture('connection-back')

    def test_the_app_is_killed_while_a_question_is_open(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            run = coordinator.create(views.ASK + block('echo "placed in $WHERE"'), name='Move the toggle')
            coordinator.question(run['id'])
            app = session.app(coordinator, run['id'])
            view = views.Views(session, app)
            view.button('Answer…').click()
            view.choice('Menu')
            app.kill()
            app = session.app(coordinator)
            view = views.Views(session, app)
            view.run('Move the toggle', 'Needs you', 'Where should the toggle live?')
            view.open('Move the toggle')
            view.button('Answer…').click()
            view.choice('Menu').click()
            session.picture('question-again')
            view.sheet_button('Answer').click()
            view.run('Move the toggle', 'Completed')
            self.assertEqual(coordinator.outputs(run['id']), ['placed in Menu\n'])

    def test_the_app_is_killed_while_a_message_is_written(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            names = 'First', 'Second'
            runs = [coordinator.create(block('until [ -e go ]; do sleep 0.02; done'), name=name) for name in names]
            for run in runs:
                coordinator.wait_state(run['id'], 'running')
            app = session.app(coordinator)
            view = views.Views(session, app)
            for name in names:
                view.open(name)
                view.text_view('Message').wait(lambda node: node.text == '', 'an empty field')
                view.text_view('Message').set_text(f'Half a thought for {name}')
            unsent = coordinator.root / 'data' / 'bellhop' / 'unsent.json'
            bellhop.wait_for(lambda: unsent.exists() and all(f'for {name}' in unsent.read_text() for name in names), 'the drafts to be kept')
            self.assertEqual(unsent.stat().st_mode & 0o777, 0o600)
            app.kill()
            app = session.app(coordinator)
            view = views.Views(session, app)
            for name in names:
                view.open(name)
                view.text_view('Message').wait(lambda node: node.text == f'Half a thought for {name}', 'the draft')
            session.picture('message-draft')

            # what was sent is no draft any more
            view.button('Send').click()
            view.text_view('Message').wait(lambda node: node.text == '', 'the message to be sent')
            bellhop.wait_for(lambda: 'for Second' not in unsent.read_text(), 'the draft to be forgotten')
            self.assertIn('for First', unsent.read_text())

    def test_a_question_answered_elsewhere_says_so(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            run = coordinator.create(views.ASK + block('echo "placed in $WHERE"'), name='Move the toggle')
            question = coordinator.question(run['id'])
            app = session.app(coordinator, run['id'])
            view = views.Views(session, app)
            view.button('Answer…').click()
            view.choice('Menu')
            coordinator.post(f'/v1/runs/{run["id"]}/answers', {'question': question['id'], 'options': [question['questions'][0]['options'][1]['id']]})
            # who and with what
            app.find('label', views.starting('', 'nswered', 'Menu'))
            session.picture('question-answered-elsewhere')
            view.close_dialog()
            view.run('Move the toggle', 'Completed')


if __name__ == '__main__':
    tap.main()

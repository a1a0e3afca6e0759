# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""A Run from its first word to its deletion, in the app and with real parts under it."""

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

JOB = '# Move the toggle\n\nFirst, a look at what there is.\n\n' + block('echo "the toggle is in the menu"') + views.ASK + \
    block('echo "placed in $WHERE"; until [ -e go ]; do sleep 0.02; done') + block('echo checked')


def let_go(coordinator, run_id):
    box = coordinator.run(run_id)['devbox']['id']
    (coordinator.boxes / box / 'workspace' / 'go').touch()


class RunTest(unittest.TestCase):
    def test_from_compose_to_continue(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            app = session.app(coordinator)
            view = views.Views(session, app)
            view.compose(JOB)
            session.picture('composer')
            view.start()
            # the Run is open, and needs the person after its first block
            view.run('Move the toggle', 'Needs you', 'Where should the toggle live?')
            run = coordinator.get('/v1/runs')['runs'][0]
            self.assertEqual((run['name'], run['mode'], run['state']), ('Move the toggle', 'interactive', 'needs_you'))
            step = view.row('Step', 'exec in DevBox', 'the toggle is')
            session.picture('run-needs-you')

            view.expand(step)
            view.wait_result('the toggle is in the menu')
            session.picture('run-step-expanded')

            view.button('Answer…').click()
            view.choice('Menu').click()
            session.picture('question')
            view.sheet_button('Answer').click()
            view.row('Question', 'Where should the toggle live?', 'Menu')
            coordinator.wait_state(run['id'], 'running')
            answered = coordinator.get(f'/v1/runs/{run["id"]}/questions?all=true')['questions'][0]
            self.assertEqual((answered['state'], answered['answered_by']), ('answered', 'you'))

            # steered while a block is at work
            bellhop.wait_for(lambda: len(coordinator.steps(run['id'])) == 2, 'the second block')
            view.say('Look at this before:\n' + block('echo steered'))
            app.find(name=views.starting('Queued message: ', 'Look at this before'))
            session.picture('run-steered')
            let_go(coordinator, run['id'])
            coordinator.wait_state(run['id'], 'completed')
            self.assertEqual(coordinator.outputs(run['id']), ['the toggle is in the menu\n', 'placed in Menu\n', 'steered\n', 'checked\n'])
            view.run('Move the toggle', 'Completed')
            app.wait_gone(name=views.starting('Queued message: '))
            session.picture('run-completed')

            # and continued
            bellhop.wait_for(lambda: coordinator.run(run['id'])['can_continue'], 'the Run to be one to continue')
            view.say('Go on.\n' + block('echo "still $WHERE"'))
            bellhop.wait_for(lambda: coordinator.run(run['id'])['turns'] == 2 and
                             coordinator.run(run['id'])['state'] == 'completed', 'the second turn')
            self.assertEqual(coordinator.outputs(run['id'])[-1], 'still Menu\n')
            view.to_end()
            view.row('Step', 'exec in DevBox', 'still $WHERE')
            session.picture('run-continued')

    def test_the_app_goes_on_without_a_window_until_no_run_is_active(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            run = coordinator.create(block('until [ -e go ]; do sleep 0.02; done'), name='Long work')
            coordinator.wait_state(run['id'], 'running')
            app = session.app(coordinator)
            views.Views(session, app).run('Long work', 'Running')
            session.key('ctrl+w')
            bellhop.wait_for(lambda: app.windows == [], 'the window to close')
            # it is there to show a window when it is called again
            self.assertEqual(session.app(coordinator, window=False).process.wait(bellhop.TIMEOUT), 0)
            bellhop.wait_for(lambda: app.windows, 'the window to be back')
            session.arrange(app)
            session.key('ctrl+w')
            bellhop.wait_for(lambda: app.windows == [], 'the window to close again')
            let_go(coordinator, run['id'])
            self.assertEqual(app.process.wait(bellhop.TIMEOUT), 0)
            # nothing is active: it ends with its window
            app = session.app(coordinator)
            views.Views(session, app).run('Long work', 'Completed')
            session.key('ctrl+w')
            self.assertEqual(app.process.wait(bellhop.TIMEOUT), 0)

    def test_a_step_that_runs_shows_what_it_says(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            run = coordinator.create(block('echo one; until [ -e go ]; do sleep 0.02; done; echo two'), name='Counting')
            app = session.app(coordinator, run['id'])
            view = views.Views(session, app)
            view.expand(view.row('Step', 'exec in DevBox', 'echo one'))
            view.wait_result('one')
            let_go(coordinator, run['id'])
            view.wait_result('one\ntwo')
            session.picture('run-live-output')

    def test_search_stop_delete_and_undo(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            for name in ('Update the CI matrix', 'Migrate the payments'):
                coordinator.wait_end(coordinator.create(block('true'), name=name)['id'])
            run = coordinator.create(block('until [ -e go ]; do sleep 0.02; done'), name='Fix the flaky test')
            bellhop.wait_for(lambda: coordinator.steps(run['id']), 'the block')
            app = session.app(coordinator)
            view = views.Views(session, app)
            view.run('Update the CI matrix', 'Completed')
            view.run('Fix the flaky test', 'Running')
            session.picture('list')

            view.search('payments')
            app.wait_gone('list item', views.starting('Fix the flaky test'))
            view.run('Migrate the payments')
            session.picture('list-search')
            session.key('Escape')
            view.open('Fix the flaky test')

            # work would be lost, so it is asked
            view.button('Stop This Run').click()
            dialog = app.find('alert dialog', 'Stop This Run?')
            session.picture('stop')
            dialog.find(views.BUTTON, 'Stop').click()
            coordinator.wait_state(run['id'], 'stopped')
            view.run('Fix the flaky test', 'Stopped')

            # undone in time: nothing has happened
            view.open('Fix the flaky test')
            session.key('Delete')
            app.wait_gone('list item', views.starting('Fix the flaky test'))
            session.picture('deleted')
            view.button('Undo').click()
            view.run('Fix the flaky test')
            self.assertEqual(coordinator.run(run['id'])['state'], 'stopped')

            # and not undone: it is gone when the app has ended
            view.open('Fix the flaky test')
            session.key('Delete')
            app.wait_gone('list item', views.starting('Fix the flaky test'))
            session.key('ctrl+q')
            self.assertEqual(app.process.wait(bellhop.TIMEOUT), 0)
            with self.assertRaises(bellhop.Problem) as caught:
                coordinator.run(run['id'])
            self.assertEqual(caught.exception.code, 'run_not_found')


if __name__ == '__main__':
    tap.main()

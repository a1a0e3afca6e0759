# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""Two coordinators in one list: that of this computer, and one on another machine, by TLS and with a token."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
sys.path.insert(0, os.path.dirname(__file__))
import bellhop  # noqa: E402
import desktop  # noqa: E402
import tap  # noqa: E402
import views  # noqa: E402
from bellhop import block  # noqa: E402

SCHEMA = {'xdg:schema': 'org.bellhop.Coordinator'}


class Connections(views.Views):
    """The preferences of connections."""

    def open_page(self):
        self.session.key('ctrl+comma')
        self.app.find('tab', 'Connections').click()

    def row(self, name, state):
        return self.app.find('list item', name, where=lambda node: node.find_all('label', views.starting(state)))

    def add(self, url, token, name, fingerprint=None):
        """As a person does who compares the fingerprint that is shown with the one told on the phone."""
        self.button('Add Connection').click()
        for row, text in (('Address', url), ('Token', token), ('Name', name)):
            self.app.find(name=views.starting(row), where=lambda node: 'editable' in node.states).set_text(text)
        self.button('Add').click()
        if fingerprint:
            self.trust(fingerprint, f'certificate-of-{name.lower()}')

    def trust(self, fingerprint, picture):
        label = self.app.find('label', 'SHA-256 fingerprint')
        shown = re.sub(r'\s', ':', label.text)
        assert shown == fingerprint, (shown, fingerprint)
        self.session.picture(picture)
        self.button('Trust').click()


class ConnectionsTest(unittest.TestCase):
    def far(self):
        far = bellhop.Bellhop(start=False)
        self.addCleanup(far.close)
        self.url = far.listen()
        far.start()
        self.token = far.post('/v1/tokens', {'name': 'laptop'})['token']
        return far

    def test_two_coordinators_are_one_list(self):
        far = self.far()
        done = far.create(block('echo from afar'), name='Far work')['id']
        far.wait_end(done)
        with bellhop.Bellhop() as near, desktop.Desktop() as session:
            near.wait_end(near.create(block('echo from here'), name='Near work')['id'])
            session.start_secrets()
            app = session.app(near)
            view = Connections(session, app)
            view.run('Near work')
            view.open_page()
            view.add(self.url, self.token, 'Lab', far.fingerprint)
            view.row('Lab', 'Connected')
            session.picture('preferences-connections')
            self.assertEqual(session.secrets(**SCHEMA), 1)
            for path in pathlib.Path(near.environment['XDG_CONFIG_HOME']).rglob('*'):
                if path.is_file():
                    self.assertNotIn(self.token.encode(), path.read_bytes(), path)
            view.close_dialog()
            app.wait_gone(name='Add Connection')

            self.one_list(session, view)
            self.composed_over_there(session, view, near, far)
            self.linked(session, app, view, near, done)
            self.lost(session, app, view, far)
            self.another_certificate(session, app, view, far)
            app = self.started_again(session, app, near)
            self.removed(session, app, Connections(session, app))

    def one_list(self, session, view):
        """Rows say where their Runs are."""
        view.run('Far work').find('label', 'Lab')
        view.run('Near work').find('label', 'This computer')
        session.picture('two-coordinators')

    def composed_over_there(self, session, view, near, far):
        view.compose('# Over there\n' + block('hostname >there; echo done'))
        view.app.find(name=views.starting('Coordinator'), where=lambda node: node.role == 'list item').click()
        view.app.find('radio', views.starting('Lab')).click()
        session.picture('composer-coordinator')
        view.start()
        view.run('Over there', 'Completed')
        self.assertIn('Over there', [run['name'] for run in far.get('/v1/runs')['runs']])
        self.assertNotIn('Over there', [run['name'] for run in near.get('/v1/runs')['runs']])

    def linked(self, session, app, view, near, run):
        """A link names the Run alone: whose it is is found out."""
        environment = session.app_environment(near)
        subprocess.run([bellhop.program('bellhop'), f'bellhop://run/{run}'], env=environment, check=True, timeout=bellhop.TIMEOUT)
        view.expand(view.app.find('list item', views.starting('Step, exec in DevBox', 'echo from afar')))
        view.wait_result('from afar')

    def lost(self, session, app, view, far):
        """What was known stays to be read, and what is there works on."""
        far.kill()
        app.find('label', views.starting('Lab: ', 'cannot be reached'))
        view.run('Far work', 'Completed')
        view.wait_result('from afar')
        session.picture('coordinator-lost')
        view.open('Near work')
        app.find('list item', views.starting('Step, exec in DevBox', 'echo from here'))
        view.run('Far work', 'Completed')
        far.start()
        # by itself, sooner or later
        app.wait_gone(views.BUTTON, 'Reconnect')
        view.open('Far work')
        app.find('list item', views.starting('Step, exec in DevBox', 'echo from afar'))

    def another_certificate(self, session, app, view, far):
        """It is refused and said, and can be looked at."""
        far.kill()
        app.find('label', views.starting('Lab: '))
        far.listen()
        far.start()
        app.find('label', views.starting('Lab: ', 'presents a certificate that was not accepted before'))
        view.run('Far work', 'Completed')
        session.picture('coordinator-other-certificate')
        view.open_page()
        view.row('Lab', 'Cannot be used').click()
        view.button('Look at the Certificate…').click()
        view.trust(far.fingerprint, 'certificate-changed')
        view.row('Lab', 'Connected')
        view.close_dialog()
        app.wait_gone(views.BUTTON, 'Reconnect')

    def started_again(self, session, app, near):
        """With the token of the password storage."""
        session.key('ctrl+q')
        self.assertEqual(app.process.wait(bellhop.TIMEOUT), 0)
        app = session.app(near)
        view = Connections(session, app)
        view.run('Far work', 'Completed')
        view.run('Near work', 'Completed')
        return app

    def removed(self, session, app, view):
        view.open_page()
        view.row('Lab', 'Connected').click()
        view.button('Remove…').click()
        view.button('Remove').click()
        bellhop.wait_for(lambda: session.secrets(**SCHEMA) == 0, 'the token to be forgotten')
        view.close_dialog()
        app.wait_gone('list item', views.starting('Far work'))
        view.run('Near work')
        # with one there is nothing to tell apart
        self.assertEqual(view.run('Near work').find_all('label', 'This computer'), [])

    def test_added_with_the_keyboard(self):
        """The entry that had the focus is told that it lost it: else it warns when its cursor is to blink."""
        far = self.far()
        with bellhop.Bellhop() as near, desktop.Desktop(blink=True) as session:
            session.start_secrets()
            app = session.app(near)
            view = Connections(session, app)
            view.open_page()
            view.button('Add Connection').click()
            address = app.find(name=views.starting('Address'), where=lambda node: {'editable', 'focused'} <= node.states)
            session.type(self.url)
            session.key('Tab')
            session.type('wrong')
            session.key('Return')
            view.trust(far.fingerprint, 'certificate-by-keyboard')
            app.find('label', views.starting('', 'token'))
            address.wait(lambda node: 'focused' in node.states, 'the focus to be where it is put right')
            session.key('Tab', 'ctrl+a')
            session.type(self.token)
            session.key('Return')
            view.trust(far.fingerprint, 'certificate-again')
            view.row('localhost', 'Connected')

    def test_without_a_password_storage(self):
        far = self.far()
        with bellhop.Bellhop() as near, desktop.Desktop() as session:
            app = session.app(near)
            view = Connections(session, app)
            view.open_page()
            view.add(self.url, self.token, 'Lab', far.fingerprint)
            view.row('Lab', 'Connected').click()
            app.find('label', views.starting('The token is kept only until Bellhop quits'))
            session.picture('no-password-storage')

    def test_what_is_no_coordinator(self):
        far = self.far()
        with bellhop.Bellhop() as near, desktop.Desktop() as session:
            app = session.app(near)
            view = Connections(session, app)
            view.open_page()
            view.add('nonsense://x', '', 'Lab')
            app.find('label', views.starting('The address of a coordinator begins with https://'))
            view.close_dialog()
            view.add(self.url, 'wrong', 'Lab', far.fingerprint)
            app.find('label', views.starting('', 'token'))
            session.picture('connection-refused')
            view.close_dialog()
            self.assertEqual(len(app.find_all(name=views.starting('Lab'))), 0)


if __name__ == '__main__':
    tap.main()

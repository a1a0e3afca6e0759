# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""The app's Runs in the search of the desktop: over D-Bus, as anybody may ask, and in a real GNOME Shell."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
sys.path.insert(0, os.path.dirname(__file__))
import ordinary  # noqa: E402

ordinary.become()
import accessible  # noqa: E402
import bellhop  # noqa: E402
import desktop  # noqa: E402
import gnomeshell  # noqa: E402
import tap  # noqa: E402
import views  # noqa: E402
from bellhop import block  # noqa: E402

APP = 'org.bellhop.Bellhop'
PROVIDER = (APP, '/org/bellhop/Bellhop/SearchProvider', 'org.gnome.Shell.SearchProvider2')
HOSTILE = '<b>Bold</b> & \u202egnirts\u202c'


class Provider:
    """The app as a service, and what it says to the desktop."""

    def __init__(self, session, coordinator, **options):
        self.session = session
        self.app = session.app(coordinator, '--gapplication-service', window=False, **options)
        session.wait_name(APP)

    def call(self, method, signature, *arguments):
        return accessible.call(self.session.bus, *PROVIDER, method, signature, *arguments)

    def search(self, *terms):
        return self.call('GetInitialResultSet', 'as', list(terms))

    def narrow(self, before, *terms):
        return self.call('GetSubsearchResultSet', 'asas', before, list(terms))

    def metas(self, found):
        return self.call('GetResultMetas', 'as', found)

    def windows(self):
        return [node for node in accessible.Node(self.session.accessibility, *accessible.REGISTRY).children if node.children]


def is_ready(coordinator):
    """Of one that the test has not started: its socket comes later than its process."""
    with contextlib.suppress(OSError):
        return coordinator.get('/v1/health')['ready']
    return False


class BusTest(unittest.TestCase):
    def test_what_is_found(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            done = coordinator.create(block('echo'), name='Migrate the payments')['id']
            coordinator.wait_end(done)
            asks = coordinator.create(views.ASK + block('echo'), name='Review of payments')['id']
            coordinator.question(asks)
            hostile = coordinator.create(block('sleep 600'), name=HOSTILE)['id']
            coordinator.wait_state(hostile, 'running')
            provider = Provider(session, coordinator)

            found = provider.search('payments')
            # what needs the person comes first
            self.assertEqual(found, [f'local/{asks}', f'local/{done}'])
            # the last word as far as it is typed
            self.assertEqual(provider.narrow(found, 'payments', 'mig'), [f'local/{done}'])
            self.assertEqual(provider.search('payments', 'nowhere'), [])
            self.assertEqual(provider.search(), [])
            self.assertEqual(provider.search('"', '*', 'AND', '\\', '('), [])
            # an operator is a word
            self.assertEqual(provider.search('payments', 'OR', 'bold'), [])

            metas = provider.metas(found + ['local/r_0000000000000000', 'nonsense', ''])
            self.assertEqual([(meta['id'], meta['name'], meta['description']) for meta in metas[:1]],
                             [(f'local/{asks}', 'Review of payments', 'Needs you · Where should the toggle live?')])
            self.assertEqual(len(metas), 2)
            self.assertTrue(metas[1]['description'].startswith('Completed'), metas[1])
            self.assertEqual(metas[0]['clipboardText'], f'bellhop://run/{asks}')
            for meta in metas:
                self.assertEqual(meta['icon'][0], 'themed')

            # words, never instructions to whoever shows them
            meta = provider.metas(provider.search('bold'))[0]
            self.assertEqual(meta['name'], '<b>Bold</b> & gnirts')
            self.assertEqual(provider.windows(), [])

    def test_what_was_found_before_the_app_ended(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            run = coordinator.create(block('echo'), name='Migrate the payments')['id']
            coordinator.wait_end(run)
            provider = Provider(session, coordinator)
            self.assertEqual([meta['name'] for meta in provider.metas([f'local/{run}'])], ['Migrate the payments'])

    def test_nothing_is_started_to_search(self):
        with bellhop.Bellhop(start=False) as coordinator, desktop.Desktop() as session:
            provider = Provider(session, coordinator)
            self.assertEqual(provider.search('payments'), [])
            self.assertEqual(provider.metas(['local/r_0000000000000000']), [])
            self.assertEqual(coordinator.processes('bellhop-coordinator'), [])
            self.assertEqual(provider.windows(), [])
            # but when the person wants more
            provider.call('LaunchSearch', 'asu', ['payments'], 0)
            bellhop.wait_for(lambda: coordinator.processes('bellhop-coordinator'), 'the coordinator to be started')
            provider.app.wait_window()
            bellhop.wait_for(lambda: is_ready(coordinator), 'the coordinator')
            started = set(coordinator.processes('bellhop-coordinator'))
            for pid in started:
                os.kill(pid, 15)
            # the app may have started another by then
            bellhop.wait_for(lambda: not started & set(coordinator.processes('bellhop-coordinator')), 'the coordinator to end')

    def test_one_that_does_not_answer(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            run = coordinator.create(block('echo'), name='Migrate the payments')['id']
            coordinator.wait_end(run)
            provider = Provider(session, coordinator)
            self.assertEqual(provider.search('payments'), [f'local/{run}'])
            stopped = coordinator.processes('bellhop-coordinator')
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            try:
                self.assertEqual(provider.search('payments'), [])
            finally:
                for pid in stopped:
                    os.kill(pid, signal.SIGCONT)
            self.assertEqual(provider.search('payments'), [f'local/{run}'])

    def test_one_that_cannot_be_reached_holds_up_no_other(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session, socket.create_server(('127.0.0.1', 0)) as silent:
            run = coordinator.create(block('echo'), name='Migrate the payments')['id']
            coordinator.wait_end(run)
            settings = pathlib.Path(coordinator.environment['XDG_CONFIG_HOME'], 'glib-2.0', 'settings', 'keyfile')
            settings.parent.mkdir(parents=True, exist_ok=True)
            settings.write_text('[org/bellhop/Bellhop]\n'
                                f"connections=[('far', 'Far', 'https://127.0.0.1:{silent.getsockname()[1]}', '')]\n")
            provider = Provider(session, coordinator)
            silent.settimeout(bellhop.TIMEOUT)
            with silent.accept()[0]:
                self.assertEqual(provider.search('payments'), [f'local/{run}'])
                self.assertEqual([meta['name'] for meta in provider.metas([f'local/{run}'])], ['Migrate the payments'])

    def test_a_link_starts_what_a_search_does_not(self):
        with bellhop.Bellhop(start=False) as coordinator, desktop.Desktop() as session:
            provider = Provider(session, coordinator)
            self.assertEqual(provider.search('payments'), [])
            self.assertEqual(coordinator.processes('bellhop-coordinator'), [])
            said = subprocess.run([bellhop.program('bellhop'), 'bellhop://run/r_0000000000000000'], timeout=bellhop.TIMEOUT,
                                  env=session.app_environment(coordinator), capture_output=True, text=True, check=False)
            self.assertIn('There is no Run r_0000000000000000', said.stderr)
            for pid in coordinator.processes('bellhop-coordinator'):
                os.kill(pid, signal.SIGTERM)
            bellhop.wait_for(lambda: not coordinator.processes('bellhop-coordinator'), 'the coordinator to end')

    def test_what_is_chosen(self):
        with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
            for name in ('Migrate the payments', 'Nightly audit'):
                coordinator.wait_end(coordinator.create(block('echo'), name=name)['id'])
            provider = Provider(session, coordinator)
            provider.call('ActivateResult', 'sasu', provider.search('migrate')[0], ['migrate'], 0)
            view = views.Views(session, provider.app.wait_window())
            view.app.find('list', 'Timeline')
            view.app.find('label', 'Migrate the payments')

            provider.call('LaunchSearch', 'asu', ['nightly', 'aud'], 0)
            entry = view.app.find(name='Search Runs', where=lambda node: 'editable' in node.states)
            entry.wait(lambda node: node.text == 'nightly aud', 'the words to be searched for')
            view.run('Nightly audit')
            self.assertEqual(view.app.find_all('list item', views.starting('Migrate the payments, ')), [])
            self.assertEqual(len(view.app.windows), 1)
            session.picture('search-launched')


class ShellTest(unittest.TestCase):
    def test_in_the_overview(self):
        with bellhop.Bellhop(environment={'BELLHOP_NO_START': '1'}) as coordinator, gnomeshell.Shell() as shell:
            asks = coordinator.create(views.ASK + block('echo'), name='Review of payments')['id']
            coordinator.question(asks)
            coordinator.wait_end(coordinator.create(block('echo'), name='Migrate the <i>payments</i>')['id'])
            shell.install(APP, [bellhop.program('bellhop')])
            shell.started_by_bus(coordinator)
            shell.search('payments')
            results = bellhop.wait_for(lambda: shell.results(APP), 'results in the overview')
            self.assertEqual([result['name'] for result in results], ['Review of payments', 'Migrate the <i>payments</i>'])
            self.assertEqual(results[0]['description'], 'Needs you · Where should the toggle live?')
            self.assertEqual(shell.windows(), [])
            shell.picture('search-overview')
            shell.press_result(APP, 'Review of payments')
            app = shell.app_on_bus(APP)
            app.find('list', 'Timeline')
            app.find('label', 'Review of payments')
            shell.picture('search-opened')


if __name__ == '__main__':
    tap.main()

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""How a coordinator comes to run: by systemd's socket, by D-Bus, and what becomes of its boxes when one is killed."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import BUS, SOURCE, Bellhop, Problem, block, program, wait_for  # noqa: E402
import tap  # noqa: E402


class Start(unittest.TestCase):
    def test_socket_activation(self):
        """What systemd does: it listens, and passes the socket to the process it starts."""
        with Bellhop(start=False) as bellhop:
            path = pathlib.Path(bellhop.path)
            path.parent.mkdir(mode=0o700)
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
                listener.bind(str(path))
                listener.listen(16)
                bellhop.process = subprocess.Popen(
                    ['sh', '-c', f'exec 3<&{listener.fileno()}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" --auto-start --idle-seconds 2',
                     program('bellhop-coordinator')], env=bellhop.environment, pass_fds=[listener.fileno()],
                    stdin=subprocess.DEVNULL, stdout=bellhop.log, stderr=bellhop.log)
                # a request that was made before there was anybody to answer it
                run = bellhop.create(block('echo activated'))
                bellhop.wait_end(run['id'])
                self.assertEqual(bellhop.outputs(run['id']), ['activated\n'])
                self.assertEqual(bellhop.process.wait(60), 0)
                # the socket is systemd's: it stays
                self.assertTrue(path.exists())

    def test_dbus_activation(self):
        with Bellhop(start=False) as bellhop:
            services, bus = bellhop.root / 'services', bellhop.root / 'bus.conf'
            services.mkdir()
            bus.write_text(BUS.format(path=bellhop.root / 'bus', services=services))
            template = (SOURCE / 'data' / 'dbus' / 'org.bellhop.Coordinator.service.in').read_text()
            (services / 'org.bellhop.Coordinator.service').write_text(
                template.replace('@libexecdir@/bellhop-coordinator', program('bellhop-coordinator')).replace(
                    'SystemdService=bellhop-coordinator.service\n', ''))
            script = ('dbus-send --session --print-reply --dest=org.freedesktop.DBus / '
                      'org.freedesktop.DBus.StartServiceByName string:org.bellhop.Coordinator uint32:0 && '
                      'curl -sf --retry 20 --retry-connrefused --retry-delay 1 --unix-socket "$BELLHOP_SOCKET" http://localhost/v1/info')
            result = subprocess.run(['dbus-run-session', f'--config-file={bus}', '--', 'sh', '-c', script],
                                    env=bellhop.environment, capture_output=True, text=True, timeout=60)
            self.assertEqual(result.returncode, 0, result)
            self.assertIn('"auto_started":true', result.stdout)
            for pid in bellhop.processes('bellhop-coordinator'):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            wait_for(lambda: not bellhop.processes('bellhop-coordinator'), 'the coordinator to end')


class Box(unittest.TestCase):
    def init_of(self, box):
        """The pid of a box's init, from outside."""
        for entry in pathlib.Path('/proc').glob('[0-9]*'):
            with contextlib.suppress(OSError):
                if (entry / 'comm').read_text().strip() == 'bellhop-boxd' and \
                        f'boxes/{box}/workspace' in (entry / 'mountinfo').read_text():
                    return int(entry.name)
        return None

    def test_killed_box(self):
        """Only killing the box ends the work in it; the timeline keeps what it showed and says what happened."""
        with Bellhop() as bellhop:
            run = bellhop.create(block('for i in 1 2 3; do echo line $i; done; sleep 600') + block('echo never'))
            wait_for(lambda: bellhop.steps(run['id']) and bellhop.outputs(run['id'])[0].count('\n') == 3, 'output')
            before = bellhop.rows(run['id'])
            os.kill(wait_for(lambda: self.init_of(bellhop.run(run['id'])['devbox']['id']), 'the init'), signal.SIGKILL)
            end = bellhop.wait_end(run['id'])
            self.assertEqual(end['state'], 'failed')
            self.assertIn('DevBox', end['reason'])
            rows = bellhop.rows(run['id'])
            self.assertEqual([row['n'] for row in rows[:len(before)]], [row['n'] for row in before])
            self.assertEqual(bellhop.outputs(run['id']), ['line 1\nline 2\nline 3\n'])
            with self.assertRaises(Problem) as caught:
                bellhop.post(f'/v1/runs/{run["id"]}/messages', {'text': 'go on'})
            self.assertEqual((caught.exception.status, caught.exception.code), (409, 'devbox_gone'))

    def test_box_killed_while_everything_is_down(self):
        with Bellhop() as bellhop:
            run = bellhop.create(block('echo here; sleep 600'))
            wait_for(lambda: bellhop.steps(run['id']) and bellhop.outputs(run['id'])[0], 'output')
            init = self.init_of(bellhop.run(run['id'])['devbox']['id'])
            bellhop.kill()
            bellhop.kill_worker()
            os.kill(init, signal.SIGKILL)
            bellhop.start()
            self.assertEqual(bellhop.wait_end(run['id'])['state'], 'failed')
            self.assertEqual(bellhop.outputs(run['id']), ['here\n'])

    def test_killed_supervisor_is_not_a_killed_box(self):
        """bwrap only waits for the box; without it the Run goes on, and the box can still be removed."""
        with Bellhop() as bellhop:
            run = bellhop.create(block('until [ -e go ]; do sleep 0.05; done; echo survived'))
            wait_for(lambda: bellhop.steps(run['id']), 'the block')
            box = bellhop.run(run['id'])['devbox']['id']
            supervisors = bellhop.processes('bwrap')
            self.assertTrue(supervisors)
            for pid in supervisors:
                os.kill(pid, signal.SIGKILL)
            (bellhop.boxes / box / 'workspace' / 'go').touch()
            self.assertEqual(bellhop.wait_end(run['id'])['state'], 'completed')
            bellhop.delete(f'/v1/runs/{run["id"]}')
            wait_for(lambda: self.init_of(box) is None and not (bellhop.boxes / box).exists(), 'the box to be removed')


if __name__ == '__main__':
    tap.main()

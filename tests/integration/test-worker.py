# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""The worker: what a coordinator may ask of it, and what it stands: kill -9, floods, nonsense, a box that is wedged."""

import os
import resource
import signal
import struct
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
sys.path.insert(0, os.path.dirname(__file__))
from bellhop import TIMEOUT, wait_for  # noqa: E402
from fakecoordinator import DATA, SPAWNED, Box, FakeCoordinator, RpcError, new_id, processes_of  # noqa: E402
import tap  # noqa: E402


class Worker(unittest.TestCase):
    def setUp(self):
        self.coordinator = FakeCoordinator()
        self.addCleanup(self.coordinator.close)
        self.worker = self.coordinator.start('--max-boxes', '32')
        self.link = self.coordinator.wait_connected()

    def refused(self, code, method, **params):
        with self.assertRaises(RpcError) as caught:
            self.link.call(method, params)
        self.assertEqual(caught.exception.code, code, caught.exception.message)
        return caught.exception.message

    def assert_nothing_runs(self):
        wait_for(lambda: not processes_of(str(self.coordinator.boxes())), 'all processes of the boxes to end')

    def test_registers_and_reports(self):
        said = self.link.registered
        self.assertEqual((said['name'], said['protocol'], said['providers'], said['max_boxes'], said['boxes']),
                         ('test', 1, ['bubblewrap'], 32, []))
        self.assertEqual(said['pid'], self.worker.pid)
        self.assertEqual(self.link.headers['host'], 'localhost')
        beat = self.coordinator.wait_notification('worker.heartbeat')
        self.assertEqual(beat['boxes'], 0)
        for name in ('memory_total', 'memory_available', 'disk_total', 'disk_available'):
            self.assertGreater(beat[name], 0, name)
        images = self.link.call('images.list')['images']
        self.assertEqual([(i['id'], i['provider']) for i in images], [('host', 'bubblewrap')])

    def test_life_of_a_box(self):
        box_id = new_id()
        result, box = self.link.launch(box_id)
        self.assertEqual((result['box']['id'], result['box']['image'], result['box']['state']), (box_id, 'host', 'running'))
        self.assertGreater(result['launch_us'], 0)
        self.assertEqual(box.hello()[0], 1)
        self.assertEqual(box.shell('echo hello > note; pwd; id -un; exit 3'), (3, '/workspace\nuser\n'))
        # a second launch only connects
        again, second = self.link.launch(box_id)
        self.assertNotEqual(again['handle'], result['handle'])
        second.hello()
        self.assertEqual(second.shell('cat note'), (0, 'hello\n'))
        self.assertEqual(self.link.call('box.disconnect', {'handle': again['handle']}), {})
        for _ in range(2):
            self.assertEqual(self.link.call('box.stop', {'id': box_id, 'grace_ms': 500}), {})
        self.coordinator.wait_notification('box.closed', handle=result['handle'])
        self.coordinator.wait_notification('box.gone', id=box_id)
        self.assertEqual([b['state'] for b in self.link.call('box.list')['boxes']], ['stopped'])
        self.refused('devbox_gone', 'box.connect', id=box_id)
        # the files are still there for another life
        _, box = self.link.launch(box_id)
        box.hello()
        self.assertEqual(box.shell('cat note'), (0, 'hello\n'))
        for _ in range(2):
            self.assertEqual(self.link.call('box.remove', {'id': box_id}), {})
        self.assertEqual(self.link.call('box.list')['boxes'], [])
        self.assertEqual(list(self.coordinator.boxes().iterdir()), [])
        self.assert_nothing_runs()

    def test_output_is_whole(self):
        _, box = self.link.launch(new_id())
        box.hello()
        status, output = box.run('/bin/bash', '-c', 'seq 1 2000000')
        self.assertEqual(status, 0)
        self.assertEqual(output, b''.join(b'%d\n' % n for n in range(1, 2000001)))

    def test_killed_worker(self):
        box_id = new_id()
        _, box = self.link.launch(box_id)
        box.hello()
        box.spawn(7, ['/bin/bash', '-c', 'for i in $(seq 1 200); do echo $i; read -t 0.01 < /dev/zero; sleep 0.01; done'])
        box.wait(SPAWNED)
        self.worker.kill()
        self.worker.wait(TIMEOUT)
        self.assertTrue(self.link.closed.wait(TIMEOUT))
        self.coordinator.start('--max-boxes', '32')
        self.link = self.coordinator.wait_connected()
        self.assertEqual([(b['id'], b['state']) for b in self.link.registered['boxes']], [(box_id, 'running')])
        box = Box(self.link, self.link.call('box.connect', {'id': box_id})['handle'])
        box.hello()
        box.attach(7)
        status, output = box.collect(7)
        self.assertEqual((status, output.split()), (0, [b'%d' % n for n in range(1, 201)]))
        self.link.call('box.remove', {'id': box_id})
        self.assert_nothing_runs()

    def test_lost_coordinator(self):
        box_id = new_id()
        _, box = self.link.launch(box_id)
        box.hello()
        self.link.drop()
        self.link = self.coordinator.wait_connected()
        self.assertEqual([(b['id'], b['state']) for b in self.link.registered['boxes']], [(box_id, 'running')])
        handle = self.link.call('box.connect', {'id': box_id})['handle']
        self.assertEqual(Box(self.link, handle).hello()[0], 1)

    def test_coordinator_lost_while_it_launches(self):
        """Nobody knows the handle of a box that was asked for over a connection that is lost: there is none."""
        box_id = new_id()
        _, box = self.link.launch(box_id)
        box.hello()
        box.spawn(1, ['/bin/bash', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done'])
        box.attach(1)
        box.wait(DATA)
        # operations on one box take turns, so the launch comes when the stop has used up its grace
        for number, method, params in ((4711, 'box.stop', {'grace_ms': 1500}),
                                       (4712, 'box.launch', {'image': 'host', 'network': 'offline'})):
            self.link.send_text({'jsonrpc': '2.0', 'id': number, 'method': method, 'params': {'id': box_id, **params}})
        self.link.call('box.list')
        self.link.drop()
        self.link = self.coordinator.wait_connected()
        self.coordinator.wait_notification('box.gone', id=box_id)
        self.coordinator.notifications.clear()
        wait_for(lambda: [b['state'] for b in self.link.call('box.list')['boxes']] == ['running'], 'the box to run')
        self.link.call('box.stop', {'id': box_id, 'grace_ms': 0})
        self.coordinator.wait_notification('box.gone', id=box_id)
        self.assertEqual([params for method, params in self.coordinator.notifications if method == 'box.closed'], [])
        self.assertEqual(self.link.handles, {})

    def restart_with_files(self, soft, hard):
        self.worker.kill()
        self.worker.wait(TIMEOUT)
        self.worker = self.coordinator.start('--max-boxes', '32', wrap=('prlimit', f'--nofile={soft}:{hard}'))
        self.link = self.coordinator.wait_connected()

    def test_limit_of_files(self):
        """The worker takes what it may have, boxes get what it was started with."""
        self.restart_with_files(200, 300)
        limit = resource.prlimit(self.worker.pid, resource.RLIMIT_NOFILE)
        self.assertEqual(limit, (300, 300))
        _, box = self.link.launch(new_id())
        box.hello()
        self.assertEqual(box.shell('ulimit -Sn; ulimit -Hn'), (0, '200\n300\n'))

    def test_out_of_files(self):
        """Launches are refused with a reason, and all else goes on."""
        self.restart_with_files(40, 40)
        ids, refusals = [], []
        while not refusals:
            box_id = new_id()
            try:
                ids.append((box_id, self.link.launch(box_id)[1]))
            except RpcError as error:
                refusals.append(error)
            self.assertLess(len(ids), 32)
        self.assertIn('LimitNOFILE', refusals[0].message)
        self.assertGreater(len(ids), 0)
        for _, box in ids:
            box.hello()
            self.assertEqual(box.shell('echo well'), (0, 'well\n'))
        # what the others had is enough for one more
        for box_id, _ in ids[1:]:
            self.link.call('box.remove', {'id': box_id})
        self.link.launch(new_id())
        self.assertIsNone(self.worker.poll())

    def test_twenty_at_once(self):
        ids = [new_id() for _ in range(20)]
        results = {}

        def launch(box_id):
            _, box = self.link.launch(box_id)
            box.hello()
            results[box_id] = box.shell('echo $HOSTNAME')

        threads = [threading.Thread(target=launch, args=[box_id]) for box_id in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(TIMEOUT)
        self.assertEqual(results, {box_id: (0, 'bellhop\n') for box_id in ids})
        for box_id in ids:
            self.link.call('box.remove', {'id': box_id})
        self.assertEqual(list(self.coordinator.boxes().iterdir()), [])
        self.assert_nothing_runs()

    def test_limit_of_boxes(self):
        self.worker.terminate()
        self.assertEqual(self.worker.wait(TIMEOUT), 0)
        self.coordinator.start('--max-boxes', '1', name='other')
        self.link = self.coordinator.wait_connected()
        box_id = new_id()
        self.link.launch(box_id)
        self.assertIn('--max-boxes', self.refused('launch_failed', 'box.launch', id=new_id(), image='host', network='open'))
        self.link.call('box.stop', {'id': box_id, 'grace_ms': 0})
        self.link.launch(new_id())

    def test_stop_of_what_does_not_want_to(self):
        box_id = new_id()
        result, box = self.link.launch(box_id)
        box.hello()
        box.spawn(9, ['/bin/bash', '-c', 'trap "" TERM; while :; do sleep 1000; done'])
        self.link.call('box.stop', {'id': box_id, 'grace_ms': 200})
        self.assert_nothing_runs()
        gone = self.coordinator.wait_notification('box.gone', id=box_id)
        self.assertEqual(gone['reason'], 'It was stopped.')

    def test_stop_of_a_wedged_init(self):
        box_id = new_id()
        _, box = self.link.launch(box_id)
        box.hello()
        init = processes_of(str(self.coordinator.boxes()))[-1]
        os.kill(init, signal.SIGSTOP)
        self.link.call('box.stop', {'id': box_id, 'grace_ms': 200})
        self.assert_nothing_runs()

    def test_box_that_dies(self):
        box_id = new_id()
        result, box = self.link.launch(box_id)
        box.hello()
        os.kill(processes_of(str(self.coordinator.boxes()))[-1], signal.SIGKILL)
        self.coordinator.wait_notification('box.closed', handle=result['handle'])
        gone = self.coordinator.wait_notification('box.gone', id=box_id)
        self.assertIn('It was killed', gone['reason'])
        names = [name for name, _ in self.coordinator.notifications if name.startswith('box.')]
        self.assertEqual(names, ['box.closed', 'box.gone'])

    def test_refused_registration(self):
        for code in ('name_taken', 'version_mismatch'):
            said = f'Refused: {code}, held by host desk as process 4711'
            self.coordinator.refusal = {'code': -32000, 'message': said, 'data': {'code': code}}
            # the first time it is a person's business
            second = self.coordinator.start(name='other')
            self.coordinator.wait_connected()
            self.assertEqual(second.wait(TIMEOUT), 2)
            wait_for(lambda: said in second.said, 'the refusal to be told')
            # one that was registered tries on
            self.link.drop()
            for _ in range(3):
                self.coordinator.wait_connected()
            self.assertIsNone(self.worker.poll())
            self.coordinator.refusal = None
            self.link = wait_for(self.next_accepted, 'the worker to be registered again')
            self.assertEqual(self.link.call('box.list'), {'boxes': []})

    def next_accepted(self):
        link = self.coordinator.wait_connected()
        return link if link.accepted else None

    def test_refusals(self):
        good = {'id': new_id(), 'image': 'host', 'network': 'offline'}
        self.refused('image_not_found', 'box.launch', **{**good, 'image': 'debian'})
        for bad in ({'id': '../../etc'}, {'id': 'b_'}, {'id': 7}, {'id': None}, {'network': 'wifi'}, {'network': None},
                    {'pids': -1}, {'pids': 1.5}, {'memory_bytes': 'much'}, {'cpus': -1}, {'cpus': [1]},
                    {'programs': 'claude'}, {'programs': ['../claude']}, {'programs': ['']}, {'programs': ['..']}, {'programs': [1]},
                    {'programs': ['a'] * 65}):
            self.refused('invalid_field', 'box.launch', **{**good, **bad})
        self.refused('devbox_gone', 'box.connect', id=new_id())
        self.refused('not_found', 'box.paint')
        self.assertEqual(self.link.call('box.stop', {'id': new_id(), 'grace_ms': 0}), {})
        self.assertEqual(self.link.call('box.remove', {'id': new_id()}), {})
        self.refused('invalid_field', 'box.remove', id='b_../../../home')

    def test_nonsense_from_the_coordinator(self):
        for text in ('', '{', '[]', '7', '{"jsonrpc":"2.0"}', '{"jsonrpc":"1.0","id":1,"method":"box.list"}',
                     '{"jsonrpc":"2.0","id":{},"method":"box.list"}', '{"jsonrpc":"2.0","id":1,"method":"box.list","params":[]}',
                     '[' * 100000):
            self.link.send_text(text)
            self.assertIn('error', self.coordinator.strays.get(timeout=TIMEOUT), text[:60])
        result, box = self.link.launch(new_id())
        for payload in (b'', b'\0' * 5, struct.pack('<I', 999) + b'\0' * 20):
            self.link.send_message(2, payload)
        self.assertEqual(box.hello()[0], 1)
        self.link.send_message(2, struct.pack('<IIBBHIQ', result['handle'], 5, 1, 0, 0, 0, 0))
        self.coordinator.wait_notification('box.closed', handle=result['handle'])
        self.assertEqual(len(self.link.call('box.list')['boxes']), 1)

    def test_second_of_the_name(self):
        second = self.coordinator.start()
        self.assertEqual(second.wait(TIMEOUT), 2)
        wait_for(lambda: str(self.worker.pid) in second.said, 'the pid of the first')
        third = self.coordinator.start(name='third')
        self.assertEqual(self.coordinator.wait_connected().registered['name'], 'third')
        third.terminate()
        self.assertEqual(third.wait(TIMEOUT), 0)

    def test_sandbox_denied(self):
        self.coordinator.start(name='denied', wrap=('unshare', '-Ur', 'sh', '-c',
                                                    'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"', 'sh'))
        self.link = self.coordinator.wait_connected()
        message = self.refused('sandbox_denied', 'box.launch', id=new_id(), image='host', network='open')
        self.assertIn('sysctl -w user.max_user_namespaces', message)

    def test_removal_follows_no_link(self):
        outside = self.coordinator.root / 'outside'
        outside.mkdir()
        (outside / 'precious').write_text('still here')
        box_id = new_id()
        _, box = self.link.launch(box_id)
        box.hello()
        status, output = box.shell(f'''
            ln -s {outside} link; ln -s {outside}/precious file; mkdir -p odd/inner; touch odd/inner/f
            chmod 0 odd/inner odd; mkdir ro; touch ro/f; chmod 555 ro; mkfifo pipe
            python3 -c "import os; [(os.mkdir('d'), os.chdir('d')) for _ in range(2000)]"''')
        self.assertEqual(status, 0, output)
        self.link.call('box.remove', {'id': box_id})
        self.assertEqual(list(self.coordinator.boxes().iterdir()), [])
        self.assertEqual((outside / 'precious').read_text(), 'still here')


class Silence(unittest.TestCase):
    """A coordinator that takes the connection and never answers, a few times."""

    def connect(self, **options):
        coordinator = FakeCoordinator(**options)
        self.addCleanup(coordinator.close)
        coordinator.mute = 4
        worker = coordinator.start(wrap=('env', 'BELLHOP_CONNECT_SECONDS=1', 'BELLHOP_TOKEN=x'))
        link = coordinator.wait_connected()
        self.assertEqual(link.call('box.list'), {'boxes': []})
        self.assertIsNone(worker.poll())
        for sock in coordinator.unanswered:
            sock.settimeout(TIMEOUT)
            said = b''.join(iter(lambda sock=sock: sock.recv(4096), b''))
            self.assertTrue(said.startswith(b'GET /v1/worker HTTP/1.1\r\n'), said)
        wait_for(lambda: 'Connected to the coordinator' in worker.said, 'the log to say so')
        self.assertEqual(worker.said.count('Not connected to the coordinator'), 1, worker.said)

    def test_unix(self):
        self.connect()

    def test_tcp(self):
        self.connect(tcp=True)


if __name__ == '__main__':
    tap.main()

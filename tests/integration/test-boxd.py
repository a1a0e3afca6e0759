# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""bellhop-boxd as it runs in a box, spoken to with a client that knows nothing of its sources."""

import errno
import json
import os
import pathlib
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import program, wait_for  # noqa: E402
import tap  # noqa: E402

BOXD = os.environ.get('BELLHOP_TEST_BOXD') or program('bellhop-boxd')
# the build with sanitizers: what depends on its size says nothing
CHECKED = os.path.basename(BOXD) == 'bellhop-boxd-checked'
HEADER = struct.Struct('<IBBHIQ')
(HELLO, SPAWN, SPAWNED, STDIN, STDIN_ACK, STDIN_EOF, ATTACH, WINDOW, DATA, EOF, TRIM, EXITED, RELEASE, SIGNAL,
 RESIZE, PUT, GET, FILE, DONE, CHANNEL, CHANNEL_CLOSE, STATS, LIST, ERROR) = range(1, 25)
OUT, ERR = 1, 2
PTY, MERGED = 1, 2
GROUP, CHILDREN = 1, 2
LAST = 1
SPOOL = 64 << 20
ALL = 1 << 62
ENV = {'PATH': '/usr/local/bin:/usr/bin:/bin', 'LANG': 'C.UTF-8'}


class Client:
    """One connection from outside."""

    def __init__(self, path, channels=False, hello=True):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(60)
        self.socket.connect(str(path))
        self.frames = []
        if hello:
            self.send(HELLO, flags=int(channels), payload=struct.pack('<HHI', 1, 0, 0))
            self.expect(HELLO)

    def close(self):
        self.socket.close()

    def send(self, kind, unit=0, flags=0, offset=0, payload=b''):
        self.socket.sendall(HEADER.pack(len(payload), kind, flags, 0, unit, offset) + payload)

    def read(self, n):
        parts = []
        while n > 0:
            part = self.socket.recv(min(n, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            n -= len(part)
        return b''.join(parts)

    def frame(self):
        length, kind, flags, _, unit, offset = HEADER.unpack(self.read(HEADER.size))
        return kind, flags, unit, offset, self.read(length)

    def expect(self, kind, unit=None, flags=None):
        """The next such frame; others are kept for later."""
        def fits(frame):
            return frame[0] == kind and unit in (None, frame[2]) and flags in (None, frame[1])
        for i, frame in enumerate(self.frames):
            if fits(frame):
                return self.frames.pop(i)
        while True:
            frame = self.frame()
            if fits(frame):
                return frame
            self.frames.append(frame)

    def spawn(self, unit, *argv, env=None, cwd='/', flags=0, size=(0, 0)):
        variables = [f'{k}={v}' for k, v in (ENV if env is None else env).items()]
        strings = [cwd, *argv, *variables]
        fixed = struct.pack('<IHHII', flags, *size, len(argv), len(variables))
        self.send(SPAWN, unit, payload=fixed + b''.join(s.encode() + b'\0' for s in strings))
        return struct.unpack('<iiQ', self.expect(SPAWNED, unit)[4])

    def sh(self, unit, script, **rest):
        pid, error, _ = self.spawn(unit, 'sh', '-c', script, **rest)
        assert error == 0, os.strerror(error)
        return pid

    def attach(self, unit, stream=OUT, offset=0, limit=ALL):
        self.send(ATTACH, unit, stream, offset, struct.pack('<Q', limit))

    def output(self, unit, stream=OUT, offset=0):
        """Everything from `offset`, which must come without gap or repeat."""
        self.attach(unit, stream, offset)
        return self.rest(unit, stream, offset)

    def rest(self, unit, stream=OUT, offset=0):
        parts, at = [], offset
        while True:
            frame = self.next_of(unit, stream)
            assert frame[3] == at, f'offset {frame[3]} instead of {at}'
            if frame[0] == EOF:
                return b''.join(parts)
            parts.append(frame[4])
            at += len(frame[4])

    def take(self, unit, length, stream=OUT):
        """At least `length` bytes of an attached stream."""
        data = b''
        while len(data) < length:
            data += self.expect(DATA, unit, stream)[4]
        return data

    def next_of(self, unit, stream):
        for i, frame in enumerate(self.frames):
            if frame[0] in (DATA, EOF) and frame[1:3] == (stream, unit):
                return self.frames.pop(i)
        while True:
            frame = self.frame()
            if frame[0] in (DATA, EOF) and frame[1:3] == (stream, unit):
                return frame
            self.frames.append(frame)

    def exited(self, unit):
        return struct.unpack('<ii', self.expect(EXITED, unit)[4])

    def give(self, unit, data, offset=0):
        self.send(STDIN, unit, offset=offset, payload=data)

    def ack(self, unit, offset):
        while self.expect(STDIN_ACK, unit)[3] < offset:
            pass

    def kill(self, unit, signum=signal.SIGKILL, flags=0):
        self.send(SIGNAL, unit, flags, payload=struct.pack('<i', signum))

    def error(self, unit=None):
        payload = self.expect(ERROR, unit)[4]
        return struct.unpack('<i', payload[:4])[0], payload[4]

    def list(self):
        self.send(LIST)
        data = self.expect(LIST)[4]
        return {entry[0]: entry[1:] for entry in struct.iter_unpack('<IiiiQQQQQ', data)}

    def stats(self):
        self.send(STATS)
        names = ('cpu_us', 'memory', 'processes', 'spool', 'up_us')
        return dict(zip(names, struct.unpack('<5Q', self.expect(STATS)[4])))


class Box:
    """A boxd: the first process of a pid namespace, or an ordinary process."""

    def __init__(self, folder, init=True, options=()):
        self.folder = pathlib.Path(folder)
        self.path = self.folder / 'boxd.sock'
        self.programs = self.folder / 'box.sock'
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(self.path))
        fd = self.listener.fileno()
        argv = [BOXD, 'init', '--listen-fd', str(fd), '--box-socket', str(self.programs), *options]
        if init:
            argv = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'] + argv
        self.errors = open(self.folder / 'stderr', 'w+')
        self.process = subprocess.Popen(argv, pass_fds=[fd], stderr=self.errors, stdin=subprocess.DEVNULL)
        self.clients = []
        self.pid = wait_for(self.find_pid, 'boxd listens')

    def find_pid(self):
        if self.process.poll() is not None:
            raise AssertionError(f'boxd ended: {self.stderr()}')
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            client.connect(str(self.path))
            cred = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
            return struct.unpack('iII', cred)[0]
        except ConnectionRefusedError:
            return None
        finally:
            client.close()

    def stderr(self):
        self.errors.flush()
        return (self.folder / 'stderr').read_text()

    def connect(self, **options):
        client = Client(self.path, **options)
        self.clients.append(client)
        return client

    def memory(self):
        """Proportional set size in bytes."""
        text = pathlib.Path(f'/proc/{self.pid}/smaps_rollup').read_text()
        return next(int(line.split()[1]) for line in text.splitlines() if line.startswith('Pss:')) * 1024

    def close(self):
        for client in self.clients:
            client.close()
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGTERM)
        self.process.wait(30)
        self.listener.close()
        self.errors.close()


class Case(unittest.TestCase):
    INIT = True
    OPTIONS = ()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='boxd-')
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.box = Box(folder.name, self.INIT, self.OPTIONS)
        self.addCleanup(self.check_alive_and_close)
        self.client = self.box.connect()

    def check_alive_and_close(self):
        alive = self.box.process.poll() is None
        self.box.close()
        stderr = (self.folder / 'stderr').read_text()
        self.assertEqual(stderr, '')
        self.assertTrue(alive, 'boxd ended by itself')
        self.assertEqual(self.box.process.returncode, 0)

    def children(self):
        """Processes whose parent is boxd, as seen from outside."""
        return pathlib.Path(f'/proc/{self.box.pid}/task/{self.box.pid}/children').read_text().split()

    def started(self, unit, n=1):
        self.client.attach(unit)
        return self.client.take(unit, n)


class Processes(Case):
    def test_output_and_exit(self):
        pid, error, accepted = self.client.spawn(1, 'sh', '-c', 'echo out; echo err >&2; exit 7')
        self.assertGreater(pid, 1)
        self.assertEqual((error, accepted), (0, 0))
        self.assertEqual(self.client.output(1), b'out\n')
        self.assertEqual(self.client.output(1, ERR), b'err\n')
        self.assertEqual(self.client.exited(1), (7, 0))

    def test_merged(self):
        self.client.sh(1, 'for i in 1 2 3; do echo o$i; echo e$i >&2; done', flags=MERGED)
        self.assertEqual(self.client.output(1), b'o1\ne1\no2\ne2\no3\ne3\n')
        self.assertEqual(self.client.output(1, ERR), b'')

    def test_killed(self):
        self.client.sh(1, 'kill -9 $$')
        self.assertEqual(self.client.exited(1), (0, 9))

    def test_second_spawn_is_the_first(self):
        pid = self.client.sh(1, 'exec sleep 100')
        self.assertEqual(self.client.spawn(1, 'sh', '-c', 'echo no'), (pid, 0, 0))
        other = self.box.connect()
        self.assertEqual(other.spawn(1, 'true')[0], pid)
        other.kill(1)
        self.assertEqual(other.exited(1), (0, 9))
        self.assertEqual(self.client.exited(1), (0, 9))
        self.assertEqual(self.box.connect().spawn(1, 'true')[:2], (pid, 0))

    def test_cannot_start(self):
        self.assertEqual(self.client.spawn(1, 'no-such-program')[:2], (0, errno.ENOENT))
        self.assertEqual(self.client.spawn(1, '/etc/passwd')[:2], (0, errno.EACCES))
        self.assertEqual(self.client.spawn(1, 'true', cwd='/no/such')[:2], (0, errno.ENOENT))
        self.assertEqual(self.client.spawn(1, 'x' * 200000)[1], errno.ENAMETOOLONG)
        self.client.sh(1, 'echo fine')
        self.assertEqual(self.client.output(1), b'fine\n')

    def test_environment_is_exactly_what_was_given(self):
        self.client.spawn(1, '/usr/bin/env', env={'A': '1', 'B': 'x=y', 'C': ''}, cwd='/usr')
        self.assertEqual(self.client.output(1), b'A=1\nB=x=y\nC=\n')
        self.client.spawn(2, 'pwd', env={'PATH': '/no/where:/usr/bin:/bin'}, cwd='/usr')
        self.assertEqual(self.client.output(2), b'/usr\n')
        (self.folder / 'tool').write_text('#!/bin/sh\necho found\n')
        (self.folder / 'tool').chmod(0o755)
        self.client.spawn(3, 'tool', env={'PATH': '/no/where::/usr/bin'}, cwd=str(self.folder))
        self.assertEqual(self.client.output(3), b'found\n')

    def test_clean_start(self):
        """No stray descriptors, default signals, an own session, no core files."""
        self.client.spawn(1, 'python3', '-c', '''
import os, signal, resource
print(sorted(int(n) for n in os.listdir('/proc/self/fd'))[:4])
text = open('/proc/self/status').read()
print({k: v.strip() for k, v in (l.split(':', 1) for l in text.splitlines()) if k in ('SigBlk',)})
print(os.getsid(0) == os.getpid(), os.getpgrp() == os.getpid())
print(resource.getrlimit(resource.RLIMIT_CORE))
''')
        # 3 is the listing itself; Python ignores SIGPIPE and SIGXFSZ by itself
        self.assertEqual(self.client.output(1), b"[0, 1, 2, 3]\n{'SigBlk': '0000000000000000'}\nTrue True\n(0, 0)\n")
        self.client.sh(2, 'grep SigIgn /proc/self/status; ulimit -n')
        self.assertEqual(self.client.output(2).split(), [b'SigIgn:', b'0000000000000000',
                                                         subprocess.check_output(['sh', '-c', 'ulimit -n']).strip()])

    def test_thousand_forks_are_reaped(self):
        self.client.sh(1, 'i=0; while [ $i -lt 1000 ]; do (sleep 0.2 &) ; i=$((i+1)); done; echo done')
        self.assertEqual(self.client.output(1, OUT), b'done\n')
        self.assertEqual(self.client.exited(1), (0, 0))
        wait_for(lambda: not self.children(), 'all orphans are reaped')
        self.assertEqual(self.client.stats()['processes'], 0)

    def test_exit_while_children_hold_the_pipes(self):
        self.client.sh(1, 'sleep 1000 & echo gone; exit 3')
        self.assertEqual(self.client.exited(1), (3, 0))
        self.client.attach(1)
        self.assertEqual(self.client.take(1, 5), b'gone\n')
        self.assertFalse([f for f in self.client.frames if f[0] == EOF and f[1] == OUT])
        self.client.kill(1, signal.SIGKILL, GROUP)
        self.assertEqual(self.client.expect(EOF, 1, OUT)[3], 5)

    def test_eof_before_exit(self):
        self.client.sh(1, 'exec >&- 2>&-; read x; exit 4')
        self.assertEqual(self.client.output(1), b'')
        self.assertEqual(self.client.output(1, ERR), b'')
        self.assertFalse([f for f in self.client.frames if f[0] == EXITED])
        self.client.give(1, b'go\n')
        self.assertEqual(self.client.exited(1), (4, 0))

    def test_exit_is_kept_until_release(self):
        self.client.sh(1, 'echo kept; exit 5')
        self.client.exited(1)
        other = self.box.connect()
        self.assertEqual(other.output(1), b'kept\n')
        self.assertEqual(other.exited(1), (5, 0))
        self.assertEqual(other.list()[1], (0, 5, 0, 0, 0, 5, 0, 0))
        other.send(RELEASE, 1)
        other.expect(DONE, 1)
        self.assertEqual(other.list(), {})
        other.attach(1)
        self.assertEqual(other.error(1), (errno.ESRCH, ATTACH))
        other.send(RELEASE, 1)
        other.expect(DONE, 1)

    def test_release_leaves_it_running(self):
        mark = self.folder / 'mark'
        fifo = self.folder / 'fifo'
        os.mkfifo(fifo)
        self.client.sh(1, f'cat {fifo}; i=0; while [ $i -lt 30000 ]; do echo line $i; i=$((i+1)); done; echo x >{mark}')
        self.client.send(RELEASE, 1)
        self.client.expect(DONE, 1)
        self.assertEqual(self.client.list(), {})
        fifo.write_text('go')
        wait_for(mark.exists, 'the released process writes on')
        wait_for(lambda: self.client.stats()['processes'] == 0, 'it ends')

    def test_sigterm_ignorers(self):
        self.client.sh(1, 'trap "" TERM; echo ready; while :; do sleep 1000; done')
        self.started(1, 6)
        self.client.kill(1, signal.SIGTERM)
        self.client.expect(DONE)
        self.client.kill(1, signal.SIGKILL, GROUP)
        self.assertEqual(self.client.exited(1), (0, 9))
        wait_for(lambda: not self.children(), 'everything is reaped')

    def test_signal_all(self):
        for unit in (1, 2, 3):
            self.client.sh(unit, 'trap "" TERM; setsid sleep 1000 & echo x; wait; sleep 1000')
            self.started(unit)
        self.client.kill(0, signal.SIGKILL)
        for unit in (1, 2, 3):
            self.assertEqual(self.client.exited(unit), (0, 9))
        wait_for(lambda: self.client.stats()['processes'] == 0, 'everything is reaped')

    def test_signal_children(self):
        self.client.sh(1, '(setsid sleep 1000; echo inner) & sleep 1000 & echo x; wait; echo end; read y')
        self.started(1, 2)
        wait_for(lambda: self.client.stats()['processes'] >= 4, 'all have started')
        self.client.kill(1, signal.SIGKILL, CHILDREN)
        self.client.expect(DONE)
        self.assertEqual(self.client.take(1, 4), b'end\n')
        wait_for(lambda: self.client.stats()['processes'] == 1, 'only the shell is left')

    def test_signal_kin(self):
        """What has left the tree and the session is known by its environment, also when who started it has ended."""
        leave = '(setsid sleep 1000 </dev/null >/dev/null 2>&1 &); '
        env = dict(os.environ, ZZ='z' * 100000)
        for unit in (1, 11):
            self.client.spawn(unit, 'sh', '-c', leave + 'echo x', env={**env, 'BELLHOP_PROCESS': str(unit)})
            self.client.exited(unit)
        wait_for(lambda: self.client.stats()['processes'] == 2, 'what was left')
        # not below this boxd: another's
        other = subprocess.Popen(['sleep', '1000'], env={**env, 'BELLHOP_PROCESS': '1'})
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        for flags in CHILDREN, GROUP:
            self.client.kill(1, signal.SIGKILL, flags)
        self.client.error(1)
        self.assertEqual(self.client.stats()['processes'], 2)
        self.client.kill(1, signal.SIGKILL, GROUP | CHILDREN)
        wait_for(lambda: self.client.stats()['processes'] == 1, 'only the other one is left')
        self.assertIsNone(other.poll())
        self.client.kill(11, signal.SIGKILL, GROUP | CHILDREN)
        wait_for(lambda: self.client.stats()['processes'] == 0, 'nothing is left')

    def test_signal_errors(self):
        self.client.kill(9)
        self.assertEqual(self.client.error(9), (errno.ESRCH, SIGNAL))
        self.client.sh(1, 'exit 0')
        self.client.exited(1)
        self.client.kill(1)
        self.assertEqual(self.client.error(1), (errno.ESRCH, SIGNAL))
        self.client.kill(1, 999)
        self.assertEqual(self.client.error(1), (errno.EINVAL, SIGNAL))

    def test_limits(self):
        self.client.sh(1, 'ulimit -c')
        self.assertEqual(self.client.output(1), b'0\n')

    def test_stats(self):
        self.client.sh(1, 'head -c 1000 /dev/zero; sleep 1000')
        self.started(1, 1000)
        wait_for(lambda: self.client.stats()['processes'] == 2, 'both run')
        stats = self.client.stats()
        self.assertGreater(stats['memory'], 100000)
        self.assertEqual(stats['spool'], 1000)
        self.assertGreater(stats['up_us'], 0)


class OrdinaryProcess(Case):
    """Without a namespace, as a subreaper."""
    INIT = False

    test_output_and_exit = Processes.test_output_and_exit
    test_thousand_forks_are_reaped = Processes.test_thousand_forks_are_reaped
    test_signal_all = Processes.test_signal_all
    test_signal_children = Processes.test_signal_children
    test_signal_kin = Processes.test_signal_kin

    def test_sigterm_ends_everything(self):
        self.client.sh(1, 'trap "" TERM; (setsid sh -c "trap : TERM; echo \\$\\$; while :; do sleep 1000; done") & wait; '
                          'while :; do sleep 1000; done')
        pid = int(self.started(1, 2).split()[0])
        self.box.close()
        self.assertFalse(os.path.exists(f'/proc/{pid}'))
        self.check_alive_and_close = lambda: None
        self.doCleanups_only_folder()

    def doCleanups_only_folder(self):
        self._cleanups = [c for c in self._cleanups if c[0].__name__ == 'cleanup']


class Limits(Case):
    OPTIONS = ('--rlimit-nproc', '321', '--rlimit-data', str(1 << 30))

    def test_limits(self):
        self.client.sh(1, 'cat /proc/self/limits')
        lines = self.client.output(1).decode().splitlines()
        found = {line[:26].strip(): line[26:].split()[:2] for line in lines}
        self.assertEqual(found['Max processes'], ['321', '321'])
        self.assertEqual(found['Max data size'], [str(1 << 30)] * 2)
        self.assertEqual(found['Max core file size'], ['0', '0'])


class Stopping(Case):
    def test_sigterm_from_outside(self):
        self.client.sh(1, 'trap "" TERM; echo x; while :; do sleep 1000; done')
        self.started(1)
        os.kill(self.box.pid, signal.SIGTERM)
        self.assertEqual(self.box.process.wait(30), 0)
        self._cleanups = [c for c in self._cleanups if c[0].__name__ == 'cleanup']
        self.box.close()

    def test_inside_cannot(self):
        """Programs of the box can neither end, stop nor trace its init."""
        self.client.sh(1, 'for s in TERM INT HUP KILL STOP SEGV USR1 CHLD PIPE; do kill -$s 1; done; '
                          'kill -TERM -1; echo here')
        self.client.exited(1)
        self.client.spawn(2, 'python3', '-c', '''
import ctypes, os
os.setuid(0)
for name in ('mem', 'maps', 'environ', 'fd'):
    try:
        path = '/proc/1/' + name
        os.listdir(path) if name == 'fd' else open(path, 'rb').read(1)
        print(name, 'readable')
    except OSError as error:
        print(name, error.strerror)
''', env=ENV)
        self.client.output(2)
        self.client.sh(3, 'echo alive')
        self.assertEqual(self.client.output(3), b'alive\n')

    def test_init_is_not_dumpable_but_processes_are(self):
        mine = os.stat(f'/proc/{self.box.process.pid}/status').st_uid
        self.assertEqual(mine, os.getuid())
        pid = self.client.sh(1, 'stat -c %a /proc/1/environ; head -c 1 /proc/self/environ >/dev/null && echo own; '
                                'setpriv --reuid=12345 --clear-groups true; sleep 1000')
        self.assertGreater(pid, 1)
        self.assertIn(b'own', self.started(1, 8))


class Streams(Case):
    SCRIPT = 'i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done'
    TEXT = ''.join(f'line {i}\n' for i in range(20000)).encode()

    def test_reconnect_from_offset(self):
        self.client.sh(1, self.SCRIPT)
        data, at = b'', 0
        while at < len(self.TEXT) - 40000:
            client = self.box.connect()
            client.attach(1, OUT, at)
            data += client.take(1, 30001)[:30001]
            at = len(data)
            client.close()
        data += self.box.connect().output(1, OUT, at)
        self.assertEqual(data, self.TEXT)

    def test_window(self):
        self.client.sh(1, self.SCRIPT)
        self.client.exited(1)
        self.client.attach(1, OUT, 0, 10)
        self.assertEqual(self.client.expect(DATA, 1)[4], self.TEXT[:10])
        self.client.send(WINDOW, 1, OUT, 5)
        self.client.send(WINDOW, 1, OUT, 17)
        self.assertEqual(self.client.expect(DATA, 1)[3:], (10, self.TEXT[10:17]))
        self.client.stats()
        self.assertEqual(self.client.frames, [])
        self.client.send(WINDOW, 1, OUT, ALL)
        self.assertEqual(self.client.rest(1, OUT, 17), self.TEXT[17:])

    def test_trim(self):
        self.client.sh(1, self.SCRIPT)
        self.client.exited(1)
        self.client.send(TRIM, 1, OUT, 100001)
        self.assertEqual(self.client.list()[1][4:6], (100001, len(self.TEXT)))
        self.client.attach(1, OUT, 100000)
        self.assertEqual(self.client.error(1), (errno.ERANGE, ATTACH))
        self.client.attach(1, OUT, len(self.TEXT) + 1)
        self.assertEqual(self.client.error(1), (errno.ERANGE, ATTACH))
        self.assertEqual(self.client.output(1, OUT, 100001), self.TEXT[100001:])
        self.client.send(TRIM, 1, OUT, ALL)
        self.assertEqual(self.client.stats()['spool'], 0)
        self.assertEqual(self.client.output(1, OUT, len(self.TEXT)), b'')

    def test_trim_while_another_reads(self):
        self.client.sh(1, self.SCRIPT)
        self.client.exited(1)
        self.client.attach(1, OUT, 0, 10)
        self.client.expect(DATA, 1)
        other = self.box.connect()
        other.send(TRIM, 1, OUT, 50000)
        other.stats()
        self.client.send(WINDOW, 1, OUT, ALL)
        self.assertEqual(self.client.error(1), (errno.ERANGE, ATTACH))
        self.assertEqual(self.client.output(1, OUT, 50000), self.TEXT[50000:])

    def test_several_at_once(self):
        self.client.sh(1, 'read x; ' + self.SCRIPT)
        clients = [self.box.connect() for _ in range(8)]
        for client in clients:
            client.attach(1)
        self.client.give(1, b'go\n')
        for client in clients:
            self.assertEqual(client.rest(1), self.TEXT)
            self.assertEqual(client.exited(1), (0, 0))

    def test_attach_errors(self):
        self.client.sh(1, 'exit 0')
        self.client.attach(1, 3)
        self.assertEqual(self.client.error(1), (errno.EINVAL, ATTACH))
        self.client.send(WINDOW, 1, OUT, 5)
        self.assertEqual(self.client.error(1), (errno.EINVAL, WINDOW))
        self.client.send(TRIM, 77, OUT, 5)
        self.assertEqual(self.client.error(77), (errno.ESRCH, TRIM))

    def test_back_pressure_keeps_every_byte(self):
        """Nobody reads: the writer waits at 64 MiB; then every byte comes."""
        total = 3 * SPOOL // 2
        self.client.spawn(1, 'python3', '-c', f'''
import os
n = 0
while n < {total}:
    block = b''.join(b'%07d\\n' % (i & 0x7fffff) for i in range(n // 8, n // 8 + 8192))
    os.write(1, block) == len(block) or exit(9)
    n += len(block)
''')
        wait_for(lambda: self.client.list()[1][5] == SPOOL, 'the spool is full')
        self.assertNotEqual(self.client.list()[1][0], 0)
        at = 0
        self.client.attach(1)
        while True:
            frame = self.client.next_of(1, OUT)
            self.assertEqual(frame[3], at)
            if frame[0] == EOF:
                break
            data = frame[4]
            first, last = at // 8, (at + len(data) + 7) // 8
            text = b''.join(b'%07d\n' % (i & 0x7fffff) for i in range(first, last))
            self.assertEqual(data, text[at - first * 8:][:len(data)])
            at += len(data)
            self.client.send(TRIM, 1, OUT, at)
        self.assertEqual(at, total)
        self.assertEqual(self.client.exited(1), (0, 0))
        self.assertEqual(self.client.stats()['spool'], 0)
        if not CHECKED:
            self.assertLess(self.box.memory(), 600 << 10)

    def test_a_connection_that_does_not_read(self):
        """It gets what its socket takes; others are not disturbed."""
        self.client.sh(1, 'head -c 30000000 /dev/zero')
        deaf = self.box.connect()
        deaf.attach(1)
        deaf.socket.setblocking(False)
        with self.assertRaises(BlockingIOError):
            while True:
                deaf.send(LIST)
        self.assertEqual(len(self.client.output(1)), 30000000)
        if not CHECKED:
            self.client.send(TRIM, 1, OUT, ALL)
            self.client.stats()
            self.assertLess(self.box.memory(), 4 << 20)


class Input(Case):
    def test_offsets(self):
        self.client.spawn(1, 'cat')
        self.client.give(1, b'hello ')
        self.client.ack(1, 6)
        self.client.give(1, b'hello ')
        self.client.give(1, b'lo world', 3)
        self.client.ack(1, 11)
        self.client.give(1, b'gap', 12)
        self.assertEqual(self.client.error(1), (errno.EINVAL, STDIN))
        other = self.box.connect()
        self.assertEqual(other.spawn(1, 'cat')[2], 11)
        other.send(STDIN_EOF, 1, offset=12)
        other.expect(DONE, 1)
        other.give(1, b'd!', 10)
        other.ack(1, 12)
        self.assertEqual(other.output(1), b'hello world!')
        self.assertEqual(other.exited(1), (0, 0))

    def test_swallowed(self):
        self.client.sh(1, 'exec <&-; echo x; sleep 1000')
        self.started(1, 2)
        self.client.give(1, bytes(1 << 20))
        self.client.ack(1, 1 << 20)
        self.client.give(1, b'more', 1 << 20)
        self.client.ack(1, (1 << 20) + 4)
        self.client.sh(2, 'exit 0')
        self.client.exited(2)
        self.client.give(2, b'x' * 5)
        self.client.ack(2, 5)

    def test_full_input_blocks_only_its_connection(self):
        """One that reads nothing: 256 KiB are kept, then the connection waits, and no other."""
        fifo = self.folder / 'fifo'
        os.mkfifo(fifo)
        self.client.sh(1, f'cat {fifo} >/dev/null; exec cat')
        data = os.urandom(1 << 20)
        sender = threading.Thread(target=lambda: [self.client.give(1, data, i << 20) for i in range(2)])
        sender.start()
        other = self.box.connect()
        other.attach(1)
        other.sh(2, 'echo other')
        self.assertEqual(other.output(2), b'other\n')
        other.spawn(3, 'cat')
        other.give(3, b'fine')
        other.ack(3, 4)
        if not CHECKED:
            self.assertLess(self.box.memory(), 4 << 20)
        fifo.write_text('go')
        self.assertEqual(other.take(1, 2 << 20), data + data)
        sender.join(60)
        self.client.ack(1, 2 << 20)

    def test_blocked_connection_that_goes_away(self):
        self.client.sh(1, 'echo x; sleep 1000')
        self.started(1)
        for _ in range(100):
            other = Client(self.box.path)
            other.give(1, bytes(1 << 20))
            other.close()
        self.client.kill(1)
        self.assertEqual(self.client.exited(1), (0, 9))


class Terminal(Case):
    def test_terminal(self):
        self.client.sh(1, 'tty >/dev/null && echo yes; stty size; read line; echo "<$line>"; stty size',
                       flags=PTY, size=(24, 80))
        self.client.attach(1)
        self.assertEqual(self.client.take(1, 12), b'yes\r\n24 80\r\n')
        self.client.send(RESIZE, 1, payload=struct.pack('<HH', 50, 132))
        self.client.expect(DONE, 1)
        self.client.give(1, b'typed\n')
        self.assertEqual(self.client.rest(1, OUT, 12), b'typed\r\n<typed>\r\n50 132\r\n')
        self.assertEqual(self.client.output(1, ERR), b'')
        self.assertEqual(self.client.exited(1), (0, 0))

    def test_controlling_terminal(self):
        self.client.sh(1, 'trap "echo int; exit 3" INT; echo ready; while :; do sleep 0.05; done', flags=PTY)
        self.started(1, 7)
        self.client.give(1, b'\x03')
        self.assertEqual(self.client.exited(1), (3, 0))

    def test_end_of_file(self):
        self.client.spawn(1, 'cat', flags=PTY)
        self.client.give(1, b'no newline')
        self.client.send(STDIN_EOF, 1, offset=10)
        self.assertEqual(self.client.exited(1), (0, 0))
        self.client.spawn(2, 'cat', flags=PTY)
        self.client.send(STDIN_EOF, 2)
        self.assertEqual(self.client.exited(2), (0, 0))

    def test_large_output(self):
        self.client.sh(1, 'stty -opost; head -c 5000000 /dev/zero | tr "\\0" x', flags=PTY)
        self.assertEqual(self.client.output(1), b'x' * 5000000)

    def test_no_terminal(self):
        self.client.spawn(1, 'cat')
        self.client.send(RESIZE, 1, payload=struct.pack('<HH', 1, 1))
        self.assertEqual(self.client.error(1), (errno.ENOTTY, RESIZE))


class Channels(Case):
    def setUp(self):
        super().setUp()
        self.client.close()
        self.client = self.box.connect(channels=True)

    def program(self):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.connect(str(self.box.programs))
        client.settimeout(60)
        self.addCleanup(client.close)
        return client

    def read_all(self, program):
        data = b''
        while part := program.recv(4096):
            data += part
        return data

    def channel(self, client):
        return client.expect(CHANNEL)[2]

    def test_both_ways(self):
        program = self.program()
        unit = self.channel(self.client)
        self.assertGreaterEqual(unit, 0x80000000)
        program.sendall(b'question\n')
        self.client.attach(unit)
        self.assertEqual(self.client.take(unit, 9), b'question\n')
        self.client.give(unit, b'answer')
        self.client.ack(unit, 6)
        self.client.send(CHANNEL_CLOSE, unit)
        self.assertEqual(program.recv(100), b'answer')
        self.assertEqual(program.recv(100), b'')
        self.client.expect(CHANNEL_CLOSE, unit)
        self.assertEqual(self.client.expect(EOF, unit)[3], 9)

    def test_survives_reconnects(self):
        self.client.close()
        program = self.program()
        program.sendall(b'asked while nobody was there\n')
        client = self.box.connect(channels=True)
        unit = self.channel(client)
        client.attach(unit)
        self.assertEqual(client.take(unit, 29), b'asked while nobody was there\n')
        client.give(unit, b'part')
        client.ack(unit, 4)
        client.close()
        client = self.box.connect(channels=True)
        self.assertEqual(self.channel(client), unit)
        client.attach(unit)
        self.assertEqual(client.take(unit, 29), b'asked while nobody was there\n')
        client.give(unit, b'part two', 0)
        client.send(CHANNEL_CLOSE, unit)
        self.assertEqual(self.read_all(program), b'part two')

    def test_hang_up_is_kept(self):
        self.client.close()
        program = self.program()
        program.sendall(b'and gone')
        program.close()
        client = self.box.connect(channels=True)
        unit = self.channel(client)
        client.expect(CHANNEL_CLOSE, unit)
        self.assertEqual(client.output(unit), b'and gone')
        client.give(unit, b'too late')
        client.ack(unit, 8)
        client.send(RELEASE, unit)
        client.expect(DONE, unit)
        self.assertEqual(client.list(), {})

    def test_half_closed(self):
        program = self.program()
        unit = self.channel(self.client)
        program.sendall(b'all')
        program.shutdown(socket.SHUT_WR)
        self.assertEqual(self.client.output(unit), b'all')
        self.client.give(unit, b'answer')
        self.client.send(RELEASE, unit)
        self.client.expect(DONE, unit)
        self.assertEqual(self.read_all(program), b'answer')

    def test_only_who_wants_them(self):
        other = self.box.connect()
        program = self.program()
        self.channel(self.client)
        program.close()
        self.client.expect(CHANNEL_CLOSE)
        other.stats()
        self.assertEqual(other.frames, [])

    def test_more_than_there_may_be(self):
        programs = [self.program() for _ in range(550)]
        units = [self.channel(self.client) for _ in range(512)]
        self.client.stats()
        self.assertEqual(self.client.frames, [])
        for unit in units:
            self.client.send(RELEASE, unit)
        self.assertEqual(len({*units, *(self.channel(self.client) for _ in range(38))}), 550)
        self.assertEqual(len(programs), 550)


class Ask(Case):
    def setUp(self):
        super().setUp()
        self.client.close()
        self.client = self.box.connect(channels=True)
        self.ask_path = self.folder / 'bellhop-ask'
        self.ask_path.symlink_to(BOXD)

    def run_ask(self, *arguments, answer=None, text=None, tool=()):
        """(exit status, stdout, stderr, the line that was asked)"""
        process = subprocess.Popen([*(tool or [self.ask_path]), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env={**ENV, 'BELLHOP_BOX_SOCKET': str(self.box.programs)})
        line = b''
        if answer is not None:
            if text is not None:
                process.stdin.write(text)
                process.stdin.close()
                process.stdin = None
            unit = self.client.expect(CHANNEL)[2]
            self.client.attach(unit)
            while not line.endswith(b'\n'):
                line += self.client.expect(DATA, unit)[4]
            self.client.give(unit, answer)
            self.client.send(CHANNEL_CLOSE, unit)
            self.client.send(RELEASE, unit)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err, line

    def test_choice(self):
        status, out, err, line = self.run_ask(
            '--header', 'Placement', '--choice', 'Where "should" it\nlive? \u00e9', '--option', 'Toolbar=Always there',
            '--option', 'Menu', '--recommended', 'Toolbar', '--no-other', '--text', 'Why?', '--confirm', 'Sure?',
            '--recommended', 'yes', '--format', 'json', answer=b'answered\n{"x":1}\n')
        self.assertEqual((status, out, err), (0, b'{"x":1}\n', b''))
        self.assertEqual(json.loads(line), {
            'kind': 'ask', 'format': 'json', 'set': {'questions': [
                {'kind': 'single', 'text': 'Where "should" it\nlive? \u00e9', 'header': 'Placement', 'allow_other': False,
                 'options': [{'label': 'Toolbar', 'description': 'Always there', 'recommended': True}, {'label': 'Menu'}]},
                {'kind': 'text', 'text': 'Why?'},
                {'kind': 'confirm', 'text': 'Sure?', 'options': [{'label': 'Yes', 'recommended': True}, {'label': 'No'}]}]}})

    def test_exit_statuses(self):
        for answer, status in ((b'answered\nToolbar\n', 0), (b'declined\nThe Run was stopped.\n', 4),
                               (b'unavailable\nThis Run is autonomous.\n', 3), (b'error\nno such kind\n', 1),
                               (b'', 1), (b'nonsense' * 10, 1)):
            got = self.run_ask('--text', 'What?', answer=answer)
            self.assertEqual(got[0], status, got)
            said = answer.partition(b'\n')[2]
            self.assertIn(said, got[1] if status == 0 else got[2])
            self.assertEqual(got[1] if status else got[2], b'')

    def test_json_is_sent_as_one_line(self):
        status, out, err, line = self.run_ask('--json', '-', text=b'{"questions":\r\n[]\n}\n', answer=b'answered\nok')
        self.assertEqual((status, out), (0, b'ok'))
        self.assertEqual(line, b'{"kind":"ask","set":{"questions":  [] } ,"format":"text"}\n')
        file = self.folder / 'big.json'
        file.write_text(' ' * (1 << 20) + '{}')
        self.assertEqual(self.run_ask('--json', str(file))[0], 2)

    def test_usage(self):
        for arguments in ([], ['what?'], ['--option', 'x'], ['--choice', 'x'], ['--choice', 'x', '--text', 'y'],
                          ['--text', 'x', '--option', 'y'], ['--text', 'x', '--format', 'xml'], ['--text', ''],
                          ['--choice', 'x', '--option', 'a', '--recommended', 'b'], ['--no-such-option'],
                          ['--json', '/no/such/file'], ['--json', '/dev/null'], ['--json', '-', '--text', 'x']):
            status, out, err, _ = self.run_ask(*arguments)
            self.assertEqual((status, out), (2, b''), arguments)
            self.assertNotEqual(err, b'')
        self.assertEqual(self.run_ask('--help')[0], 0)

    def test_not_utf8(self):
        _, _, _, line = self.run_ask('--text', b'a\xff\xc0\x80\xed\xa0\x80z', answer=b'answered\n')
        self.assertEqual(line.decode(), '{"kind":"ask","set":{"questions":[{"kind":"text","text":"a' + '\ufffd' * 6 +
                         'z"}]},"format":"text"}\n')

    def test_outside_a_box(self):
        self.box.programs.unlink()
        status, out, err, _ = self.run_ask('--text', 'x')
        self.assertEqual((status, out), (1, b''))
        self.assertIn(b'DevBox', err)

    def test_mcp(self):
        process = subprocess.Popen([BOXD, 'mcp'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   env={**ENV, 'BELLHOP_BOX_SOCKET': str(self.box.programs)})
        unit = self.client.expect(CHANNEL)[2]
        self.client.attach(unit)
        process.stdin.write(b'{"a":1}\n')
        process.stdin.flush()
        self.assertEqual(self.client.take(unit, 23), b'{"kind":"mcp"}\n{"a":1}\n')
        self.client.give(unit, b'{"b":2}\n')
        self.assertEqual(process.stdout.readline(), b'{"b":2}\n')
        process.stdin.close()
        self.client.expect(EOF, unit)
        self.client.send(CHANNEL_CLOSE, unit)
        self.assertEqual(process.wait(60), 0)
        process.stdout.close()

    def test_connect(self):
        process = subprocess.Popen([BOXD, 'connect', '--socket', str(self.box.path)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE)
        hello = process.stdout.read(28)
        self.assertEqual(HEADER.unpack(hello[:20])[1], HELLO)
        process.stdin.write(hello + HEADER.pack(0, STATS, 0, 0, 3, 0))
        process.stdin.flush()
        self.assertEqual(HEADER.unpack(process.stdout.read(20)), (40, STATS, 0, 0, 3, 0))
        process.stdin.close()
        self.assertEqual(process.wait(60), 0)
        process.stdout.close()


class Files(Case):
    def put(self, path, data, mode=0o644, offset=0, flags=LAST):
        path = os.fsencode(path)
        self.client.send(PUT, 5, flags, offset, struct.pack('<II', mode, len(path)) + path + data)

    def get(self, path, most=1 << 20, offset=0):
        self.client.send(GET, 6, offset=offset, payload=struct.pack('<I', most) + os.fsencode(path))

    def test_put_and_get(self):
        path = self.folder / 'a' / 'b' / 'file'
        data = os.urandom(2500000)
        for at in range(0, len(data), 1000000):
            self.put(path, data[at:at + 1000000], 0o755, at, LAST if at == 2000000 else 0)
            self.assertEqual(self.client.expect(DONE, 5)[3], at)
        self.assertEqual(path.read_bytes(), data)
        self.assertEqual(path.stat().st_mode & 0o7777, 0o755)
        got, last = b'', 0
        while not last:
            self.get(path, offset=len(got))
            _, last, _, offset, part = self.client.expect(FILE, 6)
            self.assertEqual(offset, len(got))
            got += part
        self.assertEqual(got, data)
        self.get(path, 10)
        self.assertEqual(self.client.expect(FILE, 6)[1::3], (0, data[:10]))
        self.put(path, b'short')
        self.client.expect(DONE, 5)
        self.get(path, 5)
        self.assertEqual(self.client.expect(FILE, 6)[1::3], (LAST, b'short'))

    def test_errors(self):
        def refused(kind, error):
            self.assertEqual(self.client.error(), (error, kind))
        os.mkfifo(self.folder / 'fifo')
        (self.folder / 'link').symlink_to('/proc/self/mem')
        (self.folder / 'log').symlink_to('/proc/self/fd/2')
        for path, error in ((self.folder / 'fifo', errno.ENXIO), (self.folder, errno.EISDIR), ('relative', errno.EINVAL),
                            (self.folder / 'link', errno.EPERM), ('/proc/self/comm', errno.EPERM),
                            (self.folder / 'log', errno.ELOOP),
                            ('/dev/null', errno.EINVAL), ('/proc/no/such', errno.ENOENT)):
            self.put(path, b'x')
            refused(PUT, error)
        self.put(self.folder / 'absent', b'x', offset=5)
        refused(PUT, errno.ENOENT)
        for path, error in ((self.folder / 'fifo', errno.EINVAL), (self.folder, errno.EISDIR), ('x', errno.EINVAL),
                            (self.folder / 'absent', errno.ENOENT), ('/dev/zero', errno.EINVAL),
                            (self.folder / 'log', errno.ELOOP)):
            self.get(path)
            refused(GET, error)
        self.get('/proc/self/comm')
        self.client.expect(FILE, 6)

    def test_many_answers_wait_for_the_reader(self):
        path = self.folder / 'large'
        path.write_bytes(bytes(1 << 20))
        sender = threading.Thread(target=lambda: [self.get(path) for _ in range(50)])
        sender.start()
        sender.join(60)
        other = self.box.connect()
        other.stats()
        if not CHECKED:
            self.assertLess(self.box.memory(), 8 << 20)
        for _ in range(50):
            self.assertEqual(len(self.client.expect(FILE, 6)[4]), 1 << 20)


class Hostile(Case):
    def refused(self, data, hello=True):
        client = self.box.connect(hello=hello)
        try:
            client.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        with self.assertRaises((EOFError, ConnectionResetError), msg=data[:40]):
            while True:
                client.frame()
        client.close()

    def test_bad_frames_close_only_their_connection(self):
        self.client.spawn(1, 'cat')
        frame = HEADER.pack
        for data in (frame((1 << 20) + 1, STDIN, 0, 0, 1, 0), frame(0, 0, 0, 0, 1, 0), frame(0, 99, 0, 0, 1, 0),
                     frame(0, STATS, 0, 1, 0, 0), frame(0, DATA, 1, 0, 1, 0), frame(0, EXITED, 0, 0, 1, 0),
                     frame(8, HELLO, 0, 0, 0, 0) + bytes(8), frame(3, ATTACH, 1, 0, 1, 0), frame(1, STATS, 0, 0, 0, 0),
                     frame(0, ATTACH, 1, 0, 1, 0), frame(5, SIGNAL, 0, 0, 1, 0), frame(4, SIGNAL, 9, 0, 1, 0) + bytes(4),
                     frame(0, RELEASE, 0, 0, 0, 0), frame(20, SPAWN, 0, 0, 0, 0), frame(4, RESIZE, 0, 0, 0, 0),
                     frame(20, SPAWN, 0, 0, 0x80000000, 0), frame(3, SPAWN, 0, 0, 2, 0), frame(0, STDIN, 0, 0, 0, 0),
                     frame(4, PUT, 0, 0, 0, 0), frame(9000, GET, 0, 0, 0, 0), frame(3, GET, 0, 0, 0, 0),
                     frame(9, PUT, 0, 0, 0, 0) + struct.pack('<II', 0, 2) + b'/',
                     frame(10, PUT, 0, 0, 0, 0) + struct.pack('<II', 0, 2) + b'/\0'):
            self.refused(data)
        for data in (b'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', frame(0, STATS, 0, 0, 0, 0),
                     frame(8, HELLO, 0, 0, 0, 0) + struct.pack('<HHI', 2, 0, 0), frame(7, HELLO, 0, 0, 0, 0) + bytes(7)):
            self.refused(data, hello=False)
        self.client.give(1, b'still here')
        self.assertEqual(self.started(1, 10), b'still here')

    def test_bad_spawns(self):
        def spawn(flags, argc, envc, strings):
            payload = struct.pack('<IHHII', flags, 0, 0, argc, envc) + strings
            return HEADER.pack(len(payload), SPAWN, 0, 0, 3, 0) + payload
        for data in (spawn(0, 0, 0, b'/\0true\0'), spawn(0, 1, 0, b'/\0true'), spawn(0, 1, 0, b'/\0true\0more\0'),
                     spawn(0, 2, 0, b'/\0true\0'), spawn(0, 0xffffffff, 0xffffffff, b'/\0true\0'),
                     spawn(0, 1, 1, b'/\0true\0NOVALUE\0'), spawn(0, 1, 1, b'/\0true\0=x\0'), spawn(8, 1, 0, b'/\0true\0'),
                     spawn(0, 1, 0xffffffff, b'/\0true\0'), spawn(0, 1, 0, b'/\0\0')):
            self.refused(data)
        self.assertEqual(self.client.list(), {})

    def test_random_bytes(self):
        source = random.Random(7)
        for _ in range(300):
            client = self.box.connect()
            data = b''.join(HEADER.pack(source.choice((0, 4, 8, 17)), source.randrange(26), source.randrange(4), 0,
                                        source.choice((1, 2, 0x80000000)), source.choice((0, 5, 1 << 63)))
                            + source.randbytes(source.choice((0, 4, 8, 17))) for _ in range(20))
            try:
                client.socket.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                pass
            client.close()
        self.assertIsNotNone(self.client.stats())

    def test_byte_by_byte(self):
        payload = struct.pack('<IHHII', 0, 0, 0, 2, 0) + b'/\0/bin/echo\0slow\0'
        for byte in HEADER.pack(len(payload), SPAWN, 0, 0, 1, 0) + payload:
            self.client.socket.sendall(bytes([byte]))
        self.assertEqual(self.client.output(1), b'slow\n')

    def test_more_connections_than_allowed(self):
        clients = [self.box.connect() for _ in range(62)]
        with self.assertRaises((EOFError, ConnectionResetError, BrokenPipeError)):
            self.box.connect()
            self.box.connect()
            self.box.connect()
        for client in clients:
            client.close()
        wait_for(self.reconnects, 'there is room again')

    def reconnects(self):
        try:
            return self.box.connect()
        except (EOFError, ConnectionResetError, BrokenPipeError):
            return None


class Size(Case):
    def work(self, n):
        for unit in range(n, n + 50):
            self.client.sh(unit, 'cat; head -c 300000 /dev/zero')
            self.client.give(unit, b'x' * 1000)
            self.client.send(STDIN_EOF, unit, offset=1000)
            self.client.ack(unit, 1000)
            self.assertEqual(len(self.client.output(unit)), 301000)
            self.client.send(RELEASE, unit)
            self.client.expect(DONE, unit, 0)
            client = Client(self.box.path)
            client.stats()
            client.close()
        self.client.frames.clear()

    def test_memory(self):
        self.work(1)
        before = self.box.memory()
        for i in range(2, 5):
            self.work(i * 50)
        if CHECKED:
            return
        self.assertLessEqual(self.box.memory(), before + (64 << 10))
        self.assertLess(before, 600 << 10)

    def test_idle_does_nothing(self):
        """No wake-ups and no memory while nobody says anything."""
        self.client.stats()
        def switches():
            text = pathlib.Path(f'/proc/{self.box.pid}/status').read_text()
            if 'S (sleeping)' not in text:
                return None
            return [line for line in text.splitlines() if 'ctxt' in line or 'VmRSS' in line]
        before = wait_for(switches, 'it sleeps')
        # as many rounds of another process as would show a timer
        subprocess.run(['sleep', '0.5'], check=True)
        self.assertEqual(switches(), before)

    def test_program(self):
        if CHECKED:
            return
        self.assertLessEqual(os.path.getsize(BOXD), 200000)
        headers = subprocess.run(['readelf', '-l', BOXD], capture_output=True, text=True, check=True).stdout
        self.assertNotIn('INTERP', headers)
        self.assertNotIn('DYNAMIC', headers)


class Start(unittest.TestCase):
    """Before the first process starts, boxd says what is wrong and ends."""

    def test_messages(self):
        for arguments, status, message in ((['init', '--listen-fd', '99'], 1, '99'),
                                           (['init', '--listen-fd', 'x'], 1, 'number'),
                                           (['init', '--listen', '/proc/x.sock'], 1, '/proc/x.sock'),
                                           (['init', '--listen', '/' + 'x' * 200], 1, 'too long'),
                                           (['init', 'surplus'], 2, 'usage'), ([], 2, 'usage'), (['nonsense'], 2, 'usage'),
                                           (['connect', '--socket', '/no/such'], 1, '/no/such'),
                                           (['connect', 'x'], 2, 'usage'), (['mcp', 'X'], 2, 'usage'), (['mcp', 'x', 'y'], 2, 'usage')):
            got = subprocess.run([BOXD, *arguments], capture_output=True, text=True, timeout=60)
            self.assertEqual((got.returncode, got.stdout), (status, ''), (arguments, got.stderr))
            self.assertIn(message.lower(), got.stderr.lower())
        version = subprocess.run([BOXD, '--version'], capture_output=True, text=True, timeout=60)
        self.assertTrue(version.stdout.startswith('bellhop-boxd '))

    def test_listens_itself(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'deep', 'er', 'boxd.sock')
            process = subprocess.Popen([BOXD, 'init', '--listen', path, '--box-socket', os.path.join(folder, 'box.sock')])
            wait_for(lambda: os.path.exists(path), 'the socket is there')
            client = wait_for(lambda: self.try_connect(path), 'boxd listens')
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
            self.assertEqual(os.stat(os.path.join(folder, 'box.sock')).st_mode & 0o777, 0o666)
            client.sh(1, 'echo hi')
            self.assertEqual(client.output(1), b'hi\n')
            client.close()
            process.terminate()
            self.assertEqual(process.wait(30), 0)

    def try_connect(self, path):
        try:
            return Client(path)
        except ConnectionRefusedError:
            return None


if __name__ == '__main__':
    tap.main()

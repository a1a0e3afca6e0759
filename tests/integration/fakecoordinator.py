# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""A coordinator made for testing workers: it speaks the worker protocol over a Unix socket with nothing but the standard
library, and can be as rude as a test wants."""

import base64
import hashlib
import itertools
import json
import os
import pathlib
import queue
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import BUILD, SOURCE, TIMEOUT, program, wait_for  # noqa: E402
import sanitizers  # noqa: E402

HELLO, SPAWN, SPAWNED, STDIN, STDIN_ACK, STDIN_EOF, ATTACH, WINDOW, DATA, EOF = range(1, 11)
EXITED, SIGNAL, PUT, ERROR = 12, 14, 16, 24
MERGED = 2
ENVIRONMENT = ['PATH=/run/bellhop/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', 'HOME=/home/user', 'USER=user',
               'LANG=C.UTF-8']


class RpcError(Exception):
    def __init__(self, error):
        super().__init__(error['message'])
        self.code = error['data']['code']
        self.message = error['message']


class Connection:
    """One WebSocket of a worker."""

    def __init__(self, sock, coordinator):
        self.sock = sock
        self.coordinator = coordinator
        self.file = sock.makefile('rb')
        self.lock = threading.Lock()
        self.ids = itertools.count(1)
        self.answers = {}
        self.handles = {}
        self.registered = None
        self.ready = threading.Event()
        self.closed = threading.Event()
        self.shake_hands()
        threading.Thread(target=self.read, daemon=True).start()

    def shake_hands(self):
        lines = []
        while (line := self.file.readline().strip()):
            lines.append(line.decode())
        self.request = lines[0]
        self.headers = {k.lower(): v.strip() for k, v in (line.split(':', 1) for line in lines[1:])}
        key = self.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        self.sock.sendall(('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                           f'Sec-WebSocket-Accept: {accept}\r\n\r\n').encode())

    def send_message(self, opcode, payload):
        n = len(payload)
        head = bytes([0x80 | opcode])
        head += bytes([n]) if n < 126 else (b'\x7e' + struct.pack('>H', n) if n < 65536 else b'\x7f' + struct.pack('>Q', n))
        with self.lock:
            self.sock.sendall(head + payload)

    def read_message(self):
        message = b''
        while True:
            first, second = self.file.read(2)
            length = second & 0x7f
            if length == 126:
                length, = struct.unpack('>H', self.file.read(2))
            elif length == 127:
                length, = struct.unpack('>Q', self.file.read(8))
            mask = self.file.read(4)
            payload = self.file.read(length)
            # XOR as big integers: a byte at a time would take Python seconds
            pad = (mask * (length // 4 + 1))[:length]
            message += (int.from_bytes(payload, 'big') ^ int.from_bytes(pad, 'big')).to_bytes(length, 'big')
            if first & 0x0f:
                opcode = first & 0x0f
            if first & 0x80:
                return opcode, message

    def read(self):
        try:
            while True:
                opcode, message = self.read_message()
                if opcode == 8:
                    break
                if opcode == 9:
                    self.send_message(10, message)
                elif opcode == 1:
                    self.receive(json.loads(message))
                elif opcode == 2:
                    # one record or several: handle and frame
                    while message:
                        handle, length = struct.unpack_from('<II', message)
                        self.frames(handle).put(message[4:24 + length])
                        message = message[24 + length:]
        except (OSError, ValueError):
            pass
        self.closed.set()
        for answer in list(self.answers.values()):
            answer.put(None)
        for frames in list(self.handles.values()):
            frames.put(None)
        self.sock.close()

    def receive(self, message):
        assert message['jsonrpc'] == '2.0'
        if message.get('method') == 'worker.register':
            refusal = self.coordinator.refusal
            answer = {'error': refusal} if refusal else {'result': {'coordinator': 'fake'}}
            self.send_text({'jsonrpc': '2.0', 'id': message['id'], **answer})
            self.registered = message['params']
            self.accepted = not refusal
            self.ready.set()
            self.coordinator.connections.put(self)
        elif 'method' in message:
            self.coordinator.notifications.append((message['method'], message['params']))
        elif message.get('id') in self.answers:
            self.answers[message['id']].put(message)
        else:
            self.coordinator.strays.put(message)

    def send_text(self, message):
        self.send_message(1, (message if isinstance(message, str) else json.dumps(message)).encode())

    def frames(self, handle):
        return self.handles.setdefault(handle, queue.Queue())

    def call(self, method, params=None):
        number = next(self.ids)
        self.answers[number] = queue.Queue()
        self.send_text({'jsonrpc': '2.0', 'id': number, 'method': method, 'params': params or {}})
        answer = self.answers[number].get(timeout=TIMEOUT)
        if answer is None:
            raise ConnectionError('the worker hung up')
        if 'error' in answer:
            raise RpcError(answer['error'])
        return answer['result']

    def launch(self, box, network='offline', **more):
        result = self.call('box.launch', {'id': box, 'image': 'host', 'network': network, 'memory_bytes': 0, 'cpus': 0,
                                          'pids': 0, **more})
        return result, Box(self, result['handle'])

    def drop(self):
        # shutdown, not close: the reading thread holds the file
        self.sock.shutdown(socket.SHUT_RDWR)
        self.closed.wait(TIMEOUT)


class Box:
    """A connection to a box's boxd through the worker."""

    def __init__(self, connection, handle):
        self.connection = connection
        self.handle = handle
        self.next_id = itertools.count(int.from_bytes(os.urandom(3), 'big') + 1)

    def send(self, kind, number=0, payload=b'', flags=0, offset=0):
        self.connection.send_message(2, struct.pack('<IIBBHIQ', self.handle, len(payload), kind, flags, 0, number, offset)
                                     + payload)

    def receive(self):
        frame = self.connection.frames(self.handle).get(timeout=TIMEOUT)
        if frame is None:
            raise ConnectionError('the worker hung up')
        length, kind, flags, zero, number, offset = struct.unpack_from('<IBBHIQ', frame)
        assert zero == 0 and length == len(frame) - 20, 'not one whole frame'
        return kind, number, flags, offset, frame[20:]

    def wait(self, kind):
        while True:
            got = self.receive()
            if got[0] == kind:
                return got
            assert got[0] != ERROR, got

    def hello(self):
        self.send(HELLO, payload=struct.pack('<HHI', 1, 0, 0))
        return struct.unpack_from('<HH', self.wait(HELLO)[4])

    def spawn(self, number, argv, flags=MERGED):
        strings = ['/workspace', *argv, *ENVIRONMENT]
        payload = struct.pack('<IHHII', flags, 24, 80, len(argv), len(ENVIRONMENT))
        self.send(SPAWN, number, payload + b''.join(s.encode() + b'\0' for s in strings))

    def attach(self, number, offset=0):
        self.send(ATTACH, number, struct.pack('<Q', 1 << 40), flags=1, offset=offset)

    def collect(self, number):
        output, ended, status = b'', False, None
        while not ended or status is None:
            kind, got, _, offset, payload = self.receive()
            assert kind != ERROR, payload
            if got != number:
                continue
            if kind == DATA:
                assert offset == len(output), 'a gap or a repeat'
                output += payload
            elif kind == EOF:
                ended = True
            elif kind == EXITED:
                code, signum = struct.unpack('<ii', payload)
                status = code if signum == 0 else 128 + signum
        return status, output

    def run(self, *argv):
        """Runs a program to its end: (status, output)."""
        number = next(self.next_id)
        self.spawn(number, argv)
        self.attach(number)
        return self.collect(number)

    def shell(self, script):
        status, output = self.run('/bin/bash', '-c', script)
        return status, output.decode(errors='replace')


class FakeCoordinator:
    """A socket in a folder of its own, and the workers that are started on it."""

    def __init__(self, uid=None, tcp=False):
        self.uid = uid
        self.root = pathlib.Path(tempfile.mkdtemp(prefix='bellhop-worker-'))
        self.state = self.root / 'state'
        self.runtime = self.root / 'runtime'
        self.home = self.root / 'home'
        for folder in (self.state, self.runtime, self.home):
            folder.mkdir(mode=0o700)
        self.refusal = None
        self.connections = queue.Queue()
        self.notifications = []
        self.strays = queue.Queue()
        self.workers = []
        self.build = BUILD
        self.listener = socket.socket(socket.AF_INET if tcp else socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(('127.0.0.1', 0) if tcp else str(self.root / 'coordinator.sock'))
        self.address = 'http://{}:{}'.format(*self.listener.getsockname()) if tcp else f'unix:{self.listener.getsockname()}'
        self.listener.listen(64)
        self.mute = 0  # so many connections are taken, and never answered
        self.unanswered = []
        if uid is not None:
            self.hand_over(uid)
        self.acceptor = threading.Thread(target=self.accept, daemon=True)
        self.acceptor.start()

    def hand_over(self, uid):
        # another user may not get into the build folder, so it gets what it needs of it
        self.build = self.root / 'build'
        for name in ('bellhop-worker', 'bellhop-boxd'):
            target = self.build / pathlib.Path(program(name)).relative_to(BUILD)
            target.parent.mkdir(parents=True)
            shutil.copy2(program(name), target)
        for folder, _, files in os.walk(self.root):
            os.chown(folder, uid, uid)
            for name in files:
                os.chown(os.path.join(folder, name), uid, uid)

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            if len(self.unanswered) < self.mute:
                self.unanswered.append(sock)
                continue
            try:
                Connection(sock, self)
            except (OSError, KeyError, IndexError):
                sock.close()

    def start(self, *arguments, name='test', wrap=()):
        environment = sanitizers.without_leaks({
            'PATH': os.environ['PATH'], 'HOME': str(self.home), 'LANG': 'C.UTF-8', 'XDG_STATE_HOME': str(self.state),
            'XDG_RUNTIME_DIR': str(self.runtime), 'BELLHOP_UNINSTALLED': str(self.build), 'BELLHOP_SOURCE': str(SOURCE),
            **{k: v for k, v in os.environ.items() if k.startswith(('G_', 'ASAN_', 'UBSAN_', 'LSAN_', 'MALLOC_'))},
        })
        user = () if self.uid is None else ('setpriv', f'--reuid={self.uid}', f'--regid={self.uid}', '--clear-groups')
        worker = self.build / pathlib.Path(program('bellhop-worker')).relative_to(BUILD)
        process = subprocess.Popen([*user, *wrap, str(worker), '--name', name, '--coordinator', self.address, *arguments],
                                   env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True, cwd='/')
        process.said = ''
        threading.Thread(target=self.listen, args=[process], daemon=True).start()
        self.workers.append(process)
        return process

    @staticmethod
    def listen(process):
        for line in process.stderr:
            process.said += line

    def wait_connected(self):
        try:
            return self.connections.get(timeout=TIMEOUT)
        except queue.Empty:
            states = [(process.poll(), process.said) for process in self.workers]
            raise AssertionError(f'no worker has connected: {states}') from None

    def boxes(self):
        return self.state / 'bellhop' / 'boxes'

    def wait_notification(self, method, **members):
        def find():
            for got, params in self.notifications:
                if got == method and all(params.get(k) == v for k, v in members.items()):
                    return params
        return wait_for(find, f'{method} {members}')

    def close(self):
        for process in self.workers:
            if process.poll() is None:
                process.kill()
            process.wait(TIMEOUT)
        # that alone would not wake who waits for connections; and one that is about to would accept those of the next socket
        # that gets this number, which is the next test's
        self.listener.shutdown(socket.SHUT_RDWR)
        self.acceptor.join(TIMEOUT)
        self.listener.close()
        for sock in self.unanswered:
            sock.close()
        for pid in processes_of(str(self.boxes())):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        subprocess.run(['chmod', '-R', 'u+rwX', str(self.root)], check=False)
        shutil.rmtree(self.root)


def processes_of(text):
    """The pids of processes that have `text` in their command line: every bwrap has its box's folder there. With it the
    init it waits for, whose command line does not tell."""
    found = []
    for entry in os.listdir('/proc'):
        if not entry.isdigit():
            continue
        try:
            line = pathlib.Path('/proc', entry, 'cmdline').read_bytes()
            if text.encode() in line and b'bwrap' in line.split(b'\0')[0]:
                found.append(int(entry))
                children = pathlib.Path('/proc', entry, 'task', entry, 'children').read_text()
                found += [int(child) for child in children.split()]
        except OSError:
            pass
    return found


def new_id():
    alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
    return 'b_' + ''.join(alphabet[byte % 32] for byte in os.urandom(16))

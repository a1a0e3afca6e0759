# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""TCP: only with TLS and a token; plain HTTP beyond loopback is refused; the Unix socket is for its user only."""

import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import Bellhop, Problem, block, program, wait_for  # noqa: E402
import tap  # noqa: E402


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Tcp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bellhop = cls.enterClassContext(Bellhop(start=False))
        cls.bellhop.listen('desk.example', '*.lab.example')
        cls.port, cls.cert = cls.bellhop.port, str(cls.bellhop.cert)
        cls.bellhop.start()
        cls.token = cls.bellhop.post('/v1/tokens', {'name': 'laptop'})['token']

    def request(self, method, path, body=None, token=None, host='localhost'):
        context = ssl.create_default_context(cafile=self.cert)
        connection = http.client.HTTPSConnection('localhost', self.port, context=context, timeout=20)
        headers = {'Host': f'{host}:{self.port}'}
        if token:
            headers['Authorization'] = f'Bearer {token}'
        connection.request(method, path, body and json.dumps(body), headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, json.loads(content) if content else None

    def test_token(self):
        self.assertEqual(self.request('GET', '/v1/runs')[0], 401)
        self.assertEqual(self.request('GET', '/v1/runs', token='wrong')[1]['code'], 'unauthorized')
        self.assertEqual(self.request('GET', '/v1/runs', token=self.token)[0], 200)
        self.assertEqual(self.request('GET', '/v1/worker')[0], 401)

    def test_whole_run(self):
        status, run = self.request('POST', '/v1/runs', {'instructions': block('echo remote')}, self.token)
        self.assertEqual(status, 201)
        self.bellhop.wait_end(run['id'])
        self.assertEqual(self.bellhop.outputs(run['id']), ['remote\n'])
        url = f'https://localhost:{self.port}'
        fingerprint = self.bellhop.fingerprint.replace(':', '')
        shown = self.bellhop.ctl('--url', url, '--token', self.token, '--fingerprint', fingerprint, 'show', run['id'], check=0)
        self.assertIn('remote', shown.stdout)
        wrong = self.bellhop.ctl('--url', url, '--token', self.token, '--fingerprint', '0' * 64, 'list')
        self.assertNotEqual(wrong.returncode, 0)

    def test_removed_token(self):
        token = self.bellhop.post('/v1/tokens', {'name': 'lost'})['token']
        self.assertEqual(self.request('GET', '/v1/runs', token=token)[0], 200)
        self.bellhop.delete('/v1/tokens/lost')
        self.assertEqual(self.request('GET', '/v1/runs', token=token)[0], 401)

    def connect(self):
        context = ssl.create_default_context(cafile=self.cert)
        return context.wrap_socket(socket.create_connection(('localhost', self.port), timeout=40), server_hostname='localhost')

    def ask_for_stream(self, stream, token, path='/v1/events'):
        stream.sendall(f'GET {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\nAccept: text/event-stream\r\n'
                       f'Authorization: Bearer {token}\r\n\r\n'.encode())

    def open_stream(self, token, path='/v1/events'):
        stream = self.connect()
        self.ask_for_stream(stream, token, path)
        self.hear(stream, b'event: hello')
        return stream

    def hear(self, stream, word):
        heard = b''
        while word not in heard:
            more = stream.recv(65536)
            self.assertTrue(more, heard)
            heard += more

    @staticmethod
    def is_ended(stream):
        try:
            while stream.recv(65536):
                pass
        except ConnectionError:
            pass
        return True

    def test_streams_end_with_their_token(self):
        token = self.bellhop.post('/v1/tokens', {'name': 'lent'})['token']
        lent, own = self.open_stream(token), self.open_stream(self.token)
        self.bellhop.delete('/v1/tokens/lent')
        self.assertTrue(self.is_ended(lent))
        # another's goes on: what happens now comes
        self.bellhop.create(block('true'))
        self.hear(own, b'event: run')

    def test_a_token_that_is_removed_while_it_is_shown(self):
        """Whoever asks at that moment is refused or shown out; nobody stays."""
        token = self.bellhop.post('/v1/tokens', {'name': 'brief'})['token']
        streams = [self.connect() for _ in range(40)]
        removal = threading.Thread(target=self.bellhop.delete, args=('/v1/tokens/brief',))
        for n, stream in enumerate(streams):
            if n == len(streams) // 2:
                removal.start()
            self.ask_for_stream(stream, token)
        removal.join()
        for stream in streams:
            refused = False
            try:
                refused = stream.recv(65536).startswith(b'HTTP/1.1 401')
            except ConnectionError:
                pass
            self.assertTrue(refused or self.is_ended(stream))

    def test_token_comes_before_the_body(self):
        """The answer does not wait for a body that nobody may send; a known token's body is read as ever."""
        for token, first in ((None, b'HTTP/1.1 401'), ('wrong', b'HTTP/1.1 401'), (self.token, b'HTTP/1.1 100')):
            with self.connect() as stream:
                given = f'Authorization: Bearer {token}\r\n' if token else ''
                stream.sendall((f'POST /v1/runs HTTP/1.1\r\nHost: localhost:{self.port}\r\n{given}Expect: 100-continue\r\n'
                                'Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n').encode())
                self.assertTrue(stream.recv(65536).startswith(first), token)

    def test_body_in_one_piece_with_the_head(self):
        status, problem = self.request('POST', '/v1/runs', {'instructions': ''}, self.token)
        self.assertEqual((status, problem['field']), (422, 'instructions'))
        self.assertEqual(self.request('POST', '/v1/runs', {'instructions': 'x' * 200000})[0], 401)

    def test_two_requests_on_one_connection(self):
        """Each shows its token anew."""
        context = ssl.create_default_context(cafile=self.cert)
        connection = http.client.HTTPSConnection('localhost', self.port, context=context, timeout=20)
        for token, status in ((self.token, 200), ('wrong', 401), (self.token, 200)):
            connection.request('GET', '/v1/runs', headers={'Host': f'localhost:{self.port}', 'Authorization': f'Bearer {token}'})
            response = connection.getresponse()
            response.read()
            self.assertEqual(response.status, status)
        connection.close()

    def test_limit_of_connections(self):
        """What is over the limit is hung up on; who is in stays, and the Unix socket knows no such limit."""
        own = self.open_stream(self.token)
        idle = []
        try:
            for _ in range(300):
                idle.append(socket.create_connection(('127.0.0.1', self.port), timeout=40))
            # all have been looked at when the last, which is over the limit, has ended
            self.assertEqual(self.ended(idle[-1]), b'')
            self.assertEqual(self.bellhop.get('/v1/health'), {'ready': True})
            self.bellhop.create(block('true'))
            self.hear(own, b'event: run')
        finally:
            for one in idle:
                one.close()
        wait_for(lambda: self.reachable(), 'room for another')

    @staticmethod
    def ended(sock):
        try:
            return sock.recv(1)
        except ConnectionError:
            return b''

    def reachable(self):
        try:
            return self.request('GET', '/v1/runs', token=self.token)[0] == 200
        except OSError:
            return False

    def test_silence_is_shown_out(self):
        """One that says nothing, and one that never comes to its end without a token."""
        with socket.create_connection(('127.0.0.1', self.port), timeout=60) as silent, self.connect() as talking:
            talking.sendall(f'POST /v1/runs HTTP/1.1\r\nHost: localhost:{self.port}\r\nContent-Length: 1000000\r\n\r\nx'.encode())
            self.assertEqual(self.ended(silent), b'')
            self.assertTrue(self.is_ended(talking))

    def test_tokens_are_for_the_machine_itself(self):
        self.assertEqual(self.request('GET', '/v1/tokens', token=self.token)[1]['code'], 'forbidden')
        self.assertEqual(self.request('POST', '/v1/tokens', {'name': 'x'}, self.token)[1]['code'], 'forbidden')
        with self.assertRaises(Problem):
            self.bellhop.post('/v1/tokens', {'name': '../x'})

    def test_token_is_not_stored(self):
        for file in self.bellhop.data.iterdir():
            self.assertNotIn(self.token.encode(), file.read_bytes())

    def test_host_header(self):
        self.assertEqual(self.request('GET', '/v1/runs', token=self.token, host='evil.example')[0], 421)
        self.assertEqual(self.request('GET', '/v1/runs', token=self.token, host='desk.example')[0], 200)
        # what a wildcard of the certificate stands for
        for host, status in {'one.lab.example': 200, 'LAB2.Lab.Example': 200, 'lab.example': 421, 'a.b.lab.example': 421,
                             '.lab.example': 421, '*.lab.example': 421}.items():
            self.assertEqual(self.request('GET', '/v1/runs', token=self.token, host=host)[0], status, host)

    def test_plain_http_beyond_loopback(self):
        other = Bellhop(start=False)
        with other:
            result = subprocess.run([program('bellhop-coordinator'), '--listen', f'0.0.0.0:{free_port()}'],
                                    env=other.environment, capture_output=True, text=True, timeout=20)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn('--tls-cert', result.stderr)
            self.assertFalse(os.path.exists(other.path))

    def test_no_port_by_default(self):
        with Bellhop() as other:
            inodes = set()
            for pid in [other.process.pid, *other.processes('bellhop-worker')]:
                for entry in os.listdir(f'/proc/{pid}/fd'):
                    target = os.readlink(f'/proc/{pid}/fd/{entry}')
                    if target.startswith('socket:['):
                        inodes.add(target[8:-1])
            for table in ('tcp', 'tcp6', 'udp', 'udp6'):
                with open(f'/proc/net/{table}') as lines:
                    self.assertFalse([line for line in list(lines)[1:] if line.split()[9] in inodes], table)

    def test_other_users_are_refused(self):
        if os.geteuid() != 0:
            # an ordinary user cannot become another: the folder's mode is what can be looked at
            self.assertEqual(os.stat(os.path.dirname(self.bellhop.path)).st_mode & 0o077, 0)
            return
        for folder in (self.bellhop.root, self.bellhop.root / 'run', self.bellhop.root / 'run' / 'bellhop'):
            os.chmod(folder, 0o755)
        os.chmod(self.bellhop.path, 0o666)
        result = subprocess.run(['setpriv', '--reuid', '65534', '--clear-groups', 'curl', '-s', '--unix-socket',
                                 self.bellhop.path, 'http://localhost/v1/runs'], capture_output=True, text=True)
        self.assertEqual(json.loads(result.stdout)['code'], 'forbidden', result)


if __name__ == '__main__':
    tap.main()

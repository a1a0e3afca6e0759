# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What the integration tests and the benches share: real processes in temporary folders, and a small client that
is independent of ours (only the Python standard library), so that it can find fault with it."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import sanitizers

BUILD = pathlib.Path(os.environ.get('BELLHOP_UNINSTALLED', 'build')).absolute()
SOURCE = pathlib.Path(os.environ.get('BELLHOP_SOURCE', pathlib.Path(__file__).parents[2])).absolute()
TIMEOUT = float(os.environ.get('BELLHOP_TEST_TIMEOUT', '60')) * float(os.environ.get('BELLHOP_TIMEOUT_MULTIPLIER', '1'))
TERMINAL = ('completed', 'failed', 'stopped')
# a bus that starts the services of one folder and no others: those installed here would outlive it
BUS = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={path}</listen>
  <servicedir>{services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
'''


def program(name):
    folder = {'bellhop-boxd': 'boxd', 'bellhop-worker': 'worker', 'bellhop-coordinator': 'coordinator',
              'bellhopctl': 'cli', 'bellhop': 'app'}[name]
    path = BUILD / 'src' / folder / name
    if not path.exists():
        raise SystemExit(f'{path} is missing: build it before testing')
    return str(path)


class Problem(Exception):
    """A problem document."""

    def __init__(self, status, document):
        super().__init__(f'{status} {document}')
        self.status = status
        self.document = document
        self.code = document.get('code')
        self.field = document.get('field')


class Connection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__('localhost', timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def wait_for(condition, what, timeout=None):
    """Waits until condition() is true, and returns what it returned."""
    end = time.monotonic() + (timeout or TIMEOUT)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f'timed out waiting for {what}')
        time.sleep(0.01)


class Client:
    """HTTP over the Unix socket; a connection a request."""

    def __init__(self, path):
        self.path = path

    def raw(self, method, path, body=None, headers=None, timeout=None):
        connection = Connection(self.path, timeout or TIMEOUT)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def request(self, method, path, body=None, headers=None, timeout=None):
        data = None if body is None else json.dumps(body).encode()
        status, _, content = self.raw(method, path, data, headers, timeout)
        document = json.loads(content) if content else None
        if status >= 400:
            raise Problem(status, document)
        return document

    def get(self, path, **kw):
        return self.request('GET', path, **kw)

    def post(self, path, body=None, **kw):
        return self.request('POST', path, {} if body is None else body, **kw)

    def delete(self, path, **kw):
        return self.request('DELETE', path, **kw)

    def create(self, instructions, **fields):
        return self.post('/v1/runs', dict(instructions=instructions, **fields))

    def run(self, run_id):
        return self.get(f'/v1/runs/{run_id}')

    def wait_state(self, run_id, *states, timeout=None):
        return wait_for(lambda: (lambda r: r if r['state'] in states else None)(self.run(run_id)),
                        f'{run_id} to be {" or ".join(states)}', timeout)

    def wait_end(self, run_id, timeout=None):
        return self.wait_state(run_id, *TERMINAL, timeout=timeout)

    def rows(self, run_id):
        rows = []
        while True:
            page = self.get(f'/v1/runs/{run_id}/rows?from={len(rows)}&count=500')
            rows += page['rows']
            if len(rows) >= page['total'] or not page['rows']:
                return rows

    def body(self, run_id, n, part=None):
        """All the bytes of a part, as they came."""
        query = f'?part={part}' if part else ''
        status, headers, content = self.raw('GET', f'/v1/runs/{run_id}/rows/{n}/body{query}',
                                            headers={'Accept': 'application/octet-stream'})
        if status >= 400:
            raise Problem(status, json.loads(content))
        return content

    def text(self, run_id, n, part=None):
        """The shown text of a part, all pages."""
        text, at = '', 0
        while at is not None:
            query = f'?from={at}' + (f'&part={part}' if part else '')
            page = self.get(f'/v1/runs/{run_id}/rows/{n}/body{query}')
            text += page['text']
            at = page['next']
        return text

    def steps(self, run_id, tool='exec in DevBox'):
        return [row for row in self.rows(run_id) if row['kind'] == 'step' and row['tool'] == tool]

    def outputs(self, run_id):
        return [self.text(run_id, row['n'], 'result') for row in self.steps(run_id)]

    def question(self, run_id):
        """The open question set, once there is one."""
        self.wait_state(run_id, 'needs_you')
        return self.get(f'/v1/runs/{run_id}/questions')['questions'][0]

    def timeline(self, run_id):
        """All that a person could read of a Run, without times and ids: the same for every undisturbed repeat."""
        def timeless(text):
            return re.sub(r'ready in \d+ ms', 'ready in N ms', re.sub(r'b_[0-9a-z]{16}', 'b_ID', text or ''))

        return [[row['n'], row['kind'], row['state'], row['author'], row['tool'], row['title'], timeless(row['head']),
                 row['exit_status'], row['bytes'] if row['tool'] != 'launch DevBox' else None, row['elided'],
                 [timeless(self.text(run_id, row['n'], part)) for part in ('text', 'call', 'result') if row['bytes'][part]]]
                for row in self.rows(run_id)]

    def box_processes(self, box_id, words=b''):
        """Pids of everything in a box but its init, that has `words` in its command line: who sees the box's workspace among
        its mounts. One may end while it is looked at."""
        found = []
        for entry in pathlib.Path('/proc').glob('[0-9]*'):
            with contextlib.suppress(OSError):
                if (entry / 'comm').read_text().strip() in ('bwrap', 'bellhop-boxd'):
                    continue
                if f'boxes/{box_id}/workspace' in (entry / 'mountinfo').read_text() and words in (entry / 'cmdline').read_bytes():
                    found.append(int(entry.name))
        return found

    def stream(self, path, after=None, timeout=None):
        return Stream(self.path, path, after, timeout or TIMEOUT)


class Stream:
    """Server-sent events, one connection."""

    def __init__(self, socket_path, path, after, timeout):
        self.connection = Connection(socket_path, timeout)
        headers = {'Accept': 'text/event-stream'}
        if after is not None:
            headers['Last-Event-ID'] = str(after)
        self.connection.request('GET', path, headers=headers)
        self.response = self.connection.getresponse()
        if self.response.status != 200:
            raise Problem(self.response.status, json.loads(self.response.read()))

    def __iter__(self):
        event = {}
        for line in self.response:
            line = line.decode().rstrip('\n')
            if line == '':
                if 'data' in event:
                    yield event
                event = {}
            elif not line.startswith(':'):
                name, _, value = line.partition(': ')
                event[name] = json.loads(value) if name == 'data' else value

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Bellhop(Client):
    """A coordinator with its local worker, and folders of their own."""

    def __init__(self, *arguments, environment=None, start=True):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix='bh-'))
        self.arguments = list(arguments)
        self.environment = sanitizers.without_leaks(dict(os.environ))
        self.environment.update(
            HOME=str(self.root / 'home'), XDG_RUNTIME_DIR=str(self.root / 'run'),
            XDG_DATA_HOME=str(self.root / 'data'), XDG_STATE_HOME=str(self.root / 'state'),
            XDG_CONFIG_HOME=str(self.root / 'config'), XDG_CACHE_HOME=str(self.root / 'cache'),
            BELLHOP_MAX_BOXES='250', BELLHOP_SOCKET=str(self.root / 'run' / 'bellhop' / 'c.sock'),
            BELLHOP_UNINSTALLED=str(BUILD), BELLHOP_SOURCE=str(SOURCE))
        self.environment.pop('DBUS_SESSION_BUS_ADDRESS', None)
        self.environment.update(environment or {})
        for name in ('home', 'run', 'data', 'state', 'config', 'cache'):
            (self.root / name).mkdir(mode=0o700)
        super().__init__(self.environment['BELLHOP_SOCKET'])
        self.process = None
        self.log = open(self.root / 'log', 'ab')
        if start:
            self.start()

    def listen(self, *names):
        """Has it listen on a port of the loopback, too, with a new certificate, once it is started."""
        self.cert, key = self.root / 'cert.pem', self.root / 'key.pem'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
                        '-subj', '/CN=localhost', '-addext', f'subjectAltName={",".join("DNS:" + name for name in ("localhost", *names))}',
                        '-keyout', str(key), '-out', str(self.cert)], check=True, capture_output=True)
        if not getattr(self, 'port', None):
            with socket.socket() as probe:
                probe.bind(('127.0.0.1', 0))
                self.port = probe.getsockname()[1]
        self.arguments = ['--listen', f'127.0.0.1:{self.port}', '--tls-cert', str(self.cert), '--tls-key', str(key)]
        return f'https://localhost:{self.port}'

    @property
    def fingerprint(self):
        """Of its certificate, as openssl says it."""
        shown = subprocess.run(['openssl', 'x509', '-in', str(self.cert), '-noout', '-fingerprint', '-sha256'],
                               capture_output=True, text=True, check=True).stdout
        return shown.split('=')[1].strip()

    @property
    def data(self):
        return self.root / 'data' / 'bellhop'

    @property
    def boxes(self):
        return self.root / 'state' / 'bellhop' / 'boxes'

    def engine_file(self, id, text):
        """Describes an engine of the person's own."""
        folder = self.root / 'config' / 'bellhop' / 'engines'
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f'{id}.engine').write_text(text)

    def spawn(self, *arguments):
        return subprocess.Popen([program('bellhop-coordinator'), *self.arguments, *arguments], env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def start(self, ready=True):
        self.process = self.spawn()
        if ready:
            self.wait_ready()
        return self

    def reachable(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.raw('GET', '/v1/health', timeout=5)[0] == 200
        if self.process.poll() is not None:
            raise AssertionError(f'the coordinator ended with {self.process.returncode}:\n{self.log_text()}')
        return False

    def wait_ready(self, worker=True):
        wait_for(self.reachable, 'the coordinator')
        if worker and '--no-worker' not in self.arguments:
            self.wait_worker()

    def wait_worker(self):
        return wait_for(lambda: next((w['name'] for w in self.get('/v1/workers')['workers'] if w['online']), None),
                        'a worker to be online')

    @property
    def worker(self):
        return self.wait_worker()

    def log_text(self):
        return (self.root / 'log').read_text(errors='replace')

    def kill(self):
        """kill -9 of the coordinator; the worker stays."""
        self.process.kill()
        self.process.wait()

    def restart(self):
        self.kill()
        self.start()

    def processes(self, name):
        """Pids of the programs of ours that serve these folders."""
        found = []
        for entry in pathlib.Path('/proc').iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                argv = (entry / 'cmdline').read_bytes().split(b'\0')
                if os.path.basename(argv[0]).decode(errors='replace') != name:
                    continue
                if str(self.root).encode() in (entry / 'environ').read_bytes() + b' '.join(argv):
                    found.append(int(entry.name))
        return found

    def kill_worker(self):
        for pid in self.processes('bellhop-worker'):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def restart_all(self):
        """kill -9 of both; the boxes stay."""
        self.restart()
        self.kill_worker()
        self.wait_worker()

    def ctl(self, *arguments, stdin=None, check=None, timeout=None, **kw):
        result = subprocess.run([program('bellhopctl'), *arguments], env=self.environment, input=stdin,
                                stdin=None if stdin is not None else subprocess.DEVNULL, capture_output=True,
                                text=True, timeout=timeout or TIMEOUT, **kw)
        if check is not None and result.returncode != check:
            raise AssertionError(f'bellhopctl {arguments} ended with {result.returncode}, not {check}\n'
                                 f'{result.stdout}\n{result.stderr}\n{self.log_text()}')
        return result

    def close(self):
        with contextlib.suppress(Exception):
            for box in self.get('/v1/devboxes', timeout=5)['devboxes']:
                with contextlib.suppress(Problem):
                    self.delete(f'/v1/devboxes/{box["id"]}')
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.kill_worker()
        for pid in self.processes('bwrap'):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.log.close()
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            sys.stderr.write(f'--- log of the coordinator and worker\n{self.log_text()[-20000:]}\n---\n')
        self.close()


def block(text, lang='sh', flags=''):
    return f'```{lang}{" " + flags if flags else ""}\n{text}\n```\n'


def in_threads(function, arguments):
    """function(argument) for all at once; raises the first error."""
    errors, results = [], [None] * len(arguments)

    def call(i, argument):
        try:
            results[i] = function(argument)
        except BaseException as error:  # noqa: B902 – handed to the caller
            errors.append(error)

    threads = [threading.Thread(target=call, args=item) for item in enumerate(arguments)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What a program in a DevBox may not do, tried from inside one: once under the user that runs the tests and, when that is
root, once more under an ordinary one."""

import os
import pathlib
import socket
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
sys.path.insert(0, os.path.dirname(__file__))
from bellhop import TIMEOUT  # noqa: E402
from fakecoordinator import FakeCoordinator, new_id, processes_of  # noqa: E402
import tap  # noqa: E402

SECRET = 'the-secret-of-the-host'

# as the sandbox of an engine is made
NESTED = ('bwrap --unshare-all --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 '
          '--proc /proc --dev /dev --bind /workspace /workspace --chdir /workspace sh -c "echo x > nested; cat /proc/1/comm; id -u"')

CALLS = r'''
import ctypes, errno, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
machine = os.uname().machine
numbers = {
    'x86_64': {'bpf': 321, 'keyctl': 250, 'perf_event_open': 298, 'kexec_load': 246, 'reboot': 169, 'io_uring_setup': 425,
               'open_by_handle_at': 304, 'userfaultfd': 323, 'syslog': 103},
    'aarch64': {'bpf': 280, 'keyctl': 219, 'perf_event_open': 241, 'kexec_load': 104, 'reboot': 142, 'io_uring_setup': 425,
                'open_by_handle_at': 265, 'userfaultfd': 282, 'syslog': 116},
}[machine]
def call(name, *args):
    ctypes.set_errno(0)
    r = libc.syscall(numbers[name], *args)
    print(name, r, errno.errorcode.get(ctypes.get_errno(), 'OK'))
call('bpf', 0, 0, 0)
call('keyctl', 0, 0, 0, 0)
call('perf_event_open', 0, 0, -1, -1, 0)
call('kexec_load', 0, 0, 0, 0)
call('reboot', 0, 0, 0, 0)
call('io_uring_setup', 1, 0)
call('open_by_handle_at', 0, 0, 0)
call('userfaultfd', 1)
call('syslog', 3, 0, 0)
master, slave = os.openpty()
import fcntl
for name, request in (('TIOCSTI', 0x5412), ('TIOCLINUX', 0x541c)):
    for high in (0, 1 << 32):
        ctypes.set_errno(0)
        libc.ioctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_char_p]
        r = libc.ioctl(slave, request | high, b'x')
        print(name, r, errno.errorcode.get(ctypes.get_errno(), 'OK'))
for family in (socket.AF_PACKET, socket.AF_VSOCK, socket.AF_ALG):
    try:
        socket.socket(family, socket.SOCK_SEQPACKET if family == socket.AF_ALG else socket.SOCK_DGRAM)
        print('family', 0, 'OK')
    except OSError as e:
        print('family', -1, errno.errorcode[e.errno])
'''


class Isolation:
    uid = None
    wrap = ()

    @classmethod
    def setUpClass(cls):
        cls.coordinator = FakeCoordinator(cls.uid)
        (cls.coordinator.home / 'secret').write_text(SECRET)
        os.chmod(cls.coordinator.home / 'secret', 0o644)
        cls.coordinator.start(wrap=cls.wrap)
        cls.link = cls.coordinator.wait_connected()
        cls.box_id = new_id()
        _, cls.box = cls.link.launch(cls.box_id)
        cls.box.hello()

    @classmethod
    def tearDownClass(cls):
        cls.coordinator.close()

    def inside(self, script):
        return self.box.shell(script)

    def fails(self, script):
        status, output = self.inside(script)
        self.assertNotEqual(status, 0, f'{script}\n{output}')
        return output

    def works(self, script):
        status, output = self.inside(script)
        self.assertEqual(status, 0, f'{script}\n{output}')
        return output

    def python(self, program):
        status, output = self.box.run('/usr/bin/python3', '-c', program)
        return status, output.decode(errors='replace')

    def test_files_of_the_host(self):
        for path in (self.coordinator.home / 'secret', '/root', '/etc/shadow', '/etc/machine-id', '/sys', '/boot',
                     os.environ.get('BELLHOP_SOURCE', '/work'), self.coordinator.root):
            self.fails(f'ls {path}')
        self.assertEqual(self.works('ls -A /home'), 'user\n')
        self.assertEqual(self.works('ls -A /tmp'), '')
        self.assertNotIn(SECRET, self.inside('cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr "\\0" "\\n"')[1])

    def test_programs_of_the_person(self):
        """Those that are named come in, with what they need; nothing else of the home does."""
        home = self.coordinator.home
        script = '#!/bin/sh\necho "{}, $(cat "$(dirname "$(readlink -f "$0")")/{}" 2>&1)"\n'
        for path, text in {'.npm-global/lib/node_modules/@acme/engine/cli.sh': script.format('engine', 'data'),
                           '.npm-global/lib/node_modules/@acme/engine/data': 'its data',
                           '.npm-global/token': SECRET, '.npm-global/lib/token': SECRET, '.npmrc': SECRET,
                           '.local/share/single/1.0/single': script.format('single', 'token'),
                           '.local/share/single/1.0/token': SECRET, '.local/bin/other': '#!/bin/sh\necho other\n'}.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_text(text)
            (home / path).chmod(0o755)
        (home / '.npm-global/bin').mkdir(exist_ok=True)
        for link, target in {'.npm-global/bin/engine': '../lib/node_modules/@acme/engine/cli.sh',
                             '.local/bin/single': '../share/single/1.0/single'}.items():
            (home / link).unlink(missing_ok=True)
            (home / link).symlink_to(target)
        _, box = self.link.launch(new_id(), programs=['engine', 'single', 'no-such-program'])
        box.hello()
        run = '. /dev/null; PATH=$PATH:/run/bellhop/engines; '
        self.assertEqual(box.shell(run + 'engine'), (0, 'engine, its data\n'))
        status, output = box.shell(run + 'single')
        self.assertEqual(status, 0)
        self.assertIn('No such file or directory', output)
        self.assertEqual(box.shell('ls /run/bellhop/engines'), (0, 'engine\nsingle\n'))
        self.assertEqual(box.shell(f'find {home} ! -type d | sort')[1].split(), sorted(
            str(home / name) for name in ('.local/share/single/1.0/single', '.npm-global/lib/node_modules/@acme/engine/cli.sh',
                                          '.npm-global/lib/node_modules/@acme/engine/data')))
        for path in ('.npm-global/lib/node_modules/@acme/engine/data', '.npm-global/lib/node_modules/x',
                     '.local/share/single/1.0/single'):
            self.assertNotEqual(box.shell(f'echo x >> {home / path}')[0], 0, path)
        # the folders above are the box's own
        box.shell(f'echo x > {home}/.local/x')
        self.assertFalse((home / '.local/x').exists())
        # a launch that names none has none
        self.fails(f'ls {home}')
        self.fails('ls /run/bellhop/engines')

    def test_processes_of_the_host(self):
        listed = self.works('cd /proc; for p in [0-9]*; do tr "\\0" " " < $p/cmdline; echo; done')
        self.assertIn('bellhop-boxd init', listed)
        self.assertNotIn('bellhop-worker', listed)
        self.assertLess(len(listed.splitlines()), 12)
        self.fails(f'kill -0 {os.getpid()}')

    def test_writes(self):
        for path in ('/x', '/etc/x', '/etc/passwd', '/usr/x', '/usr/bin/env', '/run/bellhop/bin/bellhop-boxd', '/home/x',
                     '/var/x', '/lib/x'):
            self.fails(f'echo x > {path}')
        # the host's own settings are only opened for writing: a hole must not do harm here
        for path in ('/proc/sys/kernel/core_pattern', '/proc/sys/kernel/hostname', '/proc/sys/vm/drop_caches',
                     '/proc/sys/kernel/modprobe', '/proc/sysrq-trigger'):
            self.fails(f': >> {path}')
        for path in ('/workspace/x', '/home/user/x', '/tmp/x', '/dev/shm/x', '/var/tmp/x'):
            self.works(f'echo x > {path} && rm {path}')

    def test_network_offline(self):
        with socket.create_server(('127.0.0.1', 0)) as tcp, socket.socket(socket.AF_UNIX) as abstract:
            name = f'bellhop-test-{os.getpid()}-{self.uid}'
            abstract.bind('\0' + name)
            abstract.listen()
            port = tcp.getsockname()[1]
            # the listeners do accept from outside, else the rest would show nothing
            socket.create_connection(('127.0.0.1', port), TIMEOUT).close()
            with socket.socket(socket.AF_UNIX) as check:
                check.connect('\0' + name)
            self.fails(f'exec 3<>/dev/tcp/127.0.0.1/{port}')
            status, output = self.python(f'import socket; socket.socket(socket.AF_UNIX).connect("\\0{name}")')
            self.assertNotEqual(status, 0)
            self.assertIn('ConnectionRefusedError', output)
        self.assertEqual(self.works('tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "'), 'lo\n')
        # its own loopback works
        status, output = self.python('import socket; s = socket.create_server(("127.0.0.1", 0)); '
                                     'socket.create_connection(s.getsockname()); print("ok")')
        self.assertEqual((status, output), (0, 'ok\n'))

    def test_network_open(self):
        _, box = self.link.launch(new_id(), network='open')
        box.hello()
        with socket.create_server(('127.0.0.1', 0)) as tcp:
            threading.Thread(target=lambda: tcp.accept()[0].sendall(b'hi\n'), daemon=True).start()
            self.assertEqual(box.shell(f'read line < /dev/tcp/127.0.0.1/{tcp.getsockname()[1]}; echo $line'), (0, 'hi\n'))

    def test_abstract_sockets_of_an_open_network(self):
        """They belong to the network namespace, but not to the box: an X server listens on one."""
        _, box = self.link.launch(new_id(), network='open')
        box.hello()
        with socket.socket(socket.AF_UNIX) as abstract:
            name = f'bellhop-open-{os.getpid()}-{self.uid}'
            abstract.bind('\0' + name)
            abstract.listen()
            with socket.socket(socket.AF_UNIX) as check:
                check.connect('\0' + name)
            status, output = box.shell(f'python3 -c \'import socket; socket.socket(socket.AF_UNIX).connect("\\0{name}")\' 2>&1')
            kernel = tuple(int(part) for part in os.uname().release.split('.')[:2])
            if kernel >= (6, 12):
                self.assertNotEqual(status, 0)
                self.assertIn('PermissionError', output)
        # its own work
        self.assertEqual(box.shell('python3 -c \'import socket; a = socket.socket(socket.AF_UNIX); a.bind("\\0mine"); a.listen(); '
                                   'socket.socket(socket.AF_UNIX).connect("\\0mine"); print("ok")\''), (0, 'ok\n'))

    def test_privileges(self):
        status = self.works('cat /proc/self/status')
        for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):
            self.assertIn(f'{name}:\t0000000000000000\n', status)
        self.assertIn('NoNewPrivs:\t1\n', status)
        self.assertIn('Seccomp:\t2\n', status)
        self.assertEqual(self.works('id -u; id -g'), '1000\n1000\n')
        self.fails('mount -t tmpfs tmpfs /tmp')
        self.works('cp /usr/bin/id /workspace/suid && chmod 6755 /workspace/suid')
        self.assertEqual(self.works('/workspace/suid -u'), '1000\n')
        self.assertIn('nosuid', self.works('grep " /workspace " /proc/self/mounts'))
        self.fails('mknod /workspace/disk b 8 0')

    def outside_uids(self, box_id):
        """Who the box is outside, by what it writes and by what runs in it."""
        box = self.coordinator.boxes() / box_id
        inits = {line for pid in processes_of(str(box)) for line in
                 pathlib.Path('/proc', str(pid), 'status').read_text().splitlines() if line.startswith(('Uid:', 'Gid:', 'Groups:'))}
        return (box / 'workspace' / 'mine').stat().st_uid, inits

    def test_user_outside(self):
        box_id = new_id()
        _, box = self.link.launch(box_id)
        box.hello()
        self.assertEqual(box.shell('id -u; touch /workspace/mine ~/mine; stat -c %u:%g /workspace/mine ~/mine /workspace'),
                         (0, '1000\n' + '1000:1000\n' * 3))
        uid, lines = self.outside_uids(box_id)
        self.check_user_outside(uid, lines)
        # another life finds its files again, and what someone puts there can be read
        self.link.call('box.stop', {'id': box_id, 'grace_ms': 0})
        (self.coordinator.boxes() / box_id / 'workspace' / 'go').write_text('on\n')
        _, box = self.link.launch(box_id)
        box.hello()
        self.assertEqual(box.shell('cat go; rm -f go; echo x > ~/mine; mkdir -m 0 /workspace/closed'), (0, 'on\n'))
        self.assertEqual(self.outside_uids(box_id)[0], uid)
        self.link.call('box.remove', {'id': box_id})
        self.assertFalse((self.coordinator.boxes() / box_id).exists())

    def check_user_outside(self, uid, lines):
        self.assertEqual(uid, self.uid if self.uid is not None else os.getuid())

    def test_nested_sandbox(self):
        self.works(NESTED)

    def test_nested_namespaces(self):
        # an engine's own sandbox works in the box, and gives no more than the box has
        self.assertEqual(self.works('unshare -Urm sh -c "mount -t tmpfs t /mnt 2>/dev/null || mount -t tmpfs t /tmp; id -u"'), '0\n')
        self.fails('unshare -Urm sh -c "mount -o remount,rw,bind /usr && echo x > /usr/x"')
        self.fails('unshare -Urm sh -c "umount /usr"')
        self.fails('unshare -Urm sh -c "mount -o remount,rw,bind /proc/sys; : >> /proc/sys/kernel/core_pattern"')
        self.fails('unshare -Urmpf sh -c "mount -t proc proc /tmp && : >> /tmp/sys/kernel/core_pattern"')

    def test_system_calls(self):
        status, output = self.python(CALLS)
        self.assertEqual(status, 0, output)
        for line in output.splitlines():
            name, result, error = line.split()
            wanted = {'io_uring_setup': 'ENOSYS', 'family': 'EAFNOSUPPORT'}.get(name, 'EPERM')
            self.assertEqual((result, error), ('-1', wanted), line)
        self.assertEqual(len(output.splitlines()), 16, output)

    def test_init_is_out_of_reach(self):
        self.fails('cat /proc/1/mem > /dev/null')
        self.fails('cat /proc/1/environ')
        for number in range(16):
            self.fails(f'cat < /proc/1/fd/{number}')
        self.fails('readlink /proc/1/exe /proc/1/cwd /proc/1/root')
        status, output = self.python('import ctypes; l = ctypes.CDLL(None, use_errno=True); '
                                     'print(l.ptrace(16, 1, 0, 0), ctypes.get_errno())')
        self.assertEqual((status, output), (0, '-1 1\n'))
        self.inside('kill -KILL 1; kill -STOP 1; kill -TERM 1; kill -INT 1')
        self.assertEqual(self.works('echo alive'), 'alive\n')

    def test_outside_socket_is_out_of_reach(self):
        self.fails('ls /run/bellhop/boxd.sock')
        self.assertEqual(self.works('ls -A /workspace/..| tr "\\n" " "').find('boxd.sock'), -1)
        # nothing of the worker was inherited: init holds only its own
        init = [pid for pid in processes_of(str(self.coordinator.boxes())) if
                b'boxd\0init' in pathlib.Path('/proc', str(pid), 'cmdline').read_bytes()][0]
        if os.getuid() == 0:
            held = [os.readlink(f'/proc/{init}/fd/{fd}') for fd in os.listdir(f'/proc/{init}/fd')]
            for target in held:
                self.assertTrue(target.startswith(('/dev/null', 'socket:', 'pipe:', 'anon_inode:', '/memfd:', '/run/', '/tmp/',
                                                   '/dev/p')) or target.endswith('launch.log') or '(deleted)' in target, held)
        self.assertEqual(self.works('ls /proc/self/fd | wc -l').strip(), '4')

    def test_links_out_of_the_workspace(self):
        outside = self.coordinator.root / 'keep'
        outside.mkdir(exist_ok=True)
        (outside / 'file').write_text(SECRET)
        if self.uid is not None:
            os.chown(outside, self.uid, self.uid)
        box_id = new_id()
        _, box = self.link.launch(box_id)
        box.hello()
        status, output = box.shell(f'rmdir /workspace 2>/dev/null; ln -s {outside} /workspace/a; ln -s /../../../.. /home/user/b; '
                                   f'ls /workspace/a/')
        self.assertNotEqual(status, 0, output)
        self.link.call('box.remove', {'id': box_id})
        self.assertEqual((outside / 'file').read_text(), SECRET)


class AsThisUser(Isolation, unittest.TestCase):
    def check_user_outside(self, uid, lines):
        if os.getuid() != 0:
            return super().check_user_outside(uid, lines)
        # root's boxes have users of their own, and no group of root's
        self.assertIn(uid, range(0x70000000, 0x78000000))
        self.assertEqual(lines, {'\t'.join([name] + [str(uid)] * 4) for name in ('Uid:', 'Gid:')} | {'Groups:\t '})
        self.assertNotIn('run as root', self.coordinator.workers[0].said)
        return None


if os.getuid() == 0:
    class AsOrdinaryUser(Isolation, unittest.TestCase):
        uid = 64321

    class AsRootWithoutMounts(Isolation, unittest.TestCase):
        """Where root is not allowed to mount, as in many containers, boxes are root's, and are closed by other means."""

        wrap = ('setpriv', '--bounding-set=-sys_admin', '--inh-caps=-sys_admin')

        def check_user_outside(self, uid, lines):
            self.assertEqual(uid, 0)
            self.assertIn('run as root', self.coordinator.workers[0].said)

        def test_nested_sandbox(self):
            # the kernel gives a nested namespace no /proc while parts of this one are hidden
            self.fails(NESTED)
            self.works(NESTED.replace('--proc /proc', '--ro-bind /proc /proc'))


if __name__ == '__main__':
    tap.main()

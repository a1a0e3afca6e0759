# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""A desktop of a test's own: a virtual screen, a session bus, accessibility, and apps on it. Everything is in one
folder and every process carries its name, so that nothing of it can outlive the test.

    with bellhop.Bellhop() as coordinator, desktop.Desktop() as session:
        app = session.app(coordinator)
        app.find('button', 'New Run').click()
        session.picture('new-run')
"""

import contextlib
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import bellhop
import sanitizers
import accessible
import pseudo
import screen

PICTURES = pathlib.Path(os.environ.get('BELLHOP_PICTURES', bellhop.BUILD / 'pictures'))
ATSPI_LAUNCHERS = ('/usr/libexec/at-spi-bus-launcher', '/usr/lib/at-spi2-core/at-spi-bus-launcher')
APP_ID, APP_PATH = 'org.bellhop.Bellhop', '/org/bellhop/Bellhop'
DBUS = ('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus')
# what is for programs of ours only: those of others do warn
STRICT = {'G_DEBUG': 'gc-friendly,fatal-warnings', 'G_ENABLE_DIAGNOSTIC': '1', 'MALLOC_CHECK_': '2'}
# what a person's own session would bring into the test
FOREIGN = (*STRICT, 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS', 'DBUS_SYSTEM_BUS_ADDRESS',
           'GTK_THEME', 'GTK_DEBUG', 'GTK_MODULES', 'GTK_PATH', 'GTK_A11Y', 'AT_SPI_BUS_ADDRESS', 'DESKTOP_SESSION', 'XDG_CURRENT_DESKTOP',
           'XDG_SESSION_ID', 'XDG_SESSION_TYPE', 'SESSION_MANAGER', 'DESKTOP_STARTUP_ID', 'XDG_ACTIVATION_TOKEN')


def locale_environment(language):
    """Shows an app in a language as “de” or “he_IL”, with a locale made on the spot: hardly a system has them all.
    “pseudo” is no language, see pseudo.py."""
    names = {'pseudo': 'he_IL', 'de': 'de_DE', 'fr': 'fr_FR', 'es': 'es_ES', 'he': 'he_IL', 'ar': 'ar_EG', 'zh': 'zh_CN'}
    name = names.get(language, language)
    folder = pathlib.Path(os.environ.get('BELLHOP_CACHE', tempfile.gettempdir())) / 'locales'
    path = folder / f'{name}.UTF-8'
    if not path.exists():
        screen.need('localedef')
        folder.mkdir(parents=True, exist_ok=True)
        part = pathlib.Path(tempfile.mkdtemp(dir=folder)) / f'{name}.UTF-8'
        subprocess.run(['localedef', '--no-archive', '-i', name, '-f', 'UTF-8', str(part)], check=True)
        with contextlib.suppress(OSError):
            part.rename(path)
        shutil.rmtree(part.parent, ignore_errors=True)
    return {'LOCPATH': str(folder), 'LC_ALL': f'{name}.UTF-8', 'LANGUAGE': pseudo.install() if language == 'pseudo' else name}


class App:
    """A running app and what assistive technology sees of it."""

    def __init__(self, session, process, log):
        self.session, self.process, self.log = session, process, log
        self.root = None

    def wait_window(self, timeout=None):
        self.root = accessible.application(self.session.accessibility, self.process.pid, self, timeout)
        return self

    @property
    def windows(self):
        return self.root.children

    def find(self, *arguments, **keywords):
        return self.root.find(*arguments, **keywords)

    def find_all(self, *arguments, **keywords):
        return self.root.find_all(*arguments, **keywords)

    def wait_gone(self, *arguments, **keywords):
        return self.root.wait_gone(*arguments, **keywords)

    def walk(self, showing=True):
        return self.root.walk(showing)

    def dump(self):
        return self.root.dump()

    def log_text(self):
        return self.log.read_text(errors='replace')

    def kill(self):
        self.process.kill()
        self.process.wait()

    def quit(self):
        """Ends it as a person does who quits, with all that it lets go of then. False for what is no app on the bus."""
        if self.session.owner(APP_ID) != self.process.pid:
            return False
        accessible.call(self.session.bus, APP_ID, APP_PATH, 'org.gtk.Actions', 'Activate', 'sava{sv}', 'quit', [], {})
        return True

    def close(self):
        """Ends it, if it has not yet. Raises if it had crashed, as it does for every warning."""
        ended = self.process.poll()
        if ended is None:
            if not self.quit():
                self.process.terminate()
            try:
                self.process.wait(bellhop.TIMEOUT)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f'the app did not end:\n{self.log_text()}') from None
            ended = self.process.returncode
        if ended not in (0, -signal.SIGTERM, -signal.SIGKILL):
            raise AssertionError(f'the app ended with {ended}:\n{self.log_text()}\n{sanitizers.take()}')


class Started:
    """A process that the bus started: what of subprocess.Popen can be had of another's child."""

    def __init__(self, pid):
        self.pid, self.fd, self.returncode = pid, os.pidfd_open(pid), None

    def poll(self):
        if self.returncode is None and select.select([self.fd], [], [], 0)[0]:
            # how it ended, only its parent learns
            self.returncode = 0
        return self.returncode

    def wait(self, timeout=None):
        try:
            bellhop.wait_for(lambda: self.poll() is not None, 'the process to end', timeout)
        except AssertionError:
            raise subprocess.TimeoutExpired(str(self.pid), timeout) from None
        return self.returncode

    def terminate(self):
        signal.pidfd_send_signal(self.fd, signal.SIGTERM)

    def kill(self):
        signal.pidfd_send_signal(self.fd, signal.SIGKILL)


class Session:
    """A session bus and accessibility; where windows appear is for those that derive from it."""

    def __init__(self):
        screen.need('dbus-daemon')
        self.root = pathlib.Path(tempfile.mkdtemp(prefix='bh-desktop-'))
        self.apps, self.processes = [], []
        self.closing = contextlib.ExitStack()
        self.environment = sanitizers.without_leaks({k: v for k, v in os.environ.items() if k not in FOREIGN})
        self.environment.update(
            BELLHOP_DESKTOP=str(self.root), HOME=str(self.root / 'home'), XDG_RUNTIME_DIR=str(self.root / 'run'),
            XDG_DATA_HOME=str(self.root / 'data'), XDG_STATE_HOME=str(self.root / 'state'),
            XDG_CONFIG_HOME=str(self.root / 'config'), XDG_CACHE_HOME=str(self.root / 'cache'),
            XDG_DATA_DIRS=f'{self.root / "share"}:/usr/local/share:/usr/share', GSETTINGS_BACKEND='keyfile',
            NO_AT_BRIDGE='1', LC_ALL='C.UTF-8', LANGUAGE='')
        if (bellhop.BUILD / 'data' / 'gschemas.compiled').exists():
            self.environment['GSETTINGS_SCHEMA_DIR'] = str(bellhop.BUILD / 'data')
        for name in ('home', 'run', 'data', 'state', 'config', 'cache', 'services', 'share'):
            (self.root / name).mkdir(mode=0o700)
        try:
            self.start()
        except BaseException:
            sys.stderr.write(self.log_text())
            self.close()
            raise

    def start(self):
        self.start_display()
        self.start_bus()
        self.start_accessibility()

    def start_display(self):
        pass

    def start_bus(self):
        self.address = self.environment['DBUS_SESSION_BUS_ADDRESS'] = self.spawn_bus('bus')
        self.bus = accessible.connect(self.address)

    def spawn_bus(self, name):
        """Starts a bus and returns its address, once it listens there."""
        config, path = self.root / f'{name}.conf', self.root / name
        config.write_text(bellhop.BUS.format(path=path, services=self.root / 'services'))
        self.spawn('dbus-daemon', f'--config-file={config}', '--nofork', '--nopidfile', '--nosyslog')

        def listens():
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
                client.connect(str(path))
                return True
            return False

        bellhop.wait_for(listens, f'the {name} to listen')
        return f'unix:path={path}'

    def start_accessibility(self):
        launcher = next((path for path in ATSPI_LAUNCHERS if os.access(path, os.X_OK)), ATSPI_LAUNCHERS[0])
        screen.need(launcher)
        self.spawn(launcher, '--launch-immediately')
        self.wait_name('org.a11y.Bus')
        address = accessible.call(self.bus, 'org.a11y.Bus', '/org/a11y/bus', 'org.a11y.Bus', 'GetAddress')
        self.accessibility = accessible.connect(address)
        # some of what is accessible is told only to those who listen
        accessible.call(self.accessibility, 'org.a11y.atspi.Registry', '/org/a11y/atspi/registry', 'org.a11y.atspi.Registry',
                        'RegisterEvent', 's', 'object:')

    def spawn(self, *command, environment=None, log=None, stdin=subprocess.DEVNULL):
        """Starts a process of the session, which dies with the test."""
        log = log or self.root / 'log'
        with open(log, 'ab') as output:
            process = subprocess.Popen(command, env={**self.environment, **(environment or {})}, stdin=stdin,
                                       stdout=output, stderr=output, start_new_session=True,
                                       preexec_fn=screen.die_with_parent)
        self.processes.append(process)
        return process

    def start_secrets(self):
        """Starts the password storage of the desktop, unlocked."""
        screen.need('gnome-keyring-daemon')
        # it makes the storage for whatever comes on its standard input
        with tempfile.TemporaryFile() as password:
            password.write(b'password')
            password.seek(0)
            self.spawn('gnome-keyring-daemon', '--foreground', '--unlock', '--components=secrets', stdin=password)
        self.wait_name('org.freedesktop.secrets')

    def lock_secrets(self):
        """Locks what was unlocked, and returns what unlocks it, as the person would with the password."""
        service = 'org.freedesktop.secrets', '/org/freedesktop/secrets'
        collection = accessible.call(self.bus, *service, 'org.freedesktop.Secret.Service', 'ReadAlias', 's', 'default')
        accessible.call(self.bus, *service, 'org.freedesktop.Secret.Service', 'Lock', 'ao', [collection])

        def unlock():
            _, session = accessible.call(self.bus, *service, 'org.freedesktop.Secret.Service', 'OpenSession', 'sv', 'plain',
                                         accessible.GLib.Variant('s', ''))
            accessible.call(self.bus, *service, 'org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface', 'UnlockWithMasterPassword',
                            'o(oayays)', collection, (session, b'', b'password', 'text/plain'))
        return unlock

    def secrets(self, **attributes):
        """How many secrets with these attributes are in the storage, and none of them locked."""
        unlocked, locked = accessible.call(self.bus, 'org.freedesktop.secrets', '/org/freedesktop/secrets',
                                           'org.freedesktop.Secret.Service', 'SearchItems', 'a{ss}', attributes)
        assert not locked, locked
        return len(unlocked)

    def has_name(self, name):
        return accessible.call(self.bus, *DBUS, 'NameHasOwner', 's', name)

    def owner(self, name):
        """The pid of who has that name, or None."""
        if not self.has_name(name):
            return None
        return accessible.call(self.bus, *DBUS, 'GetConnectionUnixProcessID', 's', name)

    def activate(self, action, name='org.bellhop.Bellhop', path='/org/bellhop/Bellhop'):
        """An action of the app, as the desktop would."""
        accessible.call(self.bus, name, path, 'org.gtk.Actions', 'Activate', 'sava{sv}', action, [], {})

    def wait_name(self, name, timeout=None):
        bellhop.wait_for(lambda: self.has_name(name), f'{name} on the bus', timeout)

    def app_environment(self, coordinator=None, language=None, dark=False, high_contrast=False, **extra):
        environment = sanitizers.with_leaks({**self.environment, **STRICT})
        if coordinator is not None:
            # the same folders and socket, should the app start a coordinator itself
            environment.update({k: v for k, v in coordinator.environment.items()
                                if k.startswith('BELLHOP_') or k in ('HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME',
                                                                     'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_RUNTIME_DIR')})
            environment['BELLHOP_DESKTOP'] = str(self.root)
        if language:
            environment.update(locale_environment(language))
        if dark:
            environment['ADW_DEBUG_COLOR_SCHEME'] = 'prefer-dark'
        if high_contrast:
            environment['ADW_DEBUG_HIGH_CONTRAST'] = '1'
        environment.update({k: str(v) for k, v in extra.pop('environment', {}).items()})
        return environment

    def app(self, coordinator=None, *arguments, program=None, window=True, **options):
        """Starts the app on a coordinator (bellhop.Bellhop) and waits for its window. Options: language, dark,
        high_contrast, environment; window=False for what shows none."""
        log = self.root / f'app-{len(self.apps)}.log'
        command = [*(program or [bellhop.program('bellhop')]), *arguments]
        app = App(self, self.spawn(*command, environment=self.app_environment(coordinator, **options), log=log), log)
        self.apps.append(app)
        if window:
            app.wait_window()
            self.arrange(app)
        return app

    def app_on_bus(self, name, window=True):
        """The app that the bus started, or is to start now, for a name."""
        accessible.call(self.bus, *DBUS, 'StartServiceByName', 'su', name, 0)
        process = Started(accessible.call(self.bus, *DBUS, 'GetConnectionUnixProcessID', 's', name))
        app = App(self, process, self.root / 'log')
        self.apps.append(app)
        return app.wait_window() if window else app

    def arrange(self, app):
        """Puts its window in its place."""

    def picture_path(self, name):
        PICTURES.mkdir(parents=True, exist_ok=True)
        return PICTURES / f'{name}.png'

    def left(self):
        """Pids of what still belongs to the session."""
        found = []
        mark = f'BELLHOP_DESKTOP={self.root}'.encode()
        for entry in pathlib.Path('/proc').glob('[0-9]*'):
            with contextlib.suppress(OSError):
                if mark in (entry / 'environ').read_bytes().split(b'\0'):
                    found.append(int(entry.name))
        return found

    def log_text(self):
        logs = [path for path in sorted(self.root.glob('*log')) if path.is_file()]
        return ''.join(f'--- {path.name}\n{path.read_text(errors="replace")[-20000:]}\n' for path in logs)

    def close(self):
        """Ends everything, and raises if an app had crashed."""
        failed = []
        for app in self.apps:
            try:
                app.close()
            except AssertionError as error:
                failed.append(str(error))
        for name in ('bus', 'accessibility'):
            if getattr(self, name, None) is not None:
                getattr(self, name).set_exit_on_close(False)
                getattr(self, name).close_sync(None)
        self.end_processes()
        self.closing.close()
        shutil.rmtree(self.root, ignore_errors=True)
        if failed:
            raise AssertionError('\n'.join(failed))

    def end_processes(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()

        def none_left():
            left = self.left()
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return not left

        bellhop.wait_for(none_left, 'the last process of the session to end')

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            sys.stderr.write(self.log_text())
            with contextlib.suppress(Exception):
                self.picture(f'failed-{self.root.name}')
        with contextlib.ExitStack() as stack:
            # the first error is what the test is about
            if kind is not None:
                stack.enter_context(contextlib.suppress(AssertionError))
            self.close()


class Desktop(Session):
    """Windows on a virtual X screen, as large as it; `blink`: cursors blink, as they do on a desktop."""

    def __init__(self, width=1100, height=720, blink=False):
        self.width, self.height, self.blink = width, height, blink
        super().__init__()

    def start_display(self):
        screen.need('xdotool')
        self.screen = self.closing.enter_context(screen.Screen(self.width, self.height, self.blink))
        self.environment.update(self.screen.environment)

    def xdo(self, *arguments):
        subprocess.run(['xdotool', *map(str, arguments)], env=self.environment, check=True, capture_output=True,
                       timeout=bellhop.TIMEOUT)

    def arrange(self, app):
        self.screen.arrange()
        size = (self.width + 2 * screen.FRAME, self.height + 2 * screen.FRAME)
        bellhop.wait_for(lambda: app.windows[0].extents[2:] == size, f'the window to be {self.width} × {self.height}')

    def key(self, *keys):
        """Presses keys as “ctrl+n”, “Return”, “Tab”."""
        self.xdo('key', *keys)

    def type(self, text):
        self.xdo('type', '--delay', '4', '--', text)

    def mouse(self, x, y, button=1, times=1):
        self.xdo('mousemove', x, y, 'click', '--repeat', times, button)

    def picture(self, name, settle=True):
        path = self.picture_path(name)
        self.screen.picture(path, settle)
        return path

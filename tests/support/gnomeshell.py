# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""A real GNOME Shell without a screen, of a test's own. Call ordinary.become() before the first is started.

    with bellhop.Bellhop() as coordinator, gnomeshell.Shell() as shell:
        shell.install('org.bellhop.Bellhop', [bellhop.program('bellhop')])
        app = shell.app(coordinator)
        shell.wait_notification('Where should it go?')
        shell.press_notification_button('Where should it go?', 'Toolbar')
"""

import json
import pathlib
import shlex
import shutil
import sys
import time

from gi.repository import GLib

import accessible
import bellhop
import desktop
import screen

# what Linux calls the buttons
BUTTONS = {1: 0x110, 2: 0x112, 3: 0x111}
SHELL = ('org.gnome.Shell', '/org/gnome/Shell', 'org.gnome.Shell')
# every notification of every app, with its buttons
LIST = '''Main.messageTray.getSources().flatMap(source => source.notifications.map(n => (
  {source: source.title, title: n.title, body: n.body, urgency: n.urgency, acknowledged: n.acknowledged,
   buttons: n.actions.map(action => action.label)})))'''
FIND = '''Main.messageTray.getSources().flatMap(source => source.notifications).find(n => n.title === %s)'''
# what the overview shows of an app's results
RESULTS = '''Main.overview.searchController._searchResults._providers.filter(p => p.id === %s && p.display).flatMap(p =>
  Object.values(p.display._resultDisplays).filter(d => d.mapped).map(d => ({name: d.metaInfo.name, description: d.metaInfo.description})))'''
RESULT = '''Object.values(Main.overview.searchController._searchResults._providers.find(p => p.id === %s).display._resultDisplays)
  .find(d => d.metaInfo.name === %s)'''
DESKTOP_FILE = '''[Desktop Entry]
Type=Application
Name={name}
Exec={exec}
Icon={app_id}
DBusActivatable=true
'''


class Shell(desktop.Session):
    """GNOME Shell on Wayland, with a system bus whose logind is a mock."""

    def __init__(self, width=1280, height=800):
        self.width, self.height = width, height
        super().__init__()

    def start(self):
        screen.need('gnome-shell')
        self.environment.update(
            XDG_SESSION_TYPE='wayland', XDG_CURRENT_DESKTOP='GNOME', LIBGL_ALWAYS_SOFTWARE='1', GSK_RENDERER='cairo',
            GDK_BACKEND='wayland', GDK_DEBUG='no-portals', GNOME_SHELL_SLOWDOWN_FACTOR='0.05',
            **screen.write_settings(self.root / 'settings'))
        self.write_keyfile()
        self.start_bus()
        self.start_system_bus()
        self.start_shell()
        self.start_accessibility()

    def write_keyfile(self):
        """What a person would set: no welcome, no animations."""
        folder = self.root / 'config' / 'glib-2.0' / 'settings'
        folder.mkdir(parents=True)
        (folder / 'keyfile').write_text("[org/gnome/desktop/interface]\nenable-animations=false\n"
                                        "[org/gnome/mutter]\nauto-maximize=false\n[org/gnome/shell]\nwelcome-dialog-last-shown-version='999'\n")

    def start_system_bus(self):
        address = self.environment['DBUS_SYSTEM_BUS_ADDRESS'] = self.spawn_bus('system-bus')
        self.spawn(sys.executable, '-m', 'dbusmock', '--system', '--template', 'logind')
        system = accessible.connect(address)
        bellhop.wait_for(lambda: accessible.call(system, *desktop.DBUS, 'NameHasOwner', 's', 'org.freedesktop.login1'), 'logind')
        system.set_exit_on_close(False)
        system.close_sync(None)

    def start_shell(self):
        socket = self.root / 'run' / 'wayland-9'
        self.shell = self.spawn('gnome-shell', '--headless', '--virtual-monitor', f'{self.width}x{self.height}', '--unsafe-mode',
                                '--wayland-display', socket.name, '--no-x11', log=self.root / 'shell.log')
        # absolute: an app may have a runtime folder of its own
        self.environment['WAYLAND_DISPLAY'] = str(socket)
        bellhop.wait_for(self.shell_ready, 'GNOME Shell')
        # a seat without a keyboard gives no window the focus
        for name, kind in (('Keyboard', 'KEYBOARD'), ('Pointer', 'POINTER')):
            self.eval(f'global.bellhop{name} = imports.gi.Clutter.get_default_backend().get_default_seat()'
                      f'.create_virtual_device(imports.gi.Clutter.InputDeviceType.{kind}_DEVICE); null')
        self.eval('Main.overview.hide()')
        self.wait_eval('!Main.overview.visible', 'the overview to close')

    def shell_ready(self):
        if self.shell.poll() is not None:
            raise AssertionError(f'GNOME Shell ended with {self.shell.returncode}')
        if not self.has_name('org.gnome.Shell') or not pathlib.Path(self.environment['WAYLAND_DISPLAY']).exists():
            return False
        try:
            return self.eval('Main.layoutManager._startingUp') is False
        except GLib.Error:
            return False

    def eval(self, code):
        """The value of a JavaScript expression in the shell, where Main is its main module."""
        done, value = accessible.call(self.bus, *SHELL, 'Eval', 's', code)
        if not done:
            raise AssertionError(f'the shell could not evaluate {code}: {value}')
        return json.loads(value) if value else None

    def wait_eval(self, code, what, timeout=None):
        return bellhop.wait_for(lambda: self.eval(code), what, timeout)

    def install(self, app_id, command, name='Bellhop'):
        """Makes an app known to the shell and to the bus, which both may start it."""
        applications = self.root / 'share' / 'applications'
        applications.mkdir(exist_ok=True)
        provider = bellhop.BUILD / 'data' / f'{app_id}.search-provider.ini'
        if provider.exists():
            providers = self.root / 'share' / 'gnome-shell' / 'search-providers'
            providers.mkdir(parents=True, exist_ok=True)
            shutil.copy(provider, providers)
        icons = self.root / 'share' / 'icons'
        if not icons.exists():
            icons.symlink_to(bellhop.SOURCE / 'data' / 'icons')
        line = shlex.join(command)
        (applications / f'{app_id}.desktop').write_text(DESKTOP_FILE.format(name=name, exec=line, app_id=app_id))
        (self.root / 'services' / f'{app_id}.service').write_text(
            f'[D-BUS Service]\nName={app_id}\nExec={line} --gapplication-service\n')
        accessible.call(self.bus, *desktop.DBUS, 'ReloadConfig')
        self.wait_eval(f'imports.gi.Shell.AppSystem.get_default().lookup_app({json.dumps(app_id + ".desktop")}) !== null',
                       f'the shell to know {app_id}')

    def started_by_bus(self, coordinator=None, **options):
        """Gives what the bus starts the environment that app() would."""
        environment = self.app_environment(coordinator, **options)
        accessible.call(self.bus, *desktop.DBUS, 'UpdateActivationEnvironment', 'a{ss}', environment)

    def activate(self, app_id, window=True):
        """Presses the app's icon: the bus starts it, if it does not run."""
        self.eval(f'imports.gi.Shell.AppSystem.get_default().lookup_app({json.dumps(app_id + ".desktop")}).activate()')
        self.wait_name(app_id)
        return self.app_on_bus(app_id, window)

    def search(self, text):
        """Types into the overview."""
        self.eval('Main.overview.show()')
        self.wait_eval('Main.overview.visible && !Main.overview.animationInProgress', 'the overview to open')
        self.eval(f'Main.overview.searchEntry.text = {json.dumps(text)}')

    def results(self, app_id):
        """What an app's search provider has brought into the overview: name and description of each."""
        return self.eval(RESULTS % json.dumps(f'{app_id}.desktop'))

    def press_result(self, app_id, name):
        self.eval(f'{RESULT % (json.dumps(f"{app_id}.desktop"), json.dumps(name))}.activate()')

    def notifications(self):
        """All notifications that are there: source, title, body, urgency, acknowledged, and labels of buttons."""
        return self.eval(LIST)

    def notification(self, title):
        return next((n for n in self.notifications() if n['title'] == title), None)

    def wait_notification(self, title, timeout=None):
        return bellhop.wait_for(lambda: self.notification(title), f'the notification “{title}”', timeout)

    def wait_no_notification(self, title, timeout=None):
        bellhop.wait_for(lambda: not self.notification(title), f'the notification “{title}” to go', timeout)

    def press_notification_button(self, title, label):
        self.wait_notification(title)
        self.eval(f'{FIND % json.dumps(title)}.actions.find(a => a.label === {json.dumps(label)}).activate()')

    def press_notification(self, title):
        """Presses the notification itself."""
        self.wait_notification(title)
        self.eval(f'{FIND % json.dumps(title)}.activate()')

    def windows(self):
        """Titles of the windows that are shown."""
        return self.eval('global.get_window_actors().map(actor => actor.meta_window.title)')

    def focused(self):
        """The title of the window that has the keyboard, or None."""
        return self.eval('global.display.focus_window ? global.display.focus_window.title : null')

    def show_notifications(self):
        """Opens the list of notifications, for a picture."""
        self.eval('Main.panel.statusArea.dateMenu.menu.open()')

    def key(self, *names):
        """Presses keys as “Return” or “ctrl+n”."""
        modifiers = {'ctrl': 'Control_L', 'shift': 'Shift_L', 'alt': 'Alt_L', 'super': 'Super_L'}
        for name in names:
            keys = [modifiers.get(part, part) for part in name.split('+')]
            for pressed, order in (('PRESSED', keys), ('RELEASED', keys[::-1])):
                for key in order:
                    self.eval(f'global.bellhopKeyboard.notify_keyval(imports.gi.GLib.get_monotonic_time(), '
                              f'imports.gi.Clutter.KEY_{key}, imports.gi.Clutter.KeyState.{pressed})')

    def mouse(self, x, y, button=1, times=1):
        """Clicks at a place of the screen."""
        self.eval(f'global.bellhopPointer.notify_absolute_motion(imports.gi.GLib.get_monotonic_time(), {x}, {y})')
        for pressed in ('PRESSED', 'RELEASED') * times:
            self.eval(f'global.bellhopPointer.notify_button(imports.gi.GLib.get_monotonic_time(), {BUTTONS[button]}, '
                      f'imports.gi.Clutter.ButtonState.{pressed})')

    def picture(self, name, settle=True):
        """Saves what is on the screen."""
        return self.shoot(name, settle, 'Screenshot', 'bbs', False, False)

    def picture_window(self, name, settle=True):
        """Saves the focused window with its shadow, for a page that shows the app."""
        return self.shoot(name, settle, 'ScreenshotWindow', 'bbbs', True, False, False)

    def shoot(self, name, settle, method, signature, *arguments):
        path = self.picture_path(name)
        last = None
        for _ in range(10):
            done = accessible.call(self.bus, 'org.gnome.Shell.Screenshot', '/org/gnome/Shell/Screenshot',
                                   'org.gnome.Shell.Screenshot', method, signature, *arguments, str(path))
            if not done[0]:
                raise AssertionError('the shell took no picture')
            # what still moves is taken again, a few times
            if not settle or path.read_bytes() == last:
                break
            last = path.read_bytes()
            time.sleep(0.2)
        return path

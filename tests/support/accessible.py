# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What a screen reader sees: the accessible objects of an app, asked for over D-Bus without libatspi, whose one
connection a process would outlive the session of a test."""

import re
import time

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

import bellhop  # noqa: E402

A11Y = 'org.a11y.atspi.'
REGISTRY = ('org.a11y.atspi.Registry', '/org/a11y/atspi/accessible/root')
TIMEOUT_MS = 10_000
# the actions that stand for a click, the most telling first
CLICK = ('click', 'activate', 'toggle', 'select', 'press')
# of AtspiRelationType
DESCRIBED_BY = 18
# the bits of a state set, in their order
STATES = '''invalid active armed busy checked collapsed defunct editable enabled expandable expanded focusable focused
has-tooltip horizontal iconified modal multi-line multiselectable opaque pressed resizable selectable selected sensitive
showing single-line stale transient vertical visible manages-descendants indeterminate required truncated animated
invalid-entry supports-autocompletion selectable-text is-default visited checkable has-popup read-only'''.split()


def connect(address):
    flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    return Gio.DBusConnection.new_for_address_sync(address, flags, None, None)


def call(bus, name, path, interface, method, signature=None, *arguments):
    """One method call; returns its only value, or all of them as a tuple."""
    parameters = GLib.Variant(f'({signature})', arguments) if signature else None
    result = bus.call_sync(name, path, interface, method, parameters, None, Gio.DBusCallFlags.NONE, TIMEOUT_MS, None).unpack()
    return result[0] if len(result) == 1 else result


def matches(value, wanted):
    """Wanted is a text to be equal to, a pattern to be found, a set to be in, or anything when it is None."""
    if wanted is None:
        return True
    if isinstance(wanted, re.Pattern):
        return wanted.search(value) is not None
    if isinstance(wanted, (set, frozenset, tuple, list)):
        return value in wanted
    return value == wanted


class Gone(Exception):
    """The object is no longer there; lists make and drop them while one looks."""


class Node:
    """One accessible object."""

    def __init__(self, bus, name, path, app=None):
        self.bus, self.owner, self.path, self.app = bus, name, path, app

    def __eq__(self, other):
        return isinstance(other, Node) and (self.owner, self.path) == (other.owner, other.path)

    def __hash__(self):
        return hash((self.owner, self.path))

    def __repr__(self):
        try:
            return f'<{self.role} {self.name!r} {self.path}>'
        except Gone:
            return f'<gone {self.path}>'

    def call(self, interface, method, signature=None, *arguments):
        try:
            return call(self.bus, self.owner, self.path, A11Y + interface, method, signature, *arguments)
        except GLib.Error as error:
            if error.matches(Gio.dbus_error_quark(), Gio.DBusError.UNKNOWN_OBJECT) or \
                    error.matches(Gio.dbus_error_quark(), Gio.DBusError.UNKNOWN_METHOD) or \
                    error.matches(Gio.dbus_error_quark(), Gio.DBusError.SERVICE_UNKNOWN):
                raise Gone(f'{self.path}: {error.message}') from error
            raise

    def get(self, interface, property_name):
        try:
            return call(self.bus, self.owner, self.path, 'org.freedesktop.DBus.Properties', 'Get', 'ss',
                        A11Y + interface, property_name)
        except GLib.Error as error:
            raise Gone(f'{self.path}: {error.message}') from error

    @property
    def name(self):
        return self.get('Accessible', 'Name')

    @property
    def description(self):
        return self.get('Accessible', 'Description')

    @property
    def role(self):
        return self.call('Accessible', 'GetRoleName')

    @property
    def states(self):
        low, high = self.call('Accessible', 'GetState')
        bits = low | high << 32
        return {name for i, name in enumerate(STATES) if bits >> i & 1}

    @property
    def showing(self):
        return 'showing' in self.states

    @property
    def in_sight(self):
        """Whether it may have something in it that is; each question costs a turn of the app's main loop."""
        return self.showing or self.role in ('application', 'desktop frame')

    @property
    def sensitive(self):
        return 'sensitive' in self.states

    @property
    def interfaces(self):
        return {name.removeprefix(A11Y) for name in self.call('Accessible', 'GetInterfaces')}

    @property
    def attributes(self):
        return self.call('Accessible', 'GetAttributes')

    @property
    def described(self):
        """What is said of it besides its name: its description, and what it is described by."""
        targets = [target for kind, targets in self.call('Accessible', 'GetRelationSet') if kind == DESCRIBED_BY for target in targets]
        said = [self.description] + [Node(self.bus, name, path, self.app).name for name, path in targets]
        return ', '.join(dict.fromkeys(filter(None, said)))

    @property
    def children(self):
        return [Node(self.bus, name, path, self.app) for name, path in self.call('Accessible', 'GetChildren')]

    @property
    def parent(self):
        name, path = self.get('Accessible', 'Parent')
        return Node(self.bus, name, path, self.app)

    @property
    def extents(self):
        """(x, y, width, height) in the window. GTK 4.18 leaves the padding of the parents out: not to be trusted for
        what is small and deep."""
        return self.call('Component', 'GetExtents', 'u', 1)

    @property
    def window(self):
        node = self
        while node.parent.role != 'application':
            node = node.parent
        return node

    @property
    def text(self):
        """The text of a label, an entry or a text view."""
        if 'Text' not in self.interfaces:
            return self.name
        # -1 for the end is not understood by every widget
        return self.call('Text', 'GetText', 'ii', 0, self.get('Text', 'CharacterCount'))

    @property
    def value(self):
        return self.get('Value', 'CurrentValue')

    @property
    def actions(self):
        return [self.call('Action', 'GetName', 'i', i) for i in range(self.get('Action', 'NActions'))]

    def walk(self, showing=True):
        """The object and all below it, parents first; what is gone meanwhile is left out."""
        try:
            if showing and not self.in_sight:
                return
            children = self.children
        except Gone:
            return
        yield self
        for child in children:
            yield from child.walk(showing)

    def find_all(self, role=None, name=None, showing=True, where=None):
        found = []
        for node in self.walk(showing):
            try:
                if (role is None or matches(node.role, role)) and (name is None or matches(node.name, name)) and \
                        (where is None or where(node)):
                    found.append(node)
            except Gone:
                pass
        return found

    def find(self, role=None, name=None, timeout=None, showing=True, where=None):
        """Waits for the first such object: role and name are texts, patterns or sets; where is a function of it."""
        try:
            return bellhop.wait_for(lambda: next(iter(self.find_all(role, name, showing, where)), None),
                                    f'{role or "an object"} {name or ""}', timeout)
        except AssertionError as error:
            raise AssertionError(f'{error}; there is\n{self.dump()}') from None

    def wait_gone(self, role=None, name=None, timeout=None, where=None):
        bellhop.wait_for(lambda: not self.find_all(role, name, where=where), f'{role or "an object"} {name or ""} to go', timeout)

    def wait(self, condition, what, timeout=None):
        """Waits until condition(self) is true, and returns what it returned."""
        return bellhop.wait_for(lambda: condition(self), what, timeout)

    def do(self, *names):
        """Does the first of the named actions that it has; by default what a click does."""
        there = self.actions if 'Action' in self.interfaces else []
        name = next((name for name in names or CLICK if name in there), None)
        if name is None:
            raise AssertionError(f'{self!r} has no action of {names or CLICK}, but {there}')
        if not self.call('Action', 'DoAction', 'i', there.index(name)):
            raise AssertionError(f'{self!r} did not do {name}')
        return self

    def click(self, button=1):
        """As a person would: by its action where it has one, else with the mouse in its middle."""
        self.wait(lambda node: node.sensitive, f'{self!r} to be sensitive')
        if button == 1 and 'Action' in self.interfaces and set(CLICK) & set(self.actions):
            return self.do()
        self.app.session.mouse(*self.middle(), button=button)
        return self

    def middle(self):
        x, y, width, height = self.extents
        # the window's own are those of its frame in what it contains, which they are given in
        left, top = self.window.extents[:2]
        return x - 2 * left + width // 2, y - 2 * top + height // 2

    def press(self, *keys):
        """Gives it the focus and presses keys: “Return”, or “Menu” for its context menu."""
        self.focus()
        self.app.session.key(*keys)
        return self

    def focus(self):
        """GTK lets nobody else move its focus: with the mouse into a text, else with the Tab key."""
        if 'editable' in self.states and 'focused' not in self.states:
            self.app.session.mouse(*self.middle())
            for _ in range(20):
                if 'focused' in self.states:
                    break
                time.sleep(0.02)
        for _ in range(100):
            if 'focused' in self.states:
                return self
            # which a text view would take for itself
            inside = self.window.find_all(where=lambda node: {'focused', 'editable', 'multi-line'} <= node.states)
            self.app.session.key('ctrl+Tab' if inside else 'Tab')
        raise AssertionError(f'{self!r} is not reached with the Tab key')

    def set_text(self, text):
        """Replaces all of its text; where that is not offered, by the keyboard."""
        if 'EditableText' in self.interfaces:
            self.call('EditableText', 'SetTextContents', 's', text)
        else:
            self.focus()
            self.app.session.key('ctrl+a', 'Delete')
            self.app.session.type(text)
        return self

    def dump(self, depth=0, showing=True):
        """The tree as text, for a person who looks why something was not found."""
        try:
            if showing and not self.in_sight:
                return ''
            line = '  ' * depth + f'{self.role} {self.name!r}'
            return line + '\n' + ''.join(child.dump(depth + 1, showing) for child in self.children)
        except Gone:
            return ''


class Announcements:
    """What apps have said aloud, in its order."""

    def __init__(self, bus):
        self.heard = []
        self.bus = bus
        self.subscription = bus.signal_subscribe(None, A11Y + 'Event.Object', 'Announcement', None, None, Gio.DBusSignalFlags.NONE,
                                                 lambda *arguments: self.heard.append(arguments[5].unpack()[3]))

    def wait(self, text):
        def came():
            while GLib.MainContext.default().iteration(False):
                pass
            return text in self.heard

        try:
            bellhop.wait_for(came, f'{text!r} to be announced')
        except AssertionError as error:
            raise AssertionError(f'{error}; heard were {self.heard}') from None

    def close(self):
        self.bus.signal_unsubscribe(self.subscription)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def application(bus, pid, app, timeout=None):
    """The root object of a process's accessible objects, once it has a window."""
    root = Node(bus, *REGISTRY)

    def find():
        for node in root.children:
            try:
                if call(bus, 'org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus',
                        'GetConnectionUnixProcessID', 's', node.owner) == pid:
                    node.app = app
                    return node if node.children else None
            except (Gone, GLib.Error):
                continue
        if app.process.poll() is not None:
            raise AssertionError(f'the app ended with {app.process.returncode}:\n{app.log_text()}')
        return None

    return bellhop.wait_for(find, 'the app to have a window', timeout)

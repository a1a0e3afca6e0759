# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""A window with a little of everything, for the tests of the test desktop."""

import sys

import gi

gi.require_version('Adw', '1')
gi.require_version('Gtk', '4.0')
from gi.repository import Adw, GLib, Gtk  # noqa: E402


def warn(*_):
    GLib.log_variant('fixture', GLib.LogLevelFlags.LEVEL_WARNING,
                     GLib.Variant('a{sv}', {'MESSAGE': GLib.Variant('s', 'as the test wants')}))


def activate(app):
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
    said = Gtk.Label(label='nothing yet')
    press, warning = Gtk.Button(label='Press'), Gtk.Button(label='Warn')
    entry, view, mouse = Gtk.Entry(), Gtk.TextView(vexpand=True), Gtk.Label(label='by mouse')
    gesture = Gtk.GestureClick()
    gesture.connect('pressed', lambda *_: said.set_label('clicked'))
    mouse.add_controller(gesture)
    press.connect('clicked', lambda *_: said.set_label('pressed'))
    warning.connect('clicked', warn)
    entry.connect('activate', lambda *_: said.set_label(entry.get_text()))
    rtl = Gtk.Widget.get_default_direction() == Gtk.TextDirection.RTL
    dark = Adw.StyleManager.get_default().get_dark()
    for child in (said, press, warning, entry, view, mouse, Gtk.Label(label='rtl' if rtl else 'ltr'),
                  Gtk.Label(label='dark' if dark else 'light')):
        box.append(child)
    Adw.ApplicationWindow(application=app, content=box, title='Fixture').present()


app = Adw.Application(application_id='org.bellhop.Fixture')
app.connect('activate', activate)
sys.exit(app.run(None))

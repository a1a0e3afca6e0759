# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""An app without a window that asks by a notification with two buttons, and writes down what was pressed."""

import sys

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

app = Gio.Application(application_id='org.bellhop.Fixture')


def answered(_, value):
    with open(sys.argv[1], 'w') as file:
        file.write(value.get_string())
    app.withdraw_notification('question')
    app.release()


def activate(_):
    app.hold()
    notification = Gio.Notification.new('Fix the flaky test')
    notification.set_body('Where should the toggle live?')
    for label, value in (('Toolbar', 'toolbar'), ('Menu', 'menu')):
        notification.add_button_with_target(label, 'app.answer', GLib.Variant('s', value))
    app.send_notification('question', notification)


action = Gio.SimpleAction.new('answer', GLib.VariantType('s'))
action.connect('activate', answered)
app.add_action(action)
app.connect('activate', activate)
sys.exit(app.run(sys.argv[:1]))

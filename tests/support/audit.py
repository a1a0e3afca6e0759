# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What is wrong with a view for whoever hears it, or has only the keyboard."""

import re

import accessible
import bellhop

# what is there to be pressed, chosen or written in
CONTROLS = {'button', 'push button', 'toggle button', 'menu button', 'checkbox', 'radio', 'switch', 'text box', 'search box', 'password text',
            'combo box', 'entry', 'link', 'menu item', 'menu item checkbox', 'menu item radio', 'slider', 'spin button', 'tab'}
CHECKABLE = {'checkbox', 'radio', 'switch', 'menu item checkbox', 'menu item radio'}
# what holds others, which have the focus in its place
HOLDERS = {'generic', 'group', 'list', 'panel', 'filler', 'table', 'tab list', 'scroll pane'}
# a name that only says what kind of thing it is
MEANINGLESS = re.compile(r'^(\s*|button|image|icon|label|row|entry|(Gtk|Adw|Bh)[A-Z]\w+|.*-symbolic)$', re.I)


def within(node, *roles):
    """Whether it is a part of something of these roles."""
    while node.role not in ('application', 'window', 'dialog', 'alert dialog') and node.parent.owner:
        node = node.parent
        if node.role in roles:
            return True
    return False


def is_part(node):
    """The inner part of a widget that is named as a whole, and the outer one of a row whose header is named: neither
    has the focus itself."""
    if node.role == 'list item':
        return within(node, 'combo box') or node.find_all('list item')[1:] != []
    return node.parent.role in CONTROLS


def control_faults(node, role, states):
    if MEANINGLESS.match(node.name) and not is_part(node):
        yield f'{node!r} has no name that says anything'
    if role in CHECKABLE and 'checkable' not in states:
        yield f'{node!r} does not say whether it is checked'


def node_faults(node):
    role, states = node.role, node.states
    if role in CONTROLS or (role == 'list item' and 'focusable' in states):
        yield from control_faults(node, role, states)
    elif 'focusable' in states and role in HOLDERS:
        if not node.children:
            yield f'{node!r} can have the focus, and has neither a role that fits nor anything in it'
    elif 'focusable' in states and MEANINGLESS.match(node.name):
        yield f'{node!r} can have the focus, and has no name'
    if role == 'image' and MEANINGLESS.match(node.name):
        yield f'{node!r} is a picture without words; one that means nothing is to be for presentation only'


def place(node):
    """The names on the way to it."""
    names = []
    while node.role != 'application' and node.parent.owner:
        node = node.parent
        names.append(node.name)
    return tuple(names)


def same(nodes):
    """Buttons that nobody could tell apart."""
    known = {}
    for node in nodes:
        key = (node.name, place(node))
        # what is in two places of the tree is still one
        if known.get(key, node) != node:
            yield f'{node!r} and {known[key]!r} are told apart by nothing'
        known[key] = node


def faults(root):
    """What of all that is in sight says too little."""
    found, buttons = [], []
    for node in root.walk():
        try:
            found += node_faults(node)
            if node.role == 'button' and 'focusable' in node.states and not node.described:
                buttons.append(node)
        except accessible.Gone:
            pass
    return found + list(same(buttons))


# --- the focus


def focused(root):
    """What has the keyboard."""
    for node in root.walk():
        try:
            if 'focused' in node.states:
                return node
        except accessible.Gone:
            pass
    return None


def key(app, *keys):
    """Presses keys, one after the other, each of which has to move the focus; returns where it is then."""
    for pressed in keys:
        before = focused(app.root)
        app.session.key(pressed)
        try:
            bellhop.wait_for(lambda: focused(app.root) not in (None, before), f'{pressed} to move the focus from {before!r}', 5)
        except AssertionError as error:
            raise AssertionError(f'{error}; it is a trap') from None
    return focused(app.root)


def walk(app, pressed='Tab', most=60):
    """The names of what the key goes through until it is back where it began, which it has to come."""
    stops = []
    for _ in range(most):
        node = key(app, pressed)
        if MEANINGLESS.match(node.name):
            raise AssertionError(f'{node!r} has the focus, and says nothing; before it were {[name for _, name in stops]}')
        if stops and node == stops[0][0]:
            return [name for _, name in stops]
        stops.append((node, node.name))
    raise AssertionError(f'{pressed} does not come back to where it began: {[name for _, name in stops]}')

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


class Seen:
    """An object as it was, with what was in sight below it: each question to the app costs a turn of its main loop."""

    def __init__(self, node, parent=None):
        self.node, self.parent = node, parent
        self.role, self.name, self.states, children = node.role, node.name, node.states, node.children
        self.holds, self.children = bool(children), []
        for child in children:
            try:
                if child.showing or node.role == 'application':
                    self.children.append(Seen(child, self))
            except accessible.Gone:
                pass

    def __repr__(self):
        return f'<{self.role} {self.name!r} {self.node.path}>'

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()

    def above(self):
        """What it is in, the nearest first."""
        while self.parent is not None:
            self = self.parent
            yield self


def is_part(seen):
    """The inner part of a widget that is named as a whole, and the outer one of a row whose header is named: neither
    has the focus itself."""
    if seen.role == 'list item':
        return any(outer.role == 'combo box' for outer in seen.above()) or \
            any(inner.role == 'list item' for child in seen.children for inner in child.walk())
    return seen.parent is not None and seen.parent.role in CONTROLS


def control_faults(seen):
    if MEANINGLESS.match(seen.name) and not is_part(seen):
        yield f'{seen!r} has no name that says anything'
    if seen.role in CHECKABLE and 'checkable' not in seen.states:
        yield f'{seen!r} does not say whether it is checked'


def node_faults(seen):
    role, focusable = seen.role, 'focusable' in seen.states
    if role in CONTROLS or (role == 'list item' and focusable):
        yield from control_faults(seen)
    elif focusable and role in HOLDERS:
        if not seen.holds:
            yield f'{seen!r} can have the focus, and has neither a role that fits nor anything in it'
    elif focusable and MEANINGLESS.match(seen.name):
        yield f'{seen!r} can have the focus, and has no name'
    if role == 'image' and MEANINGLESS.match(seen.name):
        yield f'{seen!r} is a picture without words; one that means nothing is to be for presentation only'


def is_described(seen):
    try:
        return bool(seen.node.described)
    except accessible.Gone:
        return True


def same(buttons):
    """Buttons that nobody could tell apart."""
    known = {}
    for seen in buttons:
        key = (seen.name, tuple(outer.name for outer in seen.above()))
        # what is in two places of the tree is still one
        first = known.setdefault(key, seen)
        if first.node != seen.node and not is_described(first) and not is_described(seen):
            yield f'{seen!r} and {first!r} are told apart by nothing'


def faults(root):
    """What of all that is in sight says too little."""
    seen = list(Seen(root).walk())
    found = [fault for one in seen for fault in node_faults(one)]
    return found + list(same(one for one in seen if one.role == 'button' and 'focusable' in one.states))


# --- the focus


def focused(node):
    """What has the keyboard, of what is below it."""
    try:
        states = node.states
        if 'focused' in states:
            return node
        if 'showing' not in states and not node.in_sight:
            return None
        # a dialog comes after what it is in front of
        return next(filter(None, map(focused, reversed(node.children))), None)
    except accessible.Gone:
        return None


def move(app, pressed, before):
    """Presses a key, which has to move the focus; returns where it is then."""
    def moved():
        node = focused(app.root)
        return node if node != before else None

    app.session.key(pressed)
    try:
        return bellhop.wait_for(moved, f'{pressed} to move the focus from {before!r}')
    except AssertionError as error:
        raise AssertionError(f'{error}; it is a trap') from None


def key(app, *keys):
    """Presses keys, one after the other, each of which has to move the focus; returns where it is then."""
    node = focused(app.root)
    for pressed in keys:
        node = move(app, pressed, node)
    return node


def walk(app, pressed='Tab', most=60):
    """The names of what the key goes through until it is back where it began, which it has to come."""
    stops, node = [], focused(app.root)
    for _ in range(most):
        node = move(app, pressed, node)
        name = node.name
        if MEANINGLESS.match(name):
            raise AssertionError(f'{node!r} has the focus, and says nothing; before it were {[name for _, name in stops]}')
        if stops and node == stops[0][0]:
            return [name for _, name in stops]
        stops.append((node, name))
    raise AssertionError(f'{pressed} does not come back to where it began: {[name for _, name in stops]}')

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""A language that nobody speaks: every word of the app in Hebrew letters, written from right to left, and longer by
two fifths. What is Latin all the same has not gone through the catalogue; what has no room will have none in
Finnish either.

The toolkit speaks real Hebrew then: “he@pseudo” falls back to “he” where there is no catalogue for it."""

import ast
import os
import pathlib
import re
import subprocess
import tempfile

import bellhop
import screen

LANGUAGE = 'he@pseudo'
LETTERS = dict(zip('abcdefghijklmnopqrstuvwxyz', 'אבגדהוזחטיכלמנסעפצקרשתבדגמ'))
# what printf and g_date_time_format() fill in
PLACEHOLDER = re.compile(r'(%(?:\d+\$)?[-#0 +^_]*\d*(?:\.\d+)?(?:hh|ll|[hlzjtL])?[A-Za-z%])')
LONGER = 0.4
FILLER = 'לורם'
HEADER = r'''msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

'''


def translate(text):
    """“Start %s” as it would be in that language."""
    parts = PLACEHOLDER.split(text)
    parts[::2] = [''.join(LETTERS.get(letter.lower(), letter) for letter in part) for part in parts[::2]]
    letters = sum(letter.isalpha() for part in parts[::2] for letter in part)
    more = round(letters * LONGER)
    words = [FILLER[:min(len(FILLER), more - at)] for at in range(0, more, len(FILLER))]
    end = re.search(r'\s*$', text).start()
    whole = ''.join(parts)
    return whole[:len(whole) - (len(text) - end)] + ''.join(' ' + word for word in words) + text[end:]


def quoted(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n').replace('\t', '\\t') + '"'


def entries(template):
    """(context, words, plural, flags) of each entry of a catalogue's template; context and plural may be None."""
    for block in template.split('\n\n')[1:]:
        fields, name = {}, None
        for line in block.splitlines():
            if line.startswith('#'):
                continue
            found = re.match(r'(msg\w+)(?:\[\d\])? (".*")$', line)
            name, value = found.groups() if found else (name, line)
            fields[name] = fields.get(name, '') + ast.literal_eval(value)
        flags = re.findall(r'^#, (.*)$', block, re.M)
        if fields.get('msgid'):
            yield fields.get('msgctxt'), fields['msgid'], fields.get('msgid_plural'), flags


def catalogue():
    """The whole catalogue as text."""
    with tempfile.TemporaryDirectory() as folder:
        template = pathlib.Path(folder, 'bellhop.pot')
        subprocess.run(['xgettext', '--from-code=UTF-8', '--keyword=_', '--keyword=N_', '--keyword=C_:1c,2', '--keyword=NC_:1c,2',
                        '--keyword=g_dpgettext2:2c,3', '--no-wrap', '--files-from', str(bellhop.SOURCE / 'po' / 'POTFILES.in'),
                        '--directory', str(bellhop.SOURCE), '--output', str(template)], check=True, capture_output=True)
        text = HEADER
        for context, words, plural, flags in entries(template.read_text()):
            text += ''.join(f'#, {flag}\n' for flag in flags)
            text += f'msgctxt {quoted(context)}\n' if context else ''
            text += f'msgid {quoted(words)}\n'
            if plural:
                text += f'msgid_plural {quoted(plural)}\nmsgstr[0] {quoted(translate(words))}\nmsgstr[1] {quoted(translate(plural))}\n\n'
            else:
                text += f'msgstr {quoted(translate(words))}\n\n'
        return text


def install():
    """Puts it among the catalogues of the build folder, whole or not at all, and returns the name of the language."""
    screen.need('xgettext', 'msgfmt')
    folder = bellhop.BUILD / 'po' / LANGUAGE / 'LC_MESSAGES'
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f'.{os.getpid()}.mo'
    subprocess.run(['msgfmt', '--check-format', '--output-file', str(part), '-'], input=catalogue(), text=True, check=True)
    part.rename(folder / 'bellhop.mo')
    return LANGUAGE


if __name__ == '__main__':
    print(catalogue())

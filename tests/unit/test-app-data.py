# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""What the app brings along: what the desktop reads is valid, every word can be translated and is, the help is sound."""

import configparser
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import SOURCE  # noqa: E402
import tap  # noqa: E402

DATA = pathlib.Path(os.environ['G_TEST_BUILDDIR']).parent / 'data'
APP, PO, HELP = SOURCE / 'src' / 'app', SOURCE / 'po', SOURCE / 'help' / 'C'
LANGUAGES = ['de', 'es', 'fr', 'zh_CN']
# a call of gettext with a string, in C and in blueprints
TRANSLATED = re.compile(r'\b(?:_|N_|C_|NC_|ngettext|gettext|g_dpgettext2)\s*\(\s*"')

# a call that shows what it is given
SHOWING = re.compile(r'\b(?:\w+_set_problem|fail_page|bh_run_list_set_error|show_note|gtk_label_set_(?:text|label)|'
                     r'gtk_accessible_announce|adw_toast_new|\w+_set_(?:title|subtitle|description|tooltip_text)) \([^;]*\);')


def run(*command, **more):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120, **more)


def lines(path):
    return [line for line in path.read_text().splitlines() if line and not line.startswith('#')]


class Desktop(unittest.TestCase):
    def test_desktop_file(self):
        files = list(DATA.glob('*.desktop'))
        self.assertEqual(len(files), 1)
        result = run('desktop-file-validate', '--no-hints', files[0])
        self.assertEqual((result.returncode, result.stdout), (0, ''))
        text = files[0].read_text()
        self.assertIn(f'Icon={files[0].stem}\n', text)
        for language in LANGUAGES:
            self.assertIn(f'\nComment[{language}]=', text)

    def test_metainfo(self):
        files = list(DATA.glob('*.metainfo.xml'))
        self.assertEqual(len(files), 1)
        # there is no homepage before there is one
        result = run('appstreamcli', 'validate', '--no-net', '--no-color', '--override=url-homepage-missing=info', files[0])
        self.assertEqual(result.returncode, 0, result.stdout)
        root = ElementTree.parse(files[0]).getroot()
        self.assertEqual(root.find('launchable').text, root.find('id').text + '.desktop')
        summaries = {text.get('{http://www.w3.org/XML/1998/namespace}lang') for text in root.findall('summary')}
        # gettext 0.24 writes what AppStream asks for, others the locale's name
        summaries = {'zh_CN' if language in ('zh-CN', 'zh-Hans-CN') else language for language in summaries}
        self.assertEqual(summaries, {None, *LANGUAGES})

    def test_published_metainfo(self):
        """As -Dhomepage=… makes it."""
        text = (SOURCE / 'data' / 'org.bellhop.Bellhop.metainfo.xml.in.in').read_text()
        for name, value in {'app_id': 'org.bellhop.Bellhop', 'url': 'https://example.org/bellhop', 'published': '', 'end': ''}.items():
            text = text.replace(f'@{name}@', value)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, 'org.bellhop.Bellhop.metainfo.xml')
            path.write_text(text)
            result = run('appstreamcli', 'validate', '--no-net', '--no-color', path)
        self.assertEqual(result.returncode, 0, result.stdout)
        for picture in ElementTree.fromstring(text.split('?>', 1)[1]).iter('image'):
            self.assertTrue((SOURCE / picture.text.removeprefix('https://example.org/bellhop/')).exists(), picture.text)

    def test_development_profile(self):
        """Nothing of it has the name of anything of the other, so that both can be installed and run."""
        def names(data):
            schema = ElementTree.parse(next(data.glob('*.gschema.xml'))).find('schema')
            provider = next(data.glob('*.search-provider.ini')).read_text()
            return {schema.get('id'), schema.get('path'), *re.findall('^(?:BusName|ObjectPath)=(.*)$', provider, re.M),
                    *(path.name for path in data.iterdir() if 'Bellhop' in path.name), *(path.name for path in (data / 'dbus').glob('*Bellhop*'))}

        with tempfile.TemporaryDirectory() as folder:
            result = run('meson', 'setup', '-Dprofile=development', folder, SOURCE)
            self.assertEqual(result.returncode, 0, result.stdout)
            devel = names(pathlib.Path(folder, 'data'))
            installed = json.loads(pathlib.Path(folder, 'meson-info', 'intro-installed.json').read_text())
        self.assertGreater(len(devel), 6)
        self.assertEqual([name for name in devel if not re.search('Bellhop[./]Devel', name)], [])
        self.assertEqual({os.path.basename(name) for name in installed.values() if '/icons/' in name},
                         {'org.bellhop.Bellhop.Devel.svg', 'org.bellhop.Bellhop.Devel-symbolic.svg'})

    def test_bus_service(self):
        app_id = next(DATA.glob('*.desktop')).stem
        text = (DATA / 'dbus' / f'{app_id}.service').read_text()
        self.assertIn(f'\nName={app_id}\n', text)
        self.assertRegex(text, r'\nExec=/\S+/bellhop --gapplication-service\n')

    def test_search_provider(self):
        app_id = next(DATA.glob('*.desktop')).stem
        provider = configparser.ConfigParser()
        provider.read(DATA / f'{app_id}.search-provider.ini')
        self.assertEqual(dict(provider['Shell Search Provider']), {
            'desktopid': f'{app_id}.desktop', 'busname': app_id, 'version': '2',
            'objectpath': '/' + app_id.replace('.', '/') + '/SearchProvider'})

    def test_settings(self):
        result = run('glib-compile-schemas', '--strict', '--dry-run', DATA)
        self.assertEqual((result.returncode, result.stderr), (0, ''))
        schema = ElementTree.parse(next(DATA.glob('*.gschema.xml')))
        code = ''.join(path.read_text() for path in APP.rglob('*.[ch]'))
        self.assertEqual([key.get('name') for key in schema.iter('key') if f'"{key.get("name")}"' not in code], [])

    def test_icons(self):
        icons = SOURCE / 'data' / 'icons' / 'hicolor'
        for path in icons.rglob('*.svg'):
            root = ElementTree.parse(path).getroot()
            self.assertEqual(root.get('viewBox'), '0 0 16 16' if 'symbolic' in path.name else '0 0 128 128', path)
            # what names something else would not be found in a resource
            self.assertNotIn('<image', path.read_text())
        drawn = {path.stem for path in [*icons.rglob('*.svg'), *APP.rglob('*.svg')]}
        for path in [*APP.rglob('*.c'), *APP.rglob('*.blp')]:
            for name in re.findall(r'"(bh-[a-z-]+-symbolic)"', path.read_text()):
                self.assertIn(name, drawn, path)


class Translations(unittest.TestCase):
    maxDiff = None

    def test_every_file_is_named(self):
        words = {str(path.relative_to(SOURCE)) for folder in (APP, SOURCE / 'src' / 'client') for path in folder.rglob('*')
                 if path.suffix in ('.blp', '.ui') or path.suffix in ('.c', '.h') and TRANSLATED.search(path.read_text())}
        words |= {f'data/org.bellhop.Bellhop.{name}' for name in ('desktop.in.in', 'gschema.xml.in', 'metainfo.xml.in.in')}
        self.assertEqual(lines(PO / 'POTFILES.in'), sorted(words))

    def test_blueprints(self):
        blueprints = list(APP.rglob('*.blp'))
        result = run('blueprint-compiler', 'format', '--no-diff', *blueprints)
        self.assertEqual(result.returncode, 0, result.stdout)
        for path in blueprints:
            # every word that is shown can be translated
            for line in path.read_text().splitlines():
                bare = re.match(r'\s*(?:title|subtitle|label|description|tooltip-text|placeholder-text|heading|body): "(.*)";', line)
                self.assertFalse(bare and re.search('[a-z]{3}', bare[1]), f'{path.name}: {line}')

    def test_words_in_code(self):
        """What calls that show something are given as it is can be translated."""
        for path in [*APP.rglob('*.c'), *(SOURCE / 'src' / 'client').rglob('*.c')]:
            for call in SHOWING.findall(path.read_text()):
                bare = re.findall('"[^"]*[a-z]{2} [a-z][^"]*"', re.sub(r'\b\w*_ \("[^"]*"\)', '', call))
                self.assertEqual(bare, [], path.name)

    def test_languages(self):
        self.assertEqual(lines(PO / 'LINGUAS'), LANGUAGES)
        with tempfile.TemporaryDirectory() as folder:
            pot = pathlib.Path(folder, 'bellhop.pot')
            result = run('xgettext', '--from-code=UTF-8', '--add-comments', '--keyword=_', '--keyword=N_',
                         '--keyword=C_:1c,2', '--keyword=NC_:1c,2', '--keyword=g_dpgettext2:2c,3', '--files-from', PO / 'POTFILES.in',
                         '--directory', SOURCE, '--output', pot)
            self.assertEqual(result.returncode, 0, result.stderr)
            for language in LANGUAGES:
                with self.subTest(language):
                    self.check(PO / f'{language}.po', pot, pathlib.Path(folder, f'{language}.po'))

    def check(self, catalogue, pot, merged):
        result = run('msgfmt', '--check', '--output-file', os.devnull, catalogue)
        self.assertEqual((result.returncode, result.stderr), (0, ''))
        # against the words there are now
        result = run('msgmerge', '--quiet', '--no-fuzzy-matching', '--output-file', merged, catalogue, pot)
        self.assertEqual(result.returncode, 0, result.stderr)
        for attribute in ('--untranslated', '--only-fuzzy'):
            left = run('msgattrib', attribute, '--no-obsolete', '--no-location', '--no-wrap', merged).stdout
            self.assertNotIn('msgid', left, 'run: meson compile bellhop-update-po, then translate')
        obsolete = run('msgattrib', '--only-obsolete', '--no-wrap', merged).stdout
        self.assertNotIn('msgid', obsolete)


class Help(unittest.TestCase):
    def test_pages(self):
        pages = sorted(HELP.glob('*.page'))
        for check in ('validate', 'links', 'orphans'):
            result = run('yelp-check', check, *pages)
            self.assertEqual((result.returncode, result.stdout.strip(), result.stderr.strip()), (0, '', ''), check)
        listed = (SOURCE / 'help' / 'meson.build').read_text()
        for page in pages:
            self.assertIn(f"'{page.name}'", listed)

    def test_pictures(self):
        wanted = set()
        for page in HELP.glob('*.page'):
            wanted |= set(re.findall(r'src="figures/([^"]+)"', page.read_text()))
        listed = (SOURCE / 'help' / 'meson.build').read_text()
        for name in wanted:
            self.assertIn(f"'{name}'", listed)


if __name__ == '__main__':
    tap.main()

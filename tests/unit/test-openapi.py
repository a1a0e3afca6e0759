# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""The OpenAPI document is sound, and its schemas are what the C codecs write (dump-records prints that)."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
import tap  # noqa: E402

DUMP = pathlib.Path(os.environ['G_TEST_BUILDDIR']) / 'unit' / 'dump-records'
DOCUMENT = pathlib.Path(os.environ['BELLHOP_SOURCE']) / 'data' / 'openapi' / 'openapi.json'
METHODS = ('get', 'post', 'put', 'patch', 'delete')
ENUMS = {
    'BhMode': 'Mode', 'BhKeep': 'Keep', 'BhPermissions': 'Permissions', 'BhRunState': 'RunState', 'BhRowKind': 'RowKind', 'BhRowState': 'RowState',
    'BhPart': 'Part', 'BhMessageState': 'MessageState', 'BhQuestionKind': 'QuestionKind', 'BhSetState': 'SetState',
}
TYPES = {'string': str, 'boolean': bool, 'object': dict, 'array': list, 'null': type(None)}


def refuse_duplicates(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f'a name is there twice: {names}')
    return dict(pairs)


def references(node):
    if isinstance(node, dict):
        if '$ref' in node:
            yield node['$ref']
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


class Openapi(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.document = json.loads(DOCUMENT.read_text(encoding='utf-8'), object_pairs_hook=refuse_duplicates)
        cls.schemas = cls.document['components']['schemas']
        printed = subprocess.run([str(DUMP)], capture_output=True, text=True, check=True, timeout=30)
        cls.dump = json.loads(printed.stdout)
        cls.enums = cls.dump.pop('enums')
        cls.errors = cls.dump.pop('errors')

    def resolve(self, node):
        while '$ref' in node:
            target = self.document
            for name in node['$ref'].removeprefix('#/').split('/'):
                self.assertIn(name, target, f'{node["$ref"]} leads nowhere')
                target = target[name]
            node = target
        return node

    def operations(self):
        for path, item in self.document['paths'].items():
            for method in METHODS:
                if method in item:
                    yield f'{method} {path}', item, item[method]

    def check(self, value, schema, where):
        """What of JSON Schema the document uses, and strict: every property is there, and no other."""
        schema = self.resolve(schema)
        if 'oneOf' in schema:
            fitting = [s for s in schema['oneOf'] if self.resolve(s).get('type') != 'null']
            self.assertEqual(len(fitting), 1, f'{where}: which of them?')
            self.check(value, fitting[0], where)
            return
        types = schema['type'] if isinstance(schema['type'], list) else [schema['type']]
        self.assertTrue(any(self.has_type(value, name) for name in types), f'{where}: {value!r} is not of {types}')
        if 'enum' in schema:
            self.assertIn(value, schema['enum'], where)
        if isinstance(value, dict) and 'properties' in schema:
            self.assertEqual(sorted(value), sorted(schema['properties']), where)
            for name, member in value.items():
                self.check(member, schema['properties'][name], f'{where}.{name}')
        if isinstance(value, list):
            for i, member in enumerate(value):
                self.check(member, schema['items'], f'{where}[{i}]')

    @staticmethod
    def has_type(value, name):
        if name in ('integer', 'number'):
            kinds = int if name == 'integer' else (int, float)
            return isinstance(value, kinds) and not isinstance(value, bool)
        return isinstance(value, TYPES[name])

    def test_references_resolve(self):
        for reference in references(self.document):
            self.assertTrue(reference.startswith('#/'), reference)
            self.resolve({'$ref': reference})

    def test_components_are_used(self):
        used = set(references(self.document))
        for kind in ('schemas', 'parameters', 'responses'):
            for name in self.document['components'][kind]:
                self.assertIn(f'#/components/{kind}/{name}', used)

    def test_records_are_what_the_codecs_write(self):
        for name, record in self.dump.items():
            self.assertIn(name, self.schemas)
            self.check(record, self.schemas[name], name)

    def test_records_are_complete(self):
        for name in self.dump:
            schema = self.schemas[name]
            if name != 'RunRequest':
                self.assertEqual(sorted(schema['required']), sorted(schema['properties']), name)

    def test_error_codes(self):
        self.assertEqual(self.schemas['ErrorCode']['enum'], list(self.errors))

    def test_enumerations(self):
        self.assertEqual(sorted(ENUMS), sorted(self.enums))
        for c_name, name in ENUMS.items():
            self.assertEqual(self.schemas[name]['enum'], self.enums[c_name], name)

    def test_codes_are_under_their_status(self):
        for where, _, operation in self.operations():
            for status, response in operation['responses'].items():
                text = self.resolve(response)['description']
                if not text.startswith('Codes: '):
                    continue
                for code in text.removeprefix('Codes: ').rstrip('.').split(', '):
                    self.assertEqual(str(self.errors.get(code)), status, f'{where}: {code}')

    def test_operations_are_described(self):
        names = set()
        tags = {tag['name'] for tag in self.document['tags']}
        for where, item, operation in self.operations():
            self.assertNotIn(operation['operationId'], names)
            names.add(operation['operationId'])
            self.assertTrue(operation['summary'], where)
            self.assertTrue(set(operation['tags']) <= tags, where)
            self.assertTrue(any(status[0] in '12' for status in operation['responses']), where)
            self.assertIn('default', operation['responses'], where)
            path = where.split(' ')[1]
            parameters = [self.resolve(p) for p in item.get('parameters', []) + operation.get('parameters', [])]
            in_path = [p['name'] for p in parameters if p['in'] == 'path']
            self.assertEqual([part[1:-1] for part in path.split('/') if part.startswith('{')], in_path, where)
            for parameter in parameters:
                self.assertTrue(parameter['description'], f'{where}: {parameter["name"]}')

    def test_problems_are_problem_documents(self):
        for where, _, operation in self.operations():
            for status, response in operation['responses'].items():
                if status[0] not in '12':
                    self.assertEqual(list(self.resolve(response)['content']), ['application/problem+json'], where)

    def test_requests_are_closed(self):
        """A typo is refused, and the document says so."""
        for where, _, operation in self.operations():
            if 'requestBody' not in operation:
                continue
            schema = self.resolve(operation['requestBody']['content']['application/json']['schema'])
            for form in schema.get('oneOf', [schema]):
                self.assertIs(form['additionalProperties'], False, where)


if __name__ == '__main__':
    tap.main()

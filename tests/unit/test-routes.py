# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""The OpenAPI document says what the server's routes are: methods, paths and query parameters."""

import json
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'support'))
from bellhop import BUILD, SOURCE  # noqa: E402
import tap  # noqa: E402

METHODS = ('get', 'post', 'put', 'patch', 'delete')


def resolve(document, node):
    while '$ref' in node:
        target = document
        for name in node['$ref'].lstrip('#/').split('/'):
            target = target[name]
        node = target
    return node


class Routes(unittest.TestCase):
    def test_routes_are_described(self):
        document = json.loads((SOURCE / 'data' / 'openapi' / 'openapi.json').read_text())
        described = {}
        for path, item in document['paths'].items():
            shared = item.get('parameters', [])
            for method in METHODS:
                if method in item:
                    parameters = [resolve(document, p) for p in shared + item[method].get('parameters', [])]
                    described[method.upper(), re.sub(r'\{\w+\}', '{}', path)] = {p['name'] for p in parameters if p['in'] == 'query'}
        printed = subprocess.run([str(BUILD / 'tests' / 'unit' / 'dump-routes')], capture_output=True, text=True, check=True)
        routes = {}
        for line in printed.stdout.splitlines():
            method, path, *query = line.split()
            routes[method, path] = set(query)
        self.assertEqual(described, routes)


if __name__ == '__main__':
    tap.main()

# SPDX-License-Identifier: Apache-2.0
"""The reference of the REST API, out of the OpenAPI document.

The page is written at each build of the documentation; the document is a
file of the project, which `draw.py --check` holds to the code.
"""

import itertools
import json

from trove.api import openapi


def write(directory):
    """Write ``reference.rst`` into a directory, beside the document."""
    (directory / 'reference.rst').write_text(
        '\n'.join(_page(openapi.document())) + '\n', encoding='utf-8')


def text():
    """The OpenAPI document as the file `openapi.json` of the project."""
    return json.dumps(openapi.document(), indent=1) + '\n'


def _page(document):
    yield from _title('API reference', '=')
    yield ('Each path begins with ``%s``. The same with the schema of every '
           'body, for programs: :download:`openapi.json`, which the service '
           'answers to ``GET %s``, too.' % (openapi.PREFIX, openapi.PATH))
    operations = [
        (operation['tags'][0], path, method, operation)
        for path, methods in document['paths'].items()
        for method, operation in methods.items()]
    for tag, group in itertools.groupby(
            sorted(operations, key=lambda one: one[:3]),
            key=lambda one: one[0]):
        yield ''
        yield from _title(tag, '-')
        for _, path, method, operation in group:
            yield from _operation(path, method, operation)


def _operation(path, method, operation):
    yield '``%s %s``' % (method.upper(), path.removeprefix(openapi.PREFIX))
    code = next(iter(operation['responses']))
    yield '    %s. Answers %s; %s.' % (
        operation.get('summary', 'No rule is named'), code,
        'rules: ' + ', '.join('``%s``' % name for name in operation[
            'x-policy-rules']) if 'x-policy-rules' in operation
        else 'see the path above')
    asked = [one['name'] for one in operation['parameters']
             if one['in'] == 'query']
    for word, members in (
            ('Query', asked),
            ('Body', _members(operation.get('requestBody', {}))),
            ('Answer', _members(operation['responses'][code]))):
        if members:
            yield ''
            yield '    %s: %s.' % (word, ', '.join(
                '``%s``' % one for one in members))
    yield ''


def _members(described):
    """Names of the members of a body; what must be there has a star."""
    found = []
    for kind in described.get('content', {}).values():
        _collect(kind['schema'], '', found, 2)
    return found


def _collect(schema, prefix, found, depth):
    if schema.get('items', {}).get('properties'):
        return _collect(schema['items'], prefix, found, depth)
    required = schema.get('required', ())
    for name, inner in sorted(schema.get('properties', {}).items()):
        place = prefix + name
        listed = inner.get('items', {}).get('properties')
        if depth > 1 and (inner.get('properties') or listed):
            _collect(inner, place + ('[].' if listed else '.'), found,
                     depth - 1)
        else:
            found.append(place + ('*' if name in required else ''))
    return None


def _title(text, line):
    return text, line * len(text), ''

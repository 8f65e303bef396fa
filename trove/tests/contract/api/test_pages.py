# SPDX-License-Identifier: Apache-2.0
"""What the pages tell to type is what the clients and the API take.

Commands go through the parser of the stock command line, requests through
the description of the API. Nothing is sent.
"""

import argparse
import json
import pathlib
import re
import shlex
import types
from importlib import metadata
from urllib import parse

import jsonschema
import pytest

DOC = pathlib.Path(__file__).parents[4] / 'doc' / 'source'
PAGES = sorted(path for room in ('user', 'admin', 'install', 'contributor')
               for path in (DOC / room).glob('*.rst'))
COMMANDS = {one.name: one for one in metadata.entry_points(
    group='openstack.database.v1')}
#: A line of a console, with those that go on with it.
_COMMAND = re.compile(
    r'^ +(?:[$#] )?(openstack (?:database|datastore) (?:.*\\\n)*.*)$', re.M)
_INLINE = re.compile(r'``(openstack\s(?:database|datastore)\s[^`]*)``')
_REQUEST = re.compile(r'^   ask (.*\n(?:    .*\n)*)', re.M)
ID = 'a5f8c1d2-0000-4000-8000-000000000001'
_PIECES = {'$TROVE': '', '$ID': ID, '$GROUP': ID, '$MODULE': ID,
           '$IMAGE': ID, '$NETWORK': ID, '$PASSWORD': 'secret',
           '$BUNDLE': 'https://secrets.example/v1/secrets/%s' % ID}


def commands(path):
    """The commands of a page, as lists of words."""
    text = path.read_text('utf-8')
    for found in (*_COMMAND.findall(text), *_INLINE.findall(text)):
        found = re.sub(r'\$\([^)]*\)', 'X', found.replace('\\\n', ' '))
        words = shlex.split(found, comments=True)
        # A name of a command in a sentence, or with something left out.
        if '...' not in words:
            yield words[1:]


def split(words):
    """(the command's class, its arguments)."""
    for length in range(len(words), 0, -1):
        name = '_'.join(words[:length]).replace('-', '_')
        if name in COMMANDS:
            return COMMANDS[name].load(), words[length:]
    raise AssertionError('there is no command %s' % ' '.join(words))


@pytest.mark.parametrize('path', PAGES, ids=lambda path: path.stem)
def test_commands_of_a_page_are_taken(path):
    for words in commands(path):
        command, arguments = split(words)
        if not arguments:
            continue                # it takes none, or is only spoken of
        app = types.SimpleNamespace(client_manager=None, options=None)
        parser = command(app, argparse.Namespace()).get_parser('test')
        parser.exit_on_error = False
        try:
            parser.parse_args(arguments)
        except (SystemExit, argparse.ArgumentError) as error:
            raise AssertionError('%s is not taken' % words) from error


def requests():
    """(method, path, body or None) of each request."""
    text = (DOC / 'user' / 'requests.rst').read_text('utf-8')
    for found in _REQUEST.findall(text):
        for piece, value in _PIECES.items():
            found = re.sub(r"'?%s\b'?" % re.escape(piece), value, found)
        words = shlex.split(found.replace('\\\n', ' '))
        method = words[words.index('-X') + 1] if '-X' in words else 'GET'
        [path] = [word for word in words if word.startswith('/')]
        body = words[words.index('-d') + 1] if '-d' in words else None
        yield method, path, body and json.loads(body)


@pytest.fixture(scope='module')
def described():
    return json.loads((DOC / 'user' / 'openapi.json').read_text('utf-8'))


def test_requests_of_the_page_are_those_of_the_api(described):
    tried = 0
    for method, path, body in requests():
        operation = _find(described['paths'], method, path)
        assert operation, (method, path)
        content = operation.get('requestBody', {}).get('content', {})
        schema = content.get('application/json', {}).get('schema')
        if body is not None:
            assert schema, (method, path)
            jsonschema.validate(body, schema)
        tried += 1
    assert tried > 50


def _find(paths, method, path):
    words = parse.urlsplit(path).path.strip('/').split('/')
    fitting = []
    for known, operations in paths.items():
        parts = known.split('/')[3:]
        if len(parts) == len(words) and method.lower() in operations and all(
                part.startswith('{') or part == word
                for part, word in zip(parts, words, strict=True)):
            fitting.append((known.count('{'), operations[method.lower()]))
    return min(fitting, key=lambda one: one[0])[1] if fitting else None

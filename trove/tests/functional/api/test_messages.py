# SPDX-License-Identifier: Apache-2.0
"""Refusals that a person can act on: which field, and what is allowed.

Every member of every body is spoilt, one at a time, and the answer has to
name it; no answer may show a pattern to somebody who reads no patterns.
"""

import copy

import jsonschema
import pytest

from trove.tests.fixtures import api
from trove.tests.fixtures import route_table

#: What fits nothing in some way; the first that a schema refuses is sent.
WRONG = ({'surprise': 1}, [[1]], 'x' * 3000, -7, True, None, 10 ** 20)

ROUTES = [route for route in route_table.ROUTES
          if getattr(route.body, 'schema', None)]


def members(schema, place=()):
    """(where, schema) of every member of a body."""
    for name, inner in schema.get('properties', {}).items():
        yield (*place, name), inner
        yield from members(inner, (*place, name))
    if schema.get('type') == 'array':
        yield (*place, 0), schema['items']
        yield from members(schema['items'], (*place, 0))


def spoilt(whole, place, value):
    """A body that is in order but for what is at a place."""
    body = copy.deepcopy(route_table.smallest(whole))
    at, schema = body, whole
    alone(at, schema, place[0])
    for part in place[:-1]:
        schema = (schema['items'] if part == 0
                  else schema['properties'][part])
        at = grown(at, part, schema)
        alone(at, schema, place[place.index(part) + 1])
    if place[-1] == 0:
        at[:] = [value]
    else:
        at[place[-1]] = value
    return body


def alone(at, schema, part):
    """Leave no other member beside a part where only one may be."""
    if schema.get('maxProperties') == 1:
        for name in set(at) - {part}:
            del at[name]


def grown(at, part, schema):
    """The value of a part, made if it is not there."""
    if part == 0 and not at:
        at.append(route_table.smallest(schema))
    elif part != 0 and part not in at:
        at[part] = route_table.smallest(schema)
    return at[part]


def written(place):
    """A place as answers write it."""
    text = ''
    for part in place:
        text += '[0]' if part == 0 else '.' + part
    return text.lstrip('.')


@pytest.fixture(scope='module')
def caller(database_template, tmp_path_factory):
    """An operator without rates."""
    db = api.copy_database(database_template,
                           tmp_path_factory.mktemp('messages'))
    yield api.Service(db, **{option: 0 for option in (
        'http_get_rate', 'http_post_rate', 'http_put_rate',
        'http_delete_rate', 'http_mgmt_post_rate')}).caller('admin')
    db.close()


@pytest.mark.parametrize('route', ROUTES, ids=route_table.name)
def test_every_member_that_is_wrong_is_named(caller, route):
    path = '/'.join(api.NOBODY if part.startswith('{') else part
                    for part in route.path.split('/'))
    tried = 0
    for place, schema in members(route.body.schema):
        validator = jsonschema.Draft202012Validator(schema)
        wrong = [value for value in WRONG if not validator.is_valid(value)]
        if not wrong:
            continue
        body = spoilt(route.body.schema, place, wrong[0])
        code, _, message = api.error(caller.call(route.method, path,
                                                 json=body))
        assert code == 400, (place, message)
        assert written(place) in message, (place, message)
        assert not any(sign in message for sign in '^\\$'), message
        tried += 1
    assert tried


@pytest.mark.parametrize('route', [
    route for route in ROUTES if route.body.schema.get('required')],
    ids=route_table.name)
def test_what_is_missing_is_named(caller, route):
    path = '/'.join(api.NOBODY if part.startswith('{') else part
                    for part in route.path.split('/'))
    code, _, message = api.error(caller.call(route.method, path, json={}))
    assert code == 400
    for name in route.body.schema['required']:
        assert repr(name) in message


@pytest.mark.parametrize('query,part', [
    ('limit=x', 'limit'), ('limit=0', 'at least 1'),
    ('include_clustered=maybe', 'include_clustered')])
def test_parameters_are_named(caller, query, part):
    code, _, message = api.error(caller.get('/instances?' + query))
    assert (code, part in message) == (400, True), message

# SPDX-License-Identifier: Apache-2.0
"""Answers are described, and whatever the suite is answered fits."""

import copy

import jsonschema
import pytest

from trove.tests.fixtures import api
from trove.tests.fixtures import documented
from trove.tests.fixtures import route_table


def objects(schema):
    """Every object schema within a schema."""
    if isinstance(schema, dict):
        if 'object' in schema.get('type', ()) and 'properties' in schema:
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


@pytest.mark.parametrize('route', [
    route for route in route_table.ROUTES if route.answer is not None],
    ids=route_table.name)
def test_no_member_of_an_answer_is_left_open(route):
    jsonschema.Draft202012Validator.check_schema(route.answer)
    for found in objects(route.answer):
        assert found.get('additionalProperties', True) is not True


def test_whoever_reads_has_something_described_to_read():
    missing = [route_table.name(route) for route in route_table.ROUTES
               if route.method == 'GET' and route.answer is None
               and route.status == 200 and not route_table.refused(route)]
    assert missing == []


@pytest.mark.parametrize('spoil', [
    lambda body: body.pop('status'),
    lambda body: body.update(surprise=1),
    lambda body: body.update(status='HEALTHY'),
    lambda body: body.update(created='2026-01-01T00:00:00Z'),
    lambda body: body['datastore'].update(secret='x'),
    lambda body: body.update(replicas=[])])
def test_an_answer_outside_the_document_is_noticed(member, spoil):
    made = member.post('/instances', api.create_body()).json['instance']
    path = '/instances/' + made['id']
    answer = member.get(path)
    body = copy.deepcopy(answer.json)
    spoil(body['instance'])
    answer.set_data(answer.json_module.dumps(body))
    with pytest.raises(AssertionError, match='GET /instances'):
        documented.hold('GET', path, answer)

# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI document, and what the service does with what it allows."""

import os

import hypothesis
import openapi_spec_validator
import pytest
import schemathesis
from schemathesis import checks
from werkzeug import test

from trove.api import openapi
from trove.api.v1.controllers import not_built
from trove.cloud.fake import network
from trove.tests.fixtures import api
from trove.tests.fixtures import route_table
from trove.tests.fixtures import silent_guests

#: Of each operation; a longer run sets the variable.
EXAMPLES = int(os.environ.get('TROVE_FUZZ_EXAMPLES', '4'))

OPERATIONS = [found.ok() for found in schemathesis.openapi.from_wsgi(
    openapi.PATH, openapi.DocumentDoor(None)).get_all_operations()]

#: What must be refused before anybody reads it, and with which code.
_LONG = b' ' * (1024 * 1024 + 1)
HOSTILE = (
    (_LONG, 413), (b'[' * 100000, 400),
    (b'{"a":' * 40 + b'1' + b'}' * 40, 400), (b'\xff\xfe{}', 400),
    (b'{"a": "\\u0000"}', 400), (b'{"a\\u0000": 1}', 400),
    (b'{"a": "\\ud800"}', 400), (b'{"a": 1, "a": 2}', 400),
    (b'{"a": ' + b'9' * 5000 + b'}', 400), (b'{"a": 1e999}', 400),
    (b'{"a": NaN}', 400), (b'[]', 400), (b'{', 400))

CHECKS = (checks.status_code_conformance, checks.content_type_conformance,
          checks.response_schema_conformance)


@pytest.fixture(scope='module')
def fuzzed(database_template, tmp_path_factory):
    """The API without rates, on a database of the module's own."""
    db = api.copy_database(database_template,
                           tmp_path_factory.mktemp('fuzz'))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(network.NETWORKS, api.NETWORK, (None, '10.9.0'))
        yield silent_guests.around(api.Service(db, **{
            option: 0 for option in (
                'http_get_rate', 'http_post_rate', 'http_put_rate',
                'http_delete_rate', 'http_mgmt_post_rate')}))
    db.close()


@pytest.fixture(scope='module')
def instance_id(fuzzed):
    """An instance that is there, whatever becomes of it."""
    made = fuzzed.caller('admin').post(
        '/instances', api.create_body()).json['instance']['id']
    fuzzed.become_active(made)
    return made


@pytest.mark.parametrize('operation', OPERATIONS,
                         ids=lambda operation: operation.label)
def test_nothing_allowed_is_answered_outside_the_document(
        fuzzed, instance_id, operation):
    @hypothesis.given(case=operation.as_strategy())
    @hypothesis.settings(
        max_examples=EXAMPLES, derandomize=True, database=None,
        deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
    def ask(case):
        case.path_parameters['project_id'] = api.OPERATORS
        if '/instances/{id}' in operation.path:
            case.path_parameters['id'] = instance_id
        answer = case.call(app=fuzzed.app,
                           headers={'X-Auth-Token': 'admin'})
        assert answer.status_code not in (500, 503), answer.text
        case.validate_response(answer, checks=CHECKS)

    ask()


@pytest.mark.parametrize('route', [
    route for route in route_table.ROUTES if route.body], ids=route_table.name)
def test_hostile_bodies_are_refused_wherever_one_is_read(
        fuzzed, instance_id, route):
    path = '/'.join(instance_id if part.startswith('{') else part
                    for part in route.path.split('/'))
    for raw, code in HOSTILE:
        if raw is _LONG and route.path.startswith('/modules'):
            raw = raw * 17      # contents may be 16 MiB there
        answer = fuzzed.caller('admin').call(
            route.method, path, data=raw,
            headers={'Content-Type': 'application/json'})
        assert api.error(answer)[0] == code, raw[:40]


def test_the_document_is_valid():
    openapi_spec_validator.validate(openapi.document())


def test_it_needs_no_token(service):
    client = test.Client(service.app)
    answer = client.get('/v1.0/openapi.json')
    assert answer.status_code == 200
    assert answer.json['openapi'] == '3.1.0'
    refused = client.post('/v1.0/openapi.json')
    assert api.error(refused)[:2] == (405, 'badMethod')


def test_it_holds_every_route_and_its_rules():
    paths = openapi.document()['paths']
    for route in route_table.ROUTES:
        found = paths[openapi.PREFIX + route.path][route.method.lower()]
        status = (501 if route.handler is not_built.refuse
                  else route.status)
        assert next(iter(found['responses'])) == str(status)
        assert set(route.policy) <= set(found.get('x-policy-rules', ()))
        assert ('requestBody' in found) == (route.body is not None)
    assert sum(map(len, paths.values())) == len(route_table.ROUTES)


def test_operations_have_names_of_their_own():
    names = [operation['operationId']
             for methods in openapi.document()['paths'].values()
             for operation in methods.values()]
    assert len(names) == len(set(names))

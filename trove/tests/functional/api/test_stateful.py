# SPDX-License-Identifier: Apache-2.0
"""Chains of requests that the document's links allow: make, show, act on,
delete. The same ones at each run; `trovestack check api` tries many more."""

import os

import hypothesis
import pytest
import schemathesis
from schemathesis import checks

from trove.api import openapi
from trove.cloud.fake import network
from trove.objects.operation import State
from trove.tests.fixtures import api
from trove.tests.fixtures import documented
from trove.tests.fixtures import silent_guests

#: Chains; a longer run sets the variable that the single requests take.
CHAINS = int(os.environ.get('TROVE_FUZZ_EXAMPLES', '4')) * 3
STEPS = 8

CHECKS = [checks.status_code_conformance, checks.content_type_conformance,
          checks.response_schema_conformance]


@pytest.fixture
def service(database_template, tmp_path, monkeypatch):
    """The API without limits that would end every chain."""
    monkeypatch.setitem(network.NETWORKS, api.NETWORK, (None, '10.9.0'))
    db = api.copy_database(database_template, tmp_path)
    yield silent_guests.around(api.Service(
        db, max_instances_per_tenant=-1, max_volumes_per_tenant=-1,
        default_datastore='mariadb', **{option: 0 for option in (
            'http_get_rate', 'http_post_rate', 'http_put_rate',
            'http_delete_rate', 'http_mgmt_post_rate')}))
    db.close()


def settle(service):
    """A taskmanager that does at once what was promised."""
    with service.db.writer() as tx:
        promised = tx.operations.take('tm', 60, 100)
    for work in promised:
        if work.verb == 'delete_instance':
            with service.db.writer() as tx:
                tx.instances.mark_deleted(work.instance_id)
                tx.quotas.release(work.instance_id)
        else:
            service.become_active(work.instance_id)
        with service.db.writer() as tx:
            tx.quotas.commit(work.id)
            tx.operations.finish(work.id, work.fence, State.DONE)


#: What is made, and a body for it that nobody guesses.
MADE = {
    'instances': api.create_body(),
    'configurations': {'configuration': {
        'name': 'web', 'values': {}, 'datastore': {
            'type': 'mariadb', 'version': '10.11'}}}}


@pytest.mark.parametrize('collection', [
    '/instances', '/configurations', '/mgmt/instances'])
def test_chains_of_requests_stay_within_the_document(service, collection):
    schema = schemathesis.openapi.from_wsgi(
        openapi.PATH, service.app).include(path_regex=(
            r'^/v1\.0/\{project_id\}%s($|/\{id\})' % collection))
    kind = collection.rpartition('/')[2]
    answer = service.caller('admin').post('/' + kind, MADE[kind])
    first = answer.json[kind[:-1]]['id']
    settle(service)
    seen = {}

    class Chain(schema.as_state_machine()):
        """One chain, by an operator, of valid and invalid requests."""

        def get_call_kwargs(self, case):
            return {'headers': {'X-Auth-Token': 'admin'}}

        def before_call(self, case):
            case.path_parameters['project_id'] = api.OPERATORS
            if case.method == 'POST' and case.path.endswith('/' + kind):
                case.body = MADE[kind]
            if case.path_parameters.get('id') and len(
                    case.path_parameters['id']) != 36:
                case.path_parameters['id'] = first

        def after_call(self, response, case):
            assert response.status_code not in (500, 503), response.text
            seen.setdefault((case.method, case.path), set()).add(
                response.status_code)
            settle(service)

        def validate_response(self, response, case, **kwargs):
            case.validate_response(response, checks=CHECKS)

    hypothesis.seed(20261126)(Chain).run(settings=hypothesis.settings(
        max_examples=CHAINS, stateful_step_count=STEPS, database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck)))
    reached = {asked for asked, codes in seen.items()
               if codes & {200, 202, 204}}
    assert len(reached) > 1, seen


def test_links_lead_from_what_is_made_to_all_that_can_be_done_with_it():
    paths = openapi.document()['paths']
    links = documented.responses('POST', '/instances')['200']['links']
    for path, methods in paths.items():
        if path.startswith(openapi.PREFIX + '/instances/{id}'):
            for operation in methods.values():
                assert operation['operationId'] in links

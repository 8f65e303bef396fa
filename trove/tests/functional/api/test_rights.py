# SPDX-License-Identifier: Apache-2.0
"""Who may what: every route of the table, every kind of caller."""


import pytest
import sqlalchemy as sa

from trove.api.v1.controllers import not_built
from trove.cloud.fake import network
from trove.db import tables
from trove.tests.fixtures import api
from trove.tests.fixtures import filled as filled_services
from trove.tests.fixtures import route_table
from trove.tests.fixtures import silent_guests

MARK = 'nobody-elses-business'

#: Caller -> whether it belongs to the project that owns the objects.
CALLERS = {'reader': True, 'member': True, 'foreign': False,
           'service': False, 'admin': False}

EVERY = pytest.mark.parametrize('route', route_table.ROUTES,
                                ids=route_table.name)


@pytest.fixture(scope='module')
def services(database_template, tmp_path_factory):
    """Two of the API on one database, without limits that would answer in
    place of rights: as delivered, and with rules that nobody passes."""
    path = tmp_path_factory.mktemp('rights')
    rules = path / 'policy.yaml'
    rules.write_text(''.join(
        '"%s": "!"\n' % name for name in route_table.defaults()
        if name not in ('context_is_admin', 'admin')))
    options = {option: 0 for option in (
        'http_get_rate', 'http_post_rate', 'http_put_rate',
        'http_delete_rate', 'http_mgmt_post_rate')}
    options.update(max_instances_per_tenant=-1, max_volumes_per_tenant=-1)
    db = api.copy_database(database_template, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(network.NETWORKS, api.NETWORK, (None, '10.9.0'))
        yield tuple(silent_guests.around(one) for one in (
            api.Service(db, **options),
            api.Service(db, policy_file=rules, **options)))
    db.close()


@pytest.fixture
def service(services):
    """The API with the rules as delivered."""
    return services[0]


@pytest.fixture
def fresh(service):
    """Value of each path variable: objects of the ordinary project."""
    return filled_services.fill(service, MARK)


@pytest.fixture(scope='module')
def filled(services):
    """The same for all tests in which nothing may change them."""
    return filled_services.fill(services[0], MARK)


def stored(service):
    """Every row of every table."""
    with service.db.engine.connect() as connection:
        return {(table.name, *map(repr, row))
                for table in tables.Instance.metadata.sorted_tables
                for row in connection.execute(sa.select(table))}


@EVERY
def test_every_route_has_a_documented_rule(route):
    names = route_table.rules(route) + route_table.variants(route)
    assert set(route.policy) <= set(route_table.defaults())
    assert names or route.policy


@EVERY
def test_without_a_valid_token_nothing_is_told(service, route):
    path = filled_services.address(route, {})
    for token in (None, 'expired'):
        answer = service.caller(token, api.PROJECT).call(
            route.method, path)
        assert api.error(answer)[:2] == (401, 'unauthorized')
        assert answer.headers['WWW-Authenticate']


@EVERY
def test_the_project_of_the_path_must_be_the_tokens(service, route):
    path = filled_services.address(route, {})
    for token in ('member', 'admin', 'service', 'unscoped'):
        answer = service.caller(token, api.OTHER).call(
            route.method, path)
        assert api.error(answer)[:2] == (403, 'forbidden')


@EVERY
def test_the_policy_decides(service, fresh, route):
    for caller in CALLERS:
        answer = call(service, caller, route, fresh)
        wanted = expected(route, caller)
        if wanted:
            assert api.error(answer)[0] == wanted, caller
        else:
            assert answer.status_code not in (401, 403, 500, 503), caller


def call(service, caller, route, filled):
    """The answer to a request that the route's schema allows."""
    return service.caller(caller).call(
        route.method, filled_services.address(route, filled),
        json=route_table.body(route))


def expected(route, caller):
    """The code of a refusal, or None where the caller may go on."""
    names = route.policy + route_table.rules(route)
    if caller != 'admin' and route_table.admin_only(names):
        return 403
    if route.handler is not_built.refuse:
        return 501
    if caller == 'admin' or CALLERS[caller]:
        return None
    if '{project}' in route.path:
        return 403
    return 404 if route_table.owned(route) else None


@EVERY
def test_no_row_of_another_project_is_shown_or_changed(
        service, filled, route):
    before = {row for row in stored(service)
              if not {repr(api.OTHER), repr(api.SERVICES)} & set(row)}
    for caller in ('foreign', 'service'):
        text = call(service, caller, route, filled).get_data(as_text=True)
        assert MARK not in text
        if '{' not in route.path:
            assert filled['/instances'] not in text
            assert filled['/configurations'] not in text
    assert before <= stored(service)


@pytest.mark.parametrize('path', [
    route.path for route in route_table.ROUTES
    if route.method == 'GET' and '{' not in route.path])
def test_no_query_opens_another_project(service, filled, path):
    for query in ('project_id=' + api.PROJECT, 'all_projects=True',
                  'deleted=true', 'include_clustered=true', 'marker=0',
                  'name=' + MARK):
        for caller in ('foreign', 'service'):
            text = service.caller(caller).get(
                '%s?%s' % (path, query)).get_data(as_text=True)
            assert filled['/instances'] not in text, query
            assert filled['/configurations'] not in text, query


@EVERY
def test_rules_that_nobody_passes_stop_admins_too(services, filled, route):
    answer = call(services[1], 'admin', route, filled)
    assert api.error(answer)[:2] == (403, 'forbidden')

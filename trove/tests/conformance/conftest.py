# SPDX-License-Identifier: Apache-2.0
"""One instance of each engine version for the tests of a file.

A test asks for ``server`` (an instance with a table of rows) or ``engine``
(the version alone) and runs once for each version of the run. What an
engine cannot do at all is not asked of it: `@pytest.mark.needs('tls')`, nor
what needs another version in the run: `@pytest.mark.neighbour('newer')`.
"""

import pytest

from trove.tests.conformance import engines
from trove.tests.conformance import ledger
from trove.tests.conformance import machine as machine_module
from trove.tests.conformance import server as server_module
from trove.tests.e2e import conftest as clients

# The clients of the end-to-end tests, and their look at what is left.
stack = clients.stack
tenant = clients.tenant
stranger = clients.stranger
operator = clients.operator
faults = clients.faults
password = clients.password
nothing_left = clients.nothing_left
instances = clients.instances


def pytest_configure(config):
    """Say what has been tried, if somebody wants to know."""
    ledger.register(config)


def pytest_generate_tests(metafunc):
    """Each test once for each engine that can do what it needs."""
    if 'engine' not in metafunc.fixturenames:
        return
    needs = {word for mark in metafunc.definition.iter_markers('needs')
             for word in mark.args}
    able = [one for one in engines.asked() if needs <= one.abilities()]
    for mark in metafunc.definition.iter_markers('neighbour'):
        [which] = mark.args
        able = [one for one in able if getattr(one, which)()]
    metafunc.parametrize('engine', able, ids=str, scope='module',
                         indirect=True)


def pytest_collection_modifyitems(items):
    """Leave out what none of the engines of this run can do."""
    items[:] = [item for item in items if not any(
        'empty parameter set' in mark.kwargs.get('reason', '')
        for mark in item.iter_markers('skip'))]


@pytest.fixture(scope='module')
def engine(request):
    """The engine version."""
    return request.param


@pytest.fixture(scope='module')
def witness(engine):
    """Its client."""
    return engine.witness()


@pytest.fixture(scope='module')
def servers(tenant, nothing_left):
    """Makes instances that are deleted after the last test of the file."""
    made = []

    def make(engine, name='conformance', **more):
        one = server_module.Server(tenant, engine, name, **more)
        made.append(one)
        return one

    yield make
    server_module.delete_all(tenant, made)


@pytest.fixture(scope='module')
def built(request, servers):
    """An instance of each engine that this file asks one of.

    All are built at the same time: most of a build is waiting.
    """
    asked = {item.callspec.params['engine']: None
             for item in request.session.items
             if item.module is request.module
             and 'server' in item.fixturenames}
    return {engine: servers(engine) for engine in asked}


@pytest.fixture(scope='module')
def server(built, engine):
    """An instance that is ready, with an empty table of rows."""
    return built[engine].ready_with_table()


@pytest.fixture
def machine(stack, operator, server):
    """The inside of the server's machine."""
    found = operator.trove.mgmt_instances.show(server.id)
    return machine_module.Machine(stack, found.server_id)

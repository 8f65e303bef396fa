# SPDX-License-Identifier: Apache-2.0
"""Another version of the engine on the data of an instance.

Runs for the pairs of versions that are both part of the run.
"""

import json

import pytest

from trove.tests.e2e import brokenimages

pytestmark = [pytest.mark.needs('upgrades'), pytest.mark.slow]


@pytest.mark.neighbour('newer')
def test_data_users_root_and_group_come_along(server, tenant):
    target = server.engine.newer()
    trove = server.trove
    server.write(200)
    name, root = trove.root.create(server.id)
    parameter, value, other = server.witness.settings.dynamic
    group = tenant.trove.configurations.create(
        'comes along', json.dumps({parameter: value}),
        datastore=server.engine.datastore,
        datastore_version=server.engine.version)
    trove.instances.update(server.id, configuration=group.id)
    address = server.host
    trove.instances.upgrade(server.id, target.version)
    assert server.show().status == 'UPGRADE'
    found = server.well(600)
    assert found.datastore['version'] == target.version
    assert (server.host, server.rows()) == (address, 200)
    with server.session() as session:
        assert server.witness.server_version(session).startswith(
            target.number)
    assert server.lets_in(name, root, 'shop')
    server.write()
    assert found.configuration['id'] == group.id
    assert server.setting(parameter) == value
    trove.configurations.edit(group.id, json.dumps({parameter: other}))
    assert server.setting(parameter) == other
    trove.instances.update(server.id, remove_configuration=True)
    trove.configurations.delete(group.id)
    trove.users.create(server.id, [
        {'name': 'after', 'password': 'after-upgrade',
         'databases': [{'name': 'shop'}]}])
    assert server.lets_in('after', 'after-upgrade', 'shop')
    trove.instances.restart(server.id)
    server.well()
    assert server.rows() == 201


@pytest.mark.neighbour('older')
def test_there_is_no_way_to_an_older_version(server):
    for one in server.engine.older():
        server.refuses(422, server.trove.instances.upgrade, server.id,
                       one.version)


@pytest.fixture(scope='module')
def unlucky(servers, engine):
    """An instance that is to be upgraded in vain."""
    made = servers(engine, 'unlucky').ready_with_table()
    made.write(100)
    made.root = made.trove.root.create(made.id)
    return made


@pytest.mark.neighbour('newer')
def test_a_failed_rebuild_brings_the_old_version_back(unlucky, faults):
    faults.add('compute', r'POST /servers/[^/]+/action', 'error_state',
               count=1, body='rebuild')
    unlucky.trove.instances.upgrade(unlucky.id,
                                    unlucky.engine.newer().version)
    as_before(unlucky, '')


@pytest.mark.neighbour('newer')
def test_data_that_is_not_taken_over_to_the_end_is_as_before(
        stack, operator, unlucky):
    target = unlucky.engine.newer()
    spoilers = target.witness().spoilers
    assert spoilers
    images = brokenimages.BrokenImages(stack, operator, target.datastore,
                                       target.version)
    try:
        for how, spoiler in spoilers.items():
            version = images.replacing(
                how, spoiler.program.format(version=target.number),
                spoiler.script)
            unlucky.trove.instances.upgrade(unlucky.id, version)
            # It was the guest of the new version's server that failed.
            as_before(unlucky, 'AdoptData')
    finally:
        images.remove()


@pytest.mark.neighbour('newer')
def test_after_all_that_an_upgrade_succeeds(unlucky):
    target = unlucky.engine.newer()
    unlucky.trove.instances.upgrade(unlucky.id, target.version)
    found = unlucky.well(600)
    assert found.datastore['version'] == target.version
    assert not getattr(found, 'fault', None)
    whole(unlucky)


def as_before(server, words):
    """The upgrade failed with these words; the old version has its data."""
    assert server.show().status == 'UPGRADE'
    found = server.ready(600)
    assert found.status == 'ACTIVE', found.to_dict()
    assert words in found.fault['message'], found.fault
    assert found.datastore['version'] == server.engine.version
    with server.session() as session:
        assert server.witness.server_version(session).startswith(
            server.engine.number)
    whole(server)


def whole(server):
    """All rows and users are there, and more can be written."""
    rows = server.rows()
    assert rows == server.written >= 100
    assert server.lets_in(*server.root, 'shop')
    server.write()
    server.becomes('HEALTHY', within_s=60)

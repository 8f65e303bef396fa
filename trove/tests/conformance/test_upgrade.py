# SPDX-License-Identifier: Apache-2.0
"""Another version of the engine on the data of an instance.

Runs for the pairs of versions that are both part of the run.
"""

import json

import pytest

from trove.tests.conformance import engines

pytestmark = [pytest.mark.needs('upgrades'), pytest.mark.slow]


def newer(engine):
    """The newest version of the same datastore in this run."""
    found = [one for one in engines.asked()
             if one.datastore == engine.datastore and number(one) > number(
                 engine)]
    return max(found, key=number, default=None)


def number(engine):
    return [int(part) for part in engine.number.split('.')]


def test_data_users_root_and_group_come_along(server, tenant):
    target = newer(server.engine)
    if target is None:      # the newest: only older ones could be asked for
        older = [one for one in engines.asked()
                 if one.datastore == server.engine.datastore
                 and number(one) < number(server.engine)]
        for one in older:
            server.refuses(422, server.trove.instances.upgrade, server.id,
                           one.version)
        return
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


def test_a_failed_upgrade_brings_the_old_version_back(servers, engine,
                                                      faults):
    target = newer(engine)
    if target is None:
        return
    server = servers(engine, 'unlucky').ready_with_table()
    server.write(100)
    faults.add('compute', r'POST /servers/[^/]+/action', 'error_state',
               count=1, body='rebuild')
    server.trove.instances.upgrade(server.id, target.version)
    found = server.ready(600)
    assert found.status == 'ACTIVE' and found.fault['message']
    assert found.datastore['version'] == engine.version
    server.becomes('HEALTHY', within_s=60)
    assert server.rows() == 100
    server.write()

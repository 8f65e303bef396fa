# SPDX-License-Identifier: Apache-2.0
"""Data of one version taken over by a newer one, where a run is about both."""

import itertools

from trove.tests.conformance import engines


def pytest_generate_tests(metafunc):
    """Each step from a version to the next one of the same datastore."""
    able = sorted((one for one in engines.asked()
                   if 'upgrades' in one.abilities()),
                  key=lambda one: (one.datastore, _number(one.version)))
    steps = [(old, new) for old, new in itertools.pairwise(able)
             if old.datastore == new.datastore]
    metafunc.parametrize('old, new', steps,
                         ids=[f'{old}-to-{new}' for old, new in steps])


def _number(version):
    return [int(part) for part in version.split('.')]


def test_data_users_root_and_address_come_along(servers, old, new):
    server = servers(old, 'upgraded').ready_with_table()
    trove, address = server.trove, server.host
    server.write(50)
    name, given = trove.root.create(server.id)
    trove.instances.upgrade(server.id, new.version)
    assert server.show().status == 'UPGRADE'
    found = server.well()
    assert found.datastore['version'] == new.version
    assert (server.host, server.rows()) == (address, 50)
    with server.session() as session:
        assert server.witness.server_version(session).startswith(
            new.version)
    assert server.lets_in(name, given, 'shop')
    server.write()
    assert server.rows() == 51
    trove.instances.restart(server.id)
    server.well()
    assert server.rows() == 51
    # There is no way back to a version that could not read the data.
    server.refuses(422, trove.instances.upgrade, server.id, old.version)
    assert server.well().datastore['version'] == new.version

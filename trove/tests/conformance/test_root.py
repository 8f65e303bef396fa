# SPDX-License-Identifier: Apache-2.0
"""Root: enable, disable, show, history."""

import pytest

pytestmark = pytest.mark.needs('root')


def test_root_comes_in_while_it_is_enabled(server, operator, stranger):
    trove = server.trove
    assert trove.root.is_root_enabled(
        server.id).rootEnabled is server.by_root
    name, given = trove.root.create(server.id)
    assert server.lets_in(name, given, 'shop')
    assert trove.root.is_root_enabled(server.id).rootEnabled is True
    trove.root.create_instance_root(server.id, 'mine-now-1')
    assert not server.lets_in(name, given, 'shop')
    assert server.lets_in(name, 'mine-now-1', 'shop')
    trove.root.delete(server.id)
    assert not server.lets_in(name, 'mine-now-1', 'shop')
    history = operator.trove.mgmt_instances.root_enabled_history(server.id)
    assert history.user not in (None, 'Nobody')
    server.refuses(404, stranger.trove.root.is_root_enabled, server.id)


@pytest.mark.needs('users')
def test_what_a_tenant_made_as_root_can_be_managed(server):
    trove, witness = server.trove, server.witness
    name, given = trove.root.create(server.id)
    hostile = ("o'x", 'a"b', 'a`b', '`; DROP DATABASE shop; --', 'c\\d')
    for user in hostile:
        with server.session(name, given) as session:
            witness.create_user(session, user, 'a-password')
        trove.users.grant(server.id, user, ['shop'])
        assert server.lets_in(user, 'a-password', 'shop'), user
        trove.users.delete(server.id, user)
        assert not server.lets_in(user, 'a-password', 'shop'), user
    trove.root.delete(server.id)


def test_root_is_as_it_was_on_a_fresh_server(server):
    """A rebuild leaves the agent nothing but what is on the volume."""
    trove = server.trove
    name, given = trove.root.create(server.id)
    for enabled in (True, False):
        trove.instances.upgrade(server.id, server.engine.version)
        server.well()
        assert trove.root.is_root_enabled(server.id).rootEnabled is enabled
        assert server.lets_in(name, given, 'shop') is enabled
        assert server.by_root or server.lets_in()
        if enabled:
            trove.root.delete(server.id)

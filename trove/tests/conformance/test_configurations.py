# SPDX-License-Identifier: Apache-2.0
"""Configuration groups: the engine is the witness."""

import json

import pytest

from stack.inside import tenant as tenant_module


@pytest.fixture(scope='module')
def groups(tenant, server):
    """Makes groups of the server's version; deleted after the tests."""
    made = []

    def make(values):
        group = tenant.trove.configurations.create(
            'conformance', json.dumps(values),
            datastore=server.engine.datastore,
            datastore_version=server.engine.version)
        made.append(group.id)
        return group.id

    yield make
    if getattr(server.show(), 'configuration', None):
        server.trove.instances.update(server.id, remove_configuration=True)
    for group_id in made:
        tenant.trove.configurations.delete(group_id)


def same(found, wanted):
    return str(found) == str(wanted) or (
        isinstance(wanted, int) and int(found) == wanted)


def test_the_life_of_a_group(server, groups):
    trove, facts = server.trove, server.witness.settings
    name, value, other = facts.dynamic
    late, late_value = facts.at_start
    first = groups({name: value})
    trove.instances.update(server.id, configuration=first)
    assert same(server.setting(name), value)
    assert trove.configurations.get(first).instance_count == 1
    assert [one.id for one in trove.configurations.instances(first)] == [
        server.id]
    trove.configurations.edit(first, json.dumps({name: other}))
    assert same(server.setting(name), other)
    trove.configurations.edit(first, json.dumps({late: late_value}))
    assert server.show().status == 'RESTART_REQUIRED'
    trove.instances.restart(server.id)
    server.well()
    assert same(server.setting(late), late_value)
    assert same(server.setting(name), other)
    trove.instances.update(server.id, remove_configuration=True)
    if server.show().status == 'RESTART_REQUIRED':
        trove.instances.restart(server.id)
        server.well()
    assert not same(server.setting(name), other)
    assert not same(server.setting(late), late_value)


def test_what_is_dangerous_is_refused(server, groups):
    for name, value in server.witness.settings.dangerous:
        server.refuses(422, groups, {name: value})


def test_values_that_are_hard_on_sessions_do_not_keep_the_agent_out(
        server, groups):
    trove, harsh = server.trove, server.witness.settings.harsh
    trove.instances.update(server.id, configuration=groups(harsh))
    manage(trove, server.id)
    trove.instances.restart(server.id)
    assert not getattr(server.well(), 'fault', None)
    manage(trove, server.id)
    trove.instances.update(server.id, remove_configuration=True)
    trove.instances.restart(server.id)
    server.well()
    server.write()


def manage(trove, server_id):
    trove.databases.create(server_id, [{'name': 'hard'}])
    trove.users.create(server_id, [
        {'name': 'hardy', 'password': 'pw', 'databases': [{'name': 'hard'}]}])
    [found] = [one for one in trove.users.list(server_id)
               if one.name == 'hardy']
    assert found.databases == [{'name': 'hard'}]
    trove.users.delete(server_id, 'hardy')
    trove.databases.delete(server_id, 'hard')


def test_parameters_have_type_range_and_restart_flag(server):
    rules = server.trove.configuration_parameters.parameters(
        server.engine.datastore, server.engine.version)
    known = {rule.name: rule for rule in rules}
    name, value, _ = server.witness.settings.dynamic
    assert known[name].restart_required is False
    assert known[name].type
    assert known[server.witness.settings.at_start[0]].restart_required


def test_defaults_follow_the_template(server):
    found = server.trove.instances.configuration(server.id).configuration
    assert found


def test_values_that_stop_the_engine_are_taken_back(server, groups):
    trove, breaking = server.trove, server.witness.settings.breaking
    if breaking is None:
        return
    before = {name: server.setting(name) for name in breaking}
    group = groups(breaking)
    trove.instances.update(server.id, configuration=group)
    restart_in_vain(server, breaking)
    assert {name: server.setting(name) for name in breaking} == before
    server.write()
    late, value = server.witness.settings.at_start
    trove.configurations.edit(group, json.dumps(
        {**dict.fromkeys(breaking), late: value}))
    trove.instances.restart(server.id)
    assert not getattr(server.well(), 'fault', None)
    assert same(server.setting(late), value)


def test_who_was_told_that_they_do_can_do_without_the_group(server, groups):
    trove, breaking = server.trove, server.witness.settings.breaking
    if breaking is None:
        return
    trove.instances.update(server.id, remove_configuration=True)
    trove.instances.restart(server.id)
    server.well()
    trove.instances.update(server.id, configuration=groups(breaking))
    restart_in_vain(server, breaking)
    trove.instances.update(server.id, remove_configuration=True)
    assert not getattr(server.show(), 'configuration', None)
    trove.instances.restart(server.id)
    assert not getattr(server.well(), 'fault', None)
    server.write()


def restart_in_vain(server, breaking):
    """Its group is attached and not in force, which is said."""
    assert server.show().status == 'RESTART_REQUIRED'
    server.trove.instances.restart(server.id)
    found = tenant_module.until(
        lambda: (server.show() if server.show().status == 'RESTART_REQUIRED'
                 else None), 120, 'the restart does not end')
    assert all(name in found.fault['message'] for name in breaking), (
        found.to_dict())

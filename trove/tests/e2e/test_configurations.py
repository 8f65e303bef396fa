# SPDX-License-Identifier: Apache-2.0
"""Configuration groups in a real MariaDB; the engine is the witness."""

import json
import secrets
import subprocess

import pytest
from troveclient.apiclient import exceptions

from stack.inside import tenant as tenant_module

POOL = 48 * 1024 ** 2


@pytest.fixture(scope='module')
def password():
    return secrets.token_urlsafe(16)


@pytest.fixture(scope='module')
def groups(tenant):
    """Makes groups that are deleted after the tests."""
    made = []

    def make(values):
        group = tenant.trove.configurations.create(
            'e2e', json.dumps(values), datastore=tenant_module.DATASTORE,
            datastore_version=tenant_module.VERSION)
        made.append(group.id)
        return group.id

    yield make
    for group_id in made:
        tenant.trove.configurations.delete(group_id)


@pytest.fixture(scope='module')
def instance(tenant, groups, password):
    """One instance for all tests, made with a group; it ends before it."""
    group_id = groups({'max_connections': 41, 'wait_timeout': 600})
    asked = tenant.create('tuned', 'app', password, configuration=group_id)
    try:
        yield tenant.wait(asked.id)
    finally:
        tenant.trove.instances.delete(asked.id)
        tenant.wait_gone(asked.id)


@pytest.fixture
def running(instance, password):
    """What the engine says a variable is."""
    def ask(name):
        return tenant_module.query(
            tenant_module.address(instance), 'app', password, 'shop',
            'SELECT @@GLOBAL.%s' % name)[0][0]
    return ask


def refresh(tenant, instance):
    return tenant.trove.instances.get(instance.id)


def test_a_new_instance_runs_with_its_group(tenant, instance, running):
    assert running('max_connections') == 41
    assert running('wait_timeout') == 600
    group_id = refresh(tenant, instance).configuration['id']
    assert tenant.trove.configurations.get(group_id).instance_count == 1


def test_an_edit_is_there_with_the_answer(tenant, instance, running):
    group_id = refresh(tenant, instance).configuration['id']
    tenant.trove.configurations.edit(group_id, '{"max_connections": 43}')
    assert running('max_connections') == 43
    assert running('wait_timeout') == 600
    assert refresh(tenant, instance).status == 'ACTIVE'


def test_what_the_engine_refuses_changes_nothing(tenant, instance, running):
    group_id = refresh(tenant, instance).configuration['id']
    with pytest.raises(exceptions.UnprocessableEntity) as caught:
        tenant.trove.configurations.edit(group_id, json.dumps(
            {'max_connections': 44, 'character_set_server': 'klingon'}))
    assert 'klingon' in str(caught.value)
    assert running('max_connections') == 43
    assert tenant.trove.configurations.get(group_id).values == {
        'max_connections': 43, 'wait_timeout': 600}
    tenant_module.until(
        lambda: refresh(tenant, instance).status == 'ACTIVE', 60,
        'The instance is still busy.', poll_s=0.2)


def test_what_the_rules_refuse_never_reaches_the_engine(tenant, groups):
    for values in ({'max_connections': 0}, {'datadir': '/'},
                   {'max_connections': 'x'}):
        with pytest.raises(exceptions.UnprocessableEntity):
            groups(values)


def test_detach_attach_and_a_value_that_waits_for_a_restart(
        tenant, instance, groups, running):
    defaults = tenant.trove.instances.configuration(
        instance.id).configuration
    old = refresh(tenant, instance).configuration['id']
    tenant.trove.configurations.update(old, '{"max_connections": 45}')
    restart(tenant, instance)       # wait_timeout went away
    tenant.trove.instances.update(instance.id, remove_configuration=True)
    assert running('max_connections') == defaults['max_connections']
    assert not hasattr(refresh(tenant, instance), 'configuration')
    assert tenant.trove.configurations.get(old).instance_count == 0

    new = groups({'max_connections': 47, 'innodb_buffer_pool_size': POOL})
    tenant.trove.instances.update(instance.id, configuration=new)
    assert refresh(tenant, instance).status == 'RESTART_REQUIRED'
    restart(tenant, instance)
    assert running('innodb_buffer_pool_size') == POOL
    assert running('max_connections') == 47


def test_the_stock_command_line_tells_of_groups(tenant, instance):
    group_id = refresh(tenant, instance).configuration['id']
    shown = _openstack('configuration', 'show', group_id)
    assert json.loads(shown['values'])['max_connections'] == 47
    rules = _openstack('configuration', 'parameter', 'list',
                       tenant_module.VERSION, '--datastore',
                       tenant_module.DATASTORE)
    assert 'max_connections' in {row['Name'] for row in rules}


def restart(tenant, instance):
    # An edit that takes its time is answered before it is everywhere.
    tenant_module.until(
        lambda: refresh(tenant, instance).status in (
            'ACTIVE', 'RESTART_REQUIRED'), 60,
        'The instance is still busy.', poll_s=0.2)
    tenant.trove.instances.restart(instance.id)
    tenant.wait(instance.id)


def _openstack(*words):
    done = subprocess.run(['openstack', 'database', *words, '-f', 'json'],
                          check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

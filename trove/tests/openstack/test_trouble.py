# SPDX-License-Identifier: Apache-2.0
"""What goes wrong on a real cloud: said, and everything given back."""

import os

import pytest

from stack import services
from stack.inside import tenant as tenant_module


@pytest.fixture
def silent(stack, owner):
    """A version whose servers boot and never say a word."""
    name = 'silent'
    services.manage(stack, 'datastore_version_update', 'mariadb', name,
                    'mariadb', owner.image_id, '', '1')
    yield name
    services.manage(stack, 'datastore_version_update', 'mariadb', name,
                    'mariadb', owner.image_id, '', '0')


def given_back(owner, instance_id):
    tenant_module.until(
        lambda: not (owner.cloud.compute.find(instance_id)
                     or owner.cloud.volumes.find(instance_id)
                     or owner.cloud.network.ports(instance_id)),
        120, f'something of {instance_id} is left', poll_s=1)


def test_a_server_that_no_host_takes_is_told(tenant, owner, asked):
    one = tenant.ask('homeless', flavor_id=owner.huge_flavor())
    asked.append(one.id)
    found = tenant.ready(one.id)
    assert found.status == 'ERROR'
    assert 'No valid host' in found.fault['message']
    given_back(owner, one.id)


def test_a_guest_that_never_answers_is_given_up(tenant, owner, asked,
                                                silent):
    one = tenant.ask('silent', datastore_version=silent,
                     availability_zone=os.environ.get('TROVE_TEST_ZONE'))
    asked.append(one.id)
    found = tenant.ready(one.id)
    assert found.status == 'ERROR'
    assert 'WaitHello' in found.fault['message']
    given_back(owner, one.id)


def test_a_delete_while_it_is_built_ends_the_building(tenant, owner, asked):
    one = tenant.ask('unwanted')
    tenant_module.until(lambda: owner.cloud.compute.find(one.id), 120,
                        'no server', poll_s=0.5)
    tenant.remove(one.id)
    given_back(owner, one.id)

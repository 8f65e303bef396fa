# SPDX-License-Identifier: Apache-2.0
"""What goes wrong around an instance: the tenant is told, all is given back.

That nothing is left is held after the last test for all of them; each test
holds it for its own instance as soon as the failure shows.
"""

import os
import signal

import pytest
from troveclient.apiclient import exceptions

from stack import services
from stack.inside import tenant as tenant_module
from trove.tests.e2e import brokenimages

# cause: the fault switch's words, and what the tenant must be able to read
CAUSES = {
    'Nova refuses': (
        {'service': 'compute', 'operation': 'POST /servers',
         'kind': 'status', 'status': 503, 'count': 50}, 'BootServer'),
    'the server ends in ERROR': (
        {'service': 'compute', 'operation': 'POST /servers',
         'kind': 'error_state', 'message': 'No valid host was found'},
        'No valid host was found'),
    'Cinder refuses': (
        {'service': 'volume', 'operation': 'POST /volumes',
         'kind': 'status', 'status': 500, 'count': 50}, 'CreateVolume'),
    'the volume ends in ERROR': (
        {'service': 'volume', 'operation': 'POST /volumes',
         'kind': 'error_state'}, 'WaitVolume'),
    'Neutron refuses a port': (
        {'service': 'network', 'operation': 'POST /ports',
         'kind': 'status', 'status': 500, 'count': 50}, 'CreatePorts'),
    'Neutron refuses a group': (
        {'service': 'network', 'operation': 'POST /security-groups',
         'kind': 'status', 'status': 503, 'count': 50},
        'CreateSecurityGroup'),
}


@pytest.fixture
def images(stack, operator):
    """Versions of the datastore that are broken on purpose."""
    made = brokenimages.BrokenImages(stack, operator)
    yield made
    made.remove()


@pytest.mark.parametrize('cause', CAUSES)
def test_a_failed_build_says_why_and_keeps_nothing(
        tenant, operator, instances, faults, password, cause):
    fault, words = CAUSES[cause]
    faults.add(**fault)
    asked = instances.create('unlucky', password)
    failed(tenant, operator, asked, words)


def test_a_silent_guest_is_given_up(tenant, operator, instances, images,
                                    password):
    asked = instances.create('silent', password,
                             datastore_version=images.silent())
    failed(tenant, operator, asked, 'WaitHello')


def test_an_engine_that_refuses_to_start_is_told_with_its_words(
        tenant, operator, instances, images, password):
    asked = instances.create('refusing', password,
                             datastore_version=images.refusing())
    failed(tenant, operator, asked, 'MariaDB did not start')


def test_an_image_that_is_gone_is_told(tenant, operator, instances, images,
                                       password):
    version = images.vanished()
    try:
        asked = instances.create('imageless', password,
                                 datastore_version=version)
    except exceptions.ClientException as error:
        assert error.http_status in (400, 404), error
        assert 'image' in str(error).lower()
    else:
        failed(tenant, operator, asked, 'image')


def test_an_answer_lost_on_the_way_makes_no_second_server(
        tenant, operator, instances, faults, password):
    faults.add('compute', 'POST /servers', 'lost_answer')
    asked = instances.create('once', password)
    assert tenant.wait(asked.id).status == 'ACTIVE'
    assert len(servers_of(operator, asked)) == 1


def test_a_killed_taskmanager_is_succeeded(stack, tenant, operator,
                                           instances, password):
    asked = instances.create('orphaned', password)
    tenant_module.until(lambda: servers_of(operator, asked), 60,
                        'There is no server.', poll_s=0.05)
    taskmanager = services.daemon(stack, 'trove-taskmanager')
    os.kill(taskmanager.pid(), signal.SIGKILL)
    tenant_module.until(lambda: not taskmanager.pid(), 10, 'It lives on.')
    taskmanager.start()
    assert tenant.wait(asked.id).status == 'ACTIVE'
    assert len(servers_of(operator, asked)) == 1


def failed(tenant, operator, asked, words):
    """It ended in ERROR, says ``words``, holds nothing, can be deleted."""
    instance = tenant.wait(asked.id, timeout_s=180)
    assert instance.status == 'ERROR'
    assert words in instance.fault['message'], instance.fault
    assert servers_of(operator, asked) == []
    for volumes in (operator.cloud.block_storage.volumes(all_projects=True),
                    operator.cloud.network.ports()):
        assert asked.id not in ' '.join(map(str, volumes))
    tenant.trove.instances.delete(asked.id)
    tenant.wait_gone(asked.id)


def servers_of(operator, asked):
    """The servers that carry the instance's id."""
    return [server.id for server in operator.cloud.compute.servers(
        all_projects=True) if asked.id in str(server.to_dict())]

# SPDX-License-Identifier: Apache-2.0
"""Rebuild with another image: a fresh server on the data it had."""

import json

import pytest
from troveclient.apiclient import exceptions

from trove.tests.conformance import engines
from trove.tests.conformance import machine as machine_module


def image_of(operator, server):
    """The image that the server was made of."""
    found = operator.trove.mgmt_instances.show(server.id)
    return operator.cloud.compute.get_server(found.server_id).image.id


def copy_of(operator, image_id):
    """Another image with the same layers."""
    data = operator.cloud.image.download_image(image_id).content
    return operator.cloud.image.create_image(
        'conformance-copy', data=json.dumps(json.loads(data)).encode(),
        disk_format='raw', container_format='bare', visibility='public',
        wait=True)


def test_a_rebuilt_server_has_all_data_users_and_its_address(
        stack, operator, server):
    server.write(50)
    before = operator.trove.mgmt_instances.show(server.id)
    address = server.host
    first = image_of(operator, server)
    image = copy_of(operator, first)
    inside = machine_module.Machine(stack, before.server_id)
    inside.path('/root/mark').write_text('old root')
    try:
        operator.trove.mgmt_instances.rebuild(server.id, image.id)
        assert server.show().status == 'BUILD'
        server.well()
        after = operator.trove.mgmt_instances.show(server.id)
        assert after.server_id == before.server_id
        nova = operator.cloud.compute.get_server(after.server_id)
        assert nova.image.id == image.id
        assert not inside.path('/root/mark').exists()
        assert (server.host, server.rows()) == (address, 50)
        server.write()
        operator.trove.mgmt_instances.rebuild(server.id, first)
        server.well()
        assert server.rows() == 51
    finally:
        operator.cloud.image.delete_image(image.id)


@pytest.mark.needs('logs', engines.SWITCHED)
def test_logs_stay_switched_as_they_were(operator, server):
    name = server.witness.inside.user_log

    def state():
        return server.trove.instances.log_show(server.id, name).status

    for on in (True, False):
        server.trove.instances.log_action(server.id, name, enable=on,
                                          disable=not on)
        if server.show().status == 'RESTART_REQUIRED':
            server.trove.instances.restart(server.id)
            server.well()
        operator.trove.mgmt_instances.rebuild(server.id,
                                              image_of(operator, server))
        server.well()
        assert (state() != 'Disabled') is on


def test_a_rebuilt_server_lives_on_as_before(server):
    server.trove.instances.restart(server.id)
    server.well()
    assert server.lets_in()


@pytest.mark.needs('users')
def test_a_rebuilt_server_takes_new_users(server):
    server.trove.users.create(server.id, [
        {'name': 'after', 'password': 'after-rebuild',
         'databases': [{'name': 'shop'}]}])
    assert server.lets_in('after', 'after-rebuild', 'shop')


def test_a_rebuild_in_vain_leaves_an_instance_that_can_be_mended(
        operator, server, machine):
    folder = server.witness.inside.data_folder
    [rights] = machine.run('stat', '-c', '%u:%g', folder).split()
    rows = server.rows()
    # What bars the engine lies on the volume: no image helps.
    machine.run('chown', '0:0', folder)
    machine.kill(server.witness.inside.process)
    operator.trove.mgmt_instances.rebuild(server.id,
                                          image_of(operator, server))
    found = server.becomes('SHUTDOWN', within_s=240)
    assert found.status == 'ACTIVE' and found.fault['message']
    machine.run('chown', rights, folder)
    server.trove.instances.restart(server.id)
    assert not getattr(server.well(), 'fault', None)
    assert server.rows() == rows


def test_an_unknown_image_is_refused(operator, server):
    server.refuses(400, operator.trove.mgmt_instances.rebuild, server.id,
                   '00000000-0000-4000-8000-000000000000')


def test_the_same_version_again_is_a_fresh_server(operator, server):
    before = operator.trove.mgmt_instances.show(server.id).server_id
    rows = server.rows()
    server.trove.instances.upgrade(server.id, server.engine.version)
    assert server.show().status == 'UPGRADE'
    server.well()
    assert operator.trove.mgmt_instances.show(server.id).server_id == before
    assert server.rows() == rows
    try:
        server.trove.instances.upgrade(server.id, 'no-such-version')
    except exceptions.NotFound:
        return
    raise AssertionError('an unknown version was taken')

# SPDX-License-Identifier: Apache-2.0
"""What only a cloud over HTTP can show: retries, tokens, silence, logs."""

import base64
import logging
import time
import uuid

import pytest

from trove.cloud import ports
from trove.cloud import session
from trove.common import exception
from trove.tests.contract.cloud import test_ports as usual
from trove.tests.fixtures import options


@pytest.mark.parametrize('kind', ('down', 'busy', 'reset', 'lost'))
def test_looking_is_tried_again(networked, kind):
    volume = usual.a_volume(networked, str(uuid.uuid4()))
    networked.fail('volumes.show', kind)
    assert networked.cloud.volumes.show(volume.id).id == volume.id


def test_looking_gives_up_within_its_limit(networked):
    volume = usual.a_volume(networked, str(uuid.uuid4()))
    networked.fail('volumes.show', 'down', times=2)
    with pytest.raises(ports.CloudDown):
        networked.cloud.volumes.show(volume.id)


def test_a_silent_service_is_left_after_the_time_limit(networked):
    impatient = networked.connect(
        service_credentials__request_timeout=2,
        service_credentials__request_retries=0)
    impatient.compute.flavors()
    networked.proxy.fail('compute', 'GET /flavors.*', 'hang')
    began = time.monotonic()
    with pytest.raises(ports.CloudDown):
        impatient.compute.flavors()
    assert time.monotonic() - began < 20


def test_a_server_asked_for_in_silence_is_found_later(networked):
    impatient = networked.connect(service_credentials__request_timeout=3)
    instance_id = str(uuid.uuid4())
    networked.proxy.fail('compute', 'POST /servers', 'hang')
    order = usual.an_order(networked, instance_id)
    with pytest.raises(ports.CloudDown):
        impatient.compute.boot(order)
    assert networked.cloud.compute.find(instance_id) == []
    networked.proxy.well()
    server = networked.cloud.compute.boot(order)
    assert [found.id for found in
            networked.cloud.compute.find(instance_id)] == [server.id]


@pytest.mark.parametrize('kind', ('down', 'reset', 'lost'))
def test_a_delete_is_tried_again(networked, kind):
    volume = usual.a_volume(networked, str(uuid.uuid4()))
    usual.soon(lambda: networked.cloud.volumes.show(
        volume.id).status == 'available')
    networked.proxy.fail('volume', r'DELETE /volumes/[^/]+', kind)
    networked.cloud.volumes.delete(volume.id)
    usual.soon(usual.gone(networked.cloud.volumes.show, volume.id))


def test_a_token_that_is_over_is_fetched_anew(networked):
    networked.cloud.compute.flavors()
    [token] = {request.headers['X-Auth-Token'] for request
               in networked.proxy.requests if request.service == 'compute'
               and 'X-Auth-Token' in request.headers}
    networked.admin.session.delete(
        networked.services[0][1] + '/auth/tokens',
        headers={'X-Subject-Token': token})
    assert networked.cloud.compute.flavors()


def test_a_wrong_password_is_refused_not_retried(networked):
    stranger = networked.connect(service_credentials__password='wrong')
    for ask in (stranger.compute.flavors, stranger.volumes.types,
                lambda: stranger.network.ports('x'),
                lambda: stranger.images.show('x')):
        asked = len(networked.proxy.requests)
        with pytest.raises(ports.CloudRefused):
            ask()
        assert sum(request.method == 'POST' for request in
                   networked.proxy.requests[asked:]) == 1


def test_a_service_account_without_password_is_a_sentence():
    with pytest.raises(exception.ConfigError, match='Set password in'):
        session.from_conf(options.make(
            service_credentials__auth_url='http://127.0.0.1:1/v3'))


def test_what_is_on_the_config_drive_is_in_no_log(networked, caplog):
    caplog.set_level(logging.DEBUG)
    instance_id = str(uuid.uuid4())
    server = networked.cloud.compute.boot(usual.an_order(
        networked, instance_id, user_data='the-secret-of-a-guest'))
    usual.active(networked, server.id)
    [asked] = [request for request in networked.proxy.requests
               if (request.service, request.method, request.path)
               == ('compute', 'POST', '/servers')]
    packed = base64.b64encode(b'the-secret-of-a-guest')
    assert packed in asked.body
    assert caplog.records
    for told in ('the-secret-of-a-guest', packed.decode(),
                 networked.conf().service_credentials.password):
        assert told not in caplog.text


def test_user_data_comes_on_the_config_drive(over_http):
    server = over_http.cloud.compute.boot(usual.an_order(
        over_http, str(uuid.uuid4()), user_data='for the guest'))
    usual.active(over_http, server.id)
    machine = over_http.site.host.machines[server.id]
    assert machine.spec.config_drive[
        'openstack/latest/user_data'] == b'for the guest'


def test_a_server_boots_with_its_volume(networked):
    instance_id = str(uuid.uuid4())
    volume = usual.a_volume(networked, instance_id)
    usual.soon(lambda: networked.cloud.volumes.show(
        volume.id).status == 'available')
    server = networked.cloud.compute.boot(usual.an_order(
        networked, instance_id, volume_id=volume.id))
    usual.active(networked, server.id)
    [attached] = networked.admin.compute.volume_attachments(server.id)
    assert attached.volume_id == volume.id

# SPDX-License-Identifier: Apache-2.0
"""What only a cloud over HTTP can show: retries, tokens, silence, logs."""

import logging
import uuid

import pytest

from trove.cloud import ports
from trove.cloud import session
from trove.common import exception
from trove.tests.contract.cloud import test_ports as usual
from trove.tests.fixtures import options


@pytest.mark.parametrize('kind', ('down', 'busy', 'reset', 'lost'))
def test_looking_is_tried_again(over_http, kind):
    volume = usual.a_volume(over_http, str(uuid.uuid4()))
    over_http.fail('volumes.show', kind)
    assert over_http.cloud.volumes.show(volume.id).id == volume.id


def test_looking_gives_up_within_its_limit(over_http):
    volume = usual.a_volume(over_http, str(uuid.uuid4()))
    over_http.fail('volumes.show', 'down', times=2)
    with pytest.raises(ports.CloudDown):
        over_http.cloud.volumes.show(volume.id)


def test_a_silent_service_is_left_after_the_time_limit(over_http):
    site = over_http.site
    impatient = session.from_conf(options.make(
        service_credentials__auth_url=site.auth_url,
        service_credentials__password=site.password('trove'),
        service_credentials__request_timeout=1,
        service_credentials__request_retries=0))
    impatient.compute.flavors()
    site.cloud.faults.add(service='compute', operation='GET /flavors.*',
                          kind='hang', count=1, delay_s=3)
    with pytest.raises(ports.CloudDown):
        impatient.compute.flavors()


def test_a_wrong_password_is_refused_not_retried(over_http):
    stranger = session.from_conf(options.make(
        service_credentials__auth_url=over_http.site.auth_url,
        service_credentials__password='wrong'))
    for ask in (stranger.compute.flavors, stranger.volumes.types,
                lambda: stranger.network.ports('x'),
                lambda: stranger.images.show('x')):
        with pytest.raises(ports.CloudRefused):
            ask()


def test_a_service_account_without_password_is_a_sentence():
    with pytest.raises(exception.ConfigError, match='Set password in'):
        session.from_conf(options.make(
            service_credentials__auth_url='http://127.0.0.1:1/v3'))


def test_what_is_on_the_config_drive_is_in_no_log(over_http, caplog):
    caplog.set_level(logging.DEBUG)
    instance_id = str(uuid.uuid4())
    server = over_http.cloud.compute.boot(usual.an_order(
        over_http, instance_id, user_data='the-secret-of-a-guest'))
    usual.active(over_http, server.id)
    machine = over_http.site.host.machines[server.id]
    assert machine.spec.config_drive[
        'openstack/latest/user_data'] == b'the-secret-of-a-guest'
    assert caplog.records
    for told in ('the-secret-of-a-guest', 'dGhlLXNlY3JldC1vZi1hLWd1ZXN0',
                 over_http.site.password('trove')):
        assert told not in caplog.text


def test_a_server_boots_with_its_volume(over_http):
    instance_id = str(uuid.uuid4())
    volume = usual.a_volume(over_http, instance_id)
    usual.soon(lambda: over_http.cloud.volumes.show(
        volume.id).status == 'available')
    server = over_http.cloud.compute.boot(usual.an_order(
        over_http, instance_id, volume_id=volume.id))
    usual.active(over_http, server.id)
    machine = over_http.site.host.machines[server.id]
    assert [one.volume_id for one in machine.spec.volumes] == [volume.id]

# SPDX-License-Identifier: Apache-2.0
"""The fault switch, and what a client notices of it."""
import time

import openstack.exceptions
import pytest
import requests


class Switch:
    """The fault switch, as an admin uses it."""

    def __init__(self, site, user='admin'):
        self.url = f'{site.url}/faults'
        self.headers = {'X-Auth-Token':
                        site.connect(user).session.get_token()}

    def add(self, **fault):
        """Ask for trouble; returns the answer."""
        return requests.post(self.url, json=fault, headers=self.headers,
                             timeout=5)

    def left(self):
        """What is still to come."""
        return requests.get(self.url, headers=self.headers,
                            timeout=5).json()['faults']

    def clear(self):
        """No more trouble."""
        requests.delete(self.url, headers=self.headers, timeout=5)


@pytest.fixture
def switch(site):
    """The fault switch."""
    return Switch(site)


def _get(demo, path='/servers'):
    return requests.get(
        demo.compute.get_endpoint() + path, timeout=5,
        headers={'X-Auth-Token': demo.session.get_token()}).status_code


def test_the_next_calls_of_a_kind_fail_and_the_others_do_not(
        switch, demo):
    switch.add(service='compute', operation='GET /servers', count=2,
               kind='status', status=503)
    assert _get(demo, '/flavors') == 200
    assert [_get(demo) for _ in range(3)] == [503, 503, 200]
    assert not switch.left()


def test_a_reset_drops_the_connection(switch, demo):
    switch.add(service='compute', operation='GET /servers', kind='reset')
    with pytest.raises(requests.exceptions.ConnectionError):
        _get(demo)
    assert _get(demo) == 200


def test_a_lost_answer_means_that_the_work_was_done(
        site, switch, demo):
    switch.add(service='volume', operation='POST /volumes',
               kind='lost_answer')
    url = demo.block_storage.get_endpoint() + '/volumes'
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.post(url, json={'volume': {'size': 1, 'name': 'lost'}},
                      timeout=5, headers={
                          'X-Auth-Token': demo.session.get_token()})
    site.settle()
    assert [v.name for v in demo.block_storage.volumes()] == ['lost']


def test_a_hanging_call_goes_on_when_the_switch_is_cleared(switch, demo):
    switch.add(service='compute', operation='GET /servers', kind='hang',
               delay_s=0.3)
    started = time.monotonic()
    assert _get(demo) == 200
    assert time.monotonic() - started >= 0.3


def test_servers_and_volumes_end_in_error(site, switch, demo, image):
    switch.add(service='compute', operation='POST /servers',
               kind='error_state', message='No valid host was found.')
    server = demo.compute.create_server(
        name='s', image_id=image.id, flavor_id='1', networks='none')
    with pytest.raises(openstack.exceptions.ResourceFailure):
        demo.compute.wait_for_server(server, interval=0.02, wait=10)
    fault = demo.compute.get_server(server).fault
    assert fault['message'] == 'No valid host was found.'
    switch.add(service='volume', operation='POST /volumes',
               kind='error_state')
    volume = demo.block_storage.create_volume(name='v', size=1)
    site.settle()
    assert demo.block_storage.get_volume(volume).status == 'error'


def test_one_action_among_many_is_picked_by_its_body(
        site, switch, demo, image):
    server = demo.compute.create_server(
        name='s', image_id=image.id, flavor_id='1', networks='none')
    demo.compute.wait_for_server(server, interval=0.02, wait=10)
    switch.add(service='compute', kind='status', status=500,
               operation='POST /servers/[^/]+/action', body='os-stop')
    demo.compute.reboot_server(server, 'HARD')
    site.settle()
    with pytest.raises(openstack.exceptions.HttpException):
        demo.compute.stop_server(server)


@pytest.mark.parametrize('wrong', [
    {'kind': 'earthquake'}, {'count': 0}, {'operation': 'POST'},
    {'operation': 'POST /('}, {'colour': 'red'}])
def test_a_wrong_fault_is_refused(switch, wrong):
    fault = dict({'service': 'compute', 'operation': 'GET /servers',
                  'kind': 'status'}, **wrong)
    assert switch.add(**fault).status_code == 400
    assert not switch.left()


def test_only_admins_touch_the_switch(site):
    assert Switch(site, 'demo').add(
        service='compute', operation='GET /servers',
        kind='status').status_code == 403


def test_cleared_faults_do_not_strike(switch, demo):
    switch.add(service='compute', operation='GET /servers', kind='reset',
               count=9)
    switch.clear()
    assert _get(demo) == 200

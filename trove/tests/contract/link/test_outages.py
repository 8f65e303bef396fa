# SPDX-License-Identifier: Apache-2.0
"""The broker goes away, comes back, loses its queues: all go on.

These run on the node that the other tests use, so they leave it running.
"""

import threading

import pytest
import requests

from trove.common import exception
from trove.common import waiting
from trove.rpc import taskmanager
from trove.rpc import transport
from trove.tests.contract.link import test_guest_link

#: Seconds after which all must be heard again.
BACK_S = 15


class Crew:
    """Keeps the operations that it was woken for."""

    def __init__(self):
        self.woken = []

    def wake(self, ctxt, operation_id):
        self.woken.append(operation_id)


class Everyone:
    """A guest and a taskmanager, tried again until they are heard."""

    def __init__(self, control, link, crew, waker, instance_id):
        self._control = control
        self._link = link
        self._crew = crew
        self._waker = waker
        self._instance_id = instance_id

    def wait_until_heard(self):
        """A heartbeat, a call with its answer and a wake-up get through."""
        self._control.forget()
        waiting.until(self._beats, BACK_S, 'a heartbeat')
        waiting.until(self._answers, BACK_S, 'an answer')
        self._crew.woken.clear()
        waiting.until(self._wakes, BACK_S, 'a wake-up')

    def _beats(self):
        try:
            self._link.heartbeat({'service_status': 'healthy'})
        except exception.Unavailable:
            return False
        return bool(self._control.reports.kept)

    def _answers(self):
        try:
            self._control.guests.ping(self._instance_id)
        except (exception.Unavailable, exception.GuestSilent):
            return False
        return True

    def _wakes(self):
        self._waker.wake('o')
        return bool(self._crew.woken)


@pytest.fixture
def everyone(control, boot, conf, node, cleaners):
    conf.set_override('agent_call_low_timeout', 1)
    made = control.enrol()
    link = boot(made, test_guest_link.Agent())
    crew = Crew()
    connection = transport.connect(conf, node.url)
    server = taskmanager.serve(conf, connection, 'tm', crew)
    server.start()
    yield Everyone(control, link, crew,
                   taskmanager.Client(conf, connection), made)
    conf.clear_override('agent_call_low_timeout')

    def end():
        server.stop()
        server.wait()
        connection.cleanup()
    cleaners(end)


def queues(node):
    found = requests.get(node.management_url + '/api/queues/%2F',
                         auth=('trove', node.password), timeout=10)
    return [queue['name'] for queue in found.json()]


def test_a_broker_that_was_killed_and_started_again(everyone, control, node):
    everyone.wait_until_heard()
    node.stop()
    with pytest.raises(exception.Unavailable):
        control.guests.ping(next(iter(control.links.secrets)))
    # Long enough for each client to have given up on a connection once.
    threading.Event().wait(3)
    node.start()
    everyone.wait_until_heard()


def test_queues_that_were_deleted_are_made_again(everyone, node):
    everyone.wait_until_heard()
    for name in queues(node):
        requests.delete('%s/api/queues/%%2F/%s' % (
            node.management_url, name), auth=('trove', node.password),
            timeout=10)
    everyone.wait_until_heard()


def test_connections_that_were_cut_are_made_again(everyone, node):
    everyone.wait_until_heard()
    for one in requests.get(node.management_url + '/api/connections',
                            auth=('trove', node.password),
                            timeout=10).json():
        requests.delete('%s/api/connections/%s' % (
            node.management_url, requests.utils.quote(one['name'], safe='')),
            auth=('trove', node.password), timeout=10)
    everyone.wait_until_heard()

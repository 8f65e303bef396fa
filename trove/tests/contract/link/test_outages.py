# SPDX-License-Identifier: Apache-2.0
"""The broker goes away, comes back, loses its queues: all go on, and no
operation is lost.

These run on the node that the other tests use, so they leave it running.
"""

import dataclasses
import threading

import pytest
import requests

from trove.common import exception
from trove.common import waiting
from trove.objects.operation import State
from trove.rpc import broker_names
from trove.rpc import taskmanager
from trove.rpc import transport
from trove.tests.contract.link import test_guest_link
from trove.tests.fixtures import control_plane

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


def test_a_broker_that_was_gone_for_a_minute(everyone, node):
    """All clients have come to their longest pauses by then."""
    everyone.wait_until_heard()
    node.stop()
    threading.Event().wait(60)
    node.start()
    everyone.wait_until_heard()


def test_queues_that_were_deleted_are_made_again(everyone, node):
    everyone.wait_until_heard()
    delete_all_queues(node)
    everyone.wait_until_heard()


def test_an_outbox_that_was_deleted_is_read_again_in_a_second(control, node,
                                                              boot):
    made = control.enrol()
    link = boot(made, test_guest_link.Agent())
    name = broker_names.outbox(made)
    requests.delete('%s/api/queues/%%2F/%s' % (node.management_url, name),
                    auth=('trove', node.password), timeout=10)
    waiting.until(lambda: made not in control.outboxes.reading()
                  or link_beats(control, link), 5, 'the loss', poll_s=0.01)
    waiting.until(lambda: link_beats(control, link), 2, 'the way back')
    assert control.reports.of(made)


def link_beats(control, link):
    try:
        link.heartbeat({'service_status': 'healthy'})
    except exception.Unavailable:
        return False
    return True


def delete_all_queues(node):
    for name in queues(node):
        requests.delete('%s/api/queues/%%2F/%s' % (
            node.management_url, name), auth=('trove', node.password),
            timeout=10)


class Company:
    """Tenants who create over a real broker, and a taskmanager."""

    def __init__(self, conf, node, broker, directory):
        template = control_plane.template(directory)
        self.plane = control_plane.ControlPlane(directory, template)
        self.plane.conf.set_override('cloud_patience_s', 60, 'taskmanager')
        self.plane.rooms = dataclasses.replace(self.plane.rooms,
                                               broker=broker)
        self._connections = [transport.connect(conf, node.url)
                             for _ in range(2)]
        self.plane.deps = dataclasses.replace(
            self.plane.deps, taskmanager=taskmanager.Client(
                conf, self._connections[0]))
        self._working = self.plane.taskmanager('tm', self._connections[1])
        self._working.start()
        self.promised = []

    def promise(self, count):
        self.promised += [self.plane.create() for _ in range(count)]

    def kept(self):
        return all(operation.state is State.DONE for one in self.promised
                   for operation in self.plane.operations(one))

    def close(self):
        self._working.stop()
        for one in self.promised:
            self.plane.rooms.broker.delete_user(one)
            self.plane.rooms.broker.delete_queues(one)
        for connection in self._connections:
            connection.cleanup()
        self.plane.close()


@pytest.fixture
def company(conf, node, plane, tmp_path):
    made = Company(conf, node, plane.broker, tmp_path)
    yield made
    made.close()


def test_no_operation_is_lost_with_the_broker(company, node):
    company.promise(3)
    node.stop()
    company.promise(3)          # nobody is woken for these
    threading.Event().wait(2)
    node.start()
    company.promise(3)
    waiting.until(company.kept, 40, 'all nine')


def test_no_operation_is_lost_with_the_queues(company, node):
    company.promise(3)
    delete_all_queues(node)
    company.promise(3)
    waiting.until(company.kept, 20, 'all six')


def test_connections_that_were_cut_are_made_again(everyone, node):
    everyone.wait_until_heard()
    for one in requests.get(node.management_url + '/api/connections',
                            auth=('trove', node.password),
                            timeout=10).json():
        requests.delete('%s/api/connections/%s' % (
            node.management_url, requests.utils.quote(one['name'], safe='')),
            auth=('trove', node.password), timeout=10)
    everyone.wait_until_heard()

# SPDX-License-Identifier: Apache-2.0
"""Control plane and guest understand each other over a real RabbitMQ."""

import threading
from concurrent import futures

import pytest

from trove.common import exception
from trove.objects import order
from trove.rpc import guest as guest_room
from trove.rpc import guest_server
from trove.rpc import versions


class Agent:
    """An endpoint of a guest that notes what it is told."""

    def __init__(self):
        self.orders = []
        self.ordered = threading.Event()

    def prepare(self, order):
        self.orders.append(order)
        self.ordered.set()

    def ping(self):
        return None

    def get_filesystem_stats(self):
        return {'total': 1.0, 'used': 0.25}

    def stop_db(self):
        raise exception.GuestFailed('the engine does not stop')

    def _secret(self):
        raise AssertionError('a private method was called')


@pytest.fixture
def agent():
    return Agent()


@pytest.fixture
def instance_id(control, boot, agent):
    made = control.enrol()
    boot(made, agent)
    return made


def test_a_heartbeat_arrives_under_its_sender(control, boot):
    made = control.enrol()
    boot(made, Agent()).heartbeat({'service_status': 'healthy'})
    assert control.reports.of(made)[0][1] == 'healthy'


def test_an_order_arrives_whole(control, agent, instance_id):
    sent = order.Prepare(
        instance_id=instance_id, operation_id='o1', manager='mariadb',
        version='10.11', memory_mb=512,
        users=(order.UserSpec(name='app', password='sécret\x00"'),))
    control.guests.prepare(sent)
    assert agent.ordered.wait(10)
    assert order.Prepare.from_dict(agent.orders[0]) == sent


def test_a_call_gets_its_answer(control, instance_id):
    stats = control.guests.get_filesystem_stats(instance_id)
    assert stats == {'total': 1.0, 'used': 0.25}


def test_a_failure_in_the_guest_reaches_the_caller(control, instance_id):
    with pytest.raises(exception.GuestFailed, match='does not stop'):
        control.guests.stop_db(instance_id)


def test_a_silent_guest_is_a_timeout(control, conf):
    conf.set_override('agent_call_low_timeout', 1)
    with pytest.raises(exception.GuestSilent):
        control.guests.ping(control.enrol())
    conf.clear_override('agent_call_low_timeout')


def test_an_unknown_or_private_method_is_not_supported(control, instance_id,
                                                       monkeypatch):
    monkeypatch.setattr(versions, 'needed', lambda *_: '1.0')
    for name in ('unheard_of', '_secret', '__init__'):
        with pytest.raises(exception.GuestFailed, match='not supported'):
            control.guests._call(instance_id, name, 10)


@pytest.mark.parametrize('speaks', ['1.0', None])
def test_an_older_guest_is_never_sent_more_than_it_speaks(
        control, agent, instance_id, speaks):
    control.links.versions[instance_id] = speaks
    with pytest.raises(guest_room.GuestTooOld, match='needs 1.1'):
        control.guests.rotate_link(instance_id, 'k', b'', 'rabbit://')


def test_messages_wait_while_the_agent_restarts(control, boot, tmp_path):
    made = control.enrol()
    state = tmp_path / 'state'
    boot(made, Agent(), state).stop()
    control.guests.prepare(order.Prepare(
        instance_id=made, operation_id='o1', manager='m', version='1',
        memory_mb=1))
    again = Agent()
    boot(made, again, state)
    assert again.ordered.wait(10)


def test_every_start_of_the_agent_counts_as_a_later_boot(control, boot,
                                                         tmp_path):
    made = control.enrol()
    state = tmp_path / 'state'
    for _ in range(2):
        link = boot(made, Agent(), state)
        link.heartbeat({'service_status': 'healthy'})
        link.stop()
    with control.reports.changed:
        assert control.reports.changed.wait_for(
            lambda: len(control.reports.kept) == 2, 10)
    first, second = control.reports.of(made)
    assert second[2] > first[2]


def test_the_user_and_queues_go_with_the_instance(control, instance_id):
    assert control.broker.queues(instance_id)
    control.broker.delete_user(instance_id)
    # As in the taskmanager: for whom there is a key, a conductor makes a
    # missing outbox anew.
    del control.links.secrets[instance_id]
    control.broker.delete_queues(instance_id)
    assert control.broker.queues(instance_id) == []
    assert instance_id not in control.broker.users()
    control.broker.delete_user(instance_id)
    control.broker.delete_queues(instance_id)


class Stuck(Agent):
    """One that is killed in the middle of a call: it never answers."""

    def __init__(self):
        super().__init__()
        self.over = threading.Event()

    def ping(self):
        self.ordered.set()
        self.over.wait(60)


def test_an_agent_does_not_wait_for_ever_for_what_is_under_way(
        control, boot, tmp_path, monkeypatch):
    monkeypatch.setattr(guest_server, '_STOP_S', 0.5)
    made, stuck = control.enrol(), Stuck()
    link = boot(made, stuck)
    with futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(control.guests.ping, made)
        assert stuck.ordered.wait(10)
        link.stop()
        assert not asked.done()
        stuck.over.set()
        assert asked.result(10) is None     # who was at it still answers


def test_an_agent_that_is_back_tells_what_it_did_not_end(control, boot,
                                                         tmp_path):
    made = control.enrol()
    state, stuck = tmp_path / 'state', Stuck()
    boot(made, stuck, state)
    with futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(control.guests.ping, made)
        assert stuck.ordered.wait(10)
        boot(made, Agent(), state, 'The engine is as it was.')
        with pytest.raises(exception.GuestRestarted, match='as it was'):
            asked.result(20)
        stuck.over.set()

# SPDX-License-Identifier: Apache-2.0
"""Nothing outside is touched without a lease; waits forgive hiccups."""

import threading
import types

import pytest

from trove.cloud import fake
from trove.cloud import ports
from trove.common import exception
from trove.rpc import answers
from trove.taskmanager import lease
from trove.taskmanager import tools
from trove.tests.fixtures import options


@pytest.fixture
def made():
    conf = options.make(taskmanager__cloud_patience_s=0.2)
    rooms = tools.Rooms(db=None, cloud=fake.build(), guest=threading.Event(),
                        broker=threading.Event(), datastores=None,
                        links=None, conf=conf)
    owned = lease.Lease('op', 1, 30, lease.clock())
    watch = lease.Watch(owned, lambda operation_id: False)
    return tools.held(rooms, None, watch), owned


def test_with_a_lease_calls_go_through(made):
    held, _ = made
    assert held.cloud.compute.zones() == ['nova']


@pytest.mark.parametrize('call', (
    lambda held: held.cloud.compute.zones(),
    lambda held: held.cloud.volumes.types(),
    lambda held: held.cloud.network.ports('i'),
    lambda held: held.cloud.images.show('i'),
    lambda held: held.guest.set(), lambda held: held.broker.set(),
    lambda held: held.db.writer()))
def test_without_a_lease_no_call_leaves(made, call):
    held, owned = made
    owned.lose()
    with pytest.raises(lease.LeftByLoss):
        call(held)
    assert not held.guest._target.is_set()
    assert held.cloud.compute._target.faults.calls == []


def test_a_guest_is_waited_for_no_longer_than_the_work_goes_on():
    stopping = threading.Event()
    slot = answers._Slot('slow')
    owned = lease.Lease('op', 1, 30, lease.clock())
    held = tools._HeldGuest(
        types.SimpleNamespace(call=lambda: slot.wait(60)),
        lease.Watch(owned, lambda operation_id: False, stopping))
    stopping.set()
    with pytest.raises(lease.LeftByStop):
        held.call()


def test_a_look_that_fails_for_a_while_counts_as_not_yet(made):
    held, _ = made
    answers = iter((ports.CloudDown(service='x', reason='y'),
                    exception.Unavailable('z'), None, 'found'))

    def look():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert held.until(look, 5, 'it') == 'found'


def test_a_look_that_goes_on_failing_ends_the_wait(made):
    held, _ = made

    def look():
        raise ports.CloudDown(service='x', reason='y')

    with pytest.raises(ports.CloudDown):
        held.until(look, 5, 'it')


def test_what_kept_something_from_happening_is_told(made):
    held, _ = made

    def look():
        raise ports.CloudDown('Cinder: no answer')

    with pytest.raises(exception.WaitTimeout,
                       match=r'it did not .* 0 s\. \(Cinder: no answer\)'):
        held.until(look, 0, 'it')


def test_a_lasting_refusal_ends_the_wait_at_once(made):
    held, _ = made
    looks = []

    def look():
        looks.append(1)
        raise ports.CloudRefused(service='x', reason='y')

    with pytest.raises(ports.CloudRefused):
        held.until(look, 5, 'it')
    assert len(looks) == 1

# SPDX-License-Identifier: Apache-2.0
"""A guest changes its secrets, and is never left mute."""

import pytest

from trove.common import exception
from trove.objects.operation import State
from trove.operations import rotate_guest_link
from trove.rpc import broker_names


@pytest.fixture
def instance_id(plane):
    made = plane.create()
    plane.work()
    return made


def last(plane, instance_id):
    return plane.operations(instance_id)[-1]


def link(plane, instance_id):
    with plane.db.reader() as tx:
        return tx.guests.link(instance_id)


def test_key_and_user_are_changed_and_the_old_ones_are_gone(plane,
                                                            instance_id):
    before = link(plane, instance_id)
    plane.rotate(instance_id)
    plane.work()

    after = link(plane, instance_id)
    assert last(plane, instance_id).state is State.DONE
    assert after.key_id not in (None, before.key_id)
    assert after.next_key_id is None
    first, second = broker_names.users(instance_id)
    assert list(plane.broker.users[instance_id]) == [second]
    plane.rotate(instance_id)
    plane.work()
    assert list(plane.broker.users[instance_id]) == [first]
    plane.guests.speak(instance_id)


def test_numbers_to_the_guest_go_on(plane, instance_id):
    before = plane.rooms.links.outgoing(instance_id)[2]
    plane.rotate(instance_id)
    plane.work()
    assert plane.rooms.links.outgoing(instance_id)[2] > before


def test_a_silent_guest_keeps_old_and_new_and_the_next_try_goes_on(
        plane, instance_id):
    plane.conf.set_override('rotation_timeout', 1, 'guest_link')
    before = link(plane, instance_id)
    plane.guests.silent = True
    plane.rotate(instance_id)
    plane.work()

    failed = last(plane, instance_id)
    assert failed.state is State.FAILED
    assert 'both good; ask again' in failed.error
    assert len(plane.broker.users[instance_id]) == 2
    half = link(plane, instance_id)
    assert half.key_id == before.key_id and half.next_key_id

    plane.guests.silent = False
    plane.rotate(instance_id)
    plane.work()
    assert last(plane, instance_id).state is State.DONE
    assert link(plane, instance_id).key_id == half.next_key_id
    assert len(plane.broker.users[instance_id]) == 1


def test_the_tenant_sees_nothing_of_a_failed_change(plane, instance_id):
    plane.conf.set_override('rotation_timeout', 1, 'guest_link')
    plane.guests.forgetful = True
    plane.rotate(instance_id)
    plane.work()
    instance = plane.instance(instance_id)
    assert (instance.status, instance.fault) == ('ACTIVE', None)


def test_a_broker_that_is_down_fails_the_change_before_the_guest_hears(
        plane, instance_id):
    plane.broker.down = True
    plane.rotate(instance_id)
    plane.work()
    assert last(plane, instance_id).state is State.FAILED
    assert plane.guests.secrets == {}


def test_a_change_under_way_is_not_begun_twice(plane, instance_id):
    assert plane.rotate(instance_id) == plane.rotate(instance_id)


def test_an_old_guest_is_not_asked(plane, instance_id):
    from trove.objects import instance as objects
    from trove.objects import status
    with plane.db.writer() as tx:
        tx.guests.report(instance_id, objects.Report(
            status=status.Service.HEALTHY, reported_at=None,
            api_version='1.0'), 1, 99)
    with pytest.raises(rotate_guest_link.CannotRotate, match='1.0'):
        plane.rotate(instance_id)


def test_a_deletion_ends_a_change_and_takes_both_users(plane, instance_id):
    plane.guests.silent = True
    plane.rotate(instance_id)
    plane.delete(instance_id)
    plane.work()
    assert plane.instance(instance_id).deleted
    assert plane.broker.users == {}
    with pytest.raises(exception.NotFound):
        link(plane, instance_id)

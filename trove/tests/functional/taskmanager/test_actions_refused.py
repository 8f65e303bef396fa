# SPDX-License-Identifier: Apache-2.0
"""Actions on an instance: what is refused, and changes nothing."""

import pytest

from trove.common import exception
from trove.objects import status
from trove.operations import actions
from trove.tests.functional.taskmanager import acting


@pytest.mark.parametrize('action', acting.ACTIONS.values())
def test_of_two_actions_the_second_is_refused(plane, made, action):
    acting.restart(plane, made)
    with pytest.raises(exception.InstanceBusy):
        action(plane, made)
    assert acting.used(plane) == ((512, 0), (1, 0))


@pytest.mark.parametrize('action', acting.OF_RUNNING)
@pytest.mark.parametrize('facts', [
    {'server_status': 'SHUTOFF'}, {'server_status': 'ERROR'}])
def test_a_server_that_does_not_run_refuses(plane, made, action, facts):
    with plane.db.writer() as tx:
        tx.instances.record(made, **facts)
    with pytest.raises(actions.CannotAct, match='its server is'):
        action(plane, made)


@pytest.mark.parametrize('action', acting.OF_RUNNING)
def test_an_engine_of_which_nothing_is_known_refuses(plane, made, action):
    plane.guests.report(made, 'ready', status.Service.UNKNOWN)
    with pytest.raises(actions.CannotAct, match='its engine'):
        action(plane, made)


def test_quota_is_held_and_a_refusal_leaves_the_instance_free(plane, made):
    with plane.db.writer() as tx:
        tx.quotas.set_limit(acting.CTX.project_id, 'volumes', 2)
        tx.quotas.set_limit(acting.CTX.project_id, 'ram', 1024)
    for action in (acting.grow, acting.reshape):
        with pytest.raises(exception.QuotaExceeded):
            action(plane, made)
    assert plane.instance(made).task is status.Task.NONE
    assert acting.used(plane) == ((512, 0), (1, 0))


def test_replicas_grow_along_or_none_does(plane, made):
    replica = plane.create(name='copy')
    plane.work()
    with plane.db.writer() as tx:
        tx.instances.record(replica, replica_of=made)
        tx.instances.set_task(replica, status.Task.LOGGING)
    with pytest.raises(exception.InstanceBusy):
        acting.grow(plane, made)
    assert plane.instance(made).task is status.Task.NONE
    with plane.db.writer() as tx:
        tx.instances.set_task(replica, status.Task.NONE)
    acting.grow(plane, made)
    plane.work()
    assert [plane.instance(one).volume_gb for one in (made, replica)] == [
        3, 3]
    assert acting.used(plane)[1] == (6, 0)

# SPDX-License-Identifier: Apache-2.0
"""Whatever dies when, usage is what there is: a recount changes nothing."""

import random

import pytest

from trove.objects.operation import State
from trove.tests.fixtures import control_plane
from trove.tests.fixtures import crashes


def recount(plane):
    """{resource: (before, after)} of what was wrong."""
    with plane.db.writer() as tx:
        return {name: (old, new) for name, (old, new)
                in tx.recount(control_plane.CTX.project_id).items()
                if old != new}


def run(plane, at):
    """A taskmanager that dies at an instant, if it gets that far."""
    try:
        plane.work(crashes.rooms(plane.rooms, crashes.Fuse(at)),
                   owner='tm-dies')
    except crashes.Killed:
        return


def recover(plane):
    """Time passes, and another taskmanager goes on."""
    plane.let_leases_end()
    plane.work(owner='tm-heir')


def unlucky(plane, chance, what):
    """Something goes wrong about the next create."""
    if what == 'refusal':
        plane.cloud.faults.fail('compute.boot', 'refused')
    elif what == 'lost answer':
        plane.cloud.faults.fail('volumes.create', 'lost')
    instance_id = plane.create()
    if what == 'delete at once':
        plane.delete(instance_id)
    run(plane, chance.randint(1, 120))
    return instance_id


@pytest.mark.parametrize('seed', range(3))
def test_a_recount_after_a_mix_of_crashes_changes_nothing(plane, seed):
    chance = random.Random(seed)
    made = [unlucky(plane, chance, what) for what in chance.sample(
        ('nothing', 'refusal', 'lost answer', 'delete at once'), 4)]
    # What is under way counts as well.
    assert recount(plane) == {}
    recover(plane)
    plane.cloud.faults.clear()
    assert recount(plane) == {}
    alive = [one for one in made if not plane.instance(one).deleted]
    assert plane.usages() == (len(alive), 0)

    for instance_id in alive:
        plane.delete(instance_id)
        run(plane, chance.randint(1, 40))
        assert recount(plane) == {}
    recover(plane)
    assert recount(plane) == {}
    assert plane.usages() == (0, 0)
    assert plane.cloud.leftovers() == []
    assert all(one.state is not State.FAILED for instance_id in made
               for one in plane.operations(instance_id))

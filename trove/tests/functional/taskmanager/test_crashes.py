# SPDX-License-Identifier: Apache-2.0
"""Killed at any instant, an operation ends done or undone.

No list of steps is kept here: the instants are found by running each
situation once and counting. TROVE_CRASH_SHARE=1 (default 0.05) tries them
all; below that an evenly spread share of them, other ones in each run of a
different TROVE_CRASH_SEED.
"""

import os
import random

import pytest

from trove.objects.operation import State
from trove.tests.fixtures import control_plane
from trove.tests.fixtures import crashes

SHARE = float(os.environ.get('TROVE_CRASH_SHARE', '0.05'))
SEED = int(os.environ.get('TROVE_CRASH_SEED', '1'))


def build(plane):
    return plane.create()


def build_with_everything(plane):
    from trove.objects import instance as objects
    plane.conf.set_override('management_networks', ['net-mgmt'])
    return plane.create(locality='affinity',
                        access=objects.Access(is_public=True))


def fail_late(plane):
    plane.guests.refuses = 'no'
    return build_with_everything(plane)


def fail_at_the_server(plane):
    plane.cloud.compute.outcome = 'ERROR'
    return plane.create()


def fail_at_the_port(plane):
    plane.cloud.faults.fail('network.create_port', 'refused', times=None)
    return plane.create()


def lose_the_answer(plane):
    plane.cloud.faults.fail('compute.boot', 'lost')
    return plane.create()


def cancel(plane):
    instance_id = plane.create()
    plane.cloud.compute.on_active.insert(
        0, lambda server, order: plane.delete(instance_id))
    return instance_id


def remove(plane):
    instance_id = build_with_everything(plane)
    plane.work()
    plane.delete(instance_id)
    return instance_id


def rotate(plane):
    instance_id = plane.create()
    plane.work()
    plane.rotate(instance_id)
    return instance_id


ROTATED = (rotate,)
BUILT = (build, build_with_everything, lose_the_answer)
UNDONE = (fail_late, fail_at_the_server, fail_at_the_port)
GONE = (cancel, remove)


@pytest.fixture
def deployment(tmp_path, template):
    made = []

    def make():
        directory = tmp_path / str(len(made))
        directory.mkdir()
        made.append(control_plane.ControlPlane(directory, template))
        return made[-1]

    yield make
    for one in made:
        one.close()


def instants(situation, deployment):
    """How many there are in a run that nothing interrupts."""
    plane = deployment()
    situation(plane)
    fuse = crashes.Fuse()
    assert crashes.run(plane, fuse)
    return len(fuse.log)


def share_of(total):
    return sorted(random.Random(SEED).sample(
        range(1, total + 1), max(1, round(SHARE * total))))


@pytest.mark.parametrize('situation', BUILT + UNDONE + GONE + ROTATED,
                         ids=lambda situation: situation.__name__)
def test_killed_anywhere_it_ends_done_or_undone(situation, deployment):
    for at in share_of(instants(situation, deployment)):
        plane = deployment()
        instance_id = situation(plane)
        fuse = crashes.Fuse(at)
        crashes.run(plane, fuse)
        crashes.recover(plane)
        where = 'killed at %d, %s' % (at, fuse.log[-1])
        assert all(found.state.is_end for found
                   in plane.operations(instance_id)), where
        check_the_end(situation, plane, instance_id, where)
        plane.close()


def check_the_end(situation, plane, instance_id, where):
    instance = plane.instance(instance_id)
    held = plane.cloud.leftovers()
    if situation in ROTATED:
        check_rotated(plane, instance_id, where)
    if situation in BUILT + ROTATED:
        assert instance.status == 'ACTIVE', where
        check_nothing_doubled(plane, instance, held, where)
        assert plane.usages() == (1, 0), where
        return
    assert held == [], where
    assert plane.resources(instance_id) == [], where
    assert plane.broker.users == {}, where
    if situation in UNDONE:
        assert instance.status == 'ERROR' and instance.fault, where
        [operation] = plane.operations(instance_id)
        assert operation.state is State.UNDONE, where
        assert plane.usages() == (1, 0), where
    else:
        assert instance.deleted, where
        assert plane.usages() == (0, 0), where


def check_rotated(plane, instance_id, where):
    assert plane.operations(instance_id)[-1].state is State.DONE, where
    plane.guests.speak(instance_id)     # it is heard, with
    with plane.db.reader() as tx:       # the only key there is
        assert tx.guests.link(instance_id).next_key_id is None, where
    assert len(plane.broker.users[instance_id]) == 1, where


def check_nothing_doubled(plane, instance, held, where):
    kinds = [kind for kind, _ in held]
    assert kinds.count('server') == kinds.count('volume') == 1, where
    assert kinds.count('security_group') == 1, where
    assert kinds.count('port') in (1, 2), where
    assert len(plane.broker.users) == 1, where
    recorded = {(found.kind.replace('mgmt_', ''), found.external_id)
                for found in plane.resources(instance.id)}
    assert set(held) <= recorded, where

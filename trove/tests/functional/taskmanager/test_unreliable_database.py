# SPDX-License-Identifier: Apache-2.0
"""A real database server that is restarted, cut off, locked, demoted: what
was promised is kept, once, and the books stay right."""

import os
import random
import threading

import pytest
import sqlalchemy as sa

from trove.common import exception
from trove.common import waiting
from trove.db import session
from trove.objects.operation import State
from trove.tests.fixtures import servers
from trove.tests.fixtures import unreliable_database
from trove.tests.fixtures import verdicts

SAMPLE = int(os.environ.get('TROVE_CRASH_SAMPLE', '5'))
SEED = int(os.environ.get('TROVE_CRASH_SEED', '1'))


@pytest.fixture(params=('mariadb', 'postgresql'), scope='module')
def site(request):
    kind = unreliable_database.SERVERS[request.param]
    with servers.running(kind) as server:
        made = unreliable_database.Site(request.param, server)
        yield made
        made.close()


@pytest.fixture
def plane(site):
    return site.plane()


def persistently(function):
    """As a client does who was told to try again; one that was told to
    look first gets None."""
    def once():
        try:
            found.append(function())
        except session.CommitUnknown:
            found.append(None)
        except exception.Unavailable:
            return False
        return True
    found = []
    waiting.until(once, 60, 'an answer', poll_s=0.1, most_s=0.5)
    return found[0]


def hold(plane, ended=True):
    """Nothing stuck, nothing left, nothing double, the books right."""
    assert verdicts.wrong(plane) == []
    if ended:
        assert {operation.state for one in verdicts.instances(plane)
                for operation in plane.operations(one.id)} == {State.DONE}


def delete_all(plane):
    """Ask for the end of each, and look whether that was heard."""
    def promised():
        wanted = [one for one in verdicts.instances(plane)
                  if not one.deleted and plane.operations(
                      one.id)[-1].verb != 'delete_instance']
        for one in wanted:
            plane.delete(one.id)
        return not wanted

    waiting.until(lambda: persistently(promised), 60, 'promises',
                  poll_s=0.05)


def in_trouble(plane, trouble, pause_s, creates=4):
    """A taskmanager makes and deletes instances while there is trouble."""
    manager = plane.taskmanager()
    plane.conf.set_override('operation_lease_s', 5, 'taskmanager')
    manager.start()
    try:
        with unreliable_database.again_and_again(trouble, pause_s):
            for _ in range(creates):
                persistently(plane.create)
        waiting.until(lambda: not persistently(
            lambda: verdicts.unfinished(plane)), 90, 'the ends', poll_s=0.1)
        hold(plane)
        with unreliable_database.again_and_again(trouble, pause_s):
            delete_all(plane)
        waiting.until(lambda: not persistently(
            lambda: verdicts.unfinished(plane)), 90, 'the ends', poll_s=0.1)
    finally:
        manager.stop()
    assert verdicts.left(plane) == []


def test_a_server_that_crashes_and_comes_back_costs_nothing(site, plane):
    def crash():
        site.server.kill()
        site.server.boot()
    in_trouble(plane, crash, 0.7)


def test_connections_that_are_cut_again_and_again_cost_nothing(site, plane):
    in_trouble(plane, site.kill_all, 0.1)


def test_a_primary_that_only_reads_for_seconds_costs_nothing(site, plane):
    def demote():
        site.read_only(True)
        threading.Event().wait(1)
        site.read_only(False)
    in_trouble(plane, demote, 0.5)


def test_any_commit_of_a_create_may_be_cut_off(site):
    """A sample of them: TROVE_CRASH_SAMPLE sets how many."""
    plane = site.plane()
    with unreliable_database.Axe(site) as clean:
        plane.create()
        plane.work()
    hold(plane)
    chosen = random.Random(SEED).sample(
        range(2, clean.commits + 1), min(SAMPLE, clean.commits - 1))
    for at in chosen:
        plane = site.plane()
        plane.create()
        with unreliable_database.Axe(site, at - 1):
            for _ in range(5):
                persistently(plane.work)
                if not verdicts.unfinished(plane):
                    break
                plane.let_leases_end()
        hold(plane)


def test_a_promise_whose_commit_was_cut_off_is_made_or_is_not(site):
    for at in (1, 2):
        plane = site.plane()
        with unreliable_database.Axe(site, at):
            persistently(plane.create)
        plane.work()
        hold(plane, ended=False)
        assert len(verdicts.instances(plane)) <= 1


def test_a_deadlock_is_tried_again(site, plane):
    """Somebody locks the same rows in the other order, all the time."""
    seen = []

    @sa.event.listens_for(site.db.engine, 'handle_error')
    def note(context):
        seen.append(type(context.sqlalchemy_exception))

    instance_id = plane.create()
    (operation,) = plane.operations(instance_id)
    lines = ('UPDATE instances SET name = name WHERE id = %s',
             'UPDATE operations SET verb = verb WHERE id = %s')
    deadlocks = []

    def stand_in_the_way():
        try:
            with site.conductor.connection() as connection:
                connection.exec_driver_sql(lines[0], (instance_id,))
                threading.Event().wait(0.02)
                connection.exec_driver_sql(lines[1], (operation.id,))
        except exception.Unavailable as error:
            deadlocks.append(error)

    with unreliable_database.again_and_again(
            stand_in_the_way, 0.001, lambda: len(seen + deadlocks) >= 3):
        for _ in range(5):
            persistently(plane.work)
            if not verdicts.unfinished(plane):
                break
            plane.let_leases_end()
    sa.event.remove(site.db.engine, 'handle_error', note)
    assert seen or deadlocks
    hold(plane)

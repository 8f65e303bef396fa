# SPDX-License-Identifier: Apache-2.0
"""An agent killed at any point goes on by itself when it is started again."""

import glob
import os
import signal

import pytest

from trove.common import waiting
from trove.guestkit import files
from trove.tests.fixtures import guest_machine

STEPS = ('volume', 'configure', 'initialise', 'start', 'secure', 'databases',
         'users', 'root')


@pytest.fixture
def machine(any_machine):
    return any_machine


def report(machine):
    return files.read_json(os.path.join(machine.root, 'report.json')) or {}


def finish(machine):
    """Start an agent that nobody tells anything, and let it end the job."""
    agent = machine.spawn_agent()
    try:
        waiting.until(lambda: report(machine).get('phase') == 'ready',
                      guest_machine.WAIT_S, 'the end of the preparation')
        assert report(machine)['operation_id'] == 'op-1'
        assert report(machine)['service_status'] == 'healthy'
        assert machine.query('SELECT 1') == ((1,),)
        assert machine.query('SELECT 2', user='root', password='rooted',
                             database=None) == ((2,),)
        assert not glob.glob(os.path.join(machine.mount_point, 'data.*'))
    finally:
        agent.terminate()
        assert agent.wait(30) == 0


@pytest.mark.parametrize('point', [
    'accepted', *('during-' + step for step in STEPS), 'after-start'])
def test_killed_at(machine, point):
    agent = machine.spawn_agent(machine.order(root_password='rooted'), point)
    assert agent.wait(guest_machine.WAIT_S) == -signal.SIGKILL
    finish(machine)


def test_killed_while_the_engine_is_being_made(machine):
    agent = machine.spawn_agent(machine.order(root_password='rooted'))
    pattern = os.path.join(machine.mount_point, machine.kind.half_made)
    waiting.until(lambda: glob.glob(pattern), guest_machine.WAIT_S,
                  'a half-made engine', poll_s=0.01, most_s=0.01)
    agent.kill()
    agent.wait()
    finish(machine)


def test_killed_twice(machine):
    for point in ('during-initialise', 'during-users'):
        agent = machine.spawn_agent(
            machine.order(root_password='rooted')
            if point == 'during-initialise' else None, point)
        assert agent.wait(guest_machine.WAIT_S) == -signal.SIGKILL
    finish(machine)

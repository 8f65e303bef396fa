# SPDX-License-Identifier: Apache-2.0
"""A server's clock jumps: agent and engine see it, and nobody is misled."""

import json
import signal
import time

import pytest

from stack.inside import tenant as tenant_module
from trove.tests.conformance import machine as machine_module
from trove.tests.fixtures import jumping_clock

HOUR_S = 3600
#: A clock may be read while it moves on.
NEAR_S = 60
JUMPS = (
    pytest.param(HOUR_S, id='an hour ahead', marks=pytest.mark.slow),
    pytest.param(-HOUR_S, id='an hour back', marks=pytest.mark.slow),
    pytest.param(24 * HOUR_S, id='a day ahead'))


@pytest.fixture
def clock(server, machine, tmp_path):
    """The clock of its machine, by which agent and engine go."""
    found = jumping_clock.JumpingClock(tmp_path, machine.path('/'))
    found.preload()
    server.trove.instances.restart(server.id)
    server.well()
    new_agent(machine)
    server.becomes('HEALTHY')
    for name in (machine_module.AGENT, server.witness.inside.process):
        assert all(machine.maps(pid, found.library)
                   for pid in machine.processes(name)), name
    yield found
    found.set(0)


@pytest.fixture
def group(server):
    """A configuration group with a value that the running engine takes."""
    name, value, _ = server.witness.settings.dynamic
    made = server.trove.configurations.create(
        'clock', json.dumps({name: value}),
        datastore=server.engine.datastore,
        datastore_version=server.engine.version)
    yield made.id
    server.trove.configurations.delete(made.id)


@pytest.mark.parametrize('seconds', JUMPS)
def test_a_jump_there_and_back(server, machine, operator, group, clock,
                               password, seconds):
    for shift in (seconds, 0):
        with server.written_to() as load:
            clock.set(shift)
            shows(server, machine, shift)
            asked(server, operator, group, password)
            load.goes_on()
            assert server.show().operating_status == 'HEALTHY'
        assert not load.errors and not load.lost()
        # An agent that is new by this clock, and one that was by another.
        new_agent(machine)
        told_truly(server, machine)
        asked(server, operator, group, password)


def shows(server, machine, shift):
    """Programs inside and the engine have the time that they should."""
    with server.session() as session:
        for seconds in (int(machine.run('date', '+%s')), session.now()):
            assert abs(seconds - time.time() - shift) < NEAR_S, seconds


def new_agent(machine):
    """The agent is killed; wait until there is another."""
    before = machine.agent()
    machine.kill(machine_module.AGENT)
    tenant_module.until(lambda: machine.agent() != before, 30,
                        'no new agent')


def told_truly(server, machine):
    """An engine that answers nothing is told within two reports, and its
    answering again is."""
    server.becomes('HEALTHY')
    machine.kill(server.witness.inside.process, signal.SIGSTOP)
    try:
        server.becomes(('BLOCKED', 'RUNNING'))
    finally:
        machine.kill(server.witness.inside.process, signal.SIGCONT)
    server.becomes('HEALTHY')


def asked(server, operator, group, password):
    """Calls are answered, each by what it promises."""
    trove = server.trove
    if server.engine.can('users'):
        trove.users.create(server.id, [
            {'name': 'timely', 'password': password,
             'databases': [{'name': 'shop'}]}])
        assert server.lets_in('timely', password, 'shop')
        trove.users.delete(server.id, 'timely')
        assert not server.lets_in('timely', password, 'shop')
    name, value, _ = server.witness.settings.dynamic
    trove.instances.update(server.id, configuration=group)
    assert str(server.setting(name)) == str(value)
    trove.instances.update(server.id, remove_configuration=True)
    assert str(server.setting(name)) != str(value)
    assert server.well().status != 'RESTART_REQUIRED'
    log = operator.trove.instances.log_action(server.id, 'guest',
                                              publish=True)
    assert log.published > 0, log.to_dict()

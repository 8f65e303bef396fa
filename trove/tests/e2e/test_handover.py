# SPDX-License-Identifier: Apache-2.0
"""SIGTERM while a long step is under way: over in seconds, nothing lost.

The long step is a restart whose guest agent is frozen: it would be waited
for until ``agent_call_high_timeout`` is over.
"""

import contextlib
import dataclasses
import os
import secrets
import signal
import sqlite3
import time

import pytest

from stack import services
from stack.inside import tenant as tenant_module
from trove.tests.e2e import kills

#: From the signal to the end of the process: the grace of the service, which
#: a step that waits does not need.
GONE_S = 10

#: From the signal to the first deed of the successor.
TAKEN_S = 10


@pytest.fixture(scope='module')
def instance_id(tenant):
    """An instance for all tests of this file."""
    made = tenant.create('handed-over', 'app', secrets.token_urlsafe(16)).id
    yield tenant.wait(made).id
    tenant.trove.instances.delete(made)
    tenant.wait_gone(made)


@pytest.fixture
def agents(stack):
    """Stops guest agents in their tracks; they go on at the end."""
    with contextlib.ExitStack() as thaw:
        yield Agents(stack, thaw)


class Agents:
    """The guest agents of the stack's machines."""

    def __init__(self, stack, thaw_later):
        self._pids = kills.agents(stack)
        thaw_later.callback(self.thaw)

    def freeze(self):
        """They do nothing more."""
        for pid in self._pids:
            os.kill(pid, signal.SIGSTOP)

    def thaw(self):
        """They go on."""
        for pid in self._pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@pytest.fixture
def second(stack):
    """A taskmanager beside the first one."""
    made = dataclasses.replace(services.daemon(stack, 'trove-taskmanager'),
                               name='trove-taskmanager-2')
    said = made.log.stat().st_size if made.log.exists() else 0
    made.start()
    tenant_module.until(
        lambda: 'started' in made.log.read_text()[said:], 30,
        'There is no second taskmanager.')
    yield made
    made.stop()


@pytest.fixture(params=['taskmanager', 'conductor'])
def service(request, stack):
    """Each of the two in turn; it runs again at the end."""
    found = services.daemon(stack, 'trove-' + request.param)
    yield found
    found.start()


def newest(stack, instance_id):
    """(state, step, owner) of an instance's last operation."""
    with contextlib.closing(sqlite3.connect(
            f'file:{stack.trove_dir}/trove.sqlite?mode=ro', uri=True)) as db:
        return db.execute(
            'SELECT state, step, owner FROM operations WHERE instance_id = ?'
            ' ORDER BY number DESC', (instance_id,)).fetchone()


def restart(stack, tenant, instance_id, agents):
    """Ask for a restart that lasts; who is at it."""
    agents.freeze()
    tenant.trove.instances.restart(instance_id)
    tenant_module.until(
        lambda: newest(stack, instance_id)[:2] == ('RUNNING',
                                                   'RestartEngine'),
        30, 'The restart does not begin.', poll_s=0.05)
    return newest(stack, instance_id)[2]


def end(daemon, taken=lambda: True):
    """Send SIGTERM; the seconds until the process is gone, and until its
    work is taken by another."""
    seconds = {}

    def over():
        for name, check in (('gone', lambda: not daemon.pid()),
                            ('taken', taken)):
            if name not in seconds and check():
                seconds[name] = time.monotonic() - began
        return len(seconds) == 2

    began = time.monotonic()
    os.kill(daemon.pid(), signal.SIGTERM)
    tenant_module.until(over, 60, 'It lives on, or nobody takes over.',
                        poll_s=0.02)
    return seconds['gone'], seconds['taken']


def done(stack, tenant, instance_id):
    """The restart comes to its end."""
    tenant_module.until(
        lambda: newest(stack, instance_id)[0] == 'DONE', 60,
        'The restart does not end.')
    assert tenant.wait(instance_id).status == 'ACTIVE'


def test_a_long_step_is_handed_over_to_another_taskmanager(
        stack, tenant, instance_id, agents, second, record_property):
    owner = restart(stack, tenant, instance_id, agents)
    both = services.daemon(stack, 'trove-taskmanager'), second
    first = next(one for one in both if owner.endswith('.%d' % one.pid()))
    said = first.log.stat().st_size
    gone_s, taken_s = end(first, lambda: newest(stack, instance_id)[2]
                          not in (None, owner))
    record_property('seconds', '%.2f gone, %.2f taken' % (gone_s, taken_s))
    words = first.log.read_text()[said:]
    first.start()
    assert 'is left to another taskmanager' in words
    assert 'end of its lease' not in words
    assert gone_s < GONE_S and taken_s < TAKEN_S, (gone_s, taken_s)
    agents.thaw()
    done(stack, tenant, instance_id)


def test_either_service_ends_in_seconds_and_its_successor_goes_on(
        stack, tenant, instance_id, agents, service, record_property):
    restart(stack, tenant, instance_id, agents)
    gone_s, _ = end(service)
    record_property('seconds', '%.2f gone' % gone_s)
    agents.thaw()
    service.start()
    assert gone_s < GONE_S, gone_s
    done(stack, tenant, instance_id)

# SPDX-License-Identifier: Apache-2.0
"""A volume that runs full under a running engine, and beyond."""

import os
import signal
import threading

import pytest

from trove.common import waiting
from trove.guestkit import room
from trove.tests.fixtures import guest_engines
from trove.tests.fixtures import guest_machine

_MB = 1024 ** 2


@pytest.fixture(params=sorted(guest_engines.KINDS))
def machine(request):
    """A prepared machine with a row in a table."""
    made = guest_machine.Machine(manager=request.param)
    try:
        made.prepare()
        made.query('CREATE TABLE kept (n INT PRIMARY KEY)')
        made.query('INSERT INTO kept VALUES (5)')
        yield made
    finally:
        made.close()


def fill(machine, leave_mb):
    """Take room on the volume with a file of nobody's."""
    facts = os.statvfs(machine.mount_point)
    path = os.path.join(machine.mount_point, 'ballast')
    with open(path, 'wb') as stream:
        os.posix_fallocate(stream.fileno(), 0, facts.f_bavail * facts.f_frsize
                           - leave_mb * _MB)
    return path


def fill_to_the_brim(machine):
    """Take what is left."""
    path = os.path.join(machine.mount_point, 'rest')
    with open(path, 'wb', buffering=0) as stream:
        for size in (_MB, 4096):
            try:
                while True:
                    stream.write(bytes(size))
            except OSError:
                continue
    return path


def another_process(machine):
    """The engine is killed and started again."""
    pid = machine.engine_pid()
    os.kill(pid, signal.SIGKILL)
    waiting.until(lambda: machine.engine_pid() not in (pid, None), 60,
                  'another process')


def blocked(machine):
    """It says that its volume is full, and answers."""
    told = machine.link.wait(service_status='blocked', error=room.FULL)
    waiting.until(machine.driver.engine._connector.answers, 60, 'an answer')
    return told


def test_a_volume_that_runs_full_takes_no_writes_and_says_so(machine):
    pid = machine.engine_pid()
    with machine.connect() as session:
        ballast = fill(machine, 40)
        blocked(machine)
        with pytest.raises(machine.kind.refused_writes):
            # Of one that was in before, too.
            machine.kind.query(session, 'INSERT INTO kept VALUES (6)')
    assert machine.query('SELECT n FROM kept') == ((5,),)
    with pytest.raises(machine.kind.refused_writes):
        machine.query('INSERT INTO kept VALUES (6)')
    # Who wants to make room may.
    with machine.connect() as session:
        machine.kind.query(session, machine.kind.writable)
        machine.kind.query(session, 'DROP TABLE kept')
    os.unlink(ballast)
    machine.link.wait(service_status='healthy', error=None)
    machine.query('CREATE TABLE more (n INT)')
    assert machine.engine_pid() == pid


def test_what_the_agent_is_asked_is_done_on_a_full_volume(machine):
    fill(machine, 40)
    blocked(machine)
    machine.link.endpoint.delete_database('shop')
    assert not machine.link.endpoint.list_databases()[0]


def test_killed_on_a_volume_full_to_the_brim_it_comes_back(machine):
    ballast, rest = fill(machine, 30), fill_to_the_brim(machine)
    blocked(machine)
    for _ in range(2):
        another_process(machine)
        blocked(machine)
        assert machine.query('SELECT n FROM kept') == ((5,),)
    os.unlink(rest)
    os.unlink(ballast)
    machine.link.wait(service_status='healthy', error=None)
    machine.query('INSERT INTO kept VALUES (6)')


def test_booted_on_a_volume_full_to_the_brim_it_comes_up(machine):
    fill(machine, 30)
    os.kill(machine.engine_pid(), signal.SIGKILL)
    machine.stop_agent()
    machine.units.kill(machine.unit)
    fill_to_the_brim(machine)
    machine.unmount()
    machine.start_agent()
    blocked(machine)
    assert machine.query('SELECT n FROM kept') == ((5,),)


def test_writers_that_fill_the_volume_lose_no_row(machine):
    machine.query('CREATE TABLE t (a BIGINT, b TEXT)')
    written = []

    def write():
        try:
            with machine.connect() as session:
                while True:
                    machine.kind.query(
                        session, "INSERT INTO t VALUES (%d, '%s')" % (
                            len(written), os.urandom(30000).hex()))
                    written.append(1)
        except machine.kind.refused_writes:
            pass

    ballast = fill(machine, 90)
    writer = threading.Thread(target=write)
    writer.start()
    rest = fill_to_the_brim(machine)
    writer.join(60)
    assert not writer.is_alive()
    blocked(machine)
    os.unlink(rest)
    os.unlink(ballast)
    machine.link.wait(service_status='healthy', error=None)
    [(count,)] = machine.query('SELECT count(*) FROM t')
    assert count in (len(written), len(written) + 1)

# SPDX-License-Identifier: Apache-2.0
"""Bad luck of a PostgreSQL server: full volumes, broken files."""

import os
import signal
import threading

import psycopg
import pytest

from trove.common import waiting
from trove.tests.fixtures import guest_machine


@pytest.fixture
def machine():
    made = guest_machine.Machine(manager='postgresql')
    yield made
    made.close()


def fill(machine, leave_mb):
    """Take room on the volume with a file of nobody's."""
    facts = os.statvfs(machine.mount_point)
    path = os.path.join(machine.mount_point, 'ballast')
    with open(path, 'wb') as stream:
        os.posix_fallocate(stream.fileno(), 0, facts.f_bavail * facts.f_frsize
                           - leave_mb * 1024 ** 2)
    return path


def test_a_volume_that_runs_full_takes_no_writes_and_says_so(machine):
    machine.prepare()
    machine.query('CREATE TABLE t AS SELECT 5 AS a')
    pid = machine.engine_pid()
    ballast = fill(machine, 40)
    told = machine.link.wait(service_status='blocked')
    assert 'read-only' in told['error']
    assert machine.query('SELECT a FROM t') == ((5,),)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        machine.query('INSERT INTO t VALUES (6)')
    # Who wants to make room may.
    with machine.connect() as session:
        session.execute('SET default_transaction_read_only = off')
        session.execute('DROP TABLE t')
    os.unlink(ballast)
    machine.link.wait(service_status='healthy', error=None)
    machine.query('CREATE TABLE u AS SELECT 7 AS a')
    assert machine.engine_pid() == pid


def test_a_volume_that_is_full_to_the_brim_heals_by_itself(machine):
    machine.prepare()
    machine.query('CREATE TABLE t (a BIGINT, b TEXT)')
    written = []

    def write():
        try:
            with machine.connect() as session:
                while True:
                    session.execute(
                        'INSERT INTO t SELECT %s, repeat(md5(random()::text)'
                        ', 3000)', (len(written),))
                    written.append(1)
        except psycopg.Error:
            pass

    ballast = fill(machine, 90)
    writer = threading.Thread(target=write)
    writer.start()
    fill_rest = os.path.join(machine.mount_point, 'rest')
    with open(fill_rest, 'wb') as stream:
        try:
            while True:
                stream.write(b'x' * 1024 ** 2)
                stream.flush()
        except OSError:
            pass
    writer.join(60)
    assert not writer.is_alive()
    told = machine.link.wait(service_status='blocked')
    assert 'nearly full' in told['error']
    os.unlink(fill_rest)
    os.unlink(ballast)
    machine.link.wait(service_status='healthy', error=None)
    [(count,)] = machine.query('SELECT count(*) FROM t')
    assert count in (len(written), len(written) + 1)


def test_killed_under_load_no_committed_row_is_lost(machine):
    machine.prepare()
    machine.query('CREATE TABLE t (a INT)')
    written = []

    def write():
        try:
            with machine.connect() as session:
                while True:
                    session.execute('INSERT INTO t VALUES (%s)',
                                    (len(written),))
                    written.append(1)
        except psycopg.Error:
            pass

    writer = threading.Thread(target=write)
    writer.start()
    waiting.until(lambda: len(written) > 50, 30, 'some rows')
    os.kill(machine.engine_pid(), signal.SIGKILL)
    writer.join(30)
    machine.link.wait(service_status='healthy')
    waiting.until(lambda: machine.driver.engine._connector.answers(), 30,
                  'an answer')
    [(count,)] = machine.query('SELECT count(*) FROM t')
    assert count in (len(written), len(written) + 1)


def test_a_broken_file_that_a_reload_meets_changes_nothing(machine):
    machine.prepare()
    path = machine.path('/etc/postgresql/conf.d/20-user-009-broken.conf')
    with open(path, 'w') as stream:
        stream.write('work_mem = nonsense\n')
    assert machine.link.endpoint.apply_overrides(
        {'maintenance_work_mem': 20000}) == {'maintenance_work_mem': 20000}
    assert machine.query('SELECT 1') == ((1,),)

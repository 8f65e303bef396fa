# SPDX-License-Identifier: Apache-2.0
"""Bad luck of a PostgreSQL server: deaths, broken files."""

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

# SPDX-License-Identifier: Apache-2.0
"""Logs of a real MariaDB: switched, emptied, kept small."""

import os
import stat

import pytest

from trove.common import exception
from trove.guestkit import files


@pytest.fixture
def logs(prepared):
    yield prepared.driver.logs
    for name in ('general', 'slow_query'):
        prepared.driver.logs.switch(name, False)


def path(logs, name):
    return {log.name: log.path for log in logs.files()}[name]


def test_the_logs_are_named_and_only_some_can_be_switched(logs):
    assert {log.name: log.switchable for log in logs.files()} == {
        'error': False, 'general': True, 'slow_query': True}
    with pytest.raises(exception.NotSupported):
        logs.switch('error', False)


def test_a_log_is_written_while_it_is_on(prepared, logs):
    assert not logs.is_enabled('general')
    assert logs.switch('general', True) is False
    assert logs.is_enabled('general')
    prepared.query('SELECT 4711')
    assert '4711' in files.read(path(logs, 'general'))
    assert logs.switch('general', False) is False
    prepared.query('SELECT 4712')
    assert '4712' not in files.read(path(logs, 'general'))


def test_a_log_stays_on_over_restarts_and_changed_groups(prepared, logs):
    logs.switch('slow_query', True)
    endpoint = prepared.link.endpoint
    endpoint.update_overrides({'long_query_time': 0})
    endpoint.restart()
    endpoint.update_overrides({})
    assert logs.is_enabled('slow_query')
    prepared.query('SELECT 4713')
    assert '4713' in files.read(path(logs, 'slow_query'))


def test_a_log_of_a_stopped_engine_is_switched_by_its_start(prepared, logs):
    endpoint = prepared.link.endpoint
    endpoint.stop_db()
    assert logs.switch('general', True) is True
    endpoint.start_db()
    prepared.query('SELECT 4714')
    assert '4714' in files.read(path(logs, 'general'))


def test_an_emptied_log_is_written_on(prepared, logs):
    logs.discard('general')
    logs.switch('general', True)
    prepared.query('SELECT 4715')
    logs.discard('general')
    prepared.query('SELECT 4716')
    text = files.read(path(logs, 'general'))
    assert '4716' in text and '4715' not in text


@pytest.mark.parametrize('name', ['error', 'general'])
def test_a_log_that_grew_large_is_put_aside(prepared, logs, name):
    logs.switch('general', True)
    prepared.query('SELECT 4717')
    where = path(logs, name)
    size = prepared.conf.mariadb.log_size_mb * 1024 ** 2
    with open(where, 'ab') as stream:
        stream.truncate(size + 1)
    before = os.stat(where).st_ino
    prepared.driver.engine.tend()
    prepared.query('SELECT 4718')
    assert os.stat(where).st_ino != before
    assert os.stat(where + '.1').st_ino == before
    assert os.path.getsize(where) < size


def test_what_the_engine_runs_with_is_not_its_own(prepared):
    folder = prepared.path('/etc/mysql/trove.d')
    for found in [folder, prepared.path('/etc/mysql/trove.cnf'),
                  prepared.path('/etc/mysql/trove-start.sql'),
                  *(os.path.join(folder, name)
                    for name in os.listdir(folder))]:
        facts = os.stat(found)
        assert facts.st_uid == 0, found
        assert not facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH), found


def test_a_dead_engine_tells_its_last_words(machine):
    machine.prepare()
    assert machine.driver.engine.tend() is None
    machine.driver.engine.stop()
    with open(machine.path('/etc/mysql/trove.cnf'), 'a') as config:
        config.write('[mysqld]\nno_such_option = 1\n')
    with pytest.raises(exception.GuestFailed, match='no_such_option'):
        machine.driver.engine.start()

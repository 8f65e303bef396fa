# SPDX-License-Identifier: Apache-2.0
"""What PostgreSQL said last, in its two places."""

import pathlib

import pytest

from trove.datastores.postgresql.guest import logs as pg_logs
from trove.datastores.postgresql.guest import places as where
from trove.datastores.postgresql.guest import properties

STAMP = '2026-11-26 13:44:49.0%d UTC [3001%d] '
HANDED_OVER = (
    STAMP % (18, 3) + 'LOG:  redirecting log output to logging collector '
    'process\n' + STAMP % (18, 3) + 'HINT:  Future log output will appear in '
    'directory "/var/log/postgresql".\n')
UNREADABLE = ('postgres: could not find the database system\n'
              'Expected to find it in the directory "/data",\n'
              'but could not open file "/data/global/pg_control": '
              'Permission denied\n')


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def logs(folder):
    places = where.Places(
        config_folder=str(folder), runtime=str(folder), logs=str(folder),
        mount_point=str(folder), port=5432)
    made = pg_logs.PgLogs(places, properties.PropertyLayers(
        base=places.config, folder=places.layers, owner=None), None,
        lambda: True, 1)
    made.mark()
    return made


def say(folder, name, text):
    with pathlib.Path(folder, 'postgresql-%s.log' % name).open('a') as file:
        file.write(text)


def said(folder, count=100):
    """An engine that ran and wrote its log, in which nothing is bad."""
    say(folder, 'start', HANDED_OVER)
    say(folder, 'error', ''.join(
        STAMP % (20, 3) + 'LOG:  checkpoint %d complete\n' % number
        for number in range(count)))


def test_a_start_before_the_log_is_told_however_much_is_in_the_log(
        folder, logs):
    said(folder)
    for _ in range(6):
        say(folder, 'start', UNREADABLE)
    assert logs.last_words(5).splitlines() == UNREADABLE.splitlines()


def test_errors_of_the_log_do_not_push_it_out_either(folder, logs):
    said(folder)
    say(folder, 'error', (STAMP % (30, 4) + 'ERROR:  no such table\n') * 9)
    say(folder, 'start', UNREADABLE)
    words = logs.last_words(5).splitlines()
    assert words[:3] == UNREADABLE.splitlines() and len(words) == 8


def test_of_many_starts_that_say_the_same_one_is_told(folder, logs):
    for number in range(6):
        say(folder, 'start', STAMP % (40 + number, number)
            + 'FATAL:  data directory "/data" has wrong ownership\n')
    assert logs.last_words() == (
        'FATAL:  data directory "/data" has wrong ownership')


def test_a_start_that_came_to_its_log_is_told_from_there(folder, logs):
    say(folder, 'start', UNREADABLE)
    said(folder, 3)
    say(folder, 'error', STAMP % (50, 5) + 'PANIC:  could not write\n')
    assert logs.last_words() == STAMP % (50, 5) + 'PANIC:  could not write'


def test_where_nothing_is_bad_the_end_of_the_log_is_told(folder, logs):
    said(folder, 30)
    assert [line.rpartition('LOG:')[2].strip() for line in logs.last_words(
        2).splitlines()] == ['checkpoint 28 complete',
                             'checkpoint 29 complete']


def test_what_was_said_before_a_start_is_not_told(folder, logs):
    said(folder)
    say(folder, 'start', UNREADABLE)
    logs.mark()
    assert logs.last_words() == ''


def test_statements_of_tenants_are_not_told(folder, logs):
    said(folder, 2)
    say(folder, 'error', ''.join(STAMP % (60, 6) + line + '\n' for line in (
        "LOG:  statement: ALTER ROLE ann PASSWORD 'hid",
        "LOG:  duration: 0.1 ms  statement: SELECT 'ERROR: hid'",
        'LOG:  execute <unnamed>: SELECT $1',
        "DETAIL:  Parameters: $1 = 'hid'",
        "STATEMENT:  SELECT 'hid'")) + "\tden' FATAL: hid\n")
    assert 'hid' not in logs.last_words()
    assert 'checkpoint 1 complete' in logs.last_words()


def test_that_it_was_on_its_way_is_no_reason(folder, logs):
    say(folder, 'start', HANDED_OVER)
    say(folder, 'error', STAMP % (20, 3) + 'FATAL:  required WAL directory '
        '"pg_wal" does not exist\n' + STAMP % (20, 4) + 'postgres@postgres '
        'FATAL:  the database system is starting up\n')
    assert 'pg_wal' in logs.last_words()
    assert 'starting up' not in logs.last_words()

# SPDX-License-Identifier: Apache-2.0
"""What a server of the MySQL family said last, in its two places."""

import pathlib

import pytest

from trove.datastores.sqlfamily.guest import logs as sql_logs
from trove.datastores.sqlfamily.guest import places as where


@pytest.fixture
def places(tmp_path):
    return where.Places(
        config=str(tmp_path), layers=str(tmp_path), tls=str(tmp_path),
        keys=str(tmp_path),
        runtime=str(tmp_path), logs=str(tmp_path), mount_point=str(tmp_path))


@pytest.fixture
def logs(places):
    return sql_logs.SqlLogs(places, layers=None, connector=None, size_mb=1)


def test_a_start_before_the_log_is_told_however_much_is_in_the_log(
        places, logs):
    logs.mark()
    pathlib.Path(places.first_words).write_text(
        "mariadbd: Can't change dir to '/data' (Permission denied)\n")
    for kind in ('Note', 'ERROR'):
        with pathlib.Path(places.log('error')).open('a') as file:
            file.write('2026-11-26 13:44:49 0 [%s] as ever\n' % kind * 300)
        words = logs.last_words(301).splitlines()
        assert 'Permission denied' in words[0]
        assert len(words) == (1 if kind == 'Note' else 301)


def test_what_is_said_at_every_start_does_not_hide_the_reason(places, logs):
    logs.mark()
    pathlib.Path(places.first_words).write_text(
        '2026-11-26 13:44:49 0 [Warning] Could not increase number\n')
    assert 'Could not increase' in logs.last_words()
    pathlib.Path(places.log('error')).write_text(
        '2026-11-26 13:44:49 0 [Note] InnoDB: Using io_uring\n'
        "2026-11-26 13:44:49 0 [ERROR] Can't init tc log\n")
    assert logs.last_words() == (
        "2026-11-26 13:44:49 0 [ERROR] Can't init tc log")

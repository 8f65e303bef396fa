# SPDX-License-Identifier: Apache-2.0
"""Files are whole, private and owned."""

import os
import stat

import pytest

from trove.guestkit import files


def test_a_written_file_replaces_the_old_one_and_is_private(tmp_path):
    path = str(tmp_path / 'f')
    files.write(path, 'old', mode=0o644)
    files.write(path, 'new')
    assert files.read(path) == 'new'
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = str(tmp_path / 'f')
    files.write(path, 'old')
    with pytest.raises(LookupError):
        files.write(path, 'new', owner='no-such-user-here')
    assert files.read(path) == 'old'
    assert os.listdir(tmp_path) == ['f']


def test_what_is_not_there_reads_as_nothing(tmp_path):
    path = str(tmp_path / 'none')
    assert files.read(path) is None
    assert files.read_json(path) is None
    assert files.tail(path) == ''
    assert files.size(path) == 0
    files.remove(path)


def test_the_tail_of_a_log_begins_where_asked(tmp_path):
    path = tmp_path / 'log'
    path.write_text('one\ntwo\n')
    since = files.size(str(path))
    path.write_text('one\ntwo\nthree\nfour\n')
    assert files.tail(str(path), since=since) == 'three\nfour'
    assert files.tail(str(path), lines=1) == 'four'


def test_a_log_that_became_shorter_is_read_from_its_beginning(tmp_path):
    path = tmp_path / 'log'
    path.write_text('fresh\n')
    assert files.tail(str(path), since=1000) == 'fresh'

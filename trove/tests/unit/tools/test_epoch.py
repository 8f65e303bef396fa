# SPDX-License-Identifier: Apache-2.0
import io
import json
import os
import threading

import pytest

from imagebuilder import epoch
from imagebuilder import errors
from imagebuilder import inodes
from imagebuilder import lock
from imagebuilder import progress

MOMENT = 1_700_000_000


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    """Neither this process nor what it starts knows a time."""
    monkeypatch.setenv(epoch.VARIABLE, '')


def test_a_lock_gives_its_time_and_the_caller_has_the_last_word(monkeypatch):
    epoch.begin(MOMENT)
    assert epoch.now() == MOMENT
    assert epoch.environment() == {'SOURCE_DATE_EPOCH': str(MOMENT)}
    monkeypatch.setenv(epoch.VARIABLE, '5')
    epoch.begin(MOMENT)
    assert epoch.now() == 5


def test_younger_files_get_the_time_of_the_build_and_others_keep_theirs(
        tmp_path):
    epoch.begin(MOMENT)
    (tmp_path / 'folder').mkdir()
    for name, moment in (('old', 100), ('folder/young', MOMENT + 9)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (moment, moment))
    (tmp_path / 'link').symlink_to('/nowhere')
    epoch.settle(tmp_path)
    times = {path.name: path.lstat().st_mtime
             for path in (tmp_path, *tmp_path.rglob('*'))}
    assert times.pop('old') == 100
    assert set(times.values()) == {MOMENT}


def test_accounts_are_not_younger_than_the_build(tmp_path):
    epoch.begin(MOMENT)
    day = MOMENT // epoch.DAY_S
    shadow = tmp_path / 'etc/shadow'
    shadow.parent.mkdir()
    shadow.write_text(f'root:*:100:0:::::\nmysql:!:{day + 3}::::::\nx:!:::\n')
    shadow.chmod(0o640)
    epoch.settle(tmp_path)
    assert shadow.read_text() == (
        f'root:*:100:0:::::\nmysql:!:{day}::::::\nx:!:::\n')
    assert shadow.stat().st_mode & 0o777 == 0o640
    assert shadow.stat().st_mtime == MOMENT


def test_a_file_system_is_told_the_time_of_each_file(tmp_path):
    epoch.begin(MOMENT)
    os.utime(tmp_path, (100, 100))
    (tmp_path / 'young').touch()
    os.utime(tmp_path, (100, 100))
    numbers = inodes.of(tmp_path)
    young = (tmp_path / 'young').stat().st_ino
    assert numbers == {tmp_path.stat().st_ino: False, young: True}
    lines = list(inodes._lines(numbers))
    assert f'set_inode_field <{young}> mtime @{MOMENT}' in lines
    assert f'set_inode_field <{tmp_path.stat().st_ino}> mtime @{MOMENT}' \
        not in lines
    assert f'set_super_value mkfs_time @{MOMENT}' in lines


@pytest.mark.parametrize('moment', ['now', -1, True, 1.5])
def test_a_lock_with_no_time_in_seconds_is_refused(tmp_path, moment):
    path = tmp_path / 'lock.json'
    path.write_text(json.dumps({'format': lock.FORMAT, 'epoch': moment}))
    with pytest.raises(errors.BuildError, match='no time in seconds'):
        lock.load(path)


def test_an_older_lock_has_no_time(tmp_path):
    path = tmp_path / 'lock.json'
    path.write_text(json.dumps({'format': lock.FORMAT}))
    assert lock.load(path).epoch == 0


class Heard(io.StringIO):
    """A stream that tells when it was given some words."""

    def __init__(self, words):
        super().__init__()
        self._words = words
        self.found = threading.Event()

    def write(self, text):
        super().write(text)
        if self._words in self.getvalue():
            self.found.set()
        return len(text)


def test_a_long_step_says_that_it_goes_on():
    stream = Heard('inner: for')
    told = progress.Progress(stream, every_s=0.01)
    with told.step('outer'), told.step('inner'):
        assert stream.found.wait(20)
    lines = stream.getvalue().splitlines()
    assert lines[0] == '  outer ...'
    assert lines[-1].startswith('  outer: ')


def test_a_step_that_has_ended_is_silent():
    stream = Heard('never')
    told = progress.Progress(stream, every_s=0.001)
    with told.step('short'):
        pass
    count = stream.getvalue().count('short')
    assert not stream.found.wait(0.05)
    assert stream.getvalue().count('short') == count

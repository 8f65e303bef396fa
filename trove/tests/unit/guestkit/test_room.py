# SPDX-License-Identifier: Apache-2.0
"""A guard of the room on a volume, and the reserve."""

import os
import subprocess

import pytest

from trove.guestkit import disks
from trove.guestkit import room

_MB = 1024 ** 2
TOTAL = 1000 * _MB


class Brake(room.Brake):
    """Keeps what it was asked."""

    def __init__(self):
        self.there = False
        self.asked = []
        self.alive = True
        self.deaf = False

    @property
    def engaged(self):
        return self.there

    def engage(self):
        self.asked.append('engage')
        self.there = True

    def release(self):
        self.asked.append('release')
        self.there = self.deaf

    def answers(self):
        return self.alive

    def end_writers(self):
        self.asked.append('end')


class Place:
    """A guard whose volume has as much room as a test says."""

    def __init__(self, folder):
        self.brake = Brake()
        self.free_mb = 500
        self.data = folder / 'data'
        self.data.mkdir()
        self.reserve = os.path.join(folder, 'reserve')
        self.guard = room.Guard(str(self.data), 5, self.brake)

    def usage(self, path):
        assert path == str(self.data)
        free = self.free_mb * _MB
        return disks.Usage(total=TOTAL, used=TOTAL - free, available=free)

    def look(self, free_mb):
        self.free_mb = free_mb
        return self.guard.look()

    def started(self, free_mb=500):
        self.free_mb = free_mb
        self.guard.started()
        return os.path.exists(self.reserve)


@pytest.fixture
def place(tmp_path, monkeypatch):
    made = Place(tmp_path)
    monkeypatch.setattr(disks, 'usage', made.usage)
    return made


def test_nothing_is_done_while_there_is_room(place):
    assert place.look(64) is None
    assert place.brake.asked == []


def test_little_room_engages_until_there_is_twice_as_much(place):
    assert place.look(63) == room.FULL
    assert place.look(128) == room.FULL
    # Asked again: at first nothing may have answered.
    assert place.brake.asked == ['engage', 'engage']
    assert place.look(129) is None
    assert place.brake.asked[2:] == ['release']
    assert os.path.exists(place.reserve)


def test_one_that_cannot_be_released_is_asked_again(place):
    place.look(63)
    place.brake.deaf = True
    assert place.look(129) is None
    assert place.guard.engaged and not os.path.exists(place.reserve)
    place.brake.deaf = False
    assert place.look(129) is None
    assert place.brake.asked == ['engage', 'release', 'release']
    assert os.path.exists(place.reserve)


def test_who_writes_in_spite_of_it_is_ended_near_the_end(place):
    place.look(15)
    assert place.brake.asked == ['engage', 'end']


def test_before_the_volume_is_mounted_another_disk_s_room_counts_not(place):
    place.look(63)
    place.data.rmdir()
    assert place.look(500) == room.FULL
    assert place.brake.asked == ['engage']
    assert not os.path.exists(place.reserve)


def test_a_reserve_is_kept_where_there_is_room_for_one(place):
    assert not place.started(free_mb=128)
    assert place.started(free_mb=129)
    assert os.path.getsize(place.reserve) == room.RESERVE


def test_the_reserve_is_given_up_for_an_engine_that_does_not_answer(place):
    place.started()
    place.look(15)
    assert not place.guard.made_room()
    place.brake.alive = False
    place.look(15)
    assert place.guard.made_room() and not os.path.exists(place.reserve)
    place.started(free_mb=70)
    assert not place.guard.made_room()


def test_no_reserve_stays_that_could_not_be_had(place, monkeypatch):
    def full(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(os, 'posix_fallocate', full)
    assert not place.started()


@pytest.fixture
def ahead(tmp_path, monkeypatch):
    """Runs what is run ahead of a start, with so much room."""
    reserve = tmp_path / 'reserve'
    reserve.touch()

    def run(stat, command):
        program = tmp_path / 'stat'
        program.write_text('#!/bin/sh\n%s\n' % stat)
        program.chmod(0o755)
        monkeypatch.setenv('PATH', '%s:%s' % (tmp_path, os.environ['PATH']))
        done = subprocess.run(room.ahead(str(tmp_path), command), check=False)
        return done.returncode, reserve.exists()
    return run


@pytest.mark.parametrize('stat, kept', [
    ('echo 8191*4096', False), ('echo 8192*4096', True),
    ('echo 0*4096', False), ('exit 1', True)])
def test_ahead_of_a_start_the_reserve_makes_room(ahead, stat, kept):
    assert ahead(stat, ('true',)) == (0, kept)
    assert ahead(stat, ('sh', '-c', 'exit 3')) == (3, kept)

# SPDX-License-Identifier: Apache-2.0
"""A volume without room, as the MySQL family tells it."""

import pytest

from trove.datastores.sqlfamily.guest import space
from trove.guestkit import disks

MB = 1024 ** 2


@pytest.fixture
def free(monkeypatch):
    """Says how much room is left."""
    found = {'mb': 500}

    def usage(mount_point):
        if found['mb'] is None:
            raise OSError(5, 'Input/output error')
        return disks.Usage(total=1024 * MB, used=(1024 - found['mb']) * MB,
                           available=found['mb'] * MB)
    monkeypatch.setattr(disks, 'usage', usage)
    return found


def test_nothing_is_told_while_there_is_room(free):
    room = space.Room('/d')
    assert room.look() is None
    assert not room.is_over


def test_a_tenant_is_told_what_to_do(free):
    room, free['mb'] = space.Room('/d'), 3
    words = room.look()
    assert '3 MB' in words and 'Resize' in words
    assert room.is_over


def test_it_is_well_again_with_more_than_a_little_room(free):
    room, free['mb'] = space.Room('/d'), 3
    room.look()
    free['mb'] = 20
    assert room.look()
    free['mb'] = 40
    assert room.look() is None
    assert not room.is_over
    free['mb'] = 20
    assert room.look() is None


def test_a_volume_that_is_gone_is_not_full(free):
    room, free['mb'] = space.Room('/d'), 3
    room.look()
    free['mb'] = None
    assert room.look() is None
    assert not room.is_over

# SPDX-License-Identifier: Apache-2.0
"""Data folders that count only when they are whole."""

import os
import pwd

import pytest

from trove.guestkit import interim

ME = pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture
def place(tmp_path):
    return tmp_path / 'data'


@pytest.fixture
def made(place):
    return interim.Interim(str(place), ME)


def test_a_folder_counts_once_it_is_named(made, place):
    folder = made.make()
    (place.parent / os.path.basename(folder) / 'table').write_text('rows')
    assert not place.exists()
    made.name(folder)
    assert (place / 'table').read_text() == 'rows'
    assert os.listdir(place.parent) == ['data']


def test_an_attempt_never_meets_another(made):
    assert made.make() != made.make()


def test_remains_are_removed_and_nothing_else(made, place):
    made.name(made.make())
    other = place.parent / 'reserve'
    other.write_text('kept')
    os.mkdir(os.path.join(made.make(), 'half'))
    assert made.clear()
    assert sorted(os.listdir(place.parent)) == ['data', 'reserve']
    made.see_clear()

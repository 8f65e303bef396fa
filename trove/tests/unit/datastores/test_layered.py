# SPDX-License-Identifier: Apache-2.0
"""The tenant's layer, the same for every engine that reads layers."""

import getpass

import pytest

from trove.datastores import layered
from trove.guestkit import configfiles


class Tuning(layered.LayeredTuning):

    def write_base(self, config):
        self._layers.write_base(config)

    def apply(self, values):
        return values


class Words(configfiles.Layers):
    suffix, include, separator = '.conf', 'include %s', ' '

    def text(self, values):
        return ''.join('%s %s\n' % one for one in values.items())


@pytest.fixture
def tuning(tmp_path):
    found = Tuning(Words(
        base=str(tmp_path / 'base'), folder=str(tmp_path / 'd'),
        owner=getpass.getuser()))
    found.write_base('x')
    return found


def test_values_that_were_good_come_back_and_the_others_are_named(tuning):
    tuning.write_overrides({'a': 1})
    tuning.keep()
    assert tuning.fall_back() == []
    tuning.write_overrides({'a': 1, 'b': 2})
    assert tuning.fall_back() == ['b']
    assert tuning.fall_back() == []


def test_none_at_all_may_have_been_good(tuning):
    tuning.keep()
    tuning.write_overrides({'a': 1})
    assert tuning.fall_back() == ['a']
    tuning.write_overrides({})
    assert tuning.fall_back() == []

# SPDX-License-Identifier: Apache-2.0
"""Properties as PostgreSQL reads them."""

import getpass

import pytest

from trove.datastores.postgresql.guest import properties
from trove.guestkit import configfiles


@pytest.fixture
def lines(tmp_path):
    made = properties.PropertyLayers(
        base=str(tmp_path / 'base.conf'), folder=str(tmp_path / 'd'),
        owner=getpass.getuser())
    made.write_base('port = 1')
    return made


def test_an_engine_that_reads_properties_is_told_of_its_folder(lines):
    with open(lines.base) as stream:
        assert stream.read() == "port = 1\n\ninclude_dir = '%s'\n" % (
            lines.folder)
    lines.put(configfiles.USER, 'common', {'a': True})
    assert lines.names() == ['20-user-001-common.conf']


def test_properties_are_quoted():
    assert properties.properties(
        {'a': True, 'b': 5, 'c': "it's \\ so", 'd': 1.5}) == (
            "a = 'on'\nb = '5'\nc = 'it''s \\\\ so'\nd = '1.5'\n")
    for bad in ({'a': 'x\ny = z'}, {'a b': 1}):
        with pytest.raises(ValueError):
            properties.properties(bad)

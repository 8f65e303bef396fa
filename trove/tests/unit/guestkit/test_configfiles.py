# SPDX-License-Identifier: Apache-2.0
"""Layers: names, order, and nothing that breaks out of a line."""

import getpass
import os

import pytest

from trove.guestkit import configfiles


class Equal(configfiles.Layers):
    """Lines of name=value below a head."""

    suffix, include = '.cnf', '!includedir %s'

    def text(self, values):
        return '[head]\n' + ''.join(
            '%s=%s\n' % (name, configfiles.line(name, value))
            for name, value in values.items())


class Blank(configfiles.Layers):
    """Lines of name and value."""

    suffix, include, separator = '.conf', 'include %s/*', ' '

    def text(self, values):
        return ''.join('%s %s\n' % one for one in values.items())


def make(kind, tmp_path):
    made = kind(base=str(tmp_path / 'base'), folder=str(tmp_path / 'd'),
                owner=getpass.getuser())
    made.write_base('port = 1')
    return made


@pytest.fixture
def layers(tmp_path):
    return make(Equal, tmp_path)


def test_the_base_includes_the_folder(layers):
    with open(layers.base) as stream:
        assert stream.read() == (
            'port = 1\n\n!includedir %s\n' % layers.folder)


def test_the_engine_finds_its_files_by_their_suffix(tmp_path):
    made = make(Blank, tmp_path)
    made.put(configfiles.USER, 'common', {'a': 1})
    assert made.names() == ['20-user-001-common.conf']


def test_layers_are_read_in_the_order_of_their_groups(layers):
    layers.put(configfiles.AFTER_USER, 'places', {'datadir': '/d'})
    layers.put(configfiles.USER, 'common', {'wait_timeout': 5})
    layers.put(configfiles.AFTER_USER, 'replica', {'b': True})
    assert layers.names() == [
        '20-user-001-common.cnf', '50-system-001-places.cnf',
        '50-system-002-replica.cnf']


def test_a_change_may_be_what_another_file_says(layers, tmp_path):
    change = (configfiles.AFTER_USER, 'tls')
    assert not layers.has(*change)
    layers.link(*change, str(tmp_path / 'one'))
    path = layers.path(*change)
    assert layers.has(*change) and os.readlink(path) == str(tmp_path / 'one')
    # One who was killed in between left this.
    os.symlink('half', path + '.new')
    layers.link(*change, str(tmp_path / 'two'))
    assert os.readlink(path) == str(tmp_path / 'two')
    assert layers.names() == [os.path.basename(path)]
    assert os.listdir(layers.folder) == layers.names()


def test_without_its_folder_an_engine_has_no_changes(layers):
    os.rmdir(layers.folder)
    assert not layers.has(configfiles.USER, 'common')
    assert layers.names() == []


def test_a_change_put_again_keeps_its_place(layers):
    layers.put(configfiles.USER, 'common', {'a': 1})
    layers.put(configfiles.USER, 'other', {'b': 1})
    layers.put(configfiles.USER, 'common', {'a': 2})
    assert layers.names() == ['20-user-001-common.cnf',
                              '20-user-002-other.cnf']
    layers.drop(configfiles.USER, 'common')
    layers.drop(configfiles.USER, 'common')
    assert layers.names() == ['20-user-002-other.cnf']


def test_what_a_group_says_of_an_option_can_be_asked(layers):
    assert layers.value(configfiles.USER, 'a') is None
    layers.put(configfiles.USER, 'common', {'a': 1, 'ab': 2, 'c': 'x y'})
    layers.put(configfiles.USER, 'later', {'a': 3})
    layers.put(configfiles.AFTER_USER, 'ours', {'a': 4})
    assert [layers.value(configfiles.USER, name)
            for name in ('a', 'ab', 'c', 'b')] == ['3', '2', 'x y', None]


@pytest.mark.parametrize('name, value', [
    ('a', 'x\n[client]'), ('a', 'x\ry'), ('!include /etc/shadow', 1),
    ('[client]', 1), ('a b', 1), ('', 1)])
def test_nothing_breaks_out_of_its_line(name, value):
    with pytest.raises(ValueError):
        configfiles.line(name, value)


@pytest.mark.parametrize('kind', [Equal, Blank])
def test_what_was_kept_is_put_back(tmp_path, kind):
    made = make(kind, tmp_path)
    change = (configfiles.USER, 'common')
    assert made.fall_back(*change) == []        # nothing was kept yet
    made.keep(*change)
    made.put(*change, {'a': 1})
    assert made.fall_back(*change) == ['a']
    assert made.path(*change) is None
    made.put(*change, {'a': 1, 'b': 2})
    made.keep(*change)
    assert made.fall_back(*change) == []
    made.put(*change, {'a': 1, 'b': 3, 'c': 4})
    assert made.fall_back(*change) == ['b', 'c']
    made.drop(*change)
    assert made.fall_back(*change) == ['a', 'b']
    with open(made.path(*change)) as stream:
        assert stream.read() == made.text({'a': 1, 'b': 2})

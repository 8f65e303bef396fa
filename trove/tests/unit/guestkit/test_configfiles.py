# SPDX-License-Identifier: Apache-2.0
"""Layers: names, order, and nothing that breaks out of a line."""

import getpass
import re

import pytest

from trove.guestkit import configfiles


@pytest.fixture
def layers(tmp_path):
    made = configfiles.Layers(
        base=str(tmp_path / 'base.cnf'), folder=str(tmp_path / 'd'),
        section='mysqld', owner=getpass.getuser())
    made.write_base('[mysqld]\nport = 1')
    return made


def test_the_base_includes_the_folder(layers):
    with open(layers.base) as stream:
        assert stream.read() == (
            '[mysqld]\nport = 1\n\n!includedir %s\n' % layers.folder)


def test_layers_are_read_in_the_order_of_their_groups(layers):
    layers.put(configfiles.AFTER_USER, 'places', {'datadir': '/d'})
    layers.put(configfiles.USER, 'common', {'wait_timeout': 5})
    layers.put(configfiles.BEFORE_USER, 'first', {'a': 1})
    layers.put(configfiles.AFTER_USER, 'replica', {'b': True})
    assert layers.names() == [
        '10-system-001-first.cnf', '20-user-001-common.cnf',
        '50-system-001-places.cnf', '50-system-002-replica.cnf']


def test_a_change_put_again_keeps_its_place(layers):
    layers.put(configfiles.USER, 'common', {'a': 1})
    layers.put(configfiles.USER, 'other', {'b': 1})
    layers.put(configfiles.USER, 'common', {'a': 2})
    assert layers.names() == ['20-user-001-common.cnf',
                              '20-user-002-other.cnf']
    layers.drop(configfiles.USER, 'common')
    layers.drop(configfiles.USER, 'common')
    assert layers.names() == ['20-user-002-other.cnf']


def test_values_become_ini():
    assert configfiles.ini('mysqld', {'a': 1, 'b': True, 'c': False,
                                      'flag': None, 's': 'x y'}) == (
        '[mysqld]\na = 1\nb = 1\nc = 0\nflag\ns = x y\n')


def _read_back(line):
    """As my_getopt and my_load_defaults of the MySQL family do it."""
    value = line.partition('=')[2]
    kept, quote, escape = '', '', False
    for letter in value:
        if letter in '\'"' and not escape:
            quote = '' if quote == letter else quote or letter
        if letter == '#' and not quote:
            break
        escape = bool(quote) and letter == '\\' and not escape
        kept += letter
    kept = kept.strip()
    if kept[:1] in ('"', "'") and kept[:1] == kept[-1:]:
        kept = kept[1:-1]
    return re.sub(r'\\(.)', lambda found: {
        'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 's': ' ', '"': '"',
        "'": "'", '\\': '\\'}.get(found[1], found[0]), kept)


@pytest.mark.parametrize('value', [
    'SET @a = 1 # not the end', "SET @a = 'x#y'", '"a" and "b"', "'a'",
    r"SET @a = '\n\s\\'", ' blanks ', '+ -><()~*:""&|', 'a\\', '"', '#', 'a;b',
    'plain', ''])
def test_what_a_value_says_is_what_is_read(value):
    text = configfiles.ini('mysqld', {'init_connect': value})
    _, line = text.splitlines()
    assert _read_back(line) == value


@pytest.mark.parametrize('name, value', [
    ('a', 'x\n[client]'), ('a', 'x\ry'), ('!include /etc/shadow', 1),
    ('[client]', 1), ('a b', 1), ('', 1)])
def test_nothing_breaks_out_of_its_line(name, value):
    with pytest.raises(ValueError):
        configfiles.ini('mysqld', {name: value})


@pytest.fixture
def lines(tmp_path):
    made = configfiles.PropertyLayers(
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
    assert configfiles.properties(
        {'a': True, 'b': 5, 'c': "it's \\ so", 'd': 1.5}) == (
            "a = 'on'\nb = '5'\nc = 'it''s \\\\ so'\nd = '1.5'\n")
    for bad in ({'a': 'x\ny = z'}, {'a b': 1}):
        with pytest.raises(ValueError):
            configfiles.properties(bad)


@pytest.mark.parametrize('kind', ['layers', 'lines'])
def test_what_was_kept_is_put_back(request, kind):
    made = request.getfixturevalue(kind)
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

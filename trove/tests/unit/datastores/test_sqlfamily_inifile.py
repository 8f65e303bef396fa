# SPDX-License-Identifier: Apache-2.0
"""Ini files say what they are to say, and to the engine of the family too."""

import re

import pytest

from trove.datastores.sqlfamily.guest import inifile


def test_values_become_ini():
    assert inifile.ini('mysqld', {'a': 1, 'b': True, 'c': False,
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
    text = inifile.ini('mysqld', {'init_connect': value})
    _, line = text.splitlines()
    assert _read_back(line) == value


@pytest.mark.parametrize('name, value', [
    ('a', 'x\n[client]'), ('!include /etc/shadow', 1), ('[client]', None)])
def test_nothing_breaks_out_of_its_line(name, value):
    with pytest.raises(ValueError):
        inifile.ini('mysqld', {name: value})


def test_layers_are_of_one_section(tmp_path):
    layers = inifile.IniLayers(base='/b', folder='/d', owner='o',
                               section='mysqld')
    assert layers.text({'a': 1}) == '[mysqld]\na = 1\n'

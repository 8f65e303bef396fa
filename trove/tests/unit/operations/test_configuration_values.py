# SPDX-License-Identifier: Apache-2.0
"""What a group may hold, decided without a database."""

import pytest

from trove.objects import datastore
from trove.operations import configuration_values as values

VERSION = datastore.Version(
    id='v', datastore_id='d', datastore_name='mariadb', name='10.11',
    number='10.11', manager='mariadb', active=True)


def parameter(name, kind, low=None, high=None):
    return datastore.Parameter(name=name, version_id='v', type=kind,
                               restart_required=False, minimum=low,
                               maximum=high)


KNOWN = (parameter('count', 'integer', '1', '18446744073709551615'),
         parameter('share', 'float', '0.5', '2'),
         parameter('flag', 'boolean'), parameter('word', 'string'),
         parameter('names', 'list'))


@pytest.mark.parametrize('good', [
    {}, {'count': 1}, {'COUNT': 18446744073709551615}, {'share': 0.5},
    {'share': 2}, {'flag': False}, {'word': ''}, {'word': 'x' * 1024},
    {'word': '\u2603'}, {'names': 'a,b'}])
def test_these_fit(good):
    values.check(VERSION, KNOWN, good)


@pytest.mark.parametrize('bad,error', [
    ({'count': 0}, values.OutOfRange),
    ({'count': 18446744073709551616}, values.OutOfRange),
    ({'share': 0.49}, values.OutOfRange),
    ({'share': 2.001}, values.OutOfRange),
    ({'count': True}, values.WrongType),
    ({'count': 1.0}, values.WrongType),
    ({'share': True}, values.WrongType),
    ({'share': '1'}, values.WrongType),
    ({'flag': 1}, values.WrongType), ({'word': 1}, values.WrongType),
    ({'word': None}, values.WrongType), ({'word': []}, values.WrongType),
    ({'word': 'a\nb'}, values.WrongType),
    ({'word': 'x' * 1025}, values.TooLong),
    ({'other': 1}, values.UnknownParameter),
    ({'count': 1, 'Count': 1}, values.NamedTwice)])
def test_these_do_not(bad, error):
    with pytest.raises(error) as caught:
        values.check(VERSION, KNOWN, bad)
    assert str(caught.value)


def test_without_parameters_only_nothing_fits():
    values.check(VERSION, (), {})
    with pytest.raises(values.NoParameters):
        values.check(VERSION, (), {'count': 1})


def test_changes_are_merged_whatever_the_case_of_names():
    old = {'count': 1, 'word': 'a'}
    assert values.merged(old, {'COUNT': 2, 'word': None, 'flag': True}) == {
        'COUNT': 2, 'flag': True}
    assert old == {'count': 1, 'word': 'a'}

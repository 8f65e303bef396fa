# SPDX-License-Identifier: Apache-2.0
"""Which versions an instance may go to, and what keeps it from others."""

import types

import pytest

from trove.operations import upgrade_instance


def instance(**changes):
    return types.SimpleNamespace(**{
        'manager': 'mariadb', 'replicas': (), 'replica_of': None,
        'datastore_version_id': 'now', 'version_number': '10.11', **changes})


def version(**changes):
    return types.SimpleNamespace(**{
        'id': 'then', 'active': True, 'manager': 'mariadb',
        'number': '11.8', **changes})


@pytest.mark.parametrize('changes', [
    {}, {'id': 'now', 'number': '10.11'}, {'number': '10.11'},
    {'number': '10.12'}])
def test_these_may_come(changes):
    assert upgrade_instance._reason(instance(), version(**changes)) is None


@pytest.mark.parametrize('inside, wanted, words', [
    ({}, {'active': False}, 'not active'),
    ({}, {'id': 'now', 'active': False}, 'not active'),
    ({}, {'manager': 'mysql'}, 'another manager'),
    ({'replicas': ('r',)}, {}, 'replication'),
    ({'replica_of': 's'}, {}, 'replication'),
    ({}, {'number': '10.9'}, 'newer version 10.11')])
def test_these_may_not_and_it_says_why(inside, wanted, words):
    assert words in upgrade_instance._reason(instance(**inside),
                                             version(**wanted))

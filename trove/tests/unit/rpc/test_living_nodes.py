# SPDX-License-Identifier: Apache-2.0
"""Which node is tried first."""

import pytest

from trove.rpc import living_nodes

ONE, TWO, THREE = ('one', 1), ('two', 1), ('three', 1)


@pytest.fixture
def clock():
    """What the time is, as a list of one."""
    return [1000.0]


@pytest.fixture
def lately(clock, monkeypatch):
    monkeypatch.setattr(living_nodes, 'shuffled', list)
    return living_nodes.Lately(lambda: clock[0])


def test_who_failed_comes_last_and_the_longest_ago_first(lately, clock):
    lately.failed(TWO)
    clock[0] += 1
    lately.failed(ONE)
    assert [THREE, TWO, ONE] == lately.order([ONE, TWO, THREE])


def test_who_is_back_is_one_of_all(lately):
    lately.failed(ONE)
    lately.lives(ONE)
    assert [ONE, TWO] == lately.order([ONE, TWO])


def test_a_failure_is_forgotten_after_a_while(lately, clock):
    lately.failed(ONE)
    clock[0] += living_nodes._LAST_S + 1
    assert [ONE, TWO] == lately.order([ONE, TWO])


def test_connections_are_spread_over_all_that_live():
    lately = living_nodes.Lately()
    first = {lately.order([ONE, TWO, THREE])[0] for _ in range(100)}
    assert {ONE, TWO, THREE} == first

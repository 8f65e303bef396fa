# SPDX-License-Identifier: Apache-2.0
"""The memory of validated tokens."""

from trove.api import identity


def test_values_live_for_their_time():
    now = [0.0]
    memory = identity.TokenMemory(clock=lambda: now[0])
    memory.set('a', 1, time=10)
    assert memory.get('a') == 1
    assert memory.get('b') is None
    now[0] = 10
    assert memory.get('a') is None


def test_the_oldest_go_when_there_are_too_many():
    memory = identity.TokenMemory(most=2)
    for name in 'abc':
        memory.set(name, name, time=10)
    assert [memory.get(name) for name in 'abc'] == [None, 'b', 'c']

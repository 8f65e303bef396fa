# SPDX-License-Identifier: Apache-2.0
"""One look serves many who wait."""

import pytest

from trove.taskmanager import lease
from trove.taskmanager import looks


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(lease, 'clock', lambda: now[0])
    return now


class World:
    def __init__(self):
        self.facts = {}
        self.asked_for = []

    def look(self, keys):
        self.asked_for.append(sorted(keys))
        return {key: self.facts[key] for key in keys if key in self.facts}


def test_many_who_ask_at_once_cost_one_look(clock):
    world = World()
    shared = looks.Shared(world.look, 1)
    for key in ('a', 'b', 'c'):
        shared.ask(key)
    clock[0] += 1
    for _ in range(10):
        for key in ('a', 'b', 'c'):
            shared.ask(key)
    assert world.asked_for[3:] == [['a', 'b', 'c']]


def test_no_answer_is_older_than_was_promised(clock):
    world = World()
    shared = looks.Shared(world.look, 1)
    assert shared.ask('a') is None
    world.facts['a'] = 'x'
    clock[0] += 0.9
    assert shared.ask('a') is None
    clock[0] += 0.1
    assert shared.ask('a') == 'x'


def test_a_newcomer_is_answered_at_once(clock):
    world = World()
    world.facts['b'] = 'y'
    shared = looks.Shared(world.look, 1)
    shared.ask('a')
    assert shared.ask('b') == 'y'


def test_who_asks_no_more_is_not_looked_for(clock):
    world = World()
    shared = looks.Shared(world.look, 1)
    shared.ask('a')
    clock[0] += 11
    shared.ask('b')
    assert world.asked_for[-1] == ['b']


def test_a_look_that_fails_is_tried_by_the_next_who_asks(clock):
    world = World()
    shared = looks.Shared(world.look, 1)
    shared.ask('a')
    clock[0] += 1
    right = world.look
    shared._look = lambda keys: 1 / 0
    with pytest.raises(ZeroDivisionError):
        shared.ask('a')
    shared._look = right
    world.facts['a'] = 'x'
    assert shared.ask('a') == 'x'

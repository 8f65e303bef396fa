# SPDX-License-Identifier: Apache-2.0
"""Processes that accept from one socket: in turns, but nobody waits long."""

import contextlib
import socket

import pytest

from trove.api import fleet
from trove.api import turns


@pytest.fixture
def place():
    """A listening socket, and what closes with it."""
    with contextlib.ExitStack() as stack:
        held = stack.enter_context(fleet.listen('127.0.0.1', 0))
        held.setblocking(False)
        yield held, stack


def member(place, order, number):
    held, stack = place
    return stack.enter_context(turns.Socket.of(held, order, number))


def connect(place, count):
    held, stack = place
    for _ in range(count):
        stack.enter_context(socket.create_connection(held.getsockname()))


def accept(place, one):
    taken, _ = one.accept()
    place[1].enter_context(taken)


def test_each_takes_one(place):
    order = turns.Turns(2)
    first, second = (member(place, order, number) for number in (0, 1))
    connect(place, 2)
    accept(place, first)
    assert not order.has(0) and order.has(1)
    accept(place, second)
    assert order.has(0) and order.has(1)
    with pytest.raises(BlockingIOError):
        first.accept()


def test_who_does_not_come_is_not_waited_for(place):
    order = turns.Turns(2)
    first = member(place, order, 0)
    member(place, order, 1)
    connect(place, 3)
    for _ in range(3):
        accept(place, first)


def test_who_comes_anew_owes_nothing(place):
    order = turns.Turns(2)
    first = member(place, order, 0)
    connect(place, 3)
    for _ in range(3):
        accept(place, first)
    order.join(1)
    assert order.has(0) and order.has(1)

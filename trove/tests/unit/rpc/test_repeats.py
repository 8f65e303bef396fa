# SPDX-License-Identifier: Apache-2.0
"""A call is done once, however often it is asked for."""

import pytest

from trove.rpc import repeats
from trove.tests.fixtures import virtual_time


@pytest.fixture
def clock():
    return virtual_time.Clock()


@pytest.fixture
def calls(clock):
    return repeats.Repeats(clock=clock)


def test_a_call_is_new_once_then_runs_then_has_an_answer(calls):
    assert calls.begin('a') is repeats.NEW
    assert calls.begin('a') is repeats.RUNNING
    calls.answered('a', ('done', None), 10)
    assert calls.begin('a') == ('done', None)
    assert calls.begin('a') == ('done', None)


def test_a_call_of_an_earlier_life_is_not_done_again(clock):
    calls = repeats.Repeats(['a'], clock)
    assert calls.begin('a') is repeats.UNKNOWN
    assert calls.begin('b') is repeats.NEW


def test_answers_are_forgotten_after_a_while_but_not_that_they_were(
        calls, clock):
    calls.begin('a')
    calls.answered('a', ('secret', None), 10)
    clock.pass_by(601)
    assert calls.begin('a') is repeats.UNKNOWN


def test_the_oldest_answers_go_when_they_take_too_much(calls):
    for name in 'abcde':
        calls.begin(name)
        calls.answered(name, (name, None), 1024 * 1024)
    assert calls.begin('a') is repeats.UNKNOWN
    assert calls.begin('b') == ('b', None)


def test_an_answer_that_is_too_large_is_not_kept_and_not_made_again(calls):
    calls.begin('a')
    calls.answered('a', ('a', None), 2 ** 30)
    assert calls.begin('a') is repeats.UNKNOWN


def test_memory_is_bounded_and_what_runs_is_never_forgotten(calls):
    calls.begin('long')
    for number in range(10000):
        calls.begin(str(number))
        calls.answered(str(number), (number, None), 1)
    assert len(calls._calls) <= 4096
    assert calls.begin('long') is repeats.RUNNING
    assert calls.begin('9999') == (9999, None)
    assert calls._bytes == len(calls._answers)


@pytest.mark.parametrize('odd', [1, None, ['a'], {}, 'x' * 65])
def test_what_is_no_id_is_not_remembered(calls, odd):
    for _ in range(2):
        assert calls.begin(odd) is repeats.NEW
    calls.answered('x' * 65, ('a', None), 1)
    assert not calls._answers

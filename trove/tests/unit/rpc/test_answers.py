# SPDX-License-Identifier: Apache-2.0
"""Who waits for a guest's answer, and how many may."""

import time

import pytest

from trove.common import exception
from trove.rpc import answers as answers_room
from trove.rpc import guest
from trove.tests.fixtures import options


class Inbox(answers_room.Answers):
    """Answers that come from the test."""

    def _ensure_server(self):
        self.inbox = 'here'


@pytest.fixture
def answers():
    return Inbox(options.make(agent_calls_at_once=2), None)


def test_a_guest_that_hangs_holds_up_only_so_many(answers):
    first, _ = answers.expect('hangs')
    answers.expect('hangs')
    with pytest.raises(answers_room.GuestBusy, match='hangs'):
        answers.expect('hangs')
    answers.expect('another')
    answers.forget(first)
    answers.expect('hangs')


@pytest.mark.parametrize('odd, words', [
    ('x' * 10 ** 6, 'xxx'), (['a'], 'a'), ({'code': ['x']}, 'None'),
    ({'message': {'a': 1}}, 'a'), (7, '7')])
def test_an_error_of_any_shape_is_a_failure_of_the_guest(odd, words):
    raised = guest._failure('i', odd)
    assert isinstance(raised, exception.GuestFailed)
    assert words in raised.message and len(raised.message) < 5000
    assert raised.facts['guest_code'] is None


def test_an_answer_counts_only_from_the_guest_that_was_asked(answers):
    call_id, slot = answers.expect('asked')
    answers._take('another', call_id, 'forged', None)
    assert not slot.filled.is_set()
    answers._take('asked', call_id, 'true', None)
    assert (slot.filled.is_set(), slot.result) == (True, 'true')


def test_an_answer_after_the_deadline_is_dropped(answers):
    call_id, slot = answers.expect('late')
    answers.forget(call_id)
    answers._take('late', call_id, 'too late', None)
    assert not slot.filled.is_set()


class Leaves(BaseException):
    """Somebody has to go."""


def test_who_has_to_leave_waits_no_longer(answers):
    _, slot = answers.expect('slow')
    asked = []

    def check():
        asked.append(1)
        if len(asked) > 1:
            raise Leaves

    began = time.monotonic()
    with pytest.raises(Leaves), answers_room.leaving(check):
        slot.wait(60)
    assert time.monotonic() - began < 30
    assert slot.wait(0) is False        # nobody is asked any more


def test_who_may_stay_waits_as_long_as_it_takes(answers):
    call_id, slot = answers.expect('slow')
    with answers_room.leaving(
            lambda: answers._take('slow', call_id, 'so', None)):
        assert slot.wait(60)
    _, slot = answers.expect('slow')
    with answers_room.leaving(lambda: None):
        assert not slot.wait(0.01)


@pytest.mark.parametrize('error, level, told', [
    (None, 'INFO', 'done'),
    ({'code': 'engine_away', 'message': 'secret'}, 'WARNING', 'engine_away'),
    ({'code': 'odd\nline'}, 'WARNING', 'no known reason'),
    ('secret', 'WARNING', 'no known reason')])
def test_what_became_of_an_accepted_change_is_told(answers, caplog, error,
                                                   level, told):
    with caplog.at_level('INFO'):
        answers._take('late', 'nobody waits', None, error)
    (line,) = caplog.records
    assert line.levelname == level and told in line.getMessage()
    assert 'secret' not in line.getMessage()

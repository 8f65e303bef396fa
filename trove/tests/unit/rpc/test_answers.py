# SPDX-License-Identifier: Apache-2.0
"""Who waits for a guest's answer, and how many may."""

import pytest

from trove.rpc import guest
from trove.tests.fixtures import options


class Inbox(guest.Answers):
    """Answers that come from the test."""

    def _ensure_server(self):
        self.inbox = 'here'


@pytest.fixture
def answers():
    return Inbox(options.make(agent_calls_at_once=2), None)


def test_a_guest_that_hangs_holds_up_only_so_many(answers):
    first, _ = answers.expect('hangs')
    answers.expect('hangs')
    with pytest.raises(guest.GuestBusy, match='hangs'):
        answers.expect('hangs')
    answers.expect('another')
    answers.forget(first)
    answers.expect('hangs')


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

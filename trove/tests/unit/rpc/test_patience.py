# SPDX-License-Identifier: Apache-2.0
"""A broker that says nothing costs its callers no more than their time."""

import threading
import types

import pytest

from trove.rpc import answers as answers_room
from trove.rpc import patience


def test_what_comes_in_time_is_given_or_raised():
    assert patience.within(5, lambda: 'done') == 'done'
    with pytest.raises(ZeroDivisionError):
        patience.within(5, lambda: 1 / 0)


def test_who_waits_is_let_go():
    silent = threading.Event()
    with pytest.raises(patience.BrokerSilent):
        patience.within(0.01, silent.wait)
    silent.set()


def test_an_inbox_that_cannot_be_opened_holds_up_nobody_for_long(
        monkeypatch):
    silent = threading.Event()

    class Server:
        def start(self):
            silent.wait()

    monkeypatch.setattr(answers_room.transport, 'server', lambda *_: Server())
    answers = answers_room.Answers(types.SimpleNamespace(
        agent_call_low_timeout=0.01, agent_calls_at_once=2,
        answers_queue='answers'), None)
    for _ in range(3):
        with pytest.raises(patience.BrokerSilent):
            answers.expect('somebody')
    assert answers._waiting == {}
    answers.forget('nothing')       # what is there is not locked
    silent.set()
    patience.within(5, answers._open)
    assert answers.expect('somebody')

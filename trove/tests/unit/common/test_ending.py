# SPDX-License-Identifier: Apache-2.0
"""The word to end is heard whenever it is said."""

import os
import signal
import threading

import pytest

from trove.common import ending


@pytest.fixture
def end():
    before = signal.getsignal(signal.SIGUSR1)
    made = ending.Ending()
    yield made
    made.close()
    signal.signal(signal.SIGUSR1, before)


def test_a_signal_that_came_before_anybody_waited_is_heard(end):
    end.listen(signal.SIGUSR1)
    os.kill(os.getpid(), signal.SIGUSR1)
    end.wait()


def test_a_signal_that_another_thread_was_given_is_heard(end):
    end.listen(signal.SIGUSR1)
    threading.Thread(target=lambda: signal.pthread_kill(
        threading.get_ident(), signal.SIGUSR1)).start()
    end.wait()


def test_a_word_of_a_thread_is_heard(end):
    threading.Thread(target=end.tell).start()
    end.wait()


def test_it_may_be_said_too_late(end):
    end.close()
    end.tell()


def test_who_says_it_very_often_is_not_kept(end):
    for _ in range(100_000):
        end.tell()
    end.wait()


def test_a_signal_that_is_for_something_else_is_not_the_word(end):
    end.listen(signal.SIGUSR1)
    before = signal.signal(signal.SIGUSR2, lambda *_: None)
    try:
        os.kill(os.getpid(), signal.SIGUSR2)
        over = threading.Thread(target=end.wait)
        over.start()
        over.join(0.3)
        assert over.is_alive()
        end.tell()
        over.join(10)
        assert not over.is_alive()
    finally:
        signal.signal(signal.SIGUSR2, before)

# SPDX-License-Identifier: Apache-2.0
"""Envelopes open only where, whence and as they were meant to."""

import hypothesis
import pytest
from hypothesis import strategies as st

from trove.common import crypto
from trove.rpc import envelope

KEY = crypto.new_key()
MOST = 65536


def a_message(**changes):
    """An envelope to guest ``i1`` with some of its fields changed."""
    sealed = envelope.seal(KEY, 'k1', 'i1', envelope.TO_GUEST, 3, 7,
                           {'method': 'ping'})
    return {**sealed, **changes}


def opened(message, key=KEY, direction=envelope.TO_GUEST):
    """What a receiver makes of it."""
    envelope.check(message, MOST)
    return envelope.open_sealed(key, message, direction)


def reason(*args, **kwargs):
    """The word by which a refusal is counted."""
    with pytest.raises(envelope.Refused) as caught:
        opened(*args, **kwargs)
    return caught.value.reason


def test_what_was_sealed_opens():
    assert opened(a_message()) == {'method': 'ping'}


def test_nothing_of_the_content_is_in_clear():
    assert 'ping' not in str(a_message())


@pytest.mark.parametrize('change', [
    {'instance': 'i2'}, {'key_id': 'k2'}, {'boot': 4}, {'number': 8}])
def test_no_clear_field_can_be_changed(change):
    assert reason(a_message(**change)) == 'not-authentic'


def test_another_key_does_not_open_it():
    assert reason(a_message(), key=crypto.new_key()) == 'not-authentic'


def test_a_message_cannot_be_sent_back_to_its_sender():
    assert reason(a_message(),
                  direction=envelope.FROM_GUEST) == 'not-authentic'


def test_an_older_version_is_not_accepted():
    assert reason(a_message(version=0)) == 'version'


@pytest.mark.parametrize('message', [
    None, 'text', [], {}, {'version': 1}, a_message(extra=1),
    a_message(number='7'), a_message(number=-1), a_message(number=True),
    a_message(boot=2 ** 62), a_message(instance='x' * 65)])
def test_what_is_no_envelope_is_malformed(message):
    assert reason(message) == 'malformed'


def test_a_truncated_message_is_refused():
    message = a_message()
    assert reason({**message, 'sealed': message['sealed'][:-8]}) == (
        'not-authentic')


def test_a_large_message_is_refused_before_it_is_opened():
    assert reason(a_message(sealed='A' * (MOST + 1))) == 'too-large'


@hypothesis.given(st.lists(st.integers(1, 60), max_size=80))
def test_the_window_takes_each_number_at_most_once(numbers):
    window = envelope.Window(size=16)
    taken = [number for number in numbers if window.take(number)]
    assert len(taken) == len(set(taken))


@hypothesis.given(st.permutations(range(1, 17)))
def test_the_window_takes_all_that_come_within_it_in_any_order(numbers):
    window = envelope.Window(size=16)
    assert all(window.take(number) for number in numbers)


def test_what_is_older_than_the_window_is_refused():
    window = envelope.Window(size=16)
    assert window.take(100)
    assert window.take(85)
    assert not window.take(84)


def test_the_window_begins_at_one():
    window = envelope.Window(size=16)
    assert window.take(5)
    assert not window.take(0)
    assert window.take(1)


def test_the_window_goes_on_from_what_was_kept():
    window = envelope.Window(size=16)
    window.take(5)
    again = envelope.Window(window.highest, window.bits, size=16)
    assert not again.take(5)
    assert again.take(4)

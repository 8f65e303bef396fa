# SPDX-License-Identifier: Apache-2.0
"""Calls that an agent did not come to the end of."""

import os
import stat

import pytest

from trove.rpc import unanswered

CALL = {'call_id': 'c1', 'inbox': 'api-1', 'method': 'restart',
        'arguments': {'password': 'secret'}}


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / 'calls')


def test_what_was_under_way_is_known_to_the_next_process(path):
    calls = unanswered.Unanswered(path)
    assert calls.left == []
    calls.begin(CALL)
    calls.begin({**CALL, 'call_id': 'c2'})
    calls.end({**CALL, 'call_id': 'c2'})
    [left] = unanswered.Unanswered(path).left
    assert left == {'call_id': 'c1', 'inbox': 'api-1', 'method': 'restart'}


def test_what_was_answered_is_forgotten(path):
    calls = unanswered.Unanswered(path)
    calls.begin(CALL)
    calls.end(CALL)
    calls.end(CALL)
    assert unanswered.Unanswered(path).left == []


def test_what_nobody_waits_for_is_not_noted(path):
    calls = unanswered.Unanswered(path)
    calls.begin({'method': 'prepare', 'arguments': {}})
    assert not os.path.exists(path)


def test_no_argument_is_noted_and_nobody_else_reads_it(path):
    unanswered.Unanswered(path).begin(CALL)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with open(path) as stream:
        assert 'secret' not in stream.read()


@pytest.mark.parametrize('text', ['', '{"c1": ', '[]'])
def test_a_file_that_was_cut_off_says_nothing(path, text):
    with open(path, 'w') as stream:
        stream.write(text)
    assert unanswered.Unanswered(path).left == []

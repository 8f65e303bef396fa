# SPDX-License-Identifier: Apache-2.0
"""How processes end, in words, and the kernel's counts."""

from trove.guestkit import deaths


def test_signals_have_their_names():
    assert deaths.by_signal(9) == 'killed by signal 9 (KILL)'
    assert deaths.by_signal(40) == 'killed by signal 40'


def test_a_good_end_needs_no_words():
    assert deaths.by_code(0) is None
    assert deaths.by_code(3) == 'ended with code 3'


def test_the_counts_of_both_hierarchies_are_read(tmp_path):
    assert deaths.memory_kills(str(tmp_path)) is None
    (tmp_path / 'memory.events').write_text('low 0\noom 1\noom_kill 4\n')
    assert deaths.memory_kills(str(tmp_path)) == 4
    (tmp_path / 'memory').mkdir()
    legacy = tmp_path / 'memory' / 'memory.oom_control'
    legacy.write_text('oom_kill_disable 0\nunder_oom 0\n')
    assert deaths.memory_kills(str(tmp_path)) == 4      # too old to count
    legacy.write_text('oom_kill_disable 0\nunder_oom 0\noom_kill 7\n')
    assert deaths.memory_kills(str(tmp_path)) == 7

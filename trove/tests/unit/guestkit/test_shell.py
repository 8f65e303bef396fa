# SPDX-License-Identifier: Apache-2.0
"""Commands end in time, say what went wrong, and get no shell."""

import pytest

from trove.common import waiting
from trove.guestkit import errors
from trove.guestkit import shell


def test_output_and_input_travel():
    assert shell.run(['cat'], stdin='a $HOME "b"').stdout == 'a $HOME "b"'


def test_arguments_meet_no_shell():
    assert shell.run(['echo', '$(id)', ';', 'x']).stdout == '$(id) ; x\n'


def test_a_failure_carries_code_and_last_words():
    with pytest.raises(errors.CommandFailed, match='17.*too bad'):
        shell.run(['sh', '-c', 'echo too bad >&2; exit 17'])


def test_other_codes_may_be_fine():
    assert shell.run(['sh', '-c', 'exit 2'], accept=(0, 2)).returncode == 2


def test_a_late_command_is_killed_with_its_children(tmp_path):
    alive = tmp_path / 'pid'
    with pytest.raises(errors.CommandTimeout):
        shell.run(['sh', '-c', 'sleep 60 & echo $! > %s; wait' % alive],
                  timeout_s=0.5)
    pid = alive.read_text().strip()

    def gone():
        try:
            with open('/proc/%s/stat' % pid) as stream:
                return stream.read().split()[2] == 'Z'
        except FileNotFoundError:
            return True
    assert waiting.until(gone, 10, 'the end of the child')


def test_a_command_is_killed_when_its_check_says_so():
    looks = []

    def check():
        looks.append(1)
        if len(looks) == 2:
            raise errors.UnitFailed(unit='u', reason='no room')

    with pytest.raises(errors.UnitFailed, match='no room'):
        shell.run(['sleep', '60'], check=check)
    assert len(looks) == 2


def test_what_ends_in_time_is_as_without_a_check():
    done = shell.run(['cat'], stdin='x' * 200000, check=lambda: None)
    assert done.stdout == 'x' * 200000
    with pytest.raises(errors.CommandTimeout):
        shell.run(['sleep', '60'], timeout_s=0.2, check=lambda: None)


@pytest.mark.parametrize(('inherited', 'left'), [
    ('-900', '0'), ('0', '0'), ('300', '300')])
def test_a_command_is_not_protected_as_the_agent_is(
        tmp_path, monkeypatch, inherited, left):
    score = tmp_path / 'score'
    score.write_text(inherited)
    monkeypatch.setattr(shell, '_OOM_SCORE',
                        str(score).replace('%', '%%') + '%.0s')
    shell.run(['true'])
    assert score.read_text() == left


def test_one_that_has_ended_at_once_is_no_trouble(monkeypatch):
    monkeypatch.setattr(shell, '_OOM_SCORE', '/proc/none-%d')
    assert shell.run(['true']).returncode == 0

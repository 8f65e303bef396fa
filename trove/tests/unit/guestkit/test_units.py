# SPDX-License-Identifier: Apache-2.0
"""Unit files, and what systemd is asked."""

import dataclasses
import signal

import pytest

from trove.guestkit import deaths
from trove.guestkit import units

UNIT = units.Unit(name='engine', description='An engine',
                  argv=('/bin/engine', '--greet=50% of $USER and "me"'),
                  user='nobody', runtime_folders=('/run/engine',))


class Systemd(units.Systemd):
    """Keeps what is asked and answers with facts."""

    def __init__(self, folder, **facts):
        super().__init__(str(folder))
        self.asked = []
        self.facts = {'ActiveState': 'inactive', 'SubState': 'dead',
                      'MainPID': '0', 'NRestarts': '0', 'Job': '0', **facts}

    def _ask(self, *words, timeout_s=60):
        self.asked.append(words)
        if words[0] == 'show':
            return ''.join('%s=%s\n' % fact for fact in self.facts.items())
        return ''

    @property
    def verbs(self):
        return [words[0] for words in self.asked]


def test_a_unit_file_quotes_what_systemd_would_read_as_its_own():
    text = units.render(UNIT)
    assert ("ExecStart=/bin/engine '--greet=50%% of $$USER and \"me\"'\n"
            in text)
    assert 'Restart=on-failure\n' in text
    assert 'RuntimeDirectory=engine\n' in text
    assert 'Type=exec\n' in text
    # The agent is not killed in its stead.
    assert 'OOMScoreAdjust=500\n' in text


def test_a_unit_is_asked_to_end_in_its_own_way():
    assert 'KillSignal=SIGTERM\n' in units.render(UNIT)
    own = dataclasses.replace(UNIT, stop_signal=signal.SIGINT)
    assert 'KillSignal=SIGINT\n' in units.render(own)


def test_what_comes_before_a_start_is_run_as_root():
    text = units.render(dataclasses.replace(
        UNIT, before=('/bin/sh', '-c', 'test -d "$0"', '/data')))
    assert ("ExecStartPre=+/bin/sh -c 'test -d \"$$0\"' /data\n"
            'ExecStart=/bin/engine' in text)
    assert 'ExecStartPre' not in units.render(UNIT)


def test_a_first_start_needs_one_question(tmp_path):
    keeper = Systemd(tmp_path)
    keeper.start(UNIT)
    assert keeper.asked == [('start', '--no-block', 'engine.service')]
    assert (tmp_path / 'engine.service').read_text() == units.render(UNIT)


def test_a_changed_unit_is_read_again(tmp_path):
    (tmp_path / 'engine.service').write_text('other')
    keeper = Systemd(tmp_path)
    keeper.start(UNIT)
    assert keeper.verbs == ['daemon-reload', 'show', 'start']


def test_a_given_up_unit_gets_a_fresh_count(tmp_path):
    keeper = Systemd(tmp_path, ActiveState='failed', SubState='failed')
    keeper.start(UNIT)
    keeper.start(UNIT)
    assert keeper.verbs == ['start', 'show', 'reset-failed', 'start']


@pytest.mark.parametrize('facts, state', [
    ({}, units.State.STOPPED),
    ({'Job': '77'}, units.State.RUNNING),
    ({'ActiveState': 'active', 'SubState': 'running'}, units.State.RUNNING),
    ({'ActiveState': 'activating', 'SubState': 'start'},
     units.State.RUNNING),
    ({'ActiveState': 'activating', 'SubState': 'auto-restart'},
     units.State.RESTARTING),
    ({'ActiveState': 'failed', 'SubState': 'failed'}, units.State.FAILED)])
def test_systemds_words_become_states(tmp_path, facts, state):
    assert Systemd(tmp_path, **facts).condition(UNIT).state is state


@pytest.mark.parametrize('facts, told', [
    ({'Result': 'signal', 'ExecMainCode': '2', 'ExecMainStatus': '9'},
     'killed by signal 9 (KILL)'),
    ({'Result': 'core-dump', 'ExecMainCode': '3', 'ExecMainStatus': '11'},
     'killed by signal 11 (SEGV)'),
    ({'Result': 'oom-kill', 'ExecMainCode': '2', 'ExecMainStatus': '9'},
     'killed by the kernel for lack of memory'),
    ({'Result': 'start-limit-hit', 'ExecMainCode': '2',
      'ExecMainStatus': '6'}, 'killed by signal 6 (ABRT)'),
    ({'Result': 'exit-code', 'ExecMainCode': '1', 'ExecMainStatus': '78'},
     'ended with code 78'),
    ({'Result': 'success', 'ExecMainCode': '1', 'ExecMainStatus': '0'},
     None)])
def test_systemd_tells_how_a_process_died(tmp_path, facts, told):
    keeper = Systemd(tmp_path, ActiveState='failed', SubState='failed',
                     **facts)
    assert keeper.condition(UNIT).ending == told
    running = Systemd(tmp_path, ActiveState='active', SubState='running',
                      **facts)
    assert running.condition(UNIT).ending is None


def test_a_kill_for_memory_is_told_where_systemd_does_not(tmp_path,
                                                          monkeypatch):
    kills = [3]
    monkeypatch.setattr(deaths, 'memory_kills', lambda: kills[0])
    keeper = Systemd(tmp_path, ActiveState='active', SubState='running',
                     MainPID='7')
    keeper.condition(UNIT)
    kills[0] += 1
    keeper.condition(UNIT)      # it is being killed and looks alive
    keeper.facts |= {'ActiveState': 'failed', 'Result': 'signal',
                     'ExecMainCode': '2', 'ExecMainStatus': '9'}
    assert keeper.condition(UNIT).ending == deaths.FOR_MEMORY
    # Another signal is none of the kernel's, and another process's death
    # is no longer news to one that was started after it.
    keeper.facts['ExecMainStatus'] = '15'
    assert keeper.condition(UNIT).ending == 'killed by signal 15 (TERM)'
    keeper.start(UNIT)
    keeper.facts['ExecMainStatus'] = '9'
    assert keeper.condition(UNIT).ending == 'killed by signal 9 (KILL)'


def test_a_unit_that_was_never_written_needs_no_stop(tmp_path):
    keeper = Systemd(tmp_path)
    keeper.stop(UNIT)
    assert keeper.asked == []


def test_what_runs_is_killed_and_then_kept_from_starting(tmp_path):
    (tmp_path / 'engine.service').write_text('x')
    keeper = Systemd(tmp_path, MainPID='7')
    keeper.kill(UNIT)
    assert keeper.verbs == ['show', 'kill', 'stop']
    keeper = Systemd(tmp_path)
    keeper.kill(UNIT)
    assert keeper.verbs == ['show', 'stop']


def test_only_packaged_services_that_start_on_boot_are_retired(tmp_path):
    wants = tmp_path / 'multi-user.target.wants'
    wants.mkdir()
    (wants / 'mariadb.service').symlink_to('/lib/x')
    keeper = Systemd(tmp_path)
    keeper.retire(('mariadb', 'mysql'))
    assert keeper.asked == [('disable', '--now', 'mariadb.service')]

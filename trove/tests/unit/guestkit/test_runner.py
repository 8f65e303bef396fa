# SPDX-License-Identifier: Apache-2.0
"""Services of our own: watched, restarted, found again, given up."""

import getpass
import os
import signal

import pytest

from trove.common import waiting
from trove.guestkit import errors
from trove.guestkit import runner
from trove.guestkit import units

ME = getpass.getuser()


def unit(*argv, **facts):
    defaults = {'restart_pause_s': 0.02, 'restarts': 2, 'stop_timeout_s': 5}
    return units.Unit(name='u', description='U', argv=argv, user=ME,
                      **{**defaults, **facts})


SLEEPER = unit('sleep', '600')


@pytest.fixture
def keeper(tmp_path):
    made = runner.Runner(str(tmp_path / 'units'))
    yield made
    made.stop(SLEEPER)


def state(keeper, of=SLEEPER):
    return keeper.condition(of).state


def reaches(keeper, wanted, of=SLEEPER):
    waiting.until(lambda: state(keeper, of) is wanted, 10, wanted,
                  poll_s=0.01)


def test_a_service_runs_until_it_is_stopped(keeper):
    assert state(keeper) is units.State.STOPPED
    keeper.start(SLEEPER)
    keeper.start(SLEEPER)
    pid = keeper.condition(SLEEPER).pid
    assert state(keeper) is units.State.RUNNING
    keeper.stop(SLEEPER)
    assert state(keeper) is units.State.STOPPED
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_killed_service_is_started_again(keeper):
    keeper.start(SLEEPER)
    before = keeper.condition(SLEEPER).pid
    os.kill(before, signal.SIGKILL)
    waiting.until(lambda: keeper.condition(SLEEPER).restarts == 1, 10, 'it')
    reaches(keeper, units.State.RUNNING)
    assert keeper.condition(SLEEPER).pid != before


def test_how_a_service_died_is_told(keeper):
    fragile = unit('sleep', '600', restarts=0)
    keeper.start(fragile)
    assert keeper.condition(fragile).ending is None
    os.kill(keeper.condition(fragile).pid, signal.SIGKILL)
    reaches(keeper, units.State.FAILED, fragile)
    assert keeper.condition(fragile).ending == 'killed by signal 9 (KILL)'


def test_a_service_that_always_fails_is_given_up(keeper):
    failing = unit('false')
    keeper.start(failing)
    reaches(keeper, units.State.FAILED, failing)
    assert keeper.condition(failing).restarts == failing.restarts
    assert keeper.condition(failing).ending == 'ended with code 1'
    keeper.stop(failing)


def test_a_service_that_ends_well_is_not_started_again(keeper):
    ending = unit('true')
    keeper.start(ending)
    reaches(keeper, units.State.STOPPED, ending)
    assert keeper.condition(ending).restarts == 0


def test_a_service_is_found_again_and_watched_on(keeper, tmp_path):
    keeper.start(SLEEPER)
    pid = keeper.condition(SLEEPER).pid
    keeper.release()
    later = runner.Runner(str(tmp_path / 'units'))
    assert later.condition(SLEEPER).pid == pid
    later.start(SLEEPER)
    assert later.condition(SLEEPER).pid == pid
    later.stop(SLEEPER)
    assert state(later) is units.State.STOPPED


def test_a_later_process_of_the_same_number_is_not_ours(keeper, tmp_path):
    record = tmp_path / 'units' / 'u.process'
    record.write_text('{"pid": %d, "born": "1"}' % os.getpid())
    assert state(keeper) is units.State.STOPPED
    keeper.stop(SLEEPER)        # and it is not killed: we are here


def test_a_stubborn_service_is_killed_after_its_time(keeper):
    stubborn = unit('sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done',
                    stop_timeout_s=1)
    keeper.start(stubborn)
    keeper.stop(stubborn)
    assert state(keeper, stubborn) is units.State.STOPPED


def test_a_service_is_asked_to_end_in_its_own_way(keeper, tmp_path):
    told = tmp_path / 'told'
    # Not SIGINT: where the tests run in the background it is ignored, and a
    # shell cannot trap what was ignored at its start.
    patient = unit(
        'sh', '-c', 'trap "" TERM; trap "echo bye > $0; exit" USR1; '
        'touch $0; while :; do sleep 0.1; done', str(told),
        stop_timeout_s=60, stop_signal=signal.SIGUSR1)
    keeper.start(patient)
    waiting.until(told.exists, 10, 'its start', poll_s=0.01)
    keeper.stop(patient)
    assert told.read_text() == 'bye\n'


def test_a_service_is_killed_without_waiting(keeper):
    stubborn = unit('sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done',
                    stop_timeout_s=600)
    keeper.start(stubborn)
    keeper.kill(stubborn)
    assert state(keeper, stubborn) is units.State.STOPPED


def test_folders_below_run_are_made_anew(keeper, tmp_path):
    made = unit('sleep', '600', runtime_folders=(str(tmp_path / 'run'),))
    keeper.start(made)
    assert (tmp_path / 'run').is_dir()
    keeper.stop(made)


def test_nothing_is_started_where_what_comes_before_fails(keeper):
    barred = unit('sleep', '600', before=('false',))
    with pytest.raises(errors.UnitFailed):
        keeper.start(barred)
    assert state(keeper, barred) is units.State.STOPPED


def test_it_is_given_up_where_what_comes_before_fails_again(keeper, tmp_path):
    sign = tmp_path / 'well'
    sign.touch()
    barred = unit('sleep', '600', before=('test', '-e', str(sign)))
    keeper.start(barred)
    pid = keeper.condition(barred).pid
    sign.unlink()
    os.kill(pid, signal.SIGKILL)
    reaches(keeper, units.State.FAILED, barred)
    assert keeper.condition(barred).restarts == 0

# SPDX-License-Identifier: Apache-2.0
"""Engines on their way up, and those that do not answer."""

import os
import pathlib

import pytest

from trove.common import exception
from trove.guestkit import errors
from trove.guestkit import units
from trove.guestkit import watch
from trove.objects import status

UNIT = units.Unit(name='u', description='', argv=('x',), user='root')


class Keeper:
    """A keeper whose unit is always as it is set."""

    def __init__(self, state=units.State.RUNNING):
        self.state = state
        self.restarts = 0
        self.ending = None
        self.told = []

    def start(self, unit):
        self.told.append('start')

    def stop(self, unit):
        self.told.append('stop')

    def condition(self, unit):
        return units.Condition(state=self.state, restarts=self.restarts,
                               ending=self.ending)


def test_it_is_up_when_it_answers():
    answers = iter((False, False, True))
    watch.come_up(Keeper(), UNIT, lambda: next(answers), 5, 'it')


def test_it_is_not_waited_for_when_its_process_ends():
    with pytest.raises(errors.UnitFailed):
        watch.come_up(Keeper(units.State.RESTARTING), UNIT, lambda: False,
                      30, 'it')


def test_nor_when_it_was_started_again():
    keeper = Keeper()

    def answers():
        keeper.restarts += 1
        return False

    with pytest.raises(errors.UnitFailed):
        watch.come_up(keeper, UNIT, answers, 30, 'it')


def test_what_hangs_on_its_way_up_has_a_deadline():
    with pytest.raises(exception.WaitTimeout, match='the start'):
        watch.come_up(Keeper(), UNIT, lambda: False, 0.1, 'the start')


def test_what_does_not_come_up_is_stopped_and_its_last_words_are_told():
    keeper = Keeper(units.State.RESTARTING)
    with pytest.raises(errors.StartFailed) as caught:
        watch.bring_up(keeper, UNIT, lambda: False, 30, 'Toy',
                       lambda: 'no memory')
    assert keeper.told == ['start', 'stop']
    assert str(caught.value).startswith('Toy did not start: ')
    assert str(caught.value).endswith('Last words of its log:\nno memory')


def test_how_it_was_killed_comes_before_what_it_said_at_its_start():
    keeper = Keeper(units.State.RESTARTING)
    keeper.ending = 'killed by signal 9 (KILL)'
    with pytest.raises(errors.StartFailed, match=(
            r'its process ended: killed by signal 9 \(KILL\)\.')):
        watch.bring_up(keeper, UNIT, lambda: False, 30, 'Toy', lambda: '')
    assert watch.down('Toy is down', keeper.condition(UNIT), 'a warning') == (
        'Toy is down: killed by signal 9 (KILL). Last words of its log:\n'
        'a warning')
    keeper.ending = None
    assert watch.down('Toy is down', keeper.condition(UNIT), '') == (
        'Toy is down.')


def test_what_comes_up_runs_on():
    keeper = Keeper()
    watch.bring_up(keeper, UNIT, lambda: True, 5, 'Toy', lambda: '')
    assert keeper.told == ['start']


@pytest.mark.parametrize('state, listens, found', [
    (units.State.RUNNING, True, status.Service.BLOCKED),
    (units.State.RUNNING, False, status.Service.RUNNING),
    (units.State.STOPPED, True, status.Service.SHUTDOWN),
    (units.State.FAILED, False, status.Service.CRASHED),
    (units.State.RESTARTING, False, status.Service.CRASHED)])
def test_what_does_not_answer_is_told_by_its_process(state, listens, found):
    assert watch.unanswering(state, lambda: listens) is found


def test_memory_is_that_of_the_right_process(tmp_path):
    file = tmp_path / 'pid'
    name = pathlib.Path('/proc/self/comm').read_text().strip()
    assert watch.resident_mb(str(file), name) is None
    file.write_text('%d\n/data\n' % os.getpid())
    assert watch.resident_mb(str(file), name) > 1
    assert watch.resident_mb(str(file), 'postgres') is None

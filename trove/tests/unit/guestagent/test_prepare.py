# SPDX-License-Identifier: Apache-2.0
"""The list of steps: order, resumption, failure, second thoughts."""

import json
import os
import threading

import pytest

from trove.common import waiting
from trove.datastores import interfaces
from trove.guestagent import journal as journals
from trove.guestagent import logs as guest_logs
from trove.guestagent import prepare
from trove.objects import order
from trove.tests.fixtures import options
from trove.tests.unit.guestagent import fakes


class Killed(BaseException):
    """The process ends here."""


class Guest:
    """An agent's inner half on a folder that outlives it."""

    def __init__(self, root):
        self.root = root
        self.changes = 0
        self.die_at = None
        self.wake()

    def wake(self, **parts):
        """As after a start of the process."""
        self.driver, self.calls = fakes.driver(**parts)
        settings = interfaces.Settings(conf=options.make(),
                                       root=str(self.root))
        self.journal = journals.Journal(str(self.root / 'state'))
        self.preparer = prepare.Preparer(
            self.journal, self.driver, settings, self._changed,
            self._reached)

    def _changed(self):
        self.changes += 1

    def _reached(self, point):
        if point == self.die_at:
            raise Killed(point)


@pytest.fixture
def guest(tmp_path):
    return Guest(tmp_path)


def wanted(**facts):
    return order.Prepare(**{
        'instance_id': 'i', 'operation_id': 'op', 'manager': 'fake',
        'version': '1', 'memory_mb': 512,
        'users': (order.UserSpec(name='ann', password='s3cret'),), **facts})


ALL = ['configure', 'initialise', 'start', 'secure', 'user ann']


def test_steps_run_in_order_and_end_ready(guest):
    assert guest.preparer.accept(wanted()) is True
    guest.preparer.carry_on()
    assert guest.calls == ALL
    assert guest.journal.progress.phase == journals.READY
    assert os.path.isdir(guest.preparer.mount_point())


def test_each_change_is_told(guest):
    guest.preparer.accept(wanted())
    assert guest.changes == 1
    guest.preparer.carry_on()
    assert guest.changes == 2


@pytest.mark.parametrize('point, again', [
    ('accepted', ALL), ('during-configure', ALL),
    ('after-configure', ALL[1:]), ('during-initialise', ALL[1:]),
    ('after-initialise', ALL[2:]), ('during-start', ALL[2:]),
    ('after-start', ['start'] + ALL[3:]),
    ('during-users', ['start'] + ALL[4:]), ('after-users', ['start'])])
def test_a_killed_agent_goes_on_at_the_first_step_not_done(guest, point,
                                                           again):
    guest.die_at = point
    with pytest.raises(Killed):
        guest.preparer.accept(wanted())
        guest.preparer.carry_on()
    guest.die_at = None
    guest.wake()
    guest.preparer.carry_on()
    assert guest.calls == again
    assert guest.journal.progress.phase == journals.READY


def test_a_failure_names_step_and_reason_without_secrets(guest):
    guest.driver.engine.fails_at = 'start'
    guest.preparer.accept(wanted())
    guest.preparer.carry_on()
    assert guest.journal.progress.phase == journals.FAILED
    assert guest.journal.progress.error == (
        'start: no luck with *** at start')


def test_a_failed_order_is_not_tried_again_after_a_start(guest):
    guest.driver.engine.fails_at = 'start'
    guest.preparer.accept(wanted())
    guest.preparer.carry_on()
    guest.wake()
    guest.preparer.carry_on()
    assert guest.calls == []
    assert guest.journal.progress.phase == journals.FAILED


def test_the_same_order_is_taken_once_and_told_twice(guest):
    assert guest.preparer.accept(wanted()) is True
    assert guest.preparer.accept(wanted()) is False
    assert guest.changes == 2


def test_another_order_is_taken_only_after_a_failure(guest):
    guest.driver.engine.fails_at = 'initialise'
    guest.preparer.accept(wanted())
    with pytest.raises(prepare.OtherOrder):
        guest.preparer.accept(wanted(operation_id='op2'))
    guest.preparer.carry_on()
    assert guest.preparer.accept(wanted(operation_id='op2')) is True
    guest.driver.engine.fails_at = None
    guest.preparer.carry_on()
    assert guest.journal.progress.phase == journals.READY


def test_an_interface_that_is_missing_fails_the_order(guest):
    guest.preparer.accept(wanted(
        databases=(order.DatabaseSpec(name='d'),)))
    guest.preparer.carry_on()
    assert 'not supported' in guest.journal.progress.error


def test_a_ready_server_that_does_not_come_up_says_why_and_tries_again(
        guest, monkeypatch):
    guest.preparer.accept(wanted())
    guest.preparer.carry_on()
    guest.wake()
    monkeypatch.setattr(prepare, '_PAUSE_S', 0.01)
    guest.driver.engine.fails_at = 'start'
    worker = threading.Thread(target=guest.preparer.carry_on)
    worker.start()
    waiting.until(lambda: guest.journal.progress.error, 10, 'the reason')
    assert 'no luck' in guest.journal.progress.error
    guest.driver.engine.fails_at = None
    worker.join(10)
    assert not worker.is_alive()
    assert guest.journal.progress.error is None
    assert guest.journal.progress.phase == journals.READY


def test_a_stopped_engine_is_not_started_after_a_boot(guest):
    guest.preparer.accept(wanted())
    guest.preparer.carry_on()
    guest.journal.stopped(True)
    guest.wake()
    guest.preparer.carry_on()
    assert guest.calls == []


def test_secrets_are_on_the_disk_only_until_the_end(guest):
    def kept():
        folder = guest.root / 'state'
        return ''.join(path.read_text() for path in folder.iterdir())

    guest.preparer.accept(wanted(root_password='r00tpw'))
    assert 's3cret' in kept()
    guest.driver.engine.fails_at = 'secure'
    guest.preparer.carry_on()
    assert 's3cret' not in kept() and 'r00tpw' not in kept()


def test_steps_torn_by_a_power_cut_run_again(guest):
    guest.die_at = 'after-start'
    guest.preparer.accept(wanted())
    with pytest.raises(Killed):
        guest.preparer.carry_on()
    log = guest.root / 'state' / 'steps.jsonl'
    log.write_text(log.read_text()[:-10])
    guest.die_at = None
    guest.wake()
    assert 'start' not in guest.journal.progress.done
    guest.preparer.carry_on()
    assert guest.calls == ALL[2:]


def test_steps_of_an_earlier_order_do_not_count(guest):
    guest.driver.engine.fails_at = 'secure'
    guest.preparer.accept(wanted())
    guest.preparer.carry_on()
    (guest.root / 'state' / 'steps.jsonl').write_text(json.dumps(
        {'operation_id': 'op', 'step': 'secure', 'facts': {}}) + '\n')
    guest.driver.engine.fails_at = None
    guest.preparer.accept(wanted(operation_id='op2'))
    guest.wake()
    assert guest.journal.progress.done == ()


def test_a_lost_order_is_a_failure_that_is_told(guest):
    guest.preparer.accept(wanted())
    (guest.root / 'state' / 'order.json').unlink()
    guest.wake()
    guest.preparer.carry_on()
    assert guest.journal.progress.phase == journals.FAILED
    assert isinstance(guest.journal.progress.error, str)


def test_orders_of_newer_control_planes_are_understood():
    facts = wanted().to_dict() | {'colour': 'blue'}
    assert order.Prepare.from_dict(facts) == wanted()


def test_an_adopted_engine_writes_the_logs_that_it_wrote(guest):
    switched = []

    class Logs:
        def files(self):
            return [interfaces.LogFile(name=name, path='/x',
                                       switchable=name != 'error')
                    for name in ('general', 'error')]

        def switch(self, name, on):
            switched.append((name, on))

    guest.wake(logs=Logs())
    folder = guest.preparer.mount_point()
    os.makedirs(folder)
    with open(os.path.join(folder, guest_logs.SWITCHED_ON), 'w',
              encoding='utf-8') as notes:
        json.dump(['general', 'error', 'gone'], notes)
    guest.preparer.accept(wanted(adopt={'from': None, 'undo': False}))
    guest.preparer.carry_on()
    assert guest.journal.progress.phase == 'ready'
    assert switched == [('general', True)]


def test_a_server_that_went_back_is_ready_however_its_engine_is(
        guest, monkeypatch):
    monkeypatch.setattr(prepare, '_PAUSE_S', 0.01)
    guest.driver.engine.fails_at = 'start'
    guest.preparer.accept(wanted(adopt={'from': None, 'undo': True}))
    worker = threading.Thread(target=guest.preparer.carry_on)
    worker.start()
    waiting.until(lambda: guest.journal.progress.error, 10, 'the reason')
    assert guest.journal.progress.phase == journals.READY
    assert 'no luck' in guest.journal.progress.error
    guest.driver.engine.fails_at = None
    worker.join(10)
    assert not worker.is_alive()
    assert guest.journal.progress.error is None


def test_data_that_are_not_taken_over_are_a_failure(guest):
    guest.driver.engine.fails_at = 'start'
    guest.preparer.accept(wanted(adopt={'from': None, 'undo': False}))
    guest.preparer.carry_on()
    assert guest.journal.progress.phase == journals.FAILED

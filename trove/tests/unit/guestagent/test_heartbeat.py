# SPDX-License-Identifier: Apache-2.0
"""What is told, and when."""

import itertools
import time

import pytest

from trove.common import exception
from trove.common import waiting
from trove.guestagent import heartbeat
from trove.guestagent import journal as journals
from trove.guestkit import disks
from trove.objects import order
from trove.objects import status
from trove.tests.fixtures import options
from trove.tests.unit.guestagent import fakes


class Link:
    def __init__(self):
        self.told = []
        self.away = False
        self.lost = 0

    def heartbeat(self, document):
        if self.away:
            self.lost += 1
            raise exception.Unavailable('no broker')
        self.told.append(document)


class Guest:
    def __init__(self, folder, **conf):
        self.driver, _ = fakes.driver()
        self.journal = journals.Journal(str(folder / 'state'))
        self.link = Link()
        self.lost = None
        self.heartbeat = heartbeat.Heartbeat(
            options.make(**{'guest_probe_interval': 0.2, **conf}),
            self.journal, self.driver, lambda: str(folder), self.link, '9',
            lambda: self.lost)

    def ready(self):
        self.journal.accept(order.Prepare(
            instance_id='i', operation_id='op', manager='fake', version='1',
            memory_mb=512))
        self.journal.ready()
        self.driver.engine.start()

    def tells(self, count=1, **facts):
        def look():
            return (len(self.link.told) >= count
                    and facts.items() <= self.link.told[-1].items())
        waiting.until(look, 10, 'a report with %s' % facts, poll_s=0.01)
        return self.link.told[-1]


@pytest.fixture
def guest(tmp_path):
    made = Guest(tmp_path)
    yield made
    made.heartbeat.stop()


def test_hello_comes_at_once(guest):
    guest.heartbeat.start()
    assert guest.tells()['phase'] == 'waiting'
    assert guest.link.told[0]['service_status'] == 'new'


def test_a_ready_server_tells_its_figures(guest):
    guest.ready()
    guest.heartbeat.start()
    told = guest.tells(service_status='healthy', engine_version='1.2',
                       memory_mb=12, agent_version='9', operation_id='op')
    assert told['volume_total_gb'] > told['volume_avail_gb']


def test_words_of_the_engine_are_told_without_secrets_of_statements(guest):
    guest.ready()
    guest.driver.engine.tend = lambda: (
        "is down: ALTER USER ann IDENTIFIED BY 'hidden'")
    guest.heartbeat.start()
    told = guest.tells(service_status='healthy')
    assert 'is down' in told['error'] and 'hidden' not in told['error']


def test_a_change_of_the_engine_is_told_without_being_asked(guest):
    guest.ready()
    guest.heartbeat.start()
    guest.tells(service_status='healthy')
    guest.driver.engine.service = status.Service.CRASHED
    guest.tells(service_status='crashed', engine_version=None)


def test_nothing_new_is_not_told_before_the_interval(guest):
    guest.ready()
    guest.heartbeat.start()
    guest.tells()
    asked = guest.driver.engine.calls
    guest.driver.engine.status = lambda: (
        asked.append('status'), status.Service.HEALTHY)[1]
    waiting.until(lambda: asked.count('status') >= 3, 10, 'three looks')
    assert len(guest.link.told) == 1


def test_the_interval_brings_a_report(tmp_path):
    guest = Guest(tmp_path, report_interval=1)
    guest.heartbeat.start()
    try:
        guest.tells(count=2)
    finally:
        guest.heartbeat.stop()


def test_what_could_not_be_told_is_told_later(guest, monkeypatch):
    monkeypatch.setattr(heartbeat, '_RETRY_S', 0.02)
    guest.link.away = True
    guest.heartbeat.start()
    waiting.until(lambda: guest.link.lost >= 2, 10, 'two attempts')
    guest.link.away = False
    guest.tells(phase='waiting')


def test_an_unexpected_error_does_not_end_the_reports(guest):
    guest.ready()
    good, bad = guest.driver.engine.status, []
    guest.driver.engine.status = lambda: bad.append(1) or 1 / 0
    guest.heartbeat.start()
    waiting.until(lambda: len(bad) >= 2, 10, 'two failures')
    guest.driver.engine.status = good
    guest.tells(service_status='healthy')


@pytest.mark.parametrize('engine, stopped, told', [
    (status.Service.SHUTDOWN, True, 'shutdown'),
    (status.Service.CRASHED, True, 'shutdown'),
    (status.Service.SHUTDOWN, False, 'crashed'),
    (status.Service.BLOCKED, False, 'blocked')])
def test_a_stop_is_a_shutdown_only_when_it_was_ordered(guest, engine,
                                                       stopped, told):
    guest.ready()
    guest.journal.stopped(stopped)
    guest.driver.engine.service = engine
    assert guest.heartbeat.state()['service_status'] == told


def test_a_failed_preparation_tells_its_reason(guest):
    guest.ready()
    guest.journal.failed('start: no')
    state = guest.heartbeat.state()
    assert state['service_status'] == 'failed to spawn'
    assert state['error'] == 'start: no'


def test_what_is_wrong_with_an_engine_is_told_while_it_shall_run(guest):
    guest.ready()
    guest.heartbeat.start()
    guest.tells(error=None)
    guest.driver.engine.wrong = 'The volume is nearly full.'
    guest.tells(error='The volume is nearly full.')
    guest.journal.stopped(True)
    guest.tells(error=None)


def test_an_engine_that_cannot_be_looked_after_is_reported_still(guest):
    guest.ready()
    guest.heartbeat.start()
    guest.driver.engine.wrong = OSError('no such volume')
    assert guest.tells(error='no such volume')['service_status'] == 'healthy'


def test_an_engine_whose_volume_is_gone_is_reported_still(guest,
                                                          monkeypatch):
    def gone(mount_point):
        raise OSError('Input/output error')
    guest.ready()
    monkeypatch.setattr(heartbeat, 'sizes', gone)
    guest.driver.engine.service = status.Service.CRASHED
    guest.heartbeat.start()
    assert 'volume_used_gb' not in guest.tells(service_status='crashed')


@pytest.mark.parametrize('jump_s', [86400, -86400])
def test_a_clock_that_jumps_changes_nothing(tmp_path, monkeypatch, jump_s):
    began = time.monotonic()
    guest = Guest(tmp_path, report_interval=2)
    jumps = itertools.count(time.time(), jump_s)
    monkeypatch.setattr(time, 'time', lambda: next(jumps))
    guest.heartbeat.start()
    try:
        guest.tells(count=3)
    finally:
        guest.heartbeat.stop()
    # Neither all at once nor, as `tells` holds, a day later.
    took_s = time.monotonic() - began
    assert took_s >= 4
    assert 0 <= guest.link.told[-1]['uptime_s'] <= took_s


def test_an_engine_without_its_volume_is_blocked_whatever_it_answers(guest):
    guest.ready()
    guest.driver.engine.wrong = 'never asked'
    guest.lost = 'The data volume is lost.'
    guest.heartbeat.start()
    told = guest.tells(service_status='blocked', error=guest.lost)
    assert 'volume_used_gb' not in told and 'memory_mb' not in told
    guest.driver.engine.service = status.Service.CRASHED
    guest.tells(service_status='crashed', error=guest.lost)


def test_a_full_volume_blocks_until_there_is_room(guest, monkeypatch):
    usage = disks.Usage(total=10 ** 9, used=10 ** 9, available=10 ** 6)
    monkeypatch.setattr(disks, 'usage', lambda path: usage)
    guest.ready()
    guest.heartbeat.start()
    told = guest.tells(service_status='blocked', engine_version='1.2')
    assert 'The volume is full' in told['error']
    usage = disks.Usage(total=10 ** 9, used=9 * 10 ** 8, available=10 ** 8)
    guest.tells(service_status='healthy', error=None)

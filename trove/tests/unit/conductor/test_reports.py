# SPDX-License-Identifier: Apache-2.0
"""What a guest says is held to types and sizes; the newest report wins."""

import contextlib
import threading

import pytest

from trove.common import exception
from trove.conductor import reports
from trove.objects import status


class SlowDatabase:
    """Takes bulks while its gate is open."""

    def __init__(self):
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.taken = threading.Event()
        self.bulks = []
        self.fail = 0
        self.guests = self

    @contextlib.contextmanager
    def writer(self):
        self.entered.set()
        self.gate.wait(10)
        if self.fail:
            self.fail -= 1
            raise exception.Unavailable('away')
        yield self

    def report_many(self, bulk, keys=None):
        self.bulks.append(list(bulk))
        self.taken.set()
        return {item[0] for item in bulk}


def a_report(**changes):
    return reports.parse({'service_status': 'healthy', **changes})


def test_known_fields_are_taken():
    report = a_report(phase='ready', volume_used_gb=0.5, uptime_s=3)
    assert report.status is status.Service.HEALTHY
    assert report.phase == 'ready'
    assert report.volume_used_gb == 0.5
    assert report.details == {'uptime_s': 3}


@pytest.mark.parametrize('document', [
    None, [], {}, {'service_status': 'fine'}, {'service_status': 3},
    {'service_status': ['healthy']}])
def test_what_is_no_heartbeat_is_refused(document):
    with pytest.raises(exception.BadRequest):
        reports.parse(document)


def test_wrong_types_and_sizes_are_left_out():
    report = a_report(volume_used_gb='much', phase='x' * 999,
                      nested={'a': 1}, **{'k' * 200: 'v' * 9999})
    assert report.volume_used_gb is None
    assert len(report.phase) == 32
    assert 'nested' not in report.details
    assert len(report.details['k' * 64]) == 4000


@pytest.mark.parametrize('odd', [
    -1, 2 ** 40, float('inf'), float('nan'), '5', None])
def test_a_figure_that_cannot_be_is_left_out(odd):
    assert a_report(volume_used_gb=odd).volume_used_gb is None


def test_details_are_bounded_as_a_whole():
    report = a_report(**{'key%d' % number: 'v' * 4000
                         for number in range(100)})
    assert sum(len(text) for text in report.details.values()) < 20000


def test_only_the_newest_of_an_instance_is_written():
    db = SlowDatabase()
    writer = reports.Writer(db, batch=10, most_waiting=10)
    writer.start()
    writer.put('first', a_report(), 1, 1, 'k')
    assert db.entered.wait(10)
    for number in (2, 5, 3):
        writer.put('i1', a_report(), 1, number, 'k')
    db.gate.set()
    writer.stop()
    assert [item[3] for item in db.bulks[1]] == [5]
    assert writer.late == 1


def test_a_flood_of_instances_costs_no_memory_without_bound():
    writer = reports.Writer(SlowDatabase(), batch=10, most_waiting=2)
    writer.put('i1', a_report(), 1, 1, 'k')
    writer.put('i2', a_report(), 1, 1, 'k')
    with pytest.raises(exception.Unavailable):
        writer.put('i3', a_report(), 1, 1, 'k')


class Choosy(SlowDatabase):
    """A database that cannot take what one guest says."""

    def report_many(self, bulk, keys=None):
        if any(item[0] == 'evil' for item in bulk):
            raise ValueError('no JSON')
        return super().report_many(bulk, keys)


def test_a_report_that_the_database_refuses_keeps_no_other_back():
    db = Choosy()
    writer = reports.Writer(db, batch=10, most_waiting=10)
    for name in ('i1', 'evil', 'i2'):
        writer.put(name, a_report(), 1, 1, 'k')
    db.gate.set()
    writer.start()
    writer.stop()
    assert {item[0] for bulk in db.bulks for item in bulk} == {'i1', 'i2'}
    assert (writer.written, writer.poison) == (2, 1)


def test_another_key_begins_another_count():
    writer = reports.Writer(SlowDatabase(), batch=10, most_waiting=10)
    writer.put('i1', a_report(), 2 ** 40, 9, 'old')
    writer.put('i1', a_report(), 100, 1, 'new')
    assert writer._newest['i1'][1:] == (100, 1, 'new')
    writer.put('i1', a_report(), 99, 1, 'new')
    assert writer.late == 1


def test_what_a_lost_database_did_not_take_is_written_later(monkeypatch):
    monkeypatch.setattr(reports, '_PAUSE_S', 0.01)
    db = SlowDatabase()
    db.fail = 3
    db.gate.set()
    writer = reports.Writer(db, batch=10, most_waiting=10)
    writer.start()
    writer.put('i1', a_report(), 1, 1, 'k')
    assert db.taken.wait(10)
    writer.stop()
    assert db.bulks[0][0][3] == 1

# SPDX-License-Identifier: Apache-2.0
"""Guests: the newest report wins, counters never repeat."""

import pytest

from trove.conductor import reports
from trove.db.repos import guests
from trove.objects import instance as instances
from trove.objects.status import Service
from trove.tests.fixtures import database


def report(status=Service.HEALTHY, **facts):
    return instances.Report(status=status, reported_at=None, **facts)


def stored(db, instance_id):
    with db.reader() as tx:
        return tx.instances.get(instance_id).report


def test_a_guest_that_never_spoke_is_new(db):
    instance = database.an_instance(db)
    assert instance.report.status is Service.NEW
    assert instance.report.reported_at is None


@pytest.mark.parametrize('boot, seq, taken', (
    (2, 5, False), (2, 4, False), (1, 9, False), (2, 6, True),
    (3, 1, True)))
def test_the_newest_report_wins(db, boot, seq, taken):
    instance = database.an_instance(db)
    with db.writer() as tx:
        assert tx.guests.report(instance.id, report(), 2, 5)
        assert tx.guests.report(instance.id, report(Service.CRASHED),
                                boot, seq) is taken
    assert stored(db, instance.id).status is (
        Service.CRASHED if taken else Service.HEALTHY)


def test_parallel_reports_leave_the_newest(db):
    instance = database.an_instance(db)

    def send(number):
        with db.writer() as tx:
            tx.guests.report_many([
                (instance.id, report(phase=str(number)), 1, number + 1)])
    assert database.at_once(8, send) == [None] * 8
    assert stored(db, instance.id).phase == '7'


def test_reports_in_bulk_cost_the_same_however_many(db):
    made = [database.an_instance(db).id for _ in range(50)]
    costs = []
    for seq, ids in ((1, made[:1]), (2, made)):
        bulk = [(one, report(), 1, seq) for one in ids]
        with database.Statements(db) as statements, db.writer() as tx:
            assert tx.guests.report_many(bulk) == set(ids)
        costs.append(len(statements.sent))
    assert costs == [3, 3]


def test_a_bulk_takes_each_guests_newest_and_skips_strangers(db):
    instance = database.an_instance(db)
    with db.writer() as tx:
        assert tx.guests.report_many([
            (instance.id, report(phase='old'), 1, 1),
            (instance.id, report(phase='new'), 1, 3),
            (instance.id, report(phase='older'), 1, 2),
            ('stranger', report(), 1, 1)]) == {instance.id}
    assert stored(db, instance.id).phase == 'new'


def test_counters_of_messages_to_a_guest_never_repeat(db):
    instance = database.an_instance(db)
    with db.writer() as tx:
        tx.guests.put_link(instance.id, 'key-1', 'sealed', 'user')

    def count(number):
        with db.writer() as tx:
            return tx.guests.next_counter(instance.id)
    numbers = database.at_once(8, count)
    assert len(set(numbers)) == 8
    assert max(numbers) - min(numbers) < 60


def test_counters_go_on_after_a_database_is_restored_from_a_copy(db):
    instance = database.an_instance(db)
    with db.writer() as tx:
        tx.guests.put_link(instance.id, 'key-1', 'sealed', 'user')
        before = [tx.guests.next_counter(instance.id) for _ in range(3)][-1]
        tx.guests.put_link(instance.id, 'key-1', 'sealed', 'user')
        # Of the same second, perhaps; no longer ago than it takes to restore.
        assert tx.guests.next_counter(instance.id) > before - 3
        assert tx.guests.next_counter(instance.id) > 1_700_000_000


@pytest.mark.parametrize('odd', [
    {'x': float('nan')}, {'x': float('inf')}, {'x': '\0'}, {'\0': 1},
    {'x': '\ud800'}, {'\ud800': 1}, {'phase': 'a\0b'}, {'phase': '\udfff'},
    {'engine_version': '\0'}, {'x': 10 ** 300}, {'x': -10 ** 4000},
    {'x': '\U0001f40b'}, {'agent_version': '\U0001f40b'},
    {'volume_used_gb': float('nan')}, {'volume_total_gb': 1e308},
    {'x': 'a' * 10 ** 6}, {'k' * 10 ** 5: 1}])
def test_whatever_a_guest_reports_a_database_takes(db, odd):
    instance = database.an_instance(db)
    said = reports.parse({'service_status': 'healthy', **odd})
    with db.writer() as tx:
        assert tx.guests.report_many([(instance.id, said, 1, 1)])
    assert stored(db, instance.id).status is Service.HEALTHY


def test_a_replayed_message_is_not_accepted(db):
    instance = database.an_instance(db)
    with db.writer() as tx:
        tx.guests.put_link(instance.id, 'key-1', 'sealed')

    def accept(number):
        with db.writer() as tx:
            return tx.guests.accept(instance.id, 1, 7)
    assert sorted(database.at_once(6, accept)) == [False] * 5 + [True]


def test_a_link_is_stored_rotated_and_dropped(db):
    instance = database.an_instance(db)
    with db.writer() as tx:
        tx.guests.put_link(instance.id, 'key-1', 'sealed-1', 'user-1')
        tx.guests.next_counter(instance.id)
        tx.guests.report(instance.id, report(api_version='1.0'), 1, 1)
        found = tx.guests.link(instance.id)
        assert (found.sealed_key, found.api_version) == ('sealed-1', '1.0')
        assert tx.guests.links() == [found]
        tx.guests.put_link(instance.id, 'key-2', 'sealed-2', 'user-2')
        found = tx.guests.link(instance.id)
        assert (found.key_id, found.broker_user, found.tx_counter) == (
            'key-2', 'user-2', 0)
        tx.guests.drop_link(instance.id)
        with pytest.raises(guests.LinkNotFound):
            tx.guests.link(instance.id)
        with pytest.raises(guests.LinkNotFound):
            tx.guests.next_counter(instance.id)
        assert not tx.guests.accept(instance.id, 9, 9)


def test_the_control_plane_may_set_the_status_itself(db):
    instance = database.an_instance(db)
    with db.writer() as tx:
        tx.guests.set_status(instance.id, Service.UNKNOWN)
    assert stored(db, instance.id).status is Service.UNKNOWN


def test_a_next_key_takes_over_once_and_the_counters_go_on(db):
    instance = database.an_instance(db)
    with db.writer() as tx:
        tx.guests.put_link(instance.id, 'key-1', 'sealed-1')
        sent = tx.guests.next_counter(instance.id)
        assert tx.guests.put_next(instance.id, 'key-2', 'sealed-2')
        assert not tx.guests.put_next(instance.id, 'key-3', 'sealed-3')
    with db.writer() as tx:
        assert not tx.guests.promote(instance.id, 'key-3')
        assert tx.guests.promote(instance.id, 'key-2')
        assert not tx.guests.promote(instance.id, 'key-2')
        found = tx.guests.link(instance.id)
    assert (found.key_id, found.sealed_key, found.tx_counter) == (
        'key-2', 'sealed-2', sent)
    assert (found.next_key_id, found.next_sealed_key) == (None, None)


def test_reports_under_a_dropped_key_are_left_out(db):
    ids = [database.an_instance(db).id for _ in range(4)]
    with db.writer() as tx:
        for one in ids[:3]:
            tx.guests.put_link(one, 'key-1', 'sealed-1')
        tx.guests.put_next(ids[0], 'key-2', 'sealed-2')
        taken = tx.guests.report_many(
            [(one, report(), 1, 1) for one in ids],
            dict(zip(ids, ('key-2', 'key-1', 'key-0', 'key-1'), strict=True)))
    assert taken == {ids[0], ids[1]}


def test_a_guest_whose_clock_was_ahead_is_heard_under_its_next_key(db):
    instance = database.an_instance(db)
    with db.writer() as tx:
        tx.guests.put_link(instance.id, 'key-1', 'sealed-1')
        tx.guests.report(instance.id, report(), 2 ** 40, 7)
        tx.guests.put_next(instance.id, 'key-2', 'sealed-2')
        assert not tx.guests.report(instance.id, report(), 100, 1)
        tx.guests.promote(instance.id, 'key-2')
        assert tx.guests.report(instance.id, report(Service.CRASHED), 100, 1)
        # Played again, it came under a key that is gone.
        assert not tx.guests.report_many(
            [(instance.id, report(), 2 ** 40, 7)], {instance.id: 'key-1'})
    assert stored(db, instance.id).status is Service.CRASHED

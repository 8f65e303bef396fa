# SPDX-License-Identifier: Apache-2.0
"""Events of what is done in the background, and by the period."""

import datetime

import pytest

from trove.common import exception
from trove.objects import status
from trove.objects import tls
from trove.objects.operation import State
from trove.operations import change_tls
from trove.operations import events
from trove.operations import resize_flavor
from trove.operations import resize_volume
from trove.rpc import notifications
from trove.taskmanager import courier
from trove.taskmanager import flows
from trove.taskmanager import usage
from trove.tests.fixtures import certificates
from trove.tests.fixtures import control_plane
from trove.tests.fixtures import encryption
from trove.tests.fixtures import situations


@pytest.fixture
def plane(plane):
    """A control plane whose operator listens to events."""
    notifications.register(plane.conf)
    plane.conf.set_override('driver', ['messagingv2'], notifications.GROUP)
    return plane


def heard(plane):
    """What waits to be sent, oldest first; taken out."""
    with plane.db.writer() as tx:
        found = tx.notifications.oldest(1000)
        for one in found:
            tx.notifications.remove(one.number)
    return found


def types(plane):
    return [one.event_type for one in heard(plane)]


class Sender:
    """A broker that takes events, or does not."""

    def __init__(self):
        self.sent = []
        self.down = False

    def send(self, told):
        """Take an event."""
        if self.down:
            raise exception.Unavailable('the broker is away')
        self.sent.append(told)


def test_a_create_ends_with_its_usage(plane):
    made = plane.create()
    plane.work()
    end, created = heard(plane)
    assert end.event_type == 'dbaas.instance_create.end'
    assert end.payload['instance_id'] == made
    assert end.payload['request_id'] == control_plane.CTX.request_id
    assert end.payload['server_type'] == 'taskmanager'
    assert created.event_type == 'trove.instance.create'
    assert created.publisher.startswith('taskmanager.')
    found, said = plane.instance(made), created.payload
    expected = {
        'tenant_id': control_plane.CTX.project_id, 'instance_id': made,
        'user_id': control_plane.CTX.user_id, 'name': 'db1',
        'instance_name': 'db1', 'instance_size': found.ram_mb,
        'instance_type_id': '1', 'volume_size': 1, 'state': 'active',
        'nova_instance_id': found.server_id, 'service_id': 'mariadb',
        'nova_volume_id': found.volume_id, 'payload_version': '1.0',
        'event_id': created.id}
    assert expected.items() <= said.items()
    assert {'created_at', 'launched_at', 'availability_zone', 'region',
            'state_description', 'instance_type'} <= set(said)
    assert 's3cret' not in repr(said)


def test_service_ids_are_the_operators(plane):
    plane.conf.set_override('notification_service_id', {'mariadb': 'm-1'})
    plane.create()
    plane.work()
    assert heard(plane)[-1].payload['service_id'] == 'm-1'


def test_resizes_and_deletions(plane):
    made = plane.create()
    plane.work()
    heard(plane)
    resize_volume.resize_volume(control_plane.CTX, plane.deps, made, 2)
    plane.work()
    end, grown = heard(plane)
    assert (end.event_type, grown.event_type) == (
        'dbaas.instance_resize_volume.end', 'trove.instance.modify_volume')
    assert grown.payload['volume_size'] == 2
    small = plane.instance(made).ram_mb
    resize_flavor.resize_flavor(control_plane.CTX, plane.deps, made, '2')
    plane.work()
    end, resized = heard(plane)
    assert (end.event_type, resized.event_type) == (
        'dbaas.instance_resize_instance.end',
        'trove.instance.modify_flavor')
    assert resized.payload['old_instance_size'] == small
    assert resized.payload['instance_size'] == plane.instance(made).ram_mb
    plane.delete(made)
    plane.work()
    end, gone = heard(plane)
    assert (end.event_type, gone.event_type) == (
        'dbaas.instance_delete.end', 'trove.instance.delete')
    assert gone.payload['deleted_at']


def test_a_failure_is_an_error_and_costs_nothing(plane):
    plane.cloud.compute.outcome = 'ERROR'
    made = plane.create()
    plane.work()
    error, = heard(plane)
    assert error.event_type == 'dbaas.instance_create.error'
    assert error.payload['instance_id'] == made
    assert error.payload['message'] == plane.instance(made).fault.message
    assert error.payload['exception']


@pytest.mark.parametrize('verb', sorted(flows.VERBS))
def test_each_operation_that_was_asked_for_ends_with_one_event(plane, verb):
    asked = situations.of(verb)
    instance_id = asked.ready(plane)
    heard(plane)
    instance_id = asked.ask(plane, instance_id)
    plane.work()
    told = [one for one in heard(plane)
            if one.event_type.startswith('dbaas.')]
    if events.OF_VERB[verb] is None:
        assert told == []
        return
    end, = told
    name = end.event_type.split('.')[1]
    assert end.event_type == 'dbaas.%s.end' % name
    assert name in events.PROMISED
    assert end.payload['instance_id'] == instance_id
    if isinstance(events.OF_VERB[verb], str):
        assert name == events.OF_VERB[verb]


def test_a_renewed_certificate_was_asked_for_by_nobody(plane, tmp_path):
    encryption.install(plane.conf, certificates.Authority(tmp_path / 'ca'))
    made = plane.create()
    plane.work()
    encryption.change(plane, change_tls.enable, plane.instance(made),
                      tls.Mode.BASIC, None, None)
    assert types(plane)[-1] == 'dbaas.instance_change_tls.end'
    with plane.db.writer() as tx:
        tx.instances.set_task(made, status.Task.NONE)
    with plane.db.reader() as tx:
        now = tx.tls.get(made).current
    change_tls.promise(control_plane.CTX, plane.deps, made, now,
                       renewal=True)
    plane.work()
    assert plane.operations(made)[-1].state is State.DONE
    assert types(plane) == []


def test_what_is_internal_is_not_told(plane):
    made = plane.create()
    plane.work()
    heard(plane)
    plane.rotate(made)
    plane.work()
    assert heard(plane) == []


def test_nothing_is_kept_where_nobody_listens(plane):
    plane.conf.set_override('driver', [], notifications.GROUP)
    plane.create()
    plane.work()
    assert heard(plane) == []


class TestPeriods:
    """`exists` and quotas."""

    def test_each_period_is_told_of_once(self, plane):
        made = [plane.create() for _ in range(3)]
        plane.work()
        long_ago(plane)
        heard(plane)
        reports = [usage.UsageReport(plane.rooms, name)
                   for name in ('tm-1', 'tm-2')]
        assert [one.report() for one in reports] == [3, 0]
        told = heard(plane)
        assert {one.event_type for one in told} == {'trove.instance.exists'}
        assert {one.payload['instance_id'] for one in told} == set(made)
        said = told[0].payload
        length = (datetime.datetime.fromisoformat(
            said['audit_period_ending']) - datetime.datetime.fromisoformat(
                said['audit_period_beginning'])).total_seconds()
        assert length == 3600
        assert said['audit_period_ending'].endswith(':00:00')
        assert said['display_name'] == 'db1'
        let_a_period_pass(plane)
        assert [one.report() for one in reversed(reports)] == [3, 0]

    def test_the_next_period_is_due_when_it_is_over(self, plane):
        usage.UsageReport(plane.rooms, 'tm-1').report()
        with plane.db.reading() as connection:
            due = connection.exec_driver_sql(
                "SELECT due FROM duties WHERE name = 'exists_events'"
            ).scalar()
        assert str(due)[14:19] == '00:00'

    def test_what_has_no_server_does_not_exist(self, plane):
        plane.create()
        long_ago(plane)
        assert usage.UsageReport(plane.rooms, 'tm-1').report() == 0

    def test_quotas_are_told_of_where_wanted(self, plane):
        plane.create()
        plane.work()
        heard(plane)
        report = usage.UsageReport(plane.rooms, 'tm-1')
        report.report()
        assert 'dbaas.quota' not in types(plane)
        plane.conf.set_override('quota_notification_interval', 60)
        report.report()
        told = [one.payload for one in heard(plane)
                if one.event_type == 'dbaas.quota']
        assert [one['resource'] for one in told] == [
            'instances', 'ram', 'volumes', 'backups']
        assert (told[0]['tenant'], told[0]['in_use'], told[0]['limit']) == (
            control_plane.CTX.project_id, 1,
            plane.conf.max_instances_per_tenant)

    @pytest.mark.parametrize('hour,minute,seconds,ended', [
        (12, 34, 3600, (12, 0)), (12, 34, 600, (12, 30)),
        (0, 0, 3600, (0, 0)), (23, 59, 86400, (0, 0))])
    def test_periods_begin_at_midnight(self, hour, minute, seconds, ended):
        now = datetime.datetime(2026, 5, 1, hour, minute, 7)
        assert usage._period_end(now, seconds) == datetime.datetime(
            2026, 5, 1, *ended)


class TestCourier:
    """From the table to the broker."""

    @pytest.fixture
    def sender(self):
        return Sender()

    @pytest.fixture
    def carriers(self, plane, sender):
        """Those of two taskmanagers."""
        for number in range(5):
            keep(plane, number)
        return [courier.Courier(plane.db, plane.conf, name, sender)
                for name in ('tm-1', 'tm-2')]

    def test_events_are_sent_in_their_order_and_once(
            self, plane, sender, carriers):
        assert [one.deliver() for one in carriers] == [5, 0]
        assert [one.payload['number'] for one in sender.sent] == list(
            range(5))
        assert heard(plane) == []

    def test_they_wait_while_the_broker_is_away(
            self, plane, sender, carriers):
        sender.down = True
        with pytest.raises(exception.Unavailable):
            carriers[0].deliver()
        sender.down = False
        assert carriers[1].deliver() == 5
        assert len(sender.sent) == 5

    def test_one_carries_at_a_time(self, plane, carriers):
        with plane.db.writer() as tx:
            assert tx.duties.take(courier.DUTY, 'tm-1', 60, 0)
        assert carriers[1].deliver() == 0

    def test_who_lost_the_duty_stops(self, plane, sender, carriers):
        send = sender.send

        def lose(told):
            send(told)
            with plane.db.connection() as connection:
                connection.exec_driver_sql(
                    "UPDATE duties SET owner = 'tm-2'"
                    " WHERE name = 'notifications'")
        sender.send = lose
        assert carriers[0].deliver() == 0
        assert len(sender.sent) == 1


def keep(plane, number):
    """Let an event wait."""
    with plane.db.writer() as tx:
        tx.notifications.add([events.about_request(
            plane.conf, control_plane.CTX, 'test', 'start',
            {'number': number})])


def long_ago(plane):
    """Let all instances be older than a period."""
    with plane.db.connection() as connection:
        connection.exec_driver_sql(
            "UPDATE instances SET created = '2026-01-01 00:00:00.000000'")


def let_a_period_pass(plane):
    """Let the duty be due."""
    with plane.db.connection() as connection:
        connection.exec_driver_sql(
            "UPDATE duties SET due = '2026-01-01 00:00:00.000000'")

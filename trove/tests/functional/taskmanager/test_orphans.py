# SPDX-License-Identifier: Apache-2.0
"""What nobody owns is found, and only what is beyond doubt is removed."""

import datetime
import uuid

import pytest

from trove.cloud import marks
from trove.common import waiting
from trove.objects.orphan import Reason
from trove.operations import clean_orphans
from trove.operations import orphans
from trove.taskmanager import orphans as reports
from trove.tests.fixtures import control_plane


@pytest.fixture
def sight(plane):
    return orphans.Sight(plane.db, plane.cloud, plane.broker, plane.conf)


def look(sight, minutes=0):
    return {(one.thing.kind, one.thing.external_id): one.reason
            for one in orphans.find(sight, minutes)}


def clean(sight, reasons=clean_orphans.SHOWN):
    return list(clean_orphans.clean(sight, orphans.find(sight, 0), reasons))


def leave(plane, instance_id):
    """Everything an instance may leave behind; (kind, id) of each."""
    cloud = plane.cloud
    name = 'trove-' + instance_id
    group_id = cloud.network.create_security_group(
        name, (), marks.security_group(instance_id))
    port = cloud.network.create_port(
        name, 'net-shared', (group_id,),
        description=marks.user_port(instance_id))
    address = cloud.network.create_floating(
        port.id, 'project-a', None, marks.floating(instance_id))
    volume = cloud.volumes.create(name, 1, instance_id, 'op-lost')
    waiting.until(lambda: cloud.volumes.show(volume.id).status
                  == 'available', 5, 'a volume', poll_s=0.01)
    server = cloud.compute.boot(control_plane.server_order(
        instance_id, (port.id,), volume.id))
    server_group = cloud.compute.create_group(
        marks.server_group(instance_id), 'affinity')
    plane.broker.create_user(instance_id, 'pass')
    plane.broker.left_queues.add(instance_id)
    for service in (cloud.compute, cloud.volumes, cloud.network):
        grow_older(service)
    return {('security_group', group_id), ('port', port.id),
            ('floating_ip', address), ('volume', volume.id),
            ('server', server.id), ('server_group', server_group),
            ('broker_user', 'guest-' + instance_id),
            ('queue', 'guestagent.' + instance_id)}


def grow_older(service):
    """The database's clock is coarser than the cloud's."""
    service.created = {
        key: when - datetime.timedelta(seconds=1)
        for key, when in service.created.items()}


def a_deleted_instance(plane):
    instance_id = plane.create()
    plane.work()
    plane.delete(instance_id)
    plane.work()
    assert plane.instance(instance_id).deleted
    return instance_id


def test_a_living_instance_owns_what_it_has(plane, sight):
    plane.conf.set_override('management_networks', ['net-mgmt'])
    plane.create(locality='affinity')
    plane.work()
    assert look(sight) == {}


def test_an_unfinished_operation_owns_what_it_makes(plane, sight):
    plane.guests.silent = True
    instance_id = plane.create()
    plane.take()
    leave(plane, instance_id)
    assert look(sight) == {}


def test_what_is_left_of_a_deleted_instance_is_found_and_removed(
        plane, sight):
    left = leave(plane, a_deleted_instance(plane))
    assert look(sight) == dict.fromkeys(left, Reason.DELETED)
    results = clean(sight, clean_orphans.SURE)
    assert {error for _, error in results} == {None}
    assert len(results) == len(left)
    assert plane.cloud.leftovers() == []
    assert plane.broker.users == {} and not plane.broker.left_queues
    assert look(sight) == {}


def test_what_names_an_unknown_instance_is_left_alone(plane, sight):
    left = leave(plane, str(uuid.uuid4()))
    assert look(sight) == dict.fromkeys(left, Reason.UNKNOWN)
    assert clean(sight, clean_orphans.SHOWN) == []
    assert set(look(sight)) == left
    clean(sight, clean_orphans.FOREIGN)
    assert look(sight) == {}


def test_what_bears_no_mark_is_not_seen(plane, sight):
    plane.cloud.network.create_security_group('web', (), 'My own')
    plane.cloud.network.create_port('mine', 'net-shared', ())
    plane.cloud.compute.create_group('mine', 'affinity')
    assert look(sight) == {}


def test_a_double_of_a_living_instance_is_found_and_removed(plane, sight):
    instance_id = plane.create()
    plane.work()
    volume = plane.cloud.volumes.create('x', 1, instance_id, 'op-lost')
    grow_older(plane.cloud.volumes)
    assert look(sight) == {('volume', volume.id): Reason.DOUBLE}
    assert clean(sight, clean_orphans.SURE) == []
    waiting.until(lambda: plane.cloud.volumes.show(volume.id).status
                  == 'available', 5, 'a volume', poll_s=0.01)
    clean(sight)
    assert look(sight) == {}
    assert len(plane.cloud.volumes.volumes) == 1


def test_what_is_young_is_left_alone(plane, sight):
    left = leave(plane, a_deleted_instance(plane))
    assert look(sight, minutes=1) == {}
    with plane.db.connection() as connection:
        old = datetime.datetime(2020, 1, 1)
        for table, columns in (('operations', ('finished',)),
                               ('instances', ('created', 'deleted_at'))):
            for column in columns:
                connection.exec_driver_sql(
                    'UPDATE %s SET %s = ?' % (table, column),
                    (old.isoformat(' ') + '.000000',))
    # Only what tells no age counts now.
    assert set(look(sight, minutes=1)) == {
        one for one in left if one[0] in ('server_group', 'broker_user',
                                          'queue')}
    plane.cloud.network.created = dict.fromkeys(
        plane.cloud.network.created, old)
    assert len(look(sight, minutes=1)) == 6


def test_a_server_that_is_gone_is_reported_and_not_forgotten(plane, sight):
    instance_id = plane.create()
    plane.work()
    server_id = plane.instance(instance_id).server_id
    del plane.cloud.compute.servers[server_id]
    assert look(sight) == {('server', server_id): Reason.LOST}
    assert clean(sight, clean_orphans.FOREIGN) == []
    assert plane.instance(instance_id).server_id == server_id


def test_a_record_of_what_is_gone_with_its_instance_is_forgotten(
        plane, sight):
    instance_id = a_deleted_instance(plane)
    with plane.db.writer() as tx:
        tx.resources.put(instance_id, 'mgmt_port', 'gone')
    assert look(sight) == {('mgmt_port', 'gone'): Reason.STALE}
    clean(sight)
    assert look(sight) == {} and plane.resources(instance_id) == []


def test_what_cannot_be_removed_says_why_and_stops_nothing(plane, sight):
    plane.conf.set_override('volume_time_out', 1)
    leave(plane, a_deleted_instance(plane))
    plane.cloud.faults.fail('volumes.delete', 'refused', times=None)
    errors = {one.thing.kind: error for one, error in clean(sight)}
    assert 'refused' in errors.pop('volume')
    assert set(errors.values()) == {None}
    assert [kind for kind, _ in look(sight)] == ['volume']


def test_a_service_that_is_away_hides_nothing_as_lost(plane, sight):
    plane.create()
    plane.work()
    plane.cloud.faults.fail('volumes.owned', 'down')
    with pytest.raises(Exception, match='down'):
        look(sight)


def test_one_taskmanager_at_a_time_reports(plane, sight, caplog):
    caplog.set_level('INFO')
    plane.conf.set_override('orphan_minutes', 0, 'taskmanager')
    left = leave(plane, a_deleted_instance(plane))
    first = reports.OrphanReport(plane.rooms, 'tm-1')
    assert len(first.report()) == len(left)
    assert reports.OrphanReport(plane.rooms, 'tm-2').report() is None
    for kind, external_id in left:
        assert 'orphan: %s %s of' % (kind, external_id) in caplog.text
    assert '%d orphans' % len(left) in caplog.text
    assert set(look(sight)) == left


def test_a_report_removes_only_when_told_and_only_what_is_sure(
        plane, sight):
    for name, value in (('orphan_minutes', 0), ('orphan_clean', True),
                        ('orphan_report_interval_s', 0.05)):
        plane.conf.set_override(name, value, 'taskmanager')
    leave(plane, a_deleted_instance(plane))
    foreign = leave(plane, str(uuid.uuid4()))
    running = plane.taskmanager()
    running.start()
    try:
        waiting.until(lambda: set(look(sight)) == foreign, 10,
                      'only the foreign ones', poll_s=0.05)
    finally:
        running.stop()

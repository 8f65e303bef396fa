# SPDX-License-Identifier: Apache-2.0
"""What is on record of servers is kept fresh, by one taskmanager."""

import pytest

from trove.cloud import ports
from trove.common import exception
from trove.operations import restart_instance
from trove.tests.fixtures import control_plane


def test_the_status_of_servers_is_kept_fresh(plane):
    instance_id = plane.create()
    plane.work()
    server_id = plane.instance(instance_id).server_id
    plane.cloud.compute._set(server_id, status='SHUTOFF')
    running = plane.taskmanager()
    assert running._sync.sync() == 1
    assert plane.instance(instance_id).status == 'SHUTDOWN'
    assert running._sync.sync() == 0


def test_one_taskmanager_looks_at_servers_each_interval(plane):
    plane.create()
    plane.work()
    running = [plane.taskmanager(name)._sync for name in ('tm-1', 'tm-2')]
    assert [one.look() for one in running] == [0, None]
    with plane.db.connection() as connection:
        connection.exec_driver_sql(
            "UPDATE duties SET due = '2026-01-01 00:00:00.000000'")
    assert [one.look() for one in reversed(running)] == [0, None]


def test_each_look_is_dated_and_leaves_the_rest_alone(plane):
    known, other = plane.create(), plane.create()
    plane.work()
    with plane.db.connection() as connection:
        connection.exec_driver_sql(
            "UPDATE instances SET facts_at = '2026-01-01 00:00:00.000000'")
    before = plane.instance(known)
    # It is not in the list, and what became of it cannot be asked.
    found = plane.cloud.compute.servers.pop(plane.instance(other).server_id)
    plane.cloud.faults.fail('compute.show', 'down')
    with pytest.raises(ports.CloudDown):
        plane.taskmanager()._sync.sync()
    assert plane.instance(other).facts_at.year == 2026
    plane.cloud.compute.servers[found.id] = found
    plane.taskmanager()._sync.sync()
    assert (plane.db.now() - plane.instance(known).facts_at
            ).total_seconds() < 60
    assert plane.instance(known).updated == before.updated


def test_a_server_that_is_gone_is_told_and_nothing_is_asked_of_it(plane):
    instance_id = plane.create()
    plane.work()
    server_id = plane.instance(instance_id).server_id
    del plane.cloud.compute.servers[server_id]
    sync = plane.taskmanager()._sync
    assert sync.sync() == 1
    found = plane.instance(instance_id)
    assert (found.status, found.server_status) == ('SHUTDOWN', 'DELETED')
    with pytest.raises(exception.Unprocessable):
        restart_instance.restart_instance(control_plane.CTX, plane.deps,
                                          instance_id)
    assert sync.sync() == 0


def test_flows_date_what_they_see(plane):
    made = plane.create()
    plane.work()
    assert (plane.db.now() - plane.instance(made).facts_at
            ).total_seconds() < 60

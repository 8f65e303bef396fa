# SPDX-License-Identifier: Apache-2.0
"""Restart, stop, start, reboot, resize, rename, access, reset."""

import pytest

from stack.inside import tenant as tenant_module


def fault(server):
    return getattr(server.show(), 'fault', None)


def test_it_runs_the_version_that_was_asked_for(server):
    with server.session() as session:
        found = server.witness.server_version(session)
    assert found.startswith(server.engine.number)
    shown = server.show().datastore
    assert (shown['type'], shown['version']) == (
        server.engine.datastore, server.engine.version)


def test_rows_outlive_a_restart(server):
    server.write(5)
    before = server.rows()
    server.trove.instances.restart(server.id)
    assert server.show().status == 'REBOOT'
    server.well()
    assert server.rows() == before


def test_a_client_that_stays_keeps_no_restart_from_ending(server, machine):
    with server.session() as session:
        session.count()
        before = machine.processes(server.witness.inside.process)
        server.trove.instances.restart(server.id)
        # Nobody waits until the engine is killed (`stop_timeout`, 120 s).
        server.well(90)
    assert machine.processes(server.witness.inside.process) != before


def test_a_stopped_engine_says_so_and_is_started_by_a_restart(server,
                                                              operator):
    before = server.rows()
    operator.trove.mgmt_instances.stop(server.id)
    server.becomes('SHUTDOWN')
    assert not server.lets_in()
    server.trove.instances.restart(server.id)
    server.well()
    assert server.rows() == before


def test_a_reboot_brings_the_engine_back(server, operator):
    before = server.rows()
    operator.trove.mgmt_instances.reboot(server.id)
    server.well()
    assert not fault(server) and server.rows() == before


def test_a_volume_grows_under_load_without_loss(server):
    with server.written_to() as load:
        server.trove.instances.resize_volume(server.id, 2)
        assert server.well().volume['size'] == 2
        load.goes_on()
    assert not load.lost() and not load.errors
    server.refuses(400, server.trove.instances.resize_volume, server.id, 1)


def test_a_larger_flavor_tunes_the_engine(server, tenant):
    small = server.setting(server.witness.settings.memory)
    before = server.rows()
    server.trove.instances.resize_instance(server.id,
                                           tenant.flavor('db.medium'))
    assert server.show().status == 'RESIZE'
    server.well()
    assert server.rows() == before
    assert server.setting(server.witness.settings.memory) != small


@pytest.mark.parametrize('what', ['flavor', 'volume'])
def test_a_failed_resize_leaves_all_as_it_was(server, faults, tenant, what):
    before, rows = server.show(), server.rows()
    if what == 'volume':
        faults.add('volume', r'POST /volumes/[^/]+/action', 'error_state',
                   count=1)
        server.trove.instances.resize_volume(server.id,
                                             before.volume['size'] + 1)
    else:
        faults.add('compute', r'POST /servers/[^/]+/action', 'error_state',
                   count=1)
        server.trove.instances.resize_instance(server.id, tenant.flavor())
    found = server.ready()
    assert found.status == 'ACTIVE' and found.fault['message']
    assert (found.flavor['id'], found.volume['size']) == (
        before.flavor['id'], before.volume['size'])
    assert server.rows() == rows


def test_a_new_name_disturbs_nobody(server):
    with server.session() as session:
        server.trove.instances.update(server.id, name='renamed')
        assert server.show().name == 'renamed'
        assert session.count() >= 0


def test_access_changes_on_live_traffic(server):
    update = server.trove.instances.update
    with server.session() as session:
        update(server.id, allowed_cidrs=['10.0.0.0/8'])
        server.well()
        session.count()
    update(server.id, allowed_cidrs=['192.0.2.0/24'])
    server.well()
    assert not server.lets_in()
    update(server.id, is_public=True)
    public = next(one['address'] for one in server.well().addresses
                  if one['type'] == 'public')
    assert server.lets_in()
    assert server.lets_in(host=public)
    update(server.id, is_public=False)
    server.well()
    assert server.lets_in()


def test_a_move_without_a_host_is_told_and_disturbs_nobody(server, operator):
    operator.trove.mgmt_instances.migrate(server.id)
    assert 'No valid host' in server.ready().fault['message']
    assert server.rows() >= 0


def test_a_reset_shows_an_error_until_the_guest_is_heard(server, operator):
    operator.trove.instances.reset_status(server.id)
    server.becomes('HEALTHY', within_s=30)
    assert server.show().status == 'ACTIVE'


def test_force_delete_ends_it(engine, servers, operator):
    made = servers(engine, 'short-lived')
    made.well()
    operator.trove.instances.force_delete(made.id)
    made.tenant.wait_gone(made.id)


def test_zone_and_locality_are_honoured_and_shown(engine, servers, operator):
    made = servers(engine, 'placed', availability_zone='nova',
                   locality='anti-affinity')
    assert made.well().locality == 'anti-affinity'
    server_id = operator.trove.mgmt_instances.show(made.id).server_id
    groups = [group for group in operator.cloud.compute.server_groups(
        all_projects=True) if server_id in group.member_ids]
    assert len(groups) == 1
    nova = operator.cloud.compute.get_server(server_id)
    assert nova.availability_zone == 'nova'
    made.trove.instances.delete(made.id)
    made.tenant.wait_gone(made.id)
    tenant_module.until(lambda: groups[0].id not in {
        group.id for group in operator.cloud.compute.server_groups(
            all_projects=True)}, 20, 'the group is left')

# SPDX-License-Identifier: Apache-2.0
"""What breaks: it heals by itself, or is told truly and soon."""

import contextlib
import os
import signal
import time
from concurrent import futures

import pytest
from troveclient.apiclient import exceptions

from stack import broker
from stack import services
from stack.inside import tenant as tenant_module
from trove.tests.conformance import hunger
from trove.tests.conformance import machine as machine_module
from trove.tests.conformance import server as server_module
from trove.tests.fixtures import lost_disk

IDLE_S = 20
AWAY_S = 60
#: No request waits longer for a guest.
BOUND_S = 60
#: More than may wait for one guest, and what they are told.
ASKING = 12
BUSY, SILENT = 422, 504
FULL = 'The volume is full: writes are refused'


def passes(seconds):
    """Time itself is what is waited for."""
    end = time.monotonic() + seconds
    tenant_module.until(lambda: time.monotonic() >= end, seconds + 5,
                        'time stands still')


def test_an_engine_killed_under_load_comes_back_with_every_row(server,
                                                               machine):
    with server.written_to() as load:
        assert machine.kill(server.witness.inside.process)
        load.goes_on(within_s=90)
    server.becomes('HEALTHY', within_s=60)
    assert not load.lost()


def test_an_engine_killed_for_memory_comes_back_with_every_row(server,
                                                               machine):
    agent = machine.agent()
    with server.written_to() as load:
        with hunger.felt(machine) as taken:
            taken.kill(server.witness.inside.process)
        load.goes_on(within_s=90)
    server.becomes('HEALTHY', within_s=60)
    assert not load.lost()
    assert machine.agent() == agent


def test_an_engine_without_memory_is_told_so_and_heals(server, machine):
    rows = server.rows()
    agent = machine.agent()
    with hunger.felt(machine) as taken:
        while not taken.kill(server.witness.inside.process,
                             unless=machine.given_up):
            pass
        server.becomes('SHUTDOWN')
        tenant_module.until(
            lambda: 'lack of memory' in server.show().fault['message'],
            server_module.BEAT_S, 'nobody says why')
    assert machine.agent() == agent
    server.trove.instances.restart(server.id)
    assert not getattr(server.well(), 'fault', None)
    server.becomes('HEALTHY', within_s=60)
    assert server.rows() == rows
    server.write()


def test_a_killed_agent_disturbs_nobody(server, machine):
    with server.written_to() as load:
        before = machine.agent()
        machine.kill('trove-guestage')
        tenant_module.until(
            lambda: machine.agent() != before, 30, 'no new agent')
        load.goes_on()
    assert not load.errors and not load.lost()
    server.becomes('HEALTHY', within_s=60)


def test_an_agent_killed_in_a_restart_comes_back_to_it(server, machine):
    rows = server.rows()
    server.trove.instances.restart(server.id)
    machine.kill('trove-guestage')
    found = server.ready()
    assert found.status == 'ACTIVE'
    server.becomes('HEALTHY', within_s=60)
    assert server.rows() == rows


def test_a_server_rebooted_hard_loses_no_committed_row(server, machine,
                                                       operator):
    with server.written_to() as load:
        reboot_hard(server, operator)
        load.goes_on(within_s=120)
    server.becomes('HEALTHY', within_s=60)
    assert not load.lost()


def reboot_hard(server, operator):
    """As a power cut would; the server is on again."""
    server_id = operator.trove.mgmt_instances.show(server.id).server_id
    operator.cloud.compute.reboot_server(server_id, 'HARD')
    operator.cloud.compute.wait_for_server(
        operator.cloud.compute.get_server(server_id), wait=60)


def test_an_engine_that_cannot_start_says_why_and_heals(server, machine):
    config = machine.path(server.witness.inside.config_file)
    before = config.read_bytes()
    config.write_bytes(before + b'\nthis is = no = configuration [\n')
    try:
        machine.kill(server.witness.inside.process)
        says_why(server, machine)
    finally:
        config.write_bytes(before)
    server.trove.instances.restart(server.id)
    assert not getattr(server.well(), 'fault', None)
    server.write()


def test_data_that_the_engine_may_not_read_are_told_and_heal(server,
                                                             machine):
    folder = server.witness.inside.data_folder
    [rights] = machine.run('stat', '-c', '%u:%g', folder).split()
    rows = server.rows()
    machine.run('chown', '0:0', folder)
    try:
        machine.kill(server.witness.inside.process)
        says_why(server, machine)
    finally:
        machine.run('chown', rights, folder)
    server.trove.instances.restart(server.id)
    assert not getattr(server.well(), 'fault', None)
    server.becomes('HEALTHY', within_s=60)
    assert server.rows() == rows


def says_why(server, machine):
    """It is down for good, and soon its tenant has the engine's reason."""
    tenant_module.until(machine.given_up, 60, 'it is tried for ever')
    server.becomes('SHUTDOWN')
    # At first it is only told that it is down.
    tenant_module.until(
        lambda: server.show().fault['message'].partition(
            'words of its log:')[2].strip(),
        server_module.BEAT_S, 'nobody says why')
    assert machine.given_up()


@pytest.mark.slow
def test_a_full_volume_refuses_writes_and_is_well_after_a_resize(
        server, machine, operator):
    server.write(3)
    rows = server.rows()
    with pytest.raises(server.witness.refused):
        with server.session() as session:
            for _ in range(2000):
                session.write_megabyte()
    found = is_full(server, rows)
    if server.engine.can('databases'):
        # What a tenant may want to drop can be looked at.
        assert server.trove.databases.list(server.id)
    # Nobody is to be helped by the room that was left when writes ended.
    folder = os.path.dirname(server.witness.inside.data_folder)
    machine.run('sh', '-c', f'cat /dev/zero > {folder}/ballast || true; '
                            f'sync -f {folder}')    # to outlive the reboot
    assert machine.kill(server.witness.inside.process)
    tenant_module.until(
        lambda: machine.processes(server.witness.inside.process), 60,
        'the engine is not started again')
    is_full(server, rows)
    reboot_hard(server, operator)
    is_full(server, rows)
    server.trove.instances.resize_volume(server.id,
                                         found.volume['size'] + 1)
    server.well()
    machine.run('rm', f'{folder}/ballast')
    assert not hasattr(server.becomes('HEALTHY', within_s=60), 'fault')
    server.write()


def is_full(server, rows):
    """It says so, takes no writes, and has its rows; the instance."""
    found = server.becomes('BLOCKED', within_s=60)
    assert found.status == 'ACTIVE'
    tenant_module.until(
        lambda: FULL in getattr(server.show(), 'fault', {}).get(
            'message', ''), 2 * server_module.BEAT_S,
        f'it does not say that it is full: {server.show().to_dict()}')
    # It may be on its way up.
    tenant_module.until(server.lets_in, 60, 'it lets nobody in')
    assert server.rows() == rows
    with pytest.raises(server.witness.refused):
        server.write()
    server.written -= 1
    return found


def test_a_volume_that_is_pulled_is_told_and_heals_when_it_is_back(server,
                                                                   machine):
    server.write(3)
    rows = server.rows()
    with lost_disk.pulled(machine.disk(server.witness.inside.data_folder)):
        found = server.becomes(('BLOCKED', 'SHUTDOWN'))
        message = tenant_module.until(
            lambda: _lost(server), server_module.BEAT_S, found.to_dict())
        assert 'operator' in message
        began = time.monotonic()
        with contextlib.suppress(exceptions.ClientException):
            # Whatever is asked, and whether the engine can do it or not.
            server.trove.databases.create(server.id, [{'name': 'nowhere'}])
        assert time.monotonic() - began < BOUND_S
    healed = server.becomes('HEALTHY', within_s=180)
    assert not hasattr(healed, 'fault') and server.rows() == rows
    server.write()


def _lost(server):
    words = getattr(server.show(), 'fault', {}).get('message', '')
    return words if 'data volume is lost' in words else None


def test_a_silent_guest_holds_up_only_who_asks_it_and_not_for_long(server,
                                                                   machine):
    machine.kill(machine_module.AGENT, signal.SIGSTOP)
    try:
        with futures.ThreadPoolExecutor(ASKING) as pool:
            asked = [pool.submit(asked_in_vain, server)
                     for _ in range(ASKING)]
            tenant_module.until(lambda: any(one.done() for one in asked),
                                BOUND_S, 'nobody is told that it is busy')
            for _ in range(20):
                assert server.show().id == server.id
            # Who asks about it is answered before who asks it.
            assert not all(one.done() for one in asked)
    finally:
        machine.kill(machine_module.AGENT, signal.SIGCONT)
    # Some have waited in vain, the others were told at once that they do.
    assert {one.result() for one in asked} == {BUSY, SILENT}
    server.becomes('HEALTHY', within_s=60)
    assert not server.trove.instances.module_query(server.id)


def asked_in_vain(server):
    """Ask the guest; the status of the answer, which came in time."""
    began = time.monotonic()
    with pytest.raises(exceptions.ClientException) as caught:
        server.trove.instances.module_query(server.id)
    assert time.monotonic() - began < BOUND_S
    return caught.value.http_status


@pytest.mark.slow
def test_a_control_plane_that_is_away_for_a_minute(stack, server):
    names = ('trove-conductor', 'trove-taskmanager')
    with server.written_to() as load:
        for name in names:
            services.daemon(stack, name).stop()
        load.goes_on(100)
        for name in names:
            services.daemon(stack, name).start()
        server.becomes('HEALTHY', within_s=90)
    assert not load.errors and not load.lost()


@pytest.mark.slow
def test_a_broker_that_is_away_for_a_minute(stack, server):
    with server.written_to() as load:
        broker.daemon(stack).stop()
        try:
            passes(AWAY_S)
            # Nobody hears the guest: that is what can truly be said.
            found = server.show()
            assert found.operating_status == 'ERROR'
            assert 'not been heard' in found.fault['message']
            load.goes_on()
        finally:
            broker.start(stack)
        server.becomes('HEALTHY')
    assert not load.errors and not load.lost()
    server.trove.instances.restart(server.id)
    server.well()


def test_the_agent_is_small_and_idle(machine):
    used = machine.agent_cpu_s()
    pid = machine.agent()
    passes(IDLE_S)
    assert machine.agent() == pid
    assert machine.agent_cpu_s() - used < 0.01 * IDLE_S
    assert machine.agent_kb() < 60 * 1024

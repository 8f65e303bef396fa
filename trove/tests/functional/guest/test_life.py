# SPDX-License-Identifier: Apache-2.0
"""A server in its daily life: crashes, restarts, reboots, orders to stop."""

import os
import signal
import uuid

import pytest

from trove.common import waiting
from trove.guestagent import starting
from trove.guestkit import files
from trove.guestkit import units
from trove.tests.fixtures import guest_machine


@pytest.fixture
def machine(any_machine):
    return any_machine


def kill_engine(machine):
    pid = machine.engine_pid()
    os.kill(pid, signal.SIGKILL)
    return pid


def test_a_crashed_engine_comes_back_and_both_are_reported(machine):
    machine.prepare()
    machine.query('CREATE TABLE t AS SELECT 1 AS a')
    told = len(machine.link.documents)
    before = kill_engine(machine)
    # It may be back before somebody here looks at the last report.
    waiting.until(lambda: any(
        document['service_status'] == 'crashed'
        for document in machine.link.documents[told:]), 60,
        'a report of the crash', poll_s=0.02, most_s=0.1)
    machine.link.wait(service_status='healthy')
    assert machine.engine_pid() != before
    assert machine.query('SELECT a FROM t') == ((1,),)
    words = [document['service_status']
             for document in machine.link.documents[told:]]
    assert words[0] == 'crashed' and words[-1] == 'healthy'


def test_an_engine_that_crashes_again_and_again_is_given_up(machine):
    machine.prepare()
    with open(machine.path(machine.kind.config), 'a') as config:
        config.write(machine.kind.broken)
    kill_engine(machine)
    waiting.until(lambda: machine.units.condition(machine.unit).state
                  is units.State.FAILED, 60, 'the end of all attempts')
    assert machine.link.wait(service_status='crashed')
    assert machine.units.condition(machine.unit).restarts == (
        machine.unit.restarts)


@pytest.mark.parametrize('which', [0, 1])
def test_data_that_the_engine_may_not_read_is_told(machine, which):
    machine.prepare()
    part, words = list(machine.kind.unreadable.items())[which]
    path = os.path.join(machine.mount_point, 'data', part)
    os.chown(path, 0, 0)
    os.chmod(path, 0o700)
    kill_engine(machine)
    waiting.until(lambda: machine.units.condition(machine.unit).state
                  is units.State.FAILED, 60, 'the end of all attempts')
    # A look or two later at most: nothing more will happen to it.
    told = waiting.until(
        lambda: words in (machine.link.last['error'] or '')
        and machine.link.last, 5,
        'the reason, after %s' % machine.link.last['error'])
    assert told['service_status'] == 'crashed'


def test_an_engine_ordered_to_stop_is_down_and_stays_down(machine):
    machine.prepare()
    machine.link.endpoint.stop_db()
    machine.link.wait(service_status='shutdown')
    machine.stop_agent()
    machine.start_agent()
    assert machine.link.wait(phase='ready')['service_status'] == 'shutdown'
    assert machine.engine_pid() is None
    machine.link.endpoint.start_db()
    machine.link.wait(service_status='healthy')


def test_values_that_stop_the_engine_are_given_up(machine):
    machine.prepare()
    endpoint = machine.link.endpoint
    good, bad = machine.kind.values
    endpoint.update_overrides(good)
    endpoint.restart()
    endpoint.update_overrides({**good, **bad})
    with pytest.raises(starting.ValuesStopEngine) as caught:
        endpoint.restart()
    assert caught.value.facts['names'] == next(iter(bad))
    machine.link.wait(service_status='healthy')
    assert machine.query('SELECT 1') == ((1,),)
    # As found by a machine that boots.
    endpoint.update_overrides({**good, **bad})
    machine.stop_agent()
    machine.driver.engine.stop()
    machine.start_agent()
    machine.link.wait(service_status='healthy')
    waiting.until(lambda: next(iter(bad)) in (
        machine.link.last['error'] or ''), 10, 'the reason')
    machine.link.endpoint.restart()
    machine.link.wait(service_status='healthy', error=None)


def test_a_restarted_agent_finds_its_engine_running(machine):
    machine.prepare()
    pid = machine.engine_pid()
    machine.stop_agent()
    assert machine.query('SELECT 1') == ((1,),)
    machine.start_agent()
    machine.link.wait(phase='ready', service_status='healthy',
                      operation_id='op-1')
    assert machine.engine_pid() == pid


def test_an_adopted_engine_is_restarted_when_it_crashes(machine):
    machine.prepare()
    machine.stop_agent()
    machine.start_agent()
    machine.link.wait(service_status='healthy')
    waiting.until(lambda: machine.unit.name in machine.units._watched, 10,
                  'the adoption')
    before = kill_engine(machine)
    machine.link.wait(service_status='crashed')
    machine.link.wait(service_status='healthy')
    assert machine.engine_pid() != before


def test_a_rebooted_server_mounts_its_volume_and_serves(machine):
    machine.prepare()
    machine.query('CREATE TABLE t AS SELECT 3 AS a')
    machine.stop_agent()
    machine.driver.engine.stop()
    machine.unmount()
    machine.start_agent()
    machine.link.wait(phase='ready', service_status='healthy')
    assert machine.query('SELECT a FROM t') == ((3,),)


def test_an_engine_stopped_behind_our_back_is_no_planned_shutdown(machine):
    machine.prepare()
    machine.units.stop(machine.unit)
    machine.link.wait(service_status='crashed')


def test_a_restart_gives_a_new_process(machine):
    machine.prepare()
    before = machine.engine_pid()
    machine.link.endpoint.restart()
    machine.link.wait(service_status='healthy')
    assert machine.engine_pid() != before


def test_a_volume_that_is_another_one_after_a_reboot_is_refused(machine):
    machine.prepare()
    machine.stop_agent()
    machine.driver.engine.stop()
    machine.unmount()
    other = guest_machine.Machine(manager=machine.kind.manager)
    try:
        other.prepare()
        other.stop_agent()
        other.driver.engine.stop()
        other.unmount()
        path = machine.path('/var/lib/trove-guestagent/state.json')
        state = files.read_json(path)
        # Its own is nowhere, and another one is where it was.
        state['facts'].update(device_path=other.device,
                              volume_uuid=str(uuid.uuid4()))
        files.write_json(path, state)
        machine.start_agent()
        waiting.until(lambda: 'another file system' in str(
            machine.link.last.get('error')), 30, 'the reason')
        assert machine.link.last['service_status'] == 'crashed'
        assert machine.engine_pid() is None
    finally:
        other.close()


def test_sizes_are_told_in_gb(machine):
    machine.prepare()
    found = machine.link.endpoint.get_filesystem_stats()
    assert found['total'] == pytest.approx(0.94, abs=0.1)
    assert found['total'] == pytest.approx(
        found['used'] + found['available'], abs=0.01)


def test_a_query_that_needs_room_takes_it_from_the_volume(prepared):
    [(folder,)] = prepared.query('SELECT @@tmpdir')
    assert os.path.dirname(folder) == prepared.mount_point
    assert os.stat(folder).st_mode & 0o777 == 0o700

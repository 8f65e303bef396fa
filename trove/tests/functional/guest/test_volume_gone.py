# SPDX-License-Identifier: Apache-2.0
"""A volume that is pulled under a running engine, and comes back."""

import pytest

from trove.common import waiting
from trove.guestkit import disks
from trove.objects import order
from trove.tests.fixtures import guest_engines
from trove.tests.fixtures import guest_machine
from trove.tests.fixtures import lost_disk

HEAD_BYTES = 1024 ** 2


@pytest.fixture(params=sorted(guest_engines.KINDS))
def machine(request):
    """A prepared machine with a row in a table."""
    made = guest_machine.Machine(manager=request.param, report_interval=1)
    try:
        made.prepare()
        made.query('CREATE TABLE kept (n INT PRIMARY KEY)')
        made.query('INSERT INTO kept VALUES (7)')
        yield made
    finally:
        made.close()


def test_it_is_told_and_heals_when_the_volume_is_back(machine):
    with lost_disk.pulled(machine.device):
        told = machine.link.wait_told('data volume is lost')
        assert told['service_status'] in ('blocked', 'crashed')
        assert machine.link.endpoint.ping()
    machine.link.wait(error=None, service_status='healthy')
    assert machine.query('SELECT n FROM kept') == ((7,),)


def test_an_agent_that_is_started_meanwhile_heals_it_as_well(machine):
    with lost_disk.pulled(machine.device):
        machine.link.wait_told('data volume is lost')
        machine.stop_agent()
        link = machine.start_agent()
        link.wait_told('has no size')
        link.wait_for(lambda told: told['service_status'] in (
            'blocked', 'crashed'))
    link.wait(error=None, service_status='healthy')
    assert machine.query('SELECT n FROM kept') == ((7,),)


def test_it_may_come_back_under_another_name(machine):
    machine.move()
    healed_after_a_loss(machine.link)
    assert machine.query('SELECT n FROM kept') == ((7,),)


def healed_after_a_loss(link):
    """The loss may be over before somebody looks for the report of it."""
    def healed():
        told = [one['error'] for one in link.documents]
        return told[-1:] == [None] and any(
            'data volume is lost' in (error or '') for error in told)
    until(healed, 'a report of the loss, and one of its end')
    link.wait(error=None, service_status='healthy')


def test_so_it_may_for_an_agent_that_is_started_meanwhile(machine):
    machine.stop_agent()
    machine.move()
    link = machine.start_agent()
    # The engine may answer out of its memory until then.
    until(lambda: disks.mounted_at(machine.mount_point)
          == disks.device_number(machine.device), 'the mounting')
    seen = len(link.documents)
    until(lambda: len(link.documents) > seen + 1, 'news')
    link.wait(error=None, service_status='healthy')
    assert machine.query('SELECT n FROM kept') == ((7,),)


def test_a_volume_that_lost_its_data_is_not_made_anew(machine):
    machine.link.endpoint.stop_db()
    machine.stop_agent()
    machine.unmount()
    with open(machine.image, 'r+b') as image:
        image.write(bytes(HEAD_BYTES))
    machine.start_agent().wait_told('nothing any more')


@pytest.fixture
def unwatched():
    """MariaDB whose agent takes its time to look at the volume."""
    made = guest_machine.Machine(report_interval=600)
    try:
        made.prepare()
        with made.driver.engine._connector.open() as engine:
            engine.run('SET GLOBAL aria_checkpoint_interval = 1')
        yield made
    finally:
        made.close()


def until(check, what):
    return waiting.until(check, guest_machine.WAIT_S, what, poll_s=0.05)


def test_a_user_made_just_before_a_loss_that_nobody_saw_is_there(unwatched):
    machine = unwatched
    machine.driver.users.create(order.UserSpec(
        name='late', password='x', databases=('shop',)))
    with lost_disk.pulled(machine.device):
        # It dies, and is not started on what is still shown of failed writes.
        until(lambda: disks.is_shut_down(machine.mount_point), 'the shutdown')
    machine.stop_agent()
    machine.start_agent().wait(error=None, service_status='healthy')
    assert machine.query('SELECT 1', user='late', password='x') == ((1,),)


def test_a_user_made_just_before_a_power_cut_is_there(unwatched):
    machine = unwatched
    machine.driver.users.create(order.UserSpec(
        name='late', password='x', databases=('shop',)))
    disks.shut_down(machine.mount_point)
    machine.driver.engine.abort()
    machine.stop_agent()
    machine.unmount()
    machine.start_agent().wait(error=None, service_status='healthy')
    assert machine.query('SELECT 1', user='late', password='x') == ((1,),)

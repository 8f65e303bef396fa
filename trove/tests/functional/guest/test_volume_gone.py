# SPDX-License-Identifier: Apache-2.0
"""A volume that is pulled under a running engine, and comes back."""

import pytest

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


def test_a_volume_that_lost_its_data_is_not_made_anew(machine):
    machine.link.endpoint.stop_db()
    machine.stop_agent()
    machine.unmount()
    with open(machine.image, 'r+b') as image:
        image.write(bytes(HEAD_BYTES))
    machine.start_agent().wait_told('nothing any more')

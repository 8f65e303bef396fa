# SPDX-License-Identifier: Apache-2.0
"""Logs lie on the root disk, and never fill it."""

import os

import pytest

from trove.common import waiting
from trove.guestkit import files
from trove.tests.fixtures import guest_engines
from trove.tests.fixtures import guest_machine

_MB = 1024 ** 2
STATEMENT = "SELECT length('%s')" % ('x' * 200_000)


@pytest.fixture(params=sorted(guest_engines.KINDS))
def machine(request):
    """A prepared machine that writes every statement to its log."""
    made = guest_machine.Machine(manager=request.param, **{
        request.param + '__log_size_mb': 1})
    try:
        made.prepare()
        made.driver.logs.switch('general', True)
        yield made
    finally:
        made.close()


def test_a_log_that_grows_and_grows_stays_small(machine):
    log, = (one for one in machine.driver.logs.files()
            if one.name == 'general')
    folder = os.path.dirname(log.path)
    with machine.connect() as connection:
        for _ in range(4):
            for _ in range(8):          # 1.6 MB
                machine.kind.query(connection, STATEMENT)
            waiting.until(lambda: os.path.exists(log.path)
                          and files.size(log.path) < _MB, 20,
                          'a new file of the log')
            machine.kind.query(connection, 'SELECT 1')
    sizes = {name: files.size(os.path.join(folder, name))
             for name in os.listdir(folder)}
    assert sum(sizes.values()) < 6 * _MB, sizes
    assert machine.link.wait(service_status='healthy', error=None)

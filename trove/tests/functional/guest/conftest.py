# SPDX-License-Identifier: Apache-2.0
"""Machines for guest agents; gone after the tests."""

import pytest

from trove.tests.fixtures import guest_engines
from trove.tests.fixtures import guest_machine


@pytest.fixture
def machine():
    """A machine with a volume of 1 GB."""
    made = guest_machine.Machine()
    yield made
    made.close()


@pytest.fixture(scope='module')
def prepared():
    """A machine whose agent has prepared it, shared by a file's tests."""
    made = guest_machine.Machine()
    try:
        made.prepare()
        yield made
    finally:
        made.close()


@pytest.fixture(params=sorted(guest_engines.KINDS))
def any_machine(request):
    """A machine with a volume of 1 GB, of each engine in turn."""
    made = guest_machine.Machine(manager=request.param)
    yield made
    made.close()


@pytest.fixture(scope='module')
def postgresql():
    """A prepared machine with PostgreSQL, shared by a file's tests."""
    made = guest_machine.Machine(manager='postgresql')
    try:
        made.prepare()
        yield made
    finally:
        made.close()

# SPDX-License-Identifier: Apache-2.0
"""A control plane for each test, its schema made once, and an instance."""

import pytest

from trove.tests.fixtures import control_plane


@pytest.fixture(scope='session')
def template(tmp_path_factory):
    """A database file with a schema, to be copied."""
    return control_plane.template(tmp_path_factory.mktemp('template'))


@pytest.fixture
def plane(tmp_path, template):
    """The control plane in one process."""
    made = control_plane.ControlPlane(tmp_path, template)
    yield made
    made.close()


@pytest.fixture
def made(plane):
    """The id of an instance that runs."""
    plane.guests.running = {}
    instance_id = plane.create()
    plane.work()
    return instance_id

# SPDX-License-Identifier: Apache-2.0
"""Clients of a stack that is up, and a look at what a test leaves behind."""

import secrets

import pytest

from stack import settings as settings_module
from stack.inside import tenant as tenant_module
from trove.tests.e2e import leftovers
from trove.tests.e2e import switch


@pytest.fixture(scope='session')
def stack():
    """The stack that TROVESTACK_DIR and TROVESTACK_SLOT name."""
    return settings_module.load()


@pytest.fixture(scope='session')
def tenant():
    """An ordinary tenant."""
    return tenant_module.Tenant('trovestack-demo')


@pytest.fixture(scope='session')
def stranger():
    """A tenant of another project."""
    return tenant_module.Tenant('trovestack-alt')


@pytest.fixture(scope='session')
def operator():
    """The administrator."""
    return tenant_module.Tenant('trovestack-admin')


@pytest.fixture
def faults(operator):
    """The fault switch of the one-machine cloud, off again at the end."""
    switch_ = switch.Switch(operator.cloud)
    switch_.clear()
    yield switch_
    switch_.clear()


@pytest.fixture
def password():
    """A password for one test."""
    return secrets.token_urlsafe(16)


@pytest.fixture(autouse=True, scope='session')
def nothing_left(stack, operator):
    """After the last test all is as it was before the first."""
    before = leftovers.look(stack, operator.cloud)
    yield
    left = leftovers.settle(stack, operator.cloud, before)
    assert not left, f'left behind: {left}'


@pytest.fixture
def instances(tenant):
    """Deletes what a test has made, however it ended."""
    made = Made(tenant)
    yield made
    made.delete_all()


class Made:
    """Instances of one test."""

    def __init__(self, tenant):
        self._tenant = tenant
        self._ids = []

    def create(self, name, password, **more):
        """Ask for one; it is deleted at the end of the test."""
        instance = self._tenant.create(name, 'app', password, **more)
        self.adopt(instance.id)
        return instance

    def adopt(self, instance_id):
        """Also this one is deleted at the end of the test."""
        self._ids.append(instance_id)

    def delete_all(self):
        """Delete each that is still there, and wait until it is gone."""
        there = {one.id for one in self._tenant.trove.instances.list()}
        left = [one for one in self._ids if one in there]
        for instance_id in left:
            self._tenant.trove.instances.delete(instance_id)
        for instance_id in left:
            self._tenant.wait_gone(instance_id)

# SPDX-License-Identifier: Apache-2.0
"""Clients of a stack whose cloud somebody else runs.

`trovestack check openstack` says who they are: TROVE_TEST_OS_CLOUD is
Trove's own account, TROVE_TEST_TENANT a tenant's entry of clouds.yaml.
Virtual machines without acceleration are slow: there is one instance for
most of the tests, in the order of the file.
"""

import os
import secrets

import pytest

from stack import settings as settings_module
from stack.inside import tenant as tenant_module
from trove.tests.contract.cloud import real

READY_S = 600
GONE_S = 300
#: What MariaDB and its root disk need of a flavor.
LEAST_MB, LEAST_GB = 1024, 5


@pytest.fixture(scope='session')
def stack():
    """The stack that TROVESTACK_DIR and TROVESTACK_SLOT name."""
    return settings_module.load()


@pytest.fixture(scope='session')
def owner():
    """The cloud as Trove's own account sees it."""
    made = real.Owner()
    yield made
    made.close()


@pytest.fixture(scope='session')
def operator():
    """An administrator of Trove."""
    return tenant_module.Tenant(real.NAME)


@pytest.fixture(scope='session', autouse=True)
def nothing_left(owner):
    """After the last test nothing of ours is in the cloud."""
    yield
    tenant_module.until(
        lambda: not owner.left(), GONE_S,
        f'left in the cloud: {sorted(owner.left())}', poll_s=2)


class Tenant(tenant_module.Tenant):
    """A tenant whose servers take their time.

    Its network and flavors are what the cloud has, whatever they are called.
    """

    def network(self, name=None):
        """The id of the network that was asked for, or of its first own."""
        name = name or os.environ.get('TROVE_TEST_NETWORK')
        if name:
            return super().network(name)
        own = self.cloud.network.networks(
            project_id=self.cloud.session.get_project_id())
        return next(one.id for one in own
                    if one.subnet_ids and not one.is_router_external)

    def flavor(self, name=None):
        """The id of the smallest flavor that will do."""
        return super().flavor(name) if name else self._flavors()[0]

    def larger_flavor(self):
        """The id of the next one."""
        return self._flavors()[1]

    def _flavors(self):
        return [found.str_id for found in sorted(
            self.trove.flavors.list(), key=lambda one: (one.ram, one.disk))
            if found.ram >= LEAST_MB and found.disk >= LEAST_GB]

    def ask(self, name, **more):
        """Ask for a small instance where the test wants it."""
        zone = os.environ.get('TROVE_TEST_SERVER_ZONE')
        return self.create(name, 'app', more.pop('password', None)
                           or secrets.token_urlsafe(16), **{
            'availability_zone': zone, **more})

    def ready(self, instance_id):
        """Wait until it has come up or failed."""
        return self.wait(instance_id, READY_S)

    def well(self, instance_id):
        """The same, and it came up."""
        found = self.ready(instance_id)
        assert found.status in ('ACTIVE', 'HEALTHY'), (
            found.status, getattr(found, 'fault', None))
        return found

    def remove(self, instance_id):
        """Delete it and see it gone."""
        self.trove.instances.delete(instance_id)
        self.wait_gone(instance_id, GONE_S)


@pytest.fixture(scope='session')
def tenant():
    """An ordinary tenant."""
    return Tenant(real.TENANT)


@pytest.fixture
def asked(tenant):
    """Instances of one test; deleted however it ended."""
    made = []
    yield made
    there = {one.id for one in tenant.trove.instances.list()}
    for instance_id in made:
        if instance_id in there:
            tenant.remove(instance_id)

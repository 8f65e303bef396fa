# SPDX-License-Identifier: Apache-2.0
"""A cloud over real HTTP on a free loopback port, its host a fake."""
import json

import openstack
import pytest

from localcloud import cloud as clouds
from localcloud import settings as configuration
from localcloud.tests import fakehost
from localcloud.tests import waiting

LAYERS = ('top', 'engine', 'base')


class Site:
    """A running cloud and everything a test needs to talk to it."""

    def __init__(self, root):
        self.root = root
        for name in LAYERS:
            (root / 'layers' / name).mkdir(parents=True, exist_ok=True)
        self.settings = configuration.Settings(
            state_dir=str(root / 'state'), image_dir=str(root / 'layers'),
            admin_password_file=str(root / 'admin.password'), port=0,
            metadata=False, reconcile_s=0.02,
            database_url='http://127.0.0.1:8779/v1.0/$(project_id)s')
        self.host = fakehost.FakeHost(self.settings)
        self.cloud = None

    def start(self):
        """Start the cloud, or start it again on the same state."""
        self.cloud = clouds.Cloud(self.settings, self.host)
        self.cloud.start()
        self.url = f'http://127.0.0.1:{self.cloud.port}'
        self.auth_url = f'{self.url}/identity/v3'

    def stop(self):
        """Stop it as SIGTERM does."""
        self.cloud.stop()
        self.cloud.store.close()

    def password(self, user):
        """The password that a seeded user has."""
        path = (self.root / 'admin.password' if user == 'admin'
                else self.root / 'state' / f'{user}.password')
        return path.read_text().strip()

    def credentials(self, user, project=None):
        """What a client needs to be that user."""
        return {'auth_url': self.auth_url, 'username': user,
                'password': self.password(user), 'project_name': project
                or {'trove': 'service', 'reader': 'demo'}.get(user, user),
                'user_domain_id': 'default', 'project_domain_id': 'default'}

    def connect(self, user, project=None):
        """The SDK as that user."""
        # Whatever cloud the environment names, it is not this one.
        return openstack.connect(
            region_name='RegionOne', load_envvars=False,
            load_yaml_config=False, **self.credentials(user, project))

    def settle(self):
        """Until no promise is open."""
        waiting.until(lambda: not self.cloud.jobs.busy())

    def image(self, admin, name='mariadb', layers=LAYERS):
        """A bootable image that everyone sees."""
        return admin.image.create_image(
            name, data=manifest(layers), disk_format='raw',
            container_format='bare', visibility='public',
            validate_checksum=False)


def manifest(layers):
    """A layer manifest, as bytes."""
    return json.dumps({'format': 'trove-layers-1',
                       'layers': list(layers)}).encode()


@pytest.fixture
def site(tmp_path):
    """A cloud of the test's own."""
    one = Site(tmp_path)
    one.start()
    yield one
    one.stop()


@pytest.fixture
def admin(site):
    """The SDK as the cloud's admin."""
    return site.connect('admin')


@pytest.fixture
def demo(site):
    """The SDK as a tenant."""
    return site.connect('demo')


@pytest.fixture
def image(site, admin):
    """A bootable image."""
    return site.image(admin)

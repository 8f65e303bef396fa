# SPDX-License-Identifier: Apache-2.0
"""The same questions to the cloud in memory and to one over real HTTP.

The second is the one-machine cloud with its machines faked: real requests,
tokens, catalogues, quotas and error bodies, and a switch that makes them
fail.
"""

import pytest

from localcloud.tests import conftest as localcloud
from trove.cloud import fake
from trove.cloud import session
from trove.cloud.fake import compute as fake_compute
from trove.tests.contract.cloud import real
from trove.tests.fixtures import options


class InMemory:
    """The cloud in memory, and what a test must know of it."""

    zone = None
    zones = ['nova']
    volume_types = ['lvm']
    project_id = 'project-a'
    network_id = 'net-shared'
    subnet_id = 'subnet-shared'
    foreign_network_id = 'net-mgmt'
    address = '10.1.0.50'
    flavor_id = fake_compute.FLAVORS[0].id
    other_flavor_id = fake_compute.FLAVORS[1].id
    image_id = 'image-1'
    image_tags = ('trove', 'mariadb')

    def __init__(self):
        self.cloud = fake.build()

    def fail(self, method, kind, times=1):
        """Let the next calls of one of our methods fail."""
        self.cloud.faults.fail(method, kind, times)

    def next_server_fails(self):
        """The next server ends in ERROR."""
        self.cloud.compute.outcome = 'ERROR'

    def next_extension_fails(self):
        """The next volume that is extended ends in an error."""
        self.cloud.volumes.extended = 'error_extending'

    def has_one_host(self):
        """There is nowhere to migrate to."""
        self.cloud.compute.full = True

    def close(self):
        """Nothing to close."""


#: Our methods, and the one request that matters in each.
REQUESTS = {
    'compute.boot': ('compute', 'POST /servers'),
    'compute.show': ('compute', r'GET /servers/[^/]+'),
    'compute.delete': ('compute', r'DELETE /servers/[^/]+'),
    'compute.resize': ('compute', r'POST /servers/[^/]+/action'),
    'volumes.create': ('volume', 'POST /volumes'),
    'volumes.extend': ('volume', r'POST /volumes/[^/]+/action'),
    'volumes.show': ('volume', r'GET /volumes/[^/]+'),
    'network.create_port': ('network', 'POST /ports'),
    'network.create_security_group': ('network', 'POST /security-groups'),
}
FAULTS = {'down': {'kind': 'status', 'status': 503},
          'reset': {'kind': 'reset'},
          'lost': {'kind': 'lost_answer'},
          'busy': {'kind': 'status', 'status': 429}}


class OverHttp:
    """The adapters, speaking to a cloud over HTTP."""

    zone = None
    zones = ['nova']
    volume_types = ['lvm']
    image_tags = ('trove', 'mariadb')
    flavor_id = '1'
    other_flavor_id = '2'

    def __init__(self, directory):
        self.site = localcloud.Site(directory)
        self.site.start()
        self.cloud = session.from_conf(options.make(
            service_credentials__auth_url=self.site.auth_url,
            service_credentials__username='trove',
            service_credentials__password=self.site.password('trove'),
            service_credentials__request_retries=1))
        admin = self.site.connect('admin')
        image = self.site.image(admin, 'trove-mariadb')
        for tag in self.image_tags:
            admin.image.add_tag(image.id, tag)
        self.image_id = image.id
        self._find_networks(admin)

    def _find_networks(self, admin):
        demo = admin.identity.find_project('demo')
        network = next(iter(admin.network.networks(
            name='private', project_id=demo.id)))
        subnet = admin.network.get_subnet(network.subnet_ids[0])
        foreign = admin.network.create_network(name='foreign')
        self.project_id = demo.id
        self.network_id = network.id
        self.subnet_id = subnet.id
        self.foreign_network_id = foreign.id
        self.address = subnet.cidr.rsplit('.', 1)[0] + '.50'

    def fail(self, method, kind, times=1):
        """Let the next requests of one of our methods fail."""
        service, operation = REQUESTS[method]
        self.site.cloud.faults.add(service=service, operation=operation,
                                   count=times, **FAULTS[kind])

    def next_server_fails(self):
        """The next server ends in ERROR."""
        self.site.cloud.faults.add(
            service='compute', operation='POST /servers', count=1,
            kind='error_state', message='No valid host was found.')

    def next_extension_fails(self):
        """The next volume that is extended ends in an error."""
        self.site.cloud.faults.add(
            service='volume', operation=r'POST /volumes/[^/]+/action',
            count=1, kind='error_state')

    def has_one_host(self):
        """It is so."""

    def close(self):
        """Stop the services."""
        self.site.stop()


@pytest.fixture(params=['real'] if real.NAME else ['memory', 'http'])
def place(request, tmp_path):
    """A cloud and what a test must know of it."""
    made = {'memory': InMemory, 'http': lambda: OverHttp(tmp_path),
            'real': real.Real}[request.param]()
    yield made
    made.close()


@pytest.fixture
def over_http(tmp_path):
    """Only the one over HTTP."""
    made = OverHttp(tmp_path)
    yield made
    made.close()


@pytest.fixture
def cloud(place):
    """The ports of it."""
    return place.cloud

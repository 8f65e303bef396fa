# SPDX-License-Identifier: Apache-2.0
"""Clouds to put the same questions to, and what a test must know of each.

One lives in memory; one is the one-machine cloud with its machines faked:
real requests, tokens, catalogues, quotas and error bodies; the third belongs
to somebody else. Between the adapters and the latter two stands the faulty
proxy, so that all three can be told to go wrong.
"""

import dataclasses

from localcloud.identity import tokens
from localcloud.tests import conftest as localcloud
from trove.cloud import fake
from trove.cloud import session
from trove.cloud.fake import compute as fake_compute
from trove.tests.fixtures import faulty_proxy
from trove.tests.fixtures import options

#: Our methods, and the one request that matters in each.
REQUESTS = {
    'compute.boot': ('compute', 'POST /servers'),
    'compute.show': ('compute', r'GET /servers/[^/]+'),
    'compute.delete': ('compute', r'DELETE /servers/[^/]+'),
    'compute.resize': ('compute', r'POST /servers/[^/]+/action'),
    'volumes.create': ('volume', 'POST /volumes'),
    'volumes.extend': ('volume', r'POST /volumes/[^/]+/action'),
    'volumes.show': ('volume', r'GET /volumes/[^/]+'),
    'network.create_port': ('network', r'POST /ports(\.json)?'),
    'network.create_security_group': (
        'network', r'POST /security-groups(\.json)?'),
}
SECOND_REGION = 'trove-test-two'


class InMemory:
    """The cloud in memory."""

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
        self.fake = self.cloud = fake.build()

    def fail(self, method, kind, times=1):
        """Let the next calls of one of our methods fail."""
        self.fake.faults.fail(method, kind, times)

    def next_server_fails(self):
        """The next server ends in ERROR."""
        self.fake.compute.outcome = 'ERROR'

    def next_resize_finds_no_host(self):
        """What to resize to."""
        self.fake.compute.resized = 'ACTIVE'
        return self.other_flavor_id

    def next_extension_fails(self):
        """The next volume that is extended ends in an error."""
        self.fake.volumes.extended = 'error_extending'

    def was_rebooted(self, server_id):
        """Whether it has been booted anew, or is just now."""
        return self.fake.compute.servers[server_id].status in (
            'REBOOT', 'HARD_REBOOT')

    def is_full(self, host):
        """There is nowhere to migrate to."""
        self.fake.compute.full = True

    def close(self):
        """Nothing to close."""


class Networked:
    """The adapters, speaking to a cloud by way of the faulty proxy.

    ``admin`` is an administrator who goes straight; ``account`` are the
    values of [service_credentials].
    """

    def meet(self, admin, account):
        """Stand between the adapters and the services."""
        self.admin = admin
        self._account = dict(account)
        self.services = catalogue(admin, account['auth_url'])
        self.proxy = self.another_proxy()
        self.cloud = self.connect()

    def was_rebooted(self, server_id):
        """Whether it has been booted anew, or is just now."""
        return 'reboot' in [one.action for one in
                            self.admin.compute.server_actions(server_id)]

    def another_proxy(self, **how):
        """One more way to the same services."""
        return faulty_proxy.FaultyProxy(
            self.services, cafile=self._account.get('cafile'), **how)

    def conf(self, proxy=None, **overrides):
        """Options of the adapters; ``group__option=value`` sets one."""
        given = {'auth_url': (proxy or self.proxy).url(
            self._account['auth_url']), 'request_retries': 1}
        made = {'service_credentials__' + name: value for name, value in
                {**self._account, 'cafile': None, **given}.items()}
        return options.make(**{**made, **overrides})

    def connect(self, proxy=None, **overrides):
        """A cloud of other options."""
        return session.from_conf(self.conf(proxy, **overrides))

    def fail(self, method, kind, times=1):
        """Let the next requests of one of our methods fail."""
        self.proxy.fail(*REQUESTS[method], kind, count=times)

    def next_extension_fails(self):
        """Take the next extension, and give it up as a driver would."""
        def give_up():
            asked = self.proxy.requests[-1].path.split('/')[2]
            self.admin.block_storage.reset_volume_status(
                asked, 'error_extending', None, None)
        self.proxy.instead(*REQUESTS['volumes.extend'], give_up)

    def second_region(self):
        """Endpoints of another region, through the proxy, kind by kind.

        Returns its name; the proxy's requests are labelled
        ``two-public``, ``two-internal`` and ``two-admin``.
        """
        self.make_region(SECOND_REGION)
        for service in self.admin.identity.services():
            for kind, url in self.services:
                if kind == service.type and service.type != 'identity':
                    for interface in ('public', 'internal', 'admin'):
                        self._endpoint(service.id, interface, url)
        return SECOND_REGION

    def make_region(self, name):
        """Regions are what endpoints name, where they are no things."""

    def _endpoint(self, service_id, interface, url):
        url = url.replace(self.admin.session.get_project_id(),
                          '%(project_id)s')
        self.admin.identity.create_endpoint(
            service_id=service_id, interface=interface,
            region_id=SECOND_REGION, url=self.proxy.url(
                url, 'two-' + interface))


class OverHttp(Networked):
    """The one-machine cloud."""

    zone = None
    zones = ['nova']
    volume_types = ['lvm']
    image_tags = ('trove', 'mariadb')
    flavor_id = '1'
    other_flavor_id = '2'
    has_secrets = True

    def __init__(self, directory):
        self.site = localcloud.Site(directory)
        self.site.start()
        admin = self.site.connect('admin')
        image = self.site.image(admin, 'trove-mariadb')
        for tag in self.image_tags:
            admin.image.add_tag(image.id, tag)
        self.image_id = image.id
        self._find_networks(admin)
        self.meet(admin, {
            'auth_url': self.site.auth_url, 'username': 'trove',
            'password': self.site.password('trove')})
        self.own_project_id = admin.identity.find_project('service').id

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

    def tenant(self, name='demo'):
        """The SDK as an ordinary tenant."""
        return self.site.connect(name)

    def expired_token(self):
        """A token of the tenant's that has run out."""
        cloud = self.site.cloud
        user, = cloud.store.find('user', name='demo')
        project, = cloud.store.find('project', name='demo')
        cloud.settings = dataclasses.replace(cloud.settings, token_hours=-1)
        name, _ = tokens.issue(cloud, user, ['password'], project)
        cloud.settings = self.site.settings
        return name

    def next_server_fails(self):
        """The next server ends in ERROR."""
        self.site.cloud.faults.add(
            service='compute', operation='POST /servers', count=1,
            kind='error_state', message='No valid host was found.')

    def next_resize_finds_no_host(self):
        """What to resize to: a flavor that the quota lets through."""
        self.admin.set_compute_quotas(self.own_project_id, ram=-1)
        return self.admin.compute.create_flavor(
            name='huge', ram=2 ** 24, vcpus=1, disk=1).id

    def is_full(self, host):
        """It has but one host."""

    def close(self):
        """Stop the services."""
        self.proxy.close()
        self.site.stop()


def catalogue(admin, auth_url):
    """(type, URL) of every public endpoint of one's region."""
    access = admin.session.auth.get_access(admin.session)
    found = [('identity', auth_url)]
    for service in access.service_catalog.catalog:
        for endpoint in service['endpoints']:
            if (endpoint['interface'] == 'public'
                    and endpoint['region_id'] == admin.config.region_name):
                found.append((service['type'], endpoint['url']))
    return found


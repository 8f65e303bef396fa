# SPDX-License-Identifier: Apache-2.0
"""A cloud that somebody else runs, for the same questions.

`trovestack check openstack` names it in TROVE_TEST_OS_CLOUD; clouds.yaml
says where it is. The account must be what Trove's own would be, and may
make projects: contract tests work in one of their own, so that nothing they
exhaust or leave touches anybody. What the cloud cannot be asked for is
reported as not available, by name.
"""

import datetime
import ipaddress
import os
import uuid

import openstack
import pytest
from keystoneauth1.identity import v3
from openstack import exceptions as sdk_errors

from trove.cloud import session
from trove.common import waiting
from trove.tests.contract.cloud import places
from trove.tests.contract.cloud import rest
from trove.tests.fixtures import options

NAME = os.environ.get('TROVE_TEST_OS_CLOUD')
TENANT = os.environ.get('TROVE_TEST_TENANT', 'demo')
#: How long anything may take; machines of others are slower than ours.
PATIENCE_S = 240 if NAME else 20
PACE = ({'poll_s': 0.3, 'most_s': 1} if NAME
        else {'poll_s': 0.02, 'most_s': 0.1})
HUGE = 'trove-test-no-host-has-this'
PROJECT = 'trove-test'
_GONE_S = 180
#: Seconds that a token is good which is to run out.
_LENT_S = 20
#: A trait of hosts: a migration may end where it began.
_TO_ITSELF = 'COMPUTE_SAME_HOST_COLD_MIGRATE'


def not_available(what):
    """End the test: this cloud has no such thing."""
    pytest.skip('not available here: ' + what)


def credentials(cloud, project_name=None):
    """The values of [service_credentials] of an account's."""
    auth = cloud.config.config['auth']
    return {'auth_url': auth['auth_url'], 'username': auth['username'],
            'password': auth['password'],
            'project_name': project_name or auth.get('project_name'),
            'region_name': cloud.config.region_name,
            'cafile': cloud.config.config.get('cacert')}


def huge_flavor(admin):
    """The id of a flavor that no host has room for."""
    return (admin.compute.find_flavor(HUGE)
            or admin.compute.create_flavor(
                name=HUGE, ram=2 ** 24, vcpus=1, disk=8)).id


class Owner:
    """The cloud as Trove's own account sees it, in its own project."""

    def __init__(self):
        self.admin = openstack.connect(cloud=NAME)
        self.cloud = session.from_conf(options.make(**{
            'service_credentials__' + name: value for name, value
            in credentials(self.admin).items()}))
        self._before = self._ours()
        self.image_id = small_image(self.admin).id

    def huge_flavor(self):
        """The id of a flavor that no host has room for."""
        return huge_flavor(self.admin)

    def _ours(self):
        return {(one.kind, one.external_id)
                for port in (self.cloud.compute, self.cloud.volumes,
                             self.cloud.network) for one in port.owned()}

    def left(self):
        """(kind, id) of what is ours and was not when this began."""
        return self._ours() - self._before

    def close(self):
        """Take away what was made for tests."""
        rest.remove_flavor(self.admin, HUGE)


def small_image(admin):
    """The smallest bootable image, or the one that was asked for."""
    asked = os.environ.get('TROVE_TEST_IMAGE')
    return min((image for image in admin.image.images(status='active')
                if image.disk_format in ('qcow2', 'raw')
                and (not asked or image.name == asked)),
               key=lambda image: image.size)


class Ground:
    """What the contract tests share of such a cloud; begun once."""

    image_tags = ('trove-test',)

    def __init__(self):
        self._owner = openstack.connect(cloud=NAME)
        self.project_id = self._own_project()
        self.admin = self._owner.connect_as_project(PROJECT)
        self.tenant_project_id = openstack.connect(
            cloud=TENANT).session.get_project_id()
        self.clear()
        self._find_flavors()
        self.image_id = small_image(self.admin).id
        for tag in self.image_tags:
            self.admin.image.add_tag(self.image_id, tag)
        self._find_networks()
        self._find_zones()
        self.volume_types = [found.name for found
                             in self.admin.block_storage.types()]

    def _own_project(self):
        """A project for the tests; the account is there what it is here."""
        owner = self._owner
        identity = owner.identity
        home = identity.get_project(owner.session.get_project_id())
        found = identity.find_project(PROJECT)
        made = found or identity.create_project(
            name=PROJECT, domain_id=home.domain_id,
            description='For `trovestack check openstack`; goes with it')
        user_id = owner.session.get_user_id()
        for one in identity.role_assignments(user_id=user_id):
            if (one.scope.get('project') or {}).get('id') == home.id:
                identity.assign_project_role_to_user(
                    made, user_id, one.role['id'])
        return made.id

    def _find_flavors(self):
        flavors = sorted(
            (found for found in self.admin.compute.flavors()
             if found.ram < 2 ** 20 and found.disk),
            key=lambda found: (found.ram, found.disk))
        self.flavor_id = flavors[0].id
        self.other_flavor_id = flavors[1].id

    def _find_networks(self):
        network, subnet = next(
            (network, self.admin.network.get_subnet(network.subnet_ids[0]))
            for network in self.admin.network.networks(
                project_id=self.tenant_project_id)
            if network.subnet_ids and not network.is_router_external)
        self.network_id, self.subnet_id = network.id, subnet.id
        self.foreign_network_id = self.admin.network.create_network(
            name='trove-test-foreign').id
        self.address = self._free_address(subnet)

    def _free_address(self, subnet):
        """The last of the subnet that nobody has."""
        taken = {one['ip_address'] for port in self.admin.network.ports(
            network_id=subnet.network_id) for one in port.fixed_ips}
        pool = subnet.allocation_pools[-1]
        last = ipaddress.ip_address(pool['end'])
        return next(str(last - step) for step in range(1, 200)
                    if str(last - step) not in taken)

    def _find_zones(self):
        self.zones = sorted(
            zone.name for zone in self.admin.compute.availability_zones()
            if zone.state['available'] and zone.name != 'internal')
        asked = os.environ.get('TROVE_TEST_ZONE')
        self.zone = asked if asked in self.zones else None

    def is_alone(self):
        """Whether servers of the tests can be on one host only."""
        compute = self.admin.compute
        hosts = {one.host for one in compute.services(binary='nova-compute')
                 if one.state == 'up' and one.status == 'enabled'
                 and self.zone in (None, one.availability_zone)}
        if len(hosts) != 1:
            return False
        [host] = [one for one in compute.hypervisors(details=True)
                  if one.service_details['host'] in hosts]
        traits = self.admin.placement.get(
            f'/resource_providers/{host.id}/traits', microversion='1.6')
        return _TO_ITSELF not in traits.json()['traits']

    def clear(self):
        """End everything in the project, seen gone."""
        waiting.until(lambda: not rest.remove(self.admin, self.project_id),
                      _GONE_S, 'the end of what a test made', poll_s=0.3,
                      most_s=2)

    def close(self):
        """Give the project back, and what was made besides."""
        self.clear()
        admin = self.admin
        for tag in self.image_tags:
            admin.image.remove_tag(self.image_id, tag)
        for network in admin.network.networks(project_id=self.project_id):
            admin.network.delete_network(network)
        rest.remove_region(admin, places.SECOND_REGION)
        rest.remove_flavor(admin, HUGE)
        rest.remove_default_groups(admin, self.project_id)
        rest.reset_quotas(admin, self.project_id)
        self._owner.identity.delete_project(self.project_id)


class Real(places.Networked):
    """The adapters, speaking to such a cloud, for one test."""

    def __init__(self, ground):
        self._ground = ground
        for name in ('zone', 'zones', 'volume_types', 'network_id',
                     'subnet_id', 'foreign_network_id', 'address',
                     'flavor_id', 'other_flavor_id', 'image_id',
                     'image_tags'):
            setattr(self, name, getattr(ground, name))
        self.project_id = ground.tenant_project_id
        self.own_project_id = ground.project_id
        self._lent = []
        self.meet(ground.admin, credentials(ground.admin, PROJECT))
        self.has_secrets = any(kind == 'key-manager'
                               for kind, _ in self.services)

    def tenant(self, name='demo'):
        """The SDK as an ordinary tenant, or as another of that name."""
        try:
            return openstack.connect(cloud=TENANT if name == 'demo'
                                     else name)
        except sdk_errors.ConfigException:
            return not_available(f'an account {name} in clouds.yaml')

    def expired_token(self):
        """A token of the tenant's that has run out.

        It was good for as long as the application credential that it is of.
        """
        identity = self.tenant().identity
        ends = _now() + datetime.timedelta(seconds=_LENT_S)
        lent = identity.create_application_credential(
            identity.session.get_user_id(), PROJECT + '-' + uuid.uuid4().hex,
            expires_at=ends.strftime('%Y-%m-%dT%H:%M:%S.%f'))
        self._lent.append((identity, lent))
        auth = v3.ApplicationCredential(
            self._account['auth_url'], application_credential_id=lent.id,
            application_credential_secret=lent.secret)
        access = auth.get_access(identity.session)
        if access.expires > ends + datetime.timedelta(seconds=1):
            not_available('a token that ends with its credential')
        waiting.until(lambda: _now() > access.expires, 3 * _LENT_S,
                      'the end of a token', poll_s=0.3)
        return access.auth_token

    def next_server_fails(self):
        """Ask for a server that no host has room for."""
        self.flavor_id = huge_flavor(self.admin)

    def next_resize_finds_no_host(self):
        """What to resize to: a flavor that no host has room for."""
        self.admin.set_compute_quotas(self.own_project_id, ram=-1)
        return huge_flavor(self.admin)

    def make_region(self, name):
        """Keystone wants to know it first."""
        self.admin.identity.create_region(id=name)

    def is_full(self, host):
        """One host is none to migrate to; nor is one that is not there."""
        if host is None and not self._ground.is_alone():
            not_available('a zone with one host, which takes no server '
                          'from itself')

    def close(self):
        """Give back what the test made."""
        self.proxy.close()
        self._ground.clear()
        for identity, lent in self._lent:
            identity.delete_application_credential(
                identity.session.get_user_id(), lent)


def _now():
    return datetime.datetime.now(datetime.UTC)

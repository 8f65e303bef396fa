# SPDX-License-Identifier: Apache-2.0
"""A cloud that somebody else runs, for the same questions.

`trovestack check openstack` names it in TROVE_TEST_OS_CLOUD; clouds.yaml
says where it is. The account must be what Trove's own would be: an
administrator of a project. What the cloud cannot be asked to do (to fail
when told) is reported as not available, by name.
"""

import os

import openstack
import pytest

from trove.cloud import session
from trove.common import exception
from trove.common import waiting
from trove.tests.fixtures import options

NAME = os.environ.get('TROVE_TEST_OS_CLOUD')
#: How long anything may take; machines of others are slower than ours.
PATIENCE_S = 240 if NAME else 20
HUGE = 'trove-test-no-host-has-this'
FOREIGN = 'trove-test-foreign'
_GONE_S = 120


def not_available(what):
    """End the test: this cloud has no such thing."""
    pytest.skip('not available here: ' + what)


class Real:
    """The adapters, speaking to the cloud TROVE_TEST_OS_CLOUD."""

    image_tags = ('trove-test',)

    def __init__(self):
        self.admin = openstack.connect(cloud=NAME)
        auth = self.admin.config.config['auth']
        self.cloud = session.from_conf(options.make(
            service_credentials__auth_url=auth['auth_url'],
            service_credentials__username=auth['username'],
            service_credentials__password=auth['password'],
            service_credentials__project_name=auth.get('project_name'),
            service_credentials__region_name=(
                self.admin.config.region_name),
            service_credentials__cafile=self.admin.config.config.get(
                'cacert')))
        self._before = self._ours()
        self._find_flavors()
        self._find_image()
        self._find_networks()
        names = {zone.name for zone
                 in self.admin.compute.availability_zones()
                 if zone.state['available']}
        self.zones = sorted(names - {'internal'})
        asked = os.environ.get('TROVE_TEST_ZONE')
        self.zone = asked if asked in self.zones else None
        self.volume_types = [found.name for found
                             in self.admin.block_storage.types()]

    def _find_flavors(self):
        flavors = sorted(
            (found for found in self.admin.compute.flavors()
             if found.ram < 10 ** 6 and found.disk),
            key=lambda found: (found.ram, found.disk))
        self.flavor_id = flavors[0].id
        self.other_flavor_id = flavors[1].id

    def _find_image(self):
        found = [image for image in self.admin.image.images()
                 if image.status == 'active'
                 and image.disk_format in ('qcow2', 'raw')]
        asked = os.environ.get('TROVE_TEST_IMAGE')
        image = min((image for image in found
                     if not asked or image.name == asked),
                    key=lambda image: image.size)
        self.image_id = image.id
        for tag in self.image_tags:
            self.admin.image.add_tag(image.id, tag)

    def _find_networks(self):
        tenant = self.admin.identity.find_project(
            os.environ.get('TROVE_TEST_PROJECT', 'demo'))
        network, subnet = next(
            (network, self.admin.network.get_subnet(network.subnet_ids[0]))
            for network in self.admin.network.networks(project_id=tenant.id)
            if network.subnet_ids and not network.is_router_external)
        foreign = (self.admin.network.find_network(FOREIGN)
                   or self.admin.network.create_network(name=FOREIGN))
        self.project_id = tenant.id
        self.network_id = network.id
        self.subnet_id = subnet.id
        self.foreign_network_id = foreign.id
        self.address = '.'.join((*subnet.cidr.split('.')[:2], '0', '250'))

    def fail(self, method, kind, times=1):
        """Services of others do not fail when they are told to."""
        not_available(f'a service that fails ({method}: {kind})')

    def next_server_fails(self):
        """Ask for a server that no host has room for."""
        self.flavor_id = (
            self.admin.compute.find_flavor(HUGE)
            or self.admin.compute.create_flavor(
                name=HUGE, ram=2 ** 24, vcpus=1, disk=1)).id

    def next_extension_fails(self):
        """As above."""
        not_available('a volume that does not grow')

    def has_one_host(self):
        """Whoever has several hosts cannot show what one would do."""
        if len([host for host in self.admin.compute.services(
                binary='nova-compute')]) > 1:
            not_available('a cloud of one host')

    def _ours(self):
        return {(one.kind, one.external_id)
                for port in (self.cloud.compute, self.cloud.volumes,
                             self.cloud.network) for one in port.owned()}

    def left(self):
        """(kind, id) of what is ours and was not when this began."""
        return self._ours() - self._before

    def close(self):
        """Give back what the test made, seen gone."""
        waiting.until(self._cleared, _GONE_S, 'the end of what was made',
                      poll_s=0.5, most_s=2)

    def _cleared(self):
        made = sorted(self.left(), key=_order)
        for kind, one in made:
            remove = {
                'server': self.cloud.compute.delete,
                'server_group': self.cloud.compute.delete_group,
                'volume': self.cloud.volumes.delete,
                'port': self.cloud.network.delete_port,
                'security_group': self.cloud.network.delete_security_group,
                'floating_ip': self.cloud.network.delete_floating}[kind]
            try:
                remove(one)
            except exception.TroveError as error:
                print(f'{kind} {one} stays a while: {error}')
        return not made


def _order(pair):
    """Servers first: they hold the rest."""
    return ('server', 'server_group', 'floating_ip', 'port', 'volume',
            'security_group').index(pair[0])

# SPDX-License-Identifier: Apache-2.0
"""What is in a cloud that somebody else runs and in our broker, as JSON.

TROVE_TEST_OS_CLOUD and TROVE_TEST_TENANT name the accounts in clouds.yaml:
an administrator's, who sees all projects, and a tenant's.
"""

import json
import os
import sys

import openstack
from keystoneauth1 import exceptions as ksa_errors

from stack import broker
from stack import settings as settings_module

#: What tests name things for others to see.
TESTS = 'trove-test'


def of_cloud(admin, tenant):
    """{kind: {id: name}}; images stay, but those of tests do not."""
    compute, network = admin.compute, admin.network
    storage, identity = admin.block_storage, admin.identity
    looks = {
        'server': lambda: compute.servers(all_projects=True),
        'server group': lambda: compute.server_groups(all_projects=True),
        'flavor': compute.flavors,
        'key pair': compute.keypairs,
        'volume': lambda: storage.volumes(all_projects=True),
        'snapshot': lambda: storage.snapshots(all_projects=True),
        'port': network.ports,
        'network': network.networks,
        'security group': network.security_groups,
        'floating address': network.ips,
        'project': identity.projects,
        'user': identity.users,
        'region': identity.regions,
        'endpoint': identity.endpoints,
        'application credential': lambda: identity.application_credentials(
            admin.session.get_user_id()),
        'application credential of the tenant': (
            lambda: tenant.identity.application_credentials(
                tenant.session.get_user_id())),
        'image of a test': lambda: (
            image for image in admin.image.images()
            if image.name and image.name.startswith(TESTS)),
        'container': lambda: admin.object_store.containers(),
        'container of the tenant': lambda: tenant.object_store.containers(),
        'secret of the tenant': lambda: secrets(tenant),
    }
    return {kind: {thing.id or thing.name: thing.name for thing in look()}
            for kind, look in looks.items()}


def secrets(tenant):
    """Those in the key manager, where the cloud has one."""
    try:
        there = tenant.key_manager.get_endpoint()
    except ksa_errors.ClientException:
        there = None
    return tenant.key_manager.secrets() if there else ()


def of_broker(settings):
    """{kind: {name: ''}} of guests' there; a service's come with it."""
    found = {kind: {one['name']: '' for one in broker.ask(settings, kind)}
             for kind in ('queues', 'users')}
    found['queues'] = {name: '' for name in found['queues']
                       if name.startswith(('guestagent.', 'guestoutbox.'))}
    return found


def main():
    """Print it."""
    found = of_cloud(
        openstack.connect(cloud=os.environ['TROVE_TEST_OS_CLOUD']),
        openstack.connect(cloud=os.environ['TROVE_TEST_TENANT']))
    found.update(('broker: ' + kind, things) for kind, things
                 in of_broker(settings_module.load()).items())
    json.dump(found, sys.stdout)


if __name__ == '__main__':
    main()

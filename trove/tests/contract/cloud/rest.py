# SPDX-License-Identifier: Apache-2.0
"""What tests have made in a cloud of somebody else, and its end."""

from openstack import exceptions as sdk_errors


def remove(admin, project_id):
    """Ask for the end of everything in a project; what was still there."""
    compute, network = admin.compute, admin.network
    found = [
        *_each('server', compute.servers(), compute.delete_server),
        *_each('server group', compute.server_groups(),
               compute.delete_server_group),
        *_each('port', network.ports(project_id=project_id),
               lambda port: _remove_port(network, port)),
        *_each('volume', admin.block_storage.volumes(),
               lambda one: _remove_volume(admin.block_storage, one)),
        *_each('security group', (
            group for group in network.security_groups(
                project_id=project_id) if group.name != 'default'),
            network.delete_security_group)]
    return found


def _each(kind, things, end):
    for thing in things:
        try:
            end(thing)
        except sdk_errors.HttpException as error:
            print(f'{kind} {thing.id} stays a while: {error}')
        yield kind, thing.id


def _remove_port(network, port):
    for floating in network.ips(port_id=port.id):
        network.delete_ip(floating)
    network.delete_port(port)


def _remove_volume(storage, volume):
    if volume.status.startswith('error_'):
        storage.reset_volume_status(volume, 'available', None, None)
    if volume.status != 'deleting':
        storage.delete_volume(volume)


def remove_region(admin, name):
    """A region and its endpoints, if there is one."""
    identity = admin.identity
    for endpoint in identity.endpoints(region_id=name):
        identity.delete_endpoint(endpoint)
    if any(one.id == name for one in identity.regions()):
        identity.delete_region(name)


def remove_flavor(admin, name):
    """A flavor, if there is one of that name."""
    found = admin.compute.find_flavor(name)
    if found:
        admin.compute.delete_flavor(found)


def remove_default_groups(admin, project_id):
    """What Neutron makes of itself in each project."""
    for group in admin.network.security_groups(project_id=project_id):
        admin.network.delete_security_group(group)


def reset_quotas(admin, project_id):
    """The limits of a project are the usual ones."""
    admin.delete_compute_quotas(project_id)
    admin.delete_volume_quotas(project_id)
    admin.delete_network_quotas(project_id)


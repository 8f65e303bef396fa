# SPDX-License-Identifier: Apache-2.0
"""An instance as tenants see it."""

from trove.api.v1.views import viewer as viewers
from trove.objects import status
from trove.objects import trouble


def basic(found, viewer):
    """A row of the list."""
    body = {
        'id': found.id,
        'name': found.name,
        'status': found.status,
        'operating_status': found.operating_status(
            viewer.now, viewer.expiry_s),
        'links': viewer.links('instances', found.id),
        'flavor': {'id': str(found.flavor_id),
                   'links': viewer.links('flavors', found.flavor_id)},
        'datastore': _datastore(found),
        'region': found.region,
        'access': _access(found),
        'created': viewers.timestamp(found.created),
        'updated': viewers.timestamp(found.updated),
    }
    if viewer.is_admin:
        body['tenant_id'] = found.project_id
    if found.volume_gb is not None:
        body['volume'] = {'size': found.volume_gb}
    if found.hostname:
        body['hostname'] = found.hostname
    _add_addresses(body, found, viewer)
    if found.replica_of:
        body['replica_of'] = _link(viewer, found.replica_of)
    if found.replicas:
        body['replicas'] = [_link(viewer, one) for one in found.replicas]
    return body


def detail(found, viewer):
    """A row of the detailed list, and the base of `show`."""
    body = basic(found, viewer)
    body['service_status_updated'] = viewers.timestamp(
        (found.report and found.report.reported_at) or found.created)
    fault = trouble.fault(found, viewer.now, viewer.expiry_s)
    if fault:
        body['fault'] = {
            'message': fault.message,
            'created': viewers.timestamp(fault.updated),
            'details': fault.details if viewer.is_admin else None}
    if found.configuration_id:
        body['configuration'] = {
            'id': found.configuration_id,
            'name': found.configuration_name,
            'links': viewer.links('configurations',
                                  found.configuration_id)}
    if found.cluster_id:
        body['cluster_id'] = found.cluster_id
    if found.shard_id:
        body['shard_id'] = found.shard_id
    if viewer.is_admin:
        body['server_id'] = found.server_id
        body['volume_id'] = found.volume_id
        body['encrypted_rpc_messaging'] = found.encrypted_link
    return body


def show(found, viewer):
    """One instance, with the figures that its guest last reported."""
    body = detail(found, viewer)
    if found.locality:
        body['locality'] = found.locality
    report = found.report
    if (report is None or report.volume_used_gb is None
            or found.status in status.GUEST_AWAY):
        return body
    if found.volume_gb is None:
        body['local_storage'] = {'used': report.volume_used_gb}
        return body
    body['volume']['used'] = report.volume_used_gb
    available = report.details.get('volume_avail_gb')
    if available is not None and report.volume_used_gb + available > 0:
        body['volume']['used_percent'] = round(
            100 * report.volume_used_gb
            / (report.volume_used_gb + available), 2)
    return body


def created(found, viewer, root_password=None):
    """The answer to a create request."""
    body = detail(found, viewer)
    if found.locality:
        body['locality'] = found.locality
    if root_password is not None:
        body['password'] = root_password
    return body


def _datastore(found):
    body = {'type': found.datastore_name, 'version': found.version_name}
    if found.version_number is not None:
        body['version_number'] = found.version_number
    return body


def _access(found):
    body = {}
    if found.access.is_public is not None:
        body['is_public'] = found.access.is_public
    elif found.addresses:
        body['is_public'] = any(address.type == 'public'
                                for address in found.addresses)
    if found.access.allowed_cidrs is not None:
        body['allowed_cidrs'] = list(found.access.allowed_cidrs)
    return body


def _add_addresses(body, found, viewer):
    shown = [address for address in found.addresses
             if ':' not in address.address      # of version 4
             and viewer.shows(address.address)]
    if not shown:
        return
    body['ip'] = [address.address for address in shown]
    body['addresses'] = []
    for address in shown:
        item = {'address': address.address, 'type': address.type}
        if address.type == 'private' and address.network_id:
            item['network'] = address.network_id
        body['addresses'].append(item)


def _link(viewer, instance_id):
    return {'id': instance_id,
            'links': viewer.links('instances', instance_id)}

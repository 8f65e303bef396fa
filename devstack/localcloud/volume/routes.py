# SPDX-License-Identifier: Apache-2.0
"""Cinder's paths, its version documents, quotas, and what only reports."""
from localcloud import clock
from localcloud import microversions
from localcloud import quota
from localcloud import quota_routes
from localcloud import web
from localcloud.volume import actions
from localcloud.volume import listing
from localcloud.volume import snapshots
from localcloud.volume import types
from localcloud.volume import volumes
from localcloud.volume import work  # noqa: F401  registers its jobs

ROUTES = web.Routes('volume', '/volume/v3/<project>')
VERSIONS = web.Routes('volume', '/volume')


def _version(call):
    _, lowest, highest = microversions.SPOKEN['volume']
    return {'id': 'v3.0', 'status': 'CURRENT',
            'updated': '2023-08-31T00:00:00Z',
            'min_version': microversions.text(lowest),
            'version': microversions.text(highest),
            'media-types': [{
                'base': 'application/json',
                'type': 'application/vnd.openstack.volume+json;version=3'}],
            'links': [{'rel': 'self', 'href': call.url('/volume/v3/')}]}


@VERSIONS.get('', public=True)
def versions(call):
    """Which versions there are."""
    return 300, {'versions': [_version(call)]}


@VERSIONS.get('/v3', public=True)
def version(call):
    """The one version."""
    return {'versions': [_version(call)]}


quota_routes.add(ROUTES, 'volume', reset_status=200)


@ROUTES.get('/os-quota-sets/<project_id>')
def quotas(call, project_id):
    """Limits, and use if ?usage=True."""
    quota_routes.check_own(call, project_id)
    look = quota.with_use if call.flag('usage') else quota.limits
    found = look(call.store, 'volume', project_id)
    return {'quota_set': dict(found, id=project_id)}


@ROUTES.get('/limits')
def limits(call):
    """Limits and use in the words of /limits."""
    project_id = call.ctx.project_id
    if call.ctx.is_admin and call.query.get('project_id'):
        project_id = call.query['project_id']
    allowed = quota.limits(call.store, 'volume', project_id)
    used = quota.volume_use(call.store, project_id)
    return {'limits': {'rate': [], 'absolute': {
        'maxTotalVolumes': allowed['volumes'],
        'maxTotalVolumeGigabytes': allowed['gigabytes'],
        'maxTotalSnapshots': allowed['snapshots'],
        'maxTotalBackups': allowed['backups'],
        'maxTotalBackupGigabytes': allowed['backup_gigabytes'],
        'totalVolumesUsed': used['volumes'],
        'totalGigabytesUsed': used['gigabytes'],
        'totalSnapshotsUsed': used['snapshots'],
        'totalBackupsUsed': 0, 'totalBackupGigabytesUsed': 0}}}


@ROUTES.get('/os-availability-zone')
def zones(call):
    """The one zone."""
    return {'availabilityZoneInfo': [
        {'zoneName': 'nova', 'zoneState': {'available': True}}]}


@ROUTES.get('/os-services', admin=True)
def services(call):
    """This process, as Cinder would list it."""
    return {'services': [{
        'binary': binary, 'host': 'localcloud@lvm', 'zone': 'nova',
        'status': 'enabled', 'state': 'up', 'disabled_reason': None,
        'updated_at': clock.bare(clock.now())}
        for binary in ('cinder-scheduler', 'cinder-volume')]}


@ROUTES.get('/scheduler-stats/get_pools', admin=True)
def pools(call):
    """The one pool."""
    return {'pools': [{'name': 'localcloud@lvm#lvm', 'capabilities': {
        'volume_backend_name': 'lvm', 'storage_protocol': 'loop',
        'free_capacity_gb': 'unknown', 'total_capacity_gb': 'unknown',
        'thin_provisioning_support': True}}]}


@ROUTES.get('/extensions')
def extensions(call):
    """None worth a name."""
    return {'extensions': []}


@ROUTES.get('/attachments', '/attachments/detail')
def attachments(call):
    """Every attachment of the project's volumes."""
    return {'attachments': [
        {'id': a['attachment_id'], 'volume_id': doc['id'],
         'status': 'attached', 'instance': a['server_id']}
        for doc in listing.documents(call, 'volume')
        for a in doc['attachments']]}


def rules():
    """Every path of the volume service."""
    return [rule for routes in (
        VERSIONS, volumes.ROUTES, actions.ROUTES, snapshots.ROUTES,
        types.ROUTES, ROUTES) for rule in routes.rules]

# SPDX-License-Identifier: Apache-2.0
"""Zones, services, hypervisors, quotas and limits."""
import os

from localcloud import clock
from localcloud import errors
from localcloud import quota
from localcloud import quota_routes
from localcloud import web

ROUTES = web.Routes('compute', '/compute/v2.1')
HYPERVISOR = '00000000-0000-0000-0000-000000000001'


@ROUTES.get('/os-availability-zone', '/os-availability-zone/detail')
def zones(call):
    """The one zone; its host in detail."""
    zone = {'zoneName': 'nova', 'zoneState': {'available': True},
            'hosts': None}
    if call.request.path.endswith('detail'):
        if not call.ctx.is_admin:
            raise errors.Forbidden()
        zone['hosts'] = {'localcloud': {'nova-compute': {
            'available': True, 'active': True,
            'updated_at': clock.bare(clock.now())}}}
    return {'availabilityZoneInfo': [zone]}


@ROUTES.get('/os-services', admin=True)
def services(call):
    """This process, as Nova would list it."""
    wanted = call.query.get('binary')
    return {'services': [{
        'id': HYPERVISOR if call.version >= (2, 53) else i,
        'binary': binary, 'host': 'localcloud', 'zone': zone,
        'status': 'enabled', 'state': 'up', 'disabled_reason': None,
        'forced_down': False, 'updated_at': clock.bare(clock.now())}
        for i, (binary, zone) in enumerate((
            ('nova-compute', 'nova'), ('nova-scheduler', 'internal'),
            ('nova-conductor', 'internal')), 1)
        if wanted in (None, binary)]}


def _hypervisor(call, detail):
    shown = {'id': HYPERVISOR if call.version >= (2, 53) else 1,
             'hypervisor_hostname': 'localcloud', 'state': 'up',
             'status': 'enabled'}
    if detail:
        shown.update(
            host_ip=call.cloud.settings.listen,
            hypervisor_type='systemd-nspawn', hypervisor_version=1,
            service={'id': shown['id'], 'host': 'localcloud',
                     'disabled_reason': None})
        if call.version < (2, 88):
            shown.update(_figures(call.store), cpu_info='')
    return shown


def _figures(store):
    docs = store.find('server')
    memory = os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') >> 20
    used = sum(d['flavor']['ram'] for d in docs)
    return {'vcpus': os.cpu_count(), 'memory_mb': memory,
            'vcpus_used': sum(d['flavor']['vcpus'] for d in docs),
            'memory_mb_used': used, 'free_ram_mb': memory - used,
            'running_vms': len(docs), 'local_gb': 0, 'local_gb_used': 0,
            'free_disk_gb': 0, 'disk_available_least': 0,
            'current_workload': 0}


@ROUTES.get('/os-hypervisors', '/os-hypervisors/detail', admin=True)
def hypervisors(call):
    """The one host."""
    detail = call.request.path.endswith('detail')
    return {'hypervisors': [_hypervisor(call, detail)]}


@ROUTES.get('/os-hypervisors/statistics', admin=True)
def statistics(call):
    """What is in use."""
    return {'hypervisor_statistics': dict(_figures(call.store), count=1)}


@ROUTES.get('/os-hypervisors/<hypervisor_id>', admin=True)
def hypervisor(call, hypervisor_id):
    """Show the one host."""
    if hypervisor_id not in ('1', HYPERVISOR):
        raise errors.NotFound('There is one hypervisor here.')
    return {'hypervisor': _hypervisor(call, True)}


@ROUTES.get('/os-aggregates', admin=True)
def aggregates(call):
    """None."""
    return {'aggregates': []}


@ROUTES.get('/extensions')
def extensions(call):
    """None worth a name."""
    return {'extensions': []}


quota_routes.add(ROUTES, 'compute', reset_status=202)


@ROUTES.get('/os-quota-sets/<project_id>')
def quotas(call, project_id):
    """The limits of a project."""
    quota_routes.check_own(call, project_id)
    return {'quota_set': dict(quota.limits(call.store, 'compute',
                                           project_id), id=project_id)}


@ROUTES.get('/os-quota-sets/<project_id>/detail')
def quotas_detail(call, project_id):
    """Limits and use."""
    quota_routes.check_own(call, project_id)
    return {'quota_set': dict(quota.with_use(
        call.store, 'compute', project_id), id=project_id)}


@ROUTES.get('/limits')
def limits(call):
    """Limits and use in the words of /limits."""
    project_id = call.ctx.project_id
    if call.ctx.is_admin and call.query.get('tenant_id'):
        project_id = call.query['tenant_id']
    allowed = quota.limits(call.store, 'compute', project_id)
    used = quota.compute_use(call.store, project_id)
    return {'limits': {'rate': [], 'absolute': {
        'maxTotalInstances': allowed['instances'],
        'maxTotalCores': allowed['cores'],
        'maxTotalRAMSize': allowed['ram'],
        'maxTotalKeypairs': allowed['key_pairs'],
        'maxServerGroups': allowed['server_groups'],
        'maxServerGroupMembers': allowed['server_group_members'],
        'maxServerMeta': allowed['metadata_items'],
        'totalInstancesUsed': used['instances'],
        'totalCoresUsed': used['cores'], 'totalRAMUsed': used['ram'],
        'totalServerGroupsUsed': used['server_groups']}}}

# SPDX-License-Identifier: Apache-2.0
"""Quotas of Nova and Cinder: limits by project, use counted when asked."""
from localcloud import web

USUAL = {
    'compute': {
        'instances': 100, 'cores': 200, 'ram': 204800,
        'metadata_items': 128, 'key_pairs': 100, 'server_groups': 50,
        'server_group_members': 50, 'injected_files': 5,
        'injected_file_content_bytes': 10240,
        'injected_file_path_bytes': 255, 'floating_ips': -1,
        'fixed_ips': -1, 'security_groups': -1,
        'security_group_rules': -1},
    'volume': {
        'volumes': 100, 'gigabytes': 1000, 'snapshots': 100,
        'per_volume_gigabytes': -1, 'backups': 10,
        'backup_gigabytes': 1000, 'groups': 10},
}


def limits(store, service, project_id):
    """The limits that hold for a project."""
    doc = store.get(f'{service}_quota', project_id) or {}
    return {name: doc.get(name, usual)
            for name, usual in USUAL[service].items()}


def change(store, service, project_id, body):
    """Set some limits; unknown names are none of this cloud's."""
    changes = {name: web.number(value, name, -1)
               for name, value in body.items() if name in USUAL[service]}
    with store.transaction():
        doc = store.get(f'{service}_quota', project_id) or {
            'id': project_id}
        store.put(f'{service}_quota', dict(doc, **changes))
    return limits(store, service, project_id)


def reset(store, service, project_id):
    """Back to the usual limits."""
    store.delete(f'{service}_quota', project_id)


def compute_use(store, project_id):
    """What a project's servers take."""
    servers = store.find('server', project_id=project_id)
    return {'instances': len(servers),
            'cores': sum(s['flavor']['vcpus'] for s in servers),
            'ram': sum(s['flavor']['ram'] for s in servers),
            'server_groups': len(store.find('server_group',
                                            project_id=project_id)),
            'key_pairs': 0}


def volume_use(store, project_id):
    """What a project's volumes and snapshots take."""
    volumes = store.find('volume', project_id=project_id)
    snapshots = store.find('snapshot', project_id=project_id)
    return {'volumes': len(volumes), 'snapshots': len(snapshots),
            'gigabytes': sum(d['size'] for d in volumes + snapshots)}


USE = {'compute': compute_use, 'volume': volume_use}


def exceeded(store, service, project_id, **more):
    """The first limit that would be broken, as (name, limit, used)."""
    allowed = limits(store, service, project_id)
    used = USE[service](store, project_id)
    for name, wanted in more.items():
        if 0 <= allowed[name] < used[name] + wanted:
            return name, allowed[name], used[name]
    return None


def with_use(store, service, project_id):
    """Limits and use, as ?usage=True and /detail show them."""
    used = USE[service](store, project_id)
    return {name: {'limit': limit, 'in_use': used.get(name, 0),
                   'reserved': 0}
            for name, limit in limits(store, service, project_id).items()}

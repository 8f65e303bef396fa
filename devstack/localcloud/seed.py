# SPDX-License-Identifier: Apache-2.0
"""What a new cloud begins with. Safe to run again: it adds what is missing.

Passwords of the other users are made at random and kept in files of the
state directory that only its owner reads.
"""
from localcloud.compute import flavors
from localcloud.identity import accounts
from localcloud.identity import passwords
from localcloud.identity import roles
from localcloud.identity import tokens
from localcloud.network import networks
from localcloud.network import routers
from localcloud.network import secgroups
from localcloud.network import subnets
from localcloud.volume import types

PROJECTS = ('admin', 'demo', 'alt', 'service')
ROLES = ('admin', 'member', 'reader', 'service')
GRANTS = (  # user, project, role
    ('admin', 'admin', 'admin'), ('admin', 'demo', 'admin'),
    ('admin', 'service', 'admin'), ('demo', 'demo', 'member'),
    ('alt', 'alt', 'member'), ('reader', 'demo', 'reader'),
    ('trove', 'service', 'admin'), ('trove', 'service', 'service'))
SERVICES = (    # name, type, path below the cloud's address
    ('keystone', 'identity', '/identity'),
    ('nova', 'compute', '/compute/v2.1'),
    ('cinderv3', 'volumev3', '/volume/v3/$(project_id)s'),
    ('cinder', 'block-storage', '/volume/v3/$(project_id)s'),
    ('glance', 'image', '/image'),
    ('neutron', 'network', '/network'),
    ('swift', 'object-store', '/object-store/v1/AUTH_$(project_id)s'),
    ('barbican', 'key-manager', '/key-manager'))
FLAVORS = (('db.tiny', 512, 1), ('db.small', 1024, 1),
           ('db.medium', 2048, 2), ('db.large', 4096, 2))


def sow(cloud):
    """Make what a cloud begins with, unless it is there."""
    with cloud.store.transaction():
        if not cloud.store.count('project'):
            _people(cloud)
            _flavors(cloud.store)
            types.new(cloud.store, 'lvm')
            _networks(cloud)
        _follow_files(cloud)
        _services(cloud)


def password_file(cloud, name):
    """Where the password of a seeded user is."""
    if name == 'admin' and cloud.settings.admin_password_file:
        return cloud.settings.admin_password_file
    return str(cloud.settings.state / f'{name}.password')


def _people(cloud):
    store = cloud.store
    projects = {name: accounts.new_project(store, name)
                for name in PROJECTS}
    known = {name: roles.new_role(store, name) for name in ROLES}
    users = {}
    for name, project, role in GRANTS:
        if name not in users:
            users[name] = accounts.new_user(
                store, name, passwords.from_file(password_file(cloud, name)),
                default_project_id=projects[project]['id'])
        roles.grant(store, users[name]['id'], projects[project]['id'],
                    known[role]['id'])
    roles.grant(store, users['admin']['id'], 'system', known['admin']['id'])


def _follow_files(cloud):
    """The files are the truth: a password changed there is changed here."""
    for name in dict.fromkeys(grant[0] for grant in GRANTS):
        wanted = passwords.from_file(password_file(cloud, name))
        for user in cloud.store.find('user', name=name):
            if not passwords.matches(wanted, user['password']):
                cloud.store.update('user', user['id'],
                                   password=passwords.digest(wanted))
                tokens.revoke_user(cloud, user['id'])


def _flavors(store):
    for i, (name, ram, vcpus) in enumerate(FLAVORS, 1):
        flavors.new(store, str(i), name, ram, vcpus)


def _services(cloud):
    """The catalogue; the database's address may change from run to run."""
    wanted = [(name, kind, f'$(cloud)s{path}')
              for name, kind, path in SERVICES]
    if cloud.settings.database_url:
        wanted.append(('trove', 'database', cloud.settings.database_url))
    for name, kind, url in wanted:
        service = next(iter(cloud.store.find('service', type=kind)), None)
        if service is None:
            service = cloud.store.put('service', {
                'id': tokens.new_id(), 'name': name, 'type': kind,
                'enabled': True, 'description': ''})
        have = {e['interface']: e for e in cloud.store.find(
            'endpoint', service_id=service['id'])}
        for interface in ('public', 'internal', 'admin'):
            region = cloud.settings.region
            doc = have.get(interface) or {
                'id': tokens.new_id(), 'service_id': service['id'],
                'interface': interface, 'enabled': True}
            cloud.store.put('endpoint', dict(
                doc, url=url, region=region, region_id=region))


def _networks(cloud):
    store, settings = cloud.store, cloud.settings
    project = {p['name']: p['id'] for p in store.find('project')}
    for name in project:
        secgroups.default(store, project[name])
    _network(cloud, 'trove-mgmt', project['service'], settings.mgmt_cidr)
    private = _network(cloud, 'private', project['demo'],
                       settings.private_cidr)
    public = networks.new(store, project['admin'], name='public',
                          **{'router:external': True})
    subnets.new(store, public, settings.public_cidr, name='public')
    router = routers.new(store, project['demo'], name='router1',
                         external_gateway_info={
                             'network_id': public['id'], 'enable_snat': True,
                             'external_fixed_ips': []})
    routers.join(store, router, private)


def _network(cloud, name, project_id, cidr, **fields):
    network = networks.new(cloud.store, project_id, name=name)
    return subnets.new(cloud.store, network, cidr, name=f'{name}-subnet',
                       **fields)

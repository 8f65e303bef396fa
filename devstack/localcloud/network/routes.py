# SPDX-License-Identifier: Apache-2.0
"""Neutron's paths, its version documents, and what only reports."""
from localcloud import clock
from localcloud import errors
from localcloud import web
from localcloud.network import floating
from localcloud.network import listing
from localcloud.network import networks
from localcloud.network import ports
from localcloud.network import quotas
from localcloud.network import routers
from localcloud.network import secgroups
from localcloud.network import subnets

ROUTES = web.Routes('network', '/network/v2.0')
VERSIONS = web.Routes('network', '/network')
EXTENSIONS = {
    'security-group': 'security-group', 'router': 'Neutron L3 Router',
    'external-net': 'Neutron external network', 'quotas': 'Quotas',
    'port-security': 'Port Security', 'standard-attr-tag': 'Tags',
    'tag-ports-during-bulk-creation': 'Tags at creation',
    'standard-attr-description': 'Descriptions',
    'standard-attr-timestamp': 'Timestamps',
    'standard-attr-revisions': 'Revisions', 'binding': 'Port Binding',
    'project-id': 'project_id field', 'pagination': 'Pagination',
    'sorting': 'Sorting', 'availability_zone': 'Availability Zone',
    'network_availability_zone': 'Network Availability Zone',
    'agent': 'agent', 'quota_details': 'Quota details',
    'fip-port-details': 'Floating IP port details',
    'net-mtu': 'Network MTU', 'allowed-address-pairs': 'Address pairs'}
KINDS = {'networks': 'network', 'subnets': 'subnet', 'ports': 'port',
         'routers': 'router', 'security_groups': 'security_group',
         'security-groups': 'security_group', 'floatingips': 'floatingip'}


@VERSIONS.get('', public=True)
def versions(call):
    """Which versions there are."""
    return {'versions': [{'id': 'v2.0', 'status': 'CURRENT', 'links': [
        {'rel': 'self', 'href': call.url('/network/v2.0/')}]}]}


@ROUTES.get('', public=True)
def version(call):
    """What the version has."""
    return {'resources': [
        {'name': name[:-1], 'collection': name, 'links': [{
            'rel': 'self', 'href': call.url(f'/network/v2.0/{name}')}]}
        for name in ('networks', 'subnets', 'ports')]}


def _extension(alias):
    return {'alias': alias, 'name': EXTENSIONS[alias], 'links': [],
            'description': EXTENSIONS[alias],
            'updated': '2020-01-01T00:00:00-00:00'}


@ROUTES.get('/extensions')
def extensions(call):
    """Which extensions there are."""
    return {'extensions': [_extension(alias) for alias in EXTENSIONS]}


@ROUTES.get('/extensions/<alias>')
def extension(call, alias):
    """Whether there is that extension."""
    if alias not in EXTENSIONS:
        raise errors.NotFound(f'Extension with alias {alias} does not exist',
                              kind='ExtensionNotFound')
    return {'extension': _extension(alias)}


@ROUTES.get('/availability_zones')
def zones(call):
    """The one zone."""
    return {'availability_zones': [
        {'name': 'nova', 'resource': kind, 'state': 'available'}
        for kind in ('network', 'router')]}


@ROUTES.get('/agents', admin=True)
def agents(call):
    """The one agent: this process."""
    return {'agents': [{
        'id': '00000000-0000-0000-0000-00000000000a', 'alive': True,
        'agent_type': 'Local cloud agent', 'binary': 'localcloud',
        'host': 'localcloud', 'admin_state_up': True, 'topic': 'N/A',
        'availability_zone': 'nova', 'configurations': {},
        'heartbeat_timestamp': clock.seconds(clock.now())}]}


@ROUTES.get('/service-providers')
def providers(call):
    """None."""
    return {'service_providers': []}


def _tagged(call, collection, doc_id):
    kind = KINDS.get(collection)
    if kind is None:
        raise errors.NotFound(f'{collection} have no tags.')
    return kind, call.fetch(kind, doc_id)


@ROUTES.get('/<collection>/<doc_id>/tags')
def tags(call, collection, doc_id):
    """The tags of a resource."""
    return {'tags': _tagged(call, collection, doc_id)[1]['tags']}


@ROUTES.put('/<collection>/<doc_id>/tags')
def set_tags(call, collection, doc_id):
    """All tags at once."""
    kind, _ = _tagged(call, collection, doc_id)
    wanted = sorted(set(call.json().get('tags') or []))
    listing.touch(call, kind, doc_id, tags=wanted)
    return {'tags': wanted}


@ROUTES.put('/<collection>/<doc_id>/tags/<tag>')
def add_tag(call, collection, doc_id, tag):
    """One tag more."""
    kind, doc = _tagged(call, collection, doc_id)
    listing.touch(call, kind, doc_id, tags=sorted({*doc['tags'], tag}))
    return 201, None


@ROUTES.delete('/<collection>/<doc_id>/tags',
               '/<collection>/<doc_id>/tags/<tag>')
def remove_tags(call, collection, doc_id, tag=None):
    """One tag less, or none left."""
    kind, doc = _tagged(call, collection, doc_id)
    left = [t for t in doc['tags'] if tag is not None and t != tag]
    listing.touch(call, kind, doc_id, tags=left)
    return 204, None


def rules():
    """Every path of the network service."""
    return [rule for routes in (
        VERSIONS, ROUTES, networks.ROUTES, subnets.ROUTES, ports.ROUTES,
        secgroups.ROUTES, floating.ROUTES, routers.ROUTES, quotas.ROUTES)
        for rule in routes.rules]

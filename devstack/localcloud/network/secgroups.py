# SPDX-License-Identifier: Apache-2.0
"""Security groups and their rules."""
import uuid

from localcloud import errors
from localcloud import web
from localcloud.network import firewall
from localcloud.network import listing
from localcloud.network import quotas

ROUTES = web.Routes('network', '/network/v2.0')
RULE_FIELDS = ('security_group_id', 'direction', 'ethertype', 'protocol',
               'port_range_min', 'port_range_max', 'remote_ip_prefix',
               'remote_group_id', 'remote_address_group_id', 'description')


def default(store, project_id):
    """The group that ports get when none is named; made when needed."""
    with store.transaction():
        for doc in store.find('security_group', project_id=project_id):
            if doc['name'] == 'default':
                return doc
        doc = new(store, project_id, name='default',
                  description='Default security group')
        for ethertype in ('IPv4', 'IPv6'):
            new_rule(store, doc, direction='ingress', ethertype=ethertype,
                     remote_group_id=doc['id'])
    return doc


def new(store, project_id, **fields):
    """A group that lets everything out and nothing in."""
    doc = store.put('security_group', listing.stamp(dict({
        'id': str(uuid.uuid4()), 'project_id': project_id, 'name': '',
        'stateful': True, 'shared': False}, **fields)))
    for ethertype in ('IPv4', 'IPv6'):
        new_rule(store, doc, direction='egress', ethertype=ethertype)
    return doc


def new_rule(store, group, **fields):
    """One more thing that a group allows."""
    return store.put('security_group_rule', listing.stamp(dict({
        'id': str(uuid.uuid4()), 'project_id': group['project_id'],
        'security_group_id': group['id'], 'direction': 'ingress',
        'ethertype': 'IPv4', 'protocol': None, 'port_range_min': None,
        'port_range_max': None, 'remote_ip_prefix': None,
        'remote_group_id': None, 'remote_address_group_id': None,
        'normalized_cidr': fields.get('remote_ip_prefix'),
        'belongs_to_default_sg': group['name'] == 'default'}, **fields)))


def need(call, group_id):
    """A group of the caller's; a 404 otherwise."""
    doc = call.store.get('security_group', group_id)
    if doc is None or not call.owns(doc):
        raise errors.NotFound(f'Security group {group_id} does not exist',
                              kind='SecurityGroupNotFound')
    return doc


def _view(call, doc):
    return dict(listing.view(doc), security_group_rules=[
        listing.view(rule) for rule in call.store.find(
            'security_group_rule', security_group_id=doc['id'])])


@ROUTES.get('/security-groups')
def index(call):
    """List groups, the project's default one among them."""
    if call.ctx.project_id:
        default(call.store, call.ctx.project_id)
    docs = listing.own(call, call.store.find('security_group'))
    body = listing.answer(call, 'security_groups', docs)
    wanted = call.query.getlist('fields')
    if not wanted or 'security_group_rules' in wanted:
        by_id = {doc['id']: doc for doc in docs}
        for shown in body['security_groups']:
            if shown.get('id') in by_id:
                shown['security_group_rules'] = _view(
                    call, by_id[shown['id']])['security_group_rules']
    return body


@ROUTES.get('/security-groups/<group_id>')
def show(call, group_id):
    """Show a group with its rules."""
    return {'security_group': _view(call, need(call, group_id))}


@ROUTES.post('/security-groups')
def create(call):
    """Make a group."""
    body = call.body('security_group')
    project_id = listing.project(call, body)
    fields = listing.choose(body, ('name', 'description', 'stateful'))
    with call.store.transaction():
        default(call.store, project_id)
        quotas.check(call.store, project_id, 'security_group')
        if fields.get('name') == 'default':
            raise errors.Conflict('Default security group already exists.',
                                  kind='SecurityGroupDefaultAlreadyExists')
        doc = new(call.store, project_id, **fields)
    return 201, {'security_group': _view(call, doc)}


@ROUTES.put('/security-groups/<group_id>')
def update(call, group_id):
    """Rename or describe a group."""
    need(call, group_id)
    fields = listing.choose(call.body('security_group'),
                            ('name', 'description', 'stateful'))
    doc = listing.touch(call, 'security_group', group_id, **fields)
    return {'security_group': _view(call, doc)}


@ROUTES.delete('/security-groups/<group_id>')
def delete(call, group_id):
    """Forget a group that no port and no other group's rule needs."""
    with call.store.transaction():
        doc = need(call, group_id)
        if doc['name'] == 'default' and not call.ctx.is_admin:
            raise errors.Conflict(
                'Insufficient rights for removing default security group.',
                kind='SecurityGroupCannotRemoveDefault')
        if any(group_id in port['security_groups']
               for port in call.store.find('port')):
            raise errors.Conflict(f'Security Group {group_id} in use.',
                                  kind='SecurityGroupInUse')
        for rule in call.store.find('security_group_rule'):
            if group_id in (rule['security_group_id'],
                            rule['remote_group_id']):
                call.store.delete('security_group_rule', rule['id'])
        call.store.delete('security_group', group_id)
    return 204, None


@ROUTES.get('/security-group-rules')
def rule_index(call):
    """List rules."""
    return listing.answer(call, 'security_group_rules', listing.own(
        call, call.store.find('security_group_rule')))


@ROUTES.get('/security-group-rules/<rule_id>')
def rule_show(call, rule_id):
    """Show a rule."""
    return {'security_group_rule': listing.view(call.fetch(
        'security_group_rule', rule_id, 'Security group rule'))}


@ROUTES.post('/security-group-rules')
def rule_create(call):
    """Allow one thing more."""
    fields = listing.choose(call.body('security_group_rule'), RULE_FIELDS)
    group_id = web.required(fields, 'security_group_id')
    with call.store.transaction():
        group = need(call, group_id)
        quotas.check(call.store, group['project_id'], 'security_group_rule')
        fields = firewall.checked(fields)
        if fields.get('remote_group_id'):
            need(call, fields['remote_group_id'])
        _no_twin(call.store, group_id, fields)
        doc = new_rule(call.store, group, **fields)
        firewall.group_changed(call.cloud, group_id)
    return 201, {'security_group_rule': listing.view(doc)}


def _no_twin(store, group_id, fields):
    names = [n for n in RULE_FIELDS if n not in (
        'description', 'security_group_id')]
    usual = {'direction': 'ingress', 'ethertype': 'IPv4'}
    wanted = [fields.get(n, usual.get(n)) for n in names]
    for rule in store.find('security_group_rule',
                           security_group_id=group_id):
        if [rule[n] for n in names] == wanted:
            raise errors.Conflict(
                f'Security group rule already exists. Rule id is '
                f'{rule["id"]}.', kind='SecurityGroupRuleExists')


@ROUTES.delete('/security-group-rules/<rule_id>')
def rule_delete(call, rule_id):
    """Allow one thing less."""
    with call.store.transaction():
        doc = call.fetch('security_group_rule', rule_id,
                         'Security group rule')
        call.store.delete('security_group_rule', rule_id)
        firewall.group_changed(call.cloud, doc['security_group_id'])
    return 204, None

# SPDX-License-Identifier: Apache-2.0
"""Bodies of /instances/{id}/users, and users in paths."""

from trove.api import validation
from trove.api.v1.schemas import common
from trove.api.v1.schemas import databases
from trove.api.v1.schemas import dialects
from trove.common import exception
from trove.objects import account
from trove.objects import order
from trove.operations import users

HOST = {'type': 'string', 'minLength': 1, 'maxLength': 255,
        'pattern': r'^[%\w.():/-]+$',
        'message': 'must be an address, a network, or a pattern of one with '
                   '%, such as 10.0.%'}

_GRANTS = {'type': 'array', 'uniqueItems': True,
           'items': common.obj({'name': common.NAME}, ['name'])}

USER = common.obj({
    'name': common.NAME, 'password': common.NAME, 'host': HOST,
    # The dashboard's form of a launch says null.
    'databases': {**_GRANTS, 'type': ['array', 'null']}},
    ['name', 'password'])

CREATE = validation.body(common.obj({
    'users': {'type': 'array', 'maxItems': databases.MOST, 'items': USER},
}, ['users']))

#: openstacksdk makes a user at the path that it will have.
CREATE_ONE = validation.body(common.obj({
    'users': {'type': 'array', 'minItems': 1, 'maxItems': 1, 'items': USER},
}, ['users']), dialects.new_user)

CHANGE_PASSWORDS = validation.body(common.obj({
    'users': {'type': 'array', 'maxItems': databases.MOST,
              'items': common.obj(
                  {'name': common.NAME, 'password': common.NAME,
                   'host': HOST}, ['name', 'password'])},
}, ['users']))

UPDATE = validation.body(common.obj({'user': {
    **common.obj({'name': common.NAME, 'password': common.NAME,
                  'host': HOST}),
    'minProperties': 1}}, ['user']))

GRANT = validation.body(common.obj(
    {'databases': {**_GRANTS, 'maxItems': databases.MOST}}, ['databases']))


def spec(item):
    """The user that a member of the list asks for."""
    return order.UserSpec(
        name=item['name'], password=item['password'],
        host=_host(item.get('host', '%')),
        databases=tuple(one['name'] for one in item.get('databases') or ()))


def specs(body):
    """The users of a request."""
    return tuple(spec(item) for item in body['users'])


def change(body):
    """What a request asks to be different about a user."""
    asked = body['user']
    if not {'name', 'password', 'host'} & set(asked):
        raise exception.BadRequest(
            'user: name at least one of name, password and host')
    host = asked.get('host')
    return users.Change(name=asked.get('name'),
                        host=host and _host(host),
                        password=asked.get('password'))


def granted(body):
    """The names of the databases in a request."""
    return tuple(item['name'] for item in body['databases'])


def who(path):
    """The user that a path names: ``name`` or ``name@host``.

    The last @ splits. A network's length is a segment of its own, since
    clients leave its slash as it is.
    """
    segment = path['user']
    if 'length' in path:
        segment += '/' + path['length']
    name, at, host = segment.rpartition('@')
    if not at:
        return account.Who(segment)
    return account.Who(name, _host(host.replace('%2F', '/')) or '%')


def _host(text):
    # The engine keeps hosts in small letters.
    return text.lower()

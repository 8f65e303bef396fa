# SPDX-License-Identifier: Apache-2.0
"""Swift's paths: everything below an account goes by depth."""
import secrets

from werkzeug import routing

from localcloud import errors
from localcloud import web
from localcloud.objectstore import containers
from localcloud.objectstore import objects

ROUTES = web.Routes('object-store', '/object-store')
ROOT = web.Routes('object-store', '')
METHODS = 'GET HEAD PUT POST DELETE COPY'


class Rest(routing.BaseConverter):
    """The rest of a path, slashes and all: object names are free."""
    regex = '.*'
    part_isolating = False


@ROOT.get('/info', '/object-store/info', public=True)
def info(call):
    """What this store can do."""
    return {'swift': {'version': '2.33.0', 'max_file_size': 5 << 30,
                      'account_listing_limit': 10000,
                      'container_listing_limit': 10000},
            'slo': {'max_manifest_segments': 1000,
                    'min_segment_size': 1}}


@ROUTES.route(METHODS, '/v1/<rest:rest>', public=True)
def dispatch(call, rest):
    """An account, a container or an object."""
    account, _, below = rest.partition('/')
    container, _, name = below.partition('/')
    if not account.startswith('AUTH_'):
        raise errors.NotFound('The resource could not be found.')
    if name:
        result = objects.handle(call, account, container, name)
    elif container:
        result = containers.container(call, account, container)
    else:
        result = containers.account(call, account)
    response = web.answer(result)
    response.headers['X-Trans-Id'] = f'tx{secrets.token_hex(16)}'
    return response


def rules():
    """Every path of the object store."""
    return ROUTES.rules + ROOT.rules

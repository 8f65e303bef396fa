# SPDX-License-Identifier: Apache-2.0
"""Who says that a secret or a container is in use."""
from localcloud import errors
from localcloud import web
from localcloud.keymanager import access
from localcloud.keymanager import containers
from localcloud.keymanager import secrets

ROUTES = web.Routes('key-manager', '/key-manager/v1')
_PATHS = ('/secrets/<secret_id>/consumers',
          '/containers/<container_id>/consumers')
_OF_SECRETS = ('service', 'resource_type', 'resource_id')
_OF_CONTAINERS = ('name', 'URL')


@ROUTES.get(*_PATHS)
def index(call, secret_id=None, container_id=None):
    """Everyone who uses it."""
    _, doc, _ = _find(call, secret_id, container_id)
    return secrets.paged(call, 'consumers', doc['consumers'],
                         lambda _, one: dict(one, status='ACTIVE'))


@ROUTES.post(*_PATHS)
def add(call, secret_id=None, container_id=None):
    """One more; the same again changes nothing."""
    with call.store.transaction():
        kind, doc, fields = _find(call, secret_id, container_id)
        access.check_read(call, doc)
        one = _consumer(call, fields)
        if one not in doc['consumers']:
            doc = call.store.put(kind, dict(
                doc, consumers=[*doc['consumers'], one]))
    return 200, _view(call, kind, doc)


@ROUTES.delete(*_PATHS)
def remove(call, secret_id=None, container_id=None):
    """One less."""
    with call.store.transaction():
        kind, doc, fields = _find(call, secret_id, container_id)
        access.check_read(call, doc)
        one = _consumer(call, fields)
        if one not in doc['consumers']:
            raise errors.NotFound('Not Found. Consumer not found.')
        doc = call.store.put(kind, dict(doc, consumers=[
            known for known in doc['consumers'] if known != one]))
    return 200, _view(call, kind, doc)


def _find(call, secret_id, container_id):
    if container_id:
        return containers.KIND, access.need(
            call, containers.KIND, container_id), _OF_CONTAINERS
    asked = call.request.headers.get('OpenStack-API-Version', '')
    if asked not in ('key-manager 1.1', 'key-manager latest'):
        # since microversion 1.1 only
        raise errors.NotFound('Not Found.')
    return secrets.KIND, access.need(call, secrets.KIND, secret_id), (
        _OF_SECRETS)


def _consumer(call, fields):
    body = call.json()
    return {name: str(web.required(body, name)) for name in fields}


def _view(call, kind, doc):
    module = secrets if kind == secrets.KIND else containers
    return module.view(call, doc)

# SPDX-License-Identifier: Apache-2.0
"""Glance's paths, its version documents, schemas and stores."""
from localcloud import errors
from localcloud import web
from localcloud.image import data
from localcloud.image import images

ROUTES = web.Routes('image', '/image/v2')
VERSIONS = web.Routes('image', '/image')


@VERSIONS.get('', '/versions', public=True)
def versions(call):
    """Which versions there are."""
    status = 200 if call.request.path.endswith('versions') else 300
    names = ['v2.15', 'v2.9', 'v2.7', 'v2.5', 'v2.3', 'v2.2', 'v2.1', 'v2.0']
    return status, {'versions': [{
        'id': name, 'status': 'CURRENT' if name == names[0] else 'SUPPORTED',
        'links': [{'rel': 'self', 'href': call.url('/image/v2/')}]}
        for name in names]}


@ROUTES.get('/schemas/<name>')
def schema(call, name):
    """What an image looks like, for clients that build on it."""
    properties = {field: {'type': ['null', 'string']}
                  for field in images.BASE}
    for field in ('size', 'virtual_size', 'min_disk', 'min_ram'):
        properties[field] = {'type': ['null', 'integer']}
    for field in ('protected', 'os_hidden'):
        properties[field] = {'type': 'boolean'}
    properties['tags'] = {'type': 'array', 'items': {'type': 'string'}}
    one = {'name': 'image', 'properties': properties,
           'additionalProperties': {'type': 'string'}}
    if name == 'image':
        return one
    if name == 'images':
        return {'name': 'images', 'properties': {
            'images': {'type': 'array', 'items': one}}}
    raise errors.NotFound(f'There is no schema {name}.')


@ROUTES.get('/info/stores')
def stores(call):
    """The one store."""
    return {'stores': [{'id': 'file', 'default': 'true'}]}


@ROUTES.get('/info/import')
def imports(call):
    """Nothing is imported."""
    return {'import-methods': {'description': 'Import methods available.',
                               'type': 'array', 'value': []}}


@ROUTES.get('/images/<image_id>/members')
def members(call, image_id):
    """Images are shared by visibility only."""
    images.need(call, image_id)
    return {'members': [], 'schema': '/v2/schemas/members'}


def rules():
    """Every path of the image service."""
    return [rule for routes in (VERSIONS, images.ROUTES, data.ROUTES, ROUTES)
            for rule in routes.rules]

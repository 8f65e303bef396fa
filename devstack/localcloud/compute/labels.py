# SPDX-License-Identifier: Apache-2.0
"""Metadata and tags of servers."""
from localcloud import clock
from localcloud import errors
from localcloud import web
from localcloud.compute import servers

ROUTES = web.Routes('compute', '/compute/v2.1')
TAGS = '/servers/<server_id>/tags'
METADATA = '/servers/<server_id>/metadata'


def _save(call, server_id, **changes):
    call.store.update('server', server_id, updated_at=clock.now(), **changes)


@ROUTES.get(METADATA)
def metadata(call, server_id):
    """The metadata of a server."""
    return {'metadata': servers.need(call, server_id)['metadata']}


@ROUTES.route('POST PUT', METADATA)
def set_metadata(call, server_id):
    """POST adds, PUT replaces."""
    with call.store.transaction():
        doc = servers.need(call, server_id)
        kept = doc['metadata'] if call.request.method == 'POST' else {}
        merged = dict(kept, **call.body('metadata'))
        _save(call, server_id, metadata=merged)
    return {'metadata': merged}


@ROUTES.get(METADATA + '/<key>')
def show_item(call, server_id, key):
    """One entry."""
    found = servers.need(call, server_id)['metadata']
    if key not in found:
        raise errors.NotFound('Metadata item was not found')
    return {'meta': {key: found[key]}}


@ROUTES.delete(METADATA + '/<key>')
def delete_item(call, server_id, key):
    """One entry less."""
    with call.store.transaction():
        found = servers.need(call, server_id)['metadata']
        if found.pop(key, None) is None:
            raise errors.NotFound('Metadata item was not found')
        _save(call, server_id, metadata=found)
    return 204, None


@ROUTES.get(TAGS)
def tags(call, server_id):
    """The tags of a server."""
    return {'tags': servers.need(call, server_id)['tags']}


@ROUTES.put(TAGS)
def set_tags(call, server_id):
    """All tags at once."""
    wanted = list(dict.fromkeys(call.json().get('tags') or []))
    servers.need(call, server_id)
    _save(call, server_id, tags=wanted)
    return {'tags': wanted}


@ROUTES.delete(TAGS)
def clear_tags(call, server_id):
    """No tags left."""
    servers.need(call, server_id)
    _save(call, server_id, tags=[])
    return 204, None


@ROUTES.get(TAGS + '/<tag>')
def has_tag(call, server_id, tag):
    """Whether the server has that tag."""
    if tag not in servers.need(call, server_id)['tags']:
        raise errors.NotFound(f"Server {server_id} has no tag '{tag}'")
    return 204, None


@ROUTES.put(TAGS + '/<tag>')
def add_tag(call, server_id, tag):
    """One tag more."""
    with call.store.transaction():
        have = servers.need(call, server_id)['tags']
        if tag in have:
            return 204, None
        _save(call, server_id, tags=have + [tag])
    return 201, None


@ROUTES.delete(TAGS + '/<tag>')
def remove_tag(call, server_id, tag):
    """One tag less."""
    with call.store.transaction():
        have = servers.need(call, server_id)['tags']
        if tag not in have:
            raise errors.NotFound(f"Server {server_id} has no tag '{tag}'")
        _save(call, server_id, tags=[t for t in have if t != tag])
    return 204, None

# SPDX-License-Identifier: Apache-2.0
"""Accounts and containers: listings, metadata, ACLs."""
import json

from localcloud import clock
from localcloud import errors
from localcloud import web
from localcloud.objectstore import access
from localcloud.objectstore import shelf as shelves

LARGEST_PAGE = 10000


def metadata(headers, noun, doc):
    """The metadata of a document with what the headers change."""
    prefix, remove = f'X-{noun}-Meta-', f'X-Remove-{noun}-Meta-'
    meta = dict(doc.get('meta', {}))
    for name, value in headers.items():
        if name.startswith(prefix):
            meta[name] = value
            if not value:
                del meta[name]
        elif name.startswith(remove):
            meta.pop(prefix + name[len(remove):], None)
    return meta


def _limit(call):
    limit = web.number(call.query.get('limit', LARGEST_PAGE), 'limit', 0)
    if limit > LARGEST_PAGE:
        raise errors.ApiError(f'Maximum limit is {LARGEST_PAGE}')
    return limit


def _listing(call, entries, headers):
    """Entries as JSON or as lines, as the client likes."""
    wants = call.query.get('format') or (
        'json' if 'json' in call.request.headers.get('Accept', '')
        else 'plain')
    if wants == 'json':
        response = web.Response(json.dumps(entries))
        response.mimetype = 'application/json'
    else:
        lines = [e.get('name') or e['subdir'] for e in entries]
        response = web.Response(''.join(f'{line}\n' for line in lines))
        response.mimetype = 'text/plain'
        if not lines:
            response.status_code = 204
    response.headers.update(headers)
    return response


def account(call, name):
    """GET, HEAD and POST of an account."""
    write = call.request.method == 'POST'
    access.check(call, name, write=write)
    doc = call.store.get('account', name) or {'id': name, 'meta': {}}
    if write:
        meta = metadata(call.request.headers, 'Account', doc)
        call.store.put('account', dict(doc, meta=meta))
        return 204, None
    if call.request.method not in ('GET', 'HEAD'):
        raise errors.MethodNotAllowed()
    shelf = call.cloud.shelf
    count, size = shelf.usage(name)
    rows = shelf.containers(
        name, call.query.get('prefix', ''), call.query.get('marker', ''),
        call.query.get('end_marker', ''), _limit(call))
    headers = dict(doc['meta'], **{
        'X-Account-Container-Count': str(len(shelf.containers(name))),
        'X-Account-Object-Count': str(count),
        'X-Account-Bytes-Used': str(size)})
    return _listing(call, [
        {'name': n, 'count': c, 'bytes': s, 'last_modified': clock.bare(t)}
        for n, c, s, t in rows], headers)


def container(call, account_name, name):
    """Every method of a container."""
    shelf = call.cloud.shelf
    doc = shelf.container(account_name, name)
    method = call.request.method
    if method not in ('GET', 'HEAD'):
        access.check(call, account_name, write=True)
        return _change(call, shelf, account_name, name, doc)
    access.check(call, account_name, doc)
    if doc is None:
        raise errors.NotFound('The resource could not be found.')
    count, size = shelf.usage(account_name, name)
    headers = dict(doc['meta'], **{
        'X-Container-Object-Count': str(count),
        'X-Container-Bytes-Used': str(size),
        'X-Storage-Policy': 'Policy-0',
        'X-Timestamp': f'{clock.parse(doc["created_at"]).timestamp():.5f}'})
    if access.owner(call, account_name):
        for field, header in (('read_acl', 'X-Container-Read'),
                              ('write_acl', 'X-Container-Write')):
            if doc[field]:
                headers[header] = doc[field]
    if method == 'HEAD':
        return web.Response(status=204, headers=headers,
                            mimetype='text/plain')
    return _listing(call, entries(call, shelf, account_name, name), headers)


def _change(call, shelf, account_name, name, doc):
    method = call.request.method
    if doc is None and method != 'PUT':
        raise errors.NotFound('The resource could not be found.')
    if method == 'DELETE':
        shelf.delete_container(account_name, name)
        return 204, None
    if method not in ('PUT', 'POST'):
        raise errors.MethodNotAllowed()
    fresh = doc or shelves.new_container()
    fresh['meta'] = metadata(call.request.headers, 'Container', fresh)
    for field, header in (('read_acl', 'X-Container-Read'),
                          ('write_acl', 'X-Container-Write')):
        fresh[field] = call.request.headers.get(header, fresh[field])
        if header.replace('X-', 'X-Remove-') in call.request.headers:
            fresh[field] = ''
    shelf.save_container(account_name, name, fresh)
    if method == 'POST':
        return 204, None
    return (202 if doc else 201), None


def entries(call, shelf, account_name, name):
    """What a container lists: objects, and sub-directories if asked."""
    query = call.query
    prefix, delimiter = query.get('prefix', ''), query.get('delimiter', '')
    if 'path' in query:
        prefix = query['path'] and query['path'].rstrip('/') + '/'
        delimiter = '/'
    limit, marker, found = _limit(call), query.get('marker', ''), []
    end = query.get('end_marker', '')
    while len(found) < limit:
        rows = shelf.names(account_name, name, prefix, marker, end,
                           limit - len(found))
        if not rows:
            break
        for row in rows:
            subdir = _subdir(row[0], prefix, delimiter)
            if subdir is None:
                found.append(_entry(*row))
                marker = row[0]
                continue
            marker = subdir + shelves.LAST
            if subdir != query.get('marker'):
                found.append({'subdir': subdir})
            break   # the rows that follow may be below it: ask again
    return found


def _subdir(name, prefix, delimiter):
    if not delimiter:
        return None
    head, found, _ = name[len(prefix):].partition(delimiter)
    return prefix + head + delimiter if found else None


def _entry(name, size, doc):
    return {'name': name, 'bytes': size, 'hash': doc['etag'].strip('"'),
            'content_type': doc['content_type'],
            'last_modified': clock.bare(doc['last_modified'])}

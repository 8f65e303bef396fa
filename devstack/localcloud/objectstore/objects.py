# SPDX-License-Identifier: Apache-2.0
"""Objects: put, get, copy, describe, delete."""
import time
import urllib.parse

from localcloud import clock
from localcloud import errors
from localcloud import web
from localcloud.objectstore import access
from localcloud.objectstore import containers
from localcloud.objectstore import large

KEPT = ('Content-Encoding', 'Content-Disposition', 'X-Object-Manifest')


def handle(call, account, container, name):
    """Every method of an object."""
    shelf = call.cloud.shelf
    method = call.request.method
    write = method in ('PUT', 'POST', 'DELETE')
    box = shelf.container(account, container)
    access.check(call, account, box, write=write)
    if box is None:
        raise errors.NotFound('The resource could not be found.')
    place = (account, container, name)
    if method == 'PUT':
        return put(call, shelf, place)
    doc = shelf.find(*place)
    if doc is None:
        raise errors.NotFound('The resource could not be found.')
    table = {'GET': get, 'HEAD': get, 'POST': post, 'DELETE': delete,
             'COPY': copy}
    if method not in table:
        raise errors.MethodNotAllowed()
    return table[method](call, shelf, place, doc)


def put(call, shelf, place):
    """Take an object; the last writer wins."""
    headers = call.request.headers
    if headers.get('If-None-Match') == '*' and shelf.find(*place):
        return 412, None
    if headers.get('X-Copy-From'):
        return _copy_from(call, shelf, place, headers['X-Copy-From'])
    if call.query.get('multipart-manifest') == 'put':
        doc, size = large.manifest(call, shelf, place[0])
    else:
        doc, size = _data(call, shelf)
    doc.update(_described(headers), content_type=headers.get(
        'Content-Type') or 'application/octet-stream')
    shelf.save(*place, doc, size, _end(headers))
    return _created(doc)


def _created(doc):
    response = web.Response(status=201)
    response.headers['ETag'] = doc['etag']
    response.headers['Last-Modified'] = _http_time(doc)
    return response


def _data(call, shelf):
    data, size, etag = shelf.receive(call.request.stream)
    wanted = call.request.headers.get('ETag', '').strip('"')
    if wanted and wanted != etag:
        shelf.discard(data)
        raise errors.Unprocessable('The data does not have that MD5.')
    return {'data': data, 'etag': etag}, size


def _described(headers):
    return {'meta': containers.metadata(headers, 'Object', {}),
            'last_modified': clock.now(),
            'headers': {n: headers[n] for n in KEPT if headers.get(n)}}


def _end(headers):
    """When the object ends, as X-Delete-At or X-Delete-After say."""
    for name, base in (('X-Delete-After', int(time.time())),
                       ('X-Delete-At', 0)):
        if headers.get(name):
            end = base + web.number(headers[name], name, 0)
            if end < time.time():
                raise errors.BadRequest(f'{name} in past')
            return end
    return None


def _http_time(doc):
    return clock.parse(doc['last_modified']).strftime(
        '%a, %d %b %Y %H:%M:%S GMT')


def get(call, shelf, place, doc):
    """Give an object, or the part of it that was asked for."""
    if (doc.get('manifest') is not None
            and call.query.get('multipart-manifest') == 'get'):
        return large.show_manifest(doc)
    parts, size = large.parts(shelf, place[0], doc)
    headers = dict(doc['headers'], **doc['meta'])
    headers.update({
        'ETag': doc['etag'], 'Last-Modified': _http_time(doc),
        'Accept-Ranges': 'bytes', 'Content-Type': doc['content_type'],
        'X-Timestamp':
            f'{clock.parse(doc["last_modified"]).timestamp():.5f}'})
    if doc['delete_at']:
        headers['X-Delete-At'] = str(doc['delete_at'])
    if doc.get('manifest') is not None:
        headers['X-Static-Large-Object'] = 'True'
    wanted = call.request.headers.get('If-None-Match')
    if wanted and doc['etag'].strip('"') in wanted:
        return web.Response(status=304, headers=headers)
    status, start, end = _range(call, size)
    if status == 416:
        headers['Content-Range'] = f'bytes */{size}'
        return web.Response(status=416, headers=headers)
    if status == 206:
        headers['Content-Range'] = f'bytes {start}-{end - 1}/{size}'
    headers['Content-Length'] = str(end - start)
    body = () if call.request.method == 'HEAD' else large.stream(
        shelf, parts, start, end)
    return web.Response(body, status=status, headers=headers,
                        direct_passthrough=True)


def _range(call, size):
    """The status and the bytes that the Range header leads to."""
    asked = call.request.range
    if asked is None or len(asked.ranges) != 1 or (
            call.request.method == 'HEAD'):
        return 200, 0, size
    found = asked.range_for_length(size)
    return (206, *found) if found else (416, 0, 0)


def post(call, shelf, place, doc):
    """Describe an object anew."""
    headers = call.request.headers
    fresh = dict(doc, **_described(headers))
    fresh['last_modified'] = doc['last_modified']
    if 'X-Object-Manifest' in doc['headers']:
        fresh['headers'].setdefault('X-Object-Manifest',
                                    doc['headers']['X-Object-Manifest'])
    if headers.get('Content-Type'):
        fresh['content_type'] = headers['Content-Type']
    end = None if 'X-Remove-Delete-At' in headers else (
        _end(headers))
    size = fresh.pop('size')
    del fresh['delete_at']
    shelf.save(*place, fresh, size, end)
    return 202, None


def delete(call, shelf, place, doc):
    """Forget an object; a large one with its segments if asked."""
    if (doc.get('manifest') is not None
            and call.query.get('multipart-manifest') == 'delete'):
        return large.delete(shelf, place, doc)
    shelf.delete(*place)
    return 204, None


def copy(call, shelf, place, doc):
    """COPY: the object at another place too."""
    target = urllib.parse.unquote(
        call.request.headers.get('Destination', '')).lstrip('/')
    container, _, name = target.partition('/')
    account = call.request.headers.get('Destination-Account', place[0])
    box = shelf.container(account, container)
    access.check(call, account, box, write=True)
    if box is None or not name:
        raise errors.NotFound('The destination could not be found.')
    return _copied(call, shelf, place[0], doc, (account, container, name))


def _copy_from(call, shelf, place, source):
    container, _, name = urllib.parse.unquote(source).lstrip('/').partition(
        '/')
    account = call.request.headers.get('X-Copy-From-Account', place[0])
    access.check(call, account, shelf.container(account, container))
    doc = shelf.find(account, container, name)
    if doc is None:
        raise errors.NotFound('The source could not be found.')
    return _copied(call, shelf, account, doc, place)


class _Stream:
    """Chunks with the read() that receive() asks for."""

    def __init__(self, chunks):
        self._chunks = chunks

    def read(self, size):
        """The next chunk, whatever its size."""
        return next(self._chunks, b'')


def _copied(call, shelf, account, doc, target):
    parts, size = large.parts(shelf, account, doc)
    data, size, etag = shelf.receive(_Stream(large.stream(
        shelf, parts, 0, size)))
    described = _described(call.request.headers)
    described['meta'] = dict(doc['meta'], **described['meta'])
    fresh = dict(described, data=data, etag=etag,
                 content_type=call.request.headers.get('Content-Type')
                 or doc['content_type'])
    shelf.save(*target, fresh, size, _end(call.request.headers))
    return _created(fresh)

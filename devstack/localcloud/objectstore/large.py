# SPDX-License-Identifier: Apache-2.0
"""Large objects: static manifests (SLO) and dynamic ones (DLO)."""
import hashlib
import json
import urllib.parse

from localcloud import errors
from localcloud import web

MOST_SEGMENTS = 1000


def manifest(call, shelf, account):
    """A static manifest out of the body, each segment checked."""
    try:
        wanted = json.loads(call.request.get_data())
    except ValueError as error:
        raise errors.BadRequest('Manifest must be valid JSON.') from error
    if not isinstance(wanted, list) or not (
            0 < len(wanted) <= MOST_SEGMENTS):
        raise errors.BadRequest(
            f'A manifest lists 1 to {MOST_SEGMENTS} segments.')
    segments, problems = [], []
    for entry in wanted:
        segment, problem = _segment(shelf, account, entry)
        segments.append(segment)
        if problem:
            problems.append(f'{entry.get("path")}, {problem}')
    if problems:
        raise errors.BadRequest('Errors:\n' + '\n'.join(problems))
    joined = hashlib.md5(usedforsecurity=False)
    for segment in segments:
        text = segment['hash']
        if segment['range']:
            text += f':{segment["range"][0]}-{segment["range"][1]};'
        joined.update(text.encode())
    size = sum(s['length'] for s in segments)
    return {'data': None, 'manifest': segments,
            'etag': f'"{joined.hexdigest()}"'}, size


def _segment(shelf, account, entry):
    """One segment of a manifest, or why it cannot be one."""
    container, _, name = str(entry.get('path', '')).lstrip('/').partition(
        '/')
    doc = shelf.find(account, container, name)
    if doc is None:
        return None, '404 Not Found'
    if entry.get('etag') not in (None, '', doc['etag'].strip('"')):
        return None, 'Etag Mismatch'
    if entry.get('size_bytes') not in (None, doc['size']):
        return None, 'Size Mismatch'
    first, last = 0, doc['size'] - 1
    if entry.get('range'):
        low, _, high = entry['range'].partition('-')
        first = int(low) if low else max(0, doc['size'] - int(high))
        last = min(int(high), last) if high and low else last
    return {'name': f'/{container}/{name}', 'bytes': doc['size'],
            'hash': doc['etag'].strip('"'), 'length': last - first + 1,
            'content_type': doc['content_type'],
            'range': [first, last] if entry.get('range') else None,
            'last_modified': doc['last_modified'][:26]}, None


def show_manifest(doc):
    """The manifest itself, for ?multipart-manifest=get."""
    shown = []
    for segment in doc['manifest']:
        entry = {k: segment[k] for k in (
            'name', 'bytes', 'hash', 'content_type', 'last_modified')}
        if segment['range']:
            entry['range'] = '{}-{}'.format(*segment['range'])
        shown.append(entry)
    response = web.Response(json.dumps(shown))
    response.headers['X-Static-Large-Object'] = 'True'
    response.headers['ETag'] = doc['etag']
    return response


def parts(shelf, account, doc):
    """What an object consists of: (file, first byte, length); its size."""
    if doc.get('manifest') is not None:
        found = [_part(shelf, account, s) for s in doc['manifest']]
    elif 'X-Object-Manifest' in doc['headers']:
        found = _dynamic(shelf, account, doc['headers']['X-Object-Manifest'])
    else:
        found = [(doc['data'], 0, doc['size'])]
    return found, sum(length for _, _, length in found)


def _part(shelf, account, segment):
    container, _, name = segment['name'].lstrip('/').partition('/')
    doc = shelf.find(account, container, name)
    if doc is None or doc['etag'].strip('"') != segment['hash']:
        raise errors.Conflict('A segment of the object is gone or changed.')
    first = segment['range'][0] if segment['range'] else 0
    return doc['data'], first, segment['length']


def _dynamic(shelf, account, where):
    container, _, prefix = urllib.parse.unquote(where).lstrip(
        '/').partition('/')
    rows = shelf.names(account, container, prefix, '', '', 10000)
    return [(doc['data'], 0, size) for _, size, doc in rows if doc['data']]


def stream(shelf, pieces, start, end):
    """The bytes from start to end, across the pieces."""
    place = 0
    for data, first, length in pieces:
        low, high = max(start, place), min(end, place + length)
        if low < high:
            yield from shelf.read(data, first + low - place, high - low)
        place += length


def delete(shelf, place, doc):
    """Forget a static large object with all its segments."""
    count = 1
    for segment in doc['manifest']:
        container, _, name = segment['name'].lstrip('/').partition('/')
        count += shelf.delete(place[0], container, name)
    shelf.delete(*place)
    return web.answer({'Number Deleted': count, 'Number Not Found': 0,
                       'Response Status': '200 OK', 'Errors': []})

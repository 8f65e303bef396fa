# SPDX-License-Identifier: Apache-2.0
"""The data of images: upload and download."""
import hashlib
import os
import uuid

from localcloud import clock
from localcloud import errors
from localcloud import web
from localcloud.image import images
from localcloud.image import manifest

ROUTES = web.Routes('image', '/image/v2')
CHUNK = 1 << 20


@ROUTES.put('/images/<image_id>/file')
def upload(call, image_id):
    """Take the data; a manifest is checked at once."""
    with call.store.transaction():
        doc = images.own(call, image_id)
        if doc['status'] != 'queued':
            raise errors.Conflict(
                f'Image status transition from {doc["status"]} to saving '
                'is not allowed')
        if not doc['disk_format'] or not doc['container_format']:
            raise errors.BadRequest('Properties disk_format and '
                                    'container_format must be set first.')
        call.store.update('image', image_id, status='saving')
    try:
        facts = _save(call, image_id)
    except BaseException:
        call.store.update('image', image_id, status='queued')
        raise
    call.store.update('image', image_id, status='active',
                      updated_at=clock.now(), os_hash_algo='sha512', **facts)
    return 204, None


def _save(call, image_id):
    target = images.path(call.cloud, image_id)
    target.parent.mkdir(exist_ok=True, mode=0o700)
    partial = target.with_name(f'{target.name}.{uuid.uuid4().hex}.part')
    md5, sha, size = hashlib.md5(usedforsecurity=False), hashlib.sha512(), 0
    try:
        with open(partial, 'wb') as stream:
            while chunk := call.request.stream.read(CHUNK):
                stream.write(chunk)
                md5.update(chunk)
                sha.update(chunk)
                size += len(chunk)
        _check(call, partial, size)
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return {'size': size, 'checksum': md5.hexdigest(),
            'os_hash_value': sha.hexdigest()}


def _check(call, path, size):
    """Refuse a manifest that this machine could not boot."""
    if size > manifest.LARGEST:
        return
    data = path.read_bytes()
    if manifest.looks_like_one(data):
        try:
            manifest.layers(data, call.cloud.settings.image_dir)
        except manifest.BadManifest as error:
            raise errors.BadRequest(str(error)) from error


@ROUTES.get('/images/<image_id>/file')
def download(call, image_id):
    """Give the data back."""
    doc = images.need(call, image_id)
    if doc['status'] != 'active':
        return 204, None
    data = images.path(call.cloud, image_id)
    response = web.Response(_chunks(data), direct_passthrough=True,
                            mimetype='application/octet-stream')
    response.headers['Content-Length'] = str(doc['size'])
    response.headers['Content-MD5'] = doc['checksum']
    return response


def _chunks(path):
    with open(path, 'rb') as stream:
        while chunk := stream.read(CHUNK):
            yield chunk

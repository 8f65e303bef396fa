# SPDX-License-Identifier: Apache-2.0
"""Who am I? The files that the control plane wrote for this server.

They come on the config drive, or from the metadata service where there is
none. They are written below /etc/trove once for each server; later the files
count, since keys and passwords may have been changed meanwhile.
"""

import base64
import contextlib
import gzip
import json
import logging
import os
import posixpath
import re
import tempfile
import urllib.error
import urllib.request

from trove.common import exception
from trove.common import waiting
from trove.guestkit import disks
from trove.guestkit import files
from trove.guestkit import shell

LOG = logging.getLogger(__name__)

LABEL = 'config-2'
METADATA_URL = 'http://169.254.169.254'
_PARTS = ('meta_data.json', 'user_data')
#: A fixed name in some clouds; looked at first.
_USUAL = ('vdz', 'sr0')
_DISK = re.compile(r'(sr|vd|sd|xvd|hd|nvme)\w+')


class NoIdentity(exception.ConfigError):
    """Neither a config drive nor a metadata service knows this server."""

    template = ('No config drive labelled config-2 and no metadata service '
                'at %(url)s: this server does not know whose it is.')


class BadIdentity(exception.ConfigError):
    """What the control plane wrote cannot be read."""

    template = 'The user data of this server is not usable: %(reason)s'


def establish(folder, record, timeout_s=60, root='/', url=METADATA_URL):
    """See to it that the control plane's files are in ``folder``.

    ``record`` remembers for which server they were written.
    """
    if files.read_json(record) is not None:
        return
    try:
        found = waiting.until(lambda: _from_drive(root) or _from_service(url),
                              timeout_s, 'an identity', poll_s=0.2)
    except exception.WaitTimeout as error:
        raise NoIdentity(url=url) from error
    (meta, user_data), source = found
    entries = parse(user_data)
    for path, content in sorted(entries.items()):
        target = _below(folder, path)
        files.folder(os.path.dirname(target), 0o700)
        files.write(target, content, mode=0o600)
    server_id = json.loads(meta).get('uuid')
    files.folder(os.path.dirname(record), 0o700)
    files.write_json(record, {'server_id': server_id})
    LOG.info('this is server %s; %d files written, from the %s', server_id,
             len(entries), source)


def parse(user_data):
    """{path: bytes} of the ``write_files`` of a cloud-config document."""
    import yaml  # only needed once in the life of a server
    try:
        document = yaml.safe_load(user_data)
        return {entry['path']: _content(entry)
                for entry in document['write_files']}
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise BadIdentity(reason='%s: %s' % (type(error).__name__, error)
                          ) from error


def _content(entry):
    content = entry.get('content', '')
    raw = content if isinstance(content, bytes) else content.encode()
    encoding = entry.get('encoding', 'text/plain')
    if encoding in ('b64', 'base64'):
        return base64.b64decode(raw, validate=True)
    if encoding in ('gz+b64', 'gz+base64', 'gzip+b64', 'gzip+base64'):
        return gzip.decompress(base64.b64decode(raw, validate=True))
    if encoding == 'text/plain':
        return raw
    raise ValueError('encoding %r is not known' % encoding)


def _below(folder, path):
    # Not the control plane is doubted here, but a drive of somebody else.
    clean = posixpath.normpath(path)
    if not clean.startswith('/etc/trove/'):
        raise BadIdentity(reason='it writes outside /etc/trove: %s' % path)
    return os.path.join(folder, os.path.relpath(clean, '/etc/trove'))


def _from_drive(root):
    device = _find_drive(root)
    if device is None:
        return None
    with _mounted(device) as mount_point:
        base = os.path.join(mount_point, 'openstack', 'latest')
        texts = [files.read(os.path.join(base, part)) for part in _PARTS]
    if None in texts:
        raise BadIdentity(reason='the config drive lacks a file')
    return texts, 'config drive'


def _find_drive(root):
    link = os.path.join(root, 'dev/disk/by-label', LABEL)
    if disks.is_block_device(link):
        return os.path.realpath(link)
    folder = os.path.join(root, 'dev')
    names = sorted(filter(_DISK.fullmatch, os.listdir(folder)),
                   key=lambda name: (name not in _USUAL, name))
    for name in names:
        device = os.path.join(folder, name)
        if disks.is_block_device(device) and _label(device) == LABEL:
            return device
    return None


def _label(device):
    found = shell.run(['blkid', '-p', '-s', 'LABEL', '-o', 'value', device],
                      accept=(0, 2, 4, 8))
    return found.stdout.strip().lower()


@contextlib.contextmanager
def _mounted(device):
    with tempfile.TemporaryDirectory(prefix='config-drive-') as folder:
        shell.run(['mount', '-o', 'ro,nodev,nosuid,noexec', device, folder])
        try:
            yield folder
        finally:
            shell.run(['umount', folder])


def _from_service(url):
    texts = []
    for part in _PARTS:
        try:
            with urllib.request.urlopen(    # noqa: S310 always http
                    '%s/openstack/latest/%s' % (url, part),
                    timeout=5) as answer:
                texts.append(answer.read().decode())
        except urllib.error.HTTPError as error:
            LOG.warning('the metadata service says %s for %s', error.code,
                        part)
            return None
        except (urllib.error.URLError, TimeoutError, OSError) as error:
            LOG.info('no metadata service: %s', error)
            return None
    return texts, 'metadata service'

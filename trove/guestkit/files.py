# SPDX-License-Identifier: Apache-2.0
"""Files that are there whole or not at all, with the right owner and mode."""

import json
import os
import shutil
import tempfile


def write(path, content, mode=0o600, owner=None, group=None):
    """Replace ``path`` by ``content`` (text or bytes) in one step.

    A reader, or a machine that loses its power, finds the old file or the
    new one. The content is never readable by more than ``mode`` allows.
    """
    folder = os.path.dirname(path) or '.'
    handle, interim = tempfile.mkstemp(
        dir=folder, prefix='.' + os.path.basename(path) + '.')
    try:
        with os.fdopen(handle, 'wb') as stream:
            stream.write(content.encode() if isinstance(content, str)
                         else content)
            os.fchmod(stream.fileno(), mode)
            if owner or group:
                shutil.chown(interim, owner, group or owner)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(interim, path)
    except BaseException:
        os.unlink(interim)
        raise
    sync_folder(folder)


def write_json(path, document, mode=0o600):
    """`write` for a JSON document."""
    write(path, json.dumps(document, indent=1, sort_keys=True) + '\n', mode)


def read_json(path):
    """The JSON document in ``path``; None if there is no such file."""
    try:
        with open(path, encoding='utf-8') as stream:
            return json.load(stream)
    except FileNotFoundError:
        return None


def read(path):
    """The text in ``path``; None if there is no such file."""
    try:
        with open(path, encoding='utf-8', errors='replace') as stream:
            return stream.read()
    except FileNotFoundError:
        return None


def private(path, flags):
    """An opener for files that nobody else may read."""
    return os.open(path, flags, 0o600)


def remove(path):
    """Remove the file if it is there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    sync_folder(os.path.dirname(path) or '.')


def folder(path, mode=0o755, owner=None, group=None):
    """Make sure the folder exists with this mode and owner."""
    os.makedirs(path, exist_ok=True)
    os.chmod(path, mode)
    if owner or group:
        shutil.chown(path, owner, group or owner)


def sync_folder(path):
    """Make names in a folder last."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def tail(path, lines=20, most_bytes=16384, since=0):
    """The last lines written to a log after offset ``since``."""
    try:
        with open(path, 'rb') as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(size - most_bytes, since if since <= size else 0))
            text = stream.read().decode('utf-8', 'replace')
    except FileNotFoundError:
        return ''
    return '\n'.join(text.splitlines()[-lines:])


def put_aside(path, most_bytes):
    """Begin a log anew that has grown larger; True if it had.

    One old file is kept. Whoever writes it has to be told.
    """
    if size(path) <= most_bytes:
        return False
    os.replace(path, path + '.1')
    return True


def size(path):
    """Bytes in the file; 0 if there is none."""
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0

# SPDX-License-Identifier: Apache-2.0
"""Files and directories of a stack: private, and never half written."""

import os
import pathlib
import secrets


def directory(path, mode=0o700, owner=None):
    """Make it if it is missing; with its mode and owner either way."""
    path = pathlib.Path(path)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.chmod(path, mode)
    if owner:
        os.chown(path, *owner)
    return path


def write(path, text, mode=0o600, owner=None):
    """Write the whole file or nothing; the old one stays until then."""
    path = pathlib.Path(path)
    half = path.with_name(path.name + '.half')
    half.unlink(missing_ok=True)
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, 'w', encoding='utf-8') as stream:
        os.fchmod(stream.fileno(), mode)
        if owner:
            os.fchown(stream.fileno(), *owner)
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(half, path)


def read(path):
    """The text, or None where there is no such file."""
    try:
        return pathlib.Path(path).read_text(encoding='utf-8')
    except FileNotFoundError:
        return None


def password(path, owner=None):
    """The password in the file; made up at random when it is missing."""
    found = read(path)
    if not found:
        found = secrets.token_urlsafe(24)
        write(path, found, owner=owner)
    return found.strip()


def person():
    """(uid, gid) of who called sudo, or of root."""
    return (int(os.environ.get('SUDO_UID', '0')),
            int(os.environ.get('SUDO_GID', '0')))

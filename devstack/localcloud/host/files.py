# SPDX-License-Identifier: Apache-2.0
"""Write files so that no reader and no kill ever meets half of one."""

import contextlib
import os
import pathlib
import threading


def replace(path, content, mode=0o600):
    """Put content (text or bytes) under a path, wholly or not at all."""
    path = pathlib.Path(path)
    data = content.encode() if isinstance(content, str) else content
    draft = path.with_name(f'.{path.name}.{threading.get_ident()}')
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with open(handle, 'wb') as stream:
        stream.write(data)
    os.rename(draft, path)


def text(path):
    """What a file holds, or None if there is none."""
    try:
        return pathlib.Path(path).read_text(encoding='utf-8')
    except FileNotFoundError:
        return None


def kernel(path, value):
    """Set a knob below /proc/sys or /sys/fs/cgroup."""
    with open(path, 'w', encoding='ascii') as stream:
        stream.write(str(value))


@contextlib.contextmanager
def folder_in(root, name):
    """A folder right below a root that a guest may have tampered with.

    Guests can leave symbolic links anywhere in their root, and a path
    through one would be followed on the host. Hence no path is used: the
    folder is opened as what it is, and must be a real one.
    """
    flags = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    base = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        handle = os.open(name, flags, dir_fd=base)
    finally:
        os.close(base)
    try:
        yield handle
    finally:
        os.close(handle)


def plant(folder, name, content, mode=0o644):
    """Put a fresh file into an open folder, whatever bore its name."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL
                     | os.O_NOFOLLOW, mode, dir_fd=folder)
    with open(handle, 'wb') as stream:
        os.fchmod(handle, mode)
        stream.write(content.encode())

# SPDX-License-Identifier: Apache-2.0
"""Whether code has changed since a process was started from it."""

import hashlib
import pathlib


def of(*places):
    """A digest over files' content and, below directories, over *.py."""
    digest = hashlib.sha256()
    for place in map(pathlib.Path, places):
        if place.is_dir():
            for path in sorted(place.rglob('*.py')):
                if 'tests' not in path.parts:
                    facts = path.stat()
                    digest.update(f'{path} {facts.st_size} '
                                  f'{facts.st_mtime_ns}\n'.encode())
        elif place.exists():
            digest.update(place.read_bytes())
    return digest.hexdigest()

# SPDX-License-Identifier: Apache-2.0
"""Short names for content: equal content, equal name."""

import hashlib
import json
import os
import pathlib

LENGTH = 12


def of(facts):
    """Return the fingerprint of plain data (dicts, lists, strings)."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def of_files(root, paths):
    """Return the fingerprint of files below ``root``: names and content.

    Times and owners do not count; a file's right to be run does.
    """
    digest = hashlib.sha256()
    for path in sorted(paths):
        full = pathlib.Path(root, path)
        content = full.read_bytes()
        mode = 'x' if os.access(full, os.X_OK) else '-'
        digest.update(f'{path}\0{mode}\0{len(content)}\0'.encode())
        digest.update(content)
    return digest.hexdigest()[:LENGTH]

# SPDX-License-Identifier: Apache-2.0
"""The lock of an image: which version of everything is in it.

Each build writes ``<image>.lock.json``; given back with ``--lock``, the next
one takes these versions and no others, on any machine whose package sources
still have them.
"""

import dataclasses
import json
import re

from imagebuilder import errors

FORMAT = 'trove-lock-1'
VERSION = re.compile(r'[A-Za-z0-9.+~:!-]+\Z')
NAME = re.compile(r'[A-Za-z0-9._+-]+\Z')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Pinned versions; empty ones pin nothing."""

    packages: tuple[tuple[str, str], ...] = ()      # Debian's
    distributions: tuple[str, ...] = ()             # pip's: name==version


def load(path):
    """Read and check a lock file."""
    try:
        document = json.loads(path.read_text('utf-8'))
    except (OSError, ValueError) as error:
        raise errors.BuildError(f'the lock {path} cannot be read: {error}'
                                ) from error
    if not isinstance(document, dict) or document.get('format') != FORMAT:
        raise errors.BuildError(f'{path} is no lock of an image')
    found = {kind: sorted(document.get(kind, {}).items())
             for kind in ('packages', 'distributions')}
    for pairs in found.values():
        for name, version in pairs:
            if not (NAME.match(name) and VERSION.match(version)):
                raise errors.BuildError(
                    f'{path}: {name} {version} is no package')
    return Lock(packages=tuple(found['packages']),
                distributions=tuple(f'{name}=={version}' for name, version
                                    in found['distributions']))


def document_of(layers, store):
    """Return what is in these layers, top first, as a lock."""
    packages, distributions = {}, {}
    for layer in reversed(layers):
        notes = store.notes(layer.name)
        packages.update(notes.get('packages', {}))
        distributions.update(notes.get('distributions', {}))
    # The agent itself comes from the source tree.
    distributions.pop('trove', None)
    return {'format': FORMAT, 'packages': packages,
            'distributions': distributions}

# SPDX-License-Identifier: Apache-2.0
"""The lock of an image: which version of everything is in it, and when.

Each build writes ``<image>.lock.json``; given back with ``--lock``, the next
one takes these versions and no others, on any machine whose package sources
still have them.
"""

import dataclasses
import json
import re

from imagebuilder import errors

FORMAT = 'trove-lock-1'
KINDS = ('packages', 'older', 'distributions')
VERSION = re.compile(r'[A-Za-z0-9.+~:!-]+\Z')
# Packages that a message names.
SHOWN = 5
NAME = re.compile(r'[A-Za-z0-9._+-]+\Z')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Pinned versions; empty ones pin nothing."""

    packages: tuple[tuple[str, str], ...] = ()      # Debian's
    older: tuple[tuple[str, str], ...] = ()         # those only unpacked
    distributions: tuple[str, ...] = ()             # pip's: name==version
    epoch: int = 0                                  # the time of its files


def load(path):
    """Read and check a lock file."""
    try:
        document = json.loads(path.read_text('utf-8'))
    except (OSError, ValueError) as error:
        raise errors.BuildError(f'the lock {path} cannot be read: {error}'
                                ) from error
    if not isinstance(document, dict) or document.get('format') != FORMAT:
        raise errors.BuildError(f'{path} is no lock of an image')
    moment = document.get('epoch', 0)
    if type(moment) is not int or moment < 0:
        raise errors.BuildError(f'{path}: {moment!r} is no time in seconds')
    found = {kind: sorted(document.get(kind, {}).items())
             for kind in KINDS}
    for pairs in found.values():
        for name, version in pairs:
            if not (NAME.match(name) and VERSION.match(version)):
                raise errors.BuildError(
                    f'{path}: {name} {version} is no package')
    return Lock(epoch=moment, packages=tuple(found['packages']),
                older=tuple(found['older']),
                distributions=tuple(f'{name}=={version}' for name, version
                                    in found['distributions']))


def document_of(layers, store):
    """Return what is in these layers, top first, as a lock."""
    found = {kind: {} for kind in KINDS}
    for layer in reversed(layers):
        notes = store.notes(layer.name)
        for kind in KINDS:
            found[kind].update(notes.get(kind, {}))
    # The agent itself comes from the source tree.
    found['distributions'].pop('trove', None)
    moments = [store.notes(layer.name).get('epoch', 0) for layer in layers]
    return {'format': FORMAT, 'epoch': max(moments, default=0), **found}


def hold(lock, document):
    """Raise BuildError unless what was built is what the lock says.

    apt takes another version of a package, without a word, where its sources
    no longer have the one that is wanted.
    """
    wanted = {'packages': dict(lock.packages), 'older': dict(lock.older),
              'distributions': dict(each.split('==', 1)
                                    for each in lock.distributions)}
    if not any(wanted.values()):
        return
    others = sorted(
        f'{name} {wanted[kind].get(name, "not at all")} (there is {version})'
        for kind in KINDS for name, version in document[kind].items()
        if wanted[kind].get(name) != version)
    if others:
        raise errors.BuildError(
            'what the lock asks for cannot be had from the package sources '
            'of this machine: ' + ', '.join(others[:SHOWN])
            + (f' and {len(others) - SHOWN} more' if others[SHOWN:] else '')
            + '. Add a source that keeps older packages (for Debian: '
            'a snapshot archive, with --mirror), or build without --lock.')

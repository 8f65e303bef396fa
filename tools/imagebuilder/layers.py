# SPDX-License-Identifier: Apache-2.0
"""The layers of an image, and how each is made.

From the bottom: ``base`` (Debian and systemd), the engine, ``pylibs`` (what
the agent needs from others), ``agent`` (the project's own code, which
changes often and takes seconds). ``pytools`` serves the making of the last
two and is in no image.
"""

import abc
import contextlib
import functools

from imagebuilder import fingerprint
from imagebuilder import mounts

# Raised when the builder makes other layers of the same recipe.
MAKING = 1


class Layer(abc.ABC):
    """One directory of an image, on top of the layers ``below`` it."""

    title: str
    label: str
    size_mb = 100

    def __init__(self, below=(), needs=()):
        self.below = tuple(below)      # top first; seen while it is made
        self.needs = tuple(needs)      # built before it

    @abc.abstractmethod
    def facts(self):
        """Return, as plain data, all that decides its content."""

    @abc.abstractmethod
    def make(self, site, store, progress, notes):
        """Fill ``site.tree``; put what is worth knowing into ``notes``."""

    @functools.cached_property
    def name(self):
        """The label and the fingerprint of what it is made from."""
        below = [layer.name for layer in self.below]
        digest = fingerprint.of([MAKING, self.label, below, self.facts()])
        return f'{self.label}-{digest}'

    @contextlib.contextmanager
    def root(self, site, store, upper=None):
        """Mount what is below, with the layer itself (or ``upper``) on top."""
        below = [store.layer(layer.name) for layer in self.below]
        with mounts.overlay(below, upper or site.tree, site) as root:
            yield root


def lay_files(root, files):
    """Write the files of a recipe."""
    for each in files:
        place = root.inside(each.path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.write_text(each.content, 'utf-8')
        place.chmod(each.mode)


def mask_units(root, units):
    """Make systemd refuse to start units, whoever asks."""
    for unit in units:
        place = root.inside('etc/systemd/system') / unit
        place.unlink(missing_ok=True)
        place.symlink_to('/dev/null')


def unmask_units(root, units):
    """Let systemd start units again that a layer below has masked."""
    for unit in units:
        root.inside('etc/systemd/system').joinpath(unit).unlink(
            missing_ok=True)


def remove(root, patterns):
    """Remove paths (shell patterns) that must not be in an image."""
    for pattern in patterns:
        for path in root.path.glob(pattern.lstrip('/')):
            if path.is_dir() and not path.is_symlink():
                mounts.remove_tree(path)
            else:
                path.unlink()

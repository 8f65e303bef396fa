# SPDX-License-Identifier: Apache-2.0
"""The image directory: finished layers, notes about them, manifests.

A layer is a directory whose name carries the fingerprint of what it was
made from. It gets that name only when it is complete, by a rename, so a
directory that has it can be trusted. ``.notes/NAME.json`` says what is in
it. Unfinished work lives below ``.building`` and belongs to whoever holds
the lock of the layer's name; without a holder it is rubbish.
"""

import contextlib
import dataclasses
import datetime
import fcntl
import json
import os
import pathlib
import re
import tempfile

from imagebuilder import epoch
from imagebuilder import errors
from imagebuilder import mounts

FORMAT = 'trove-layers-1'
NAME = re.compile(r'[a-z0-9][a-z0-9.+-]*-[0-9a-f]{12}\Z')


@dataclasses.dataclass(frozen=True, slots=True)
class Site:
    """Where one layer is being built: its tree, and room beside it."""

    path: pathlib.Path
    log: pathlib.Path

    @property
    def tree(self):
        """What becomes the layer."""
        return self.path / 'tree'


class Store:
    """All that a machine has of images, below one directory."""

    def __init__(self, image_dir, tell=lambda sentence: None):
        self.dir = pathlib.Path(os.path.abspath(image_dir))
        self._tell = tell

    def prepare(self):
        """Make the directory; only root may look into images at work."""
        try:
            for name in ('.notes', '.building', '.locks', '.logs', '.cache'):
                (self.dir / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise errors.BuildError(
                f'the image directory {self.dir} cannot be made: '
                f'{error.strerror}; choose another with --image-dir'
            ) from error

    def cache(self, name):
        """Return a directory whose loss costs time only."""
        path = self.dir / '.cache' / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def layer(self, name):
        """Return the directory of a layer, finished or not."""
        return self.dir / name

    def has(self, name):
        """Whether a layer is there, complete."""
        return self.layer(name).is_dir()

    def layers(self):
        """Return the names of all finished layers."""
        if not self.dir.is_dir():
            return []
        return sorted(path.name for path in self.dir.iterdir()
                      if NAME.match(path.name) and path.is_dir())

    def notes(self, name):
        """Return what was noted about a layer; {} where nothing was."""
        return _read(self.dir / '.notes' / f'{name}.json') or {}

    @contextlib.contextmanager
    def locked(self, name):
        """Hold the one right to build or remove what is called ``name``."""
        with open(self.dir / '.locks' / name, 'w', encoding='utf-8') as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._tell(f'  {name}: another build is at it; waiting')
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def sweep(self):
        """Remove what builds left that were killed."""
        for path in (self.dir / '.building').iterdir():
            lock = self.dir / '.locks' / path.name.rpartition('.')[0]
            with open(lock, 'w', encoding='utf-8') as held:
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue        # somebody is at work on it
                if path.exists():
                    mounts.remove_tree(path)

    @contextlib.contextmanager
    def building(self, name):
        """Give a site for the layer ``name``; keep it if the block ends well.

        The caller holds the lock of that name. The dict given with the
        site is kept as the layer's notes.
        """
        home = self.dir / '.building'
        path = pathlib.Path(tempfile.mkdtemp(prefix=f'{name}.', dir=home))
        site = Site(path, self.dir / '.logs' / f'{name}.log')
        site.log.unlink(missing_ok=True)
        notes = {}
        try:
            site.tree.mkdir(mode=0o755)
            yield site, notes
            notes['built'], notes['epoch'] = _now(), epoch.now()
            epoch.settle(site.tree)
            _write(self.dir / '.notes' / f'{name}.json', notes)
            os.rename(site.tree, self.layer(name))
        finally:
            mounts.remove_tree(path)

    @contextlib.contextmanager
    def workplace(self, name):
        """Give a site for work of which the caller moves the result away.

        The caller holds the lock of ``name`` or of what it works for.
        """
        path = pathlib.Path(tempfile.mkdtemp(prefix=f'{name}.',
                                             dir=self.dir / '.building'))
        site = Site(path, self.dir / '.logs' / f'{name}.log')
        site.log.unlink(missing_ok=True)
        try:
            with self.locked(name):
                yield site
        finally:
            mounts.remove_tree(path)

    def disk(self, image):
        """Return the notes about the bootable disk of an image, or None."""
        return _read(self.dir / f'{image}.disk.json')

    def write_disk(self, image, notes):
        """Write the notes about a bootable disk."""
        _write(self.dir / f'{image}.disk.json', notes)

    def disks(self):
        """Return {image name: notes} of all bootable disks."""
        return {path.name.removesuffix('.disk.json'): _read(path)
                for path in sorted(self.dir.glob('*.disk.json'))}

    def write_lock(self, image, document):
        """Write ``<image>.lock.json``: the versions that are in it."""
        path = self.dir / f'{image}.lock.json'
        _write(path, document)
        return path

    def write_manifest(self, image, document):
        """Write ``<image>.json``, what Glance is given as the image."""
        path = self.manifest_path(image)
        _write(path, document)
        return path

    def manifest_path(self, image):
        """Return where the manifest of an image is or would be."""
        return self.dir / f'{image}.json'

    def manifest(self, image):
        """Return the manifest of a built image, or None."""
        return _read(self.manifest_path(image))

    def images(self):
        """Return {image name: manifest} of all images built here."""
        found = {}
        for path in sorted(self.dir.glob('*.json')):
            document = _read(path)
            if isinstance(document, dict) and (
                    document.get('format') == FORMAT):
                found[path.stem] = document
        return found

    def remove(self, name):
        """Remove a layer and its notes."""
        with self.locked(name):
            doomed = pathlib.Path(tempfile.mkdtemp(
                prefix=f'{name}.', dir=self.dir / '.building'))
            os.rename(self.layer(name), doomed / 'tree')
            (self.dir / '.notes' / f'{name}.json').unlink(missing_ok=True)
            mounts.remove_tree(doomed)

    def in_use(self):
        """Return the layers that a mounted overlay of this machine uses."""
        with open('/proc/self/mountinfo', encoding='utf-8') as table:
            text = table.read()
        return {name for name in self.layers()
                if re.search(rf'[=:]{re.escape(str(self.layer(name)))}[,:\s]',
                             text)}


def _now():
    return datetime.datetime.now(datetime.UTC).isoformat(timespec='seconds')


def _read(path):
    try:
        return json.loads(path.read_text(encoding='utf-8'))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise errors.BuildError(
            f'{path} is damaged: remove it and build again') from error


def _write(path, document):
    draft = path.with_name(f'.{path.name}.{os.getpid()}')
    draft.write_text(json.dumps(document, indent=1, sort_keys=True) + '\n',
                     encoding='utf-8')
    os.replace(draft, path)

# SPDX-License-Identifier: Apache-2.0
"""One log becomes objects, part by part, each exactly once.

A part is named by the log's generation and the offset it begins at, and the
metafile is written after it: a job that was killed between the two writes
the same part again under the same name.
"""

import dataclasses
import datetime
import hashlib
import json
import logging
import os
import threading
import typing

from trove.common import exception
from trove.datastores import interfaces
from trove.guestkit import storage

LOG = logging.getLogger(__name__)

_HEAD_BYTES = 4096


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to publish, and how."""

    url: str
    token: str = dataclasses.field(repr=False)
    container: str
    limit_bytes: int
    expiry_s: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the metafile says: which file it was and how much of it is out.

    ``head`` is a digest of the first line, as far as it was there.
    """

    generation: str
    published: int = 0
    inode: int = 0
    head: str = ''
    head_bytes: int = 0


class Shelf:
    """A log, written in ``words``, and its objects in one account."""

    def __init__(self, path: str, words: interfaces.Words, place: Place,
                 prefix: str, metafile: str,
                 ca_file: str | None = None) -> None:
        self.path = path
        self._words = words
        self.place = place
        self.prefix = prefix
        self.metafile = metafile
        self._account = storage.account(place.url, place.token,
                                        ca_file)

    def known(self) -> Known | None:
        """What has been published into this account; None: nothing."""
        text = self._account.get(self.place.container, self.metafile)
        if text is None:
            return None
        try:
            facts = json.loads(text)
            return Known(**{field.name: facts[field.name]
                            for field in dataclasses.fields(Known)})
        except (ValueError, KeyError, TypeError) as error:
            LOG.warning('%s cannot be read; publishing begins anew: %s',
                        self.metafile, error)
            return None

    def is_other(self, known: Known) -> bool:
        """Whether the file is no longer the one that was published.

        A log that was renamed has another inode, one that was emptied in
        place is shorter or begins with other words.
        """
        try:
            with open(self.path, 'rb') as log:
                facts = os.fstat(log.fileno())
                head = log.read(known.head_bytes)
        except FileNotFoundError:
            return True
        return (facts.st_size < known.published
                or facts.st_ino != known.inode
                or _digest(head) != known.head)

    def discard(self) -> None:
        """Take every part and the metafile away."""
        self._account.delete_below(self.place.container, self.prefix)
        self._account.delete_below(self.place.container, self.metafile)

    def publish(self, goes_on: typing.Callable[[], bool]) -> None:
        """Write what is not out yet, as long as ``goes_on``."""
        if not os.path.exists(self.path):
            return
        self._account.ensure(self.place.container)
        known = self.known()
        if known is None or self.is_other(known):
            known = self._begin()
        with open(self.path, 'rb') as log:
            known = dataclasses.replace(
                known, inode=os.fstat(log.fileno()).st_ino)
            log.seek(known.published)
            while goes_on():
                part = self._lines(log)
                if not part:
                    break
                known = self._put(known, part)

    def _begin(self) -> Known:
        # Noted before the first part, so that a job that dies after it finds
        # the same name for it.
        with open(self.path, 'rb') as log:
            head = log.read(_HEAD_BYTES).partition(b'\n')[0]
            inode = os.fstat(log.fileno()).st_ino
        known = Known(
            generation=datetime.datetime.now(datetime.timezone.utc).strftime(
                '%Y%m%dT%H%M%S.%f'),
            inode=inode, head=_digest(head), head_bytes=len(head))
        self._note(known)
        return known

    def _put(self, known: Known, part: bytes) -> Known:
        masked = self._words.mask(part)
        self._account.put(
            self.place.container,
            '%slog-%s-%020d' % (self.prefix, known.generation,
                                known.published),
            masked, self.place.expiry_s, Lines=masked.count(b'\n'))
        known = dataclasses.replace(
            known, published=known.published + len(part))
        self._note(known)
        return known

    def _lines(self, log: typing.BinaryIO) -> bytes:
        """Whole lines from here on; a line that is too long is cut.

        A last line that is still being written is left for the next time,
        and so is a statement whose secret may be still to come.
        """
        at, most_bytes = log.tell(), self.place.limit_bytes
        found = log.read(most_bytes + 2 * self._words.longest)
        end = found.rfind(b'\n', 0, most_bytes) + 1
        if not end and len(found) >= most_bytes:
            end = most_bytes
        end = self._words.safe_end(found, end)
        log.seek(at + end)
        return found[:end]

    def _note(self, known: Known) -> None:
        self._account.put(
            self.place.container, self.metafile,
            json.dumps(dataclasses.asdict(known)).encode(),
            self.place.expiry_s)


class Job:
    """A publication under way, in a thread of its own."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._over = threading.Event()
        self._stopped = threading.Event()
        self._error: exception.TroveError | None = None
        self._thread = threading.Thread(
            target=self._run, name='publish ' + shelf.metafile, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def runs(self) -> bool:
        """Whether it is not over yet."""
        return not self._over.is_set()

    def stop(self) -> None:
        """End it after the part in hand, and see the end."""
        self._stopped.set()
        self._over.wait()

    def wait(self, timeout_s: float) -> None:
        """Return when it is over or the time is; its failure is raised."""
        if self._over.wait(timeout_s) and self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._shelf.publish(lambda: not self._stopped.is_set())
        except exception.TroveError as error:
            LOG.warning('%s is not published further: %s',
                        self._shelf.metafile, error)
            self._error = error
        except OSError as error:
            LOG.warning('%s cannot be read: %s', self._shelf.path, error)
            self._error = exception.InternalError(str(error))
        finally:
            self._over.set()


def _digest(head: bytes) -> str:
    return hashlib.sha256(head).hexdigest()

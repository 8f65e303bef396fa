# SPDX-License-Identifier: Apache-2.0
"""Room on the volume: an engine without any may stop for good.

When little is left, new transactions are read-only unless they say that they
are not. Should the volume fill up all the same, a file that was kept for this
makes room for the engine to start and to recover. How an engine is told so is
its own affair: it brings a `Brake`.
"""

import abc
import logging
import os
import typing

from trove.guestkit import disks

LOG = logging.getLogger(__name__)

_MB = 1024 ** 2
#: Four segments of PostgreSQL's log; five temporary files of InnoDB.
RESERVE = 64 * _MB
#: An engine is not started with less, as long as there is a reserve.
_TO_START = 32 * _MB
_LEAST_FREE = 64 * _MB
_RESERVE_NAME = 'reserve'
_AHEAD = (
    f'free=$(stat -f -c "%a*%S" "$0") && [ $(($free)) -lt {_TO_START} ] && '
    f'rm -f "$0/{_RESERVE_NAME}"; exec "$@"')

#: What a tenant is told, whatever the engine.
FULL = ('The volume is full: writes are refused until data are deleted or '
        'the volume is resized.')


class Brake(abc.ABC):
    """How transactions of an engine become read-only, and writable again."""

    @property
    @abc.abstractmethod
    def engaged(self) -> bool:
        """Whether they are read-only for want of room."""

    @abc.abstractmethod
    def engage(self) -> None:
        """Let them be so, also after a restart, and of whoever is in.

        It is asked again at every look: what could not be done before, since
        nothing answered, is done then.
        """

    @abc.abstractmethod
    def release(self) -> None:
        """Let them be again what the tenant has made them.

        It stays engaged, and is asked again, where that could not be done.
        """

    @abc.abstractmethod
    def answers(self) -> bool:
        """Whether the engine answers."""

    def end_writers(self) -> None:
        """End who writes in spite of it, if that would stop the engine."""
        return


class Guard:
    """Watches the room for the folder ``data``, asked every second or so.

    ``percent`` of it, at least 64 MB, are to be free. While the folder is
    not there, as before the volume is mounted, what room there is is
    another disk's.
    """

    def __init__(self, data: str, percent: int, brake: Brake) -> None:
        self._data = data
        self._percent = percent
        self._brake = brake
        self._made_room = False

    @property
    def engaged(self) -> bool:
        """Whether transactions are read-only for want of room."""
        return self._brake.engaged

    def started(self) -> None:
        """The engine answers: keep a reserve, if there is room for one."""
        self._made_room = False
        usage = disks.usage(self._data)
        if usage.available > self._threshold(usage) + RESERVE:
            self._keep_reserve()

    def made_room(self) -> bool:
        """Whether room was made since the engine was last started."""
        return self._made_room

    def look(self) -> str | None:
        """Act on the room that is left; a sentence while it is little."""
        if not os.path.isdir(self._data):
            return FULL if self.engaged else None
        usage = disks.usage(self._data)
        threshold = self._threshold(usage)
        if self.engaged and usage.available > 2 * threshold:
            self._brake.release()
            if not self.engaged:
                LOG.info('there is room on the volume again')
                self._keep_reserve()
            return None
        if usage.available >= threshold and not self.engaged:
            return None
        if not self.engaged:
            LOG.warning('the volume is nearly full: transactions are '
                        'read-only')
        self._brake.engage()
        if usage.available < threshold // 4:
            self._make_room()
        return FULL

    def _threshold(self, usage: disks.Usage) -> int:
        return int(max(_LEAST_FREE, usage.total * self._percent // 100))

    def _make_room(self) -> None:
        if self._brake.answers():
            self._brake.end_writers()
        elif os.path.exists(self._reserve):
            LOG.warning('the volume is full: the reserve is given up')
            os.unlink(self._reserve)
            self._made_room = True

    def _keep_reserve(self) -> None:
        if os.path.exists(self._reserve):
            return
        handle = os.open(self._reserve, os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            os.posix_fallocate(handle, 0, RESERVE)
        except OSError as error:
            LOG.warning('no reserve can be kept: %s', error)
            os.unlink(self._reserve)
        finally:
            os.close(handle)

    @property
    def _reserve(self) -> str:
        return os.path.join(os.path.dirname(self._data), _RESERVE_NAME)


def ahead(mount_point: str,
          command: typing.Sequence[str]) -> tuple[str, ...]:
    """``command``, and before it the reserve given up where it is needed.

    To be run ahead of each start of an engine: none that was killed on a
    full volume has to fail, or to hang, before it is helped.
    """
    return ('/bin/sh', '-c', _AHEAD, mount_point, *command)

# SPDX-License-Identifier: Apache-2.0
"""Room on the volume: an engine that cannot write its log stops for good.

When little is left, new transactions are read-only unless they say that
they are not, and those that write are ended. Should the volume fill up all
the same, a file that was kept for this makes room for the engine to recover.
"""

import logging
import os
import typing

from trove.common import exception
from trove.datastores.postgresql.guest import connection
from trove.datastores.postgresql.guest import places as where
from trove.guestkit import configfiles
from trove.guestkit import disks

LOG = logging.getLogger(__name__)

_MB = 1024 ** 2
#: Four segments of the log.
RESERVE = 64 * _MB
_LEAST_FREE = 64 * _MB
_RESERVE_NAME = 'reserve'
_CHANGE = 'read-only'
_END_WRITERS = (
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE '
    "backend_type = 'client backend' AND backend_xid IS NOT NULL AND "
    'pid <> pg_backend_pid()')


class Guard:
    """Watches the room on the volume, asked every second or so."""

    def __init__(self, places: where.Places, layers: configfiles.Layers,
                 connector: connection.Connector,
                 reload: typing.Callable[[], bool], percent: int) -> None:
        self._places = places
        self._layers = layers
        self._connector = connector
        self._reload = reload
        self._percent = percent
        self._made_room = False

    @property
    def engaged(self) -> bool:
        """Whether transactions are read-only for want of room."""
        return self._layers.path(configfiles.AFTER_USER, _CHANGE) is not None

    def started(self) -> None:
        """The engine answers: keep a reserve, if there is room for one."""
        self._made_room = False
        usage = disks.usage(self._places.mount_point)
        if usage.available > self._threshold(usage) + RESERVE:
            self._keep_reserve()

    def made_room(self) -> bool:
        """Whether room was made since the engine was last started."""
        return self._made_room

    def look(self) -> str | None:
        """Act on the room that is left; a sentence while it is little."""
        usage = disks.usage(self._places.mount_point)
        threshold = self._threshold(usage)
        if self.engaged:
            if usage.available > 2 * threshold:
                self._release()
                return None
        elif usage.available < threshold:
            self._engage()
        if not self.engaged:
            return None
        if usage.available < threshold // 4:
            self._make_room()
        return ('The volume is nearly full (%d MB are free): transactions '
                'are read-only until there is more room.'
                % (usage.available // _MB))

    def _threshold(self, usage: disks.Usage) -> int:
        return int(max(_LEAST_FREE, usage.total * self._percent // 100))

    def _engage(self) -> None:
        LOG.warning('the volume is nearly full: transactions are read-only')
        self._layers.put(configfiles.AFTER_USER, _CHANGE,
                         {'default_transaction_read_only': True})
        if self._reload():
            self._end_writers()

    def _release(self) -> None:
        LOG.info('there is room on the volume again')
        self._layers.drop(configfiles.AFTER_USER, _CHANGE)
        self._reload()
        self._keep_reserve()

    def _end_writers(self) -> None:
        try:
            with self._connector.open() as engine:
                engine.run(_END_WRITERS)
        except exception.TroveError as error:
            LOG.warning('those who write could not be ended: %s', error)

    def _make_room(self) -> None:
        if self._connector.answers():
            self._end_writers()
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
        return os.path.join(self._places.mount_point, _RESERVE_NAME)

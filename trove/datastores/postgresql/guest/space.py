# SPDX-License-Identifier: Apache-2.0
"""Room on the volume: PostgreSQL that cannot write its log stops for good.

`trove.guestkit.room` watches the room; here is how transactions are made
read-only, and how those that write all the same are ended.
"""

import logging
import typing

from trove.common import exception
from trove.datastores.postgresql.guest import connection
from trove.guestkit import configfiles
from trove.guestkit import room

LOG = logging.getLogger(__name__)

_CHANGE = 'read-only'
_END_WRITERS = (
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE '
    "backend_type = 'client backend' AND backend_xid IS NOT NULL AND "
    'pid <> pg_backend_pid()')


class Brake(room.Brake):
    """A layer above the tenant's, which sessions take over as it is."""

    def __init__(self, layers: configfiles.Layers,
                 connector: connection.Connector,
                 reload: typing.Callable[[], bool]) -> None:
        self._layers = layers
        self._connector = connector
        self._reload = reload

    @property
    def engaged(self) -> bool:
        """Whether transactions are read-only for want of room."""
        return self._layers.path(configfiles.AFTER_USER, _CHANGE) is not None

    def engage(self) -> None:
        """Let them be so, and end those that write."""
        if self.engaged:
            return
        self._layers.put(configfiles.AFTER_USER, _CHANGE,
                         {'default_transaction_read_only': True})
        if self._reload():
            self.end_writers()

    def release(self) -> None:
        """Let them be again what the tenant has made them."""
        self._layers.drop(configfiles.AFTER_USER, _CHANGE)
        self._reload()

    def answers(self) -> bool:
        """Whether the engine answers."""
        return self._connector.answers()

    def end_writers(self) -> None:
        """End the sessions that have written in their transaction."""
        try:
            with self._connector.open() as engine:
                engine.run(_END_WRITERS)
        except exception.TroveError as error:
            LOG.warning('those who write could not be ended: %s', error)

# SPDX-License-Identifier: Apache-2.0
"""Room on the volume: the MySQL family goes on without, and starts not.

InnoDB refuses what needs more room and lives; but a server that ends then
needs some to start again. `trove.guestkit.room` watches the room.
"""

import logging

from trove.common import exception
from trove.datastores.sqlfamily.guest import connection
from trove.guestkit import configfiles
from trove.guestkit import room

LOG = logging.getLogger(__name__)

_CHANGE = 'read-only'
_OPTION = 'transaction_read_only'
#: The variable has the option's name in MySQL, and the other in MariaDB.
_IS_READ_ONLY = ("SHOW GLOBAL VARIABLES WHERE variable_name IN "
                 "('transaction_read_only', 'tx_read_only') AND "
                 "value = 'ON'")
#: Sessions are what the global value was when they began. Ours, through the
#: socket, are not read-only, and the server's own have no user.
_SESSIONS = (
    'SELECT id FROM information_schema.processlist WHERE NOT (user = '
    "'root' AND host = 'localhost') AND user NOT IN ('system user', "
    "'event_scheduler') AND id <> CONNECTION_ID()")


class Brake(room.Brake):
    """A layer above the tenant's for the next start, a variable for now."""

    def __init__(self, layers: configfiles.Layers,
                 connector: connection.Connector) -> None:
        self._layers = layers
        self._connector = connector
        self._told = False

    @property
    def engaged(self) -> bool:
        """Whether transactions are read-only for want of room."""
        return self._layers.has(configfiles.AFTER_USER, _CHANGE)

    def engage(self) -> None:
        """Let them be so; whoever is in has to come in again."""
        if not self.engaged:
            self._told = False
            self._layers.put(configfiles.AFTER_USER, _CHANGE, {_OPTION: True})
        if self._told:
            return
        try:
            with self._connector.open() as session:
                if not session.run(_IS_READ_ONLY):
                    session.run('SET GLOBAL TRANSACTION READ ONLY')
                    _end_sessions(session)
                self._told = True
        except exception.TroveError as error:
            LOG.warning('transactions are not read-only yet: %s', error)

    def release(self) -> None:
        """Let them be again what the tenant has made them.

        The layer goes last: while the engine could not be told, they count
        as read-only, and it is asked again.
        """
        try:
            if self._layers.value(configfiles.USER, _OPTION) != '1':
                with self._connector.open() as session:
                    session.run('SET GLOBAL TRANSACTION READ WRITE')
            self._layers.drop(configfiles.AFTER_USER, _CHANGE)
        except exception.TroveError as error:
            LOG.warning('transactions stay read-only: %s', error)

    def answers(self) -> bool:
        """Whether the engine answers."""
        return self._connector.answers()


def _end_sessions(session: connection.Connection) -> None:
    for (number,) in session.run(_SESSIONS):
        try:
            session.run('KILL %s', number)
        except connection.StatementRefused as error:
            LOG.debug('session %s has ended: %s', number, error)

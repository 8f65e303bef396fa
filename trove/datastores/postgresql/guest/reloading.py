# SPDX-License-Identifier: Apache-2.0
"""Let a running engine read its files."""

import logging

from trove.common import exception
from trove.common import waiting
from trove.datastores.postgresql.guest import connection

LOG = logging.getLogger(__name__)

_WAIT_S = 30
# As a number: a date is written as the tenant's settings say.
_READ_AT = 'SELECT extract(epoch FROM pg_conf_load_time())::text'


class Reloader:
    """Asks the engine to read its files, and sees that it has."""

    def __init__(self, connector: connection.Connector) -> None:
        self._connector = connector

    def __call__(self) -> bool:
        """Whether the engine read its files; one that is down did not."""
        try:
            with self._connector.open() as engine:
                before = engine.run(_READ_AT)
                engine.run('SELECT pg_reload_conf()')
            # Sessions that begin from then on have the new values.
            waiting.until(lambda: self._read_at() != before, _WAIT_S,
                          'the reading of the configuration', poll_s=0.02,
                          most_s=0.2)
        except (connection.EngineAway, exception.WaitTimeout) as error:
            LOG.info('the engine reads its files at its next start: %s',
                     error)
            return False
        return True

    def _read_at(self) -> connection.Rows:
        with self._connector.open() as engine:
            return engine.run(_READ_AT)

# SPDX-License-Identifier: Apache-2.0
"""Configuration files of the MySQL family."""

import os

from trove.datastores import interfaces
from trove.datastores import layered
from trove.datastores.sqlfamily.guest import inifile
from trove.datastores.sqlfamily.guest import places as where
from trove.datastores.sqlfamily.guest import variables
from trove.guestkit import configfiles
from trove.guestkit import files


class IniTuning(layered.LayeredTuning):
    """A base file and layers; the packaged configuration is not read.

    ``own`` are settings of the engine that nobody may change. What is in
    ``at_start`` is run by the engine whenever it starts.
    """

    def __init__(self, places: where.Places, port: int,
                 running: variables.SqlVariables, own: interfaces.Item,
                 at_start: str) -> None:
        super().__init__(layers(places))
        self._running = running
        self._own = own
        self._at_start = at_start
        self._places = places
        self._port = port

    def write_base(self, config: str) -> None:
        """Write the rendered text and, above the tenant's, our own layer."""
        places = self._places
        files.folder(os.path.dirname(places.config))
        files.folder(places.exchange)
        files.write(places.at_start, self._at_start, 0o644)
        self._layers.write_base(config)
        self._layers.put(configfiles.AFTER_USER, 'places', {
            'user': where.USER,
            'port': self._port,
            'datadir': places.data,
            # Not /tmp: a query must not fill the server's own disk.
            'tmpdir': places.scratch,
            'socket': places.socket,
            'pid_file': places.pid_file,
            'init_file': places.at_start,
            'log_error': places.log('error'),
            'log_output': 'FILE',
            'general_log_file': places.log('general'),
            'slow_query_log_file': places.log('slow_query'),
            # An empty folder that only the agent may write to.
            'secure_file_priv': places.exchange,
            **self._own,
        })

    def apply(self, values: interfaces.Item) -> interfaces.Item:
        """Let the running engine take these values, all or none."""
        return self._running.apply(values)


def layers(places: where.Places) -> inifile.IniLayers:
    """The files of the engine's configuration."""
    return inifile.IniLayers(
        base=places.config, folder=places.layers, section='mysqld',
        owner=where.USER)

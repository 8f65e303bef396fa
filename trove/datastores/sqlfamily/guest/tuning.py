# SPDX-License-Identifier: Apache-2.0
"""Configuration files of the MySQL family."""

import os

from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import places as where
from trove.datastores.sqlfamily.guest import variables
from trove.guestkit import configfiles
from trove.guestkit import files


class IniTuning(interfaces.Tuning):
    """A base file and layers; the packaged configuration is not read."""

    def __init__(self, places: where.Places, port: int,
                 running: variables.SqlVariables) -> None:
        self._running = running
        self._places = places
        self._port = port
        self._layers = layers(places)

    def write_base(self, config: str) -> None:
        """Write the rendered text and, above the tenant's, our own layer."""
        files.folder(os.path.dirname(self._places.config))
        self._layers.write_base(config)
        self._layers.put(configfiles.AFTER_USER, 'places', {
            'user': where.USER,
            'port': self._port,
            'datadir': self._places.data,
            'socket': self._places.socket,
            'pid_file': self._places.pid_file,
            'log_error': self._places.error_log,
        })

    def write_overrides(self, overrides: interfaces.Item) -> None:
        """Replace the tenant's layer; empty takes it away."""
        if overrides:
            self._layers.put(configfiles.USER, 'common', overrides)
        else:
            self._layers.drop(configfiles.USER, 'common')

    def apply(self, values: interfaces.Item) -> interfaces.Item:
        """Let the running engine take these values, all or none."""
        return self._running.apply(values)


def layers(places: where.Places) -> configfiles.Layers:
    """The files of the engine's configuration."""
    return configfiles.Layers(
        base=places.config, folder=places.layers, section='mysqld',
        owner=where.USER)

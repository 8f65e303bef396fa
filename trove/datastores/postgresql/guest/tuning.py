# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's configuration files, and what the engine makes of them."""

import logging
import typing

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores import layered
from trove.datastores.postgresql.guest import access
from trove.datastores.postgresql.guest import connection
from trove.datastores.postgresql.guest import logs as engine_logs
from trove.datastores.postgresql.guest import places as where
from trove.datastores.postgresql.guest import reloading
from trove.guestkit import configfiles
from trove.guestkit import files

LOG = logging.getLogger(__name__)

#: Values that count at once, above the tenant's files, until those are
#: written next.
_RUNNING = 'running'

_KNOWN = ('SELECT name, context, vartype, unit, min_val, max_val, enumvals '
          'FROM pg_settings WHERE lower(name) = %s')
_ERRORS = ('SELECT name, error FROM pg_file_settings WHERE sourcefile = %s '
           'AND error IS NOT NULL')
_NOW = ('SELECT setting, vartype, sourcefile FROM pg_settings '
        'WHERE lower(name) = %s')
#: The same of what the agent's sessions do not have: it ends them.
_IN_FILE = ('SELECT f.setting, s.vartype, f.sourcefile FROM pg_file_settings '
            'f JOIN pg_settings s ON s.name = f.name WHERE lower(f.name) = '
            '%s AND f.applied')
_FIXED = frozenset(('internal', 'postmaster'))


class ValueRefused(exception.Unprocessable):
    """The engine does not run with this value."""

    template = '%(name)s cannot be %(value)s: %(reason)s'


class PgTuning(layered.LayeredTuning):
    """A base file and layers; the data folder's own is not read."""

    def __init__(self, places: where.Places, layers: configfiles.Layers,
                 connector: connection.Connector, door: access.Access,
                 logs: engine_logs.PgLogs,
                 reload: reloading.Reloader) -> None:
        super().__init__(layers)
        self._places = places
        self._connector = connector
        self._door = door
        self._logs = logs
        self._reload = reload

    def write_base(self, config: str) -> None:
        """Write the rendered text and, above the tenant's, our own layer."""
        places = self._places
        files.folder(places.config_folder)
        self._layers.write_base(config)
        self._layers.put(configfiles.AFTER_USER, 'places', {
            'listen_addresses': '*', 'port': places.port,
            'data_directory': places.data, 'hba_file': places.access,
            'ident_file': places.identities,
            'unix_socket_directories': places.runtime,
            'unix_socket_permissions': '0700',
            **self._logs.settings()})
        self._door.write()

    def write_overrides(self, overrides: interfaces.Item) -> None:
        """Replace the tenant's layer; empty takes it away."""
        self._layers.drop(configfiles.USER, _RUNNING)
        super().write_overrides(overrides)

    def fall_back(self) -> interfaces.Names:
        """Put back the tenant's layer that was known to be good."""
        self._layers.drop(configfiles.USER, _RUNNING)
        return super().fall_back()

    def apply(self, values: interfaces.Item) -> interfaces.Item:
        """Let the running engine take these values, all or none.

        They go into a layer of their own. The engine says what it thinks of
        that before it is told to read it.
        """
        with self._connector.open() as engine:
            for name, value in values.items():
                _check(engine, name, value)
            before = self._kept()
            try:
                path = self._put(values)
                self._check_file(engine, path, values)
                self._reload()
                return self._read_back(path, values)
            except exception.TroveError:
                self._put_back(before)
                raise

    def _kept(self) -> str | None:
        path = self._layers.path(configfiles.USER, _RUNNING)
        return path and files.read(path)

    def _put(self, values: interfaces.Item) -> str:
        self._layers.put(configfiles.USER, _RUNNING, values)
        return str(self._layers.path(configfiles.USER, _RUNNING))

    def _put_back(self, before: str | None) -> None:
        path = self._layers.path(configfiles.USER, _RUNNING)
        if before is None:
            self._layers.drop(configfiles.USER, _RUNNING)
        else:
            files.write(path, before, 0o640, group=where.USER)
        if not self._reload():
            LOG.error('the former values count from the next start on')

    @staticmethod
    def _check_file(engine: connection.Connection, path: str,
                    values: interfaces.Item) -> None:
        for name, error in engine.run(_ERRORS, path):
            limits = engine.run(_KNOWN, name.lower())
            raise ValueRefused(
                name=name, value=values.get(name, 'set'),
                reason='%s%s' % (error, _limits(limits)))

    def _read_back(self, path: str, values: interfaces.Item
                   ) -> interfaces.Item:
        """What a new session has."""
        found = {}
        limits = self._connector.limits()
        with self._connector.open(own_settings=False) as engine:
            for name, value in values.items():
                [(text, kind, source)] = engine.run(
                    _IN_FILE if name.lower() in limits else _NOW,
                    name.lower())
                if source not in (path, None):
                    raise ValueRefused(name=name, value=value,
                                       reason='%s says otherwise' % source)
                found[name] = _typed(text, kind)
        return found


def _check(engine: connection.Connection, name: str,
           value: typing.Any) -> None:
    found = engine.run(_KNOWN, name.lower())
    if not found:
        raise ValueRefused(name=name, value=value,
                           reason='there is no such parameter')
    if found[0][1] in _FIXED:
        raise ValueRefused(name=name, value=value,
                           reason='it cannot change in a running engine')


def _limits(found: connection.Rows) -> str:
    if not found:
        return ''
    _, _, kind, unit, least, most, words = found[0]
    if words:
        return '; it is one of ' + ', '.join(words)
    if least is None:
        return '; it is of type ' + kind
    return '; it is of type %s, from %s to %s%s' % (
        kind, least, most, ' in units of ' + unit if unit else '')


def _typed(text: str, kind: str) -> typing.Any:
    if kind == 'bool':
        return text == 'on'
    if kind == 'integer':
        return int(text)
    return float(text) if kind == 'real' else text

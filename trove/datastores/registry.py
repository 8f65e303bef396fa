# SPDX-License-Identifier: Apache-2.0
"""Entry points -> control halves and guest drivers.

An engine is found by its manager's name, and only that one is imported.
"""

import importlib
import importlib.metadata
import typing

from trove.common import exception

if typing.TYPE_CHECKING:
    from oslo_config import cfg

    from trove.datastores import base
    from trove.datastores import interfaces

CONTROL = 'trove.datastores'
GUEST = 'trove.datastores.guest'


class Registry:
    """Control halves by manager name; made once and kept."""

    def __init__(self, conf: 'cfg.ConfigOpts') -> None:
        self._conf = conf
        self._made: dict[str, base.Datastore] = {}

    def get(self, manager: str) -> 'base.Datastore':
        """The Datastore of this manager, or NotSupported."""
        if manager not in self._made:
            plugin = _load(CONTROL, manager)
            plugin.register_opts(self._conf)
            self._made[manager] = plugin(self._conf)
        return self._made[manager]

    def names(self) -> list[str]:
        """Names of every manager that is installed."""
        return sorted({entry.name for entry
                       in importlib.metadata.entry_points(group=CONTROL)})


def build_driver(manager: str, kit: 'interfaces.Kit',
                 settings: 'interfaces.Settings') -> 'interfaces.Driver':
    """The guest Driver of this manager, or NotSupported."""
    return _load(GUEST, manager)(kit, settings)


def list_opts() -> typing.Iterator[tuple[str, list[typing.Any]]]:
    """(group, options) of every installed engine, for sample files."""
    for entry in sorted(importlib.metadata.entry_points(group=CONTROL),
                        key=lambda item: item.name):
        yield entry.load().list_opts()


def _load(group: str, manager: str) -> typing.Any:
    found = importlib.metadata.entry_points(group=group, name=manager)
    for entry in found:
        return entry.load()
    raise exception.NotSupported(feature='Datastore manager %s' % manager,
                                 subject='this installation')

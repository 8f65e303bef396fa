# SPDX-License-Identifier: Apache-2.0
"""Entry points -> control halves and guest drivers.

An engine is found by its manager's name, and only that one is imported.
"""

import importlib
import importlib.metadata

from trove.common import exception

CONTROL = 'trove.datastores'
GUEST = 'trove.datastores.guest'


class Registry:
    """Control halves by manager name; made once and kept."""

    def __init__(self, conf):
        self._conf = conf
        self._made = {}

    def get(self, manager):
        """The Datastore of this manager, or NotSupported."""
        if manager not in self._made:
            plugin = _load(CONTROL, manager)
            plugin.register_opts(self._conf)
            self._made[manager] = plugin(self._conf)
        return self._made[manager]

    def names(self):
        """Names of every manager that is installed."""
        return sorted({entry.name for entry
                       in importlib.metadata.entry_points(group=CONTROL)})


def build_driver(manager, kit, settings):
    """The guest Driver of this manager, or NotSupported."""
    return _load(GUEST, manager)(kit, settings)


def list_opts():
    """(group, options) of every installed engine, for sample files."""
    for entry in sorted(importlib.metadata.entry_points(group=CONTROL),
                        key=lambda item: item.name):
        yield entry.load().list_opts()


def _load(group, manager):
    found = importlib.metadata.entry_points(group=group, name=manager)
    for entry in found:
        return entry.load()
    raise exception.NotSupported(feature='Datastore manager %s' % manager,
                                 subject='this installation')

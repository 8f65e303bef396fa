# SPDX-License-Identifier: Apache-2.0
"""Tuning of an engine that reads its configuration in layers of files."""

from trove.datastores import interfaces
from trove.guestkit import configfiles

_COMMON = 'common'


class LayeredTuning(interfaces.Tuning):
    """The tenant's layer; an engine adds its base, and how it takes values
    while it runs."""

    def __init__(self, layers: configfiles.Layers) -> None:
        self._layers = layers

    def write_overrides(self, overrides: interfaces.Item) -> None:
        """Replace the tenant's layer; empty takes it away."""
        if overrides:
            self._layers.put(configfiles.USER, _COMMON, overrides)
        else:
            self._layers.drop(configfiles.USER, _COMMON)

    def keep(self) -> None:
        """The engine has started: its tenant's layer is known to be good."""
        self._layers.keep(configfiles.USER, _COMMON)

    def fall_back(self) -> interfaces.Names:
        """Put back the tenant's layer that was known to be good."""
        found: interfaces.Names = self._layers.fall_back(
            configfiles.USER, _COMMON)
        return found

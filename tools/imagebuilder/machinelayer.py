# SPDX-License-Identifier: Apache-2.0
"""The layer that makes a guest of the one-machine cloud a virtual machine.

Kernel, devices and network. It lies over the engine's layer, not beside it:
both change the list of installed packages and the users, and only one file
of a name is seen.
"""

from imagebuilder import epoch
from imagebuilder import layers
from imagebuilder import packages


class MachineLayer(layers.Layer):
    """What only a server with hardware of its own needs."""

    def __init__(self, description, recipe, engine, base, pins=()):
        super().__init__(below=(engine, base), needs=(engine,))
        self._description = description
        self._recipe = recipe
        self._base = base
        self._pins = pins
        self.label = f'machine-{recipe.image}'
        self.title = 'kernel and network'
        self.size_mb = description.size_mb

    def facts(self):
        """Return the description."""
        machine = self._description
        return {
            'packages': machine.packages_of(self._recipe.suite),
            'commands': machine.commands,
            'unmasked': machine.unmasked_units,
            'enabled': machine.enabled_units,
            'removed': machine.removed_paths,
            'files': [[each.path, each.content, each.mode] for each
                      in (*machine.early_files, *machine.files)],
            'pins': self._pins,
        }

    def make(self, site, store, progress, notes):
        """Install the packages and let their units run."""
        machine = self._description
        wanted = machine.packages_of(self._recipe.suite)
        with self.root(site, store) as root:
            had = packages.installed(root.path)
            layers.lay_files(root, machine.early_files)
            layers.unmask_units(root, machine.unmasked_units)
            with progress.step('installing ' + ' '.join(wanted)):
                # The early root is made with this time. Not elsewhere: Python
                # would look into every source file before it took what has
                # been compiled, in each start of the agent.
                packages.Apt(root, store, self._recipe.suite,
                             self._base.source_lines(), self._pins,
                             epoch.environment()).install(wanted)
            root.run(['systemctl', 'enable', *machine.enabled_units],
                     what='enabling units')
            for line in machine.commands:
                root.run(['sh', '-euc', line], what=f'the command "{line}"')
            layers.remove(root, machine.removed_paths)
            layers.lay_files(root, machine.files)
            notes['packages'] = packages.difference(
                had, packages.installed(root.path))

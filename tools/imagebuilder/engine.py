# SPDX-License-Identifier: Apache-2.0
"""The layer that makes a guest a guest of one datastore version."""

from imagebuilder import layers
from imagebuilder import packages


class EngineLayer(layers.Layer):
    """The packages of one datastore version, as its recipe says."""

    def __init__(self, recipe, base, pins=(), older=()):
        super().__init__(below=(base,), needs=(base,))
        self._recipe = recipe
        self._base = base
        self._pins = pins
        self._older_pins = older
        self.label = recipe.image
        self.title = f'{recipe.datastore} {recipe.version}'
        self.size_mb = recipe.size_mb

    def facts(self):
        """Return the recipe, less what only other layers use."""
        recipe = self._recipe
        source = recipe.source
        return {
            **({'pins': [self._pins, self._older_pins]} if self._pins else {}),
            **({'packages suite': recipe.packages_suite}
               if recipe.packages_suite else {}),
            'packages': recipe.packages, 'before': recipe.before,
            'commands': recipe.commands, 'masked': recipe.masked_units,
            'disabled': recipe.disabled_units,
            'users': [[user.name, user.uid, user.home]
                      for user in recipe.users],
            'files': [[each.path, each.content, each.mode]
                      for each in recipe.files],
            'older': [[each.suite, each.path, each.packages]
                      for each in recipe.older],
            'source': source and [source.uri, source.suite,
                                  source.components, source.key],
        }

    def make(self, site, store, progress, notes):
        """Install the packages and run the recipe's commands."""
        recipe = self._recipe
        with self.root(site, store) as root:
            had = packages.installed(root.path)
            _add_users(root, recipe.users)
            _run_lines(root, recipe.before)
            with progress.step('installing ' + ' '.join(recipe.packages)):
                packages.Apt(
                    root, store, '+'.join(self._suites()),
                    [line for suite in self._suites()
                     for line in self._base.source_lines(suite)]
                    + self._own_source(root), self._pins
                ).install(recipe.packages)
            notes['older'] = {}
            for each in recipe.older:
                with progress.step(f'unpacking {each.suite} '
                                   + ' '.join(each.packages)):
                    notes['older'].update(packages.Apt(
                        root, store, each.suite,
                        self._base.source_lines(each.suite), self._older_pins
                    ).unpack(each.packages, each.path))
            _run_lines(root, recipe.commands)
            layers.lay_files(root, recipe.files)
            layers.mask_units(root, recipe.masked_units)
            if recipe.disabled_units:
                root.run(['systemctl', 'disable', *recipe.disabled_units],
                         what='disabling units')
            layers.remove(root, self._base.description.removed_paths)
            notes['packages'] = packages.difference(
                had, packages.installed(root.path))
            notes['users'] = {user.name: user.uid for user in recipe.users}

    def _suites(self):
        """The base system's, and that of the packages if it is another."""
        recipe = self._recipe
        return tuple(filter(None, (recipe.suite, recipe.packages_suite)))

    def _own_source(self, root):
        source = self._recipe.source
        if source is None:
            return []
        key = root.inside('run/recipe.asc')
        key.write_text(source.key, 'ascii')
        return [f'deb [signed-by={key}] {source.uri} {source.suite} '
                + ' '.join(source.components)]


def _add_users(root, users):
    for user in users:
        number = str(user.uid)
        root.run(['groupadd', '--system', '--gid', number, user.name],
                 what=f'adding group {user.name}')
        root.run(['useradd', '--system', '--uid', number, '--gid', number,
                  '--home-dir', user.home, '--no-create-home',
                  '--shell', '/usr/sbin/nologin', user.name],
                 what=f'adding user {user.name}')


def _run_lines(root, lines):
    for line in lines:
        root.run(['sh', '-euc', line], what=f'the command "{line}"')

# SPDX-License-Identifier: Apache-2.0
"""The bottom layer: a small Debian that boots fast."""

import os
import shlex

from imagebuilder import commands
from imagebuilder import errors
from imagebuilder import layers
from imagebuilder import mounts
from imagebuilder import packages

DPKG_OPTIONS = 'etc/dpkg/dpkg.cfg.d/99mmdebstrap'


class BaseLayer(layers.Layer):
    """Debian's essential packages, systemd and Python, from mmdebstrap."""

    def __init__(self, description, suite, mirror=None, as_of='', pins=(),
                 moment=0):
        super().__init__()
        self.description = description
        self.suite = suite
        self._mirror = mirror
        self._as_of = as_of
        self._pins = pins
        self._moment = moment
        self.label = f'base-{suite}'
        self.title = f'base system of Debian {suite}'
        self.size_mb = description.size_mb

    def facts(self):
        """Return the description and which generation of packages it is."""
        base = self.description
        return {
            # All other layers' names follow from this one's.
            **({'pins': self._pins, 'epoch': self._moment}
               if self._pins else {}),
            'suite': self.suite, 'architecture': packages.architecture(),
            'as of': self._as_of, 'packages': base.packages,
            'excluded': base.excluded_paths, 'included': base.included_paths,
            'masked': base.masked_units, 'removed': base.removed_paths,
            'files': [[each.path, each.content, each.mode]
                      for each in base.files],
        }

    def source_lines(self, suite=None):
        """Return where this machine gets packages of this or a suite."""
        if self._mirror:
            return packages.mirror(suite or self.suite, self._mirror)
        return packages.sources(suite or self.suite)

    def make(self, site, store, progress, notes):
        """Bootstrap, then take out all that is not for a guest."""
        with progress.step(f'bootstrapping Debian {self.suite}'):
            self._bootstrap(site, store)
        root = mounts.Root(site.tree, site.log)
        with progress.step('trimming'):
            layers.remove(root, self.description.removed_paths)
            layers.lay_files(root, self.description.files)
            layers.mask_units(root, self.description.masked_units)
            default = root.inside('etc/systemd/system/default.target')
            default.unlink(missing_ok=True)
            default.symlink_to('/usr/lib/systemd/system/multi-user.target')
            _keep_dpkg_options(root)
            _call_up_to_date(root)
        notes['packages'] = packages.installed(root.path)

    def _bootstrap(self, site, store):
        listed = site.path / 'sources.list'
        listed.write_text('\n'.join(self.source_lines()) + '\n', 'utf-8')
        lists = store.cache('packages') / 'lists' / self.suite
        lists.mkdir(parents=True, exist_ok=True)
        argv = ['mmdebstrap', '--mode=root', '--variant=essential',
                '--format=directory', '--skip=check/empty',
                '--include=' + ','.join(self.description.packages),
                '--dpkgopt=force-unsafe-io',
                # The engine's step needs the same lists a moment later.
                '--customize-hook=cp -a "$1/var/lib/apt/lists/." '
                + shlex.quote(str(lists))]
        argv += [f'--aptopt={line}' for line in packages.settings()]
        if self._pins:
            pinned = site.path / 'preferences'
            pinned.write_text(packages.preferences_of(self._pins), 'utf-8')
            argv.append(f'--aptopt=Dir::Etc::Preferences "{pinned}";')
        argv += [f'--dpkgopt=path-exclude={path}'
                 for path in self.description.excluded_paths]
        argv += [f'--dpkgopt=path-include={path}'
                 for path in self.description.included_paths]
        try:
            commands.run([*argv, self.suite, site.tree, listed],
                         what=f'bootstrapping Debian {self.suite}',
                         log=site.log, env={**os.environ,
                                            'LC_ALL': 'C.UTF-8'})
        except errors.BuildError as error:
            if 'mmdebstrap is not installed' in str(error):
                raise errors.BuildError(
                    'building an image needs the package mmdebstrap: '
                    'apt-get install mmdebstrap') from error
            raise


def _keep_dpkg_options(root):
    """Keep what is left out of packages; a guest's disk is to be synced."""
    path = root.inside(DPKG_OPTIONS)
    kept = [line for line in path.read_text('utf-8').splitlines()
            if line != 'force-unsafe-io']
    path.write_text('\n'.join(kept) + '\n', 'utf-8')


def _call_up_to_date(root):
    """Spare systemd what it does after an update of /usr."""
    for name in ('etc', 'var'):
        root.inside(f'{name}/.updated').touch()

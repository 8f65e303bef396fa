# SPDX-License-Identifier: Apache-2.0
"""The project's source tree, as far as a guest is concerned."""

import configparser
import pathlib
import re
import shutil

from imagebuilder import errors
from imagebuilder import fingerprint

ROOT_FILES = ('setup.cfg', 'setup.py', 'pyproject.toml', 'requirements.txt',
              'README.rst', 'LICENSE', 'MANIFEST.in')
CONSTRAINTS = 'constraints.txt'
UNIT = 'etc/guest/trove-guestagent.service'
PACKAGE = 'trove'
LEFT_OUT = {'__pycache__', 'tests'}
RECIPES = 'trove/datastores/*/image/*'


class AgentSource:
    """A checkout of the project that guest agents are made from."""

    def __init__(self, path):
        self.path = pathlib.Path(path).resolve()
        if not (self.path / 'setup.cfg').is_file():
            raise errors.BuildError(
                f'{self.path} is no source tree of the guest agent (it has '
                'no setup.cfg): name one with --agent-source')

    def files(self):
        """Return the relative paths of all that goes into the wheel."""
        found = [name for name in ROOT_FILES
                 if (self.path / name).is_file()]
        for path in (self.path / PACKAGE).rglob('*'):
            below = path.relative_to(self.path)
            if (not LEFT_OUT.intersection(below.parts)
                    and not below.match(RECIPES)
                    and path.suffix != '.pyc' and path.is_file()):
                found.append(str(below))
        return found

    def fingerprint(self):
        """Return the fingerprint of wheel content and systemd unit."""
        return fingerprint.of_files(self.path, [*self.files(), UNIT])

    def copy(self, target):
        """Copy what the wheel is built from: a build writes into its tree."""
        for name in self.files():
            place = pathlib.Path(target, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.path / name, place)

    def unit(self):
        """Return the text of the agent's systemd unit."""
        return (self.path / UNIT).read_text('utf-8')

    def requirements(self, extras):
        """Return what the agent needs installed: its own, and of extras."""
        lines = self._lines(self._optional('requirements.txt'))
        setup = configparser.ConfigParser(interpolation=None)
        setup.read(self.path / 'setup.cfg', encoding='utf-8')
        known = {}
        for section in ('extras', 'options.extras_require'):
            if setup.has_section(section):
                known.update(setup.items(section))
        for extra in extras:
            if extra not in known:
                raise errors.RecipeError(
                    f'{self.path / "setup.cfg"} has no extra "{extra}" for '
                    'guests')
            lines += self._lines(known[extra])
        return sorted(set(lines))

    def constraints(self):
        """Return the pinned versions to keep to; empty if there are none."""
        return self._lines(self._optional(CONSTRAINTS))

    def _optional(self, name):
        path = self.path / name
        return path.read_text('utf-8') if path.is_file() else ''

    @staticmethod
    def _lines(text):
        found = []
        for line in text.splitlines():
            line = re.sub(r'(^|\s)#.*', '', line).strip()
            if line and not line.startswith('-'):
                found.append(line)
        return found

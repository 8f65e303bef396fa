# SPDX-License-Identifier: Apache-2.0
"""Where this machine's pip gets packages, carried over to a guest's pip.

pip itself may not be installed here yet, so its files are read directly:
same places, same order, the environment last.
"""

import configparser
import dataclasses
import os
import pathlib
import re
import urllib.parse

from imagebuilder import errors

# Where packages come from and how they are reached. Whatever else the
# person configured (where to install, how to print) is not the guest's.
CARRIED = ('index-url', 'extra-index-url', 'no-index', 'find-links',
           'trusted-host', 'cert', 'client-cert', 'proxy', 'timeout',
           'retries', 'constraint', 'only-binary', 'no-binary',
           'prefer-binary')
SECTIONS = ('global', 'download', 'install')


@dataclasses.dataclass(frozen=True, slots=True)
class PipConfig:
    """Options for pip, and the local paths that they name."""

    options: dict

    def text(self):
        """Return the options as a pip.conf; it may hold credentials."""
        lines = ['[global]']
        for name, value in sorted(self.options.items()):
            lines.append(f'{name} = ' + '\n    '.join(value.split()))
        return '\n'.join(lines) + '\n'

    def paths(self):
        """Return the existing local files and directories it names.

        The pages of a local index commonly link to files beside it, so of
        an index its parent directory is named.
        """
        found = []
        for name, value in self.options.items():
            for word in value.split():
                path = _local(word)
                if path and name.endswith('index-url'):
                    path = path.parent if len(path.parts) > 2 else path
                if path and path not in found and path.exists():
                    found.append(path)
        return found


def _local(word):
    if word.startswith('file:'):
        word = urllib.parse.unquote(urllib.parse.urlsplit(word).path)
    return pathlib.Path(word) if word.startswith('/') else None


def read(environ=None, places=None):
    """Return the configuration that pip would use on this machine."""
    environ = os.environ if environ is None else environ
    options = {}
    for path in _files(environ) if places is None else places:
        options.update(_section_values(pathlib.Path(path)))
    for name, value in environ.items():
        key = name.removeprefix('PIP_').lower().replace('_', '-')
        if name.startswith('PIP_') and key in _spellings():
            options[_spellings()[key]] = value
    return PipConfig({name: value for name, value in options.items()
                      if value.strip()})


def _spellings():
    return {**{name: name for name in CARRIED}, 'default-timeout': 'timeout'}


def _files(environ):
    named = environ.get('PIP_CONFIG_FILE')
    if named == os.devnull:
        return []
    home = pathlib.Path(environ.get('HOME', '/root'))
    config = pathlib.Path(environ.get('XDG_CONFIG_HOME') or home / '.config')
    files = [pathlib.Path('/etc/xdg/pip/pip.conf'),
             pathlib.Path('/etc/pip.conf'), home / '.pip/pip.conf',
             config / 'pip/pip.conf']
    if environ.get('VIRTUAL_ENV'):
        files.append(pathlib.Path(environ['VIRTUAL_ENV'], 'pip.conf'))
    if named:
        files.append(pathlib.Path(named))
    return files


def _section_values(path):
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding='utf-8')
    except configparser.Error as error:
        raise errors.BuildError(
            f'the pip configuration {path} cannot be read: {error.message}'
        ) from error
    found = {}
    for section in SECTIONS:
        if parser.has_section(section):
            for name, value in parser.items(section):
                key = re.sub('_', '-', name.lower())
                if key in _spellings():
                    found[_spellings()[key]] = value
    return found

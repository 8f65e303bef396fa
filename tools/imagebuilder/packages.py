# SPDX-License-Identifier: Apache-2.0
"""Debian packages, from wherever this machine itself gets them.

The sources, keyrings, proxies and credentials of the machine's apt are used
from outside the guest; none of them ends up inside.
"""

import dataclasses
import pathlib
import re
import shutil
import urllib.parse

from imagebuilder import commands
from imagebuilder import errors

ROLLING = ('sid', 'unstable', 'experimental')
KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
LOCK = 'apt'
# How to reach a source; not how this machine likes its package lists.
PASSED = re.compile(r'Acquire::(http|https|ftp|tor|Check-|Retries|Force|'
                    r'Max-|Min-|Allow|By-Hash|PDiffs)', re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One repository of the machine's apt configuration."""

    uri: str
    suite: str
    components: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()

    def line(self, suite):
        """Return it as a line of a sources.list, for another suite."""
        options = dict(self.options)
        if 'signed-by' not in options and pathlib.Path(KEYRING).exists():
            options['signed-by'] = KEYRING
        said = ' '.join(f'{key}={value}' for key, value in options.items())
        return f'deb [{said}] {self.uri} {suite} main' if said else (
            f'deb {self.uri} {suite} main')


def sources(suite, etc_apt=pathlib.Path('/etc/apt'), codename=None):
    """Return the lines of a sources.list for ``suite`` of Debian.

    They are this machine's Debian sources with their suite replaced.
    """
    codename = codename or _codename()
    lines = []
    for entry in entries(etc_apt):
        suffix = _suffix(entry, codename)
        if suffix is None or (suite in ROLLING and suffix):
            continue
        line = entry.line(suite + suffix)
        if line not in lines:
            lines.append(line)
    if not lines:
        raise errors.BuildError(
            f'this machine has no Debian package source in {etc_apt}: add '
            'one to its sources.list, or give one with --mirror')
    return lines


def mirror(suite, uri):
    """Return the lines of a sources.list for one mirror named by hand."""
    return [Entry(uri=uri, suite=suite, components=('main',)).line(suite)]


def entries(etc_apt):
    """Yield every enabled binary repository the machine's apt knows."""
    parts = sorted(etc_apt.glob('sources.list.d/*'))
    for path in [etc_apt / 'sources.list', *parts]:
        if path.suffix == '.sources':
            yield from _stanzas(path.read_text('utf-8'))
        elif path.suffix == '.list' and path.is_file():
            yield from _lines(path.read_text('utf-8'))


def _lines(text):
    for line in text.splitlines():
        found = re.match(r'deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s+(.+)',
                         line.split('#')[0].strip())
        if found:
            options, uri, suite, components = found.groups()
            yield Entry(uri=uri, suite=suite,
                        components=tuple(components.split()),
                        options=_kept(word.partition('=')[::2]
                                      for word in (options or '').split()))


def _stanzas(text):
    for stanza in re.split(r'\n\s*\n', text):
        fields, name = {}, None
        for line in stanza.splitlines():
            if line.startswith('#'):
                continue
            if line[:1].isspace() and name:
                fields[name] += '\n' + line.strip()
            elif ':' in line:
                name, _, value = line.partition(':')
                name = name.strip().lower()
                fields[name] = value.strip()
        if (fields.get('enabled', 'yes').lower() == 'no'
                or 'deb' not in fields.get('types', '').split()):
            continue
        for uri in fields.get('uris', '').split():
            for suite in fields.get('suites', '').split():
                yield Entry(
                    uri=uri, suite=suite, options=_kept(fields.items()),
                    components=tuple(fields.get('components', '').split()))


def _kept(options):
    """Keep what decides whether a source is trusted."""
    return tuple((key.lower(), value) for key, value in options
                 if key.lower() in ('signed-by', 'trusted'))


def _suffix(entry, codename):
    """Return what follows the suite ('-security'), None if not Debian's.

    Others publish a "bookworm main" too, but not under Debian's key.
    """
    key = dict(entry.options).get('signed-by', KEYRING)
    if 'debian-archive' not in key or 'main' not in entry.components:
        return None
    for name in (codename, 'stable'):
        for suffix in ('', '-updates', '-security'):
            if entry.suite == name + suffix:
                return suffix
    return None


def _codename():
    text = pathlib.Path('/etc/os-release').read_text('utf-8')
    found = re.search(r'^VERSION_CODENAME=(\S+)', text, re.MULTILINE)
    return found.group(1).strip('"') if found else 'stable'


def settings():
    """Return the apt options of this machine that tell how to download."""
    dump = commands.ask(['apt-config', 'dump']) or ''
    return [line for line in dump.splitlines()
            if PASSED.match(line) and not line.endswith('"";')] + [
        'Dir::Etc::netrc "/etc/apt/auth.conf";',
        'Dir::Etc::netrcparts "/etc/apt/auth.conf.d";']


def architecture():
    """Return Debian's name for what this machine is."""
    said = commands.ask(['dpkg', '--print-architecture'])
    if said is None:
        raise errors.BuildError(
            'images are built on Debian: the program dpkg is not installed')
    return said.strip()


class Apt:
    """The machine's apt, at work on a guest's root from outside."""

    def __init__(self, root, store, suite, source_lines, pins=(), env=None):
        self._root = root
        self._env = env or {}
        self._conf = root.inside('run/apt.conf')
        self._pins = dict(pins)
        self._store = store
        root.bind(store.cache('packages'), '/var/cache/apt', writable=True)
        for name in ('archives/partial', f'lists/{suite}/partial'):
            (store.cache('packages') / name).mkdir(parents=True,
                                                   exist_ok=True)
        listed = root.inside('run/sources.list')
        listed.write_text('\n'.join(source_lines) + '\n', 'utf-8')
        preferences = root.inside('run/preferences')
        preferences.write_text(preferences_of(pins), 'utf-8')
        self._conf.write_text(
            self._configuration(suite, listed, preferences), 'utf-8')

    def _configuration(self, suite, listed, preferences):
        root = self._root.path
        own = [
            f'APT::Architecture "{architecture()}";',
            f'APT::Architectures "{architecture()}";',
            'APT::Install-Recommends "false";',
            'APT::Sandbox::User "root";',
            'APT::Keep-Downloaded-Packages "true";',
            'Acquire::Languages "none";',
            f'Dir "{root}/";',
            f'Dir::State::Lists "{root}/var/cache/apt/lists/{suite}";',
            f'Dir::State::Status "{root}/var/lib/dpkg/status";',
            f'Dir::Etc::SourceList "{listed}";',
            'Dir::Etc::SourceParts "/dev/null";',
            f'Dir::Etc::Preferences "{preferences}";',
            'Dir::Etc::Trusted "/etc/apt/trusted.gpg";',
            'Dir::Etc::TrustedParts "/etc/apt/trusted.gpg.d";',
            f'Dir::Log "{root}/run";',
            # dpkg runs inside, where this machine's TMPDIR does not exist.
            'Dir::Bin::dpkg "env";',
            'DPkg::Options { "--unset=TMPDIR"; "dpkg"; '
            '"--force-unsafe-io"; };',
            f'DPkg::Chroot-Directory "{root}";',
            'Dpkg::Use-Pty "false";',
        ]
        return '\n'.join(settings() + own) + '\n'

    def install(self, names):
        """Install packages; none of their services starts."""
        doorman = self._root.inside('usr/sbin/policy-rc.d')
        doorman.write_text('#!/bin/sh\nexit 101\n', 'utf-8')
        doorman.chmod(0o755)
        try:
            self._call('update', what='reading the package lists')
            self._call('install', '--yes', *self._exactly(names),
                       what='installing ' + ' '.join(names))
        finally:
            doorman.unlink()

    def unpack(self, names, path):
        """Lay the files of packages below a path; nothing is installed.

        Returns {package: version}.
        """
        self._call('update', what='reading the package lists')
        held = self._root.inside('run/unpacked')
        held.mkdir()
        self._call('download', *self._exactly(names), cwd=held,
                   what='downloading ' + ' '.join(names))
        place = self._root.inside(path.lstrip('/'))
        place.mkdir(parents=True, exist_ok=True)
        found = {}
        for package in sorted(held.glob('*.deb')):
            # package_version_architecture.deb; a colon is written as %3a.
            name, version, _ = urllib.parse.unquote(package.name).split('_')
            found[name] = version
            commands.run(['dpkg-deb', '--extract', package, place],
                         what=f'unpacking {package.name}',
                         log=self._root.log)
        shutil.rmtree(held)
        return found

    def _exactly(self, names):
        """The packages, each with the version that it is pinned to."""
        return [f'{name}={self._pins[name]}' if name in self._pins else name
                for name in names]

    def _call(self, *words, what, cwd=None):
        # The downloaded packages are shared; of two apt at a time one fails.
        with self._store.locked(LOCK):
            commands.run(
                ['apt-get', '-o', 'APT::Update::Error-Mode=any', *words],
                what=what, log=self._root.log, cwd=cwd, env={
                    **commands.network(), **self._env,
                    'LC_ALL': 'C.UTF-8', 'APT_CONFIG': str(self._conf),
                    'DEBIAN_FRONTEND': 'noninteractive',
                    'PATH': '/usr/sbin:/usr/bin:/sbin:/bin'})


def preferences_of(pins):
    """Return apt's preferences for (package, version) pairs, and no others.

    A priority above 1000 has apt take that version even when it is older.
    """
    return '\n'.join(f'Package: {name}\nPin: version {version}\n'
                     'Pin-Priority: 1001\n' for name, version in pins)


def difference(had, has):
    """Return what of {package: version} is new or other than before."""
    return {name: version for name, version in sorted(has.items())
            if had.get(name) != version}


def installed(root):
    """Return {package: version} of a guest's root directory."""
    status = pathlib.Path(root, 'var/lib/dpkg/status')
    found, name = {}, None
    for line in status.read_text('utf-8', errors='replace').splitlines():
        if line.startswith('Package: '):
            name = line[9:]
        elif line.startswith('Version: '):
            found[name] = line[9:]
    return found

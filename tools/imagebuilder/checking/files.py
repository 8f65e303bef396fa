# SPDX-License-Identifier: Apache-2.0
"""What the files of an image say, before it is booted.

Every function takes the root directory of a mounted image, follows no link
that leads out of it, and returns a row.
"""

import os
import pathlib
import re
import stat

from imagebuilder import packages
from imagebuilder.checking import table

UNITS = 'etc/systemd/system'
AGENT = 'trove-guestagent.service'
GROW = 'guest-grow-root.service'
# Files without content and links may be there.
EMPTY = ('var/lib/apt/lists', 'var/cache/apt', 'var/log', 'var/tmp', 'tmp',
         'run', 'root', 'home', 'media', 'mnt', 'srv')
ABSENT = ('usr/sbin/policy-rc.d', 'etc/hostname', 'etc/pip.conf',
          'var/lib/systemd/random-seed', 'var/lib/systemd/credential.secret',
          'etc/apt/auth.conf', 'etc/apt/apt.conf', 'etc/apt/sources.list')
SECRET = re.compile(rb'-----BEGIN [A-Z ]*PRIVATE KEY-----')
PROXY = re.compile(r'(?i)acquire::https?::proxy|://[^/\s]+:[^/\s]+@')
LOOKED_INTO = ('etc', 'root', 'home', 'srv', 'boot', 'var', 'opt')
LARGEST = 2 ** 20
PEOPLE_FROM = 1000
NOBODY = 65534
SHELLS = re.compile(r'/(ba|da|z|k|c|tc|fi)?sh$')


def all_of(root, builder=()):
    """Return the rows; ``builder``: words that tell of another machine."""
    return [passwords(root), keys(root), private_keys(root),
            machine_id(root), grows(root), network(root), console(root),
            agent(root), installed(root), leftovers(root),
            traces(root, builder)]


def passwords(root):
    """Nobody has a password, and no person has an account."""
    faults = []
    for name in ('shadow', 'shadow-'):
        for line in _text(root, f'etc/{name}').splitlines():
            user, _, rest = line.partition(':')
            if rest[:1] not in ('!', '*'):
                faults.append(f'{user} in {name}')
    for line in _text(root, 'etc/passwd').splitlines():
        words = line.split(':')
        if words[1:2] != ['x']:
            faults.append(f'{words[0]} in passwd')
        elif words[2].isdigit() and SHELLS.search(words[-1]) and (
                PEOPLE_FROM <= int(words[2]) != NOBODY):
            faults.append(f'{words[0]} is a person')
    if not _text(root, 'etc/shadow'):
        faults.append('there is no etc/shadow')
    return table.row('no passwords', faults)


def keys(root):
    """No key lets anybody in."""
    return table.row('no authorized keys', [
        path for path in _paths(root, ('etc', 'root', 'home', 'var', 'srv'))
        if os.path.basename(path).startswith('authorized_keys')])


def private_keys(root):
    """A key in an image is the same in all its servers."""
    faults = []
    for path in _paths(root, LOOKED_INTO):
        content = _bytes(root, path)
        if SECRET.search(content) and 'site-packages' not in path:
            faults.append(path)
    return table.row('no host keys nor other private keys', faults)


def machine_id(root):
    """Empty, not absent: made at the first boot, which is no "first boot"."""
    faults = []
    path = pathlib.Path(root, 'etc/machine-id')
    if path.is_symlink() or not path.is_file():
        faults.append('etc/machine-id is no file')
    elif path.read_bytes().strip() not in (b'', b'uninitialized'):
        faults.append('etc/machine-id is not empty')
    other = pathlib.Path(root, 'var/lib/dbus/machine-id')
    if other.exists() and not other.is_symlink():
        faults.append('var/lib/dbus/machine-id')
    return table.row('machine id is empty', faults)


def grows(root):
    """Partition and file system follow the disk at each boot."""
    return table.row('root grows with the disk', _unstarted(root, GROW))


def network(root):
    """Every card asks DHCP, whatever it is called."""
    folder = pathlib.Path(root, 'etc/systemd/network')
    good = [path.name for path in sorted(folder.glob('*.network'))
            if _for_all_cards(path.read_text('utf-8'))]
    faults = [] if good else ['no .network file is for every card']
    if not _enabled(root, 'systemd-networkd.service'):
        faults.append('systemd-networkd is not enabled')
    return table.row('DHCP on any network card', faults)


def _for_all_cards(text):
    section, match, dhcp = '', [], False
    for line in map(str.strip, text.splitlines()):
        if line.startswith('['):
            section = line
        elif section == '[Match]' and '=' in line:
            match.append(line)
        elif section == '[Network]' and re.fullmatch(
                r'DHCP=(yes|true|ipv4)', line):
            dhcp = True
    return dhcp and all(line in ('Type=ether', 'Name=*') for line in match
                        ) and bool(match)


def console(root):
    """The kernel's last console is the one that a cloud records."""
    found = re.findall(r'console=(\S+)',
                       _text(root, 'boot/extlinux/extlinux.conf'))
    faults = [] if found[-1:] and found[-1].startswith('ttyS0') else [
        'the last console= of boot/extlinux/extlinux.conf is not ttyS0']
    return table.row('console on the serial line', faults)


def agent(root):
    """The agent starts by itself and is there."""
    return table.row('guest agent is started', _unstarted(root, AGENT))


def installed(root):
    """The versions of all packages can be told."""
    try:
        count = len(packages.installed(root))
    except FileNotFoundError:
        count = 0
    faults = [] if count else ['var/lib/dpkg/status lists none']
    return table.row('packages and versions are listed', faults,
                     f'{count} packages')


def leftovers(root):
    """Nothing is left of the building."""
    faults = [path for path in ABSENT if _lexists(root, path)]
    for folder in EMPTY:
        faults += [path for path in _paths(root, (folder,))
                   if _size(root, path)
                   and not path.startswith(('root/.bash', 'root/.profile'))]
    name = pathlib.Path(root, 'etc/resolv.conf')
    if name.exists() and not name.is_symlink():
        faults.append('etc/resolv.conf')
    for path in _paths(root, ('etc/apt',)):
        if path.endswith(('.list', '.sources', '.gpg~')):
            faults.append(path)
        elif PROXY.search(_bytes(root, path).decode('utf-8', 'replace')):
            faults.append(f'{path} names a proxy')
    return table.row('no lists, caches, logs or sources left', faults)


def traces(root, builder):
    """Nothing names the machine that built the image."""
    words = [word.encode() for word in ('/.building/', *builder)]
    faults = [path for path in _paths(root, LOOKED_INTO)
              if any(word in _bytes(root, path) for word in words)]
    return table.row('no path or name of the building machine', faults)


def _unstarted(root, unit):
    """Return why one of our units would not start; nothing where it does."""
    faults = []
    if not _enabled(root, unit):
        faults.append(f'{unit} is not enabled')
    started = re.search(r'^ExecStart=(/\S+)', _text(root, f'{UNITS}/{unit}'),
                        re.MULTILINE)
    program = started and pathlib.Path(root, started[1].lstrip('/'))
    if not (program and program.is_file()
            and program.stat().st_mode & stat.S_IXOTH):
        faults.append('its program is not there')
    return faults


def _enabled(root, unit):
    """Whether some unit wants it, and nobody masked it."""
    units = pathlib.Path(root, UNITS)
    own = units / unit
    if own.is_symlink() and os.readlink(own) == '/dev/null':
        return False
    return any((path / unit).is_symlink() for kind in ('wants', 'requires')
               for path in units.glob(f'*.{kind}'))


def _paths(root, folders):
    """Yield the files and links below, relative to the root."""
    for folder in folders:
        start = os.path.join(root, folder)
        if os.path.islink(start):
            continue
        for place, _, names in os.walk(start):
            for name in sorted(names):
                yield os.path.relpath(os.path.join(place, name), root)


def _text(root, path):
    return _bytes(root, path).decode('utf-8', 'replace')


def _bytes(root, path):
    """The content of a plain file of a usual size; else nothing."""
    full = os.path.join(root, path)
    try:
        seen = os.lstat(full)
    except FileNotFoundError:
        return b''
    if not stat.S_ISREG(seen.st_mode) or seen.st_size > LARGEST:
        return b''
    with open(full, 'rb') as source:
        return source.read()


def _size(root, path):
    seen = os.lstat(os.path.join(root, path))
    return seen.st_size if stat.S_ISREG(seen.st_mode) else 0


def _lexists(root, path):
    return os.path.lexists(os.path.join(root, path))

# SPDX-License-Identifier: Apache-2.0
"""Boots copies of the image and tells what each has made of itself."""

import dataclasses
import pathlib
import re

from imagebuilder import commands
from imagebuilder import mounts
from imagebuilder.checking import identity
from imagebuilder.checking import layout
from imagebuilder.checking import machine
from imagebuilder.checking import table

GROWN_BY = 2 * 2 ** 30
MACHINE_ID = re.compile(r'[0-9a-f]{32}\Z')
#: {word: (name, firmware, whether there is a config drive)}
WAYS = {'drive': ('BIOS, config drive', 'bios', True),
        'metadata': ('BIOS, metadata service only', 'bios', False),
        'uefi': ('UEFI', 'uefi', True),
        'secure': ('UEFI with Secure Boot', 'secure boot', True)}
SAID = 'this is server {server};'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What is in a copy after it has been booted."""

    machine_id: str
    host_keys: frozenset[bytes]
    written: bool               # the file that the cloud sent is there


def all_of(image, site, progress, deadline_s, ways=tuple(WAYS)):
    """Yield the rows of every way to boot, and of what copies have become."""
    copies = []
    for name, firmware, drive in (WAYS[way] for way in ways):
        if not machine.available(firmware):
            yield table.Row(f'boots: {name}', table.MISSING,
                            'OVMF is not installed (package ovmf)')
            continue
        folder = site.path / firmware / str(drive)
        folder.mkdir(parents=True)
        with progress.step(f'booting: {name}'):
            server, outcome = _boot(image, folder, firmware, drive, site,
                                    deadline_s)
        yield _spoke(name, outcome)
        if not outcome.spoke:
            continue
        yield table.row(f'ends when the cloud asks: {name}', [
            ] if outcome.ended else [f'not in {deadline_s} s'])
        rows, copy = _look(folder, site, server)
        copies.append(copy)
        # Each way has other drivers, and another order of the boot.
        for row in rows:
            yield dataclasses.replace(row, check=f'{row.check}: {name}')
        (folder / 'copy.qcow2').unlink()
    yield from compared(copies)


def compared(copies):
    """Yield what must differ between copies."""
    if len(copies) < 2:
        for check in ('machine ids', 'host keys'):
            yield table.Row(f'{check} of two copies differ', table.MISSING,
                            'fewer than two copies have booted')
        return
    ids = [copy.machine_id for copy in copies]
    yield table.row('machine ids of two copies differ', [
        'one has none' for each in ids if not MACHINE_ID.match(each)] + (
        ['they are the same'] if len(set(ids)) < len(ids) else []))
    keys = [key for copy in copies for key in copy.host_keys]
    yield table.row('host keys of two copies differ', [
        'they are the same'] if len(set(keys)) < len(keys) else [],
        '' if keys else 'there are none: no SSH server')
    yield table.row('what the cloud sends is written', [
        'not in one copy' for copy in copies if not copy.written])


def _boot(image, folder, firmware, drive, site, deadline_s):
    copy, sent = folder / 'copy.qcow2', folder / 'sent'
    commands.run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2',
                  '-b', image, copy, str(_size(image) + GROWN_BY)],
                 what='making a copy', log=site.log)
    server = identity.make(sent)
    path, network = None, ''
    if drive:
        path = folder / 'drive.iso'
        identity.drive(sent, path, site.log)
    else:
        network = (f',net={identity.NETWORK},guestfwd=tcp:'
                   f'{identity.ADDRESS}:80-cmd:{identity.service(sent)}')
    return server, machine.run(
        machine.Boot(disk=copy, firmware=firmware, drive=path,
                     network=network),
        SAID.format(server=server), folder, deadline_s)


def _size(image):
    found = commands.ask(['qemu-img', 'info', '--output=json', image])
    return int(re.search(r'"virtual-size": (\d+)', found)[1])


def _spoke(name, outcome):
    """The agent has said whose server it is."""
    if outcome.spoke:
        return table.Row(f'boots: {name}', table.OK,
                         f'its agent speaks after {outcome.seconds:.0f} s')
    last = outcome.console.strip().splitlines()[-1:] or ['nothing']
    return table.Row(f'boots: {name}', table.FAIL,
                     f'in {outcome.seconds:.0f} s the console said last: '
                     f'{printable(last[0])}')


def printable(line):
    """Return a line of a console without what moves a terminal's cursor."""
    return re.sub(r'\x1b\[[0-9;?]*[A-Za-z]|[^\x20-\x7e]', '', line)[-120:]


def _look(folder, site, server):
    """Return the rows about a copy that has been booted, and what it is."""
    raw = folder / 'copy.raw'
    commands.run(['qemu-img', 'convert', '-O', 'raw', folder / 'copy.qcow2',
                  raw], what='reading a copy', log=site.log)
    parts = layout.read(raw)
    root = layout.root_of(parts)
    rows = [layout.grown(raw, parts, raw.stat().st_size),
            layout.sound(raw, root)]
    with mounts.file_system(raw, root.start, site, 'ro,noload') as place:
        copy = _copy(place, server)
    raw.unlink()
    return rows, copy


def _copy(place, server):
    sent = pathlib.Path(place, identity.PATH.lstrip('/'))
    ids = pathlib.Path(place, 'etc/machine-id')
    return Copy(
        machine_id=ids.read_text('ascii', 'replace').strip()
        if ids.is_file() else '',
        host_keys=frozenset(
            path.read_bytes()
            for path in pathlib.Path(place, 'etc/ssh').glob('ssh_host_*.pub')),
        written=sent.is_file() and server in sent.read_text('utf-8')
        and sent.stat().st_mode & 0o777 == 0o600)

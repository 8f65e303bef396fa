# SPDX-License-Identifier: Apache-2.0
"""What is on the disk itself: partitions and the loaders in them."""

import dataclasses
import json
import re

from imagebuilder import commands
from imagebuilder.checking import table

SECTOR = 512
EFI = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'
LOADERS = ('EFI/BOOT/BOOTX64.EFI', 'EFI/BOOT/grubx64.efi')
MENU = 'EFI/debian/grub.cfg'
FULL = 0.9


@dataclasses.dataclass(frozen=True, slots=True)
class Partition:
    """One partition, in bytes."""

    start: int
    size: int
    kind: str
    bios: bool


def read(raw):
    """Return the partitions of a disk, by their place."""
    said = commands.ask(['sfdisk', '--json', raw])
    return parse(said) if said else []


def parse(text):
    """Return the partitions in what sfdisk(8) says."""
    found = json.loads(text)['partitiontable'].get('partitions', [])
    return sorted((Partition(each['start'] * SECTOR, each['size'] * SECTOR,
                             each['type'].upper(),
                             'LegacyBIOSBootable' in each.get('attrs', ''))
                   for each in found), key=lambda one: one.start)


def root_of(partitions):
    """Return the partition that BIOS boots, or None."""
    return next((each for each in partitions if each.bios), None)


def row(partitions):
    """Both firmwares find a loader, and root can grow."""
    faults = []
    root = root_of(partitions)
    if root is None:
        faults.append('no partition is marked for BIOS')
    elif root != partitions[-1]:
        faults.append('another partition is behind root: it cannot grow')
    if not any(each.kind == EFI for each in partitions):
        faults.append('no partition for UEFI')
    return table.row('partitions for BIOS and UEFI, root last', faults)


def loaders(raw, partitions):
    """UEFI finds a loader where it looks, and that finds the console."""
    faults = []
    for each in partitions:
        if each.kind != EFI:
            continue
        place = f'{raw}@@{each.start}'
        for path in LOADERS:
            if commands.ask(['mdir', '-b', '-i', place, f'::{path}']) is None:
                faults.append(f'no {path}')
        menu = commands.ask(['mtype', '-i', place, f'::{MENU}']) or ''
        words = re.findall(r'console=(\S+)', menu)
        if not (words and words[-1].startswith('ttyS0')):
            faults.append(f'the last console= of {MENU} is not ttyS0')
        break
    else:
        faults.append('no partition for UEFI')
    return table.row('loader for UEFI, serial console', faults)


def file_system(raw, partition):
    """Return {what: value} of the file system's head, as dumpe2fs(8) says."""
    said = commands.ask(['dumpe2fs', '-h',
                         f'{raw}?offset={partition.start}']) or ''
    return dict(re.findall(r'^([^:\n]+):\s+(.*)$', said, re.MULTILINE))


def size(facts):
    """Return the size of a file system in bytes."""
    return int(facts.get('Block count', 0)) * int(facts.get('Block size', 0))


def grown(raw, partitions, disk_size):
    """Root's file system takes nearly all of the disk."""
    root = root_of(partitions)
    has = size(file_system(raw, root)) if root else 0
    return table.row(
        'root has grown with the disk',
        [] if has >= FULL * disk_size else [
            f'{has // 2 ** 20} of {disk_size // 2 ** 20} MB'],
        f'{has // 2 ** 20} of {disk_size // 2 ** 20} MB')


def sound(raw, partition):
    """The file system has no faults."""
    said = commands.ask(['e2fsck', '-fn', f'{raw}?offset={partition.start}'])
    return table.row('root file system is sound',
                     [] if said is not None else ['e2fsck finds faults'])

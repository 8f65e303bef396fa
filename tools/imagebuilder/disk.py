# SPDX-License-Identifier: Apache-2.0
"""A bootable disk made of an image's layers: a qcow2 for Nova.

A GPT with a small partition for UEFI and one of ext4 behind it, which grows
with the flavor's disk at the first boot and bears the boot loader for BIOS
(extlinux). A bare file system would boot as well, but Nova takes a boot
sector without a partition table for a disguise and refuses the image. Two
builds of the same layers are the same, to the last bit.
"""

import hashlib
import os
import pathlib
import shutil
import uuid

from imagebuilder import commands
from imagebuilder import epoch
from imagebuilder import errors
from imagebuilder import esp
from imagebuilder import fingerprint
from imagebuilder import inodes
from imagebuilder import mounts
from imagebuilder import packages
from imagebuilder import room

FORMAT = 'trove-disk-1'
# Raised when the making of a disk changes.
MAKING = 3
ARCHITECTURES = ('amd64',)
NEEDED = {'qemu-img': 'qemu-utils', 'extlinux': 'extlinux',
          'mke2fs': 'e2fsprogs', 'sfdisk': 'fdisk',
          'mkfs.vfat': 'dosfstools', 'mcopy': 'mtools'}
# Room for what packages of later years and a busy log need, in MB, before
# the disk has grown.
SLACK_MB = 192
STEP_MB = 64
# Finds the partition that bears the attribute; from the package extlinux.
BOOT_CODE = pathlib.Path('/usr/lib/EXTLINUX/gptmbr.bin')
BOOT_CODE_SIZE = 440
ESP_MB = 1
START_MB = ESP_MB + esp.SIZE_MB
TABLE = ('label: gpt\nlabel-id: {disk}\n'
         f'start={ESP_MB * 2048}, size={esp.SIZE_MB * 2048}, '
         'name=efi, uuid={esp}, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\n'
         f'start={START_MB * 2048}, size={{sectors}}, '
         'name=trove, uuid={uuid}, '
         'type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, '
         'attrs=LegacyBIOSBootable\n')
# What extlinux and GRUB can read, and kernels of the last years have in
# common. The journal comes last.
FEATURES = '^64bit,^metadata_csum,^orphan_file,^has_journal'
NAMESPACE = uuid.UUID('3f0c5b1e-74c2-4d0b-9d6a-1f2be0a7c9d4')

FSTAB = 'UUID={uuid} / ext4 errors=remount-ro 0 1\n'
# The last console is the one whose lines Nova shows. On a busy host without
# KVM the kernel's check of its timer fails, and with it the boot.
WORDS = ('root=UUID={uuid} ro quiet no_timer_check console=tty0 '
         'console=ttyS0,115200')
LOADER = f"""DEFAULT trove
PROMPT 0
TIMEOUT 0
LABEL trove
  LINUX /boot/{{kernel}}
  INITRD /boot/{{initrd}}
  APPEND {WORDS}
"""


def check():
    """Raise BuildError unless this machine can make disks."""
    if packages.architecture() not in ARCHITECTURES:
        raise errors.BuildError(
            'disks of the format qcow2 are made for amd64 only: this machine '
            f'is {packages.architecture()}')
    missing = sorted(esp.missing()
                     | {package for program, package in NEEDED.items()
                        if shutil.which(program) is None})
    if missing:
        raise errors.BuildError(
            'a qcow2 needs programs that are not installed: apt-get install '
            + ' '.join(missing))


def name_of(layers):
    """Return what identifies the disk of these layers, top first."""
    loaders = [_sha256(path) for path in (BOOT_CODE, esp.SHIM, esp.GRUB)]
    return fingerprint.of([MAKING, FSTAB, LOADER, FEATURES, TABLE, esp.MENU,
                           loaders, [layer.name for layer in layers]])


def make(recipe, layers, store, progress):
    """Have ``<image>.qcow2`` and its notes; return the notes.

    Nothing is done where the disk of these very layers is there.
    """
    path = store.dir / f'{recipe.image}.qcow2'
    name = name_of(layers)
    with store.locked(recipe.image):
        notes = store.disk(recipe.image)
        if notes and notes['made_from'] == name and path.is_file():
            progress.say(f'  disk: there ({path})')
            return notes
        below = [store.layer(layer.name) for layer in layers]
        with (progress.step('disk'),
              store.workplace(f'{recipe.image}-disk') as site):
            draft = _disk(below, name, site, progress)
            notes = {
                'format': FORMAT, 'made_from': name, 'file': path.name,
                'datastore': recipe.datastore, 'version': recipe.version,
                'layers': [layer.name for layer in layers],
                'min_ram_mb': recipe.min_ram_mb,
                'min_disk_gb': max(recipe.min_disk_gb,
                                   -(-_virtual_mb(site) // 1024)),
                'size_mb': -(-draft.stat().st_size // 2 ** 20),
                'sha256': _sha256(draft)}
            os.replace(draft, path)
            store.write_disk(recipe.image, notes)
    progress.say(f'  {path}: {notes["size_mb"]} MB')
    return notes


def _disk(below, name, site, progress):
    raw, draft = site.path / 'disk.raw', site.path / 'disk.qcow2'
    identity = uuid.uuid5(NAMESPACE, name)
    top = site.path / 'top'
    with mounts.view(below, site) as root:
        facts = {'uuid': identity, 'kernel': _only(root, 'vmlinuz-*'),
                 'initrd': _only(root, 'initrd.img-*')}
    _boot_files(top, facts)
    with mounts.view([top, *below], site) as root:
        size_mb = _size_mb(root)
    # Compressed, a system is less than half as large.
    image_dir = site.path.parents[1]
    with room.for_work(image_dir, 'disk', size_mb + size_mb // 2):
        _write(raw, [top, *below], size_mb, identity, facts, site, progress)
        with progress.step('compressing'):
            commands.run(
                ['qemu-img', 'convert', '-c', '-O', 'qcow2', raw, draft],
                what='compressing the disk', log=site.log)
    return draft


def _write(raw, layers, size_mb, identity, facts, site, progress):
    """Write the disk, not compressed yet."""
    _partition(raw, size_mb, identity, site)
    with (mounts.view(layers, site) as root,
          progress.step('writing the file system')):
        commands.run(
            ['mke2fs', '-q', '-F', '-t', 'ext4', '-d', root, '-U',
             identity, '-L', 'trove', '-O', FEATURES, '-m', '1', '-E',
             f'hash_seed={identity},root_owner=0:0,'
             f'offset={START_MB * 2 ** 20}', raw, f'{size_mb}M'],
            what='writing the file system', log=site.log,
            env={**os.environ, 'E2FSPROGS_FAKE_TIME': str(epoch.now())})
    esp.write(raw, ESP_MB, identity, esp.MENU.format(
        words=WORDS.format(**facts), **facts), site)
    with mounts.file_system(raw, START_MB * 2 ** 20, site) as place:
        commands.run(['extlinux', '--install', place / 'boot' / 'extlinux'],
                     what='installing the boot loader', log=site.log)
        numbers = inodes.of(place)
    inodes.settle(f'{raw}?offset={START_MB * 2 ** 20}', numbers, site)


def _partition(raw, size_mb, identity, site):
    """Make the disk: boot code and a table with two partitions."""
    with open(raw, 'wb') as target:
        target.truncate((size_mb + 2 * START_MB) * 2 ** 20)
    commands.run(
        ['sfdisk', '--quiet', raw], what='writing the partition table',
        log=site.log, text=TABLE.format(
            disk=uuid.uuid5(NAMESPACE, f'{identity} disk'), uuid=identity,
            esp=uuid.uuid5(NAMESPACE, f'{identity} esp'),
            sectors=size_mb * 2048))
    code = BOOT_CODE.read_bytes()[:BOOT_CODE_SIZE]
    with open(raw, 'r+b') as target:
        target.write(code)


def _boot_files(top, facts):
    for path, text in (('etc/fstab', FSTAB),
                       ('boot/extlinux/extlinux.conf', LOADER)):
        place = top / path
        place.parent.mkdir(parents=True)
        place.write_text(text.format(**facts), 'utf-8')
    top.chmod(0o755)
    epoch.settle(top)


def _only(root, pattern):
    found = sorted(path.name for path in (root / 'boot').glob(pattern))
    if len(found) != 1:
        raise errors.BuildError(
            f'the image has {len(found)} files /boot/{pattern} where a '
            'bootable disk has one')
    return found[0]


def _size_mb(root):
    """Return a size that takes all files, inodes and a little more."""
    used = 0
    for directory, names, files in os.walk(root):
        for each in (*names, *files):
            used += -(-os.lstat(os.path.join(directory, each)).st_size
                      // 4096) * 4096 + 512
    wanted = used * 1.06 / 2 ** 20 + SLACK_MB
    return -(-int(wanted) // STEP_MB) * STEP_MB


def _virtual_mb(site):
    return (site.path / 'disk.raw').stat().st_size // 2 ** 20


def _sha256(path):
    with open(path, 'rb') as source:
        return hashlib.file_digest(source, 'sha256').hexdigest()


def path_of(store, notes):
    """Return where the disk of these notes is."""
    return pathlib.Path(store.dir, notes['file'])

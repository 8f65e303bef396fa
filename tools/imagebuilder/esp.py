# SPDX-License-Identifier: Apache-2.0
"""The partition that UEFI boots from.

It holds Debian's shim and GRUB, signed, so that Secure Boot takes them; GRUB
reads the kernel from the root file system, where the loader for BIOS finds
it too.
"""

import os
import pathlib
import shutil

from imagebuilder import commands
from imagebuilder import epoch

SIZE_MB = 16
SHIM = pathlib.Path('/usr/lib/shim/shimx64.efi.signed')
GRUB = pathlib.Path('/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed')
PACKAGES = {SHIM: 'shim-signed', GRUB: 'grub-efi-amd64-signed'}
# Where firmware looks on a disk that it has never seen.
FALLBACK = 'EFI/BOOT'
# Where Debian's GRUB looks.
CONFIG = 'EFI/debian/grub.cfg'
MENU = """search --no-floppy --fs-uuid --set=root {uuid}
linux /boot/{kernel} {words}
initrd /boot/{initrd}
boot
"""


def missing():
    """Return the packages without which it cannot be made."""
    return {package for path, package in PACKAGES.items()
            if not path.is_file()}


def write(raw, start_mb, identity, menu, site):
    """Make the file system in the disk ``raw``, ``start_mb`` into it."""
    tree, image = site.path / 'esp', site.path / 'esp.raw'
    boot = tree / FALLBACK
    boot.mkdir(parents=True)
    shutil.copyfile(SHIM, boot / 'BOOTX64.EFI')
    shutil.copyfile(GRUB, boot / 'grubx64.efi')
    config = tree / CONFIG
    config.parent.mkdir()
    config.write_text(menu, 'utf-8')
    epoch.settle(tree)
    with open(image, 'wb') as target:
        target.truncate(SIZE_MB * 2 ** 20)
    commands.run(['mkfs.vfat', '-F', '16', '-s', '1', '--invariant', '-i',
                  identity.hex[:8], '-n', 'TROVE-EFI', image],
                 what='making the partition for UEFI', log=site.log)
    commands.run(['mcopy', '-s', '-m', '-i', image, tree / 'EFI', '::'],
                 what='filling the partition for UEFI', log=site.log,
                 env={**os.environ, **epoch.environment(), 'TZ': 'UTC'})
    with open(image, 'rb') as source, open(raw, 'r+b') as target:
        target.seek(start_mb * 2 ** 20)
        shutil.copyfileobj(source, target)
    image.unlink()


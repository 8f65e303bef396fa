# SPDX-License-Identifier: Apache-2.0
"""A virtual machine that boots a copy of the image, and what it says."""

import contextlib
import dataclasses
import json
import os
import pathlib
import selectors
import socket
import subprocess
import time

from imagebuilder import errors

PROGRAM = 'qemu-system-x86_64'
MEMORY_MB = 1024
FIRMWARE = pathlib.Path('/usr/share/OVMF')
#: {way to boot: (code, variables)} of OVMF
UEFI = {'uefi': ('OVMF_CODE_4M.fd', 'OVMF_VARS_4M.fd'),
        'secure boot': ('OVMF_CODE_4M.secboot.fd', 'OVMF_VARS_4M.ms.fd')}
ASK_AGAIN_S = 15
# The agent speaks before the rest of the boot is over. It is told too little
# to go on, says so in two lines and is started again.
AGAIN, AGAIN_TIMES = 'datastore_manager is not set', 3
# What resize2fs says when root has grown, or has no need to. That it never
# does is not told here, but by the size of the file system.
GROWN, GROWN_WITHIN_S = ' blocks long.', 120
# KVM first: where it does not work QEMU ends at once.
ACCELERATORS = ('kvm', 'tcg')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """One way to boot, and what the machine is given."""

    disk: pathlib.Path
    firmware: str = 'bios'
    drive: pathlib.Path | None = None
    network: str = ''           # more words for QEMU's network


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a boot."""

    spoke: bool
    ended: bool
    seconds: float
    console: str


def available(firmware):
    """Whether this machine has the files for a way to boot."""
    return firmware == 'bios' or all(
        (FIRMWARE / name).is_file() for name in UEFI[firmware])


def command(boot, accelerator, folder):
    """Return the words that start it; its console is standard output."""
    # Other buses give disks and cards other names.
    kind = 'pc' if boot.firmware == 'bios' and boot.drive else 'q35'
    words = [PROGRAM, '-nodefaults', '-no-user-config', '-no-reboot',
             '-display', 'none', '-m', str(MEMORY_MB), '-smp', '2',
             '-serial', 'stdio',
             '-qmp', f'unix:{folder}/qmp,server=on,wait=off',
             '-device', 'virtio-rng-pci', '-accel', accelerator,
             '-cpu', 'host' if accelerator == 'kvm' else 'max',
             '-drive', f'file={boot.disk},if=virtio,format=qcow2,'
                       'cache=unsafe',
             '-netdev', f'user,id=card,restrict=on{boot.network}',
             '-device', 'virtio-net-pci,netdev=card']
    if boot.drive:
        # As Nova gives it: an IDE disc of the type pc, a SATA one of q35.
        words += ['-device', 'ide-cd,bus=ide.0,drive=config',
                  '-drive', f'file={boot.drive},if=none,id=config,'
                            'media=cdrom,format=raw,readonly=on']
    if boot.firmware != 'bios':
        code, _ = UEFI[boot.firmware]
        words += ['-drive', 'if=pflash,unit=0,format=raw,readonly=on,'
                            f'file={FIRMWARE / code}',
                  '-drive', f'if=pflash,unit=1,format=raw,file={folder}/vars']
        if 'secboot' in code:
            kind += ',smm=on'
            words += ['-global', 'driver=cfi.pflash01,property=secure,'
                                 'value=on']
    return [*words, '-machine', kind]


def run(boot, wanted, folder, deadline_s):
    """Boot, wait for the ``wanted`` words, ask it to end; return how it was.

    Where KVM does not work the machine is computed, which takes minutes.
    """
    for accelerator in ACCELERATORS:
        if accelerator == 'kvm' and not os.access('/dev/kvm', os.W_OK):
            continue
        outcome, alive = _try(boot, wanted, folder, deadline_s, accelerator)
        if alive or outcome.console:
            break
    return outcome


def _try(boot, wanted, folder, deadline_s, accelerator):
    if boot.firmware != 'bios':
        (folder / 'vars').write_bytes(
            (FIRMWARE / UEFI[boot.firmware][1]).read_bytes())
    began = time.monotonic()
    with _started(command(boot, accelerator, folder), folder) as process:
        console = Console(process.stdout, began + deadline_s)
        spoke = console.until(wanted)
        seconds = time.monotonic() - began
        ended = spoke and console.until(AGAIN, AGAIN_TIMES)
        if ended:
            console.until(GROWN, within_s=GROWN_WITHIN_S)
            ended = _end(console, folder)
    return Outcome(spoke=spoke, ended=ended, seconds=seconds,
                   console=console.text), spoke or console.late


@contextlib.contextmanager
def _started(words, folder):
    with open(folder / 'qemu.log', 'wb') as log:
        try:
            process = subprocess.Popen(
                words, stdout=subprocess.PIPE, stderr=log,
                stdin=subprocess.DEVNULL,
                env={**os.environ, 'PYTHONPATH': str(
                    pathlib.Path(__file__).resolve().parents[2])})
        except FileNotFoundError as error:
            raise errors.BuildError(
                f'booting an image needs {PROGRAM}: apt-get install '
                'qemu-system-x86') from error
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


class Console:
    """What a machine prints, read up to a deadline."""

    def __init__(self, stream, deadline):
        self._stream = stream
        self._deadline = deadline
        self._selector = selectors.DefaultSelector()
        self._selector.register(stream, selectors.EVENT_READ)
        self._read = b''
        self.late = False

    @property
    def text(self):
        """All that it has printed."""
        return self._read.decode('utf-8', 'replace')

    def until(self, wanted, times=1, within_s=float('inf')):
        """Read until it says ``wanted``; False where it never does."""
        last = time.monotonic() + within_s
        while self.text.count(wanted) < times:
            left_s = last - time.monotonic()
            if left_s <= 0 or not self.more(min(left_s, ASK_AGAIN_S)):
                return False
        return True

    def more(self, wait_s=None):
        """Read once; False at its end and at the deadline."""
        left_s = self._deadline - time.monotonic()
        self.late = left_s <= 0
        if self.late:
            return False
        if not self._selector.select(min(left_s, wait_s or left_s)):
            return True
        data = os.read(self._stream.fileno(), 65536)
        self._read += data
        return bool(data)


def _end(console, folder):
    """Press the power button, as a cloud does, until it has ended.

    Who watches the button may not be there when the agent is.
    """
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as link:
        if link.connect_ex(f'{folder}/qmp') != 0:
            return False
        _say(link, 'qmp_capabilities')
        asked = -ASK_AGAIN_S
        while True:
            if time.monotonic() - asked >= ASK_AGAIN_S:
                if not _say(link, 'system_powerdown'):
                    break
                asked = time.monotonic()
            if not console.more(ASK_AGAIN_S):
                break
    return not console.late


def _say(link, word):
    """Tell QEMU; False where it is gone."""
    try:
        link.sendall(json.dumps({'execute': word}).encode() + b'\n')
    except OSError:
        return False
    return True

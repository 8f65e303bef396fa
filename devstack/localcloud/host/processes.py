# SPDX-License-Identifier: Apache-2.0
"""The processes of a machine: its supervisor and its first process."""

import contextlib
import fcntl
import os
import pathlib
import select
import signal
import subprocess

from localcloud.host import console
from localcloud.host import errors
from localcloud.host import files
from localcloud.host import waiting

_SCRIPT = pathlib.Path(__file__).with_name('supervise.sh')

POWER_BUTTON = signal.SIGRTMIN + 3      # shut down, to systemd
RESET_BUTTON = signal.SIGINT            # start over


@contextlib.contextmanager
def claim(folder, timeout_s):
    """Hold a machine's lock, as its supervisor does while it lives.

    Whoever prepares or runs a machine holds it, so that there are never
    two, whichever process was killed in between: the lock goes with its
    last holder.
    """
    with open(folder / 'lock', 'wb') as lock:
        def taken():
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True
        waiting.until(taken, timeout_s, f'{folder.name} is in other hands')
        yield lock


def launch(folder, lock, timeout_s=15.0):
    """Start a machine's supervisor, which will outlive this process.

    It inherits the claimed lock.
    """
    for name in ('exit', 'halt', 'again'):
        (folder / name).unlink(missing_ok=True)
    with subprocess.Popen(
            ['setsid', '--fork', 'sh', _SCRIPT, folder], cwd='/',
            stdin=lock, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True) as process:
        ready, _, _ = select.select([process.stdout], [], [], timeout_s)
        said = process.stdout.readline().strip() if ready else 'nothing'
    if said != 'started':
        raise errors.HostError(
            f'The supervisor of {folder.name} did not start: {said}')


def supervised(folder):
    """Whether a machine's supervisor lives, or is about to."""
    try:
        with open(folder / 'lock', 'rb') as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def first(pids):
    """The machine's own process 1 among its processes, or None."""
    for pid in sorted(pids):
        status = _status(pid)
        # Two numbers: ours and its own. One more is a container within.
        if status.get('NSpid', '').split()[1:] == ['1']:
            return pid
    return None


def send(pid, number):
    """Signal a process; one that is gone is no error."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def listens(pid):
    """Whether a machine's systemd is far enough to heed its buttons.

    A first process loses what is sent before it has said otherwise.
    """
    blocked = int(_status(pid).get('SigBlk', '0'), 16)
    return all(blocked >> number - 1 & 1
               for number in (POWER_BUTTON, RESET_BUTTON))


def last_words(folder):
    """What the machine or its start said last."""
    lines = [line for line in console.read(
        folder / 'console.log', 5).splitlines() if line.strip()]
    return lines[-1].strip() if lines else 'it printed nothing'


def uses_device(pid, device):
    """Whether a block device is mounted where a process lives."""
    number = os.stat(device).st_rdev
    mounts = files.text(f'/proc/{pid}/mountinfo') or ''
    mark = f'{os.major(number)}:{os.minor(number)}'
    return any(line.split()[2] == mark for line in mounts.splitlines())


def _status(pid):
    try:
        text = files.text(f'/proc/{pid}/status') or ''
    except ProcessLookupError:
        return {}
    return dict(line.split(':', 1) for line in text.splitlines()
                if ':' in line)

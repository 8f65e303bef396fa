# SPDX-License-Identifier: Apache-2.0
"""Somebody in a machine who takes its memory until the kernel kills."""

import contextlib
import pathlib
import subprocess
import sys
import time

from trove.tests.conformance import machine as machine_module

GROUPS = pathlib.Path('/sys/fs/cgroup')
#: Left to the rest when the engine has been killed, so that it is not next.
SPARED_MB = 32
LIMIT_S = 120
#: For each line so many megabytes more or less; says how many there are. They
#: are in a file without a place, so that the kernel, which looks for a process
#: that has much, finds this one small.
PROGRAM = """
import os, sys
file, held, piece = os.memfd_create('hunger'), 0, b'x' * (1 << 20)
for line in sys.stdin:
    change = int(line)
    for number in range(held, held + change):
        os.pwrite(file, piece, number << 20)
    held = max(0, held + change)
    os.ftruncate(file, held << 20)
    print(held, flush=True)
"""


class Hunger:
    """Memory that is taken from a machine, as by a program of its own."""

    def __init__(self, machine):
        self._machine = machine
        group = _group(machine.first())
        self._eater = subprocess.Popen(
            [sys.executable, '-c', PROGRAM], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        (group / 'cgroup.procs').write_text(str(self._eater.pid),
                                            encoding='ascii')
        self._counters = [path for place in (group, group.parent) for path in (
            place / 'memory.oom_control', place / 'memory.events')
            if path.exists()]

    def kill(self, name):
        """Take more and more until the kernel has killed processes of that
        name; then leave some to the rest."""
        before, deadline = self._kills(), time.monotonic() + LIMIT_S
        pid = None
        while self._kills() == before:
            assert time.monotonic() < deadline, 'there is memory for all'
            # Never without it: the next best would be killed.
            if pid and machine_module.alive(pid):
                self._change(1)
            else:
                pid = next(iter(self._machine.processes(name)), None)
        self._change(-SPARED_MB)

    def end(self):
        """Give all back."""
        self._eater.stdin.close()
        self._eater.wait()
        self._eater.stdout.close()

    def _kills(self):
        """How many the kernel has killed for memory, which only grows."""
        return sum(
            int(count) for path in self._counters
            for word, count in map(str.split, path.read_text(
                encoding='ascii').splitlines()) if word == 'oom_kill')

    def _change(self, megabytes):
        self._eater.stdin.write(f'{megabytes}\n')
        self._eater.stdin.flush()
        return int(self._eater.stdout.readline())


@contextlib.contextmanager
def felt(machine):
    """Gives a Hunger that ends with this."""
    found = Hunger(machine)
    try:
        yield found
    finally:
        found.end()


def _group(pid):
    """The folder of its group that limits memory, of either hierarchy."""
    text = pathlib.Path(f'/proc/{pid}/cgroup').read_text(encoding='ascii')
    for row in text.splitlines():
        _, controllers, path = row.split(':', 2)
        if controllers == 'memory':
            return GROUPS / 'memory' / path.lstrip('/')
        unified = path
    return GROUPS / unified.lstrip('/')

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
#: Who takes it is killed after an engine (500), and before all others.
SCORE = 400
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
        self._group = _group(machine.first())
        # The machine's own, of which its units have groups in the newer one.
        self._counters = [
            path for place in (self._group, self._group.parent)
            for path in (place / 'memory.oom_control',
                         place / 'memory.events') if path.exists()]
        self._begin()

    def _begin(self):
        self._eater = subprocess.Popen(
            [sys.executable, '-c', PROGRAM], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        pid = self._eater.pid
        (self._group / 'cgroup.procs').write_text(str(pid), encoding='ascii')
        pathlib.Path(f'/proc/{pid}/oom_score_adj').write_text(
            str(SCORE), encoding='ascii')

    def kill(self, name, unless=lambda: False):
        """Take more and more until the kernel has killed a process of that
        name; then leave some to the rest. Or until it is not there and
        ``unless`` is true, which comes back."""
        before, deadline = self._kills(), time.monotonic() + LIMIT_S
        pid = None
        while time.monotonic() < deadline:
            if pid and machine_module.alive(pid):
                self._change(1)
            elif pid and self._kills() > before:
                self._change(-SPARED_MB)
                return False
            else:
                pid = next(iter(self._machine.processes(name)), None)
                if not pid and unless():
                    return True
        raise AssertionError('there is memory for all')

    def end(self):
        """Give all back."""
        with contextlib.suppress(BrokenPipeError):
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
        try:
            self._eater.stdin.write(f'{megabytes}\n')
            self._eater.stdin.flush()
        except BrokenPipeError:
            pass        # it was killed
        if not self._eater.stdout.readline():
            self.end()
            self._begin()


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

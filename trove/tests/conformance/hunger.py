# SPDX-License-Identifier: Apache-2.0
"""Somebody in a machine who takes its memory and whom the kernel spares."""

import contextlib
import pathlib
import subprocess
import sys
import time

GROUPS = pathlib.Path('/sys/fs/cgroup')
#: Left to the rest when the engine has been killed, so that it is not next.
SPARED_MB = 32
LIMIT_S = 120
#: For each line one megabyte more, or all but so many fewer; says how many.
PROGRAM = """
import mmap, sys
held = []
for line in sys.stdin:
    change = int(line)
    if change > 0:
        held.append(mmap.mmap(-1, change << 20))
        held[-1].write(b'x' * (change << 20))
    else:
        del held[change:]
    print(len(held), flush=True)
"""


class Hunger:
    """Memory of a machine that is taken away from it, by its own group."""

    def __init__(self, machine):
        self._machine = machine
        group = _group(machine.first())
        self._eater = subprocess.Popen(
            [sys.executable, '-c', PROGRAM], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        pid = self._eater.pid
        (group / 'cgroup.procs').write_text(str(pid), encoding='ascii')
        pathlib.Path(f'/proc/{pid}/oom_score_adj').write_text(
            '-1000', encoding='ascii')
        self._counters = [path for place in (group, group.parent) for path in (
            place / 'memory.oom_control', place / 'memory.events')
            if path.exists()]

    def kill(self, name):
        """Take more and more until the kernel has killed processes of that
        name; then leave some to the rest."""
        before, deadline = self._kills(), time.monotonic() + LIMIT_S
        while self._kills() == before:
            assert time.monotonic() < deadline, 'there is memory for all'
            if self._machine.processes(name):
                self._change(1)
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

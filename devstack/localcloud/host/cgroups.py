# SPDX-License-Identifier: Apache-2.0
"""What a machine may take of memory, CPU, processes and devices.

Each machine has a group of its own in every hierarchy that is mounted: in
the separate ones of cgroup v1, in the one of v2, or in both (hybrid). The
memory of a machine includes the page cache that its file access fills, as
a virtual machine's memory does.

In v2 the machine starts in the leaf ``run`` of its group, since no process
may be in a group that passes its controllers on; the little supervisors
live in a group beside, so that no machine's limit can kill its own.
"""

import os
import pathlib
import signal

from localcloud.host import errors
from localcloud.host import files
from localcloud.host import waiting

_ROOT = '/sys/fs/cgroup'
_PERIOD_US = 100_000
_MOST_PROCESSES = 4096
# null, zero, full, random, urandom, tty, console and ptmx, ptys. Nodes may
# be made freely, they open nothing (and systemd makes some for services).
_DEVICES = ('c *:* m', 'b *:* m', 'c 1:3 rwm', 'c 1:5 rwm', 'c 1:7 rwm',
            'c 1:8 rwm', 'c 1:9 rwm', 'c 5:0 rwm', 'c 5:1 rwm', 'c 5:2 rwm',
            'c 136:* rwm')
# A task cannot enter a v1 cpuset before that has been given CPUs, and we
# bind no machine to CPUs.
_UNUSED = {'cpuset'}
_WANTED = ('cpu', 'memory', 'pids')


class Cgroups:
    """The groups of one cloud's machines."""

    def __init__(self, names, root=_ROOT, mounts='/proc/self/mountinfo'):
        self._base = names.cgroup
        self._root = root
        self._mounts = mounts

    def missing(self):
        """The controllers that this host does not offer."""
        offered = set()
        for path, controllers in self._hierarchies():
            if controllers is None:
                offered |= set(
                    (files.text(path / 'cgroup.controllers') or '').split())
            else:
                offered |= controllers
        return [name for name in _WANTED if name not in offered]

    def ensure(self, machine, memory_mb, vcpus):
        """The groups of a machine with its limits.

        Gives the ``cgroup.procs`` files by which its first process enters.
        """
        entrances = []
        for path, controllers in self._hierarchies():
            group = path / self._base / machine
            leaf = group
            if controllers is None:
                _offer(path, self._base)
                leaf = group / 'run'
            leaf.mkdir(parents=True, exist_ok=True)
            entrances.append(leaf / 'cgroup.procs')
            if 'devices' in (controllers or ()):
                _fence(group)
        self.limit(machine, memory_mb, vcpus)
        return entrances

    def ensure_supervisors(self):
        """The group of the supervisors; gives its ``cgroup.procs`` files."""
        entrances = []
        for path, _ in self._hierarchies():
            group = path / self._base / 'supervisors'
            group.mkdir(parents=True, exist_ok=True)
            entrances.append(group / 'cgroup.procs')
        return entrances

    def limit(self, machine, memory_mb, vcpus):
        """Set the limits of a machine, running or not."""
        limits = {
            'memory.limit_in_bytes': memory_mb * 2 ** 20,
            'memory.max': memory_mb * 2 ** 20,
            'cpu.cfs_period_us': _PERIOD_US,
            'cpu.cfs_quota_us': vcpus * _PERIOD_US,
            'cpu.max': f'{vcpus * _PERIOD_US} {_PERIOD_US}',
            'pids.max': _MOST_PROCESSES}
        for path, _ in self._hierarchies():
            for knob, value in limits.items():
                self._set(path / self._base / machine / knob, value)

    def allow_device(self, machine, device, allowed=True):
        """Let a machine use one block device, or no longer."""
        number = os.stat(device).st_rdev
        entry = f'b {os.major(number)}:{os.minor(number)} rwm'
        knob = 'devices.allow' if allowed else 'devices.deny'
        for path, controllers in self._hierarchies():
            if 'devices' in (controllers or ()):
                self._set(path / self._base / machine / knob, entry)

    def processes(self, machine):
        """The ids of all processes of a machine."""
        found = set()
        for path, _ in self._hierarchies():
            # Unlike glob, walk does not mind folders that go away.
            for folder, _, _ in os.walk(path / self._base / machine):
                listing = pathlib.Path(folder, 'cgroup.procs')
                found.update(int(pid) for pid in _lines(listing))
        return found

    def kill(self, machine, timeout_s=10.0):
        """End every process of a machine at once."""
        def empty():
            alive = self.processes(machine)
            for pid in alive:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            return not alive
        waiting.until(empty, timeout_s,
                      f'processes of {machine} do not end')

    def remove(self, machine, timeout_s=10.0):
        """Take the groups of a machine away."""
        for path, _ in self._hierarchies():
            _remove_tree(path / self._base / machine, timeout_s)

    def remove_all(self, timeout_s=10.0):
        """Take all groups of the cloud away; gives the machines' names."""
        seen = self.machines()
        for path, _ in self._hierarchies():
            _remove_tree(path / self._base, timeout_s)
        return seen

    def machines(self):
        """The names of the machines that have groups."""
        found = set()
        for path, _ in self._hierarchies():
            base = path / self._base
            if base.is_dir():
                found |= {entry.name for entry in base.iterdir()
                          if entry.is_dir()}
        return sorted(found - {'supervisors'})

    def _hierarchies(self):
        """Each mounted hierarchy: path, and v1's controllers (v2: None)."""
        text = files.text(self._mounts)
        found = []
        for line in (text or '').splitlines():
            before, _, after = line.partition(' - ')
            path, options = before.split()[4], after.split()[2].split(',')
            kind = after.split()[0]
            if not path.startswith(self._root):
                continue
            if kind == 'cgroup2':
                found.append((pathlib.Path(path), None))
            elif kind == 'cgroup' and not _UNUSED & set(options):
                found.append((pathlib.Path(path), set(options)))
        return found

    def _set(self, knob, value):
        if not knob.exists():
            return
        try:
            files.kernel(knob, value)
        except OSError as error:
            raise errors.HostError(
                f'{knob} does not take {value}: '
                f'{error.strerror}.') from error


def _offer(path, base):
    # v2: a group's controllers are those that each group above passes on.
    (path / base).mkdir(exist_ok=True)
    for group in (path, path / base):
        offered = (files.text(group / 'cgroup.controllers') or '').split()
        passed = (files.text(group / 'cgroup.subtree_control') or '').split()
        new = [f'+{name}' for name in _WANTED
               if name in offered and name not in passed]
        if new:
            files.kernel(group / 'cgroup.subtree_control', ' '.join(new))


def _fence(group):
    marks = files.text(group / 'devices.list') or ''
    if 'a *:*' in marks:
        files.kernel(group / 'devices.deny', 'a')
    # Each time: who denied all may have been killed before this.
    for entry in _DEVICES:
        files.kernel(group / 'devices.allow', entry)


def _lines(listing):
    try:
        return listing.read_text(encoding='ascii').split()
    except OSError:
        # The group went away meanwhile, and its processes with it.
        return []


def _remove_tree(group, timeout_s):
    def gone():
        if not group.is_dir():
            return True
        for folder, _, _ in os.walk(group, topdown=False):
            try:
                os.rmdir(folder)
            except OSError:
                # Busy for the moment after its last process; or gone.
                continue
        return not group.is_dir()
    waiting.until(gone, timeout_s, f'{group} stays in use')

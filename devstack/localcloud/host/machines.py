# SPDX-License-Identifier: Apache-2.0
"""Machines: start, stop, reboot, delete, and what state they are in.

A machine's folder holds all that is known of it:

    spec.json           what it was started with, without the config drive
    upper work root     its overlay
    options             nspawn's options, one a line, read at every boot
    *.groups            control groups to enter
    disk                what it sees as /dev/disk
    config.img          its config drive
    console.log         what it prints
    lock                held by who prepares it, then by its supervisor
    pid                 of its supervisor, from its first to its last moment
    exit                how it ended (0: switched off)
    halt again          wishes to the supervisor: stay off, start once more
"""

import collections
import contextlib
import dataclasses
import pathlib
import shutil
import signal
import threading

from localcloud.host import commands
from localcloud.host import configdrive
from localcloud.host import console
from localcloud.host import disks
from localcloud.host import errors
from localcloud.host import files
from localcloud.host import names as naming
from localcloud.host import processes
from localcloud.host import records
from localcloud.host import waiting

_START_S = 30.0
_REBOOT_S = 60.0
NSPAWN = pathlib.Path('/run/systemd/nspawn')


class _Ended(errors.HostError):
    """A machine went down while it was expected to come up."""


class Machines:
    """The machines of one cloud."""

    def __init__(self, folder, names, roots, networks, volumes, cgroups):
        self.folder = pathlib.Path(folder)
        self._names = names
        self._roots = roots
        self._networks = networks
        self._volumes = volumes
        self._cgroups = cgroups
        self._locks = collections.defaultdict(threading.RLock)
        self._guard = threading.Lock()      # of the dictionary itself

    def start(self, spec):
        """Boot a machine; one that runs is left alone.

        Its root is made if it is new, and kept if not. Gives back when its
        first process runs.
        """
        folder = self._path(spec.server_id)
        machine = self._names.machine(spec.server_id)
        with self._lock(spec.server_id):
            if self._runs(folder, machine):
                return
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with processes.claim(folder, _START_S) as lock, \
                    commands.keeping(lock):
                (folder / 'pid').unlink(missing_ok=True)
                self._cgroups.kill(machine)
                records.save(folder, spec)
                self._prepare(folder, machine, spec)
                processes.launch(folder, lock)
            self._await_boot(folder, machine, None, _START_S)

    def stop(self, server_id, hard, timeout_s):
        """Switch a machine off; one that does not obey is ended."""
        folder = self._path(server_id)
        machine = self._names.machine(server_id)
        with self._lock(server_id):
            if not processes.supervised(folder):
                return
            files.replace(folder / 'halt', '')
            asked = set()

            def off():
                pid = self._first(machine)
                if pid and pid not in asked and processes.listens(pid):
                    asked.add(pid)
                    processes.send(pid, processes.POWER_BUTTON)
                return not processes.supervised(folder)
            if hard or not waiting.comes_true(off, timeout_s):
                self._end(folder, machine)

    def reboot(self, server_id, hard):
        """Start a running machine over."""
        folder = self._path(server_id)
        machine = self._names.machine(server_id)
        with self._lock(server_id):
            before = self._first(machine)
            if not before or not processes.supervised(folder):
                raise errors.HostError(
                    f'Machine {server_id} does not run.')
            if not hard:
                with contextlib.suppress(errors.HostError):
                    waiting.until(lambda: processes.listens(before),
                                  _START_S, 'its first process is deaf')
                    processes.send(before, processes.RESET_BUTTON)
                    self._await_boot(folder, machine, before, _REBOOT_S)
                    return
            if processes.supervised(folder):
                files.replace(folder / 'again', '')
                processes.send(before, signal.SIGKILL)
            else:
                with processes.claim(folder, _START_S) as lock:
                    processes.launch(folder, lock)
            self._await_boot(folder, machine, before, _START_S)

    def delete(self, server_id):
        """End a machine and take away all of it; volumes stay."""
        folder = self._path(server_id)
        machine = self._names.machine(server_id)
        with self._lock(server_id):
            if folder.exists():
                self._end(folder, machine)
                spec = records.load(folder)
                for port in spec.ports if spec else ():
                    self._networks.unplug(port.port_id)
                for volume in spec.volumes if spec else ():
                    self._volumes.detach(volume.volume_id)
                self._volumes.release(folder / 'config.img')
                _forget_lock(folder / 'root')
                self._roots.remove(folder)
            self._networks.remove_namespace(machine)
            self._cgroups.remove(machine)
            shutil.rmtree(NSPAWN / 'propagate' / machine,
                          ignore_errors=True)
            if folder.exists():
                shutil.rmtree(folder)
            (folder.parent / f'.#{folder.name}.lck').unlink(missing_ok=True)

    def state(self, server_id):
        """'running', 'stopped', 'crashed' or 'absent'."""
        folder = self._path(server_id)
        if not folder.is_dir():
            return 'absent'
        console.trim(folder / 'console.log')
        known = (folder / 'pid').exists()
        if processes.supervised(folder):
            return 'running' if known else 'stopped'
        code = files.text(folder / 'exit')
        if code is not None:
            return 'stopped' if code.strip() == '0' else 'crashed'
        # No word of its end: its supervisor or the whole host went down.
        return 'crashed' if known else 'stopped'

    def resize(self, server_id, memory_mb, vcpus):
        """Change what a machine may take, running or not."""
        with self._changing(server_id) as (folder, spec):
            self._cgroups.limit(
                self._names.machine(server_id), memory_mb, vcpus)
            records.save(folder, dataclasses.replace(
                spec, memory_mb=memory_mb, vcpus=vcpus))

    def attach_volume(self, server_id, volume_id, device):
        """Give a machine a volume, at once if it runs."""
        with self._changing(server_id) as (folder, spec):
            others = [volume for volume in spec.volumes
                      if volume.volume_id != volume_id]
            if any(volume.device == device for volume in others):
                raise errors.HostError(
                    f'Machine {server_id} has another {device}.')
            new = records.volume(volume_id, device)
            loop = self._volumes.attach(volume_id)
            machine = self._names.machine(server_id)
            self._cgroups.allow_device(machine, loop)
            self._rewrite(folder, machine, dataclasses.replace(
                spec, volumes=(*others, new)))
            pid = self._first(machine)
            if pid:
                disks.appear(pid, device, loop)

    def detach_volume(self, server_id, volume_id):
        """Take a volume from a machine; refused while it is mounted."""
        with self._changing(server_id) as (folder, spec):
            gone = [volume for volume in spec.volumes
                    if volume.volume_id == volume_id]
            machine = self._names.machine(server_id)
            loop = self._volumes.device_of(volume_id)
            pid = self._first(machine)
            if pid and loop and processes.uses_device(pid, loop):
                raise errors.HostError(
                    f'Volume {volume_id} is mounted in machine {server_id}.')
            self._rewrite(folder, machine, dataclasses.replace(
                spec, volumes=tuple(volume for volume in spec.volumes
                                    if volume not in gone)))
            for volume in gone if pid else ():
                disks.disappear(pid, volume.device)
            if loop:
                self._cgroups.allow_device(machine, loop, allowed=False)
            self._volumes.detach(volume_id)

    def attach_port(self, server_id, port):
        """Give a machine one more interface, at once."""
        with self._changing(server_id) as (folder, spec):
            others = tuple(other for other in spec.ports
                           if other.port_id != port.port_id)
            records.save(folder, dataclasses.replace(
                spec, ports=(*others, port)))
            machine = self._names.machine(server_id)
            self._networks.ensure_namespace(machine)
            self._networks.plug(
                machine, self._networks.free_index(machine), port,
                default_route=not others)

    def detach_port(self, server_id, port_id):
        """Take an interface from a machine."""
        with self._changing(server_id) as (folder, spec):
            self._networks.unplug(port_id)
            records.save(folder, dataclasses.replace(spec, ports=tuple(
                port for port in spec.ports if port.port_id != port_id)))

    def console(self, server_id, lines):
        """What a machine printed."""
        return console.read(self._path(server_id) / 'console.log', lines)

    def all(self):
        """The ids of all machines that have a folder."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir()
                      if path.is_dir())

    def _prepare(self, folder, machine, spec):
        root_id = records.machine_id(spec.server_id)
        self._roots.ensure(folder, spec, root_id)
        self._networks.ensure_namespace(machine)
        gates = [port for port in spec.ports if port.gateway_ip]
        for index, port in enumerate(spec.ports):
            self._networks.plug(machine, index, port,
                                default_route=port in gates[:1])
        entrances = self._cgroups.ensure(
            machine, spec.memory_mb, spec.vcpus)
        records.lines(folder / 'machine.groups', entrances)
        records.lines(folder / 'supervisor.groups',
                      self._cgroups.ensure_supervisors())
        image = folder / 'config.img'
        if spec.config_drive is not None:
            self._volumes.release(image)
            configdrive.build(image, spec.config_drive)
        self._rewrite(folder, machine, spec)

    def _rewrite(self, folder, machine, spec):
        """Write what the next boot is to know; the links follow now."""
        nodes = {volume.device: self._volumes.attach(volume.volume_id)
                 for volume in spec.volumes}
        label = None
        if (folder / 'config.img').exists():
            label = configdrive.LABEL
            nodes[configdrive.DEVICE] = self._volumes.device(
                folder / 'config.img', read_only=True)
        for loop in nodes.values():
            self._cgroups.allow_device(machine, loop)
        disks.link(folder, spec.volumes, label, configdrive.DEVICE)
        records.lines(folder / 'options',
                      records.options(folder, machine, spec, nodes))
        records.save(folder, spec)

    def _runs(self, folder, machine):
        # One that is only just being started, by a process that is dead by
        # now, or is just about to end, has to show what becomes of it.
        with contextlib.suppress(_Ended):
            if processes.supervised(folder):
                self._await_boot(folder, machine, None, _START_S)
                return True
        return False

    def _await_boot(self, folder, machine, before, timeout_s):
        def booted():
            if not processes.supervised(folder):
                raise _Ended(
                    f'Machine {folder.name} ended at once: '
                    f'{processes.last_words(folder)}')
            pid = self._first(machine)
            return pid if pid != before else None
        return waiting.until(booted, timeout_s,
                             f'machine {folder.name} does not boot')

    def _end(self, folder, machine):
        if processes.supervised(folder):
            files.replace(folder / 'halt', '')

        def ended():
            self._cgroups.kill(machine)
            return not processes.supervised(folder)
        waiting.until(ended, _START_S,
                      f'the supervisor of {folder.name} does not end')
        self._cgroups.kill(machine)

    def _first(self, machine):
        return processes.first(self._cgroups.processes(machine))

    def _lock(self, server_id):
        with self._guard:
            return self._locks[server_id]

    @contextlib.contextmanager
    def _changing(self, server_id):
        folder = self._path(server_id)
        with self._lock(server_id):
            spec = records.load(folder)
            if spec is None:
                raise errors.HostError(
                    f'Machine {server_id} does not exist.')
            yield folder, spec

    def _path(self, server_id):
        return self.folder / naming.checked(server_id)


def _forget_lock(root):
    """Take away the file by which nspawn locks a root."""
    if root.exists():
        status = root.stat()
        name = f'inode-{status.st_dev}:{status.st_ino}'
        (NSPAWN / 'locks' / name).unlink(missing_ok=True)

# SPDX-License-Identifier: Apache-2.0
"""The inside of a machine of the one-machine cloud, for breaking it."""

import os
import pathlib
import signal
import subprocess

from localcloud.host import names
from stack.inside import memory
from stack.inside import tenant as tenant_module

AGENT = 'trove-guestage'    # as the kernel shortens it
PROC = pathlib.Path('/proc')


class Machine:
    """What root would see and do inside."""

    def __init__(self, stack, server_id):
        self._name = names.Names(stack.prefix).machine(server_id)

    def processes(self, name):
        """The processes of that name (`comm`), by their numbers outside."""
        found = []
        for place in PROC.glob('[0-9]*'):
            try:
                groups = (place / 'cgroup').read_text(encoding='utf-8')
                comm = (place / 'comm').read_text(encoding='utf-8').strip()
            except (FileNotFoundError, ProcessLookupError):
                continue
            # The container's keeper is of its groups, and outside.
            if (self._name in groups and comm.startswith(name)
                    and comm != 'systemd-nspawn'):
                found.append(int(place.name))
        return sorted(found)

    def kill(self, name, sign=signal.SIGKILL):
        """Send a signal to all processes of that name; how many."""
        found = self.processes(name)
        for pid in found:
            try:
                os.kill(pid, sign)
            except ProcessLookupError:
                continue
        return len(found)

    def agent(self):
        """The process of the guest agent."""
        return tenant_module.until(
            lambda: self.processes(AGENT), 30, 'the agent does not run')[0]

    def agent_kb(self):
        """Its proportional set size."""
        return memory.pss_kb(self.agent())

    def agent_cpu_s(self):
        """The seconds of a processor that it and what it ran have used."""
        fields = (PROC / str(self.agent()) / 'stat').read_text(
            encoding='utf-8').rpartition(')')[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf('SC_CLK_TCK')

    def maps(self, pid, inside):
        """Whether a process has a file of the machine in its memory."""
        text = (PROC / str(pid) / 'maps').read_text(encoding='utf-8')
        return any(row.endswith(inside) for row in text.splitlines())

    def path(self, inside):
        """A path of the machine, as it is reached from outside."""
        return PROC / str(self.first()) / 'root' / inside.lstrip('/')

    def disk(self, inside):
        """The device, as the host has it, that holds a path inside."""
        number = os.stat(self.path(inside)).st_dev
        name = os.readlink(f'/sys/dev/block/{os.major(number)}:'
                           f'{os.minor(number)}').rpartition('/')[2]
        return f'/dev/{name}'

    def first(self):
        """The first process of the machine, by its number outside.

        After a rebuild the newer one: the older may still be about to end.
        """
        return tenant_module.until(
            lambda: [pid for pid in self.processes('systemd')
                     if _is_first(pid)], 30, 'nothing runs')[-1]

    def holding(self, folder, *words):
        """Files below a folder that hold one of these words (bytes)."""
        self.run('sync', '-f', folder)
        return [path for path in self.path(folder).rglob('*')
                if path.is_file() and _holds(path, words)]

    def empty_log(self, pattern):
        """Cut a log off, as logrotate's `copytruncate` does."""
        found = self.run('sh', '-c', f'ls {pattern}').split()
        for path in found:
            os.truncate(self.path(path), 0)
        return found

    def given_up(self):
        """The engine's units that are started no more."""
        return self.run('systemctl', 'list-units', '--state=failed',
                        '--plain', '--no-legend', 'trove-*').split()

    def run(self, *words):
        """Run a command as root inside; what it prints."""
        done = subprocess.run(
            ['nsenter', '-t', str(self.first()), '-m', '-p', '-u', '-i',
             '-n', '-r', '-w', *words], capture_output=True, text=True,
            timeout=60)
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout


def _holds(path, words):
    most = max(map(len, words))
    with open(path, 'rb') as stream:
        before = b''
        while part := stream.read(1 << 20):
            if any(word in before + part for word in words):
                return True
            before = part[-most:]
    return False


def alive(pid):
    """Whether a process is there and has not ended."""
    try:
        text = (PROC / str(pid) / 'stat').read_text(encoding='utf-8')
    except (FileNotFoundError, ProcessLookupError):
        return False
    return text.rpartition(')')[2].split()[0] not in 'ZX'


def _is_first(pid):
    try:
        text = (PROC / str(pid) / 'status').read_text(encoding='utf-8')
    except (FileNotFoundError, ProcessLookupError):
        return False
    told = dict(row.partition(':')[::2] for row in text.splitlines())
    numbers = told.get('NSpid', '').split()
    # One that has ended stays in sight until its keeper has looked.
    alive = told['State'].split()[0] not in 'ZX'
    return alive and len(numbers) > 1 and numbers[-1] == '1'

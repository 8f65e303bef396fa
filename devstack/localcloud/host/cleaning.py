# SPDX-License-Identifier: Apache-2.0
"""Remove everything of a cloud from the host, known or left over."""

import os
import shutil

from localcloud.host import commands
from localcloud.host import files
from localcloud.host import machines
from localcloud.host import networks
from localcloud.host import volumes


def clean(host):
    """Take all away; gives what was removed, one phrase each.

    Works from the kernel's names and the state folder alone, after any
    kind of end, and may itself be interrupted and repeated.
    """
    removed = []
    for server_id in host.machines.all():
        host.machines.delete(server_id)
        removed.append(f'machine {server_id}')
    removed += _groups(host)
    removed += _network(host)
    removed += _mounts(host.folder)
    removed += _loops(host.folder)
    removed += _folders(host.folder)
    return removed


def _groups(host):
    left = host.cgroups.machines()
    for machine in left:
        host.cgroups.kill(machine)
    host.cgroups.remove_all()
    propagated = machines.NSPAWN / 'propagate'
    for path in propagated.iterdir() if propagated.is_dir() else ():
        if host.names.owns(path.name):
            shutil.rmtree(path, ignore_errors=True)
    return [f'control group {machine}' for machine in left]


def _network(host):
    removed = []
    if host.wall.exists():
        for floating_ip in host.wall.floating():
            host.networks.unbind_floating(floating_ip)
            removed.append(f'floating address {floating_ip}')
    for name in networks.namespaces():
        if host.names.owns(name):
            host.networks.remove_namespace(name)
            removed.append(f'network namespace {name}')
    for name in host.networks.leftovers():
        # The other end may have gone with its namespace meanwhile.
        if commands.succeeds('ip', 'link', 'del', name):
            removed.append(f'interface {name}')
    if host.wall.exists():
        host.wall.remove()
        removed.append(f'nft table {host.names.table}')
    return removed


def _mounts(folder):
    inside = f'{folder}/'
    mounted = [line.split()[4] for line in
               (files.text('/proc/self/mountinfo') or '').splitlines()]
    found = [path for path in mounted if path.startswith(inside)]
    for path in reversed(found):
        commands.run('umount', '-l', path)
    return [f'mount {path}' for path in found]


def _loops(folder):
    inside = f'{folder}/'
    found = [(device, path) for device, path in volumes.devices()
             if path.startswith(inside)]
    for device, _ in found:
        commands.run('losetup', '-d', device)
    return [f'loop device {device} of {path}' for device, path in found]


def _folders(folder):
    removed = []
    for name in ('machines', 'ports', 'volumes'):
        path = folder / name
        if os.path.isdir(path):
            shutil.rmtree(path)
            removed.append(f'folder {path}')
    return removed

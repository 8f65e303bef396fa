# SPDX-License-Identifier: Apache-2.0
"""What is written down about a machine, for its boots and for restarts."""

import dataclasses
import hashlib
import json

from localcloud.host import disks
from localcloud.host import files
from localcloud.host import specs

_FILE = 'spec.json'


def save(folder, spec):
    """Remember what a machine is made of; its config drive is a secret."""
    fields = dataclasses.asdict(
        dataclasses.replace(spec, config_drive=None))
    files.replace(folder / _FILE, json.dumps(fields))


def load(folder):
    """What was remembered, or None."""
    text = files.text(folder / _FILE)
    if text is None:
        return None
    fields = json.loads(text)
    return specs.MachineSpec(**{
        **fields,
        'layers': tuple(fields['layers']),
        'ports': tuple(_port(port) for port in fields['ports']),
        'volumes': tuple(specs.VolumeSpec(**one)
                         for one in fields['volumes'])})


def volume(volume_id, device):
    """A volume at a device, the device's name checked."""
    disks.checked(device)
    return specs.VolumeSpec(volume_id=volume_id, device=device)


def lines(path, values):
    """One value a line, as the supervisor reads them."""
    files.replace(path, ''.join(f'{value}\n' for value in values))


def machine_id(server_id):
    """The systemd machine id of a server: its own, and always the same."""
    bare = server_id.replace('-', '').lower()
    if len(bare) == 32 and not set(bare) - set('0123456789abcdef'):
        return bare
    return hashlib.sha256(server_id.encode()).hexdigest()[:32]


def options(folder, machine, spec, nodes):
    """The options of systemd-nspawn; nodes are guest -> host devices."""
    yield from (
        '--quiet', '--keep-unit', '--register=no', '--settings=no',
        f'--directory={folder}/root', f'--machine={machine}',
        f'--hostname={spec.hostname}',
        f'--uuid={machine_id(spec.server_id)}',
        f'--network-namespace-path=/run/netns/{machine}', '--boot',
        '--link-journal=no', '--resolv-conf=off', '--timezone=off',
        '--console=read-only', '--setenv=TERM=dumb',
        '--setenv=SYSTEMD_COLORS=0',
        # A node for the host's own disks must not be made by a guest.
        '--drop-capability=CAP_MKNOD',
        f'--bind-ro={folder}/disk:/dev/disk')
    for device, loop in nodes.items():
        yield f'--bind={loop}:{device}'


def _port(fields):
    rules = fields['rules']
    if rules is not None:
        rules = tuple(specs.Rule(**rule) for rule in rules)
    return specs.PortSpec(**{**fields, 'rules': rules})

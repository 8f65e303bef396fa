# SPDX-License-Identifier: Apache-2.0
"""A host layer on the real kernel, and a base system to boot.

Needs root. ``LOCALCLOUD_TEST_BASE`` names a directory with a Debian root;
without it one is made once with mmdebstrap and kept.
"""

import dataclasses
import os
import pathlib
import subprocess
import types
import uuid

import pytest

from localcloud import host as hosting
from localcloud.host import processes
from localcloud.host import specs
from localcloud.host import waiting

_BASE = '/var/tmp/localcloud-test-base'
_PACKAGES = ('iproute2,python3-minimal,xfsprogs,e2fsprogs,util-linux,mount,'
             'procps,netbase,systemd,systemd-sysv,dbus')
_PROBE = """[Unit]
Description=Says that the machine is up
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo PROBE-UP >/dev/console'
[Install]
WantedBy=multi-user.target
"""
NETWORK = 'test-network'
CIDR = '10.213.16.0/24'
GATEWAY = '10.213.16.1'
ANYTHING_OUT = specs.Rule(direction='egress')


@pytest.fixture(scope='session')
def base():
    """The path of a bootable Debian root."""
    path = pathlib.Path(os.environ.get('LOCALCLOUD_TEST_BASE', _BASE))
    if not path.is_dir():
        draft = path.with_name(f'{path.name}.{os.getpid()}')
        subprocess.run(
            ['mmdebstrap', '--mode=root', '--variant=minbase',
             f'--include={_PACKAGES}',
             '--aptopt=Acquire::Languages "none"', 'bookworm', draft],
            check=True, timeout=600)
        draft.rename(path)
    return path


@pytest.fixture(scope='session')
def images(base, tmp_path_factory):
    """An image folder: the base, and a layer with a probe on top."""
    folder = tmp_path_factory.mktemp('images')
    units = folder / 'probe' / 'etc' / 'systemd' / 'system'
    wants = units / 'multi-user.target.wants'
    wants.mkdir(parents=True)
    for path in (units, units.parent, units.parent.parent,
                 units.parent.parent.parent, wants):
        path.chmod(0o755)
    (units / 'probe.service').write_text(_PROBE)
    (wants / 'probe.service').symlink_to('../probe.service')
    (folder / 'base').symlink_to(base)
    return folder


@dataclasses.dataclass(frozen=True)
class Cloud:
    """A host layer with its settings and what tests ask of it."""

    settings: types.SimpleNamespace
    host: hosting.Host

    def again(self):
        """The same cloud as a new process would see it."""
        return hosting.Host(self.settings)

    def port(self, number, rules=(ANYTHING_OUT,), **changes):
        """A port with the address .10 + number."""
        return specs.PortSpec(**{
            'port_id': f'port-{number}', 'network_id': NETWORK,
            'mac': f'fa:16:3e:00:00:{number:02x}',
            'ip': f'10.213.16.{10 + number}', 'cidr': CIDR,
            'gateway_ip': GATEWAY, 'rules': rules, **changes})

    def machine(self, number=1, **changes):
        """A machine with one port."""
        return specs.MachineSpec(**{
            'server_id': f'server-{number}', 'name': f'db-{number}',
            'hostname': f'db-{number}', 'layers': ('probe', 'base'),
            'memory_mb': 256, 'vcpus': 1, 'ports': (self.port(number),),
            **changes})

    def first(self, server_id):
        """The process id of a machine's systemd, as the host sees it."""
        return processes.first(self.host.cgroups.processes(
            self.host.names.machine(server_id)))

    def shell(self, server_id, script, timeout_s=30):
        """What a script in a machine prints; its own cgroup included."""
        pid = self.first(server_id)
        memory = pathlib.Path(
            '/sys/fs/cgroup/memory', self.host.names.cgroup,
            self.host.names.machine(server_id), 'cgroup.procs')
        enter = f'echo $$ >{memory}; ' if memory.exists() else ''
        done = subprocess.run(
            ['sh', '-c', f'{enter}exec nsenter -t {pid} -m -p -u -i -n -r -w'
             ' sh -c "$0" 2>&1', script],
            capture_output=True, text=True, timeout=timeout_s)
        return done.stdout.strip()

    def await_up(self, server_id, times=1):
        """Wait until the machine's units have come up (so many times)."""
        waiting.until(
            lambda: self.host.console(server_id).count('PROBE-UP') >= times,
            60, f'{server_id} does not come up:\n'
            + self.host.console(server_id))


@pytest.fixture
def cloud(images, tmp_path):
    """A cloud of its own, which must leave nothing on the kernel."""
    settings = types.SimpleNamespace(
        state_dir=str(tmp_path / 'state'), image_dir=str(images),
        prefix=f't{uuid.uuid4().hex[:2]}')
    cloud = Cloud(settings, hosting.Host(settings))
    assert cloud.host.preflight() == []
    cloud.host.ensure_network(NETWORK, CIDR, GATEWAY, metadata=True)
    yield cloud
    cloud.again().clean()
    assert traces(cloud) == []


def traces(cloud):
    """Everything on this kernel that a cloud has left behind."""
    prefix, state = cloud.settings.prefix, cloud.settings.state_dir
    asked = ('ip -o link', 'ip netns list', 'ip route show table all',
             'nft list tables', 'losetup -a', 'cat /proc/self/mountinfo',
             'ps -eo pid,args', 'ls /run/systemd/nspawn/propagate',
             'find /sys/fs/cgroup -type d -name *_cloud')
    found = []
    for question in asked:
        said = subprocess.run(question.split(), capture_output=True,
                              text=True, timeout=60).stdout
        found += [line for line in said.splitlines()
                  if f'{prefix}-' in line or f'{prefix}_cloud' in line
                  or f'{state}/' in line or '10.213.' in line]
    state = pathlib.Path(state)
    return found + [str(path) for path in
                    (state.iterdir() if state.exists() else ())]

# SPDX-License-Identifier: Apache-2.0
"""The stock ``openstack`` command line, as a process of its own."""
import contextlib
import json
import os
import pathlib
import subprocess
import sys

import pytest

from localcloud.tests import conftest

PROGRAM = pathlib.Path(__file__).with_name('osc.py')


class CommandLine:
    """``openstack`` as one user."""

    def __init__(self, site, user='demo'):
        env = dict(os.environ, PYTHONWARNINGS='ignore', **{
            f'OS_{name.upper()}': value
            for name, value in site.credentials(user).items()})
        env.update(OS_IDENTITY_API_VERSION='3', OS_REGION_NAME='RegionOne')
        self._process = subprocess.Popen(
            [sys.executable, str(PROGRAM)], env=env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self):
        """No more commands."""
        self._process.communicate(timeout=30)

    def run(self, *words):
        """What the command prints."""
        self._process.stdin.write(json.dumps(words) + '\n')
        self._process.stdin.flush()
        status, out, err = json.loads(self._process.stdout.readline())
        assert status == 0, f'{words}: {err}'
        return out

    def json(self, *words):
        """The same, read as JSON."""
        return json.loads(self.run(*words, '-f', 'json'))


@pytest.fixture
def cli(site):
    """The command line of a tenant."""
    with contextlib.closing(CommandLine(site)) as one:
        yield one


def test_a_tenants_day(site, cli, tmp_path):
    manifest = tmp_path / 'manifest.json'
    manifest.write_bytes(conftest.manifest(conftest.LAYERS))
    cli.run('image', 'create', 'mine', '--file', str(manifest),
            '--disk-format', 'raw', '--container-format', 'bare')
    cli.run('volume', 'create', '--size', '1', 'data')
    site.settle()
    server = cli.json('server', 'create', '--image', 'mine', '--flavor',
                      'db.tiny', '--network', 'private', 's1', '--wait')
    assert server['status'] == 'ACTIVE'
    cli.run('server', 'add', 'volume', 's1', 'data')
    site.settle()
    assert cli.json('volume', 'show', 'data')['status'] == 'in-use'
    assert 'line 10' in cli.run('console', 'log', 'show', 's1')
    listed = cli.json('server', 'list')
    assert [s['Name'] for s in listed] == ['s1']
    address = cli.json('floating', 'ip', 'create', 'public')[
        'floating_ip_address']
    cli.run('server', 'add', 'floating', 'ip', 's1', address)
    assert address in str(cli.json('server', 'show', 's1')['addresses'])
    cli.run('server', 'stop', 's1')
    site.settle()
    cli.run('server', 'delete', 's1', '--wait')
    site.settle()
    assert cli.json('volume', 'show', 'data')['status'] == 'available'


ADMIN_LISTS = (
    'user list', 'project list', 'role assignment list --names',
    'service list', 'endpoint list', 'hypervisor list',
    'compute service list', 'volume service list', 'network agent list',
    'server list --all-projects', 'volume list --all-projects',
    'quota show demo', 'domain list', 'region list')
LISTS = (
    'catalog list', 'flavor list', 'network list', 'subnet list',
    'port list', 'router list', 'security group list',
    'security group rule list default', 'floating ip list',
    'volume list', 'volume type list', 'volume snapshot list',
    'image list', 'container list', 'object store account show',
    'server list', 'server group list', 'keypair list',
    'availability zone list', 'limits show --absolute', 'quota show',
    'project list', 'role list', 'network show private',
    'flavor show db.tiny', 'extension list --network')


def test_what_a_tenant_lists(cli):
    for words in LISTS:
        cli.run(*words.split())


def test_what_an_admin_does(site):
    with contextlib.closing(CommandLine(site, 'admin')) as cli:
        for words in ADMIN_LISTS:
            cli.run(*words.split())
        cli.run('project', 'create', 'shop')
        cli.run('user', 'create', '--password', 'pw', 'ann')
        cli.run('role', 'add', '--user', 'ann', '--project', 'shop',
                'member')
        cli.run('quota', 'set', '--instances', '3', '--volumes', '4',
                'shop')
        cli.run('flavor', 'create', 'db.big', '--ram', '8192',
                '--vcpus', '4')

# SPDX-License-Identifier: Apache-2.0
"""The cloud's process may be killed anywhere; nothing is lost or left."""

import pathlib
import signal
import subprocess
import sys

import pytest

import localcloud
from localcloud.host import specs
from localcloud.host import waiting

_START = """
import sys, types
from localcloud import host
from localcloud.host import specs
state_dir, image_dir, prefix, what = sys.argv[1:]
cloud = host.Host(types.SimpleNamespace(
    state_dir=state_dir, image_dir=image_dir, prefix=prefix))
spec = eval(what, vars(specs))
print('go', flush=True)
cloud.start_machine(spec)
print('started', flush=True)
sys.stdin.read()
"""


class Caller:
    """Another process that starts a machine."""

    def __init__(self, cloud, spec):
        settings = cloud.settings
        self.process = subprocess.Popen(
            [sys.executable, '-c', _START, settings.state_dir,
             settings.image_dir, settings.prefix, repr(spec)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={'PYTHONPATH': str(
                pathlib.Path(localcloud.__file__).parents[1]),
                'PATH': '/usr/sbin:/usr/bin:/sbin:/bin'})

    def says(self, word):
        assert self.process.stdout.readline().strip() == word

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


def a_machine(cloud):
    cloud.host.create_volume('volume-1', 1)
    return cloud.machine(
        volumes=(specs.VolumeSpec(volume_id='volume-1', device='/dev/vdb'),),
        config_drive={'openstack/latest/meta_data.json': b'{}'})


def test_machine_outlives_the_process_that_started_it(cloud):
    caller = Caller(cloud, a_machine(cloud))
    caller.says('go')
    caller.says('started')
    caller.kill()
    cloud.await_up('server-1')
    assert cloud.again().machine_state('server-1') == 'running'
    cloud.again().stop_machine('server-1', False, 20)
    assert cloud.again().machine_state('server-1') == 'stopped'


@pytest.mark.parametrize('percent', range(5, 100, 10))
def test_start_cut_off_anywhere_can_be_repeated(cloud, percent):
    spec = a_machine(cloud)
    caller = Caller(cloud, spec)
    caller.says('go')
    _pass(percent * 0.002)      # a start takes about 0.15 s
    caller.kill()
    successor = cloud.again()
    successor.start_machine(spec)
    cloud.await_up('server-1')
    assert 'vdb' in cloud.shell('server-1', 'ls /dev')
    successor.delete_machine('server-1')
    assert successor.machine_state('server-1') == 'absent'


@pytest.mark.parametrize('percent', range(10, 100, 20))
def test_start_cut_off_anywhere_can_be_cleaned(cloud, percent):
    caller = Caller(cloud, a_machine(cloud))
    caller.says('go')
    _pass(percent * 0.002)
    caller.kill()
    assert cloud.again().clean()
    assert cloud.again().clean() == []


def test_clean_takes_everything_and_says_what(cloud):
    cloud.host.start_machine(a_machine(cloud))
    cloud.host.ensure_network('public', '10.213.32.0/24', '10.213.32.1',
                              False)
    cloud.host.bind_floating('10.213.32.9', '10.213.16.11', 'public')
    removed = '\n'.join(cloud.again().clean())
    for word in ('machine server-1', 'floating address 10.213.32.9',
                 'interface', 'nft table', 'folder'):
        assert word in removed


def test_clean_works_though_the_state_folder_is_gone(cloud):
    cloud.host.start_machine(a_machine(cloud))
    root = cloud.host.machines.folder / 'server-1' / 'root'
    subprocess.run(['umount', '-l', root], check=True)
    subprocess.run(['rm', '-rf', cloud.settings.state_dir], check=True)
    removed = '\n'.join(cloud.again().clean())
    assert 'control group' in removed and 'network namespace' in removed


def test_delete_may_be_repeated_and_spares_volumes(cloud):
    cloud.host.start_machine(a_machine(cloud))
    cloud.host.delete_machine('server-1')
    cloud.host.delete_machine('server-1')
    assert cloud.host.volumes.path('volume-1').exists()


def test_supervisor_is_small(cloud):
    cloud.host.start_machine(cloud.machine())
    pid = (cloud.host.machines.folder / 'server-1' / 'pid').read_text()
    rollup = pathlib.Path(f'/proc/{pid.strip()}/smaps_rollup').read_text()
    pss = next(int(line.split()[1]) for line in rollup.splitlines()
               if line.startswith('Pss:'))
    assert pss < 2048


def _pass(seconds):
    # Time itself is what is tested here: nothing else marks the moment.
    waiting.comes_true(lambda: False, seconds)

# SPDX-License-Identifier: Apache-2.0
"""The small parts: names, console, config drive, groups, preflight."""

import subprocess
import types

import pytest

from localcloud.host import cgroups
from localcloud.host import configdrive
from localcloud.host import console
from localcloud.host import errors
from localcloud.host import names


def test_names_are_short_stable_and_recognised():
    ours = names.Names('abcd')
    made = {ours.bridge('net'), ours.port('net'), ours.machine('net')}
    assert len(made) == 3 and all(ours.owns(name) for name in made)
    assert all(len(name) <= 15 for name in
               (ours.bridge('net'), ours.port('net')))
    assert names.Names('abcd').port('x') == ours.port('x')
    assert not names.Names('abc').owns(ours.port('x'))


@pytest.mark.parametrize('prefix', ['', 'toolong', 'a-b', '9a', 'Abc'])
def test_unfit_prefix_is_refused(prefix):
    with pytest.raises(errors.HostError):
        names.Names(prefix)


def test_console_keeps_its_end_and_a_bounded_size(tmp_path):
    path = tmp_path / 'console.log'
    assert console.read(path) == ''
    with open(path, 'w', encoding='utf-8') as stream:
        for number in range(200_000):
            stream.write(f'line {number}\r\n')
    assert console.read(path, 2) == 'line 199998\nline 199999\n'
    assert path.stat().st_size < 1024 * 1024
    assert console.read(path, 0) == ''


def test_config_drive_holds_the_files_under_its_label(tmp_path):
    image = tmp_path / 'config.img'
    content = bytes(range(256)) * 400
    configdrive.build(image, {'openstack/latest/user_data': content,
                              'openstack/content/0000': b''})
    said = subprocess.run(
        ['debugfs', '-R', 'cat /openstack/latest/user_data', image],
        capture_output=True, check=True).stdout
    assert said == content
    label = subprocess.run(['e2label', image], capture_output=True,
                           check=True, text=True).stdout
    assert label.strip() == 'config-2'
    assert image.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize('path', ['/etc/x', '../x', 'a/../../x', ''])
def test_config_drive_path_that_leads_elsewhere_is_refused(tmp_path, path):
    with pytest.raises(errors.HostError):
        configdrive.build(tmp_path / 'config.img', {path: b''})


def test_unified_groups_pass_controllers_down_and_start_in_a_leaf(tmp_path):
    root = tmp_path / 'cgroup'
    groups = _unified(root)
    for folder in (root, root / 'tt_cloud', root / 'tt_cloud' / 'tt-m1'):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / 'cgroup.controllers').write_text('cpu io memory pids\n')
        (folder / 'cgroup.subtree_control').write_text('\n')
    for knob in ('memory.max', 'cpu.max', 'pids.max'):
        (root / 'tt_cloud' / 'tt-m1' / knob).write_text('max\n')
    entrances = groups.ensure('tt-m1', 512, 2)
    machine = root / 'tt_cloud' / 'tt-m1'
    assert entrances == [machine / 'run' / 'cgroup.procs']
    assert (machine / 'memory.max').read_text() == str(512 * 2 ** 20)
    assert (machine / 'cpu.max').read_text() == '200000 100000'
    for folder in (root, root / 'tt_cloud'):
        assert (folder / 'cgroup.subtree_control').read_text() == (
            '+cpu +memory +pids')


def test_missing_controllers_are_named(tmp_path):
    root = tmp_path / 'cgroup'
    root.mkdir()
    (root / 'cgroup.controllers').write_text('cpu\n')
    assert _unified(root).missing() == ['memory', 'pids']


def test_preflight_names_programs_and_packages(cloud, monkeypatch):
    monkeypatch.setattr('shutil.which', lambda *_, **__: None)
    said = '\n'.join(cloud.host.preflight())
    assert 'systemd-nspawn is missing; install the package ' \
        'systemd-container' in said


def test_preflight_without_root_is_one_sentence(cloud, monkeypatch):
    monkeypatch.setattr('os.geteuid', lambda: 1000)
    assert cloud.host.preflight() == [
        'Only root can run machines; use sudo.']


def _unified(root):
    mounts = root.parent / 'mountinfo'
    mounts.write_text(f'30 1 0:26 / {root} rw - cgroup2 cgroup2 rw\n')
    return cgroups.Cgroups(types.SimpleNamespace(cgroup='tt_cloud'),
                           root=str(root), mounts=str(mounts))

# SPDX-License-Identifier: Apache-2.0
import dataclasses
import json
import pathlib
import types

import pytest

from imagebuilder import build
from imagebuilder import disk
from imagebuilder import errors
from imagebuilder import lock
from imagebuilder import packages
from imagebuilder import recipe
from imagebuilder import store

PROJECT = pathlib.Path(build.__file__).resolve().parents[2]


@pytest.fixture
def images(tmp_path):
    one = store.Store(tmp_path / 'images')
    one.prepare()
    return one


def order(**more):
    return build.Order(project=PROJECT, datastore='mariadb',
                       version='10.11', agent_source=PROJECT, **more)


def names(images, **more):
    _, layers = build.plan(order(**more), images)
    return [layer.name for layer in layers]


def test_a_disk_has_one_layer_more_above_the_engine(images):
    layered, bootable = names(images), names(images, bootable=True)
    assert [name for name in bootable if name not in layered] == [
        bootable[2]]
    assert bootable[2].startswith('machine-mariadb-10.11-')
    assert bootable[3].startswith('mariadb-10.11-')


def test_pins_make_other_layers(images):
    pins = lock.Lock(packages=(('zstd', '1.5'),),
                     distributions=('kombu==5.3',))
    assert not set(names(images, bootable=True)) & set(
        names(images, bootable=True, pins=pins))


def test_every_kernel_module_of_a_guest_is_in_the_early_root():
    listed = {each.path: each.content
              for each in recipe.load_machine().early_files}
    modules = listed['/usr/share/initramfs-tools/modules.d/guest'].split()
    assert {'virtio_blk', 'virtio_scsi', 'ext4', 'nvme'} <= set(modules)


def test_the_kernel_of_each_suite_reads_a_config_drive_on_a_sata_bus():
    machine = recipe.load_machine()
    assert machine.packages_of('bookworm')[0] == 'linux-image-amd64'
    assert machine.packages_of('trixie')[0] == 'linux-image-cloud-amd64'
    assert machine.packages_of('bookworm')[1:] == machine.packages


def test_another_kernel_makes_other_layers_of_its_suite_only(
        images, monkeypatch):
    before = names(images, bootable=True)
    machine = recipe.load_machine()
    for suite, same in (('trixie', True), ('bookworm', False)):
        monkeypatch.setattr(recipe, 'load_machine', lambda suite=suite: (
            dataclasses.replace(machine, other_kernels=(
                *(other for other in machine.other_kernels
                  if other.suite != suite),
                recipe.Kernel(suite=suite, package='linux-image-other')))))
        assert (names(images, bootable=True) == before) is same


def test_other_processors_are_refused(monkeypatch):
    monkeypatch.setattr(packages, 'architecture', lambda: 'arm64')
    with pytest.raises(errors.BuildError, match='amd64 only'):
        disk.check()


def test_missing_programs_are_named_by_package(monkeypatch):
    monkeypatch.setattr(packages, 'architecture', lambda: 'amd64')
    monkeypatch.setenv('PATH', '/nowhere')
    with pytest.raises(errors.BuildError,
                       match='dosfstools e2fsprogs extlinux fdisk'):
        disk.check()


def test_two_kernels_are_told(tmp_path):
    (tmp_path / 'boot').mkdir()
    for number in (1, 2):
        (tmp_path / f'boot/vmlinuz-{number}').touch()
    with pytest.raises(errors.BuildError, match='2 files /boot/vmlinuz'):
        disk._only(tmp_path, 'vmlinuz-*')


def test_a_disk_takes_all_files_and_some_room(tmp_path):
    (tmp_path / 'large').write_bytes(b'x' * (100 * 2 ** 20))
    size = disk._size_mb(tmp_path)
    assert 100 + disk.SLACK_MB <= size < 100 + disk.SLACK_MB + 80
    assert size % disk.STEP_MB == 0


def test_a_lock_holds_what_is_in_the_layers_but_the_agent(images, tmp_path):
    notes = {'base': {'packages': {'zstd': '1.5.4+dfsg2-5'},
                      'older': {'acme-0': '0.9'}},
             'top': {'distributions': {'kombu': '5.6.2', 'trove': '1.0'}}}
    source = types.SimpleNamespace(notes=lambda name: notes[name])
    layers = [types.SimpleNamespace(name=name) for name in ('top', 'base')]
    path = images.write_lock('acme-1.0',
                             lock.document_of(layers, source))
    assert lock.load(path) == lock.Lock(
        packages=(('zstd', '1.5.4+dfsg2-5'),), older=(('acme-0', '0.9'),),
        distributions=('kombu==5.6.2',))


@pytest.mark.parametrize('document, said', [
    ('no json', 'cannot be read'), ('{"format": "other"}', 'is no lock'),
    (json.dumps({'format': lock.FORMAT, 'packages': {'a\nPin: x': '1'}}),
     'is no package')])
def test_what_is_no_lock_is_refused(tmp_path, document, said):
    path = tmp_path / 'lock.json'
    path.write_text(document)
    with pytest.raises(errors.BuildError, match=said):
        lock.load(path)


def built(**more):
    return {'packages': {'zstd': '1.5', 'libc6': '2.36'},
            'older': {'acme-0': '0.9'}, 'distributions': {'kombu': '5.3'},
            **more}


LOCKED = lock.Lock(packages=(('libc6', '2.36'), ('zstd', '1.5')),
                   older=(('acme-0', '0.9'),),
                   distributions=('kombu==5.3',))


def test_what_the_lock_says_has_been_built():
    lock.hold(LOCKED, built())
    lock.hold(lock.Lock(), built())


@pytest.mark.parametrize('other, said', [
    ({'packages': {'zstd': '1.6', 'libc6': '2.36'}},
     r'zstd 1\.5 \(there is 1\.6\)'),
    ({'packages': {'more': '1'}}, r'more not at all \(there is 1\)'),
    ({'older': {'acme-0': '1.0'}}, r'acme-0 0\.9 \(there is 1\.0\)'),
    ({'distributions': {'kombu': '5.4'}}, r'kombu 5\.3 \(there is 5\.4\)'),
    ({'packages': {str(number): '1' for number in range(7)}}, 'and 2 more')])
def test_what_the_lock_does_not_say_is_refused(other, said):
    with pytest.raises(errors.BuildError, match=said):
        lock.hold(LOCKED, built(**other))


def test_preferences_beat_newer_versions():
    assert packages.preferences_of([('zstd', '1.5')]) == (
        'Package: zstd\nPin: version 1.5\nPin-Priority: 1001\n')
    assert packages.preferences_of([]) == ''

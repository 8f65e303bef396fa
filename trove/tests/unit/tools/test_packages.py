# SPDX-License-Identifier: Apache-2.0
import contextlib
import pathlib

import pytest

from imagebuilder import errors
from imagebuilder import mounts
from imagebuilder import packages
from imagebuilder import store

DEBIAN = """
# comment
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
KEY = 'signed-by=/usr/share/keyrings/debian-archive-keyring.gpg'


@pytest.fixture
def apt(tmp_path):
    """An /etc/apt without any source."""
    (tmp_path / 'sources.list.d').mkdir()
    (tmp_path / 'sources.list').write_text('')
    return tmp_path


def test_the_sources_of_the_machine_are_used(apt):
    (apt / 'sources.list.d/debian.sources').write_text(DEBIAN)
    assert packages.sources('bookworm', apt, 'bookworm') == [
        f'deb [{KEY}] http://mirror.example/debian bookworm main',
        f'deb [{KEY}] http://mirror.example/debian bookworm-updates main',
        f'deb [{KEY}] http://mirror.example/debian-security '
        'bookworm-security main']


def test_another_suite_comes_from_the_same_mirror(apt):
    (apt / 'sources.list.d/debian.sources').write_text(DEBIAN)
    suites = [line.split()[3] for line in
              packages.sources('trixie', apt, 'bookworm')]
    assert suites == ['trixie', 'trixie-updates', 'trixie-security']


def test_the_rolling_suite_has_neither_updates_nor_security(apt):
    (apt / 'sources.list.d/debian.sources').write_text(DEBIAN)
    suites = [line.split()[3] for line in
              packages.sources('sid', apt, 'bookworm')]
    assert suites == ['sid']


def test_sources_of_one_line_each_are_read_too(apt):
    (apt / 'sources.list').write_text(
        'deb [arch=amd64 trusted=yes] file:/srv/debian stable main # mine\n'
        'deb-src file:/srv/debian stable main\n'
        '# deb http://old.example/debian stable main\n')
    line, = packages.sources('bookworm', apt, 'bookworm')
    assert 'trusted=yes' in line
    assert line.endswith('file:/srv/debian bookworm main')


@pytest.mark.parametrize('name, text', [
    ('other.list', 'deb [signed-by=/etc/apt/acme.asc] '
                   'https://acme.example/debian bookworm main'),
    ('other.list', 'deb https://acme.example/debian bookworm stable'),
    ('other.list', 'deb https://acme.example/apt acme-bookworm main'),
    ('off.sources', DEBIAN.replace('Types:', 'Enabled: no\nTypes:')),
    ('debian.sources.disabled', DEBIAN),
])
def test_other_people_s_sources_are_not_debian_s(apt, name, text):
    (apt / 'sources.list.d' / name).write_text(text)
    with pytest.raises(errors.BuildError, match='no Debian package source'):
        packages.sources('bookworm', apt, 'bookworm')


def test_a_key_written_into_the_source_does_not_break_reading(apt):
    (apt / 'sources.list.d/acme.sources').write_text(
        'Types: deb\nURIs: https://acme.example\nSuites: bookworm\n'
        'Components: main\nSigned-By:\n -----BEGIN PGP-----\n .\n abc\n\n'
        + DEBIAN)
    assert len(packages.sources('bookworm', apt, 'bookworm')) == 3


def test_a_mirror_named_by_hand_is_the_only_source():
    line, = packages.mirror('bookworm', 'http://near.example/debian')
    assert line.endswith('http://near.example/debian bookworm main')


def test_installed_packages_are_read_from_the_guest(tmp_path):
    status = tmp_path / 'var/lib/dpkg/status'
    status.parent.mkdir(parents=True)
    status.write_text('Package: one\nStatus: install ok installed\n'
                      'Version: 1:2-3\n\nPackage: two\nVersion: 4\n')
    assert packages.installed(tmp_path) == {'one': '1:2-3', 'two': '4'}


class Bare(mounts.Root):
    """A root in which nothing is mounted."""

    def bind(self, source, target=None, writable=False):
        pass


def test_of_two_builds_one_at_a_time_is_at_the_packages(tmp_path,
                                                        monkeypatch):
    images = store.Store(tmp_path / 'images')
    images.prepare()
    root = Bare(tmp_path / 'root', tmp_path / 'log')
    for name in ('run', 'usr/sbin'):
        root.inside(name).mkdir(parents=True)
    held, ran = [], []

    @contextlib.contextmanager
    def locked(name):
        held.append(name)
        yield
        held.remove(name)

    monkeypatch.setattr(images, 'locked', locked)
    monkeypatch.setattr(packages.commands, 'run', lambda argv, **_: ran.append(
        (argv[3], list(held))))
    packages.Apt(root, images, 'acme', ['deb http://x acme main']).install(
        ['zstd'])
    assert ran == [('update', [packages.LOCK]), ('install', [packages.LOCK])]
    assert not pathlib.Path(root.inside('usr/sbin/policy-rc.d')).exists()

# SPDX-License-Identifier: Apache-2.0
"""What a person at the keyboard reads: one sentence, and a status."""

import collections
import os
import socket
import subprocess
import sys

import pytest

from stack import errors
from stack import lifecycle
from stack import packages
from stack import preflight
from stack import programs
from stack import settings as settings_module

ROOT = settings_module.ROOT
TROVESTACK = ROOT / 'tools' / 'trovestack'
Usage = collections.namedtuple('Usage', 'total used free')


@pytest.fixture
def settings(tmp_path):
    return settings_module.Settings(home=tmp_path / 'home', slot=19)


def run(*words, user=None, **environ):
    return subprocess.run(
        [sys.executable, TROVESTACK, *words], capture_output=True, text=True,
        timeout=60, user=user, check=False,
        env={'PATH': os.environ['PATH'], **environ})


def sentence(done, status=1):
    """The one sentence of a failed run."""
    rows = done.stderr.strip().splitlines()
    assert done.returncode == status, done
    assert 'Traceback' not in done.stderr
    assert len(rows) == 1, done.stderr
    return rows[0]


def test_help_names_every_verb():
    done = run('--help')
    assert done.returncode == 0
    for verb in ('demo', 'test', 'up', 'down', 'status', 'logs', 'env',
                 'clean', 'bench', 'check'):
        assert f'\n    {verb} ' in done.stdout


def test_without_root_nothing_is_begun(monkeypatch):
    monkeypatch.setattr(os, 'geteuid', lambda: 1000)
    with pytest.raises(errors.StackError,
                       match='`trovestack up` needs root: run it with sudo'):
        preflight.require_root('up')


def test_an_unknown_verb_is_answered_with_those_that_are():
    done = run('dance')
    assert done.returncode == 2
    assert 'dance' in done.stderr
    assert 'demo' in done.stderr
    assert 'Traceback' not in done.stderr


@pytest.mark.parametrize('verb', ('bench', 'check'))
def test_an_unknown_program_is_answered_with_those_that_are(verb):
    with pytest.raises(errors.StackError) as caught:
        programs.require(verb, 'dance')
    assert str(caught.value) == (
        f'There is no {verb} dance; there are: '
        + ', '.join(programs.names(verb)) + '.')


def test_what_needs_a_stack_exists():
    for verb, name in programs.ON_STACK:
        programs.require(verb, name)


def test_a_program_before_the_first_up_says_what_to_do(settings):
    with pytest.raises(errors.StackError, match='trovestack up'):
        programs.demo(settings)


def test_env_needs_no_root_and_says_when_there_is_no_stack(tmp_path):
    told = sentence(run('env', TROVESTACK_DIR=str(tmp_path)))
    assert 'has not been up yet' in told


def test_env_of_nobody_names_the_accounts(tmp_path):
    told = sentence(run('env', 'nobody', TROVESTACK_DIR=str(tmp_path)))
    assert told == ('trovestack: There is no account nobody; there are '
                    'admin, demo, alt.')


def test_a_stack_without_a_number_is_refused(tmp_path):
    told = sentence(run('env', TROVESTACK_DIR=str(tmp_path),
                        TROVESTACK_SLOT='twelve'))
    assert "it is 'twelve'" in told


@pytest.mark.parametrize('free_gb, built, enough', (
    (7.9, False, False), (8.1, False, True),
    (1.9, True, False), (2.1, True, True)))
def test_too_little_disk_is_told_before_anything_is_made(
        settings, monkeypatch, free_gb, built, enough):
    monkeypatch.setattr(preflight.shutil, 'disk_usage',
                        lambda _: Usage(0, 0, free_gb * 1e9))
    if built:
        settings.images.mkdir(parents=True)
    if enough:
        preflight.disk(settings)
        return
    with pytest.raises(errors.StackError, match=f'has {free_gb} GB free'):
        preflight.check(settings)
    assert settings.home.exists() == built


def test_tests_look_at_the_disk_first(settings, monkeypatch):
    monkeypatch.setattr(preflight.shutil, 'disk_usage',
                        lambda _: Usage(0, 0, 1e9))
    with pytest.raises(errors.StackError, match='has 1.0 GB free'):
        lifecycle.prepare(settings, ('test',), 'test')
    assert not settings.home.exists()


@pytest.mark.parametrize(('interface', 'ours'), [
    ('eth7', False), ('{prefix}-p1', True),
    # A floating address of the one-machine cloud.
    ('lo', True)])
def test_a_network_of_somebody_else_is_named(
        settings, monkeypatch, tmp_path, interface, ours):
    first, second = (int(word) for word in settings.network.split('.'))
    routes = tmp_path / 'route'
    routes.write_text('Iface\tDestination\n%s\t0220%02X%02X\n' % (
        interface.format(prefix=settings.prefix), second, first))
    monkeypatch.setattr(preflight, 'ROUTES', routes)
    if ours:
        preflight._networks(settings)
        return
    with pytest.raises(errors.StackError, match='in use by eth7'):
        preflight._networks(settings)


def test_a_port_of_somebody_else_is_named_with_a_way_out(
        settings, monkeypatch):
    monkeypatch.setattr(preflight.shutil, 'disk_usage',
                        lambda _: Usage(0, 0, 100e9))
    free = preflight._free      # of the others: a stack may be up here
    monkeypatch.setattr(preflight, '_free', lambda port: (
        port != settings.amqp_port or free(port)))
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(('127.0.0.1', settings.amqp_port))
        other.listen()
        with pytest.raises(errors.StackError) as caught:
            preflight.check(settings)
    assert str(caught.value) == (
        f'Port {settings.amqp_port} on 127.0.0.1, for RabbitMQ, is taken by '
        'another program: stop that one, or use another stack with '
        'TROVESTACK_SLOT=2.')


class Apt:
    """A machine whose package sources have only what is said."""

    def __init__(self, known=(), reachable=True, downloads=True):
        self.known = known
        self.reachable = reachable
        self.downloads = downloads
        self.calls = []

    def apt(self, log, *words):
        self.calls.append(words[0])
        if words[0] == 'update' and not self.reachable:
            raise errors.StackError('Could not resolve deb.debian.org')
        if words[0] == 'install' and not self.downloads:
            raise errors.StackError('404 Not Found')

    def have(self, names):
        return set(names) <= set(self.known)


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A function that puts an `Apt` in the place of the machine's."""
    policy = tmp_path / 'policy-rc.d'

    def put(apt):
        monkeypatch.setattr(packages, 'INTERRUPTED', tmp_path / 'updates')
        monkeypatch.setattr(packages, 'POLICY', policy)
        monkeypatch.setattr(packages, 'missing', lambda names: ['xfsprogs'])
        monkeypatch.setattr(packages.shutil, 'which', lambda _: '/bin/true')
        monkeypatch.setattr(packages, '_apt', apt.apt)
        monkeypatch.setattr(packages, '_known', apt.have)
        return policy
    return put


def test_a_machine_without_package_sources_ends_in_one_sentence(
        settings, machine):
    policy = machine(Apt(reachable=False))
    with pytest.raises(errors.StackError) as caught:
        packages.install(settings)
    assert str(caught.value).startswith('No package source can be reached')
    assert not policy.exists()


def test_old_lists_without_a_source_end_in_that_sentence_too(
        settings, machine):
    apt = Apt(known=('xfsprogs',), reachable=False, downloads=False)
    machine(apt)
    with pytest.raises(errors.StackError, match='No package source can be'):
        packages.install(settings)
    assert apt.calls == ['install', 'update', 'install']


def test_a_broken_source_that_is_not_needed_hinders_nobody(
        settings, machine, monkeypatch):
    apt = Apt(reachable=False)
    machine(apt)
    looks = iter((False, True))     # after the update it is known
    monkeypatch.setattr(packages, '_known', lambda _: next(looks))
    packages.install(settings)
    assert apt.calls == ['update', 'install']


def test_what_a_killed_dpkg_left_is_finished_first(
        settings, machine, monkeypatch, tmp_path):
    machine(Apt(known=('xfsprogs',)))
    (tmp_path / 'updates').mkdir()
    ran = []
    monkeypatch.setattr(packages.commands, 'run',
                        lambda argv, *_, **__: ran.append(argv))
    packages.install(settings)
    assert ran == []
    (tmp_path / 'updates' / '0001').touch()
    packages.install(settings)
    assert ran[0][0] == 'dpkg'
    assert ran[0][-2:] == ['--configure', '-a']


def test_a_package_that_no_source_has_is_named(settings, machine):
    machine(Apt())
    with pytest.raises(errors.StackError, match='has xfsprogs: check'):
        packages.install(settings)


def test_packages_that_are_known_need_no_new_lists(settings, machine):
    apt = Apt(known=('xfsprogs',))
    policy = machine(apt)
    packages.install(settings)
    assert apt.calls == ['install']
    assert not policy.exists()


def test_the_machine_s_own_policy_for_services_is_left_alone(
        settings, machine):
    policy = machine(Apt(known=('xfsprogs',)))
    policy.write_text('#!/bin/sh\nexit 0\n')
    packages.install(settings)
    assert policy.read_text() == '#!/bin/sh\nexit 0\n'


def test_a_policy_that_a_killed_run_left_is_taken_away(settings, machine):
    policy = machine(Apt(known=('xfsprogs',)))
    policy.write_text(f'#!/bin/sh\n{packages.MARK}\nexit 101\n')
    packages.install(settings)
    assert not policy.exists()


def test_a_machine_without_apt_is_told_what_to_install(
        settings, machine, monkeypatch):
    machine(Apt())
    monkeypatch.setattr(packages.shutil, 'which', lambda _: None)
    with pytest.raises(errors.StackError, match='yourself: xfsprogs'):
        packages.install(settings)

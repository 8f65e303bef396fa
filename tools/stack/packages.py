# SPDX-License-Identifier: Apache-2.0
"""The Debian packages that bindep.txt names."""

import contextlib
import os
import pathlib
import re
import shutil

from stack import commands
from stack import console
from stack import errors
from stack import settings as settings_module

BINDEP = settings_module.ROOT / 'bindep.txt'
POLICY = pathlib.Path('/usr/sbin/policy-rc.d')
MARK = '# made by trovestack while it installs packages'
ENV = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive', 'LC_ALL': 'C',
       'APT_LISTCHANGES_FRONTEND': 'none', 'NEEDRESTART_MODE': 'l'}
OPTIONS = ('-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=300',
           '-o', 'Dpkg::Use-Pty=0', '-o', 'APT::Color=0',
           '-o', 'Dpkg::Options::=--force-confdef',
           '-o', 'Dpkg::Options::=--force-confold')
# What dpkg leaves there was interrupted; apt-get then refuses all work.
INTERRUPTED = pathlib.Path('/var/lib/dpkg/updates')


def wanted(text, profiles=()):
    """The packages of bindep.txt: those without a profile, and of these."""
    names = []
    for row in text.splitlines():
        row = row.partition('#')[0].strip()
        if not row:
            continue
        name, _, rest = row.partition(' ')
        listed = re.findall(r'[\w:!-]+', rest)
        if not listed or set(listed) & set(profiles):
            names.append(name)
    return names


def missing(names):
    """Those of them that dpkg does not have."""
    if not names:
        return []
    installed = set()
    done = commands.output(
        ['sh', '-c', 'dpkg-query -W -f="\\${Package} \\${db:Status-Status}'
         '\\n" "$@" 2>/dev/null || true', 'sh', *names],
        'Asking dpkg for packages')
    for row in done.splitlines():
        name, _, status = row.partition(' ')
        if status == 'installed':
            installed.add(name)
    return [name for name in names if name not in installed]


def install(settings, profiles=()):
    """Install what is missing; StackError in one sentence if it cannot be."""
    names = missing(wanted(BINDEP.read_text(encoding='utf-8'), profiles))
    if not names:
        return
    if not shutil.which('apt-get'):
        raise errors.StackError(
            'This machine has no apt-get; install these yourself: '
            + ' '.join(names) + '.')
    log = settings.logs / 'apt.log'
    with console.step(f'Debian packages: {" ".join(names)}'), _no_services():
        _resume(log)
        if _known(names):
            try:
                _install(log, names)
                return
            except errors.StackError:
                console.say('  the package lists may be old; reading them '
                            'again')
        _install_anew(log, names)


def _install_anew(log, names):
    """With new lists. A source that fails matters only if it is needed."""
    trouble = None
    try:
        _apt(log, 'update', '--error-on=any')
    except errors.StackError as error:
        trouble = errors.StackError(
            'No package source can be reached, or not all of them (apt-get '
            'update failed): check /etc/apt/sources.list.d and the network, '
            f'then run again; details are in {log}.')
        trouble.__cause__ = error
    unknown = [name for name in names if not _known([name])]
    if unknown:
        raise trouble or errors.StackError(
            'No package source of this machine has '
            f'{", ".join(unknown)}: check /etc/apt/sources.list.d and the '
            'network, then run again.')
    try:
        _install(log, names)
    except errors.StackError:
        if trouble:
            raise trouble from None
        raise


def _resume(log):
    """Finish what a dpkg that was killed has begun."""
    if INTERRUPTED.is_dir() and any(INTERRUPTED.iterdir()):
        commands.run(['dpkg', '--force-confdef', '--force-confold',
                      '--configure', '-a'], log, 'dpkg --configure -a',
                     env=ENV)


def _install(log, names):
    _apt(log, 'install', '-y', '--no-install-recommends', *names)


def _apt(log, *words):
    commands.run(['apt-get', *OPTIONS, *words], log, f'apt-get {words[0]}',
                 env=ENV)


def _known(names):
    """Whether apt has a candidate for each of them."""
    found = commands.output(['apt-cache', 'policy', *names],
                            'Asking apt for packages', env=ENV)
    candidates = re.findall(r'^  Candidate: (\S+)', found, re.MULTILINE)
    return (len(candidates) == len(names)
            and '(none)' not in candidates)


@contextlib.contextmanager
def _no_services():
    """Packages start no service of theirs while they are installed.

    A policy of the machine's own is left alone. One of ours that a killed
    run left behind is taken away again.
    """
    try:
        ours = MARK in POLICY.read_text(encoding='utf-8')
    except FileNotFoundError:
        POLICY.write_text(f'#!/bin/sh\n{MARK}\nexit 101\n', encoding='utf-8')
        POLICY.chmod(0o755)
        ours = True
    try:
        yield
    finally:
        if ours:
            POLICY.unlink(missing_ok=True)


def forget():
    """Take away a policy that a killed run left behind."""
    try:
        if MARK in POLICY.read_text(encoding='utf-8'):
            POLICY.unlink()
    except FileNotFoundError:
        return

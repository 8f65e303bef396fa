# SPDX-License-Identifier: Apache-2.0
"""What a stack tells about itself: status, logs, how to reach it."""

import os
import shlex

from stack import broker
from stack import cloud
from stack import commands
from stack import console
from stack import errors
from stack import services
from stack import site as sites


def daemons(settings):
    """Every process of the stack, with the address it listens on."""
    yield broker.daemon(settings), f'127.0.0.1:{settings.amqp_port}'
    yield broker.mapper(settings), f'127.0.0.1:{settings.epmd_port}'
    foreign = sites.foreign(settings)
    if foreign is None:
        yield cloud.daemon(settings), settings.cloud_url
    for name in services.NAMES:
        yield (services.daemon(settings, name),
               (foreign or settings).api_url if name == 'trove-api' else '')


def status(settings):
    """Print a table; returns 0 when all of it runs, else 1."""
    all_run = True
    console.say(f'{"service":<20} {"process":>8} {"memory":>8}  address')
    for daemon, address in daemons(settings):
        pid = daemon.pid()
        all_run = all_run and bool(pid)
        console.say(f'{daemon.name:<20} {pid or "stopped":>8} '
                    f'{_memory_mb(pid):>8}  {address if pid else ""}')
    console.say(f'files: {settings.state}')
    return 0 if all_run else 1


def logs(settings, service=None):
    """Print the whole log of one service, or say which there are."""
    known = {daemon.name: daemon.log for daemon, _ in daemons(settings)}
    for extra in ('apt', 'pip', 'image'):
        known[extra] = settings.logs / f'{extra}.log'
    if service is None:
        for name, path in known.items():
            if path.exists():
                console.say(f'== {name} ({path})')
                console.say(commands.tail(path))
        return 0
    if service not in known:
        raise errors.StackError(
            f'There is no service {service}; these have a log: '
            + ', '.join(known) + '.')
    if not known[service].exists():
        raise errors.StackError(f'{service} has not been started yet.')
    with open(known[service], encoding='utf-8', errors='replace') as stream:
        for row in stream:
            console.say(row.rstrip('\n'))
    return 0


def environment(settings, account):
    """Print what a shell needs so that OpenStack clients find the cloud."""
    site = sites.foreign(settings)
    if site is not None:
        place = shlex.quote(site.config_file)
        console.say(f'export OS_CLIENT_CONFIG_FILE={place}')
        console.say(f'export OS_CLOUD={shlex.quote(account or site.name)}')
        console.say(f'export PATH={settings.venv}/bin:"$PATH"')
        return 0
    account = account or 'demo'
    if account not in cloud.ACCOUNTS:
        raise errors.StackError(
            f'There is no account {account}; there are '
            + ', '.join(cloud.ACCOUNTS) + '.')
    if not settings.clouds_yaml.exists():
        raise errors.StackError(
            'The stack has not been up yet: sudo ./tools/trovestack up.')
    console.say(f'export OS_CLIENT_CONFIG_FILE={settings.clouds_yaml}')
    console.say(f'export OS_CLOUD=trovestack-{account}')
    console.say(f'export PATH={settings.venv}/bin:"$PATH"')
    return 0


def _memory_mb(pid):
    """Proportional set size, which counts shared pages once."""
    if not pid:
        return ''
    try:
        with open(f'/proc/{pid}/smaps_rollup', encoding='ascii') as stream:
            for row in stream:
                if row.startswith('Pss:'):
                    return f'{int(row.split()[1]) // 1024} MB'
    except (OSError, ProcessLookupError):
        return '' if os.geteuid() else 'ended'
    return ''

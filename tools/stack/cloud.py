# SPDX-License-Identifier: Apache-2.0
"""The one-machine cloud: its configuration, its process, its accounts."""

import urllib.request

from stack import commands
from stack import console
from stack import daemons
from stack import files
from stack import fingerprint
from stack import settings as settings_module
from stack import venv

READY_S = 60
# cloud in clouds.yaml -> (user, project)
ACCOUNTS = {'admin': ('admin', 'admin'), 'demo': ('demo', 'demo'),
            'alt': ('alt', 'alt')}


def start(settings):
    """Start it and wait until it answers; write clouds.yaml."""
    configure(settings)
    daemon_ = daemon(settings)
    if not (daemon_.fresh() and _healthy(settings)):
        with console.step('One-machine cloud'):
            _call(settings, 'check')
            daemon_.start()
            daemon_.wait_ready(lambda: _healthy(settings), READY_S)
    _write_clouds(settings)


def stop(settings):
    """Stop its machines, then the cloud; the data stays. True if it ran."""
    if not settings.cloud_config.exists():
        return False
    if settings.python.exists():
        _call(settings, 'stop-machines', timeout_s=180)
    return daemon(settings).stop()


def clean(settings):
    """Remove all that it made in the kernel and on disk."""
    daemon(settings).stop()
    if settings.cloud_config.exists() and settings.python.exists():
        return _call(settings, 'clean', timeout_s=300).splitlines()
    return []


def password(settings, user):
    """The password of one of the cloud's accounts."""
    return files.password(settings.cloud_dir / f'{user}.password')


def daemon(settings):
    """The cloud's process."""
    return daemons.Daemon(
        name='cloud', settings=settings, cwd='/',
        umask=0o022,    # inside the machines it makes others must read
        argv=(str(settings.python), '-m', 'localcloud', 'serve', '--config',
              str(settings.cloud_config)), env=_environment(settings),
        made_from=fingerprint.of(
            settings_module.ROOT / 'devstack' / 'localcloud',
            settings.cloud_config))


def configure(settings):
    """Write its configuration and the passwords of its accounts."""
    files.directory(settings.cloud_dir)
    for user in ('admin', 'demo', 'alt', 'reader', 'trove'):
        password(settings, user)
    net = settings.network
    files.write(settings.cloud_config, '\n'.join((
        '[localcloud]',
        f'state_dir = {settings.cloud_dir}',
        f'image_dir = {settings.images}',
        'listen = 127.0.0.1',
        f'also_listen = {net}.0.1',
        f'port = {settings.cloud_port}',
        f'admin_password_file = {settings.cloud_dir}/admin.password',
        f'prefix = {settings.prefix}',
        f'database_url = {settings.api_url}/v1.0/$(project_id)s',
        f'mgmt_cidr = {net}.0.0/20',
        f'private_cidr = {net}.16.0/20',
        f'public_cidr = {net}.32.0/24',
        # One address of the machine, which only one stack can listen on;
        # guests of the others read their config drives, as all do first.
        f'metadata = {"true" if settings.slot == 0 else "false"}',
        '')))


def _environment(settings):
    return venv.environment(
        settings, PYTHONPATH=str(settings_module.ROOT / 'devstack'))


def _call(settings, verb, timeout_s=60):
    return commands.output(
        [settings.python, '-m', 'localcloud', verb, '--config',
         settings.cloud_config], f'The one-machine cloud\'s `{verb}`',
        timeout_s=timeout_s, env=_environment(settings), cwd='/')


def _healthy(settings):
    try:
        with urllib.request.urlopen(    # noqa: S310  always http
                f'{settings.cloud_url}/healthcheck', timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def _write_clouds(settings):
    """What OpenStack clients read; it belongs to who called sudo."""
    rows = ['clouds:']
    for name, (user, project) in ACCOUNTS.items():
        rows += [
            f'  trovestack-{name}:',
            '    auth_type: password',
            '    auth:',
            f'      auth_url: {settings.cloud_url}/identity/v3',
            f'      username: {user}',
            f'      password: "{password(settings, user)}"',
            f'      project_name: {project}',
            '      user_domain_name: Default',
            '      project_domain_name: Default',
            '    region_name: RegionOne',
            '    identity_api_version: 3',
        ]
    files.write(settings.clouds_yaml, '\n'.join(rows) + '\n',
                owner=files.person())

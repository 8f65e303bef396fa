# SPDX-License-Identifier: Apache-2.0
"""A RabbitMQ of the stack's own.

It has its own node name, ports, port mapper, cookie and data; one that runs
on the machine already is not touched. Its port for guests is on the
management network's bridge.
"""

import base64
import json
import os
import pwd
import urllib.request

from stack import console
from stack import daemons
from stack import errors
from stack import files
from stack import site as sites

SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server'
USER = 'rabbitmq'
READY_S = 120


def start(settings):
    """Start it and wait until its management API answers."""
    if _healthy(settings) and daemon(settings).pid():
        return
    with console.step('RabbitMQ'):
        _prepare(settings)
        mapper(settings).start()
        broker = daemon(settings)
        broker.start()
        broker.wait_ready(lambda: _healthy(settings), READY_S)


def stop(settings):
    """Stop it and its port mapper. True if it ran."""
    ran = daemon(settings).stop()
    return mapper(settings).stop() or ran


def password(settings):
    """Of the control plane's user `trove`."""
    return files.password(settings.state / 'rabbitmq.password')


def daemon(settings):
    """The broker's process."""
    return daemons.Daemon(
        name='rabbitmq', settings=settings, user=USER, stop_s=40,
        argv=(SERVER, '-noinput'), env=_environment(settings),
        cwd=str(_home(settings)))


def mapper(settings):
    """Erlang's port mapper; without one of ours the broker makes its own."""
    return daemons.Daemon(
        name='epmd', settings=settings, user=USER, env=_environment(settings),
        argv=('epmd', '-port', str(settings.epmd_port), '-address',
              '127.0.0.1', '-relaxed_command_check'),
        cwd='/')


def _home(settings):
    return settings.state / 'rabbitmq'


def _prepare(settings):
    try:
        user = pwd.getpwnam(USER)
    except KeyError as error:
        raise errors.StackError(
            'There is no user rabbitmq: is the package rabbitmq-server '
            'whole?') from error
    owner = (user.pw_uid, user.pw_gid)
    home = _home(settings)
    for path in (home, home / 'mnesia', home / 'log', home / 'generated'):
        files.directory(path, owner=owner)
    files.password(home / '.erlang.cookie', owner=owner)
    os.chmod(home / '.erlang.cookie', 0o400)
    files.write(home / 'enabled_plugins', '[rabbitmq_management].\n',
                owner=owner)
    files.write(home / 'rabbitmq-env.conf', '# see the environment\n',
                owner=owner)
    files.write(home / 'rabbitmq.conf', _configuration(settings),
                owner=owner)


def _configuration(settings):
    return '\n'.join((
        f'listeners.tcp.control = 127.0.0.1:{settings.amqp_port}',
        f'listeners.tcp.guests = {sites.of(settings).broker_address}:'
        f'{settings.amqp_port}',
        'management.tcp.ip = 127.0.0.1',
        f'management.tcp.port = {settings.management_port}',
        # Made at the first start only, with every right; it may not log in
        # from the guests' side.
        'default_user = trove',
        f'default_pass = {password(settings)}',
        'loopback_users.trove = true',
        'disk_free_limit.absolute = 200MB',
        # A message of a guest is held in memory until it is whole.
        'max_message_size = 2097152',
        'log.console = true', 'log.console.level = info', 'log.file = false',
        ''))


def _environment(settings):
    home = _home(settings)
    return {
        'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LANG': 'C.UTF-8',
        'HOME': str(home),
        'RABBITMQ_NODENAME': 'trovestack@localhost',
        'RABBITMQ_CONF_ENV_FILE': str(home / 'rabbitmq-env.conf'),
        'RABBITMQ_CONFIG_FILE': str(home / 'rabbitmq'),
        'RABBITMQ_ENABLED_PLUGINS_FILE': str(home / 'enabled_plugins'),
        'RABBITMQ_MNESIA_BASE': str(home / 'mnesia'),
        'RABBITMQ_LOG_BASE': str(home / 'log'),
        'RABBITMQ_GENERATED_CONFIG_DIR': str(home / 'generated'),
        'RABBITMQ_SCHEMA_DIR': str(home / 'generated'),
        'RABBITMQ_PID_FILE': str(home / 'rabbitmq.pid'),
        'RABBITMQ_DIST_PORT': str(settings.distribution_port),
        'RABBITMQ_ALLOW_INPUT': '1',    # one process, no shell around it
        'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS':
            '-kernel inet_dist_use_interface {127,0,0,1}',
        'ERL_EPMD_PORT': str(settings.epmd_port),
        'ERL_EPMD_ADDRESS': '127.0.0.1',
    }


def ask(settings, path):
    """What its management API says of ``path``, as data."""
    secret = (files.read(settings.state / 'rabbitmq.password') or '').strip()
    token = base64.b64encode(f'trove:{secret}'.encode()).decode()
    request = urllib.request.Request(
        f'http://127.0.0.1:{settings.management_port}/api/{path}',
        headers={'Authorization': f'Basic {token}'})
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
        return json.load(answer)


def _healthy(settings):
    """Whether its management API says that it takes messages."""
    try:
        return ask(settings, 'health/checks/port-listener/'
                   f'{settings.amqp_port}')['status'] == 'ok'
    except (OSError, ValueError, KeyError):
        return False

# SPDX-License-Identifier: Apache-2.0
"""What must be true of the machine before anything is changed on it."""

import os
import pathlib
import shutil
import socket

from stack import broker
from stack import cloud
from stack import errors
from stack import services

DISK_GB = 8
DISK_LATER_GB = 2
ROUTES = pathlib.Path('/proc/net/route')


def require_root(verb):
    """Only root makes machines, mounts and bridges."""
    if os.geteuid() != 0:
        raise errors.StackError(
            f'`trovestack {verb}` needs root: run it with sudo.')


def check(settings, foreign=False):
    """Raise StackError for the first thing that is not as it must be."""
    disk(settings)
    _ports(settings, foreign)
    if not foreign:
        _networks(settings)


def disk(settings):
    """There must be room; less once the images are there."""
    near = settings.home
    while not near.exists():
        near = near.parent
    need = DISK_LATER_GB if settings.images.exists() else DISK_GB
    free = shutil.disk_usage(near).free / 1e9
    if free < need:
        raise errors.StackError(
            f'{near} has {free:.1f} GB free; {need} GB are needed. Make '
            'room, or name another place in TROVESTACK_DIR.')


def _ports(settings, foreign):
    owners = [
        *(() if foreign else (
            (settings.api_port, services.api(settings), 'trove-api'),
            (settings.cloud_port, cloud.daemon(settings),
             'the one-machine cloud'))),
        (settings.amqp_port, broker.daemon(settings), 'RabbitMQ'),
        (settings.management_port, broker.daemon(settings),
         'RabbitMQ\'s management'),
        (settings.distribution_port, broker.daemon(settings),
         'RabbitMQ\'s own tools'),
        (settings.epmd_port, broker.mapper(settings),
         'Erlang\'s port mapper'),
    ]
    for port, daemon, purpose in owners:
        if not daemon.pid() and not _free(port):
            raise errors.StackError(
                f'Port {port} on 127.0.0.1, for {purpose}, is taken by '
                'another program: stop that one, or use another stack '
                'with TROVESTACK_SLOT=2.')


def _free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(('127.0.0.1', port))
        except OSError:
            return False
    return True


def _networks(settings):
    """Nobody else's route may lie inside the stack's addresses."""
    first, second = (int(word) for word in settings.network.split('.'))
    # The cloud lets floating addresses lead to lo.
    ours = (settings.prefix, 'lo')
    for row in ROUTES.read_text().splitlines()[1:]:
        interface, destination = row.split()[:2]
        number = int(destination, 16)
        if ((number & 255, number >> 8 & 255) == (first, second)
                and not interface.startswith(ours)):
            raise errors.StackError(
                f'The network {settings.network}.0.0/16 is in use by '
                f'{interface}: use another stack with TROVESTACK_SLOT=2.')

# SPDX-License-Identifier: Apache-2.0
"""What there is of a stack: in the kernel, the cloud, broker and database."""

import json
import pathlib
import sqlite3
import subprocess

from stack import broker
from stack.inside import tenant as tenant_module

SETTLE_S = 60
# Rows of these must not outlive the instance they belong to.
TABLES = ('resources', 'guest_links')


def look(stack, cloud):
    """Everything countable, as sets of names."""
    return {**_kernel(stack), **_cloud(cloud), **_broker(stack),
            **_database(stack)}


def settle(stack, cloud, before):
    """What is there beyond ``before``, once that no longer shrinks to none."""
    left = {}

    def none_left():
        nonlocal left
        now = look(stack, cloud)
        left = {kind: sorted(names - before[kind])
                for kind, names in now.items() if names - before[kind]}
        return not left
    try:
        tenant_module.until(none_left, SETTLE_S, 'leftovers', poll_s=1)
    except tenant_module.Timeout:
        return left
    return {}


def ended(stack, instance_id):
    """How each operation of an instance ended, oldest first."""
    with sqlite3.connect(
            f'file:{stack.trove_dir}/trove.sqlite?mode=ro', uri=True) as db:
        return [f'{verb} {state}' if finished else 'unfinished'
                for verb, state, finished in db.execute(
                    'SELECT verb, state, finished FROM operations '
                    'WHERE instance_id = ? ORDER BY number',
                    (instance_id,))]


def verbs(stack, instance_id):
    """What was promised of an instance, oldest first."""
    with sqlite3.connect(
            f'file:{stack.trove_dir}/trove.sqlite?mode=ro', uri=True) as db:
        return [verb for verb, in db.execute(
            'SELECT verb FROM operations WHERE instance_id = ? '
            'ORDER BY number', (instance_id,))]


def _kernel(stack):
    mounts = pathlib.Path('/proc/mounts').read_text().splitlines()
    return {
        'mounts': {row.split()[1] for row in mounts
                   if str(stack.cloud_dir) in row},
        'loops': {row['name'] + ' ' + str(row['back-file'])
                  for row in _json('losetup', '--json', '--list').get(
                      'loopdevices', ())
                  if str(stack.cloud_dir) in str(row['back-file'])},
        'namespaces': {row['name'] for row in _json('ip', '-j', 'netns')
                       if row['name'].startswith(stack.prefix + '-')},
        'interfaces': {row['ifname'] for row in _json('ip', '-j', 'link')
                       if row['ifname'].startswith(stack.prefix + '-')},
        'machines': _machines(stack),
    }


def _machines(stack):
    """Command lines of processes that run a machine of this stack."""
    found = set()
    for path in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
        try:
            words = path.read_bytes().split(b'\0')
        except (FileNotFoundError, ProcessLookupError):
            continue
        if (words[0].endswith(b'systemd-nspawn')
                and str(stack.cloud_dir).encode() in b' '.join(words)):
            found.add(path.parent.name)
    return found


def _cloud(cloud):
    return {
        'servers': {one.id for one in cloud.compute.servers(
            all_projects=True)},
        'volumes': {one.id for one in cloud.block_storage.volumes(
            all_projects=True)},
        'ports': {one.id for one in cloud.network.ports()},
        'groups': {one.id for one in cloud.network.security_groups()},
        'addresses': {one.id for one in cloud.network.ips()},
    }


def _broker(stack):
    """Users and queues of guests; those of services come with a process."""
    return {
        'users': {row['name'] for row in broker.ask(stack, 'users')},
        'queues': {row['name'] for row in broker.ask(stack, 'queues')
                   if row['name'].startswith(('guestagent.',
                                              'guestoutbox.'))}}


def _database(stack):
    rows = {}
    with sqlite3.connect(
            f'file:{stack.trove_dir}/trove.sqlite?mode=ro', uri=True) as db:
        rows['instances'] = {row[0] for row in db.execute(
            'SELECT id FROM instances WHERE NOT deleted')}
        for table in TABLES:
            rows[table] = {' '.join(map(str, row)) for row in db.execute(
                f'SELECT * FROM {table}')}
        rows['quota in use'] = {' '.join(map(str, row)) for row in db.execute(
            'SELECT tenant_id, resource, in_use, reserved FROM quota_usages '
            'WHERE in_use > 0 OR reserved > 0')}
    return rows


def _json(*words):
    text = subprocess.run(words, capture_output=True, text=True,
                          check=True).stdout
    return json.loads(text or '[]') or {}

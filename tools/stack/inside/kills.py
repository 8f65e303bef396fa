# SPDX-License-Identifier: Apache-2.0
"""kill -9 of a running stack's taskmanager, while it builds and deletes."""

import os
import random
import signal
import sqlite3
import threading

from stack import services
from stack import settings as settings_module
from stack.inside import tenant as tenant_module

_READY_S = 300


def run(times, seed=1):
    """Kill that many times; exit status 1 unless all converged."""
    settings = settings_module.load()
    tenant = tenant_module.Tenant()
    operator = tenant_module.Tenant('trovestack-admin')
    chance = random.Random(seed)    # noqa: S311  hides nothing
    good = orphans = doubles = 0
    for number in range(1, times + 1):
        verb = 'delete' if number % 2 == 0 else 'create'
        moment = chance.uniform(0, 2.5 if verb == 'create' else 1.0)
        left, doubled = once(settings, tenant, operator, verb, moment)
        good += not (left or doubled)
        orphans += len(left)
        doubles += doubled
        print('%3d  kill -9 %.2f s into a %s: %s' % (
            number, moment, verb, ', '.join(left) or (
                'doubled' if doubled else 'converged')), flush=True)
    print('%d cases, %d converged, %d orphans, %d doubles' % (
        times, good, orphans, doubles))
    return 0 if good == times else 1


def once(settings, tenant, operator, verb, moment_s):
    """One instance from its creation to its end, with one kill -9.

    Gives (what was left of it, servers it had beyond one).
    """
    asked = tenant.create('killed', 'app', os.urandom(16).hex(), 'shop',
                          flavor_id=tenant.flavor(),
                          nics=[{'net-id': tenant.network()}])
    if verb == 'create':
        kill(settings, moment_s)
    tenant.wait(asked.id, timeout_s=_READY_S)
    doubled = len(_servers(operator, asked.id)) - 1
    tenant.trove.instances.delete(asked.id)
    if verb == 'delete':
        kill(settings, moment_s)
    tenant.wait_gone(asked.id)
    return left(settings, operator, asked.id), max(doubled, 0)


def kill(settings, moment_s):
    """Kill the taskmanager after so many seconds, and start it again."""
    threading.Event().wait(moment_s)
    taskmanager = services.daemon(settings, 'trove-taskmanager')
    os.kill(taskmanager.pid(), signal.SIGKILL)
    tenant_module.until(lambda: not taskmanager.pid(), 10,
                        'The taskmanager lives on.')
    taskmanager.start()


def left(settings, operator, instance_id):
    """What the cloud and the records still have of an instance."""
    cloud = operator.cloud
    found = ['server ' + one for one in _servers(operator, instance_id)]
    for kind, things in (
            ('volume', cloud.block_storage.volumes(all_projects=True)),
            ('port', cloud.network.ports()),
            ('group', cloud.network.security_groups())):
        found += ['%s %s' % (kind, one.id) for one in things
                  if instance_id in str(one.to_dict())]
    with sqlite3.connect(
            f'file:{settings.trove_dir}/trove.sqlite?mode=ro',
            uri=True) as db:
        found += ['record of a %s' % row[0] for row in db.execute(
            'SELECT kind FROM resources WHERE instance_id = ?',
            (instance_id,))]
    return found


def _servers(operator, instance_id):
    return [one.id for one in operator.cloud.compute.servers(
        all_projects=True) if instance_id in str(one.to_dict())]

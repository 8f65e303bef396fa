# SPDX-License-Identifier: Apache-2.0
"""Figures of a stack: the phases of a create, memory, cost of requests.

    trovestack check figures

Creates an instance twice: once through trove-api, to time its phases and to
weigh its agent, and once through the same API in this process, to count the
SQL statements and the calls to other services that each request makes. Both
are deleted again.
"""

import contextlib
import os
import sys
import time

from stack import report
from stack import settings as settings_module
from stack.inside import calls
from stack.inside import memory
from stack.inside import phases
from stack.inside import tenant as tenant_module

USER = 'figures'
AGENT = 'trove-guestagent'
QUERY_S = 30


def main():
    """Print three tables."""
    settings = settings_module.load()
    tenant = tenant_module.Tenant()
    _create(settings, tenant)
    _requests(settings, tenant)
    return 0


def _create(settings, tenant):
    """Tables of the phases of a create, and of memory while it is there."""
    log = settings.logs / 'trove-taskmanager.log'
    before = set(memory.guests(settings.prefix, AGENT))
    seen = log.stat().st_size
    password = os.urandom(16).hex()
    order = {'flavor_id': tenant.flavor(),
             'nics': [{'net-id': tenant.network()}]}
    started = time.monotonic()
    instance = tenant.create('figures', USER, password, **order)
    accepted = time.monotonic() - started
    with _deleted(tenant, instance.id):
        ready = tenant.wait(instance.id)
        if ready.status in ('ERROR', 'FAILED'):
            raise SystemExit(f'The instance failed: {ready.to_dict()}')
        active = time.monotonic() - started
        tenant_module.until(
            lambda: tenant_module.query(
                tenant_module.address(ready), USER, password, 'shop'),
            QUERY_S, f'No query was answered in {QUERY_S} s.')
        queried = time.monotonic() - started
        with open(log, encoding='utf-8', errors='replace') as stream:
            stream.seek(seen)
            steps = phases.of_taskmanager(stream.read(), instance.id)
        agents = set(memory.guests(settings.prefix, AGENT)) - before
        inside = [step for pid in agents
                  for step in phases.of_guest(phases.guest_journal(pid))]
        _tell_phases(accepted, steps, inside, active, queried)
        _tell_memory(settings, agents)


def _tell_phases(accepted, steps, inside, active, queried):
    print('Phases of a create')
    _row('request answered', f'{accepted:.3f} s')
    for name, seconds in steps:
        _row(f'step {name}', f'{seconds:.3f} s')
        for part, took in inside if name == 'PrepareGuest' else ():
            _row(f'  of which in the guest: {part}', f'{took:.3f} s')
    _row('ready, as its tenant sees it', f'{active:.3f} s')
    _row('first query answered', f'{queried:.3f} s')


def _tell_memory(settings, agents):
    print('\nMemory (PSS), children included')
    for daemon, _ in report.daemons(settings):
        pid = daemon.pid()
        if pid:
            _row(daemon.name, _megabytes(memory.family(pid)))
    for pid in sorted(agents):
        _row('guest agent', _megabytes([pid]))


def _requests(settings, tenant):
    """A table of what each request to the API costs."""
    arguments = ['--config-file', str(settings.trove_conf), '--log-file',
                 str(settings.logs / 'figures.log')]
    app = calls.Application(
        arguments, tenant.cloud.session.get_token(),
        tenant.cloud.current_project_id)
    base = '/v1.0/{project}'
    print(f'\n{"Cost of a request":<26} {"status":>6} {"time":>8} '
          f'{"SQL":>4} {"messages":>9}  calls to other services')
    for name, path in (('list, the process\'s first', f'{base}/instances'),
                       ('versions', '/'),
                       ('datastores', f'{base}/datastores'),
                       ('flavors', f'{base}/flavors'),
                       ('list', f'{base}/instances'),
                       ('list, in detail', f'{base}/instances/detail')):
        _cost(name, app.call('GET', path))
    made = _cost('create', app.call('POST', f'{base}/instances', {
        'instance': _order(tenant)})).get_json()['instance']['id']
    with _deleted(tenant, made):
        tenant.wait(made)
        one = f'{base}/instances/{made}'
        _cost('show', app.call('GET', one))
        _cost('delete', app.call('DELETE', one))


def _order(tenant):
    return {'name': 'figures', 'flavorRef': tenant.flavor(),
            'volume': {'size': 1}, 'nics': [{'net-id': tenant.network()}],
            'datastore': {'type': tenant_module.DATASTORE,
                          'version': tenant_module.VERSION}}


def _cost(name, answer):
    response, cost = answer
    if cost.status not in (200, 202, 300):
        raise SystemExit(f'{name}: {cost.status} {response.get_data()!r}')
    others = ', '.join(f'{service} {count}' for service, count
                       in sorted(cost.calls.items())) or 'none'
    print(f'{name:<26} {cost.status:>6} {1000 * cost.seconds:>5.0f} ms '
          f'{cost.statements:>4} {cost.messages:>9}  {others}', flush=True)
    return response


@contextlib.contextmanager
def _deleted(tenant, instance_id):
    """The instance is gone at the end, however it comes."""
    try:
        yield
    finally:
        with contextlib.suppress(tenant_module.exceptions.NotFound,
                                 tenant_module.exceptions.UnprocessableEntity):
            tenant.trove.instances.delete(instance_id)
        tenant.wait_gone(instance_id)


def _megabytes(pids):
    return f'{sum(map(memory.pss_kb, pids)) / 1024:.1f} MB'


def _row(name, value):
    print(f'  {name:<44} {value:>10}', flush=True)


if __name__ == '__main__':
    sys.exit(main())

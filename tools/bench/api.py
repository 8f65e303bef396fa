# SPDX-License-Identifier: Apache-2.0
"""How fast the API answers, with few rows and with many.

    trovestack bench api [--server trove-api|gunicorn|uwsgi] [--rows 0,500]

Starts a MariaDB, a RabbitMQ, a one-machine cloud without machines (Keystone
validates the tokens, Neutron is asked for networks) and the API with two
worker processes; no taskmanager. Each kind of request is asked for by one and
by eight clients, warm; they share the processors with all the rest. Columns:
requests a second, median and 99th percentile in ms, processor ms of the
workers and SQL statements for one request.
"""

import argparse
import collections
import dataclasses
import json
import sys
import tempfile
import uuid

import sqlalchemy as sa
from bench import _site
from bench import _wrk

from trove.db import tables
from trove.objects import instance
from trove.objects import status

CLIENTS = (1, 8)
PAGE = 20
#: At 8 clients: requests a second at least, and p99 in ms at most.
BARS = {'list': (250, 150), 'show': (500, None), 'create': (95, None)}
#: Processor time of a page of 10,000 rows, for that of one of 500: noise.
GROWTH = 1.15
FEW, MANY = 500, 10000
_ROUNDS = 5
_BATCH = 500
PAGES = ('list', 'next page', 'detail')


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table."""

    rows: int
    kind: str
    clients: int
    found: _wrk.Outcome
    cpu_ms: float
    statements: float


def main(arguments=None):
    """Measure; exit status 1 when a bar is missed."""
    options = _options().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix='bench-api-') as directory:
        with _site.Site(directory, options.server, options.workers,
                        options.threads) as site:
            print('%s with %d workers of %d threads' % (
                options.server, options.workers, options.threads))
            print('%6s %-9s %7s %8s %8s %8s %7s %5s' % (
                'rows', 'request', 'clients', 'rate', 'p50 ms', 'p99 ms',
                'cpu ms', 'SQL'), flush=True)
            found = [one for count in map(int, options.rows.split(','))
                     for one in _measure(site, count, options)]
            print('memory of a worker: %s MB' % ', '.join(
                '%.0f' % one for one in site.memory_mb()))
            growth = _growth(site, options)
    return _judge(found, growth)


def _options():
    parser = argparse.ArgumentParser(
        prog='bench api', description=__doc__.split('\n')[0])
    parser.add_argument('--server', default='trove-api',
                        choices=sorted(_site.COMMANDS))
    parser.add_argument('--workers', type=int, default=2)
    parser.add_argument('--threads', type=int, default=8)
    parser.add_argument('--rows', default='0,50,500,10000',
                        help='instances of the project (default: '
                             '%(default)s)')
    parser.add_argument('--seconds', type=int, default=4,
                        help='for each line (default: %(default)s)')
    parser.add_argument('--only', help='kinds of requests, with commas')
    return parser


def _measure(site, count, options):
    ids = _fill(site, count)
    for shot in _shots(site, ids):
        if options.only and shot.name not in options.only.split(','):
            continue
        _wrk.fire(shot, site.url, site.token, max(CLIENTS), 2)   # warm
        for clients in CLIENTS:
            yield _line(site, shot, count, clients, options.seconds)
        if shot.method == 'POST':
            _forget(site, ids)


def _growth(site, options):
    """{kind of page: how much more it costs of MANY rows than of FEW}.

    In turns, since a minute later the same machine may be faster or slower.
    """
    if not {str(FEW), str(MANY)} <= set(options.rows.split(',')):
        return {}
    ids = _fill(site, MANY)
    spent = collections.defaultdict(float)
    for number in range(2 * _ROUNDS):
        seen = ids if number % 2 else ids[:FEW]
        _show(site, ids, seen)
        for shot in _shots(site, seen):
            if shot.name in PAGES and (
                    not options.only or shot.name in options.only.split(',')):
                cpu = site.cpu_s()
                found = _wrk.fire(shot, site.url, site.token, max(CLIENTS), 1)
                spent[shot.name, len(seen)] += (
                    (site.cpu_s() - cpu) / found.requests)
    return {kind: spent[kind, MANY] / spent[kind, FEW]
            for kind in PAGES if (kind, FEW) in spent}


def _show(site, ids, seen):
    """Let only these instances be there; the others count as deleted."""
    row = tables.Instance
    with site.db.connection() as connection:
        for number in range(0, len(ids), _BATCH):
            some = ids[number:number + _BATCH]
            connection.execute(sa.update(row).where(row.id.in_(some)).values(
                deleted=some[0] not in seen))


def _line(site, shot, count, clients, seconds):
    cpu, statements = site.cpu_s(), site.statements()
    found = _wrk.fire(shot, site.url, site.token, clients, seconds)
    line = Row(count, shot.name, clients, found,
               1000 * (site.cpu_s() - cpu) / found.requests,
               (site.statements() - statements) / found.requests)
    print('%6d %-9s %7d %8.1f %8.1f %8.1f %7.2f %5.1f' % (
        count, shot.name, clients, found.rate, found.p50_ms, found.p99_ms,
        line.cpu_ms, line.statements), flush=True)
    return line


def _shots(site, ids):
    """What is asked for, given the ids that exist."""
    base, page = site.base + '/instances', '?limit=%d' % PAGE
    yield _wrk.Shot('versions', '/')
    yield _wrk.Shot('list', base + page)
    if len(ids) > PAGE:
        yield _wrk.Shot('next page', '%s%s&marker=%s' % (
            base, page, ids[len(ids) // 2]))
    yield _wrk.Shot('detail', base + '/detail' + page)
    if ids:
        yield _wrk.Shot('show', base + '/' + ids[0])
    yield _wrk.Shot('404', base + '/' + str(uuid.uuid4()), refused=True)
    yield _wrk.Shot('create', base, 'POST', json.dumps({'instance': {
        'name': 'shop', 'flavorRef': '1', 'volume': {'size': 1},
        'datastore': {'type': 'mariadb', 'version': '10.11'},
        'nics': [{'network_id': site.network}]}}))


def _fill(site, count):
    """Let the project have so many healthy instances; their ids in order.
    """
    with site.db.reader() as tx:
        ids = [one.id for one in tx.instances.list(site.project)]
    while len(ids) < count:
        with site.db.writer() as tx:
            for _ in range(min(_BATCH, count - len(ids))):
                ids.append(_add(tx, site, len(ids)))
    with site.db.connection() as connection:
        connection.exec_driver_sql('ANALYZE TABLE instances')
    return sorted(ids)


def _add(tx, site, number):
    now, made = tx.now(), str(uuid.uuid4())
    tx.instances.add(instance.Instance(
        id=made, project_id=site.project, name='shop-%05d' % number,
        flavor_id='1', datastore_version_id=site.version_id, created=now,
        updated=now, task=status.Task.NONE, volume_gb=1, ram_mb=512,
        server_id=str(uuid.uuid4()), server_status='ACTIVE',
        volume_id=str(uuid.uuid4()), facts_at=now,
        region='RegionOne', addresses=(instance.Address(
            address='10.1.%d.%d' % divmod(number, 250),
            network_id=site.network),)))
    tx.guests.report(made, instance.Report(
        status=status.Service.HEALTHY, reported_at=now, volume_total_gb=1.0,
        volume_used_gb=0.25, details={'volume_avail_gb': 0.75}), 1, 1)
    return made


def _forget(site, ids):
    """Remove the instances that the requests of a line have made."""
    with site.db.connection() as connection:
        for name in ('reservations', 'operations', 'quota_usages'):
            connection.execute(sa.delete(
                tables.Base.metadata.tables[name]))
        row = tables.Instance
        made = connection.execute(sa.select(row.id).where(
            row.id.not_in(ids or ['']))).scalars().all()
        for number in range(0, len(made), _BATCH):
            some = made[number:number + _BATCH]
            connection.execute(sa.delete(tables.ServiceStatus).where(
                tables.ServiceStatus.instance_id.in_(some)))
            connection.execute(sa.delete(row).where(row.id.in_(some)))


def _judge(found, growth):
    """Say which bars are met; 0 when all are."""
    good = True
    busy = [one for one in found if one.clients == max(CLIENTS)]
    for kind, (rate, p99_ms) in BARS.items():
        for one in (one for one in busy if one.kind == kind):
            good &= _say('%s of %d rows: %.0f/s, at least %d' % (
                kind, one.rows, one.found.rate, rate),
                one.found.rate >= rate)
            if p99_ms:
                good &= _say('%s of %d rows: p99 %.0f ms, at most %d' % (
                    kind, one.rows, one.found.p99_ms, p99_ms),
                    one.found.p99_ms <= p99_ms)
    for kind, ratio in growth.items():
        good &= _say('%s: %.2f times the cost from %d to %d rows, at most '
                     '%.2f' % (kind, ratio, FEW, MANY, GROWTH),
                     ratio <= GROWTH)
    return 0 if good else 1


def _say(text, good):
    print('%s  %s' % ('PASS' if good else 'FAIL', text))
    return good


if __name__ == '__main__':
    sys.exit(main())

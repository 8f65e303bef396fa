# SPDX-License-Identifier: Apache-2.0
"""Create to first query, against the bare engine's initialise and start.

    trovestack bench create [ROUNDS]

Both in turn, in one run: MariaDB of the same image in a plain chroot
(mariadb-install-db, mariadbd, until it greets), and an instance of Trove
(from the request to the first answered query of the tenant's user). Fails
when the medians differ by more than the bar.
"""

import contextlib
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import pymysql

from stack import settings as settings_module
from stack.inside import tenant as tenant_module

BAR_S = 2.0
USER = 'bench'
DATABASE = 'bench'


def main(rounds=5):
    """Measure, print, compare; the exit status."""
    settings = settings_module.load()
    tenant = tenant_module.Tenant()
    bare, trove = [], []
    print(f'{"round":>5} {"bare engine":>12} {"trove":>8}')
    for number in range(1, int(rounds) + 1):
        with _root(settings) as root:
            bare.append(_bare(root))
        trove.append(_create(tenant))
        print(f'{number:>5} {bare[-1]:>10.2f} s {trove[-1]:>6.2f} s',
              flush=True)
    floor, ours = statistics.median(bare), statistics.median(trove)
    good = ours - floor <= BAR_S
    print(f'median: bare {floor:.2f} s, trove {ours:.2f} s; ratio '
          f'{ours / floor:.2f}, difference {ours - floor:.2f} s (bar '
          f'{BAR_S:.1f} s): {"met" if good else "missed"}')
    return 0 if good else 1


def _create(tenant):
    """Seconds from the request to the first answered query."""
    password = os.urandom(16).hex()
    more = {'flavor_id': tenant.flavor(),
            'nics': [{'net-id': tenant.network()}]}
    started = time.monotonic()
    instance = tenant.create('bench', USER, password, DATABASE, **more)
    try:
        return _first_query(tenant, instance, password) - started
    finally:
        tenant.trove.instances.delete(instance.id)
        tenant.wait_gone(instance.id)


def _first_query(tenant, instance, password):
    def answered():
        nonlocal host
        if host is None:
            found = tenant.trove.instances.get(instance.id)
            if found.status == 'ERROR':
                raise SystemExit(f'The instance failed: {found.to_dict()}')
            host = tenant_module.address(found)
        if host is None:
            return None
        try:
            tenant_module.query(host, USER, password, DATABASE, timeout_s=1)
        except pymysql.MySQLError:
            return None
        return time.monotonic()
    host = None
    return tenant_module.until(
        answered, 120, 'The instance answered no query in 120 s.',
        poll_s=0.02)


def _bare(root):
    """Seconds the engine takes alone: initialise, start, greet."""
    chroot = ['chroot', str(root)]
    started = time.monotonic()
    subprocess.run(
        [*chroot, 'mariadb-install-db', '--user=mysql',
         '--datadir=/var/lib/mysql', '--skip-test-db',
         '--skip-name-resolve', '--auth-root-authentication-method=socket'],
        check=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    engine = subprocess.Popen(
        [*chroot, 'mariadbd', '--user=mysql', '--datadir=/var/lib/mysql',
         '--skip-name-resolve', '--skip-networking',
         '--socket=/run/mysqld/bench.sock',
         '--pid-file=/run/mysqld/bench.pid'],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        tenant_module.until(lambda: _greets(root, engine), 120,
                            'The bare engine did not start in 120 s.',
                            poll_s=0.01)
        return time.monotonic() - started
    finally:
        engine.terminate()
        try:
            engine.wait(30)
        except subprocess.TimeoutExpired:
            engine.kill()
            engine.wait()


def _greets(root, engine):
    if engine.poll() is not None:
        raise SystemExit(f'The bare engine ended with {engine.returncode}.')
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(root / 'run' / 'mysqld' / 'bench.sock'))
            return probe.recv(5)
        except OSError:
            return None


@contextlib.contextmanager
def _root(settings):
    """The image's root directory, as a server of the cloud has it."""
    manifest = json.loads((settings.images / 'mariadb-10.11.json')
                          .read_text(encoding='utf-8'))
    lower = ':'.join(str(settings.images / layer)
                     for layer in manifest['layers'])
    with tempfile.TemporaryDirectory(dir=settings.state) as name:
        place = pathlib.Path(name)
        for part in ('upper', 'work', 'root'):
            (place / part).mkdir(mode=0o755)
        root = place / 'root'
        place.chmod(0o755)
        subprocess.run(
            ['mount', '-t', 'overlay', 'bench', '-o',
             f'lowerdir={lower},upperdir={place}/upper,'
             f'workdir={place}/work', str(root)], check=True)
        try:
            for part in ('run/mysqld', 'var/lib/mysql'):
                (root / part).mkdir(parents=True, exist_ok=True)
                subprocess.run(['chroot', str(root), 'chown', 'mysql:mysql',
                                f'/{part}'], check=True)
            with _dev(root):
                yield root
        finally:
            subprocess.run(['umount', str(root)], check=True)


@contextlib.contextmanager
def _dev(root):
    subprocess.run(['mount', '--bind', '/dev', str(root / 'dev')], check=True)
    try:
        yield
    finally:
        subprocess.run(['umount', str(root / 'dev')], check=True)


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))

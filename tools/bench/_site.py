# SPDX-License-Identifier: Apache-2.0
"""What the bench of the API runs on: database, broker, cloud, API."""

import contextlib
import multiprocessing
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import pymysql
import requests

from localcloud import cloud as clouds
from localcloud import settings as configuration
from localcloud.tests import conftest as localcloud
from localcloud.tests import fakehost
from trove.common import crypto
from trove.db import schema
from trove.db import session
from trove.tests.fixtures import rabbit
from trove.tests.fixtures import servers

_START_S = 60

#: How each server is told to serve with two workers; `trove-api` is ours.
COMMANDS = {
    'trove-api': ('trove-api', '--config-file', '{conf}'),
    'gunicorn': ('gunicorn', '--workers', '{workers}', '--threads',
                 '{threads}', '--bind', '127.0.0.1:{port}', '--log-level',
                 'warning', 'trove.cmd.wsgi:application'),
    'uwsgi': ('uwsgi', '--master', '--processes', '{workers}', '--threads',
              '{threads}', '--http11-socket', '127.0.0.1:{port}',
              '--module', 'trove.cmd.wsgi:application', '--enable-threads',
              '--lazy-apps', '--die-on-term', '--disable-logging',
              '--thunder-lock', '--virtualenv', sys.prefix),
}


class Durable(servers.MariaDB):
    """The tests' MariaDB, but what it commits is on the disk."""

    def _command(self):
        return tuple(
            word.replace('commit=2', 'commit=1') for word
            in super()._command() if word not in (
                '--debug-no-sync', '--innodb-flush-method=nosync'))


class Site:
    """All of it, for as long as the ``with`` lasts."""

    def __init__(self, directory, server, workers, threads):
        self._directory = pathlib.Path(directory)
        self._server = server
        self._numbers = {'workers': workers, 'threads': threads,
                         'port': _free_port()}
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *error):
        self._stack.close()

    def _start(self):
        broker = self._directory / 'rabbit'
        broker.mkdir()
        enter = self._stack.enter_context
        node = enter(rabbit.node(broker))
        self._mariadb = enter(servers.running(Durable))
        self._url = self._mariadb.database()
        keys = self._directory / 'keys'
        crypto.Keyring.create(str(keys), 'bench')
        self.db = session.Database(self._url,
                                   crypto.Keyring.load(str(keys)))
        self._stack.callback(self.db.close)
        schema.upgrade(self.db)
        enter(_cloud(self._directory / 'cloud'))
        cloud = _Account(self._directory / 'cloud')
        self.token, self.project = cloud.token, cloud.project
        self.network = cloud.network
        with self.db.writer() as tx:
            tx.datastores.put_datastore('mariadb')
            self.version_id = tx.datastores.put_version(
                'mariadb', '10.11', 'mariadb', image_id=cloud.image).id
            tx.datastores.put_datastore('mariadb', default_version='10.11')
        self.url = 'http://127.0.0.1:%d' % self._numbers['port']
        self._process = enter(self._api(node, keys, cloud))
        self.base = '/v1.0/' + self.project

    @contextlib.contextmanager
    def _api(self, node, keys, cloud):
        conf = self._directory / 'trove.conf'
        conf.write_text(_CONF.format(
            rabbit=node.url, database=self._url, keys=keys,
            log=self._directory / 'api.log', identity=cloud.auth_url,
            password=cloud.password, **self._numbers))
        words = [word.format(conf=conf, **self._numbers)
                 for word in COMMANDS[self._server]]
        program = shutil.which(words[0], path=os.pathsep.join(
            (os.path.dirname(sys.executable), os.environ['PATH'])))
        if program is None:
            raise SystemExit('%s is not installed.' % words[0])
        with open(self._directory / 'api.out', 'wb') as out:
            process = subprocess.Popen(
                [program, *words[1:]], stdout=out, stderr=out,
                env={**os.environ, 'TROVE_CONFIG_FILES': str(conf)})
        try:
            self._await(process)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)

    def _await(self, process):
        deadline = time.monotonic() + _START_S
        while True:
            try:
                if requests.get(self.url + '/healthcheck', timeout=5).ok:
                    return
            except requests.RequestException:
                pass  # not yet
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit('The API did not start:\n' + (
                    self._directory / 'api.out').read_text()[-2000:])
            threading.Event().wait(0.2)

    def statements(self):
        """How many statements the database has run; not counting the ends
        of transactions."""
        with contextlib.closing(pymysql.connect(
                host='127.0.0.1', port=self._mariadb.port, user='trove',
                password=self._mariadb.password)) as connection:
            cursor = connection.cursor()
            cursor.execute(
                "SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_select', "
                "'Com_insert', 'Com_update', 'Com_delete')")
            return sum(int(value) for _, value in cursor.fetchall())

    def workers(self):
        """Ids of the processes that serve."""
        return [child for path in pathlib.Path(
            '/proc/%d/task' % self._process.pid).glob('*/children')
            for child in path.read_text().split()]

    def cpu_s(self):
        """Processor seconds that the workers have used."""
        return sum(_cpu_s(pid) for pid in self.workers())

    def memory_mb(self):
        """Memory of each worker: its own, and its part of what is shared.
        """
        return [_resident_mb(pid) for pid in self.workers()]


class _Account:
    """The tenant and the service account in the cloud."""

    def __init__(self, directory):
        site = localcloud.Site(directory)
        site.auth_url = (directory / 'auth_url').read_text()
        self.auth_url, self.password = site.auth_url, site.password('trove')
        admin, demo = site.connect('admin'), site.connect('demo')
        with admin, demo:
            self.image = site.image(admin).id
            self.token = demo.auth_token
            self.project = demo.current_project_id
            self.network = demo.network.find_network('private').id


@contextlib.contextmanager
def _cloud(directory):
    """A one-machine cloud without machines, in a process of its own."""
    directory.mkdir()
    over = multiprocessing.get_context('spawn')
    ready, end = over.Event(), over.Event()
    process = over.Process(target=_serve_cloud,
                           args=(directory, ready, end))
    process.start()
    try:
        if not ready.wait(_START_S):
            raise SystemExit('The cloud did not start.')
        yield
    finally:
        end.set()
        process.join(30)


def _serve_cloud(directory, ready, end):
    site = localcloud.Site(directory)
    settings = configuration.Settings(
        **{**vars(site.settings), 'port': _free_port()})
    cloud = clouds.Cloud(settings, fakehost.FakeHost(settings))
    cloud.start()
    (directory / 'auth_url').write_text(
        'http://127.0.0.1:%d/identity/v3' % cloud.port)
    ready.set()
    end.wait()
    cloud.stop()


def _cpu_s(pid):
    fields = pathlib.Path('/proc/%s/stat' % pid).read_text().rsplit(')')[1]
    return sum(map(int, fields.split()[11:13])) / os.sysconf('SC_CLK_TCK')


def _resident_mb(pid):
    text = pathlib.Path('/proc/%s/smaps_rollup' % pid).read_text()
    return int(text.split('Pss:')[1].split()[0]) / 1024


def _free_port():
    with contextlib.closing(socket.create_server(('127.0.0.1', 0))) as one:
        return one.getsockname()[1]


# The rates are out of reach but counted, as they are in production.
_CONF = """[DEFAULT]
bind_host = 127.0.0.1
bind_port = {port}
trove_api_workers = {workers}
trove_api_threads = {threads}
transport_url = {rabbit}
log_file = {log}
http_get_rate = 100000000
http_post_rate = 100000000
max_instances_per_tenant = -1
max_volumes_per_tenant = -1
[database]
connection = {database}
[secrets]
keys_file = {keys}
[service_credentials]
auth_url = {identity}
password = {password}
[keystone_authtoken]
auth_type = password
auth_url = {identity}
www_authenticate_uri = {identity}
username = trove
password = {password}
project_name = service
user_domain_name = Default
project_domain_name = Default
"""

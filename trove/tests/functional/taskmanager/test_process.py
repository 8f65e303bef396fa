# SPDX-License-Identifier: Apache-2.0
"""trove-taskmanager as a process of its own, with threads and with eventlet.

It speaks HTTP to the one-machine cloud (its machines faked) and to a
management API that takes everything; this test is its guest.
"""

import contextlib
import http.server
import json
import os
import signal
import subprocess
import sys
import types

import pytest

from localcloud.tests import conftest as localcloud
from trove.cloud import session as clouds
from trove.common import crypto
from trove.common import waiting
from trove.datastores import registry
from trove.db import schema
from trove.db import session
from trove.objects import status
from trove.objects.operation import State
from trove.operations import create_instance
from trove.operations import delete_instance
from trove.operations import deps
from trove.operations import networks
from trove.tests.fixtures import control_plane
from trove.tests.fixtures import guests
from trove.tests.fixtures import loopback
from trove.tests.fixtures import options

_CONF = """
[DEFAULT]
transport_url = kombu+memory:////
use_stderr = true
agent_call_low_timeout = 1
[database]
connection = sqlite:///{directory}/trove.sqlite
[secrets]
keys_file = {directory}/keys
[service_credentials]
auth_url = {auth_url}
username = trove
password = {password}
[guest_link]
management_url = {management_url}
management_password_file = {directory}/keys
broker_hosts = 192.0.2.1:5672
[taskmanager]
operation_sweep_s = 0.2
operation_lease_s = 2
"""
#: Less than any wait of a flow: who waited for one would not end in time.
SOON_S = 60
_MAIN = 'from trove.cmd import taskmanager; taskmanager.main()'


class Management(http.server.BaseHTTPRequestHandler):
    """A broker's management API that agrees to everything."""

    protocol_version = 'HTTP/1.1'

    def _agree(self):
        self.rfile.read(int(self.headers.get('Content-Length') or 0))
        body = json.dumps({'items': []}).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_DELETE = _agree

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def management():
    with loopback.served(Management) as url:
        yield url


class Place:
    """A deployment whose taskmanagers are processes."""

    def __init__(self, directory, management_url):
        self.directory = directory
        self.site = localcloud.Site(directory)
        self.site.start()
        crypto.Keyring.create(str(directory / 'keys'), 'first')
        self.db = session.Database(
            'sqlite:///%s/trove.sqlite' % directory,
            crypto.Keyring.load(str(directory / 'keys')))
        schema.upgrade(self.db)
        self.conf = options.make(
            service_credentials__auth_url=self.site.auth_url,
            service_credentials__password=self.site.password('trove'))
        (directory / 'trove.conf').write_text(_CONF.format(
            directory=directory, auth_url=self.site.auth_url,
            password=self.site.password('trove'),
            management_url=management_url))
        admin = self.site.connect('admin')
        image = self.site.image(admin)
        with self.db.writer() as tx:
            tx.datastores.put_datastore('mariadb')
            tx.datastores.put_version('mariadb', '10.11', 'mariadb',
                                      image_id=image.id)
        project = admin.identity.find_project('demo')
        network = next(iter(admin.network.networks(
            name='private', project_id=project.id)))
        self.nics = (networks.Nic(network_id=network.id),)
        self.ctx = control_plane.context.Context(project_id=project.id)
        self.guests = guests.FakeGuests(self.db)
        self.deps = deps.Deps(
            db=self.db, cloud=clouds.from_conf(self.conf),
            taskmanager=types.SimpleNamespace(wake=lambda _: None),
            datastores=registry.Registry(self.conf), conf=self.conf,
            guest=self.guests)

    def close(self):
        self.db.close()
        self.site.stop()

    def create(self):
        return create_instance.create_instance(
            self.ctx, self.deps, create_instance.Wish(
                name='db1', flavor_id='1', volume_gb=1, datastore='mariadb',
                version='10.11',
                nics=self.nics)).instance.id

    def delete(self, instance_id):
        delete_instance.delete_instance(self.ctx, self.deps, instance_id)

    def operation(self, instance_id):
        with self.db.reader() as tx:
            return tx.operations.list(instance_id=instance_id)[0]

    def history(self, instance_id):
        """All that is on record of its operations."""
        with self.db.reader() as tx:
            return tx.operations.list(instance_id=instance_id)

    def log(self):
        """What the processes said."""
        return (self.directory / 'log').read_text()

    def instance(self, instance_id):
        with self.db.reader() as tx:
            return tx.instances.get(instance_id, deleted=None)

    def guest_is_ready(self, instance_id):
        self.guests.report(
            instance_id, 'ready', status.Service.HEALTHY,
            operation_id=self.operation(instance_id).id)

    @contextlib.contextmanager
    def taskmanager(self, backend):
        process = subprocess.Popen(
            [sys.executable, '-c', _MAIN, '--config-file',
             str(self.directory / 'trove.conf')],
            env={**os.environ, 'TROVE_BACKEND': backend,
                 'PYTHONPATH': os.pathsep.join(sys.path)},
            stdout=subprocess.DEVNULL,
            stderr=open(self.directory / 'log', 'ab'))
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def soon(self, check):
        try:
            return waiting.until(check, SOON_S, 'it', poll_s=0.05, most_s=0.2)
        except Exception:
            print((self.directory / 'log').read_text()[-4000:])
            raise


@pytest.fixture
def place(tmp_path, management):
    made = Place(tmp_path, management)
    yield made
    made.close()


@pytest.mark.parametrize('backend', ('threading', 'eventlet'))
@pytest.mark.parametrize('way', (signal.SIGTERM, signal.SIGKILL))
def test_another_process_goes_on_where_one_ended(place, backend, way):
    instance_id = place.create()
    with place.taskmanager(backend) as first:
        place.soon(lambda: place.operation(instance_id).step == 'WaitHello')
        first.send_signal(way)
        assert first.wait(SOON_S) == (0 if way == signal.SIGTERM else -way)
    assert place.operation(instance_id).state is (
        State.PENDING if way == signal.SIGTERM else State.RUNNING)

    place.guest_is_ready(instance_id)
    with place.taskmanager(backend) as second:
        place.soon(lambda: place.operation(instance_id).state is State.DONE)
        assert place.instance(instance_id).status == 'ACTIVE'
        assert len(place.site.host.machines) == 1
        place.delete(instance_id)
        place.soon(lambda: place.instance(instance_id).deleted)
        assert place.site.host.machines == {}
        second.send_signal(signal.SIGTERM)
        assert second.wait(SOON_S) == 0


def test_a_frozen_process_that_thaws_neither_writes_nor_calls(place):
    """SIGSTOP past the lease, an heir ends the work, SIGCONT."""
    instance_id = place.create()
    with place.taskmanager('threading') as frozen:
        place.soon(lambda: place.operation(instance_id).step == 'WaitHello')
        frozen.send_signal(signal.SIGSTOP)
        before = place.operation(instance_id)
        with place.taskmanager('threading') as heir:
            place.soon(lambda: place.operation(instance_id).fence
                       > before.fence)
            place.guest_is_ready(instance_id)
            place.soon(
                lambda: place.operation(instance_id).state is State.DONE)
            place.delete(instance_id)
            place.soon(lambda: place.instance(instance_id).deleted)
            heir.send_signal(signal.SIGTERM)
            assert heir.wait(SOON_S) == 0
        ended = place.history(instance_id)
        frozen.send_signal(signal.SIGCONT)
        place.soon(lambda: 'is not ours any more' in place.log())
        frozen.send_signal(signal.SIGTERM)
        assert frozen.wait(SOON_S) == 0
    assert place.history(instance_id) == ended
    assert place.site.host.machines == {}


def test_a_taskmanager_without_a_keyring_says_so(tmp_path):
    path = tmp_path / 'trove.conf'
    path.write_text('[DEFAULT]\n')
    done = subprocess.run(
        [sys.executable, '-c', _MAIN, '--config-file', str(path)],
        env={**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)},
        capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        'trove-taskmanager: No keyring is set')

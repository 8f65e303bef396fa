# SPDX-License-Identifier: Apache-2.0
"""A guest changes key and user over a real RabbitMQ; what was stolen before
is worth nothing after."""

import base64
import dataclasses
import json
import pathlib
import threading
import time

import amqp
import pytest

from trove.common import exception
from trove.common import waiting
from trove.conductor import service as conductor_service
from trove.guestagent import credentials
from trove.guestagent import service as agent_service
from trove.objects.operation import State
from trove.rpc import amqp_connection
from trove.rpc import answers
from trove.rpc import broker_names
from trove.rpc import envelope
from trove.rpc import guest as guest_room
from trove.rpc import guest_server
from trove.rpc import transport
from trove.taskmanager import identity
from trove.tests.fixtures import control_plane
from trove.tests.fixtures import crashes

DOCUMENT = {'service_status': 'healthy', 'phase': 'ready'}


class Agent:
    """The link of an agent, started again whenever it ends, as its unit is.
    """

    def __init__(self, conf, folder, instance_id):
        self._conf = conf
        self._folder = pathlib.Path(folder)
        self._instance_id = instance_id
        self._over = threading.Event()
        self._again = threading.Event()
        self.starts = 0
        self.stays_down = False
        self.credentials = credentials.Credentials(
            str(folder), self._again.set)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def rotate_link(self, key_id, key, broker_url):
        self.credentials.replace(key_id, key, broker_url)

    def ping(self):
        return None

    def url(self):
        text = (self._folder / credentials.OPTIONS).read_text()
        [line] = [row for row in text.splitlines()
                  if row.startswith('transport_url')]
        return line.partition('=')[2].strip()

    def stop(self):
        self._over.set()
        self._again.set()
        self._thread.join()

    def _run(self):
        while not self._over.is_set():
            key_id, key = agent_service.read_key(
                str(self._folder / credentials.KEY))
            self._again.clear()
            link = guest_server.GuestLink(
                self._conf, self._instance_id, base64.b64decode(key), key_id,
                str(self._folder / 'state'),
                connection=transport.connect(self._conf, self.url()),
                exchange=broker_names.exchange(self._instance_id))
            link.serve(self)
            self.starts += 1
            link.heartbeat(DOCUMENT)
            self._again.wait()
            link.stop()
            while self.stays_down and not self._over.wait(0.05):
                pass


class Site:
    """A deployment whose broker, conductor and guest link are real."""

    def __init__(self, conf, node, broker, directory):
        template = control_plane.template(directory)
        self.plane = control_plane.ControlPlane(directory, template)
        self.conf = conf
        self.broker = broker
        self.connection = transport.connect(conf, node.url)
        links = self.plane.rooms.links
        self.answers = answers.Answers(conf, self.connection)
        client = guest_room.GuestClient(conf, self.connection, links,
                                        self.answers)
        self.instance_id = self.plane.create()
        self.plane.work()
        self.plane.rooms = dataclasses.replace(
            self.plane.rooms, broker=broker, guest=client)
        self.conductor = conductor_service.Conductor(
            conf, self.plane.db, control_plane._KEYRING, self.connection,
            'conductor', lambda: amqp_connection.connect(conf, node.url))
        self.conductor.start()
        self.folder = directory / 'conf.d'
        self._write_identity()
        waiting.until(lambda: self.conductor.outboxes.reading(), 10,
                      'a reader of the outbox')
        self.agent = Agent(conf, self.folder, self.instance_id)
        waiting.until(lambda: self.conductor.writer.written, 10,
                      'a first word')

    def _write_identity(self):
        with self.plane.db.writer() as tx:
            secrets = self.plane.rooms.links.ensure(tx, self.instance_id)
        self.broker.create_user(self.instance_id, secrets.broker_password)
        self.folder.mkdir()
        files = identity.files(
            self.conf, self.plane.instance(self.instance_id),
            secrets, self.broker.guest_url(self.instance_id,
                                           secrets.broker_password))
        for path, content in files.items():
            (self.folder / pathlib.Path(path).name).write_text(content)

    def link(self):
        with self.plane.db.reader() as tx:
            return tx.guests.link(self.instance_id)

    def rotate(self):
        self.plane.rotate(self.instance_id)
        self.plane.work()
        return self.plane.operations(self.instance_id)[-1]

    def close(self):
        self.agent.stop()
        self.broker.delete_user(self.instance_id)
        self.broker.delete_queues(self.instance_id)
        self.answers.stop()
        self.conductor.stop()
        self.connection.cleanup()
        self.plane.close()


@pytest.fixture
def site(conf, node, plane, tmp_path, cleaners):
    made = Site(conf, node, plane.broker, tmp_path)
    yield made
    cleaners(made.close)


def login(node, url):
    """A connection with the user and password of a transport URL."""
    user, _, password = url.removeprefix('rabbit://').partition(
        '@')[0].partition(':')
    connection = amqp.Connection(host='127.0.0.1:%d' % node.port,
                                 userid=user, password=password)
    connection.connect()
    return connection


def test_the_guest_comes_back_with_new_secrets_and_the_old_are_dead(
        site, node):
    old_key, old_id, _ = site.plane.rooms.links.outgoing(site.instance_id)
    old_url = site.agent.url()
    stolen = login(node, old_url)
    before = time.monotonic()
    assert site.rotate().state is State.DONE
    assert time.monotonic() - before < 20

    assert site.link().key_id != old_id
    assert site.agent.url() != old_url
    assert site.agent.starts == 2
    site.plane.rooms.guest.ping(site.instance_id)
    with pytest.raises((amqp.ConnectionForced, OSError)):
        stolen.drain_events(timeout=1)
    with pytest.raises((amqp.AccessRefused, OSError)):
        login(node, old_url)
    forged = envelope.seal(
        old_key, old_id, site.instance_id, envelope.FROM_GUEST, 2 ** 40, 1,
        {'method': 'heartbeat', 'arguments': {'document': {
            'service_status': 'crashed'}}})
    site.conductor.endpoint.deliver(site.instance_id, json.dumps(
        {'args': {'sealed': forged}}).encode())
    waiting.until(lambda: site.conductor.writer.late, 10, 'a refusal')
    assert site.plane.instance(site.instance_id).report.status != 'crashed'


def test_two_changes_in_a_row_use_the_users_in_turn(site, node):
    first = site.agent.url()
    for _ in range(2):
        assert site.rotate().state is State.DONE
        site.plane.rooms.guest.ping(site.instance_id)
    assert site.agent.url().split(':')[1] == first.split(':')[1]


def test_a_guest_that_stays_away_keeps_both_and_may_come_back_late(
        site, conf):
    site.plane.conf.set_override('rotation_timeout', 1, 'guest_link')
    site.agent.stays_down = True
    failed = site.rotate()
    assert failed.state is State.FAILED
    assert 'both good; ask again' in failed.error

    site.agent.stays_down = False
    waiting.until(lambda: site.link().next_key_id is None, 10,
                  'the word of the guest that is back')
    site.plane.conf.set_override('rotation_timeout', 30, 'guest_link')
    assert site.rotate().state is State.DONE
    site.plane.rooms.guest.ping(site.instance_id)


def test_the_taskmanager_may_die_anywhere_in_it(site):
    fuse = crashes.Fuse()
    site.plane.rotate(site.instance_id)
    assert crashes.run(site.plane, fuse)
    calls = [at for at, instant in enumerate(fuse.log, 1)
             if instant.what in ('broker', 'guest')]
    for at in calls:
        site.plane.rotate(site.instance_id)
        crashes.run(site.plane, crashes.Fuse(at))
        crashes.recover(site.plane)
        last = site.plane.operations(site.instance_id)[-1]
        assert last.state is State.DONE, fuse.log[at - 1]
        site.plane.rooms.guest.ping(site.instance_id)
        assert site.link().next_key_id is None


def test_an_agent_killed_between_its_two_files_comes_back(site, monkeypatch):
    def killed(path, document):
        raise exception.InternalError('killed')
    monkeypatch.setattr(credentials.files, 'write_json', killed)
    old = site.agent.url()
    assert site.rotate().state is State.FAILED
    assert site.agent.url() != old
    monkeypatch.undo()
    site.agent._again.set()     # its unit starts it again
    waiting.until(lambda: site.agent.starts == 2, 10, 'the agent')
    site.plane.rooms.guest.ping(site.instance_id)
    assert site.rotate().state is State.DONE
    site.plane.rooms.guest.ping(site.instance_id)

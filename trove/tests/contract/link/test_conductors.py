# SPDX-License-Identifier: Apache-2.0
"""Two real conductors share the work; one that is killed is not missed."""

import contextlib
import re
import subprocess
import sys
import threading
import uuid

import amqp
import pytest

from trove.common import crypto
from trove.common import exception
from trove.common import waiting
from trove.db import schema
from trove.db import session
from trove.objects import instance as instance_objects
from trove.objects import status
from trove.operations import guest_links
from trove.rpc import answers
from trove.rpc import broker_names
from trove.rpc import conductor as conductor_room
from trove.rpc import guest as guest_room
from trove.rpc import guest_server
from trove.rpc import transport
from trove.tests.contract.link import test_guest_link

GUESTS = 8


class Processes:
    """Conductors on one database, guests, and a client of theirs."""

    def __init__(self, conf, node, broker, directory):
        self._conf, self._node, self._broker = conf, node, broker
        self._directory = directory
        crypto.Keyring.create(str(directory / 'keys'), 'test')
        keyring = crypto.Keyring.load(str(directory / 'keys'))
        self.db = session.Database(
            'sqlite:///%s' % (directory / 'trove.sqlite'), keyring)
        schema.upgrade(self.db)
        self._links = guest_links.GuestLinks(self.db, keyring)
        self._connection = transport.connect(conf, node.url)
        self._answers = answers.Answers(conf, self._connection)
        self.client = guest_room.GuestClient(
            conf, self._connection, self._links, self._answers)
        self._tell = conductor_room.Client(conf, self._connection)
        self.processes = []
        self.guests = {}

    def start_conductor(self, url=None, *options):
        """One more trove-conductor; it reads all outboxes at its return."""
        before = self.readers()
        path = self._directory / ('conductor-%d.conf' % len(self.processes))
        path.write_text('\n'.join((
            '[DEFAULT]', 'transport_url = ' + (url or self._node.url),
            'log_file = %s' % path.with_suffix('.log'),
            '[conductor]', 'counters_interval = 1',
            '[database]',
            'connection = ' + self.db.engine.url.render_as_string(),
            '[secrets]', 'keys_file = %s' % (self._directory / 'keys'),
            *options, '')))
        self.processes.append(subprocess.Popen(
            [sys.executable, '-W', 'ignore', '-c',
             'from trove.cmd import conductor; conductor.main()',
             '--config-file', str(path)], stderr=subprocess.DEVNULL))
        waiting.until(lambda: self.readers() == before + 1, 30,
                      'a conductor', poll_s=0.1)

    def readers(self):
        """The least that any outbox has."""
        return min((_consumers(self._node, one) for one in self.guests),
                   default=0)

    def enrol(self):
        """A guest that is up."""
        made = str(uuid.uuid4())
        with self.db.writer() as tx:
            now = tx.now()
            tx.instances.add(instance_objects.Instance(
                id=made, project_id='p', name='n', flavor_id='1',
                datastore_version_id=None, created=now, updated=now,
                task=status.Task.NONE))
            secrets = self._links.ensure(tx, made)
        self._broker.create_user(made, secrets.broker_password)
        self._tell.made(made)
        link = guest_server.GuestLink(
            self._conf, made, secrets.key, secrets.key_id,
            str(self._directory / made),
            connection=transport.connect(self._conf, self._broker.guest_url(
                made, secrets.broker_password)),
            exchange=broker_names.exchange(made))
        link.serve(test_guest_link.Agent())
        self.guests[made] = link
        return made

    def say(self, number):
        """All report the number; who reaches no queue reports again."""
        for link in self.guests.values():
            waiting.until(lambda link=link: _said(link, number), 10,
                          'a report', poll_s=0.1)

    def heard(self, number):
        """Whether the database has this from all."""
        with self.db.reader() as tx:
            reports = tx.guests.reports(list(self.guests))
        return len(reports) == len(self.guests) and all(
            one.details.get('number') == number for one in reports.values())

    def taken(self, at):
        """How many messages a conductor says it has taken."""
        text = (self._directory / ('conductor-%d.log' % at)).read_text()
        found = re.findall(r"'taken': (\d+)", text)
        return int(found[-1]) if found else 0

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()
        for one in self.guests:
            self._broker.delete_user(one)
            self._broker.delete_queues(one)
        self._answers.stop()
        self._connection.cleanup()
        self.db.close()


def _said(link, number):
    try:
        link.heartbeat({'service_status': 'healthy', 'number': number})
    except exception.Unavailable:
        return False
    return True


def _consumers(node, instance_id):
    connection = amqp.Connection(host='127.0.0.1:%d' % node.port,
                                 userid='trove', password=node.password)
    connection.connect()
    with contextlib.closing(connection):
        try:
            return connection.channel().queue_declare(
                broker_names.outbox(instance_id), passive=True
            ).consumer_count
        except amqp.NotFound:
            return 0


@pytest.fixture
def processes(conf, node, plane, tmp_path, cleaners):
    made = Processes(conf, node, plane.broker, tmp_path)
    for _ in range(GUESTS):
        made.enrol()
    for _ in range(2):
        made.start_conductor()
    yield made
    made.close()
    for link in made.guests.values():
        cleaners(link.stop)     # which takes a while


def test_one_of_two_conductors_is_killed_and_nothing_is_lost(processes):
    processes.say(1)
    waiting.until(lambda: processes.heard(1), 10, 'the first reports')
    victim = processes.processes[0]
    killer = threading.Timer(0.2, victim.kill)
    killer.start()
    for number in range(2, 30):
        processes.say(number)
    killer.join()
    assert victim.wait(10) == -9
    waiting.until(lambda: processes.heard(29), 10, 'the newest reports')
    for one in processes.guests:
        processes.client.ping(one)
    assert processes.readers() == 1


def test_both_are_dealt_a_part(processes):
    for number in range(1, 11):
        processes.say(number)
    waiting.until(lambda: processes.heard(10), 10, 'the newest reports')
    waiting.until(lambda: all(processes.taken(at) for at in (0, 1)), 10,
                  'a line of counters of each')
    # Of 80 messages; how many each gets is the broker's and chance.
    assert all(processes.taken(at) >= 8 for at in (0, 1))


def test_what_is_played_to_a_restarted_conductor_changes_nothing(
        processes, monkeypatch):
    made, link = next(iter(processes.guests.items()))
    sent = []
    cast = link._conductor.cast
    monkeypatch.setattr(link._conductor, 'cast', lambda *what, **sealed: (
        sent.append(sealed), cast(*what, **sealed)))
    processes.say(1)
    processes.say(2)
    waiting.until(lambda: processes.heard(2), 10, 'the newest reports')
    for one in processes.processes:
        one.kill()
        one.wait()
    processes.start_conductor()
    for sealed in sent:
        cast({}, 'deliver', **sealed)
    waiting.until(lambda: processes.taken(2) == len(sent), 10,
                  'all that was played again')
    assert processes.heard(2)

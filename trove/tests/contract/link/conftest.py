# SPDX-License-Identifier: Apache-2.0
"""A real broker, a conductor, and guests with their own users and keys."""

import base64
import collections
import threading
import uuid
from concurrent import futures

import pytest
from oslo_config import cfg

import trove.conf
from trove.common import crypto
from trove.common import exception
from trove.common import waiting
from trove.conductor import endpoint
from trove.conductor import limits
from trove.conductor import roll
from trove.conductor import turns
from trove.rpc import amqp_connection
from trove.rpc import answers
from trove.rpc import broker as broker_room
from trove.rpc import broker_names
from trove.rpc import conductor as conductor_room
from trove.rpc import guest as guest_room
from trove.rpc import guest_server
from trove.rpc import outboxes
from trove.rpc import transport
from trove.tests.fixtures import certificates
from trove.tests.fixtures import rabbit

Secrets = collections.namedtuple('Secrets', 'key key_id password')


@pytest.fixture(scope='session')
def authority(tmp_path_factory):
    return certificates.Authority(tmp_path_factory.mktemp('authority'))


@pytest.fixture
def stranger(tmp_path):
    """An authority that nobody here has heard of."""
    return certificates.Authority(tmp_path / 'stranger', 'another CA')


@pytest.fixture(scope='session')
def node(tmp_path_factory, authority):
    with rabbit.node(tmp_path_factory.mktemp('rabbit'),
                     authority) as running:
        yield running


@pytest.fixture(scope='session')
def conf(node):
    """The process-wide options, since oslo.messaging reads those."""
    conf = cfg.CONF
    trove.conf.register_opts(conf)
    conf([], project='trove', default_config_files=[],
         default_config_dirs=[])
    password_file = node.directory / 'management-password'
    password_file.write_text(node.password)
    for option, value in (
            ('management_url', node.management_url),
            ('management_password_file', str(password_file)),
            ('broker_hosts', ['127.0.0.1:%d' % node.port])):
        conf.set_override(option, value, 'guest_link')
    yield conf
    conf.reset()
    conf.clear()


class Links(guest_room.Links):
    """Keys and numbers of guests, in memory.

    ``dropped`` are keys that the conductor still remembers.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._numbers = collections.Counter()
        self.secrets = {}
        self.versions = {}
        self.dropped = set()

    def outgoing(self, instance_id):
        with self._lock:
            self._numbers[instance_id] += 1
            secrets = self.secrets[instance_id]
            return secrets.key, secrets.key_id, self._numbers[instance_id]

    def speaks(self, instance_id):
        return self.versions.get(instance_id)

    def key(self, instance_id, key_id):
        secrets = self.secrets.get(instance_id)
        if secrets is None or secrets.key_id != key_id:
            raise exception.NotFound(kind='key', id=key_id)
        return secrets.key

    def known(self, instance_id, key_id):
        try:
            return self.key(instance_id, key_id), False
        except exception.NotFound:
            return None

    def there(self):
        return list(self.secrets)

    def learn(self, instance_ids):
        return [one for one in instance_ids if one in self.secrets]

    def opened(self, instance_id, key_id):
        """Nothing here is being rotated."""

    def hold(self, instance_id, key_id):
        if instance_id in self.dropped:
            raise exception.NotFound(kind='key', id=key_id)


class Reports:
    """Keeps what the conductor would write."""

    def __init__(self):
        self.kept = []
        self.changed = threading.Condition()
        self.watch = None       # called with each, in the reader's thread

    def put(self, instance_id, report, boot, number, key_id):
        if self.watch:
            self.watch(instance_id, report)
        with self.changed:
            self.kept.append((instance_id, report.status.value, boot, number))
            self.changed.notify_all()

    def of(self, instance_id, timeout_s=10):
        """Wait for a report of the instance."""
        with self.changed:
            assert self.changed.wait_for(
                lambda: any(one[0] == instance_id for one in self.kept),
                timeout_s), 'no report of %s came' % instance_id
            return [one for one in self.kept if one[0] == instance_id]


class ControlPlane:
    """A conductor and a client of guests over the real broker."""

    def __init__(self, conf, node):
        self.conf = conf
        self.links = Links()
        self.reports = Reports()
        self.connection = transport.connect(conf, node.url)
        self.broker = broker_room.Broker(
            conf, conductor_room.Client(conf, self.connection).made)
        self.broker.apply_policy()
        self._turns = turns.Turns(4, 100)
        self.buckets = limits.Buckets(conf.guest_link.messages_per_second)
        self.endpoint = endpoint.Endpoint(
            conf, self.links, self.reports,
            conductor_room.Relay(conf, self.connection), self.buckets,
            self._turns)
        self.roll = roll.Roll(conf, self.links)
        self._url = node.url
        self.outboxes = self.roll.outboxes = self._reader()
        self._server = conductor_room.serve(
            conf, self.connection, 'conductor', self.roll)
        self._turns.start()
        self.outboxes.start()
        self._server.start()
        self.roll.start()
        self.answers = answers.Answers(conf, self.connection)
        self.guests = guest_room.GuestClient(conf, self.connection,
                                             self.links, self.answers)

    def _reader(self):
        return outboxes.Outboxes(
            self.conf, self.endpoint.deliver, self.roll.lost,
            lambda: amqp_connection.connect(self.conf, self._url))

    def read_again(self):
        """Read outboxes again, after the reader was stopped."""
        self.outboxes = self.roll.outboxes = self._reader()
        self.outboxes.read(self.links.there())
        self.outboxes.start()

    def enrol(self):
        """A new instance with its user and key; gives its id."""
        instance_id = str(uuid.uuid4())
        self._admit(instance_id,
                    Secrets(crypto.new_key(), 'k1', uuid.uuid4().hex))
        return instance_id

    def enrol_recorded(self, record):
        """The instance of a recorded guest; gives this control plane."""
        instance_id = record['instance']
        self._admit(instance_id, Secrets(
            base64.b64decode(record['key']), record['key_id'],
            uuid.uuid4().hex))
        return self

    def _admit(self, instance_id, secrets):
        self.links.secrets[instance_id] = secrets
        self.broker.create_user(instance_id, secrets.password)
        # A guest takes longer to boot than a conductor to hear of it.
        waiting.until(lambda: instance_id in self.outboxes.reading(), 10,
                      'a reader of the outbox', poll_s=0.005)

    def url_of(self, instance_id):
        """The transport URL that the instance was given."""
        return self.broker.guest_url(
            instance_id, self.links.secrets[instance_id].password)

    def forget(self):
        """Begin a test with nothing said and nothing counted."""
        self.endpoint.counters.clear()
        with self.reports.changed:
            self.reports.kept.clear()

    def remove(self, instance_ids):
        """Take users and queues of instances away."""
        for instance_id in instance_ids:
            self.broker.delete_user(instance_id)
            self.links.secrets.pop(instance_id, None)
            self.broker.delete_queues(instance_id)

    def close(self):
        self.answers.stop()
        self._server.stop()
        self._server.wait()
        self.roll.stop()
        self.outboxes.stop()
        self._turns.stop()
        self.connection.cleanup()


@pytest.fixture(scope='session')
def plane(conf, node):
    made = ControlPlane(conf, node)
    yield made
    made.close()


@pytest.fixture(scope='session')
def cleaners():
    """What is slow to end ends beside the tests that follow."""
    with futures.ThreadPoolExecutor(8) as pool:
        begun = []
        yield lambda work, *what: begun.append(pool.submit(work, *what))
        for one in begun:
            one.result()


@pytest.fixture
def control(plane, cleaners):
    plane.forget()
    before = set(plane.links.secrets)
    yield plane
    # At once, so that nothing of this test is heard in the next.
    made = set(plane.links.secrets) - before
    plane.remove(made)


@pytest.fixture
def boot(control, conf, cleaners, tmp_path):
    """Start the link of an instance with an endpoint; closed at the end."""
    links = []

    def start(instance_id, served, state=None, trouble=None):
        secrets = control.links.secrets[instance_id]
        link = guest_server.GuestLink(
            conf, instance_id, secrets.key, secrets.key_id,
            str(state or tmp_path / instance_id),
            connection=transport.connect(conf, control.url_of(instance_id)),
            exchange=broker_names.exchange(instance_id))
        link.serve(served)
        link.tell_left(trouble)
        links.append(link)
        return link
    yield start
    for link in links:
        cleaners(link.stop)

# SPDX-License-Identifier: Apache-2.0
"""Versions only grow: client, guest and their history agree, and a guest of
the oldest version, recorded when it was the newest, is still understood."""

import base64
import configparser
import importlib.resources
import inspect
import json
import threading
import types

import pytest

from trove.common import exception
from trove.guestagent import endpoint
from trove.objects import order
from trove.rpc import broker_names
from trove.rpc import envelope
from trove.rpc import guest as guest_room
from trove.rpc import transport
from trove.rpc import versions
from trove.taskmanager import identity

RECORD = json.loads((importlib.resources.files(__package__)
                     / 'recorded' / 'guest-1.0.json').read_text())
ORDER = order.Prepare(
    instance_id=RECORD['instance'], operation_id='o', manager='mariadb',
    version='10.11', memory_mb=512,
    databases=(order.DatabaseSpec(name='shop'),),
    users=(order.UserSpec(name='ann', password='p', databases=('shop',)),))


def public(kind):
    return {name: function for name, function
            in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith('_')}


class Sent(guest_room.GuestClient):
    """A client that keeps what it would send."""

    def __init__(self, conf):
        super().__init__(conf, None, None, None)
        self.calls = []

    def _cast(self, instance_id, method, **arguments):
        self.calls.append((method, arguments))

    def _call(self, instance_id, method, timeout_s, **arguments):
        self.calls.append((method, arguments))
        return {'get_user': None, 'list_access': []}.get(method, [[], None])


def sent_by(conf, name):
    """What a method of the client sends, asked for with all it takes."""
    client = Sent(conf)
    method = getattr(client, name)
    if name == 'prepare':
        method(ORDER)
    else:
        # Bytes do for a key, and for a word as well.
        method(**dict.fromkeys(inspect.signature(method).parameters, b''))
    [call] = client.calls
    return call


@pytest.mark.parametrize('name', public(guest_room.GuestClient))
def test_the_guest_takes_what_the_client_sends(conf, name):
    method, arguments = sent_by(conf, name)
    taken = inspect.signature(public(endpoint.Endpoint)[method])
    taken.bind(None, **arguments)
    assert versions.needed(method, arguments)


@pytest.mark.parametrize('name', public(endpoint.Endpoint))
def test_what_the_guest_takes_is_in_the_history(name):
    parameters = list(inspect.signature(
        public(endpoint.Endpoint)[name]).parameters.values())[1:]
    told = [(version, argument)
            for version, methods in versions.HISTORY.items()
            if name in methods for argument in methods[name]]
    assert any(name in methods for methods in versions.HISTORY.values())
    assert {one.name for one in parameters} == {one for _, one in told}
    first = next(version for version, methods in versions.HISTORY.items()
                 if name in methods)
    later = {argument for version, argument in told if version != first}
    # An older control plane does not send it.
    assert all(one.default is not one.empty for one in parameters
               if one.name in later)


def test_nothing_was_taken_out_of_the_guest():
    for methods in versions.HISTORY.values():
        assert set(methods) <= set(public(endpoint.Endpoint))


def test_the_oldest_version_is_as_it_was_recorded():
    assert versions.HISTORY['1.0'] == {
        name: tuple(told['arguments'])
        for name, told in RECORD['told'].items()}


def test_versions_are_ordered_as_numbers():
    assert versions.number('1.10') > versions.number('1.9')
    assert versions.NEWEST == max(versions.HISTORY, key=versions.number)


def test_a_later_argument_needs_the_later_version():
    assert versions.needed('get_filesystem_stats', ()) == '1.0'
    assert versions.needed('get_filesystem_stats', ('fs_path',)) == '1.1'
    with pytest.raises(LookupError):
        versions.needed('ping', ('loudly',))


def told_where(conf, instance_id):
    """(topic, exchange) that a new server's files name to an agent of any
    age."""
    files = identity.files(
        conf, types.SimpleNamespace(id=instance_id, manager='m',
                                    version_number='1', project_id='p'),
        types.SimpleNamespace(key_id='k', key=b''), 'rabbit://')
    parser = configparser.RawConfigParser()
    parser.read_string(files[identity.DIRECTORY + 'trove-guestagent.conf'])
    return (parser['DEFAULT']['conductor_queue'],
            parser['guest_link']['exchange'])


class OldGuest:
    """A guest of 1.0: knows its recorded lines and nothing else.

    It speaks where it was told, by default as a new server's files say.
    """

    def __init__(self, control, told=None):
        self.id = RECORD['instance']
        self._key = base64.b64decode(RECORD['key'])
        self._control = control
        self._number = 1
        self.fails = False
        self.told = threading.Event()
        self.heard = None
        self._topic, self._exchange = told or told_where(control.conf,
                                                         self.id)
        self.connection = transport.connect(
            control.conf, control.url_of(self.id))
        self._server = transport.server(
            self.connection, broker_names.topic(self.id), self.id, [self],
            exchange=self._exchange)
        self._server.start()

    def say(self, sealed):
        transport.client(self.connection, self._topic,
                         exchange=self._exchange).cast({}, 'deliver',
                                                       sealed=sealed)

    def deliver(self, ctxt, sealed):
        envelope.check(sealed, 2 ** 20)
        self.heard = envelope.open_sealed(self._key, sealed,
                                          envelope.TO_GUEST)
        self.told.set()
        if 'call_id' in self.heard:
            answer = (RECORD['failure'] if self.fails
                      else RECORD['answers'][self.heard['method']])
            self._number += 1
            self.say(envelope.seal(
                self._key, RECORD['key_id'], self.id, envelope.FROM_GUEST,
                1795000000, self._number, {'method': 'answer', 'arguments': {
                    'call_id': self.heard['call_id'],
                    'inbox': self.heard['inbox'], **answer}}))

    def stop(self):
        self._server.stop()
        self._server.wait()
        self.connection.cleanup()


@pytest.fixture
def old(control, cleaners):
    made = OldGuest(control.enrol_recorded(RECORD))
    yield made
    cleaners(made.stop)


def test_one_that_was_told_of_the_shared_exchange_is_served_on(control,
                                                               cleaners):
    """Servers that were made before there were exchanges of their own."""
    control.enrol_recorded(RECORD)
    may_use_the_shared_exchange(control, RECORD['instance'])
    guest = OldGuest(control, (broker_names.outbox(RECORD['instance']),
                               'amq.topic'))
    guest.say(RECORD['heartbeat']['envelope'])
    assert control.reports.of(guest.id)
    control.guests.ping(guest.id)
    cleaners(guest.stop)


def may_use_the_shared_exchange(control, instance_id):
    """Give a user the rights that such guests were given."""
    user, broker = broker_names.user(instance_id), control.broker
    own = 'guestagent.%s' % instance_id
    broker._call('PUT', 'permissions/%2F/' + user, {
        'configure': '^%s.*$' % own, 'write': r'^(%s.*|amq\.topic)$' % own,
        'read': r'^(%s.*|amq\.topic)$' % own})


def test_its_next_user_may_what_the_one_before_may(control):
    made = control.enrol()
    _, second = broker_names.users(made)

    def rights():
        return control.broker._call('GET', 'permissions/%2F/' + second)
    control.broker.create_user(made, 'p', second, as_before=True)
    assert 'amq' not in rights()['write']
    may_use_the_shared_exchange(control, made)
    control.broker.create_user(made, 'p', second)
    assert 'amq' not in rights()['write']
    control.broker.create_user(made, 'p', second, as_before=True)
    assert 'amq' in rights()['write'] and 'amq' in rights()['read']


def test_its_recorded_heartbeat_is_taken(control, old):
    old.say(RECORD['heartbeat']['envelope'])
    assert control.reports.of(old.id) == [
        (old.id, 'healthy', 1795000000, 1)]


@pytest.mark.parametrize('method', RECORD['answers'])
def test_it_is_asked_as_it_knows_it_and_its_answer_is_understood(
        control, old, method):
    result = getattr(control.guests, method)(old.id)
    assert set(old.heard) == set(RECORD['told'][method])
    assert old.heard['arguments'] == RECORD['told'][method]['arguments']
    if method == 'get_filesystem_stats':
        assert result == RECORD['answers'][method]['result']


def test_its_failure_is_understood(control, old):
    old.fails = True
    with pytest.raises(exception.GuestFailed, match='does not stop'):
        control.guests.stop_db(old.id)


def test_its_order_is_one_that_it_can_read(control, old):
    control.guests.prepare(ORDER)
    assert old.told.wait(10)
    known = RECORD['told']['prepare']['arguments']['order']
    told = old.heard['arguments']['order']
    # It ignores what is new in an order, but needs all that it knows, and
    # reads databases and users strictly.
    assert set(old.heard['arguments']) == {'order'}
    assert set(known) <= set(told)
    assert set(told['users'][0]) == set(known['users'][0])
    assert set(told['databases'][0]) == set(known['databases'][0])
    assert order.Prepare.from_dict(known).users[0].name == 'ann'


def test_an_envelope_to_it_opens_as_it_was_recorded():
    sealed = RECORD['told_sealed']
    envelope.check(sealed, 2 ** 20)
    assert envelope.open_sealed(
        base64.b64decode(RECORD['key']), sealed,
        envelope.TO_GUEST) == RECORD['told']['ping']


def test_it_is_never_sent_more(control, old):
    control.links.versions[old.id] = '1.0'
    for name in public(guest_room.GuestClient):
        method, arguments = sent_by(control.conf, name)
        if versions.needed(method, arguments) == '1.0':
            continue
        with pytest.raises(guest_room.GuestTooOld):
            control.guests._call(old.id, method, 1, **arguments)
    assert not old.told.is_set()
